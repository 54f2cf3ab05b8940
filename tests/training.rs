//! Training as a whole: what freezes, what repeats, what resumes, what every knob changes.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]

mod common;

use std::sync::Arc;

use common::{flex, small_config, small_set, train, weights};
use hourglass::model::{
    Condition, Knob, KnobKind, KnobValue, Objective, OptimizerKind, PENALTIES, Part, Pretraining,
    VARIANTS, variant,
};
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

/// Values of a knob other than this one.
fn other_values(kind: KnobKind, value: &KnobValue) -> Vec<KnobValue> {
    match (kind, value) {
        (KnobKind::Integer { step, max, .. }, KnobValue::Integer(value)) => {
            let other = if value + step <= max {
                value + step
            } else {
                value - step
            };
            vec![KnobValue::Integer(other)]
        }
        (KnobKind::Real { .. }, KnobValue::Real(value)) => {
            let is_zero = *value <= 0.0;
            vec![KnobValue::Real(if is_zero { 0.5 } else { value * 2.0 })]
        }
        (KnobKind::Choice { options, .. }, KnobValue::Text(value)) => options
            .iter()
            .filter(|option| option.id != value)
            .map(|option| KnobValue::Text(option.id.to_owned()))
            .collect(),
        (KnobKind::Widths, _) => vec![KnobValue::Text("64,30,10".to_owned())],
        (KnobKind::Levels { .. }, _) => vec![KnobValue::Text("5,4".to_owned())],
        other => panic!("{other:?}"),
    }
}

/// A combination in which a knob matters, and in which each of its values can be.
fn where_it_matters(mut config: RunConfig, knob: &Knob) -> RunConfig {
    let variant = variant(&config.variant).unwrap();
    let is_dense = variant.knobs().iter().any(|knob| knob.id == "tied");
    let mut set = |id: &str, value: &str| {
        let table = variant.knobs();
        config
            .knobs
            .set_text(variant.id(), table, id, value)
            .unwrap();
    };
    set("init", "normal");
    set("init-sigma", "0.1");
    set("output", "sigmoid");
    if config.variant == "fsq" || knob.id == "levels" {
        // Small codes are all rounded to 0, and nothing begins where biases are 0 too.
        set("init", "uniform");
    }
    if knob.part == Part::Penalties
        || ["bottleneck", "code-activation", "tied", "latent"].contains(&knob.id)
    {
        for penalty in PENALTIES {
            set(penalty.knob, "0");
        }
        set("bottleneck", "plain");
        set("code-activation", "linear");
    }
    if knob.part == Part::Bottleneck && is_dense {
        set("tied", "off");
    }
    if ["penalty-kl-sparsity", "sparsity-target"].contains(&knob.id) {
        set("code-activation", "sigmoid");
    }
    for condition in knob.only_with {
        let condition = match condition {
            Condition::Any(conditions) => &conditions[0],
            Condition::Is(..) | Condition::Above0(_) => condition,
        };
        match condition {
            Condition::Is(id, values) => set(id, values[0]),
            Condition::Above0(id) => set(id, "0.5"),
            Condition::Any(_) => panic!("one within another"),
        }
    }
    if knob.part == Part::Bottleneck && knob.id != "bottleneck" {
        set("code-activation", "linear");
        for penalty in PENALTIES {
            set(penalty.knob, "0");
        }
    }
    if knob.id == "output" {
        set("loss", "mse");
    }
    if knob.id == "revive" {
        // Until some units are dead.
        set("k", "1");
        config.schedule.phases[0].epochs = 40;
    }
    config
}

#[test]
fn reviving_the_entries_of_a_codebook_changes_training() {
    let data = small_set();
    for codebook in ["ema", "gradient"] {
        let mut config = small_config("vq-vae", Pretraining::EndToEnd);
        let text = |value: &str| KnobValue::Text(value.to_owned());
        config.knobs.set("codebook", text(codebook));
        let revived = weights(&train(&config, &data));
        config.knobs.set("revive", text("off"));
        assert_ne!(revived, weights(&train(&config, &data)), "{codebook}");
    }
}

#[test]
fn every_value_of_every_knob_changes_training() {
    let data = small_set();
    for variant in VARIANTS {
        let config = small_config(variant.id(), Pretraining::EndToEnd);
        for knob in variant.knobs() {
            let config = where_it_matters(config.clone(), knob);
            let usual = weights(&train(&config, &data));
            for value in other_values(knob.kind, config.knobs.get(knob.id).unwrap()) {
                let mut changed = config.clone();
                changed.knobs.set(knob.id, value.clone());
                assert_ne!(
                    usual,
                    weights(&train(&changed, &data)),
                    "{} of {} set to {value} changes nothing",
                    knob.id,
                    variant.id()
                );
            }
        }
    }
}

/// Every knob that can be moved while a run trains acts from the step on at which it is moved, is kept
/// with the run, and makes it repeat.
#[test]
fn a_knob_that_is_moved_acts_from_its_step_on_and_repeats() {
    let data = small_set();
    let variant = variant("vae").unwrap();
    for knob in variant.knobs().iter().filter(|knob| knob.is_live) {
        let config = where_it_matters(small_config("vae", Pretraining::EndToEnd), knob);
        let Some(KnobValue::Real(value)) =
            other_values(knob.kind, config.knobs.get(knob.id).unwrap()).pop()
        else {
            panic!("{} is a number", knob.id);
        };
        let mut moved = Trainer::new(config.clone(), Arc::clone(&data), &flex()).unwrap();
        while moved.position().step < 3 {
            moved.advance().unwrap();
        }
        moved.set_knob(knob.id, value).unwrap();
        let checkpoint = moved.checkpoint().unwrap();
        while moved.advance().unwrap() != Advance::Finished {}
        moved.collect().unwrap();
        let changes = moved.config().knob_changes.clone();
        assert_eq!(changes.len(), 1, "{}", knob.id);
        assert_eq!((changes[0].step, changes[0].value), (3, value));
        let usual = train(&config, &data);
        let (left, right) = (
            usual.metrics().train.values(),
            moved.metrics().train.values(),
        );
        assert_eq!(left[..3], right[..3], "{}", knob.id);
        assert_ne!(weights(&usual), weights(&moved), "{}", knob.id);
        let repeated = train(moved.config(), &data);
        assert_eq!(repeated.metrics(), moved.metrics(), "{}", knob.id);
        assert_eq!(weights(&repeated), weights(&moved), "{}", knob.id);
        let resumed = checkpoint.config.clone();
        let mut resumed =
            Trainer::resume(resumed, &checkpoint, Arc::clone(&data), &flex()).unwrap();
        while resumed.advance().unwrap() != Advance::Finished {}
        resumed.collect().unwrap();
        assert_eq!(resumed.metrics(), moved.metrics(), "{}", knob.id);
        assert_eq!(weights(&resumed), weights(&moved), "{}", knob.id);
    }
}

#[test]
fn a_knob_that_cannot_be_moved_says_so_and_nothing_changes() {
    let mut trainer = Trainer::new(
        small_config("autoencoder", Pretraining::EndToEnd),
        small_set(),
        &flex(),
    )
    .unwrap();
    let before = trainer.config().clone();
    let mut refused = |id: &str, value: f64| trainer.set_knob(id, value).unwrap_err().to_string();
    assert!(refused("latent", 3.0).contains("must be one of noise-level"));
    assert_eq!(
        refused("beta", 2.0),
        "beta needs bottleneck gaussian, and has no effect now"
    );
    assert!(refused("penalty-l1", -1.0).contains("must be a number from 0"));
    assert!(refused("penalty-kl-sparsity", 1.0).contains("needs code-activation sigmoid"));
    assert_eq!(*trainer.config(), before);
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
