//! Runs that are put aside: what a run was before it is made anew, so that this can be taken back.
//!
//! A run that is *put aside* keeps all it has, on its device too, under a name of its own. It takes
//! no turns, tells nothing and is not saved. How many there are is for whoever puts them aside to
//! bound: each costs the memory of a run that stands.

use std::sync::Arc;

use super::live::LiveRun;
use super::protocol::{Event, RunId, RunState};
use super::worker::Worker;

impl Worker {
    /// Puts a run aside under another name. In its place stands one with the same settings and
    /// nothing else, which is to be reset or replaced next.
    pub(super) fn set_aside(&mut self, id: RunId, aside: RunId) {
        if self.find(id).is_some_and(|run| run.is_running()) {
            // What was measured until here is read off the device now.
            self.finish_slice(id, RunState::Paused);
        }
        let ticket = self.tickets + 1;
        let Some(run) = self.find(id).filter(|run| run.trainer.is_some()) else {
            return;
        };
        let mut fresh = LiveRun::new(id, ticket);
        fresh.config = run.whole_config();
        fresh.data.clone_from(&run.data);
        fresh.frame.clone_from(&run.frame);
        let mut kept = std::mem::replace(run, fresh);
        kept.id = aside;
        kept.starts_when_ready = false;
        self.tickets = ticket;
        self.aside.push(kept);
        self.searches.retain(|search| !search.is_for(id));
    }

    /// Has a run be again what was put aside, in place of what it is now.
    pub(super) fn bring_back(&mut self, id: RunId, aside: RunId) {
        let Some(place) = self.aside.iter().position(|run| run.id == aside) else {
            log::warn!("run {} was not put aside, or was given up", aside.0);
            return;
        };
        let mut run = self.aside.remove(place);
        self.library.cancel(id);
        self.searches.retain(|search| !search.is_for(id));
        run.id = id;
        run.told_boundaries = 0;
        run.warning = None;
        run.tell_all();
        run.restart_clock();
        run.look_again();
        // Others may have been chosen meanwhile.
        run.has_other_images = true;
        let (state, progress, info) = (run.state, run.progress(), run.info());
        let metrics = run.trainer.as_ref().map(|trainer| trainer.metrics());
        let told = info.zip(metrics).map(|(info, metrics)| Event::BroughtBack {
            id,
            info: Arc::new(info),
            metrics: Arc::new(metrics.clone()),
            progress,
            state,
        });
        let held = run.history.frames().to_vec();
        match self.runs.iter_mut().find(|there| there.id == id) {
            Some(there) => *there = run,
            None => self.runs.push(run),
        }
        if let Some(event) = told {
            self.outlet.tell(event);
        }
        self.outlet.tell(Event::Boundary { id, phase: 0 });
        for frame in held {
            self.outlet.tell(Event::Frame(frame));
        }
        self.tell_lines(|run| run.id == id);
        self.library.forget_unused();
        self.reports.expect_other_memory();
        self.show_frames();
    }
}
