//! What drawing takes, in place of the framework's own prelude.
//!
//! The framework makes its machinery anew for every closure it is given, which the page's weight feels: an effect costs
//! over a kilobyte, a handler half of one. The functions here have the same names and make it once.

use sycamore::prelude as theirs;
pub(crate) use sycamore::prelude::*;

/// See [`sycamore::prelude::create_effect`].
pub(crate) fn create_effect(effect: impl FnMut() + 'static) {
    let effect: Box<dyn FnMut()> = Box::new(effect);
    theirs::create_effect(effect);
}

/// See [`sycamore::prelude::create_memo`].
pub(crate) fn create_memo<T>(value: impl FnMut() -> T + 'static) -> ReadSignal<T> {
    let value: Box<dyn FnMut() -> T> = Box::new(value);
    theirs::create_memo(value)
}

/// See [`sycamore::prelude::create_selector`].
pub(crate) fn create_selector<T: PartialEq>(value: impl FnMut() -> T + 'static) -> ReadSignal<T> {
    let value: Box<dyn FnMut() -> T> = Box::new(value);
    theirs::create_selector(value)
}

/// See [`sycamore::prelude::on_mount`].
pub(crate) fn on_mount(work: impl FnOnce() + 'static) {
    let work: Box<dyn FnOnce()> = Box::new(work);
    theirs::on_mount(work);
}

/// See [`sycamore::prelude::on_cleanup`].
pub(crate) fn on_cleanup(work: impl FnOnce() + 'static) {
    let work: Box<dyn FnOnce()> = Box::new(work);
    theirs::on_cleanup(work);
}

/// What an element does when something happens to it: `on:click=handler(move |_| …)`.
pub(crate) fn handler<E>(work: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(work)
}
