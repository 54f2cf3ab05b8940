//! The explorer's thread: takes wishes and weights in, works, sends answers out.
//!
//! It lives in a *pool of one*: tensor kernels that would spread over all processors stay on it, and
//! never queue behind those of the training.

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use crate::engine::guard::caught;
use crate::engine::protocol::RunId;
use crate::engine::wish::{Answer, Content, Slot, Wish, WishKey};
use crate::engine::{Wake, worker};

use super::atoms::AtomsJob;
use super::desk::{Desk, Due, Limits, Next};
use super::entries::EntriesJob;
use super::generated::GeneratedJob;
use super::grid::Grid;
use super::images::ImagesJob;
use super::replica::{Replica, Trouble};
use super::studio::Studio;
use super::{Message, RunWeights};

/// Answers may wait unfetched, this many a wish, before refreshing stops.
const WAITING_ANSWERS: usize = 2;
/// How often to look whether they were fetched.
const LISTEN: Duration = Duration::from_millis(100);

/// Starts the thread.
pub(super) fn spawn(
    inbox: Receiver<Message>,
    answers: Sender<Answer>,
    engine: Sender<worker::Message>,
    wake: Wake,
) -> io::Result<JoinHandle<()>> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .thread_name(|_index| "explorer-work".to_owned())
        .build()
        .map_err(io::Error::other)?;
    thread::Builder::new()
        .name("explorer".to_owned())
        .spawn(move || {
            pool.install(|| {
                let explorer = Thread {
                    inbox,
                    answers,
                    engine,
                    wake,
                    desk: Desk::new(Instant::now()),
                    runs: BTreeMap::new(),
                    studio: Studio::default(),
                    is_training: false,
                };
                explorer.run();
            });
        })
}

/// A run's newest weights.
enum Held {
    /// As they came.
    Arrays(Box<RunWeights>),
    /// As a network: built when first needed.
    Built(Result<Rc<Replica>, Unfit>),
}

/// Weights that make no network: of which step, and why.
type Unfit = (u64, String);

/// A part of the work on a wish.
enum Part {
    Whole(Content),
    Begun(Job),
}

/// Work that is done in parts.
enum Job {
    Grid(Grid),
    Images(ImagesJob),
    Atoms(AtomsJob),
    Entries(EntriesJob),
    Generated(Box<GeneratedJob>),
}

impl Job {
    /// Does a part. Returns whether it was the last.
    fn advance(&mut self, replica: &Rc<Replica>, studio: &mut Studio) -> Result<bool, Trouble> {
        match self {
            Self::Grid(grid) => grid.advance(replica),
            Self::Images(images) => images.advance(replica),
            Self::Atoms(atoms) => atoms.advance(replica),
            Self::Entries(entries) => entries.advance(replica),
            Self::Generated(generated) => generated.advance(replica, studio),
        }
    }

    /// What was found so far, where that is worth an answer of its own and was not told before.
    fn news(&mut self, replica: &Replica) -> Option<Content> {
        match self {
            Self::Grid(_) | Self::Images(_) | Self::Atoms(_) | Self::Entries(_) => None,
            Self::Generated(generated) => generated.news(replica),
        }
    }

    /// What was found.
    fn finish(self, replica: &Replica) -> Content {
        match self {
            Self::Grid(grid) => grid.finish(replica),
            Self::Images(images) => images.finish(replica),
            Self::Atoms(atoms) => atoms.finish(replica),
            Self::Entries(entries) => entries.finish(replica),
            Self::Generated(generated) => generated.finish(replica),
        }
    }
}

/// State of the thread.
struct Thread {
    inbox: Receiver<Message>,
    answers: Sender<Answer>,
    engine: Sender<worker::Message>,
    wake: Wake,
    desk: Desk<(Rc<Replica>, Job)>,
    runs: BTreeMap<RunId, Held>,
    studio: Studio,
    is_training: bool,
}

impl Thread {
    fn run(mut self) {
        loop {
            while let Ok(message) = self.inbox.try_recv() {
                if self.receive(message).is_break() {
                    return;
                }
            }
            let is_heard = self.answers.len() <= WAITING_ANSWERS * self.desk.len();
            let limits = Limits {
                is_training: self.is_training,
                is_heard,
            };
            let now = Instant::now();
            let next = self
                .desk
                .next(now, limits, |run| self.runs.contains_key(&run));
            let message = match next {
                Next::Work(key, due) => {
                    self.work(key, due);
                    let end = Instant::now();
                    self.desk.worked(key, due, end - now, end);
                    continue;
                }
                Next::Rest(moment) => self.inbox.recv_deadline(moment),
                Next::Nothing if is_heard => self.inbox.recv().map_err(RecvTimeoutError::from),
                Next::Nothing => self.inbox.recv_timeout(LISTEN),
            };
            match message {
                Ok(message) => {
                    if self.receive(message).is_break() {
                        return;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn receive(&mut self, message: Message) -> ControlFlow<()> {
        match message {
            Message::Wish { key, number, wish } => {
                if wish.is_none() && key.slot == Slot::Generated {
                    self.studio.forget(key.run);
                }
                let was_wanted = self.desk.wants(key.run);
                self.desk.set(key, number, wish);
                let is_wanted = self.desk.wants(key.run);
                if is_wanted != was_wanted {
                    if !is_wanted {
                        self.runs.remove(&key.run);
                    }
                    // A closed channel means that the engine is shutting down.
                    let wanted = worker::Message::Wanted(key.run, is_wanted);
                    let _ended = self.engine.send(wanted);
                }
            }
            Message::Weights(weights) => {
                // They may come after the last wish was withdrawn.
                if self.desk.wants(weights.id) {
                    self.desk.refresh(weights.id);
                    self.runs.insert(weights.id, Held::Arrays(weights));
                }
            }
            Message::Training(is_training) => self.is_training = is_training,
            Message::Forget(run) => {
                self.desk.forget(run);
                self.studio.forget(run);
                self.runs.remove(&run);
            }
            Message::Shutdown => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }

    /// Works on a wish for some milliseconds at most, where it can be worked off in parts.
    fn work(&mut self, key: WishKey, due: Due) {
        let Some((wish, number, job)) = self.desk.take(key) else {
            return;
        };
        let begun = match job {
            Some(begun) => Ok(begun),
            None => match self.replica(key.run) {
                Ok(replica) => match attempt(|| begin(&replica, &wish)) {
                    Ok(Part::Begun(job)) => Ok((replica, job)),
                    Ok(Part::Whole(content)) => Err((replica.step(), content)),
                    Err(reason) => Err((replica.step(), Content::Failed(reason))),
                },
                Err((step, reason)) => Err((step, Content::Failed(reason))),
            },
        };
        let (step, content) = match begun {
            Err(whole) => whole,
            Ok((replica, mut job)) => match attempt(|| job.advance(&replica, &mut self.studio)) {
                Ok(false) => {
                    // What is refreshed has an answer until the new one is complete.
                    let news = match due {
                        Due::Asked => job.news(&replica),
                        Due::Refresh => None,
                    };
                    if let Some(content) = news {
                        self.tell(key, number, replica.step(), content);
                    }
                    return self.desk.put_off(key, (replica, job));
                }
                Ok(true) => (replica.step(), job.finish(&replica)),
                Err(reason) => {
                    // Whatever it was at may be half done.
                    self.studio.forget(key.run);
                    (replica.step(), Content::Failed(reason))
                }
            },
        };
        self.desk.fulfilled(key);
        self.tell(key, number, step, content);
    }

    fn tell(&self, key: WishKey, number: u64, step: u64, content: Content) {
        let answer = Answer {
            key,
            number,
            step,
            content,
        };
        // A closed channel means that nobody listens any more; a shutdown follows.
        let _ended = self.answers.send(answer);
        (self.wake)();
    }

    /// The network of a run with its newest weights.
    fn replica(&mut self, run: RunId) -> Result<Rc<Replica>, Unfit> {
        let built = match self.runs.remove(&run) {
            None => return Err((0, "the run has no weights yet".to_owned())),
            Some(Held::Arrays(weights)) => {
                let step = weights.step;
                attempt(|| Replica::new(*weights))
                    .map(Rc::new)
                    .map_err(|reason| (step, reason))
            }
            Some(Held::Built(built)) => built,
        };
        self.runs.insert(run, Held::Built(built.clone()));
        built
    }
}

/// Does the work, where it is short, or lays it out.
fn begin(replica: &Replica, wish: &Wish) -> Result<Part, Trouble> {
    let grid = |grid| Part::Begun(Job::Grid(grid));
    Ok(match wish {
        Wish::Point(spec) => Part::Whole(replica.point(spec)?),
        Wish::Images(spec) => Part::Begun(Job::Images(ImagesJob::new(replica, spec)?)),
        Wish::Line { from, to, count } => grid(Grid::line(replica, from, to, *count)?),
        Wish::Paths { from, to, count } => grid(Grid::paths(replica, from, to, *count)?),
        Wish::Generated(spec) => {
            Part::Begun(Job::Generated(Box::new(GeneratedJob::new(replica, *spec)?)))
        }
        Wish::Traversals {
            spec,
            rows,
            columns,
        } => grid(Grid::traversals(replica, spec, rows, *columns)?),
        Wish::Plane(plane) => grid(Grid::plane(replica, plane)?),
        Wish::Atoms { base, units } => {
            Part::Begun(Job::Atoms(AtomsJob::new(replica, base, units)?))
        }
        Wish::Entries { drawn } => Part::Begun(Job::Entries(EntriesJob::new(replica, drawn)?)),
        Wish::Filters { count } => Part::Whole(replica.filters(*count)?),
        Wish::Features { image, layer } => Part::Whole(replica.features(image, *layer)?),
    })
}

/// Turns errors and panics of libraries into a sentence.
fn attempt<T>(work: impl FnOnce() -> Result<T, Trouble>) -> Result<T, String> {
    caught(work)?.map_err(|trouble| trouble.to_string())
}
