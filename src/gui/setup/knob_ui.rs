//! The knobs of a variant as controls, from its table alone.

use egui::Ui;

use crate::gui::focus::line_edit;
use crate::gui::trace::trace_widget;
use crate::model::{Knob, KnobKind, KnobValue, Knobs, Scale, parse_widths};

use super::form::{self, Entry, NumberStyle};
use super::typed;

/// Controls for those knobs of a table that are to be shown and have an effect now; `problem` is what is
/// wrong with the settings.
pub fn knobs_ui(
    ui: &mut Ui,
    table: &'static [Knob],
    is_shown: impl Fn(&Knob) -> bool,
    problem: Option<&str>,
    knobs: &mut Knobs,
) {
    for knob in table {
        if !is_shown(knob) {
            continue;
        }
        if knob.is_active(knobs) {
            knob_ui(ui, knob, problem, knobs);
        } else if knob.only_with == Knob::UNLESS_WIDTHS {
            // It stays, so that the field of the widths does not move while they are typed.
            ui.add_enabled_ui(false, |ui| knob_ui(ui, knob, problem, knobs))
                .response
                .on_disabled_hover_text("The widths below decide this. Empty them to set it here.");
        }
    }
}

fn knob_ui(ui: &mut Ui, knob: &'static Knob, problem: Option<&str>, knobs: &mut Knobs) {
    let words = (knob.name, knob.help);
    let value = knobs
        .get(knob.id)
        .cloned()
        .unwrap_or_else(|| knob.default_value());
    let changed = match (knob.kind, &value) {
        (
            KnobKind::Integer {
                min,
                max,
                step,
                scale,
                ..
            },
            KnobValue::Integer(value),
        ) => {
            let style = NumberStyle {
                step: step as f64,
                ..number_style(scale, NumberStyle::WHOLE, NumberStyle::WHOLE_LOG)
            };
            let mut number = *value as f64;
            form::number_row(ui, words, &mut number, min as f64..=max as f64, style);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the row keeps to the range of an i64"
            )]
            let number = number.round() as i64;
            KnobValue::Integer(number)
        }
        (
            KnobKind::Real {
                min,
                max,
                usual,
                scale,
                ..
            },
            KnobValue::Real(value),
        ) => {
            let mut number = *value;
            let style = real_style([min, usual], scale);
            form::number_row(ui, words, &mut number, min..=max, style);
            KnobValue::Real(number)
        }
        (KnobKind::Choice { options, .. }, KnobValue::Text(value)) => {
            let shown = options
                .iter()
                .find(|option| option.id == value)
                .map_or(value.as_str(), |option| option.name);
            let entries = options.iter().map(|option| Entry {
                value: option.id,
                name: option.name,
                help: option.help,
            });
            match form::choice_row(ui, words, (value.as_str(), shown), entries) {
                Some(id) => KnobValue::Text(id.to_owned()),
                None => return,
            }
        }
        (KnobKind::Widths | KnobKind::Levels { .. }, KnobValue::Text(value)) => {
            let mut text = value.clone();
            list_ui(ui, knob, problem, &mut text);
            KnobValue::Text(text)
        }
        // A file may hold a value of another type; the check of the settings says so, and choosing
        // anything mends it.
        (
            KnobKind::Integer { .. }
            | KnobKind::Real { .. }
            | KnobKind::Choice { .. }
            | KnobKind::Widths
            | KnobKind::Levels { .. },
            _,
        ) => knob.default_value(),
    };
    if changed != value {
        knobs.set(knob.id, changed);
    }
}

/// How a slider for any number runs. Over equal ratios it begins at the least there is, or, where that
/// is 0, with 0 at its very end and one in a million beside it; it ends at what is usual.
pub(super) fn real_style([min, usual]: [f64; 2], scale: Scale) -> NumberStyle {
    let style = number_style(scale, NumberStyle::REAL, NumberStyle::REAL_LOG);
    NumberStyle {
        smallest: if min > 0.0 { min } else { style.smallest },
        usual,
        ..style
    }
}

fn number_style(scale: Scale, linear: NumberStyle, logarithmic: NumberStyle) -> NumberStyle {
    match scale {
        Scale::Linear => linear,
        Scale::Logarithmic => logarithmic,
    }
}

/// Whether a problem is told below the control of a knob.
pub fn tells(knob: &Knob, problem: &str) -> bool {
    let is_list = matches!(knob.kind, KnobKind::Widths | KnobKind::Levels { .. });
    is_list && problem.contains(knob.id)
}

/// A text field for a list of numbers, which holds them as they are typed, with what is wrong with them
/// below.
fn list_ui(ui: &mut Ui, knob: &Knob, problem: Option<&str>, text: &mut String) {
    let is_widths = matches!(knob.kind, KnobKind::Widths);
    form::row(ui, knob.name, knob.help, |ui, label| {
        let field = line_edit(ui, text, |field| {
            let hint = if is_widths { "tapered" } else { "8,6,5" };
            field.desired_width(f32::INFINITY).hint_text(hint)
        });
        trace_widget(knob.id, &field);
        field.labelled_by(label).on_hover_text(knob.help);
    });
    let malformed = match parse_widths(text) {
        Err(piece) if is_widths => Some(format!(
            "“{piece}” is not a width: whole numbers from 1 to 99,999 are."
        )),
        Ok(_) | Err(_) => None,
    };
    let told = || {
        problem
            .filter(|problem| tells(knob, problem))
            .map(str::to_owned)
    };
    typed::wrong_ui(ui, malformed.or_else(told));
}
