//! Tables that say how things are at present: one row for each thing, written anew with every look.

use porthole_data::load::{Kind, TableSpec, Value};

use crate::noise::{measured, uniform};
use crate::tables::{Batch, column};
use crate::tenant::SampleTenant;

fn network_nodes() -> TableSpec {
    TableSpec {
        name: "network_nodes".to_owned(),
        columns: vec![
            column("name", Kind::Text, true),
            column("zone", Kind::Text, true),
            column("status", Kind::Text, true),
            column("east_km", Kind::Real, true),
            column("north_km", Kind::Real, true),
            column("seen_at", Kind::Timestamp, true),
        ],
        ..TableSpec::default()
    }
}

fn network_links() -> TableSpec {
    TableSpec {
        name: "network_links".to_owned(),
        columns: vec![
            column("node_a", Kind::Text, true),
            column("node_b", Kind::Text, true),
            column("load_percent", Kind::Real, false),
        ],
        ..TableSpec::default()
    }
}

fn components() -> TableSpec {
    TableSpec {
        name: "components".to_owned(),
        columns: vec![
            column("name", Kind::Text, true),
            column("kind", Kind::Text, true),
            column("status", Kind::Integer, true),
            column("message", Kind::Text, false),
            column("requests_per_second", Kind::Real, false),
        ],
        ..TableSpec::default()
    }
}

fn component_calls() -> TableSpec {
    TableSpec {
        name: "component_calls".to_owned(),
        columns: vec![
            column("caller", Kind::Text, true),
            column("callee", Kind::Text, true),
            column("requests_per_second", Kind::Real, false),
            column("error_percent", Kind::Real, false),
        ],
        ..TableSpec::default()
    }
}

/// All of them, at an instant in seconds since the Unix epoch.
pub fn present(tenant: &SampleTenant, at: i64) -> [Batch; 4] {
    [
        nodes(tenant, at),
        links(tenant, at),
        parts(tenant, at),
        calls(tenant, at),
    ]
}

fn nodes(tenant: &SampleTenant, at: i64) -> Batch {
    let rows = tenant.network.nodes.iter().map(|node| {
        let status = match tenant.condition(node.name, node.frailty, at).0 {
            _ if node.off => "offline",
            0 => "online",
            1 => "degraded",
            _ => "offline",
        };
        vec![
            Value::Text(node.name.to_owned()),
            Value::Text(node.zone.to_owned()),
            Value::Text(status.to_owned()),
            Value::Real(node.place.0),
            Value::Real(node.place.1),
            Value::Instant(at * 1000),
        ]
    });
    Batch {
        table: network_nodes(),
        rows: rows.collect(),
    }
}

fn links(tenant: &SampleTenant, at: i64) -> Batch {
    let rows = tenant.network.links.iter().map(|(from, to)| {
        let seed = tenant.seed_of(from, to);
        // Each line has a load of its own, about which it swings.
        let load = 12.0 + 68.0 * uniform(seed, 0) + 16.0 * measured(seed, at);
        vec![
            Value::Text((*from).to_owned()),
            Value::Text((*to).to_owned()),
            Value::Real(load.clamp(0.0, 100.0).round()),
        ]
    });
    Batch {
        table: network_links(),
        rows: rows.collect(),
    }
}

fn parts(tenant: &SampleTenant, at: i64) -> Batch {
    let rates = rates(tenant, at);
    let rows = tenant.components.iter().zip(rates).map(|(part, rate)| {
        let (status, message) = tenant.condition(part.name, part.frailty, at);
        vec![
            Value::Text(part.name.to_owned()),
            Value::Text(part.kind.to_owned()),
            Value::Integer(status),
            message.map_or(Value::Null, |message| Value::Text(message.to_owned())),
            Value::Real(rate.round()),
        ]
    });
    Batch {
        table: components(),
        rows: rows.collect(),
    }
}

fn calls(tenant: &SampleTenant, at: i64) -> Batch {
    let mut rows = Vec::new();
    for (part, rate) in tenant.components.iter().zip(rates(tenant, at)) {
        for (name, share) in part.needs {
            let frailty = tenant
                .components
                .iter()
                .find(|other| other.name == *name)
                .map_or(0.0, |other| other.frailty);
            let errors = match tenant.condition(name, frailty, at).0 {
                0 => 0.2 + 0.2 * measured(tenant.seed_of(part.name, name), at),
                1 => 4.0 + 3.0 * measured(tenant.seed_of(part.name, name), at),
                _ => 64.0,
            };
            rows.push(vec![
                Value::Text(part.name.to_owned()),
                Value::Text((*name).to_owned()),
                Value::Real((rate * share / 100.0).round()),
                Value::Real((errors.max(0.0) * 10.0).round() / 10.0),
            ]);
        }
    }
    Batch {
        table: component_calls(),
        rows,
    }
}

/// Requests a second of each component, in their order: those of the servers come in by the apps, and go on from there.
fn rates(tenant: &SampleTenant, at: i64) -> Vec<f64> {
    let all: f64 = tenant
        .servers
        .iter()
        .map(|server| tenant.requests(server, at))
        .sum();
    let apps = tenant.components.iter().filter(|part| part.kind == "app").count();
    let mut rates: Vec<f64> = tenant
        .components
        .iter()
        .map(|part| {
            if part.kind == "app" {
                all / apps.max(1) as f64
            } else {
                0.0
            }
        })
        .collect();
    // Components stand before what they need, so that one pass is enough.
    for (place, part) in tenant.components.iter().enumerate() {
        for (name, share) in part.needs {
            if let Some(other) = tenant.components.iter().position(|other| other.name == *name) {
                rates[other] += rates[place] * share / 100.0;
            }
        }
    }
    rates
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenant::TENANTS;

    #[test]
    fn rows_have_as_many_cells_as_their_table_has_columns() {
        for tenant in &TENANTS {
            for batch in present(tenant, 1_780_012_800) {
                assert!(!batch.rows.is_empty(), "{} {}", tenant.id, batch.table.name);
                assert!(
                    batch
                        .rows
                        .iter()
                        .all(|row| row.len() == batch.table.columns.len())
                );
            }
        }
    }

    #[test]
    fn components_stand_before_what_they_need() {
        for tenant in &TENANTS {
            for (place, part) in tenant.components.iter().enumerate() {
                for (name, _) in part.needs {
                    let other = tenant.components.iter().position(|other| other.name == *name);
                    assert!(other > Some(place), "{} needs {name}", part.name);
                }
            }
        }
    }

    #[test]
    fn everything_that_is_called_has_requests() {
        for tenant in &TENANTS {
            assert!(rates(tenant, 1_780_012_800).iter().all(|rate| *rate > 0.0));
        }
    }
}
