//! The built-in panel type `table`: rows and columns, a page at a time.

mod columns;
mod display;
mod paging;

use porthole_sdk::{Call, Descriptor, Failure, Panel, RowsRequest, Size, SourceRole, Sources, Table, View};

use display::Display;
use paging::Page;

/// Rows and columns.
pub struct TablePanel;

impl Panel for TablePanel {
    fn describe() -> Descriptor {
        Descriptor {
            description: "Rows and columns, sorted, filtered and a page at a time".into(),
            default_size: Size { width: 12, height: 3 },
            display_schema: display::schema(),
            sources: vec![SourceRole {
                free_columns: true,
                ..SourceRole::main([])
            }],
            ..Descriptor::new("table", "Table", env!("CARGO_PKG_VERSION"))
        }
    }

    fn render(call: &Call, sources: &dyn Sources) -> Result<View, Failure> {
        let display: Display = call.display()?;
        let source = sources.open("main")?;
        let infos = source.columns();
        display.check(&infos)?;

        let page = Page::of(&call.paging, &display, &infos)?;
        let rows = source.rows(RowsRequest {
            sort: page.sort.clone(),
            filters: call.paging.filters.clone(),
            offset: page.offset(),
            limit: page.size,
            count: true,
            ..RowsRequest::default()
        })?;
        let total = rows
            .total
            .unwrap_or_else(|| u64::from(page.offset()) + rows.frame.height() as u64);
        Ok(View::Table(Table {
            columns: columns::describe(&rows.frame, &infos, &display)?,
            frame: rows.frame,
            total,
            page: page.number,
            page_size: page.size,
            sort: page.sort,
        }))
    }
}

porthole_sdk::export!(TablePanel);

#[cfg(test)]
mod tests;
