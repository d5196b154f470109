//! SQL as the databases want it. Text is put together only from our own words, from numbers and from names that the
//! database's catalogue gave us; everything else is bound.

mod expression;
mod kind;
mod newest;
mod packed;
mod rows;
mod series;
mod shape;
mod suspects;
mod table;
mod time;
#[cfg(test)]
mod written;

pub(crate) use kind::Kind;
pub(crate) use newest::ByIndex;
pub(crate) use packed::MOST as MOST_PACKED;
pub(crate) use rows::RowsStatements;
pub(crate) use series::{Odd, PartsQuery, canonical, parts, series, series_faults};
pub(crate) use suspects::{Suspect, suspects};
pub(crate) use table::{Layout, Resolved, Table, TableColumn, closest, resolve, time_column};

/// Whose SQL is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// 14 and later.
    Postgres,
    /// 3.42 and later: the one that is built in.
    Sqlite,
}

impl Dialect {
    /// As traces name it.
    pub(crate) fn system(self) -> &'static str {
        match self {
            Self::Postgres => "postgresql",
            Self::Sqlite => "sqlite",
        }
    }
}

/// A bound value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Bind {
    Integer(i64),
    Real(f64),
    Text(String),
    /// A point in time for PostgreSQL, milliseconds since the Unix epoch: a `timestamptz` if `zoned`, else a `timestamp` in
    /// UTC. Bound as what it is, the planner knows its value: it can leave out partitions, and hand it on to other servers.
    Moment {
        millis: i64,
        zoned: bool,
    },
}

/// Text and the values bound to its markers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Statement {
    pub(crate) text: String,
    pub(crate) binds: Vec<Bind>,
}

/// The values bound so far.
#[derive(Debug)]
pub(crate) struct Binds {
    dialect: Dialect,
    values: Vec<Bind>,
}

impl Binds {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            values: Vec::new(),
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Binds a value and returns its marker.
    pub(crate) fn add(&mut self, value: Bind) -> String {
        self.values.push(value);
        let number = self.values.len();
        match self.dialect {
            Dialect::Postgres => format!("${number}"),
            Dialect::Sqlite => format!("?{number}"),
        }
    }

    pub(crate) fn statement(self, text: String) -> Statement {
        Statement {
            text,
            binds: self.values,
        }
    }
}

/// A name in double quotes, as both databases write it.
pub(crate) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `ASC`, `DESC` and where NULLs go, as short as the dialect allows: a needless `NULLS LAST` costs the index.
pub(crate) fn direction(
    dialect: Dialect,
    descending: bool,
    nulls_first: bool,
    nullable: bool,
) -> &'static str {
    let default_first = match dialect {
        Dialect::Postgres => descending,
        Dialect::Sqlite => !descending,
    };
    match (descending, !nullable || nulls_first == default_first, nulls_first) {
        (false, true, _) => " ASC",
        (true, true, _) => " DESC",
        (false, false, true) => " ASC NULLS FIRST",
        (false, false, false) => " ASC NULLS LAST",
        (true, false, true) => " DESC NULLS FIRST",
        (true, false, false) => " DESC NULLS LAST",
    }
}
