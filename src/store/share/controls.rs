//! The controls of the window that a lesson may lock or hide.
//!
//! A *control* is one setting of a run, named as on the command line. A locked one is seen and cannot
//! be changed, a hidden one is not even seen.

use std::collections::BTreeMap;

use crate::model::VARIANTS;
use crate::train::{Phase, RunConfig};

use super::ShareError;

/// What may be done with a control.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Seen and changed.
    #[default]
    Free,
    /// Seen, not changed.
    Locked,
    /// Neither.
    Hidden,
}

impl Access {
    /// All of them, in the order of the chooser.
    pub const ALL: &'static [Self] = &[Self::Free, Self::Locked, Self::Hidden];

    /// What the window calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Free => "Free",
            Self::Locked => "Locked",
            Self::Hidden => "Hidden",
        }
    }
}

/// One setting of a run.
#[derive(Clone, Copy, Debug)]
pub struct Control {
    /// Stable name, as on the command line.
    pub id: &'static str,
    /// What the window calls it.
    pub name: &'static str,
    /// The heading that it stands under.
    pub section: &'static str,
    value: Value,
}

/// Where the value of a control is to be found, as a text that can be compared.
#[derive(Clone, Copy, Debug)]
enum Value {
    /// A knob of the variant.
    Knob,
    /// Something of the configuration.
    Of(fn(&RunConfig) -> String),
    /// Something of every phase.
    OfPhases(fn(&Phase) -> String),
}

impl PartialEq for Control {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Control {}

impl Control {
    /// Whether two configurations have the same value of it. Of networks that differ in kind only
    /// what every kind has can be compared.
    pub fn is_same(&self, before: &RunConfig, after: &RunConfig) -> bool {
        let has_same_variant = before.variant == after.variant;
        match self.value {
            Value::Of(value) => value(before) == value(after),
            Value::Knob => {
                !has_same_variant || before.knobs.get(self.id) == after.knobs.get(self.id)
            }
            Value::OfPhases(value) => {
                let has_same_phases = before.schedule.phases.len() == after.schedule.phases.len();
                let pairs = before.schedule.phases.iter().zip(&after.schedule.phases);
                !has_same_variant
                    || !has_same_phases
                    || pairs
                        .into_iter()
                        .all(|(one, other)| value(one) == value(other))
            }
        }
    }
}

const fn of(
    section: &'static str,
    id: &'static str,
    name: &'static str,
    value: fn(&RunConfig) -> String,
) -> Control {
    Control {
        id,
        name,
        section,
        value: Value::Of(value),
    }
}

const fn of_phases(id: &'static str, name: &'static str, value: fn(&Phase) -> String) -> Control {
    Control {
        id,
        name,
        section: "Training",
        value: Value::OfPhases(value),
    }
}

/// The controls that every variant has, but for its type, which comes first.
const COMMON: &[Control] = &[
    of("Training", "schedule", "Schedule", |config| {
        let objectives = config.schedule.phases.iter().map(|phase| phase.objective);
        format!(
            "{:?} {:?}",
            config.pretraining,
            objectives.collect::<Vec<_>>()
        )
    }),
    of(
        "Training",
        "pretrain-epochs",
        "Pretraining epochs",
        |config| {
            let phases = config.schedule.phases.split_last();
            let epochs = phases.map(|(_, before)| before.iter().map(|phase| phase.epochs));
            format!("{:?}", epochs.map(Iterator::collect::<Vec<_>>))
        },
    ),
    of("Training", "epochs", "Epochs", |config| {
        format!(
            "{:?}",
            config.schedule.phases.last().map(|phase| phase.epochs)
        )
    }),
    of_phases("optimizer", "Optimizer", |phase| {
        format!("{:?}", phase.optimizer.kind)
    }),
    of_phases("lr", "Learning rate", |phase| {
        phase.learning_rate.to_string()
    }),
    of_phases("lr-decay", "Decay", |phase| format!("{:?}", phase.decay)),
    of_phases("momentum", "Momentum", |phase| {
        phase.optimizer.momentum.to_string()
    }),
    of_phases("weight-decay", "Weight decay", |phase| {
        phase.optimizer.weight_decay.to_string()
    }),
    of_phases("clip", "Gradient clip", |phase| {
        phase.optimizer.clip.to_string()
    }),
    of_phases("dropout", "Dropout", |phase| phase.dropout.to_string()),
    of("Training", "batch", "Batch size", |config| {
        config.batch.to_string()
    }),
    of("Training", "seed", "Seed", |config| config.seed.to_string()),
    of("Data", "dataset", "Images", |config| config.dataset.clone()),
    of("Data", "limit", "Limit", |config| {
        format!("{:?}", config.limit)
    }),
    of("Device", "device", "Train on", |config| {
        config.device.clone()
    }),
];

/// Every control, in the order of the window: the type of the model, all knobs, what is common.
pub fn controls() -> Vec<Control> {
    let mut all = vec![of("Model", "variant", "Model type", |config| {
        config.variant.clone()
    })];
    for knob in VARIANTS.iter().flat_map(|variant| variant.knobs()) {
        if !all.iter().any(|known| known.id == knob.id) {
            all.push(Control {
                id: knob.id,
                name: knob.name,
                section: "Model",
                value: Value::Knob,
            });
        }
    }
    all.extend_from_slice(COMMON);
    all
}

/// The control of this name.
pub fn control(id: &str) -> Option<Control> {
    controls().into_iter().find(|control| control.id == id)
}

/// The same, or a sentence that says which there are.
pub(super) fn known(id: &str) -> Result<Control, ShareError> {
    control(id).ok_or_else(|| ShareError::UnknownControl {
        found: id.to_owned(),
        known: controls()
            .iter()
            .map(|control| control.id)
            .collect::<Vec<_>>()
            .join(", "),
    })
}

/// What may be done with which control; all that are not named are free.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Controls {
    by_id: BTreeMap<&'static str, Access>,
}

impl Controls {
    /// Locks, hides or frees a control.
    pub fn set(&mut self, control: Control, access: Access) {
        if access == Access::Free {
            self.by_id.remove(control.id);
        } else {
            self.by_id.insert(control.id, access);
        }
    }

    /// The same by names that are separated by commas.
    ///
    /// # Errors
    /// A name that no control has.
    pub fn set_all(&mut self, ids: &str, access: Access) -> Result<(), ShareError> {
        for id in ids.split(',').map(str::trim).filter(|id| !id.is_empty()) {
            self.set(known(id)?, access);
        }
        Ok(())
    }

    /// What may be done with a control.
    pub fn access(&self, id: &str) -> Access {
        self.by_id.get(id).copied().unwrap_or_default()
    }

    /// Whether every control is free.
    pub fn is_free(&self) -> bool {
        self.by_id.is_empty()
    }

    /// How many controls are locked, or hidden.
    pub fn count(&self, access: Access) -> usize {
        self.by_id.values().filter(|own| **own == access).count()
    }

    /// The controls that are locked, or hidden, by name.
    pub fn ids(&self, access: Access) -> Vec<String> {
        self.by_id
            .iter()
            .filter(|(_, own)| **own == access)
            .map(|(id, _)| (*id).to_owned())
            .collect()
    }

    /// The first control that is not free and that differs between two configurations.
    pub fn broken_by(&self, before: &RunConfig, after: &RunConfig) -> Option<Control> {
        controls().into_iter().find(|control| {
            self.access(control.id) != Access::Free && !control.is_same(before, after)
        })
    }
}
