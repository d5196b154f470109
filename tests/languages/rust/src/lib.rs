//! What `probe.py` and `probe.js` do when they are told to `scale`, in Rust: the benchmark's measure for them.

use porthole_sdk::{
    Axis, Call, Chart, Descriptor, Failure, Mark, Panel, Plot, Resolution, SeriesRequest, Sources, View,
};

/// Fetches all series of `main`, doubles every value, and shows them as lines.
pub struct Probe;

impl Panel for Probe {
    fn describe() -> Descriptor {
        Descriptor::new("probe_rust", "Probe in Rust", env!("CARGO_PKG_VERSION"))
    }

    fn render(_: &Call, sources: &dyn Sources) -> Result<View, Failure> {
        let answer = sources.open("main")?.series(SeriesRequest {
            resolution: Resolution::Raw,
            ..SeriesRequest::default()
        })?;
        let plots = answer.series.into_iter().map(|mut series| {
            for value in &mut series.values {
                *value *= 2.0;
            }
            Plot {
                series,
                color: None,
                mark: Mark::Line,
                join_within: None,
            }
        });
        Ok(View::Chart(Chart {
            plots: plots.collect(),
            y_axis: Axis::default(),
            thresholds: Vec::new(),
            stacked: false,
        }))
    }
}

porthole_sdk::export!(Probe);
