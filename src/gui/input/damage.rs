//! The damage: how much of each kind is done to the image before it goes in.

use egui::{DragValue, Slider, Ui};

use crate::gui::action::{Action, Actions};
use crate::gui::focus::{steady, take_keys};
use crate::gui::view::View;

use super::InputAction;

/// Width of the names in front of the sliders.
const NAME_WIDTH: f32 = 96.0;

/// Draws the sliders.
pub fn damage_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let input = &view.state.input;
    let mut corruption = input.corruption;
    ui.label("Corruption").on_hover_text(
        "Damage done to the image before it goes in. What a network rebuilds of it shows what it \
         has learned of the images: one that only copies rebuilds the damage as well.",
    );
    amount_ui(
        ui,
        "Noise σ",
        "Standard deviation of normal noise added to every pixel, where white is 1",
        &mut corruption.noise_sigma,
        false,
    );
    amount_ui(
        ui,
        "Salt and pepper",
        "Share of pixels that turn white or black",
        &mut corruption.salt_share,
        true,
    );
    amount_ui(
        ui,
        "Block",
        "Side of a black square, as a share of the shorter side of the image",
        &mut corruption.block.size,
        true,
    );
    ui.add_enabled_ui(corruption.block.size > 0.0, |ui| {
        let [across, down] = &mut corruption.block.center;
        amount_ui(
            ui,
            "Block across",
            "Where the middle of the square is, from left to right",
            across,
            true,
        );
        amount_ui(
            ui,
            "Block down",
            "Where the middle of the square is, from top to bottom",
            down,
            true,
        );
    });
    if view.state.has_noise() {
        own_ui(ui, view, out);
    }
    if view.state.has_drawn_codes() {
        samples_ui(ui, view, out);
    }
    if view.state.has_noise() || view.state.has_drawn_codes() {
        seed_ui(ui, view, &mut corruption.seed);
    }
    if corruption != input.corruption {
        out.push(Action::Input(InputAction::Corrupt(corruption)));
    }
    buttons_ui(ui, view, out);
}

/// The noise that the runs themselves are trained with.
fn own_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let mut is_on = view.state.input.has_own_noise;
    let own = ui
        .checkbox(&mut is_on, "The run's own noise")
        .on_hover_text(
            "Gives runs that train on noisy images this one with noise of the same kind and level, \
             after any damage above. The canvas stays without it.",
        );
    if own.changed() {
        out.push(Action::Input(InputAction::GiveOwnNoise(is_on)));
    }
}

/// Codes that the runs draw.
fn samples_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let mut is_on = view.state.input.has_samples;
    let samples = ui.checkbox(&mut is_on, "Four samples").on_hover_text(
        "Shows four codes that runs with a Gaussian bottleneck draw from q(z|x), decoded, beside \
             the picture of the mean",
    );
    if samples.changed() {
        out.push(Action::Input(InputAction::ShowSamples(is_on)));
    }
}

/// Which noise and which samples.
fn seed_ui(ui: &mut Ui, view: &View<'_>, seed: &mut u64) {
    steady(ui, "noise number", |ui| {
        ui.horizontal(|ui| {
            let label = ui.label("Noise number");
            let number = DragValue::new(seed).speed(0.1);
            ui.add_enabled(is_random(view), number)
                .labelled_by(label.id)
                .on_hover_text(
                    "Which noise and samples are drawn: the same number gives the same ones",
                )
                .on_disabled_hover_text(NO_NOISE);
        });
    });
}

/// Why there is no other noise to be had.
const NO_NOISE: &str = "Nothing is drawn by chance: no noise, no salt and pepper, no samples";

/// Whether anything is drawn by chance.
fn is_random(view: &View<'_>) -> bool {
    let input = &view.state.input;
    let corruption = &input.corruption;
    let is_own = input.has_own_noise && view.state.has_noise();
    let is_drawn = input.has_samples && view.state.has_drawn_codes();
    is_own || is_drawn || corruption.noise_sigma > 0.0 || corruption.salt_share > 0.0
}

fn buttons_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    ui.horizontal_wrapped(|ui| {
        let other = ui
            .add_enabled(is_random(view), egui::Button::new("Another noise"))
            .on_hover_text("As much damage as before, but elsewhere")
            .on_disabled_hover_text(NO_NOISE);
        if other.clicked() {
            out.push(Action::Input(InputAction::OtherNoise));
        }
        let repair = ui
            .add_enabled(view.state.input.is_damaged(), egui::Button::new("Repair"))
            .on_hover_text("The image as it was, without any damage")
            .on_disabled_hover_text("There is no damage");
        if repair.clicked() {
            out.push(Action::Input(InputAction::Repair));
        }
    });
}

/// One slider from 0 to 1, told in per cent or as it is.
fn amount_ui(ui: &mut Ui, name: &str, help: &str, value: &mut f32, is_share: bool) {
    let row = |ui: &mut Ui| {
        let height = ui.spacing().interact_size.y;
        let label = ui
            .allocate_ui_with_layout(
                egui::vec2(NAME_WIDTH, height),
                egui::Layout::left_to_right(egui::Align::Center),
                |ui| {
                    ui.set_min_width(NAME_WIDTH);
                    ui.label(name)
                },
            )
            .inner;
        let id = label.id;
        label.on_hover_text(help);
        ui.spacing_mut().slider_width = (ui.available_width() - 62.0).clamp(50.0, 140.0);
        let slider = Slider::new(value, 0.0..=1.0);
        let slider = if is_share {
            slider
                .custom_formatter(|share, _| format!("{:.0} %", share * 100.0))
                .custom_parser(|text| {
                    let percent: f64 = text.trim_end_matches(['%', ' ']).parse().ok()?;
                    Some(percent / 100.0)
                })
        } else {
            slider.fixed_decimals(2)
        };
        take_keys(ui.add(slider).labelled_by(id)).on_hover_text(help);
    };
    steady(ui, name, |ui| ui.horizontal(row));
}
