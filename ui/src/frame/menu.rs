//! What opens under a button: closes on Escape, on a click elsewhere and on a choice; arrows walk its items.

use crate::prelude::*;
use wasm_bindgen::JsCast;

use crate::{
    browser, icon,
    live::live,
    stores::{Over, Stage},
};

/// How a menu looks.
pub(crate) struct Menu {
    /// Classes of the button.
    pub button: &'static str,
    /// Further classes of the list.
    pub list: &'static str,
    /// What the button is for, for those who do not see it.
    pub label: String,
    /// For tests.
    pub id: &'static str,
}

/// A button and the menu it opens. `items` is told how to close it.
pub(crate) fn menu(
    options: Menu,
    face: impl Into<View>,
    items: impl Fn(Signal<bool>) -> View + 'static,
) -> View {
    let face = face.into();
    let open = create_signal(false);
    let root = create_node_ref();
    dismiss(open, root);
    create_effect(move || {
        if open.get() {
            // After the items are drawn.
            on_mount(move || {
                if let Some(root) = root.try_get() {
                    browser::focus_first(
                        &root,
                        "[aria-checked=true], [aria-current=true], [role^=menuitem]",
                    );
                }
            });
        }
    });
    let list = format!("menu {}", options.list);
    let Menu {
        button, label, id, ..
    } = options;
    let name = label.clone();
    let list = live(move || {
        if open.get() {
            let (list, items) = (list.clone(), items(open));
            view! { div(class=list, role="menu", on:keydown=handler(move |event| walk(&event, root))) { (items) } }
        } else {
            View::new()
        }
    });
    view! {
        div(class="menu-root", r#ref=root) {
            button(r#type="button", class=button, aria-haspopup="menu", aria-expanded=open.get().to_string(), aria-label=label, title=name, data-testid=id,
                on:click=handler(move |_| open.set(!open.get_untracked()))) { (face) }
            (list)
        }
    }
}

/// More entries than this are not only listed.
const MANY: usize = 8;

/// Before a long list of one kind of things: the way to where it is searched by typing. `kind`: as the palette calls them.
pub(super) fn search(count: usize, kind: &'static str, open: Signal<bool>) -> View {
    if count <= MANY {
        return View::new();
    }
    let stage = use_context::<Stage>();
    let act = move |_| {
        open.set(false);
        stage.over.set(Over::Palette(kind));
    };
    view! {
        button(r#type="button", class="menu-item", role="menuitem", data-testid="menu-search", on:click=handler(act)) {
            (icon::SEARCH)
            span { "Search…" }
        }
    }
}

/// Closes what is open on Escape (giving the focus back), on a press elsewhere, and when the focus leaves.
pub(crate) fn dismiss(open: Signal<bool>, root: NodeRef) {
    browser::on_document("pointerdown", move |event: web_sys::Event| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let is_inside = root.try_get().is_some_and(|root| root.contains(target.as_ref()));
        if open.get_untracked() && !is_inside {
            open.set(false);
        }
    });
    browser::on_document("keydown", move |event: web_sys::KeyboardEvent| {
        if open.get_untracked() && event.key() == "Escape" {
            open.set(false);
            if let Some(root) = root.try_get() {
                browser::focus_first(&root, "button");
            }
        }
    });
    browser::on_document("focusin", move |event: web_sys::Event| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let is_inside = root.try_get().is_some_and(|root| root.contains(target.as_ref()));
        if open.get_untracked() && !is_inside {
            open.set(false);
        }
    });
}

/// Arrow keys, Home and End move the focus among the items.
fn walk(event: &web_sys::KeyboardEvent, root: NodeRef) {
    let Some(root) = root
        .try_get()
        .and_then(|root| root.dyn_into::<web_sys::Element>().ok())
    else {
        return;
    };
    let Ok(items) = root.query_selector_all("[role^=menuitem]") else {
        return;
    };
    let focused = web_sys::window().and_then(|w| w.document()?.active_element());
    let here = (0..items.length()).find(|i| items.item(*i).as_ref() == focused.as_deref());
    let last = items.length().saturating_sub(1);
    let next = match (event.key().as_str(), here) {
        ("ArrowDown", Some(at)) if at < last => at + 1,
        ("ArrowDown", _) | ("Home", _) => 0,
        ("ArrowUp", Some(at)) if at > 0 => at - 1,
        ("ArrowUp", _) | ("End", _) => last,
        _ => return,
    };
    event.prevent_default();
    if let Some(item) = items
        .item(next)
        .and_then(|item| item.dyn_into::<web_sys::HtmlElement>().ok())
    {
        let _ = item.focus();
    }
}
