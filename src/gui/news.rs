//! What the engine tells, taken into the state.
//!
//! *News* are events, of which none may be lost, and snapshots, of which only the newest counts.

use std::sync::Arc;

use crate::engine::{
    Answer, DeviceNews, Event, Progress, RunId, RunInfo, RunState, Slot, Snapshot, Wish, WishKey,
};
use crate::train::{Metrics, RunConfig};

use super::curves::Series;
use super::history::History;
use super::notices::Message;
use super::parking::become_moved;
use super::run::{Failure, Opening, Run};
use super::setup::draft::Draft;
use super::state::AppState;
use super::trace::TARGET;

impl AppState {
    /// Takes in what the engine tells.
    pub fn apply(&mut self, event: Event) {
        if self.is_outdated(&event) {
            return;
        }
        match event {
            Event::Devices(devices) => self.devices = devices,
            Event::RunReady {
                id,
                info,
                metrics,
                progress,
            } => self.take_ready(id, info, &metrics, progress),
            Event::ImagesLost { id, lost, standing } => {
                self.note_images_lost(id, lost, standing.map(|standing| *standing));
            }
            Event::Relinked { id, place } => self.note_relinked(id, &place),
            Event::BroughtBack {
                id,
                info,
                metrics,
                progress,
                state,
            } => {
                let Some(run) = self.run_mut(id) else { return };
                run.is_outdated = false;
                run.state = state;
                if state != RunState::Failed {
                    run.failure = None;
                }
                run.info = Some(info);
                run.history = History::default();
                run.boundaries.clear();
                run.last_test = metrics.last_test().cloned();
                run.metrics = Series::new(&metrics, progress.step, progress.elapsed_secs);
                run.progress = progress;
                self.session.has_changed = true;
                self.latent.follow(&self.runs);
                self.relate();
            }
            Event::Loading { id, done, total } => {
                let Some(run) = self.run_mut(id) else { return };
                run.loading = Some((done, total));
            }
            Event::StateChanged { id, state } => {
                let Some(run) = self.run_mut(id) else { return };
                run.loading = None;
                run.tuning = None;
                run.is_outdated = false;
                log::info!(
                    target: TARGET,
                    "run {} ({}) {state:?} at step {}",
                    id.0,
                    run.name(),
                    run.progress.step
                );
                run.state = state;
                if state == RunState::Preparing {
                    // Made anew, not continued.
                    run.parked_at = None;
                    run.lost = None;
                    run.is_offline = false;
                }
                self.latent.follow(&self.runs);
                self.follow_story();
            }
            Event::Progress { id, more, progress } => {
                let Some(run) = self.run_mut(id) else { return };
                if let Some(point) = more.last_test() {
                    run.last_test = Some(point.clone());
                }
                let is_news = progress.step != run.progress.step || !more.is_empty();
                run.metrics
                    .extend(&more, progress.step, progress.elapsed_secs);
                run.progress = progress;
                self.session.has_changed |= is_news;
                self.follow_story();
            }
            Event::Baselines { id, baselines } => {
                let Some(run) = self.run_mut(id) else { return };
                run.baselines = Some(baselines);
            }
            Event::PcaPictures { id, pictures } => {
                let Some(run) = self.run_mut(id) else { return };
                run.pca_pictures = Some(pictures);
            }
            Event::Frame(frame) => self.keep_frame(frame),
            Event::Boundary { id, phase } => {
                let Some(run) = self.run_mut(id) else { return };
                if !run.boundaries.contains(&phase) {
                    run.boundaries.push(phase);
                }
            }
            Event::Configured {
                id,
                config,
                total_steps,
            } => {
                let Some(run) = self.run_mut(id) else { return };
                become_configured(run, &config, total_steps);
                self.relate();
            }
            Event::Worst { id, indices } => self.take_worst(id, indices),
            Event::Survey { contents, survey } => self.take_survey(contents, survey),
            Event::Neighbours(found) => self.take_neighbours(found),
            Event::Found(finding) => self.take_finding(finding),
            Event::DataPage(page) => self.data.take_page(page),
            Event::Memory(bytes) => self.memory = Some(bytes),
            Event::Session(news) => self.apply_session(news),
            Event::Warning { id, text } => {
                let Some(run) = self.run_mut(id) else { return };
                let text = Some(text).filter(|text| !text.is_empty());
                if run.warning != text {
                    run.is_warning_dismissed = false;
                }
                run.warning = text;
                run.take_back_phases();
            }
            Event::Failed {
                id,
                error,
                is_bad_input,
            } => {
                let Some(run) = self.run_mut(id) else { return };
                run.state = RunState::Failed;
                run.loading = None;
                run.tuning = None;
                let failure = Some(Failure {
                    text: error,
                    is_bad_input,
                });
                // Once put away it stays so, unless there is another reason now.
                run.is_failure_dismissed &= run.failure == failure;
                run.failure = failure;
                run.take_back_phases();
            }
            Event::Device { id, news } => self.note_device(id, news),
            Event::Parked { id, step } => self.note_parked(id, step),
            Event::Ended { error } => self.note_ended(&error),
            Event::Saved { id, folder } => {
                let text = format!("Saved in {}.", folder.display());
                self.tell(Some(id), text, false);
            }
            Event::Fetched(held) => self.note_fetched(held),
            Event::JobStarted { .. } | Event::JobProgress { .. } | Event::JobEnded { .. } => {
                self.note_job(event);
            }
            Event::NoBaselines { id, error } | Event::SaveFailed { id, error, .. } => {
                self.tell(Some(id), error, true);
            }
        }
    }

    /// Takes in what there is of a run.
    pub(super) fn take_ready(
        &mut self,
        id: RunId,
        info: Arc<RunInfo>,
        metrics: &Metrics,
        progress: Progress,
    ) {
        for location in [&info.dataset.location, &info.config.dataset] {
            let key = (location.clone(), info.config.reading());
            self.shapes.insert(key, info.dataset.shape);
        }
        let Some(run) = self.run_mut(id) else { return };
        log::info!(target: TARGET, "run {} is ready: {}", id.0, widths(&info));
        become_ready(run, info);
        run.is_outdated = false;
        if progress.step == 0 {
            // From initial weights it goes its own way.
            run.branched_at = None;
        }
        Self::rewind(run, progress.step);
        run.last_test = metrics.last_test().cloned();
        run.boundaries.clear();
        run.metrics = Series::new(metrics, progress.step, progress.elapsed_secs);
        run.progress = progress;
        self.settle_cursor();
        self.relate();
    }

    /// Whether an event is about what a run was before it was made anew or brought back. What it is
    /// from then on begins with its preparation.
    fn is_outdated(&self, event: &Event) -> bool {
        let is_outdated = |id: &RunId| self.run(*id).is_some_and(|run| run.is_outdated);
        match event {
            Event::Progress { id, .. }
            | Event::Boundary { id, .. }
            | Event::Warning { id, .. }
            | Event::Configured { id, .. }
            | Event::Failed { id, .. }
            | Event::Parked { id, .. } => is_outdated(id),
            Event::Frame(frame) => is_outdated(&frame.id),
            Event::StateChanged { id, state } => *state != RunState::Preparing && is_outdated(id),
            _ => false,
        }
    }

    /// Takes in the newest pictures.
    pub fn apply_snapshot(&mut self, snapshot: &Snapshot) {
        for frame in &snapshot.runs {
            if let Some(run) = self.run_mut(frame.id) {
                run.frame = Some(Arc::clone(frame));
            }
        }
        self.latent.follow(&self.runs);
    }

    /// Takes notice of a wish that was sent to the explorer, or withdrawn.
    pub(super) fn note_wish(&mut self, key: WishKey, number: u64, wish: Option<&Wish>) {
        match Asker::of(key.slot) {
            Asker::Latent => self.latent.ask(key, number, wish),
            Asker::Code => self.code.ask(key, number, wish),
            // Their answers say what they are of.
            Asker::Input | Asker::Pictures | Asker::Layers => {}
        }
    }

    /// Takes in what the explorer found.
    pub fn apply_answer(&mut self, answer: Answer) {
        match Asker::of(answer.key.slot) {
            Asker::Latent => self.latent.take(answer),
            Asker::Code => self.code.take(answer),
            Asker::Input => self.input.take(answer),
            Asker::Pictures => self.take_images(answer),
            Asker::Layers => self.layers.take(answer),
        }
    }

    pub(super) fn tell(&mut self, run: Option<RunId>, text: String, is_failure: bool) {
        let number = self.next_message;
        self.next_message += 1;
        self.messages.push(Message {
            number,
            run,
            text,
            is_failure,
            stays: false,
            seen_at: None,
        });
    }
}

impl AppState {
    /// Takes in what is told of the devices of a run.
    fn note_device(&mut self, id: RunId, news: DeviceNews) {
        let Some(run) = self.run_mut(id) else { return };
        match news {
            DeviceNews::Tuning { device, tuned } => {
                run.loading = None;
                run.tuning = Some((device, tuned));
            }
            DeviceNews::Comparing { gpu } => {
                run.device_remark = Some(format!(
                    "{gpu} is being timed beside the training: the next run takes it if it is faster by a third."
                ));
            }
            DeviceNews::Compared { text, .. } | DeviceNews::NotCompared { text } => {
                run.device_remark = Some(text);
            }
        }
    }
}

/// Shapes of the image and of what every layer of the encoder makes of it, as `784-500-10`, for the
/// log.
fn widths(info: &RunInfo) -> String {
    let image = info.layers.first().map(|layer| layer.input.as_str());
    let encoder = info.layers.iter().take(info.stages);
    let shapes = image
        .into_iter()
        .chain(encoder.map(|layer| layer.output.as_str()));
    shapes.collect::<Vec<_>>().join("-")
}

/// Takes in other settings of a run that has started.
fn become_configured(run: &mut Run, config: &RunConfig, total_steps: u64) {
    if let Some(info) = &run.info {
        let mut info = RunInfo::clone(info);
        info.config = config.clone();
        info.total_steps = total_steps;
        run.info = Some(Arc::new(info));
    }
    let name = std::mem::take(&mut run.draft.config.name);
    let is_named = run.draft.is_named;
    run.draft = Draft::new(config.clone());
    run.draft.config.name = name;
    run.draft.is_named = is_named;
    run.sent = Some(run.draft.config.clone());
    run.asked_phases = None;
    run.asked_rate = None;
    run.asked_knobs.clear();
}

/// Takes in what the engine made of a run.
fn become_ready(run: &mut Run, info: Arc<RunInfo>) {
    if let Some(opening) = run.opening.take() {
        let (name, is_named) = (run.draft.config.name.clone(), run.draft.is_named);
        run.draft = Draft::new(info.config.clone());
        // A branch has the name that the window gave it, a folder that of its run.
        let is_named_here = matches!(opening, Opening::Branch | Opening::Session(_));
        let is_of_session = matches!(opening, Opening::Session(_));
        if is_named_here || run.draft.config.name.trim().is_empty() {
            run.draft.config.name = name;
            run.draft.is_named = is_named;
        }
        if is_of_session {
            run.keep_own_name();
        }
        run.sent = Some(run.draft.config.clone());
    }
    run.loading = None;
    run.tuning = None;
    run.asked_phases = None;
    run.asked_rate = None;
    run.asked_knobs.clear();
    if run.state == RunState::Preparing || run.state == RunState::Failed {
        run.state = RunState::Paused;
    }
    let has_other_images = |old: &Arc<RunInfo>| old.dataset.hash != info.dataset.hash;
    if run.info.as_ref().is_some_and(has_other_images) {
        run.baselines = None;
        run.pca_pictures = None;
    }
    if run.parked_at.take().is_some() {
        // It goes on where it was told to.
        become_moved(run, &info.config.device);
    }
    run.lost = None;
    run.is_offline = false;
    run.failure = None;
    run.is_failure_dismissed = false;
    run.warning = None;
    // What is known of another device is told next.
    run.device_remark = None;
    run.info = Some(info);
}

/// Which part of the state wishes in a slot.
enum Asker {
    Latent,
    Code,
    Input,
    Pictures,
    Layers,
}

impl Asker {
    fn of(slot: Slot) -> Self {
        match slot {
            Slot::Sliders
            | Slot::Hover
            | Slot::Line
            | Slot::Paths
            | Slot::Traversals
            | Slot::Plane
            | Slot::Generated => Self::Latent,
            Slot::Exchange | Slot::Atoms | Slot::Entries => Self::Code,
            Slot::Input => Self::Input,
            Slot::Images => Self::Pictures,
            Slot::Features | Slot::Filters => Self::Layers,
        }
    }
}

#[cfg(test)]
#[path = "news_tests.rs"]
mod tests;
