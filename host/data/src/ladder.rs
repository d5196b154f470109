//! How coarse the buckets of a time range are.

/// One step: ranges up to `up_to_seconds` long get buckets of `bucket_seconds`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rung {
    /// The longest range this rung is for, in seconds; `None`: any length.
    pub up_to_seconds: Option<u64>,
    /// The bucket in seconds; `None`: raw points.
    pub bucket_seconds: Option<u32>,
}

/// Rungs from the shortest range to the longest. The last one serves every longer range as well.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ladder(Vec<Rung>);

/// Why a list of rungs is no ladder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LadderError(String);

impl Ladder {
    /// A ladder of one's own. Rungs must ascend in `up_to_seconds`, only the last may have none, and no bucket is 0.
    pub fn new(rungs: Vec<Rung>) -> Result<Self, LadderError> {
        if rungs.is_empty() {
            return Err(LadderError("a ladder needs at least one rung".into()));
        }
        let mut previous = 0;
        for (index, rung) in rungs.iter().enumerate() {
            if rung.bucket_seconds == Some(0) {
                return Err(LadderError(format!(
                    "the bucket of rung {} is 0 seconds long",
                    index + 1
                )));
            }
            match rung.up_to_seconds {
                Some(seconds) if seconds <= previous => {
                    return Err(LadderError(format!(
                        "rung {} is for ranges up to {seconds} s, which is not more than the rung before it",
                        index + 1
                    )));
                }
                Some(seconds) => previous = seconds,
                None if index + 1 < rungs.len() => {
                    return Err(LadderError(format!(
                        "rung {} has no upper end but is not the last",
                        index + 1
                    )));
                }
                None => {}
            }
        }
        Ok(Self(rungs))
    }

    /// The bucket in seconds for a range of this many milliseconds; `None`: raw points.
    pub fn bucket(&self, range_ms: i64) -> Option<u32> {
        let fits = |rung: &&Rung| match rung.up_to_seconds {
            Some(seconds) => i128::from(range_ms) <= i128::from(seconds) * 1000,
            None => true,
        };
        self.0
            .iter()
            .find(fits)
            .or(self.0.last())
            .and_then(|rung| rung.bucket_seconds)
    }

    /// The rungs, from the shortest range to the longest.
    pub fn rungs(&self) -> &[Rung] {
        &self.0
    }
}

impl Default for Ladder {
    /// Up to 8 hours every point, up to a day minutes, up to 4 days ten minutes, beyond that hours.
    fn default() -> Self {
        const HOUR: u64 = 3600;
        let rung = |up_to_seconds, bucket_seconds| Rung {
            up_to_seconds,
            bucket_seconds,
        };
        Self(vec![
            rung(Some(8 * HOUR), None),
            rung(Some(24 * HOUR), Some(60)),
            rung(Some(96 * HOUR), Some(600)),
            rung(None, Some(3600)),
        ])
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn follows_the_specified_steps_up_to_and_including_their_ends() {
        let ladder = Ladder::default();
        for (range, bucket) in [
            (1, None),
            (8 * HOUR, None),
            (8 * HOUR + 1, Some(60)),
            (24 * HOUR, Some(60)),
            (24 * HOUR + 1, Some(600)),
            (96 * HOUR, Some(600)),
            (96 * HOUR + 1, Some(3600)),
            (i64::MAX, Some(3600)),
        ] {
            assert_eq!(ladder.bucket(range), bucket, "{range} ms");
        }
    }

    #[test]
    fn the_last_rung_serves_longer_ranges_too() {
        let ladder = Ladder::new(vec![Rung {
            up_to_seconds: Some(60),
            bucket_seconds: Some(5),
        }])
        .unwrap();
        assert_eq!(ladder.bucket(3_600_000), Some(5));
    }

    #[test]
    fn refuses_rungs_that_do_not_ascend_and_empty_buckets() {
        let rung = |up_to_seconds, bucket_seconds| Rung {
            up_to_seconds,
            bucket_seconds,
        };
        assert!(Ladder::new(vec![]).is_err());
        assert!(Ladder::new(vec![rung(Some(60), None), rung(Some(60), Some(5))]).is_err());
        assert!(Ladder::new(vec![rung(None, None), rung(Some(60), Some(5))]).is_err());
        assert!(Ladder::new(vec![rung(None, Some(0))]).is_err());
    }
}
