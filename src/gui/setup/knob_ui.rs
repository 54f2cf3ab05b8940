//! The knobs of a variant as controls, from its table alone.

use egui::Ui;

use crate::model::{Knob, KnobKind, KnobValue, Knobs, Scale, parse_widths};

use super::form::{self, Entry, NumberStyle};

/// Controls for all knobs that have an effect now.
pub fn knobs_ui(
    ui: &mut Ui,
    table: &'static [Knob],
    has_effect: impl Fn(&Knob) -> bool,
    knobs: &mut Knobs,
) {
    for knob in table {
        if knob.is_active(knobs) && has_effect(knob) {
            knob_ui(ui, knob, knobs);
        }
    }
}

fn knob_ui(ui: &mut Ui, knob: &'static Knob, knobs: &mut Knobs) {
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
                min, max, scale, ..
            },
            KnobValue::Real(value),
        ) => {
            let style = NumberStyle {
                smallest: if min > 0.0 { min } else { 1e-6 },
                ..number_style(scale, NumberStyle::REAL, NumberStyle::REAL_LOG)
            };
            let mut number = *value;
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
        (KnobKind::Widths, KnobValue::Text(value)) => {
            let mut text = value.clone();
            widths_ui(ui, knob, &mut text);
            KnobValue::Text(text)
        }
        // A file may hold a value of another type; the check of the settings says so, and choosing
        // anything mends it.
        (
            KnobKind::Integer { .. }
            | KnobKind::Real { .. }
            | KnobKind::Choice { .. }
            | KnobKind::Widths,
            _,
        ) => knob.default_value(),
    };
    if changed != value {
        knobs.set(knob.id, changed);
    }
}

fn number_style(scale: Scale, linear: NumberStyle, logarithmic: NumberStyle) -> NumberStyle {
    match scale {
        Scale::Linear => linear,
        Scale::Logarithmic => logarithmic,
    }
}

/// A text field for widths, with what is wrong with them below.
fn widths_ui(ui: &mut Ui, knob: &Knob, text: &mut String) {
    form::row(ui, knob.name, knob.help, |ui, label| {
        ui.add(
            egui::TextEdit::singleline(text)
                .desired_width(f32::INFINITY)
                .hint_text("tapered"),
        )
        .labelled_by(label)
        .on_hover_text(knob.help);
    });
    if let Err(piece) = parse_widths(text) {
        let sentence = format!("“{piece}” is not a width: whole numbers from 1 to 99,999 are.");
        let color = ui.visuals().error_fg_color;
        ui.add(egui::Label::new(egui::RichText::new(sentence).small().color(color)).wrap());
    }
}
