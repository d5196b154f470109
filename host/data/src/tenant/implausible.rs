//! Times that are numbers, and no times that anybody would have measured at.

use super::TenantData;
use crate::error::DataError;
use crate::fault::Fault;
use crate::source::Source;
use crate::sql::{Dialect, Kind, Statement, quote, time_column};
use crate::time::TimeForm;

/// Rows that are looked at.
const SAMPLE: usize = 100;
/// March 1973 in seconds: who counts from a start of their own has smaller numbers.
const LEAST: f64 = 100_000_000.0;
/// The year 5138 in milliseconds: who counts microseconds or less has larger ones.
const MOST: f64 = 100_000_000_000_000.0;

impl TenantData {
    /// What is no fault of a source that fits the database, and probably not meant all the same.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub async fn doubts(&self, source: &Source) -> Result<Vec<Fault>, DataError> {
        let (table, _) = self.table(source).await?;
        let Ok(Some((place, part))) = time_column(source, &table) else {
            return Ok(Vec::new());
        };
        let column = &table.columns[place];
        let is_counted = match &column.kind {
            Kind::Time(TimeForm::Seconds { .. } | TimeForm::Millis { .. }) => true,
            kind => kind.is_numeric(),
        };
        if !is_counted {
            return Ok(Vec::new());
        }
        let (quoted, number) = match table.dialect {
            Dialect::Postgres => (quote(&column.name), "float8"),
            Dialect::Sqlite => (quote(&column.name), "real"),
        };
        let text = format!(
            "SELECT max(CAST(v AS {number})) FROM (SELECT {quoted} AS v FROM {} WHERE {quoted} IS NOT NULL LIMIT {SAMPLE}) AS s",
            table.quoted
        );
        let statement = Statement {
            text,
            binds: Vec::new(),
        };
        let mut most = f64::NAN;
        let read = self.0.connections.each(statement, |row| {
            most = row.number(0);
            Ok(())
        });
        read.await?;
        Ok(doubt(most)
            .map(|(message, help)| Fault::new(part, message).help(help))
            .into_iter()
            .collect())
    }
}

/// What is to be said of times of which the largest is this; missing where there are none.
fn doubt(most: f64) -> Option<(String, &'static str)> {
    let help = "numbers count seconds or milliseconds since 1970-01-01 00:00 UTC; otherwise name a column with a time type, as a \
                view can have it";
    if most < LEAST {
        return Some((
            format!("the times are numbers up to {most}, which is before March 1973"),
            help,
        ));
    }
    (most >= MOST).then(|| {
        (
            format!("the times are numbers up to {most:.0}, which is after the year 5000"),
            help,
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_that_count_from_1970_are_plausible() {
        for good in [1_769_817_600.0, 1_769_817_600_000.0, f64::NAN] {
            assert!(doubt(good).is_none(), "{good}");
        }
        for odd in [0.0, -5.0, 86_400.5, 1_769_817_600_000_000.0, 1.7e18] {
            assert!(doubt(odd).is_some(), "{odd}");
        }
    }
}
