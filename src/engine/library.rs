//! Data sets and their reference lines, opened beside the training and shared by all runs.
//!
//! A *loader* is the thread that reads the images of one run.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossbeam_channel::Sender;

use crate::analysis::{Baselines, Pca};
use crate::data::{Dataset, Survey};
use crate::model::NamedArray;
use crate::store::{self, KeptRun};
use crate::train::RunConfig;

use super::faults::{Fault, Faults};
use super::guard::{Failure, guarded, words_of_panic};
use super::importing;
use super::protocol::{Extension, RunId};
use super::shelf::{LoadMeter, Shelf};
use super::worker::Message;

/// What a loader brings back.
pub(super) struct Loaded {
    /// The run it was loaded for.
    pub(super) id: RunId,
    /// Distinguishes an answer to an older question from the newest.
    pub(super) ticket: u64,
    /// What to train.
    pub(super) config: RunConfig,
    /// Where to go on from.
    pub(super) kept: Option<KeptRun>,
    /// First weights that the configuration names a file for.
    pub(super) weights: Option<Arc<[NamedArray]>>,
    /// The images, or what was wrong.
    pub(super) data: Result<Arc<Dataset>, Failure>,
}

/// What a loader is to bring.
pub(super) enum Source {
    /// A new run.
    Config(Box<RunConfig>),
    /// A kept one.
    Folder(PathBuf, Option<Extension>),
}

/// What starts a thread.
type Spawn = fn(&str, Box<dyn FnOnce() + Send>) -> io::Result<()>;

/// Data sets in use and baselines computed so far.
pub(super) struct Library {
    answers: Sender<Message>,
    faults: Faults,
    spawn: Spawn,
    shelf: Arc<Shelf>,
    /// Loaders under way, and how to end them.
    loads: BTreeMap<RunId, Arc<AtomicBool>>,
    lines: HashMap<String, Lines>,
}

/// The reference lines of a data set.
#[derive(Clone)]
pub(super) enum Lines {
    /// Being computed.
    UnderWay,
    /// The lines, and the components they came from.
    Known {
        baselines: Arc<Baselines>,
        pca: Arc<Pca>,
    },
    /// Why there are none.
    Failed(String),
}

impl Drop for Library {
    fn drop(&mut self) {
        // Nobody waits for images any more.
        for is_cancelled in self.loads.values() {
            is_cancelled.store(true, Ordering::Relaxed);
        }
    }
}

impl Library {
    pub(super) fn new(answers: Sender<Message>, faults: Faults) -> Self {
        Self {
            answers,
            faults,
            spawn,
            shelf: Arc::default(),
            loads: BTreeMap::new(),
            lines: HashMap::new(),
        }
    }

    /// Loads in a thread of its own; a [`Message::Loaded`] follows, or a [`Message::LoadFailed`].
    pub(super) fn load(&mut self, id: RunId, ticket: u64, source: Source) {
        self.cancel(id);
        self.forget_unused();
        let answers = self.answers.clone();
        let shelf = Arc::clone(&self.shelf);
        let meter = LoadMeter::new(answers.clone(), id, ticket);
        self.loads.insert(id, Arc::clone(&meter.is_cancelled));
        let faults = self.faults.clone();
        let work = move || match source {
            Source::Config(config) => load(*config, None, &shelf, &meter, &faults),
            Source::Folder(folder, extension) => match store::open_whole_run(&folder) {
                Ok(mut kept) => {
                    if extension.as_ref().is_some_and(|more| more.device.is_some()) {
                        // Another one is asked for than it was on.
                        kept.checkpoint.device = None;
                    }
                    let config = extended(&kept.checkpoint.config, extension);
                    load(config, Some(kept), &shelf, &meter, &faults)
                }
                Err(error) => Loaded {
                    id,
                    ticket,
                    config: RunConfig::recipe(crate::model::VARIANTS[0], ""),
                    kept: None,
                    weights: None,
                    data: Err(error.into()),
                },
            },
        };
        let tell = move || {
            let message = match words_of_panic(work) {
                Ok(loaded) => Message::Loaded(Box::new(loaded)),
                Err(panic) => {
                    let sentence = format!("preparing the run ended unexpectedly: {panic}");
                    Message::LoadFailed(id, ticket, sentence)
                }
            };
            // A closed channel means that the engine has ended: nobody waits for the answer.
            let _ = answers.send(message);
        };
        if let Err(error) = (self.spawn)("loader", Box::new(tell)) {
            let sentence = format!(
                "the run could not be prepared, as no thread could be started for it: {error}"
            );
            // The same.
            let _ = self.answers.send(Message::LoadFailed(id, ticket, sentence));
        }
    }

    /// Has the loader of a run end as soon as it can.
    pub(super) fn cancel(&mut self, id: RunId) {
        if let Some(is_cancelled) = self.loads.remove(&id) {
            is_cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// Looks through a data set in a thread of its own; a [`Message::Surveyed`] follows.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub(super) fn survey(&self, data: Arc<Dataset>) -> io::Result<()> {
        let answers = self.answers.clone();
        let work = move || {
            let survey = Arc::new(Survey::of(&data));
            let hash = data.hash.clone();
            drop(data);
            // A closed channel means that the engine has ended: nobody waits for the answer.
            let _ = answers.send(Message::Surveyed { hash, survey });
        };
        (self.spawn)("survey", Box::new(work))
    }

    /// Forgets data sets that no run uses any more.
    pub(super) fn forget_unused(&mut self) {
        self.shelf.forget_unused();
    }

    /// The reference lines of a data set. The first to ask for unknown ones has them computed, and a
    /// [`Message::Lines`] follows.
    pub(super) fn lines(&mut self, data: &Arc<Dataset>) -> Lines {
        if let Some(known) = self.lines.get(&data.hash) {
            return known.clone();
        }
        let answers = self.answers.clone();
        let (hash, data) = (data.hash.clone(), Arc::clone(data));
        let work = move || {
            let lines = match compute(&data) {
                Ok(lines) => lines,
                Err(error) => no_lines(error),
            };
            let hash = data.hash.clone();
            drop(data);
            // A closed channel means that the engine has ended: nobody waits for the answer.
            let _ = answers.send(Message::Lines { hash, lines });
        };
        let lines = match (self.spawn)("baselines", Box::new(work)) {
            Ok(()) => Lines::UnderWay,
            Err(error) => no_lines(error),
        };
        self.lines.insert(hash, lines.clone());
        lines
    }

    /// Whether the reference lines of the images with this hash are being computed.
    pub(super) fn is_at_work(&self, hash: &str) -> bool {
        matches!(self.lines.get(hash), Some(Lines::UnderWay))
    }

    /// The reference lines of the images with this hash, where they are computed.
    pub(super) fn known_baselines(&self, hash: &str) -> Option<Arc<Baselines>> {
        match self.lines.get(hash) {
            Some(Lines::Known { baselines, .. }) => Some(Arc::clone(baselines)),
            Some(Lines::UnderWay | Lines::Failed(_)) | None => None,
        }
    }

    /// Takes in what was computed.
    pub(super) fn set_lines(&mut self, hash: String, lines: Lines) {
        self.lines.insert(hash, lines);
    }
}

fn no_lines(error: impl std::fmt::Display) -> Lines {
    Lines::Failed(format!("the baselines could not be computed: {error}"))
}

fn compute(data: &Dataset) -> Result<Lines, String> {
    let pixels = data.train.shape().pixels();
    let computed = guarded(|| {
        Ok(Baselines::compute(
            data.train.pixels(),
            data.test.pixels(),
            pixels,
            Baselines::COMPONENTS,
        ))
    });
    match computed {
        Ok(Ok((baselines, pca))) => Ok(Lines::Known {
            baselines: Arc::new(baselines),
            pca: Arc::new(pca),
        }),
        Ok(Err(error)) => Err(error.to_string()),
        Err(failure) => Err(failure.sentence),
    }
}

fn extended(config: &RunConfig, extension: Option<Extension>) -> RunConfig {
    let mut config = config.clone();
    let Some(extension) = extension else {
        return config;
    };
    if let (Some(epochs), Some(last)) = (extension.epochs, config.schedule.phases.last_mut()) {
        last.epochs = last.epochs.max(epochs);
    }
    if let Some(device) = extension.device {
        config.device = device;
    }
    config
}

fn load(
    mut config: RunConfig,
    kept: Option<KeptRun>,
    shelf: &Shelf,
    meter: &LoadMeter,
    faults: &Faults,
) -> Loaded {
    faults.strike(&config.name, Fault::Load);
    // What is wrong with the configuration is said before the images are read.
    let data = match config.check() {
        Err(error) => Err(error.into()),
        Ok(_) => shelf.open(&config.images(), meter),
    };
    // A run that goes on has its weights already.
    let imported = match (&data, &kept) {
        (Ok(data), None) => importing::first_weights(&mut config, data.train.shape()),
        (Ok(_) | Err(_), _) => Ok(None),
    };
    let (data, weights) = match imported {
        Ok(weights) => (data, weights),
        Err(error) => (Err(error.into()), None),
    };
    Loaded {
        id: meter.id,
        ticket: meter.ticket,
        config,
        kept,
        weights,
        data,
    }
}

fn spawn(name: &str, work: Box<dyn FnOnce() + Send>) -> io::Result<()> {
    let builder = thread::Builder::new().name(name.to_owned());
    builder.spawn(work).map(|_thread| ())
}

#[cfg(test)]
mod tests {
    use crossbeam_channel::unbounded;

    use super::*;

    #[test]
    fn a_loader_that_cannot_start_or_breaks_down_says_so() {
        let config = RunConfig::recipe(crate::model::VARIANTS[0], "glyphs");
        let named = RunConfig {
            name: "A".to_owned(),
            ..config
        };
        let (answers, inbox) = unbounded();
        let mut library = Library::new(answers, Faults::new("load=A"));
        library.load(RunId(1), 7, Source::Config(Box::new(named.clone())));
        let Ok(Message::LoadFailed(RunId(1), 7, sentence)) = inbox.recv() else {
            panic!("the run would be prepared for ever");
        };
        assert_eq!(
            sentence,
            "preparing the run ended unexpectedly: a fault was asked for: a test"
        );
        library.spawn = |_name, _work| Err(io::Error::other("no more of them"));
        library.load(RunId(2), 8, Source::Config(Box::new(named)));
        let Ok(Message::LoadFailed(RunId(2), 8, sentence)) = inbox.recv() else {
            panic!("the run would be prepared for ever");
        };
        assert!(sentence.ends_with("no more of them"), "{sentence}");
    }
}
