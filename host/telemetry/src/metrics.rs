//! Figures for Prometheus. Rooms count with the `metrics` macros and know nothing of this; here is where it is gathered.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::TelemetryError;

/// Where the buckets of durations end, seconds.
const SECONDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
];

/// All figures of this process.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl Metrics {
    /// Gathers from now on; what was counted before is lost, so this comes first.
    ///
    /// # Errors
    /// When figures are gathered in this process already.
    pub fn gather() -> Result<Self, TelemetryError> {
        let handle = PrometheusBuilder::new()
            .set_buckets(&SECONDS)
            .map_err(|_| TelemetryError::AlreadySet)?
            .install_recorder()
            .map_err(|_| TelemetryError::AlreadySet)?;
        Ok(Self { handle })
    }

    /// The figures of this moment, in Prometheus' text format.
    pub fn text(&self) -> String {
        self.handle.render()
    }
}
