//! All series of a bucket in one row. A row costs the server, the connection and the host many times what a number in an
//! array does.

/// With more series in one bucket than this they come in rows of their own: a row has to fit into memory. So many series in
/// some tens of buckets are more points than a panel may read anyway.
pub(crate) const MOST: usize = 2000;

/// Of a subquery whose rows are label `l` and the columns named in `columns`, a single row with arrays of those; none where the
/// subquery has no rows. `shown`: the label as it leaves the database. There is one element more than [`MOST`] where there
/// are more.
pub(super) fn packed(shown: &str, columns: &str, points: &str) -> String {
    let arrays: Vec<_> = columns
        .split(", ")
        .map(|column| format!("array_agg({column}) AS {column}"))
        .collect();
    format!(
        "SELECT array_agg({shown}) AS l, {} FROM ({points} LIMIT {}) AS each HAVING count(*) > 0",
        arrays.join(", "),
        MOST + 1
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_limited() {
        assert_eq!(
            packed(
                "left(l, 9)",
                "x, y",
                "SELECT l, sum(v) AS x, count(v) AS y FROM t GROUP BY l"
            ),
            "SELECT array_agg(left(l, 9)) AS l, array_agg(x) AS x, array_agg(y) AS y FROM (SELECT l, sum(v) AS x, \
             count(v) AS y FROM t GROUP BY l LIMIT 2001) AS each HAVING count(*) > 0"
        );
    }
}
