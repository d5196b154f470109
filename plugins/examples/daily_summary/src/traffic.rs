//! The traffic of a day.

use porthole_sdk::{Failure, RowsRequest, Source};

use crate::day::DAY;

/// Rows of one day that are read: one per minute and some.
const MOST: u32 = 2_000;

/// The sums of a day.
#[derive(Debug, Default, PartialEq)]
pub struct Traffic {
    pub requests: f64,
    pub failed: f64,
    /// Mean over all requests, milliseconds; none without requests.
    pub response_ms: Option<f64>,
    /// The hour with the most requests, 0 to 23, and how many.
    pub busiest: Option<(u8, f64)>,
}

impl Traffic {
    /// Reads the rows of a day and adds them up.
    ///
    /// # Errors
    /// When the source does not answer.
    pub fn read(source: &dyn Source, day: i64) -> Result<Self, Failure> {
        let frame = source
            .rows(RowsRequest {
                span: crate::range(day),
                limit: MOST,
                ..RowsRequest::default()
            })?
            .frame;
        let number = |name: &str, row| frame.column(name).and_then(|column| column.number(row));
        let mut all = Self::default();
        let mut hours = [0.0f64; 24];
        let mut waited = 0.0;
        for row in 0..frame.height() {
            let requests = number("requests", row).unwrap_or(0.0).max(0.0);
            all.requests += requests;
            all.failed += number("failed", row).unwrap_or(0.0).max(0.0);
            waited += requests * number("response_ms", row).unwrap_or(0.0).max(0.0);
            let instant = frame.column("timestamp").and_then(|column| column.instant(row));
            let hour = instant.map_or(0, |instant| instant.rem_euclid(DAY) / 3_600_000);
            if let Some(hour) = hours.get_mut(hour as usize) {
                *hour += requests;
            }
        }
        if all.requests > 0.0 {
            // A busy hour's answers count for more than a quiet one's.
            all.response_ms = Some(waited / all.requests);
            all.busiest = (0u8..).zip(hours).max_by(|(_, a), (_, b)| a.total_cmp(b));
        }
        Ok(all)
    }

    /// Percent of the requests that failed; none without requests.
    pub fn error_rate(&self) -> Option<f64> {
        (self.requests > 0.0).then(|| (self.failed / self.requests * 100.0).min(100.0))
    }
}
