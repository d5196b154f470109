//! What is said over a dashboard.

use porthole_model::Diagnostic;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{close, has, open, text};
use crate::{
    gallery::sample::dashboard,
    pages::{DashboardFaults, dashboard_faults},
    prelude::*,
};

fn fault(line: u32) -> Diagnostic {
    Diagnostic {
        file: "tenants/gallery/dashboards/default.yaml".to_owned(),
        line,
        column: 5,
        message: "`dashboard` has no `pannels`".to_owned(),
        help: Some("did you mean `panels`?".to_owned()),
    }
}

/// As the tenant's reader, who is an admin of `gallery` and a viewer of `beta`.
fn show(tenant: &'static str, diagnostics: Vec<Diagnostic>, outdated: Vec<Diagnostic>) {
    let mut dashboard = dashboard(diagnostics, outdated);
    let faults = DashboardFaults::taken_from(&mut dashboard);
    assert!(dashboard.diagnostics.is_empty() && dashboard.outdated.is_empty());
    open("/t/gallery/d/default", move |_| {
        dashboard_faults(tenant.to_owned(), *create_signal(faults))
    });
}

#[wasm_bindgen_test]
fn a_last_good_version_says_so_and_whoever_may_mend_it_sees_where() {
    show("gallery", Vec::new(), (1..=5).map(fault).collect());
    let said = text("[data-testid=dashboard-faults]");
    assert!(
        said.starts_with("This dashboard shows its last good version."),
        "{said}"
    );
    let place =
        "tenants/gallery/dashboards/default.yaml:1:5 `dashboard` has no `pannels`; did you mean `panels`?";
    assert!(said.contains(place), "{said}");
    assert!(said.ends_with("and 2 more"), "{said}");
    close();

    show("beta", Vec::new(), vec![fault(1)]);
    let said = text("[data-testid=dashboard-faults]");
    assert!(
        said.contains("last good version") && !said.contains(".yaml"),
        "{said}"
    );
}

#[wasm_bindgen_test]
fn what_is_sound_of_a_faulty_file_is_shown_with_a_warning_and_a_good_one_without() {
    show("gallery", vec![fault(3)], Vec::new());
    let said = text("[data-testid=dashboard-faults]");
    assert!(
        said.starts_with("Parts of this dashboard may be missing.") && said.contains(":3:5"),
        "{said}"
    );
    close();
    show("gallery", Vec::new(), Vec::new());
    assert!(!has("[data-testid=dashboard-faults]"));
}
