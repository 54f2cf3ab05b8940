//! Tests of the plane's arithmetic.

use crate::analysis::LatentSummary;

use super::*;

fn codes(values: &[f32], latent: usize) -> Arc<Codes> {
    Arc::new(Codes {
        latent,
        values: values.to_vec(),
        summary: LatentSummary::of(values, latent),
    })
}

fn close(a: [f32; 2], b: [f32; 2]) -> bool {
    (0..2).all(|i| (a[i] - b[i]).abs() < 1e-4)
}

#[test]
fn two_dimensions_are_their_own_coordinates() {
    let codes = codes(&[1.0, 2.0, 3.0, 3.0, 6.0, 7.0], 3);
    let basis = Basis::of(&codes, PlaneAxes::Dimensions(2, 0)).unwrap();
    assert!(close(basis.project(codes.get(1)), [7.0, 3.0]));
    assert_eq!(
        basis.code([5.0, -1.0])[..],
        [-1.0, 4.0, 5.0],
        "the mean of the third"
    );
}

#[test]
fn principal_directions_go_through_the_mean_and_back() {
    let codes = codes(
        &[1.0, 1.0, 0.0, 3.0, 3.0, 0.0, 5.0, 5.2, 0.0, 7.0, 6.8, 0.3],
        3,
    );
    let basis = Basis::of(&codes, PlaneAxes::Principal).unwrap();
    assert!(close(basis.project(&mean(&codes)), [0.0, 0.0]));
    for at in [[0.5, -2.0], [3.0, 1.0]] {
        assert!(close(basis.project(&basis.code(at)), at));
    }
    let spread = |i: usize| -> f32 {
        (0..codes.len())
            .map(|c| basis.project(codes.get(c))[i].powi(2))
            .sum()
    };
    assert!(spread(0) > 10.0 * spread(1));
}

#[test]
fn a_plane_needs_two_dimensions() {
    assert!(Basis::of(&codes(&[1.0, 2.0], 1), PlaneAxes::Principal).is_none());
    assert_eq!(PlaneAxes::of(None, 2), PlaneAxes::Dimensions(0, 1));
    assert_eq!(PlaneAxes::of(None, 10), PlaneAxes::Principal);
    assert_eq!(
        PlaneAxes::of(Some(PlaneAxes::Dimensions(3, 400)), 10),
        PlaneAxes::Principal,
        "the code has become smaller"
    );
    assert_eq!(
        PlaneAxes::of(Some(PlaneAxes::Dimensions(3, 4)), 10),
        PlaneAxes::Dimensions(3, 4)
    );
}

#[test]
fn windows_move_and_zoom_around_a_point() {
    let window = PlaneWindow {
        low: [0.0, -1.0],
        high: [4.0, 1.0],
    };
    assert_eq!(window.share([1.0, 0.0]), [0.25, 0.5]);
    assert_eq!(window.at([0.25, 0.5]), [1.0, 0.0]);
    let moved = window.moved([0.5, 0.0]);
    assert_eq!((moved.low, moved.high), ([2.0, -1.0], [6.0, 1.0]));
    let zoomed = window.zoomed(2.0, [1.0, 0.0]);
    assert!(close(zoomed.size(), [2.0, 1.0]));
    assert!(
        close(zoomed.share([1.0, 0.0]), [0.25, 0.5]),
        "the point stays"
    );
    assert_eq!(
        window.zoomed(1e12, [0.0, 0.0]),
        window,
        "there is an end to it"
    );
}

#[test]
fn pictures_cover_the_window_they_were_wished_for() {
    let codes = codes(&[1.0, 2.0, 3.0, 3.0], 2);
    let basis = Basis::of(&codes, PlaneAxes::Dimensions(0, 1)).unwrap();
    let window = PlaneWindow {
        low: [-2.0, 0.0],
        high: [2.0, 8.0],
    };
    let Wish::Plane(plane) = basis.pictures(window, (4, 8)) else {
        panic!("expected a plane");
    };
    assert!(close(plane.low, [-1.5, 0.5]) && close(plane.high, [1.5, 7.5]));
    let found = covered(&plane);
    assert!(close(found.low, window.low) && close(found.high, window.high));
}

#[test]
fn the_window_stays_while_codes_drift_and_follows_when_they_leave() {
    let run = RunId(1);
    let axes = PlaneAxes::Dimensions(0, 1);
    let at = |scale: f32| codes(&[-scale, -scale, 0.0, 0.5 * scale, scale, scale], 2);
    let first = Projection::of(run, axes, &at(1.0), &[3, 1, 3], None, false).unwrap();
    assert_eq!(first.classes, BTreeSet::from([1, 3]));
    assert_eq!(first.points[1], [0.0, 0.5]);
    assert!(first.window.low[0] <= -1.0 && first.window.high[0] >= 1.0);
    let drifted = Projection::of(run, axes, &at(0.9), &[], Some(&first), false).unwrap();
    assert_eq!(drifted.window, first.window);
    let grown = Projection::of(run, axes, &at(9.0), &[], Some(&first), false).unwrap();
    assert!(grown.window.high[0] >= 9.0);
    let shrunk = Projection::of(run, axes, &at(0.1), &[], Some(&first), false).unwrap();
    assert!(shrunk.window.high[0] < 0.5);
}

#[test]
fn a_basis_is_kept_on_request_unless_the_code_is_another() {
    let run = RunId(1);
    let flat = codes(&[-1.0, 0.0, 0.1, 1.0, 0.0, -0.1], 3);
    let steep = codes(&[0.0, -1.0, 0.1, 0.0, 1.0, -0.1], 3);
    let first = Projection::of(run, PlaneAxes::Principal, &flat, &[], None, false).unwrap();
    let of = |codes: &Arc<Codes>, keeps| {
        Projection::of(run, PlaneAxes::Principal, codes, &[], Some(&first), keeps).unwrap()
    };
    assert_eq!(of(&steep, true).basis, first.basis);
    assert_ne!(of(&steep, false).basis, first.basis);
    let smaller = codes(&[0.0, 1.0, 2.0, 5.0], 2);
    assert_eq!(of(&smaller, true).basis.latent(), 2);
}

#[test]
fn codes_that_are_no_numbers_still_have_a_window() {
    let broken = codes(&[f32::NAN, 1.0, 2.0, f32::INFINITY], 2);
    let projection = Projection::of(
        RunId(1),
        PlaneAxes::Dimensions(0, 1),
        &broken,
        &[],
        None,
        false,
    )
    .unwrap();
    assert!(
        projection
            .window
            .size()
            .iter()
            .all(|side| side.is_finite() && *side > 0.0)
    );
}
