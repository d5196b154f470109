//! Publishing a component from the browser.

use crate::prelude::*;
use porthole_model::PluginPublished;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DragEvent, File, FileList, HtmlInputElement};

use super::{parts, polled::Polled};
use crate::{
    api::{self, Failure},
    browser, icon,
    live::live,
    receipt,
};

/// How the last upload ended.
#[derive(Clone)]
enum Outcome {
    None,
    Running,
    Done(PluginPublished),
    Failed(Failure),
    /// What was dropped is no component.
    Useless,
}

/// The component and its signature, as chosen.
#[derive(Clone, Default)]
struct Chosen {
    component: Option<File>,
    signature: Option<File>,
}

/// The area that takes a component, with what the host said of the last one.
pub(super) fn upload(tenant: String, list: Polled) -> View {
    let chosen = create_signal(Chosen::default());
    let outcome = create_signal(Outcome::None);
    let is_active = create_signal(true);
    let is_over = create_signal(false);

    let take = move |files: Option<FileList>| {
        let Some(files) = files else { return };
        let mut new = chosen.get_clone_untracked();
        for file in (0..files.length()).filter_map(|index| files.item(index)) {
            match file.name().rsplit('.').next() {
                Some("wasm") => {
                    new.component = Some(file);
                    outcome.set(Outcome::None);
                }
                Some("minisig") => new.signature = Some(file),
                _ => outcome.set(Outcome::Useless),
            }
        }
        chosen.set(new);
    };
    let pick = move |event: web_sys::Event| {
        if let Some(input) = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
        {
            take(input.files());
            // The same file, built anew, can be chosen again.
            input.set_value("");
        }
    };
    let over = move |event: DragEvent| {
        event.prevent_default();
        if !is_over.get_untracked() {
            is_over.set(true);
        }
    };
    let drop = move |event: DragEvent| {
        event.prevent_default();
        is_over.set(false);
        take(event.data_transfer().and_then(|data| data.files()));
    };
    let publish = move |_| {
        let Chosen { component, signature } = chosen.get_clone_untracked();
        let (Some(component), false) = (
            component,
            matches!(outcome.get_clone_untracked(), Outcome::Running),
        ) else {
            return;
        };
        let (tenant, path) = (
            tenant.clone(),
            format!("/plugins?activate={}", is_active.get_untracked()),
        );
        outcome.set(Outcome::Running);
        browser::spawn_scoped(async move {
            let signature = match signature {
                Some(file) => encoded(&file).await,
                None => None,
            };
            outcome.set(
                match api::publish(&path, &tenant, &component, signature.as_deref()).await {
                    Ok(published) => {
                        chosen.set(Chosen::default());
                        list.ask_again();
                        Outcome::Done(published)
                    }
                    Err(failure) => Outcome::Failed(failure),
                },
            );
        });
    };
    let files = live(move || {
        let Chosen { component, signature } = chosen.get_clone();
        let Some(component) = component else {
            return view! { p(class="dim") { "or drop it here, with its .minisig if it is signed" } };
        };
        let size = receipt::bytes(component.size() as u64);
        let name = component.name();
        let signature = match signature {
            Some(file) => format!("signed: {}", file.name()),
            None => "not signed".to_owned(),
        };
        let publish = publish.clone();
        let is_running = matches!(outcome.get_clone(), Outcome::Running);
        let face = if is_running { "Checking…" } else { "Publish" };
        view! {
            p(data-testid="chosen") { b { (name) } span(class="dim") { " · " (size) " · " (signature) } }
            label(class="check") { input(r#type="checkbox", bind:checked=is_active) "Answer with this version at once" }
            button(r#type="button", class="button primary", disabled=is_running, data-testid="publish", on:click=handler(publish)) { (face) }
        }
    });
    let answer = live(move || match outcome.get_clone() {
        Outcome::None | Outcome::Running => View::new(),
        Outcome::Done(published) => done(&published),
        Outcome::Failed(failure) => parts::trouble(&failure),
        Outcome::Useless => view! {
            div(class="notice", role="alert") { p { "A component is one .wasm file; a signature is a .minisig file. Nothing else is taken." } }
        },
    });
    view! {
        section(class=if is_over.get() { "drop over" } else { "drop" }, aria-label="Publish a plugin", data-testid="upload",
            on:dragover=handler(over), on:dragleave=handler(move |_: DragEvent| is_over.set(false)), on:drop=handler(drop)) {
            label(class="button pick-file") {
                (icon::UPLOAD)
                "Choose a component"
                input(r#type="file", class="sr-only", multiple=true, accept=".wasm,.minisig", on:change=handler(pick))
            }
            (files)
        }
        div(role="status") { (answer) }
    }
}

fn done(published: &PluginPublished) -> View {
    let name = format!("{} {}", published.name, published.version);
    let state = if published.active {
        "It answers from now on."
    } else {
        "It is kept; activate it on its page when you want it to answer."
    };
    let mut facts = vec![("SHA-256", parts::hash(&published.sha256))];
    facts.extend(
        published
            .endpoint
            .clone()
            .map(|endpoint| ("Endpoint", parts::text(endpoint))),
    );
    facts.extend(
        published
            .signed_by
            .clone()
            .map(|key| ("Signed by", parts::text(key))),
    );
    let facts = parts::facts(facts);
    view! { div(class="notice well", data-testid="published") { b { (name) " is published" } p { (state) } (facts) } }
}

/// A signature's text in base64, as a header takes it; none where it cannot be read.
async fn encoded(file: &File) -> Option<String> {
    let text = JsFuture::from(file.text()).await.ok()?.as_string()?;
    web_sys::window()?.btoa(&text).ok()
}
