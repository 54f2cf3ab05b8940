//! Playing the history back, a frame after another.
//!
//! The *speed* is in frames a second: frames lie densely where much happens, so that is where the
//! play-back lingers.

use super::super::state::AppState;

/// Most frames that are skipped at once where the window is slow.
const MOST_SKIPPED: f64 = 20.0;

/// How fast the history is played back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Speed {
    /// To point at things.
    Slow,
    /// To watch.
    #[default]
    Medium,
    /// To get an idea.
    Fast,
}

impl Speed {
    /// All of them, in the order of the chooser.
    pub const ALL: &'static [Self] = &[Self::Slow, Self::Medium, Self::Fast];

    /// What the window calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Slow => "Slow",
            Self::Medium => "Medium",
            Self::Fast => "Fast",
        }
    }

    /// Between two frames.
    pub fn interval_secs(self) -> f64 {
        match self {
            Self::Slow => 0.4,
            Self::Medium => 0.1,
            Self::Fast => 0.04,
        }
    }
}

/// A play-back under way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Play {
    /// When the next frame is due, on the clock of the window; not known before the first tick.
    due_secs: Option<f64>,
}

impl AppState {
    pub(super) fn toggle_play(&mut self) {
        if self.history.play.take().is_some() {
            return;
        }
        let Some(first) = self.frames_of_note().first() else {
            return;
        };
        let first = first.step;
        self.history.cursor.get_or_insert(first);
        self.history.play = Some(Play::default());
    }

    /// Seconds until the next frame is due at `now_secs`, while playing.
    pub(super) fn due_in(&self, now_secs: f64) -> Option<f64> {
        let play = self.history.play?;
        Some(play.due_secs.map_or(0.0, |due| (due - now_secs).max(0.0)))
    }

    pub(super) fn tick(&mut self, now_secs: f64) {
        let Some(play) = self.history.play else {
            return;
        };
        let interval = self.history.speed.interval_secs();
        let Some(due) = play.due_secs else {
            self.history.play = Some(Play {
                due_secs: Some(now_secs + interval),
            });
            return;
        };
        if now_secs < due {
            return;
        }
        let late = ((now_secs - due) / interval).floor().min(MOST_SKIPPED);
        self.history.play = Some(Play {
            // From now on where even skipping does not catch up.
            due_secs: Some((due + (late + 1.0) * interval).max(now_secs)),
        });
        self.step_forward(late as usize + 1);
    }
}
