//! Parts of a page that change by themselves. The framework makes its machinery anew for every closure it is given,
//! which the page's weight feels; here it is made once.

use crate::prelude::*;

/// A part that is drawn anew when what it read has changed.
pub(crate) fn live(part: impl FnMut() -> View + 'static) -> View {
    let part: Box<dyn FnMut() -> View> = Box::new(part);
    View::from_dynamic(part)
}

/// Parts that are drawn anew when what they read has changed.
pub(crate) fn live_all(mut parts: impl FnMut() -> Vec<View> + 'static) -> View {
    live(move || parts().into())
}

/// A text that is written anew when what it read has changed.
pub(crate) fn live_text(text: impl FnMut() -> String + 'static) -> View {
    let text: Box<dyn FnMut() -> String> = Box::new(text);
    View::from_dynamic(text)
}

/// Does something now and again whenever what it read has changed.
pub(crate) fn watch(work: impl FnMut() + 'static) {
    let work: Box<dyn FnMut()> = Box::new(work);
    create_effect(work);
}
