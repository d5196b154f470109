//! What hostile templates, markup and pictures may take of the host's memory. One test in a process of its own: the
//! kernel tells the most that a process ever had.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use porthole_presentation::{DocumentLimits, MarkupLimits, PictureLimits, document, markup, picture};

/// The most memory this process ever had, MiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

#[test]
fn nothing_that_a_guest_or_template_does_takes_much_memory() {
    let limits = DocumentLimits::default();
    let start = peak();
    for template in [
        "{{ 'x' * 10**9 }}",
        "{{ 'x' * 5000000 ~ 'x' * 5000000 ~ 'x' * 5000000 }}",
        "{% set s = 'x' * 2000000 %}{{ s | replace('x', s) }}",
        "{{ data | join('x' * 6000000) }}",
        "{% for i in range(100000) %}{{ data | sort | reverse | join('x' * 100000) }}{% endfor %}",
        "{% for i in range(100000) %}{% set a = data | list %}{{ a }}{% endfor %}",
        "{% for i in [1] * 100000 * 100000 %}{% endfor %}",
        "{{ range(100000) }}{{ 10 ** 1000000 }}",
    ] {
        let json = format!("[{}1]", "1,".repeat(1000));
        let _ = document(template, &json, &limits);
    }
    let doubled = format!(
        "{{% set s = 'xx' %}}{}{{{{ s }}}}",
        "{% set s = s ~ s %}".repeat(60)
    );
    let _ = document(&doubled, "{}", &limits);
    let templates = peak();
    assert!(templates - start < 64, "templates: {start} to {templates} MiB");

    let _ = document("x", &format!("[{}1]", "[],".repeat(340_000)), &limits);
    let _ = document("x", &format!("[{}1]", "1,".repeat(500_000)), &limits);
    let data = peak();
    assert!(data - start < 192, "data: {start} to {data} MiB");

    for html in [
        "<p title=\"\" class=\"p-1 p-2 p-3\">x</p>".repeat(19_000),
        "<br>".repeat(250_000),
        "<b>".repeat(300_000),
        format!("<p{}>", " a=b".repeat(250_000)),
        format!("<p class=\"{}\">", "a ".repeat(500_000)),
        "&lt;".repeat(19_000),
    ] {
        let _ = markup(&html, &MarkupLimits::default());
    }
    let marked = peak();
    assert!(marked - data < 128, "markup: {data} to {marked} MiB");

    // The head of a PNG of 60,000 pixels a side, and of one that is just allowed, without the data for either.
    for side in [60_000_u32, 4000] {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        png.extend(side.to_be_bytes());
        png.extend(side.to_be_bytes());
        png.extend(b"\x08\x06\0\0\0\0\0\0\0");
        assert!(picture(&png, &PictureLimits::default()).is_err());
    }
    let pictured = peak();
    assert!(pictured - marked < 128, "pictures: {marked} to {pictured} MiB");
    println!(
        "peak: start {start}, templates {templates}, data {data}, markup {marked}, pictures {pictured} MiB"
    );
}
