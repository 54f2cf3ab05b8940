//! Marks of an axis of logarithms.
//!
//! The chart draws log₁₀ of its values; a *tick* stands at the logarithm of a round value.

use egui_plot::{GridInput, GridMark};

/// Smallest value the chart shows: what is below, zero too, is drawn here.
const FLOOR: f64 = 1e-9;

/// Where a value is drawn.
pub fn place(value: f64, has_log_axis: bool) -> f64 {
    if has_log_axis {
        value.max(FLOOR).log10()
    } else {
        value
    }
}

/// The value that is drawn at `place`.
pub fn value(place: f64, has_log_axis: bool) -> f64 {
    if has_log_axis {
        10.0_f64.powf(place)
    } else {
        place
    }
}

/// Ticks at 1, 2, 3 and 5 times the powers of ten, or at those powers alone where they are close.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the chart wants a function of this form"
)]
pub fn log_ticks(input: GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    if !(low.is_finite() && high.is_finite()) || high - low > 40.0 {
        return Vec::new();
    }
    // Steps far apart are drawn strongly and labelled first, so the rank of a mark is its step.
    let marks: &[(f64, f64)] = if high - low > 4.0 {
        &[(1.0, 1.0)]
    } else if high - low > 1.6 {
        &[(1.0, 1.0), (3.0, 0.5)]
    } else {
        &[
            (1.0, 1.0),
            (1.5, 0.15),
            (2.0, 0.3),
            (3.0, 0.3),
            (4.0, 0.15),
            (5.0, 0.3),
            (7.0, 0.3),
        ]
    };
    let decades = (low.floor() as i32)..=(high.ceil() as i32);
    decades
        .flat_map(|decade| {
            marks.iter().map(move |&(factor, step_size)| GridMark {
                value: f64::from(decade) + factor.log10(),
                step_size,
            })
        })
        .filter(|mark| (low..=high).contains(&mark.value))
        .collect()
}

/// The text of a tick, such as `0.03`.
pub fn label(value: f64) -> String {
    if value < 0.0 {
        format!("−{}", label(-value))
    } else if value >= 1e-4 {
        let decimals = usize::try_from((-value.log10()).ceil().max(0.0) as i64).unwrap_or(0);
        let text = format!("{value:.*}", decimals + 1);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        if text.is_empty() {
            "0".to_owned()
        } else {
            text.to_owned()
        }
    } else if value == 0.0 {
        "0".to_owned()
    } else {
        format!("{value:.0e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_round() {
        for (value, text) in [
            (0.1, "0.1"),
            (0.03, "0.03"),
            (0.01, "0.01"),
            (1.0, "1"),
            (0.015, "0.015"),
        ] {
            assert_eq!(label(value), text);
        }
        assert_eq!(label(1e-6), "1e-6");
        assert_eq!(label(10.0), "10");
        assert_eq!(label(-0.05), "−0.05");
    }

    #[test]
    fn ticks_lie_within_the_axis_and_at_round_values() {
        let marks = log_ticks(GridInput {
            bounds: (-2.0, -1.0),
            base_step_size: 0.01,
        });
        assert!(marks.len() >= 5, "{}", marks.len());
        for mark in marks {
            assert!((-2.0..=-1.0).contains(&mark.value));
            let value = value(mark.value, true) * 1000.0;
            assert!((value - value.round()).abs() < 1e-6, "{value}");
        }
        assert!(
            log_ticks(GridInput {
                bounds: (f64::NEG_INFINITY, 0.0),
                base_step_size: 1.0
            })
            .is_empty()
        );
    }

    #[test]
    fn zero_has_a_place_on_an_axis_of_logarithms() {
        assert_eq!(place(0.0, true), -9.0);
        assert_eq!(place(0.25, false), 0.25);
        assert!((value(place(0.25, true), true) - 0.25).abs() < 1e-12);
    }
}
