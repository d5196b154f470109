//! A panel's frame, and each of its states.

use porthole_model::{CacheOutcome, Chart, Metric, PanelAnswer, Severity, View as Shown, code};
use wasm_bindgen_test::wasm_bindgen_test;

use super::{all, attribute, click, close, has, html, named, one, open, text, texts, until};
use crate::{
    api::Failure,
    browser,
    gallery::{
        answers,
        failures::{failure, fault, problem},
        sample::{Sample, grid},
    },
    time::format,
};

const HERE: &str = "/t/gallery/d/default";

fn show(sample: Sample) {
    show_at(HERE, sample);
}

fn show_at(address: &str, sample: Sample) {
    open(address, move |board| grid(board, vec![sample]));
}

fn number() -> Shown {
    Shown::Metric(answers::metric(204.0, "ms", None, 198.0))
}

fn failing(status: u16, code: &str, detail: &str) -> Sample {
    Sample::new("Load", "timeseries", (6, 2)).failing(failure(problem(status, code, detail)))
}

#[wasm_bindgen_test]
fn the_first_load_has_the_shape_of_what_will_come() {
    for (type_name, shape) in [
        ("timeseries", ".plot-shape svg"),
        ("kpi", "i.number"),
        ("health_status", "i.row"),
        ("table", "i.row"),
        ("custom_template", "i.grow"),
    ] {
        show(Sample::new("Load", type_name, (4, 2)));
        assert!(has(&format!(".skeleton[aria-busy=true] {shape}")), "{type_name}");
        close();
    }
}

#[wasm_bindgen_test]
fn the_heading_names_the_panel_and_leads_to_it() {
    let title = "A very long title of a panel that does not fit into its heading and is cut off there";
    show_at(
        "/t/gallery/d/default?from=now-6h&to=now",
        Sample::new(title, "kpi", (3, 1)).showing(number()),
    );
    let heading = one(".panel h2");
    assert_eq!(heading.title(), title);
    assert_eq!(attribute("section.panel", "aria-labelledby"), Some(heading.id()));
    let link = attribute(".panel h2 a", "href").unwrap();
    assert!(
        link.starts_with("/t/gallery/d/default/p/") && link.ends_with("?from=now-6h&to=now"),
        "{link}"
    );
    assert_eq!(text("[data-testid=kpi-value]"), "204");
    assert_eq!(text(".unit"), "ms");
    assert!(text(".age").starts_with("Updated "), "{}", text(".age"));
}

/// Draws a number on a page so wide: twelve columns.
fn show_number(page: u32, columns: u8, metric: Metric) {
    show(Sample::new("Orders", "kpi", (columns, 1)).showing(Shown::Metric(metric)));
    one("")
        .set_attribute("style", &format!("width: {page}px"))
        .unwrap();
}

fn is_within(inner: &str, outer: &str) -> bool {
    let [inner, outer] = [inner, outer].map(|selector| one(selector).get_bounding_client_rect());
    inner.left() >= outer.left()
        && inner.right() <= outer.right() + 0.5
        && inner.top() >= outer.top() - 0.5
        && inner.bottom() <= outer.bottom() + 1.0
}

#[wasm_bindgen_test]
fn a_number_in_one_column_is_legible_and_nothing_of_it_is_cut_off() {
    let warning = || Some(answers::threshold(1.0, "#F59E0B", "warning"));
    for page in [1_150, 1_400] {
        for (metric, least) in [
            (answers::metric(204.0, "ms", warning(), 198.0), 18.0),
            (answers::metric(12_840.0, "jobs", warning(), 9e3), 16.0),
            (answers::metric(1_284_310_221.0, "orders", warning(), 9e8), 18.0),
            (answers::metric(52.1, "%", warning(), 55.0), 18.0),
        ] {
            let name = format!("{:?} at {page}", metric.value);
            show_number(page, 1, metric);
            assert!(is_within(".metric .value", ".metric"), "{name}");
            for part in all(".metric .value > span, .trend > *") {
                assert!(
                    part.scroll_width() <= part.client_width() + 1,
                    "{name}: {}",
                    html()
                );
            }
            let number = web_sys::window()
                .unwrap()
                .get_computed_style(&one(".metric .value"))
                .unwrap()
                .unwrap();
            let size = number.get_property_value("font-size").unwrap();
            let size: f64 = size.trim_end_matches("px").parse().unwrap();
            assert!(size >= least, "{name}: {size}");
            assert_eq!(one_course(), 0.0, "{name}");
            close();
        }
    }
}

/// How wide the course beside a number is.
fn one_course() -> f64 {
    one(".spark").get_bounding_client_rect().width()
}

#[wasm_bindgen_test]
fn a_course_is_never_a_sliver() {
    for page in (1_150..=2_400).step_by(50) {
        for columns in [2, 3] {
            show_number(page, columns, answers::metric(12_840.0, "jobs", None, 9e3));
            let width = one_course();
            assert!(width == 0.0 || width >= 40.0, "{width} in {columns} at {page}");
            assert!(is_within(".metric .value", ".metric"), "{columns} at {page}");
            close();
        }
    }
    show_number(1_400, 3, answers::metric(204.0, "ms", None, 198.0));
    assert!(one_course() > 80.0, "where there is room it is there");
}

#[wasm_bindgen_test]
fn a_number_that_was_measured_long_ago_says_so() {
    let measured = |minutes: i64| {
        let mut metric = answers::metric(204.0, "ms", None, 198.0);
        metric.measured_at = Some(answers::end() - minutes * 60_000);
        Shown::Metric(metric)
    };
    // Of twelve hours.
    show(Sample::new("Latency", "kpi", (3, 1)).showing(measured(60)));
    assert!(!has("[data-testid=kpi-age]"));
    close();
    show(Sample::new("Latency", "kpi", (3, 1)).showing(measured(5 * 60)));
    assert_eq!(text("[data-testid=kpi-age]"), "5 h ago");
    let exact = attribute("[data-testid=kpi-age]", "title").unwrap();
    assert!(exact.starts_with("Measured "), "{exact}");
    close();
    // A range that is over has no ago.
    let mut sample = Sample::new("Latency", "kpi", (3, 1)).showing(measured(3 * 24 * 60));
    if let Some(answer) = &mut sample.answer {
        answer.range.end = format::rfc3339(answers::end() - 24 * 3_600_000).to_string();
    }
    show(sample);
    let when = text("[data-testid=kpi-age]");
    assert!(!when.contains("ago") && when.contains(':'), "{when}");
}

#[wasm_bindgen_test]
fn a_long_number_has_a_shorter_form_for_narrow_panels_and_is_whole_in_its_title() {
    let long = Shown::Metric(answers::metric(1_284_310_221.0, "orders", None, 9e8));
    show(Sample::new("Orders", "kpi", (1, 1)).showing(long));
    assert_eq!(text("[data-testid=kpi-value]"), "1,284,310,221");
    assert_eq!(
        attribute("[data-testid=kpi-value]", "data-short").as_deref(),
        Some("1.28B")
    );
    assert_eq!(
        attribute(".metric .value", "title").as_deref(),
        Some("1,284,310,221\u{a0}orders")
    );
    close();
    show(Sample::new("Latency", "kpi", (1, 1)).showing(number()));
    assert_eq!(attribute("[data-testid=kpi-value]", "data-short"), None);
}

#[wasm_bindgen_test]
async fn the_menu_has_what_can_be_done_and_what_the_view_cost() {
    let chart = Shown::Chart(answers::chart(vec![answers::plot(
        "edge-01",
        55.0,
        porthole_model::Mark::Line,
    )]));
    show(Sample::new("Load", "timeseries", (6, 2)).showing(chart));
    click("[data-testid=panel-menu]");
    assert_eq!(
        texts("[role=menuitem]"),
        [
            "View",
            "Report",
            "Export CSV",
            "Export JSON",
            "Refresh",
            "View as table"
        ]
    );
    assert!(text("[data-testid=receipt]").contains("timeseries 0.1.0"));
    named("[role=menuitem]", "View as table").click();
    until("the table", || has("table.rows") && !has(".plot")).await;
    assert!(!has("[role=menu]"));
    assert_eq!(texts("table.rows thead th")[1], "edge-01, %");
}

#[wasm_bindgen_test]
fn what_has_no_data_behind_it_offers_no_export() {
    for (type_name, view) in [
        ("custom_image", answers::picture("sample")),
        ("custom_template", answers::markup()),
    ] {
        show(Sample::new("Map", type_name, (4, 2)).showing(view));
        click("[data-testid=panel-menu]");
        assert_eq!(
            texts("[role=menuitem]"),
            ["View", "Report", "Refresh"],
            "{type_name}"
        );
        close();
    }
}

#[wasm_bindgen_test]
fn nothing_in_the_range_says_so_and_is_no_zero() {
    for (title, type_name, view) in [
        (
            "No data in this range",
            "timeseries",
            Shown::Chart(Chart::default()),
        ),
        ("No data in this range", "kpi", Shown::Metric(Metric::default())),
        (
            "Nothing to report on",
            "health_status",
            answers::statuses(Vec::new()),
        ),
        ("No rows in this range", "table", answers::log(Vec::new(), 0)),
    ] {
        show(Sample::new("Load", type_name, (4, 2)).showing(view));
        assert_eq!(text("[data-testid=panel-empty] b"), title, "{type_name}");
        let what = text("[data-testid=panel-empty] p");
        assert!(
            what.to_lowercase().contains("wait for data"),
            "{type_name}: {what}"
        );
        // How things are is read whatever the range.
        assert_eq!(
            what.contains("longer range"),
            type_name != "health_status",
            "{what}"
        );
        assert!(!has("[data-testid=panel-error]"));
        close();
    }
}

#[wasm_bindgen_test]
fn a_range_that_is_over_is_not_waited_for() {
    show_at(
        "/t/gallery/d/default?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z",
        Sample::new("Load", "timeseries", (4, 2)).showing(Shown::Chart(Chart::default())),
    );
    assert!(text("[data-testid=panel-empty] p").contains("Nothing was recorded then"));
    close();
    show_at(
        "/t/gallery/d/default?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z",
        Sample::new("Load", "health_status", (4, 2)).showing(answers::statuses(Vec::new())),
    );
    assert!(!text("[data-testid=panel-empty] p").contains("range"));
}

#[wasm_bindgen_test]
fn filters_that_leave_nothing_keep_the_head_of_the_table() {
    show(
        Sample::new("Log", "table", (8, 2))
            .showing(answers::log(Vec::new(), 0))
            .with(|loader| loader.wishes.update(|wishes| wishes.filter_by("service", "none"))),
    );
    assert_eq!(text("[data-testid=no-rows]"), "No rows match the filters");
    assert_eq!(all("tr.filters input").len(), 4);
    assert!(!has("[data-testid=panel-empty]"));
}

#[wasm_bindgen_test]
fn each_failure_has_its_words_and_its_mark() {
    for (status, code, title, badge) in [
        (502, code::QUERY_FAILED, "The query failed", "query failed"),
        (
            502,
            code::QUERY_TOO_LARGE,
            "The query reads too much",
            "reads too much",
        ),
        (504, code::QUERY_TIMED_OUT, "The query took too long", "timed out"),
        (
            503,
            code::DATABASE_DOWN,
            "The data source does not answer",
            "database down",
        ),
        (
            502,
            code::PLUGIN_LIMIT,
            "Plugin stopped at a limit",
            "limit reached",
        ),
        (502, code::PLUGIN_TRAPPED, "Plugin crashed", "plugin crashed"),
        (503, code::PLUGIN_RESTING, "Plugin stopped", "plugin stopped"),
        (403, code::FORBIDDEN, "You may not see this", "not permitted"),
        (503, code::BUSY, "The host is busy", "busy"),
    ] {
        show(failing(status, code, "the host says why"));
        assert_eq!(text("[data-testid=panel-error] .what b"), title);
        assert!(
            text("[data-testid=panel-error]").contains("The host says why"),
            "{code}"
        );
        assert_eq!(texts(".panel-head .badge"), [badge]);
        assert_eq!(
            attribute("[data-testid=panel-error]", "role").as_deref(),
            Some("alert")
        );
        // What no second attempt mends, and who is asked again by itself, has no button for it.
        let is_retried = ![code::FORBIDDEN, code::PLUGIN_RESTING].contains(&code);
        assert_eq!(has("[data-testid=panel-error] button"), is_retried, "{code}");
        assert!(text(".reference").contains(code), "{code}");
        close();
    }
}

#[wasm_bindgen_test]
fn a_stopped_plugin_says_why_and_when_it_is_tried_again() {
    let mut stopped = problem(503, code::PLUGIN_RESTING, "It failed five times in a row.");
    stopped.plugin = Some("daily-summary 1.3.0".to_owned());
    show(
        Sample::new("Summary", "custom_template", (4, 2))
            .failing(failure(stopped))
            .with(|loader| loader.rests_until.set(browser::now() + 45_500)),
    );
    assert!(text("[data-testid=panel-error]").contains("It failed five times in a row."));
    assert_eq!(
        attribute("[data-testid=panel-error] a", "href").as_deref(),
        Some("/t/gallery/plugins/daily-summary")
    );
    assert_eq!(text("[data-testid=rest]"), "Tried again in 45 s");
}

#[wasm_bindgen_test]
fn old_data_stays_and_says_how_old_it_is_and_why() {
    let down = || failure(problem(503, code::DATABASE_DOWN, "connection refused"));
    show(
        Sample::new("Latency", "kpi", (3, 1))
            .showing(number())
            .failing(down()),
    );
    assert_eq!(text("[data-testid=kpi-value]"), "204");
    assert!(text("[data-testid=panel-stale]").starts_with("database down, showing data from "));
    // Not in a title, which neither the keyboard nor a finger reaches.
    assert_eq!(text("[data-testid=panel-stale] .hint span"), "Connection refused");
    assert_eq!(
        attribute("[data-testid=panel-stale]", "tabindex").as_deref(),
        Some("0")
    );
}

/// The same panel on a page so wide, and how wide its title and its badge are, in whole pixels, and what of them is cut off.
fn head_of(page: u32, sample: Sample) -> ([i32; 2], [bool; 2]) {
    show(sample);
    one("")
        .set_attribute("style", &format!("width: {page}px"))
        .unwrap();
    let parts = [one(".panel-head h2"), one(".panel-head .badge > span:not(.hint)")];
    let badge = one(".panel-head .badge").offset_width();
    let cut = parts
        .each_ref()
        .map(|part| part.scroll_width() > part.client_width());
    let widths = [parts[0].offset_width(), badge];
    close();
    (widths, cut)
}

#[wasm_bindgen_test]
fn the_title_has_its_room_before_the_words_of_a_badge() {
    let failed = || {
        Sample::new("Orders today", "kpi", (2, 1))
            .showing(number())
            .failing(failure(problem(503, code::DATABASE_DOWN, "connection refused")))
    };
    let ([title, badge], cut) = head_of(3_000, failed());
    assert_eq!(cut, [false, false], "there is room for both");
    let (narrow, cut) = head_of(1_000, failed());
    assert_eq!((narrow[0], cut), (title, [false, true]), "the badge gives way");
    assert!(narrow[1] < badge, "{narrow:?}");
    let (least, _) = head_of(800, failed());
    assert_eq!(least[1], 26, "its icon stays");

    show(failed());
    assert!(text("[data-testid=panel-stale] .hint b").starts_with("database down, showing data from "));
    close();
    show(failing(503, code::DATABASE_DOWN, "connection refused"));
    assert_eq!(
        attribute(".panel-head .badge", "title").as_deref(),
        Some("database down")
    );
}

#[wasm_bindgen_test]
fn an_answer_that_the_host_kept_is_marked_as_old() {
    let mut sample = Sample::new("Latency", "kpi", (3, 1)).showing(number());
    if let Some(PanelAnswer {
        cache, generated_at, ..
    }) = &mut sample.answer
    {
        *cache = CacheOutcome::Stale;
        *generated_at = format::rfc3339(browser::now() - 14 * 60_000).to_string();
    }
    show(sample);
    assert!(
        text("[data-testid=panel-stale]").starts_with("stale, 14 min"),
        "{}",
        text("[data-testid=panel-stale]")
    );
    assert_eq!(text(".age"), "Updated 14 min ago");
    click("[data-testid=panel-menu]");
    assert_eq!(text(".menu .touch-only"), "Updated 14 min ago");
}

#[wasm_bindgen_test]
fn a_faulty_file_says_where() {
    let mut sample = Sample::new("Load", "timeseries", (6, 2));
    sample.faults = vec![fault()];
    show(sample);
    let said = text("[data-testid=panel-error]");
    assert!(
        said.contains("tenants/gallery/panels/cpu_usage.yaml:7:5"),
        "{said}"
    );
    assert!(said.contains("Did you mean `columns`?"), "{said}");

    close();
    let mut sample = Sample::new("Load", "kpi", (3, 1)).showing(number());
    sample.outdated = vec![fault()];
    show(sample);
    assert!(text("[data-testid=panel-outdated]").starts_with("last good version"));
    assert!(text("[data-testid=panel-outdated] .hint").contains("cpu_usage.yaml:7:5"));
    assert_eq!(text("[data-testid=kpi-value]"), "204");
}

#[wasm_bindgen_test]
fn a_refresh_that_takes_long_has_a_thin_bar_over_the_old_data() {
    show(
        Sample::new("Latency", "kpi", (3, 1))
            .showing(number())
            .with(|loader| loader.is_slow.set(true)),
    );
    assert_eq!(attribute(".bar", "role").as_deref(), Some("progressbar"));
    assert_eq!(text("[data-testid=kpi-value]"), "204");
}

#[wasm_bindgen_test]
fn health_is_told_by_word_and_shape_too() {
    let items = vec![
        answers::status("payments-api", Severity::Critical, 40, Some("connection refused")),
        answers::status("catalog", Severity::Good, 7, None),
    ];
    show(Sample::new("Services", "health_status", (4, 2)).showing(answers::statuses(items)));
    assert_eq!(texts(".statuses .name"), ["payments-api", "catalog"]);
    assert_eq!(texts(".statuses .how b"), ["Down", "Healthy"]);
    assert_eq!(texts(".panel-head .badge"), ["1 down"]);
    assert_ne!(
        attribute(".statuses li:first-child svg path:first-of-type", "d"),
        attribute(".statuses li:last-child svg path:first-of-type", "d")
    );
    assert_eq!(
        attribute(".statuses li:first-child", "tabindex").as_deref(),
        Some("0")
    );
    assert_eq!(text(".statuses .why"), "connection refused");
}

#[wasm_bindgen_test]
fn the_words_and_the_ages_of_a_list_of_things_stand_in_line() {
    let items = vec![
        answers::status("payments-api", Severity::Critical, 40, Some("connection refused")),
        answers::status("legacy-fax", Severity::Unknown, 12 * 86_400, None),
        answers::status("search-index", Severity::Warning, 7_200, None),
        answers::status("catalog", Severity::Good, 2, None),
    ];
    show(Sample::new("Services", "health_status", (4, 2)).showing(answers::statuses(items)));
    let edges = |selector: &str, edge: fn(&web_sys::DomRect) -> f64| {
        let mut edges: Vec<f64> = all(selector)
            .iter()
            .map(|part| edge(&part.get_bounding_client_rect()))
            .collect();
        assert_eq!(edges.len(), 4, "{selector}");
        edges.dedup();
        edges.len()
    };
    assert_eq!(edges(".statuses .how b", |b| b.left()), 1);
    assert_eq!(edges(".statuses .how .dim", |age| age.right()), 1);
    assert_eq!(edges(".statuses .name", |name| name.left()), 1);
}

#[wasm_bindgen_test]
fn no_answer_at_all_says_what_to_look_at() {
    show(Sample::new("Load", "kpi", (3, 1)).failing(Failure::Unreachable));
    assert_eq!(
        text("[data-testid=panel-error] .what b"),
        "The host does not answer"
    );
    assert!(text("[data-testid=panel-error] p").contains("Check the connection"));
}
