//! One account: who it is, where it was let in, from where it is logged in, its tokens.

use std::rc::Rc;

use crate::prelude::*;
use porthole_model::{Account, ApiTokens, OpenSessions, PasswordLink};

use super::{
    change::change_dialog,
    grants::grants,
    link::link_dialog,
    list::{is_local, marks},
};
use crate::{
    api,
    live::live,
    pages::{
        account::{MadeToken, made_dialog, new_dialog},
        desk::{
            Asked, Confirm, Deed, Dialog, Question, Section, Whose, facts, host_page, sessions, text, tokens,
            when,
        },
        name_tab, notice,
    },
    query::segment,
    stores::{Location, Session},
};

/// The page.
pub(crate) fn user(id: String) -> View {
    host_page(Section::Users, move || body(&id))
}

fn body(id: &str) -> View {
    let path = format!("/admin/users/{}", segment(id));
    let asked = Asked::<Account>::start({
        let path = path.clone();
        move || path.clone()
    });
    let is_missing = create_selector(move || asked.is_missing());
    let id = id.to_owned();
    let content = live(move || match is_missing.get() {
        true => {
            name_tab("Not found");
            notice(
                "There is no such account",
                "It may have been removed. What it did stays in the audit log.",
                None,
            )
        }
        false => content(&id, &path, asked),
    });
    view! {
        p(class="way-up") { a(class="link", href="/admin/users") { "‹ All users" } }
        (content)
    }
}

fn content(id: &str, path: &str, asked: Asked<Account>) -> View {
    let sessions_of = Asked::<OpenSessions>::start({
        let path = format!("{path}/sessions");
        move || path.clone()
    });
    let whose = Whose::Account(id.to_owned());
    let tokens_of = Asked::<ApiTokens>::start({
        let whose = whose.clone();
        move || whose.path()
    });
    let confirm = Confirm::new();
    let is_local = is_local();
    let (change, link) = (Dialog::<Account>::new(), Dialog::<PasswordLink>::new());
    let about = asked.shown(move |account| {
        name_tab(&account.email);
        let dialogs = (change, link);
        let head = head(account, asked, sessions_of, dialogs, is_local, confirm);
        let grants = grants(account, asked, confirm);
        view! { (head) div(class="slabs") { (grants) } }
    });
    let sessions = sessions(
        sessions_of,
        "/admin/sessions",
        Question {
            title: "End all sessions of this account?".to_owned(),
            text: "Whoever uses one has to log in again. Your own session stays.".to_owned(),
            act: "End all",
            is_grave: true,
            request: ("DELETE", format!("{path}/sessions")),
            done: Rc::new(|| {}),
        },
        confirm,
    );
    let (new, made) = (Dialog::<()>::new(), Dialog::<MadeToken>::new());
    let (news, mades) = (
        new_dialog(new, asked, whose.clone(), move |token| {
            tokens_of.again();
            made.open(token);
        }),
        made_dialog(made),
    );
    let may_make = create_selector(move || {
        asked
            .answer()
            .is_some_and(|account| !account.tenants.is_empty() && !account.disabled)
    });
    let new_button = live(move || match may_make.get() {
        true => {
            view! { button(r#type="button", id="new-token", class="button", on:click=handler(move |_| new.open(()))) { "New token" } }
        }
        false => View::new(),
    });
    let tokens = tokens(tokens_of, whose, confirm);
    let (changes, links) = (change_dialog(change, move || asked.again()), link_dialog(link));
    let questions = confirm.view();
    view! {
        (about)
        div(class="slabs") {
            (sessions)
            section(class="slab whole", aria-labelledby="tokens-title", data-testid="tokens") {
                div(class="slab-head") {
                    h2(id="tokens-title", tabindex="-1") { "API tokens" }
                    span(class="grow")
                    (new_button)
                }
                (tokens)
            }
        }
        (changes)
        (links)
        (news)
        (mades)
        (questions)
    }
}

fn head(
    account: &Account,
    asked: Asked<Account>,
    sessions: Asked<OpenSessions>,
    (change, link): (Dialog<Account>, Dialog<PasswordLink>),
    is_local: ReadSignal<bool>,
    confirm: Confirm,
) -> View {
    let is_own = use_context::<Session>()
        .me()
        .is_some_and(|me| me.id == account.id);
    let email = account.email.clone();
    let name = account.full_name.clone();
    let title = name.clone().unwrap_or_else(|| email.clone());
    let second = name.map(|_| {
        let email = email.clone();
        view! { span(class="dim title") { (email) } }
    });
    let marks = marks(account);
    let path = format!("/admin/users/{}", segment(&account.id));
    let edit = {
        let account = account.clone();
        move |_| change.open(account.clone())
    };
    let deed = Deed::new();
    let make_link = {
        let path = format!("{path}/link");
        move |_| {
            let path = path.clone();
            deed.run(
                async move { api::ask::<PasswordLink>("POST", &path).await },
                move |made| link.open(made),
                |_| false,
            );
        }
    };
    let new_link = live(move || match is_local.get() {
        true => {
            let make_link = make_link.clone();
            view! { button(r#type="button", class="button", id="new-link", disabled=deed.is_busy(), on:click=handler(make_link)) { "New password link" } }
        }
        false => View::new(),
    });
    let trouble = deed.trouble();
    let switch = switch(account, &path, confirm, move || {
        asked.again();
        sessions.again();
    });
    let location = use_context::<Location>();
    let remove = confirm.button(
        "delete-account".to_owned(),
        format!("Delete {email}"),
        Question {
            title: format!("Delete {email} for good?"),
            text: "With its sessions, its tokens and what it was granted. The audit log keeps what it says of it. To keep the account for later, switch it off instead.".to_owned(),
            act: "Delete",
            is_grave: true,
            request: ("DELETE", path),
            done: Rc::new(move || location.go("/admin/users")),
        },
    );
    // Nobody shuts themselves out.
    let (switch, remove) = match is_own {
        true => (View::new(), View::new()),
        false => (switch, remove),
    };
    let known = facts(vec![
        ("Last login", when(account.last_login_at.as_deref(), "never")),
        ("Made", when(Some(&account.created_at), "")),
        (
            "Password set",
            match (account.has_password, account.is_from_provider) {
                (true, _) => when(account.password_set_at.as_deref(), "at an unknown time"),
                (false, true) => text("at the identity provider"),
                (false, false) => text("not yet"),
            },
        ),
    ]);
    let off = account.disabled.then(|| {
        view! { div(class="notice warn") { b { "This account is off" } p { "Nobody can log in with it and its tokens are worth nothing. It keeps what it was granted." } } }
    });
    view! {
        div(class="plugin-head") {
            h1(tabindex="-1") { (title) }
            (second)
            (marks)
            span(class="grow")
            div(class="acts") {
                button(r#type="button", class="button", id="edit-account", on:click=handler(edit)) { "Edit" }
                (new_link)
                (switch)
                (remove)
            }
        }
        (trouble)
        (off)
        (known)
    }
}

/// Off, or on again.
fn switch(account: &Account, path: &str, confirm: Confirm, done: impl Fn() + 'static) -> View {
    let email = &account.email;
    let question = match account.disabled {
        false => Question {
            title: format!("Switch {email} off?"),
            text: "Its sessions end and its tokens are worth nothing, at once. It keeps what it was granted, and can be switched on again.".to_owned(),
            act: "Switch off",
            is_grave: true,
            request: ("POST", format!("{path}/disable")),
            done: Rc::new(done),
        },
        true => Question {
            title: format!("Switch {email} on again?"),
            text: "Its owner can log in again, and its tokens are good again.".to_owned(),
            act: "Switch on",
            is_grave: false,
            request: ("POST", format!("{path}/enable")),
            done: Rc::new(done),
        },
    };
    confirm.button(
        "switch-account".to_owned(),
        format!("{} {email}", question.act),
        question,
    )
}
