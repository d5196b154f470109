//! One number of all that was measured in a stretch of time.

use porthole_sdk::{Aggregate, Call, Failure, Resolution, SeriesRequest, Source, Span, TimeRange};
use serde::Deserialize;

use crate::sparkline::step;

/// Which number of the range is shown.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Calculation {
    /// The first row in the configured order.
    #[default]
    Newest,
    Average,
    Minimum,
    Maximum,
    Sum,
    Count,
}

impl Calculation {
    /// What its course is drawn with; none: as the panel's configuration says.
    pub fn aggregate(self) -> Option<Aggregate> {
        Some(match self {
            Self::Newest => return None,
            Self::Average => Aggregate::Average,
            Self::Minimum => Aggregate::Minimum,
            Self::Maximum => Aggregate::Maximum,
            Self::Sum => Aggregate::Sum,
            Self::Count => Aggregate::Count,
        })
    }

    /// The number, of all series together; none: nothing was measured. It is put together of buckets, which the host keeps: an
    /// average is the sum of their sums by the sum of their counts.
    pub fn of(self, source: &dyn Source, call: &Call, range: TimeRange) -> Result<Option<f64>, Failure> {
        let parts = |aggregate| values(source, call, range, aggregate);
        let Some(aggregate) = self.aggregate() else {
            return Ok(None);
        };
        Ok(match self {
            // Nothing is a count as well.
            Self::Count => Some(parts(Aggregate::Count)?.into_iter().sum()),
            Self::Average => {
                let count: f64 = parts(Aggregate::Count)?.into_iter().sum();
                let sum: f64 = parts(Aggregate::Sum)?.into_iter().sum();
                (count > 0.0).then_some(sum / count)
            }
            Self::Minimum => parts(aggregate)?.into_iter().reduce(f64::min),
            Self::Maximum => parts(aggregate)?.into_iter().reduce(f64::max),
            _ => parts(aggregate)?.into_iter().reduce(|sum, part| sum + part),
        }
        .filter(|value| value.is_finite()))
    }
}

/// What each bucket of each series has, where it has anything.
fn values(
    source: &dyn Source,
    call: &Call,
    range: TimeRange,
    aggregate: Aggregate,
) -> Result<Vec<f64>, Failure> {
    let answer = source.series(SeriesRequest {
        span: Span::Between(range),
        resolution: Resolution::Seconds(step(range)),
        aggregate: Some(aggregate),
        labels: call.labels.clone(),
    })?;
    let values = answer.series.into_iter().flat_map(|series| series.values);
    Ok(values.filter(|value| value.is_finite()).collect())
}
