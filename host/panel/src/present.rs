//! From a guest's view to one that can be shown. Numbers, texts and colours are looked at in place; pictures, markup
//! and documents are work, and are worked up away from the threads that serve everybody, while the tenant's place in
//! the sandbox is still taken: a tenant whose pictures are dear waits for itself.

use std::sync::Arc;

use bytes::Bytes;
use porthole_config::Diagnostic;
use porthole_model as model;
use porthole_presentation::{
    DocumentError, DocumentLimits, MarkupLimits, Picture, PictureLimits, document, markup, picture,
};
use porthole_sandbox::Place;
use porthole_sandbox::bindings as guest;

use crate::check::{self, Cuts, Refusal};
use crate::place;
use crate::prepare::ReadyPanel;

/// A view that can be shown, and what belongs to it without standing in it.
#[derive(Debug)]
pub struct Shown {
    /// The view; an image has no address yet.
    pub view: model::View,
    /// The pixels of an image.
    pub picture: Option<Arc<Picture>>,
    /// The guest's own words, where a template made markup of them. JSON.
    pub document: Option<Bytes>,
    /// What the guest showed and the view does not.
    pub cuts: Cuts,
}

/// Why there is nothing to show.
#[derive(Debug)]
pub enum Wrong {
    /// The guest's answer cannot be used.
    Answer(Refusal),
    /// The panel's YAML does not fit it.
    Configuration(Diagnostic),
    /// The host's own fault.
    Internal(String),
}

/// Works a view up. `place` is given back when that is done.
pub async fn present(view: guest::View, panel: &Arc<ReadyPanel>, place: Place) -> Result<Shown, Wrong> {
    match view {
        guest::View::Image(image) => away(place, move || self::image(image)).await,
        guest::View::Markup(html) => away(place, move || self::markup_of(&html)).await,
        guest::View::Document(json) => {
            let panel = Arc::clone(panel);
            away(place, move || document_of(&panel, json)).await
        }
        plain => check::view(plain)
            .map(|(view, cuts)| Shown {
                view,
                picture: None,
                document: None,
                cuts,
            })
            .map_err(Wrong::Answer),
    }
}

/// Whether this host would show a view; for those who write panels. Of a document only this is said: that it is JSON. The
/// rest is between it and a template.
///
/// # Errors
/// Why it would not.
pub fn acceptable(view: guest::View) -> Result<(), Refusal> {
    let looked_at = match view {
        guest::View::Image(image) => self::image(image).map(drop),
        guest::View::Markup(html) => markup_of(&html).map(drop),
        guest::View::Document(json) => serde_json::from_str::<serde::de::IgnoredAny>(&json)
            .map(drop)
            .map_err(|error| Wrong::Answer(format!("the document is not JSON: {error}"))),
        plain => check::view(plain).map(drop).map_err(Wrong::Answer),
    };
    looked_at.map_err(|wrong| match wrong {
        Wrong::Answer(refusal) | Wrong::Internal(refusal) => refusal,
        Wrong::Configuration(diagnostic) => diagnostic.message,
    })
}

async fn away(
    place: Place,
    work: impl FnOnce() -> Result<Shown, Wrong> + Send + 'static,
) -> Result<Shown, Wrong> {
    let work = move || {
        let shown = work();
        drop(place);
        shown
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(shown) => shown,
        Err(_panicked) => Err(Wrong::Internal("a view could not be worked up".to_owned())),
    }
}

fn image(image: guest::Image) -> Result<Shown, Wrong> {
    let alternative = check::label(image.alternative, "an image's alternative").map_err(Wrong::Answer)?;
    let picture = picture(&image.bytes, &PictureLimits::default())
        .map_err(|refusal| Wrong::Answer(refusal.to_string()))?;
    Ok(Shown {
        view: model::View::Image(model::Image {
            media_type: picture.media_type.to_owned(),
            url: String::new(),
            alternative,
            width: picture.width,
            height: picture.height,
        }),
        picture: Some(Arc::new(picture)),
        document: None,
        cuts: Cuts::default(),
    })
}

fn markup_of(html: &str) -> Result<Shown, Wrong> {
    let markup =
        markup(html, &MarkupLimits::default()).map_err(|refusal| Wrong::Answer(refusal.to_string()))?;
    Ok(Shown {
        view: model::View::Markup(model::Markup {
            html: markup.html,
            css: markup.css,
        }),
        picture: None,
        document: None,
        cuts: Cuts::default(),
    })
}

fn document_of(panel: &ReadyPanel, json: String) -> Result<Shown, Wrong> {
    let Some(template) = &panel.config.template else {
        let message = "the panel's plugin answers with a document, which needs a template";
        let help = "add `template:` with HTML, and `{{ name }}` where the document's values go".to_owned();
        return Err(Wrong::Configuration(
            panel.config.type_name.fault(message, Some(help)),
        ));
    };
    let markup =
        document(&template.value, &json, &DocumentLimits::default()).map_err(|error| match error {
            DocumentError::Template(fault) => Wrong::Configuration(place::template(template, &fault)),
            DocumentError::Data(refusal) => Wrong::Answer(refusal.to_string()),
        })?;
    Ok(Shown {
        view: model::View::Markup(model::Markup {
            html: markup.html,
            css: markup.css,
        }),
        picture: None,
        document: Some(json.into()),
        cuts: Cuts::default(),
    })
}
