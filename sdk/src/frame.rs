//! Reading frames.

use crate::{Column, ColumnData, Frame, Instant};

impl Frame {
    /// The column of this name.
    pub fn column(&self, name: &str) -> Option<&ColumnData> {
        self.columns
            .iter()
            .find(|column| column.name == name)
            .map(|column| &column.data)
    }

    /// How many rows there are.
    pub fn height(&self) -> usize {
        self.columns.first().map_or(0, |column| column.data.len())
    }
}

impl Column {
    /// A column of this name.
    pub fn new(name: impl Into<String>, data: ColumnData) -> Self {
        Self {
            name: name.into(),
            data,
        }
    }
}

impl ColumnData {
    /// How many values there are, missing ones counted.
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Integers(values) => values.len(),
            Self::Texts(values) => values.len(),
            Self::Booleans(values) => values.len(),
            Self::Instants(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value as a number; none when it is missing, is no number, or there is no such row. Booleans are 0 and 1;
    /// a text that is a number is that number.
    pub fn number(&self, row: usize) -> Option<f64> {
        let number = match self {
            Self::Numbers(values) => values.get(row).copied(),
            Self::Integers(values) => values.get(row).copied().flatten().map(|value| value as f64),
            Self::Booleans(values) => values
                .get(row)
                .copied()
                .flatten()
                .map(|value| f64::from(u8::from(value))),
            Self::Texts(values) => values.get(row)?.as_ref()?.trim().parse().ok(),
            Self::Instants(_) => None,
        };
        number.filter(|number| !number.is_nan())
    }

    /// The value as text; none when it is missing or there is no such row. Instants are written as milliseconds.
    pub fn text(&self, row: usize) -> Option<String> {
        match self {
            Self::Numbers(values) => values
                .get(row)
                .filter(|value| !value.is_nan())
                .map(ToString::to_string),
            Self::Integers(values) | Self::Instants(values) => {
                values.get(row)?.map(|value| value.to_string())
            }
            Self::Booleans(values) => values.get(row)?.map(|value| value.to_string()),
            Self::Texts(values) => values.get(row)?.clone(),
        }
    }

    /// The value as an instant; none when it is missing, is none, or there is no such row.
    pub fn instant(&self, row: usize) -> Option<Instant> {
        match self {
            Self::Instants(values) => values.get(row).copied().flatten(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_read_the_same_from_every_kind_of_column() {
        assert_eq!(ColumnData::Numbers(vec![2.0]).text(0).as_deref(), Some("2"));
        assert_eq!(ColumnData::Integers(vec![Some(2)]).text(0).as_deref(), Some("2"));
        assert_eq!(ColumnData::Texts(vec![Some(" 2 ".into())]).number(0), Some(2.0));
    }

    #[test]
    fn what_is_missing_is_none() {
        assert_eq!(ColumnData::Numbers(vec![f64::NAN]).number(0), None);
        assert_eq!(ColumnData::Numbers(vec![f64::NAN]).text(0), None);
        assert_eq!(ColumnData::Texts(vec![Some("nan".into())]).number(0), None);
        assert_eq!(ColumnData::Integers(vec![]).number(0), None);
        assert_eq!(ColumnData::Integers(vec![Some(1)]).instant(0), None);
    }
}
