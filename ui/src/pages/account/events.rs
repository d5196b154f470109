//! What happened to one's own account: who knows of it can tell what they did not do.

use crate::prelude::*;
use porthole_model::{AccountEvent, AccountEvents, By};

use crate::{
    browser,
    live::live,
    pages::desk::{Asked, badge, cut, text, when},
    time::{civil::DAY, format},
};

/// So many are shown at first.
const FEW: usize = 8;
/// A new password is pointed out for so long, milliseconds.
const NEWS: i64 = 14 * DAY;

/// Above everything else: that the password is a new one. No message can tell its owner, who may not have chosen it.
pub(super) fn news(asked: Asked<AccountEvents>) -> View {
    live(move || {
        let now = browser::now();
        let found = asked
            .answer()
            .and_then(|answer| newest_password(&answer, now).cloned());
        let Some(event) = found else {
            return View::new();
        };
        let at = when(Some(&event.at), "");
        let from = match (&event.address, event.by) {
            (Some(address), _) => format!(" from {address}"),
            (None, By::Another) => " by an administrator".to_owned(),
            (None, _) => String::new(),
        };
        view! {
            div(class="notice calm", role="status", data-testid="password-news") {
                p {
                    "Your password was set " (at) (from)
                    ". If that was not you, set another one below, which ends all other sessions, and tell an administrator."
                }
            }
        }
    })
}

/// The newest password, where it is new.
fn newest_password(answer: &AccountEvents, now: i64) -> Option<&AccountEvent> {
    let event = answer
        .events
        .iter()
        .find(|event| event.action == "password_set")?;
    let at = format::parse_rfc3339(&event.at)?;
    (now - at < NEWS).then_some(event)
}

/// The section.
pub(super) fn events(asked: Asked<AccountEvents>) -> View {
    let is_all = create_signal(false);
    let list = asked.shown(move |answer| {
        if answer.events.is_empty() {
            return view! { p(class="dim") { "Nothing yet." } };
        }
        let events = answer.events.clone();
        live(move || {
            let most = if is_all.get() { usize::MAX } else { FEW };
            let hidden = events.len().saturating_sub(most);
            let rows: Vec<View> = events.iter().take(most).map(row).collect();
            let more = (hidden > 0).then(|| {
                view! {
                    div(class="slab-foot") {
                        button(r#type="button", class="button", id="all-events", on:click=handler(move |_| is_all.set(true))) { (format!("Show {hidden} more")) }
                    }
                }
            });
            view! {
                div(class="table-box", tabindex="0", role="region", aria-labelledby="events-title") {
                    table(class="rows stack") {
                        thead {
                            tr {
                                th(scope="col", class="w-when") { "When" }
                                th(scope="col") { "What" }
                                th(scope="col", class="w-word") { "By" }
                                th(scope="col", class="w-address") { "From" }
                                th(scope="col", class="w-third") { "More" }
                            }
                        }
                        tbody { (rows) }
                    }
                }
                (more)
            }
        })
    });
    view! {
        section(class="slab whole", aria-labelledby="events-title", data-testid="events") {
            div(class="slab-head") { h2(id="events-title", tabindex="-1") { "What happened to this account" } }
            p(class="hint-line lead") { "Logins, passwords, tokens and rights. What you do not know of, tell an administrator." }
            (list)
        }
    }
}

fn row(event: &AccountEvent) -> View {
    let at = when(Some(&event.at), "");
    let (tone, words) = said(event);
    let what = match tone {
        "" => text(words),
        _ => badge(tone, words),
    };
    let by = match event.by {
        By::Oneself => "you",
        By::Another => "an administrator",
        By::TenantAdmin => "an admin of the tenant",
        By::Nobody => "",
    };
    let by = text(by);
    let from = cut("mono", event.address.clone().unwrap_or_default());
    let more = cut("dim", more(event));
    view! {
        tr {
            td(data-label="When") { (at) }
            td(data-label="What") { (what) }
            td(data-label="By") { (by) }
            td(data-label="From") { (from) }
            td(data-label="More") { (more) }
        }
    }
}

/// What its owner wants to know beside it: names and roles, and no ids.
fn more(event: &AccountEvent) -> &str {
    let detail = event.detail.as_deref().unwrap_or_default();
    match event.action.as_str() {
        "login" | "logout" | "session_ended" => "",
        "token_created" | "token_revoked" => detail.split_once(' ').map_or("", |(_, rest)| rest),
        _ => detail,
    }
}

/// How much an event stands out, and what is said of it; what is not known here is said as the host calls it.
fn said(event: &AccountEvent) -> (&'static str, String) {
    let place = event.tenant.clone().unwrap_or_default();
    let (tone, words) = match event.action.as_str() {
        "login" => ("", "Logged in"),
        "login_failed" => ("bad", "Wrong password"),
        "login_locked" => ("bad", "Locked after wrong passwords"),
        "logins_refused" => ("bad", "Logins refused while locked"),
        "login_refused" => ("bad", "Login refused"),
        "password_set" => ("warn", "New password"),
        "password_change_failed" => ("bad", "Wrong current password"),
        "password_link_made" => ("warn", "Link for a new password made"),
        "session_ended" => ("", "Session ended"),
        "sessions_ended" => ("", "Sessions ended"),
        "token_created" => return ("warn", format!("Token made for {place}")),
        "token_revoked" => return ("", format!("Token for {place} revoked")),
        "grant" => return ("", format!("Let into {place}")),
        "revoke" => return ("", format!("Shut out of {place}")),
        "user_created" => ("", "Account made"),
        "user_changed" => ("", "Name or rights changed"),
        "user_disabled" => ("warn", "Account switched off"),
        "user_enabled" => ("", "Account switched on"),
        "user_linked" => ("", "Known to the identity provider"),
        "admin_granted" => ("warn", "Made an administrator"),
        "admin_revoked" => ("", "No administrator any more"),
        other => return ("", other.replace('_', " ")),
    };
    (tone, words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(action: &str, at: &str) -> AccountEvent {
        AccountEvent {
            at: at.to_owned(),
            action: action.to_owned(),
            by: By::Oneself,
            tenant: Some("alpha".to_owned()),
            address: None,
            detail: None,
        }
    }

    #[test]
    fn a_new_password_is_news_for_two_weeks() {
        let answer = AccountEvents {
            events: vec![
                event("login", "2026-01-03T00:00:00Z"),
                event("password_set", "2026-01-02T00:00:00Z"),
                event("password_set", "2026-01-01T00:00:00Z"),
            ],
        };
        let at = format::parse_rfc3339("2026-01-02T00:00:00Z").unwrap_or_default();
        let found = newest_password(&answer, at + NEWS - 1).map(|event| event.at.as_str());
        assert_eq!(found, Some("2026-01-02T00:00:00Z"));
        assert_eq!(newest_password(&answer, at + NEWS), None);
    }

    #[test]
    fn nobody_reads_ids() {
        let of = |action: &str, detail: &str| AccountEvent {
            detail: Some(detail.to_owned()),
            ..event(action, "")
        };
        assert_eq!(more(&of("login", "session 019a1b2c")), "");
        assert_eq!(
            more(&of("token_created", "019a1b2c deploy, read for 7 days")),
            "deploy, read for 7 days"
        );
        assert_eq!(more(&of("grant", "viewer, now editor")), "viewer, now editor");
    }

    #[test]
    fn events_are_said_in_words_also_those_that_are_not_known() {
        assert_eq!(said(&event("token_created", "")).1, "Token made for alpha");
        assert_eq!(
            said(&event("login_failed", "")),
            ("bad", "Wrong password".to_owned())
        );
        assert_eq!(said(&event("some_new_thing", "")).1, "some new thing");
    }
}
