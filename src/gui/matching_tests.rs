//! What runs have in common, in words.

use super::*;
use crate::data::{ImageShape, Reading};
use crate::engine::RunId;
use crate::gui::setup::draft::Draft;
use crate::model::Pretraining;

const SHAPE: ImageShape = ImageShape {
    width: 28,
    height: 28,
    channels: 1,
};

fn shapes() -> Shapes {
    Shapes::from([(("glyphs".to_owned(), Reading::default()), SHAPE)])
}

fn recipe(id: &str) -> RunConfig {
    RunConfig::recipe(variant(id).unwrap(), "glyphs")
}

fn matching(configs: impl IntoIterator<Item = RunConfig>) -> Option<Matching> {
    let runs: Vec<Run> = configs
        .into_iter()
        .enumerate()
        .map(|(index, config)| Run::new(RunId(index as u64), index, Draft::new(config)))
        .collect();
    summary(&runs, &shapes())
}

#[test]
fn another_schedule_changes_neither_batches_nor_first_weights() {
    let mut greedy = recipe("deep");
    greedy.name = "Greedy".to_owned();
    greedy.pretraining = Pretraining::Greedy;
    greedy.rebuild_schedule(variant("deep").unwrap());
    let found = matching([recipe("deep"), greedy]).unwrap();
    assert!(found.is_matched, "{found:?}");
    assert_eq!(
        found.summary,
        "Matched: same batches, same initial weights in all layers"
    );
    assert_eq!(matching([recipe("deep")]), None, "one run has no other");
}

#[test]
fn what_makes_the_batches_differ_is_named() {
    let mut other = recipe("deep");
    other.name = "Big".to_owned();
    other.batch = 3;
    let batch = recipe("deep").batch;
    other.knobs.set("latent", KnobValue::Integer(3));
    let found = matching([recipe("deep"), other.clone()]).unwrap();
    assert!(!found.is_matched && found.is_warning);
    assert_eq!(
        found.summary,
        format!("Not matched: Big has batch 3 instead of {batch}")
    );
    other.seed = 9;
    other.limit = Some(100);
    let found = matching([recipe("deep"), other]).unwrap();
    assert!(found.summary.ends_with("and 2 more"), "{}", found.summary);
    assert!(found.details[0].contains("seed 9 instead of 1"));
}

#[test]
fn weights_are_held_against_each_other_where_shapes_agree() {
    let mut slim = recipe("deep");
    slim.name = "Slim".to_owned();
    slim.knobs.set("latent", KnobValue::Integer(3));
    let found = matching([recipe("deep"), slim]).unwrap();
    assert!(found.is_matched, "{found:?}");
    assert!(found.summary.contains("where layers"), "{}", found.summary);

    let mut other = recipe("deep");
    other.name = "He".to_owned();
    other.knobs.set("init", KnobValue::Text("he".to_owned()));
    other.batch += 1;
    let found = matching([recipe("deep"), other]).unwrap();
    assert!(!found.is_matched && found.is_warning, "{found:?}");
    assert!(found.summary.ends_with("and 1 more"), "{}", found.summary);
    assert!(
        found
            .details
            .iter()
            .any(|line| line.contains("He has batch")),
        "{found:?}"
    );
}

fn seeded(id: &str, seed: u64) -> RunConfig {
    let mut config = recipe(id);
    config.name = format!("{id} {seed}");
    config.seed = seed;
    config
}

#[test]
fn one_setting_that_differs_is_what_is_compared_and_no_warning() {
    let told = |configs: Vec<RunConfig>| {
        let found = matching(configs).unwrap();
        assert!(!found.is_matched && !found.is_warning, "{found:?}");
        found.summary
    };
    assert_eq!(
        told(vec![seeded("deep", 1), seeded("deep", 2)]),
        "Same settings, seeds 1 and 2"
    );
    let mut on_gpu = seeded("deep", 4);
    on_gpu.device = "wgpu".to_owned();
    assert_eq!(
        told(vec![seeded("deep", 1), seeded("deep", 2), on_gpu]),
        "Same settings, seeds 1, 2 and 4",
        "where it is computed is no setting"
    );
    let mut batch = recipe("deep");
    batch.batch = 3;
    let usual = recipe("deep").batch;
    assert_eq!(
        told(vec![recipe("deep"), batch]),
        format!("Same settings, batches of {usual} and 3")
    );
    let mut few = recipe("deep");
    few.limit = Some(100);
    let words = told(vec![recipe("deep"), few]);
    assert!(words.contains("and the first 100 of"), "{words}");
    let mut he = recipe("deep");
    he.knobs.set("init", KnobValue::Text("he".to_owned()));
    let words = told(vec![recipe("deep"), he]);
    assert!(
        words.starts_with("Same settings, first weights "),
        "{words}"
    );
    assert!(words.ends_with(" and he"), "{words}");
}

#[test]
fn a_knob_without_effect_does_not_hide_that_settings_are_the_same() {
    let he = |seed, sigma| {
        let mut config = seeded("deep", seed);
        config.knobs.set("init", KnobValue::Text("he".to_owned()));
        config.knobs.set("init-sigma", KnobValue::Real(sigma));
        config
    };
    let found = matching([he(1, 0.1), he(2, 0.9)]).unwrap();
    assert_eq!(found.summary, "Same settings, seeds 1 and 2");
}

#[test]
fn several_settings_on_several_seeds_are_matched_seed_by_seed() {
    let greedy = |seed| {
        let mut config = seeded("deep", seed);
        config.name = format!("greedy {seed}");
        config.pretraining = Pretraining::Greedy;
        config.rebuild_schedule(variant("deep").unwrap());
        config
    };
    let all = [seeded("deep", 1), greedy(1), seeded("deep", 2), greedy(2)];
    let found = matching(all).unwrap();
    assert!(!found.is_warning, "{found:?}");
    assert_eq!(found.summary, "Seeds 1 and 2: runs of one seed are matched");
    // What differs may come from the seed or from the schedule.
    let found = matching([seeded("deep", 1), greedy(2)]).unwrap();
    assert!(found.is_warning, "{found:?}");
    assert_eq!(
        found.summary,
        "Not matched: greedy 2 has seed 2 instead of 1"
    );
}

#[test]
fn images_that_were_moved_are_the_same_images() {
    let at = |place: &str, hash: &str| {
        let mut config = recipe("deep");
        config.dataset = place.to_owned();
        config.dataset_sha256 = Some(hash.to_owned());
        config
    };
    let found = matching([at("old/digits", "ab"), at("new/digits", "ab")]).unwrap();
    assert!(found.is_matched, "{found:?}");
    let found = matching([at("old/digits", "ab"), at("new/digits", "cd")]).unwrap();
    assert!(!found.is_matched && found.is_warning, "{found:?}");
    assert!(
        found.summary.contains("other images called digits"),
        "{found:?}"
    );
}

#[test]
fn layers_in_common_are_counted() {
    let mut configs = ["deep", "stacked"].map(recipe);
    configs[1].batch = configs[0].batch;
    let starts: Vec<Start> = configs
        .map(|config| {
            let run = Run::new(RunId(1), 0, Draft::new(config));
            Start::of(&run, &shapes())
        })
        .into();
    let layers = starts[0].layers.len();
    assert!(layers > 2, "{layers}");
    assert_eq!(starts[0].shared_layers(&starts[0]), layers);
    let conv = Run::new(RunId(2), 0, Draft::new(recipe("convolutional")));
    let conv = Start::of(&conv, &shapes());
    assert!(conv.shared_layers(&starts[0]) < layers);
}

#[test]
fn a_knob_that_was_moved_is_another_setting() {
    let told = |weight: f64, target: f64| {
        let mut other = seeded("autoencoder", 2);
        other.knobs.set("sparsity-target", KnobValue::Real(target));
        let mut first = seeded("autoencoder", 1);
        for config in [&mut first, &mut other] {
            config.knob_changes = vec![crate::train::KnobChange {
                step: 5,
                knob: "penalty-kl-sparsity".to_owned(),
                value: weight,
            }];
        }
        matching([first, other]).unwrap().summary
    };
    let same = "Same settings, seeds 1 and 2";
    assert_eq!(told(0.0, 0.2), same, "a target without weight is none");
    assert_eq!(told(0.1, 0.05), same, "moved alike");
    assert_ne!(told(0.1, 0.2), same, "another target, with weight later");
    let mut moved = seeded("autoencoder", 2);
    moved.knob_changes = vec![crate::train::KnobChange {
        step: 5,
        knob: "penalty-l1".to_owned(),
        value: 0.1,
    }];
    let found = matching([seeded("autoencoder", 1), moved]).unwrap();
    assert!(found.is_warning, "{found:?}");
}
