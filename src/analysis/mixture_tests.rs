//! Fits of mixtures to points whose mixture is known.

use super::*;

const TWO: MixtureOptions = MixtureOptions {
    components: 2,
    covariance: Covariance::Full,
    seed: 5,
};

/// Points of two Gaussians: three tenths around (−4, 0), the others around (4, 2).
fn two(count: usize) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut codes = Vec::new();
    for _ in 0..count {
        let [a, b]: [f64; 2] = [rng.sample(StandardNormal), rng.sample(StandardNormal)];
        let code = if rng.random::<f64>() < 0.3 {
            // Covariance (1, ½; ½, ½).
            [-4.0 + a, 0.5 * a + 0.5 * b]
        } else {
            // Covariance (¼, 0; 0, 2).
            [4.0 + 0.5 * a, 2.0 + 2.0_f64.sqrt() * b]
        };
        codes.extend(code.map(|value| value as f32));
    }
    codes
}

/// Points of one dimension that no mixture of few components fits well.
fn uneven(count: usize, width: usize) -> Vec<f32> {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut draw = || rng.random::<f32>();
    (0..count * width)
        .map(|_| draw() * draw() * 8.0 + draw())
        .collect()
}

fn by_mean(mixture: &Mixture) -> Vec<&Component> {
    let mut components: Vec<&Component> = mixture.components().iter().collect();
    components.sort_by(|a, b| a.mean[0].total_cmp(&b.mean[0]));
    components
}

fn assert_near(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() < tolerance, "{found:?}, not {expected:?}");
    }
}

#[test]
fn two_gaussians_are_found() {
    let codes = two(4000);
    for covariance in [Covariance::Full, Covariance::Diagonal] {
        let options = MixtureOptions { covariance, ..TWO };
        let mixture = Mixture::fit(&codes, 2, options).unwrap();
        let components = by_mean(&mixture);
        let weights: Vec<f64> = components.iter().map(|one| one.weight).collect();
        assert_near(&weights, &[0.3, 0.7], 0.03);
        assert_near(&components[0].mean, &[-4.0, 0.0], 0.12);
        assert_near(&components[1].mean, &[4.0, 2.0], 0.12);
        let slant = if covariance == Covariance::Full {
            0.5
        } else {
            0.0
        };
        assert_near(&components[0].covariance(), &[1.0, slant, slant, 0.5], 0.15);
        assert_near(&components[1].covariance(), &[0.25, 0.0, 0.0, 2.0], 0.2);
    }
}

#[test]
fn the_likelihood_is_that_of_the_formula() {
    // One component: the Gaussian of the mean and the covariance of the points.
    let codes = [0.0, 0.0, 2.0, 0.0, 0.0, 4.0, 2.0, 4.0];
    let options = MixtureOptions {
        components: 1,
        ..TWO
    };
    let mixture = Mixture::fit(&codes, 2, options).unwrap();
    let component = &mixture.components()[0];
    assert_near(&component.mean, &[1.0, 2.0], 1e-12);
    assert_near(&component.covariance(), &[1.0, 0.0, 0.0, 4.0], 1e-5);
    let expected = -std::f64::consts::TAU.ln() - 0.5 * 4.0_f64.ln() - 1.0;
    let found = *mixture.log_likelihoods().last().unwrap();
    assert!((found - expected).abs() < 1e-5, "{found}, not {expected}");
}

#[test]
fn the_likelihood_never_falls() {
    for (width, components) in [(1, 3), (2, 7), (5, 4)] {
        let codes = uneven(300, width);
        for covariance in [Covariance::Full, Covariance::Diagonal] {
            for seed in 0..4 {
                let options = MixtureOptions {
                    components,
                    covariance,
                    seed,
                };
                let mixture = Mixture::fit(&codes, width, options).unwrap();
                let likelihoods = mixture.log_likelihoods();
                assert!(likelihoods.len() > 1 && likelihoods.len() <= PASSES);
                for pair in likelihoods.windows(2) {
                    assert!(pair[1] >= pair[0] - 1e-9, "{options:?}: {likelihoods:?}");
                }
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_mixture_and_the_same_codes() {
    let codes = uneven(200, 3);
    let options = MixtureOptions {
        components: 4,
        ..TWO
    };
    let mixture = Mixture::fit(&codes, 3, options).unwrap();
    assert_eq!(mixture, Mixture::fit(&codes, 3, options).unwrap());
    let drawn = mixture.sample(20, 1.0, 8);
    assert_eq!(drawn.len(), 60);
    assert_eq!(drawn, mixture.sample(20, 1.0, 8));
    assert_eq!(drawn[..15], mixture.sample(5, 1.0, 8));
    assert_ne!(drawn, mixture.sample(20, 1.0, 9));
}

#[test]
fn a_fit_in_small_steps_is_the_fit() {
    let codes = uneven(200, 3);
    for covariance in [Covariance::Full, Covariance::Diagonal] {
        let options = MixtureOptions {
            components: 5,
            covariance,
            seed: 9,
        };
        let mut fit = MixtureFit::new(&codes, 3, options).unwrap();
        let mut steps = 0;
        while !fit.advance(1).unwrap() {
            steps += 1;
        }
        // Each component is maximised and weighed by itself in every pass.
        let mixture = Mixture::fit(&codes, 3, options).unwrap();
        assert!(steps >= 2 * 5 * mixture.log_likelihoods().len(), "{steps}");
        assert!(fit.advance(1).unwrap(), "it stays done");
        assert_eq!(fit.finish(), mixture);
    }
}

#[test]
fn codes_that_are_drawn_come_from_the_mixture() {
    let mixture = Mixture::fit(&two(4000), 2, TWO).unwrap();
    // What is fitted to them is the same mixture again.
    let again = Mixture::fit(&mixture.sample(4000, 1.0, 1), 2, TWO).unwrap();
    for (a, b) in by_mean(&mixture).into_iter().zip(by_mean(&again)) {
        assert!((a.weight - b.weight).abs() < 0.05);
        assert_near(&b.mean, &a.mean, 0.15);
        assert_near(&b.covariance(), &a.covariance(), 0.25);
    }
    for code in mixture.sample(50, 0.0, 1).chunks_exact(2) {
        let is_mean = |component: &Component| {
            let mean = component.mean.iter().map(|value| *value as f32);
            mean.eq(code.iter().copied())
        };
        assert!(mixture.components().iter().any(is_mean), "{code:?}");
    }
}

#[test]
fn degenerate_codes_have_a_mixture_too() {
    let many = MixtureOptions {
        components: 10,
        ..TWO
    };
    // Fewer codes than components, the same code again and again, a single one.
    for (codes, width, components) in [
        (vec![0.0, 1.0, 5.0, 2.0, 9.0, -3.0], 2, 3),
        (vec![0.1; 400], 4, 1),
        (vec![3.0, 4.0], 2, 1),
        (vec![7.0, 7.0, 8.0], 1, 2),
    ] {
        for covariance in [Covariance::Full, Covariance::Diagonal] {
            let options = MixtureOptions { covariance, ..many };
            let mixture = Mixture::fit(&codes, width, options).unwrap();
            assert_eq!(mixture.components().len(), components, "{codes:?}");
            let total: f64 = mixture.components().iter().map(|one| one.weight).sum();
            assert!((total - 1.0).abs() < 1e-9);
            for code in mixture.sample(40, 1.0, 3).chunks_exact(width) {
                let distance = |known: &[f32]| -> f32 {
                    known.iter().zip(code).map(|(a, b)| (a - b).abs()).sum()
                };
                let nearest = codes.chunks_exact(width).map(distance);
                let nearest = nearest.fold(f32::INFINITY, f32::min);
                assert!(nearest < 0.1, "{code:?} of {codes:?}");
            }
        }
    }
}

#[test]
fn a_dimension_that_is_constant_stays_so() {
    let codes: Vec<f32> = uneven(200, 2)
        .chunks_exact(2)
        .flat_map(|code| [code[0], 3.0, code[1]])
        .collect();
    let options = MixtureOptions {
        components: 3,
        ..TWO
    };
    let mixture = Mixture::fit(&codes, 3, options).unwrap();
    for code in mixture.sample(100, 1.0, 1).chunks_exact(3) {
        assert!((code[1] - 3.0).abs() < 0.05, "{code:?}");
        assert!(code.iter().all(|value| value.is_finite()));
    }
}

#[test]
fn what_are_no_codes_is_refused() {
    let refused = |codes: &[f32], width| Mixture::fit(codes, width, TWO).unwrap_err();
    assert_eq!(refused(&[], 2), AnalysisError::NoCodes);
    assert_eq!(refused(&[1.0], 0), AnalysisError::NoCodes);
    assert_eq!(
        refused(&[1.0, 2.0, 3.0], 2).to_string(),
        "expected whole codes of 2 numbers, found 3 numbers"
    );
    assert_eq!(
        refused(&[1.0, 2.0, 3.0, f32::NAN], 2).to_string(),
        "expected codes of finite numbers, found others in code 1, counted from 0"
    );
}
