//! Figures beside their aims and their baseline.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context;

/// What a figure should be.
#[derive(Clone, Copy)]
pub enum Aim {
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
    /// Anything: it is told for comparison.
    None,
}

/// Figures of one run, and those of the baseline.
pub struct Report {
    file: PathBuf,
    baseline: BTreeMap<String, f64>,
    ratios: BTreeMap<String, f64>,
    missed: Vec<String>,
}

impl Report {
    /// Reads the baseline, where there is one.
    pub fn open() -> anyhow::Result<Self> {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("baseline.json");
        let baseline = match std::fs::read(&file) {
            Ok(text) => serde_json::from_slice(&text).with_context(|| file.display().to_string())?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(error).with_context(|| file.display().to_string()),
        };
        Ok(Self {
            file,
            baseline,
            ratios: BTreeMap::new(),
            missed: Vec::new(),
        })
    }

    /// Prints a ratio beside its baseline, and remembers it.
    pub fn ratio(&mut self, name: &str, value: f64, aim: Aim) {
        let before = self.baseline.get(name).map_or_else(
            || "no baseline".into(),
            |before| format!("baseline {}", short(*before)),
        );
        println!(
            "    {name}: {} ({before}){}",
            short(value),
            self.judge(name, value, aim)
        );
        self.ratios.insert(name.to_owned(), value);
    }

    /// Prints a figure with a unit: it depends on the machine, so it has no baseline.
    pub fn figure(&mut self, name: &str, value: f64, unit: &str, aim: Aim) {
        println!("    {name}: {value:.1} {unit}{}", self.judge(name, value, aim));
    }

    fn judge(&mut self, name: &str, value: f64, aim: Aim) -> String {
        let (met, wish) = match aim {
            Aim::None => return String::new(),
            Aim::AtMost(limit) => (value <= limit, format!("at most {limit}")),
            Aim::AtLeast(limit) => (value >= limit, format!("at least {limit}")),
        };
        if !met {
            self.missed
                .push(format!("{name}: {}, {wish} wanted", short(value)));
        }
        format!("   {} {wish}", if met { "ok," } else { "MISSED," })
    }

    /// Writes the baseline if asked to; an error if an aim was missed.
    pub fn finish(self, save: bool) -> anyhow::Result<()> {
        if save {
            let mut all = self.baseline;
            all.extend(
                self.ratios
                    .into_iter()
                    .map(|(name, value)| (name, (value * 10_000.0).round() / 10_000.0)),
            );
            std::fs::write(&self.file, serde_json::to_string_pretty(&all)? + "\n")?;
            println!("\nwritten to {}", self.file.display());
        }
        anyhow::ensure!(
            self.missed.is_empty(),
            "aims missed:\n  {}",
            self.missed.join("\n  ")
        );
        Ok(())
    }
}

/// With as many digits as tell something.
fn short(value: f64) -> String {
    if value.abs() < 0.1 {
        format!("{value:.4}")
    } else {
        format!("{value:.2}")
    }
}

/// The middle of an odd or even number of figures; NaN of none.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    match figures.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => figures[count / 2],
        count => (figures[count / 2 - 1] + figures[count / 2]) / 2.0,
    }
}

/// The figure that this share of all is not above; NaN of none.
pub fn percentile(figures: &mut [f64], share: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    let place = (figures.len() as f64 * share).ceil() as usize;
    figures.get(place.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(vec![]).is_nan());
    }

    #[test]
    fn a_percentile_is_one_of_the_figures() {
        let mut figures: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(percentile(&mut figures, 0.99), 99.0);
        assert_eq!(percentile(&mut figures, 0.5), 50.0);
        assert!(percentile(&mut [], 0.5).is_nan());
    }
}
