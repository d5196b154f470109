//! Buckets with one row for each series, instead of one for each bucket of each series: fewer rows for the server to send
//! and for the host to read.

use super::{Bind, Statement};

/// A statement of PostgreSQL whose rows are bucket, label, value and, if `counted`, a count, as one whose rows are label,
/// buckets, values and counts. At most `most` rows of the former are packed, so that what is too much to answer is too
/// much for the server's memory neither.
pub(super) fn by_label(rows: Statement, counted: bool, most: u64) -> Statement {
    let Statement { text, mut binds } = rows;
    binds.push(Bind::Integer(i64::try_from(most).unwrap_or(i64::MAX)));
    let limit = binds.len();
    let (names, arrays) = match counted {
        true => ("b, l, v, n", "array_agg(b), array_agg(v), array_agg(n)"),
        false => ("b, l, v", "array_agg(b), array_agg(v)"),
    };
    Statement {
        text: format!("SELECT l, {arrays} FROM ({text} LIMIT ${limit}) AS parts({names}) GROUP BY l"),
        binds,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_limited() {
        let rows = Statement {
            text: "SELECT b, l, sum(v) FROM t WHERE x = $1".into(),
            binds: vec![Bind::Integer(7)],
        };
        assert_eq!(
            by_label(rows, false, 100),
            Statement {
                text: "SELECT l, array_agg(b), array_agg(v) FROM (SELECT b, l, sum(v) FROM t WHERE x = $1 LIMIT $2) \
                       AS parts(b, l, v) GROUP BY l"
                    .into(),
                binds: vec![Bind::Integer(7), Bind::Integer(100)],
            }
        );
    }
}
