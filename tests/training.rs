//! Training as a whole: what freezes, what repeats, what resumes, what every knob changes.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]

mod common;
#[path = "training/knobs.rs"]
mod knobs;

use std::sync::Arc;

use common::{flex, small_config, small_set, train, weights};
use hourglass::model::{KnobValue, Objective, OptimizerKind, Pretraining, VARIANTS, variant};
use hourglass::train::{Advance, LearningRateDecay, RunConfig, Trainer, TrainerError};

/// Every layered variant under every schedule: what a phase does not train keeps its bits.
#[test]
fn layers_that_a_phase_does_not_train_do_not_change() {
    let data = small_set();
    for variant in VARIANTS.iter().filter(|v| v.is_layered()) {
        for pretraining in [Pretraining::Greedy, Pretraining::EndsInward] {
            let config = small_config(variant.id(), pretraining);
            let mut trainer = Trainer::new(config, Arc::clone(&data), &flex()).unwrap();
            let stages = trainer.trainee().stages();
            let mut before = weights(&trainer);
            let mut phase = 0;
            loop {
                let advance = trainer.advance().unwrap();
                let is_over = advance == Advance::Finished;
                if trainer.position().phase == phase && !is_over {
                    continue;
                }
                let after = weights(&trainer);
                let objective = trainer.config().schedule.phases[phase].objective;
                for (old, new) in before.iter().zip(&after) {
                    // A codebook belongs to the innermost stage.
                    let stage = old.name.split('.').nth(1);
                    let stage = stage.map_or(stages - 1, |stage| stage.parse().unwrap());
                    let is_trained = objective.trained(stages).contains(&stage);
                    assert_eq!(
                        old.values != new.values,
                        is_trained,
                        "{} of {} in phase {phase} ({objective:?})",
                        old.name,
                        variant.id()
                    );
                }
                if is_over {
                    assert_eq!(objective, Objective::EndToEnd, "the last phase trains all");
                    break;
                }
                phase = trainer.position().phase;
                before = after;
            }
            assert_eq!(phase, stages, "a phase for each of the stages, then all");
        }
    }
}

#[test]
fn test_images_are_measured_early_in_every_phase_and_after_every_epoch() {
    let mut config = small_config("stacked", Pretraining::Greedy);
    config.batch = 2;
    for phase in &mut config.schedule.phases {
        phase.epochs = 2;
    }
    let data = small_set();
    let epoch = data.train.len() as u64 / 2;
    let trainer = train(&config, &data);
    let metrics = trainer.metrics();
    for start in &metrics.phases {
        let of_phase = metrics.test.iter().filter(|test| test.phase == start.phase);
        let steps: Vec<u64> = of_phase.map(|test| test.step - start.step).collect();
        assert_eq!(steps, [0, epoch / 8, epoch / 2, epoch, 2 * epoch]);
    }
}

#[test]
fn the_same_configuration_gives_the_same_bits() {
    let data = small_set();
    for variant in VARIANTS {
        let config = small_config(variant.id(), variant.recipe().pretraining);
        let first = train(&config, &data);
        let second = train(&config, &data);
        assert_eq!(first.metrics(), second.metrics(), "{}", variant.id());
        assert_eq!(weights(&first), weights(&second), "{}", variant.id());
        let other_seed = RunConfig { seed: 2, ..config };
        assert_ne!(first.metrics(), train(&other_seed, &data).metrics());
    }
}

#[test]
fn a_resumed_run_goes_on_as_if_nothing_had_happened() {
    let data = small_set();
    for kind in OptimizerKind::ALL {
        let mut config = small_config("stacked", Pretraining::Greedy);
        for phase in &mut config.schedule.phases {
            phase.optimizer.kind = *kind;
            phase.learning_rate = kind.usual_learning_rate() / 10.0;
            phase.optimizer.weight_decay = 0.001;
        }
        let whole = train(&config, &data);
        // In the middle of the second phase, in the middle of an epoch.
        let mut trainer = Trainer::new(config.clone(), Arc::clone(&data), &flex()).unwrap();
        while trainer.position().step < 7 {
            trainer.advance().unwrap();
        }
        let checkpoint = trainer.checkpoint().unwrap();
        assert_ne!(checkpoint.optimizer.arrays, [], "{kind:?} has a memory");
        let mut resumed = Trainer::resume(config, &checkpoint, Arc::clone(&data), &flex()).unwrap();
        while resumed.advance().unwrap() != Advance::Finished {}
        resumed.collect().unwrap();
        assert_eq!(whole.metrics(), resumed.metrics(), "{kind:?}");
        assert_eq!(weights(&whole), weights(&resumed), "{kind:?}");
    }
}

#[test]
fn two_schedules_start_from_the_same_weights_and_see_the_same_batches() {
    let data = small_set();
    let deep = small_config("deep", Pretraining::EndToEnd);
    let stacked = small_config("stacked", Pretraining::EndsInward);
    let start = |config| weights(&Trainer::new(config, Arc::clone(&data), &flex()).unwrap());
    assert_eq!(start(deep), start(stacked));
}

/// What is set differently.
type Change = fn(&mut RunConfig);

#[test]
fn every_setting_of_a_phase_changes_training() {
    let data = small_set();
    let usual = small_config("stacked", Pretraining::Greedy);
    let reference = train(&usual, &data).metrics().clone();
    let changes: &[(&str, Change)] = &[
        ("epochs", |c| c.schedule.phases[0].epochs += 1),
        ("learning rate", |c| {
            c.schedule.phases[0].learning_rate *= 0.5;
        }),
        ("step decay", |c| {
            c.schedule.phases[0].decay = LearningRateDecay::Step {
                epochs: 1,
                factor: 0.1,
            };
        }),
        ("cosine decay", |c| {
            c.schedule.phases[0].decay = LearningRateDecay::Cosine;
        }),
        ("momentum", |c| {
            c.schedule.phases[0].optimizer.momentum = 0.5;
        }),
        ("weight decay", |c| {
            c.schedule.phases[0].optimizer.weight_decay = 0.1;
        }),
        ("clip", |c| c.schedule.phases[0].optimizer.clip = 1e-3),
        ("dropout", |c| c.schedule.phases[1].dropout = 0.5),
        ("optimizer", |c| {
            c.schedule.phases[0].optimizer.kind = OptimizerKind::Adam;
        }),
        ("batch", |c| c.batch = 16),
        ("seed", |c| c.seed = 9),
    ];
    for (name, change) in changes {
        let mut config = usual.clone();
        change(&mut config);
        assert_ne!(*train(&config, &data).metrics(), reference, "{name}");
    }
    let decayed = |kind| {
        let mut config = usual.clone();
        config.schedule.phases[0].optimizer.kind = kind;
        config.schedule.phases[0].optimizer.weight_decay = 0.1;
        train(&config, &data).metrics().clone()
    };
    assert_ne!(decayed(OptimizerKind::Adam), decayed(OptimizerKind::AdamW));
}

#[test]
fn divergence_stops_the_run_and_keeps_the_last_good_weights() {
    let data = small_set();
    let mut config = small_config("autoencoder", Pretraining::EndToEnd);
    config
        .knobs
        .set("output", KnobValue::Text("linear".to_owned()));
    config.schedule.phases[0].learning_rate = 100.0;
    config.schedule.phases[0].optimizer.clip = 0.0;
    config.schedule.phases[0].epochs = 50;
    let mut trainer = Trainer::new(config, data, &flex()).unwrap();
    let first = weights(&trainer);
    let error = loop {
        let result = trainer.advance().and_then(|advance| {
            trainer.collect()?;
            Ok(advance)
        });
        match result {
            Ok(Advance::Finished) => panic!("a learning rate of 100 must diverge"),
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(matches!(error, TrainerError::Diverged { .. }), "{error}");
    assert!(
        error.to_string().contains("try a smaller learning rate"),
        "{error}"
    );
    let kept = weights(&trainer);
    assert!(
        kept.iter()
            .all(|array| array.values.iter().all(|v| v.is_finite()))
    );
    assert_eq!(first.len(), kept.len());
    assert!(
        trainer
            .metrics()
            .train
            .values()
            .iter()
            .all(|loss| loss.is_finite())
    );
    assert!(
        trainer.evaluate().unwrap().mse.is_finite(),
        "the kept weights work"
    );
}

#[test]
fn knobs_that_contradict_the_images_are_refused() {
    let mut config = small_config("deep", Pretraining::EndToEnd);
    config
        .knobs
        .set("widths", KnobValue::Text("784,10".to_owned()));
    let Err(error) = Trainer::new(config, small_set(), &flex()) else {
        panic!("784 inputs do not fit 8×8 images");
    };
    assert_eq!(
        error.to_string(),
        "widths must start with the 64 values of an image of 8×8×1, but start with 784"
    );
}

#[test]
fn networks_that_no_memory_holds_are_refused() {
    let mut config = small_config("deep", Pretraining::EndToEnd);
    let widths = KnobValue::Text("64,99999,99999".to_owned());
    config.knobs.set("widths", widths);
    let Err(error) = Trainer::new(config, small_set(), &flex()) else {
        panic!("20 billion weights must be refused");
    };
    let sentence = error.to_string();
    assert!(
        sentence.starts_with("a network must have at most 300000000 parameters"),
        "{sentence}"
    );
}

#[test]
fn other_images_than_the_configuration_names_are_refused() {
    let mut config = small_config("autoencoder", Pretraining::EndToEnd);
    config.dataset_sha256 = Some("0".repeat(64));
    let result = Trainer::new(config, small_set(), &flex());
    assert!(matches!(result, Err(TrainerError::OtherImages { .. })));
}

#[test]
fn variants_are_found_by_id_and_unknown_ones_named() {
    assert_eq!(variant("deep").unwrap().id(), "deep");
    let Err(error) = variant("depe") else {
        panic!("there is no such variant");
    };
    let ids: Vec<&str> = VARIANTS.iter().map(|variant| variant.id()).collect();
    assert_eq!(
        error.to_string(),
        format!("variant must be one of {}, but is \"depe\"", ids.join(", "))
    );
    for (asked, nearest) in [
        ("VQ-VAE", "vq-vae"),
        ("vqvae", "vq-vae"),
        ("gan", "vae"),
        ("mae", "denoising"),
        ("diffusion", "denoising"),
    ] {
        let Err(error) = variant(asked) else {
            panic!("{asked} is not there yet");
        };
        let sentence = error.to_string();
        assert!(
            sentence.contains(&format!("; nearest to it is {nearest}")),
            "{sentence}"
        );
    }
}
