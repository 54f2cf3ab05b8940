//! How often the window is drawn, and how much of the machine that may take.
//!
//! The *gate* stands between the engine's news and the window: news wait until the frame that is due,
//! but not while the user does something. Input itself is always drawn at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::engine::Watch;

/// Share of the time that drawing news may take.
const SHARE: f64 = 0.15;

/// Between two frames with news, at least and at most.
const FASTEST: Duration = Duration::from_millis(50);
const SLOWEST: Duration = Duration::from_secs(1);

/// So long after input, news are drawn at once: most likely they answer it.
const ATTENTION: Duration = Duration::from_millis(300);

/// Weight of the newest frame in the mean cost.
const NEWEST: f64 = 0.2;

/// The interval follows the cost in steps of this ratio, so that it is not sent every frame.
const HYSTERESIS: f64 = 1.25;

/// What all threads of a processor together need to draw a pixel, where no graphics card does. They go
/// on after the frame is handed over, so that measuring does not see it; beside training, it was 0.1 to
/// 0.2 µs.
const SOFTWARE_SECS_PER_PIXEL: f64 = 100e-9;

/// When news may next be drawn.
#[derive(Debug)]
pub struct Gate {
    since: Instant,
    drawn_micros: AtomicU64,
    input_micros: AtomicU64,
    interval_micros: AtomicU64,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            since: Instant::now(),
            drawn_micros: AtomicU64::new(0),
            input_micros: AtomicU64::new(0),
            interval_micros: AtomicU64::new(micros(FASTEST)),
        }
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

impl Gate {
    /// How long news that come now wait.
    pub fn delay(&self) -> Duration {
        self.delay_at(micros(self.since.elapsed()))
    }

    fn delay_at(&self, now: u64) -> Duration {
        let drawn = self.drawn_micros.load(Ordering::Relaxed);
        let input = self.input_micros.load(Ordering::Relaxed);
        let interval = self.interval_micros.load(Ordering::Relaxed);
        let is_attended = input > 0 && now.saturating_sub(input) < micros(ATTENTION);
        let due = drawn.saturating_add(interval);
        // Never zero: egui would take that for a wish for two frames.
        Duration::from_micros(if is_attended || due <= now {
            1
        } else {
            due - now
        })
    }

    /// A frame is being drawn, `has_input` when the user did something.
    pub fn note_frame(&self, has_input: bool) {
        let now = micros(self.since.elapsed()).max(1);
        self.drawn_micros.store(now, Ordering::Relaxed);
        if has_input {
            self.input_micros.store(now, Ordering::Relaxed);
        }
    }

    fn set_interval(&self, interval: Duration) {
        self.interval_micros
            .store(micros(interval), Ordering::Relaxed);
    }
}

/// Follows what frames cost.
#[derive(Debug)]
pub struct Watcher {
    gate: Arc<Gate>,
    mean_secs: Option<f64>,
    told: Watch,
}

/// What is known of the window in a frame.
#[derive(Clone, Copy, Debug)]
pub struct Sight {
    /// Whether the window is minimised or covered.
    pub is_hidden: bool,
    /// Seconds that the frame before took.
    pub cost_secs: Option<f32>,
    /// Pixels of the window, where a processor draws them.
    pub software_pixels: Option<f32>,
}

impl Watcher {
    /// A watcher that sets this gate.
    pub fn new(gate: Arc<Gate>) -> Self {
        Self {
            gate,
            mean_secs: None,
            told: Watch::default(),
        }
    }

    /// What the engine is to be told, when it has changed.
    pub fn look(&mut self, sight: Sight) -> Option<Watch> {
        let drawing = sight
            .software_pixels
            .map_or(0.0, |pixels| f64::from(pixels) * SOFTWARE_SECS_PER_PIXEL);
        if let Some(secs) = sight.cost_secs {
            let secs = f64::from(secs);
            let mean = self.mean_secs.unwrap_or(secs);
            self.mean_secs = Some(mean + NEWEST * (secs - mean));
        }
        let cost = self.mean_secs.unwrap_or(0.0).max(drawing);
        let wanted = Duration::try_from_secs_f64(cost / SHARE).unwrap_or(SLOWEST);
        let wanted = wanted.clamp(FASTEST, SLOWEST);
        let ratio = wanted.as_secs_f64() / self.told.interval.as_secs_f64();
        let is_far = !(1.0 / HYSTERESIS..=HYSTERESIS).contains(&ratio);
        let is_back = wanted == FASTEST && self.told.interval != FASTEST;
        let interval = if is_far || is_back {
            wanted
        } else {
            self.told.interval
        };
        let watch = Watch {
            is_hidden: sight.is_hidden,
            interval,
        };
        if watch == self.told {
            return None;
        }
        self.gate.set_interval(interval);
        self.told = watch;
        Some(watch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: Sight = Sight {
        is_hidden: false,
        cost_secs: Some(0.002),
        software_pixels: None,
    };

    #[test]
    fn cheap_frames_change_nothing_and_hiding_is_told_once() {
        let mut watcher = Watcher::new(Arc::default());
        assert_eq!(watcher.look(QUICK), None);
        let hidden = Sight {
            is_hidden: true,
            ..QUICK
        };
        let told = watcher.look(hidden).unwrap();
        assert!(told.is_hidden && told.interval == FASTEST);
        assert_eq!(watcher.look(hidden), None);
        assert_eq!(watcher.look(QUICK), Some(Watch::default()));
    }

    #[test]
    fn dear_frames_come_seldom() {
        let mut watcher = Watcher::new(Arc::default());
        let slow = Sight {
            cost_secs: Some(0.03),
            ..QUICK
        };
        let told = watcher.look(slow).unwrap();
        assert!((told.interval.as_secs_f64() - 0.2).abs() < 1e-3, "{told:?}");
        assert_eq!(watcher.look(slow), None, "the same again");
        let told = watcher
            .look(Sight {
                software_pixels: Some(3840.0 * 2160.0),
                ..slow
            })
            .unwrap();
        assert_eq!(told.interval, SLOWEST);
    }

    #[test]
    fn news_wait_for_the_frame_that_is_due_unless_there_is_input() {
        let gate = Gate::default();
        gate.set_interval(Duration::from_millis(200));
        gate.drawn_micros.store(1_000_000, Ordering::Relaxed);
        assert_eq!(gate.delay_at(1_050_000), Duration::from_millis(150));
        assert_eq!(gate.delay_at(1_300_000), Duration::from_micros(1));
        gate.input_micros.store(1_000_000, Ordering::Relaxed);
        assert_eq!(gate.delay_at(1_050_000), Duration::from_micros(1));
    }
}
