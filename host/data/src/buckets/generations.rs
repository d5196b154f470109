//! How often data has changed where it was thought to change no more. The numbers are part of every key: what was kept
//! under an older one is not found any more, in memory, on disk, or by a host that starts later.

use std::collections::HashMap;

use parking_lot::RwLock;

/// The numbers that hold for one source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Generations {
    /// Of all of the tenant's data.
    pub(super) tenant: i64,
    /// Of the source's table.
    pub(super) table: i64,
}

/// The numbers of all tenants' tables, for each way in which a table's name is written one, since they are counted so; under
/// the empty name that of all of a tenant's data.
#[derive(Debug, Default)]
pub(super) struct Changes(RwLock<HashMap<String, Tables>>);

type Tables = HashMap<String, HashMap<String, i64>>;

impl Changes {
    /// Takes over a number; whether it is a new one.
    pub(super) fn raise(&self, tenant: &str, table: &str, generation: i64) -> bool {
        let mut tenants = self.0.write();
        let tables = tenants.entry(tenant.to_owned()).or_default();
        let names = tables.entry(simple(table)).or_default();
        let known = names.entry(table.to_owned()).or_default();
        let is_new = generation > *known;
        *known = generation.max(*known);
        is_new
    }

    /// The numbers of a source over this table: those of all its names together, which grow with each of them.
    pub(super) fn of(&self, tenant: &str, table: &str) -> Generations {
        let tenants = self.0.read();
        let number = |table: &str| {
            let names = tenants.get(tenant).and_then(|tables| tables.get(table));
            names.map_or(0, |names| names.values().sum())
        };
        Generations {
            tenant: number(""),
            table: number(&simple(table)),
        }
    }
}

/// A table's name without what may be written or not: quotes, the case of letters, the schema that is searched anyhow. Two
/// tables that differ in no more than that are taken for one, and read anew together.
fn simple(table: &str) -> String {
    let name = table.replace('"', "").to_lowercase();
    let own = name
        .strip_prefix("public.")
        .or_else(|| name.strip_prefix("main."));
    own.unwrap_or(&name).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_the_same_however_it_is_written() {
        let changes = Changes::default();
        assert!(changes.raise("a", "public.Metrics", 3));
        for name in [
            "metrics",
            "METRICS",
            "\"metrics\"",
            "public.\"metrics\"",
            "main.metrics",
        ] {
            assert_eq!(changes.of("a", name).table, 3, "{name}");
        }
        assert_eq!(changes.of("a", "other.metrics").table, 0);
    }

    #[test]
    fn each_name_of_a_table_is_counted_by_itself_and_makes_all_of_them_new() {
        let changes = Changes::default();
        assert!(changes.raise("a", "metrics", 2));
        assert!(changes.raise("a", "public.metrics", 1));
        assert_eq!(changes.of("a", "metrics").table, 3);
        assert!(changes.raise("a", "public.metrics", 2));
        assert_eq!(changes.of("a", "\"metrics\"").table, 4);
        assert!(!changes.raise("a", "metrics", 2));
    }

    #[test]
    fn numbers_grow_and_hold_for_their_tenant_and_table_only() {
        let changes = Changes::default();
        assert!(changes.raise("a", "metrics", 3));
        assert!(!changes.raise("a", "metrics", 3));
        assert!(!changes.raise("a", "metrics", 2));
        assert!(changes.raise("a", "", 1));
        assert_eq!(changes.of("a", "metrics"), Generations { tenant: 1, table: 3 });
        assert_eq!(changes.of("a", "other"), Generations { tenant: 1, table: 0 });
        assert_eq!(changes.of("b", "metrics"), Generations::default());
    }
}
