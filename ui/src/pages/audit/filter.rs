//! Which lines of the audit log are wanted: in the address, in the form, in the request.

use crate::prelude::*;

use crate::{
    browser,
    pages::desk::{Field, choice},
    query::Query,
    stores::{Location, Preferences},
    time::{
        civil::Zone,
        expression::{Edge, Expression},
        format,
    },
};

/// Of one page.
const LINES: &str = "100";

/// The periods that are offered; the last stands for two instants of the reader's own.
const PERIODS: [(&str, &str); 6] = [
    ("", "Any time"),
    ("now-1h", "Last hour"),
    ("now-24h", "Last 24 hours"),
    ("now-7d", "Last 7 days"),
    ("now-30d", "Last 30 days"),
    (BETWEEN, "Between …"),
];
const BETWEEN: &str = "between";

/// Actions that hosts write; others can be typed.
const ACTIONS: [&str; 27] = [
    "login",
    "login_failed",
    "login_locked",
    "logins_refused",
    "logout",
    "password_set",
    "password_change_failed",
    "password_link_made",
    "user_created",
    "user_changed",
    "user_disabled",
    "user_enabled",
    "user_deleted",
    "grant",
    "revoke",
    "session_ended",
    "sessions_ended",
    "token_created",
    "token_revoked",
    "tenant_added",
    "tenant_configured",
    "tenant_unconfigured",
    "tenant_disabled",
    "tenant_enabled",
    "plugin_published",
    "data_invalidated",
    "audit_exported",
];

/// What the address asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Wanted {
    actor: Option<String>,
    target: Option<String>,
    action: Option<String>,
    tenant: Option<String>,
    /// As in the addresses of dashboards: `now-7d`, or an instant.
    from: Option<String>,
    to: Option<String>,
    /// Older than this line.
    pub before: Option<String>,
}

impl Wanted {
    /// Tracked.
    pub fn of(location: Location) -> Self {
        let get = |name| location.parameter(name).filter(|text| !text.is_empty());
        Self {
            actor: get("actor"),
            target: get("target"),
            action: get("action"),
            tenant: get("tenant"),
            from: get("from"),
            to: get("to"),
            before: get("before"),
        }
    }

    /// The request for a page; `now`: what relative moments count from, milliseconds since the epoch.
    pub fn path(&self, base: &str, zone: &dyn Zone, now: i64) -> String {
        let mut query = self.query(zone, now);
        if let Some(before) = &self.before {
            query.push("before", before.as_str());
        }
        query.push("limit", LINES);
        format!("{base}{}", query.to_text())
    }

    /// The request for all lines as a file.
    pub fn export(&self, base: &str, format: &str, zone: &dyn Zone, now: i64) -> String {
        let mut query = self.query(zone, now);
        query.push("format", format);
        format!("{base}{}", query.to_text())
    }

    fn query(&self, zone: &dyn Zone, now: i64) -> Query {
        let mut query = Query::default();
        for (name, value) in [
            ("actor", &self.actor),
            ("target", &self.target),
            ("action", &self.action),
            ("tenant", &self.tenant),
        ] {
            if let Some(value) = value {
                query.push(name, value.as_str());
            }
        }
        for (name, value, edge) in [("from", &self.from, Edge::From), ("to", &self.to, Edge::To)] {
            // What is no moment is left to the host to say so.
            if let Some(value) = value {
                let value = value.parse::<Expression>().map_or_else(
                    |_| value.clone(),
                    |moment| format::rfc3339(moment.resolve(now, zone, edge)),
                );
                query.push(name, value);
            }
        }
        query
    }

    /// Which of the offered periods it is.
    fn period(&self) -> &'static str {
        match (self.from.as_deref(), self.to.as_deref()) {
            (None, None) => "",
            (Some(from), None) => PERIODS
                .iter()
                .find(|(value, _)| *value == from)
                .map_or(BETWEEN, |(value, _)| value),
            _ => BETWEEN,
        }
    }
}

/// The form; what it says goes into the address. `is_hosts`: tenants can be told apart.
pub(super) fn filter(location: Location, is_hosts: bool) -> View {
    let preferences = use_context::<Preferences>();
    let actor = Field {
        kind: "search",
        ..Field::new("audit-actor", "Who")
    };
    let target = Field {
        kind: "search",
        ..Field::new("audit-target", "Done to")
    };
    let action = Field {
        kind: "search",
        ..Field::new("audit-action", "Action")
    };
    let tenant = Field {
        kind: "search",
        ..Field::new("audit-tenant", "Tenant")
    };
    let from = Field {
        kind: "datetime-local",
        ..Field::new("audit-from", "From")
    };
    let to = Field {
        kind: "datetime-local",
        ..Field::new("audit-to", "Until")
    };
    let period = create_signal(String::new());
    // Back, and links to this page with a filter, fill the form.
    create_effect(move || {
        let wanted = Wanted::of(location);
        let zone = preferences.zone();
        period.set(wanted.period().to_owned());
        for (field, text) in [
            (actor, &wanted.actor),
            (target, &wanted.target),
            (action, &wanted.action),
            (tenant, &wanted.tenant),
        ] {
            field.value.set(text.clone().unwrap_or_default());
        }
        for (field, text, edge) in [(from, &wanted.from, Edge::From), (to, &wanted.to, Edge::To)] {
            field.value.set(
                text.as_deref()
                    .map_or_else(String::new, |text| typed(text, &zone, edge)),
            );
        }
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let zone = preferences.zone_untracked();
        let chosen = period.get_clone_untracked();
        let (start, end) = match chosen.as_str() {
            BETWEEN => (
                moment(&from.text(), &zone, Edge::From),
                moment(&to.text(), &zone, Edge::To),
            ),
            "" => (None, None),
            relative => (Some(relative.to_owned()), None),
        };
        let text = |field: Field| Some(field.text()).filter(|text| !text.is_empty());
        location.change(|query| {
            query.set("actor", text(actor).as_deref());
            query.set("target", text(target).as_deref());
            query.set("action", text(action).as_deref());
            query.set("tenant", text(tenant).filter(|_| is_hosts).as_deref());
            query.set("from", start.as_deref());
            query.set("to", end.as_deref());
            query.set("before", None);
        });
    };
    let clear = move |_| location.change(|query| *query = Query::default());
    let actions: Vec<View> = ACTIONS
        .into_iter()
        .map(|action| view! { option(value=action) })
        .collect();
    let periods = PERIODS
        .into_iter()
        .map(|(value, name)| (value.to_owned(), name.to_owned()))
        .collect();
    let period_view = choice(
        "audit-period".to_owned(),
        "When".to_owned(),
        true,
        periods,
        period,
    );
    let between = crate::live::live(move || {
        if period.with(|period| period != BETWEEN) {
            return View::new();
        }
        let (from, to) = (from.view(), to.view());
        view! { (from) (to) }
    });
    let (actor_view, target_view) = (actor.view(), target.view());
    let (action_view, tenant_view) = (
        action.view_with_list("known-actions"),
        is_hosts.then(|| tenant.view()),
    );
    view! {
        form(class="line-form filter", role="search", aria-label="Filter the audit log", novalidate=true, on:submit=handler(submit)) {
            (actor_view)
            (target_view)
            (action_view)
            (tenant_view)
            (period_view)
            (between)
            div(class="filter-acts") {
                button(r#type="submit", class="button primary") { "Filter" }
                button(r#type="button", class="button", on:click=handler(clear)) { "Clear" }
            }
            datalist(id="known-actions") { (actions) }
        }
    }
}

/// As a field for date and time takes it.
fn typed(text: &str, zone: &dyn Zone, edge: Edge) -> String {
    let Ok(moment) = text.parse::<Expression>() else {
        return String::new();
    };
    let wall = format::stamp(moment.resolve(browser::now(), zone, edge), zone);
    wall.get(..16).unwrap_or_default().replace(' ', "T")
}

/// What such a field says, independent of the zone; none: nothing.
fn moment(typed: &str, zone: &dyn Zone, edge: Edge) -> Option<String> {
    let moment = typed.replace('T', " ").parse::<Expression>().ok()?;
    Some(format::rfc3339(moment.resolve(browser::now(), zone, edge)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::civil::Fixed;

    fn wanted(from: Option<&str>, to: Option<&str>) -> Wanted {
        Wanted {
            actor: Some("ada@example.com".to_owned()),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            before: Some("7".to_owned()),
            ..Wanted::default()
        }
    }

    #[test]
    fn the_request_says_what_the_address_says() {
        let wanted = wanted(Some("2026-01-05T00:00:00Z"), None);
        assert_eq!(
            wanted.path("/admin/audit", &Fixed(0), 0),
            "/admin/audit?actor=ada%40example.com&from=2026-01-05T00:00:00Z&before=7&limit=100"
        );
        assert_eq!(
            wanted.export("/admin/audit", "csv", &Fixed(0), 0),
            "/admin/audit?actor=ada%40example.com&from=2026-01-05T00:00:00Z&format=csv"
        );
        let of_bob = Wanted {
            target: Some("bob@example.com".to_owned()),
            ..Wanted::default()
        };
        assert_eq!(
            of_bob.export("/admin/audit", "csv", &Fixed(0), 0),
            "/admin/audit?target=bob%40example.com&format=csv"
        );
        let lately = self::wanted(Some("now-1h"), None);
        assert_eq!(
            lately.export("/admin/audit", "csv", &Fixed(0), 7_200_000),
            "/admin/audit?actor=ada%40example.com&from=1970-01-01T01:00:00Z&format=csv"
        );
    }

    #[test]
    fn a_period_is_known_again_in_the_address() {
        assert_eq!(wanted(None, None).period(), "");
        assert_eq!(wanted(Some("now-7d"), None).period(), "now-7d");
        assert_eq!(wanted(Some("now-8d"), None).period(), BETWEEN);
        assert_eq!(wanted(None, Some("now-7d")).period(), BETWEEN);
    }
}
