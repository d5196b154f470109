//! Which part of a source the database could not compute with.
//!
//! It says that a number is out of range and not where. So each part is computed alone, over the same rows, until one fails.

use std::time::Duration;

use super::TenantData;
use crate::error::DataError;
use crate::fault::{Fault, Part};
use crate::fragment::Refusal;
use crate::query::Range;
use crate::sql::{Resolved, Statement, Suspect, suspects, time_column};
use crate::time;

/// Finding out takes no longer than this: a reader waits for the answer.
const WITHIN: Duration = Duration::from_secs(2);

/// What a source was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// All of its columns.
    Rows,
    /// Its values, which may be added up.
    Series,
}

impl TenantData {
    /// The same answer; an error about the data with the part of the source that it is about, and what to do.
    pub(super) async fn blamed<T>(
        &self,
        source: &Resolved<'_>,
        range: Option<Range>,
        asked: Asked,
        answer: Result<T, DataError>,
    ) -> Result<T, DataError> {
        let Err(DataError::OutOfRange(said)) = answer else {
            return answer;
        };
        let mut suspects = suspects(source, range, time::now());
        if asked == Asked::Series {
            suspects.retain(|(suspect, _)| matches!(suspect, Suspect::Time | Suspect::Condition));
        }
        let found = tokio::time::timeout(WITHIN, self.first_that_fails(suspects)).await;
        let suspect = match (found.ok().flatten(), asked) {
            (None, Asked::Series) => source.configured("value").map(Suspect::Column),
            (found, _) => found,
        };
        Err(DataError::OutOfRange(match suspect {
            Some(suspect) => fault(source, suspect, &said.message),
            None => {
                said.help("read from a view that bounds the values, or leave such rows out with `where:`")
            }
        }))
    }

    async fn first_that_fails(&self, suspects: Vec<(Suspect, Statement)>) -> Option<Suspect> {
        for (suspect, statement) in suspects {
            match self.0.connections.each(statement, |_| Ok(())).await {
                Ok(()) => {}
                Err(DataError::OutOfRange(_)) => return Some(suspect),
                // The others would fare no better.
                Err(_) => return None,
            }
        }
        None
    }
}

fn fault(source: &Resolved<'_>, suspect: Suspect, message: &str) -> Fault {
    let computed = "compute with smaller values there, as with one that is divided first, or do it in a view that bounds them";
    let written = |offset: usize| Refusal::new(offset, message.to_owned()).help(computed);
    match suspect {
        Suspect::Condition => source.source.condition_fault(written(0)),
        Suspect::Order(place) => {
            let key = source.source.order().get(place);
            source
                .source
                .order_fault(written(key.map_or(0, |key| key.expr.at)))
        }
        Suspect::Time => {
            let part = time_column(source.source, source.table).ok().flatten();
            let part = part.map_or(Part::Table, |(_, part)| part);
            Fault::new(part, format!("the time column: {message}"))
                .help("read from a view that leaves such rows out, or that makes timestamps of them")
        }
        Suspect::Column(index) => {
            let column = &source.source.columns()[index];
            Fault::new(
                Part::Column(column.name.clone()),
                format!("the column `{}`: {message}", column.column),
            )
            .help("leave such rows out with `where:`, or read from a view that scales or bounds the values")
        }
    }
}
