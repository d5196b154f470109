//! A picture that the tenant's plugin drew.

use crate::prelude::*;
use porthole_model::{Image, View as Shown};
use wasm_bindgen::{JsCast, closure::Closure, prelude::wasm_bindgen};

use crate::{live::live, panel::Loader, surface};

#[wasm_bindgen(raw_module = "./picture.js")]
extern "C" {
    /// Loads a picture into an element in place of the one before, once it is there.
    #[wasm_bindgen(js_name = showPicture)]
    fn show_picture(
        into: &web_sys::Element,
        url: &str,
        alternative: &str,
        width: u32,
        height: u32,
        done: &wasm_bindgen::JsValue,
    );
}

/// How the newest picture is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Loading {
    First,
    Shown,
    /// None has been shown.
    Failed,
    /// One from before is still shown.
    Outdated,
}

/// The picture; only from the host's own address. The one before stays until the new one is there.
pub(crate) fn image(loader: Loader) -> View {
    let loading = create_signal(Loading::First);
    let wanted = create_selector(move || {
        loader.answer.with(|answer| match answer.as_deref() {
            // The instant: the same address may give another picture after a refresh.
            Some(answer) => match &answer.view {
                Shown::Image(image) => {
                    Some((image.clone(), answer.title.clone(), answer.generated_at.clone()))
                }
                _ => None,
            },
            None => None,
        })
    });
    let slot = create_node_ref();
    let done = Closure::<dyn FnMut(bool)>::new(move |is_there: bool| {
        loading.set(match (is_there, loading.get_untracked()) {
            (true, _) => Loading::Shown,
            (false, Loading::Shown | Loading::Outdated) => Loading::Outdated,
            (false, _) => Loading::Failed,
        });
    });
    on_mount(move || {
        create_effect(move || {
            let element = slot
                .try_get()
                .and_then(|node| node.dyn_into::<web_sys::Element>().ok());
            let (Some(element), Some((image, title, _))) = (element, wanted.get_clone()) else {
                return;
            };
            let Image {
                url, width, height, ..
            } = image;
            if !surface::is_picture_address(&url) {
                loading.set(Loading::Failed);
                return;
            }
            let alternative = if image.alternative.is_empty() {
                title
            } else {
                image.alternative
            };
            show_picture(&element, &url, &alternative, width, height, done.as_ref());
        });
    });
    let state = live(move || match loading.get() {
        Loading::First => view! { div(class="skeleton over", aria-busy="true") { i(class="grow") } },
        Loading::Shown => View::new(),
        Loading::Failed => view! {
            div(class="state centred", role="alert", data-testid="panel-error") {
                b { "The picture cannot be loaded" }
                p { "The host named a picture and did not give it, or the browser cannot read it." }
                div(class="acts") {
                    button(r#type="button", class="button", on:click=handler(move |_| loader.ask_again())) { "Try again" }
                }
            }
        },
        Loading::Outdated => view! {
            p(class="over-note", role="status") { "The newest picture could not be loaded; this is the one before." }
        },
    });
    view! {
        (state)
        div(class=if loading.get() == Loading::Failed { "picture gone" } else { "picture" }, r#ref=slot, data-testid="picture")
    }
}
