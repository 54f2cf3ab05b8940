//! Single values against the formulas, in f64.

use super::*;

fn some(count: usize) -> Vec<f32> {
    (0..count)
        .map(|at| ((at * 7919 % 4001) as f32 / 2000.0 - 1.0) * 12.0)
        .collect()
}

const BENDS: [Bend; 5] = [
    Bend::Linear,
    Bend::Relu,
    Bend::LeakyRelu,
    Bend::Tanh,
    Bend::Sigmoid,
];

fn exactly(bend: Bend, x: f64) -> f64 {
    match bend {
        Bend::Linear => x,
        Bend::Relu => x.max(0.0),
        Bend::LeakyRelu => x.max(0.01 * x),
        Bend::Tanh => x.tanh(),
        Bend::Sigmoid => 1.0 / (1.0 + (-x).exp()),
    }
}

#[test]
fn powers_of_e_are_right_to_the_last_bits_and_never_leave_f32() {
    for at in -8700..8800 {
        let x = at as f32 / 100.0;
        let right = f64::from(x).exp();
        let error = (f64::from(exp(x)) / right - 1.0).abs();
        assert!(error < 3e-7, "exp({x}) is off by {error}");
    }
    assert!(exp(1e9).is_finite() && exp(-1e9) >= 0.0);
    assert!(exp(f32::NAN).is_nan());
}

#[test]
fn rows_get_their_bias_and_their_bend() {
    let (width, height) = (37, 1000);
    let bias = some(width);
    for bend in BENDS {
        let before = some(width * height);
        let mut after = before.clone();
        finish_rows(&mut after, &bias, bend);
        for (at, (before, after)) in before.iter().zip(&after).enumerate() {
            let right = exactly(bend, f64::from(before + bias[at % width]));
            let error = (f64::from(*after) - right).abs() / right.abs().max(1e-3);
            assert!(error < 2e-6, "{bend:?}: {after} for {right}");
        }
        let mut run = before[..100].to_vec();
        finish_run(&mut run, bias[3], bend);
        let mut rows = before[..100].to_vec();
        finish_rows(&mut rows, &vec![bias[3]; 100], bend);
        assert_eq!(run, rows, "{bend:?}");
    }
}

#[test]
fn a_gradient_passes_a_bend_as_finite_differences_say() {
    let x: Vec<f32> = some(5000).into_iter().map(|x| x / 6.0 + 0.0005).collect();
    for bend in BENDS {
        let mut y = x.clone();
        finish_run(&mut y, 0.0, bend);
        let mut gradient = vec![2.0; x.len()];
        unbend(&mut gradient, &y, bend);
        for (x, gradient) in x.iter().zip(&gradient) {
            let (x, h) = (f64::from(*x), 1e-4);
            let slope = (exactly(bend, x + h) - exactly(bend, x - h)) / (2.0 * h);
            let error = (f64::from(*gradient) - 2.0 * slope).abs();
            assert!(
                error < 1e-4,
                "{bend:?} at {x}: {gradient} for {}",
                2.0 * slope
            );
        }
    }
}

#[test]
fn columns_are_summed_the_same_however_many_threads_there_are() {
    let (width, height) = (100, 700);
    let values = some(width * height);
    let mut sums = vec![0.0; width];
    column_sums(&values, &mut sums);
    for (column, sum) in sums.iter().enumerate() {
        let right: f64 = values
            .iter()
            .skip(column)
            .step_by(width)
            .map(|v| f64::from(*v))
            .sum();
        assert!((f64::from(*sum) - right).abs() < 0.02, "{sum} for {right}");
    }
    let one = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let mut alone = vec![0.0; width];
    one.install(|| column_sums(&values, &mut alone));
    assert_eq!(sums, alone);
}

#[test]
fn what_is_not_a_number_stays_so() {
    for bend in BENDS {
        let mut values = [f32::NAN];
        finish_run(&mut values, 0.0, bend);
        assert!(values[0].is_nan(), "{bend:?}");
    }
    assert!(sum(&[1.0, f32::NAN]).is_nan());
}
