//! Names of runs that the user did not name: the variant, and what a run's own settings say beyond its
//! recipe.
//!
//! A name follows from the settings of its run alone, so it stays what it is when other runs come, go
//! or change. A *difference* is one setting in words, such as `latent 32`, that the recipe of the
//! variant has otherwise. The words come from the tables that the settings come from.

use super::data::names::{data_name, reading_words};
use crate::model::{
    Knob, KnobKind, KnobValue, Objective, OptimizerConfig, OptimizerKind, Pretraining, Variant,
    variant,
};
use crate::train::{LearningRateDecay, Phase, RunConfig};

use super::words;

/// Differences that a name tells at most.
const MOST: usize = 4;

/// Between the parts of a name: nothing that a setting holds, as the commas of widths.
pub const BETWEEN: &str = " · ";

/// The data set of recipes, which goes without saying.
const USUAL_DATA: &str = "glyphs";

/// What a run with these settings is called.
pub fn name_of(config: &RunConfig) -> String {
    let Ok(known) = variant(&config.variant) else {
        return "Run".to_owned();
    };
    let mut parts = differences(config, known);
    if parts.len() > MOST {
        parts.truncate(MOST);
        parts.push("…".to_owned());
    }
    parts.insert(0, known.name().to_owned());
    parts.join(BETWEEN)
}

/// As much of a name as has room in this width, with `…` for what is left out. Names of runs begin alike
/// and end in what was changed, so more of the end is kept than of the beginning.
pub fn shortened(ui: &egui::Ui, name: &str, style: &egui::TextStyle, room: f32) -> String {
    let font = style.resolve(ui.style());
    let has_room = |text: &str| {
        let color = egui::Color32::PLACEHOLDER;
        let galley = ui
            .painter()
            .layout_no_wrap(text.to_owned(), font.clone(), color);
        galley.size().x <= room
    };
    shortened_to(name, has_room)
}

fn shortened_to(name: &str, has_room: impl Fn(&str) -> bool) -> String {
    if has_room(name) {
        return name.to_owned();
    }
    let signs: Vec<char> = name.chars().collect();
    // With so many signs of it left.
    let cut = |left: usize| -> String {
        let before = left / 3;
        let after = signs.len() - (left - before);
        // A part of a number is another number.
        let is_of_number = |sign: &char| sign.is_ascii_digit() || *sign == '.';
        let splits_number = |place: usize| {
            let is_in_word = |sign: &char| sign.is_alphanumeric() || *sign == '.';
            signs[..place].last().is_some_and(is_in_word)
                && signs.get(place).is_some_and(is_of_number)
        };
        let text = |signs: &[char]| -> String { signs.iter().collect() };
        let (mut head, mut tail) = (text(&signs[..before]), text(&signs[after..]));
        if splits_number(before) {
            head.truncate(head.trim_end_matches(|sign| is_of_number(&sign)).len());
        }
        if splits_number(after) {
            tail = tail
                .trim_start_matches(|sign| is_of_number(&sign))
                .to_owned();
        }
        let is_between = |sign: char| sign == ' ' || sign == '·';
        format!(
            "{}…{}",
            head.trim_end_matches(is_between),
            tail.trim_start_matches(is_between)
        )
    };
    (0..signs.len())
        .rev()
        .map(cut)
        .find(|text| has_room(text))
        .unwrap_or_default()
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

/// What `config` has otherwise than the recipe of its variant.
fn differences(config: &RunConfig, known: &dyn Variant) -> Vec<String> {
    let recipe = RunConfig::recipe(known, USUAL_DATA);
    let mut found = Vec::new();
    if config.dataset != recipe.dataset {
        found.push(data_name(&config.dataset).to_owned());
    }
    if config.image_size.is_some() || config.color.is_some() {
        found.push(reading_words(config));
    }
    if let Some(column) = &config.label_column {
        found.push(match column.as_str() {
            "none" => "no labels".to_owned(),
            column => format!("labels {column}"),
        });
    }
    match config.transpose {
        Some(true) => found.push("turned".to_owned()),
        Some(false) => found.push("not turned".to_owned()),
        None => {}
    }
    if let Some(limit) = config.limit {
        found.push(format!("{} images", words::count(limit as u64)));
    }
    if config.pretraining != recipe.pretraining {
        found.push(pretraining(config.pretraining).to_owned());
    }
    knobs(config, known, &mut found);
    phases(config, known, &mut found);
    if config.batch != recipe.batch {
        found.push(format!("batch {}", config.batch));
    }
    match &config.learning_rate_changes[..] {
        [] => {}
        [change] => found.push(format!(
            "learning rate {} from step {}",
            words::setting(change.learning_rate),
            words::count(change.step)
        )),
        [.., _] => found.push(format!(
            "{} changes of learning rate",
            config.learning_rate_changes.len()
        )),
    }
    moved(config, known, &mut found);
    if config.seed != recipe.seed {
        found.push(format!("seed {}", config.seed));
    }
    if let Some(weights) = &config.initial_weights {
        found.push(format!("weights of {}", data_name(&weights.file)));
    }
    if config.device != recipe.device {
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

fn knobs(config: &RunConfig, known: &dyn Variant, found: &mut Vec<String>) {
    for knob in known.knobs() {
        let Some(own) = config.knobs.get(knob.id) else {
            continue;
        };
        if *own != knob.default_value() && has_effect(knob, config) {
            found.push(knob_words(knob, own));
        }
    }
}

/// Whether a knob has an effect at any step of a run, in which others may be moved.
pub fn has_effect(knob: &Knob, config: &RunConfig) -> bool {
    if knob.is_active(&config.knobs) {
        return true;
    }
    let mut knobs = config.knobs.clone();
    let depends_on = |id: &str| knob.only_with.iter().any(|other| other.is_about(id));
    config.knob_changes.iter().any(|change| {
        knobs.set(&change.knob, KnobValue::Real(change.value));
        depends_on(&change.knob) && knob.is_active(&knobs)
    })
}

/// What was moved while the run trained.
fn moved(config: &RunConfig, known: &dyn Variant, found: &mut Vec<String>) {
    let Some((first, rest)) = config.knob_changes.split_first() else {
        return;
    };
    let knob = known.knobs().iter().find(|knob| knob.id == first.knob);
    found.push(match knob {
        Some(knob) if rest.is_empty() => format!(
            "{} from step {}",
            knob_words(knob, &KnobValue::Real(first.value)),
            words::count(first.step)
        ),
        Some(knob) if rest.iter().all(|change| change.knob == first.knob) => {
            let name = knob.id.replace('-', " ");
            format!("{} changes of {name}", rest.len() + 1)
        }
        Some(_) | None => format!("{} changes of knobs", rest.len() + 1),
    });
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

/// What the phases have otherwise than those that the recipe has with these knobs and this kind of
/// pretraining.
fn phases(config: &RunConfig, known: &dyn Variant, found: &mut Vec<String>) {
    let mut usual = config.clone();
    usual.rebuild_schedule(known);
    let (own, usual) = (&config.schedule.phases, &usual.schedule.phases);
    let objectives = |phases: &[Phase]| -> Vec<Objective> {
        phases.iter().map(|phase| phase.objective).collect()
    };
    if objectives(own) == objectives(usual) {
        let differing: Vec<_> = own
            .iter()
            .zip(usual)
            .map(|(phase, usual)| phase_differences(phase, usual))
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
    let knobs = config.knobs.resolve(known.id(), known.knobs());
    if knobs.is_ok_and(|knobs| known.stages(&knobs).is_ok()) {
        found.push(match own.len() {
            1 => "1 phase of its own".to_owned(),
            count => format!("{count} phases of its own"),
        });
    } else if let (Some(phase), Some(usual)) = (own.last(), usual.last()) {
        // With widths that cannot be, which a field holds while they are typed, nothing is known of
        // how many phases there should be.
        found.extend(phase_differences(phase, usual).into_iter().flatten());
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
