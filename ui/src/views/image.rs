//! A picture that the tenant's plugin drew.

use porthole_model::View as Shown;
use sycamore::prelude::*;

use crate::panel::Loader;

/// The picture; only from this origin.
pub(crate) fn image(loader: Loader) -> View {
    view! {
        (match loader.answer.get_clone().as_deref().map(|answer| &answer.view) {
            Some(Shown::Image(image)) if image.url.starts_with('/') && !image.url.starts_with("//") => {
                let (url, alternative) = (image.url.clone(), image.alternative.clone());
                let (width, height) = (image.width.to_string(), image.height.to_string());
                view! { div(class="picture") { img(src=url, alt=alternative, width=width, height=height) } }
            }
            _ => View::new(),
        })
    }
}
