//! Logging in.

use crate::prelude::*;
use porthole_model::{AuthMethods, code};

use super::{name_tab, reveal};
use crate::{
    api::{self, Failure},
    browser, icon,
    live::{live, live_text},
    query::Query,
    stores::{Location, Session},
};

/// The form, and the button of the OpenID provider where there is one.
pub(crate) fn login() -> View {
    name_tab("Log in");
    let session = use_context::<Session>();
    let location = use_context::<Location>();
    let email = create_signal(String::new());
    let password = create_signal(String::new());
    let is_busy = create_signal(false);
    // What the identity provider's login came to, until the reader tries again.
    let trouble = create_signal(location.parameter("fault").map(|fault| said(&fault).to_owned()));
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
        let is_shown = create_signal(false);
        let reveal = reveal(is_shown);
        let act = live_text(move || if is_busy.get() { "Logging in…" } else { "Log in" }.to_owned());
        view! {
            form(on:submit=handler(submit), r#ref=form_node) {
                div {
                    label(class="label", r#for="email") { "Email" }
                    div(class="field") {
                        input(id="email", name="email", r#type="email", autocomplete="username", required=true, bind:value=email)
                    }
                }
                div {
                    label(class="label", r#for="password") { "Password" }
                    div(class="field") {
                        input(id="password", name="password", r#type=if is_shown.get() { "text" } else { "password" }, autocomplete="current-password", required=true, bind:value=password)
                        (reveal)
                    }
                }
                button(r#type="submit", class="button primary", disabled=is_busy.get()) {
                    (act)
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
    let next = location.parameter("next");
    let provider = live(move || match methods.with(|methods| methods.oidc.clone()) {
        Some(name) => {
            // Beside the form it is the other way.
            let class = match methods.with(|methods| methods.local) {
                true => "button",
                false => "button primary",
            };
            let (address, name) = (provider_address(next.clone()), format!("Continue with {name}"));
            view! {
                a(class=class, href=address, rel="external") { (name) }
            }
        }
        None => View::new(),
    });
    let fault = live(move || match trouble.get_clone() {
        Some(text) => view! { div(class="notice") { (text) } },
        None => View::new(),
    });
    view! {
        main(class="page-centre") {
            div(class="card") {
                div(class="brand") { (icon::MARK) h1 { "Porthole" } }
                div(role="alert") { (fault) }
                (local)
                (provider)
            }
        }
    }
}

/// Where the provider's login begins, and where it leads.
fn provider_address(next: Option<String>) -> String {
    let mut query = Query::default();
    if let Some(next) = next {
        query.push("back_to", next);
    }
    format!("/api/v1/auth/login{}", query.to_text())
}

/// What the host says of a login with the identity provider that led to nothing.
fn said(fault: &str) -> &'static str {
    match fault {
        "provider_down" => "The identity provider does not answer. Try again in a moment.",
        "denied" => "The identity provider did not let you in.",
        "over" => "That login took too long, or began in another window. Log in once more.",
        "no_account" => "You have no account here. Ask an administrator for one.",
        "disabled" => "Your account is switched off. Ask an administrator.",
        "email_taken" => "Another account here has your email address. Ask an administrator.",
        "no_email" => "The identity provider does not say your email address, which an account needs.",
        "email_not_verified" => "The identity provider has not verified your email address. Verify it there.",
        "no_tenant" => "You have no tenant here yet. Ask an administrator to let you into one.",
        "too_many" => "Too many logins from here. Try again in a quarter of an hour.",
        _ => "Logging in did not work. The host's log says why.",
    }
}

fn sentence(failure: &Failure) -> String {
    match failure.problem() {
        Some(problem) if problem.code == code::WRONG_CREDENTIALS => "Email or password is wrong.".to_owned(),
        Some(problem) => problem.detail.clone(),
        None => format!("{}. {}", failure.title(), failure.detail()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_goes_along_to_the_provider() {
        assert_eq!(provider_address(None), "/api/v1/auth/login");
        assert_eq!(
            provider_address(Some("/t/a/d/b?from=now-1h&to=now".to_owned())),
            "/api/v1/auth/login?back_to=/t/a/d/b%3Ffrom%3Dnow-1h%26to%3Dnow"
        );
    }
}
