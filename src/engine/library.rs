//! Data sets and their reference lines, opened beside the training and shared by all runs.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::thread;

use crossbeam_channel::Sender;

use crate::analysis::{Baselines, Pca};
use crate::data::{self, Dataset, DatasetRequest};
use crate::store;
use crate::train::{Checkpoint, RunConfig};

use super::guard::guarded;
use super::protocol::{Extension, RunId};
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
    pub(super) checkpoint: Option<Checkpoint>,
    /// The images, or what was wrong.
    pub(super) data: Result<Arc<Dataset>, String>,
}

/// What a loader is to bring.
pub(super) enum Source {
    /// A new run.
    Config(Box<RunConfig>),
    /// A kept one.
    Folder(PathBuf, Option<Extension>),
}

/// Data sets in use and baselines computed so far.
pub(super) struct Library {
    answers: Sender<Message>,
    open: HashMap<(String, Option<usize>), Weak<Dataset>>,
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

impl Library {
    pub(super) fn new(answers: Sender<Message>) -> Self {
        Self {
            answers,
            open: HashMap::new(),
            lines: HashMap::new(),
        }
    }

    /// Loads in a thread of its own; a [`Message::Loaded`] follows.
    pub(super) fn load(&self, id: RunId, ticket: u64, source: Source) {
        let answers = self.answers.clone();
        let open = self.open.clone();
        spawn("loader", move || {
            let loaded = match source {
                Source::Config(config) => load(id, ticket, *config, None, &open),
                Source::Folder(folder, extension) => match store::open_run(&folder) {
                    Ok(checkpoint) => {
                        let config = extended(&checkpoint.config, extension);
                        load(id, ticket, config, Some(checkpoint), &open)
                    }
                    Err(error) => Loaded {
                        id,
                        ticket,
                        config: RunConfig::recipe(crate::model::VARIANTS[0], ""),
                        checkpoint: None,
                        data: Err(error.to_string()),
                    },
                },
            };
            // A closed channel means that the engine has ended: nobody waits for the answer.
            let _ = answers.send(Message::Loaded(Box::new(loaded)));
        });
    }

    /// Remembers an open data set for the runs to come.
    pub(super) fn keep(&mut self, config: &RunConfig, data: &Arc<Dataset>) {
        self.forget_unused();
        self.open
            .insert((config.dataset.clone(), config.limit), Arc::downgrade(data));
    }

    /// Forgets data sets that no run uses any more.
    pub(super) fn forget_unused(&mut self) {
        self.open.retain(|_, data| data.strong_count() > 0);
    }

    /// The reference lines of a data set. The first to ask for unknown ones has them computed, and a
    /// [`Message::Lines`] follows.
    pub(super) fn lines(&mut self, data: &Arc<Dataset>) -> Lines {
        if let Some(known) = self.lines.get(&data.hash) {
            return known.clone();
        }
        self.lines.insert(data.hash.clone(), Lines::UnderWay);
        let answers = self.answers.clone();
        let data = Arc::clone(data);
        spawn("baselines", move || {
            let lines = match compute(&data) {
                Ok(lines) => lines,
                Err(error) => {
                    Lines::Failed(format!("the baselines could not be computed: {error}"))
                }
            };
            let hash = data.hash.clone();
            drop(data);
            // A closed channel means that the engine has ended: nobody waits for the answer.
            let _ = answers.send(Message::Lines { hash, lines });
        });
        Lines::UnderWay
    }

    /// Takes in what was computed.
    pub(super) fn set_lines(&mut self, hash: String, lines: Lines) {
        self.lines.insert(hash, lines);
    }
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
    id: RunId,
    ticket: u64,
    config: RunConfig,
    checkpoint: Option<Checkpoint>,
    open: &HashMap<(String, Option<usize>), Weak<Dataset>>,
) -> Loaded {
    let known = open
        .get(&(config.dataset.clone(), config.limit))
        .and_then(Weak::upgrade);
    // What is wrong with the configuration is said before the images are read.
    let data = match (config.check(), known) {
        (Err(error), _) => Err(error.to_string()),
        (Ok(_), Some(data)) => Ok(data),
        (Ok(_), None) => data::open(&DatasetRequest {
            location: config.dataset.clone(),
            limit: config.limit,
        })
        .map(Arc::new)
        .map_err(|error| error.to_string()),
    };
    Loaded {
        id,
        ticket,
        config,
        checkpoint,
        data,
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) {
    if let Err(error) = thread::Builder::new().name(name.to_owned()).spawn(work) {
        log::error!("the thread {name} could not be started: {error}");
    }
}
