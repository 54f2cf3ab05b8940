//! Reports: what the runs do is told as often as somebody wants to know, and frames as they come.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::train::Metrics;

use super::frame::Snapshot;
use super::guard::on_device;
use super::history::{MOST_HISTORY_BYTES, bound_histories};
use super::live::LiveRun;
use super::protocol::{Event, RunId, RunState};
use super::worker::Worker;

/// Between two reports while nobody looks, at least.
const HIDDEN_INTERVAL: Duration = Duration::from_millis(500);
/// Between two looks at the memory.
const MEMORY_INTERVAL: Duration = Duration::from_secs(1);
/// A change of memory worth telling, in bytes.
const MEMORY_STEP: u64 = 1 << 20;

/// When what was told last.
pub(super) struct Reports {
    progress_at: Instant,
    memory_at: Instant,
    /// Memory of the process as it was told, in bytes.
    memory: u64,
    /// Something happened that may have changed it.
    is_memory_due: bool,
}

impl Reports {
    pub(super) fn new() -> Self {
        Self {
            progress_at: Instant::now(),
            memory_at: Instant::now(),
            memory: 0,
            is_memory_due: true,
        }
    }

    pub(super) fn expect_other_memory(&mut self) {
        self.is_memory_due = true;
    }
}

impl Worker {
    fn report_interval(&self) -> Duration {
        if self.watch.is_hidden {
            self.watch.interval.max(HIDDEN_INTERVAL)
        } else {
            self.watch.interval
        }
    }

    /// When the next report of runs that train is due.
    pub(super) fn next_report_at(&self) -> Instant {
        self.reports.progress_at + self.report_interval()
    }

    /// Reports everything up to here, then changes the state.
    pub(super) fn finish_slice(&mut self, id: RunId, state: RunState) {
        let Some(index) = self.runs.iter().position(|run| run.id == id) else {
            return;
        };
        self.report(index);
        if self.runs[index].state != RunState::Failed {
            self.set_state(id, state);
            // Once more, now that the pace is that of a run that stands.
            self.report(index);
        }
    }

    /// Sends a run's new points and how far it is.
    fn report(&mut self, index: usize) {
        let run = &mut self.runs[index];
        if run.trainer.is_none() {
            return;
        }
        let id = run.id;
        // A run that trains on is no reason to wake anybody who does not look.
        let is_quiet = self.watch.is_hidden && run.is_running();
        match on_device(|| run.news()) {
            Ok(more) => {
                let progress = run.progress();
                log::trace!("run {} is at step {}", id.0, progress.step);
                let warning = run.new_warning();
                let event = Event::Progress { id, more, progress };
                if is_quiet {
                    self.outlet.tell_quietly(event);
                } else {
                    self.outlet.tell(event);
                }
                if let Some(text) = warning {
                    self.outlet.tell(Event::Warning { id, text });
                }
            }
            Err(breakdown) => {
                let progress = run.progress();
                self.outlet.tell(Event::Progress {
                    id,
                    more: Metrics::default(),
                    progress,
                });
                self.fail_training(id, breakdown);
            }
        }
    }

    /// Tells what there is to tell, as often as is worth it, and wakes whoever is to hear of it.
    pub(super) fn publish(&mut self) {
        if Instant::now() >= self.next_report_at() {
            self.reports.progress_at = Instant::now();
            for index in 0..self.runs.len() {
                if self.runs[index].is_running() && self.runs[index].has_news() {
                    self.report(index);
                }
            }
        }
        self.feeder.feed(&self.runs);
        self.show_frames();
        self.feeder.feed(&self.runs);
        self.tell_boundaries();
        self.tell_memory();
        self.outlet.wake_if_told();
    }

    /// Draws runs that stand and look otherwise than their frame; sends all new frames.
    pub(super) fn show_frames(&mut self) {
        let mut failures = Vec::new();
        for run in &mut self.runs {
            let is_standing = !run.is_running() && run.has_changed;
            if run.trainer.is_none() || !(is_standing || run.has_other_images) {
                continue;
            }
            let is_kept = run.state == RunState::Finished && run.has_changed;
            if let Err(breakdown) = on_device(|| run.draw(&self.images, is_kept)) {
                run.has_changed = false;
                run.has_other_images = false;
                failures.push((run.id, breakdown));
            }
        }
        for (id, breakdown) in failures {
            self.fail_training(id, breakdown);
        }
        let mut is_new = false;
        let mut has_kept = false;
        for run in &mut self.runs {
            is_new |= std::mem::take(&mut run.is_frame_new);
            for frame in run.kept.drain(..) {
                if self.keeping.needs_frames() {
                    run.history.keep(Arc::clone(&frame));
                    run.frames_kept += 1;
                    has_kept = true;
                }
                if self.watch.is_hidden {
                    self.outlet.tell_quietly(Event::Frame(frame));
                } else {
                    self.outlet.tell(Event::Frame(frame));
                }
            }
        }
        if has_kept {
            let runs = self.runs.iter_mut();
            let mut histories: Vec<_> = runs.map(|run| &mut run.history).collect();
            bound_histories(&mut histories, MOST_HISTORY_BYTES);
        }
        if is_new {
            let runs = self.runs.iter().filter_map(|run| run.frame.clone());
            let snapshot = Snapshot {
                runs: runs.collect(),
            };
            self.outlet.show(Arc::new(snapshot), self.watch.is_hidden);
        }
    }

    fn tell_boundaries(&mut self) {
        for run in &mut self.runs {
            for boundary in &run.boundaries[run.told_boundaries..] {
                self.outlet.tell(Event::Boundary {
                    id: run.id,
                    phase: boundary.phase(),
                });
            }
            run.told_boundaries = run.boundaries.len();
        }
    }

    /// Tells the memory of the process, where it has changed.
    fn tell_memory(&mut self) {
        let is_training = self.runs.iter().any(LiveRun::is_running);
        let is_time = is_training && self.reports.memory_at.elapsed() >= MEMORY_INTERVAL;
        if !is_time && !self.reports.is_memory_due {
            return;
        }
        self.reports.memory_at = Instant::now();
        self.reports.is_memory_due = false;
        let Some(stats) = memory_stats::memory_stats() else {
            return;
        };
        let bytes = stats.physical_mem as u64;
        if bytes.abs_diff(self.reports.memory) >= MEMORY_STEP {
            self.reports.memory = bytes;
            if self.watch.is_hidden {
                self.outlet.tell_quietly(Event::Memory(bytes));
            } else {
                self.outlet.tell(Event::Memory(bytes));
            }
        }
    }
}
