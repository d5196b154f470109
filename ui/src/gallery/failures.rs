//! Panels that have nothing to show, or nothing new, and why.

use crate::prelude::*;
use porthole_model::{CacheOutcome, Chart, Diagnostic, Mark, Metric, Problem, View as Shown, code};

use super::{
    TENANT,
    answers::{self, chart, metric, plot, threshold},
    sample::{Sample, dashboard, grid},
};
use crate::{
    api::Failure,
    browser,
    pages::{DashboardFaults, dashboard_faults},
    stores::Board,
    time::format,
};

/// Minutes of age of what is shown while the data source is down.
const AGE: i64 = 14;

pub(crate) fn problem(status: u16, code: &str, detail: &str) -> Problem {
    Problem {
        kind: "about:blank".to_owned(),
        title: String::new(),
        status,
        code: code.to_owned(),
        detail: detail.to_owned(),
        request_id: "01JD9X5T3M".to_owned(),
        parameter: None,
        plugin: None,
        limit: None,
        retry_at: None,
        diagnostics: Vec::new(),
    }
}

pub(crate) fn failure(problem: Problem) -> Failure {
    Failure::Problem {
        problem: Box::new(problem),
        retry_after: None,
    }
}

pub(crate) fn fault() -> Diagnostic {
    Diagnostic {
        file: "tenants/gallery/panels/cpu_usage.yaml".to_owned(),
        line: 7,
        column: 5,
        message: "unknown field `colums` in `data_source`".to_owned(),
        help: Some("Did you mean `columns`?".to_owned()),
    }
}

pub(super) fn skeletons(board: &Board) -> View {
    let new = |title, type_name, size| Sample::new(title, type_name, size);
    let refreshing = new("A refresh that takes long", "kpi", (3, 1))
        .showing(Shown::Metric(metric(204.0, "ms", None, 198.0)))
        .with(|loader| loader.is_slow.set(true));
    grid(
        board,
        vec![
            new("Chart", "timeseries", (5, 2)),
            new("Health", "health_status", (4, 2)),
            new("Number", "kpi", (3, 1)),
            new("Table", "table", (5, 2)),
            new("A panel of one's own", "custom_template", (4, 2)),
            refreshing,
        ],
    )
}

pub(super) fn empties(board: &Board) -> View {
    let no_metric = Metric {
        unit: Some("%".to_owned()),
        ..Default::default()
    };
    grid(
        board,
        vec![
            Sample::new("Chart", "timeseries", (3, 2)).showing(Shown::Chart(Chart::default())),
            Sample::new("Number", "kpi", (3, 1)).showing(Shown::Metric(no_metric)),
            Sample::new("Health", "health_status", (3, 2)).showing(answers::statuses(Vec::new())),
            Sample::new("Table", "table", (3, 2)).showing(answers::log(Vec::new(), 0)),
        ],
    )
}

pub(super) fn stale(board: &Board) -> View {
    let down = || {
        failure(problem(
            503,
            code::DATABASE_DOWN,
            "The database of this tenant does not answer: connection refused.",
        ))
    };
    let number = || Shown::Metric(metric(12.5, "ms", Some(threshold(0.0, "#10B981", "good")), 12.1));
    let mut kept = Sample::new("Data source down", "timeseries", (6, 2))
        .showing(Shown::Chart(chart(vec![plot("edge-01", 55.0, Mark::Line)])));
    if let Some(answer) = &mut kept.answer {
        answer.cache = CacheOutcome::Stale;
        answer.generated_at = format::rfc3339(browser::now() - AGE * 60_000).to_string();
    }
    let mut outdated = Sample::new("Its file became faulty", "kpi", (3, 1)).showing(number());
    outdated.outdated = vec![fault()];
    grid(
        board,
        vec![
            kept,
            Sample::new("The newest refresh failed", "kpi", (3, 1))
                .showing(number())
                .failing(down()),
            outdated,
            Sample::new("No answer", "kpi", (3, 1))
                .showing(number())
                .failing(Failure::Unreachable),
            Sample::new("An export that failed", "kpi", (3, 1))
                .showing(number())
                .with(|loader| {
                    let problem = problem(502, code::QUERY_TOO_LARGE, "More than 1,000,000 rows.");
                    loader.export_failure.set(Some(failure(problem).into()));
                }),
        ],
    )
}

pub(super) fn failures(board: &Board) -> View {
    let of = |title, type_name, problem| Sample::new(title, type_name, (4, 2)).failing(failure(problem));
    let by = |problem: Problem, plugin: &str| Problem {
        plugin: Some(plugin.to_owned()),
        ..problem
    };
    let limit = Problem {
        limit: Some("cpu 500 ms".to_owned()),
        ..by(
            problem(502, code::PLUGIN_LIMIT, "it reached its limit of cpu: 500 ms"),
            "daily-summary 1.3.0",
        )
    };
    let resting = by(
        problem(
            503,
            code::PLUGIN_RESTING,
            "it failed 5 times in a row and is left alone for a while; the last time, it reached its limit of memory: 64 MiB",
        ),
        "fleet-map 0.2.0",
    );
    let misconfigured = Problem {
        diagnostics: vec![fault()],
        ..problem(422, code::PANEL_CONFIGURATION, "The panel's file has faults.")
    };
    let mut faulty = Sample::new("A faulty file", "timeseries", (4, 2));
    faulty.faults = vec![fault()];
    grid(
        board,
        vec![
            of(
                "Data source down",
                "timeseries",
                problem(
                    503,
                    code::DATABASE_DOWN,
                    "The database of this tenant does not answer: connection refused.",
                ),
            ),
            of(
                "A query that failed",
                "table",
                problem(
                    502,
                    code::QUERY_FAILED,
                    "The database answered: column \"cpu_percnt\" does not exist.",
                ),
            ),
            of(
                "A query that took too long",
                "timeseries",
                problem(
                    504,
                    code::QUERY_TIMED_OUT,
                    "The database did not answer within 10 s.",
                ),
            ),
            of("Plugin stopped at a limit", "custom_template", limit),
            of("Plugin resting", "custom_image", resting)
                .with(|loader| loader.rests_until.set(browser::now() + 40_000)),
            of(
                "Plugin crashed",
                "custom_image",
                by(
                    problem(
                        502,
                        code::PLUGIN_TRAPPED,
                        "The plugin stopped at an unreachable instruction.",
                    ),
                    "heatmap 0.3.1",
                ),
            ),
            of(
                "Not permitted",
                "kpi",
                problem(
                    403,
                    code::FORBIDDEN,
                    "This panel is open to editors. Ask an administrator of the tenant.",
                ),
            ),
            faulty,
            of("Faults that only the database knows", "timeseries", misconfigured),
            of(
                "The host is busy",
                "kpi",
                problem(
                    503,
                    code::BUSY,
                    "The tenant's share of the host is used up right now.",
                ),
            ),
            Sample::new("No answer", "kpi", (4, 2)).failing(Failure::Unreachable),
            Sample::new("Something in between", "kpi", (4, 2)).failing(Failure::Status {
                status: 502,
                retry_after: None,
            }),
        ],
    )
}

/// Over a dashboard whose file has faults: to those who may mend them, and to everybody else.
pub(super) fn banners() -> View {
    let banner = |tenant: &str, faults: Vec<Diagnostic>, outdated: Vec<Diagnostic>| {
        let faults = DashboardFaults::taken_from(&mut dashboard(faults, outdated));
        dashboard_faults(tenant.to_owned(), *create_signal(faults))
    };
    let many: Vec<Diagnostic> = (7..=11).map(|line| Diagnostic { line, ..fault() }).collect();
    let (outdated, sound) = (
        banner(TENANT, Vec::new(), many),
        banner(TENANT, vec![fault()], Vec::new()),
    );
    let said = banner("beta", Vec::new(), vec![fault()]);
    view! { (outdated) (sound) (said) }
}
