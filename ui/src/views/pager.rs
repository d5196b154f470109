//! Below a table: which rows of how many, and the way to the others.

use crate::prelude::*;

use crate::{
    live::{live, live_text},
    number,
    sorting::pages,
};

/// `place` tells the page and how many there are; `rows` the first row (from 0), how many there are, and how many a
/// page has; `go` is called with the page that was chosen.
pub(super) fn pager(
    place: impl Fn() -> (u32, u32) + 'static,
    rows: impl Fn() -> (u64, u64, u64) + 'static,
    go: impl Fn(u32) + Clone + 'static,
) -> View {
    let summary = live_text(move || {
        let (first, total, size) = rows();
        let last = (first + size).min(total);
        let text = |n: u64| number::number(n as f64, Some(0));
        match total {
            0 => "No rows".to_owned(),
            // A link to a page that there is no more.
            _ if first >= total => format!("None of {}", text(total)),
            _ => format!(
                "{}–{} of {}",
                text((first + 1).min(total)),
                text(last),
                text(total)
            ),
        }
    });
    let buttons = live(move || {
        let (page, count) = place();
        if count <= 1 {
            return View::new();
        }
        let (back, forth) = (go.clone(), go.clone());
        let numbers: Vec<View> = pages(page, count)
            .into_iter()
            .map(|one| match one {
                Some(number) => {
                    let go = go.clone();
                    let current = if number == page { "page" } else { "false" };
                    let class = if number == page { "" } else { "optional" };
                    view! {
                        button(r#type="button", class=class, aria-current=current, aria-label=format!("Page {number}"), on:click=handler(move |_| go(number))) { (number) }
                    }
                }
                None => view! { span(class="optional", aria-hidden="true") { "…" } },
            })
            .collect();
        let (is_first, is_last) = (page <= 1, page >= count);
        view! {
            // On paper, nobody can turn to another page of these.
            span(class="print-only") { "The export has all of them." }
            span(class="space")
            button(r#type="button", aria-label="Previous page", disabled=is_first, on:click=handler(move |_| back((page - 1).min(count)))) { "‹" }
            (numbers)
            button(r#type="button", aria-label="Next page", disabled=is_last, on:click=handler(move |_| forth(page + 1))) { "›" }
        }
    });
    view! {
        nav(class="pager", aria-label="Pages") {
            span(aria-live="polite") { (summary) }
            (buttons)
        }
    }
}
