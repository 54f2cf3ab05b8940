//! Values of penalties against their formulas.

use burn::tensor::{Device, activation};

use super::*;
use crate::model::{QUANTITIES, Source};

fn rows<const R: usize, const C: usize>(rows: [[f32; C]; R]) -> Tensor<2> {
    Tensor::from_floats(rows, &Device::flex())
}

/// The value of the penalty of a knob for an encoder and an input.
fn value_of(
    knob: &str,
    input: Tensor<2>,
    encode: &dyn Fn(Tensor<2>) -> Tensor<2>,
    push: &dyn Fn(Tensor<2>) -> Tensor<2>,
    sigmoid_layer: Option<Tensor<2>>,
    seed: u64,
) -> f32 {
    let kind = PENALTIES.iter().find(|kind| kind.knob == knob).unwrap();
    let penalised = Penalised {
        code: encode(input.clone()),
        input,
        push,
        sigmoid_layer,
        decoder_decay: &|| Tensor::from_floats([3.0], &Device::flex()),
        target: 0.25,
    };
    (kind.value)(&penalised, &mut StepContext::first(seed)).into_scalar()
}

fn of_code(knob: &str, code: Tensor<2>) -> f32 {
    value_of(knob, code, &|x| x, &|x| x, None, 1)
}

#[test]
fn formulas_of_codes() {
    let code = rows([[0.5, -1.0], [0.0, 2.0]]);
    assert_eq!(of_code("penalty-l1", code.clone()), 3.5 / 4.0);
    assert_eq!(of_code("penalty-code-norm", code.clone()), 5.25 / 4.0);
    assert_eq!(of_code("penalty-weight-decay", code), 3.0);
    // Means 0.25, which is what is wanted, and 0.5.
    let found = of_code("penalty-kl-sparsity", rows([[0.2, 0.9], [0.3, 0.1]]));
    let expected = 0.25 * 0.5_f32.ln() + 0.75 * 1.5_f32.ln();
    assert!((found - expected).abs() < 1e-6, "{found} {expected}");
}

#[test]
fn a_random_direction_has_the_exact_contraction_as_its_mean() {
    let weight = rows([[1.0, -0.5], [0.3, 2.0], [-1.5, 0.7]]);
    let encode = |x: Tensor<2>| activation::sigmoid(x.matmul(weight.clone()));
    let input = rows([[0.2, 0.4, 0.9], [1.0, 0.0, 0.5]]);
    let slopes = |h: Tensor<2>| h.clone() * (-h + 1.0);
    let push = |v: Tensor<2>| v.matmul(weight.clone()) * slopes(encode(input.clone()));
    let knob = "penalty-contractive";
    let exact = value_of(knob, input.clone(), &encode, &push, Some(weight.clone()), 1);
    // By hand: (h (1 − h))² times the squared length of a unit's weights, the mean over two images.
    let slopes: Vec<f32> = encode(input.clone()).into_data().try_to_vec().unwrap();
    let lengths = [1.0 + 0.09 + 2.25, 0.25 + 4.0 + 0.49];
    let by_hand = slopes.iter().zip(lengths.iter().cycle());
    let by_hand: f32 = by_hand.map(|(h, w)| (h * (1.0 - h)).powi(2) * w).sum();
    assert!((exact - by_hand / 2.0).abs() < 1e-6, "{exact} {by_hand}");
    let draws = 4000;
    let sum: f32 = (0..draws)
        .map(|seed| value_of(knob, input.clone(), &encode, &push, None, seed))
        .sum();
    let mean = sum / draws as f32;
    assert!((mean / exact - 1.0).abs() < 0.05, "{mean} {exact}");
}

#[test]
fn the_discrepancy_is_none_for_normal_codes_and_some_for_others() {
    let normal = |seed| {
        let mut context = StepContext::first(seed);
        let device = Device::flex();
        context
            .noise
            .normal(crate::model::noise::Purpose::Code, [400, 3], &device)
    };
    let same = of_code("penalty-mmd", normal(5));
    let shifted = of_code("penalty-mmd", normal(5) + 1.0);
    let narrow = of_code("penalty-mmd", normal(5) * 0.1);
    assert!(same.abs() < 0.02, "{same}");
    assert!(shifted > 0.2 && narrow > 0.2, "{shifted} {narrow}");
}

#[test]
fn the_term_of_every_penalty_can_be_shown() {
    for kind in PENALTIES {
        let source = Source::Term(kind.term);
        let is_shown = QUANTITIES.iter().any(|quantity| quantity.source == source);
        assert!(is_shown, "{}", kind.term);
    }
}
