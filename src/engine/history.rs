//! The frames of one run that are kept.
//!
//! A history is *thinned* where it is full: of all frames but the first of each phase and the newest,
//! the one goes whose neighbours lie closest, as a share of how far the phase had come. So what is
//! left lies evenly, densely at the beginning of a phase, where most happens.

use std::sync::Arc;

use super::frame::Frame;

/// Memory of the kept frames of all runs, in bytes.
pub const MOST_HISTORY_BYTES: usize = 64 << 20;

/// Most frames of a run.
pub const MOST_FRAMES: usize = 300;

/// Drops frames of whichever history is largest until all together take no more than `most_bytes`.
pub fn bound_histories(histories: &mut [&mut History], most_bytes: usize) {
    while histories
        .iter()
        .map(|history| history.bytes())
        .sum::<usize>()
        > most_bytes
    {
        let largest = histories.iter_mut().max_by_key(|history| history.bytes());
        if !largest.is_some_and(|history| history.thin()) {
            return;
        }
    }
}

/// Kept frames of one run.
#[derive(Clone, Debug, Default)]
pub struct History {
    frames: Vec<Arc<Frame>>,
    /// Memory of each.
    sizes: Vec<usize>,
    bytes: usize,
    /// How many of them, from the first on, some file has.
    written: usize,
}

impl History {
    /// Keeps a frame, which replaces those that do not lie before it.
    pub fn keep(&mut self, frame: Arc<Frame>) {
        let place = (frame.step, frame.phase);
        let earlier = self
            .frames
            .partition_point(|known| (known.step, known.phase) < place);
        self.truncate(earlier);
        let size = self.size(&frame);
        self.frames.push(frame);
        self.sizes.push(size);
        self.bytes += size;
        while self.frames.len() > MOST_FRAMES && self.thin() {}
    }

    /// All of them, in order of steps.
    pub fn frames(&self) -> &[Arc<Frame>] {
        &self.frames
    }

    /// The newest frame at or before a step.
    pub fn at(&self, step: u64) -> Option<&Arc<Frame>> {
        let behind = self.frames.partition_point(|frame| frame.step <= step);
        self.frames.get(behind.checked_sub(1)?)
    }

    /// Those of them that no file has; from now on they count as written. A frame that was dropped
    /// before is not missed in a file either, and is held by nobody.
    pub(super) fn take_unwritten(&mut self) -> Vec<Arc<Frame>> {
        let frames = self.frames[self.written..].to_vec();
        self.note_written();
        frames
    }

    /// Notes that some file has all of them.
    pub(super) fn note_written(&mut self) {
        self.written = self.frames.len();
    }

    /// Memory in use.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Drops what lies behind a step; everything at step 0, since the run is another one then.
    pub fn rewind(&mut self, step: u64) {
        let kept = self.frames.partition_point(|frame| frame.step <= step);
        self.truncate(if step == 0 { 0 } else { kept });
    }

    /// Drops the frame that is missed least. Returns whether there was one to drop.
    pub fn thin(&mut self) -> bool {
        let mut phase_start = 0;
        let mut least: Option<(f64, usize)> = None;
        for (index, around) in self.frames.windows(3).enumerate() {
            let [before, frame, behind] = around else {
                continue;
            };
            if index == 0 || before.phase != frame.phase {
                phase_start = if before.phase == frame.phase {
                    before.step
                } else {
                    frame.step
                };
            }
            if before.phase != frame.phase {
                continue;
            }
            let come = behind.step.saturating_sub(phase_start) + 1;
            let gap = behind.step.saturating_sub(before.step) as f64 / come as f64;
            if least.is_none_or(|(smallest, _)| gap < smallest) {
                least = Some((gap, index + 1));
            }
        }
        let Some((_, index)) = least else {
            return false;
        };
        self.frames.remove(index);
        self.bytes -= self.sizes.remove(index);
        self.written -= usize::from(index < self.written);
        true
    }

    fn truncate(&mut self, count: usize) {
        self.frames.truncate(count);
        for size in self.sizes.drain(count..) {
            self.bytes -= size;
        }
        self.written = self.written.min(count);
    }

    /// Memory of a frame. Originals are shared by frames that show the same images.
    fn size(&self, frame: &Frame) -> usize {
        let shares_originals = self
            .frames
            .last()
            .is_some_and(|last| Arc::ptr_eq(&last.pictures.originals, &frame.pictures.originals));
        let originals = if shares_originals {
            0
        } else {
            frame.pictures.originals.pixels.len()
        };
        let summary = &frame.codes.summary;
        let layers: usize = frame
            .layers
            .iter()
            .map(|layer| {
                let outputs = layer.activations.as_ref();
                let bins = layer.weights.counts.len() + outputs.map_or(0, |h| h.counts.len());
                size_of_val(layer) + bins * size_of::<u32>()
            })
            .sum();
        originals
            + frame.pictures.reconstructions.pixels.len()
            + size_of_val(&frame.pictures.errors[..])
            + size_of_val(&frame.codes.values[..])
            + size_of_val(&summary.dimensions[..])
            + size_of_val(&summary.order[..])
            + layers
            + size_of::<Frame>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::RunId;

    fn frame(step: u64) -> Arc<Frame> {
        Arc::new(Frame::blank(RunId(1), step))
    }

    fn unwritten(history: &mut History) -> Vec<u64> {
        let frames = history.take_unwritten();
        frames.iter().map(|frame| frame.step).collect()
    }

    #[test]
    fn frames_are_given_out_for_writing_once() {
        let mut history = History::default();
        for step in [0, 10, 20] {
            history.keep(frame(step));
        }
        assert_eq!(unwritten(&mut history), [0, 10, 20]);
        assert_eq!(unwritten(&mut history), [0; 0]);
        history.keep(frame(30));
        history.keep(frame(20));
        assert_eq!(unwritten(&mut history), [20], "30 was taken back");
        history.note_written();
        history.keep(frame(21));
        assert!(history.thin() && history.thin());
        assert_eq!(unwritten(&mut history), [21], "whatever goes before it");
    }

    #[test]
    fn where_nobody_writes_what_is_thinned_out_is_held_no_longer() {
        let mut history = History::default();
        let frames: Vec<_> = (0..2000).map(frame).collect();
        for frame in &frames {
            history.keep(Arc::clone(frame));
        }
        let held = frames.iter().filter(|frame| Arc::strong_count(frame) > 1);
        assert_eq!(held.count(), MOST_FRAMES);
        assert_eq!(history.take_unwritten().len(), MOST_FRAMES);
    }
}
