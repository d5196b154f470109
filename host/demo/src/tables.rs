//! The tables of a sample tenant, and the rows of a stretch of time.

use porthole_data::load::{Kind, LoadColumn, TableSpec, Value};

use crate::tenant::SampleTenant;

/// Rows for one table.
pub struct Batch {
    /// Where they belong.
    pub table: TableSpec,
    /// In the order of the table's columns.
    pub rows: Vec<Vec<Value>>,
}

/// A column of a table.
pub fn column(name: &str, kind: Kind, required: bool) -> LoadColumn {
    LoadColumn {
        name: name.to_owned(),
        kind,
        required,
    }
}

fn index(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|&column| column.to_owned()).collect()
}

/// Measurements, as in the specification, and a `value` for what is neither CPU nor memory.
fn metrics() -> TableSpec {
    TableSpec {
        name: "metrics".to_owned(),
        identity: Some("id".to_owned()),
        columns: vec![
            column("recorded_at", Kind::Timestamp, true),
            column("metric_type", Kind::Text, true),
            column("server_name", Kind::Text, false),
            column("cpu_percent", Kind::Real, false),
            column("memory_percent", Kind::Real, false),
            column("value", Kind::Real, false),
        ],
        indexes: vec![index(&["metric_type", "recorded_at"])],
    }
}

/// How services are: one row for each check.
fn service_health() -> TableSpec {
    TableSpec {
        name: "service_health".to_owned(),
        identity: Some("id".to_owned()),
        columns: vec![
            column("name", Kind::Text, true),
            column("last_check_status", Kind::Integer, true),
            column("last_checked_at", Kind::Timestamp, true),
            column("error_message", Kind::Text, false),
        ],
        indexes: vec![index(&["name", "last_checked_at"])],
    }
}

fn error_logs() -> TableSpec {
    TableSpec {
        name: "error_logs".to_owned(),
        identity: Some("id".to_owned()),
        columns: vec![
            column("timestamp", Kind::Timestamp, true),
            column("service", Kind::Text, true),
            column("error_message", Kind::Text, true),
            column("severity", Kind::Text, true),
        ],
        indexes: vec![index(&["timestamp"])],
    }
}

fn orders() -> TableSpec {
    TableSpec {
        name: "orders".to_owned(),
        identity: Some("id".to_owned()),
        columns: vec![
            column("placed_at", Kind::Timestamp, true),
            column("channel", Kind::Text, true),
            column("amount", Kind::Real, true),
        ],
        indexes: vec![index(&["placed_at"])],
    }
}

/// What was asked and answered, hour by hour.
fn hourly_traffic() -> TableSpec {
    TableSpec {
        name: "hourly_traffic".to_owned(),
        identity: Some("id".to_owned()),
        columns: vec![
            column("hour", Kind::Timestamp, true),
            column("requests", Kind::Integer, true),
            column("failed", Kind::Integer, true),
            column("response_ms", Kind::Real, true),
        ],
        indexes: vec![index(&["hour"])],
    }
}

/// Tables whose oldest rows are taken away again, with their time columns.
pub fn aging() -> [(TableSpec, &'static str); 2] {
    [(metrics(), "recorded_at"), (service_health(), "last_checked_at")]
}

/// Every measurement at the multiples of `step` in `from..to`, in seconds since the Unix epoch.
pub fn measurements(tenant: &SampleTenant, from: i64, to: i64, step: i64) -> Batch {
    let mut rows = Vec::new();
    let mut at = from.div_euclid(step) * step;
    if at < from {
        at += step;
    }
    while at < to {
        let mut row = |kind: &str, server: Option<&str>, cells: [Option<f64>; 3]| {
            let [cpu, memory, value] = cells.map(|cell| cell.map_or(Value::Null, Value::Real));
            let server = server.map_or(Value::Null, |server| Value::Text(server.to_owned()));
            rows.push(vec![
                Value::Instant(at * 1000),
                Value::Text(kind.to_owned()),
                server,
                cpu,
                memory,
                value,
            ]);
        };
        for (place, server) in tenant.servers.iter().enumerate() {
            if !tenant.silent(place, at) {
                row(
                    "cpu",
                    Some(server.name),
                    [Some(tenant.cpu(server, at)), None, None],
                );
                row(
                    "memory",
                    Some(server.name),
                    [None, Some(tenant.memory(server, at)), None],
                );
                row(
                    "requests",
                    Some(server.name),
                    [None, None, Some(tenant.requests(server, at))],
                );
            }
        }
        row("error_rate", None, [None, None, Some(tenant.error_rate(at))]);
        row("queue_depth", None, [None, None, Some(tenant.queue_depth(at))]);
        for door in ["api", "web"] {
            row(
                "response_time",
                Some(door),
                [None, None, Some(tenant.response_time(door, at))],
            );
        }
        at += step;
    }
    Batch {
        table: metrics(),
        rows,
    }
}

/// One check of every service, a few seconds apart as checks are, ending at `at`.
pub fn checks(tenant: &SampleTenant, at: i64) -> Batch {
    let rows = tenant.services.iter().enumerate().map(|(place, service)| {
        let (status, message) = tenant.health(service, at);
        vec![
            Value::Text(service.name.to_owned()),
            Value::Integer(status),
            Value::Instant(at * 1000 - (place as i64 * 1700) % 6000),
            message.map_or(Value::Null, |message| Value::Text(message.to_owned())),
        ]
    });
    Batch {
        table: service_health(),
        rows: rows.collect(),
    }
}

/// What went wrong in the minutes that begin in `from..to`, in seconds since the Unix epoch.
pub fn mishaps(tenant: &SampleTenant, from: i64, to: i64) -> Batch {
    let rows = minutes(from, to).filter_map(|minute| {
        let (mishap, message) = tenant.mishap(minute)?;
        Some(vec![
            Value::Instant((minute * 60 + minute.rem_euclid(53)) * 1000),
            Value::Text(mishap.service.to_owned()),
            Value::Text(message),
            Value::Text(mishap.severity.to_owned()),
        ])
    });
    Batch {
        table: error_logs(),
        rows: rows.collect(),
    }
}

/// What was sold in the minutes that begin in `from..to`, in seconds since the Unix epoch.
pub fn sales(tenant: &SampleTenant, from: i64, to: i64) -> Option<Batch> {
    let rows = minutes(from, to).filter_map(|minute| {
        let (channel, amount) = tenant.order(minute)?;
        Some(vec![
            Value::Instant((minute * 60 + minute.rem_euclid(59)) * 1000),
            Value::Text(channel.to_owned()),
            Value::Real(amount),
        ])
    });
    tenant.orders.then(|| Batch {
        table: orders(),
        rows: rows.collect(),
    })
}

/// The hours that end in `from..to`, in seconds since the Unix epoch.
pub fn traffic(tenant: &SampleTenant, from: i64, to: i64) -> Batch {
    const HOUR: i64 = 3600;
    let ends = (from + HOUR - 1).div_euclid(HOUR)..(to + HOUR - 1).div_euclid(HOUR);
    let rows = ends.map(|end| {
        let middle = end * HOUR - HOUR / 2;
        let a_second: f64 = tenant
            .servers
            .iter()
            .map(|server| tenant.requests(server, middle))
            .sum();
        let requests = a_second * HOUR as f64;
        let failed = requests * tenant.error_rate(middle) / 100.0;
        vec![
            Value::Instant((end - 1) * HOUR * 1000),
            Value::Integer(requests as i64),
            Value::Integer(failed as i64),
            Value::Real(tenant.response_time("api", middle)),
        ]
    });
    Batch {
        table: hourly_traffic(),
        rows: rows.collect(),
    }
}

fn minutes(from: i64, to: i64) -> impl Iterator<Item = i64> {
    (from + 59).div_euclid(60)..(to + 59).div_euclid(60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::TENANTS;

    const DAY: i64 = 1_780_012_800;

    #[test]
    fn rows_have_as_many_cells_as_their_table_has_columns() {
        for tenant in &TENANTS {
            let batches = [
                Some(measurements(tenant, DAY, DAY + 600, 60)),
                Some(checks(tenant, DAY)),
                Some(mishaps(tenant, DAY, DAY + 7200)),
                Some(traffic(tenant, DAY, DAY + 7200)),
                sales(tenant, DAY + 36_000, DAY + 43_200),
            ];
            for batch in batches.into_iter().flatten() {
                assert!(!batch.rows.is_empty(), "{} {}", tenant.id, batch.table.name);
                assert!(
                    batch
                        .rows
                        .iter()
                        .all(|row| row.len() == batch.table.columns.len()),
                    "{}",
                    batch.table.name
                );
            }
        }
    }

    #[test]
    fn two_stretches_that_meet_have_the_rows_of_the_whole_once() {
        let tenant = &TENANTS[0];
        for middle in [DAY + 1, DAY + 60, DAY + 2_345] {
            let count = |from, to| {
                measurements(tenant, from, to, 10).rows.len()
                    + mishaps(tenant, from, to).rows.len()
                    + traffic(tenant, from, to).rows.len()
            };
            assert_eq!(
                count(DAY, middle) + count(middle, DAY + 3600),
                count(DAY, DAY + 3600)
            );
        }
    }
}
