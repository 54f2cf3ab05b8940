//! The examination that every variant passes, whatever it is.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]

mod common;

use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use common::{assert_follows_gradient, flex, small_config, small_set, train};
use hourglass::data::{Dataset, DatasetParts, ImageShape, Images};
use hourglass::model::{KnobValue, Knobs, VARIANTS};
use hourglass::train::{RunConfig, Trainer};

#[test]
fn words_and_keys_are_there_and_unique() {
    for (index, variant) in VARIANTS.iter().enumerate() {
        assert!(variant.summary().ends_with('.'), "{}", variant.id());
        assert!(
            VARIANTS[..index]
                .iter()
                .all(|other| other.id() != variant.id())
        );
        for (index, knob) in variant.knobs().iter().enumerate() {
            assert!(
                !knob.name.is_empty() && knob.help.ends_with('.'),
                "{}",
                knob.id
            );
            assert!(
                variant.knobs()[..index]
                    .iter()
                    .all(|other| other.id != knob.id)
            );
            knob.check(&knob.default_value())
                .unwrap_or_else(|error| panic!("default of {}: {error}", knob.id));
            for condition in knob.only_with {
                assert!(
                    variant
                        .knobs()
                        .iter()
                        .any(|knob| condition.is_about(knob.id))
                );
            }
        }
    }
}

#[test]
fn the_plan_is_what_is_built() {
    let data = small_set();
    for variant in VARIANTS {
        let shape = data.train.shape();
        let knobs = Knobs::defaults(variant.knobs());
        let plan = variant.plan(shape, &knobs).unwrap();
        let trainee = variant.build(shape, &knobs, 1, &Device::flex()).unwrap();
        let built: usize = trainee
            .weights()
            .unwrap()
            .iter()
            .map(|array| array.values.len())
            .sum();
        assert_eq!(plan.parameters(), built, "{}", variant.id());
        assert_eq!(plan.stages, trainee.stages());
        assert_eq!(plan.stages, variant.stages(&knobs).unwrap());
        assert_eq!(plan.layers, trainee.layers());
        let codes = trainee.encode(Tensor::zeros([3, shape.pixels()], &Device::flex()));
        assert_eq!(codes.dims(), [3, plan.latent]);
    }
}

#[test]
fn every_variant_learns_and_rebuilds_images() {
    let data = small_set();
    for variant in VARIANTS {
        let mut config = small_config(variant.id(), variant.recipe().pretraining);
        for phase in &mut config.schedule.phases {
            phase.epochs = 40;
            phase.learning_rate *= 4.0;
        }
        let trainer = train(&config, &data);
        let tests = &trainer.metrics().test;
        let (first, last) = (tests[0].mse, tests[tests.len() - 1].mse);
        assert!(last < 0.7 * first, "{}: {first} to {last}", variant.id());
    }
}

#[test]
fn every_variant_takes_colour_and_oblong_images() {
    let shape = ImageShape {
        width: 11,
        height: 8,
        channels: 3,
    };
    let images = |count: usize| {
        let pixels = (0..count * shape.pixels()).map(|i| (i * 31 % 251) as u8);
        Images::new(shape, pixels.collect()).unwrap()
    };
    let parts = DatasetParts::new("stripes", images(64), images(16));
    let data = Arc::new(Dataset::new("stripes", parts, None).unwrap());
    for variant in VARIANTS {
        let mut trainer = train(
            &small_config(variant.id(), variant.recipe().pretraining),
            &data,
        );
        let (pixels, errors) = trainer.pictures(&[0, 5]).unwrap();
        assert_eq!(pixels.len(), 2 * shape.pixels(), "{}", variant.id());
        assert!(errors.iter().all(|error| error.is_finite()));
    }
}

/// Images of a shape, in train and test.
fn noise(width: usize, height: usize, channels: usize) -> Arc<Dataset> {
    let shape = ImageShape {
        width,
        height,
        channels,
    };
    let images = |count: usize| {
        let pixels = (0..count * shape.pixels()).map(|i| (i * 31 % 251) as u8);
        Images::new(shape, pixels.collect()).unwrap()
    };
    let parts = DatasetParts::new("noise", images(16), images(4));
    Arc::new(Dataset::new("noise", parts, None).unwrap())
}

/// Sides that are no powers of two, both ends, and the largest in both directions.
const SIZES: &[(usize, usize)] = &[(8, 8), (9, 31), (33, 17), (128, 8), (8, 127), (128, 128)];

#[test]
fn every_variant_trains_in_grey_and_colour_on_every_size() {
    for &(width, height) in SIZES {
        for channels in [1, 3] {
            let data = noise(width, height, channels);
            for variant in VARIANTS {
                let mut config = small_config(variant.id(), variant.recipe().pretraining);
                config.batch = 8;
                for phase in &mut config.schedule.phases {
                    phase.epochs = 1;
                }
                let trainer = train(&config, &data);
                let last = trainer.metrics().last_test().unwrap();
                let what = format!("{} on {}", variant.id(), data.train.shape());
                assert!(
                    last.mse.is_finite() && last.mse < 0.6,
                    "{what}: {}",
                    last.mse
                );
            }
        }
    }
}

#[test]
fn the_recipe_of_every_variant_fits_every_size() {
    for &(width, height) in SIZES {
        for channels in [1, 3] {
            let shape = ImageShape {
                width,
                height,
                channels,
            };
            for variant in VARIANTS {
                let config = RunConfig::recipe(*variant, "noise");
                let (_, knobs) = config
                    .check_with(shape)
                    .unwrap_or_else(|error| panic!("{} on {shape}: {error}", variant.id()));
                let parameters = variant.plan(shape, &knobs).unwrap().parameters();
                // Most are those of a wide code on large colour images.
                assert!(
                    parameters < 100_000_000,
                    "{} on {shape}: {parameters}",
                    variant.id()
                );
            }
        }
    }
}

#[test]
fn a_code_decodes_to_the_reconstruction() {
    let data = small_set();
    for variant in VARIANTS {
        let config = small_config(variant.id(), variant.recipe().pretraining);
        let trainer = Trainer::new(config, Arc::clone(&data), &flex()).unwrap();
        let trainee = trainer.trainee();
        let mut pixels = Vec::new();
        data.test.write_batch(&[1, 2, 3], &mut pixels);
        let images = Tensor::<1>::from_floats(pixels.as_slice(), &Device::flex()).reshape([3, 64]);
        let once = trainee.reconstruct(images.clone()).into_data();
        let twice = trainee.decode(trainee.encode(images)).into_data();
        assert_eq!(once, twice, "{}", variant.id());
    }
}

#[test]
fn a_gradient_agrees_with_finite_differences() {
    let data = small_set();
    for variant in VARIANTS {
        let mut config = small_config(variant.id(), variant.recipe().pretraining);
        if variant.id() == "contractive" {
            // The slopes of ReLU layers jump, which their gradient does not know of.
            let tanh = KnobValue::Text("tanh".to_owned());
            config.knobs.set("activation", tanh);
        }
        if ["vq-vae", "fsq"].contains(&variant.id()) {
            // Gradients pass codes as if they did not jump: here is examined what is around them.
            let plain = KnobValue::Text("plain".to_owned());
            config.knobs.set("bottleneck", plain);
        }
        assert_follows_gradient(variant.id(), &config, &data, 1.0);
    }
}
