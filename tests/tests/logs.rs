//! The log for programs: a failed panel is one line with all that it takes to find it, and with none of the words of a plugin, which
//! may be made of a tenant's data.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use porthole_tests::{Answer, Client, Host, Site, places};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";
const RANGE: (&str, &str) = ("2026-01-01T00:00:00Z", "2026-01-01T04:00:00Z");
/// What a hostile plugin has read and would like to leave somewhere.
const READ: &str = "row-7f3a-4711";
/// Ways to say it: a failure of its own, a fault that it finds in the configuration, a panic, a colour that is none.
const DEEDS: [&str; 4] = ["fail", "blame", "panic", "color"];

fn site() -> Site {
    let site = Site::new().with("PORTHOLE_LOG_FORMAT", "json");
    site.tenant("hostile", "sqlite:hostile.sqlite");
    let mut board = "dashboard:\n  name: Board\n  panels:\n".to_owned();
    for deed in DEEDS {
        site.write(
            &format!("tenants/hostile/panels/{deed}.yaml"),
            &format!(
                "panel:\n  type: rogue\n  title: Rogue\n  parameters: {}\n",
                json!({ "do": deed, "text": READ })
            ),
        );
        board += &format!("    - {{id: {deed}, config_file: panels/{deed}.yaml}}\n");
    }
    site.write("tenants/hostile/dashboards/default.yaml", &board);
    site.write_bytes(
        "tenants/hostile/plugins/rogue.wasm",
        &places::component("porthole_rogues"),
    );
    site.add_user("ops@example.org", PASSWORD, &["hostile"]);
    site
}

/// The answer of a panel once its plugin has been compiled.
async fn asked(client: &Client, panel: &str) -> Answer {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let answer = client.panel(panel, RANGE, &[]).await;
        if answer.body["code"] != "busy" && !answer.body.to_string().contains("no panel type") {
            return answer;
        }
        assert!(Instant::now() < deadline, "{answer:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn lines(host: &Host) -> Vec<Value> {
    let log = host.log();
    log.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")))
        .collect()
}

#[tokio::test]
async fn a_failed_panel_is_one_line_that_leads_to_it_and_says_nothing_of_what_its_plugin_says() {
    let site = site();
    let mut host = site.serve().await;
    let client = Client::login(host.url(), "ops@example.org", PASSWORD)
        .await
        .of("hostile");
    let mut requests = Vec::new();
    for deed in DEEDS {
        let answer = asked(&client, deed).await;
        assert!(answer.status >= 400, "{deed}: {answer:?}");
        requests.push(answer.body["request_id"].as_str().unwrap().to_owned());
        // Its reader may see it: it is theirs.
        let is_said = answer.body.to_string().contains(READ);
        assert_eq!(is_said, deed != "panic", "{deed}: {answer:?}");
    }
    assert_eq!(host.terminate(), Some(0), "{}", host.log());
    assert!(!host.log().contains(READ), "{}", host.log());

    let lines = lines(&host);
    let about = |deed: &str, request: &str| {
        let of_panel = lines
            .iter()
            .find(|line| line["message"] == "a panel was not rendered" && line["request_id"] == request);
        of_panel.unwrap_or_else(|| panic!("{deed}: {lines:#?}"))
    };
    for (deed, kind) in [("fail", "failure"), ("panic", "trap")] {
        let at = DEEDS.iter().position(|one| *one == deed).unwrap();
        let line = about(deed, &requests[at]);
        assert_eq!(line["level"], "WARN", "{line}");
        assert_eq!(line["tenant"], "hostile", "{line}");
        assert_eq!(line["panel"], deed, "{line}");
        assert_eq!(line["plugin"], "rogue", "{line}");
        assert_eq!(line["version"], "0.1.0", "{line}");
        assert_eq!(line["kind"], kind, "{line}");
        // The request's own line has the same id.
        let request = lines
            .iter()
            .find(|line| line["message"] == "failed" && line["request_id"] == requests[at].as_str());
        let request = request.unwrap_or_else(|| panic!("{lines:#?}"));
        assert_eq!(
            request["path"],
            format!("/api/v1/panels/{deed}/data"),
            "{request}"
        );
        assert_eq!(request["status"], 502, "{request}");
    }
}
