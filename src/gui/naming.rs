//! Names of runs that the user did not name: what they differ in.
//!
//! A *difference* is one setting in words, such as `latent 32`, that a run has and another one has
//! not. The words come from the tables that the settings come from.

use super::data::names::{data_name, reading_words};
use crate::model::{
    Knob, KnobKind, KnobValue, Objective, OptimizerConfig, OptimizerKind, Pretraining, variant,
};
use crate::train::{LearningRateDecay, Phase, RunConfig};

use super::words;

/// Differences that a name tells at most.
const MOST: usize = 3;

/// What `config` has that the run it is most like among `others` has not: the first of the same
/// variant, or else the first.
pub fn differences(config: &RunConfig, others: &[&RunConfig]) -> Vec<String> {
    let is_same = |other: &&&RunConfig| other.variant == config.variant;
    match others.iter().find(is_same).or_else(|| others.first()) {
        Some(other) => between(config, other),
        None => Vec::new(),
    }
}

/// What a run with these settings is called among `others`, those before it.
pub fn name_of(config: &RunConfig, others: &[&RunConfig]) -> String {
    let own = variant(&config.variant)
        .map_or_else(|_unknown| "Run".to_owned(), |known| known.name().to_owned());
    let is_same = |other: &&RunConfig| other.variant == config.variant;
    let mut parts = differences(config, others);
    if parts.len() > MOST {
        parts.truncate(MOST);
        parts.push("…".to_owned());
    }
    if parts.is_empty() {
        return own;
    }
    // Without a run of the same variant the variant is the first difference already.
    let has_variants = others.iter().any(|other| other.variant != config.variant);
    if has_variants && others.iter().any(is_same) {
        parts.insert(0, own);
    }
    parts.join(", ")
}

/// `name`, or with the first number that makes it differ from all that are taken.
pub fn free_name(name: String, taken: &[String]) -> String {
    if !taken.contains(&name) {
        return name;
    }
    let ends_in_number = name.ends_with(|c: char| c.is_ascii_digit());
    (2..=taken.len() + 1)
        .map(|number| {
            if ends_in_number {
                format!("{name} ({number})")
            } else {
                format!("{name} {number}")
            }
        })
        .find(|name| !taken.contains(name))
        .unwrap_or(name)
}

fn between(config: &RunConfig, other: &RunConfig) -> Vec<String> {
    let mut found = Vec::new();
    if config.variant == other.variant {
        if config.pretraining != other.pretraining {
            found.push(pretraining(config.pretraining).to_owned());
        }
        knobs(config, other, &mut found);
        phases(config, other, &mut found);
        if config.batch != other.batch {
            found.push(format!("batch {}", config.batch));
        }
    } else if let Ok(known) = variant(&config.variant) {
        found.push(known.name().to_owned());
    }
    let changes = &config.learning_rate_changes;
    if *changes != other.learning_rate_changes {
        found.push(match &changes[..] {
            [] => "learning rate as planned".to_owned(),
            [change] => format!(
                "learning rate {} from step {}",
                words::setting(change.learning_rate),
                words::count(change.step)
            ),
            [..] => format!("{} changes of learning rate", changes.len()),
        });
    }
    if config.seed != other.seed {
        found.push(format!("seed {}", config.seed));
    }
    if config.initial_weights != other.initial_weights {
        found.push(match &config.initial_weights {
            Some(weights) => format!("weights of {}", data_name(&weights.file)),
            None => "random weights".to_owned(),
        });
    }
    if config.dataset != other.dataset {
        found.push(data_name(&config.dataset).to_owned());
    }
    if config.reading() != other.reading() {
        found.push(reading_words(config));
    }
    if config.limit != other.limit {
        found.push(match config.limit {
            Some(limit) => format!("{} images", words::count(limit as u64)),
            None => "all images".to_owned(),
        });
    }
    if config.device != other.device {
        found.push(format!("on {}", config.device));
    }
    found
}

fn pretraining(kind: Pretraining) -> &'static str {
    match kind {
        Pretraining::EndToEnd => "end to end",
        Pretraining::Greedy => "greedy pretraining",
        Pretraining::EndsInward => "ends-inward pretraining",
    }
}

fn knobs(config: &RunConfig, other: &RunConfig, found: &mut Vec<String>) {
    let Ok(variant) = variant(&config.variant) else {
        return;
    };
    for knob in variant.knobs() {
        let value = |of: &RunConfig| of.knobs.get(knob.id).cloned();
        let own = value(config).unwrap_or_else(|| knob.default_value());
        let theirs = value(other).unwrap_or_else(|| knob.default_value());
        if own != theirs && knob.is_active(&config.knobs) {
            found.push(knob_words(knob, &own));
        }
    }
}

fn knob_words(knob: &Knob, value: &KnobValue) -> String {
    let name = knob.id.replace('-', " ");
    match (knob.kind, value) {
        (KnobKind::Widths, KnobValue::Text(text)) if text.trim().is_empty() => {
            format!("tapered {name}")
        }
        (KnobKind::Choice { options, .. }, KnobValue::Text(id)) => {
            let option = options.iter().find(|option| option.id == id);
            format!(
                "{name} {}",
                option.map_or(id.as_str(), |option| option.name)
            )
        }
        (_, KnobValue::Real(value)) => format!("{name} {}", words::setting(*value)),
        (_, value) => format!("{name} {value}"),
    }
}

/// Number of settings that [`facts`] puts in words.
const FACTS: usize = 8;

/// The settings of a phase in words, always in the same order.
fn facts(phase: &Phase) -> [String; FACTS] {
    let optimizer = &phase.optimizer;
    [
        match phase.epochs {
            1 => "1 epoch".to_owned(),
            count => format!("{count} epochs"),
        },
        match optimizer.kind {
            OptimizerKind::Sgd => "SGD".to_owned(),
            OptimizerKind::Adam | OptimizerKind::AdamW => optimizer.kind.name().to_owned(),
        },
        format!("learning rate {}", words::setting(phase.learning_rate)),
        match phase.decay {
            LearningRateDecay::Constant => "constant learning rate".to_owned(),
            LearningRateDecay::Step { epochs, factor } => {
                format!("× {} every {epochs} epochs", words::setting(factor))
            }
            LearningRateDecay::Cosine => "cosine decay".to_owned(),
        },
        format!("momentum {}", words::setting(optimizer.momentum)),
        format!("weight decay {}", words::setting(optimizer.weight_decay)),
        if optimizer.clip > 0.0 {
            format!("clip {}", words::setting(optimizer.clip))
        } else {
            "no clip".to_owned()
        },
        format!("dropout {}", words::setting(phase.dropout)),
    ]
}

/// The settings in which a phase differs from another one, by their place among [`facts`].
fn phase_differences(phase: &Phase, other: &Phase) -> [Option<String>; FACTS] {
    let theirs = facts(other);
    let mut own = facts(phase).map(Some);
    for (own, theirs) in own.iter_mut().zip(&theirs) {
        if own.as_ref() == Some(theirs) {
            *own = None;
        }
    }
    let [_, rule, rate, _, momentum, _, clip, _] = &mut own;
    let kind = phase.optimizer.kind;
    if rule.is_some() {
        // What comes with the rule goes without saying.
        let usual = OptimizerConfig::new(kind);
        if (phase.learning_rate - kind.usual_learning_rate()).abs() < f64::EPSILON {
            *rate = None;
        }
        if (phase.optimizer.clip - usual.clip).abs() < f64::EPSILON || phase.optimizer.clip <= 0.0 {
            *clip = None;
        }
    }
    if kind != OptimizerKind::Sgd {
        *momentum = None;
    }
    own
}

/// Whether the phases are those that the kind of schedule has, whatever their settings.
fn is_by_the_book(config: &RunConfig) -> bool {
    let phases = &config.schedule.phases;
    let last = phases.len().saturating_sub(1);
    phases.iter().enumerate().all(|(index, phase)| {
        if index == last {
            phase.objective == Objective::EndToEnd
        } else {
            config.pretraining.objective(index) == Some(phase.objective)
        }
    })
}

fn phases(config: &RunConfig, other: &RunConfig, found: &mut Vec<String>) {
    let (own, theirs) = (&config.schedule.phases, &other.schedule.phases);
    let objectives = |phases: &[Phase]| -> Vec<Objective> {
        phases.iter().map(|phase| phase.objective).collect()
    };
    if objectives(own) == objectives(theirs) {
        let differing: Vec<_> = own
            .iter()
            .zip(theirs)
            .map(|(phase, other)| phase_differences(phase, other))
            .collect();
        (0..FACTS).for_each(|fact| {
            let column: Vec<Option<&str>> = differing
                .iter()
                .map(|phase| phase.get(fact)?.as_deref())
                .collect();
            column_words(&column, found);
        });
        return;
    }
    if !is_by_the_book(config) {
        found.push(match own.len() {
            1 => "1 phase of its own".to_owned(),
            count => format!("{count} phases of its own"),
        });
        return;
    }
    // Another number of pretraining phases follows from a setting told already.
    if let (Some(phase), Some(other)) = (own.last(), theirs.last()) {
        found.extend(phase_differences(phase, other).into_iter().flatten());
    }
}

/// One setting over all phases: told once where all that differ agree.
fn column_words(column: &[Option<&str>], found: &mut Vec<String>) {
    let Some(&last) = column.last() else { return };
    let differing: Vec<&str> = column.iter().copied().flatten().collect();
    let Some(&first) = differing.first() else {
        return;
    };
    let is_one_value = differing.iter().all(|text| *text == first);
    if is_one_value && differing.len() == column.len() {
        found.push(first.to_owned());
    } else if is_one_value
        && column.len() > 2
        && last.is_none()
        && differing.len() + 1 == column.len()
    {
        found.push(format!("pretraining: {first}"));
    } else {
        for (index, text) in column.iter().enumerate() {
            if let Some(text) = text {
                found.push(format!("phase {}: {text}", index + 1));
            }
        }
    }
}

#[cfg(test)]
#[path = "naming_tests.rs"]
mod tests;
