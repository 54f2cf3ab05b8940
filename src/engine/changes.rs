//! Runs that are changed after they have begun, and runs that branch off others.

use crate::train::{Compute, ConfigError, Trainer};

use super::guard::{Failure, guarded};
use super::live::LiveRun;
use super::protocol::{Event, RunId, RunState};
use super::worker::Worker;

impl Worker {
    /// Changes a run between two steps and tells what came of it.
    pub(super) fn change(
        &mut self,
        id: RunId,
        change: impl FnOnce(&mut Trainer) -> Result<(), ConfigError>,
    ) {
        if self.refuse_offline(id, "Changing the run") {
            return;
        }
        let Some(run) = self.find(id) else { return };
        let Some(trainer) = &mut run.trainer else {
            self.outlet.tell(Event::Warning {
                id,
                text: "A run can be changed once its data is loaded, but it is not yet.".to_owned(),
            });
            return;
        };
        if let Err(error) = change(trainer) {
            let text = error.to_string();
            self.outlet.tell(Event::Warning { id, text });
            return;
        }
        let total_steps = trainer.total_steps();
        let goes_on = run.state == RunState::Finished && !trainer.is_finished();
        run.edits += 1;
        // Another depth may be in use.
        run.has_changed = true;
        if let Some(config) = run.told_config() {
            self.outlet.tell(Event::Configured {
                id,
                config: Box::new(config),
                total_steps,
            });
        }
        // Another phase may take most of the work now.
        self.start_speed_test(id);
        if goes_on {
            self.set_state(id, RunState::Paused);
        }
    }

    /// A new run that stands where another one began a phase.
    pub(super) fn branch(&mut self, id: RunId, from: RunId, phase: usize, name: String) {
        self.tickets += 1;
        let mut fresh = LiveRun::new(id, self.tickets);
        // What it repeats was on this device.
        let source = self.runs.iter().find(|run| run.id == from);
        let on = source.and_then(|run| {
            let trainer = run.trainer.as_ref()?;
            Some((trainer.config().clone(), trainer.device_key().to_owned()))
        });
        let compute = on.map(|(config, key)| self.compute(&config, Some(&key), |_this| None));
        let made = match self.runs.iter().find(|run| run.id == from) {
            Some(source) => branched(source, phase, name, compute),
            None => Err(("there is no run to branch from".to_owned(), true)),
        };
        self.runs.retain(|run| run.id != id);
        match made {
            Ok((trainer, device, boundaries)) => {
                fresh.boundaries = boundaries;
                self.runs.push(fresh);
                self.take_up(id, trainer, device);
            }
            Err((error, is_bad_input)) => {
                self.runs.push(fresh);
                self.fail(id, error, is_bad_input);
            }
        }
    }
}

/// What is needed of a branch to take it up, or why it cannot be and whether it was asked wrongly.
type Branched = Result<(Trainer, Compute, Vec<crate::train::Boundary>), (String, bool)>;

fn branched(
    source: &LiveRun,
    phase: usize,
    name: String,
    compute: Option<Result<Compute, Failure>>,
) -> Branched {
    let boundary = source.boundaries.iter().find(|kept| kept.phase() == phase);
    let missing = || {
        let sentence = format!(
            "a run can branch from the start of a phase it has begun since it was opened, but phase {} of this one is none",
            phase + 1
        );
        (sentence, true)
    };
    let trainer = source.trainer.as_ref().ok_or_else(missing)?;
    if boundary.is_none() && phase > 0 {
        return Err(missing());
    }
    let compute = compute
        .ok_or_else(missing)?
        .map_err(|failure| (failure.sentence, failure.is_bad_input))?;
    let branch = guarded(|| trainer.branch(boundary, name, &compute))
        .map_err(|failure| (failure.sentence, failure.is_bad_input))?;
    let so_far = source
        .boundaries
        .iter()
        .filter(|kept| kept.phase() <= phase);
    Ok((branch, compute, so_far.cloned().collect()))
}
