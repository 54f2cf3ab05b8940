//! How much memory pictures may take that are decoded at the same time.
//!
//! Photos of a few megapixels pass side by side; a huge one waits until it is alone.

use std::sync::{Condvar, Mutex, PoisonError};

/// Bytes for all pictures that are decoded at the same time. One that needs more is decoded alone.
const MOST: u64 = 1 << 30;

/// Lets pictures pass as long as there is room for them.
#[derive(Default)]
pub(super) struct Gate {
    taken: Mutex<u64>,
    freed: Condvar,
}

/// Room for one picture, until it is dropped.
pub(super) struct Room<'a> {
    gate: &'a Gate,
    bytes: u64,
}

impl Gate {
    /// Waits for room for so many bytes.
    pub(super) fn enter(&self, bytes: u64) -> Room<'_> {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = |taken: &mut u64| *taken > 0 && *taken + bytes > MOST;
        let mut taken = self
            .freed
            .wait_while(taken, is_full)
            .unwrap_or_else(PoisonError::into_inner);
        *taken += bytes;
        drop(taken);
        Room { gate: self, bytes }
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        let mut taken = self
            .gate
            .taken
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *taken -= self.bytes;
        drop(taken);
        self.gate.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn what_is_too_large_waits_until_it_is_alone() {
        let (gate, is_in) = (Gate::default(), AtomicBool::new(false));
        let (one, two) = (gate.enter(MOST / 2), gate.enter(MOST / 2));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let _room = gate.enter(4 * MOST);
                is_in.store(true, Ordering::SeqCst);
            });
            drop(one);
            std::thread::sleep(std::time::Duration::from_millis(30));
            assert!(!is_in.load(Ordering::SeqCst), "another is still there");
            drop(two);
            waiting.join().unwrap();
        });
        assert!(is_in.load(Ordering::SeqCst));
        assert_eq!(*gate.taken.lock().unwrap(), 0);
    }
}
