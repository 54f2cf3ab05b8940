//! Names by a run's own settings.

use super::*;
use crate::gui::setup::draft::Draft;
use crate::train::{KnobChange, LearningRateChange};

fn recipe(id: &str) -> RunConfig {
    RunConfig::recipe(variant(id).unwrap(), "glyphs")
}

fn changed(id: &str, change: impl FnOnce(&mut RunConfig)) -> RunConfig {
    let mut config = recipe(id);
    change(&mut config);
    config
}

/// The differences of a recipe that was changed.
fn differs(id: &str, change: impl FnOnce(&mut RunConfig)) -> Vec<String> {
    differences(&changed(id, change), variant(id).unwrap())
}

#[test]
fn a_run_is_called_by_its_variant_and_what_it_has_of_its_own() {
    for known in crate::model::VARIANTS {
        let own = name_of(&RunConfig::recipe(*known, "glyphs"));
        assert_eq!(own, known.name(), "a recipe is called by its variant alone");
    }
    let wide = changed("autoencoder", |config| {
        config.knobs.set("latent", KnobValue::Integer(32));
    });
    assert_eq!(name_of(&wide), "Autoencoder · latent 32");
    let other = changed("autoencoder", |config| {
        config.seed = 2;
        config.batch = 128;
    });
    assert_eq!(name_of(&other), "Autoencoder · batch 128 · seed 2");
    let unknown = changed("autoencoder", |config| "x".clone_into(&mut config.variant));
    assert_eq!(name_of(&unknown), "Run");
}

#[test]
fn the_parts_of_a_name_are_told_apart_though_widths_hold_commas() {
    let config = changed("deep", |config| {
        config
            .knobs
            .set("widths", KnobValue::Text("500,250,10".to_owned()));
        config.seed = 4;
    });
    let name = name_of(&config);
    let parts: Vec<&str> = name.split(BETWEEN).collect();
    assert_eq!(parts, ["Deep", "widths 500,250,10", "seed 4"]);
}

#[test]
fn how_images_are_read_is_told_where_it_was_said() {
    let read = |change: fn(&mut RunConfig)| differs("autoencoder", change);
    assert_eq!(
        read(|config| config.label_column = Some("grade".to_owned())),
        ["labels grade"]
    );
    assert_eq!(
        read(|config| config.label_column = Some("none".to_owned())),
        ["no labels"]
    );
    assert_eq!(read(|config| config.transpose = Some(true)), ["turned"]);
    assert_eq!(
        read(|config| config.color = Some(crate::data::Color::Rgb)),
        ["28×28 colour"]
    );
}

#[test]
fn what_widths_decide_is_not_told_beside_them() {
    let found = differs("deep", |config| {
        config
            .knobs
            .set("widths", KnobValue::Text("784,50,10".to_owned()));
        config.knobs.set("latent", KnobValue::Integer(16));
        config.knobs.set("layers", KnobValue::Integer(4));
        config.rebuild_schedule(variant("deep").unwrap());
    });
    assert_eq!(found, ["widths 784,50,10"]);
}

#[test]
fn what_differs_comes_from_the_tables() {
    assert_eq!(
        differs("deep", |config| {
            config
                .knobs
                .set("activation", KnobValue::Text("tanh".to_owned()));
        }),
        ["activation Tanh"]
    );
    assert_eq!(
        differs("deep", |config| config.limit = Some(1500)),
        ["1,500 images"]
    );
    assert_eq!(
        differs("deep", |config| config.dataset = "images/数字/".to_owned()),
        ["数字"]
    );
    assert_eq!(
        differs("deep", |config| config.device = "flex".to_owned()),
        ["on flex"]
    );
    assert_eq!(
        differs("deep", |config| {
            config.learning_rate_changes = vec![LearningRateChange {
                step: 1200,
                learning_rate: 0.05,
            }];
        }),
        ["learning rate 0.05 from step 1,200"]
    );
}

#[test]
fn knobs_that_were_moved_are_told() {
    let moved = |changes: &[(u64, &str, f64)]| {
        differs("vae", |config| {
            let change = |&(step, knob, value): &(u64, &str, f64)| KnobChange {
                step,
                knob: knob.to_owned(),
                value,
            };
            config.knob_changes = changes.iter().map(change).collect();
        })
    };
    assert_eq!(moved(&[(1200, "beta", 0.5)]), ["beta 0.5 from step 1,200"]);
    let again = [(1200, "beta", 0.5), (1300, "beta", 2.0)];
    assert_eq!(moved(&again), ["2 changes of beta"]);
    let several = [(1200, "beta", 0.5), (1300, "penalty-l1", 2.0)];
    assert_eq!(moved(&several), ["2 changes of knobs"]);
}

#[test]
fn a_knob_that_another_one_gives_an_effect_later_is_told() {
    let target = |weight: f64| {
        differs("autoencoder", |config| {
            config.knobs.set("sparsity-target", KnobValue::Real(0.2));
            config.knob_changes = vec![KnobChange {
                step: 5,
                knob: "penalty-kl-sparsity".to_owned(),
                value: weight,
            }];
        })
    };
    let from = "penalty kl sparsity 0.5 from step 5";
    assert_eq!(target(0.5), ["sparsity target 0.2", from]);
    assert_eq!(target(0.0), ["penalty kl sparsity 0 from step 5"]);
}

#[test]
fn a_knob_without_effect_is_no_difference() {
    let he = |sigma: f64| {
        differs("deep", |config| {
            config.knobs.set("init", KnobValue::Text("he".to_owned()));
            config.knobs.set("init-sigma", KnobValue::Real(sigma));
        })
    };
    assert_eq!(he(0.5), he(0.25));
    assert_eq!(he(0.5).len(), 1, "{:?}", he(0.5));
}

#[test]
fn phases_are_told_once_where_they_agree() {
    assert_eq!(
        differs("stacked", |config| config.schedule.phases[1].epochs = 17),
        ["phase 2: 17 epochs"]
    );
    assert_eq!(
        differs("stacked", |config| {
            for phase in &mut config.schedule.phases {
                phase.learning_rate = 0.25;
            }
        }),
        ["learning rate 0.25"]
    );
    assert_eq!(
        differs("stacked", |config| {
            for phase in &mut config.schedule.phases[..5] {
                phase.epochs = 17;
            }
        }),
        ["pretraining: 17 epochs"]
    );
    assert_eq!(
        differs("stacked", |config| {
            for phase in &mut config.schedule.phases {
                phase.optimizer = OptimizerConfig::new(OptimizerKind::Adam);
                phase.learning_rate = 1e-3;
            }
        }),
        ["Adam"],
        "the usual rate goes without saying"
    );
    assert_eq!(
        differs("stacked", |config| {
            config.schedule.phases.remove(2);
        }),
        ["5 phases of its own"]
    );
}

#[test]
fn phases_that_follow_from_other_settings_go_without_saying() {
    // As the side panel edits them.
    let edited = |change: fn(&mut Draft)| {
        let before = Draft::new(recipe("stacked"));
        let mut after = before.clone();
        change(&mut after);
        after.settle(&before);
        differences(&after.config, variant("stacked").unwrap())
    };
    assert_eq!(
        edited(|draft| draft.config.pretraining = Pretraining::Greedy),
        ["greedy pretraining"]
    );
    assert_eq!(
        edited(|draft| draft.config.pretraining = Pretraining::EndToEnd),
        ["end to end"]
    );
    assert_eq!(
        edited(|draft| {
            draft.config.knobs.set("layers", KnobValue::Integer(4));
        }),
        ["layers 4"]
    );
    assert_eq!(
        edited(|draft| {
            draft.config.pretraining = Pretraining::Greedy;
            draft.pretrain.epochs = 3;
        }),
        ["greedy pretraining", "pretraining: 3 epochs"],
        "what is set about another kind of pretraining is told"
    );
    assert_eq!(
        edited(|draft| {
            draft
                .config
                .knobs
                .set("widths", KnobValue::Text("500,x".to_owned()));
        }),
        ["widths 500,x"],
        "widths that cannot be say nothing about phases"
    );
}

#[test]
fn many_differences_are_cut_short_and_equal_names_numbered() {
    let other = changed("deep", |config| {
        config.seed = 2;
        config.batch = 1;
        config.limit = Some(3);
        config.device = "flex".to_owned();
        config.dataset = "a/digits".to_owned();
    });
    assert_eq!(
        name_of(&other),
        "Deep · digits · 3 images · batch 1 · seed 2 · …"
    );
    let taken = ["Deep".to_owned(), "Deep 2".to_owned()];
    assert_eq!(free_name("Deep".to_owned(), &taken), "Deep 3");
    assert_eq!(free_name("mine".to_owned(), &taken), "mine");
    let taken = ["Deep · latent 32".to_owned()];
    assert_eq!(
        free_name("Deep · latent 32".to_owned(), &taken),
        "Deep · latent 32 (2)"
    );
}

#[test]
fn a_name_without_room_keeps_its_end() {
    let to = |name: &str, most: usize| shortened_to(name, |text| text.chars().count() <= most);
    assert_eq!(to("Deep · seed 2", 13), "Deep · seed 2");
    assert_eq!(to("Autoencoder · latent 32 · seed 2", 16), "Autoe…seed 2");
    assert_eq!(
        to("Deep · latent 16 · seed 200", 14),
        "Deep…seed 200",
        "a part of a number is another number"
    );
    assert_eq!(to("Deep 1.25 · seed 2", 17), "Deep…seed 2");
    assert_eq!(to("手書きの数字 · seed 2", 9), "手書…seed 2");
    assert_eq!(to("Deep", 1), "…");
    assert_eq!(to("Deep", 0), "");
}
