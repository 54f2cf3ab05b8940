//! The analyst: a thread of its own that looks into codes, so that a map or a count of neighbours takes
//! nothing from the thread that trains, nor from the window's.
//!
//! It knows no weights and no data sets: what it needs comes with a *request*, plain data, and what it
//! finds goes out as a *finding*. [`desk`] decides what is worked on next, [`thread`] does it.

mod desk;
mod thread;

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Sender, unbounded};

use super::Wake;
use super::frame::Codes;
use super::protocol::{Event, RunId};
use super::test_neighbours::Factor;

/// How a map of codes is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapSettings {
    /// How many neighbours a code has, about.
    pub perplexity: usize,
    /// Of the noise that points start with.
    pub seed: u64,
}

impl MapSettings {
    /// Perplexities that can be asked for.
    pub const PERPLEXITIES: std::ops::RangeInclusive<usize> = 5..=50;
}

impl Default for MapSettings {
    fn default() -> Self {
        Self {
            perplexity: 30,
            seed: 0,
        }
    }
}

/// A map that is wanted, in place of any that was.
#[derive(Clone, Debug)]
pub struct MapRequest {
    /// Larger with every request.
    pub number: u64,
    /// Whose codes.
    pub run: RunId,
    /// Training steps of the weights that made them.
    pub step: u64,
    /// The codes.
    pub codes: Arc<Codes>,
    /// How.
    pub settings: MapSettings,
    /// To be made at once, in place of one under way. Others wait for that and, while a run trains, for
    /// their share of time, and need not be made where nothing has changed.
    pub is_prompt: bool,
    /// Whether a run trains meanwhile.
    pub is_training: bool,
}

/// Codes that differ in their weights only, and how near those of a class are.
#[derive(Clone, Debug)]
pub struct AccuracyRequest {
    /// The codes of each moment.
    pub moments: Vec<Arc<Codes>>,
    /// A class for each image.
    pub labels: Arc<[u8]>,
    /// Neighbours that vote.
    pub neighbours: usize,
    /// Whether a run trains meanwhile.
    pub is_training: bool,
}

/// Which dimension of a code goes with which factor.
#[derive(Clone, Debug)]
pub struct FactorsRequest {
    /// The codes.
    pub codes: Arc<Codes>,
    /// One value an image each.
    pub factors: Arc<[Factor]>,
    /// The dimensions.
    pub dimensions: Vec<usize>,
    /// Whether a run trains meanwhile.
    pub is_training: bool,
}

/// What is to be looked into.
#[derive(Clone, Debug)]
pub enum Request {
    /// How codes lie in a plane.
    Map(MapRequest),
    /// How near those of a class are.
    Accuracy(AccuracyRequest),
    /// Which dimension goes with which factor.
    Factors(FactorsRequest),
}

/// A map as far as it is.
#[derive(Clone, Debug)]
pub struct MapFinding {
    /// What was asked for.
    pub request: MapRequest,
    /// A point for each code.
    pub points: Vec<[f32; 2]>,
    /// Moves of all points done, and of how many.
    pub epochs: (usize, usize),
}

impl MapFinding {
    /// Whether the points have come to rest.
    pub fn is_done(&self) -> bool {
        self.epochs.0 >= self.epochs.1
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub enum Finding {
    /// A map, or why there is none: number of the request and a sentence.
    Map(Result<Box<MapFinding>, (u64, String)>),
    /// Shares of codes, 0 to 1, whose neighbours vote for their class, of each moment that was asked about.
    Accuracy(Vec<(Arc<Codes>, Option<f64>)>),
    /// Spearman's correlation of factors and dimensions.
    Factors(FactorsFinding),
}

/// Which dimension goes with which factor.
#[derive(Clone, Debug)]
pub struct FactorsFinding {
    /// The codes.
    pub codes: Arc<Codes>,
    /// Columns of the table.
    pub dimensions: Vec<usize>,
    /// A row for each factor: its name, and its correlation with each dimension, where both vary.
    pub rows: Vec<(&'static str, Vec<Option<f64>>)>,
}

/// What reaches the thread.
enum Message {
    Ask(Request),
    Shutdown,
}

/// The handle of the thread.
pub(super) struct Analyst {
    messages: Sender<Message>,
    thread: Option<JoinHandle<()>>,
}

impl Analyst {
    /// Starts the thread. `wake` is called after every finding.
    pub(super) fn spawn(wake: Wake, events: Sender<Event>) -> io::Result<Self> {
        let (messages, inbox) = unbounded();
        let tell = move |finding| {
            // A closed channel means that nobody listens any more; a shutdown follows.
            let _gone = events.send(Event::Found(finding));
            wake();
        };
        let thread = thread::spawn(inbox, tell)?;
        Ok(Self {
            messages,
            thread: Some(thread),
        })
    }

    pub(super) fn ask(&self, request: Request) {
        if self.messages.send(Message::Ask(request)).is_err() {
            log::error!("the analyst has ended, a request was lost");
        }
    }
}

impl Drop for Analyst {
    fn drop(&mut self) {
        let _ended = self.messages.send(Message::Shutdown);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the analyst's thread panicked");
        }
    }
}

#[cfg(test)]
mod tests;
