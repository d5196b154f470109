//! Parts of a page that change by themselves. The framework makes its machinery anew for every closure it is given,
//! which the page's weight feels; here it is made once.

use sycamore::prelude::*;

/// A part that is drawn anew when what it read has changed.
pub(crate) fn live(part: impl FnMut() -> View + 'static) -> View {
    let part: Box<dyn FnMut() -> View> = Box::new(part);
    View::from_dynamic(part)
}

/// Does something now and again whenever what it read has changed.
pub(crate) fn watch(work: impl FnMut() + 'static) {
    let work: Box<dyn FnMut()> = Box::new(work);
    create_effect(work);
}
