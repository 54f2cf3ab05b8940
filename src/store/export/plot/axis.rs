//! Axes: which part of the numbers is shown, where a number lies, and which ones are written down.
//!
//! A *scale* maps values to points of the paper.

/// Smallest value on a logarithmic axis: what is below, zero too, is drawn here.
const FLOOR: f64 = 1e-9;

/// One axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    /// Values at both ends, as logarithms where the axis is logarithmic.
    low: f64,
    high: f64,
    /// Points of the paper at both ends.
    from: f64,
    to: f64,
    is_log: bool,
}

impl Scale {
    /// An axis that shows `low` to `high`, both as they were measured.
    pub(super) fn new((low, high): (f64, f64), (from, to): (f64, f64), is_log: bool) -> Self {
        let place = |value: f64| {
            if is_log {
                value.max(FLOOR).log10()
            } else {
                value
            }
        };
        let (mut low, mut high) = (place(low), place(high));
        if high - low < 1e-12 {
            // A single value lies in the middle.
            let half = if is_log {
                0.5
            } else {
                low.abs().max(1e-3) / 2.0
            };
            (low, high) = (low - half, high + half);
        }
        Self {
            low,
            high,
            from,
            to,
            is_log,
        }
    }

    /// With room beyond both ends, as a share of the whole.
    pub(super) fn widened(self, share: f64) -> Self {
        let room = (self.high - self.low) * share;
        Self {
            low: self.low - room,
            high: self.high + room,
            ..self
        }
    }

    /// Where a value lies.
    pub(super) fn place(self, value: f64) -> f64 {
        let value = if self.is_log {
            value.max(FLOOR).log10()
        } else {
            value
        };
        self.from + (value - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    /// Round values along the axis, about as many as `most`, with their text.
    pub(super) fn ticks(self, most: usize) -> Vec<(f64, String)> {
        if self.is_log {
            self.log_ticks()
        } else {
            self.even_ticks(most)
        }
    }

    fn even_ticks(self, most: usize) -> Vec<(f64, String)> {
        let rough = (self.high - self.low) / most.max(1) as f64;
        let power = 10.0_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .map(|factor| factor * power)
            .find(|step| *step >= rough)
            .unwrap_or(10.0 * power);
        let decimals = usize::try_from((-step.log10().floor()).max(0.0) as i64).unwrap_or(0);
        let first = (self.low / step).ceil() as i64;
        let last = (self.high / step).floor() as i64;
        (first..=last)
            .map(|index| {
                let value = index as f64 * step;
                let text = if decimals == 0 && value >= 0.0 {
                    super::super::numbers::count(value.round() as u64)
                } else {
                    format!("{value:.decimals$}")
                };
                (value, text)
            })
            .collect()
    }

    /// 1, 2, 3 and 5 times the powers of ten, or the powers alone where they are close.
    fn log_ticks(self) -> Vec<(f64, String)> {
        let factors: &[f64] = if self.high - self.low > 4.0 {
            &[1.0]
        } else if self.high - self.low > 1.6 {
            &[1.0, 3.0]
        } else {
            &[1.0, 1.5, 2.0, 3.0, 5.0, 7.0]
        };
        let decades = (self.low.floor() as i32)..=(self.high.ceil() as i32);
        decades
            .flat_map(|decade| factors.iter().map(move |factor| (decade, *factor)))
            .filter_map(|(decade, factor)| {
                let value = factor * 10.0_f64.powi(decade);
                let place = value.log10();
                let is_seen = (self.low..=self.high).contains(&place);
                is_seen.then(|| (value, log_label(decade, factor)))
            })
            .collect()
    }
}

/// `0.03`, or `3e-6` where that were long.
fn log_label(decade: i32, factor: f64) -> String {
    let value = factor * 10.0_f64.powi(decade);
    if decade < -4 {
        return format!("{factor}e{decade}");
    }
    let decimals = usize::try_from(1 - decade.min(1)).unwrap_or(0);
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(scale: Scale, most: usize) -> Vec<String> {
        scale
            .ticks(most)
            .into_iter()
            .map(|(_, text)| text)
            .collect()
    }

    #[test]
    fn values_run_from_one_end_to_the_other() {
        let scale = Scale::new((0.01, 1.0), (500.0, 0.0), true);
        assert_eq!(scale.place(0.01), 500.0);
        assert_eq!(scale.place(1.0), 0.0);
        assert!((scale.place(0.1) - 250.0).abs() < 1e-9);
        assert!(scale.place(0.0).is_finite(), "zero is drawn too");
        let flat = Scale::new((3.0, 3.0), (0.0, 100.0), false);
        assert!((flat.place(3.0) - 50.0).abs() < 1e-9);
    }

    #[test]
    fn ticks_are_round_and_not_too_many() {
        let steps = Scale::new((0.0, 12_000.0), (0.0, 800.0), false);
        assert_eq!(
            texts(steps, 8),
            ["0", "2,000", "4,000", "6,000", "8,000", "10,000", "12,000"]
        );
        let seconds = Scale::new((0.0, 0.9), (0.0, 800.0), false);
        assert_eq!(texts(seconds, 5), ["0.0", "0.2", "0.4", "0.6", "0.8"]);
        let errors = Scale::new((0.02, 0.11), (500.0, 0.0), true);
        assert_eq!(texts(errors, 8), ["0.02", "0.03", "0.05", "0.07", "0.1"]);
        let wide = Scale::new((1e-7, 10.0), (500.0, 0.0), true);
        assert_eq!(texts(wide, 8).first().unwrap(), "1e-7");
        assert!(texts(wide, 8).contains(&"10".to_owned()));
    }
}
