//! How fast a run trains by its own steps.
//!
//! Steps that also draw a picture are left out, as are the first ones of a phase. What is left is cut
//! into *windows*; the middle one counts.

use std::time::Duration;

use crate::analysis::median;

/// First steps of a phase that do not count: caches and threads warm up.
const SKIPPED: u32 = 10;
/// Steps of a window, at least.
const STEPS: u32 = 8;
/// Time of a window, at least.
const WINDOW: Duration = Duration::from_millis(100);
/// Windows that make a figure.
const WINDOWS: usize = 5;

/// Times the steps of a run on the CPU, where a step is done when it returns.
#[derive(Default)]
pub(in crate::engine) struct StepClock {
    phase: usize,
    skipped: u32,
    steps: u32,
    time: Duration,
    /// Seconds a step of each full window, the newest [`WINDOWS`].
    windows: Vec<f64>,
}

impl StepClock {
    /// Counts a step of a phase.
    pub(in crate::engine) fn count(&mut self, phase: usize, took: Duration) {
        if phase != self.phase {
            *self = Self {
                phase,
                ..Self::default()
            };
        }
        if self.skipped < SKIPPED {
            self.skipped += 1;
            return;
        }
        self.steps += 1;
        self.time += took;
        if self.steps >= STEPS && self.time >= WINDOW {
            if self.windows.len() == WINDOWS {
                self.windows.remove(0);
            }
            self.windows
                .push(self.time.as_secs_f64() / f64::from(self.steps));
            self.steps = 0;
            self.time = Duration::ZERO;
        }
    }

    /// Steps a second in a phase, once enough of it was seen.
    pub(super) fn speed(&self, phase: usize) -> Option<f64> {
        if phase != self.phase || self.windows.len() < WINDOWS {
            return None;
        }
        median(&self.windows).map(f64::recip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speed_is_that_of_many_steps_of_one_phase() {
        let mut clock = StepClock::default();
        // The first steps are slow, and one window in five is disturbed.
        for _ in 0..SKIPPED {
            clock.count(0, Duration::from_secs(3));
        }
        for step in 0..88 {
            assert_eq!(clock.speed(0), None, "too early after {step} steps");
            let took = if step < 8 { 40 } else { 5 };
            clock.count(0, Duration::from_millis(took));
        }
        assert_eq!(clock.speed(0).map(f64::round), Some(200.0));
        assert_eq!(clock.speed(1), None, "another phase is another network");
        clock.count(1, Duration::from_millis(5));
        assert_eq!(clock.speed(0), None);
        assert_eq!(clock.speed(1), None);
    }
}
