//! Counts what goes through the host: requests by route, renders by what became of them, reloads of the configuration.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use metrics::{counter, gauge, histogram};
use porthole_config::Config;
use porthole_model::CacheOutcome;
use porthole_panel::{Pipeline, PluginFault, RenderError, Rendered};
use porthole_sandbox::LimitName;
use porthole_telemetry::{TRACED, continue_trace};
use tracing::field::Empty;
use tracing::{Instrument, Span};

/// What has no route: pages and their parts.
const STATIC: &str = "static";

/// Counts a request and times it, and begins its trace, or goes on with one that a proxy of `trusted` has begun: a reader who
/// could say which trace a request belongs to could also have all of theirs kept. By route and not by address: addresses are
/// without number.
pub async fn request(State(trusted): State<Arc<[IpAddr]>>, request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| STATIC.to_owned(), |path| path.as_str().to_owned());
    let method = match request.method().as_str() {
        known @ ("GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS") => known.to_owned(),
        _ => "other".to_owned(),
    };
    let span = match route.as_str() {
        // Asked for often, by machines or by every page, and of no interest.
        STATIC | "/health" | "/ready" | "/api/v1/health" | "/api/v1/ready" => Span::none(),
        route => tracing::info_span!(
            target: TRACED,
            "request",
            otel.name = format!("{method} {route}"),
            otel.kind = "server",
            otel.status_code = Empty,
            http.request.method = method,
            http.route = route,
            http.response.status_code = Empty,
            request_id = Empty,
        ),
    };
    if !span.is_disabled() && is_from(&request, &trusted) {
        begun_elsewhere(&span, request.headers());
    }
    let begun = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    if !span.is_disabled() {
        answered(&span, &response);
    }
    let status = response.status().as_u16().to_string();
    histogram!("porthole_http_request_seconds", "route" => route.clone())
        .record(begun.elapsed().as_secs_f64());
    counter!("porthole_http_requests_total", "method" => method, "route" => route, "status" => status)
        .increment(1);
    response
}

/// Whether a request's other end is one of these addresses.
fn is_from(request: &Request, addresses: &[IpAddr]) -> bool {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.is_some_and(|peer| {
        let peer = peer.0.ip().to_canonical();
        addresses.iter().any(|address| address.to_canonical() == peer)
    })
}

/// Joins a span to the trace that the request's headers name, if they name one and not several.
fn begun_elsewhere(span: &Span, headers: &HeaderMap) {
    let only = |name: &str| {
        let mut values = headers.get_all(name).iter();
        let first = values.next()?;
        values.next().is_none().then(|| first.to_str().ok())?
    };
    if let Some(traceparent) = only("traceparent") {
        continue_trace(span, traceparent, only("tracestate"));
    }
}

/// Notes in a request's span what it was answered with.
fn answered(span: &Span, response: &Response) {
    span.record("http.response.status_code", response.status().as_u16());
    if let Some(id) = response
        .headers()
        .get("x-request-id")
        .and_then(|id| id.to_str().ok())
    {
        span.record("request_id", id);
    }
    if response.status().is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}

/// Tenants whose counters are told from the start; those of others from their first render on. Each has a few dozen.
const EXPECTED: usize = 100;
/// What may become of a render: see [`reason`].
const REASONS: [&str; 14] = [
    "configuration",
    "parameter",
    "trap",
    "limit",
    "answer",
    "failure",
    "resting",
    "query",
    "too_large",
    "timed_out",
    "database_down",
    "busy",
    "internal",
    "not_found",
];
const CACHES: [CacheOutcome; 4] = [
    CacheOutcome::Hit,
    CacheOutcome::Partial,
    CacheOutcome::Miss,
    CacheOutcome::Stale,
];

/// Tenants whose counters exist.
static KNOWN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Makes a tenant's counters exist, as 0: who gathers rates sees the first event then, too.
fn expect(tenant: &str) {
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if known.contains(tenant) {
        return;
    }
    known.insert(tenant.to_owned());
    drop(known);
    let renders = |outcome: &'static str, cache: &'static str| {
        counter!("porthole_renders_total", "tenant" => tenant.to_owned(), "outcome" => outcome, "cache" => cache)
            .increment(0);
    };
    CACHES
        .into_iter()
        .for_each(|outcome| renders("view", cache(outcome)));
    REASONS.into_iter().for_each(|reason| renders(reason, "none"));
    for limit in LimitName::ALL {
        let limit = limit.as_str();
        counter!("porthole_sandbox_limits_total", "tenant" => tenant.to_owned(), "limit" => limit)
            .increment(0);
    }
}

/// Counts a render, by tenant, and times it. `begun` is when it was asked for.
pub fn render(tenant: &str, outcome: &Result<Rendered, RenderError>, begun: Instant) {
    expect(tenant);
    let (result, cache) = match outcome {
        Ok(rendered) => ("view", cache(rendered.answer.cache)),
        Err(error) => (error.as_str(), "none"),
    };
    // Tenants that do not exist are asked for by nobody who was let in; panels that do not exist are.
    if let Err(RenderError::Plugin {
        fault: PluginFault::Limit { name, .. },
        ..
    }) = outcome
    {
        counter!("porthole_sandbox_limits_total", "tenant" => tenant.to_owned(), "limit" => *name)
            .increment(1);
    }
    counter!("porthole_renders_total", "tenant" => tenant.to_owned(), "outcome" => result, "cache" => cache)
        .increment(1);
    histogram!("porthole_render_seconds", "cache" => cache).record(begun.elapsed().as_secs_f64());
}

fn cache(outcome: CacheOutcome) -> &'static str {
    match outcome {
        CacheOutcome::Hit => "hit",
        CacheOutcome::Partial => "partial",
        CacheOutcome::Miss => "miss",
        CacheOutcome::Stale => "stale",
    }
}

/// Of which tenants `porthole_config_outdated_panels` and `porthole_config_outdated_dashboards` were told last. Figures are the process's, and so is this.
static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Tells which configuration is in force, and how much of it is not as its files say.
pub fn configuration(config: &Config, pipeline: &Pipeline) {
    for tenant in config.tenants.keys().take(EXPECTED) {
        expect(tenant);
    }
    gauge!("porthole_config_generation").set(config.generation as f64);
    gauge!("porthole_config_tenants").set(config.tenants.len() as f64);
    gauge!("porthole_config_faults").set(pipeline.faults(None).len().max(config.diagnostics.len()) as f64);
    gauge!("porthole_config_tenants_set_aside").set(config.set_aside.len() as f64);
    let outdated = pipeline.outdated();
    // A tenant that has gone has none, and its figure would stay what it was.
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    for gone in told.iter().filter(|known| !outdated.contains_key(*known)) {
        gauge!("porthole_config_outdated_panels", "tenant" => gone.clone()).set(0.0);
        gauge!("porthole_config_outdated_dashboards", "tenant" => gone.clone()).set(0.0);
    }
    *told = outdated.keys().cloned().collect();
    drop(told);
    for (tenant, outdated) in outdated {
        gauge!("porthole_config_outdated_panels", "tenant" => tenant.clone()).set(outdated.panels as f64);
        gauge!("porthole_config_outdated_dashboards", "tenant" => tenant).set(outdated.dashboards as f64);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    gauge!("porthole_config_loaded_timestamp_seconds").set(now.map_or(0.0, |now| now.as_secs_f64().floor()));
}

#[cfg(test)]
mod tests {
    use porthole_panel::{PluginFault, RenderError};

    use super::*;

    #[test]
    fn every_reason_is_expected() {
        let plugin = |fault| RenderError::Plugin {
            plugin: String::new(),
            version: String::new(),
            fault,
            message: String::new(),
        };
        let limit = PluginFault::Limit {
            name: "cpu",
            value: String::new(),
        };
        let errors = [
            RenderError::NotFound,
            RenderError::Configuration(Vec::new()),
            RenderError::Parameter {
                parameter: String::new(),
                message: String::new(),
            },
            plugin(PluginFault::Trapped),
            plugin(limit),
            plugin(PluginFault::Answer),
            plugin(PluginFault::Failed),
            RenderError::Resting {
                plugin: String::new(),
                version: String::new(),
                message: String::new(),
                until: UNIX_EPOCH,
            },
            RenderError::Query(String::new()),
            RenderError::TooLarge(String::new()),
            RenderError::TimedOut(String::new()),
            RenderError::DatabaseDown(String::new()),
            RenderError::Busy(String::new()),
            RenderError::Internal(String::new()),
        ];
        assert_eq!(errors.len(), REASONS.len());
        for error in errors {
            assert!(REASONS.contains(&error.as_str()), "{error:?}");
        }
    }
}
