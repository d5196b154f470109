//! Filters over texts, numbers and times. What is not there passes through, so that a missing key shows nothing.

use minijinja::value::Kwargs;
use minijinja::{Environment, Error, ErrorKind, State, Value, filters};

use super::data::Data;

/// Of what a `datetime` filter is to look like, bytes.
const FORMAT: usize = 64;

/// Adds the filters of this file.
pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_filter("upper", |value: Value| text(value, |s| s.to_uppercase()));
    environment.add_filter("lower", |value: Value| text(value, |s| s.to_lowercase()));
    environment.add_filter("capitalize", |value: Value| text(value, capitalized));
    environment.add_filter("title", |value: Value| text(value, titled));
    environment.add_filter("trim", |value: Value| text(value, |s| s.trim().to_owned()));
    environment.add_filter("string", |value: Value| text(value, str::to_owned));
    environment.add_filter("truncate", truncate);
    environment.add_filter("replace", replace);
    environment.add_filter("safe", filters::safe);
    environment.add_filter("escape", filters::escape);
    environment.add_filter("e", filters::escape);
    environment.add_filter("default", or_default);
    environment.add_filter("d", or_default);
    environment.add_filter("round", round);
    environment.add_filter("abs", |value: Value| match i64::try_from(value.clone()) {
        Ok(whole) => Ok(Value::from(i128::from(whole).abs())),
        Err(_) => number(value, f64::abs),
    });
    environment.add_filter("int", |value: Value| match parsed(&value) {
        #[allow(clippy::cast_possible_truncation)]
        // A float outside of the whole numbers becomes the nearest one.
        Some(n) => i64::try_from(value).map_or_else(|_| Value::from(n as i64), Value::from),
        None if is_missing(&value) => value,
        None => Value::from(0),
    });
    environment.add_filter("float", |value: Value| match parsed(&value) {
        Some(n) => Value::from(n),
        None if is_missing(&value) => value,
        None => Value::from(0.0),
    });
    environment.add_filter("thousands", thousands);
    environment.add_filter("bytes", |value: Value| match f64::try_from(value.clone()) {
        Ok(n) => Ok(Value::from(bytes(n))),
        Err(_) if is_missing(&value) => Ok(value),
        Err(_) => Err(unfit("bytes", "a number", &value)),
    });
    environment.add_filter("datetime", datetime);
}

/// Whether a filter has nothing to work on.
pub(super) fn is_missing(value: &Value) -> bool {
    value.is_undefined() || value.is_none()
}

/// That a filter got something it cannot work on.
pub(super) fn unfit(filter: &str, wants: &str, value: &Value) -> Error {
    let got = match value.downcast_object_ref::<Data>() {
        Some(Data::List(_)) => "a list".to_owned(),
        Some(Data::Record(_)) => "a record".to_owned(),
        None => format!("a {}", value.kind()),
    };
    Error::new(
        ErrorKind::InvalidOperation,
        format!("`{filter}` wants {wants}, and got {got}"),
    )
}

/// A filter over text; other single values are written out first.
#[allow(clippy::needless_pass_by_value)] // Filters get their values.
fn text(value: Value, change: impl Fn(&str) -> String) -> Result<Value, Error> {
    if is_missing(&value) {
        return Ok(value);
    }
    if value.as_object().is_some() {
        return Err(unfit("this filter", "a text", &value));
    }
    Ok(match value.as_str() {
        Some(s) if value.is_safe() => Value::from_safe_string(change(s)),
        Some(s) => Value::from(change(s)),
        None => Value::from(change(&value.to_string())),
    })
}

/// A filter over numbers.
fn number(value: Value, change: impl Fn(f64) -> f64) -> Result<Value, Error> {
    match f64::try_from(value.clone()) {
        Ok(n) => Ok(Value::from(change(n))),
        Err(_) if is_missing(&value) => Ok(value),
        Err(_) => Err(unfit("this filter", "a number", &value)),
    }
}

/// A number, or a text that says one.
fn parsed(value: &Value) -> Option<f64> {
    match value.as_str() {
        Some(s) => s.trim().parse().ok(),
        None => f64::try_from(value.clone()).ok(),
    }
}

fn capitalized(s: &str) -> String {
    let mut chars = s.chars();
    chars.next().map_or_else(String::new, |first| {
        first
            .to_uppercase()
            .chain(chars.flat_map(char::to_lowercase))
            .collect()
    })
}

fn titled(s: &str) -> String {
    let mut starts = true;
    let mut out = String::with_capacity(s.len());
    for c in s.chars() {
        if starts {
            out.extend(c.to_uppercase())
        } else {
            out.extend(c.to_lowercase())
        }
        starts = !c.is_alphanumeric() && c != '\'';
    }
    out
}

/// `text | truncate(20)`: at most so many characters, the last of them `…` when some are left out.
fn truncate(value: Value, length: Option<usize>) -> Result<Value, Error> {
    let length = length.unwrap_or(80);
    text(value, |s| match s.char_indices().nth(length) {
        None => s.to_owned(),
        Some(_) => s.chars().take(length.saturating_sub(1)).chain(['…']).collect(),
    })
}

/// `text | replace("a", "b")`.
fn replace(state: &State<'_, '_>, value: Value, from: &str, to: &str) -> Result<Value, Error> {
    if let Some(s) = value.as_str()
        && !from.is_empty()
    {
        // What is looked for is read as well, before anything is found.
        state.consume_fuel((from.len() as u64 + to.len() as u64) / 16 + 1)?;
        let added = s.matches(from).count().saturating_mul(to.len());
        state.consume_fuel((s.len() as u64).saturating_add(added as u64) / 64)?;
    }
    text(value, |s| {
        if from.is_empty() {
            s.to_owned()
        } else {
            s.replace(from, to)
        }
    })
}

/// `value | default("none")`; `default("none", true)` also for what is empty, zero or false.
fn or_default(value: Value, other: Option<Value>, also_false: Option<bool>) -> Value {
    let missing = is_missing(&value) || (also_false == Some(true) && !value.is_true());
    if missing {
        other.unwrap_or_else(|| Value::from(""))
    } else {
        value
    }
}

/// `number | round(2)`.
fn round(value: Value, digits: Option<i32>) -> Result<Value, Error> {
    let digits = digits.unwrap_or(0);
    if value.is_integer() && digits >= 0 {
        return Ok(value);
    }
    let scale = 10_f64.powi(digits.clamp(-300, 15));
    number(value, |n| {
        let rounded = (n * scale).round() / scale;
        // So large a number has no fraction to round.
        if rounded.is_finite() { rounded } else { n }
    })
}

/// `number | thousands`, `number | thousands(2)`, `number | thousands(separator=" ")`: 1234567 is `1,234,567`.
fn thousands(value: Value, digits: Option<usize>, named: Kwargs) -> Result<Value, Error> {
    let separator: Option<&str> = named.get("separator")?;
    named.assert_all_used()?;
    let separator = separator.unwrap_or(",");
    if separator.len() > 8 {
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            "the `separator` of `thousands` is too long",
        ));
    }
    let written = match (i64::try_from(value.clone()), f64::try_from(value.clone()), digits) {
        (Ok(whole), _, None) => whole.to_string(),
        (_, Ok(n), _) if n.is_finite() => {
            let decimals = digits.unwrap_or(if n.fract() == 0.0 { 0 } else { 2 });
            format!("{n:.*}", decimals.min(15))
        }
        (_, Ok(n), _) => return Ok(Value::from(n.to_string())),
        _ if is_missing(&value) => return Ok(value),
        _ => return Err(unfit("thousands", "a number", &value)),
    };
    let (sign, rest) = written
        .strip_prefix('-')
        .map_or(("", written.as_str()), |rest| ("-", rest));
    let (whole, fraction) = rest.find('.').map_or((rest, ""), |at| rest.split_at(at));
    let mut out = sign.to_owned();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push_str(separator);
        }
        out.push(digit);
    }
    out.push_str(fraction);
    Ok(Value::from(out))
}

/// Bytes in the largest unit that leaves a whole part.
fn bytes(n: f64) -> String {
    let mut rest = n;
    for unit in ["B", "KiB", "MiB", "GiB", "TiB"] {
        if rest.abs() < 1024.0 {
            return if unit == "B" {
                format!("{rest} B")
            } else {
                format!("{rest:.1} {unit}")
            };
        }
        rest /= 1024.0;
    }
    format!("{rest:.1} PiB")
}

/// `instant | datetime`, `instant | datetime("%d %b %H:%M")`: milliseconds since the epoch, or RFC 3339, in UTC.
fn datetime(value: Value, format: Option<&str>) -> Result<Value, Error> {
    if is_missing(&value) {
        return Ok(value);
    }
    let format = format.unwrap_or("%Y-%m-%d %H:%M UTC");
    let wrong = |message: String| Error::new(ErrorKind::InvalidOperation, message);
    if format.len() > FORMAT {
        return Err(wrong(format!(
            "a format of `datetime` has at most {FORMAT} bytes"
        )));
    }
    let instant = match value.as_str() {
        Some(s) => s.parse::<jiff::Timestamp>().ok(),
        #[allow(clippy::cast_possible_truncation)] // Beyond the whole numbers lie no instants either.
        None => f64::try_from(value.clone())
            .ok()
            .and_then(|ms| jiff::Timestamp::from_millisecond(ms as i64).ok()),
    };
    let Some(instant) = instant else {
        return Err(unfit(
            "datetime",
            "milliseconds since the epoch or RFC 3339",
            &value,
        ));
    };
    jiff::fmt::strtime::format(format, &instant.to_zoned_datetime(jiff::tz::TimeZone::UTC))
        .map(Value::from)
        .map_err(|error| wrong(format!("`datetime` cannot write this format: {error}")))
}
