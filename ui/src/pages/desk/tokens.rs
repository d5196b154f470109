//! Tokens for programs: one's own, somebody's, or a tenant's.

use std::rc::Rc;

use crate::prelude::*;
use porthole_model::{ApiToken, ApiTokens};

use super::{Asked, Confirm, Question, badge, cut, when};
use crate::{browser, live::live, query::segment, time::format};

/// Whose tokens are shown, and so under which path they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The reader's own.
    Own,
    /// Those of the account with this id.
    Account(String),
    /// Those of the tenant with this id.
    Tenant(String),
}

impl Whose {
    /// The path of all of them.
    pub fn path(&self) -> String {
        match self {
            Self::Own => "/account/tokens".to_owned(),
            Self::Account(id) => format!("/admin/users/{}/tokens", segment(id)),
            Self::Tenant(id) => format!("/admin/tenants/{}/tokens", segment(id)),
        }
    }
}

/// The table; those that are over only when they are asked for.
pub(crate) fn tokens(asked: Asked<ApiTokens>, whose: Whose, confirm: Confirm) -> View {
    let with_old = create_signal(false);
    asked.shown(move |answer| {
        let now = browser::now();
        let (live_ones, old): (Vec<ApiToken>, Vec<ApiToken>) =
            answer.tokens.iter().cloned().partition(|token| is_live(token, now));
        if live_ones.is_empty() && old.is_empty() {
            return view! { p(class="dim", data-testid="no-tokens") { "There are none." } };
        }
        let count = old.len();
        let whose = whose.clone();
        let is_tenants = matches!(whose, Whose::Tenant(_));
        let table = live(move || {
            let shown: Vec<&ApiToken> = match with_old.get() {
                true => live_ones.iter().chain(&old).collect(),
                false => live_ones.iter().collect(),
            };
            if shown.is_empty() {
                return view! { p(class="dim") { "None is in use any more." } };
            }
            let rows: Vec<View> = shown
                .into_iter()
                .map(|token| row(token, &whose, now, asked, confirm))
                .collect();
            let place = if is_tenants { "Owner" } else { "Tenant" };
            view! {
                div(class="table-box", tabindex="0", role="region", aria-labelledby="tokens-title") {
                    table(class="rows stack") {
                        thead {
                            tr {
                                th(scope="col") { "Name" }
                                th(scope="col", class="w-third") { (place) }
                                th(scope="col", class="w-count") { "May" }
                                th(scope="col", class="w-when") { "Last used" }
                                th(scope="col", class="w-end") { "Ends" }
                                th(scope="col", class="w-act") { span(class="sr-only") { "What can be done" } }
                            }
                        }
                        tbody { (rows) }
                    }
                }
            }
        });
        let more = (count > 0).then(|| {
            view! {
                div(class="slab-foot") {
                    label(class="check") { input(r#type="checkbox", bind:checked=with_old) (format!("Show those that are over ({count})")) }
                }
            }
        });
        view! { (table) (more) }
    })
}

/// How many are good for something.
pub(crate) fn live_ones(of: &ApiTokens) -> usize {
    let now = browser::now();
    of.tokens.iter().filter(|token| is_live(token, now)).count()
}

/// Neither revoked nor over.
fn is_live(token: &ApiToken, now: i64) -> bool {
    token.revoked_at.is_none() && format::parse_rfc3339(&token.expires_at).is_none_or(|end| end > now)
}

fn row(token: &ApiToken, whose: &Whose, now: i64, asked: Asked<ApiTokens>, confirm: Confirm) -> View {
    let name = token.name.clone();
    let is_tenants = matches!(whose, Whose::Tenant(_));
    let place = if is_tenants { &token.email } else { &token.tenant };
    let (place, place_label) = (
        cut("", place.clone()),
        if is_tenants { "Owner" } else { "Tenant" },
    );
    let scope = token.scope.name();
    let used = when(token.last_used_at.as_deref(), "never");
    let end = match &token.revoked_at {
        Some(at) => {
            let at = when(Some(at), "");
            view! { span(class="dim") { "revoked " (at) } }
        }
        None => when(Some(&token.expires_at), ""),
    };
    let is_over = token.revoked_at.is_none() && !is_live(token, now);
    let mark = is_over.then(|| badge("warn", "over"));
    let revoke = is_live(token, now).then(|| {
        confirm.button(
            format!("revoke-{}", token.id),
            format!("Revoke the token {name}"),
            Question {
                title: format!("Revoke the token “{name}”?"),
                text: format!(
                    "Programs that use it are refused at once. It stands for {} in {}.",
                    token.email, token.tenant
                ),
                act: "Revoke",
                is_grave: true,
                request: ("DELETE", format!("{}/{}", whose.path(), token.id)),
                done: Rc::new(move || asked.again()),
            },
        )
    });
    let name = cut("strong", name);
    view! {
        tr {
            td(data-label="Name") { div(class="who") { (name) (mark) } }
            td(data-label=place_label) { (place) }
            td(data-label="May") { (scope) }
            td(data-label="Last used") { (used) }
            td(data-label="Ends") { (end) }
            td(class="acts-cell") { (revoke) }
        }
    }
}

#[cfg(test)]
mod tests {
    use porthole_model::TokenScope;

    use super::*;

    #[test]
    fn a_token_is_live_until_it_is_over_or_revoked() {
        let mut token = ApiToken {
            id: "1".to_owned(),
            name: "deploy".to_owned(),
            email: "ada@example.com".to_owned(),
            tenant: "alpha".to_owned(),
            scope: TokenScope::Read,
            created_at: "2026-01-01T00:00:00Z".to_owned(),
            expires_at: "2026-01-02T00:00:00Z".to_owned(),
            last_used_at: None,
            revoked_at: None,
        };
        let end = format::parse_rfc3339("2026-01-02T00:00:00Z").unwrap_or_default();
        assert!(is_live(&token, end - 1));
        assert!(!is_live(&token, end));
        token.revoked_at = Some("2026-01-01T00:00:00Z".to_owned());
        assert!(!is_live(&token, end - 1));
    }

    #[test]
    fn ids_are_one_segment_of_the_path() {
        assert_eq!(
            Whose::Tenant("a/b".to_owned()).path(),
            "/admin/tenants/a%2Fb/tokens"
        );
        assert_eq!(Whose::Own.path(), "/account/tokens");
    }
}
