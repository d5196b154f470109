//! What stands in a panel's place before its first data: its shape.

use crate::prelude::*;

/// The shape of a panel of this type.
pub(super) fn skeleton(type_name: &str) -> View {
    let shape = match type_name {
        "kpi" => view! { i(class="line w-1/3") i(class="number") },
        "timeseries" => view! {
            div(class="plot-shape") {
                svg("viewBox"="0 0 400 100", "preserveAspectRatio"="none", "fill"="none", "stroke"="currentColor", "stroke-opacity"=".35", "aria-hidden"="true") {
                    path("d"="M0 70 C 50 40 80 80 130 55 S 210 20 260 45 S 340 75 400 35", "stroke-width"="2", "vector-effect"="non-scaling-stroke")
                    path("d"="M0 88 C 60 70 110 92 170 80 S 300 66 400 78", "stroke-width"="2", "vector-effect"="non-scaling-stroke")
                }
            }
        },
        "health_status" => (0..5)
            .map(|_| view! { i(class="row") })
            .collect::<Vec<_>>()
            .into(),
        "table" => (0..9)
            .map(|_| view! { i(class="row") })
            .collect::<Vec<_>>()
            .into(),
        _ => view! { i(class="line w-2/3") i(class="line w-1/2") i(class="grow") },
    };
    view! {
        div(class="skeleton", aria-busy="true") {
            span(class="sr-only") { "Loading" }
            (shape)
        }
    }
}
