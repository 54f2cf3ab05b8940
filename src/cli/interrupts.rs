//! Ctrl-C and its kin while a run trains.
//!
//! The first *interruption* asks for the run to be kept. Others within a second are the same wish: a
//! wrapper passes the signal on to a program that the terminal has sent it to already, and fingers
//! slip. One that comes later means that the user does not want to wait.

use std::process::exit;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::store::RunPlace;

use super::Failure;
use super::kept::as_argument;
use super::output;

/// How long after the first interruption others are the same wish.
const SAME_WISH: Duration = Duration::from_secs(1);

/// How long a second interruption waits for a writing under way, so as to know what is kept.
const PATIENCE: Duration = Duration::from_secs(1);

/// What interruptions have asked for, and what there is to lose.
pub(super) struct Interrupts(Arc<Shared>);

#[derive(Default)]
struct Shared {
    first: Mutex<Option<Instant>>,
    is_asked: AtomicBool,
    /// Where the run is kept, once it trains.
    place: Mutex<Option<Arc<RunPlace>>>,
    /// Steps that it has told of.
    steps: AtomicU64,
}

impl Interrupts {
    /// Takes over Ctrl-C, and the signals that ask a program to end.
    ///
    /// # Errors
    /// When the system refuses.
    pub(super) fn listen() -> Result<Self, Failure> {
        let shared = Arc::new(Shared::default());
        let heard = Arc::clone(&shared);
        ctrlc::set_handler(move || heard.hear(Instant::now())).map_err(|error| {
            Failure::machine(format!("Ctrl-C could not be taken over: {error}"))
        })?;
        Ok(Self(shared))
    }

    /// Whether the run is to be kept now.
    pub(super) fn is_asked(&self) -> bool {
        self.0.is_asked.load(Ordering::SeqCst)
    }

    /// The run trains from now on, and is kept there.
    pub(super) fn begin(&self, place: &Arc<RunPlace>) {
        *lock(&self.0.place) = Some(Arc::clone(place));
    }

    /// How far the run is.
    pub(super) fn note_steps(&self, steps: u64) {
        self.0.steps.store(steps, Ordering::SeqCst);
    }
}

impl Shared {
    fn hear(&self, now: Instant) {
        if self.is_impatient(now) {
            output::complain_at_once(self.loss());
            exit(130);
        }
    }

    /// Takes note of an interruption. Returns whether it is one more wish, not the first again.
    fn is_impatient(&self, now: Instant) -> bool {
        let first = *lock(&self.first).get_or_insert(now);
        self.is_asked.store(true, Ordering::SeqCst);
        now.saturating_duration_since(first) >= SAME_WISH
    }

    /// What is lost when the program ends at once, in a sentence. Nothing is written after that.
    fn loss(&self) -> String {
        let Some(place) = lock(&self.place).clone() else {
            return "interrupted before the training began".to_owned();
        };
        place.close(PATIENCE);
        let run = place.shown();
        match place.safe_steps() {
            Some(safe) if safe >= self.steps.load(Ordering::SeqCst) => {
                format!("interrupted again: the run is kept in {run}, and nothing of it is lost")
            }
            Some(safe) => format!(
                "interrupted again before the run was kept as it is now: what it trained after step {safe} is \
                 lost, and hourglass train --resume {} goes on from there",
                as_argument(run)
            ),
            None if place.holds_earlier_run() => format!(
                "interrupted again before the run was first kept: all it trained is lost, and {run} still \
                 holds the earlier run"
            ),
            None => {
                "interrupted again before the run was first kept: all it trained is lost".to_owned()
            }
        }
    }
}

/// A panic elsewhere leaves nothing half done behind these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Claim;

    #[test]
    fn a_second_within_a_second_is_the_same_wish() {
        let shared = Shared::default();
        let first = Instant::now();
        let after = |millis| first + Duration::from_millis(millis);
        assert!(!shared.is_asked.load(Ordering::SeqCst));
        assert!(!shared.is_impatient(first));
        assert!(shared.is_asked.load(Ordering::SeqCst));
        for millis in [0, 20, 300, 999] {
            assert!(!shared.is_impatient(after(millis)), "{millis}");
        }
        for millis in [1_000, 5_000] {
            assert!(shared.is_impatient(after(millis)), "{millis}");
        }
    }

    #[test]
    fn what_is_lost_is_said() {
        let shared = Shared::default();
        assert_eq!(shared.loss(), "interrupted before the training began");
        let folder = tempfile::tempdir().unwrap();
        let place = RunPlace::claim(&folder.path().join("out"), Claim::New).unwrap();
        *lock(&shared.place) = Some(Arc::new(place));
        shared.steps.store(100, Ordering::SeqCst);
        assert_eq!(
            shared.loss(),
            "interrupted again before the run was first kept: all it trained is lost"
        );
    }
}
