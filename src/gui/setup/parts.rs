//! Corruption, bottleneck and penalties: a section each, which folds, and whose heading tells what is
//! in it.
//!
//! What is hidden in a lesson is told by no heading either.

use egui::{CollapsingHeader, TextStyle, TextWrapMode, Ui, WidgetText};

use crate::gui::run::Run;
use crate::gui::share::locks;
use crate::gui::words;
use crate::model::{Knob, KnobKind, KnobValue, Knobs, PENALTY_PREFIX, Part, variant};
use crate::store::share::Access;

use super::knob_ui;

/// The parts that fold, in the order of the panel.
const FOLDING: [Part; 3] = [Part::Corruption, Part::Bottleneck, Part::Penalties];

/// Options of a choice that leave a part without effect.
const IDLE: [&str; 2] = ["none", "plain"];

/// What a part holds, in a few words.
#[derive(Debug, PartialEq, Eq)]
struct Contents {
    /// In the words of the window, empty where nothing may be told.
    text: String,
    /// Whether the part does anything.
    has_effect: bool,
}

/// The sections of all parts that have anything to be seen; `problem` is what is wrong with the settings.
pub fn parts_ui(ui: &mut Ui, run: &Run, problem: Option<&str>, knobs: &mut Knobs) {
    // While another model type is being chosen, the knobs are still those of the one before.
    let id = &run.draft.config.variant;
    let Ok(known) = variant(id) else {
        return;
    };
    for part in FOLDING {
        let is_there = |knob: &&Knob| knob.part == part && knob.is_active(knobs);
        let is_seen = |knob: &&Knob| locks::access(ui, knob.name) != Access::Hidden;
        let there: Vec<&Knob> = known.knobs().iter().filter(is_there).collect();
        let seen: Vec<&Knob> = there.iter().copied().filter(is_seen).collect();
        if seen.is_empty() {
            continue;
        }
        let contents = contents(part, &seen, knobs);
        // Of what is hidden nobody can say that it does nothing.
        let is_told = contents.has_effect || seen.len() == there.len();
        let title = match &contents.text[..] {
            text if is_told && !text.is_empty() => format!("{}: {text}", part.name()),
            _ => part.name().to_owned(),
        };
        // Each model type opens what is special about it.
        let salt = ("part", run.id, id, part.name());
        folding(ui, title, salt, contents.has_effect, |ui| {
            let is_of_part = |knob: &Knob| knob.part == part;
            knob_ui::knobs_ui(ui, known.knobs(), is_of_part, problem, knobs);
        });
    }
}

/// A section that folds, with as much of its title as has room; all of it is said, and shown on
/// hovering.
pub(super) fn folding(
    ui: &mut Ui,
    title: String,
    salt: impl egui::AsIdSalt,
    is_open_at_first: bool,
    add: impl FnOnce(&mut Ui),
) {
    let spacing = ui.spacing();
    let room = ui.available_width() - spacing.indent - spacing.button_padding.x;
    let galley = WidgetText::from(title.as_str()).into_galley(
        ui,
        Some(TextWrapMode::Truncate),
        room,
        TextStyle::Button,
    );
    let is_cut = galley.elided;
    let header = CollapsingHeader::new(WidgetText::Galley(galley))
        .id_salt(salt)
        .default_open(is_open_at_first)
        .show(ui, add)
        .header_response;
    if is_cut {
        header.on_hover_text(title);
    }
}

fn value_of(knob: &Knob, knobs: &Knobs) -> KnobValue {
    let value = knobs.get(knob.id).cloned();
    value.unwrap_or_else(|| knob.default_value())
}

fn number(knob: &Knob, knobs: &Knobs) -> Option<f64> {
    match value_of(knob, knobs) {
        KnobValue::Real(value) => Some(value),
        KnobValue::Integer(value) => Some(value as f64),
        KnobValue::Text(_) => None,
    }
}

/// What a part holds, as far as these knobs of it tell.
fn contents(part: Part, seen: &[&Knob], knobs: &Knobs) -> Contents {
    if part == Part::Penalties {
        return penalties(seen, knobs);
    }
    let Some((id, name)) = seen.iter().find_map(|knob| chosen(knob, knobs)) else {
        return Contents {
            text: String::new(),
            has_effect: false,
        };
    };
    if IDLE.contains(&id.as_str()) {
        return Contents {
            text: name.to_lowercase(),
            has_effect: false,
        };
    }
    // The number that says most comes first in the table.
    let amount = seen
        .iter()
        .find_map(|knob| Some((*knob, number(knob, knobs)?)));
    let text = match (part, amount) {
        (_, None) => name,
        (Part::Corruption, Some((_, amount))) => format!("{name} {}", words::setting(amount)),
        (_, Some((knob, amount))) => format!("{name}, {} {}", knob.name, words::setting(amount)),
    };
    Contents {
        text,
        has_effect: true,
    }
}

/// Id and name of the option that a choice has.
fn chosen(knob: &Knob, knobs: &Knobs) -> Option<(String, String)> {
    let KnobKind::Choice { options, .. } = knob.kind else {
        return None;
    };
    let KnobValue::Text(id) = value_of(knob, knobs) else {
        return None;
    };
    let option = options.iter().find(|option| option.id == id);
    let name = option.map_or_else(|| id.clone(), |option| option.name.to_owned());
    Some((id, name))
}

fn penalties(seen: &[&Knob], knobs: &Knobs) -> Contents {
    let found: Vec<String> = seen
        .iter()
        .filter(|knob| knob.id.starts_with(PENALTY_PREFIX))
        .filter_map(|knob| Some((knob.name, number(knob, knobs)?)))
        .filter(|(_, weight)| *weight > 0.0)
        .map(|(name, weight)| format!("{name} {}", words::setting(weight)))
        .collect();
    Contents {
        has_effect: !found.is_empty(),
        text: if found.is_empty() {
            "none".to_owned()
        } else {
            found.join(", ")
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the parts of a variant hold once its knobs were changed.
    fn told(id: &str, change: impl FnOnce(&mut Knobs)) -> Vec<(String, bool)> {
        let table = variant(id).unwrap().knobs();
        let mut knobs = Knobs::defaults(table);
        change(&mut knobs);
        let of = |part: Part| {
            let seen: Vec<&Knob> = table
                .iter()
                .filter(|knob| knob.part == part && knob.is_active(&knobs))
                .collect();
            let found = contents(part, &seen, &knobs);
            (found.text, found.has_effect)
        };
        FOLDING.map(of).to_vec()
    }

    fn is(text: &str, has_effect: bool) -> (String, bool) {
        (text.to_owned(), has_effect)
    }

    #[test]
    fn headings_tell_what_parts_hold() {
        let nothing = [is("none", false), is("plain", false), is("none", false)];
        assert_eq!(told("autoencoder", |_| {}), nothing);
        let found = told("autoencoder", |knobs| {
            knobs.set("noise", KnobValue::Text("gaussian".to_owned()));
            knobs.set("noise-level", KnobValue::Real(0.25));
            knobs.set("bottleneck", KnobValue::Text("gaussian".to_owned()));
            knobs.set("beta", KnobValue::Real(4.0));
            knobs.set("penalty-l1", KnobValue::Real(0.01));
            knobs.set("penalty-code-norm", KnobValue::Real(2.0));
        });
        let all = [
            is("Gaussian 0.25", true),
            is("Gaussian, β 4", true),
            is("L1 0.01, Code norm 2", true),
        ];
        assert_eq!(found, all);
        let found = told("autoencoder", |knobs| {
            knobs.set("bottleneck", KnobValue::Text("top-k".to_owned()));
            knobs.set("k", KnobValue::Integer(7));
        });
        assert_eq!(found[1], is("Top-k, k 7", true));
    }

    #[test]
    fn what_is_hidden_is_not_told() {
        let table = variant("denoising").unwrap().knobs();
        let knobs = Knobs::defaults(table);
        let level = table.iter().find(|knob| knob.id == "noise-level").unwrap();
        assert_eq!(
            contents(Part::Corruption, &[level], &knobs),
            Contents {
                text: String::new(),
                has_effect: false
            }
        );
        let noise = table.iter().find(|knob| knob.id == "noise").unwrap();
        assert_eq!(
            contents(Part::Corruption, &[noise], &knobs).text,
            "Gaussian"
        );
        assert_eq!(contents(Part::Penalties, &[], &knobs).text, "none");
    }
}
