//! Fields of forms: a label above, a hint and what is wrong below, tied together for those who do not see them.

use crate::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use crate::{
    browser,
    live::{live_text, watch},
    pages::reveal,
};

/// A field for a text.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    /// Of the whole page.
    pub id: &'static str,
    /// Above it.
    pub label: &'static str,
    /// `text`, `email`, `password`, …
    pub kind: &'static str,
    /// What browsers and password managers may fill in.
    pub autocomplete: &'static str,
    /// Below it; empty: nothing.
    pub hint: &'static str,
    /// What is in it.
    pub value: Signal<String>,
    /// What is wrong with it; empty: nothing.
    pub fault: Signal<String>,
}

impl Field {
    /// A field for a short text.
    pub fn new(id: &'static str, label: &'static str) -> Self {
        Self {
            id,
            label,
            kind: "text",
            autocomplete: "off",
            hint: "",
            value: create_signal(String::new()),
            fault: create_signal(String::new()),
        }
    }

    /// Without the spaces around it.
    pub fn text(self) -> String {
        self.value.with_untracked(|text| text.trim().to_owned())
    }

    /// Says what is wrong with it; false, for the end of a check.
    pub fn wrong(self, fault: impl Into<String>) -> bool {
        self.fault.set(fault.into());
        false
    }

    /// Label, field, hint, fault.
    pub fn view(self) -> View {
        self.view_with_list("")
    }

    /// The same with the id of a `datalist` of values that may be meant; empty: none.
    pub fn view_with_list(self, list: &'static str) -> View {
        let Self {
            id,
            label,
            kind,
            autocomplete,
            hint,
            value,
            fault,
        } = self;
        let (hint_id, fault_id) = (format!("{id}-hint"), format!("{id}-fault"));
        let about = match hint {
            "" => fault_id.clone(),
            _ => format!("{fault_id} {hint_id}"),
        };
        let hint = (!hint.is_empty()).then(|| view! { p(class="hint-line", id=hint_id) { (hint) } });
        let said = live_text(move || fault.get_clone());
        let clear = move |_| {
            if fault.with_untracked(|fault| !fault.is_empty()) {
                fault.set(String::new());
            }
        };
        let is_shown = create_signal(false);
        let reveal = (kind == "password").then(|| reveal(is_shown));
        view! {
            div(class="form-row") {
                label(class="label", r#for=id) { (label) }
                div(class=if fault.with(String::is_empty) { "field" } else { "field wrong" }) {
                    input(id=id, name=id, r#type=if is_shown.get() { "text" } else { kind }, autocomplete=autocomplete, "spellcheck"="false", "autocapitalize"="none",
                        aria-invalid=fault.with(|fault| !fault.is_empty()).to_string(), aria-describedby=about,
                        list=list, bind:value=value, on:input=handler(clear))
                    (reveal)
                }
                p(class="fault", id=fault_id, role="alert") { (said) }
                (hint)
            }
        }
    }
}

/// A choice among a few: values and what stands for them.
pub(crate) fn choice(
    id: String,
    label: String,
    is_label_shown: bool,
    options: Vec<(String, String)>,
    value: Signal<String>,
) -> View {
    let for_id = id.clone();
    let label_class = if is_label_shown { "label" } else { "sr-only" };
    let node = create_node_ref();
    let property = JsValue::from_str("value");
    let read = {
        let property = property.clone();
        move |select: &JsValue| js_sys::Reflect::get(select, &property).ok()?.as_string()
    };
    let changed = {
        let read = read.clone();
        move |event: web_sys::Event| {
            if let Some(chosen) = event.target().and_then(|target| read(&target)) {
                value.set(chosen);
            }
        }
    };
    let first = value.get_clone_untracked();
    let options: Vec<View> = options
        .into_iter()
        .map(|(value, name)| {
            let is_first = value == first;
            view! { option(value=value, selected=is_first) { (name) } }
        })
        .collect();
    // When it is set from elsewhere.
    watch(move || {
        let now = value.get_clone();
        if let Some(select) = node.try_get()
            && read(&select).is_some_and(|shown| shown != now)
        {
            let _ = js_sys::Reflect::set(&select, &property, &JsValue::from_str(&now));
        }
    });
    view! {
        div(class="form-row") {
            label(class=label_class, r#for=for_id) { (label) }
            div(class="field pick-one") {
                select(id=id, r#ref=node, on:change=handler(changed)) { (options) }
            }
        }
    }
}

/// Moves the focus to the first field of a form that is wrong, once that is drawn.
pub(crate) fn focus_wrong(form: NodeRef) {
    browser::spawn_scoped(async move {
        browser::sleep(0).await;
        if let Some(form) = form
            .try_get()
            .and_then(|node| node.dyn_into::<web_sys::Node>().ok())
        {
            browser::focus_first(&form, "[aria-invalid=true]");
        }
    });
}
