//! The chart library behind its glue (`js/chart.js`).

use std::borrow::Cow;

use wasm_bindgen::{JsValue, closure::Closure, prelude::wasm_bindgen};

use crate::series::Aligned;

#[wasm_bindgen(raw_module = "./chart.js")]
extern "C" {
    type Plotter;

    #[wasm_bindgen(constructor)]
    fn new(
        element: &web_sys::Element,
        settings: &JsValue,
        instants: &js_sys::Float64Array,
        values: &js_sys::Array,
        on_cursor: &JsValue,
        on_range: &JsValue,
        on_reset: &JsValue,
    ) -> Plotter;

    #[wasm_bindgen(method)]
    fn update(this: &Plotter, settings: &JsValue, instants: &js_sys::Float64Array, values: &js_sys::Array);

    #[wasm_bindgen(method)]
    fn destroy(this: &Plotter);
}

/// How a chart is drawn.
pub(super) struct Settings {
    pub series: Vec<Line>,
    /// Milliseconds since the epoch: the range that was asked for, whether or not there is data in all of it.
    pub start: i64,
    pub end: i64,
    /// IANA name; none: the browser's.
    pub zone: Option<&'static str>,
    pub minimum: Option<f64>,
    pub maximum: Option<f64>,
    pub unit: Option<String>,
    pub label: Option<String>,
    pub thresholds: Vec<Mark>,
    pub stacked: bool,
    pub grid: &'static str,
    pub dim: &'static str,
}

/// One series.
pub(super) struct Line {
    pub label: String,
    /// `#rrggbb`
    pub color: String,
    pub mark: porthole_model::Mark,
    pub shown: bool,
}

/// A dashed line.
pub(super) struct Mark {
    pub value: f64,
    /// `#rrggbb`
    pub color: String,
}

type OnCursor = Closure<dyn FnMut(i32, f64, f64)>;
type OnRange = Closure<dyn FnMut(f64, f64)>;
type OnReset = Closure<dyn FnMut()>;

/// A chart in the page; gone when dropped.
pub(super) struct Plot {
    plotter: Plotter,
    // JavaScript calls these as long as the plot lives.
    _calls: (OnCursor, OnRange, OnReset),
}

impl Plot {
    /// Draws into an element. `on_cursor` hears the index of the point under the cursor (−1: none) and where the
    /// cursor is in the element; `on_range` the ends of what was dragged over, in milliseconds; `on_reset` a double click.
    pub fn draw(
        element: &web_sys::Element,
        settings: &Settings,
        instants: &[f64],
        values: &[Vec<f64>],
        on_cursor: impl FnMut(i32, f64, f64) + 'static,
        on_range: impl FnMut(f64, f64) + 'static,
        on_reset: impl FnMut() + 'static,
    ) -> Self {
        let calls: (OnCursor, OnRange, OnReset) = (
            Closure::new(on_cursor),
            Closure::new(on_range),
            Closure::new(on_reset),
        );
        let plotter = Plotter::new(
            element,
            &settings.object(),
            &instants.into(),
            &columns(values),
            calls.0.as_ref(),
            calls.1.as_ref(),
            calls.2.as_ref(),
        );
        Self {
            plotter,
            _calls: calls,
        }
    }

    /// Draws something else.
    pub fn redraw(&self, settings: &Settings, instants: &[f64], values: &[Vec<f64>]) {
        self.plotter
            .update(&settings.object(), &instants.into(), &columns(values));
    }
}

impl Drop for Plot {
    fn drop(&mut self) {
        self.plotter.destroy();
    }
}

impl Settings {
    /// As the glue reads it: the fields by their names.
    fn object(&self) -> JsValue {
        let series: js_sys::Array = self.series.iter().map(Line::object).collect();
        let thresholds: js_sys::Array = self.thresholds.iter().map(Mark::object).collect();
        object(&[
            ("series", series.into()),
            ("start", (self.start as f64).into()),
            ("end", (self.end as f64).into()),
            ("zone", self.zone.into()),
            ("minimum", self.minimum.into()),
            ("maximum", self.maximum.into()),
            ("unit", self.unit.as_deref().into()),
            ("label", self.label.as_deref().into()),
            ("thresholds", thresholds.into()),
            ("stacked", self.stacked.into()),
            ("grid", self.grid.into()),
            ("dim", self.dim.into()),
        ])
    }
}

impl Line {
    fn object(&self) -> JsValue {
        use porthole_model::Mark;
        let mark = match self.mark {
            Mark::Line => "line",
            Mark::Area => "area",
            Mark::Bar => "bar",
            Mark::Point => "point",
        };
        object(&[
            ("label", self.label.as_str().into()),
            ("color", self.color.as_str().into()),
            ("mark", mark.into()),
            ("shown", self.shown.into()),
        ])
    }
}

impl Mark {
    fn object(&self) -> JsValue {
        object(&[
            ("value", self.value.into()),
            ("color", self.color.as_str().into()),
        ])
    }
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = js_sys::Object::new();
    for (name, value) in fields {
        // Setting a field of a new object does not fail.
        let _ = js_sys::Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

fn columns(values: &[Vec<f64>]) -> js_sys::Array {
    values
        .iter()
        .map(|column| js_sys::Float64Array::from(column.as_slice()))
        .collect()
}

/// Whether the points of a series are joined.
pub(super) fn is_line(mark: porthole_model::Mark) -> bool {
    use porthole_model::Mark;
    matches!(mark, Mark::Line | Mark::Area)
}

/// The values as they are drawn: stacked where that is asked for.
pub(super) fn drawn<'a>(
    aligned: &'a Aligned,
    chart: &porthole_model::Chart,
    is_shown: impl Fn(usize) -> bool,
) -> Cow<'a, [Vec<f64>]> {
    if chart.stacked {
        let is_joined = |index: usize| chart.series.get(index).is_some_and(|plot| is_line(plot.mark));
        Cow::Owned(crate::series::stack(aligned, is_shown, is_joined))
    } else {
        Cow::Borrowed(&aligned.values)
    }
}
