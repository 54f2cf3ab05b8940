//! Whether presets can be trained and are told apart, and what runs of them come to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::difference::differences;
use super::*;
use crate::data::ImageShape;
use crate::model::{Figure, KnobValue, QUANTITIES, Source};
use crate::train::{TestPoint, Verdict};

/// Steps of an epoch over MNIST in batches of 256.
const STEPS: u64 = 234;

fn config(id: &str) -> RunConfig {
    preset(id).unwrap().config("data").unwrap()
}

/// A measurement after so many epochs of a run of one phase.
fn test(epoch: u64, mse: f64, terms: &[(&str, f64)], measures: &[(&str, f64)]) -> TestPoint {
    let terms = terms
        .iter()
        .map(|(name, value)| ((*name).to_owned(), *value));
    let measures = measures.iter();
    let measures = measures.map(|(name, value)| ((*name).to_owned(), Figure::One(*value)));
    TestPoint {
        step: epoch * STEPS,
        phase: 0,
        mse,
        verdict: Verdict::Varied,
        terms: Arc::new(terms.collect::<BTreeMap<_, _>>()),
        measures: Arc::new(measures.collect::<BTreeMap<_, _>>()),
    }
}

/// What a run that is trained to its end comes to on MNIST.
fn judged(
    config: &RunConfig,
    tests: &[TestPoint],
    on_request: &[(&'static str, f64)],
) -> Judgement {
    judge(&Evidence {
        config,
        hash: MNIST,
        pixels: 784,
        steps_per_epoch: STEPS,
        step: config.schedule.epochs() as u64 * STEPS,
        tests,
        on_request,
    })
    .unwrap()
}

fn words(judgement: &Judgement) -> Vec<String> {
    let figures = judgement.figures.iter().map(|figure| figure.to_words());
    figures.collect()
}

#[test]
fn ids_are_unique_and_everything_is_told() {
    let mut ids = BTreeSet::new();
    let mut names = BTreeSet::new();
    for preset in PRESETS {
        let id = preset.id;
        let is_plain = |letter: char| {
            letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-.".contains(letter)
        };
        assert!(id.chars().all(is_plain), "{id}");
        assert!(ids.insert(id), "{id} comes twice");
        assert!(names.insert(preset.name), "{} comes twice", preset.name);
        assert!(preset.protocol.ends_with('.'), "{id}");
        assert!(preset.minutes > 0.0, "{id}");
        assert!(
            !preset.source.is_empty() && !preset.figures.is_empty(),
            "{id}"
        );
        let epochs = config(id).schedule.phases.last().unwrap().epochs;
        for (index, figure) in preset.figures.iter().enumerate() {
            let (what, (from, to)) = (figure.what(), figure.range());
            assert!(from <= figure.value && figure.value <= to, "{id}: {what}");
            assert!(
                figure.epoch.is_none_or(|epoch| epoch <= epochs),
                "{id}: {what}"
            );
            let others = preset.figures[..index].iter();
            assert!(
                others.clone().all(|other| other.what() != what),
                "{id}: {what}"
            );
            let is_known = |source: Source| QUANTITIES.iter().any(|q| q.source == source);
            match figure.aim {
                Aim::TestMse | Aim::PerImage | Aim::SquaredReconstruction => {}
                Aim::Terms(terms) => {
                    assert!(
                        terms.iter().all(|term| is_known(Source::Term(term))),
                        "{id}: {what}"
                    );
                }
                Aim::Measure(measure) => {
                    let is_known = measure == NEIGHBOURS || is_known(Source::Measure(measure));
                    assert!(is_known, "{id}: {what}");
                }
            }
        }
    }
    assert!(
        PRESETS
            .iter()
            .any(|preset| preset.family == Family::WrongWay)
    );
}

#[test]
fn every_preset_can_be_trained_and_differs_as_it_says() {
    let shape = ImageShape {
        width: 28,
        height: 28,
        channels: 1,
    };
    for preset in PRESETS {
        let id = preset.id;
        let config = config(id);
        assert_eq!(config.preset.as_deref(), Some(id));
        let (variant, _) = config
            .check_with(shape)
            .unwrap_or_else(|error| panic!("{id}: {error}"));
        let mut recipe = RunConfig::recipe(variant, "data");
        let schedule = preset
            .settings
            .iter()
            .find(|(option, _)| *option == "schedule");
        let schedule = schedule.map_or_else(|| recipe.pretraining.id(), |(_, value)| *value);
        assert_eq!(config.pretraining.id(), schedule, "{id}");
        // Phases of another schedule are compared with those that the recipe has there.
        recipe.pretraining = config.pretraining;
        recipe.rebuild_schedule(variant);
        let found = differences(&config, &recipe);
        let found: BTreeSet<&str> = found.iter().map(|other| other.option.as_str()).collect();
        let said = preset.settings.iter().map(|(option, _)| *option);
        let said: BTreeSet<&str> = said.filter(|option| *option != "schedule").collect();
        assert_eq!(found, said, "{id}");
    }
}

#[test]
fn every_wrong_way_has_a_healthy_counterpart() {
    for wrong in PRESETS {
        let id = wrong.id;
        assert_eq!(
            wrong.healthy.is_some(),
            wrong.family == Family::WrongWay,
            "{id}"
        );
        let Some(healthy) = wrong.healthy else {
            continue;
        };
        let healthy = preset(healthy).unwrap();
        assert_eq!(healthy.family, Family::Reference, "{id}");
        assert_eq!(healthy.variant, wrong.variant, "{id}");
        for figure in wrong.figures {
            let (of, _) = wrong.healthy_figure(figure).unwrap();
            assert_eq!(of.id, healthy.id, "{id}: {}", figure.what());
        }
    }
    let words = |id: &str| {
        let wrong = preset(id).unwrap();
        let figures = wrong.figures.iter();
        let words = figures.map(|figure| wrong.figure_words(figure));
        words.collect::<Vec<_>>()
    };
    assert_eq!(
        words("kl-against-mean"),
        ["active units: at most 0 expected here; 20 ± 1 in vae-784-400-20 at its end"]
    );
    assert_eq!(
        words("no-revival"),
        [
            "test MSE (per pixel): 0.0076 ± 25 % expected here; 0.0063 ± 10 % in vq-vae-128 at epoch 1",
            "perplexity of the codebook (entries): 11 ± 25 % expected here; 65 ± 25 % in vq-vae-128 at \
             epoch 1",
            "entries used: 42 ± 25 % expected here; 128 ± 2 % in vq-vae-128 at its end",
        ]
    );
    assert_eq!(
        words("wae-784-400-8")[1],
        "MMD (unweighted): 0.0153 ± 25 %",
        "a run without a mistake has no counterpart"
    );
}

#[test]
fn figures_are_in_the_unit_of_the_loss() {
    for preset in PRESETS {
        let config = config(preset.id);
        let variant = variant(&config.variant).unwrap();
        let knobs = config.knobs.resolve(variant.id(), variant.knobs()).unwrap();
        let is_entropy = knobs.get("loss") == Some(&KnobValue::Text("bce".to_owned()));
        for figure in preset.figures {
            let what = figure.what();
            let is_in_nats = match figure.aim {
                Aim::Terms(terms) if terms.contains(&RECONSTRUCTION) => true,
                Aim::SquaredReconstruction => false,
                Aim::TestMse | Aim::PerImage | Aim::Terms(_) | Aim::Measure(_) => continue,
            };
            assert_eq!(is_in_nats, is_entropy, "{}: {what}", preset.id);
        }
    }
    for (aim, expected) in [
        (Aim::TestMse, "test MSE (per pixel)"),
        (Aim::PerImage, "test error (squared error per image)"),
        (
            Aim::SquaredReconstruction,
            "reconstruction (squared error per image)",
        ),
        (
            Aim::Terms(&[RECONSTRUCTION]),
            "reconstruction (nats per image)",
        ),
        (Aim::Terms(&["kl"]), "KL divergence (nats per image)"),
        (
            Aim::Measure("noisy_mse"),
            "MSE of damaged images (per pixel)",
        ),
        (
            Aim::Measure("active_share"),
            "active share of the code (0 to 1)",
        ),
        (Aim::Measure("dead_units"), "dead units"),
    ] {
        assert_eq!(figure(aim, 1.0, ERROR).what(), expected);
        assert!(!aim.help().is_empty(), "{expected}");
    }
}

#[test]
fn a_run_keeps_its_preset_and_others_have_no_trace_of_any() {
    let config = config("tied-32");
    let text = toml::to_string(&config).unwrap();
    assert!(text.contains("preset = \"tied-32\"\n"), "{text}");
    assert_eq!(toml::from_str::<RunConfig>(&text).unwrap(), config);
    let recipe = RunConfig::recipe(variant("tied").unwrap(), "data");
    let text = toml::to_string(&recipe).unwrap();
    assert!(!text.contains("preset"), "{text}");
    assert_eq!(toml::from_str::<RunConfig>(&text).unwrap(), recipe);
}

#[test]
fn figures_within_their_bands_are_reached() {
    let config = config("autoencoder-10-adam");
    let within = judged(&config, &[test(10, 0.033, &[], &[])], &[]);
    assert_eq!(within.reach, Reach::Reached);
    assert_eq!(
        words(&within),
        ["test MSE (per pixel): reached 0.033, expected 0.0326 ± 10 %"]
    );
    for (mse, reach) in [
        (0.0326 * 0.9, Reach::Reached),
        (0.0326 * 1.1, Reach::Reached),
        (0.0326 * 0.89, Reach::NotReached),
        (0.0326 * 1.11, Reach::NotReached),
        (f64::NAN, Reach::NotReached),
    ] {
        let found = judged(&config, &[test(10, mse, &[], &[])], &[]);
        assert_eq!(found.reach, reach, "{mse}");
    }
    let outside = judged(&config, &[test(10, 0.04, &[], &[])], &[]);
    assert_eq!(
        words(&outside),
        ["test MSE (per pixel): not reached: 0.04, expected 0.0326 ± 10 %"]
    );
    assert_eq!(outside.reach.to_words(), "not reached");
}

#[test]
fn a_limit_from_above_has_no_other_end() {
    let config = config("story-greedy");
    let end = |mse| TestPoint {
        phase: 5,
        ..test(18, mse, &[], &[])
    };
    let reach = |mse| judged(&config, &[end(mse)], &[]);
    assert_eq!(reach(0.02).reach, Reach::Reached);
    assert_eq!(reach(0.037).reach, Reach::NotReached);
    assert_eq!(
        words(&reach(0.037)),
        ["test MSE (per pixel): not reached: 0.037, expected at most 0.036"]
    );
}

/// A run of the variational preset that comes to what is expected.
fn variational() -> Vec<TestPoint> {
    let terms = |reconstruction, kl| [("reconstruction", reconstruction), ("kl", kl)];
    let active = [("active_units", 20.0)];
    vec![
        test(0, 0.2, &terms(540.0, 3.0), &active),
        test(1, 0.02, &terms(110.0, 17.0), &active),
        test(5, 0.02, &terms(84.0, 24.0), &active),
        test(10, 0.02, &terms(81.0, 24.5), &active),
        test(20, 0.02, &terms(79.0, 25.0), &active),
    ]
}

#[test]
fn figures_hold_at_their_epochs_and_missing_ones_are_told() {
    let config = config("vae-784-400-20");
    let tests = variational();
    let whole = judged(&config, &tests, &[(NEIGHBOURS, 0.97)]);
    assert_eq!(whole.reach, Reach::Reached, "{:?}", words(&whole));
    assert_eq!(
        words(&whole)[2],
        "reconstruction + KL divergence (nats per image) at epoch 10: reached 105.5, expected 105.2 ± 1.5 %"
    );
    assert_eq!(
        words(&whole)[7],
        "5-NN accuracy (share of test images, 0 to 1): reached 0.97, expected 0.973 ± 0.01"
    );
    let missing = judged(&config, &tests, &[]);
    assert_eq!(
        missing.reach.to_words(),
        "not comparable: 5-NN accuracy was not measured"
    );
    assert_eq!(missing.figures[7].is_reached(), None);
    // What is outside its band decides, whatever else is missing.
    let mut worse = tests;
    worse[3] = test(10, 0.02, &[("reconstruction", 140.0), ("kl", 5.0)], &[]);
    let worse = judged(&config, &worse, &[]);
    assert_eq!(worse.reach, Reach::NotReached);
}

#[test]
fn a_run_with_other_settings_is_not_comparable() {
    let reason = |change: fn(&mut RunConfig)| {
        let mut config = config("autoencoder-10-adam");
        change(&mut config);
        let judgement = judged(&config, &[test(10, 0.033, &[], &[])], &[]);
        judgement.reach.to_words()
    };
    assert_eq!(
        reason(|config| {
            config.seed = 5;
            config.name = "Mine".to_owned();
            config.device = "flex".to_owned();
            config.dataset = "elsewhere".to_owned();
        }),
        "reached"
    );
    assert_eq!(
        reason(|config| config.schedule.phases[0].epochs = 1),
        "not comparable: run with other settings (epochs 1 instead of 10)"
    );
    assert_eq!(
        reason(|config| {
            config.batch = 64;
            config.limit = Some(100);
            config
                .knobs
                .set("latent", crate::model::KnobValue::Integer(11));
            config.schedule.phases[0].learning_rate = 0.01;
        }),
        "not comparable: run with other settings (latent 11 instead of 10, batch 64 instead of 256, limit \
         100 instead of all, lr 0.01 instead of 0.001)"
    );
    // A knob without effect is no other setting.
    assert_eq!(
        reason(|config| config.knobs.set("k", crate::model::KnobValue::Integer(7))),
        "reached"
    );
    assert_eq!(
        reason(|config| {
            config.learning_rate_changes = vec![crate::train::LearningRateChange {
                step: 3,
                learning_rate: 0.1,
            }];
        }),
        "not comparable: run with other settings (settings moved while it trained)"
    );
}

#[test]
fn other_images_and_runs_that_are_not_over_are_not_comparable() {
    let config = config("autoencoder-10-adam");
    let tests = [test(3, 0.033, &[], &[])];
    let evidence = Evidence {
        config: &config,
        hash: "0123",
        pixels: 784,
        steps_per_epoch: STEPS,
        step: 3 * STEPS,
        tests: &tests,
        on_request: &[],
    };
    let judgement = judge(&evidence).unwrap();
    assert_eq!(
        judgement.reach.to_words(),
        "not comparable: run on other images than MNIST, trained for 702 of 2340 steps"
    );
    let unnamed = |id: Option<&str>| {
        let config = RunConfig {
            preset: id.map(str::to_owned),
            ..config.clone()
        };
        judge(&Evidence {
            config: &config,
            ..evidence
        })
        .is_none()
    };
    assert!(unnamed(None));
    assert!(unnamed(Some("of-a-later-version")), "is passed over");
}

#[test]
fn the_nearest_ids_are_told() {
    assert_eq!(nearest_presets("tied")[0], "tied-32");
    assert_eq!(nearest_presets("Story-Greedi")[0], "story-greedy");
    assert_eq!(
        nearest_presets("vae-784-400"),
        ["vae-784-400-2", "vae-784-400-20", "vae-784-400-10-mse"]
    );
    assert_eq!(strsim::levenshtein("kitten", "sitting"), 3);
}

#[test]
fn numbers_have_four_digits_at_most() {
    for (value, expected) in [
        (0.006_312_4, "0.006312"),
        (105.2467, "105.2"),
        (128.0, "128"),
        (12_345.6, "12346"),
        (0.5, "0.5"),
        (0.0, "0"),
    ] {
        assert_eq!(significant(value), expected);
    }
}
