//! The document of the interface is true: a program that makes up requests from it, good ones and bad ones, gets no answer
//! that it does not have. The program is Schemathesis, from the Python Package Index, in an environment of its own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use porthole_tests::{Client, Host, places};
use serde_json::{Value, json};

/// What every answer has to hold. No operation says that it may answer 500, and so each is a fault; 503 is an answer of a
/// panel whose tenant's places are taken.
const CHECKS: &str = "status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,allow_header_conformance";
/// Requests that would end the run for the rest of it: the session's own end, and the tenant's.
const LEFT_OUT: [&str; 2] = ["/auth/logout", "/admin/tenants/{tenant}/disable"];
/// It does not know how to make components up.
const NOT_MADE_UP: &str = "publish";
/// For each of the two who ask, seconds.
const WITHIN: u32 = 40;
/// For each operation and way of making requests up.
const EXAMPLES: u32 = 10;
/// The demo's plugins are compiled at its first start.
const COMPILED_WITHIN: Duration = Duration::from_secs(240);

/// The program, installed below the target folder; or why it cannot be had.
fn schemathesis() -> Result<PathBuf, String> {
    let pins = places::workspace().join("tests/schemathesis/requirements.txt");
    let wanted = std::fs::read(&pins).unwrap();
    // <target>/debug/deps/<test>
    let target = std::env::current_exe()
        .unwrap()
        .ancestors()
        .nth(3)
        .unwrap()
        .to_owned();
    let environment = target.join("schemathesis");
    let (installed, program) = (
        environment.join("installed.txt"),
        environment.join("bin/schemathesis"),
    );
    if std::fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(program);
    }
    let runs = |command: &mut Command, what: &str| {
        let output = command
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("{what}: {error}"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.trim().lines().last().unwrap_or_default().to_owned();
        if output.status.success() {
            Ok(())
        } else {
            Err(format!("{what}: {last}"))
        }
    };
    let venv = ["-m", "venv", "--clear"];
    runs(
        Command::new("python3").args(venv).arg(&environment),
        "python3 makes no virtual environment",
    )?;
    let pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--only-binary=:all:",
        "--requirement",
    ];
    runs(
        Command::new(environment.join("bin/python")).args(pip).arg(&pins),
        "pip installs no Schemathesis",
    )?;
    std::fs::write(&installed, wanted).unwrap();
    Ok(program)
}

/// How many operations there are to be asked, and how many were: `Selected: 64/67` and `Tested: 64` of the report.
fn counts(report: &str) -> Option<(usize, usize, usize)> {
    let said = |key: &str| report.lines().find_map(|line| line.trim().strip_prefix(key));
    let (selected, all) = said("Selected: ")?.split_once('/')?;
    let number = |text: &str| text.trim().parse().ok();
    Some((number(all)?, number(selected)?, number(said("Tested: ")?)?))
}

/// Asks everything as whoever a header says; what was wrong, with the program's whole report.
fn asked(program: &Path, host: &Host, folder: &Path, who: &str, header: &str) -> Option<String> {
    let mut command = Command::new(program);
    command
        .args(["run", "--no-color", "--url", &format!("{}/api/v1", host.url())])
        .args(["--phases", "examples,coverage,fuzzing", "--checks", CHECKS])
        .args([
            "--max-time",
            &WITHIN.to_string(),
            "--max-examples",
            &EXAMPLES.to_string(),
        ])
        // One: several would read their own sources at once, which this Python does not always survive.
        .args(["--workers", "1", "--seed", "1", "--generation-deterministic"])
        .args([
            "--continue-on-failure",
            "--warnings",
            "off",
            "--request-timeout",
            "20",
        ])
        .args(["--header", header])
        .current_dir(folder);
    command.args(["--exclude-operation-id", NOT_MADE_UP]);
    for path in LEFT_OUT {
        command.args(["--exclude-path", path]);
    }
    command.arg(format!("{}/api/v1/openapi.json", host.url()));
    let output = command.stdin(Stdio::null()).output().expect("the program runs");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let tail: Vec<&str> = said.lines().rev().take(12).collect();
    println!(
        "as {who}: {}",
        tail.into_iter().rev().collect::<Vec<_>>().join("\n")
    );
    // Nothing that is left out unsaid: a run that reaches nothing finds nothing.
    let left_out = LEFT_OUT.len() + 1;
    let reached = match counts(&said) {
        Some((all, selected, tested)) => selected + left_out == all && tested == selected && selected > 50,
        None => false,
    };
    (!output.status.success() || !reached)
        .then(|| format!("as {who}, every operation reached: {reached}\n{said}"))
}

fn account<'a>(printed: &'a Value, admin: bool, tenant: &str) -> (&'a str, &'a str) {
    let of = |account: &&Value| {
        let tenants = account["tenants"].as_array().unwrap();
        account["admin"] == admin && tenants.iter().any(|granted| granted == tenant)
    };
    let account = printed["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .find(of)
        .expect("such an account");
    (
        account["email"].as_str().unwrap(),
        account["password"].as_str().unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_made_up_request_gets_a_500_or_an_answer_that_the_document_does_not_have() {
    let program = match schemathesis() {
        Ok(program) => program,
        Err(why) => {
            println!("skipped: nobody makes requests up from the document of the interface: {why}");
            return;
        }
    };
    let (host, printed) = Host::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let tenant = "tenant-alpha";

    let (email, password) = account(&printed, false, tenant);
    let viewer = Client::login(host.url(), email, password).await;
    let deadline = Instant::now() + COMPILED_WITHIN;
    while viewer.of(tenant).get("/panels/busy_hours/data").await.status == 503 {
        assert!(Instant::now() < deadline, "the plugins are compiled for ever");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let wish = json!({"name": "made up", "tenant": tenant, "scope": "read", "days": 1});
    let made = viewer.post("/account/tokens", &wish).await;
    assert_eq!(made.status, 201, "{made:?}");
    let token = format!(
        "Authorization: Bearer {}",
        made.body["secret"].as_str().expect("the token")
    );

    let (email, password) = account(&printed, true, tenant);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let login = http
        .post(format!("{}/api/v1/auth/login", host.url()))
        .json(&json!({"email": email, "password": password}))
        .send()
        .await
        .unwrap();
    let cookie = login.headers()["set-cookie"]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    let cookie = format!("Cookie: {cookie}");

    let wrong: Vec<String> = [("a viewer's program", token), ("an administrator", cookie)]
        .iter()
        .filter_map(|(who, header)| asked(&program, &host, folder.path(), who, header))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
