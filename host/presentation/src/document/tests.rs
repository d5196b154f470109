#![allow(clippy::unwrap_used)]
use std::time::Duration;

use super::language::{FILTERS, FUNCTIONS, TESTS};
use super::*;
use crate::stopwatch::Stopwatch;

/// The template of the specification.
const SUMMARY: &str = r#"<div class="p-4"><h3 class="text-lg font-bold">Summary for {{ date }}</h3><ul class="mt-2"><li>Total Requests: {{ total_requests }}</li><li>Error Rate: {{ error_rate }}%</li><li>Avg Response Time: {{ avg_response_time }}ms</li></ul></div>"#;

fn shown(template: &str, json: &str) -> String {
    document(template, json, &DocumentLimits::default())
        .map(|shown| shown.html)
        .unwrap_or_else(|error| format!("ERROR {error}"))
}

fn fault(template: &str, json: &str) -> TemplateFault {
    match document(template, json, &DocumentLimits::default()) {
        Err(DocumentError::Template(fault)) => fault,
        other => panic!("{template}: {other:?}"),
    }
}

fn refusal(json: &str) -> String {
    match document("x", json, &DocumentLimits::default()) {
        Err(DocumentError::Data(refusal)) => refusal.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_specifications_template_works_unchanged() {
    let json =
        r#"{"date": "2026-01-31", "total_requests": 15234, "error_rate": 0.12, "avg_response_time": 45.2}"#;
    check_template(SUMMARY).unwrap();
    let shown = document(SUMMARY, json, &DocumentLimits::default()).unwrap();
    assert_eq!(
        shown.html,
        "<div class=\"p-4\"><h3 class=\"text-lg font-bold\">Summary for 2026-01-31</h3><ul class=\"mt-2\">\
         <li>Total Requests: 15234</li><li>Error Rate: 0.12%</li><li>Avg Response Time: 45.2ms</li></ul></div>"
    );
    for rule in [
        ".p-4 {\n  padding: 1rem;",
        ".text-lg {",
        ".font-bold {",
        ".mt-2 {",
    ] {
        assert!(shown.css.contains(rule), "{rule} in {}", shown.css);
    }
}

#[test]
fn every_filter_function_and_test_that_is_named_is_there() {
    for name in FILTERS {
        let error = ENGINE.empty_state().apply_filter(name, &[Value::from(1)]).err();
        assert_ne!(
            error.map(|e| e.kind()),
            Some(minijinja::ErrorKind::UnknownFilter),
            "{name}"
        );
    }
    for name in TESTS {
        let error = ENGINE
            .empty_state()
            .perform_test(name, &[Value::from(1), Value::from(1)])
            .err();
        assert_ne!(
            error.map(|e| e.kind()),
            Some(minijinja::ErrorKind::UnknownTest),
            "{name}"
        );
    }
    let there: Vec<&str> = ENGINE.globals().map(|(name, _)| name).collect();
    assert_eq!(there, FUNCTIONS);
}

#[test]
fn loops_conditions_and_filters_do_what_they_say() {
    let json = r#"{
        "n": 1234567, "f": 2.345, "s": "hello world", "e": [], "t": 1769860800000, "neg": -1234.5, "size": 1572864,
        "tags": ["b", "A", "c", "b"], "codes": [5, 404], "deep": {"a": {"b": [10, 20]}},
        "disks": [{"name": "x", "used": 91, "up": true}, {"name": "y", "used": 12, "up": false}]
    }"#;
    for (template, expected) in [
        ("{{ n | thousands }}", "1,234,567"),
        ("{{ n | thousands(separator=' ') }}", "1 234 567"),
        (
            "{{ neg | thousands(2) }} {{ f | thousands }} {{ 999 | thousands }}",
            "-1,234.50 2.35 999",
        ),
        ("{{ t | datetime }}", "2026-01-31 12:00 UTC"),
        (
            "{{ '2026-01-31T12:00:00Z' | datetime('%d.%m.%Y') }}",
            "31.01.2026",
        ),
        ("{{ size | bytes }}", "1.5 MiB"),
        (
            "{{ f | round(1) }} {{ f | round }} {{ n | round }} {{ f | int }}",
            "2.3 2.0 1234567 2",
        ),
        (
            "{{ missing }}{{ missing.a.b }}{{ missing | round }}{{ missing | thousands }}.",
            ".",
        ),
        (
            "{{ missing | default('none') }} {{ '' | d('empty', true) }}",
            "none empty",
        ),
        (
            "{{ s | upper }} {{ s | title }} {{ s | capitalize }} {{ s | length }}",
            "HELLO WORLD Hello World Hello world 11",
        ),
        (
            "{{ s | truncate(6) }} {{ s | replace('o', '0') }}",
            "hello… hell0 w0rld",
        ),
        (
            "{{ tags | join(', ') }} {{ tags | sort | join }} {{ tags | unique | join }}",
            "b, A, c, b Abbc bAc",
        ),
        (
            "{{ tags | first }}{{ tags | last }}{{ tags[1] }}{{ tags | at(-1) }}{{ tags | length }}",
            "bbAb4",
        ),
        ("{{ tags | take(2) | reverse | join }}", "Ab"),
        (
            "{{ tags | contains('c') }} {{ codes | contains(404) }} {{ codes | contains(0) }}",
            "True True False",
        ),
        ("{{ deep.a.b[1] }} {{ deep['a'].b | sum }}", "20 30"),
        (
            "{{ disks | sum(attribute='used') }} {{ disks | max(attribute='used') }}",
            "103 91",
        ),
        ("{{ disks | map(attribute='name') | join(',') }}", "x,y"),
        (
            "{{ disks | sort(attribute='used') | join(',', attribute='name') }}",
            "y,x",
        ),
        (
            "{{ disks | sort(attribute='name', reverse=true) | join(',', attribute='name') }}",
            "y,x",
        ),
        (
            "{{ disks | selectattr('up') | length }} {{ disks | selectattr('used', 'gt', 50) | length }}",
            "1 1",
        ),
        (
            "{% for d in disks if d.used > 50 %}{{ loop.index }}{{ d.name }}{% else %}none{% endfor %}",
            "1x",
        ),
        (
            "{% for d in e %}x{% else %}none{% endfor %}{% for d in missing %}x{% endfor %}",
            "none",
        ),
        (
            "{% for k, v in deep.a | items %}{{ k }}={{ v | join('+') }}{% endfor %}",
            "b=10+20",
        ),
        ("{% for name in deep %}{{ name }}{% endfor %}", "a"),
        (
            "{% if n > 5 and f < 3 %}a{% elif n %}b{% else %}c{% endif %}",
            "a",
        ),
        (
            "{% if s in ['x', 'hello world'] %}yes{% endif %}{% if n not in [1, -2] %}!{% endif %}",
            "yes!",
        ),
        (
            "{% for i in range(3) %}{{ i }}{% endfor %}{% for i in [1, 'a'] %}{{ i }}{% endfor %}",
            "0121a",
        ),
        (
            "{% set x = n + 1 %}{{ x }} {{ (n - 1) * 2 }} {{ 7 // 2 }} {{ 2 ** 3 }} {{ 7 % 4 }} {{ 1.5 + 1 }}",
            "1234568 2469132 3 8 3 2.5",
        ),
        (
            "{{ 'a' ~ n ~ 'b' }} {{ 'yes' if e else 'no' }} {{ s is defined }} {{ nix is not defined }}",
            "a1234567b no True True",
        ),
        (
            "{% for i in range(4) %}{{ loop.cycle('a', 'b') }}{% if not loop.last %}-{% endif %}{% endfor %}",
            "a-b-a-b",
        ),
        (
            "{# {{ no }} #}{%- set y -%} z {%- endset -%}[{{ y }}]{{ '}}' }}",
            "[z]}}",
        ),
        ("{% filter upper %}a{{ s }}{% endfilter %}", "AHELLO WORLD"),
        ("{{ tags }} {{ deep }}", "(list of 4) (record of 1)"),
        ("{{ data.n }} {{ data | length }}", "1234567 11"),
        (
            "{{ tags == tags }} {{ tags == codes }} {{ deep.a.b == codes }}",
            "True False False",
        ),
    ] {
        check_template(template).unwrap_or_else(|fault| panic!("{template}: {fault}"));
        assert_eq!(shown(template, json), expected, "{template}");
    }
    assert_eq!(
        shown("{% for d in data %}{{ d }},{% endfor %}", "[1, null, true]"),
        "1,None,True,"
    );
}

#[test]
fn values_are_escaped_and_what_is_not_escaped_is_cleaned() {
    let json = r#"{"x": "<script>alert(1)</script><b>b</b>", "u": "javascript:alert(1)", "q": "\"><script>x</script>"}"#;
    let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;b&gt;b&lt;/b&gt;";
    assert_eq!(shown("{{ x }}", json), escaped);
    assert_eq!(shown("{{ x | safe }}", json), "<b>b</b>");
    assert_eq!(
        shown("{% autoescape false %}{{ x }}{% endautoescape %}", json),
        "<b>b</b>"
    );
    assert_eq!(
        shown("<p title=\"{{ q }}\">a</p>", json),
        "<p title=\"&quot;&gt;&lt;script&gt;x&lt;/script&gt;\">a</p>"
    );
    assert!(!shown("<a href=\"{{ u }}\">a</a>", json).contains("javascript"));
    assert!(!shown("<p {{ x }} title={{ q | safe }}>a</p>", json).contains("<script"));
    assert_eq!(shown("<{{ 'script' }}>alert(1)</{{ 'script' }}>.", json), ".");
}

#[test]
fn faults_have_a_line_and_a_column() {
    for (template, line, column, says) in [
        ("a\n  {{ b | uper }}", 2, 10, "did you mean `upper`"),
        ("{% if a %}\n{{ nope() }}{% endif %}", 2, 4, "no function `nope`"),
        ("{% include 'x' %}", 1, 4, "no statement `include`"),
        ("{% macro a() %}{% endmacro %}", 1, 4, "no statement `macro`"),
        ("{% raw %}{{ a }}{% endraw %}", 1, 4, "no statement `raw`"),
        (
            "{{ a is definde }}",
            1,
            9,
            "no test `definde`; did you mean `defined`",
        ),
        ("é {{ [1, 2] }}", 1, 6, "lists and maps cannot be written here"),
        ("{{ {'a': 1} }}", 1, 4, "lists and maps cannot be written here"),
        ("{{ a in b }}", 1, 6, "contains(x)"),
        ("{{ a[1:2] }}", 1, 5, "an index is"),
        ("{{ a", 1, 1, "no end"),
        ("{# a", 1, 1, "no end"),
        ("{{ 'a }}", 1, 4, "closing quote"),
        ("{{ (a }}", 1, 4, "not closed"),
        ("{{ a) }}", 1, 5, "closes no bracket"),
        ("{{ 1e5 }}", 1, 4, "digits"),
        ("{{ a b }}", 1, 6, "unexpected"),
        ("x\n{% if a %}\ny", 2, 11, "unexpected end"),
        ("{% for a in b recursive %}{% endfor %}", 1, 15, "recursive"),
        ("{{ a.b(*c) }}", 1, 8, "one by one"),
    ] {
        let fault = check_template(template).unwrap_err();
        assert!(fault.message.contains(says), "{template}: {fault}");
        assert_eq!((fault.line, fault.column), (line, column), "{template}: {fault}");
    }
    let found = fault("a\n {{ tags | round }}", r#"{"tags": []}"#);
    assert!(
        found.message.contains("wants a number, and got a list"),
        "{found}"
    );
    assert_eq!((found.line, found.column), (2, 12));
}

/// Templates that would be made of values or steps without end; each ends soon, with an error or an answer.
#[test]
fn hostile_templates_end_soon() {
    let list = r#"{"a": [1, 2], "s": "x", "r": {"b": [1]}}"#;
    let doubled = |step: &str| {
        format!(
            "{{% set x = a %}}{}{{{{ x | length }}}}{{{{ x }}}}",
            step.repeat(60)
        )
    };
    let mut templates = vec![
        "{% for i in range(1000000000) %}x{% endfor %}".to_owned(),
        "{% for i in range(100000) %}{% for j in range(100000) %}{% for k in range(100000) %}{% endfor %}{% endfor %}{% endfor %}".to_owned(),
        "{{ 'x' * 10**9 }}".to_owned(),
        "{{ 'x' * 100000000000000000000 }}".to_owned(),
        "{{ s * 1000000 ~ s * 1000000 ~ s * 1000000 }}".to_owned(),
        "{% set s = s * 3000000 %}{% set t = 'x' * 3000000 %}{% for i in range(100000) %}{% if s == t %}{% endif %}{% endfor %}".to_owned(),
        "{% set s = s * 2000000 %}{{ s | replace('x', s) }}".to_owned(),
        "{% set s = s * 2000000 %}{{ s | replace('', s) }}".to_owned(),
        "{% for i in range(100000) %}{{ a | sort | reverse | unique | join(s * 100000) }}{% endfor %}".to_owned(),
        "{{ 10 ** 100000 }} {{ 2 ** 127 * 2 ** 127 }}".to_owned(),
        "{{ 1.5 | round(1000000000) }}{{ 1.5 | round(-1000000000) }}{{ 1 | thousands(1000000000) }}".to_owned(),
        "{{ 1 | datetime('%999999999d') }}".to_owned(),
        "{{ 1e300 }}".to_owned(),
        "{{ s | truncate(18446744073709551615) }}".to_owned(),
        "{{ range(100000) | join(s) }}".to_owned(),
        "{% for i in [1] * 100000 * 100000 %}{% endfor %}".to_owned(),
        "{% for x in [1] + [a] %}{% endfor %}".to_owned(),
        "{% set x = 0 if 0else[a] %}{{ x + x }}".to_owned(),
        "{% set x = 0 if 0. else[a] %}{{ x + x }}".to_owned(),
        "{% set x = 1, 2 %}{{ x }}".to_owned(),
        "{% set x = (a, a) %}{{ x }}".to_owned(),
        "{% set x = () %}{{ x }}".to_owned(),
        "{% set ns = namespace(x=a) %}{% for i in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}".to_owned(),
        "{% macro m(x) %}{{ m(x) }}{% endmacro %}{{ m(1) }}".to_owned(),
        "{% for i in a recursive %}{{ loop(a) }}{% endfor %}".to_owned(),
        "{% for i in a %}{{ loop(a) }}{% endfor %}".to_owned(),
        "{% for i in range(100000) %}{% set x = loop %}{{ x }}{% endfor %}".to_owned(),
        "{{ loop.cycle(*a) }}".to_owned(),
        doubled("{% set x = x + x %}"),
        doubled("{% set x = x * 2 %}"),
        doubled("{% set x = x ~ x %}"),
        doubled("{% set x = [x, x] %}"),
        doubled("{% set x = x | list %}"),
        doubled("{% set x = x | map(attribute='0') %}"),
        doubled("{% set x = r | items %}"),
    ];
    for (before, step, after) in [
        ("{{ 1", "+1", " }}"),
        ("{{ 1", "|d", " }}"),
        ("{{ a", ".a", " }}"),
        ("{{ a", "[0]", " }}"),
        ("{{ a", "()", " }}"),
        ("{{ ", "not ", "a }}"),
        ("{{ ", "-", "1 }}"),
        ("{{ ", "(", "a }}"),
        ("{{ ", "[", "a }}"),
        ("{{ 1", "**1", " }}"),
        ("{{ a", " if a else a", " }}"),
        ("{{ a", " is defined", " }}"),
        ("{{ a", "<a", " }}"),
        ("{{ a", "~a", " }}"),
        ("{{ 1 in [1", ",1", "] }}"),
        ("{{ a | d(1", ",1", ") }}"),
        ("{% if a %}", "{% elif a %}", "{% endif %}"),
        ("", "{% if a %}", ""),
        ("", "{% if a %}{% else %}", ""),
        ("", "{% for i in a %}", ""),
        ("", "{% set x %}", ""),
        ("", "{{", ""),
        ("", "{% ", ""),
        ("", "{#", ""),
        ("", "{{ a }}", ""),
        ("", "{% filter upper %}", ""),
    ] {
        for count in [100, 900, 12_000, 30_000] {
            let template = format!("{before}{}{after}", step.repeat(count));
            templates.push(template[..template.len().min(64 << 10)].to_owned());
        }
    }
    for template in templates {
        let named: String = template.chars().take(70).collect();
        // A thread of the host's runtime has a stack of this size.
        let (took, ended) = std::thread::Builder::new()
            .stack_size(2 << 20)
            .spawn(move || {
                let started = Stopwatch::start();
                let _ = check_template(&template);
                let ended =
                    document(&template, list, &DocumentLimits::default()).map(|shown| shown.html.len());
                (started.elapsed(), ended)
            })
            .unwrap()
            .join()
            .unwrap();
        assert!(took < Duration::from_secs(3), "{named}: {took:?}, {ended:?}");
    }
}

/// Steps that cost the template little, over texts and lists that are long: what a step may cost must be bounded as well.
#[test]
fn cheap_steps_over_long_values_end_soon() {
    let numbers = (0..140_000)
        .map(|i| (i % 1000).to_string())
        .collect::<Vec<_>>()
        .join(",");
    let json = format!(
        "{{\"a\": [{{\"a\": 1}}], \"s\": \"{}\", \"big\": [{numbers}]}}",
        "x".repeat(300_000)
    );
    for template in [
        "{% set s = 'x' * 3000000 %}{% set t = 'x' * 3000000 %}{% for i in range(100000) %}{% if s == t %}{% endif %}{% endfor %}",
        "{% set s = 'x' * 1600000 %}{% set t = 'x' * 1600000 %}{% for i in range(100000) %}{% if s == t %}{% endif %}{% endfor %}",
        "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
        "{% set s='é' * 1500000 %}{% for i in range(100000) %}{% if s[1499999] %}{% endif %}{% endfor %}",
        "{% set s='é' * 1500000 %}{% for i in range(100000) %}{% if s is number %}{% endif %}{% endfor %}",
        "{% set s='1' * 3000000 %}{% for i in range(100000) %}{% if s == 1 %}{% endif %}{% endfor %}",
        "{% set s='1' * 3000000 %}{% for i in range(100000) %}{% if s is divisibleby(3) %}{% endif %}{% endfor %}",
        "{% set s='x' * 3000000 %}{% for i in range(100000) %}{% if data.a[s] %}{% endif %}{% endfor %}",
        "{% set s='x' * 3000000 %}{% for i in range(100000) %}{% if data[s] %}{% endif %}{% endfor %}",
        "{% set s='x' * 3000000 %}{% for i in range(100000) %}{% if data|d(s) %}{% endif %}{% endfor %}",
        "{% set s='x' * 3000000 %}{% for i in range(100000) %}{% if 1 is startingwith(s) %}{% endif %}{% endfor %}",
        "{% set s='x' * 3000000 %}{% for i in range(100000) %}{% if data|selectattr(s) %}{% endif %}{% endfor %}",
        "{% set s='a.' * 1500000 %}{% for i in range(100000) %}{% if a|map(attribute=s) %}{% endif %}{% endfor %}",
        "{% set s='a.' * 1500000 %}{% for i in range(100000) %}{% if a|selectattr(s) %}{% endif %}{% endfor %}",
        "{% set s='x' * 3000000 %}{% for i in range(100000) %}{% if 1|join(s) %}{% endif %}{% endfor %}",
        "{% set s='x' * 3000000 %}{% for i in range(100000) %}{% if s in ['x'] %}{% endif %}{% endfor %}",
        "{% set s='x' * 3000000 %}{% for i in range(100000) %}{% if a|contains(s) %}{% endif %}{% endfor %}",
        "{% set s='x' * 3000000 %}{% for i in range(100000) %}{% if 'x'|replace(s,s) %}{% endif %}{% endfor %}",
        "{% set s='x' * 3000000 %}{% for i in range(100000) %}{% if 1|thousands(separator=s) %}{% endif %}{% endfor %}",
        "{% set s='x' * 3000000 %}{% for i in range(100000) %}{% if loop.changed(s) %}{% endif %}{% endfor %}",
        "{% set s='x' * 3000000 %}{% for i in range(100000) %}{% if not s %}{% endif %}{% set q=s %}{% endfor %}",
        "{% for c in 'x' * 6000000 %}{% endfor %}",
        "{% for i in range(100000) %}{% for c in s %}{% else %}{% endfor %}{% endfor %}",
        "{% for i in range(100000) %}{% for c in big %}{{ loop.nextitem }}{% endfor %}{% endfor %}",
        "{% for i in range(100000) %}{% if big|length %}{% endif %}{% if big|last %}{% endif %}{% if big %}{% endif %}{% endfor %}",
        "{% for i in range(100000) %}{% if big|first|first %}{% endif %}{% if big == a %}{% endif %}{% if big < a %}{% endif %}{% endfor %}",
        "{% for i in range(100000) %}{% for x, y in big %}{% endfor %}{% endfor %}",
        "{% for i in range(100000) %}{% if big is string %}{% endif %}{% if big ~ 'a' %}{% endif %}{% endfor %}",
        "{% for i in range(100000) %}{% set x = big|max %}{% endfor %}",
        "{% for i in range(100000) %}{% if data.big in [1,2,3] %}{% endif %}{% endfor %}",
        "{% for i in range(100000) %}{% filter upper %}{% endfilter %}{% endfor %}",
        "{% set s='é' * 1000000 %}{% for i in range(100000) %}{% if s.999999 %}{% endif %}{% endfor %}",
        "{% set s='é' * 1000000 %}{% for i in range(100000) %}{% if s[-1] %}{% endif %}{% endfor %}",
        "{% set s='é' * 1000000 %}{% for i in range(100000) %}{% if s[i] %}{% endif %}{% endfor %}",
        "{% set s='é' * 1000000 %}{% for i in range(100000) %}{% if s[999] %}{% endif %}{% endfor %}",
        "{% set s='x' * 800000 %}{% set t='x' * 800000 %}{% for i in range(100000) %}{% if s <= t %}{% endif %}{% endfor %}",
        "{% set s='x' * 800000 %}{% set t='x' * 800000 %}{% for i in range(100000) %}{% if s is endingwith(t) %}{% endif %}{% endfor %}",
    ] {
        let started = Stopwatch::start();
        let ended = document(template, &json, &DocumentLimits::default()).map(|shown| shown.html.len());
        let took = started.elapsed();
        assert!(took < Duration::from_secs(3), "{template}: {took:?}, {ended:?}");
    }
}

#[test]
fn what_a_template_writes_is_bounded_while_it_writes() {
    let limits = DocumentLimits {
        html_bytes: 1000,
        ..DocumentLimits::default()
    };
    let error = document("{% for i in range(10000) %}abc{% endfor %}", "{}", &limits).unwrap_err();
    assert!(
        error.to_string().contains("writes more than is allowed"),
        "{error}"
    );
    let limits = DocumentLimits {
        fuel: 100,
        ..DocumentLimits::default()
    };
    let error = document("{% for i in range(10000) %}{% endfor %}", "{}", &limits).unwrap_err();
    assert!(error.to_string().contains("more work than is allowed"), "{error}");
}

#[test]
fn data_that_is_no_document_is_refused_for_the_plugins_author() {
    assert!(refusal("").starts_with("the document is no JSON"));
    assert!(refusal("{\"a\": }").contains("line 1 column 7"));
    assert!(refusal("1").contains("single value"));
    assert!(refusal(&"[".repeat(100_000)).contains("recursion limit"));
    assert!(refusal(&format!("\"{}\"", "x".repeat(1 << 20))).contains("bytes"));
    let template = "x".repeat((64 << 10) + 1);
    assert!(
        check_template(&template)
            .unwrap_err()
            .message
            .contains("65537 bytes")
    );
}

#[test]
fn a_table_of_a_thousand_rows_fits_into_the_default_limits() {
    let rows: Vec<_> = (0..1000)
        .map(|i| serde_json::json!({"name": format!("host-{i}"), "used": i, "free": 1.5}))
        .collect();
    let json = serde_json::json!({"rows": rows}).to_string();
    let template = "<table>{% for r in rows %}<tr><td>{{ loop.index }}</td><td>{{ r.name | upper }}</td><td>{{ r.used | thousands }}</td><td>{{ r.free | round(1) }}</td>{% if r.used > 500 %}<td>high</td>{% endif %}</tr>{% endfor %}</table>";
    let shown = document(template, &json, &DocumentLimits::default()).unwrap();
    assert_eq!(shown.html.matches("<tr>").count(), 1000);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(512))]

    #[test]
    fn no_template_panics(parts in proptest::collection::vec(proptest::sample::select(vec![
        "{{ ", " }}", "{% ", " %}", "{#", "#}", "for i in a", "endfor", "if a", "endif", "else", "set x = ", "a", ".b",
        "[0]", "[", "]", "(", ")", "{", "}", "|", "round", "join", "items", "in", "range(5)", "'", "\"", "\\", "1", "1.",
        "-", "+", "**", "*", ",", ":", "é", "\n", "loop", "is defined", "not", "==", "~", "data", "<p>", "x | sort",
    ]), 0..25)) {
        let template = parts.concat();
        let _ = check_template(&template);
        let json = r#"{"a": [1, {"b": 2}, "c"], "x": [3, "d", null]}"#;
        if let Ok(shown) = document(&template, json, &DocumentLimits::default()) {
            proptest::prop_assert!(check_template(&template).is_ok());
            proptest::prop_assert!(!shown.html.contains("<script"));
        }
    }
}
