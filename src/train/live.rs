//! Knobs that are moved while a run trains: weights of penalties, the noise level, β.
//!
//! A *change* is kept in the configuration with the step it acts from, so that a run with changes can
//! be repeated exactly. It acts until the knob is changed again, through all phases.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::data::ImageShape;
use crate::model::{Composition, Knob, KnobValue, Knobs, Noise, StepContext, Variant};

use super::checkpoint::Position;
use super::config::{ConfigError, RunConfig};
use super::trainer::Trainer;

/// Changes of knobs a run can hold.
const MAX_CHANGES: usize = 10_000;

/// Another value of a knob from a step on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnobChange {
    /// The first step it acts on, counted over all phases from 0.
    pub step: u64,
    /// Id of the knob, one that can be moved: see [`Knob::is_live`].
    pub knob: String,
    /// Its value from there.
    pub value: f64,
}

impl KnobChange {
    fn apply(&self, knobs: &mut Knobs) {
        knobs.set(&self.knob, KnobValue::Real(self.value));
    }
}

/// The knob of a variant that is to be moved.
fn live_knob(variant: &dyn Variant, change: &KnobChange) -> Result<&'static Knob, ConfigError> {
    let id = &change.knob;
    let knob = variant.knobs().iter().find(|knob| knob.id == id);
    let live = knob.filter(|knob| knob.is_live);
    live.ok_or_else(|| {
        let known = variant.knobs().iter().filter(|knob| knob.is_live);
        let known: Vec<&str> = known.map(|knob| knob.id).collect();
        ConfigError::new(format!(
            "what changes at step {} must be one of {}, but is {id}",
            change.step,
            known.join(", ")
        ))
    })
}

/// Checks the changes of a configuration against its variant.
pub(super) fn check(changes: &[KnobChange], variant: &dyn Variant) -> Result<(), ConfigError> {
    if changes.len() > MAX_CHANGES {
        return Err(ConfigError::new(format!(
            "a run must have at most {MAX_CHANGES} changes of its knobs, but has {}",
            changes.len()
        )));
    }
    for change in changes {
        let value = KnobValue::Real(change.value);
        live_knob(variant, change)?
            .check(&value)
            .map_err(|error| ConfigError::new(format!("at step {}, {error}", change.step)))?;
    }
    let places = changes.iter().map(|change| (change.step, &change.knob));
    match places
        .clone()
        .zip(places.skip(1))
        .find(|(one, next)| one >= next)
    {
        None => Ok(()),
        Some(((step, knob), (next, other))) => Err(ConfigError::new(format!(
            "changes of knobs must be in order of their steps and names, but {knob} at step {step} comes \
             before {other} at step {next}"
        ))),
    }
}

impl RunConfig {
    /// The knobs with the first `count` changes.
    fn knobs_after(&self, count: usize) -> Cow<'_, Knobs> {
        let mut knobs = Cow::Borrowed(&self.knobs);
        for change in &self.knob_changes[..count] {
            change.apply(knobs.to_mut());
        }
        knobs
    }

    /// Number of changes that act on steps before this one.
    fn changes_before(&self, step: u64) -> usize {
        self.knob_changes
            .partition_point(|change| change.step < step)
    }

    /// The knobs as they act on a step, with those that were moved before it.
    pub fn knobs_at(&self, step: u64) -> Cow<'_, Knobs> {
        self.knobs_after(self.changes_before(step.saturating_add(1)))
    }

    /// Whether every change leaves a combination that can be.
    pub(super) fn check_live(
        &self,
        variant: &dyn Variant,
        shape: ImageShape,
    ) -> Result<(), ConfigError> {
        let mut knobs = self.knobs.clone();
        for change in &self.knob_changes {
            change.apply(&mut knobs);
            compose(variant, shape, &knobs)?;
        }
        Ok(())
    }

    /// Forgets what was changed while the run trained.
    pub fn clear_changes(&mut self) {
        self.learning_rate_changes.clear();
        self.knob_changes.clear();
    }
}

fn compose(
    variant: &dyn Variant,
    shape: ImageShape,
    knobs: &Knobs,
) -> Result<Composition, ConfigError> {
    variant
        .composition(shape, knobs)
        .map_err(|error| ConfigError::new(error.to_string()))
}

impl Trainer {
    fn variant(&self) -> Result<&'static dyn Variant, ConfigError> {
        crate::model::variant(&self.config.variant)
            .map_err(|error| ConfigError::new(error.to_string()))
    }

    /// Where the next step stands, with its noise.
    pub(super) fn context(&self) -> StepContext {
        let Position {
            phase,
            step_in_phase,
            ..
        } = self.position;
        StepContext {
            phase,
            step: step_in_phase,
            epochs: step_in_phase as f64 / self.steps_per_epoch() as f64,
            noise: Noise::new(self.phase().dropout, self.config.seed, phase, step_in_phase),
        }
    }

    /// Has the network know of the changes that act on steps before this one, and of no others.
    pub(super) fn turn_live_knobs(&mut self, before: u64) -> Result<(), ConfigError> {
        let count = self.config.changes_before(before);
        if count == self.live_changes {
            return Ok(());
        }
        let knobs = self.config.knobs_after(count);
        let composition = compose(self.variant()?, self.data().train.shape(), &knobs)?;
        self.trainee.set_composition(composition);
        self.live_changes = count;
        Ok(())
    }

    /// Another value of a knob from the next step on. Later changes of the same knob, which a run that
    /// is repeated may hold, are dropped.
    ///
    /// # Errors
    /// When the knob cannot be moved or has no effect, the value is out of range or does not go with
    /// the others, the schedule has ended, or there are too many changes; nothing has changed then.
    pub fn set_knob(&mut self, id: &str, value: f64) -> Result<(), ConfigError> {
        let step = self.position.step;
        if step >= self.total_steps() {
            return Err(ConfigError::new(format!(
                "{id} of a run can be changed until its last step, but that is done"
            )));
        }
        let change = KnobChange {
            step,
            knob: id.to_owned(),
            value,
        };
        let variant = self.variant()?;
        let knob = live_knob(variant, &change)?;
        let mut changes = self.config.knob_changes.clone();
        changes.retain(|known| known.step < step || known.knob != id);
        let mut others = self.config.knobs.clone();
        for change in changes.iter().filter(|known| known.step <= step) {
            change.apply(&mut others);
        }
        if let Some(unmet) = knob.only_with.iter().find(|other| !other.holds(&others)) {
            return Err(ConfigError::new(format!(
                "{id} needs {}, and has no effect now",
                unmet.needed()
            )));
        }
        // What is in force anyway is no change.
        if others.get(id) != Some(&KnobValue::Real(value)) {
            let place = |known: &KnobChange| (known.step, known.knob.as_str()) < (step, id);
            changes.insert(changes.partition_point(place), change);
        }
        check(&changes, variant)?;
        let changed = RunConfig {
            knob_changes: changes,
            ..self.config.clone()
        };
        changed.check_live(variant, self.data().train.shape())?;
        // A change of this very step may have been known already.
        self.live_changes = usize::MAX;
        self.config = changed;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::variant;

    fn config(changes: &[(u64, &str, f64)]) -> RunConfig {
        let mut config = RunConfig::recipe(variant("vae").unwrap(), "glyphs");
        config.knob_changes = changes
            .iter()
            .map(|&(step, knob, value)| KnobChange {
                step,
                knob: knob.to_owned(),
                value,
            })
            .collect();
        config
    }

    #[test]
    fn changes_are_written_where_there_are_any_and_read_again() {
        let plain = toml::to_string(&config(&[])).unwrap();
        assert!(!plain.contains("knob_change"), "{plain}");
        let changed = config(&[(3, "beta", 0.5), (3, "free-bits", 0.25), (9, "beta", 2.0)]);
        let text = toml::to_string(&changed).unwrap();
        assert!(text.contains("[[knob_change]]\nstep = 3\nknob = \"beta\"\n"));
        assert_eq!(toml::from_str::<RunConfig>(&text).unwrap(), changed);
        let beta = |step| changed.knobs_at(step).real("beta");
        assert_eq!([beta(2), beta(3), beta(8), beta(9)], [1.0, 0.5, 0.5, 2.0]);
    }

    #[test]
    fn changes_that_cannot_be_are_refused() {
        let sentence = |changes: &[(u64, &str, f64)]| match config(changes).check() {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        };
        assert_eq!(sentence(&[(3, "beta", 0.5), (4, "beta", 0.5)]), "");
        assert_eq!(
            sentence(&[(4, "beta", 0.5), (3, "beta", 0.5)]),
            "changes of knobs must be in order of their steps and names, but beta at step 4 comes before \
             beta at step 3"
        );
        assert_eq!(
            sentence(&[(4, "beta", -1.0)]),
            "at step 4, beta must be a number from 0 to 1000, but is -1"
        );
        assert!(sentence(&[(4, "latent", 2.0)]).ends_with("but is latent"));
    }
}
