//! Over a dashboard whose file, or whose tenant's file, has faults: that what is shown is not what the file says.

use crate::prelude::*;
use porthole_model::{Dashboard, Diagnostic};

use crate::{live::live, stores::Session};

/// Faults of one dashboard.
#[derive(Debug, Clone, Default)]
pub(crate) struct DashboardFaults {
    /// Whether the last good version is shown; else what is sound of the present one.
    is_outdated: bool,
    faults: Vec<Diagnostic>,
}

impl DashboardFaults {
    /// Takes them out of a dashboard.
    pub fn taken_from(dashboard: &mut Dashboard) -> Self {
        let outdated = std::mem::take(&mut dashboard.outdated);
        let sound = std::mem::take(&mut dashboard.diagnostics);
        let is_outdated = !outdated.is_empty();
        Self {
            is_outdated,
            faults: if is_outdated { outdated } else { sound },
        }
    }
}

/// What is said of them: to all that there are some, to those who may mend them also where and which.
pub(crate) fn dashboard_faults(tenant: String, faults: ReadSignal<DashboardFaults>) -> View {
    let session = use_context::<Session>();
    live(move || {
        let DashboardFaults { is_outdated, faults } = faults.get_clone();
        if faults.is_empty() {
            return View::new();
        }
        let title = if is_outdated {
            "This dashboard shows its last good version."
        } else {
            "Parts of this dashboard may be missing."
        };
        let what = if session.may_publish(&tenant) {
            places(&faults)
        } else {
            view! { span { "Its configuration has faults. Whoever edits it can see which." } }
        };
        view! {
            div(class="notice warn", role="status", data-testid="dashboard-faults") {
                b { (title) }
                (what)
            }
        }
    })
}

/// More than these are counted.
const MOST: usize = 3;

fn places(faults: &[Diagnostic]) -> View {
    let lines: Vec<View> = faults
        .iter()
        .take(MOST)
        .map(|fault| {
            let place = format!("{}:{}:{}", fault.file, fault.line, fault.column);
            let said = match &fault.help {
                Some(help) => format!("{}; {help}", fault.message),
                None => fault.message.clone(),
            };
            view! { li { span(class="mono") { (place) } " " (said) } }
        })
        .collect();
    let more = (faults.len() > MOST).then(|| {
        let text = format!("and {} more", faults.len() - MOST);
        view! { li { (text) } }
    });
    view! { ul { (lines) (more) } }
}
