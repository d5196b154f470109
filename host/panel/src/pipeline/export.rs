//! A panel as a sheet of rows: all of what it shows, every page, in the memory of a few rows.
//!
//! What there is to export, the view says: the same call as for a dashboard, under the same limits. Charts, metrics and
//! statuses are whole in it. The built-in table shows the rows of its source as they are: it is asked for its columns only,
//! and the rows are read from the source by one query, in the order and with the filters of the view. The table of any
//! other plugin is one page, and the plugin is asked for one page after the other.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use porthole_data::{self as data, DataError, TenantData};
use porthole_model::{CacheOutcome, PanelAnswer, Table, View};
use serde_json::Value;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tracing::Instrument;

use super::{Asked, Pipeline, known_columns};
use crate::error::RenderError;
use crate::prepare::{ReadyPanel, placed};
use crate::request::{Paging, RenderRequest};
use crate::sheet::{ExportFormat, SheetWriter, heads, of_view};
use crate::snapshot::Entry;

/// The panel type whose rows are those of its source.
const TABLE: &str = "table";
/// Its only source.
const MAIN: &str = "main";
/// An export holds a connection of its tenant; nobody reads for longer than this.
const WITHIN: Duration = Duration::from_secs(900);
/// Pages that a plugin is asked for at most.
const PAGES: u32 = 20_000;
/// Characters of one cell's text, and of one row's texts together: a row has to fit into memory.
const LONGEST_TEXT: usize = 1 << 20;
const ROW_TEXT: usize = 4 << 20;
/// What is handed on at once, bytes.
const CHUNK: usize = 64 << 10;
/// Pieces and chunks that wait for whoever is slower.
const WAITING: usize = 2;

/// A sheet that is being written. Dropping it ends the writing.
#[derive(Debug)]
pub struct Export {
    /// Its beginning.
    pub first: Bytes,
    /// The rest of it. An error: what came before is not all.
    pub rest: Receiver<Result<Bytes, RenderError>>,
}

/// Where a sheet is written to.
struct Outlet {
    sheet: SheetWriter,
    chunks: Sender<Result<Bytes, RenderError>>,
}

/// Nobody takes the sheet any more.
struct Gone;

impl Outlet {
    async fn row(&mut self, row: &[Value]) -> Result<(), Gone> {
        self.sheet.row(row);
        if self.sheet.waiting() < CHUNK {
            return Ok(());
        }
        self.hand_on().await
    }

    async fn end(mut self) -> Result<(), Gone> {
        self.sheet.end();
        self.hand_on().await
    }

    async fn hand_on(&mut self) -> Result<(), Gone> {
        let chunk = Bytes::from(self.sheet.take());
        self.chunks.send(Ok(chunk)).await.map_err(|_| Gone)
    }
}

/// One export of a tenant at a time.
struct Turn(Arc<Pipeline>, String);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.exports.lock().remove(&self.1);
    }
}

impl Pipeline {
    /// Writes all that a panel shows, every page. `request` is the same as for [`Pipeline::render`]; its page says
    /// nothing here. Comes back when there is a beginning.
    ///
    /// # Errors
    /// As for [`Pipeline::render`]; [`RenderError::Parameter`] where the panel shows nothing that has rows;
    /// [`RenderError::Busy`] while the tenant has another export under way.
    pub async fn export(
        self: &Arc<Self>,
        tenant: &str,
        panel: &str,
        request: RenderRequest,
        format: ExportFormat,
    ) -> Result<Export, RenderError> {
        let turn = self.turn(tenant)?;
        let request = RenderRequest {
            paging: Paging {
                page: 1,
                ..request.paging
            },
            surface: None,
            ..request
        };
        let answer = match self.outline(tenant, panel, &request).await? {
            Some(outline) => Arc::new(outline),
            None => self.render(tenant, panel, request.clone()).await?.answer,
        };
        // What is shown meanwhile is not what there is.
        if answer.cache == CacheOutcome::Stale {
            return Err(RenderError::DatabaseDown(
                "the tenant's database cannot be reached: what its panels show meanwhile is not exported"
                    .to_owned(),
            ));
        }
        let columns = match (&answer.view, of_view(&answer.view)) {
            (View::Table(table), _) => heads(&table.columns),
            (_, Some((heads, _))) => heads,
            (_, None) => {
                return Err(RenderError::Parameter {
                    parameter: "format".to_owned(),
                    message: "the panel shows a picture or a text, which has no rows to export".to_owned(),
                });
            }
        };
        let (chunks, mut rest) = mpsc::channel(WAITING);
        let outlet = Outlet {
            sheet: SheetWriter::new(columns, format),
            chunks: chunks.clone(),
        };
        let (tenant, panel) = (tenant.to_owned(), panel.to_owned());
        let write = async move {
            let pipeline = Arc::clone(&turn.0);
            let writing = pipeline.write(&tenant, &panel, &request, &answer, outlet);
            let written = tokio::select! {
                () = chunks.closed() => Ok(()),
                written = tokio::time::timeout(WITHIN, writing) => written.unwrap_or_else(|_| {
                    Err(RenderError::TimedOut(format!("the export took longer than {} s", WITHIN.as_secs())))
                }),
            };
            if let Err(error) = written {
                tracing::warn!(tenant, panel, request_id = %request.request_id, kind = error.as_str(), "an export ended early");
                let _ = chunks.send(Err(error)).await;
            }
            drop(turn);
        };
        tokio::spawn(write.in_current_span());
        match rest.recv().await {
            Some(first) => Ok(Export { first: first?, rest }),
            None => Err(RenderError::Internal("an export was not begun".to_owned())),
        }
    }

    fn turn(self: &Arc<Self>, tenant: &str) -> Result<Turn, RenderError> {
        if !self.exports.lock().insert(tenant.to_owned()) {
            return Err(RenderError::Busy(
                "another export of this tenant is under way; try again when it is done".to_owned(),
            ));
        }
        Ok(Turn(Arc::clone(self), tenant.to_owned()))
    }

    async fn write(
        &self,
        tenant: &str,
        panel: &str,
        request: &RenderRequest,
        answer: &PanelAnswer,
        mut outlet: Outlet,
    ) -> Result<(), RenderError> {
        let written = match &answer.view {
            View::Table(table) => match self.source_of(tenant, panel, table) {
                Some((data, ready, source)) => {
                    let read = from_source(&data, &source, request, table, &mut outlet).await;
                    read.map_err(|error| failed(error, &ready))?
                }
                None => self.pages(tenant, panel, request, table, &mut outlet).await?,
            },
            view => {
                let mut written = Ok(());
                for row in of_view(view).into_iter().flat_map(|(_, rows)| rows) {
                    written = outlet.row(&row).await;
                    if written.is_err() {
                        break;
                    }
                }
                written
            }
        };
        // Who has gone needs no end.
        if written.is_ok() {
            let _ = outlet.end().await;
        }
        Ok(())
    }

    /// A table whose rows are its source's, without its rows: they are read once, and not a first page of them before.
    /// None: the view has to be made to be written.
    async fn outline(
        &self,
        tenant: &str,
        panel: &str,
        request: &RenderRequest,
    ) -> Result<Option<PanelAnswer>, RenderError> {
        let snapshot = self.snapshot.load_full();
        let ready_tenant = snapshot.tenants.get(tenant).ok_or(RenderError::NotFound)?;
        let (ready, refresh) = ready_tenant.panel(panel)?;
        if !self.shows_its_source(ready) {
            return Ok(None);
        }
        known_columns(ready, &request.paging)?;
        self.readers.reads(tenant);
        let plugin = self.plugin(tenant, ready)?;
        let asked = Asked {
            request,
            outline: true,
        };
        let made = self.call(tenant, ready_tenant, ready, refresh, &plugin, asked);
        Ok(Some(PanelAnswer::clone(&Box::pin(made).await?.first.answer)))
    }

    /// Whether a panel is the built-in table, which shows the rows of its source as they are.
    pub(super) fn shows_its_source(&self, panel: &ReadyPanel) -> bool {
        panel.config.type_name.value == TABLE && self.registry.is_built_in(TABLE)
    }

    /// The source whose rows a table shows as they are; none: the table is a plugin's own.
    fn source_of(
        &self,
        tenant: &str,
        panel: &str,
        table: &Table,
    ) -> Option<(TenantData, Arc<ReadyPanel>, data::Source)> {
        let snapshot = self.snapshot.load_full();
        let ready_tenant = snapshot.tenants.get(tenant)?;
        let Some(Entry::Ready(ready, _)) = ready_tenant.panels.get(panel) else {
            return None;
        };
        let source = ready.sources.get(MAIN)?;
        let is_its_own = self.shows_its_source(ready)
            && table.columns.len() == source.columns().len()
            && table
                .columns
                .iter()
                .zip(source.columns())
                .all(|(shown, column)| shown.name == column.name);
        let database = ready_tenant.database.as_ref().ok().filter(|_| is_its_own)?;
        Some((self.databases.tenant(database), Arc::clone(ready), source.clone()))
    }

    async fn pages(
        &self,
        tenant: &str,
        panel: &str,
        request: &RenderRequest,
        first: &Table,
        outlet: &mut Outlet,
    ) -> Result<Result<(), Gone>, RenderError> {
        let (mut seen, mut page) = (0_u64, 1);
        let mut next: Option<PanelAnswer> = None;
        loop {
            let table = match &next {
                None => first,
                Some(answer) => match &answer.view {
                    View::Table(table) if table.columns == first.columns => table,
                    _ => {
                        return Err(RenderError::Query(
                            "the panel's pages do not have the same columns".to_owned(),
                        ));
                    }
                },
            };
            for row in &table.rows {
                if outlet.row(row).await.is_err() {
                    return Ok(Err(Gone));
                }
            }
            seen = seen.saturating_add(table.rows.len() as u64);
            // A plugin without pages shows all on the first.
            if table.rows.is_empty() || seen >= table.total || table.page != page {
                return Ok(Ok(()));
            }
            page += 1;
            if page > PAGES {
                return Err(RenderError::TooLarge(format!(
                    "the table has more than {PAGES} pages"
                )));
            }
            let asked = RenderRequest {
                paging: Paging {
                    page,
                    page_size: Some(first.page_size),
                    ..request.paging.clone()
                },
                ..request.clone()
            };
            next = Some(self.render_once(tenant, panel, &asked).await?);
        }
    }
}

/// Reads the rows of a table from its source.
async fn from_source(
    data: &TenantData,
    source: &data::Source,
    request: &RenderRequest,
    table: &Table,
    outlet: &mut Outlet,
) -> Result<Result<(), Gone>, DataError> {
    let most = (ROW_TEXT / source.columns().len().max(1)).min(LONGEST_TEXT);
    let query = data::RowsQuery {
        range: Some(data::Range {
            start: request.range.start,
            end: request.range.end,
        }),
        sort: table
            .sort
            .iter()
            .map(|key| (key.column.clone(), key.descending))
            .collect(),
        filters: request.paging.filters.clone(),
        limit: i64::MAX as u64,
        texts: data::TextLimits {
            each: most,
            together: u64::MAX,
            digits: most,
        },
        ..data::RowsQuery::default()
    };
    let (pieces, mut taken) = mpsc::channel(WAITING);
    let reading = data.rows_in_pieces(source, &query, pieces);
    // Owns the receiver, so that an early end of the writing ends the reading.
    let writing = async move {
        while let Some(frame) = taken.recv().await {
            for row in rows(frame) {
                outlet.row(&row).await?;
            }
        }
        Ok(())
    };
    let (read, written) = tokio::join!(reading, writing);
    match (read, written) {
        // The reading ends early because nobody takes it any more.
        (_, Err(Gone)) => Ok(Err(Gone)),
        (Err(error), Ok(())) => Err(error),
        (Ok(()), Ok(())) => Ok(Ok(())),
    }
}

fn rows(frame: data::Frame) -> Vec<Vec<Value>> {
    fn put<T>(rows: &mut [Vec<Value>], cells: Vec<T>, value: impl Fn(T) -> Value) {
        for (row, cell) in rows.iter_mut().zip(cells) {
            row.push(value(cell));
        }
    }
    let width = frame.columns.len();
    let mut rows: Vec<Vec<Value>> = (0..frame.len()).map(|_| Vec::with_capacity(width)).collect();
    for column in frame.columns {
        match column.data {
            data::ColumnData::Numbers(cells) => put(&mut rows, cells, Value::from),
            data::ColumnData::Integers(cells) => put(&mut rows, cells, Value::from),
            data::ColumnData::Decimals(cells) => put(&mut rows, cells, number),
            data::ColumnData::Texts(cells) => put(&mut rows, cells, Value::from),
            data::ColumnData::Booleans(cells) => put(&mut rows, cells, Value::from),
            data::ColumnData::Instants(cells) => put(&mut rows, cells, Value::from),
        }
    }
    rows
}

/// A number as JSON can say it, or as its digits where a double does not hold them or there are too many.
fn number(digits: Option<String>) -> Value {
    let Some(digits) = digits else {
        return Value::Null;
    };
    if let Ok(whole) = digits.parse::<i64>() {
        return Value::from(whole);
    }
    match data::nearest(&digits) {
        (number, true) => Value::from(number),
        _ => Value::from(digits),
    }
}

fn failed(error: DataError, panel: &ReadyPanel) -> RenderError {
    match error {
        DataError::Invalid(message) | DataError::Query(message) => RenderError::Query(message),
        DataError::OutOfRange(fault) => match panel.config.sources.get(MAIN) {
            Some(source) => RenderError::Configuration(vec![placed(fault, source, &panel.config)]),
            None => RenderError::Query(fault.message),
        },
        DataError::TooLarge(message) => RenderError::TooLarge(message),
        DataError::TimedOut(message) => RenderError::TimedOut(format!(
            "the rows did not come in time: {message}; an export waits for each step of its query as long as any query may \
             run, `statement_timeout` under `database:`"
        )),
        DataError::Unavailable(message) => RenderError::DatabaseDown(message),
        DataError::Busy(message) => RenderError::Busy(message),
    }
}
