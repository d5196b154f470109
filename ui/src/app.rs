//! The whole application: stores, and the page that the address names.

use crate::prelude::*;

use crate::{
    frame,
    live::live,
    pages,
    route::Page,
    stores::{Clock, Location, Preferences, Recent, Session, Stage, Who},
};

/// What the reader gets to see, told apart as coarsely as pages need to be drawn anew.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Scene {
    Waiting,
    Unreachable,
    Page(Page),
}

/// The application.
#[component]
pub(crate) fn App() -> View {
    let location = Location::install();
    provide_context(location);
    provide_context(Preferences::load());
    provide_context(Recent::load());
    provide_context(Clock::start());
    let session = Session::open(location);
    provide_context(session);
    provide_context(Stage::new());
    let over = frame::over();

    let page = create_selector(move || Page::at(&location.path()));
    // Login and what only those see who are logged in exclude each other; the way back is kept in the address.
    create_effect(move || match (session.who(), page.get_clone()) {
        (Who::Nobody, page) if !page.is_open() => location.replace(&session.login_address()),
        (Who::Known(_), Page::Login) => location.replace(&way_back(location.parameter("next"))),
        _ => {}
    });

    let scene = create_selector(move || match (session.who(), page.get_clone()) {
        (Who::Asking, _) => Scene::Waiting,
        (Who::Unknown(_), _) => Scene::Unreachable,
        (Who::Nobody, page) if page.is_open() => Scene::Page(page),
        // The effect above is about to change the address.
        (Who::Nobody, _) | (Who::Known(_), Page::Login) => Scene::Waiting,
        // The dashboard stays as it is beneath one of its panels.
        (
            Who::Known(_),
            Page::Panel {
                tenant, dashboard, ..
            },
        ) => Scene::Page(Page::Dashboard { tenant, dashboard }),
        (Who::Known(_), page) => Scene::Page(page),
    });
    let page = live(move || match scene.get_clone() {
        Scene::Waiting => view! { div(class="waiting", aria-busy="true") },
        Scene::Unreachable => pages::unreachable(session),
        Scene::Page(page) => draw(page),
    });
    view! {
        (page)
        (over)
    }
}

/// The page, if this part of the application has it: what is guarded by a part's feature is left out of the other part.
fn draw(page: Page) -> View {
    let (board, desk) = (cfg!(feature = "board"), cfg!(feature = "desk"));
    match page {
        Page::Home if board => pages::home(),
        Page::Login if board => pages::login(),
        Page::Tenant { tenant } if board => pages::tenant(tenant),
        Page::Dashboard { tenant, dashboard } if board => pages::dashboard(tenant, dashboard),
        Page::Report { tenant, panel } if board => pages::report(tenant, panel),
        Page::Plugins { tenant } if desk => pages::plugins(tenant),
        Page::Plugin { tenant, plugin } if desk => pages::plugin(tenant, plugin),
        Page::Members { tenant } if desk => pages::members(tenant),
        Page::TenantAudit { tenant } if desk => pages::tenant_audit(tenant),
        Page::Admin | Page::Users if desk => pages::users(),
        Page::User { user } if desk => pages::user(user),
        Page::Tenants if desk => pages::tenants(),
        Page::TenantAdmin { tenant } if desk => pages::tenant_admin(tenant),
        Page::Sessions if desk => pages::all_sessions(),
        Page::Audit if desk => pages::audit(),
        Page::Account if desk => pages::account(),
        Page::Password if desk => pages::password(),
        _ => pages::not_found(),
    }
}

/// Where to go after logging in: only ever to this origin.
fn way_back(next: Option<String>) -> String {
    let leads_home = |next: &String| {
        next.starts_with('/')
            && !next.starts_with("//")
            // Browsers leave control characters out of addresses, and then read what is left.
            && !next.contains(|character: char| character == '\\' || character.is_control())
    };
    next.filter(leads_home).unwrap_or_else(|| "/".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_never_leads_elsewhere() {
        assert_eq!(
            way_back(Some("/t/alpha?from=now-1h".to_owned())),
            "/t/alpha?from=now-1h"
        );
        for next in [
            "https://elsewhere.example",
            "//elsewhere.example",
            "/\\elsewhere.example",
            "/\t/elsewhere.example",
            "/\n/elsewhere.example",
            "javascript:alert(1)",
            "",
        ] {
            assert_eq!(way_back(Some(next.to_owned())), "/", "{next}");
        }
    }
}
