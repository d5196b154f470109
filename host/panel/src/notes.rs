//! What a reader should know of a view beside the view: that it does not show all there is.

use porthole_model::View;

use crate::check::Cuts;
use crate::used::Used;

/// Sentences; none where the view is whole. `exports_more`: whether an export has more of the texts.
pub fn notes(view: &View, cuts: &Cuts, used: &Used, exports_more: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if let View::Chart(chart) = view {
        let shown = chart.series.len() as u64;
        let all = used.series().max(shown + cuts.series);
        if cuts.series > 0 || used.series() > 0 {
            notes.push(format!(
                "This shows {shown} of {all} series. Narrow the source with `where:`, choose another `series_label:`, or \
                 ask for some of them by name."
            ));
        }
    }
    let texts = cuts.texts + used.shortened();
    if texts > 0 {
        let what = match texts {
            1 => "1 text is longer than can be shown and ends in “… (cut)”.".to_owned(),
            many => format!("{many} texts are longer than can be shown and end in “… (cut)”."),
        };
        let whole = match exports_more {
            true => {
                " An export has more of them: up to 1,048,576 characters in a cell, fewer where there are more than 4 columns."
            }
            false => "",
        };
        notes.push(format!("{what}{whole}"));
    }
    let numbers = used.cut_numbers();
    if numbers > 0 {
        let what = match numbers {
            1 => "1 number has more digits than can be shown and ends in “… (cut)”.".to_owned(),
            many => format!("{many} numbers have more digits than can be shown and end in “… (cut)”."),
        };
        let whole = match exports_more {
            true => " An export has more of them: all, where there are not more than 28 columns.",
            false => "",
        };
        notes.push(format!("{what}{whole}"));
    }
    notes
}

#[cfg(test)]
mod tests {
    use porthole_model::{Chart, Table};

    use super::*;

    #[test]
    fn a_view_that_is_whole_needs_no_words() {
        let (cuts, used) = (Cuts::default(), Used::default());
        assert!(notes(&View::Chart(Chart::default()), &cuts, &used, true).is_empty());
        assert!(notes(&View::Table(Table::default()), &cuts, &used, true).is_empty());
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let used = Used::default();
        used.note_series(1_234);
        used.note_shortened(2);
        let cuts = Cuts { texts: 1, series: 0 };
        let said = notes(&View::Chart(Chart::default()), &cuts, &used, false);
        assert!(said[0].starts_with("This shows 0 of 1234 series."), "{said:?}");
        assert!(said[1].starts_with("3 texts are longer"), "{said:?}");
    }
}
