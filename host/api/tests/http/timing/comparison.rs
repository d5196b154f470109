//! Whether two kinds of requests take the same time, on a machine that does other things as well.
//!
//! Of one kind there are twice as many samples. What their two halves differ by, however they are halved, is noise; what
//! the kinds differ by has to be more than that to count.

/// Quantiles that are compared: an attacker takes the one with the least noise, which is seldom the mean.
const QUANTILES: [f64; 4] = [0.1, 0.25, 0.5, 0.75];
/// So many ways to halve.
const SPLITS: usize = 120;
/// More than the noise by this factor.
const MARGIN: f64 = 1.6;
/// A difference of this part of the whole is none: over a network it cannot be told from none by any number of requests
/// that the host lets pass.
const FLOOR: f64 = 0.03;

/// How long requests took, in any one unit.
#[derive(Default)]
pub struct Durations {
    /// Of one kind, twice as many.
    pub same: Vec<f64>,
    /// Of the other kind.
    pub other: Vec<f64>,
}

impl Durations {
    /// What they differ by, where that is more than noise.
    pub fn differ(&self) -> Option<String> {
        let mut order = Order::seeded(7);
        let mut shuffled = self.same.clone();
        let mut noise = [0.0_f64; QUANTILES.len()];
        for _ in 0..SPLITS {
            order.shuffle(&mut shuffled);
            let (one, other) = shuffled.split_at(shuffled.len() / 2);
            let (one, other) = (quantiles(one), quantiles(other));
            for (most, (one, other)) in noise.iter_mut().zip(one.into_iter().zip(other)) {
                *most = most.max((one - other).abs());
            }
        }
        let (same, other) = (quantiles(&self.same), quantiles(&self.other));
        let compared = QUANTILES.iter().zip(noise).zip(same.into_iter().zip(other));
        let differences: Vec<String> = compared
            .filter_map(|((quantile, noise), (same, other))| {
                let bound = (noise * MARGIN).max(same * FLOOR);
                let is_more = (same - other).abs() > bound;
                is_more.then(|| format!("at {quantile}: {same:.0} and {other:.0}, noise {noise:.0}"))
            })
            .collect();
        // One quantile alone may be an accident.
        (differences.len() >= 2).then(|| differences.join("; "))
    }
}

fn quantiles(samples: &[f64]) -> Vec<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |quantile: &f64| sorted[((sorted.len() - 1) as f64 * quantile) as usize];
    QUANTILES.iter().map(at).collect()
}

/// Orders that follow no pattern, and are the same each time.
pub struct Order(u64);

impl Order {
    pub fn seeded(seed: u64) -> Self {
        Self(
            seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .wrapping_add(0x1234_5678_9abc_def1),
        )
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Two of one kind and one of the other (true).
    pub fn of_round(&mut self) -> [bool; 3] {
        let place = self.next() % 3;
        [0, 1, 2].map(|number| number == place)
    }

    pub fn shuffle(&mut self, samples: &mut [f64]) {
        for last in (1..samples.len()).rev() {
            samples.swap(last, (self.next() % (last as u64 + 1)) as usize);
        }
    }

    /// From 0 up to 1.
    pub fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Around 100 with a long tail upwards, as requests are; now and then the machine is busy.
    fn sample(order: &mut Order) -> f64 {
        let busy = if order.fraction() < 0.05 {
            300.0 * order.fraction()
        } else {
            0.0
        };
        90.0 - 10.0 * (1.0 - order.fraction()).ln() + busy
    }

    fn durations(seed: u64, factor: f64) -> Durations {
        let mut order = Order::seeded(seed);
        Durations {
            same: (0..400).map(|_| sample(&mut order)).collect(),
            other: (0..200).map(|_| factor * sample(&mut order)).collect(),
        }
    }

    #[test]
    fn what_is_the_same_is_seldom_said_to_differ() {
        let wrong = (0..60)
            .filter(|seed| durations(*seed, 1.0).differ().is_some())
            .count();
        assert!(wrong <= 1, "{wrong} of 60");
    }

    #[test]
    fn what_differs_by_a_tenth_is_said_to_differ_both_ways() {
        for factor in [0.9, 1.1] {
            let missed = (0..20)
                .filter(|seed| durations(*seed, factor).differ().is_none())
                .count();
            assert_eq!(missed, 0, "{factor}");
        }
    }
}
