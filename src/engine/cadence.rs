//! When a run is drawn, and which of its frames are kept for looking back.
//!
//! The *credit* of a run is the time its frames may take yet: a small share of the time it trains. A
//! costly frame overdraws it, and the next one waits until it is paid back.

use std::time::{Duration, Instant};

use super::protocol::Watch;

/// Steps of a phase after which it is always drawn: there most happens.
const EARLY: [u64; 8] = [0, 1, 2, 5, 10, 20, 50, 100];
/// Share of the training time that frames may take.
const SHARE: f64 = 0.04;
/// The same while nobody looks.
const HIDDEN_SHARE: f64 = 0.01;
/// The early steps may overdraw the credit by this much.
const MAX_DEBT_SECS: f64 = 1.0;
/// Credit that can be saved up.
const MAX_CREDIT_SECS: f64 = 0.25;
/// However costly it is, a frame comes after this much training.
const LONGEST: Duration = Duration::from_secs(2);
/// Between two frames, at least.
const SHORTEST: Duration = Duration::from_millis(250);
/// Between two frames while nobody looks, at least.
const HIDDEN_SHORTEST: Duration = Duration::from_secs(2);
/// A frame is kept once a phase is longer by one part in so many.
const GROWTH: u64 = 32;

/// A place in a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// Index of the phase.
    pub(super) phase: usize,
    /// Steps done in it.
    pub(super) step: u64,
    /// Steps it has in all.
    pub(super) steps: u64,
}

impl Moment {
    fn is_special(self) -> bool {
        EARLY.contains(&self.step) || self.step == self.steps
    }

    fn is_at(self, other: Self) -> bool {
        (self.phase, self.step) == (other.phase, other.step)
    }
}

/// Decides about the frames of a run.
pub(super) struct Cadence {
    drawn: Option<Moment>,
    drawn_at: Instant,
    kept: Option<Moment>,
    credit_secs: f64,
    trained_since: Duration,
}

impl Cadence {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            drawn: None,
            drawn_at: now,
            kept: None,
            credit_secs: 0.0,
            trained_since: Duration::ZERO,
        }
    }

    /// Whether a run that comes to `at` is drawn there. A slow run is one that mostly waits.
    pub(super) fn is_due(&self, at: Moment, now: Instant, watch: &Watch, is_slow: bool) -> bool {
        if self.drawn.is_some_and(|drawn| drawn.is_at(at)) {
            return false;
        }
        let since = now.saturating_duration_since(self.drawn_at);
        let is_free = self.credit_secs >= 0.0 || self.trained_since >= LONGEST || is_slow;
        if watch.is_hidden {
            return since >= HIDDEN_SHORTEST && self.credit_secs >= 0.0 && self.is_kept(at);
        }
        let is_affordable = self.credit_secs > -MAX_DEBT_SECS;
        (at.is_special() && is_affordable) || (since >= SHORTEST.max(2 * watch.interval) && is_free)
    }

    /// Whether a frame at `at` is worth keeping.
    pub(super) fn is_kept(&self, at: Moment) -> bool {
        self.kept.is_none_or(|kept| {
            kept.phase != at.phase
                || at.step < kept.step
                || !kept.is_at(at)
                    && (at.is_special() || (at.step - kept.step) * GROWTH >= kept.step)
        })
    }

    /// Tells that the run has trained.
    pub(super) fn trained(&mut self, spent: Duration, watch: &Watch) {
        let share = if watch.is_hidden { HIDDEN_SHARE } else { SHARE };
        self.trained_since += spent;
        self.credit_secs = (self.credit_secs + share * spent.as_secs_f64()).min(MAX_CREDIT_SECS);
    }

    /// Tells that a frame was drawn, and what it took.
    pub(super) fn drawn(&mut self, at: Moment, now: Instant, cost: Duration) {
        self.drawn = Some(at);
        self.drawn_at = now;
        self.trained_since = Duration::ZERO;
        self.credit_secs -= cost.as_secs_f64();
    }

    /// Tells that a frame was kept.
    pub(super) fn kept(&mut self, at: Moment) {
        self.kept = Some(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEEN: Watch = Watch {
        is_hidden: false,
        interval: Duration::from_millis(50),
    };
    const HIDDEN: Watch = Watch {
        is_hidden: true,
        interval: Duration::from_millis(50),
    };

    fn at(step: u64) -> Moment {
        Moment {
            phase: 0,
            step,
            steps: 100_000,
        }
    }

    /// Trains a phase, a step a millisecond, with frames that take `cost`. Returns the steps drawn and kept.
    fn play(steps: u64, cost: Duration, watch: &Watch) -> (Vec<u64>, Vec<u64>) {
        let mut now = Instant::now();
        let mut cadence = Cadence::new(now);
        let (mut drawn, mut kept) = (Vec::new(), Vec::new());
        for step in 0..=steps {
            let at = Moment {
                phase: 0,
                step,
                steps,
            };
            if cadence.is_due(at, now, watch, false) {
                drawn.push(step);
                now += cost;
                cadence.drawn(at, now, cost);
                if cadence.is_kept(at) {
                    kept.push(step);
                    cadence.kept(at);
                }
            }
            now += Duration::from_millis(1);
            cadence.trained(Duration::from_millis(1), watch);
        }
        (drawn, kept)
    }

    #[test]
    fn early_steps_and_the_end_are_always_drawn_and_kept() {
        let (_, kept) = play(10_007, Duration::from_millis(1), &SEEN);
        for step in EARLY.into_iter().chain([10_007]) {
            assert!(kept.contains(&step), "{step} of {kept:?}");
        }
    }

    #[test]
    fn a_phase_keeps_a_bounded_number_of_frames() {
        let (drawn, kept) = play(100_000, Duration::from_micros(100), &SEEN);
        assert!(drawn.len() > 390, "four a second: {}", drawn.len());
        assert!((100..250).contains(&kept.len()), "{}", kept.len());
        let is_even = |pair: &[u64]| pair[1] - pair[0] <= (pair[0] / 16).max(300);
        assert!(kept.windows(2).all(is_even), "{kept:?}");
    }

    #[test]
    fn frames_take_a_small_share_of_the_time() {
        for cost_millis in [1, 10, 40] {
            let (drawn, _) = play(60_000, Duration::from_millis(cost_millis), &SEEN);
            let share = drawn.len() as f64 * cost_millis as f64 / 60_000.0;
            assert!(share < 0.045, "{share} at {cost_millis} ms");
        }
    }

    #[test]
    fn however_costly_a_frame_comes_every_two_seconds_of_training() {
        let (drawn, _) = play(60_000, Duration::from_millis(500), &SEEN);
        let late = drawn.windows(2).map(|pair| pair[1] - pair[0]).max();
        assert!(late <= Some(2_001), "{late:?}");
        assert!(drawn.len() < 40, "{}", drawn.len());
    }

    #[test]
    fn what_nobody_sees_is_drawn_only_to_be_kept() {
        let (drawn, kept) = play(60_000, Duration::from_millis(10), &HIDDEN);
        assert_eq!(drawn, kept);
        assert!(drawn.windows(2).all(|pair| pair[1] - pair[0] >= 1_900));
        assert!(!drawn.is_empty());
    }

    #[test]
    fn a_slow_run_is_drawn_at_every_step_that_comes_after_the_interval() {
        let now = Instant::now();
        let mut cadence = Cadence::new(now);
        cadence.drawn(at(300), now, Duration::from_secs(1));
        let later = now + Duration::from_millis(300);
        assert!(!cadence.is_due(at(301), later, &SEEN, false), "in debt");
        assert!(cadence.is_due(at(301), later, &SEEN, true));
        assert!(
            !cadence.is_due(at(300), later, &SEEN, true),
            "drawn already"
        );
    }

    #[test]
    fn another_phase_and_a_step_back_are_kept() {
        let now = Instant::now();
        let mut cadence = Cadence::new(now);
        cadence.kept(at(5_000));
        assert!(!cadence.is_kept(at(5_000)));
        assert!(!cadence.is_kept(at(5_100)));
        assert!(cadence.is_kept(at(5_157)));
        assert!(cadence.is_kept(at(4_000)), "taken back");
        let next = Moment {
            phase: 1,
            ..at(5_000)
        };
        assert!(cadence.is_kept(next));
    }
}
