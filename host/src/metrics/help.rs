//! What each figure is, for those who look at it where it is gathered.

use metrics::{describe_counter, describe_gauge, describe_histogram};

enum Kind {
    Counter,
    Gauge,
    Histogram,
}

use Kind::{Counter, Gauge, Histogram};

/// All figures, in the order of the documents.
const FIGURES: [(&str, Kind, &str); 31] = [
    ("porthole_http_requests_total", Counter, "Requests"),
    (
        "porthole_http_request_seconds",
        Histogram,
        "How long requests took",
    ),
    ("porthole_renders_total", Counter, "Panels, by what came of them"),
    ("porthole_render_seconds", Histogram, "How long panels took"),
    (
        "porthole_sandbox_limits_total",
        Counter,
        "Calls that ended at a limit",
    ),
    (
        "porthole_sandbox_instances",
        Gauge,
        "Instances of plugins at this moment",
    ),
    (
        "porthole_sandbox_memories",
        Gauge,
        "Memories of plugins at this moment",
    ),
    (
        "porthole_sandbox_stacks",
        Gauge,
        "Stacks of plugins at this moment",
    ),
    ("porthole_plugin_calls_total", Counter, "Calls into sandboxes"),
    (
        "porthole_plugin_guest_microseconds_total",
        Counter,
        "What plugins computed",
    ),
    (
        "porthole_plugin_wall_microseconds_total",
        Counter,
        "How long calls into sandboxes took",
    ),
    (
        "porthole_plugin_queries_total",
        Counter,
        "Queries that plugins asked",
    ),
    (
        "porthole_plugin_rows_total",
        Counter,
        "Rows that plugins were given",
    ),
    (
        "porthole_plugin_memory_peak_bytes",
        Gauge,
        "The most memory that one call of a plugin took",
    ),
    (
        "porthole_buckets_requests_total",
        Counter,
        "Questions for settled buckets",
    ),
    ("porthole_buckets_kept_total", Counter, "Buckets that were known"),
    (
        "porthole_buckets_computed_total",
        Counter,
        "Buckets that were asked for",
    ),
    (
        "porthole_buckets_skipped_total",
        Counter,
        "Questions that nothing is kept of",
    ),
    (
        "porthole_buckets_bytes",
        Gauge,
        "What kept buckets take in memory",
    ),
    (
        "porthole_database_connections",
        Gauge,
        "Connections to a tenant's database",
    ),
    (
        "porthole_database_waiting",
        Gauge,
        "Statements that wait for a connection",
    ),
    (
        "porthole_central_connections",
        Gauge,
        "Connections to the central database",
    ),
    (
        "porthole_compile_queue",
        Gauge,
        "Plugins that wait to be compiled",
    ),
    ("porthole_config_generation", Gauge, "Grows with every reload"),
    (
        "porthole_config_loaded_timestamp_seconds",
        Gauge,
        "When the configuration was taken over",
    ),
    ("porthole_config_tenants", Gauge, "Tenants that are served"),
    (
        "porthole_config_tenants_set_aside",
        Gauge,
        "Tenants whose file or folder has faults",
    ),
    ("porthole_config_faults", Gauge, "Faults in files and panels"),
    (
        "porthole_config_outdated_panels",
        Gauge,
        "Panels that are shown as they were before",
    ),
    (
        "porthole_config_outdated_dashboards",
        Gauge,
        "Dashboards that are shown as they were before",
    ),
    (
        "porthole_watch_failures_total",
        Counter,
        "Times that the host's own figures could not be written down",
    ),
];

/// Says so wherever figures are gathered.
pub fn describe() {
    for (name, kind, help) in &FIGURES {
        match kind {
            Counter => describe_counter!(*name, *help),
            Gauge => describe_gauge!(*name, *help),
            Histogram => describe_histogram!(*name, *help),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_in_the_documents() {
        let page = include_str!("../../../docs/src/monitoring.md");
        for (name, ..) in &FIGURES {
            assert!(page.contains(&format!("`{name}`")), "{name}");
        }
    }
}
