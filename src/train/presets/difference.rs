//! In what a configuration differs from another, of all that decides how well a run comes out.

use super::super::config::RunConfig;
use super::super::schedule::{LearningRateDecay, Phase};
use crate::model::{KnobValue, Knobs, OptimizerKind, variant};

/// A setting that two configurations have otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// The option of the command line that sets it, or the id of its knob.
    pub(super) option: String,
    /// It in words, such as `epochs 1 instead of 10`.
    pub(super) words: String,
}

/// Settings that `found` has otherwise than `wanted`. Names, seeds, devices and images are none of them.
pub(super) fn differences(found: &RunConfig, wanted: &RunConfig) -> Vec<Difference> {
    let mut list = List::default();
    list.compare("variant", &found.variant, &wanted.variant);
    if !list.0.is_empty() {
        // Another variant has other knobs and phases.
        return list.0;
    }
    knobs(found, wanted, &mut list);
    list.compare("batch", &found.batch, &wanted.batch);
    let limit = |config: &RunConfig| {
        let limit = config.limit.map(|limit| limit.to_string());
        limit.unwrap_or_else(|| "all".to_owned())
    };
    list.compare("limit", &limit(found), &limit(wanted));
    let schedule = |config: &RunConfig| config.pretraining.id();
    list.compare("schedule", &schedule(found), &schedule(wanted));
    phases(found, wanted, &mut list);
    if !(found.learning_rate_changes.is_empty() && found.knob_changes.is_empty()) {
        list.add("live", "settings moved while it trained".to_owned());
    }
    if let Some(weights) = &found.initial_weights {
        let words = format!("first weights from the file {}", weights.file);
        list.add("weights", words);
    }
    list.0
}

#[derive(Default)]
struct List(Vec<Difference>);

impl List {
    /// Adds a setting, but for one that is there already: phases share many.
    fn add(&mut self, option: &str, words: String) {
        if self.0.iter().all(|known| known.option != option) {
            self.0.push(Difference {
                option: option.to_owned(),
                words,
            });
        }
    }

    fn compare<T: PartialEq + std::fmt::Display>(&mut self, option: &str, found: &T, wanted: &T) {
        if found != wanted {
            self.add(option, format!("{option} {found} instead of {wanted}"));
        }
    }
}

/// Knobs with other values, where they have an effect.
fn knobs(found: &RunConfig, wanted: &RunConfig, list: &mut List) {
    let Ok(variant) = variant(&wanted.variant) else {
        return;
    };
    let table = variant.knobs();
    let resolved =
        |config: &RunConfig| -> Option<Knobs> { config.knobs.resolve(variant.id(), table).ok() };
    let (Some(own), Some(other)) = (resolved(found), resolved(wanted)) else {
        list.add("knobs", "knobs that cannot be".to_owned());
        return;
    };
    for knob in table {
        let is_active = knob.is_active(&own) || knob.is_active(&other);
        if let (true, Some(value), Some(wanted)) = (is_active, own.get(knob.id), other.get(knob.id))
        {
            list.compare(knob.id, &said(value), &said(wanted));
        }
    }
}

/// A value as a sentence has it: a text may be empty.
fn said(value: &KnobValue) -> String {
    let text = value.to_string();
    if text.is_empty() {
        "none".to_owned()
    } else {
        text
    }
}

/// Settings of the last phases, and of the phases before it, one by one.
fn phases(found: &RunConfig, wanted: &RunConfig, list: &mut List) {
    let (own, other) = (&found.schedule.phases, &wanted.schedule.phases);
    let (Some((last, before)), Some((wanted_last, wanted_before))) =
        (own.split_last(), other.split_last())
    else {
        list.add("phases", "a schedule without phases".to_owned());
        return;
    };
    phase("", last, wanted_last, list);
    if found.pretraining != wanted.pretraining {
        // Its phases are others anyway.
        return;
    }
    if own.len() != other.len() {
        list.compare("phases", &own.len(), &other.len());
    }
    for (phase_of, wanted) in before.iter().zip(wanted_before) {
        phase("pretrain-", phase_of, wanted, list);
    }
}

fn phase(prefix: &str, found: &Phase, wanted: &Phase, list: &mut List) {
    let name = |option: &str| format!("{prefix}{option}");
    if found.objective != wanted.objective {
        let words = format!("the phase {} instead of {}", found.name(), wanted.name());
        list.add("schedule", words);
    }
    list.compare(&name("epochs"), &found.epochs, &wanted.epochs);
    let (own, other) = (found.optimizer, wanted.optimizer);
    list.compare(&name("optimizer"), &own.kind.id(), &other.kind.id());
    if own.kind != other.kind {
        // Its other settings are those of another rule.
        return;
    }
    let rates = (found.learning_rate, wanted.learning_rate);
    list.compare(&name("lr"), &rates.0, &rates.1);
    let decays = (decay(found.decay), decay(wanted.decay));
    list.compare(&name("lr-decay"), &decays.0, &decays.1);
    if own.kind == OptimizerKind::Sgd {
        list.compare(&name("momentum"), &own.momentum, &other.momentum);
    }
    list.compare(
        &name("weight-decay"),
        &own.weight_decay,
        &other.weight_decay,
    );
    list.compare(&name("clip"), &own.clip, &other.clip);
    list.compare("dropout", &found.dropout, &wanted.dropout);
}

/// As the command line spells it.
fn decay(decay: LearningRateDecay) -> String {
    match decay {
        LearningRateDecay::Constant => "constant".to_owned(),
        LearningRateDecay::Step { epochs, factor } => format!("step:{epochs}:{factor}"),
        LearningRateDecay::Cosine => "cosine".to_owned(),
    }
}
