//! Buffers that are used again: a step needs the same arrays as the step before.
//!
//! The *pool* is one for all threads, because what trains moves between them. What it hands out holds
//! whatever was last written there, so that neither fresh pages nor zeros cost anything; whoever takes a
//! buffer writes all of it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Values kept at most, 64 MB: what one step of a large network needs.
const MOST_VALUES: usize = 16 << 20;

#[derive(Default)]
struct Pool {
    /// Free buffers by length.
    free: BTreeMap<usize, Vec<Vec<f32>>>,
    values: usize,
}

impl Pool {
    const fn new() -> Self {
        Self {
            free: BTreeMap::new(),
            values: 0,
        }
    }

    fn take(&mut self, length: usize) -> Option<Vec<f32>> {
        let found = self.free.get_mut(&length).and_then(Vec::pop)?;
        self.values -= length;
        Some(found)
    }

    fn give(&mut self, buffer: Vec<f32>) {
        if self.values + buffer.len() > MOST_VALUES {
            // Other networks train now than those that these lengths are of.
            *self = Self::new();
        }
        if buffer.is_empty() || buffer.len() > MOST_VALUES {
            return;
        }
        self.values += buffer.len();
        self.free.entry(buffer.len()).or_default().push(buffer);
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
}
