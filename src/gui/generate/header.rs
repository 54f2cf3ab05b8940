//! The line of choices, and what holds for all runs.

use egui::{ComboBox, DragValue, RichText, Slider, Ui};

use crate::engine::Tested;
use crate::gui::action::{Action, Actions};
use crate::gui::focus::{steady, take_keys};
use crate::gui::view::View;
use crate::gui::words;
use crate::train::CodeSource;

use super::state::{GenerateAction, HOTTEST, MOST_COMPONENTS};

/// Draws the choices: the source that codes are drawn from, of those there are, and how.
pub(super) fn header_ui(
    ui: &mut Ui,
    view: &View<'_>,
    (source, sources): (CodeSource, &[CodeSource]),
    out: &mut Actions,
) {
    let line = |ui: &mut Ui| {
        source_ui(ui, (source, sources), out);
        if source.has_temperature() {
            temperature_ui(ui, view, out);
        }
        if source == CodeSource::Mixture {
            components_ui(ui, view, out);
        }
        seed_ui(ui, view, out);
    };
    steady(ui, "choices of drawn codes", |ui| {
        ui.horizontal_wrapped(line);
    });
    let looks_back = |run| view.state.looks_back(run);
    if view.state.runs.iter().any(looks_back) {
        note_ui(
            ui,
            view,
            "Drawn with the newest weights, not with those of the moment that is looked at.",
        );
    }
}

/// Draws a sentence in small letters.
pub(super) fn note_ui(ui: &mut Ui, view: &View<'_>, text: &str) {
    let text = RichText::new(text).small().color(view.palette.weak);
    ui.add(egui::Label::new(text).wrap());
}

fn help(source: CodeSource) -> &'static str {
    match source {
        CodeSource::Prior => {
            "Each number from a normal distribution of mean 0 and variance 1: for codes that are trained to \
             be spread like that"
        }
        CodeSource::Mixture => {
            "From a Gaussian mixture that is fitted to the codes of up to 2,000 training images, whatever \
             shape these have"
        }
        CodeSource::Entries => {
            "At each place an entry, as often as up to 2,000 training images have it there; what is drawn \
             at one place has nothing to do with the others"
        }
    }
}

fn source_ui(ui: &mut Ui, (source, sources): (CodeSource, &[CodeSource]), out: &mut Actions) {
    let label = ui.label("Codes from");
    let list = ComboBox::from_id_salt("source of codes")
        .selected_text(source.name())
        .show_ui(ui, |ui| {
            for &choice in sources {
                let entry = ui.selectable_label(choice == source, choice.name());
                if entry.on_hover_text(help(choice)).clicked() {
                    out.push(Action::Generate(GenerateAction::From(choice)));
                }
            }
        });
    list.response
        .labelled_by(label.id)
        .on_hover_text(help(source));
}

fn temperature_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let mut temperature = view.state.generate.temperature;
    let label = ui.label("Temperature");
    let slider = Slider::new(&mut temperature, 0.0..=HOTTEST)
        .step_by(0.05)
        .show_value(false);
    let slider = take_keys(ui.add(slider).labelled_by(label.id));
    let is_changed = slider.changed();
    slider.on_hover_text(
        "What deviations from the mean are multiplied by: 1 draws as it is, less gives more usual pictures, \
         0 the means alone",
    );
    ui.label(format!("{temperature:.2}"));
    if is_changed {
        out.push(Action::Generate(GenerateAction::Temperature(temperature)));
    }
}

fn components_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let mut components = view.state.generate.components;
    let label = ui.label("Components");
    let field = DragValue::new(&mut components)
        .range(1..=MOST_COMPONENTS)
        .speed(0.2);
    let field = ui.add(field).labelled_by(label.id);
    if field
        .on_hover_text("Gaussians of the mixture, at most")
        .changed()
    {
        out.push(Action::Generate(GenerateAction::Components(components)));
    }
}

fn seed_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let mut seed = view.state.generate.seed;
    let label = ui.label("Seed of draws");
    let field = DragValue::new(&mut seed)
        .range(0..=u64::from(u32::MAX))
        .speed(0.2);
    let field = ui.add(field).labelled_by(label.id);
    let help = "The same seed draws the same random numbers for all runs whose codes are as long";
    if field.on_hover_text(help).changed() {
        out.push(Action::Generate(GenerateAction::Seed(seed)));
    }
    let other = ui
        .button("Other draws")
        .on_hover_text("Draws other codes, by the next seed");
    if other.clicked() {
        out.push(Action::Generate(GenerateAction::OtherDraws));
    }
}

/// How near test images are, as a measure for pictures.
pub(super) fn tested_words(tested: Option<Tested>) -> String {
    match tested {
        Some(Tested { count, median }) => format!(
            "Test images are {} from the training images nearest to them (mean squared distance, median of \
             {count}). A picture less than a quarter as far from one is marked ●: it is probably a copy.",
            words::three_digits(median),
        ),
        None => {
            "How far test images are from the training images nearest to them is being measured."
                .to_owned()
        }
    }
}
