//! The order in which training images are seen.
//!
//! A *batch order* is one epoch's shuffle of all image indices, cut into batches. It is a pure
//! function of its arguments, so a run that is continued, or two runs that are compared, can
//! rebuild the very same order.

use super::streams;

/// One epoch's shuffled indices, cut into batches of equal size.
///
/// The remainder that does not fill a batch is left out of this epoch; the next epoch's shuffle
/// leaves out other images. Where there are fewer images than one batch, all of them are one batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchOrder {
    indices: Vec<u32>,
    batch: usize,
}

impl BatchOrder {
    /// Shuffles `0..n` with the stream of (`seed`, `epoch`) for batches of `batch` images.
    ///
    /// `n` is the length of an [`Images`](super::Images), which is at most `u32::MAX`.
    #[must_use]
    pub fn new(n: usize, batch: usize, seed: u64, epoch: u64) -> Self {
        let mut indices: Vec<u32> = (0..).take(n).collect();
        streams::shuffle(
            &mut streams::stream(*b"batches\0", seed, epoch, 0),
            &mut indices,
        );
        Self {
            indices,
            batch: batch.min(n),
        }
    }

    /// Number of batches: `n / batch`, but 1 where `0 < n < batch`, and 0 where `n` or `batch` is 0.
    #[must_use]
    pub fn batches(&self) -> usize {
        self.indices.len().checked_div(self.batch).unwrap_or(0)
    }

    /// The image indices of batch `i`.
    ///
    /// # Panics
    /// If `i` is not below [`Self::batches`].
    #[must_use]
    pub fn batch(&self, i: usize) -> &[u32] {
        assert!(
            i < self.batches(),
            "batch {i} was asked for, but the epoch has {} batches",
            self.batches()
        );
        &self.indices[i * self.batch..(i + 1) * self.batch]
    }

    /// The batches, first to last.
    pub fn iter(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.batches()).map(|i| self.batch(i))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_arguments_same_order_and_other_epochs_or_seeds_another() {
        let order = BatchOrder::new(1000, 32, 7, 3);
        assert_eq!(order, BatchOrder::new(1000, 32, 7, 3));
        assert_ne!(order, BatchOrder::new(1000, 32, 7, 4));
        assert_ne!(order, BatchOrder::new(1000, 32, 8, 3));
        // Seed and epoch must not be folded into one number.
        assert_ne!(order, BatchOrder::new(1000, 32, 3, 7));
    }

    #[test]
    fn the_order_of_release_0_1_is_kept() {
        let order = BatchOrder::new(10, 5, 0, 0);
        assert_eq!(order.indices, [5, 0, 6, 9, 4, 7, 3, 8, 1, 2]);
    }

    #[test]
    fn batches_hold_distinct_indices_and_drop_the_rest() {
        let order = BatchOrder::new(1000, 32, 0, 0);
        assert_eq!(order.batches(), 31);
        let mut seen: Vec<u32> = order.iter().flatten().copied().collect();
        assert_eq!(seen.len(), 31 * 32);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 31 * 32);
        assert!(seen.iter().all(|&i| i < 1000), "an index is out of range");
    }

    #[test]
    fn a_batch_larger_than_the_data_is_one_batch_of_everything() {
        let order = BatchOrder::new(5, 32, 0, 0);
        assert_eq!(order.batches(), 1);
        let mut all = order.batch(0).to_vec();
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn nothing_to_order_is_no_batches() {
        assert_eq!(BatchOrder::new(0, 32, 0, 0).batches(), 0);
        assert_eq!(BatchOrder::new(5, 0, 0, 0).batches(), 0);
    }

    #[test]
    fn the_shuffle_is_near_uniform() {
        // Mean position of each of 8 items over 4000 epochs: 3.5 ± 0.036 (one standard error).
        let mut sums = [0_usize; 8];
        for epoch in 0..4000 {
            let order = BatchOrder::new(8, 8, 1, epoch);
            for (place, &i) in order.batch(0).iter().enumerate() {
                sums[i as usize] += place;
            }
        }
        for (i, sum) in sums.into_iter().enumerate() {
            assert!(
                (13_400..=14_600).contains(&sum),
                "item {i}: {sum}, expected 14000"
            );
        }
    }
}
