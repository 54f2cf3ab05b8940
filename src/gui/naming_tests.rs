//! Names by what runs differ in.

use super::*;
use crate::train::LearningRateChange;

fn recipe(id: &str) -> RunConfig {
    RunConfig::recipe(variant(id).unwrap(), "glyphs")
}

fn changed(id: &str, change: impl FnOnce(&mut RunConfig)) -> RunConfig {
    let mut config = recipe(id);
    change(&mut config);
    config
}

#[test]
fn the_first_run_is_called_by_its_variant_and_others_by_what_differs() {
    let first = recipe("autoencoder");
    assert_eq!(name_of(&first, &[]), "Autoencoder");
    assert_eq!(name_of(&recipe("deep"), &[&first]), "Deep");
    let wide = changed("autoencoder", |config| {
        config.knobs.set("latent", KnobValue::Integer(32));
    });
    assert_eq!(name_of(&wide, &[&first]), "latent 32");
    let other = changed("autoencoder", |config| {
        config.seed = 2;
        config.batch = 128;
    });
    assert_eq!(name_of(&other, &[&first, &wide]), "batch 128, seed 2");
    assert_eq!(
        name_of(&wide, &[&first, &recipe("deep")]),
        "Autoencoder, latent 32",
        "where variants differ, it says which it is"
    );
}

#[test]
fn what_differs_comes_from_the_tables() {
    let first = recipe("deep");
    let differs = |change: fn(&mut RunConfig)| -> Vec<String> {
        differences(&changed("deep", change), &[&first])
    };
    assert_eq!(
        differs(|config| {
            config
                .knobs
                .set("activation", KnobValue::Text("tanh".to_owned()));
        }),
        ["activation Tanh"]
    );
    assert_eq!(
        differs(|config| config.limit = Some(1500)),
        ["1,500 images"]
    );
    assert_eq!(
        differs(|config| config.dataset = "images/fashion/".to_owned()),
        ["fashion"]
    );
    assert_eq!(
        differs(|config| config.device = "flex".to_owned()),
        ["on flex"]
    );
    assert_eq!(
        differs(|config| {
            config.learning_rate_changes = vec![LearningRateChange {
                step: 1200,
                learning_rate: 0.05,
            }];
        }),
        ["learning rate 0.05 from step 1,200"]
    );
    assert!(differs(|_config| {}).is_empty());
}

#[test]
fn a_knob_without_effect_is_no_difference() {
    let first = changed("deep", |config| {
        config.knobs.set("init", KnobValue::Text("he".to_owned()));
    });
    let mut other = first.clone();
    other.knobs.set("init-sigma", KnobValue::Real(0.5));
    assert!(differences(&other, &[&first]).is_empty());
}

#[test]
fn phases_are_told_once_where_they_agree() {
    let first = recipe("stacked");
    let differs = |change: fn(&mut RunConfig)| -> Vec<String> {
        differences(&changed("stacked", change), &[&first])
    };
    assert_eq!(
        differs(|config| config.schedule.phases[1].epochs = 17),
        ["phase 2: 17 epochs"]
    );
    assert_eq!(
        differs(|config| {
            for phase in &mut config.schedule.phases {
                phase.learning_rate = 0.25;
            }
        }),
        ["learning rate 0.25"]
    );
    assert_eq!(
        differs(|config| {
            for phase in &mut config.schedule.phases[..5] {
                phase.epochs = 17;
            }
        }),
        ["pretraining: 17 epochs"]
    );
    assert_eq!(
        differs(|config| {
            for phase in &mut config.schedule.phases {
                phase.optimizer = OptimizerConfig::new(OptimizerKind::Adam);
                phase.learning_rate = 1e-3;
            }
        }),
        ["Adam"],
        "the usual rate goes without saying"
    );
    assert_eq!(
        differs(|config| {
            config.pretraining = Pretraining::Greedy;
            config.rebuild_schedule(variant("stacked").unwrap());
        }),
        ["greedy pretraining"]
    );
    assert_eq!(
        differs(|config| {
            config.schedule.phases.remove(2);
        }),
        ["5 phases of its own"]
    );
}

#[test]
fn many_differences_are_cut_short_and_equal_names_numbered() {
    let first = recipe("deep");
    let other = changed("deep", |config| {
        config.seed = 2;
        config.batch = 1;
        config.limit = Some(3);
        config.device = "flex".to_owned();
    });
    assert_eq!(name_of(&other, &[&first]), "batch 1, seed 2, 3 images, …");
    let taken = ["Deep".to_owned(), "Deep 2".to_owned()];
    assert_eq!(free_name("Deep".to_owned(), &taken), "Deep 3");
    assert_eq!(free_name("mine".to_owned(), &taken), "mine");
    let taken = ["latent 32".to_owned()];
    assert_eq!(free_name("latent 32".to_owned(), &taken), "latent 32 (2)");
}
