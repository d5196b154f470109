//! What kind of value a column or an expression has.

use std::sync::Arc;

use crate::time::TimeForm;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Boolean,
    Integer,
    /// Exact: PostgreSQL's `numeric`.
    Decimal,
    /// Double or single precision.
    Number,
    Text,
    Time(TimeForm),
    /// Anything else, by its name in the database: an enum, a UUID, JSON. Shown as text.
    Opaque(Arc<str>),
}

impl Kind {
    pub(crate) fn is_numeric(&self) -> bool {
        matches!(self, Self::Integer | Self::Decimal | Self::Number)
    }

    /// For messages: `a number`, `text`, …
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Boolean => "a truth value".into(),
            Self::Integer | Self::Decimal | Self::Number => "a number".into(),
            Self::Text => "text".into(),
            Self::Time(_) => "a time".into(),
            Self::Opaque(name) => format!("of the type {name}"),
        }
    }
}

/// What is known of an expression before it is compared with another.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Guess {
    Kind(Kind),
    /// A written number: also a truth value where one is wanted.
    Digits(Kind),
    /// A written time or the clock: takes the form of what it is compared with.
    Time,
    /// Written text: may be read as anything.
    Text,
    /// NULL.
    Nothing,
}

/// The kind in which all of them can be compared, or the two that cannot.
pub(super) fn unify(
    guesses: impl IntoIterator<Item = Guess>,
    default_time: TimeForm,
) -> Result<Kind, (Kind, Kind)> {
    let mut known: Option<Kind> = None;
    let mut digits: Option<Kind> = None;
    let (mut time, mut text) = (false, false);
    for guess in guesses {
        match guess {
            Guess::Kind(kind) => {
                known = Some(match known {
                    None => kind,
                    Some(other) => both(other, kind)?,
                });
            }
            Guess::Digits(kind) => {
                digits = Some(match digits {
                    None => kind,
                    Some(other) => both(other, kind)?,
                });
            }
            Guess::Time => time = true,
            Guess::Text => text = true,
            Guess::Nothing => {}
        }
    }
    match (known, digits) {
        (Some(Kind::Boolean), Some(Kind::Integer)) => Ok(Kind::Boolean),
        (Some(known), Some(digits)) => both(known, digits),
        (Some(kind), None) if time && !matches!(kind, Kind::Time(_)) => Err((kind, Kind::Time(default_time))),
        (Some(kind), None) => Ok(kind),
        (None, Some(digits)) if time => Err((digits, Kind::Time(default_time))),
        (None, Some(digits)) if text => Err((digits, Kind::Text)),
        (None, Some(digits)) => Ok(digits),
        (None, None) if time => Ok(Kind::Time(default_time)),
        (None, None) => Ok(Kind::Text),
    }
}

fn both(left: Kind, right: Kind) -> Result<Kind, (Kind, Kind)> {
    Ok(match (left, right) {
        (left, right) if left == right => left,
        (Kind::Number, right) if right.is_numeric() => Kind::Number,
        (left, Kind::Number) if left.is_numeric() => Kind::Number,
        (Kind::Decimal, Kind::Integer) | (Kind::Integer, Kind::Decimal) => Kind::Decimal,
        (Kind::Text, Kind::Opaque(_)) | (Kind::Opaque(_), Kind::Text) => Kind::Text,
        // PostgreSQL compares its own time types with each other; SQLite's text forms order as they are written.
        (
            left @ Kind::Time(TimeForm::Timestamp | TimeForm::TimestampTz | TimeForm::Date),
            Kind::Time(TimeForm::Timestamp | TimeForm::TimestampTz | TimeForm::Date),
        ) => left,
        (left, right) => return Err((left, right)),
    })
}
