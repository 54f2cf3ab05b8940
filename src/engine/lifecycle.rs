//! Runs come and go: they are prepared once their images are there, and kept as folders.

use std::path::Path;
use std::sync::Arc;

use crate::store;
use crate::train::{Compute, Trainer};

use super::devices;
use super::guard::{Failure, guarded};
use super::library::{Loaded, Source};
use super::live::LiveRun;
use super::protocol::{Event, RunId, RunState};
use super::worker::Worker;

impl Worker {
    pub(super) fn add(&mut self, id: RunId, source: Source) {
        self.tickets += 1;
        let mut fresh = LiveRun::new(id, self.tickets);
        if let Source::Config(config) = &source {
            fresh.config = Some((**config).clone());
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
            Err(error) => return self.fail(id, error, true),
        };
        self.library.keep(&loaded.config, &data);
        let compute = match devices::start_device(&loaded.config.device) {
            Ok(compute) => compute,
            Err(error) => return self.fail(id, error.to_string(), true),
        };
        let config = loaded.config;
        let built = guarded(|| match &loaded.checkpoint {
            Some(checkpoint) => Trainer::resume(config, checkpoint, Arc::clone(&data), &compute),
            None => Trainer::new(config, Arc::clone(&data), &compute),
        });
        let trainer = match built {
            Ok(trainer) => trainer,
            Err(failure) => return self.fail(id, failure.sentence, failure.is_bad_input),
        };
        self.take_up(id, trainer, compute);
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
        run.has_changed = true;
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
        self.tell_lines(|run| run.id == id);
        self.reports.expect_other_memory();
        // At once: the first frame shows the run before its first step.
        self.show_frames();
        if starts {
            self.start(id, goal);
        }
    }

    /// Forgets a run and all it held.
    pub(super) fn remove(&mut self, id: RunId) {
        self.runs.retain(|run| run.id != id);
        self.searches.retain(|search| !search.is_for(id));
        self.library.forget_unused();
        self.reports.expect_other_memory();
    }

    pub(super) fn save(&mut self, id: RunId, folder: &Path) {
        let images = self.images.clone();
        let Some(run) = self.find(id) else { return };
        let saved = guarded(|| run.draw(&images, false)).and_then(|()| {
            let grid = match run.frame.as_ref().map(|frame| &frame.pictures) {
                Some(pictures) => Some(store::encode_grid(
                    folder,
                    pictures.originals.shape,
                    &[&pictures.originals.pixels, &pictures.reconstructions.pixels],
                )?),
                None => None,
            };
            let Some(trainer) = &mut run.trainer else {
                return Err(Failure {
                    sentence: "a run can be kept once its data is loaded, but it is not yet"
                        .to_owned(),
                    is_bad_input: true,
                });
            };
            let checkpoint = guarded(|| trainer.checkpoint())?;
            Ok(store::save_run(folder, &checkpoint, grid.as_deref())?)
        });
        self.outlet.tell(match saved {
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
}
