//! The page of one's own account.

use std::rc::Rc;

use crate::prelude::*;
use porthole_model::{Account, AccountEvents, ApiTokens, AuthMethods, OpenSessions};

use super::{
    events::{events, news},
    new_token::{MadeToken, made_dialog, new_dialog},
    password::password,
    tenants::tenants,
};
use crate::{
    frame,
    live::live,
    pages::{
        desk::{Asked, Confirm, Dialog, Question, Whose, badge, facts, sessions, tokens, when},
        name_tab,
    },
};

/// The page.
pub(crate) fn account() -> View {
    name_tab("Account");
    let bar = frame::titled_bar("Account");
    let asked = Asked::<Account>::start(|| "/account".to_owned());
    let methods = Asked::<AuthMethods>::start(|| "/auth/methods".to_owned());
    let sessions_of = Asked::<OpenSessions>::start(|| "/account/sessions".to_owned());
    let tokens_of = Asked::<ApiTokens>::start(|| Whose::Own.path());
    let events_of = Asked::<AccountEvents>::start(|| "/account/events".to_owned());
    let (told, events) = (news(events_of), events(events_of));
    let confirm = Confirm::new();
    let (new, made) = (Dialog::<()>::new(), Dialog::<MadeToken>::new());
    let (who, tenants) = (asked.shown(head), tenants(asked));
    // Whoever comes from the provider has no password here to change.
    let has_password = create_selector(move || {
        let is_local = methods.answer().is_some_and(|methods| methods.local);
        is_local && asked.answer().is_some_and(|account| account.has_password)
    });
    let password = live(move || match has_password.get() {
        true => {
            let email = asked
                .answer()
                .map(|account| account.email.clone())
                .unwrap_or_default();
            password(email, tokens_of, move || {
                sessions_of.again();
                tokens_of.again();
                events_of.again();
            })
        }
        false => View::new(),
    });
    let sessions = sessions(
        sessions_of,
        "/account/sessions",
        Question {
            title: "End all other sessions?".to_owned(),
            text: "Every other browser you are logged in with has to log in again.".to_owned(),
            act: "End all others",
            is_grave: true,
            request: ("DELETE", "/account/sessions".to_owned()),
            done: Rc::new(|| {}),
        },
        confirm,
    );
    let token_list = tokens(tokens_of, Whose::Own, confirm);
    let may_make = create_selector(move || asked.answer().is_some_and(|account| !account.tenants.is_empty()));
    let new_button = live(move || match may_make.get() {
        true => {
            view! { button(r#type="button", id="new-token", class="button", on:click=handler(move |_| new.open(()))) { "New token" } }
        }
        false => View::new(),
    });
    let (news, mades) = (
        new_dialog(new, asked, Whose::Own, move |token| {
            tokens_of.again();
            made.open(token);
        }),
        made_dialog(made),
    );
    let questions = confirm.view();
    view! {
        (bar)
        main {
            div(class="desk narrow") {
                (who)
                (told)
                div(class="slabs") {
                    (tenants)
                    (password)
                    (sessions)
                    section(class="slab whole", aria-labelledby="tokens-title", data-testid="tokens") {
                        div(class="slab-head") {
                            h2(id="tokens-title", tabindex="-1") { "API tokens" }
                            span(class="grow")
                            (new_button)
                        }
                        p(class="hint-line lead") { "A token stands for you in one tenant, for a program: it may there what its scope says, and never more than you may." }
                        (token_list)
                    }
                    (events)
                }
            }
        }
        (news)
        (mades)
        (questions)
    }
}

fn head(account: &Account) -> View {
    let title = account.full_name.clone().unwrap_or_else(|| account.email.clone());
    let second = account
        .full_name
        .is_some()
        .then(|| account.email.clone())
        .map(|email| view! { span(class="dim title") { (email) } });
    let admin = account
        .is_admin
        .then(|| badge("busy", "administrator of the host"));
    let mut known = vec![
        ("Last login", when(account.last_login_at.as_deref(), "never")),
        ("Account made", when(Some(&account.created_at), "")),
    ];
    if account.has_password && account.password_set_at.is_some() {
        known.push(("Password set", when(account.password_set_at.as_deref(), "")));
    }
    let known = facts(known);
    view! {
        div(class="plugin-head") { h1(tabindex="-1") { (title) } (second) (admin) }
        (known)
    }
}
