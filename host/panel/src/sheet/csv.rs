//! Comma-separated values, as RFC 4180 has them.
//!
//! A spreadsheet runs a cell that begins like a formula, and data is written by whoever writes into the tenant's
//! database: such texts get an apostrophe in front. Numbers stay numbers, the negative ones too.

use std::borrow::Cow;

use csv::{Terminator, WriterBuilder};
use serde_json::Value;

use super::{Head, instant};

/// What a formula begins with.
const FORMULA: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

/// Writes the line of titles.
pub(super) fn head(heads: &[Head], out: &mut Vec<u8>) {
    line(
        heads
            .iter()
            .map(|head| defused(Cow::Borrowed(head.title.as_str()))),
        out,
    );
}

/// Writes a row.
pub(super) fn row(heads: &[Head], row: &[Value], out: &mut Vec<u8>) {
    line(heads.iter().zip(row).map(|(head, value)| cell(head, value)), out);
}

fn line<'a>(cells: impl Iterator<Item = Cow<'a, str>>, out: &mut Vec<u8>) {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .buffer_capacity(512)
        .from_writer(out);
    for cell in cells {
        // Into memory; there is nothing that could fail.
        let _ = writer.write_field(cell.as_bytes());
    }
    let _ = writer.write_record(None::<&[u8]>);
    let _ = writer.flush();
}

fn cell<'a>(head: &'a Head, value: &'a Value) -> Cow<'a, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::Bool(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
        Value::Number(number) => match head.is_instant.then(|| instant(value)).flatten() {
            Some(instant) => Cow::Owned(instant),
            None => Cow::Owned(number.to_string()),
        },
        Value::String(text) => {
            let label = head.labels.iter().find(|(value, _)| value == text);
            defused(Cow::Borrowed(label.map_or(text.as_str(), |(_, label)| label)))
        }
        // Cells hold neither lists nor records.
        other => defused(Cow::Owned(other.to_string())),
    }
}

/// A text that no spreadsheet takes for a formula.
fn defused(text: Cow<'_, str>) -> Cow<'_, str> {
    match text.starts_with(FORMULA) && !is_number(&text) {
        true => Cow::Owned(format!("'{text}")),
        false => text,
    }
}

/// Whether a text is a number and nothing else: `-5`, `+1.5e3`.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && digits.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn written(value: Value) -> String {
        let mut out = Vec::new();
        row(
            &[Head::plain("x"), Head::plain("y")],
            &[value, json!(1)],
            &mut out,
        );
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_a_spreadsheet_would_run_gets_an_apostrophe() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2+3", "'-2+3"),
            ("-5-1", "'-5-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
            ("\n=1", "\"'\n=1\""),
            ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""),
            ("-inf", "'-inf"),
            ("-", "'-"),
            ("-nan", "'-nan"),
        ] {
            assert_eq!(written(json!(text)), format!("{expected},1\r\n"));
        }
    }

    #[test]
    fn numbers_stay_numbers_and_plain_texts_stay_as_they_are() {
        for (value, expected) in [
            (json!(-5), "-5"),
            (json!(-0.25), "-0.25"),
            (json!("-5"), "-5"),
            (json!("+1.5e3"), "+1.5e3"),
            (json!("web-1"), "web-1"),
            (json!("'quoted'"), "'quoted'"),
            (json!("a \"b\", c"), "\"a \"\"b\"\", c\""),
            (json!("two\nlines"), "\"two\nlines\""),
            (json!(""), ""),
            (json!(null), ""),
            (json!(true), "true"),
            (json!("ä€😀"), "ä€😀"),
            (json!(0.1), "0.1"),
            (json!(9_007_199_254_740_993_i64), "9007199254740993"),
        ] {
            assert_eq!(written(value), format!("{expected},1\r\n"));
        }
    }

    #[test]
    fn a_title_is_no_formula_either_and_a_single_empty_cell_is_a_row() {
        let mut out = Vec::new();
        let evil = Head::plain("=1+1");
        head(std::slice::from_ref(&evil), &mut out);
        row(std::slice::from_ref(&evil), &[json!(null)], &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "'=1+1\r\n\"\"\r\n");
    }
}
