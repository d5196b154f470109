//! Where a one-time link leads: its owner chooses a password.
//!
//! The link's secret stands behind the `#`, which browsers send to nobody. It is taken out of the address at once and is
//! only ever written into the body of the one request that uses it.

use crate::prelude::*;
use porthole_model::{LinkUse, code};
use wasm_bindgen::{JsCast, prelude::wasm_bindgen};

use super::{
    account::check,
    desk::{Deed, Field, focus_wrong, strength},
    name_tab,
};
use crate::{
    api, browser, icon,
    live::live,
    stores::{Location, Session, Who},
};

#[wasm_bindgen(raw_module = "./desk.js")]
extern "C" {
    #[wasm_bindgen(js_name = takeFragment)]
    fn take_fragment() -> String;
}

/// How far the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The address had no secret.
    NoLink,
    /// To be filled in.
    Form,
    /// The link opens nothing, or nothing any more.
    Used,
    /// The password is set.
    Done,
}

/// The page.
pub(crate) fn password() -> View {
    name_tab("Choose a password");
    let found = take_fragment();
    let stage = create_signal(match found.is_empty() {
        true => Stage::NoLink,
        false => Stage::Form,
    });
    let link = create_signal(found);
    // Another link, pasted over this page.
    browser::on_window("hashchange", move |_: web_sys::Event| {
        let found = take_fragment();
        if !found.is_empty() {
            link.set(found);
            stage.set(Stage::Form);
        }
    });
    let content = live(move || match stage.get() {
        Stage::Form => form(link, stage),
        Stage::NoLink => view! {
            h1 { "This link is not whole" }
            p(class="dim") { "Open the link you were given once more, with everything behind the # sign. After a reload it has to be opened anew." }
        },
        Stage::Used => view! {
            h1 { "This link opens nothing any more" }
            p(class="dim") { "It opens once, within a day, and not after a newer one was made. Ask an administrator for another." }
            a(class="button", href="/") { "To the start page" }
        },
        Stage::Done => done(),
    });
    view! {
        main(class="page-centre") {
            div(class="card", data-testid="choose-password") {
                div(class="brand") { (icon::MARK) span { "Porthole" } }
                (content)
            }
        }
    }
}

fn form(link: Signal<String>, stage: Signal<Stage>) -> View {
    let new = Field {
        kind: "password",
        autocomplete: "new-password",
        hint: "At least 12 characters; a sentence is good.",
        ..Field::new("new-password", "New password")
    };
    let again = Field {
        kind: "password",
        autocomplete: "new-password",
        ..Field::new("new-password-again", "New password, again")
    };
    let revokes = create_signal(false);
    let deed = Deed::new();
    let node = create_node_ref();
    on_mount(move || {
        if let Some(node) = node
            .try_get()
            .and_then(|node| node.dyn_into::<web_sys::Node>().ok())
        {
            browser::focus_first(&node, "input");
        }
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if !check(new, again, "") {
            focus_wrong(node);
            return;
        }
        let wish = LinkUse {
            link: link.get_clone_untracked(),
            password: new.value.get_clone_untracked(),
            revoke_tokens: revokes.get_untracked(),
        };
        deed.run(
            async move { api::change("POST", "/auth/link", &wish).await },
            move |()| {
                link.set(String::new());
                stage.set(Stage::Done);
            },
            move |failure| {
                if failure.is(code::NOT_FOUND) {
                    link.set(String::new());
                    stage.set(Stage::Used);
                    return true;
                }
                match failure.problem() {
                    Some(problem) if problem.code == code::INVALID_BODY => {
                        new.wrong(problem.detail.clone());
                        focus_wrong(node);
                        true
                    }
                    _ => false,
                }
            },
        );
    };
    let meter = strength(new, String::new);
    let (new_view, again_view, trouble) = (new.view(), again.view(), deed.trouble());
    view! {
        h1 { "Choose a password" }
        form(novalidate=true, on:submit=handler(submit), r#ref=node) {
            div { (new_view) (meter) }
            (again_view)
            label(class="check") { input(r#type="checkbox", bind:checked=revokes) "Also revoke my API tokens: if somebody else may have had the password" }
            (trouble)
            button(r#type="submit", class="button primary", disabled=deed.is_busy()) {
                (if deed.is_busy() { "Setting it…" } else { "Set password" })
            }
        }
    }
}

/// On to the login; whoever else is logged in here is logged out first.
fn done() -> View {
    let session = use_context::<Session>();
    let location = use_context::<Location>();
    let node = create_node_ref();
    on_mount(move || {
        if let Some(node) = node
            .try_get()
            .and_then(|node| node.dyn_into::<web_sys::HtmlElement>().ok())
        {
            let _ = node.focus();
        }
    });
    let other = match session.who() {
        Who::Known(me) => Some(me.email.clone()),
        _ => None,
    };
    let is_other = other.is_some();
    let note = other.map(|email| {
        view! { p(class="dim") { "In this browser " (email) " is still logged in, and is logged out first." } }
    });
    let go = move |_| match is_other {
        true => session.log_out(),
        false => location.go("/login"),
    };
    view! {
        h1(tabindex="-1", r#ref=node) { "Your password is set" }
        p(class="dim") { "Log in with it and your email address." }
        (note)
        button(r#type="button", class="button primary", on:click=handler(go)) { "Log in" }
    }
}
