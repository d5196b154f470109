//! A tenant without a dashboard named: on to its usual one.

use crate::prelude::*;
use porthole_model::Dashboards;

use super::{lost, name_tab, notice};
use crate::{
    api::{self, Failure},
    browser, frame,
    live::live,
    query::segment,
    stores::{Location, Session},
};

/// Goes to the dashboard `default`, else to the first.
pub(crate) fn tenant(tenant: String) -> View {
    let location = use_context::<Location>();
    let session = use_context::<Session>();
    let trouble = create_signal(None::<Option<std::rc::Rc<Failure>>>);
    let id = tenant.clone();
    let named = tenant.clone();
    browser::spawn_scoped(async move {
        match api::get::<Dashboards>("/dashboards", Some(&id), None).await {
            Ok(found) => {
                let usual = found
                    .dashboards
                    .iter()
                    .find(|one| one.name == "default")
                    .or(found.dashboards.first());
                match usual {
                    Some(one) => {
                        // A range and a zone stay.
                        let here = location.text();
                        let query = here.split_once('?').map_or("", |(_, query)| query);
                        let mark = if query.is_empty() { "" } else { "?" };
                        let place = format!("/t/{}/d/{}", segment(&id), segment(&one.name));
                        location.replace(&format!("{place}{mark}{query}"));
                    }
                    None => trouble.set(Some(None)),
                }
            }
            Err(failure) if failure.status() == Some(401) => session.lost(),
            Err(failure) => trouble.set(Some(Some(std::rc::Rc::new(failure)))),
        }
    });
    create_effect(move || {
        let is_nowhere = trouble.with(|trouble| {
            let failure = trouble.as_ref().and_then(Option::as_ref);
            failure.is_some_and(|failure| failure.is_withdrawal())
        });
        // What is drawn then says what the tab is called.
        if !is_nowhere {
            name_tab("");
        }
    });
    let bar = frame::bare_bar(Some(tenant), None);
    let content = live(move || match trouble.get_clone() {
        Some(Some(failure)) => lost(&failure, &named, View::new()),
        Some(None) => {
            name_tab("No dashboard yet");
            notice(
                "No dashboard yet",
                "A dashboard is a YAML file in the folder dashboards/ of this tenant's configuration. Whoever runs this host can put one there; it is shown at once.",
                None,
            )
        }
        None => view! { div(class="waiting", aria-busy="true") },
    });
    view! {
        (bar)
        main {
            (content)
        }
    }
}
