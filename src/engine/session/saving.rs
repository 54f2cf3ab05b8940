//! Savings: what goes to the keeper, part by part.
//!
//! A *saving* goes through the runs of the desk. Those that are as they were written are left as they
//! are; the others are copied off their devices one at a time, each between two slices.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use crate::data::absolute_place;
use crate::store::{RunPlace, RunUpdate};

use super::super::guard::{Failure, on_device};
use super::super::protocol::{Event, RunId};
use super::super::worker::Worker;
use super::keeper::{Done, Job, Report, RunJob, Target, update};
use super::keeping::{Part, Saving};
use super::marks::{Mark, Stamp};
use super::{SessionCommand, SessionNews};

/// Frames that were given up since may be in a file, beside as many others and this many.
const SPARE_FRAMES: usize = 60;

impl Worker {
    pub(in crate::engine) fn obey_session(&mut self, command: SessionCommand) {
        match command {
            SessionCommand::Desk(desk) => {
                // One that was laid before another session was taken up has runs of the old one.
                if desk.session == self.keeping.session {
                    self.keeping.desk = Some(desk);
                }
            }
            SessionCommand::Open(folder) => {
                self.save_last();
                self.keep_or_tell(Job::Open(folder));
            }
            SessionCommand::Save(to) => {
                let to = to
                    .filter(|to| !self.keeping.is_named || self.keeping.root.as_ref() != Some(to));
                self.keeping.asked.push_back(to);
            }
            SessionCommand::Look => self.keep_or_tell(Job::Look),
            SessionCommand::Discard(folder) => self.keep_or_tell(Job::Discard(folder)),
            SessionCommand::Leave => self.leave(),
            SessionCommand::KeepRun { id, place } => {
                self.keeping.places.insert(id, place);
            }
        }
    }

    fn keep_or_tell(&mut self, job: Job) {
        if let Err(failure) = self.keeping.send(job) {
            self.tell_not_saved(failure, true);
        }
    }

    fn tell_not_saved(&mut self, failure: Failure, was_asked: bool) {
        // Once is enough for what goes wrong again and again.
        if was_asked || !self.keeping.has_failed {
            self.outlet.tell(Event::Session(SessionNews::NotSaved {
                error: failure.sentence,
                is_bad_input: failure.is_bad_input,
                was_asked,
            }));
        }
        self.keeping.has_failed = true;
    }

    /// Begins a saving where one is due; to be called between slices.
    pub(in crate::engine) fn autosave(&mut self) {
        let due_at = self.keeping.due_at(&self.runs);
        if due_at.is_none_or(|at| Instant::now() < at) {
            return;
        }
        self.keeping.began_at = Instant::now();
        let asked = self.keeping.asked.pop_front();
        let was_asked = asked.is_some();
        if !self.keeping.places.is_empty() {
            let places = self.keeping.places.iter();
            let parts = places.map(|(id, place)| Part::Place(*id, Arc::clone(place)));
            self.keeping.saving = Some(Saving {
                desk: Arc::default(),
                parts: parts.collect(),
                to: None,
                was_asked,
                under_way: None,
                written: Vec::new(),
                anew: BTreeSet::new(),
            });
            return self.go_on_saving();
        }
        let Some(desk) = self.keeping.desk.clone() else {
            return;
        };
        let to = asked.flatten();
        let target = match &to {
            Some(folder) => Target::New(folder.clone()),
            None if self.keeping.is_named => Target::Here,
            None => Target::Unsaved,
        };
        let runs = desk.runs.iter().cloned();
        let parts = runs.map(|(id, name)| Part::Run(id, name));
        self.keeping.saving = Some(Saving {
            parts: parts.chain([Part::Finish]).collect(),
            desk,
            to,
            was_asked,
            under_way: None,
            written: Vec::new(),
            anew: BTreeSet::new(),
        });
        if let Err(failure) = self.keeping.send(Job::Begin(target)) {
            self.give_up_saving(failure);
        }
    }

    /// Takes in what came of a job.
    pub(in crate::engine) fn take_report(&mut self, report: Report) {
        match report {
            Report::Opened(Ok(opened)) => {
                self.keeping.saving = None;
                self.keeping.root = Some(opened.folder.clone());
                self.keeping.is_named = !opened.is_lost;
                self.keeping.session = opened.number;
                self.keeping.marks.clear();
                self.keeping.desk = None;
                self.keeping.desk_kept = 0;
                self.keeping.has_failed = false;
                self.outlet
                    .tell(Event::Session(SessionNews::Opened(Arc::new(opened))));
            }
            Report::Opened(Err(failure)) => {
                self.outlet.tell(Event::Session(SessionNews::NotOpened {
                    error: failure.sentence,
                    is_bad_input: failure.is_bad_input,
                }));
            }
            Report::Lost(found) => {
                for lost in found {
                    self.outlet.tell(Event::Session(SessionNews::Lost(lost)));
                }
            }
            Report::Left => self.keeping.has_left = true,
            Report::Done(done) => {
                if self.keeping.saving.is_none() {
                    return;
                }
                match done {
                    Ok(done) => self.part_is_done(done),
                    Err(failure) => self.give_up_saving(failure),
                }
            }
        }
    }

    fn part_is_done(&mut self, done: Done) {
        let Some(saving) = &mut self.keeping.saving else {
            return;
        };
        let under_way = saving.under_way.take();
        if let Some(folder) = done.gone {
            return self.write_anew(&folder, under_way.map(|(id, _)| id));
        }
        if let Some((id, mut mark)) = under_way {
            mark.written = done.written.or(mark.written);
            saving.written.push((id, mark));
        }
        if let Some(root) = done.root {
            if let Some(to) = saving.to.take() {
                self.keeping.is_named = true;
                log::info!("the session is kept in {}", to.display());
            }
            self.keeping.root = Some(root);
        }
        self.go_on_saving();
    }

    /// Goes on after a folder turned out to have gone: what was in it is written again, all of it.
    fn write_anew(&mut self, folder: &Path, under_way: Option<RunId>) {
        let Some(saving) = &mut self.keeping.saving else {
            return;
        };
        match under_way {
            // The whole session.
            None => self.keeping.marks.values_mut().for_each(Mark::forget),
            Some(id) => {
                if let Some(mark) = self.keeping.marks.get_mut(&id) {
                    mark.forget();
                }
                // A second time there is nothing left to write it from.
                if saving.anew.insert(id) {
                    let name = saving.desk.runs.iter().find(|(of, _)| *of == id);
                    let own = self.keeping.places.get(&id).cloned();
                    match (own, name) {
                        (Some(own), _) => saving.parts.push_front(Part::Place(id, own)),
                        (None, Some((_, name))) => {
                            saving.parts.push_front(Part::Run(id, name.clone()));
                        }
                        (None, None) => {}
                    }
                }
            }
        }
        self.outlet
            .tell(Event::Session(SessionNews::Rewritten(folder.to_owned())));
        self.go_on_saving();
    }

    /// Sends the next part, or ends the saving.
    fn go_on_saving(&mut self) {
        while let Some(saving) = &mut self.keeping.saving {
            let Some(part) = saving.parts.pop_front() else {
                return self.end_saving();
            };
            let job = match part {
                Part::Run(id, name) => self.part_of_desk(id, name),
                Part::Place(id, place) => self.part_of_place(id, place),
                Part::Finish => Some(Job::Finish(saving.desk.window.clone())),
            };
            let Some(job) = job else { continue };
            if let Err(failure) = self.keeping.send(job) {
                self.give_up_saving(failure);
            }
            return;
        }
    }

    fn end_saving(&mut self) {
        let Some(saving) = self.keeping.saving.take() else {
            return;
        };
        self.keeping.desk_kept = saving.desk.version;
        self.keeping.has_failed = false;
        self.keeping.marks.extend(saving.written);
        let meant = |id: &RunId| {
            let is_of_desk = saving.desk.runs.iter().any(|(of, _)| of == id);
            is_of_desk || self.keeping.places.contains_key(id)
        };
        let gone: Vec<RunId> = self
            .keeping
            .marks
            .keys()
            .copied()
            .filter(|id| !meant(id))
            .collect();
        for id in gone {
            self.keeping.marks.remove(&id);
        }
        let folder = self.keeping.root.clone().filter(|_| self.keeping.is_named);
        let desk = saving.desk.version;
        // Nobody waits for what is kept in passing.
        let event = Event::Session(SessionNews::Saved { folder, desk });
        if saving.was_asked || !self.watch.is_hidden {
            self.outlet.tell(event);
        } else {
            self.outlet.tell_quietly(event);
        }
    }

    fn give_up_saving(&mut self, failure: Failure) {
        let was_asked = self
            .keeping
            .saving
            .take()
            .is_some_and(|saving| saving.was_asked);
        // What is there is uncertain: the next saving writes everything.
        self.keeping.marks.values_mut().for_each(Mark::forget);
        self.tell_not_saved(failure, was_asked);
    }

    fn part_of_desk(&mut self, id: RunId, name: String) -> Option<Job> {
        let is_elsewhere = self.keeping.saving.as_ref().is_some_and(|s| s.to.is_some());
        let index = self.runs.iter().position(|run| run.id == id)?;
        let mut mark = self.keeping.next_mark(&self.runs[index]);
        if is_elsewhere {
            mark.forget();
        }
        let run = &self.runs[index];
        let now = Stamp::of(run);
        let job = match (run.stands(), &mark.origin) {
            (false, Some(origin)) if is_elsewhere => Job::Copy(mark.key, name, origin.clone()),
            (false, Some(_)) => Job::Keep(mark.key, name),
            (true, _) if now.is_some() && mark.stamp == now => Job::Keep(mark.key, name),
            // It could not be had back from its device: what was written is all there is.
            (false, None) if mark.stamp.is_some() => {
                self.keeping.saving.as_mut()?.under_way = None;
                return Some(Job::Keep(mark.key, name));
            }
            (true, _) if run.has_begun() => match self.run_job(index, &mark, now) {
                Some(mut job) => {
                    job.checkpoint.config.name = name;
                    Job::Run(mark.key, Box::new(job))
                }
                None => {
                    // What was written of it before is better than nothing.
                    self.keeping.saving.as_mut()?.under_way = None;
                    return Some(Job::Keep(mark.key, name));
                }
            },
            (_, _) => {
                let mut config = run.whole_config()?;
                config.name = name;
                // Nothing else is kept of it that could tell the place.
                if let Some(place) = absolute_place(&config.dataset) {
                    config.dataset = place;
                }
                Job::Config(mark.key, Box::new(config))
            }
        };
        if is_elsewhere && matches!(job, Job::Copy(..)) {
            mark.origin = None;
        }
        mark.stamp = now;
        if let Some(saving) = &mut self.keeping.saving {
            saving.under_way = Some((id, mark));
        }
        Some(job)
    }

    fn part_of_place(&mut self, id: RunId, place: Arc<RunPlace>) -> Option<Job> {
        let index = self.runs.iter().position(|run| run.id == id)?;
        let mut mark = self.keeping.next_mark(&self.runs[index]);
        let now = Stamp::of(&self.runs[index])?;
        if mark.stamp == Some(now) || !self.runs[index].has_begun() {
            return None;
        }
        let job = self.run_job(index, &mark, Some(now))?;
        mark.stamp = Some(now);
        if let Some(saving) = &mut self.keeping.saving {
            saving.under_way = Some((id, mark));
        }
        Some(Job::Place(place, Box::new(job)))
    }

    /// All there is to keep of a run, where it can be had.
    pub(in crate::engine) fn whole_update(&mut self, id: RunId) -> Option<RunUpdate> {
        let index = self.runs.iter().position(|run| run.id == id)?;
        let mut mark = self.keeping.next_mark(&self.runs[index]);
        mark.forget();
        self.run_job(index, &mark, None).map(update)
    }

    /// A run, copied off its device.
    fn run_job(&mut self, index: usize, mark: &Mark, now: Option<Stamp>) -> Option<RunJob> {
        let run = &mut self.runs[index];
        let can_add = match (&mark.stamp, &now) {
            (Some(before), Some(now)) => before.leads_to(now),
            (_, _) => false,
        };
        let since = mark.written.filter(|_| can_add);
        let (train, test) = since.map_or((0, 0), |since| (since.train, since.test));
        let copied = match (&mut run.trainer, &run.offline) {
            (Some(trainer), _) => on_device(|| trainer.checkpoint_beyond(train, test)),
            (None, Some(offline)) => Ok(offline.checkpoint_beyond(train, test)),
            (None, None) => return None,
        };
        let checkpoint = match copied {
            Ok(checkpoint) => checkpoint,
            Err(breakdown) => {
                // The losses told it first here; without this nobody would hear of it.
                let id = run.id;
                self.fail_training(id, breakdown);
                return None;
            }
        };
        run.note_copy(&checkpoint);
        let unwritten = run.history.take_unwritten();
        let held = run.history.frames();
        let has_all_frames = since
            .is_none_or(|since| since.frames + unwritten.len() > 2 * held.len() + SPARE_FRAMES);
        let frames = if has_all_frames {
            held.to_vec()
        } else {
            unwritten
        };
        Some(RunJob {
            checkpoint,
            since,
            frames,
            has_all_frames,
            boundaries: run.boundaries.clone(),
        })
    }

    /// Waits until nothing is being written.
    pub(in crate::engine) fn settle_saving(&mut self) {
        while self.keeping.saving.is_some() {
            let Ok(message) = self.inbox.recv() else {
                return;
            };
            self.receive(message);
        }
    }

    /// No more savings of a run in a place of its own, and none under way. Returns the place.
    pub(in crate::engine) fn end_keeping(&mut self, id: RunId) -> Option<Arc<RunPlace>> {
        if self.keeping.places.contains_key(&id) {
            self.settle_saving();
        }
        self.keeping.places.remove(&id)
    }

    /// Saves an open session a last time.
    fn save_last(&mut self) {
        self.settle_saving();
        if self.keeping.is_named && self.keeping.is_due_for(&self.runs) {
            self.keeping.asked.push_front(None);
            self.autosave();
            self.settle_saving();
        }
    }

    /// Saves an open session a last time and lets go of it.
    fn leave(&mut self) {
        self.save_last();
        if self.keeping.keeper.is_none() || self.keeping.send(Job::Leave).is_err() {
            return;
        }
        while !self.keeping.has_left {
            let Ok(message) = self.inbox.recv() else {
                return;
            };
            self.receive(message);
        }
    }
}
