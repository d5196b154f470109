//! A chart's data as a table.

use crate::prelude::*;

use super::pager::pager;
use crate::{
    legend, live::live_all, number, panel::Loader, series, sorting::page_count, stores::Preferences, text,
    time::format,
};

/// A row for each instant, a column for each series; the newest first, so many on a page.
pub(crate) fn chart_table(loader: Loader, page_size: u32) -> View {
    let preferences = use_context::<Preferences>();
    let page = create_signal(1_u32);
    let table = create_memo(move || {
        let answer = loader.answer.get_clone();
        let chart = answer
            .as_ref()
            .and_then(|answer| series::over_time(&answer.view, &answer.title));
        let Some(chart) = chart else {
            return (Vec::new(), series::Aligned::default(), None, String::new());
        };
        let labels: Vec<String> = chart.series.iter().map(|plot| plot.label.clone()).collect();
        let mut plots = chart.series.clone();
        // Instants that were put in for gaps are no data.
        for plot in &mut plots {
            plot.join_within = None;
        }
        let title = answer
            .as_ref()
            .map(|answer| answer.title.clone())
            .unwrap_or_default();
        (labels, series::align(&plots), chart.y_axis.unit.clone(), title)
    });
    let total = move || table.with(|table| table.1.instants.len());
    let body = live_all(move || {
        let zone = preferences.zone();
        table.with(|(_, aligned, _, _)| {
            let count = aligned.instants.len();
            let decimals: Vec<u8> = aligned
                .values
                .iter()
                .map(|values| number::column_decimals(values.iter().copied()))
                .collect();
            let skip = (page.get().saturating_sub(1) * page_size) as usize;
            (0..count)
                .rev()
                .skip(skip)
                .take(page_size as usize)
                .map(|index| {
                    let when = format::stamp(aligned.instants[index] as i64, &zone);
                    let cells: Vec<View> = aligned
                        .values
                        .iter()
                        .zip(&decimals)
                        .map(|(values, decimals)| {
                            let value = values.get(index).copied().filter(|value| value.is_finite());
                            let text = value.map_or_else(
                                || "–".to_owned(),
                                |value| number::number(value, Some(*decimals)),
                            );
                            let exact = value.map(text::shortest);
                            view! { td(class="right", title=exact) { (text) } }
                        })
                        .collect();
                    view! { tr { td { (when) } (cells) } }
                })
                .collect::<Vec<View>>()
        })
    });
    let heads = live_all(move || {
        table.with(|(labels, _, unit, _)| {
            labels
                .iter()
                .map(|label| {
                    let (name, style) = (legend::shown(label).to_owned(), legend::style(label));
                    let unit = unit.as_ref().filter(|unit| !unit.is_empty());
                    let behind = unit.map_or_else(String::new, |unit| format!(", {unit}"));
                    view! { th(class="right", scope="col") { span(class=style) { (name) } (behind) } }
                })
                .collect::<Vec<View>>()
        })
    });
    let pages = pager(
        move || (page.get(), page_count(total() as u64, page_size)),
        move || {
            let first = u64::from(page.get().saturating_sub(1)) * u64::from(page_size);
            (first, total() as u64, u64::from(page_size))
        },
        move |to| page.set(to),
    );
    view! {
        div(class="table-box", tabindex="0", role="region", aria-label=table.with(|table| table.3.clone())) {
            table(class="rows", data-testid="chart-table") {
                thead { tr { th(scope="col") { "Time" } (heads) } }
                tbody { (body) }
            }
        }
        (pages)
    }
}
