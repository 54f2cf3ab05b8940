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
    let found = verdicts(&layers(3), &stats);
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
    let found = verdicts(&layers(3), &stats);
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
        verdicts(&layers(3), &stats)[0],
        "Gradients shrink about 5,000-fold from the last layer to the first: encoder 1 hardly learns."
    );
    let stats: Vec<LayerStat> = [1.0, 1e-7, 1e-7, 1e-3]
        .map(|norm| stat(norm, -3.0, 0.5))
        .to_vec();
    assert_eq!(
        verdicts(&layers(2), &stats)[0],
        "Gradients grow about 1,000-fold from the last layer to the first."
    );
    let stats: Vec<LayerStat> = [1e-2, 1e-9, 1e-2, 1e-2]
        .map(|norm| stat(norm, -3.0, 0.5))
        .to_vec();
    assert_eq!(
        verdicts(&layers(2), &stats)[0],
        "The gradient of encoder 2 is more than a million times smaller than that of decoder 1: it \
         hardly learns."
    );
    let stats: Vec<LayerStat> = [1e-2, 0.0, 1e-2, 1e-2]
        .map(|norm| stat(norm, -3.0, 0.5))
        .to_vec();
    assert_eq!(
        verdicts(&layers(2), &stats)[0],
        "No gradient reaches encoder 2: it cannot learn."
    );
}

#[test]
fn the_pace_is_slow_wild_or_told_in_numbers() {
    let pace = |ratios: [f32; 4]| {
        let stats: Vec<LayerStat> = ratios.map(|ratio| stat(1e-2, ratio, 0.5)).to_vec();
        verdicts(&layers(2), &stats)[0].clone()
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
    assert!(verdicts(&layers(2), &stats)[0].starts_with("The 4 layers that train move at −2.4 on"));
}

#[test]
fn dead_and_saturated_layers_are_told_but_not_black_pixels() {
    let mut stats: Vec<LayerStat> = [0.5; 4].map(|spread| stat(1e-2, -3.0, spread)).to_vec();
    stats[3].saturated = Some(0.9);
    assert!(!verdicts(&layers(2), &stats)[0].contains("saturated"));
    stats[1].saturated = Some(0.8);
    stats[2].dead = Some(0.75);
    let found = verdicts(&layers(2), &stats);
    assert_eq!(
        found[0],
        "75 % of the units of decoder 2 are dead: they give 0 for every image."
    );
    assert!(found[1].starts_with("80 % of the outputs of encoder 2 are saturated"));
}

#[test]
fn a_healthy_network_is_told_to_be_one_and_nothing_is_said_of_nothing() {
    let stats: Vec<LayerStat> = [0.5; 4].map(|spread| stat(1e-2, -3.0, spread)).to_vec();
    let found = verdicts(&layers(2), &stats);
    assert!(found[1].starts_with("The code differs from image to image (spread 0.50)"));
    assert!(verdicts(&layers(2), &[]).is_empty());
    assert!(verdicts(&layers(2), &vec![LayerStat::default(); 4]).is_empty());
    // Frozen outer layers, one pair that trains, the code of that pair.
    let mut stats = vec![LayerStat::default(); 4];
    stats[0].spread = Some(0.5);
    stats[3].spread = Some(0.5);
    assert_eq!(verdicts(&layers(2), &stats).len(), 1);
}
