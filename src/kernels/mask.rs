//! Random zeros, drawn by several threads as one would draw them.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Numbers that one thread draws in one go.
const PART: usize = 16 << 10;

/// `count` values, each 0 with probability `rate` and `kept` otherwise: the next numbers of the
/// generator, which moves on behind them.
pub fn draw(generator: &mut ChaCha8Rng, count: usize, rate: f64, kept: f32) -> Vec<f32> {
    let threshold = (rate * 4_294_967_296.0) as u32;
    let mut values = vec![0.0; count];
    let start = generator.get_word_pos();
    let all = &*generator;
    values
        .par_chunks_mut(PART)
        .enumerate()
        .for_each(|(part, values)| {
            let mut generator = all.clone();
            generator.set_word_pos(start + (part * PART) as u128);
            for value in values {
                if generator.random::<u32>() >= threshold {
                    *value = kept;
                }
            }
        });
    generator.set_word_pos(start + count as u128);
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;

    #[test]
    fn threads_draw_what_one_would() {
        let mut together = ChaCha8Rng::seed_from_u64(7);
        let mut alone = together.clone();
        let threshold = (0.3 * 4_294_967_296.0) as u32;
        for count in [30_000, 15, 100_001] {
            let mask = draw(&mut together, count, 0.3, 1.5);
            let same = |value: &f32| (*value == 1.5) == (alone.random::<u32>() >= threshold);
            assert!(mask.iter().all(same));
        }
    }
}
