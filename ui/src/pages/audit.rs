//! The audit log: of the host for its administrators, of a tenant for its admins.

use crate::prelude::*;
use porthole_model::{AuditLine, AuditPage};

mod filter;

use filter::{Wanted, filter};

use crate::{
    browser,
    live::live,
    pages::desk::{Asked, Section, TenantSection, badge, cut, host_page, tenant_page, text},
    query::segment,
    stores::{Location, Preferences},
    time::format,
};

/// The page of the host's administrators.
pub(crate) fn audit() -> View {
    host_page(Section::Audit, || body("/admin/audit".to_owned(), true))
}

/// The page of a tenant's admins.
pub(crate) fn tenant_audit(tenant: String) -> View {
    tenant_page(&tenant.clone(), TenantSection::Audit, move || {
        body(format!("/admin/tenants/{}/audit", segment(&tenant)), false)
    })
}

/// `path`: behind the API's base; `is_hosts`: lines of all tenants, and of none.
fn body(path: String, is_hosts: bool) -> View {
    let location = use_context::<Location>();
    let preferences = use_context::<Preferences>();
    let wanted = create_selector(move || Wanted::of(location));
    let asked = Asked::<AuditPage>::start({
        let path = path.clone();
        move || {
            // Before: what is read while something else is being read is not brought up to date.
            let zone = preferences.zone();
            wanted.with(|wanted| wanted.path(&path, &zone, browser::now()))
        }
    });
    let fields = filter(location, is_hosts);
    let exports = live(move || {
        let zone = preferences.zone();
        let link = |format: &str| {
            wanted.with(|wanted| format!("/api/v1{}", wanted.export(&path, format, &zone, browser::now())))
        };
        let (csv, lines) = (link("csv"), link("ndjson"));
        view! {
            div(class="acts") {
                a(class="button", href=csv, rel="external", download="audit.csv") { "CSV" }
                a(class="button", href=lines, rel="external", download="audit.ndjson") { "JSON lines" }
            }
        }
    });
    let list = asked.shown(move |page| page_of_lines(page, is_hosts, wanted, location));
    view! {
        div(class="plugin-head") {
            h1(id="audit-title", tabindex="-1") { "Audit log" }
            span(class="grow")
            (exports)
        }
        p(class="dim lead") { "Every login, failed or not, and everything that administrators do. No line can be changed." }
        (fields)
        section(class="slab", aria-labelledby="audit-title") { (list) }
    }
}

fn page_of_lines(page: &AuditPage, is_hosts: bool, wanted: ReadSignal<Wanted>, location: Location) -> View {
    let is_first = wanted.with(|wanted| wanted.before.is_none());
    let newest = (!is_first).then(|| {
        let go = move |_| {
            location.change(|query| {
                query.set("before", None);
            });
        };
        view! { button(r#type="button", class="button", id="newest", on:click=handler(go)) { "Newest" } }
    });
    if page.lines.is_empty() {
        return view! {
            div(class="nothing", data-testid="no-lines") {
                b { "No lines" }
                p(class="dim") { "Nothing in the log is as the filter says." }
                (newest)
            }
        };
    }
    let rows: Vec<View> = page.lines.iter().map(|line| row(line, is_hosts)).collect();
    let tenant_head = is_hosts.then(|| view! { th(scope="col", class="w-tenant") { "Tenant" } });
    let older = page.next.map(|next| {
        let go = move |_| {
            location.change(|query| {
                query.set("before", Some(&next.to_string()));
            });
        };
        view! { button(r#type="button", class="button", id="older", on:click=handler(go)) { "Older" } }
    });
    view! {
        div(class="table-box", tabindex="0", role="region", aria-labelledby="audit-title") {
            table(class="rows stack log-lines", data-testid="audit") {
                thead {
                    tr {
                        th(scope="col", class="w-stamp") { "When" }
                        th(scope="col") { "Who" }
                        th(scope="col", class="w-action") { "Action" }
                        th(scope="col") { "To whom or what" }
                        (tenant_head)
                        th(scope="col", class="w-address") { "From" }
                        th(scope="col") { "What changed" }
                    }
                }
                tbody { (rows) }
            }
        }
        div(class="slab-foot") { (newest) (older) }
    }
}

fn row(line: &AuditLine, is_hosts: bool) -> View {
    let zone = use_context::<Preferences>().zone();
    let at = format::parse_rfc3339(&line.at).map_or_else(|| line.at.clone(), |at| format::stamp(at, &zone));
    let exact = line.at.clone();
    let who = cut("", line.actor.clone().unwrap_or_default());
    let action = badge(tone(&line.action), line.action.clone());
    let target = cut("", line.target.clone().unwrap_or_default());
    let tenant = is_hosts.then(|| {
        let tenant = cut("", line.tenant.clone().unwrap_or_default());
        view! { td(data-label="Tenant") { (tenant) } }
    });
    let from = cut("mono", line.address.clone().unwrap_or_default());
    let detail = text(line.detail.clone().unwrap_or_default());
    view! {
        tr {
            td(data-label="When") { time(datetime=exact) { (at) } }
            td(data-label="Who") { (who) }
            td(data-label="Action") { (action) }
            td(data-label="To") { (target) }
            (tenant)
            td(data-label="From") { (from) }
            td(data-label="Changed", class="free") { (detail) }
        }
    }
}

/// Refusals and what takes away stand out a little.
fn tone(action: &str) -> &'static str {
    if ["_failed", "_refused", "_locked"]
        .iter()
        .any(|end| action.ends_with(end))
    {
        "bad"
    } else if ["_deleted", "_disabled", "_revoked", "_ended", "_removed"]
        .iter()
        .any(|end| action.ends_with(end))
        || action == "revoke"
    {
        "warn"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use super::tone;

    #[test]
    fn what_was_refused_or_taken_away_stands_out() {
        assert_eq!(tone("login_failed"), "bad");
        assert_eq!(tone("login_locked"), "bad");
        assert_eq!(tone("logins_refused"), "bad");
        assert_eq!(tone("user_deleted"), "warn");
        assert_eq!(tone("revoke"), "warn");
        assert_eq!(tone("login"), "");
    }
}
