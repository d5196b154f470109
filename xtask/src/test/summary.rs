//! What the tests came to.

use std::fmt;
use std::time::Duration;

/// How many tests ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// As they should.
    pub passed: usize,
    /// Otherwise.
    pub failed: usize,
    /// Not run, or run without what they need.
    pub skipped: usize,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// All steps, in order.
#[derive(Debug, Default)]
pub struct Summary {
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    name: &'static str,
    took: Duration,
    counts: Counts,
    error: Option<String>,
}

impl Summary {
    /// Runs a step; true when it and all its tests succeeded. A step that ends in an error counts as one failure
    /// beside those of its tests.
    pub fn step(&mut self, name: &'static str, work: impl FnOnce() -> anyhow::Result<Counts>) -> bool {
        let started = super::announce(name);
        let (counts, error) = match work() {
            Ok(counts) => (counts, None),
            Err(error) => {
                eprintln!("{name}: {error:#}");
                (
                    Counts {
                        failed: 1,
                        ..Counts::default()
                    },
                    Some(format!("{error:#}")),
                )
            }
        };
        self.steps.push(Step {
            name,
            took: started.elapsed(),
            counts,
            error,
        });
        counts.failed == 0
    }

    /// Whether any test or step did.
    pub fn has_failed(&self) -> bool {
        self.total().failed > 0
    }

    fn total(&self) -> Counts {
        let mut total = Counts::default();
        for step in &self.steps {
            total += step.counts;
        }
        total
    }
}

/// A table of the steps, then one line with the sums.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n{:<20} {:>9} {:>8} {:>8} {:>8}",
            "step", "time", "passed", "failed", "skipped"
        )?;
        for Step {
            name,
            took,
            counts,
            error,
        } in &self.steps
        {
            let Counts {
                passed,
                failed,
                skipped,
            } = counts;
            let took = format!("{:.1} s", took.as_secs_f64());
            writeln!(f, "{name:<20} {took:>9} {passed:>8} {failed:>8} {skipped:>8}")?;
            if let Some(error) = error {
                writeln!(f, "  {}", error.lines().next().unwrap_or_default())?;
            }
        }
        let Counts {
            passed,
            failed,
            skipped,
        } = self.total();
        write!(f, "\n{passed} passed, {failed} failed")?;
        if skipped > 0 {
            write!(f, ", {skipped} skipped")?;
        }
        writeln!(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_with_the_sums_of_all_steps() {
        let mut summary = Summary::default();
        assert!(summary.step("unit", || Ok(Counts {
            passed: 3,
            failed: 0,
            skipped: 1
        })));
        assert!(!summary.step("api", || Ok(Counts {
            passed: 2,
            failed: 1,
            skipped: 0
        })));
        assert!(!summary.step("browser", || anyhow::bail!("no browser")));
        assert!(summary.has_failed());
        assert!(summary.to_string().ends_with("\n5 passed, 2 failed, 1 skipped\n"));
        assert!(summary.to_string().contains("no browser"));
    }

    #[test]
    fn says_nothing_of_skipped_tests_when_there_are_none() {
        let mut summary = Summary::default();
        summary.step("unit", || {
            Ok(Counts {
                passed: 3,
                failed: 0,
                skipped: 0,
            })
        });
        assert!(!summary.has_failed());
        assert!(summary.to_string().ends_with("\n3 passed, 0 failed\n"));
    }
}
