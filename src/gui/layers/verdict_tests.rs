//! What is said of numbers that leave no doubt.

use super::*;

fn layers(pairs: usize) -> Vec<LayerInfo> {
    let layer = |side, stage| LayerInfo {
        name: format!("stages.{stage}"),
        side,
        stage,
        kind: "dense".to_owned(),
        input: "8".to_owned(),
        output: "8".to_owned(),
        outputs: 8,
        maps: None,
        activation: "ReLU".to_owned(),
        parameters: 72,
        products: 64,
    };
    let encoder = (0..pairs).map(|stage| layer(Side::Encoder, stage));
    let decoder = (0..pairs).rev().map(|stage| layer(Side::Decoder, stage));
    encoder.chain(decoder).collect()
}

fn stat(gradient: f32, ratio: f32, spread: f32) -> LayerStat {
    LayerStat {
        gradient_norm: Some(gradient),
        update_ratio: Some(ratio),
        spread: Some(spread),
        ..LayerStat::default()
    }
}

#[test]
fn a_collapsed_network_is_told_from_where_on() {
    let spreads = [0.6, 0.3, 0.01, 0.001, 0.001, 0.0];
    let stats: Vec<LayerStat> = spreads.map(|spread| stat(1e-3, -3.0, spread)).to_vec();
    let found = verdicts(Measure::Spread, &layers(3), &stats);
    assert!(
        found[0].starts_with("From encoder 3 on, every image gives nearly the same output"),
        "{found:?}"
    );
    assert!(found[0].contains("the code carries nothing"));
    assert!(!found.iter().any(|text| text.contains("carries something")));
}

#[test]
fn a_decoder_that_ignores_the_code_is_told() {
    let spreads = [0.6, 0.6, 0.5, 0.4, 0.02, 0.01];
    let stats: Vec<LayerStat> = spreads.map(|spread| stat(1e-3, -3.0, spread)).to_vec();
    let found = verdicts(Measure::Spread, &layers(3), &stats);
    assert!(
        found[0].starts_with("The codes differ, but from decoder 2 on the outputs hardly do"),
        "{found:?}"
    );
}

#[test]
fn fading_gradients_are_told_with_their_factor() {
    let norms = [2e-6, 1e-5, 1e-4, 1e-3, 1e-3, 1e-2];
    let stats: Vec<LayerStat> = norms.map(|norm| stat(norm, -3.0, 0.5)).to_vec();
    assert_eq!(
        verdicts(Measure::Gradient, &layers(3), &stats)[0],
        "Gradients shrink about 5,000-fold from the last layer to the first: encoder 1 hardly learns."
    );
    let stats: Vec<LayerStat> = [1.0, 1e-7, 1e-7, 1e-3]
        .map(|norm| stat(norm, -3.0, 0.5))
        .to_vec();
    assert_eq!(
        verdicts(Measure::Gradient, &layers(2), &stats)[0],
        "Gradients grow about 1,000-fold from the last layer to the first."
    );
    let stats: Vec<LayerStat> = [1e-2, 1e-9, 1e-2, 1e-2]
        .map(|norm| stat(norm, -3.0, 0.5))
        .to_vec();
    assert_eq!(
        verdicts(Measure::Gradient, &layers(2), &stats)[0],
        "The gradient of encoder 2 is more than a million times smaller than that of decoder 1: it \
         hardly learns."
    );
    let stats: Vec<LayerStat> = [1e-2, 0.0, 1e-2, 1e-2]
        .map(|norm| stat(norm, -3.0, 0.5))
        .to_vec();
    assert_eq!(
        verdicts(Measure::Gradient, &layers(2), &stats)[0],
        "No gradient reaches encoder 2: it cannot learn."
    );
}

#[test]
fn the_pace_is_slow_wild_or_told_in_numbers() {
    let pace = |ratios: [f32; 4]| {
        let stats: Vec<LayerStat> = ratios.map(|ratio| stat(1e-2, ratio, 0.5)).to_vec();
        verdicts(Measure::Update, &layers(2), &stats)[0].clone()
    };
    assert!(
        pace([-6.0, -7.0, -3.0, f32::NEG_INFINITY])
            .starts_with("3 of 4 training layers hardly move")
    );
    assert!(pace([-3.0, -0.5, -3.0, -3.0]).starts_with("Encoder 2 jumps"));
    assert_eq!(
        pace([-3.0, -2.5, -3.5, -3.0]),
        "The 4 layers that train move at −3.5 to −2.5 on the scale of update : weight; about −3 is \
         healthy."
    );
}

#[test]
fn equal_ends_are_told_once() {
    let stats: Vec<LayerStat> = [0.5; 4].map(|spread| stat(1e-2, -2.4, spread)).to_vec();
    assert!(
        verdicts(Measure::Update, &layers(2), &stats)[0]
            .starts_with("The 4 layers that train move at −2.4 on")
    );
}

#[test]
fn dead_and_saturated_layers_are_told_but_not_black_pixels() {
    let mut stats: Vec<LayerStat> = [0.5; 4].map(|spread| stat(1e-2, -3.0, spread)).to_vec();
    stats[3].saturated = Some(0.9);
    assert!(!verdicts(Measure::Dead, &layers(2), &stats)[0].contains("saturated"));
    stats[1].saturated = Some(0.8);
    stats[2].dead = Some(0.75);
    let found = verdicts(Measure::Dead, &layers(2), &stats);
    assert_eq!(
        found[0],
        "75 % of the units of decoder 2 are dead: they give 0 for every image."
    );
    assert!(found[1].starts_with("80 % of the outputs of encoder 2 are saturated"));
}

#[test]
fn a_healthy_network_is_told_to_be_one_and_nothing_is_said_of_nothing() {
    let stats: Vec<LayerStat> = [0.5; 4].map(|spread| stat(1e-2, -3.0, spread)).to_vec();
    let found = verdicts(Measure::Update, &layers(2), &stats);
    assert!(found[1].starts_with("The code differs from image to image (spread 0.50)"));
    assert!(verdicts(Measure::Update, &layers(2), &[]).is_empty());
    assert!(verdicts(Measure::Update, &layers(2), &vec![LayerStat::default(); 4]).is_empty());
    // Frozen outer layers, one pair that trains, the code of that pair.
    let mut stats = vec![LayerStat::default(); 4];
    stats[0].spread = Some(0.5);
    stats[3].spread = Some(0.5);
    let found = verdicts(Measure::Update, &layers(2), &stats);
    assert_eq!(found.len(), 2, "that nothing was measured, and the code");
}

#[test]
fn what_is_measured_is_told_first_and_nothing_twice() {
    let spreads = [0.6, 0.3, 0.01, 0.001, 0.001, 0.0];
    let mut stats: Vec<LayerStat> = spreads.map(|spread| stat(2e-2, -3.0, spread)).to_vec();
    let first = |measure, stats: &[LayerStat]| {
        let found = verdicts(measure, &layers(3), stats);
        for (index, sentence) in found.iter().enumerate() {
            assert!(!found[..index].contains(sentence), "{found:?}");
        }
        found[0].clone()
    };
    assert_eq!(
        first(Measure::Gradient, &stats),
        "The gradient norm is 0.020."
    );
    assert!(first(Measure::Update, &stats).contains("update : weight"));
    assert!(first(Measure::Spread, &stats).starts_with("From encoder 3 on"));
    stats[0].gradient_norm = Some(0.1);
    stats[1].dead = Some(0.12);
    stats[2].saturated = Some(0.03);
    assert_eq!(
        first(Measure::Gradient, &stats),
        "Gradient norms from 0.020 to 0.10: all 6 training layers get their share."
    );
    assert_eq!(
        first(Measure::Dead, &stats),
        "At most 12 % of the units of a hidden layer are dead."
    );
    assert_eq!(
        first(Measure::Saturated, &stats),
        "At most 3 % of the outputs of a hidden layer are saturated."
    );
}

#[test]
fn nothing_is_said_of_the_first_steps_of_a_phase() {
    use crate::engine::{Frame, RunId};
    use crate::gui::{Draft, Run};
    use crate::model::VARIANTS;
    use crate::train::{Metrics, PhaseStart};

    let mut run = Run::new(RunId(1), 0, Draft::recipe(VARIANTS[0], "glyphs"));
    let starts = [(0, 0), (1, 100)].map(|(phase, step)| PhaseStart { phase, step });
    let metrics = Metrics {
        phases: starts.to_vec(),
        ..Metrics::default()
    };
    run.metrics.extend(&metrics, 200, 1.0);
    let said = |step| {
        let frame = Frame {
            layers: (0..4).map(|_| stat(1e-2, -7.0, 0.5)).collect(),
            ..Frame::blank(RunId(1), step)
        };
        of_frame(Measure::Update, &run, &layers(2), &frame)[0].clone()
    };
    for early in [0, 19, 100, 119] {
        assert!(said(early).starts_with("Too early to tell"), "{early}");
    }
    for late in [20, 99, 120] {
        assert!(said(late).contains("hardly move"), "{late}");
    }
}

#[test]
fn the_sentence_of_the_chosen_measure_comes_first_even_where_nothing_was_measured() {
    let stats = [0.6, 0.01, 0.001, 0.0].map(|spread| LayerStat {
        spread: Some(spread),
        ..LayerStat::default()
    });
    for measure in [Measure::Gradient, Measure::Update] {
        let found = verdicts(measure, &layers(2), &stats);
        assert!(found[0].starts_with("Gradients and updates are measured in training steps"));
        assert!(found[1].starts_with("From encoder 2 on"), "{found:?}");
    }
}
