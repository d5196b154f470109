//! The built-in panel type `timeseries`: values over time, one line per series.

mod display;
mod gaps;
mod thin;

use porthole_sdk::{
    Axis, Call, Chart, ColumnRole, Descriptor, Failure, Mark, Panel, Plot, Series, SeriesRequest, Size,
    SourceRole, Sources, View, natural_order,
};

use display::Display;

/// Values over time, one line per series.
pub struct Timeseries;

impl Panel for Timeseries {
    fn describe() -> Descriptor {
        Descriptor {
            description: "Values over time as lines, areas, bars or points; one series per label".into(),
            default_size: Size { width: 8, height: 2 },
            display_schema: display::schema(),
            sources: vec![SourceRole::main([
                ColumnRole::required("timestamp", "When it was measured"),
                ColumnRole::required("value", "What was measured"),
                ColumnRole::optional("series_label", "Whose value it is; one series per label"),
            ])],
            ..Descriptor::new("timeseries", "Time series", env!("CARGO_PKG_VERSION"))
        }
    }

    fn render(call: &Call, sources: &dyn Sources) -> Result<View, Failure> {
        let display: Display = call.display()?;
        let request = SeriesRequest {
            labels: call.labels.clone(),
            ..SeriesRequest::default()
        };
        let answer = sources.open("main")?.series(request)?;

        let mut series = answer.series;
        series.sort_unstable_by(|a, b| natural_order(&a.label, &b.label));
        // One colour for several lines would make them one line to the eye.
        let line_color = if series.len() == 1 {
            display.line_color.clone()
        } else {
            None
        };
        let plots = series.into_iter().map(|mut series| {
            let gap = gaps::join_within(&series, answer.bucket_seconds).filter(|_| !display.connect_gaps);
            let thinned = call
                .max_points
                .and_then(|most| thin::thin(&mut series, most, gap));
            Plot {
                color: display
                    .color_of(&series)
                    .or_else(|| line_color.clone().map(Into::into)),
                mark: display.mark(),
                // What thinning has moved apart is no gap.
                join_within: gap.map(|gap| gap.max(thinned.unwrap_or(0))),
                series,
            }
        });
        Ok(View::Chart(Chart {
            plots: plots.collect(),
            y_axis: Axis {
                label: display.y_axis_label.clone(),
                unit: display.unit.clone(),
                minimum: display.y_axis_range.minimum,
                maximum: display.y_axis_range.maximum,
            },
            stacked: display.stacked,
            thresholds: display.thresholds.into_vec(),
        }))
    }
}

impl Display {
    fn color_of(&self, series: &Series) -> Option<String> {
        self.colors.get(&series.label).cloned().map(Into::into)
    }

    fn mark(&self) -> Mark {
        match self.mark {
            None | Some(display::MarkName::Line) if self.fill_area => Mark::Area,
            None | Some(display::MarkName::Line) => Mark::Line,
            Some(display::MarkName::Area) => Mark::Area,
            Some(display::MarkName::Bar) => Mark::Bar,
            Some(display::MarkName::Point) => Mark::Point,
        }
    }
}

porthole_sdk::export!(Timeseries);

#[cfg(test)]
mod tests;
