//! How far the code of one run was moved from where it began.
//!
//! A *pin* is a dimension with a value of its own, set by a slider. A *lock* keeps a pin when another
//! start is chosen.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::engine::Codes;

/// The moment whose variances sort the sliders; they are sorted anew when any of this changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// Values of a code.
    pub latent: usize,
    /// Index of the phase.
    pub phase: usize,
    /// Whether training has ended.
    pub is_finished: bool,
}

/// One run's pins, locks and order of sliders.
#[derive(Clone, Debug, Default)]
pub(super) struct Walk {
    pins: BTreeMap<usize, f32>,
    locks: BTreeSet<usize>,
    order: Arc<[usize]>,
    moment: Option<Moment>,
}

impl Walk {
    /// Takes notice of newer codes: a code of another size begins anew, and the first codes of a
    /// phase sort the sliders.
    pub(super) fn follow(&mut self, moment: Moment, codes: &Codes) {
        if self.moment == Some(moment) {
            return;
        }
        if self
            .moment
            .is_some_and(|known| known.latent != moment.latent)
        {
            self.pins.clear();
            self.locks.clear();
        }
        self.moment = Some(moment);
        self.sort(codes);
    }

    /// Sorts the sliders by the variances of these codes.
    pub(super) fn sort(&mut self, codes: &Codes) {
        self.order = codes.summary.order.clone().into();
    }

    /// Dimensions in the order of their sliders.
    pub(super) fn order(&self, latent: usize) -> Option<&Arc<[usize]>> {
        (self.order.len() == latent).then_some(&self.order)
    }

    /// Dimensions with a value of their own, in their order.
    pub(super) fn pins(&self) -> Vec<(usize, f32)> {
        self.pins
            .iter()
            .map(|(&dimension, &value)| (dimension, value))
            .collect()
    }

    /// The value a dimension was given.
    pub(super) fn pin(&self, dimension: usize) -> Option<f32> {
        self.pins.get(&dimension).copied()
    }

    /// Whether any dimension was given a value.
    pub(super) fn is_moved(&self) -> bool {
        !self.pins.is_empty()
    }

    /// Gives a dimension a value; what is not finite is left out.
    pub(super) fn slide(&mut self, dimension: usize, value: f32) {
        if value.is_finite() {
            self.pins.insert(dimension, value);
        }
    }

    /// Gives a dimension back the value the code began with.
    pub(super) fn reset(&mut self, dimension: usize) {
        self.pins.remove(&dimension);
        self.locks.remove(&dimension);
    }

    /// The same for all dimensions.
    pub(super) fn reset_all(&mut self) {
        self.pins.clear();
        self.locks.clear();
    }

    /// Holds a dimension at `Some` value when another start is chosen, or does no longer.
    pub(super) fn lock(&mut self, dimension: usize, value: Option<f32>) {
        match value {
            Some(value) => {
                self.slide(dimension, value);
                if self.pins.contains_key(&dimension) {
                    self.locks.insert(dimension);
                }
            }
            None => {
                self.locks.remove(&dimension);
            }
        }
    }

    /// Whether a dimension is held.
    pub(super) fn is_locked(&self, dimension: usize) -> bool {
        self.locks.contains(&dimension)
    }

    /// Another start was chosen: what is not held is given up.
    pub(super) fn begin(&mut self) {
        let locks = &self.locks;
        self.pins.retain(|dimension, _| locks.contains(dimension));
    }
}

/// Where another run's slider goes when one was moved: as far from its own start, measured by the
/// ranges of the two.
pub(super) fn moved_along(
    (start, value, range): (f32, f32, (f32, f32)),
    (other_start, other_range): (f32, (f32, f32)),
) -> f32 {
    let width = (range.1 - range.0).max(f32::MIN_POSITIVE);
    let share = (value - start) / width;
    other_start + share * (other_range.1 - other_range.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::LatentSummary;

    fn codes(values: &[f32], latent: usize) -> Codes {
        Codes {
            latent,
            values: values.to_vec(),
            summary: LatentSummary::of(values, latent),
        }
    }

    fn moment(latent: usize, phase: usize, is_finished: bool) -> Moment {
        Moment {
            latent,
            phase,
            is_finished,
        }
    }

    #[test]
    fn sliders_stay_in_their_places_while_a_phase_trains() {
        let mut walk = Walk::default();
        let first = codes(&[0.0, 0.0, 1.0, 9.0], 2);
        let later = codes(&[0.0, 0.0, 9.0, 1.0], 2);
        walk.follow(moment(2, 0, false), &first);
        assert_eq!(walk.order(2).unwrap()[..], [1, 0]);
        walk.follow(moment(2, 0, false), &later);
        assert_eq!(walk.order(2).unwrap()[..], [1, 0]);
        walk.sort(&later);
        assert_eq!(walk.order(2).unwrap()[..], [0, 1]);
        walk.follow(moment(2, 0, true), &first);
        assert_eq!(
            walk.order(2).unwrap()[..],
            [1, 0],
            "sorted once more at the end"
        );
        assert!(
            walk.order(3).is_none(),
            "of codes of another size nothing is known"
        );
    }

    #[test]
    fn locks_hold_pins_when_the_start_changes() {
        let mut walk = Walk::default();
        walk.slide(0, 1.0);
        walk.lock(2, Some(-3.0));
        walk.slide(5, f32::NAN);
        assert_eq!(walk.pins(), [(0, 1.0), (2, -3.0)]);
        walk.begin();
        assert_eq!(walk.pins(), [(2, -3.0)]);
        walk.lock(2, None);
        assert_eq!(walk.pin(2), Some(-3.0), "what is let go stays for now");
        walk.begin();
        assert!(!walk.is_moved());
    }

    #[test]
    fn a_reset_gives_up_the_lock_as_well() {
        let mut walk = Walk::default();
        walk.lock(1, Some(2.0));
        walk.slide(3, 1.0);
        walk.reset(1);
        assert!(!walk.is_locked(1));
        assert_eq!(walk.pins(), [(3, 1.0)]);
        walk.reset_all();
        assert!(!walk.is_moved());
    }

    #[test]
    fn codes_of_another_size_begin_anew() {
        let mut walk = Walk::default();
        walk.follow(moment(2, 0, false), &codes(&[0.0; 4], 2));
        walk.lock(1, Some(2.0));
        walk.follow(moment(2, 1, false), &codes(&[0.0; 4], 2));
        assert!(walk.is_locked(1), "the next phase has the same code");
        walk.follow(moment(3, 2, false), &codes(&[0.0; 6], 3));
        assert!(!walk.is_moved() && !walk.is_locked(1));
    }

    #[test]
    fn another_run_moves_by_the_same_share_of_its_range() {
        let moved = moved_along((1.0, 2.0, (-2.0, 2.0)), (10.0, (0.0, 40.0)));
        assert_eq!(moved, 20.0);
    }
}
