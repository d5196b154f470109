//! The same expression in both dialects.
#![allow(clippy::unwrap_used)]

use crate::fragment::{parse_condition, parse_order};
use crate::time::{TextForm, TimeForm, Zone};

use super::expression::Renderer;
use super::{Bind, Binds, Dialect, Kind, Layout, Table, TableColumn};

fn table(dialect: Dialect) -> Table {
    let postgres = dialect == Dialect::Postgres;
    let time = if postgres {
        TimeForm::Timestamp
    } else {
        TimeForm::Text(TextForm::PLAIN)
    };
    let column = |name: &str, kind| TableColumn {
        name: name.into(),
        kind,
        nullable: true,
        single: false,
        time_form: None,
    };
    Table {
        dialect,
        quoted: "\"metrics\"".into(),
        name: "metrics".into(),
        numbered: !postgres,
        layout: Layout::Indexed(Vec::new()),
        has_plain_order: true,
        crowded: None,
        columns: vec![
            column("id", Kind::Integer),
            column("amount", if postgres { Kind::Decimal } else { Kind::Number }),
            column("cpu_percent", Kind::Number),
            column("Name", Kind::Text),
            column("active", Kind::Boolean),
            column("recorded_at", Kind::Time(time)),
            column(
                "state",
                if postgres {
                    Kind::Opaque("app.\"State\"".into())
                } else {
                    Kind::Text
                },
            ),
            column("order", Kind::Integer),
        ],
    }
}

fn write(dialect: Dialect, text: &str) -> Result<(String, Vec<Bind>), String> {
    let table = table(dialect);
    let mut binds = Binds::new(dialect);
    let condition = parse_condition(text).map_err(|refusal| refusal.message)?;
    // 2026-01-31 12:00:00 UTC.
    let now = 1_769_860_800_000;
    let mut renderer = Renderer {
        table: &table,
        zone: &Zone::utc(),
        now,
        binds: &mut binds,
    };
    let written = renderer
        .condition(&condition)
        .map_err(|refusal| refusal.message)?;
    Ok((written, binds.statement(String::new()).binds))
}

fn text(text: &str) -> Bind {
    Bind::Text(text.into())
}

#[test]
fn literals_are_bound_as_what_they_are_compared_with() {
    for (from, postgres, sqlite, postgres_binds, sqlite_binds) in [
        (
            "name = 'x'",
            "(\"Name\" = $1)",
            "(\"Name\" = ?1)",
            vec![text("x")],
            vec![text("x")],
        ),
        (
            "id = 5",
            "(\"id\" = $1)",
            "(\"id\" = ?1)",
            vec![Bind::Integer(5)],
            vec![Bind::Integer(5)],
        ),
        (
            "id = '5'",
            "(\"id\" = $1)",
            "(\"id\" = ?1)",
            vec![Bind::Integer(5)],
            vec![Bind::Integer(5)],
        ),
        (
            "amount > 1.10",
            "(\"amount\" > CAST($1 AS numeric))",
            "(\"amount\" > ?1)",
            vec![text("1.10")],
            vec![Bind::Real(1.1)],
        ),
        (
            "cpu_percent > 1.5",
            "(\"cpu_percent\" > $1)",
            "(\"cpu_percent\" > ?1)",
            vec![Bind::Real(1.5)],
            vec![Bind::Real(1.5)],
        ),
        (
            "active = 1",
            "(\"active\" = TRUE)",
            "(\"active\" = TRUE)",
            vec![],
            vec![],
        ),
        (
            "recorded_at >= '2026-01-31'",
            "(\"recorded_at\" >= CAST($1 AS timestamp))",
            "(\"recorded_at\" >= ?1)",
            vec![text("2026-01-31 00:00:00")],
            vec![text("2026-01-31 00:00:00")],
        ),
        (
            "recorded_at > now() - interval '90 minutes'",
            "(\"recorded_at\" > CAST($1 AS timestamp))",
            "(\"recorded_at\" > ?1)",
            vec![text("2026-01-31 10:30:00")],
            vec![text("2026-01-31 10:30:00")],
        ),
        (
            "state = 'up'",
            "(\"state\" = CAST($1 AS app.\"State\"))",
            "(\"state\" = ?1)",
            vec![text("up")],
            vec![text("up")],
        ),
    ] {
        assert_eq!(
            write(Dialect::Postgres, from),
            Ok((postgres.into(), postgres_binds)),
            "{from}"
        );
        assert_eq!(
            write(Dialect::Sqlite, from),
            Ok((sqlite.into(), sqlite_binds)),
            "{from}"
        );
    }
}

#[test]
fn what_databases_do_differently_is_written_so_that_they_agree() {
    for (from, postgres, sqlite) in [
        ("name LIKE 'w_b%'", "(\"Name\" LIKE $1)", "(\"Name\" GLOB ?1)"),
        (
            "name ILIKE 'w%'",
            "(\"Name\" ILIKE $1)",
            "(\"Name\" LIKE ?1 ESCAPE '\\')",
        ),
        (
            "id / 2 = 1",
            "((CAST(\"id\" AS bigint) / NULLIF($1, 0)) = $2)",
            "((\"id\" / NULLIF(?1, 0)) = ?2)",
        ),
        (
            "state LIKE 'u%'",
            "(CAST(\"state\" AS text) LIKE $1)",
            "(\"state\" GLOB ?1)",
        ),
        (
            "round(cpu_percent, 1) = 1",
            "(round(CAST(\"cpu_percent\" AS numeric), CAST($1 AS integer)) = $2)",
            "(round(\"cpu_percent\", ?1) = ?2)",
        ),
        (
            "NOT active AND id = 1 OR active",
            "(((NOT \"active\") AND (\"id\" = $1)) OR \"active\")",
            "(((NOT \"active\") AND (\"id\" = ?1)) OR \"active\")",
        ),
    ] {
        assert_eq!(
            write(Dialect::Postgres, from).map(|(text, _)| text),
            Ok(postgres.into()),
            "{from}"
        );
        assert_eq!(
            write(Dialect::Sqlite, from).map(|(text, _)| text),
            Ok(sqlite.into()),
            "{from}"
        );
    }
    let binds = |dialect, from| write(dialect, from).unwrap().1;
    assert_eq!(
        binds(Dialect::Sqlite, "name LIKE 'a*_%[x]'"),
        vec![text("a[*]?*[[]x]")]
    );
    assert_eq!(
        binds(Dialect::Postgres, "name LIKE '50!%' ESCAPE '!'"),
        vec![text("50\\%")]
    );
}

#[test]
fn precedence_is_what_standard_sql_says() {
    let written = |from| write(Dialect::Postgres, from).unwrap().0;
    assert_eq!(
        written("active OR active AND NOT active"),
        "(\"active\" OR (\"active\" AND (NOT \"active\")))"
    );
    assert_eq!(written("NOT id = 1"), "(NOT (\"id\" = $1))");
    assert_eq!(written("NOT id IN (1)"), "(NOT (\"id\" IN ($1)))");
    assert_eq!(
        written("id - id - id = 0"),
        "(((CAST(\"id\" AS bigint) - CAST(\"id\" AS bigint)) - CAST(\"id\" AS bigint)) = $1)"
    );
    assert_eq!(
        written("- id * id = 0"),
        "(((- CAST(\"id\" AS bigint)) * CAST(\"id\" AS bigint)) = $1)"
    );
    assert_eq!(
        written("id BETWEEN 1 AND 2 AND active"),
        "((\"id\" BETWEEN $1 AND $2) AND \"active\")"
    );
}

#[test]
fn names_are_found_and_quoted_as_the_catalogue_has_them() {
    let written = |from| write(Dialect::Postgres, from).map(|(text, _)| text);
    assert_eq!(written("NAME = 'x'"), Ok("(\"Name\" = $1)".into()));
    assert_eq!(written("\"order\" = 1"), Ok("(\"order\" = $1)".into()));
    assert_eq!(
        written("\"name\" = 'x'"),
        Err("the table metrics has no column `name`".into())
    );
    assert_eq!(
        written("nme = 'x'"),
        Err("the table metrics has no column `nme`".into())
    );
}

#[test]
fn refuses_what_cannot_be_compared() {
    for from in [
        "name = 5",
        "id = 'five'",
        "active = 5",
        "recorded_at = 5",
        "recorded_at > 'yesterday'",
        "id = now()",
        "id",
        "'x'",
        "1",
        "name + 1 = 2",
        "id % 2.5 = 1",
        "name AND active",
        "lower(id / 2.0) = 'x'",
        "coalesce(id, name) = 1",
        "recorded_at = name",
        "CAST(recorded_at AS text) = 'x'",
        "CASE WHEN id THEN 1 END = 1",
        "substr(name, -1) = 'x'",
        "id IN (1, 'a')",
        "id BETWEEN 'a' AND 'b'",
        "name IS TRUE",
    ] {
        for dialect in [Dialect::Postgres, Dialect::Sqlite] {
            assert!(
                write(dialect, from).is_err(),
                "{from}: {:?}",
                write(dialect, from)
            );
        }
    }
}

#[test]
fn orders_are_written_without_a_needless_word_on_nulls() {
    assert_eq!(super::direction(Dialect::Postgres, true, false, false), " DESC");
    assert_eq!(
        super::direction(Dialect::Postgres, true, false, true),
        " DESC NULLS LAST"
    );
    assert_eq!(super::direction(Dialect::Postgres, false, false, true), " ASC");
    assert_eq!(super::direction(Dialect::Sqlite, true, false, true), " DESC");
    assert_eq!(
        super::direction(Dialect::Sqlite, false, false, true),
        " ASC NULLS LAST"
    );
    assert!(parse_order("name").is_ok());
}
