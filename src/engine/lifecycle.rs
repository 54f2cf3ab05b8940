//! Runs come and go: they are prepared once their images are there, and kept as folders.

use std::path::Path;
use std::sync::Arc;

use crate::store::{self, KeptRun, RunPlace};
use crate::train::{Compute, Trainer};

use super::cadence::Moment;
use super::faults::Fault;
use super::guard::{Breakdown, Failure, guarded, on_device};
use super::library::{Lack, Loaded, Source};
use super::live::LiveRun;
use super::preparation::Prepared;
use super::protocol::{Event, RunId, RunState};
use super::session::Fit;
use super::turn::Goal;
use super::worker::Worker;

impl LiveRun {
    /// Takes over what was kept of a run besides its state.
    fn remember(&mut self, kept: KeptRun, trainer: &Trainer) {
        self.boundaries = kept.boundaries;
        self.take_frames(kept.frames, &Fit::of(trainer));
        self.follow_cadence(trainer);
    }

    /// Has the next frame be kept when it is due after the newest one.
    pub(super) fn follow_cadence(&mut self, trainer: &Trainer) {
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
        self.preparations.give_up(id);
        let mut fresh = LiveRun::new(id, self.tickets);
        match &source {
            Source::Config(config) => {
                self.faults.strike(&config.name, Fault::End);
                fresh.config = Some((**config).clone());
            }
            Source::Folder(folder, _) => {
                let is_of_session = self.keeping.note_origin(id, self.tickets, folder);
                fresh.folder = Some((folder.clone(), is_of_session));
            }
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

    /// Chooses and prepares the device once the images are there.
    pub(super) fn prepare(&mut self, loaded: Loaded) {
        let id = loaded.id;
        if self.find(id).is_none_or(|run| run.ticket != loaded.ticket) {
            return;
        }
        let data = match loaded.data {
            Ok(data) => data,
            Err(Lack::Lost(lost)) => return self.stand_offline(id, *lost, loaded.kept),
            Err(Lack::Failed(failure)) => {
                return self.fail(id, failure.sentence, failure.is_bad_input);
            }
        };
        let compute = match self.compute_for(&loaded.config, loaded.kept.as_ref(), &data) {
            Ok(compute) => compute,
            Err(failure) => return self.fail(id, failure.sentence, failure.is_bad_input),
        };
        let run = Prepared {
            id,
            ticket: loaded.ticket,
            config: loaded.config,
            kept: loaded.kept,
            weights: loaded.weights,
            data,
            compute,
            is_relinked: loaded.is_relinked,
        };
        if let Some(run) = self.prepare_device(run) {
            self.build(run);
        }
    }

    /// Builds the network once the device is ready for it.
    pub(super) fn build(&mut self, run: Prepared) {
        let Prepared {
            id,
            config,
            kept,
            weights,
            data,
            compute,
            is_relinked,
            ticket: _,
        } = run;
        let built = guarded(|| match &kept {
            Some(kept) => Trainer::resume(config, &kept.checkpoint, Arc::clone(&data), &compute),
            None => match weights {
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
        let written = kept.as_ref().and_then(|kept| kept.written);
        if let (Some(kept), Some(run)) = (kept, self.find(id)) {
            run.remember(kept, &trainer);
        }
        self.take_up(id, trainer, compute);
        if let Some(run) = self.runs.iter_mut().find(|run| run.id == id) {
            self.keeping.note_opened(run, written);
            if is_relinked {
                run.keep_place();
            }
        }
    }

    /// Takes up a run whose network is there, and tells all there is to know of it.
    pub(super) fn take_up(&mut self, id: RunId, trainer: Trainer, compute: Compute) {
        let Some(run) = self.find(id) else { return };
        run.lost = None;
        run.offline = None;
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
        self.start_speed_test(id);
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

    /// Gives up preparing a run.
    pub(super) fn cancel_loading(&mut self, id: RunId) {
        self.library.cancel(id);
        if let Some(device) = self.preparations.give_up(id) {
            let sentence = format!(
                "Preparing {device} was cancelled. What it has tuned so far is kept for the next try."
            );
            self.fail(id, sentence, true);
        }
    }

    /// Forgets a run and all it held.
    pub(super) fn remove(&mut self, id: RunId) {
        self.runs.retain(|run| run.id != id);
        self.preparations.give_up(id);
        self.aside.retain(|run| run.id != id);
        self.library.cancel(id);
        self.searches.retain(|search| !search.is_for(id));
        self.library.forget_unused();
        self.reports.expect_other_memory();
    }

    pub(super) fn save(&mut self, id: RunId, folder: &Path) {
        // Held until it is written.
        let place = self
            .end_keeping(id)
            .filter(|place| place.folder() == folder);
        let place = place.as_deref();
        let mut saved = self.write(id, folder, place);
        if let Err(breakdown @ Breakdown::Device(_)) = saved {
            // What it goes on from can still be kept.
            self.fail_training(id, breakdown);
            saved = self.write(id, folder, place);
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

    /// A run within a session is kept with all it looked like, and a device that fails meanwhile is
    /// told; what it goes on from is kept then.
    fn write_into_session(&mut self, id: RunId, place: &RunPlace) -> Result<(), Breakdown> {
        let update = match self.whole_update(id) {
            Some(update) => Some(update),
            None => self.whole_update(id),
        };
        let Some(update) = update else {
            return Err(Breakdown::Run(Failure {
                sentence: "the run could not be copied off its device".to_owned(),
                is_bad_input: false,
            }));
        };
        let kept = place.update(update);
        kept.map(|_written| ())
            .map_err(|error| Breakdown::Run(error.into()))
    }

    fn write(
        &mut self,
        id: RunId,
        folder: &Path,
        place: Option<&RunPlace>,
    ) -> Result<(), Breakdown> {
        if let Some(place) = place.filter(|place| place.is_of_session()) {
            return self.write_into_session(id, place);
        }
        let images = self.images.clone();
        let Some(run) = self.find(id) else {
            return Ok(());
        };
        on_device(|| run.draw(&images, false))?;
        let checkpoint = match &mut run.trainer {
            Some(trainer) => on_device(|| trainer.checkpoint())?,
            None => {
                let offline = run.offline.as_ref();
                offline
                    .map(|offline| offline.checkpoint().clone())
                    .ok_or_else(not_loaded)?
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
        let written = grid.transpose().and_then(|grid| match place {
            Some(place) => place.save(&checkpoint, grid.as_deref()),
            None => store::save_run(folder, &checkpoint, grid.as_deref()),
        });
        written.map_err(|error| Breakdown::Run(error.into()))
    }
}

fn not_loaded() -> Breakdown {
    Breakdown::Run(Failure {
        sentence: "a run can be kept once its data is loaded, but it is not yet".to_owned(),
        is_bad_input: true,
    })
}
