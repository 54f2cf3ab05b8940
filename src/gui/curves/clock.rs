//! When a run took which step.
//!
//! A run's *clock* is a list of pairs of steps and seconds spent training, thinned to a bounded
//! number; in between, time passes evenly.

/// Most pairs that are kept.
const MOST_PAIRS: usize = 4096;

/// Seconds spent training at some of the steps.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    pairs: Vec<(f64, f64)>,
}

impl Clock {
    /// Takes in that `secs` had been spent when `step` steps were done.
    pub fn note(&mut self, step: u64, secs: f64) {
        let step = step as f64;
        let is_later = |&(known, at): &(f64, f64)| step > known && secs >= at;
        if !secs.is_finite() || !self.pairs.last().is_none_or(is_later) {
            return;
        }
        if self.pairs.len() == MOST_PAIRS {
            let mut index = 0;
            self.pairs.retain(|_| {
                index += 1;
                index % 2 == 1
            });
        }
        self.pairs.push((step, secs));
    }

    /// Pairs of a step and the seconds spent until then, in order.
    pub fn pairs(&self) -> &[(f64, f64)] {
        &self.pairs
    }

    /// Seconds spent when `step` steps were done.
    pub fn secs(&self, step: f64) -> f64 {
        between(&self.pairs, step, |&(step, secs)| (step, secs))
    }

    /// Steps done when `secs` had been spent.
    pub fn step(&self, secs: f64) -> f64 {
        between(&self.pairs, secs, |&(step, secs)| (secs, step))
    }
}

/// The second part of the pair whose first part is `value`, on the straight line between its
/// neighbours; that of the first or last pair beyond them.
fn between(pairs: &[(f64, f64)], value: f64, order: impl Fn(&(f64, f64)) -> (f64, f64)) -> f64 {
    let behind = pairs.partition_point(|pair| order(pair).0 <= value);
    // Every clock starts at zero.
    let low = match behind.checked_sub(1) {
        Some(index) => order(&pairs[index]),
        None => (0.0, 0.0),
    };
    let Some(high) = pairs.get(behind).map(order) else {
        return low.1;
    };
    let width = high.0 - low.0;
    if width > 0.0 {
        low.1 + (value - low.0) / width * (high.1 - low.1)
    } else {
        high.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_evenly_between_what_is_known() {
        let mut clock = Clock::default();
        clock.note(100, 1.0);
        clock.note(300, 5.0);
        assert_eq!(clock.secs(50.0), 0.5);
        assert_eq!(clock.secs(200.0), 3.0);
        assert_eq!(clock.step(3.0), 200.0);
        assert_eq!(clock.step(0.5), 50.0);
        assert_eq!(clock.secs(1e9), 5.0, "nothing is known of what comes");
        assert_eq!(Clock::default().secs(7.0), 0.0);
    }

    #[test]
    fn a_long_run_keeps_a_bounded_number_of_pairs() {
        let mut clock = Clock::default();
        for step in 0..1_000_000_u64 {
            clock.note(step, step as f64 / 100.0);
        }
        assert!(clock.pairs.len() <= MOST_PAIRS);
        for step in [0.0, 12_345.0, 999_999.0] {
            assert!((clock.secs(step) - step / 100.0).abs() < 1e-6);
        }
    }

    #[test]
    fn what_does_not_lie_later_is_left_out() {
        let mut clock = Clock::default();
        clock.note(10, 1.0);
        clock.note(10, 2.0);
        clock.note(5, 3.0);
        clock.note(20, f64::NAN);
        clock.note(20, 0.5);
        assert_eq!(clock.pairs, [(10.0, 1.0)]);
    }
}
