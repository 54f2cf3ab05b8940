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
use crate::data::{DataError, Dataset, DatasetRequest, LostImages, SearchError, Sought};
use crate::model::NamedArray;
use crate::store::{self, KeptRun};
use crate::train::RunConfig;

use super::extending::Extension;
use super::faults::{Fault, Faults};
use super::guard::{Failure, guarded, words_of_panic};
use super::importing;
use super::protocol::RunId;
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
    pub(super) data: Result<Arc<Dataset>, Lack>,
    /// Somebody said where they are now.
    pub(super) is_relinked: bool,
}

/// Why there are no images for a run.
pub(super) enum Lack {
    /// The images it was made on are lost.
    Lost(Box<Lost>),
    /// Anything else.
    Failed(Failure),
}

/// Images that are lost, and the sentence for it.
pub(super) struct Lost {
    pub(super) images: LostImages,
    pub(super) failure: Failure,
}

impl From<SearchError> for Failure {
    fn from(error: SearchError) -> Self {
        Self {
            is_bad_input: error.is_bad_input(),
            sentence: error.to_string(),
        }
    }
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
            Source::Config(config) => load(*config, None, None, &shelf, &meter, &faults),
            Source::Folder(folder, extension) => match store::open_whole_run(&folder) {
                Ok(mut kept) => {
                    let mut config = kept.checkpoint.config.clone();
                    let extension = extension.unwrap_or_default();
                    if let Some(device) = extension.device.clone() {
                        config.device = device;
                        // Another one is asked for than it was on.
                        kept.checkpoint.device = None;
                    }
                    let named = extension.dataset.clone();
                    let loaded = load(config, Some(kept), named, &shelf, &meter, &faults);
                    extended(loaded, &extension)
                }
                Err(error) => Loaded {
                    id,
                    ticket,
                    config: RunConfig::recipe(crate::model::VARIANTS[0], ""),
                    kept: None,
                    weights: None,
                    data: Err(Lack::Failed(error.into())),
                    is_relinked: false,
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

    /// Does work in a thread of its own, which has this name; its message follows.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub(super) fn beside(
        &self,
        name: &str,
        work: impl FnOnce() -> Message + Send + 'static,
    ) -> io::Result<()> {
        let answers = self.answers.clone();
        let tell = move || {
            // A closed channel means that the engine has ended: nobody waits for the answer.
            let _ = answers.send(work());
        };
        (self.spawn)(name, Box::new(tell))
    }

    /// Data sets in use, for jobs beside the training.
    pub(super) fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.shelf)
    }

    /// Where the engine's thread is told what came of work beside it.
    pub(super) fn answers(&self) -> Sender<Message> {
        self.answers.clone()
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

/// The same run, with a schedule that is long enough. How many steps an epoch has is known once the
/// images are there.
fn extended(mut loaded: Loaded, extension: &Extension) -> Loaded {
    if let (Ok(data), Some(kept), Some(epochs)) = (&loaded.data, &loaded.kept, extension.epochs) {
        let step = kept.checkpoint.position.step;
        let steps_per_epoch = loaded.config.steps_per_epoch(data.train.len());
        let schedule = &mut loaded.config.schedule;
        if let Err(error) = epochs.extend(schedule, step, steps_per_epoch) {
            loaded.data = Err(Lack::Failed(error.into()));
        }
    }
    loaded
}

fn load(
    mut config: RunConfig,
    kept: Option<KeptRun>,
    named: Option<String>,
    shelf: &Shelf,
    meter: &LoadMeter,
    faults: &Faults,
) -> Loaded {
    faults.strike(&config.name, Fault::Load);
    // What is wrong with the configuration is said before the images are read.
    let data = match config.check() {
        Err(error) => Err(Lack::Failed(error.into())),
        Ok(_) => images(&config, kept.as_ref(), named.as_deref(), shelf, meter),
    };
    let is_relinked = named.is_some() && data.is_ok();
    if let (Some(named), true) = (named, is_relinked) {
        config.dataset = named;
    }
    // A run that goes on has its weights already.
    let imported = match (&data, &kept) {
        (Ok(data), None) => importing::first_weights(&mut config, data.train.shape()),
        (Ok(_) | Err(_), _) => Ok(None),
    };
    let (data, weights) = match imported {
        Ok(weights) => (data, weights),
        Err(error) => (Err(Lack::Failed(error.into())), None),
    };
    Loaded {
        id: meter.id,
        ticket: meter.ticket,
        config,
        kept,
        weights,
        data,
        is_relinked,
    }
}

/// The images of a run: of a new one as it is configured, of a kept one wherever they are.
fn images(
    config: &RunConfig,
    kept: Option<&KeptRun>,
    named: Option<&str>,
    shelf: &Shelf,
    meter: &LoadMeter,
) -> Result<Arc<Dataset>, Lack> {
    let record = kept.and_then(|kept| kept.checkpoint.images.as_ref());
    let sought = Sought {
        request: config.images(),
        place: record.and_then(|record| record.place.clone()),
        sha256: config.dataset_sha256.clone(),
    };
    let open = |request: &DatasetRequest| shelf.open(request, meter);
    match (kept, named) {
        (Some(_), Some(named)) => sought
            .find_at(named, open)
            .map_err(|error| Lack::Failed(error.into())),
        (Some(_), None) => sought.find(open).map_err(|error| match error {
            SearchError::Lost(images) => Lack::Lost(Box::new(Lost {
                failure: Failure {
                    is_bad_input: images.is_bad_input(),
                    sentence: images.to_string(),
                },
                images: *images,
            })),
            error => Lack::Failed(error.into()),
        }),
        (None, _) => first_images(&sought, open),
    }
}

/// The images of a run that has not begun. Only where it was there before can they be lost; otherwise
/// they are not there yet.
fn first_images(
    sought: &Sought,
    open: impl Fn(&DatasetRequest) -> Result<Arc<Dataset>, DataError>,
) -> Result<Arc<Dataset>, Lack> {
    let mut failure = None;
    let found = sought.find(|request| {
        open(request).inspect_err(|error| {
            failure = Some(Failure {
                is_bad_input: error.is_bad_input(),
                sentence: error.to_string(),
            });
        })
    });
    match found {
        Ok(data) => Ok(data),
        Err(SearchError::Lost(images)) => {
            let failure = failure.unwrap_or_else(|| Failure {
                is_bad_input: images.is_bad_input(),
                sentence: images.to_string(),
            });
            Err(if images.sha256.is_some() {
                let images = *images;
                Lack::Lost(Box::new(Lost { images, failure }))
            } else {
                Lack::Failed(failure)
            })
        }
        Err(error) => Err(Lack::Failed(error.into())),
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
