//! Long work in parts.
//!
//! A *part* is some items, such as codes, that take a few milliseconds, so that a slider moved meanwhile is not
//! kept waiting; how many items that are is learned as it goes.

use std::ops::Range;
use std::time::{Duration, Instant};

/// What a part should take.
pub(super) const PART: Duration = Duration::from_millis(4);
/// Items of the first part.
const FIRST: usize = 4;
/// Items of a part at most.
const MOST: usize = 256;
/// A part has at most so many times as many items as the one before.
const GROWTH: usize = 4;

/// How far work on some items is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts {
    /// Items of the next part.
    next: usize,
    done: usize,
    count: usize,
}

impl Parts {
    /// Work on so many items, all to be done.
    pub(super) fn new(count: usize) -> Self {
        Self {
            next: FIRST,
            done: 0,
            count,
        }
    }

    /// Whether nothing is left to do.
    pub(super) fn is_done(&self) -> bool {
        self.done == self.count
    }

    /// Does a part of the work, that on the items in the range. Returns whether it was the last.
    pub(super) fn advance<E>(
        &mut self,
        work: impl FnOnce(Range<usize>) -> Result<(), E>,
    ) -> Result<bool, E> {
        let end = (self.done + self.next).min(self.count);
        if end > self.done {
            let start = Instant::now();
            work(self.done..end)?;
            self.next = next_part(self.next, end - self.done, start.elapsed());
            self.done = end;
        }
        Ok(self.is_done())
    }
}

/// How many items the next part has after one that may have had `before`, and took so long for `done`.
fn next_part(before: usize, done: usize, spent: Duration) -> usize {
    let each = spent.as_secs_f64() / done.max(1) as f64;
    let fitting = (PART.as_secs_f64() / each.max(1e-9)) as usize;
    fitting.clamp(1, MOST.min(before * GROWTH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_worked_on_once() {
        let mut parts = Parts::new(1000);
        let mut worked = Vec::new();
        loop {
            let is_last = parts.advance(|range| {
                assert!(range.len() <= MOST);
                worked.extend(range);
                Ok::<(), ()>(())
            });
            if is_last.unwrap() {
                break;
            }
        }
        assert!(worked.into_iter().eq(0..1000));
        assert!(parts.is_done() && Parts::new(0).is_done());
    }

    #[test]
    fn what_failed_is_not_done() {
        let mut parts = Parts::new(3);
        assert_eq!(parts.advance(|_| Err("no")), Err("no"));
        assert!(!parts.is_done());
    }

    #[test]
    fn parts_grow_while_they_are_quick() {
        assert_eq!(next_part(4, 4, Duration::from_micros(4)), 16);
        assert_eq!(next_part(200, 200, Duration::from_micros(200)), MOST);
        assert_eq!(next_part(100, 100, Duration::from_millis(40)), 10);
        assert_eq!(next_part(4, 4, Duration::from_secs(1)), 1);
    }
}
