//! Seeded random numbers that are the same on every machine and in every release.
//!
//! A *stream* is the output of one `ChaCha8` generator whose 256-bit key spells out what the numbers
//! are for. Streams with different keys are independent, so work can be split over threads in any
//! way. The helpers use integer arithmetic and IEEE operations only, because `rand` does not
//! promise the same shuffle in its next release.

use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

/// The stream for `purpose` (a tag that keeps uses of one seed apart) and three numbers.
pub(super) fn stream(purpose: [u8; 8], a: u64, b: u64, c: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&purpose);
    key[8..16].copy_from_slice(&a.to_le_bytes());
    key[16..24].copy_from_slice(&b.to_le_bytes());
    key[24..].copy_from_slice(&c.to_le_bytes());
    ChaCha8Rng::from_seed(key)
}

/// A number in `0..bound`, 0 for a bound of 0. Its bias is below `bound / 2^64`.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the product's upper half is below bound"
)]
pub(super) fn below(rng: &mut ChaCha8Rng, bound: usize) -> usize {
    ((u128::from(rng.next_u64()) * bound as u128) >> 64) as usize
}

/// Fisher–Yates shuffle.
pub(super) fn shuffle<T>(rng: &mut ChaCha8Rng, items: &mut [T]) {
    for i in (1..items.len()).rev() {
        items.swap(i, below(rng, i + 1));
    }
}
