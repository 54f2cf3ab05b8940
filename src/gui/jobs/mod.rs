//! Long work beside the training, as the window knows it: what is under way, how far, and its end.
//!
//! A *job* is shown from its start to its end as a bar that can be cancelled; what it came to is a
//! notice.

mod panel;

use crate::engine::{Command, Event, JobId, JobOutcome};

use super::action::Effect;
use super::state::AppState;

pub use panel::jobs_ui;

/// Work under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its name towards the engine.
    pub id: JobId,
    /// What it does, such as `Fetching MNIST`.
    pub name: String,
    /// Units done.
    pub done: u64,
    /// Units in all, where that is known.
    pub total: Option<u64>,
    /// It was asked to end.
    pub is_cancelling: bool,
}

/// All work under way.
#[derive(Debug, Default)]
pub struct JobsState {
    /// In the order they were started.
    pub list: Vec<Job>,
    last_id: u64,
}

/// Wishes about long work.
#[derive(Clone, Debug)]
pub enum JobsAction {
    /// Ends it early.
    Cancel(JobId),
}

impl JobsState {
    /// A name for a job that is about to be asked for.
    pub fn new_id(&mut self) -> JobId {
        self.last_id += 1;
        JobId(self.last_id)
    }

    fn find(&mut self, id: JobId) -> Option<&mut Job> {
        self.list.iter_mut().find(|job| job.id == id)
    }
}

impl Job {
    /// Images that are being read, which is no job of the engine's but looks like one.
    pub fn reading(name: String, done: u64, total: Option<u64>) -> Self {
        Self {
            id: JobId(0),
            name,
            done,
            total,
            is_cancelling: false,
        }
    }

    /// How much of it is done, 0 to 1, where that is known.
    pub fn share(&self) -> Option<f32> {
        let total = self.total.filter(|total| *total > 0)?;
        Some((self.done as f64 / total as f64).min(1.0) as f32)
    }

    /// How far it is, in words.
    pub fn words(&self) -> String {
        match (self.is_cancelling, self.share()) {
            (true, _) => format!("{}: being cancelled…", self.name),
            // A hundred per cent are only there once it has ended.
            (false, Some(share)) => {
                let percent = (share * 100.0).floor().min(99.0);
                format!("{}: {percent} %", self.name)
            }
            (false, None) if self.done > 0 => {
                format!("{}: {}…", self.name, super::words::count(self.done))
            }
            (false, None) => format!("{}…", self.name),
        }
    }
}

impl AppState {
    pub(super) fn handle_jobs(&mut self, action: JobsAction) -> Vec<Effect> {
        match action {
            JobsAction::Cancel(id) => {
                let Some(job) = self.jobs.find(id) else {
                    return Vec::new();
                };
                job.is_cancelling = true;
                vec![Effect::Send(Command::CancelJob(id))]
            }
        }
    }

    /// Takes in what the engine tells of a job.
    pub(super) fn note_job(&mut self, event: Event) {
        match event {
            Event::JobStarted { id, name } => self.jobs.list.push(Job {
                id,
                name,
                done: 0,
                total: None,
                is_cancelling: false,
            }),
            Event::JobProgress { id, done, total } => {
                if let Some(job) = self.jobs.find(id) {
                    (job.done, job.total) = (done, total);
                }
            }
            Event::JobEnded { id, outcome } => self.end_job(id, outcome),
            _ => {}
        }
    }

    fn end_job(&mut self, id: JobId, outcome: JobOutcome) {
        let Some(place) = self.jobs.list.iter().position(|job| job.id == id) else {
            return;
        };
        let job = self.jobs.list.remove(place);
        self.end_fetch(id, &outcome);
        match outcome {
            JobOutcome::Done(sentence) => self.tell(None, sentence, false),
            JobOutcome::Failed { error, .. } => self.tell(None, error, true),
            JobOutcome::Cancelled => {
                self.tell(None, format!("{} was cancelled.", job.name), false);
            }
        }
    }
}

#[cfg(test)]
mod tests;
