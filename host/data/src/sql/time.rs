//! Points in time in SQL: ranges that an index can serve, instants, buckets.

use crate::query::Range;
use crate::time::{TextForm, TimeForm, Zone, days_away, floor_day, write, write_date};

use super::{Bind, Binds, Dialect};

/// Binds an instant in the form in which a column stores it.
pub(super) fn stored(binds: &mut Binds, instant: i64, form: TimeForm, zone: &Zone) -> String {
    match form {
        TimeForm::Timestamp | TimeForm::Date => {
            let marker = binds.add(Bind::Text(write(instant, zone, ' ')));
            format!("CAST({marker} AS timestamp)")
        }
        TimeForm::TimestampTz => {
            let marker = binds.add(Bind::Text(format!("{}+00", write(instant, &Zone::utc(), ' '))));
            format!("CAST({marker} AS timestamptz)")
        }
        TimeForm::Text(TextForm { date_only: true, .. }) => binds.add(Bind::Text(write_date(instant, zone))),
        TimeForm::Text(form) => binds.add(Bind::Text(write(instant, zone, form.separator))),
        TimeForm::Seconds { whole: true } => binds.add(Bind::Integer(ceil(instant, 1000))),
        TimeForm::Seconds { whole: false } => binds.add(Bind::Real(instant as f64 / 1000.0)),
        TimeForm::Millis { whole: true } => binds.add(Bind::Integer(instant)),
        TimeForm::Millis { whole: false } => binds.add(Bind::Real(instant as f64)),
    }
}

/// Binds an instant as what a column is compared with, which is its own form, or the instant where that is in no order.
pub(super) fn compared(binds: &mut Binds, moment: i64, form: TimeForm, zone: &Zone) -> String {
    match is_in_order(form) {
        true => stored(binds, moment, form, zone),
        false => binds.add(Bind::Integer(moment)),
    }
}

/// The same for the bounds of a range and of buckets: as a value whose type the database knows, where there is one.
pub(super) fn bound(binds: &mut Binds, instant: i64, form: TimeForm, zone: &Zone) -> String {
    let zoned = match form {
        TimeForm::TimestampTz => true,
        TimeForm::Timestamp | TimeForm::Date if zone.is_utc() => false,
        _ => return stored(binds, instant, form, zone),
    };
    binds.add(Bind::Moment {
        millis: instant,
        zoned,
    })
}

fn ceil(value: i64, by: i64) -> i64 {
    value.div_euclid(by) + i64::from(value.rem_euclid(by) != 0)
}

/// A condition for the rows whose time is in `range`. What is compared is the column as it is stored, so that an index
/// serves it; where that is not exact, the instant is compared as well.
pub(super) fn within(binds: &mut Binds, column: &str, form: TimeForm, zone: &Zone, range: Range) -> String {
    let Range { start, end } = range;
    let (margin_days, exact, whole_days) = match form {
        TimeForm::Timestamp | TimeForm::Date if !zone.is_utc() => (1, true, false),
        TimeForm::Text(text) => {
            let whole_days = text.mixed || text.date_only;
            let moved = text.offsets || text.mixed || !zone.is_utc();
            let fractions = start.rem_euclid(1000) != 0 || end.rem_euclid(1000) != 0;
            (
                i64::from(moved || whole_days),
                moved || fractions || whole_days,
                whole_days,
            )
        }
        _ => (0, false, false),
    };
    let (mut low, mut high) = (days_away(start, -margin_days), days_away(end, margin_days));
    if matches!(form, TimeForm::Text(_)) {
        // To the second: `12:00:00` sorts before `12:00:00.5` and `12:00:00Z`.
        low = low.div_euclid(1000) * 1000;
        high = ceil(high, 1000) * 1000;
    }
    if whole_days {
        (low, high) = (floor_day(low), days_away(floor_day(high), 1));
    }
    let form_of_bounds = match form {
        TimeForm::Text(text) => TimeForm::Text(TextForm {
            date_only: whole_days,
            ..text
        }),
        form => form,
    };
    let low = bound(binds, low, form_of_bounds, zone);
    let high = bound(binds, high, form_of_bounds, zone);
    let mut condition = format!("{column} >= {low} AND {column} < {high}");
    if exact {
        let instant = instant(binds, column, form, zone, Some(range));
        let (start, end) = match binds.dialect() {
            Dialect::Postgres => {
                let form = TimeForm::TimestampTz;
                (stored(binds, start, form, zone), stored(binds, end, form, zone))
            }
            Dialect::Sqlite => (binds.add(Bind::Integer(start)), binds.add(Bind::Integer(end))),
        };
        condition.push_str(&format!(" AND {instant} >= {start} AND {instant} < {end}"));
    }
    condition
}

/// A column's instant: in PostgreSQL a `timestamptz`, or a `timestamp` in UTC; in SQLite milliseconds since the Unix
/// epoch. NULL where the column holds no point in time.
pub(super) fn instant(
    binds: &mut Binds,
    column: &str,
    form: TimeForm,
    zone: &Zone,
    range: Option<Range>,
) -> String {
    match (binds.dialect(), form) {
        (_, TimeForm::TimestampTz) => column.to_owned(),
        (_, TimeForm::Timestamp) if zone.is_utc() => column.to_owned(),
        // What is beyond the calendar of the type it is turned into is no point in time, and fails nothing.
        (_, TimeForm::Date) if zone.is_utc() => {
            format!("(CASE WHEN {column} < DATE '294276-01-01' THEN CAST({column} AS timestamp) END)")
        }
        (_, TimeForm::Timestamp | TimeForm::Date) => {
            let name = binds.add(Bind::Text(zone.name().to_owned()));
            format!(
                "(CASE WHEN {column} > DATE '4712-01-01 BC' AND {column} < DATE '294276-01-01' \
                 THEN CAST({column} AS timestamp) AT TIME ZONE {name} END)"
            )
        }
        (Dialect::Postgres, TimeForm::Seconds { .. }) => format!(
            "(CASE WHEN {column} > -210000000000 AND {column} < 9224000000000 \
             THEN to_timestamp(CAST({column} AS float8)) END)"
        ),
        (Dialect::Postgres, TimeForm::Millis { .. }) => format!(
            "(CASE WHEN {column} > -210000000000000 AND {column} < 9224000000000000 \
             THEN to_timestamp(CAST({column} AS float8) / 1000.0) END)"
        ),
        (_, TimeForm::Seconds { whole: true }) => format!("({column} * 1000)"),
        (_, TimeForm::Seconds { whole: false }) => format!("CAST(round({column} * 1000.0) AS INTEGER)"),
        (_, TimeForm::Millis { whole: true }) => column.to_owned(),
        (_, TimeForm::Millis { whole: false }) => format!("CAST(round({column}) AS INTEGER)"),
        (_, TimeForm::Text(_)) => {
            let as_if_utc = format!("CAST(round(unixepoch({column}, 'subsec') * 1000.0) AS INTEGER)");
            match offset(column, zone, range) {
                None => as_if_utc,
                Some(offset) => format!("({as_if_utc} - {offset} * 1000)"),
            }
        }
    }
}

/// A column by which rows can be put into the order of time: as it is stored, so that an index serves it, unless its texts are
/// in another order than the instants they tell.
pub(super) fn sortable(binds: &mut Binds, column: &str, form: TimeForm, zone: &Zone) -> String {
    match is_in_order(form) {
        true => column.to_owned(),
        false => instant(binds, column, form, zone, None),
    }
}

/// Whether what a column stores is in the order of time.
pub(super) fn is_in_order(form: TimeForm) -> bool {
    !matches!(form, TimeForm::Text(text) if text.offsets || text.mixed)
}

/// The zone's offset in seconds at the local time in a text column, written out as the changes in the range; SQLite
/// knows no zones. Without a range: from 1900 to 2100.
fn offset(column: &str, zone: &Zone, range: Option<Range>) -> Option<String> {
    if zone.is_utc() {
        return None;
    }
    let (start, end) = match range {
        Some(range) => (days_away(range.start, -3), days_away(range.end, 3)),
        None => (-2_208_988_800_000, 4_102_444_800_000),
    };
    let (first, changes) = zone.offsets(start, end);
    if changes.is_empty() {
        return Some(format!("({first})"));
    }
    let text = halved(column, first, &changes);
    // A time that carries its own offset is not in the zone.
    Some(format!(
        "(CASE WHEN substr({column}, 11) GLOB '*[-Zz+]*' THEN 0 ELSE {text} END)"
    ))
}

/// The offset that holds at a local time, found by halves: hundreds of changes are a handful of comparisons.
fn halved(column: &str, first: i64, changes: &[(i64, i64)]) -> String {
    let middle = changes.len() / 2;
    let Some((from, offset)) = changes.get(middle) else {
        return first.to_string();
    };
    let (before, after) = (&changes[..middle], &changes[middle + 1..]);
    format!(
        "(CASE WHEN unixepoch({column}) < {from} THEN {} ELSE {} END)",
        halved(column, first, before),
        halved(column, *offset, after)
    )
}

/// The start of the bucket, `seconds` long and aligned to the Unix epoch in UTC, that an instant is in. `direct` is the
/// column itself where it is at hand: of text in UTC whole seconds are enough, and cheaper.
pub(super) fn bucket(
    dialect: Dialect,
    instant: &str,
    form: TimeForm,
    zone: &Zone,
    direct: Option<&str>,
    seconds: u32,
) -> String {
    let seconds = i64::from(seconds);
    match dialect {
        Dialect::Postgres => {
            let origin = match form {
                TimeForm::Timestamp | TimeForm::Date if zone.is_utc() => "timestamp '1970-01-01'",
                _ => "timestamptz '1970-01-01 00:00:00+00'",
            };
            format!("date_bin(interval '{seconds} seconds', {instant}, {origin})")
        }
        Dialect::Sqlite => {
            // Integer division goes towards zero: everything is moved to positive numbers first.
            let lift = |size: i64, most: i64| (most / size + 1) * size;
            match (direct, form) {
                (Some(column), TimeForm::Text(_)) if zone.is_utc() => {
                    let lift = lift(seconds, 100_000_000_000);
                    format!("(((unixepoch({column}) + {lift}) / {seconds} * {seconds} - {lift}) * 1000)")
                }
                _ => {
                    let size = seconds * 1000;
                    let lift = lift(size, 100_000_000_000_000);
                    format!("(({instant} + {lift}) / {size} * {size} - {lift})")
                }
            }
        }
    }
}
