//! The host's side of the contract: what happens when a guest calls one of its imports.
//!
//! Everything that comes in here was written by somebody unknown. Errors the guest can do something about are values;
//! only a handle that does not exist ends the call.

use std::sync::Arc;

use wasmtime::component::Resource;

use crate::background::at_home;
use crate::bindings::{ColumnInfo, QueryError, Rows, RowsRequest, SeriesAnswer, SeriesRequest, log, query};
use crate::fault::LimitName;
use crate::receipt::LogLevel;
use crate::source::Source;
use crate::state::{CallState, size_of_rows, size_of_series};

/// Longest source name that is looked up; configurations have none that long.
const LONGEST_NAME: usize = 256;

/// What a guest's `source` handle stands for.
pub struct OpenSource {
    source: Arc<dyn Source>,
}

impl query::Host for CallState {
    async fn open(&mut self, name: String) -> wasmtime::Result<Result<Resource<OpenSource>, QueryError>> {
        if name.len() > LONGEST_NAME {
            return Ok(Err(QueryError::Denied(
                "no source has a name that long".to_owned(),
            )));
        }
        let source = match self.sources.open(&name) {
            Ok(source) => source,
            Err(error) => return Ok(Err(error)),
        };
        match self.open.push(OpenSource { source }) {
            Ok(handle) => Ok(Ok(handle)),
            Err(_full) => {
                self.reached.get_or_insert(LimitName::Handles);
                Ok(Err(QueryError::Other(format!(
                    "{} sources are open, which is the most one call may have open; drop one first",
                    self.limits.handles
                ))))
            }
        }
    }
}

impl query::HostSource for CallState {
    fn columns(&mut self, handle: Resource<OpenSource>) -> wasmtime::Result<Vec<ColumnInfo>> {
        Ok(self.open.get(&handle)?.source.columns())
    }

    async fn series(
        &mut self,
        handle: Resource<OpenSource>,
        request: SeriesRequest,
    ) -> wasmtime::Result<Result<SeriesAnswer, QueryError>> {
        let source = self.open.get(&handle)?.source.clone();
        if let Err(error) = self.count_query() {
            return Ok(Err(error));
        }
        let before = source.buckets_computed();
        let asked = source.clone();
        let question = at_home(&self.home, async move { asked.series(request).await });
        let answer = self.meter.ask(question).await;
        self.buckets_computed += source.buckets_computed().saturating_sub(before);
        Ok(answer.unwrap_or_else(gone).and_then(|answer| {
            let (rows, bytes) = size_of_series(&answer);
            self.count_answer(rows, bytes)?;
            Ok(answer)
        }))
    }

    async fn rows(
        &mut self,
        handle: Resource<OpenSource>,
        request: RowsRequest,
    ) -> wasmtime::Result<Result<Rows, QueryError>> {
        let source = self.open.get(&handle)?.source.clone();
        if let Err(error) = self.count_query() {
            return Ok(Err(error));
        }
        let question = at_home(&self.home, async move { source.rows(request).await });
        let answer = self.meter.ask(question).await;
        Ok(answer.unwrap_or_else(gone).and_then(|answer| {
            let (rows, bytes) = size_of_rows(&answer);
            self.count_answer(rows, bytes)?;
            Ok(answer)
        }))
    }

    fn drop(&mut self, handle: Resource<OpenSource>) -> wasmtime::Result<()> {
        self.open.delete(handle)?;
        Ok(())
    }
}

/// Nobody is there any more to ask the question.
fn gone<T>() -> Result<T, QueryError> {
    Err(QueryError::Unavailable("the host is stopping".to_owned()))
}

impl log::Host for CallState {
    fn write(&mut self, level: log::Level, message: String) -> wasmtime::Result<()> {
        let level = match level {
            log::Level::Debug => LogLevel::Debug,
            log::Level::Info => LogLevel::Info,
            log::Level::Warn => LogLevel::Warn,
            log::Level::Error => LogLevel::Error,
        };
        self.log.write(level, &message);
        Ok(())
    }
}

impl crate::bindings::types::Host for CallState {}
impl crate::bindings::views::Host for CallState {}
