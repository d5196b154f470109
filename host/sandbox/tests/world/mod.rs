//! What the tests of this folder share: a sandbox, the rogue, and data that is made up.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

pub mod gallery;
pub mod handmade;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use porthole_sandbox::bindings::{
    Call, Column, ColumnData, ColumnInfo, Frame, Paging, QueryError, Rows, RowsRequest, Series, SeriesAnswer,
    SeriesRequest, TimeRange,
};
use porthole_sandbox::{
    FaultKind, LimitName, Limits, Occupancy, Plugin, RenderFault, Rendered, Sandbox, SandboxOptions, Source,
    Sources,
};

/// Where `cargo xtask build` puts components.
pub fn components() -> PathBuf {
    std::env::var_os("PORTHOLE_COMPONENTS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../target/components"),
        PathBuf::from,
    )
}

/// The bytes of one of them.
pub fn component(name: &str) -> Vec<u8> {
    let path = components().join(format!("{name}.wasm"));
    std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run `cargo xtask build` first", path.display()))
}

/// A sandbox with few places, so that a place that is not given back is noticed.
pub fn small_sandbox() -> Sandbox {
    Sandbox::new(SandboxOptions {
        calls: 8,
        ..SandboxOptions::default()
    })
    .unwrap()
}

/// A sandbox and the rogue in it.
pub async fn sandbox_with_rogue() -> (Sandbox, Arc<Plugin>) {
    let sandbox = small_sandbox();
    let rogue = sandbox
        .load(component("porthole_rogues"), "the rogue")
        .await
        .unwrap();
    (sandbox, rogue)
}

/// A call whose parameters are this JSON.
pub fn call(parameters: &str) -> Call {
    Call {
        panel_id: "panel".to_owned(),
        display: "{}".to_owned(),
        parameters: parameters.to_owned(),
        range: TimeRange {
            start: 0,
            end: 3_600_000,
        },
        now: 3_600_000,
        time_zone: "UTC".to_owned(),
        raw: false,
        labels: Vec::new(),
        max_points: None,
        surface: None,
        paging: Paging {
            page: 1,
            page_size: None,
            sort: Vec::new(),
            filters: Vec::new(),
        },
    }
}

/// Renders with the default limits, and time enough on a busy machine, for the tenant `acme`.
pub async fn render(
    sandbox: &Sandbox,
    plugin: &Arc<Plugin>,
    parameters: &str,
) -> Result<Rendered, Box<RenderFault>> {
    render_within(sandbox, plugin, parameters, &gallery::patient()).await
}

/// Renders with these limits for the tenant `acme`.
pub async fn render_within(
    sandbox: &Sandbox,
    plugin: &Arc<Plugin>,
    parameters: &str,
    limits: &Limits,
) -> Result<Rendered, Box<RenderFault>> {
    sandbox
        .render(
            plugin,
            "acme",
            call(parameters),
            Arc::new(OneSource::new(Data::points(100))),
            limits,
        )
        .await
}

/// The limit a call ended at.
pub fn limit_of(result: Result<Rendered, Box<RenderFault>>) -> (LimitName, String) {
    match result.map_err(|fault| *fault) {
        Err(RenderFault {
            kind: FaultKind::Limit { name, value },
            message,
            ..
        }) => {
            assert!(
                message.contains(name.as_str()),
                "the message names the limit: {message}"
            );
            (name, value)
        }
        other => panic!("no limit was reached: {other:?}"),
    }
}

/// What is taken of a pool that nobody uses.
const EMPTY: Occupancy = Occupancy {
    instances: 0,
    memories: 0,
    tables: 0,
    stacks: 0,
};

/// Asserts that every place of the pool is free.
pub fn assert_empty(sandbox: &Sandbox) {
    assert_eq!(sandbox.occupancy(), EMPTY);
}

/// Waits until every place of the pool is free: a call that had moved to the background ends at its next pause, and gives its
/// places back one after the other.
pub async fn assert_empties(sandbox: &Sandbox) {
    let left = std::time::Instant::now();
    while sandbox.occupancy() != EMPTY && left.elapsed() < std::time::Duration::from_secs(5) {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    assert_empty(sandbox);
}

/// Made-up data.
#[derive(Clone)]
pub enum Data {
    /// One series `cpu` with as many points, and as many rows.
    Points(Arc<Series>),
    /// Never answers.
    Silence,
    /// Answers after a while.
    After(std::time::Duration),
}

impl Data {
    /// `count` points, a minute apart.
    pub fn points(count: usize) -> Self {
        Self::Points(Arc::new(Series {
            label: "cpu".to_owned(),
            instants: (0..count as i64).map(|index| index * 60_000).collect(),
            values: (0..count).map(|index| index as f64).collect(),
        }))
    }
}

/// One source, `main`, that counts its questions.
pub struct OneSource {
    source: Arc<Fake>,
}

impl OneSource {
    /// A source with this data.
    pub fn new(data: Data) -> Self {
        Self {
            source: Arc::new(Fake {
                data,
                asked: AtomicU32::new(0),
            }),
        }
    }

    /// How many questions reached the data.
    pub fn asked(&self) -> u32 {
        self.source.asked.load(Ordering::Relaxed)
    }
}

impl Sources for OneSource {
    fn open(&self, name: &str) -> Result<Arc<dyn Source>, QueryError> {
        if name == "main" {
            Ok(self.source.clone())
        } else {
            Err(QueryError::Denied(
                "the configuration declares no such source".to_owned(),
            ))
        }
    }
}

struct Fake {
    data: Data,
    asked: AtomicU32,
}

#[async_trait]
impl Source for Fake {
    fn columns(&self) -> Vec<ColumnInfo> {
        vec![ColumnInfo {
            name: "value".to_owned(),
            title: None,
            format: None,
        }]
    }

    async fn series(&self, _request: SeriesRequest) -> Result<SeriesAnswer, QueryError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let series = match &self.data {
            Data::Points(series) => vec![Series::clone(series)],
            Data::Silence => std::future::pending().await,
            Data::After(time) => {
                tokio::time::sleep(*time).await;
                Vec::new()
            }
        };
        Ok(SeriesAnswer {
            series,
            bucket_seconds: Some(60),
        })
    }

    async fn rows(&self, request: RowsRequest) -> Result<Rows, QueryError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let values = vec![1.0; request.limit as usize];
        let columns = vec![Column {
            name: "value".to_owned(),
            data: ColumnData::Numbers(values),
        }];
        Ok(Rows {
            frame: Frame { columns },
            total: None,
        })
    }
}
