//! Why something a guest returned is not shown.

/// Why something a guest returned is not shown: a sentence for the plugin's author.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// More than a limit allows.
    #[error("{what}: {value} {unit}, and at most {limit} {unit} are allowed")]
    TooMuch {
        /// What was measured: `the picture's width`.
        what: &'static str,
        /// What it is, in `unit`; where counting stopped at the limit, one more than that.
        value: u64,
        /// What is allowed, in `unit`.
        limit: u64,
        /// `bytes`, `pixels`, `elements` …
        unit: &'static str,
    },
    /// Not what it should be.
    #[error("{0}")]
    Unfit(String),
}

impl Refusal {
    /// Refuses when `value` is over `limit`.
    pub(crate) fn unless(
        what: &'static str,
        value: usize,
        limit: usize,
        unit: &'static str,
    ) -> Result<(), Self> {
        if value > limit {
            Err(Self::too_much(what, value, limit, unit))
        } else {
            Ok(())
        }
    }

    /// `value` is over `limit`.
    pub(crate) fn too_much(what: &'static str, value: usize, limit: usize, unit: &'static str) -> Self {
        let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        Self::TooMuch {
            what,
            value: number(value),
            limit: number(limit),
            unit,
        }
    }
}
