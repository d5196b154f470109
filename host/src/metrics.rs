//! `/metrics`, on a listener of its own: figures name tenants and plugins, and are no reader's business.

mod help;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use metrics::gauge;
use parking_lot::Mutex;
use porthole_identity::Identity;
use porthole_panel::Pipeline;
use porthole_sandbox::Sandbox;
use porthole_telemetry::Metrics;
use tokio::net::TcpListener;

/// Prometheus' text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Tenants whose pools have figures of their own: a figure that was told once is told for as long as the process lives.
const TENANTS: usize = 500;
/// The label of all others together, which no tenant can be called.
const OTHERS: &str = "*";

/// Everything that is counted, and whoever is looked at for what is not.
#[derive(Clone)]
pub struct Figures {
    metrics: Metrics,
    sandbox: Sandbox,
    pipeline: Arc<Pipeline>,
    identity: Arc<Identity>,
    /// Tenants whose pools have figures.
    named: Arc<Mutex<BTreeSet<String>>>,
}

impl Figures {
    pub fn new(metrics: Metrics, sandbox: Sandbox, pipeline: Arc<Pipeline>, identity: Arc<Identity>) -> Self {
        help::describe();
        porthole_data::expect_figures();
        Self {
            metrics,
            sandbox,
            pipeline,
            identity,
            named: Arc::default(),
        }
    }

    /// The figures of this moment, in Prometheus' text format.
    pub fn text(&self) -> String {
        let occupancy = self.sandbox.occupancy();
        gauge!("porthole_compile_queue").set(self.sandbox.compile_queue() as f64);
        gauge!("porthole_sandbox_instances").set(occupancy.instances as f64);
        gauge!("porthole_sandbox_memories").set(occupancy.memories as f64);
        gauge!("porthole_sandbox_stacks").set(occupancy.stacks as f64);
        let (open, idle) = self.identity.connections();
        gauge!("porthole_central_connections", "state" => "busy").set((open - idle) as f64);
        gauge!("porthole_central_connections", "state" => "idle").set(idle as f64);
        self.pools();
        self.metrics.text()
    }

    fn pools(&self) {
        let mut pools = self.pipeline.pools();
        let mut named = self.named.lock();
        // Pools that are gone have no connections, and say so.
        for tenant in named.iter() {
            pools.entry(tenant.clone()).or_default();
        }
        let (mut busy, mut idle, mut waiting) = (0, 0, 0);
        for (tenant, pool) in pools {
            if named.len() < TENANTS {
                named.insert(tenant.clone());
            }
            if named.contains(&tenant) {
                tell(&tenant, pool.open - pool.idle, pool.idle, pool.waiting);
            } else {
                busy += pool.open - pool.idle;
                idle += pool.idle;
                waiting += pool.waiting;
            }
        }
        if named.len() == TENANTS {
            tell(OTHERS, busy, idle, waiting);
        }
    }
}

fn tell(tenant: &str, busy: usize, idle: usize, waiting: usize) {
    for (state, count) in [("busy", busy), ("idle", idle)] {
        gauge!("porthole_database_connections", "tenant" => tenant.to_owned(), "state" => state)
            .set(count as f64);
    }
    gauge!("porthole_database_waiting", "tenant" => tenant.to_owned()).set(waiting as f64);
}

/// The listener, and what it answers with.
pub struct MetricsServer {
    listener: TcpListener,
    router: Router,
}

impl MetricsServer {
    /// Takes the socket.
    pub async fn start(address: SocketAddr, figures: Figures) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!(
                "cannot listen on {address}: choose another with PORTHOLE_METRICS_LISTEN or `metrics.listen:`"
            )
        })?;
        let answer = move || {
            let text = figures.text();
            async move { ([(CONTENT_TYPE, TEXT)], text) }
        };
        Ok(Self {
            listener,
            router: Router::new().route("/metrics", get(answer)),
        })
    }

    /// Answers until the future is dropped.
    pub async fn run(self) {
        tracing::info!(
            "figures for Prometheus at http://{}/metrics",
            self.listener
                .local_addr()
                .map_or_else(|_| String::new(), |address| address.to_string())
        );
        if let Err(error) = axum::serve(self.listener, self.router).await {
            tracing::error!("no more figures: {error}");
        }
    }
}
