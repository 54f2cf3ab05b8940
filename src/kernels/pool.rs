//! Buffers that are used again: a step needs the same arrays as the step before.
//!
//! The *pool* is one for all threads, because what trains moves between them. What it hands out holds
//! whatever was last written there, so that neither fresh pages nor zeros cost anything; whoever takes a
//! buffer writes all of it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Values kept at most, 64 MB: what one step of a large network needs.
const MOST_VALUES: usize = 16 << 20;

/// Free buffers of one length.
#[derive(Default)]
struct Shelf {
    buffers: Vec<Vec<f32>>,
    /// When one was last taken or given, on the clock of the pool.
    used: u64,
}

#[derive(Default)]
struct Pool {
    /// By length.
    free: BTreeMap<usize, Shelf>,
    values: usize,
    /// Counts what is taken and given.
    clock: u64,
}

impl Pool {
    const fn new() -> Self {
        Self {
            free: BTreeMap::new(),
            values: 0,
            clock: 0,
        }
    }

    fn take(&mut self, length: usize) -> Option<Vec<f32>> {
        self.clock += 1;
        let shelf = self.free.get_mut(&length)?;
        shelf.used = self.clock;
        let found = shelf.buffers.pop()?;
        self.values -= length;
        Some(found)
    }

    fn give(&mut self, buffer: Vec<f32>) {
        if buffer.is_empty() || buffer.len() > MOST_VALUES {
            return;
        }
        self.clock += 1;
        while self.values + buffer.len() > MOST_VALUES && self.drop_stalest() {}
        self.values += buffer.len();
        let shelf = self.free.entry(buffer.len()).or_default();
        shelf.used = self.clock;
        shelf.buffers.push(buffer);
    }

    /// Drops a buffer of the length that nobody has needed for longest: other networks train now than
    /// those it is of. Tells whether there was one.
    fn drop_stalest(&mut self) -> bool {
        let stalest = self.free.iter().min_by_key(|(_, shelf)| shelf.used);
        let Some(length) = stalest.map(|(length, _)| *length) else {
            return false;
        };
        let shelf = self.free.get_mut(&length);
        match shelf.and_then(|shelf| shelf.buffers.pop()) {
            Some(_) => self.values -= length,
            None => {
                self.free.remove(&length);
            }
        }
        true
    }
}

static POOL: Mutex<Pool> = Mutex::new(Pool::new());

/// A panic elsewhere leaves nothing half done behind this lock.
fn pool() -> MutexGuard<'static, Pool> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A buffer of `length` values; which values is not said.
pub fn take(length: usize) -> Vec<f32> {
    let found = pool().take(length);
    found.unwrap_or_else(|| vec![0.0; length])
}

/// A buffer of `length` zeros.
pub fn take_zeros(length: usize) -> Vec<f32> {
    let mut buffer = take(length);
    buffer.fill(0.0);
    buffer
}

/// Takes back a buffer that nobody needs any more.
pub fn give(buffer: Vec<f32>) {
    pool().give(buffer);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_to_who_needs_its_length() {
        let mut pool = Pool::new();
        assert!(pool.take(1000).is_none());
        let buffer = vec![7.0; 1000];
        let place = buffer.as_ptr();
        pool.give(buffer);
        assert!(pool.take(999).is_none());
        let again = pool.take(1000).unwrap();
        assert_eq!(again.as_ptr(), place);
        assert!(pool.take(1000).is_none());
    }

    #[test]
    fn zeros_are_zeros() {
        give(vec![7.0; 1009]);
        assert!(take_zeros(1009).iter().all(|value| *value == 0.0));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut pool = Pool::new();
        for _ in 0..20 {
            pool.give(vec![0.0; MOST_VALUES / 4]);
            assert!(pool.values <= MOST_VALUES);
        }
        pool.give(vec![0.0; MOST_VALUES + 1]);
        assert!(pool.values <= MOST_VALUES);
    }

    #[test]
    fn what_was_needed_longest_ago_goes_first() {
        let mut pool = Pool::new();
        let quarter = MOST_VALUES / 4;
        for extra in 0..3 {
            pool.give(vec![0.0; quarter + extra]);
        }
        let again = pool.take(quarter).unwrap();
        pool.give(again);
        pool.give(vec![0.0; quarter + 3]);
        assert!(pool.take(quarter + 1).is_none(), "nobody needed it");
        for left in [0, 2, 3] {
            assert!(pool.take(quarter + left).is_some(), "{left}");
        }
    }
}
