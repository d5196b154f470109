//! What a panel is, and how it becomes a component.

use crate::{Call, Descriptor, Failure, Sources, View};

/// A panel type.
pub trait Panel {
    /// What this panel type is called, needs and accepts. Called once when the host loads the component.
    fn describe() -> Descriptor;

    /// Turns one reader's wish into one view. Every call gets an instance of its own: nothing is remembered.
    ///
    /// # Errors
    /// [`Failure::Configuration`] when the panel's YAML is wrong, [`Failure::Query`] when a source did not answer.
    fn render(call: &Call, sources: &dyn Sources) -> Result<View, Failure>;
}

/// Makes the component of this crate from a type that implements [`Panel`]. Does nothing in a native build.
#[macro_export]
macro_rules! export {
    ($panel:ty) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            type Component = $crate::Adapter<$panel>;
    $crate::bindings::export_component!(Component with_types_in $crate::bindings);
        };
    };
}

/// Stands between the exported functions and a [`Panel`].
#[doc(hidden)]
pub struct Adapter<P>(core::marker::PhantomData<P>);

#[cfg(target_family = "wasm")]
impl<P: Panel> crate::bindings::exports::porthole::panel::panel::Guest for Adapter<P> {
    fn describe() -> Descriptor {
        crate::log::report_panics();
        P::describe()
    }

    fn render(call: Call) -> Result<View, Failure> {
        crate::log::report_panics();
        P::render(&call, &crate::source::HostSources)
    }
}
