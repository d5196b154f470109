//! One tenant's data.

mod blame;
mod implausible;
mod pieces;
mod readers;

use std::borrow::Cow;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::advice::{self, Advice, Question};
use crate::buckets::{self, Asker, BucketStore};
use crate::catalogue::{Catalogue, Unknown};
use crate::connection::Connections;
use crate::digits;
use crate::error::DataError;
use crate::fault::Fault;
use crate::fill;
use crate::frame::{Column, Frame};
use crate::query::{Aggregate, Range, RowsAnswer, RowsQuery, SeriesAnswer, SeriesQuery};
use crate::source::Source;
use crate::sql::{self, Resolved, RowsStatements, Statement, Table, resolve, series_faults, time_column};
use crate::time::{self, TimeForm};
use blame::Asked;
use readers::Readers;

/// More labels or filters than this no request needs.
const MOST_LABELS: usize = 1000;
const MOST_KEYS: usize = 16;

/// One tenant's data. Cheap to clone; dropping a call's future stops its query.
#[derive(Debug, Clone)]
pub struct TenantData(pub(crate) Arc<Tenant>);

/// What is kept of one tenant between requests.
#[derive(Debug)]
pub(crate) struct Tenant {
    /// The tenant's id.
    pub(crate) id: Arc<str>,
    pub(crate) store: BucketStore,
    pub(crate) connections: Connections,
    pub(crate) catalogue: Catalogue,
}

impl TenantData {
    /// The tenant's id.
    pub fn tenant(&self) -> &str {
        &self.0.id
    }

    /// Points in time. Needs the columns `timestamp` (or another time column) and `value`; one series for each value
    /// of `series_label`, or one in all.
    pub async fn series(&self, source: &Source, query: &SeriesQuery) -> Result<SeriesAnswer, DataError> {
        let most = buckets::side_by_side(self.0.connections.most());
        self.points(source, query, self.asker(most, false)).await
    }

    /// Brings the buckets of a question up to date that nobody waits for: with one connection, and before readers would have to
    /// wait for what is to be read again.
    ///
    /// # Errors
    /// Those of [`series`](Self::series).
    pub async fn warm(&self, source: &Source, query: &SeriesQuery) -> Result<(), DataError> {
        self.points(source, query, self.asker(1, true)).await.map(|_| ())
    }

    async fn points(
        &self,
        source: &Source,
        query: &SeriesQuery,
        asker: Asker<'_>,
    ) -> Result<SeriesAnswer, DataError> {
        check_range(query.range)?;
        if query.bucket_seconds == Some(0) {
            return Err(DataError::Invalid("a bucket of 0 seconds holds nothing".into()));
        }
        if query.labels.len() > MOST_LABELS {
            return Err(DataError::Invalid(format!(
                "more than {MOST_LABELS} series are asked for by name"
            )));
        }
        check_texts(query.labels.iter())?;
        let (table, sampled) = self.table(source).await?;
        let resolved = resolved_or_query(source, &table, sampled)?;
        let answer = buckets::fetch(&asker, &resolved, query).await;
        let answer = self.blamed(&resolved, query.range, Asked::Series, answer).await;
        let mut answer = self.forget_if_refused(source, answer).await?;
        if resolved.is_single("value") && is_of_one_row(query) {
            let values = answer.series.iter_mut().flat_map(|series| &mut series.values);
            values.for_each(|value| *value = digits::single(*value));
        }
        if let Some(fill) = source.fill() {
            fill::fill(&mut answer, fill, query, time::now())?;
        }
        Ok(answer)
    }

    fn asker(&self, side_by_side: usize, is_ahead: bool) -> Asker<'_> {
        Asker {
            connections: &self.0.connections,
            tenant: &self.0.id,
            store: &self.0.store,
            side_by_side: Semaphore::new(side_by_side),
            is_ahead,
        }
    }

    /// Rows, sorted, filtered and paged.
    pub async fn rows(&self, source: &Source, query: &RowsQuery) -> Result<RowsAnswer, DataError> {
        check_range(query.range)?;
        if query.sort.len() > MOST_KEYS || query.filters.len() > MOST_KEYS {
            return Err(DataError::Invalid(format!(
                "more than {MOST_KEYS} columns to sort or filter by"
            )));
        }
        check_texts(query.filters.iter().map(|(_, contains)| contains))?;
        let (table, sampled) = self.table_for(source, query).await?;
        let resolved = resolved_or_query(source, &table, sampled)?;
        let answer = self.read_rows(&resolved, query).await;
        let answer = self.blamed(&resolved, query.range, Asked::Rows, answer).await;
        self.forget_if_refused(source, answer).await
    }

    /// Holds a source against the database's catalogue; no faults: it fits.
    pub async fn check(&self, source: &Source) -> Result<Vec<Fault>, DataError> {
        let found = match self.0.catalogue.table(&self.0.connections, source.table()).await {
            Ok(table) => table,
            Err(Unknown::Fault(fault)) => return Ok(vec![fault]),
            Err(Unknown::Error(error)) => return Err(error),
        };
        let sampled = self.sampled(source, &found).await?;
        Ok(resolve(source, &found, sampled).err().unwrap_or_default())
    }

    /// The same for a source that is asked for points in time, which needs more: a time column, and numbers.
    pub async fn check_series(&self, source: &Source) -> Result<Vec<Fault>, DataError> {
        let faults = self.check(source).await?;
        if !faults.is_empty() {
            return Ok(faults);
        }
        let (table, sampled) = self.table(source).await?;
        Ok(match resolve(source, &table, sampled) {
            Ok(resolved) => series_faults(&resolved),
            Err(faults) => faults,
        })
    }

    /// What a question costs the database, and which index would make it cheaper. The store is not asked.
    pub async fn advise(&self, source: &Source, question: &Question) -> Result<Advice, DataError> {
        let (table, sampled) = match question {
            Question::Series(_) => self.table(source).await?,
            Question::Rows(query) => self.table_for(source, query).await?,
        };
        let resolved = resolved_or_query(source, &table, sampled)?;
        advice::advise(&self.0.connections, &resolved, question).await
    }

    /// Whether the login may change data, which it need not; `None`: it cannot be told.
    pub async fn may_write(&self) -> Result<Option<bool>, DataError> {
        if self.0.connections.dialect() == sql::Dialect::Sqlite {
            // A file is opened for reading only.
            return Ok(Some(false));
        }
        let mut may = None;
        let text = "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n \
                    ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname <> 'information_schema' \
                    AND n.nspname !~ '^pg_' AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))";
        let statement = Statement {
            text: text.into(),
            binds: Vec::new(),
        };
        self.0
            .connections
            .each(statement, |row| {
                may = row.boolean(0);
                Ok(())
            })
            .await?;
        Ok(may)
    }

    /// What the database lacks of what charts are asked with; `None`: nothing. It is the function that is looked for and not the
    /// version: what else speaks PostgreSQL's protocol counts its versions otherwise.
    pub async fn lacks(&self) -> Result<Option<&'static str>, DataError> {
        if self.0.connections.dialect() == sql::Dialect::Sqlite {
            return Ok(None);
        }
        let statement = Statement {
            text: "SELECT to_regprocedure('date_bin(interval,timestamptz,timestamptz)') IS NOT NULL".into(),
            binds: Vec::new(),
        };
        let mut has = None;
        self.0
            .connections
            .each(statement, |row| {
                has = row.boolean(0);
                Ok(())
            })
            .await?;
        Ok((has == Some(false)).then_some("the function date_bin, which PostgreSQL has since version 14"))
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), DataError> {
        self.0
            .connections
            .each(
                Statement {
                    text: "SELECT 1".into(),
                    binds: Vec::new(),
                },
                |_| Ok(()),
            )
            .await
    }

    /// The source's table as far as it is remembered; where a column of the source is not in that, as it is now.
    async fn table(&self, source: &Source) -> Result<(Arc<Table>, Option<TimeForm>), DataError> {
        let mut table = self.remembered(source).await?;
        let has_all = |table: &Table| {
            let mut columns = source.columns().iter();
            columns.all(|column| table.find(&column.column, false).is_some())
                && time_column(source, table).is_ok()
        };
        if !has_all(&table) {
            self.0.catalogue.forget(source.table()).await;
            table = self.remembered(source).await?;
        }
        let sampled = self.sampled(source, &table).await?;
        Ok((table, sampled))
    }

    async fn remembered(&self, source: &Source) -> Result<Arc<Table>, DataError> {
        match self.0.catalogue.table(&self.0.connections, source.table()).await {
            Ok(table) => Ok(table),
            Err(Unknown::Fault(fault)) => Err(DataError::Query(sentence(&[fault]))),
            Err(Unknown::Error(error)) => Err(error),
        }
    }

    /// The same, with what a question for rows needs to know besides.
    async fn table_for(
        &self,
        source: &Source,
        query: &RowsQuery,
    ) -> Result<(Arc<Table>, Option<TimeForm>), DataError> {
        let (table, sampled) = self.table(source).await?;
        let table = match query.latest_per {
            None => table,
            Some(_) => {
                let Tenant {
                    connections,
                    catalogue,
                    ..
                } = &*self.0;
                catalogue.counted_table(connections, source.table(), table).await
            }
        };
        Ok((table, sampled))
    }

    /// How the time column counts time, where its type does not say.
    async fn sampled(&self, source: &Source, table: &Table) -> Result<Option<TimeForm>, DataError> {
        match time_column(source, table) {
            Ok(Some((place, _))) if table.dialect == sql::Dialect::Postgres => {
                self.0
                    .catalogue
                    .counted(&self.0.connections, table, &table.columns[place])
                    .await
            }
            _ => Ok(None),
        }
    }

    /// A refused query may mean that the table has changed since we looked.
    async fn forget_if_refused<T>(
        &self,
        source: &Source,
        answer: Result<T, DataError>,
    ) -> Result<T, DataError> {
        if let Err(DataError::Query(_)) = &answer {
            self.0.catalogue.forget(source.table()).await;
        }
        answer
    }

    async fn read_rows(&self, source: &Resolved<'_>, query: &RowsQuery) -> Result<RowsAnswer, DataError> {
        // One more than may be read, so that reading it shows there are too many.
        let limited = match query.limit > query.max_rows {
            true => Cow::Owned(RowsQuery {
                limit: query.max_rows.saturating_add(1),
                ..query.clone()
            }),
            false => Cow::Borrowed(query),
        };
        let statements = RowsStatements::new(source, &limited, time::now()).map_err(DataError::Invalid)?;
        let mut readers = Readers::new(source, query.texts);
        let mut rows = 0_u64;
        if query.limit > 0 {
            self.0
                .connections
                .each(statements.rows, |row| {
                    rows += 1;
                    readers.read(row);
                    within(rows, readers.bytes(), query)
                })
                .await?;
        }
        let total = match query.count {
            false => None,
            // The last page tells by itself.
            true if rows < query.limit && (rows > 0 || query.offset == 0) => {
                Some(query.offset.saturating_add(rows))
            }
            true => Some(self.count(statements.count).await?),
        };
        let (bytes_read, shortened) = (readers.bytes(), readers.shortened());
        let columns = readers
            .take()
            .into_iter()
            .zip(source.source.columns())
            .map(|(data, column)| Column {
                name: column.name.clone(),
                data,
            })
            .collect();
        Ok(RowsAnswer {
            frame: Frame { columns },
            total,
            shortened,
            rows_read: rows,
            bytes_read,
        })
    }

    async fn count(&self, statement: Statement) -> Result<u64, DataError> {
        let mut total = 0;
        self.0
            .connections
            .each(statement, |row| {
                total = row
                    .integer(0)
                    .and_then(|count| u64::try_from(count).ok())
                    .unwrap_or(0);
                Ok(())
            })
            .await?;
        Ok(total)
    }
}

/// Whether the values of an answer are the rows' own, and not computed of several.
fn is_of_one_row(query: &SeriesQuery) -> bool {
    query.bucket_seconds.is_none()
        || matches!(
            query.aggregate,
            Aggregate::Minimum | Aggregate::Maximum | Aggregate::Last
        )
}

/// Whether so much may be read.
fn within(rows: u64, bytes: u64, query: &RowsQuery) -> Result<(), DataError> {
    if rows > query.max_rows {
        let message = format!(
            "the answer has more than {} rows; ask for fewer at once",
            query.max_rows
        );
        return Err(DataError::TooLarge(message));
    }
    if bytes > query.max_bytes {
        let message = format!(
            "the answer has more than {} bytes; ask for fewer rows at once",
            query.max_bytes
        );
        return Err(DataError::TooLarge(message));
    }
    Ok(())
}

fn resolved_or_query<'a>(
    source: &'a Source,
    table: &'a Table,
    sampled: Option<TimeForm>,
) -> Result<Resolved<'a>, DataError> {
    resolve(source, table, sampled).map_err(|faults| DataError::Query(sentence(&faults)))
}

fn check_range(range: Option<Range>) -> Result<(), DataError> {
    match range {
        Some(Range { start, end }) if start >= end => Err(DataError::Invalid(
            "the range ends before it starts, or when it does".into(),
        )),
        _ => Ok(()),
    }
}

/// PostgreSQL knows no NUL in text.
fn check_texts<'t>(mut texts: impl Iterator<Item = &'t String>) -> Result<(), DataError> {
    match texts.any(|text| text.contains('\0') || text.len() > 10_000) {
        true => Err(DataError::Invalid(
            "a label or filter has a NUL character or is too long".into(),
        )),
        false => Ok(()),
    }
}

fn sentence(faults: &[Fault]) -> String {
    faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("; ")
}
