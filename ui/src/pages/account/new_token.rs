//! A token for a program: made here, and shown once.

use crate::prelude::*;
use porthole_model::{Account, NewToken, Role, TenantSummary, TokenMade, TokenScope, code};

use crate::{
    api,
    live::live,
    pages::desk::{Asked, Deed, Dialog, Field, Whose, choice, focus_wrong, secret, when},
};

/// Days that are offered.
const DAYS: [(&str, &str); 5] = [
    ("7", "7 days"),
    ("30", "30 days"),
    ("90", "90 days"),
    ("180", "180 days"),
    ("366", "a year"),
];
const USUAL_DAYS: &str = "90";

/// A token that was just made; its secret is shown, and then forgotten.
#[derive(Clone)]
pub(in crate::pages) struct MadeToken(TokenMade);

/// The dialog that makes one for an account; somebody else's is named, for what is done with the token is done in its name.
pub(in crate::pages) fn new_dialog(
    dialog: Dialog<()>,
    account: Asked<Account>,
    whose: Whose,
    made: impl Fn(MadeToken) + Clone + 'static,
) -> View {
    let path = whose.path();
    let other = move || {
        let account = account.answer().filter(|_| whose != Whose::Own);
        account.map(|account| account.email.clone())
    };
    let title = {
        let other = other.clone();
        move |_: &()| match other() {
            Some(email) => format!("New API token for {email}"),
            None => "New API token".to_owned(),
        }
    };
    dialog.view(title, move |()| {
        let tenants = account
            .answer()
            .map_or_else(Vec::new, |account| account.tenants.clone());
        let is_admin = account.answer().is_some_and(|account| account.is_admin);
        let said = other().map(|email| {
            let text = format!("It is a token of {email}, not yours: whoever has it stands for them.");
            view! { p(class="notice warn", data-testid="whose-token") { (text) } }
        });
        let form = form(dialog, path.clone(), tenants, is_admin, made.clone());
        view! { (said) (form) }
    })
}

fn form(
    dialog: Dialog<()>,
    path: String,
    tenants: Vec<TenantSummary>,
    is_admin: bool,
    made: impl Fn(MadeToken) + Clone + 'static,
) -> View {
    let name = Field {
        hint: "What it is for, so that you know which one to revoke.",
        ..Field::new("token-name", "Name")
    };
    let first = tenants.first().map(|tenant| tenant.id.clone());
    let tenant = create_signal(first.unwrap_or_default());
    let scope = create_signal(TokenScope::Read.name().to_owned());
    let days = create_signal(USUAL_DAYS.to_owned());
    let deed = Deed::new();
    let node = create_node_ref();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if name.text().is_empty() {
            name.wrong("A token needs a name.");
            focus_wrong(node);
            return;
        }
        let new = NewToken {
            name: name.text(),
            tenant: tenant.get_clone_untracked(),
            scope: match scope.with_untracked(|scope| scope == TokenScope::Publish.name()) {
                true => TokenScope::Publish,
                false => TokenScope::Read,
            },
            days: days.with_untracked(|days| days.parse().unwrap_or(1)),
        };
        let (made, path) = (made.clone(), path.clone());
        deed.run(
            async move { api::post::<TokenMade>(&path, &new).await },
            move |token| {
                dialog.close();
                made(MadeToken(token));
            },
            move |failure| match failure.problem() {
                Some(problem) if problem.code == code::INVALID_BODY => {
                    name.wrong(problem.detail.clone());
                    focus_wrong(node);
                    true
                }
                _ => false,
            },
        );
    };
    let names = tenants
        .iter()
        .map(|tenant| (tenant.id.clone(), tenant.name.clone()))
        .collect();
    let which = choice(
        "token-tenant".to_owned(),
        "Tenant".to_owned(),
        true,
        names,
        tenant,
    );
    // Only what the account may do there can be handed on.
    let what = live(move || {
        let role = tenant.with(|id| tenants.iter().find(|one| one.id == *id).map(|one| one.role));
        let may_publish = is_admin || role.is_some_and(|role| role >= Role::Editor);
        let mut scopes = vec![(
            TokenScope::Read.name().to_owned(),
            "Read: see dashboards and their data".to_owned(),
        )];
        if may_publish {
            scopes.push((
                TokenScope::Publish.name().to_owned(),
                "Publish: also publish plugins".to_owned(),
            ));
        } else {
            scope.set(TokenScope::Read.name().to_owned());
        }
        choice("token-scope".to_owned(), "May".to_owned(), true, scopes, scope)
    });
    let length = choice(
        "token-days".to_owned(),
        "Ends after".to_owned(),
        true,
        DAYS.into_iter()
            .map(|(value, name)| (value.to_owned(), name.to_owned()))
            .collect(),
        days,
    );
    let (name_view, trouble) = (name.view(), deed.trouble());
    view! {
        form(novalidate=true, on:submit=handler(submit), r#ref=node) {
            (name_view)
            (which)
            (what)
            (length)
            (trouble)
            div(class="form-acts") {
                button(r#type="button", class="button", on:click=handler(move |_| dialog.close())) { "Cancel" }
                button(r#type="submit", class="button primary", disabled=deed.is_busy()) { "Create" }
            }
        }
    }
}

/// The dialog that shows the secret.
pub(in crate::pages) fn made_dialog(dialog: Dialog<MadeToken>) -> View {
    dialog.view(
        |MadeToken(made)| format!("Token “{}”", made.token.name),
        move |MadeToken(made)| {
            let ends = when(Some(&made.token.expires_at), "");
            let stands = format!("It stands for {} in {}.", made.token.email, made.token.tenant);
            let origin = web_sys::window()
                .and_then(|window| window.location().origin().ok())
                .unwrap_or_default();
            let example =
                format!("curl -H \"Authorization: Bearer $TOKEN\" \\\n     {origin}/api/v1/dashboards");
            let secret = secret("Token", made.secret.clone());
            view! {
                p(class="dim") { "Copy it now: it is not shown again. " (stands) " It ends " (ends) "; only a hash of it is kept." }
                (secret)
                pre(class="example mono", tabindex="0", aria-label="An example of its use") { (example) }
                div(class="form-acts") {
                    button(r#type="button", class="button", on:click=handler(move |_| dialog.close())) { "Done" }
                }
            }
        },
    )
}
