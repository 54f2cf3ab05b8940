//! What knobs do to training: each of their values something, from the step on at which it is set.

use std::sync::Arc;

use hourglass::model::{
    Condition, Knob, KnobKind, KnobValue, PENALTIES, Part, Pretraining, VARIANTS, variant,
};
use hourglass::train::{Advance, RunConfig, Trainer};

use super::common::{flex, small_config, small_set, train, weights};

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
    let text = |value: &str| KnobValue::Text(value.to_owned());
    let is_rounded = config.knobs.get("bottleneck") == Some(&text("fsq"));
    if is_rounded && !["init", "init-sigma"].contains(&knob.id) {
        // Small codes are all rounded to 0, and nothing begins where biases are 0 too.
        config.knobs.set("init", text("uniform"));
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
