//! Watched runs.

use std::sync::Arc;

use burn::tensor::Device;

use super::*;
use crate::data::{Dataset, DatasetParts, ImageShape, Images};
use crate::model::{KnobValue, Pretraining, VARIANTS, variant};
use crate::train::{Advance, Compute, PhaseSettings, RunConfig};

/// 64 training and 16 test images of 8×8, stripes of many slopes.
fn stripes() -> Arc<Dataset> {
    let shape = ImageShape {
        width: 8,
        height: 8,
        channels: 1,
    };
    let images = |count: usize| {
        let pixels = (0..count * 64).map(|at| ((at / 64 + 1) * (at % 64) * 37 % 251) as u8);
        Images::new(shape, pixels.collect()).unwrap()
    };
    let parts = DatasetParts::new("stripes", images(64), images(16));
    Arc::new(Dataset::new("stripes", parts, None).unwrap())
}

fn trainer(id: &str, pretraining: Pretraining) -> Trainer {
    let variant = variant(id).unwrap();
    let mut config = RunConfig::recipe(variant, "stripes");
    config.batch = 16;
    config.pretraining = pretraining;
    for (knob, value) in [("layers", 6), ("filters", 4), ("latent", 5), ("k", 2)] {
        if variant.knobs().iter().any(|known| known.id == knob) {
            config.knobs.set(knob, KnobValue::Integer(value));
        }
    }
    let mut settings = PhaseSettings::usual(variant.recipe().optimizer, 1);
    settings.learning_rate /= 4.0;
    config.set_schedule(variant, settings, settings, 0.2);
    let compute = Compute {
        device: Device::flex(),
        name: "Flex".to_owned(),
        key: "flex".to_owned(),
        has_own_memory: false,
        remarks: Vec::new(),
    };
    Trainer::new(config, stripes(), &compute).unwrap()
}

const PROBE: [u32; 6] = [0, 1, 2, 3, 4, 5];

#[test]
fn a_run_is_the_same_to_the_bit_whether_it_is_watched_or_not() {
    for variant in VARIANTS {
        let train = |is_watched: bool| {
            let mut trainer = trainer(variant.id(), variant.recipe().pretraining);
            loop {
                if is_watched {
                    trainer.observe_next_step();
                    trainer.layer_stats(&PROBE).unwrap();
                }
                if trainer.advance().unwrap() == Advance::Finished {
                    break;
                }
            }
            trainer.collect().unwrap();
            (
                trainer.metrics().clone(),
                trainer.trainee().weights().unwrap(),
            )
        };
        let (plain, watched) = (train(false), train(true));
        assert_eq!(plain.0, watched.0, "{}", variant.id());
        assert!(plain.1 == watched.1, "{}: other weights", variant.id());
    }
}

#[test]
fn statistics_follow_the_phases() {
    let mut trainer = trainer("stacked", Pretraining::Greedy);
    let stages = trainer.trainee().stages();
    let layers = trainer.trainee().layers().to_vec();
    let before = trainer.layer_stats(&PROBE).unwrap();
    assert_eq!(before.len(), layers.len());
    assert!(before.iter().all(|stat| stat.gradient_norm.is_none()));
    assert!(before.iter().all(|stat| stat.weight_norm > 0.0));
    let mut seen = 0;
    while trainer.advance().unwrap() != Advance::Finished {
        trainer.observe_next_step();
        if trainer.position().step_in_phase < 2 {
            let stats = trainer.layer_stats(&PROBE).unwrap();
            if trainer.position().step_in_phase == 0 {
                let is_told = stats.iter().any(|stat| stat.update_ratio.is_some());
                assert!(!is_told, "nothing is left of the phase before");
            }
            continue;
        }
        let objective = trainer.phase().objective;
        for (layer, stat) in layers.iter().zip(trainer.layer_stats(&PROBE).unwrap()) {
            let is_trained = objective.trained(stages).contains(&layer.stage);
            assert_eq!(stat.gradient_norm.is_some(), is_trained, "{}", layer.name);
            assert_eq!(stat.update_ratio.is_some(), is_trained, "{}", layer.name);
            let is_used = layer.stage < objective.depth(stages);
            assert_eq!(stat.spread.is_some(), is_used, "{}", layer.name);
            let outputs = stat.activations.map(|outputs| outputs.total());
            let expected = is_used.then_some((layer.outputs * PROBE.len()) as u32);
            assert_eq!(outputs, expected, "{}", layer.name);
            let is_rectified = layer.activation == "ReLU";
            assert_eq!(
                stat.dead.is_some(),
                is_used && is_rectified,
                "{}",
                layer.name
            );
        }
        seen += 1;
    }
    assert!(seen > stages, "all phases were looked at");
}

#[test]
fn a_network_that_answers_all_images_alike_shows_no_spread() {
    let mut trainer = trainer("deep", Pretraining::EndToEnd);
    let mut weights = trainer.trainee().weights().unwrap();
    for array in &mut weights {
        if array.name == "stages.2.encoder.weight" {
            array.values.fill(0.0);
        }
    }
    trainer.trainee.set_weights(&weights).unwrap();
    let stats = trainer.layer_stats(&PROBE).unwrap();
    assert!(stats[0].spread.unwrap() > 0.01);
    assert!(stats[1].spread.unwrap() > 0.01);
    for stat in &stats[2..] {
        assert_eq!(stat.spread, Some(0.0));
    }
    assert!(stats[2].weight_norm < 1e-6);
    let image = stats.last().unwrap().activations.as_ref().unwrap();
    assert!(
        (image.low - 0.5).abs() < 0.01,
        "a sigmoid of nearly nothing"
    );
    let none = trainer.layer_stats(&[]).unwrap();
    assert!(none.iter().all(|stat| stat.spread.is_none()));
}
