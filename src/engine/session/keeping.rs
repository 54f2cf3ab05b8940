//! What is kept, where, and when a saving is due.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use crate::store::RunPlace;

use super::super::guard::Failure;
use super::super::live::LiveRun;
use super::super::protocol::RunId;
use super::super::worker::Message;
use super::Desk;
use super::keeper::{Job, Keeper};
use super::marks::{Mark, Stamp};

/// From the begin of one saving to that of the next, at most; a crash costs no more than this and
/// what the saving takes.
const INTERVAL: Duration = Duration::from_secs(15);

/// Another interval, in seconds.
const INTERVAL_VARIABLE: &str = "HOURGLASS_AUTOSAVE_SECS";

/// What is kept, where, and how far that is.
pub(in crate::engine) struct Keeping {
    answers: Sender<Message>,
    pub(super) keeper: Option<Keeper>,
    pub(super) desk: Option<Arc<Desk>>,
    /// The desk that was kept last.
    pub(super) desk_kept: u64,
    /// The folder of the session, also where nobody saved it.
    pub(super) root: Option<PathBuf>,
    /// Whether the user knows of it.
    pub(super) is_named: bool,
    pub(super) marks: BTreeMap<RunId, Mark>,
    next_key: u64,
    /// Runs in places of their own.
    pub(super) places: BTreeMap<RunId, Arc<RunPlace>>,
    pub(super) saving: Option<Saving>,
    /// What the user asked for, to begin once nothing is under way.
    pub(super) asked: VecDeque<Option<PathBuf>>,
    pub(super) began_at: Instant,
    interval: Duration,
    pub(super) has_failed: bool,
    pub(super) has_left: bool,
    /// The number of the session taken up last.
    pub(super) session: u64,
}

/// A saving under way.
pub(super) struct Saving {
    pub(super) desk: Arc<Desk>,
    pub(super) parts: VecDeque<Part>,
    /// The new place, where it is one.
    pub(super) to: Option<PathBuf>,
    pub(super) was_asked: bool,
    /// The run that is being written, and what it will be.
    pub(super) under_way: Option<(RunId, Mark)>,
    /// Those that are written.
    pub(super) written: Vec<(RunId, Mark)>,
    /// Those that are written all over, because what was there has gone.
    pub(super) anew: BTreeSet<RunId>,
}

/// A part of a saving.
pub(super) enum Part {
    Run(RunId, String),
    Place(RunId, Arc<RunPlace>),
    Finish,
}

impl Keeping {
    pub(in crate::engine) fn new(answers: Sender<Message>) -> Self {
        let named = std::env::var(INTERVAL_VARIABLE).ok();
        let secs = named.and_then(|secs| secs.parse().ok());
        let interval = secs.and_then(|secs| Duration::try_from_secs_f64(secs).ok());
        Self {
            answers,
            keeper: None,
            desk: None,
            desk_kept: 0,
            root: None,
            is_named: false,
            marks: BTreeMap::new(),
            next_key: 1,
            places: BTreeMap::new(),
            saving: None,
            asked: VecDeque::new(),
            began_at: Instant::now(),
            interval: interval.unwrap_or(INTERVAL).min(INTERVAL),
            has_failed: false,
            has_left: false,
            session: 0,
        }
    }

    /// A run that trains is copied this often whatever becomes of savings.
    pub(in crate::engine) fn longest_unsaved(&self) -> Duration {
        2 * self.interval
    }

    /// Whether frames are worth holding for later: a run in a folder of its own is left without in the
    /// end.
    pub(in crate::engine) fn needs_frames(&self) -> bool {
        self.places.values().all(|place| place.is_of_session())
    }

    /// Notes where a run comes from, before it is there. Returns whether that is the session.
    pub(in crate::engine) fn note_origin(&mut self, id: RunId, ticket: u64, folder: &Path) -> bool {
        let key = self.key_of(folder);
        if let Some(key) = key {
            self.next_key = self.next_key.max(key + 1);
            let mark = Mark {
                key,
                ticket,
                stamp: None,
                written: None,
                origin: Some(folder.to_owned()),
            };
            self.marks.insert(id, mark);
        }
        key.is_some()
    }

    /// Notes that a run that was opened is there as it was written.
    pub(in crate::engine) fn note_opened(
        &mut self,
        run: &LiveRun,
        written: Option<crate::store::Written>,
    ) {
        if let Some(mark) = self.marks.get_mut(&run.id)
            && mark.ticket == run.ticket
        {
            mark.origin = None;
            mark.stamp = Stamp::of(run).filter(|_| written.is_some());
            mark.written = written;
        }
    }

    /// The name of a run's folder in the session, if it is one of it.
    fn key_of(&self, folder: &Path) -> Option<u64> {
        let root = self.root.as_ref()?;
        let key = folder.file_name()?.to_str()?.parse().ok()?;
        (crate::store::session::run_folder(root, key) == *folder).then_some(key)
    }

    /// Whether the user would miss what is not kept.
    pub(super) fn is_due_for(&self, runs: &[LiveRun]) -> bool {
        let has_changed = |run: &LiveRun| {
            let mark = self.marks.get(&run.id);
            let now = Stamp::of(run);
            now.is_some() && mark.is_none_or(|mark| mark.stamp != now)
        };
        let of_places = runs
            .iter()
            .any(|run| self.places.contains_key(&run.id) && run.has_begun() && has_changed(run));
        let of_desk = self.desk.as_ref().is_some_and(|desk| {
            let mut meant = runs
                .iter()
                .filter(|run| desk.runs.iter().any(|(id, _)| *id == run.id));
            let is_wanted = self.is_named || meant.clone().any(LiveRun::has_begun);
            is_wanted && (desk.version != self.desk_kept || meant.any(has_changed))
        });
        of_places || of_desk
    }

    /// When the next saving is due, unless there is nothing to keep or one is under way.
    pub(in crate::engine) fn due_at(&self, runs: &[LiveRun]) -> Option<Instant> {
        if self.saving.is_some() || self.has_left {
            return None;
        }
        if !self.asked.is_empty() {
            return Some(Instant::now());
        }
        self.is_due_for(runs).then(|| self.began_at + self.interval)
    }

    pub(super) fn send(&mut self, job: Job) -> Result<(), Failure> {
        if self.keeper.is_none() {
            let spawned = Keeper::spawn(self.answers.clone()).map_err(|error| Failure {
                sentence: format!("the thread that saves could not be started: {error}"),
                is_bad_input: false,
            })?;
            self.keeper = Some(spawned);
        }
        if let Some(keeper) = &self.keeper {
            keeper.send(job);
        }
        Ok(())
    }

    /// The mark of a run as it is to be written now.
    pub(super) fn next_mark(&mut self, run: &LiveRun) -> Mark {
        let known = self.marks.get(&run.id);
        match known.filter(|mark| mark.ticket == run.ticket) {
            Some(mark) => mark.clone(),
            None => {
                let key = self.next_key;
                self.next_key += 1;
                Mark {
                    key,
                    ticket: run.ticket,
                    stamp: None,
                    written: None,
                    origin: None,
                }
            }
        }
    }
}
