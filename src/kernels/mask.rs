//! Random zeros and normal numbers, drawn by several threads: the same ones for every number of them.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
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

/// Words of a generator that a normal number is given room for: it takes two, now and then some more.
const NORMAL_WORDS: usize = 8;

/// `count` numbers of N(0, σ²), from the place of the generator, which moves on behind them.
pub fn normal(generator: &mut ChaCha8Rng, count: usize, sigma: f32) -> Vec<f32> {
    let mut values = vec![0.0; count];
    let start = generator.get_word_pos();
    let all = &*generator;
    let place = |part: usize| start + (part * PART * NORMAL_WORDS) as u128;
    values
        .par_chunks_mut(PART)
        .enumerate()
        .for_each(|(part, values)| {
            let mut generator = all.clone();
            generator.set_word_pos(place(part));
            for value in values {
                *value = sigma * generator.sample::<f32, _>(StandardNormal);
            }
        });
    generator.set_word_pos(place(count.div_ceil(PART)));
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;

    #[test]
    fn normal_numbers_are_normal_and_never_the_same_twice() {
        let mut generator = ChaCha8Rng::seed_from_u64(7);
        let values = normal(&mut generator, 100_003, 2.0);
        let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len() as f64;
        let moment = |power: i32| {
            let powers = values.iter().map(|v| (f64::from(*v) / 2.0).powi(power));
            powers.sum::<f64>() / values.len() as f64
        };
        assert!(mean.abs() < 0.02, "{mean}");
        assert!((moment(2) - 1.0).abs() < 0.02, "{}", moment(2));
        assert!((moment(4) - 3.0).abs() < 0.15, "{}", moment(4));
        let more = normal(&mut generator, 100_003, 2.0);
        let same = values.iter().zip(&more).filter(|(one, two)| one == two);
        assert!(same.count() < 5);
        let mut parts: Vec<u32> = values.iter().map(|v| v.to_bits()).collect();
        parts.sort_unstable();
        parts.dedup();
        assert!(parts.len() > 99_000, "parts do not repeat one another");
    }

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
