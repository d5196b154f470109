//! Traces, over OTLP (HTTP with protobuf), to a collector that the settings name.
//!
//! Rooms open spans with `tracing` under [`TRACED`] and know nothing of this. Where no collector is named, nothing listens to
//! that target, and a span costs a look at one flag.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use crate::TelemetryError;

/// The target of the spans that are traced. Logs do not show them.
pub const TRACED: &str = "porthole_trace";

/// Where collectors take traces, behind the address that the settings name.
const PATH: &str = "/v1/traces";
/// How long a collector may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the end of the process waits for what is not sent yet.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Where traces go, and how many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traces {
    /// The collector's address, as `http://127.0.0.1:4318`.
    pub endpoint: String,
    /// How many of a hundred requests are traced, 1 to 100.
    pub percent: u8,
}

/// What has to be told that the process ends.
#[derive(Debug, Default)]
pub struct Telemetry {
    provider: Option<SdkTracerProvider>,
}

impl Telemetry {
    pub(crate) fn tracing(provider: Option<SdkTracerProvider>) -> Self {
        Self { provider }
    }

    /// Sends the spans that are not sent yet, for some seconds at most.
    pub async fn close(self) {
        let Some(provider) = self.provider else { return };
        let sent = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(LAST_WORDS)).await;
        if !matches!(sent, Ok(Ok(()))) {
            tracing::warn!("the last traces could not be sent");
        }
    }
}

/// Sends spans to a collector. Must be called in the runtime that is to do so.
pub(crate) fn provider(traces: &Traces) -> Result<SdkTracerProvider, TelemetryError> {
    let fault = |reason: String| TelemetryError::Traces {
        endpoint: traces.endpoint.clone(),
        reason,
    };
    let client = Client::new().map_err(&fault)?;
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(client)
        .with_protocol(Protocol::HttpBinary)
        .with_timeout(PATIENCE)
        .with_endpoint(format!("{}{PATH}", traces.endpoint.trim_end_matches('/')))
        .build()
        .map_err(|error| fault(error.to_string()))?;
    let share = f64::from(traces.percent.min(100)) / 100.0;
    let resource = Resource::builder()
        .with_service_name("porthole")
        .with_attribute(opentelemetry::KeyValue::new(
            "service.version",
            env!("CARGO_PKG_VERSION"),
        ))
        .build();
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(share))))
        .with_resource(resource)
        .build())
}

/// Hands the spans under [`TRACED`], and nothing else, to the provider: no event of the log, whose texts may be a guest's.
pub(crate) fn layer<S>(provider: &SdkTracerProvider) -> impl Layer<S> + Send + Sync + 'static
where
    S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
{
    tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("porthole"))
        .with_location(false)
        .with_threads(false)
        .with_level(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        // Guests run on stacks of their own: what is current is what `tracing` says, not what a thread remembers.
        .with_context_activation(false)
        .with_filter(filter_fn(|metadata| {
            metadata.is_span() && metadata.target() == TRACED
        }))
}

/// The exporter works on a thread of its own, and asks here to send.
#[derive(Debug)]
struct Client {
    http: reqwest::Client,
    runtime: Handle,
    /// Whether the collector did not take the last spans, which is said once.
    has_failed: Arc<AtomicBool>,
}

impl Client {
    fn new() -> Result<Self, String> {
        // A client insists on a provider of TLS; whoever came first has named the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| error.to_string())?;
        let runtime = Handle::try_current().map_err(|error| error.to_string())?;
        Ok(Self {
            http,
            runtime,
            has_failed: Arc::default(),
        })
    }

    fn note(has_failed: &AtomicBool, why: Option<String>) {
        match why {
            Some(why) if !has_failed.swap(true, Ordering::Relaxed) => {
                tracing::warn!("traces are lost: the collector does not take them: {why}");
            }
            None if has_failed.swap(false, Ordering::Relaxed) => {
                tracing::info!("the collector takes traces again");
            }
            _ => {}
        }
    }
}

/// Makes a span the continuation of a trace that began elsewhere: `traceparent` and `tracestate` as the W3C's recommendation
/// has them. What is none is as if there were nothing, and so is all of it where no traces are sent. To be called before
/// anything happens in the span; whoever sent the headers decides whether the trace is kept.
pub fn continue_trace(span: &tracing::Span, traceparent: &str, tracestate: Option<&str>) {
    let headers = Headers {
        traceparent,
        tracestate,
    };
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &headers);
    if context.span().span_context().is_valid() {
        // An error says that nobody takes traces.
        let _ = span.set_parent(context);
    }
}

/// The two headers of a trace's context.
struct Headers<'a> {
    traceparent: &'a str,
    tracestate: Option<&'a str>,
}

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        match key {
            "traceparent" => Some(self.traceparent),
            "tracestate" => self.tracestate,
            _ => None,
        }
    }

    fn keys(&self) -> Vec<&str> {
        vec!["traceparent", "tracestate"]
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (http, has_failed) = (self.http.clone(), Arc::clone(&self.has_failed));
        let sent = self.runtime.spawn(async move {
            let answer = async {
                let answer = http.execute(reqwest::Request::try_from(request)?).await?;
                let status = answer.status();
                Ok::<_, reqwest::Error>((status, answer.bytes().await?))
            };
            let answer = answer.await;
            let why = match &answer {
                Ok((status, _)) if status.is_success() => None,
                Ok((status, _)) => Some(status.to_string()),
                // Without the address, which may hold a password.
                Err(error) => Some(chain(error)),
            };
            Self::note(&has_failed, why);
            answer.map_err(reqwest::Error::without_url)
        });
        let (status, body) = sent.await??;
        let mut response = Response::new(body);
        *response.status_mut() = status;
        Ok(response)
    }
}

/// What failed, and what made it fail: the first alone says only that a request was not sent.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
