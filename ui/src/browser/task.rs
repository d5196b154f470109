//! Work that goes on while the page does something else.

use std::{
    cell::{Cell, RefCell},
    future::{Future, poll_fn},
    pin::Pin,
    rc::Rc,
    task::Poll,
};

use crate::prelude::*;

/// Runs a task until it is done.
///
/// Not the bindings' own, for the same reason as below.
pub(crate) fn spawn_local(task: impl Future<Output = ()> + 'static) {
    let task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(task);
    wasm_bindgen_futures::spawn_local(task);
}

/// Runs a task until it is done or the scope that started it is gone, whichever is first. What it makes (signals,
/// listeners) belongs to that scope.
///
/// Not the framework's own: that one makes its machinery anew for every task, which the page's weight feels.
pub(crate) fn spawn_scoped(task: impl Future<Output = ()> + 'static) {
    let task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(task);
    let slot = Rc::new(RefCell::new(Some(task)));
    let is_over = Rc::new(Cell::new(false));
    let scope = use_current_scope();
    on_cleanup({
        let (slot, is_over) = (slot.clone(), is_over.clone());
        move || {
            is_over.set(true);
            // Empty while the task itself causes this; then it goes when it pauses.
            drop(slot.borrow_mut().take());
        }
    });
    spawn_local(poll_fn(move |context| {
        let Some(mut task) = slot.borrow_mut().take() else {
            return Poll::Ready(());
        };
        let progress = scope.run_in(|| task.as_mut().poll(context));
        if progress.is_pending() && !is_over.get() {
            *slot.borrow_mut() = Some(task);
            return Poll::Pending;
        }
        Poll::Ready(())
    }));
}
