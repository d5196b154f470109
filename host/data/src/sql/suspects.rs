//! The parts of a question for rows, each alone: which of them does a database fail to compute?

use crate::query::{Range, RowsQuery};

use super::expression::Renderer;
use super::rows::{base_order, output, where_clause};
use super::series::conditions;
use super::{Binds, Resolved, Statement, time};

/// A part of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suspect {
    /// The range, over the time column.
    Time,
    /// Its own condition.
    Condition,
    /// The key of its order at this place.
    Order(usize),
    /// The configured column at this place.
    Column(usize),
}

/// Statements that compute one part each, in the order in which they depend on each other: the first that fails is to blame.
pub(crate) fn suspects(source: &Resolved<'_>, range: Option<Range>, now: i64) -> Vec<(Suspect, Statement)> {
    let dialect = source.table.dialect;
    let count = |binds: Binds, what: &str, conditions: &[String]| {
        let table = &source.table.quoted;
        binds.statement(format!(
            "SELECT count({what}) FROM {table}{}",
            where_clause(conditions)
        ))
    };
    let mut found = Vec::new();
    if let (Some((place, form)), Some(range)) = (source.time, range) {
        let mut binds = Binds::new(dialect);
        let column = source.quoted(place);
        let within = time::within(&mut binds, &column, form, source.zone(), range);
        found.push((Suspect::Time, count(binds, "*", &[within])));
    }
    if source.source.condition().is_some() {
        let mut binds = Binds::new(dialect);
        let conditions = conditions(source, range, now, &mut binds);
        found.push((Suspect::Condition, count(binds, "*", &conditions)));
    }
    for place in 0..source.source.order().len() {
        let mut binds = Binds::new(dialect);
        let conditions = conditions(source, range, now, &mut binds);
        let mut renderer = Renderer {
            table: source.table,
            zone: source.zone(),
            now,
            binds: &mut binds,
        };
        let mut keys = base_order(source, &mut renderer, range.is_some());
        if place < keys.len() {
            let key = keys.swap_remove(place).text;
            found.push((Suspect::Order(place), count(binds, &key, &conditions)));
        }
    }
    for (index, place) in source.columns.iter().enumerate() {
        let mut binds = Binds::new(dialect);
        let conditions = conditions(source, range, now, &mut binds);
        let query = RowsQuery {
            range,
            ..RowsQuery::default()
        };
        let shown = output(source, index, &mut binds, &query);
        let inner = format!(
            "SELECT {} AS c{index} FROM {}{}",
            source.quoted(*place),
            source.table.quoted,
            where_clause(&conditions)
        );
        let text = format!("SELECT count({shown}) FROM ({inner}) AS asked");
        found.push((Suspect::Column(index), binds.statement(text)));
    }
    found
}
