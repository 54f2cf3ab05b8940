//! Runs whose images are lost: they stand with all that was kept of them, until somebody says where the
//! images are now.
//!
//! Such a run is *offline*. It is drawn from its frames, saved, and its weights and curves are exported
//! as ever; it cannot be trained, measured or reset. *Relinking* reads the images at the place that is
//! named, as a job; every run that was made on them goes on from there.

use std::sync::Arc;

use crate::data::{self, Dataset, DatasetRequest, ImagesRecord, LostImages, Sought};
use crate::model::LayerInfo;
use crate::store::{self, KeptRun};
use crate::train::{Metrics, OfflineRun, RunConfig, Trainer};

use super::about_data::DatasetInfo;
use super::extending::Extension;
use super::guard::{Failure, guarded};
use super::jobs::{JobId, JobMeter};
use super::library::{Lost, Source};
use super::live::LiveRun;
use super::protocol::{Event, Progress, RunId, RunInfo};
use super::session::{Fit, as_frame};
use super::shelf::Shelf;
use super::worker::{Message, Worker};

/// What there is to show of a run without its images.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What it is.
    pub info: Arc<RunInfo>,
    /// Its history.
    pub metrics: Arc<Metrics>,
    /// How far it is.
    pub progress: Progress,
}

/// Images that were found at a place that somebody named, and whose they are.
pub(super) struct Relinked {
    /// The place.
    place: String,
    /// The runs that were made on them, with the tickets of their preparation.
    runs: Vec<(RunId, u64, Arc<Dataset>)>,
}

/// A run that may have been made on the images at a place.
struct Candidate {
    id: RunId,
    ticket: u64,
    sought: Sought,
}

impl LiveRun {
    /// Whether there is more of it than what it is to become.
    pub(super) fn stands(&self) -> bool {
        self.trainer.is_some() || self.offline.is_some()
    }

    /// Takes over the frames that were kept.
    pub(super) fn take_frames(&mut self, kept: Vec<store::KeptFrame>, fit: &Fit) {
        for frame in kept {
            if fit.holds(&frame) {
                let before = self.history.frames().last();
                let frame = as_frame(self.id, frame, before.map(|frame| &**frame));
                self.history.keep(Arc::new(frame));
            }
        }
        self.history.note_written();
    }

    /// Keeps where the images are now with what was kept of the run. A folder that cannot be written
    /// is no reason not to go on.
    pub(super) fn keep_place(&mut self) {
        // The session writes it with its next saving.
        self.edits += 1;
        let (Some((folder, false)), Some(trainer)) = (&self.folder, &self.trainer) else {
            return;
        };
        let images = ImagesRecord::of(trainer.data());
        if let Err(error) = store::relink(folder, &trainer.config().dataset, &images) {
            log::warn!("the place of the images is not kept with the run: {error}");
        }
    }

    /// What there is to show of a run whose images are lost.
    pub(super) fn standing(&self) -> Option<Standing> {
        let offline = self.offline.as_ref()?;
        Some(Standing {
            info: Arc::new(info(offline, self.lost.as_deref())),
            metrics: Arc::new(offline.checkpoint().metrics.clone()),
            progress: progress(offline),
        })
    }
}

fn info(offline: &OfflineRun, lost: Option<&LostImages>) -> RunInfo {
    let config = offline.config();
    let images = offline.images();
    let location = images.place.as_ref().unwrap_or(&config.dataset);
    let source = data::source_of(location);
    let sha256 = lost.and_then(|lost| lost.sha256.clone());
    RunInfo {
        config: RunConfig {
            dataset_sha256: None,
            ..config.clone()
        },
        dataset: DatasetInfo {
            location: location.clone(),
            name: images.name.clone(),
            shape: images.shape(),
            train: images.train,
            test: images.test,
            split: String::new(),
            contents: format!("{} without images", sha256.as_deref().unwrap_or_default()),
            hash: sha256.unwrap_or_default(),
            test_labels: None,
            class_names: None,
            skipped: Arc::default(),
            unlisted: 0,
            source: source.map_or("", |source| source.name()).to_owned(),
            remarks: Arc::default(),
            takes: source.map(|source| source.takes()).unwrap_or_default(),
        },
        layers: offline.layers().to_vec(),
        stages: offline.plan().stages,
        parameters: LayerInfo::all_parameters(offline.layers()),
        latent: offline.plan().latent,
        device: "no device".to_owned(),
        total_steps: offline.total_steps(),
        steps_per_epoch: offline.steps_per_epoch(),
        remarks: Vec::new(),
    }
}

fn progress(offline: &OfflineRun) -> Progress {
    let position = offline.checkpoint().position;
    Progress {
        step: position.step,
        phase: position.phase,
        epoch: position.step_in_phase as f64 / offline.steps_per_epoch() as f64,
        elapsed_secs: offline.checkpoint().elapsed_secs,
        ..Progress::default()
    }
}

impl Worker {
    /// Has a run stand with what was kept of it, as far as that can be looked at without images, and
    /// tells that these are lost.
    pub(super) fn stand_offline(&mut self, id: RunId, lost: Lost, kept: Option<KeptRun>) {
        let Lost { images, failure } = lost;
        let Some(run) = self.find(id) else { return };
        run.lost = Some(Arc::new(images));
        run.starts_when_ready = false;
        let written = kept.as_ref().and_then(|kept| kept.written);
        if let Some(kept) = kept {
            let made = guarded(|| OfflineRun::of(kept.checkpoint));
            match made {
                Ok(Some(offline)) => {
                    run.boundaries = kept.boundaries;
                    run.take_frames(kept.frames, &Fit::of_offline(&offline));
                    run.frame = run.history.frames().last().cloned();
                    run.is_frame_new = run.frame.is_some();
                    run.config = Some(offline.config().clone());
                    run.offline = Some(Box::new(offline));
                }
                Ok(None) => {}
                Err(failure) => return self.fail(id, failure.sentence, failure.is_bad_input),
            }
        }
        self.tell_lost(id);
        if let Some(run) = self.runs.iter().find(|run| run.id == id)
            && run.offline.is_some()
        {
            for frame in run.history.frames() {
                self.outlet.tell(Event::Frame(Arc::clone(frame)));
            }
            self.keeping.note_opened(run, written);
        }
        self.fail(id, failure.sentence, failure.is_bad_input);
        self.show_frames();
    }

    /// Tells that the images of a run are lost, and what there is of it.
    fn tell_lost(&mut self, id: RunId) {
        let Some(run) = self.runs.iter().find(|run| run.id == id) else {
            return;
        };
        if let Some(lost) = &run.lost {
            self.outlet.tell(Event::ImagesLost {
                id,
                lost: Arc::clone(lost),
                standing: run.standing().map(Box::new),
            });
        }
    }

    /// Looks at a place for the lost images of a run, and of all others on the same set, as a job.
    pub(super) fn relink(&mut self, job: JobId, id: RunId, place: String) {
        let asked = self.find(id).and_then(|run| run.lost.clone());
        let with = |lost: &LostImages| asked.as_ref().is_some_and(|asked| asked.are_with(lost));
        let mut candidates: Vec<Candidate> = self
            .runs
            .iter()
            .filter_map(|run| {
                let lost = run.lost.as_ref().filter(|lost| with(lost))?;
                Some(Candidate {
                    id: run.id,
                    ticket: run.ticket,
                    sought: lost.sought(),
                })
            })
            .collect();
        // The one that was asked for comes first: what is wrong with the place is told of it.
        candidates.sort_by_key(|candidate| candidate.id != id);
        let shelf = self.library.shelf();
        let inbox = self.library.answers();
        let name = format!("Looking for the images in {place}");
        self.jobs.start(job, name, move |meter| {
            let runs = found_at(&place, candidates, &shelf, meter)?;
            let count = runs.len();
            let sentence = format!(
                "The images are in {place}: {} can go on.",
                if count == 1 {
                    "1 run".to_owned()
                } else {
                    format!("{count} runs")
                }
            );
            // A closed channel means that the engine has ended: nobody waits for the answer.
            let _ = inbox.send(Message::Relinked(Relinked { place, runs }));
            Ok(sentence)
        });
    }

    /// Has runs go on whose images were found.
    pub(super) fn take_relinked(&mut self, relinked: Relinked) {
        let Relinked { place, runs } = relinked;
        for (id, ticket, data) in runs {
            let Some(run) = self.find(id).filter(|run| run.ticket == ticket) else {
                continue;
            };
            let offline = run.offline.take();
            self.outlet.tell(Event::Relinked {
                id,
                place: place.clone(),
            });
            match offline {
                Some(offline) => self.go_online(id, offline, &place, data),
                None => self.prepare_again(id, &place),
            }
        }
    }

    /// Builds the network of a run whose images are there again.
    fn go_online(&mut self, id: RunId, offline: Box<OfflineRun>, place: &str, data: Arc<Dataset>) {
        let config = RunConfig {
            dataset: place.to_owned(),
            ..offline.config().clone()
        };
        let was_on = offline.checkpoint().device.clone();
        let compute = self.compute(&config, was_on.as_deref(), |_worker| None);
        let made = compute.and_then(|compute| {
            let checkpoint = offline.checkpoint();
            let trainer = guarded(|| Trainer::resume(config, checkpoint, data, &compute))?;
            Ok((trainer, compute))
        });
        match made {
            Ok((trainer, compute)) => {
                let trainer = self.faults.lay(trainer);
                if let Some(run) = self.find(id) {
                    run.follow_cadence(&trainer);
                }
                self.take_up(id, trainer, compute);
                if let Some(run) = self.find(id) {
                    run.keep_place();
                }
            }
            Err(failure) => {
                // Nothing that was kept is given up.
                if let Some(run) = self.find(id) {
                    run.offline = Some(offline);
                }
                self.tell_lost(id);
                self.fail(id, failure.sentence, failure.is_bad_input);
            }
        }
    }

    /// Prepares a run again that has no more than its configuration, or only its folder.
    fn prepare_again(&mut self, id: RunId, place: &str) {
        let Some(run) = self.find(id) else { return };
        let source = match (&run.folder, run.config.clone()) {
            (Some((folder, _)), _) => Source::Folder(
                folder.clone(),
                Some(Extension {
                    dataset: Some(place.to_owned()),
                    ..Extension::default()
                }),
            ),
            (None, Some(config)) => Source::Config(Box::new(RunConfig {
                dataset: place.to_owned(),
                ..config
            })),
            (None, None) => return,
        };
        self.add(id, source);
    }

    /// Says why a run without its images does not do what it is asked. Returns whether it is one.
    pub(super) fn refuse_offline(&mut self, id: RunId, what: &str) -> bool {
        let lost = self
            .find(id)
            .filter(|run| run.offline.is_some())
            .and_then(|run| run.lost.clone());
        if let Some(lost) = &lost {
            let text = format!("{what} needs the images, but {lost}.");
            self.outlet.tell(Event::Warning { id, text });
        }
        lost.is_some()
    }
}

/// The runs that were made on the images at a place, each with its images. Runs that are asked for
/// others of the same set, such as fewer of them, have these read too.
fn found_at(
    place: &str,
    candidates: Vec<Candidate>,
    shelf: &Shelf,
    meter: &JobMeter,
) -> Result<Vec<(RunId, u64, Arc<Dataset>)>, Failure> {
    let mut read: Vec<(DatasetRequest, Arc<Dataset>)> = Vec::new();
    let mut runs = Vec::new();
    for candidate in candidates {
        let found = candidate.sought.find_at(place, |request| {
            let known = read.iter().find(|(known, _)| known == request);
            if let Some((_, data)) = known {
                return Ok(Arc::clone(data));
            }
            let data = shelf.open(request, meter)?;
            read.push((request.clone(), Arc::clone(&data)));
            Ok(data)
        });
        match found {
            Ok(data) => runs.push((candidate.id, candidate.ticket, data)),
            // Nothing changes where the images of the run that was asked for are not there.
            Err(error) if runs.is_empty() => {
                return Err(Failure {
                    is_bad_input: error.is_bad_input(),
                    sentence: error.to_string(),
                });
            }
            Err(error) => log::info!("run {} is not relinked: {error}", candidate.id.0),
        }
    }
    Ok(runs)
}
