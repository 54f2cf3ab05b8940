//! Knobs that are moved while a run trains: what is in force, and asking for another value.

use std::borrow::Cow;

use crate::engine::{Command, RunId};
use crate::model::{Knob, KnobKind, KnobValue, Knobs, variant};

use crate::gui::action::Effect;
use crate::gui::run::Run;
use crate::gui::state::AppState;
use crate::gui::words;

impl Run {
    /// The knobs as they act on the next step, with what the engine was asked for and has not answered.
    pub fn knobs_in_force(&self) -> Cow<'_, Knobs> {
        let config = match &self.info {
            Some(info) if self.has_started() => &info.config,
            Some(_) | None => &self.draft.config,
        };
        let mut knobs = config.knobs_at(self.progress.step);
        for (id, value) in &self.asked_knobs {
            knobs.to_mut().set(id, KnobValue::Real(*value));
        }
        knobs
    }

    /// The knobs of its variant that can be moved while it trains.
    pub fn live_knobs(&self) -> impl Iterator<Item = &'static Knob> + use<> {
        let known = variant(&self.draft.config.variant);
        let table = known.map_or(&[][..], |variant| variant.knobs());
        table.iter().filter(|knob| knob.is_live)
    }

    /// Why a knob that is 0 now cannot be anything else while the others are what they are, in a
    /// sentence: another penalty or part contradicts it. Builds the parts once, which are a few numbers.
    pub fn refusal(&self, knob: &Knob) -> Option<String> {
        let KnobKind::Real { max, .. } = knob.kind else {
            return None;
        };
        let variant = variant(&self.draft.config.variant).ok()?;
        let shape = self.info.as_ref()?.dataset.shape;
        let in_force = self.knobs_in_force();
        let mut knobs = in_force.resolve(variant.id(), variant.knobs()).ok()?;
        if knobs.get(knob.id) != Some(&KnobValue::Real(0.0)) {
            return None;
        }
        knobs.set(knob.id, KnobValue::Real(max));
        let refused = variant.composition(shape, &knobs).err()?;
        Some(format!("{}.", words::capitalised(&refused.to_string())))
    }

    /// Whether a knob that can be moved was above 0 at any time, or is to be.
    pub fn was_above_0(&self, knob: &Knob) -> bool {
        let config = match &self.info {
            Some(info) if self.has_started() => &info.config,
            Some(_) | None => &self.draft.config,
        };
        let first = config.knobs.get(knob.id).cloned();
        let first = first.unwrap_or_else(|| knob.default_value());
        let changes = config.knob_changes.iter();
        matches!(first, KnobValue::Real(value) if value > 0.0)
            || self.asked_knobs.contains_key(knob.id)
            || changes
                .filter(|change| change.knob == knob.id)
                .any(|change| change.value > 0.0)
    }
}

impl AppState {
    /// Asks the engine for another value of a knob of a run under way.
    pub(in crate::gui) fn set_knob(
        &mut self,
        id: RunId,
        knob: &'static str,
        value: f64,
    ) -> Vec<Effect> {
        self.schedule.turned_knob = None;
        if !self.may_change(id, knob) {
            return Vec::new();
        }
        let may = |run: &&mut Run| {
            let mut live = run.live_knobs();
            let found = live.find(|live| live.id == knob).filter(|live| {
                live.is_active(&run.knobs_in_force()) && live.check(&KnobValue::Real(value)).is_ok()
            });
            run.can_stop() && found.is_some()
        };
        let Some(run) = self.run_mut(id).filter(may) else {
            return Vec::new();
        };
        run.asked_knobs.insert(knob, value);
        vec![Effect::Send(Command::SetKnob {
            id,
            knob: knob.to_owned(),
            value,
        })]
    }
}

#[cfg(test)]
#[path = "live_tests.rs"]
mod tests;
