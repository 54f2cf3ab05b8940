//! Corruptions: how images are damaged before a network sees them, while it is to rebuild the clean
//! ones (Vincent et al. 2008, 2010).

use burn::tensor::{Tensor, TensorData};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

use super::knobs::Choice;
use super::noise::{Noise, Purpose};
use crate::data::ImageShape;
use crate::kernels::mask;

/// A kind of damage.
#[derive(Debug)]
pub struct CorruptionKind {
    /// Key, name and explanation.
    pub choice: Choice,
    /// Values for each of `images` images, from the level and the generator.
    draw: fn(&Drawing, &mut ChaCha8Rng) -> Damage,
}

/// What is drawn for: the shape of a batch and the level of the damage.
struct Drawing {
    images: usize,
    /// Values of one image or code.
    width: usize,
    /// Absent where codes are damaged, whose values have no places.
    shape: Option<ImageShape>,
    level: f64,
}

/// What becomes of values x: x × `factor` + `summand`, and whether that is brought back to [0, 1].
struct Damage {
    factor: Option<Vec<f32>>,
    summand: Option<Vec<f32>>,
    is_clipped: bool,
}

const fn choice(id: &'static str, name: &'static str, help: &'static str) -> Choice {
    Choice {
        id,
        name,
        help,
        companion: Some("noise-level"),
    }
}

/// All kinds, in the order of the chooser.
pub const CORRUPTIONS: &[CorruptionKind] = &[
    CorruptionKind {
        choice: choice(
            "masking",
            "Masking",
            "sets a share of the pixels to zero, each by chance (Vincent et al. 2010)",
        ),
        draw: masking,
    },
    CorruptionKind {
        choice: choice(
            "gaussian",
            "Gaussian",
            "adds N(0, σ²) to every pixel and brings the sum back to [0, 1]; the level is σ",
        ),
        draw: gaussian,
    },
    CorruptionKind {
        choice: choice(
            "salt-and-pepper",
            "Salt and pepper",
            "sets a share of the pixels to black or white, each by chance (Vincent et al. 2010)",
        ),
        draw: salt_and_pepper,
    },
    CorruptionKind {
        choice: choice(
            "block",
            "Block",
            "blackens a rectangle at a place by chance; the level is its share of the image's area",
        ),
        draw: block,
    },
];

fn masking(drawing: &Drawing, generator: &mut ChaCha8Rng) -> Damage {
    let count = drawing.images * drawing.width;
    Damage {
        factor: Some(mask::draw(generator, count, drawing.level, 1.0)),
        summand: None,
        is_clipped: false,
    }
}

fn gaussian(drawing: &Drawing, generator: &mut ChaCha8Rng) -> Damage {
    let count = drawing.images * drawing.width;
    let noise = mask::normal(generator, count, drawing.level as f32);
    Damage {
        factor: None,
        summand: Some(noise),
        is_clipped: drawing.shape.is_some(),
    }
}

fn salt_and_pepper(drawing: &Drawing, generator: &mut ChaCha8Rng) -> Damage {
    let count = drawing.images * drawing.width;
    let kept = mask::draw(generator, count, drawing.level, 1.0);
    let white = mask::draw(generator, count, 0.5, 1.0);
    let salt = kept
        .iter()
        .zip(white)
        .map(|(kept, white)| white * (1.0 - kept))
        .collect();
    Damage {
        factor: Some(kept),
        summand: Some(salt),
        is_clipped: false,
    }
}

fn block(drawing: &Drawing, generator: &mut ChaCha8Rng) -> Damage {
    let Some(shape) = drawing.shape else {
        // Codes have no neighbourhoods: as many of their values, wherever they are.
        return masking(drawing, generator);
    };
    let side = drawing.level.sqrt();
    let size = |whole: usize| ((side * whole as f64).round() as usize).min(whole);
    let (height, width) = (size(shape.height), size(shape.width));
    let mut kept = vec![1.0; drawing.images * drawing.width];
    for image in kept.chunks_exact_mut(drawing.width) {
        let top = generator.random_range(0..=shape.height - height);
        let left = generator.random_range(0..=shape.width - width);
        // Images lie channel after channel.
        for channel in image.chunks_exact_mut(shape.height * shape.width) {
            for row in channel.chunks_exact_mut(shape.width).skip(top).take(height) {
                row[left..left + width].fill(0.0);
            }
        }
    }
    Damage {
        factor: Some(kept),
        summand: None,
        is_clipped: false,
    }
}

/// A kind of damage at a level.
#[derive(Clone, Copy, Debug)]
pub struct Corruption {
    kind: &'static CorruptionKind,
    level: f64,
    shape: ImageShape,
}

impl Corruption {
    /// The kind with this key at a level of 0 to 1, for images of a shape; absent where there is no
    /// such kind, or where the level leaves images as they are.
    pub fn new(id: &str, level: f64, shape: ImageShape) -> Option<Self> {
        let kind = CORRUPTIONS.iter().find(|kind| kind.choice.id == id)?;
        (level > 0.0).then_some(Self { kind, level, shape })
    }

    /// Damaged images, `[images, pixels]`, pixels in [0, 1] as before.
    pub fn damage(&self, images: Tensor<2>, noise: &mut Noise) -> Tensor<2> {
        self.apply(images, Some(self.shape), noise)
    }

    /// Damaged codes, `[images, values]`: what a pair of layers inside the first is given when it is
    /// pretrained on codes. Salt and pepper are 1 and 0, and nothing is clipped.
    pub fn damage_codes(&self, codes: Tensor<2>, noise: &mut Noise) -> Tensor<2> {
        self.apply(codes, None, noise)
    }

    fn apply(&self, x: Tensor<2>, shape: Option<ImageShape>, noise: &mut Noise) -> Tensor<2> {
        let [images, width] = x.dims();
        let drawing = Drawing {
            images,
            width,
            shape,
            level: self.level,
        };
        let damage = (self.kind.draw)(&drawing, noise.generator(Purpose::Corruption));
        let device = x.device();
        let tensor =
            |values| Tensor::<2>::from_data(TensorData::new(values, [images, width]), &device);
        let mut x = x;
        if let Some(factor) = damage.factor {
            x = x * tensor(factor);
        }
        if let Some(summand) = damage.summand {
            x = x + tensor(summand);
        }
        if damage.is_clipped {
            x = x.clamp(0.0, 1.0);
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    const SHAPE: ImageShape = ImageShape {
        width: 20,
        height: 10,
        channels: 2,
    };

    fn damaged(id: &str, level: f64, step: u64) -> Vec<f32> {
        let grey = Tensor::<2>::full([50, SHAPE.pixels()], 0.25, &Device::flex());
        let mut noise = Noise::new(0.0, 7, 0, step);
        let corruption = Corruption::new(id, level, SHAPE).unwrap();
        let damaged = corruption.damage(grey, &mut noise);
        damaged.into_data().try_to_vec().unwrap()
    }

    fn share(values: &[f32], is: impl Fn(f32) -> bool) -> f64 {
        values.iter().filter(|value| is(**value)).count() as f64 / values.len() as f64
    }

    #[test]
    fn each_kind_damages_as_it_says() {
        let masked = damaged("masking", 0.3, 0);
        assert!((share(&masked, |v| v == 0.0) - 0.3).abs() < 0.02);
        assert!((share(&masked, |v| v == 0.25) - 0.7).abs() < 0.02);

        let peppered = damaged("salt-and-pepper", 0.3, 0);
        assert!((share(&peppered, |v| v == 0.0) - 0.15).abs() < 0.02);
        assert!((share(&peppered, |v| v == 1.0) - 0.15).abs() < 0.02);
        assert!((share(&peppered, |v| v == 0.25) - 0.7).abs() < 0.02);

        let noisy = damaged("gaussian", 0.1, 0);
        let mean = noisy.iter().sum::<f32>() / noisy.len() as f32;
        let variance = noisy.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / noisy.len() as f32;
        assert!((mean - 0.25).abs() < 0.003, "{mean}");
        assert!((variance.sqrt() - 0.1).abs() < 0.005, "{variance}");
        assert!(noisy.iter().all(|v| (0.0..=1.0).contains(v)));
    }

    #[test]
    fn a_block_is_a_rectangle_in_all_channels_at_another_place_in_each_image() {
        let blocked = damaged("block", 0.25, 0);
        let mut places = std::collections::BTreeSet::new();
        for image in blocked.chunks_exact(SHAPE.pixels()) {
            let channel = SHAPE.width * SHAPE.height;
            assert_eq!(image[..channel], image[channel..]);
            let black: Vec<usize> = (0..channel).filter(|at| image[*at] == 0.0).collect();
            assert_eq!(black.len(), channel / 4);
            let (top, left) = (black[0] / SHAPE.width, black[0] % SHAPE.width);
            let is_inside = |at: &usize| {
                (top..top + 5).contains(&(at / SHAPE.width))
                    && (left..left + 10).contains(&(at % SHAPE.width))
            };
            assert!(black.iter().all(is_inside));
            places.insert(black[0]);
        }
        assert!(places.len() > 10, "{places:?}");
    }

    #[test]
    fn a_step_always_has_the_same_damage_and_another_step_another() {
        for kind in CORRUPTIONS {
            let id = kind.choice.id;
            assert_eq!(damaged(id, 0.4, 3), damaged(id, 0.4, 3), "{id}");
            assert_ne!(damaged(id, 0.4, 3), damaged(id, 0.4, 4), "{id}");
        }
    }

    #[test]
    fn no_kind_and_no_level_are_no_damage() {
        assert!(Corruption::new("none", 0.5, SHAPE).is_none());
        assert!(Corruption::new("masking", 0.0, SHAPE).is_none());
    }
}
