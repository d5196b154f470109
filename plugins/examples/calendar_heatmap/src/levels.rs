//! Which shade a value has.

/// How many shades there are.
pub const SHADES: usize = 5;

/// The border values of the shades.
#[derive(Debug, PartialEq)]
pub struct Levels {
    /// The greatest value of each shade, from the lightest.
    pub tops: [f64; SHADES],
}

impl Levels {
    /// Each shade for a fifth of the values: one exceptional day does not make all others pale.
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        values.sort_unstable_by(f64::total_cmp);
        let mut tops = [0.0; SHADES];
        for (shade, top) in tops.iter_mut().enumerate() {
            let last = (values.len() * (shade + 1)).div_ceil(SHADES).saturating_sub(1);
            *top = values.get(last).copied().unwrap_or(0.0);
        }
        Self { tops }
    }

    /// 0, the lightest, to 4.
    pub fn shade(&self, value: f64) -> usize {
        self.tops
            .iter()
            .position(|top| value <= *top)
            .unwrap_or(SHADES - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shade_has_a_fifth_of_the_values() {
        let levels = Levels::of((1..=100).map(f64::from));
        assert_eq!(levels.tops, [20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(
            [1.0, 20.0, 20.5, 100.0, 1e9].map(|value| levels.shade(value)),
            [0, 0, 1, 4, 4]
        );
    }

    #[test]
    fn one_value_and_none_have_shades_too() {
        assert_eq!(Levels::of([7.0].into_iter()).shade(7.0), 0);
        assert_eq!(Levels::of([].into_iter()).shade(0.0), 0);
    }
}
