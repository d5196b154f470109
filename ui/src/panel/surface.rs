//! One panel on a dashboard: its frame, its heading, and what is in it.

use std::rc::Rc;

use crate::prelude::*;
use porthole_model::PanelPlacement;

use super::{
    Loader,
    badges::sign,
    content::{Kind, content, kind},
    grid,
    head::head,
    loader::Subject,
    measure::measure,
    receipt::receipt,
    state,
};
use crate::{
    browser,
    live::live,
    stores::{Board, Location},
    surface::writes_times,
};

/// Milliseconds in which a second click makes a double click of the first.
const DOUBLE: u32 = 260;

/// A panel on its dashboard.
#[derive(Clone)]
pub(super) struct Place {
    pub board: Board,
    pub placement: PanelPlacement,
    /// The address where it is shown large; none: it opens nothing.
    pub large: Option<Rc<dyn Fn() -> String>>,
}

/// The panel at its place.
pub(crate) fn panel(board: &Board, dashboard: &str, placement: &PanelPlacement) -> View {
    let id = placement.id.clone();
    let node = create_node_ref();
    let style = grid::area(placement.position);
    let height = placement.position.height.to_string();
    let heading = format!("panel-title-{id}");

    if !placement.diagnostics.is_empty() {
        let body = state::misconfigured(&placement.diagnostics);
        let (title, full) = (placement.title.clone(), placement.title.clone());
        let badge = sign("configuration".to_owned());
        let labelled = heading.clone();
        return view! {
            section(class="panel", prop:style=style, data-height=height, data-testid=format!("panel-{id}"), aria-labelledby=labelled) {
                div(class="panel-head") {
                    h2(id=heading, title=full) { (title) }
                    (badge)
                }
                div(class="panel-body") { (body) }
            }
        };
    }

    let subject = Subject {
        id,
        refresh_interval: placement.refresh_interval,
        near: browser::near(node),
        surface: measure(node, &placement.type_name),
        writes_times: writes_times(&placement.type_name),
        raw: *create_signal(false),
        page_size: None,
    };
    let loader = Loader::start(board, &subject);
    framed(board, dashboard, placement, loader, node)
}

/// A panel around what a loader has. `node` becomes its element.
pub(crate) fn framed(
    board: &Board,
    dashboard: &str,
    placement: &PanelPlacement,
    loader: Loader,
    node: NodeRef,
) -> View {
    let id = placement.id.clone();
    let style = grid::area(placement.position);
    let height = placement.position.height.to_string();
    let heading = format!("panel-title-{id}");
    let kind = kind(loader, loader.drawing.as_table);
    let large = placement.drill_down.enabled.then(|| {
        let (board, dashboard, id) = (board.clone(), dashboard.to_owned(), id.clone());
        Rc::new(move || board.panel_address(&dashboard, &id)) as Rc<dyn Fn() -> String>
    });
    let place = Place {
        board: board.clone(),
        placement: placement.clone(),
        large: large.clone(),
    };
    let head = head(&place, heading.clone(), loader, kind);
    let content = content(board, &placement.type_name, loader, kind);
    let data_kind = match placement.type_name.as_str() {
        "timeseries" => "chart",
        "table" => "table",
        "custom_image" => "image",
        _ => "",
    };
    let is_receipt_wanted = board.is_receipt_wanted;
    let strip = live(move || match loader.answer.get_clone() {
        Some(answer) if is_receipt_wanted.get() => {
            let receipt = receipt(&answer.usage);
            view! { div(class="receipt-strip") { (receipt) } }
        }
        _ => View::new(),
    });
    let opens = large.is_some();
    let clicked = opener(large, kind);
    view! {
        section(class="panel", prop:style=style, data-height=height, data-kind=data_kind, data-testid=format!("panel-{id}"),
            aria-labelledby=heading, r#ref=node) {
            (head)
            div(class=if kind.get() == Kind::Chart { "panel-body loose" } else { "panel-body" }, data-opens=opens.to_string(), on:click=handler(clicked)) {
                (content)
            }
            (strip)
        }
    }
}

/// What a click on the body does: it shows the panel large, unless it hit something or was a drag.
fn opener(
    large: Option<Rc<dyn Fn() -> String>>,
    kind: ReadSignal<Kind>,
) -> impl FnMut(web_sys::MouseEvent) + 'static {
    let location = use_context::<Location>();
    let clicks = create_signal(0_u32);
    let scope = use_current_scope();
    move |event: web_sys::MouseEvent| {
        let Some(large) = large.clone() else { return };
        let click = clicks.get_untracked().wrapping_add(1);
        clicks.set(click);
        if !browser::is_plain_click(&event) || matches!(kind.get_untracked(), Kind::Failed | Kind::Waiting) {
            return;
        }
        if kind.get_untracked() != Kind::Chart {
            return location.go(&large());
        }
        // A double click zooms out.
        scope.run_in(|| {
            browser::spawn_scoped(async move {
                browser::sleep(DOUBLE).await;
                if clicks.get_untracked() == click {
                    location.go(&large());
                }
            });
        });
    }
}
