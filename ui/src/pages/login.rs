//! Logging in.

use porthole_model::{AuthMethods, code};
use sycamore::prelude::*;

use super::name_tab;
use crate::{
    api::{self, Failure},
    browser, icon,
    live::live,
    stores::Session,
};

/// The form, and the button of the OpenID provider where there is one.
pub(crate) fn login() -> View {
    name_tab("Log in");
    let session = use_context::<Session>();
    let email = create_signal(String::new());
    let password = create_signal(String::new());
    let is_busy = create_signal(false);
    let trouble = create_signal(None::<String>);
    let methods = create_signal(AuthMethods {
        local: true,
        oidc: None,
    });
    browser::spawn_scoped(async move {
        // Without an answer the form is offered; logging in will say what is wrong.
        if let Ok(found) = api::get::<AuthMethods>("/auth/methods", None, None).await
            && found != methods.get_clone_untracked()
        {
            methods.set(found);
        }
    });
    let form_node = create_node_ref();
    on_mount(move || {
        if let Some(node) = form_node.try_get() {
            browser::focus_first(&node, "input");
        }
    });

    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        trouble.set(None);
        browser::spawn_scoped(async move {
            let answer = session
                .log_in(
                    email.get_clone_untracked().trim().to_owned(),
                    password.get_clone_untracked(),
                )
                .await;
            if let Err(failure) = answer {
                trouble.set(Some(sentence(&failure)));
                is_busy.set(false);
                password.set(String::new());
                browser::sleep(0).await;
                if let Some(node) = form_node.try_get() {
                    browser::focus_first(&node, "#password");
                }
            }
        });
    };

    let local = move || {
        let fault = live(move || match trouble.get_clone() {
            Some(text) => view! { div(class="notice") { (text) } },
            None => View::new(),
        });
        view! {
            form(on:submit=submit, r#ref=form_node) {
                div {
                    label(class="label", r#for="email") { "Email" }
                    div(class="field") {
                        input(id="email", name="email", r#type="email", autocomplete="username", required=true, bind:value=email)
                    }
                }
                div {
                    label(class="label", r#for="password") { "Password" }
                    div(class="field") {
                        input(id="password", name="password", r#type="password", autocomplete="current-password", required=true, bind:value=password)
                    }
                }
                div(role="alert") {
                    (fault)
                }
                button(r#type="submit", class="button primary", disabled=is_busy.get()) {
                    (if is_busy.get() { "Logging in…" } else { "Log in" })
                }
            }
        }
    };
    let local = live(move || {
        if methods.with(|methods| methods.local) {
            local()
        } else {
            View::new()
        }
    });
    let provider = live(move || match methods.with(|methods| methods.oidc.clone()) {
        Some(name) => view! {
            a(class="button primary", href="/api/v1/auth/login", rel="external") { (format!("Continue with {name}")) }
        },
        None => View::new(),
    });
    view! {
        main(class="page-centre") {
            div(class="card") {
                div(class="brand") { (icon::mark()) h1 { "Porthole" } }
                (local)
                (provider)
            }
        }
    }
}

fn sentence(failure: &Failure) -> String {
    match failure.problem() {
        Some(problem) if problem.code == code::WRONG_CREDENTIALS => "Email or password is wrong.".to_owned(),
        Some(problem) => problem.detail.clone(),
        None => format!("{}. {}", failure.title(), failure.detail()),
    }
}
