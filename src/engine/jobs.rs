//! Long work beside the training: fetching, writing, reading, each in a thread of its own.
//!
//! A *job* is work with a name that tells how far it is and ends early when it is cancelled. It never
//! touches a run that trains: what it needs of one is copied for it before it starts.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use crate::data::Meter;

use super::Wake;
use super::guard::{Failure, words_of_panic};
use super::protocol::Event;

/// Between two reports of a job, at least.
const REPORT_INTERVAL: Duration = Duration::from_millis(50);

/// How long the end of the engine waits for jobs that were cancelled.
const GRACE: Duration = Duration::from_secs(2);

/// Names a job for as long as the engine lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

/// What a job came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobOutcome {
    /// Done, with a sentence that says what is there now.
    Done(String),
    /// It could not be done.
    Failed {
        /// One sentence: expected, found, where.
        error: String,
        /// Whether what the user asked for was wrong, rather than the machine.
        is_bad_input: bool,
    },
    /// It was not wanted any more.
    Cancelled,
}

/// All jobs under way. Clones share them.
#[derive(Clone)]
pub(super) struct Jobs {
    shared: Arc<Shared>,
}

struct Shared {
    events: Sender<Event>,
    wake: Wake,
    table: Mutex<Table>,
    has_ended: Condvar,
}

#[derive(Default)]
struct Table {
    under_way: Vec<(JobId, Arc<AtomicBool>)>,
    /// No further job starts.
    is_closed: bool,
}

/// Where a job tells how far it is.
pub(super) struct JobMeter {
    id: JobId,
    shared: Arc<Shared>,
    is_cancelled: Arc<AtomicBool>,
    told_at: Mutex<Option<Instant>>,
}

impl Jobs {
    pub(super) fn new(events: Sender<Event>, wake: Wake) -> Self {
        Self {
            shared: Arc::new(Shared {
                events,
                wake,
                table: Mutex::new(Table::default()),
                has_ended: Condvar::new(),
            }),
        }
    }

    /// Starts work in a thread of its own. `JobStarted` is told at once, then progress, then
    /// `JobEnded` with the sentence that the work returns, or why there is none.
    pub(super) fn start(
        &self,
        id: JobId,
        name: impl Into<String>,
        work: impl FnOnce(&JobMeter) -> Result<String, Failure> + Send + 'static,
    ) {
        let shared = Arc::clone(&self.shared);
        let name = name.into();
        shared.tell(Event::JobStarted {
            id,
            name: name.clone(),
        });
        let is_cancelled = Arc::new(AtomicBool::new(false));
        {
            let mut table = shared.table();
            if table.is_closed {
                drop(table);
                shared.end(id, JobOutcome::Cancelled);
                return;
            }
            table.under_way.push((id, Arc::clone(&is_cancelled)));
        }
        let meter = JobMeter {
            id,
            shared: Arc::clone(&shared),
            is_cancelled,
            told_at: Mutex::new(None),
        };
        // The name of the thread tells the hook for panics that its panics become sentences.
        let builder = thread::Builder::new().name(format!("job {name}"));
        let started = builder.spawn(move || {
            let outcome = outcome(&name, &meter, work);
            meter.shared.end(id, outcome);
        });
        if let Err(error) = started {
            let error = format!("no thread could be started: {error}");
            let is_bad_input = false;
            shared.end(
                id,
                JobOutcome::Failed {
                    error,
                    is_bad_input,
                },
            );
        }
    }

    /// Asks a job to end. One that is not there has ended already.
    pub(super) fn cancel(&self, id: JobId) {
        for (job, is_cancelled) in &self.shared.table().under_way {
            if *job == id {
                is_cancelled.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Asks every job to end, and lets none start any more.
    pub(super) fn close(&self) {
        let mut table = self.shared.table();
        table.is_closed = true;
        for (_, is_cancelled) in &table.under_way {
            is_cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// Waits a while for jobs to end, so that they can tidy up.
    pub(super) fn wait(&self) {
        let table = self.shared.table();
        let is_busy = |table: &mut Table| !table.under_way.is_empty();
        let waited = self
            .shared
            .has_ended
            .wait_timeout_while(table, GRACE, is_busy);
        let (table, _) = waited.unwrap_or_else(PoisonError::into_inner);
        for (id, _) in &table.under_way {
            log::warn!("job {} did not end in time", id.0);
        }
    }
}

/// Does the work and says what it came to.
fn outcome(
    name: &str,
    meter: &JobMeter,
    work: impl FnOnce(&JobMeter) -> Result<String, Failure>,
) -> JobOutcome {
    match words_of_panic(|| work(meter)) {
        Ok(Ok(sentence)) => JobOutcome::Done(sentence),
        // Whatever the sentence is: it ended because it was not wanted any more.
        Ok(Err(_)) if meter.is_cancelled() => JobOutcome::Cancelled,
        Ok(Err(failure)) => JobOutcome::Failed {
            error: failure.sentence,
            is_bad_input: failure.is_bad_input,
        },
        Err(panic) => JobOutcome::Failed {
            error: format!("{name} ended unexpectedly: {panic}"),
            is_bad_input: false,
        },
    }
}

impl Shared {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, event: Event) {
        // A closed channel means that nobody listens any more.
        let _gone = self.events.send(event);
        (self.wake)();
    }

    fn end(&self, id: JobId, outcome: JobOutcome) {
        self.table().under_way.retain(|(job, _)| *job != id);
        self.tell(Event::JobEnded { id, outcome });
        self.has_ended.notify_all();
    }
}

impl JobMeter {
    /// Tells something else that came of the work.
    pub(super) fn report(&self, event: Event) {
        self.shared.tell(event);
    }
}

impl Meter for JobMeter {
    fn tell(&self, done: u64, total: Option<u64>) {
        // Where another thread tells right now, that is enough.
        let Ok(mut told_at) = self.told_at.try_lock() else {
            return;
        };
        let now = Instant::now();
        let is_due = |at: Instant| now.saturating_duration_since(at) >= REPORT_INTERVAL;
        if told_at.is_none_or(is_due) {
            *told_at = Some(now);
            self.shared.tell(Event::JobProgress {
                id: self.id,
                done,
                total,
            });
        }
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
#[path = "jobs_tests.rs"]
mod tests;
