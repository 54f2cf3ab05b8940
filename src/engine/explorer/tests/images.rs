//! Images that are damaged before they go in.

use super::*;

use crate::engine::protocol::Pictures;
use crate::engine::wish::{ImagesMade, ImagesSpec, OwnNoise};

const GAUSSIAN: OwnNoise = OwnNoise {
    id: "gaussian",
    name: "Gaussian",
    level: 0.5,
};

/// Test images of the trainer's data.
fn spec(trainer: &Trainer, indices: &[u32], noise: Option<OwnNoise>) -> ImagesSpec {
    let test = &trainer.data().test;
    let pixels = indices.iter().flat_map(|index| test.image(*index as usize));
    ImagesSpec {
        images: Arc::new(Pictures {
            shape: SHAPE,
            pixels: pixels.copied().collect(),
        }),
        indices: indices.into(),
        noise,
        draws: 0,
        seed: 0,
    }
}

fn made(lab: &mut Lab, spec: ImagesSpec) -> ImagesMade {
    match lab.ask(Wish::Images(spec)).content {
        Content::Images(made) => *made,
        other => panic!("{other:?}"),
    }
}

/// An explorer with the weights of a trainer.
fn lab(trainer: &Trainer) -> Lab {
    let mut lab = Lab::new();
    lab.wish(Slot::Hover, Wish::Point(code(&[])));
    lab.send(weights(trainer));
    lab
}

#[test]
fn clean_images_are_rebuilt_as_the_trainer_does() {
    let mut trainer = stacked();
    train_steps(&mut trainer, 3);
    let mut lab = lab(&trainer);
    let found = made(&mut lab, spec(&trainer, &[7, 2, 9, 0, 11, 4], None));
    let (expected, errors) = trainer.pictures(&[7, 2, 9, 0, 11, 4]).unwrap();
    assert_close(&found.pictures.pixels, &to_bytes(&expected));
    assert!(found.given.is_none() && found.given_errors.is_empty());
    for (found, expected) in found.errors.iter().zip(&errors) {
        assert!((found - expected).abs() < 1e-5, "{found} {expected}");
    }
    assert_eq!(found.input_errors, found.errors, "what goes in is clean");
}

#[test]
fn an_image_always_has_the_same_noise_and_another_seed_another() {
    let mut trainer = stacked();
    let mut lab = lab(&trainer);
    let of = |lab: &mut Lab, trainer: &Trainer, indices: &[u32], seed| {
        let spec = ImagesSpec {
            seed,
            ..spec(trainer, indices, Some(GAUSSIAN))
        };
        made(lab, spec).given.unwrap()
    };
    let all = of(&mut lab, &trainer, &[3, 4, 5, 6, 7, 8], 0);
    let one = of(&mut lab, &trainer, &[7], 0);
    assert_eq!(all.get(4), one.get(0), "whatever it is shown among");
    assert_ne!(one.get(0), trainer.data().test.image(7));
    assert_ne!(one, of(&mut lab, &trainer, &[7], 1));
    train_steps(&mut trainer, 3);
    lab.send(weights(&trainer));
    assert_eq!(one, of(&mut lab, &trainer, &[7], 0), "whatever the weights");
}

#[test]
fn what_is_rebuilt_is_what_was_given() {
    let mut trainer = stacked();
    train_steps(&mut trainer, 6);
    let mut lab = lab(&trainer);
    // All pixels are masked: what comes out is what a black image gives.
    let masking = OwnNoise {
        id: "masking",
        name: "Masking",
        level: 1.0,
    };
    let found = made(&mut lab, spec(&trainer, &[2, 3], Some(masking)));
    assert!(found.given.unwrap().pixels.iter().all(|pixel| *pixel == 0));
    let black = ImagesSpec {
        images: Arc::new(Pictures {
            shape: SHAPE,
            pixels: vec![0; SHAPE.pixels()],
        }),
        ..spec(&trainer, &[0], None)
    };
    let of_black = made(&mut lab, black);
    assert_close(found.pictures.get(0), of_black.pictures.get(0));
    assert_close(found.pictures.get(1), of_black.pictures.get(0));
    assert!((found.input_errors[0] - of_black.errors[0]).abs() < 1e-5);
    assert!((found.errors[0] - found.input_errors[0]).abs() > 1e-3);
}

#[test]
fn images_that_do_not_fit_are_refused() {
    let trainer = stacked();
    let mut lab = lab(&trainer);
    let mut odd = spec(&trainer, &[1], None);
    odd.images = Arc::new(Pictures {
        shape: ImageShape { width: 4, ..SHAPE },
        pixels: vec![0; 32],
    });
    let sentence = lab.refusal(Wish::Images(odd));
    assert!(
        sentence.starts_with("an image of this run has"),
        "{sentence}"
    );
}

#[test]
fn samples_repeat_with_their_seed_and_differ_from_the_mean() {
    let trainer = trainer(variant("vae").unwrap(), Pretraining::EndToEnd);
    let mut lab = lab(&trainer);
    let mut of = |indices: &[u32], seed| {
        let spec = ImagesSpec {
            draws: 3,
            seed,
            ..spec(&trainer, indices, None)
        };
        made(&mut lab, spec)
    };
    let all = of(&[3, 4, 5, 6, 7, 8], 0);
    assert_eq!(all.samples.len(), 3);
    let expected = from_means(&trainer, &[3, 4, 5, 6, 7, 8]);
    assert_close(&all.pictures.pixels, &expected);
    for sample in &all.samples {
        assert_eq!(sample.pictures.len(), 6);
        assert_eq!(sample.errors.len(), 6);
        assert_ne!(sample.pictures, all.pictures);
    }
    assert_ne!(all.samples[0].pictures, all.samples[1].pictures);
    let one = of(&[7], 0);
    for (one, all) in one.samples.iter().zip(&all.samples) {
        assert_close(one.pictures.get(0), all.pictures.get(4));
    }
    let other = of(&[7], 1);
    assert_ne!(one.samples[0].pictures, other.samples[0].pictures);
    assert_eq!(one.pictures, other.pictures, "the mean has no seed");
}

/// Reconstructions from the means of codes, by the network of a trainer.
fn from_means(trainer: &Trainer, indices: &[u32]) -> Vec<u8> {
    let mut pixels = Vec::new();
    trainer.data().test.write_batch(indices, &mut pixels);
    let data = TensorData::new(pixels, [indices.len(), SHAPE.pixels()]);
    let images = Tensor::from_data(data, &Device::flex());
    let outputs = trainer.trainee().reconstruct(images).into_data();
    to_bytes(&outputs.try_to_vec::<f32>().unwrap())
}

#[test]
fn codes_without_chance_have_no_samples() {
    let drawn = |trainer: &Trainer| {
        let mut lab = lab(trainer);
        let spec = ImagesSpec {
            draws: 2,
            ..spec(trainer, &[1, 2], None)
        };
        made(&mut lab, spec).samples.len()
    };
    assert_eq!(drawn(&stacked()), 0);
    let whole = trainer(variant("vae").unwrap(), Pretraining::EndToEnd);
    assert_eq!(drawn(&whole), 2);
}
