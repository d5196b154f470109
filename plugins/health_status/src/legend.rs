//! From a status as the database has it to its look.

use porthole_sdk::{Severity, Thresholds};

use crate::{display::Display, severity};

/// Where nothing says otherwise.
const UNKNOWN_COLOR: &str = "#6B7280";

/// The look of a status.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    pub label: String,
    pub color: String,
    pub severity: Severity,
}

/// `display:`, ready to be asked.
pub struct Legend {
    entries: Vec<(Key, Style)>,
    thresholds: Thresholds,
    /// One per threshold.
    threshold_severities: Vec<Severity>,
}

/// A status, so that 0, `0`, `"0"` and 0.0 are one.
#[derive(Debug, PartialEq)]
enum Key {
    Number(f64),
    Text(String),
}

impl Key {
    fn of(text: &str) -> Self {
        let text = text.trim();
        match text.parse() {
            Ok(number) if f64::is_finite(number) => Self::Number(number),
            _ => Self::Text(text.to_lowercase()),
        }
    }
}

impl From<Display> for Legend {
    fn from(display: Display) -> Self {
        let mut mapped = display.status_mapping.0;
        // Numbers in their own order, whatever order the YAML's reader has left them in.
        if mapped
            .iter()
            .all(|(status, _)| matches!(Key::of(status), Key::Number(_)))
        {
            mapped.sort_unstable_by(|a, b| number(&a.0).total_cmp(&number(&b.0)));
        }
        let looks: Vec<(&str, [u8; 3])> = mapped
            .iter()
            .map(|(_, look)| (look.label.as_str(), look.color.channels()))
            .collect();
        let derived = severity::of_all(&looks);
        let entries = mapped.into_iter().zip(derived).map(|((status, look), derived)| {
            let severity = look.severity.map_or(derived, Into::into);
            (
                Key::of(&status),
                Style {
                    label: look.label,
                    color: look.color.into(),
                    severity,
                },
            )
        });
        let looks: Vec<(&str, [u8; 3])> = display
            .thresholds
            .as_slice()
            .iter()
            .map(|threshold| {
                (
                    threshold.label.as_deref().unwrap_or_default(),
                    severity::channels(&threshold.color),
                )
            })
            .collect();
        let threshold_severities = severity::of_all(&looks);
        Self {
            entries: entries.collect(),
            threshold_severities,
            thresholds: display.thresholds,
        }
    }
}

fn number(text: &str) -> f64 {
    text.trim().parse().unwrap_or(f64::NAN)
}

impl Legend {
    /// The look of a status as the database has it; empty: it has none.
    pub fn style(&self, status: &str) -> Style {
        let key = Key::of(status);
        if let Some((_, style)) = self.entries.iter().find(|(known, _)| *known == key) {
            return style.clone();
        }
        if let (Key::Number(reading), false) = (&key, self.thresholds.is_empty()) {
            return self.style_of_reading(status, *reading);
        }
        // Without any legend, plain words say what they mean.
        let severity = match self.entries.is_empty() && self.thresholds.is_empty() {
            true => severity::of_words(status).unwrap_or(Severity::Unknown),
            false => Severity::Unknown,
        };
        let label = if status.trim().is_empty() {
            "Unknown"
        } else {
            status
        };
        Style {
            label: label.to_owned(),
            color: color_of(severity).to_owned(),
            severity,
        }
    }

    fn style_of_reading(&self, status: &str, reading: f64) -> Style {
        let thresholds = self.thresholds.as_slice();
        let reached = thresholds
            .iter()
            .zip(&self.threshold_severities)
            .rfind(|(threshold, _)| threshold.value <= reading);
        match reached {
            Some((threshold, severity)) => Style {
                label: threshold.label.clone().unwrap_or_else(|| status.to_owned()),
                color: threshold.color.clone(),
                severity: *severity,
            },
            None => {
                // Where the first threshold is already a bad one, below it is good.
                let severity = match self.threshold_severities.first() {
                    Some(Severity::Warning | Severity::Critical) => Severity::Good,
                    _ => Severity::Unknown,
                };
                Style {
                    label: status.to_owned(),
                    color: color_of(severity).to_owned(),
                    severity,
                }
            }
        }
    }
}

fn color_of(severity: Severity) -> &'static str {
    match severity {
        Severity::Good => "#10B981",
        Severity::Warning => "#F59E0B",
        Severity::Critical => "#EF4444",
        Severity::Unknown => UNKNOWN_COLOR,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn legend(display: &str) -> Legend {
        Legend::from(serde_json::from_str::<Display>(display).unwrap())
    }

    #[test]
    fn a_number_is_the_same_however_it_is_written() {
        let legend = legend(r##"{"status_mapping":{"0":{"color":"#10B981","label":"Healthy"}}}"##);
        for status in ["0", "0.0", " 0 ", "-0", "0e0"] {
            assert_eq!(legend.style(status).label, "Healthy", "{status}");
        }
        assert_eq!(legend.style("00x").severity, Severity::Unknown);
    }

    #[test]
    fn words_match_without_regard_to_case() {
        let legend = legend(r##"{"status_mapping":{"UP":{"color":"#10B981","label":"Up"}}}"##);
        assert_eq!(legend.style("up").severity, Severity::Good);
    }

    #[test]
    fn a_status_that_the_mapping_does_not_know_is_grey_and_shown_as_it_is() {
        let legend = legend(r##"{"status_mapping":{"0":{"color":"#10B981","label":"Healthy"}}}"##);
        let grey = |label: &str| Style {
            label: label.into(),
            color: UNKNOWN_COLOR.into(),
            severity: Severity::Unknown,
        };
        assert_eq!(legend.style("7"), grey("7"));
        assert_eq!(legend.style("down"), grey("down"));
        assert_eq!(legend.style(""), grey("Unknown"));
    }

    #[test]
    fn readings_are_judged_by_thresholds() {
        let legend = legend(
            r##"{"thresholds":[{"value":70,"color":"#F59E0B","label":"Busy"},{"value":90,"color":"#EF4444"}]}"##,
        );
        let judged = |status: &str| (legend.style(status).label, legend.style(status).severity);
        assert_eq!(judged("12.5"), ("12.5".into(), Severity::Good));
        assert_eq!(judged("70"), ("Busy".into(), Severity::Warning));
        assert_eq!(judged("99"), ("99".into(), Severity::Critical));
        assert_eq!(judged("n/a"), ("n/a".into(), Severity::Unknown));
    }

    #[test]
    fn below_a_first_threshold_that_is_good_nothing_is_known() {
        let legend = legend(r##"{"thresholds":[{"value":0,"color":"#10B981","label":"good"}]}"##);
        assert_eq!(legend.style("-5").severity, Severity::Unknown);
    }

    #[test]
    fn without_a_legend_words_speak_for_themselves() {
        let legend = legend("{}");
        assert_eq!(legend.style("OK").severity, Severity::Good);
        assert_eq!(legend.style("3").severity, Severity::Unknown);
    }
}
