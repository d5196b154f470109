//! Values over time.

use std::{borrow::Cow, cell::RefCell, rc::Rc};

use crate::prelude::*;
use porthole_model::{Chart, PanelAnswer};
use wasm_bindgen::JsCast;

use super::{
    figures::Figures,
    plotter::{self, Line, Mark, Plot, Settings},
    tooltip,
};
use crate::{
    color::{self, Theme},
    legend::{self, Visibility},
    live::{live, live_all},
    panel::Loader,
    series::{self, Aligned},
    stores::{Board, Drawing, Preferences, ZoneChoice},
    time::format,
};

/// A chart made ready.
pub(super) struct Ready {
    pub answer: Rc<PanelAnswer>,
    chart: Chart,
    pub aligned: Aligned,
    /// Which colour of the palette each series has.
    slots: Vec<usize>,
    /// How its values are written.
    figures: Figures,
}

impl Ready {
    fn of(answer: Rc<PanelAnswer>) -> Option<Self> {
        let chart = series::over_time(&answer.view, &answer.title)?;
        let names: Vec<&str> = match &chart {
            // A course whose data says nothing of names has the first colour, whatever it is called here.
            Cow::Owned(_) => Vec::new(),
            Cow::Borrowed(chart) => chart.series.iter().map(|plot| plot.label.as_str()).collect(),
        };
        let slots = color::slots(&names);
        let mut chart = chart.into_owned();
        let figures = Figures::scaling(&mut chart);
        let aligned = series::align(&chart.series);
        Some(Self {
            aligned,
            slots,
            figures,
            chart,
            answer,
        })
    }

    /// What is shown.
    pub fn chart(&self) -> &Chart {
        &self.chart
    }

    /// What the series are called.
    fn labels(&self) -> impl Iterator<Item = &str> {
        self.chart.series.iter().map(|plot| plot.label.as_str())
    }

    /// A value as the legend and the tooltip write it.
    pub fn value(&self, value: f64) -> String {
        self.figures.written(value)
    }

    /// The colour of a series: its own, or that of its name.
    pub fn color(&self, index: usize, theme: Theme) -> String {
        self.chart()
            .series
            .get(index)
            .and_then(|plot| color::legible(plot.color.as_deref()?, theme, color::FOR_MARKS))
            .unwrap_or_else(|| {
                color::of_series(self.slots.get(index).copied().unwrap_or_default(), theme).to_owned()
            })
    }

    fn settings(&self, visibility: &Visibility, theme: Theme, zone: ZoneChoice) -> Settings {
        let chart = self.chart();
        let edge = |text: &str| format::parse_rfc3339(text);
        let instants = &self.aligned.instants;
        let (grid, dim) = match theme {
            Theme::Dark => ("#ffffff0f", "#98a1b0"),
            Theme::Light => ("#0b122012", "#5a6575"),
        };
        Settings {
            series: chart
                .series
                .iter()
                .enumerate()
                .map(|(index, plot)| Line {
                    label: plot.label.clone(),
                    color: self.color(index, theme),
                    mark: plot.mark,
                    shown: visibility.shows(&plot.label),
                })
                .collect(),
            start: edge(&self.answer.range.start)
                .or_else(|| instants.first().map(|i| *i as i64))
                .unwrap_or(0),
            end: edge(&self.answer.range.end)
                .or_else(|| instants.last().map(|i| *i as i64))
                .unwrap_or(1),
            zone: zone.name(),
            minimum: chart.y_axis.minimum,
            maximum: chart.y_axis.maximum,
            unit: chart.y_axis.unit.clone(),
            label: chart.y_axis.label.clone(),
            thresholds: chart
                .thresholds
                .iter()
                .filter_map(|threshold| {
                    let color = color::legible(&threshold.color, theme, color::FOR_MARKS)?;
                    Some(Mark {
                        value: threshold.value,
                        color,
                    })
                })
                .collect(),
            stacked: chart.stacked,
            grid,
            dim,
        }
    }
}

/// Where the cursor is: the point under it, and the place in the plot.
pub(super) type Cursor = Option<(usize, f64, f64)>;

/// The chart, its tooltip and its legend.
pub(crate) fn chart(board: &Board, loader: Loader) -> View {
    let preferences = use_context::<Preferences>();
    let ready = create_memo(move || loader.answer.get_clone().and_then(Ready::of).map(Rc::new));
    let visibility = create_selector(move || {
        let wanted = loader.drawing.visibility.get_clone();
        match ready.get_clone() {
            Some(ready) => wanted.among(ready.labels()),
            None => wanted,
        }
    });
    let cursor = create_signal(None as Cursor);
    let node = create_node_ref();

    let board = board.clone();
    on_mount(move || {
        let Some(element) = node
            .try_get()
            .and_then(|node| node.dyn_into::<web_sys::Element>().ok())
        else {
            return;
        };
        let plot: Rc<RefCell<Option<Plot>>> = Rc::default();
        on_cleanup({
            let plot = plot.clone();
            move || drop(plot.borrow_mut().take())
        });
        create_effect(move || {
            let Some(ready) = ready.get_clone() else { return };
            let visibility = visibility.get_clone();
            let settings = ready.settings(&visibility, preferences.theme(), preferences.zone());
            let chart = ready.chart();
            let values = plotter::drawn(&ready.aligned, chart, |index| {
                chart
                    .series
                    .get(index)
                    .is_some_and(|plot| visibility.shows(&plot.label))
            });
            let instants = &ready.aligned.instants;
            if let Some(plot) = plot.borrow().as_ref() {
                return plot.redraw(&settings, instants, &values);
            }
            let (zoom, out) = (board.clone(), board.clone());
            let drawn = Plot::draw(
                &element,
                &settings,
                instants,
                &values,
                move |index, left, top| {
                    let next = usize::try_from(index).ok().map(|index| (index, left, top));
                    if cursor.get_untracked() != next {
                        cursor.set(next);
                    }
                },
                move |start, end| zoom.zoom_to(start, end),
                move || out.zoom_out(),
            );
            *plot.borrow_mut() = Some(drawn);
        });
    });

    let tip = tooltip::tooltip(ready, visibility, cursor, node);
    let legend = legend(ready, visibility, loader.drawing);
    let gone = gone(visibility, loader.drawing);
    view! {
        div(class="chart") {
            div(class="plot", r#ref=node, tabindex="0", role="img", aria-roledescription="chart", aria-label=spoken(ready.get_clone())) { (tip) }
            (legend)
            (gone)
        }
    }
}

/// Beneath the legend: what the reader chose is not there, and so all is shown; with the way to choose nothing. The choice stays
/// until then, for a series without data in this range may come again.
fn gone(visibility: ReadSignal<Visibility>, drawing: Drawing) -> View {
    let missed = create_selector(move || {
        let wanted = drawing.visibility.get_clone();
        (visibility.get_clone() != wanted).then(|| wanted.missed())
    });
    live(move || match missed.get_clone() {
        Some(text) => {
            let full = text.clone();
            view! {
                div(class="gone", role="status") {
                    span(title=full) { (text) }
                    button(r#type="button", class="link", on:click=handler(move |_| drawing.update(|wanted| *wanted = Visibility::default()))) { "Show all" }
                }
            }
        }
        None => View::new(),
    })
}

/// The chart in a sentence, for those who do not see it.
fn spoken(ready: Option<Rc<Ready>>) -> String {
    let Some(ready) = ready else { return String::new() };
    let parts: Vec<String> = ready
        .chart()
        .series
        .iter()
        .take(12)
        .filter_map(|plot| {
            Some(format!(
                "{}: {}",
                legend::shown(&plot.label),
                ready.value(series::last(plot)?)
            ))
        })
        .collect();
    format!(
        "{}. Last values: {}. The panel's menu shows it as a table.",
        ready.answer.title,
        parts.join(", ")
    )
}

/// Colour, name and last value of each series, and where there is room the least, the mean and the largest; a click isolates
/// one, with the control key it toggles one.
fn legend(
    ready: ReadSignal<Option<Rc<Ready>>>,
    visibility: ReadSignal<Visibility>,
    drawing: Drawing,
) -> View {
    let preferences = use_context::<Preferences>();
    let items = live_all(move || {
        let Some(ready) = ready.get_clone() else {
            return Vec::new();
        };
        let labels: Rc<Vec<String>> = Rc::new(ready.labels().map(str::to_owned).collect());
        let theme = preferences.theme();
        ready
            .chart()
            .series
            .iter()
            .enumerate()
            .map(|(index, plot)| {
                let swatch = format!("background: {}", ready.color(index, theme));
                let last = series::last(plot).map_or_else(|| "no data".to_owned(), |value| ready.value(value));
                let extent = series::extent(plot).map_or_else(String::new, |extent| {
                    let [low, mean, high] = extent.map(|value| ready.value(value));
                    format!("min {low} · mean {mean} · max {high}")
                });
                let (label, shown) = (plot.label.clone(), plot.label.clone());
                let (name, style) = (legend::shown(&label).to_owned(), legend::style(&label));
                let full = [name.as_str(), "\n", &extent].concat();
                let labels = labels.clone();
                let choose = move |event: web_sys::MouseEvent| {
                    drawing.update(|visibility| {
                        // From what is seen: a choice of what is gone counts no more.
                        *visibility = visibility.among(labels.iter().map(String::as_str));
                        if event.ctrl_key() || event.meta_key() {
                            visibility.toggle(&label, &labels);
                        } else {
                            visibility.isolate(&label, &labels);
                        }
                    });
                };
                view! {
                    button(r#type="button", title=full, aria-pressed=visibility.with(|v| v.shows(&shown)).to_string(), on:click=handler(choose)) {
                        i(prop:style=swatch)
                        span(class=style) { (name) }
                        b { (last) }
                        small { (extent) }
                    }
                }
            })
            .collect::<Vec<View>>()
    });
    view! { div(class="legend", role="group", aria-label="Series") { (items) } }
}
