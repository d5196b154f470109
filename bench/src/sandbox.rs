//! The price of the sandbox: the built-in timeseries panel as a component, and the same code called natively, fed by
//! sources that hand out a copy of the same prepared points.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use async_trait::async_trait;
use porthole_plugin_timeseries::Timeseries;
use porthole_sandbox::bindings as guest;
use porthole_sandbox::{Limits, Sandbox, SandboxOptions};
use porthole_sdk::Panel;

use crate::report::{Aim, Report, median};

const SIZES: [usize; 4] = [0, 1_000, 10_000, 100_000];
/// Each side is measured for this long per size, in turns.
const EACH: Duration = Duration::from_millis(1500);
const TURNS: u32 = 5;
const STEP: i64 = 10_000;

/// That many points.
pub struct Points(pub usize);

impl Points {
    /// When, milliseconds since the Unix epoch.
    pub fn instants(&self) -> Vec<i64> {
        (0..self.0 as i64)
            .map(|place| 1_780_000_000_000 + place * STEP)
            .collect()
    }

    /// What.
    pub fn values(&self) -> Vec<f64> {
        (0..self.0)
            .map(|place| (place as f64 * 0.37).sin() * 50.0 + 50.0)
            .collect()
    }
}

fn columns() -> [&'static str; 2] {
    ["timestamp", "value"]
}

/// Hands a copy of the points to a component.
pub struct Prepared(pub Arc<guest::Series>);

impl porthole_sandbox::Sources for Prepared {
    fn open(&self, _: &str) -> Result<Arc<dyn porthole_sandbox::Source>, guest::QueryError> {
        Ok(Arc::new(Handle(Arc::clone(&self.0))))
    }
}

struct Handle(Arc<guest::Series>);

#[async_trait]
impl porthole_sandbox::Source for Handle {
    fn columns(&self) -> Vec<guest::ColumnInfo> {
        columns()
            .map(|name| guest::ColumnInfo {
                name: name.into(),
                title: None,
                format: None,
            })
            .into()
    }

    async fn series(&self, _: guest::SeriesRequest) -> Result<guest::SeriesAnswer, guest::QueryError> {
        Ok(guest::SeriesAnswer {
            series: vec![guest::Series::clone(&self.0)],
            bucket_seconds: None,
        })
    }

    async fn rows(&self, _: guest::RowsRequest) -> Result<guest::Rows, guest::QueryError> {
        Err(guest::QueryError::Invalid("only series are measured".into()))
    }
}

/// Hands a copy of the points to native code.
pub struct Native(pub porthole_sdk::Series);

impl porthole_sdk::Sources for Native {
    fn open(&self, _: &str) -> Result<Box<dyn porthole_sdk::Source>, porthole_sdk::QueryError> {
        Ok(Box::new(NativeHandle(self.0.clone())))
    }
}

struct NativeHandle(porthole_sdk::Series);

impl porthole_sdk::Source for NativeHandle {
    fn columns(&self) -> Vec<porthole_sdk::ColumnInfo> {
        columns()
            .map(|name| porthole_sdk::ColumnInfo {
                name: name.into(),
                title: None,
                format: None,
            })
            .into()
    }

    fn series(
        &self,
        _: porthole_sdk::SeriesRequest,
    ) -> Result<porthole_sdk::SeriesAnswer, porthole_sdk::QueryError> {
        Ok(porthole_sdk::SeriesAnswer {
            series: vec![self.0.clone()],
            bucket_seconds: None,
        })
    }

    fn rows(&self, _: porthole_sdk::RowsRequest) -> Result<porthole_sdk::Rows, porthole_sdk::QueryError> {
        Err(porthole_sdk::QueryError::Invalid(
            "only series are measured".into(),
        ))
    }
}

/// A call of a component.
pub fn guest_call() -> guest::Call {
    guest::Call {
        panel_id: "bench".into(),
        display: "{}".into(),
        parameters: "{}".into(),
        range: guest::TimeRange {
            start: 1_780_000_000_000,
            end: 1_790_000_000_000,
        },
        now: 1_790_000_000_000,
        time_zone: "UTC".into(),
        raw: true,
        labels: vec![],
        max_points: None,
        surface: None,
        paging: guest::Paging {
            page: 1,
            page_size: None,
            sort: vec![],
            filters: vec![],
        },
    }
}

/// The same for native code.
pub fn native_call() -> porthole_sdk::Call {
    porthole_sdk::Call {
        panel_id: "bench".into(),
        display: "{}".into(),
        parameters: "{}".into(),
        range: porthole_sdk::TimeRange {
            start: 1_780_000_000_000,
            end: 1_790_000_000_000,
        },
        now: 1_790_000_000_000,
        time_zone: "UTC".into(),
        raw: true,
        labels: vec![],
        max_points: None,
        surface: None,
        paging: porthole_sdk::Paging {
            page: 1,
            page_size: None,
            sort: vec![],
            filters: vec![],
        },
    }
}

/// Measures both sides for each size, in turns, and prints medians and their ratio.
pub async fn run(report: &mut Report) -> anyhow::Result<()> {
    println!(
        "\nThe sandbox's price per call: a fresh instance of the timeseries panel, against the same code native"
    );
    let component = porthole_builtin::components()
        .iter()
        .find(|component| component.name == "porthole_plugin_timeseries");
    let component = component.context("this binary was built without its panels; run `cargo xtask build`")?;
    let sandbox = Sandbox::new(SandboxOptions::default())?;
    let plugin = sandbox.load(component.bytes.to_vec(), "built in").await?;
    // The answer of 100,000 points must be measured, not refused.
    let limits = Limits::default();
    for size in SIZES {
        let points = Points(size);
        let series = guest::Series {
            label: "web-1".into(),
            instants: points.instants(),
            values: points.values(),
        };
        let sources: Arc<dyn porthole_sandbox::Sources> = Arc::new(Prepared(Arc::new(series)));
        let native = Native(porthole_sdk::Series {
            label: "web-1".into(),
            instants: points.instants(),
            values: points.values(),
        });
        let (mut boxed, mut plain) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            let until = Instant::now() + EACH / TURNS;
            while Instant::now() < until {
                let call = guest_call();
                let start = Instant::now();
                let rendered = sandbox
                    .render(&plugin, "bench", call, Arc::clone(&sources), &limits)
                    .await?;
                boxed.push(micros(start));
                let guest::View::Chart(chart) = rendered.view else {
                    anyhow::bail!("no chart came back")
                };
                ensure!(
                    chart
                        .plots
                        .iter()
                        .map(|plot| plot.series.values.len())
                        .sum::<usize>()
                        == size
                );
            }
            let until = Instant::now() + EACH / TURNS;
            while Instant::now() < until {
                let call = native_call();
                let start = Instant::now();
                let view = Timeseries::render(&call, &native);
                plain.push(micros(start));
                let Ok(porthole_sdk::View::Chart(chart)) = view else {
                    anyhow::bail!("no chart came back")
                };
                ensure!(
                    chart
                        .plots
                        .iter()
                        .map(|plot| plot.series.values.len())
                        .sum::<usize>()
                        == size
                );
            }
        }
        let (calls, boxed, plain) = (boxed.len(), median(boxed), median(plain));
        println!("  {size} points ({calls} calls)");
        let aim = match size {
            0 => Aim::AtMost(60.0),
            10_000 => Aim::AtMost(250.0),
            _ => Aim::None,
        };
        report.figure("sandboxed", boxed, "µs", aim);
        report.figure("native", plain, "µs", Aim::None);
        report.ratio(
            &format!("sandboxed / native, {size} points"),
            boxed / plain,
            Aim::None,
        );
    }
    Ok(())
}

/// Microseconds since then.
pub fn micros(start: Instant) -> f64 {
    start.elapsed().as_nanos() as f64 / 1000.0
}
