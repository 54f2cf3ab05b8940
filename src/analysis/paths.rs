//! Paths between two codes.
//!
//! On a *spherical* path (White 2016, "Sampling Generative Networks") the direction turns evenly from that
//! of one code to that of the other. Codes drawn from N(0, I) are nearly all of one length, and on such a
//! path stay so, while the middle of a straight one is shorter than any of them.

/// Angles below this, in radians, are none: between such codes both paths are the same but for rounding.
const NO_ANGLE: f64 = 1e-6;

/// The angle between two codes, from 0 to π, in radians.
///
/// None where it says nothing of the way to turn:
/// where one of them is 0, has a number that is not finite, or where they point in opposite directions.
pub fn turning_angle(from: &[f32], to: &[f32]) -> Option<f64> {
    let product = |a: &[f32], b: &[f32]| -> f64 {
        let pairs = a.iter().zip(b);
        pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    let lengths = (product(from, from) * product(to, to)).sqrt();
    if !lengths.is_finite() || lengths <= f64::MIN_POSITIVE {
        return None;
    }
    let angle = (product(from, to) / lengths).clamp(-1.0, 1.0).acos();
    (angle < std::f64::consts::PI - NO_ANGLE).then_some(angle)
}

/// The code at a share of the way on the straight path, exact at both ends.
pub fn straight(from: &[f32], to: &[f32], share: f32) -> Vec<f32> {
    let between = |(from, to): (&f32, &f32)| {
        if share >= 1.0 {
            *to
        } else {
            from + (to - from) * share
        }
    };
    from.iter().zip(to).map(between).collect()
}

/// The code at a share of the way on the spherical path, exact at both ends: on the straight one where
/// [`turning_angle`] knows none.
pub fn spherical(from: &[f32], to: &[f32], share: f32) -> Vec<f32> {
    let angle = turning_angle(from, to).filter(|angle| *angle > NO_ANGLE);
    let Some(angle) = angle.filter(|_| share > 0.0 && share < 1.0) else {
        return straight(from, to, share);
    };
    let share = f64::from(share);
    let of = |share: f64| (share * angle).sin() / angle.sin();
    let (of_from, of_to) = (of(1.0 - share), of(share));
    let pairs = from.iter().zip(to);
    pairs
        .map(|(from, to)| (of_from * f64::from(*from) + of_to * f64::from(*to)) as f32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(found: &[f32], expected: &[f32]) {
        assert_eq!(found.len(), expected.len());
        for (a, b) in found.iter().zip(expected) {
            assert!((a - b).abs() < 1e-5, "{found:?}, not {expected:?}");
        }
    }

    #[test]
    fn a_spherical_path_keeps_the_length_of_its_codes() {
        let (from, to) = ([2.0, 0.0], [0.0, 2.0]);
        assert_near(&spherical(&from, &to, 0.5), &[2.0_f32.sqrt(); 2]);
        let third = spherical(&from, &to, 1.0 / 3.0);
        assert_near(&third, &[3.0_f32.sqrt(), 1.0]);
        assert_near(&straight(&from, &to, 0.5), &[1.0, 1.0]);
    }

    #[test]
    fn both_paths_are_exact_at_both_ends() {
        let (from, to) = ([0.1, -7.3, 2.2], [0.3, 1.7, -0.9]);
        for path in [straight, spherical] {
            assert_eq!(path(&from, &to, 0.0), from);
            assert_eq!(path(&from, &to, 1.0), to);
        }
    }

    #[test]
    fn where_no_direction_is_to_be_turned_to_the_path_is_straight() {
        for (from, to) in [
            ([0.0, 0.0], [1.0, 2.0]),
            ([1.0, 2.0], [0.0, 0.0]),
            ([1.0, 2.0], [-2.0, -4.0]),
        ] {
            assert_eq!(turning_angle(&from, &to), None);
            assert_eq!(spherical(&from, &to, 0.25), straight(&from, &to, 0.25));
        }
        // Of codes in one direction the angle is known, and 0.
        let (from, to) = ([1.0, 2.0], [2.0, 4.0]);
        assert!(turning_angle(&from, &to).is_some_and(|angle| angle < 1e-6));
        assert_near(&spherical(&from, &to, 0.5), &[1.5, 3.0]);
    }
}
