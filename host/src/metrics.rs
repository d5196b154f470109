//! `/metrics`, on a listener of its own: figures name tenants and plugins, and are no reader's business.

use std::net::SocketAddr;

use anyhow::Context;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use porthole_sandbox::Sandbox;
use porthole_telemetry::Metrics;
use tokio::net::TcpListener;

/// Prometheus' text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The listener, and what it answers with.
pub struct MetricsServer {
    listener: TcpListener,
    router: Router,
}

impl MetricsServer {
    /// Takes the socket.
    pub async fn start(address: SocketAddr, metrics: Metrics, sandbox: Sandbox) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!(
                "cannot listen on {address}: choose another with PORTHOLE_METRICS_LISTEN or `metrics.listen:`"
            )
        })?;
        let answer = move || {
            let text = text(&metrics, &sandbox);
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

/// What is counted all the time, and what is looked at now.
fn text(metrics: &Metrics, sandbox: &Sandbox) -> String {
    look(sandbox);
    metrics.text()
}

/// Brings those figures up to date that are looked at, and not counted.
pub fn look(sandbox: &Sandbox) {
    let occupancy = sandbox.occupancy();
    metrics::gauge!("porthole_compile_queue").set(sandbox.compile_queue() as f64);
    metrics::gauge!("porthole_sandbox_instances").set(occupancy.instances as f64);
    metrics::gauge!("porthole_sandbox_memories").set(occupancy.memories as f64);
    metrics::gauge!("porthole_sandbox_stacks").set(occupancy.stacks as f64);
}
