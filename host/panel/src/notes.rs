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
    if let View::Statuses(statuses) = view {
        let shown = statuses.items.len() as u64;
        let (read, has_more) = used.things();
        if has_more || read > shown {
            let more = if has_more { " or more" } else { "" };
            notes.push(format!(
                "This shows {shown} of {read}{more} things, the worst first. Narrow the source with `where:`."
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
    fn a_list_that_leaves_things_out_says_so() {
        let used = Used::default();
        let statuses = View::Statuses(porthole_model::Statuses { items: Vec::new() });
        used.note_things(0, false);
        assert!(notes(&statuses, &Cuts::default(), &used, false).is_empty());
        used.note_things(1_200, false);
        let said = notes(&statuses, &Cuts::default(), &used, false);
        assert!(
            said[0].starts_with("This shows 0 of 1200 things, the worst first."),
            "{said:?}"
        );
        used.note_things(10_000, true);
        let said = notes(&statuses, &Cuts::default(), &used, false);
        assert!(said[0].contains("10000 or more"), "{said:?}");
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
