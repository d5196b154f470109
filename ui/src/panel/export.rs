//! What a panel shows, as a file.

use crate::prelude::*;

use super::Loader;
use crate::{api, browser, icon, stores::Board, time};

/// The formats: as in the address, and for people.
const FORMATS: [(&str, &str); 2] = [("csv", "Export CSV"), ("json", "Export JSON")];

/// An item of a menu for each format. A failure is told beside the panel's heading.
pub(crate) fn items(board: &Board, id: &str, loader: Loader, open: Signal<bool>) -> View {
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
