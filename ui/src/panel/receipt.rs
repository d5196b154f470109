//! What making a view cost, beside what it might have cost.

use crate::prelude::*;
use porthole_model::Usage;

use crate::receipt::{self, Line};

/// A name, a bar and both figures for each of the limits.
pub(crate) fn receipt(usage: &Usage) -> View {
    let name = format!("{} {}", usage.plugin, usage.version);
    let lines: Vec<View> = receipt::lines(usage).iter().map(line).collect();
    view! {
        dl(class="receipt", data-testid="receipt") {
            div(class="name") { dt { "Plugin" } dd { (name) } }
            (lines)
        }
    }
}

fn line(line: &Line) -> View {
    let class = if line.is_near() { "meter near" } else { "meter" };
    let bar = line.share.map(|share| {
        // Something of it is seen as soon as something was used.
        let percent = match (share * 100.0).round() as u32 {
            0 | 1 if share > 0.0 => 2,
            percent => percent,
        };
        let width = format!("width: {percent}%");
        view! { span(class=class, aria-hidden="true") { i(prop:style=width) } }
    });
    let (name, text) = (line.name, line.text());
    view! { div { dt { (name) } dd { (bar) span { (text) } } } }
}
