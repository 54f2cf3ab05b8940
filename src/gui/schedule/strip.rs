//! Where the blocks of the strip lie, and what dragging means.
//!
//! A *span* is the room of one phase on the strip.

/// Room of a phase, from the left end of the strip.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// Left end.
    pub left: f32,
    /// How wide.
    pub width: f32,
}

/// Epochs of a phase at most.
pub const MOST_EPOCHS: usize = 100_000;

/// Lays phases side by side over `width`, each as wide as it has epochs, but none below `least`
/// while there is room for that.
pub fn spans(epochs: &[usize], width: f32, gap: f32, least: f32) -> Vec<Span> {
    let room = (width - gap * epochs.len().saturating_sub(1) as f32).max(0.0);
    let least = least.min(room / epochs.len().max(1) as f32);
    let lengths: Vec<f32> = epochs.iter().map(|&count| count.max(1) as f32).collect();
    let mut is_short = vec![false; epochs.len()];
    // Widening the short ones narrows the others, which may become too short by that.
    let scale = loop {
        let short = is_short.iter().filter(|short| **short).count();
        let total: f32 = lengths
            .iter()
            .zip(&is_short)
            .filter(|(_, short)| !**short)
            .map(|(length, _)| length)
            .sum();
        let scale = (room - least * short as f32).max(0.0) / total.max(1.0);
        let mut has_more = false;
        for (short, length) in is_short.iter_mut().zip(&lengths) {
            if !*short && length * scale < least {
                *short = true;
                has_more = true;
            }
        }
        if !has_more {
            break scale;
        }
    };
    let mut left = 0.0;
    lengths
        .iter()
        .zip(is_short)
        .map(|(length, is_short)| {
            let width = if is_short { least } else { length * scale };
            let span = Span { left, width };
            left += width + gap;
            span
        })
        .collect()
}

/// The phase that a step belongs to, and how far through it the step is, from 0 to 1.
pub fn place_of(step: u64, epochs: &[usize], steps_per_epoch: u64) -> Option<(usize, f32)> {
    let mut start = 0;
    for (index, &count) in epochs.iter().enumerate() {
        let length = (count.max(1) as u64).saturating_mul(steps_per_epoch.max(1));
        if step <= start + length {
            return Some((index, (step - start) as f32 / length as f32));
        }
        start += length;
    }
    None
}

/// An edge that is being dragged: what the phase was when that began.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drag {
    /// Epochs then.
    pub epochs: usize,
    /// Width of an epoch then.
    pub epoch_width: f32,
}

impl Drag {
    /// Epochs of the phase once its edge was moved by so much to the right.
    pub fn epochs_after(self, moved: f32, least: usize) -> usize {
        let epochs = self.epochs as f32 + (moved / self.epoch_width.max(1e-3)).round();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to a range of whole numbers just before"
        )]
        let epochs = epochs.clamp(0.0, MOST_EPOCHS as f32) as usize;
        epochs.clamp(least.max(1), MOST_EPOCHS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widths(epochs: &[usize], width: f32) -> Vec<f32> {
        let spans = spans(epochs, width, 4.0, 10.0);
        let end = spans.last().map_or(0.0, |span| span.left + span.width);
        assert!((end - width).abs() < 0.1, "ends at {end} of {width}");
        for pair in spans.windows(2) {
            let gap = pair[1].left - (pair[0].left + pair[0].width);
            assert!((gap - 4.0).abs() < 1e-3, "a gap of {gap}");
        }
        spans.iter().map(|span| span.width).collect()
    }

    #[test]
    fn blocks_are_as_wide_as_their_phases_are_long() {
        assert_eq!(widths(&[1, 2, 1], 108.0), [25.0, 50.0, 25.0]);
        assert_eq!(widths(&[7], 100.0), [100.0]);
    }

    #[test]
    fn short_phases_can_still_be_hit() {
        let found = widths(&[1, 1000, 1, 1000], 212.0);
        assert_eq!(found[0], 10.0);
        assert_eq!(found[2], 10.0);
        assert!((found[1] - 90.0).abs() < 1e-3, "{found:?}");
    }

    #[test]
    fn widening_one_block_may_make_the_next_too_short() {
        // Of 100, 11 would be an eleventh, but two tens leave less.
        let found = widths(&[1, 1, 11, 87], 112.0);
        assert!(found.iter().all(|width| *width >= 10.0), "{found:?}");
        assert!(found[3] > found[2]);
    }

    #[test]
    fn where_nothing_fits_all_are_alike() {
        assert_eq!(widths(&[1, 5], 10.0), [3.0, 3.0]);
        assert!(spans(&[], 100.0, 4.0, 10.0).is_empty());
    }

    #[test]
    fn a_step_has_its_place_in_a_phase() {
        assert_eq!(place_of(0, &[2, 4], 10), Some((0, 0.0)));
        assert_eq!(place_of(15, &[2, 4], 10), Some((0, 0.75)));
        assert_eq!(place_of(20, &[2, 4], 10), Some((0, 1.0)));
        assert_eq!(place_of(30, &[2, 4], 10), Some((1, 0.25)));
        assert_eq!(place_of(61, &[2, 4], 10), None);
    }

    #[test]
    fn an_edge_moves_by_whole_epochs_and_not_below_what_is_done() {
        let drag = Drag {
            epochs: 10,
            epoch_width: 8.0,
        };
        assert_eq!(drag.epochs_after(0.0, 1), 10);
        assert_eq!(drag.epochs_after(15.0, 1), 12);
        assert_eq!(
            drag.epochs_after(-20.0, 1),
            7,
            "half an epoch is rounded up"
        );
        assert_eq!(drag.epochs_after(-200.0, 1), 1);
        assert_eq!(drag.epochs_after(-200.0, 6), 6);
        assert_eq!(drag.epochs_after(1e9, 1), MOST_EPOCHS);
    }
}
