//! Tests of the vector-quantised bottleneck.

use burn::tensor::Device;

use super::*;
use crate::model::updater::OptimizerState;

fn two(is_moving: bool, revives: bool) -> Quantised {
    Quantised {
        entries: 2,
        grid: CodeGrid {
            groups: 2,
            numbers: 2,
            places: 1,
        },
        is_moving,
        starts_from_outputs: false,
        revives,
        commitment: 0.25,
    }
}

fn floats<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().unwrap()
}

/// Two images of two vectors each.
fn images(device: &Device) -> Tensor<2> {
    Tensor::from_floats([[0.0, 0.2, 1.0, 0.8], [0.2, 0.0, 0.0, 0.0]], device)
}

fn entries(device: &Device) -> Tensor<2> {
    Tensor::from_floats([[0.0, 0.0], [1.0, 1.0]], device)
}

fn encoded(values: Tensor<2>, entries: Tensor<2>) -> Encoded {
    Encoded {
        values,
        codebook: Some(entries),
    }
}

#[test]
fn vectors_become_their_nearest_entries() {
    let device = Device::flex();
    let code = two(true, true).code(encoded(images(&device), entries(&device)));
    assert_eq!(floats(code), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
}

#[test]
fn gradients_pass_straight_through_and_terms_draw_both_ways() {
    let device = Device::flex().autodiff();
    let values = images(&device).require_grad();
    let entries = entries(&device).require_grad();
    let mut state = BottleneckState::default();
    let bottleneck = two(false, false);
    let mut context = StepContext::first(1);
    let given = encoded(values.clone(), entries.clone());
    let passed = bottleneck.pass(given, &mut context, &mut state);
    let close = |found: Vec<f32>, expected: &[f32]| {
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    };
    let through = (passed.code.clone() * 3.0).sum().backward();
    close(floats(values.grad(&through).unwrap()), &[3.0; 8]);
    assert!(entries.grad(&through).is_none(), "only terms move entries");
    close(
        floats(passed.code.inner()),
        &[0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0],
    );
    let [commitment, codebook] = &passed.terms[..] else {
        panic!("{:?}", passed.terms);
    };
    assert_eq!((commitment.name, commitment.weight), ("commitment", 0.25));
    assert_eq!((codebook.name, codebook.weight), ("codebook", 1.0));
    // Squares 0.04 three times, over eight numbers.
    for term in [commitment, codebook] {
        let value: f32 = term.value.clone().inner().into_scalar();
        assert!((value - 0.015).abs() < 1e-6, "{value}");
    }
    let gradients = commitment.value.clone().backward();
    let distances = [0.0, 0.2, 0.0, -0.2, 0.2, 0.0, 0.0, 0.0].map(|d| 2.0 * d / 8.0);
    close(floats(values.grad(&gradients).unwrap()), &distances);
    assert!(entries.grad(&gradients).is_none());
    let gradients = codebook.value.clone().backward();
    let distances = [-0.2, -0.2, 0.0, 0.2].map(|d| 2.0 * d / 8.0);
    close(floats(entries.grad(&gradients).unwrap()), &distances);
    assert!(values.grad(&gradients).is_none());
}

#[test]
fn moving_averages_have_no_memory_of_a_start_at_zero() {
    let device = Device::flex().autodiff();
    let bottleneck = two(true, false);
    let mut state = BottleneckState::default();
    let mut context = StepContext::first(1);
    let mut book = entries(&Device::flex());
    for _step in 0..3 {
        let given = encoded(images(&device), Tensor::from_inner(book.clone()));
        let passed = bottleneck.pass(given, &mut context, &mut state);
        assert_eq!(passed.terms.len(), 1, "nothing draws entries by a gradient");
        book = bottleneck.after_step(book, &mut state).unwrap();
    }
    let expected = [0.2 / 3.0, 0.2 / 3.0, 1.0, 0.8];
    for (found, expected) in floats(book.clone()).iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    }
    let usage = state.usage.clone().unwrap();
    let counts = floats(usage.counts.clone() / usage.share());
    assert!((counts[0] - 3.0).abs() < 1e-4 && (counts[1] - 1.0).abs() < 1e-4);
    // What is kept with a run is all there is.
    let mut kept = OptimizerState::default();
    state.write(&mut kept).unwrap();
    let read = BottleneckState::read(&kept, &Device::flex()).usage.unwrap();
    assert_eq!(read.steps, usage.steps);
    assert_eq!(floats(read.counts), floats(usage.counts));
    assert_eq!(floats(read.sums), floats(usage.sums));
}

#[test]
fn an_entry_that_nothing_is_near_stays_or_becomes_a_vector() {
    let device = Device::flex().autodiff();
    let far = Tensor::<2>::from_floats([[0.0, 0.0], [90.0, 90.0]], &Device::flex());
    for (is_moving, revives) in [(true, true), (true, false), (false, true), (false, false)] {
        let bottleneck = two(is_moving, revives);
        let mut state = BottleneckState::default();
        let given = encoded(images(&device), Tensor::from_inner(far.clone()));
        let _passed = bottleneck.pass(given, &mut StepContext::first(1), &mut state);
        let book = floats(bottleneck.after_step(far.clone(), &mut state).unwrap());
        if revives {
            let vectors = [[0.0, 0.2], [1.0, 0.8], [0.2, 0.0], [0.0, 0.0]];
            assert!(
                vectors.iter().any(|vector| vector[..] == book[2..]),
                "{book:?}"
            );
        } else {
            assert_eq!(book[2..], [90.0, 90.0]);
        }
    }
}

#[test]
fn a_codebook_starts_from_outputs_unless_it_was_trained() {
    let device = Device::flex().autodiff();
    let bottleneck = Quantised {
        starts_from_outputs: true,
        ..two(false, false)
    };
    let after = |book: Tensor<2>| {
        let mut state = BottleneckState::default();
        let given = encoded(images(&device), Tensor::from_inner(book.clone()));
        let _passed = bottleneck.pass(given, &mut StepContext::first(1), &mut state);
        floats(bottleneck.after_step(book, &mut state).unwrap())
    };
    let untrained = Tensor::<2>::from_floats([[0.1, -0.2], [0.5, 0.3]], &Device::flex());
    let started = after(untrained);
    let vectors = [[0.0, 0.2], [1.0, 0.8], [0.2, 0.0], [0.0, 0.0]];
    for entry in started.chunks(2) {
        assert!(
            vectors.iter().any(|vector| vector[..] == *entry),
            "{started:?}"
        );
    }
    assert_ne!(started[..2], started[2..], "two different vectors");
    let trained = entries(&Device::flex());
    assert_eq!(after(trained.clone()), floats(trained));
}
