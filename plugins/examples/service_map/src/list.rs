//! Where there is no room for a map: one row per service, worst first, with what it calls.

use std::fmt::Write;

use crate::display::Display;
use crate::drawing::{call_title, legend, service_title};
use crate::graph::Graph;
use crate::html::{escaped, rate};
use crate::paint::{State, Stress};

/// The whole panel.
pub fn markup(graph: &Graph, display: &Display) -> String {
    let mut out = String::with_capacity(16 * 1024);
    out.push_str(r#"<div class="flex flex-col gap-2">"#);
    let rank = |state: State| State::ALL.iter().position(|other| *other == state);
    let mut order: Vec<usize> = (0..graph.services.len()).collect();
    order.sort_by_key(|place| graph.services.get(*place).and_then(|service| rank(service.state)));
    for place in order {
        let Some(service) = graph.services.get(place) else {
            continue;
        };
        let _ = write!(
            out,
            r#"<div title="{}" class="flex flex-col gap-1 px-2 py-1.5 rounded-lg border {}"><div class="flex items-center gap-2"><span class="shrink-0 w-2 h-2 rounded-full {}"></span><span class="truncate text-[13px] font-medium">{}</span><span class="ml-auto text-[12px] opacity-70">{}</span></div>"#,
            service_title(service),
            service.state.card(),
            service.state.dot(),
            escaped(&service.name),
            service.rate.map(rate).unwrap_or_default(),
        );
        let calls: Vec<_> = graph.calls.iter().filter(|call| call.from == place).collect();
        if !calls.is_empty() {
            out.push_str(r#"<div class="flex flex-wrap gap-1 text-[11px] leading-[16px]">"#);
            for call in calls {
                let _ = write!(
                    out,
                    r#"<span title="{}" class="px-1.5 rounded border {}">{}</span>"#,
                    call_title(graph, call),
                    Stress::of(call, display).border(),
                    escaped(graph.name(call.to)),
                );
            }
            out.push_str("</div>");
        }
        out.push_str("</div>");
    }
    legend(&mut out, graph, display);
    out.push_str("</div>");
    out
}
