//! What a panel shows, as a file.

use crate::prelude::*;

use super::{Loader, content::Kind};
use crate::{
    api, browser,
    frame::{Menu, menu},
    icon,
    live::live,
    stores::Board,
    time,
};

/// The formats: as in the address, and for people.
const FORMATS: [(&str, &str); 2] = [("csv", "Export CSV"), ("json", "Export JSON")];

/// Whether there is data behind what is shown: a picture and a page of markup are all that there is of them.
pub(super) fn has_data(kind: Kind) -> bool {
    !matches!(kind, Kind::Image | Kind::Markup)
}

/// A button with the formats in its menu, where there is data.
pub(crate) fn exports(board: &Board, id: &str, loader: Loader, kind: ReadSignal<Kind>) -> View {
    let (board, id) = (board.clone(), id.to_owned());
    let is_offered = create_selector(move || has_data(kind.get()));
    live(move || {
        if !is_offered.get() {
            return View::new();
        }
        let options = Menu {
            button: "button",
            list: "right narrow",
            label: "Export".to_owned(),
            id: "export",
        };
        let face = view! { (icon::DOWNLOAD) span { "Export" } };
        let (board, id) = (board.clone(), id.clone());
        menu(options, face, move |open| items(&board, &id, loader, open))
    })
}

/// An item of a menu for each format. A failure is told beside the panel's heading.
pub(super) fn items(board: &Board, id: &str, loader: Loader, open: Signal<bool>) -> View {
    let items: Vec<View> = FORMATS
        .into_iter()
        .map(|(format, title)| {
            let (board, id) = (board.clone(), id.to_owned());
            let export = move |_| {
                open.set(false);
                let path = loader.export_path(&board, &id, format);
                let (tenant, name) = (board.tenant.clone(), file_name(&board, &id, format));
                browser::spawn_local(async move {
                    let failed = api::save(&path, &tenant, &name).await.err();
                    if loader.export_failure.is_alive() {
                        loader.export_failure.set(failed.map(std::rc::Rc::new));
                    }
                });
            };
            view! {
                button(r#type="button", class="menu-item", role="menuitem", on:click=handler(export)) {
                    (icon::DOWNLOAD)
                    span { (title) }
                }
            }
        })
        .collect();
    items.into()
}

/// `cpu_usage_2026-01-05T0000_2026-01-06T0000.csv`, so that files of several ranges can be told apart.
fn file_name(board: &Board, id: &str, format: &str) -> String {
    let (window, zone) = (board.window(), board.zone());
    let stamp = |at| time::format::file_stamp(at, &zone);
    format!("{id}_{}_{}.{format}", stamp(window.start), stamp(window.end))
}
