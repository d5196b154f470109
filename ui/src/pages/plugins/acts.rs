//! What can be done to a plugin, and the question before it is done.

use crate::prelude::*;
use wasm_bindgen::JsCast;

use super::polled::Polled;
use crate::{
    api::{self, Failure},
    browser,
    live::{live, watch},
    query::segment,
    stores::Location,
};

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// Let this version answer.
    Activate(String),
    /// Let the version answer that answered before.
    RollBack,
    /// Let none answer.
    Deactivate,
    /// Forget this version.
    RemoveVersion(String),
    /// Forget all of it.
    Remove,
}

impl Act {
    /// Method and path behind the plugin's.
    fn request(&self) -> (&'static str, String) {
        match self {
            Self::Activate(version) => ("POST", format!("/versions/{}/activate", segment(version))),
            Self::RollBack => ("POST", "/rollback".to_owned()),
            Self::Deactivate => ("POST", "/deactivate".to_owned()),
            Self::RemoveVersion(version) => ("DELETE", format!("/versions/{}", segment(version))),
            Self::Remove => ("DELETE", String::new()),
        }
    }

    /// On the button that does it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Activate(_) => "Activate",
            Self::RollBack => "Roll back",
            Self::Deactivate => "Deactivate",
            Self::RemoveVersion(_) | Self::Remove => "Remove",
        }
    }

    fn question(&self, plugin: &str) -> String {
        match self {
            Self::Activate(version) => format!("Let version {version} answer for {plugin}?"),
            Self::RollBack => format!("Let the version of {plugin} answer that answered before this one?"),
            Self::Deactivate => {
                format!("Let no version of {plugin} answer? Its panels show an error until one does again.")
            }
            Self::RemoveVersion(version) => format!("Remove version {version} of {plugin} for good?"),
            Self::Remove => {
                format!("Remove {plugin} with all its versions for good? Its panels show an error.")
            }
        }
    }

    fn is_grave(&self) -> bool {
        matches!(self, Self::RemoveVersion(_) | Self::Remove | Self::Deactivate)
    }
}

/// What is being asked and done.
#[derive(Clone, Copy)]
pub(super) struct Acts {
    /// What the reader is asked to confirm.
    pub asked: Signal<Option<Act>>,
    /// Why the last one failed.
    pub failure: Signal<Option<Failure>>,
    is_busy: Signal<bool>,
}

impl Acts {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            asked: create_signal(None),
            failure: create_signal(None),
            is_busy: create_signal(false),
        }
    }

    /// A button that asks first.
    pub fn button(self, act: Act, label: String) -> View {
        let name = act.name();
        view! {
            button(r#type="button", class="button", aria-label=label, on:click=handler(move |_| self.asked.set(Some(act.clone())))) { (name) }
        }
    }

    fn run(self, act: Act, tenant: String, plugin: String, polled: Polled, location: Location) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        self.failure.set(None);
        let (method, rest) = act.request();
        let path = format!("/plugins/{}{rest}", segment(&plugin));
        browser::spawn_scoped(async move {
            let done = api::tell(method, &path, Some(&tenant)).await;
            self.is_busy.set(false);
            self.asked.set(None);
            match done {
                Ok(()) if act == Act::Remove => location.go(&format!("/t/{}/plugins", segment(&tenant))),
                Ok(()) => polled.ask_again(),
                Err(failure) => self.failure.set(Some(failure)),
            }
        });
    }
}

/// The question, while there is one.
pub(super) fn confirmation(acts: Acts, tenant: String, plugin: String, polled: Polled) -> View {
    let location = use_context::<Location>();
    let node = create_node_ref();
    watch(move || {
        if acts.asked.with(Option::is_some) {
            browser::spawn_scoped(async move {
                browser::sleep(0).await;
                if let Some(node) = node
                    .try_get()
                    .and_then(|node| node.dyn_into::<web_sys::Node>().ok())
                {
                    browser::focus_first(&node, "button");
                }
            });
        }
    });
    let question = live(move || {
        let Some(act) = acts.asked.get_clone() else {
            return View::new();
        };
        let question = act.question(&plugin);
        let class = if act.is_grave() {
            "button grave"
        } else {
            "button primary"
        };
        let name = act.name();
        let (tenant, plugin) = (tenant.clone(), plugin.clone());
        let escape = move |event: web_sys::KeyboardEvent| {
            if event.key() == "Escape" {
                acts.asked.set(None);
            }
        };
        view! {
            div(class="confirm", role="alertdialog", aria-label="Confirm", aria-describedby="question", data-testid="confirm", on:keydown=handler(escape)) {
                p(id="question") { (question) }
                button(r#type="button", class=class, disabled=acts.is_busy.get(),
                    on:click=handler(move |_| acts.run(act.clone(), tenant.clone(), plugin.clone(), polled, location))) { (name) }
                button(r#type="button", class="button", on:click=handler(move |_| acts.asked.set(None))) { "Cancel" }
            }
        }
    });
    view! { div(r#ref=node) { (question) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_one_segment_of_the_path() {
        let (method, path) = Act::RemoveVersion("1.0.0+a/b".to_owned()).request();
        assert_eq!((method, path.as_str()), ("DELETE", "/versions/1.0.0%2Ba%2Fb"));
        assert_eq!(
            Act::Activate("2.1.0-rc.1".to_owned()).request(),
            ("POST", "/versions/2.1.0-rc.1/activate".to_owned())
        );
    }

    #[test]
    fn every_question_names_what_it_is_about() {
        for act in [
            Act::Activate("1.0.0".to_owned()),
            Act::RollBack,
            Act::Deactivate,
            Act::RemoveVersion("1.0.0".to_owned()),
            Act::Remove,
        ] {
            assert!(act.question("fleet-map").contains("fleet-map"), "{act:?}");
        }
    }
}
