//! Damage done to an image: noise, lost pixels, a missing block.
//!
//! A *corruption* says what damage is done and how much of it. It is seeded: the same corruption does
//! the same to the same image, and more of one kind of damage adds to what less of it did.

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

use super::ImageShape;
use super::streams::stream;

const NOISE: [u8; 8] = *b"corrupt1";
const SALT: [u8; 8] = *b"corrupt2";

/// A missing square.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block {
    /// Its side as a share of the shorter side of the image, 0 to 1.
    pub size: f32,
    /// Where its centre is, as shares of width and height.
    pub center: [f32; 2],
}

/// What damage is done, in this order: noise, salt and pepper, block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Corruption {
    /// Standard deviation of normal noise on every value, where black is 0 and white is 1.
    pub noise_sigma: f32,
    /// Share of pixels that become white or black, 0 to 1.
    pub salt_share: f32,
    /// What is black; nothing where its size is 0.
    pub block: Block,
    /// Other seeds give other noise, and other pixels white or black.
    pub seed: u64,
}

impl Default for Corruption {
    fn default() -> Self {
        Self {
            noise_sigma: 0.0,
            salt_share: 0.0,
            block: Block {
                size: 0.0,
                center: [0.5, 0.5],
            },
            seed: 0,
        }
    }
}

impl Corruption {
    /// Whether it leaves every image as it is.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.noise_sigma <= 0.0 && self.salt_share <= 0.0 && self.block.size <= 0.0
    }

    /// Does the damage to an image of `shape`: bytes, channel-planar.
    pub fn apply(&self, shape: ImageShape, pixels: &mut [u8]) {
        if self.noise_sigma > 0.0 {
            self.add_noise(pixels);
        }
        if self.salt_share > 0.0 {
            self.salt(shape, pixels);
        }
        if self.block.size > 0.0 {
            self.block.black_out(shape, pixels);
        }
    }

    fn add_noise(&self, pixels: &mut [u8]) {
        let mut rng = stream(NOISE, self.seed, 0, 0);
        let sigma = f64::from(self.noise_sigma) * 255.0;
        for pair in pixels.chunks_mut(2) {
            for (pixel, normal) in pair.iter_mut().zip(two_normal(&mut rng)) {
                let noisy = f64::from(*pixel) + sigma * normal;
                *pixel = noisy.round().clamp(0.0, 255.0) as u8;
            }
        }
    }

    fn salt(&self, shape: ImageShape, pixels: &mut [u8]) {
        let mut rng = stream(SALT, self.seed, 0, 0);
        let plane = shape.width * shape.height;
        for pixel in 0..plane {
            let (chance, is_white) = (uniform(&mut rng), rng.next_u32() & 1 == 1);
            if chance >= f64::from(self.salt_share) {
                continue;
            }
            for channel in 0..shape.channels {
                if let Some(value) = pixels.get_mut(channel * plane + pixel) {
                    *value = if is_white { u8::MAX } else { 0 };
                }
            }
        }
    }
}

impl Block {
    fn black_out(&self, shape: ImageShape, pixels: &mut [u8]) {
        let side = self.size * shape.width.min(shape.height) as f32;
        let covers = |pixel: usize, length: usize, center: f32| {
            let distance = pixel as f32 + 0.5 - center * length as f32;
            // Half open, so that a block of n pixels covers n wherever it lies.
            -side / 2.0 <= distance && distance < side / 2.0
        };
        for (i, value) in pixels.iter_mut().enumerate() {
            let (x, y) = (i % shape.width, i / shape.width % shape.height);
            let is_inside =
                covers(x, shape.width, self.center[0]) && covers(y, shape.height, self.center[1]);
            if is_inside {
                *value = 0;
            }
        }
    }
}

/// A number in 0 to 1, 1 excluded.
fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Two independent numbers of mean 0 and variance 1, by Box and Muller (1958).
fn two_normal(rng: &mut ChaCha8Rng) -> [f64; 2] {
    let radius = (-2.0 * (1.0 - uniform(rng)).ln()).sqrt();
    let (sin, cos) = (std::f64::consts::TAU * uniform(rng)).sin_cos();
    [radius * cos, radius * sin]
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREY: ImageShape = ImageShape {
        width: 60,
        height: 40,
        channels: 1,
    };

    fn damaged(corruption: Corruption, shape: ImageShape, value: u8) -> Vec<u8> {
        let mut pixels = vec![value; shape.pixels()];
        corruption.apply(shape, &mut pixels);
        pixels
    }

    fn noisy(noise_sigma: f32, seed: u64) -> Corruption {
        Corruption {
            noise_sigma,
            seed,
            ..Corruption::default()
        }
    }

    fn salted(salt_share: f32, seed: u64) -> Corruption {
        Corruption {
            salt_share,
            seed,
            ..Corruption::default()
        }
    }

    #[test]
    fn nothing_is_done_unasked() {
        assert!(Corruption::default().is_none());
        assert!(!noisy(0.1, 0).is_none());
        assert!(!salted(0.1, 0).is_none());
        assert_eq!(damaged(Corruption::default(), GREY, 77), [77; 2_400]);
    }

    #[test]
    fn noise_has_the_mean_and_spread_asked_for() {
        for sigma in [0.02_f32, 0.1] {
            let pixels = damaged(noisy(sigma, 5), GREY, 128);
            let count = pixels.len() as f64;
            let mean = pixels.iter().map(|&p| f64::from(p)).sum::<f64>() / count;
            let variance = pixels
                .iter()
                .map(|&p| (f64::from(p) - mean).powi(2))
                .sum::<f64>()
                / count;
            let spread = variance.sqrt() / 255.0;
            assert!((mean - 128.0).abs() < 2.0, "mean {mean}");
            assert!((spread / f64::from(sigma) - 1.0).abs() < 0.06, "{spread}");
        }
    }

    #[test]
    fn values_stay_within_black_and_white() {
        let dark = damaged(noisy(0.5, 1), GREY, 0);
        let black = dark.iter().map(|&p| u32::from(p == 0)).sum::<u32>();
        assert!((0.4..0.6).contains(&(black as f32 / 2_400.0)), "{black}");
        assert!(damaged(noisy(3.0, 1), GREY, 255).contains(&255));
    }

    #[test]
    fn the_same_seed_does_the_same_and_another_something_else() {
        for make in [noisy, salted] {
            let one = damaged(make(0.3, 1), GREY, 100);
            assert_eq!(one, damaged(make(0.3, 1), GREY, 100));
            assert_ne!(one, damaged(make(0.3, 2), GREY, 100));
        }
    }

    #[test]
    fn salt_and_pepper_hit_their_share_of_pixels_on_all_channels() {
        let shape = ImageShape {
            channels: 3,
            ..GREY
        };
        let pixels = damaged(salted(0.25, 9), shape, 100);
        let plane = 2_400;
        let hit = |i: usize| pixels[i] != 100;
        let count = (0..plane).filter(|&i| hit(i)).count();
        assert!((0.22..0.28).contains(&(count as f32 / 2_400.0)), "{count}");
        let white = (0..plane).filter(|&i| pixels[i] == 255).count();
        assert!((0.4..0.6).contains(&(white as f32 / count as f32)));
        for i in 0..plane {
            assert_eq!(pixels[i], pixels[plane + i]);
            assert_eq!(pixels[i], pixels[2 * plane + i]);
        }
        assert!(!damaged(salted(1.0, 9), shape, 100).contains(&100));
    }

    #[test]
    fn more_salt_keeps_what_less_of_it_hit() {
        let (less, more) = (
            damaged(salted(0.1, 4), GREY, 100),
            damaged(salted(0.4, 4), GREY, 100),
        );
        for (less, more) in less.iter().zip(&more) {
            assert!(*less == 100 || less == more);
        }
    }

    #[test]
    fn a_block_covers_its_size_where_it_is_put() {
        let block = |size, center| Corruption {
            block: Block { size, center },
            ..Corruption::default()
        };
        let black = |corruption| {
            let pixels = damaged(corruption, GREY, 9);
            let found = pixels.iter().enumerate().filter(|(_, p)| **p == 0);
            found.map(|(i, _)| (i % 60, i / 60)).collect::<Vec<_>>()
        };
        let middle = black(block(0.25, [0.5, 0.5]));
        assert_eq!(middle.len(), 100, "a quarter of 40, squared");
        assert_eq!((middle[0], middle[99]), ((25, 15), (34, 24)));
        let corner = black(block(0.25, [0.0, 0.0]));
        assert_eq!(corner.len(), 25, "only a quarter of it lies inside");
        assert_eq!(black(block(0.25, [1.0, 0.5])).len(), 50);
        assert_eq!(black(block(0.0, [0.5, 0.5])), []);
        assert_eq!(black(block(2.0, [0.5, 0.5])).len(), 40 * 60);
    }
}
