//! The panel against sources in memory.
#![allow(clippy::unwrap_used)]

use porthole_sdk::{
    Surface,
    testing::{self, FakeSource, FakeSources},
};

use super::*;

/// Wed 25 November 2026, 02:00 UTC.
const NOW: i64 = 1_795_572_000_000;

/// A value of 1,000 times its number for each of the last 400 days, counted back; not for yesterday.
fn days() -> FakeSources {
    let points: Vec<(i64, f64)> = (0..400)
        .rev()
        .filter(|back| *back != 1)
        .map(|back| (NOW - back * DAY, 1000.0 * back as f64))
        .collect();
    FakeSources::new(NOW - HOUR, NOW).with("main", FakeSource::series(vec![testing::series("all", &points)]))
}

fn markup(sources: &FakeSources, display: &str, surface: Option<Surface>) -> String {
    let mut call = sources.call(display);
    call.surface = surface;
    match CalendarHeatmap::render(&call, sources).unwrap() {
        View::Markup(markup) => markup,
        other => panic!("not markup: {other:?}"),
    }
}

#[test]
fn every_day_has_a_square_with_its_exact_value() {
    let markup = markup(&days(), r#"{"unit":"requests","weeks":2}"#, None);
    assert!(markup.contains(
        r#"title="Wed 25 Nov 2026: 0 requests" class="block rounded-[3px] bg-[#10b981] opacity-20"#
    ));
    assert!(markup.contains(
        r#"title="Tue 24 Nov 2026: no data" class="block rounded-[3px] bg-black/5 dark:bg-white/5"#
    ));
    assert!(markup.contains(
        r#"title="Mon 16 Nov 2026: 9,000 requests" class="block rounded-[3px] bg-[#10b981] opacity-100"#
    ));
    assert_eq!(
        markup.matches("title=\"Sun").count(),
        1,
        "the coming Sunday has no square"
    );
    assert_eq!(
        markup.matches(" Nov 2026: ").count(),
        7 + 3 + 1,
        "ten squares and the sentence"
    );
}

#[test]
fn the_first_week_of_a_month_has_its_name() {
    let markup = markup(&days(), "{}", None);
    for month in ["Dec", "Mar", "Jul", "Nov"] {
        assert_eq!(markup.matches(&format!(">{month}</span>")).count(), 1, "{month}");
    }
}

#[test]
fn a_narrow_surface_has_fewer_weeks_and_asks_for_no_more() {
    let surface = |width| {
        Some(Surface {
            width,
            height: 256,
            dark: true,
        })
    };
    let wide = markup(&days(), "{}", surface(1400));
    let narrow = markup(&days(), "{}", surface(340));
    assert!(narrow.contains("repeat(13,minmax(0,1fr))"), "{}", &narrow[..300]);
    assert!(wide.matches("title=").count() > 360 && narrow.matches("title=").count() < 130);
}

#[test]
fn the_mean_week_has_a_square_for_each_hour() {
    let markup = markup(
        &days(),
        r##"{"layout":"week","unit":"orders","color":"#f59e0b","weeks":4}"##,
        None,
    );
    // 18, 11 and 4 November and today; 7,000 + 14,000 + 21,000 + 0 in four weeks.
    assert!(
        markup
            .contains(r#"title="Wed 02:00 to 03:00: 10,500 orders" class="block rounded-[3px] bg-[#f59e0b]"#),
        "{markup}"
    );
    assert!(markup.contains(r#"title="Sun 23:00 to 24:00: no data""#));
    assert_eq!(markup.matches("title=").count(), 7 * 24 + 5);
}

#[test]
fn without_data_all_squares_are_hollow() {
    let sources = FakeSources::new(0, NOW).with("main", FakeSource::series(vec![]));
    for display in [r#"{"weeks":3}"#, r#"{"layout":"week"}"#] {
        let markup = markup(&sources, display, None);
        assert!(
            markup.contains("No data") && markup.contains("no data"),
            "{display}"
        );
    }
}

#[test]
fn what_the_yaml_says_cannot_leave_its_place() {
    let markup = markup(&days(), r#"{"unit":"\"><script>x</script>"}"#, None);
    assert!(!markup.contains("<script") && markup.contains("&quot;&gt;&lt;script"));
}

#[test]
fn mistakes_in_the_yaml_are_named_with_their_key() {
    for (display, message) in [
        (r#"{"weeks":0}"#, "display.weeks: a calendar has 1 to 54 weeks"),
        (
            r#"{"weeks":1000000}"#,
            "display.weeks: a calendar has 1 to 54 weeks",
        ),
        (
            r#"{"layout":"month"}"#,
            "display.layout: expected calendar or week, found \"month\"",
        ),
        (r#"{"color":"green"}"#, "display.color: \"green\" is not a colour"),
    ] {
        match CalendarHeatmap::render(&days().call(display), &days()) {
            Err(Failure::Configuration(found)) => assert!(found.starts_with(message), "{found}"),
            other => panic!("{display}: {other:?}"),
        }
    }
}

#[test]
fn the_schema_is_json() {
    serde_json::from_str::<serde_json::Value>(&CalendarHeatmap::describe().display_schema).unwrap();
}
