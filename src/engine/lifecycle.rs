//! Runs come and go: they are prepared once their images are there, and kept as folders.

use std::path::Path;
use std::sync::Arc;

use crate::store::{self, KeptRun};
use crate::train::{Compute, Trainer};

use super::cadence::Moment;
use super::faults::Fault;
use super::guard::{Breakdown, Failure, guarded, on_device};
use super::library::{Loaded, Source};
use super::live::LiveRun;
use super::parking::start_device;
use super::protocol::{Event, RunId, RunState};
use super::session::{as_frame, fits};
use super::turn::Goal;
use super::worker::Worker;

impl LiveRun {
    /// Takes over what was kept of a run besides its state.
    fn remember(&mut self, kept: KeptRun, trainer: &Trainer) {
        self.boundaries = kept.boundaries;
        for frame in kept.frames {
            if fits(&frame, trainer) {
                let before = self.history.frames().last();
                let frame = as_frame(self.id, frame, before.map(|frame| &**frame));
                self.history.keep(Arc::new(frame));
            }
        }
        self.history.note_written();
        let starts = &trainer.metrics().phases;
        if let Some(last) = self.history.frames().last()
            && let Some(start) = starts.iter().find(|start| start.phase == last.phase)
        {
            let steps = trainer.config().schedule.phases[last.phase].epochs as u64;
            self.cadence.kept(Moment {
                phase: last.phase,
                step: last.step.saturating_sub(start.step),
                steps: steps * trainer.steps_per_epoch(),
            });
        }
    }
}

impl LiveRun {
    /// Has the run drawn as it is now. What a frame that was kept of this very step knows of the layers
    /// is kept too: gradients are measured in steps, and none is taken here.
    pub(super) fn look_again(&mut self) {
        let step = self.trainer.as_ref().map(|trainer| trainer.position().step);
        let newest = self.history.frames().last();
        match newest.filter(|frame| Some(frame.step) == step) {
            Some(frame) => {
                self.frame = Some(Arc::clone(frame));
                self.has_changed = false;
                self.has_other_images = true;
            }
            None => self.has_changed = true,
        }
    }
}

impl Worker {
    pub(super) fn add(&mut self, id: RunId, source: Source) {
        self.tickets += 1;
        let mut fresh = LiveRun::new(id, self.tickets);
        match &source {
            Source::Config(config) => {
                self.faults.strike(&config.name, Fault::End);
                fresh.config = Some((**config).clone());
            }
            Source::Folder(folder, _) => self.keeping.note_origin(id, self.tickets, folder),
        }
        match self.runs.iter_mut().find(|run| run.id == id) {
            Some(run) => {
                fresh.frame = run.frame.take();
                fresh.data = run.data.take();
                *run = fresh;
            }
            None => self.runs.push(fresh),
        }
        self.outlet.tell(Event::StateChanged {
            id,
            state: RunState::Preparing,
        });
        self.library.load(id, self.tickets, source);
    }

    /// Builds the network once the images are there.
    pub(super) fn prepare(&mut self, loaded: Loaded) {
        let id = loaded.id;
        if self.find(id).is_none_or(|run| run.ticket != loaded.ticket) {
            return;
        }
        let data = match loaded.data {
            Ok(data) => data,
            Err(failure) => return self.fail(id, failure.sentence, failure.is_bad_input),
        };
        let compute = match start_device(&self.faults, &loaded.config) {
            Ok(compute) => compute,
            Err(failure) => return self.fail(id, failure.sentence, failure.is_bad_input),
        };
        let config = loaded.config;
        let built = guarded(|| match &loaded.kept {
            Some(kept) => Trainer::resume(config, &kept.checkpoint, Arc::clone(&data), &compute),
            None => match loaded.weights {
                Some(weights) => {
                    Trainer::with_weights(config, Arc::clone(&data), &compute, weights)
                }
                None => Trainer::new(config, Arc::clone(&data), &compute),
            },
        });
        let trainer = match built {
            Ok(trainer) => self.faults.lay(trainer),
            Err(failure) => return self.fail(id, failure.sentence, failure.is_bad_input),
        };
        let written = loaded.kept.as_ref().and_then(|kept| kept.written);
        if let (Some(kept), Some(run)) = (loaded.kept, self.find(id)) {
            run.remember(kept, &trainer);
        }
        self.take_up(id, trainer, compute);
        if let Some(run) = self.runs.iter().find(|run| run.id == id) {
            self.keeping.note_opened(run, written);
        }
    }

    /// Takes up a run whose network is there, and tells all there is to know of it.
    pub(super) fn take_up(&mut self, id: RunId, trainer: Trainer, compute: Compute) {
        let Some(run) = self.find(id) else { return };
        run.state = if trainer.is_finished() {
            RunState::Finished
        } else {
            RunState::Paused
        };
        run.config = Some(trainer.config().clone());
        run.data = Some(Arc::clone(trainer.data()));
        let metrics = Arc::new(trainer.metrics().clone());
        run.trainer = Some(trainer);
        run.device_name = compute.name;
        run.remarks = compute.remarks;
        run.tell_all();
        run.restart_clock();
        run.look_again();
        let held = run.history.frames().to_vec();
        let (state, starts, goal) = (run.state, run.starts_when_ready, run.goal);
        let Some(info) = run.info() else { return };
        let progress = run.progress();
        self.outlet.tell(Event::RunReady {
            id,
            info: Arc::new(info),
            metrics,
            progress,
        });
        self.outlet.tell(Event::StateChanged { id, state });
        self.outlet.tell(Event::Boundary { id, phase: 0 });
        for frame in &held {
            self.outlet.tell(Event::Frame(Arc::clone(frame)));
        }
        self.tell_lines(|run| run.id == id);
        self.reports.expect_other_memory();
        // At once: the first frame shows the run before its first step.
        self.show_frames();
        if starts {
            match goal {
                Goal::Until(until) => self.run_until(id, until),
                goal => self.start(id, goal),
            }
        }
    }

    /// Forgets a run and all it held.
    pub(super) fn remove(&mut self, id: RunId) {
        self.runs.retain(|run| run.id != id);
        self.aside.retain(|run| run.id != id);
        self.library.cancel(id);
        self.searches.retain(|search| !search.is_for(id));
        self.library.forget_unused();
        self.reports.expect_other_memory();
    }

    pub(super) fn save(&mut self, id: RunId, folder: &Path) {
        self.end_keeping(id);
        let mut saved = self.write(id, folder);
        if let Err(breakdown @ Breakdown::Device(_)) = saved {
            // What it goes on from can still be kept.
            self.fail_training(id, breakdown);
            saved = self.write(id, folder);
        }
        self.outlet.tell(match saved.map_err(Failure::from) {
            Ok(()) => Event::Saved {
                id,
                folder: folder.to_owned(),
            },
            Err(failure) => Event::SaveFailed {
                id,
                error: failure.sentence,
                is_bad_input: failure.is_bad_input,
            },
        });
    }

    fn write(&mut self, id: RunId, folder: &Path) -> Result<(), Breakdown> {
        let images = self.images.clone();
        let Some(run) = self.find(id) else {
            return Ok(());
        };
        on_device(|| run.draw(&images, false))?;
        let checkpoint = match &mut run.trainer {
            Some(trainer) => on_device(|| trainer.checkpoint())?,
            None => {
                return Err(Breakdown::Run(Failure {
                    sentence: "a run can be kept once its data is loaded, but it is not yet"
                        .to_owned(),
                    is_bad_input: true,
                }));
            }
        };
        run.note_copy(&checkpoint);
        let pictures = run.frame.as_ref().map(|frame| &frame.pictures);
        let grid = pictures.map(|pictures| {
            store::encode_grid(
                folder,
                pictures.originals.shape,
                &[&pictures.originals.pixels, &pictures.reconstructions.pixels],
            )
        });
        let written = grid
            .transpose()
            .and_then(|grid| store::save_run(folder, &checkpoint, grid.as_deref()));
        written.map_err(|error| Breakdown::Run(error.into()))
    }
}
