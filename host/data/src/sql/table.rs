//! A source held against the table it names.

use crate::fault::{Fault, Part};
use crate::source::{Source, TimeColumn};
use crate::time::{TimeForm, Zone};

use super::expression::Renderer;
use super::{Binds, Dialect, Kind, quote};

/// A table or view as the database's catalogue describes it.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) dialect: Dialect,
    /// Schema and name, quoted.
    pub(crate) quoted: String,
    /// For messages.
    pub(crate) name: String,
    pub(crate) columns: Vec<TableColumn>,
    /// Whether rows have a number of their own that every index ends in: SQLite's tables have, its views have not.
    pub(crate) numbered: bool,
    pub(crate) layout: Layout,
    /// Whether texts are compared byte by byte, as SQLite's indexes have them where nothing else is said.
    pub(crate) has_plain_order: bool,
    /// Columns each of whose values is in many rows, as far as the database has counted: by their places. None: it was not asked.
    pub(crate) crowded: Option<Vec<usize>>,
}

/// Where a table's rows are, as far as the way of asking for them depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Layout {
    /// On other servers, wholly or in part.
    Spread,
    /// Here, with these indexes in order: for each its columns by their place in the table, none for an expression.
    Indexed(Vec<Vec<Option<usize>>>),
}

#[derive(Debug, Clone)]
pub(crate) struct TableColumn {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) nullable: bool,
    /// Whether it holds numbers of 32 bits, of which a double shows digits that nobody has written.
    pub(crate) single: bool,
    /// How it stores points in time, for columns that are not declared as such but could be: SQLite's text and numbers.
    pub(crate) time_form: Option<TimeForm>,
}

impl Table {
    /// Whether each value of the column at this place is known to be in many rows.
    pub(crate) fn is_crowded(&self, place: usize) -> bool {
        self.crowded
            .as_ref()
            .is_some_and(|crowded| crowded.contains(&place))
    }

    /// The column of this name; unless `exact`, in any case of letters if there is only one such.
    pub(crate) fn find(&self, name: &str, exact: bool) -> Option<usize> {
        let found = self.columns.iter().position(|column| column.name == name);
        if found.is_some() || exact {
            return found;
        }
        let folded = name.to_lowercase();
        let mut alike = self
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.name.to_lowercase() == folded);
        match (alike.next(), alike.next()) {
            (Some((index, _)), None) => Some(index),
            _ => None,
        }
    }

    /// What to say of a column that is not there.
    pub(crate) fn missing(&self, name: &str) -> (String, Option<String>) {
        let message = format!("the table {} has no column `{name}`", self.name);
        let names = self.columns.iter().map(|column| column.name.as_str());
        let help = match closest(name, names.clone()) {
            Some(close) => Some(format!("did you mean `{close}`?")),
            None if self.columns.len() <= 30 => {
                Some(format!("it has {}", names.collect::<Vec<_>>().join(", ")))
            }
            None => None,
        };
        (message, help)
    }
}

/// The name most like `name`, if any is.
pub(crate) fn closest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let folded = name.to_lowercase();
    names
        .map(|other| (strsim::jaro_winkler(&folded, &other.to_lowercase()), other))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, other)| other)
}

/// A source and the table it reads.
#[derive(Debug)]
pub(crate) struct Resolved<'a> {
    pub(crate) source: &'a Source,
    pub(crate) table: &'a Table,
    /// For each configured column its place in the table.
    pub(crate) columns: Vec<usize>,
    /// The time column's place in the table, and how it stores points in time.
    pub(crate) time: Option<(usize, TimeForm)>,
}

impl Resolved<'_> {
    pub(crate) fn zone(&self) -> &Zone {
        self.source.zone()
    }

    /// The configured column of this name.
    pub(crate) fn configured(&self, name: &str) -> Option<usize> {
        self.source
            .columns()
            .iter()
            .position(|column| column.name == name)
    }

    /// What the only series of a source without labels is called.
    pub(crate) fn value_name(&self) -> String {
        let columns = self.source.columns();
        let value = columns.iter().find(|column| column.name == "value");
        value.map_or_else(String::new, |column| {
            column.title.clone().unwrap_or_else(|| column.column.clone())
        })
    }

    /// The place in the table of the configured column of this name.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.configured(name).map(|index| self.columns[index])
    }

    /// Whether the configured column of this name holds numbers of 32 bits.
    pub(crate) fn is_single(&self, name: &str) -> bool {
        self.place(name)
            .is_some_and(|place| self.table.columns[place].single)
    }

    /// The places of the columns that the source's condition holds to a value, or to one of a few.
    pub(crate) fn fixed_columns(&self) -> Vec<usize> {
        let mut fixed = Vec::new();
        if let Some(condition) = self.source.condition() {
            condition.each_fixed(&mut |name, exact| fixed.extend(self.table.find(name, exact)));
        }
        fixed
    }

    /// A column of the table, quoted.
    pub(crate) fn quoted(&self, place: usize) -> String {
        quote(&self.table.columns[place].name)
    }

    /// How a configured column stores points in time, if what it shows are such.
    pub(crate) fn time_form(&self, configured: usize) -> Option<TimeForm> {
        let place = self.columns[configured];
        let column = &self.table.columns[place];
        match (&self.time, &column.kind) {
            (Some((time, form)), _) if *time == place => Some(*form),
            (_, Kind::Time(form)) => Some(*form),
            _ if self.source.columns()[configured].format.as_deref() == Some("datetime") => column.time_form,
            _ => None,
        }
    }
}

/// Holds a source against its table. `sampled` is how the time column stores points in time where its type does not
/// say.
pub(crate) fn resolve<'a>(
    source: &'a Source,
    table: &'a Table,
    sampled: Option<TimeForm>,
) -> Result<Resolved<'a>, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut columns = Vec::new();
    for column in source.columns() {
        match table.find(&column.column, false) {
            Some(place) => columns.push(place),
            None => {
                let (message, help) = table.missing(&column.column);
                faults.push(Fault {
                    part: Part::Column(column.name.clone()),
                    offset: 0,
                    message,
                    help,
                });
            }
        }
    }
    let time = match time_column(source, table) {
        Ok(None) => None,
        Ok(Some((place, part))) => {
            let column = &table.columns[place];
            let form = match &column.kind {
                Kind::Time(form) => Some(*form),
                _ => sampled.or(column.time_form),
            };
            if form.is_none() {
                faults.push(
                    Fault::new(
                        part,
                        format!("the time column `{}` is {}", column.name, column.kind.describe()),
                    )
                    .help("it must hold timestamps, or seconds or milliseconds since the Unix epoch"),
                );
            }
            form.map(|form| (place, form))
        }
        Err(fault) => {
            faults.push(fault);
            None
        }
    };
    if faults.is_empty() {
        // Writing the fragments is what checks them.
        let mut binds = Binds::new(table.dialect);
        let mut renderer = Renderer {
            table,
            zone: source.zone(),
            now: 0,
            binds: &mut binds,
        };
        if let Some(condition) = source.condition()
            && let Err(refusal) = renderer.condition(condition)
        {
            faults.push(source.condition_fault(refusal));
        }
        for key in source.order() {
            if let Err(refusal) = renderer.order_key(&key.expr) {
                faults.push(source.order_fault(refusal));
            }
        }
    }
    if faults.is_empty() {
        Ok(Resolved {
            source,
            table,
            columns,
            time,
        })
    } else {
        Err(faults)
    }
}

/// The time column's place, and which part of the configuration chose it.
pub(crate) fn time_column(source: &Source, table: &Table) -> Result<Option<(usize, Part)>, Fault> {
    let named = match source.time_column() {
        TimeColumn::None => return Ok(None),
        TimeColumn::Named(name) => Some(name),
        TimeColumn::Default => None,
    };
    if let Some(name) = named {
        let configured = source.columns().iter().find(|column| column.name == *name);
        let column = configured.map_or(name.as_str(), |column| column.column.as_str());
        return match table.find(column, false) {
            Some(place) => Ok(Some((place, Part::TimeColumn))),
            None => {
                let (message, help) = table.missing(column);
                Err(Fault {
                    part: Part::TimeColumn,
                    offset: 0,
                    message,
                    help,
                })
            }
        };
    }
    let columns = source.columns();
    let default = columns
        .iter()
        .find(|column| column.name == "timestamp")
        .or_else(|| {
            columns
                .iter()
                .find(|column| column.format.as_deref() == Some("datetime"))
        });
    // A column that is missing is reported where the columns are looked up.
    Ok(default.and_then(|column| {
        Some((
            table.find(&column.column, false)?,
            Part::Column(column.name.clone()),
        ))
    }))
}
