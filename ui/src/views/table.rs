//! Rows and columns; sorting, filtering and paging are the host's work.

use crate::prelude::*;
use porthole_model::{ColumnFormat, Table, TableColumn, View as Shown};
use serde_json::Value;

use super::pager::pager;
use crate::{
    browser, color, icon,
    live::{live, live_all},
    number,
    panel::Loader,
    sorting::page_count,
    stores::Preferences,
    text,
    time::{civil::Zone, format},
};

/// Milliseconds after the last key before a filter is asked for.
const TYPING: u32 = 350;

/// The table, its filters and its pager.
pub(crate) fn table(loader: Loader) -> View {
    let preferences = use_context::<Preferences>();
    let table = create_memo(
        move || match loader.answer.get_clone().as_deref().map(|answer| &answer.view) {
            Some(Shown::Table(table)) => table.clone(),
            _ => Table::default(),
        },
    );
    let title = move || {
        loader.answer.with(|answer| {
            answer
                .as_ref()
                .map(|answer| answer.title.clone())
                .unwrap_or_default()
        })
    };
    // The head is drawn anew only when it changes: a refresh must not take a filter from under the fingers.
    let head = create_selector(move || table.with(|table| (table.columns.clone(), table.sort.clone())));
    let columns = create_selector(move || table.with(|table| table.columns.clone()));
    let is_filtering = create_signal(loader.wishes.with_untracked(|wishes| !wishes.filters.is_empty()));

    let heads = live_all(move || {
        let (columns, sort) = head.get_clone();
        columns
            .iter()
            .map(|column| heading(column, &sort, loader))
            .collect::<Vec<View>>()
    });
    let filters = live(move || {
        if !is_filtering.get() {
            return View::new();
        }
        let fields: Vec<View> = columns
            .get_clone()
            .iter()
            .map(|column| filter(column, loader))
            .collect();
        view! { tr(class="filters") { (fields) } }
    });
    let body = live_all(move || {
        let theme = preferences.theme();
        let zone = preferences.zone();
        table.with(|table| {
            if table.rows.is_empty() {
                return vec![nothing(table.columns.len())];
            }
            let columns = lined_up(table);
            table
                .rows
                .iter()
                .map(|row| {
                    let cells: Vec<View> = columns
                        .iter()
                        .zip(row)
                        .map(|(column, value)| cell(column, value, &zone, theme))
                        .collect();
                    view! { tr { (cells) } }
                })
                .collect::<Vec<View>>()
        })
    });
    let pages = pager(
        move || table.with(|table| (table.page, page_count(table.total, table.page_size))),
        move || {
            table.with(|table| {
                let first = u64::from(table.page.saturating_sub(1)) * u64::from(table.page_size);
                (first, table.total, u64::from(table.page_size))
            })
        },
        move |page| loader.wishes.update(|wishes| wishes.page = Some(page)),
    );
    let can_filter = move || table.with(|table| table.columns.iter().any(|column| column.filterable));
    let toggle = live(move || {
        if can_filter() {
            view! {
                button(r#type="button", class="icon-button", aria-label="Filter columns", title="Filter columns", aria-expanded=is_filtering.get().to_string(),
                    on:click=handler(move |_| toggle_filters(is_filtering, loader))) { (icon::FILTER) }
            }
        } else {
            View::new()
        }
    });
    view! {
        div(class="table-box", tabindex="0", role="region", aria-label=title()) {
            table(class="rows") {
                thead { tr { (heads) } (filters) }
                tbody { (body) }
            }
        }
        div(class="flex items-end gap-2") {
            (toggle)
            div(class="grow") { (pages) }
        }
    }
}

/// A filtered table keeps its head, and says in its body that nothing is left.
fn nothing(columns: usize) -> View {
    // Written before: the macro follows what a call gives, and a table that is being read cannot be followed.
    let columns = columns.to_string();
    view! {
        tr(data-testid="no-rows") { td(class="dim", colspan=columns) { "No rows match the filters" } }
    }
}

/// Closing the filters takes them away: what is filtered must be seen.
fn toggle_filters(is_filtering: Signal<bool>, loader: Loader) {
    let is_open = is_filtering.get_untracked();
    if is_open && loader.wishes.with_untracked(|wishes| !wishes.filters.is_empty()) {
        loader.wishes.update(|wishes| {
            wishes.filters.clear();
            wishes.page = None;
        });
    }
    is_filtering.set(!is_open);
}

fn heading(column: &TableColumn, sort: &[porthole_model::SortKey], loader: Loader) -> View {
    let title = column.title.clone();
    let class = if is_number(column) { "right" } else { "" };
    if !column.sortable {
        return view! { th(scope="col", class=class) { (title) } };
    }
    let place = sort.iter().position(|key| key.column == column.name);
    let direction = match place {
        Some(at) if sort[at].descending => "descending",
        Some(_) => "ascending",
        None => "none",
    };
    let mark = place.map(|at| icon::arrow(sort[at].descending));
    let rank = place.filter(|_| sort.len() > 1).map(|at| {
        let text = (at + 1).to_string();
        view! { small { (text) } }
    });
    let (name, current) = (column.name.clone(), sort.to_vec());
    let choose = move |event: web_sys::MouseEvent| {
        loader
            .wishes
            .update(|wishes| wishes.sort_by(&name, &current, event.shift_key()));
    };
    view! {
        th(scope="col", class=class, aria-sort=direction) {
            button(r#type="button", class="sort", title="Sort; with Shift, sort by this as well", on:click=handler(choose)) {
                (title)
                (mark)
                (rank)
            }
        }
    }
}

fn filter(column: &TableColumn, loader: Loader) -> View {
    if !column.filterable {
        return view! { th() };
    }
    let typed = create_signal(
        loader
            .wishes
            .with_untracked(|wishes| wishes.filter_of(&column.name).to_owned()),
    );
    let (name, label) = (column.name.clone(), format!("Filter {}", column.title));
    // Each key starts the wait anew: the scope of the effect's earlier run ends, and with it what it spawned.
    create_effect(move || {
        let text = typed.get_clone();
        let name = name.clone();
        browser::spawn_scoped(async move {
            browser::sleep(TYPING).await;
            if loader
                .wishes
                .with_untracked(|wishes| wishes.filter_of(&name) != text.trim())
            {
                loader.wishes.update(|wishes| wishes.filter_by(&name, &text));
            }
        });
    });
    view! { th { input(r#type="search", placeholder="Filter", aria-label=label, autocomplete="off", bind:value=typed) } }
}

fn is_number(column: &TableColumn) -> bool {
    matches!(column.format, ColumnFormat::Number { .. })
}

/// The columns, where numbers say nothing of their decimals with as many as the rows have, so that points stand in line.
fn lined_up(table: &Table) -> Vec<TableColumn> {
    let decimals =
        |at: usize| number::common_decimals(table.rows.iter().filter_map(|row| row.get(at)?.as_f64()));
    let mut columns = table.columns.clone();
    for (at, column) in columns.iter_mut().enumerate() {
        if column.format == (ColumnFormat::Number { decimals: None }) {
            column.format = ColumnFormat::Number {
                decimals: decimals(at),
            };
        }
    }
    columns
}

fn cell(column: &TableColumn, value: &Value, zone: &dyn Zone, theme: color::Theme) -> View {
    let text = text_of(&column.format, value, zone);
    let full = text.clone();
    let class = if is_number(column) { "right" } else { "" };
    if let ColumnFormat::Status { styles } = &column.format
        && let Some(style) = styles.iter().find(|style| value.as_str() == Some(&style.value))
    {
        let color =
            color::legible(&style.color, theme, color::FOR_TEXT).unwrap_or_else(|| "currentColor".to_owned());
        let (ink, swatch) = (format!("color: {color}"), format!("background: {color}"));
        return view! {
            td(class=class) {
                span(class="mark-cell", prop:style=ink) { i(class="swatch", prop:style=swatch) (text) }
            }
        };
    }
    view! { td(class=class, title=full) { (text) } }
}

/// A cell as it is written; a dash where there is nothing.
fn text_of(format: &ColumnFormat, value: &Value, zone: &dyn Zone) -> String {
    match (format, value) {
        (_, Value::Null) => "–".to_owned(),
        (ColumnFormat::Datetime, value) => {
            match value.as_i64().or_else(|| value.as_f64().map(|v| v as i64)) {
                Some(instant) => format::stamp(instant, zone),
                None => plain(value),
            }
        }
        // More digits than a double has.
        (ColumnFormat::Number { .. }, Value::Number(n))
            if n.as_i64().is_some_and(|n| n.unsigned_abs() >> 53 > 0) =>
        {
            value.to_string()
        }
        (ColumnFormat::Number { decimals }, value) => match (value.as_f64(), decimals) {
            (Some(n), Some(_)) => number::number(n, *decimals),
            (Some(n), None) => number::exact(n),
            (None, _) => plain(value),
        },
        (ColumnFormat::Boolean, Value::Bool(yes)) => if *yes { "Yes" } else { "No" }.to_owned(),
        (ColumnFormat::Status { styles }, value) => styles
            .iter()
            .find(|style| value.as_str() == Some(&style.value))
            .and_then(|style| style.label.clone())
            .unwrap_or_else(|| plain(value)),
        (_, value) => plain(value),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "true" } else { "false" }.to_owned(),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => whole.to_string(),
            (_, Some(whole)) => whole.to_string(),
            _ => text::shortest(number.as_f64().unwrap_or_default()),
        },
        // No cell is one: a view of the host has only texts, numbers and truth values.
        _ => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::time::civil::Fixed;

    fn text(format: ColumnFormat, value: Value) -> String {
        text_of(&format, &value, &Fixed(0))
    }

    #[test]
    fn cells_are_written_by_their_format() {
        assert_eq!(
            text(ColumnFormat::Datetime, json!(1_795_269_521_000_i64)),
            "2026-11-21 13:58:41"
        );
        assert_eq!(
            text(ColumnFormat::Number { decimals: Some(2) }, json!(1234.5)),
            "1,234.50"
        );
        assert_eq!(
            text(ColumnFormat::Number { decimals: None }, json!(0.125)),
            "0.125"
        );
        let large = ColumnFormat::Number { decimals: Some(0) };
        assert_eq!(text(large, json!(9_007_199_254_740_993_i64)), "9007199254740993");
        assert_eq!(text(ColumnFormat::Boolean, json!(true)), "Yes");
        assert_eq!(text(ColumnFormat::Text, json!("x")), "x");
    }

    #[test]
    fn points_of_a_column_stand_in_line_unless_its_decimals_are_measured() {
        let column = |name: &str| TableColumn {
            name: name.to_owned(),
            title: name.to_owned(),
            format: ColumnFormat::Number { decimals: None },
            sortable: true,
            filterable: true,
        };
        let table = Table {
            columns: ["money", "count", "measured"].map(column).to_vec(),
            rows: vec![
                vec![json!(168.88), json!(7), json!(0.123_456)],
                vec![json!(168.6), json!(9_007_199_254_740_991_i64), json!(2)],
                vec![Value::Null, Value::Null, Value::Null],
            ],
            ..Table::default()
        };
        let columns = lined_up(&table);
        let written = |row: usize| -> Vec<String> {
            let cells = columns.iter().zip(&table.rows[row]);
            cells
                .map(|(column, value)| text_of(&column.format, value, &Fixed(0)))
                .collect()
        };
        assert_eq!(written(0), ["168.88", "7", "0.123456"]);
        assert_eq!(written(1), ["168.60", "9,007,199,254,740,991", "2"]);
        assert_eq!(written(2), ["–", "–", "–"]);
    }

    #[test]
    fn nothing_is_a_dash_and_not_zero() {
        for format in [
            ColumnFormat::Text,
            ColumnFormat::Datetime,
            ColumnFormat::Number { decimals: None },
        ] {
            assert_eq!(text(format, Value::Null), "–");
        }
    }

    #[test]
    fn a_value_that_does_not_fit_its_format_is_shown_as_it_is() {
        assert_eq!(text(ColumnFormat::Datetime, json!("soon")), "soon");
        assert_eq!(
            text(ColumnFormat::Number { decimals: Some(1) }, json!("many")),
            "many"
        );
        assert_eq!(text(ColumnFormat::Boolean, json!(1)), "1");
    }
}
