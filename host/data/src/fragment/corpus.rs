//! What fragments may say and what they may not.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

#[test]
fn accepts_every_form_of_the_specification() {
    assert!(parse_condition("metric_type = 'cpu'").is_ok());
    assert!(parse_condition("severity IN ('ERROR', 'CRITICAL')").is_ok());
    assert_eq!(parse_order("recorded_at DESC").unwrap().len(), 1);
    let order = parse_order("timestamp DESC").unwrap();
    assert_eq!(
        order[0].expr.node,
        Node::Column {
            name: "timestamp".into(),
            exact: false
        }
    );
    assert!(order[0].descending);
    let fragment = parse_combined("metric_type = 'memory' ORDER BY recorded_at DESC LIMIT 1").unwrap();
    assert!(fragment.condition.is_some());
    assert_eq!(fragment.order.len(), 1);
    assert_eq!(fragment.limit, Some(1));
}

#[test]
fn accepts_what_operators_of_dashboards_write() {
    for text in [
        "a = 1",
        "a <> 1 AND b != 2",
        "NOT (a < 1 OR b >= 2.5e3)",
        "a BETWEEN 1 AND 5",
        "a NOT BETWEEN -1 AND +5",
        "name LIKE 'web-%'",
        "name NOT LIKE '50\\%'",
        "name ILIKE '%error%'",
        "name LIKE '10!%' ESCAPE '!'",
        "a IS NULL",
        "a IS NOT NULL",
        "active",
        "active IS TRUE",
        "active IS NOT FALSE",
        "active = true",
        "a IS DISTINCT FROM b",
        "a NOT IN (1, 2, 3)",
        "\"order\" = 5",
        "\"a\"\"b\" = 'it''s'",
        "recorded_at > now() - INTERVAL '1 day'",
        "recorded_at >= current_timestamp - INTERVAL '15' MINUTE",
        "recorded_at >= CURRENT_DATE",
        "recorded_at > NOW() - interval '2 hours 30 minutes'",
        "recorded_at >= '2026-01-31 12:00:00'",
        "recorded_at >= TIMESTAMP '2026-01-31 12:00:00'",
        "recorded_at < DATE '2026-01-31'",
        "recorded_at < CAST('2026-01-31' AS date)",
        "CAST(code AS integer) > 500",
        "code::integer > 500",
        "lower(trim(name)) = 'x'",
        "coalesce(a, b, 0) > 1",
        "nullif(a, 0) IS NULL",
        "substr(name, 1, 3) = 'abc'",
        "substring(name FROM 1 FOR 3) = 'abc'",
        "length(name) > 3 AND abs(a) < 2 AND round(a, 2) = 1.25",
        "CASE WHEN a > 1 THEN 'big' ELSE 'small' END = 'big'",
        "CASE kind WHEN 1 THEN true ELSE false END",
        "a + b * 2 - c / 3 % 4 > 0",
        "first || ' ' || last = 'a b'",
        "timestamp > '2026-01-01'",
        "value > 5 AND position = 3 AND date > '2026-01-01'",
    ] {
        assert!(
            parse_condition(text).is_ok(),
            "{text}: {:?}",
            parse_condition(text)
        );
    }
    for text in [
        "a",
        "a, b DESC",
        "a ASC NULLS FIRST, lower(b) DESC NULLS LAST",
        "a + b",
        "\"order\" DESC",
    ] {
        assert!(parse_order(text).is_ok(), "{text}: {:?}", parse_order(text));
    }
    for text in [
        "ORDER BY a",
        "LIMIT 5",
        "WHERE a = 1 LIMIT 5",
        "a = 1",
        "ORDER BY a DESC LIMIT 1",
    ] {
        assert!(parse_combined(text).is_ok(), "{text}: {:?}", parse_combined(text));
    }
}

/// Each with the byte at which it is refused.
const HOSTILE: [(&str, usize); 83] = [
    ("", 0),
    ("   ", 0),
    ("a = (SELECT 1)", 5),
    ("a IN (SELECT id FROM users)", 6),
    ("EXISTS (SELECT 1)", 8),
    ("a = 1 UNION SELECT password FROM users", 6),
    ("1 = 1; DROP TABLE users", 5),
    ("a = 1;", 5),
    ("a = 1 -- and so on", 6),
    ("a = 1 /* hidden */", 6),
    ("a /**/ = 1", 2),
    ("a = $1", 4),
    ("a = ?", 4),
    ("a = :name", 4),
    ("a = @variable", 4),
    ("pg_sleep(10) IS NULL", 0),
    ("pg_read_file('/etc/passwd') = ''", 0),
    ("load_extension('x') = 1", 0),
    ("readfile('/etc/passwd') = ''", 0),
    ("lo_import('/etc/passwd') > 0", 0),
    ("query_to_xml('select 1', true, true, '') IS NULL", 0),
    ("current_setting('x') = ''", 0),
    ("set_config('a', 'b', false) = ''", 0),
    ("pg_catalog.pg_sleep(1) IS NULL", 0),
    ("\"pg_sleep\"(1) IS NULL", 0),
    ("\"lower\"(a) = 'x'", 0),
    ("random() > 0.5", 0),
    ("version() = ''", 0),
    ("nextval('s') > 0", 0),
    ("count(*) > 1", 0),
    ("sum(a) OVER () > 1", 0),
    ("row_number() OVER (ORDER BY a) = 1", 0),
    ("lower(DISTINCT a) = 'x'", 0),
    ("string_agg(a, ',' ORDER BY b) = ''", 0),
    ("lower(a) FILTER (WHERE b) = ''", 9),
    ("users.password = 'x'", 0),
    ("public.users.password = 'x'", 0),
    ("a ~ '(a+)+$'", 2),
    ("a SIMILAR TO '%'", 0),
    ("a REGEXP 'x'", 0),
    ("a -> 'b' = 1", 2),
    ("a ->> 'b' = '1'", 2),
    ("a @> b", 2),
    ("a & 1 = 1", 2),
    ("a << 1 = 1", 2),
    ("a[1] = 2", 1),
    ("ARRAY[1,2] = b", 5),
    ("ROW(1, 2) = b", 0),
    ("(a, b) = (1, 2)", 1),
    ("(a, b) IN ((1, 2))", 1),
    ("a = ANY(ARRAY[1])", 13),
    ("a = ANY(b)", 0),
    ("a COLLATE \"C\" = 'x'", 0),
    ("a AT TIME ZONE 'UTC' > now()", 0),
    ("extract(epoch FROM a) > 1", 19),
    ("a::regclass = 1", 0),
    ("CAST(a AS bytea) = ''", 5),
    ("CAST(a AS text[]) IS NULL", 14),
    ("a = E'\\x41'", 5),
    ("a = X'41'", 4),
    ("a = U&'x'", 5),
    ("a = $$text$$", 4),
    ("a = 'open", 4),
    ("a = \"open", 4),
    ("a = ", 4),
    ("= 1", 0),
    ("a = 1 AND", 9),
    ("(a = 1", 6),
    ("a = 1)", 5),
    ("a = 1 b = 2", 6),
    ("a == 1", 2),
    ("a IN ()", 6),
    ("a + INTERVAL '1 day' > now()", 0),
    ("now() - INTERVAL '1 fortnight' < a", 0),
    ("INTERVAL '1 day' = a", 9),
    ("a LIKE b", 7),
    ("a LIKE 'x\\'", 7),
    ("a LIKE 'x' ESCAPE 'xy'", 0),
    ("WHERE a = 1", 0),
    ("a = 1 ORDER BY b", 6),
    ("a = 1 LIMIT 5", 6),
    ("`a` = 1", 0),
    ("a = 1 INTO OUTFILE '/tmp/x'", 6),
];

#[test]
fn refuses_everything_else_and_says_where() {
    let mut wrong = Vec::new();
    for (text, offset) in HOSTILE {
        match parse_condition(text) {
            Ok(expr) => wrong.push(format!("{text} was understood as {expr:?}")),
            Err(refusal) if refusal.offset != offset || refusal.message.is_empty() => {
                wrong.push(format!("{text}: not {offset}: {refusal:?}"));
            }
            Err(_) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_of_the_session_are_only_ever_columns() {
    for name in [
        "current_user",
        "session_user",
        "user",
        "current_role",
        "current_catalog",
    ] {
        match parse_condition(&format!("{name} = 'postgres'")) {
            Ok(Expr {
                node: Node::Compare { left, .. },
                ..
            }) => {
                assert_eq!(
                    left.node,
                    Node::Column {
                        name: name.into(),
                        exact: false
                    }
                );
            }
            Ok(other) => panic!("{name}: {other:?}"),
            Err(refusal) => assert!(!refusal.message.is_empty()),
        }
    }
}

#[test]
fn refuses_orders_that_are_none() {
    for text in [
        "",
        "1",
        "a USING >",
        "a;",
        "a, ",
        "a DESC LIMIT 1",
        "(SELECT 1)",
        "random()",
        "ORDER BY a",
        "a -- b",
    ] {
        assert!(parse_order(text).is_err(), "{text}");
    }
    for text in [
        "",
        "a = 1 LIMIT 0",
        "a = 1 LIMIT -1",
        "LIMIT 1 OFFSET 5",
        "LIMIT a",
        "LIMIT 1 ORDER BY a",
        "a LIMIT ALL",
    ] {
        assert!(parse_combined(text).is_err(), "{text}");
    }
}

#[test]
fn offsets_count_bytes_and_go_on_over_lines() {
    let refusal = parse_condition("name = 'Grün'\n  AND x = (SELECT 1)").unwrap_err();
    assert_eq!(
        &"name = 'Grün'\n  AND x = (SELECT 1)"[refusal.offset..refusal.offset + 6],
        "SELECT"
    );
}

#[test]
fn survives_what_is_nested_without_end_or_endless() {
    assert!(parse_condition(&format!("{}a = 1{}", "(".repeat(5000), ")".repeat(5000))).is_err());
    assert!(parse_condition(&"NOT ".repeat(900)).is_err());
    assert!(parse_condition(&format!("a = {}1", "- ".repeat(1500))).is_err());
    assert!(parse_condition(&vec!["a = 1"; 900].join(" AND ")).is_err());
    assert!(parse_condition(&vec!["a = 1"; 300].join(" AND ")).is_ok());
    assert!(parse_condition(&format!("a = '{}'", "x".repeat(70_000))).is_err());
    assert!(parse_condition(&format!("a = {}", "9".repeat(5000))).is_err());
    assert!(parse_condition("a = 'x\0'").is_err());
    let cases = "CASE WHEN a THEN ".repeat(200) + "1" + &" END".repeat(200);
    assert!(parse_condition(&cases).is_err());
}

proptest! {
    #[test]
    fn never_panics_and_points_into_the_text(text in "\\PC{0,60}") {
        for refusal in [parse_condition(&text).err(), parse_order(&text).err(), parse_combined(&text).err()].into_iter().flatten() {
            prop_assert!(refusal.offset <= text.len());
            prop_assert!(text.is_char_boundary(refusal.offset));
        }
    }

    #[test]
    fn never_panics_on_words_of_sql(words in prop::collection::vec(prop::sample::select(vec![
        "a", "b", "'x'", "1", "2.5", "(", ")", ",", "=", "<", "-", "+", "NOT", "AND", "OR", "IN", "BETWEEN", "LIKE",
        "IS", "NULL", "CASE", "WHEN", "THEN", "ELSE", "END", "CAST", "AS", "integer", "INTERVAL", "'1 day'", "now", "()",
        "lower", "SELECT", "ORDER", "BY", "LIMIT", "DESC", "::", "||", "TIMESTAMP", "DATE", "TRUE", "ESCAPE", "\"q\"", ".",
        "EXTRACT", "FROM", "POSITION", "TRIM", "SUBSTRING", "FOR", "CEIL", "EXISTS", "ANY", "ALL", "COLLATE", "AT", "ZONE",
    ]), 0..24)) {
        let text = words.join(" ");
        for refusal in [parse_condition(&text).err(), parse_order(&text).err(), parse_combined(&text).err()].into_iter().flatten() {
            prop_assert!(refusal.offset <= text.len(), "{}", text);
        }
    }
}
