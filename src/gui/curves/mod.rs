//! The pane of curves: errors of all runs as they train.
//!
//! One chart shows one *unit*: squared errors, or cross-entropy for runs that minimise it. Errors on
//! codes, which greedy phases minimise, are a unit of their own too and drawn dashed.

mod axis;
mod chart;
mod clock;
mod cursor;
mod dense;
mod extremes;
mod labels;
mod legend;
mod lines;
mod losses;
mod options;
pub mod pattern;
mod reading;
mod series;
mod table;
mod ticks;

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Button, ComboBox, PopupCloseBehavior, RichText, Slider, Ui};

use super::action::{Action, Actions, ChartUnit, ViewOptions};
use super::focus::{steady, take_keys};
use super::run::Run;
use super::theme::text_scale;
use super::view::View;

pub use axis::Axis;

pub use legend::{CurvesAction, CurvesState};
pub use options::{CurveOptions, MOST_SMOOTHING, Reduction, XUnit};
pub use series::{Series, Train};

/// Height of the line below the chart.
const HINT_HEIGHT: f32 = 18.0;

/// Width of the formula in the menu of options.
const FORMULA_WIDTH: f32 = 320.0;

/// Panes that are narrower than this, in type of the usual size, have the switches in a menu; so have
/// those where the chart would be lower than the second.
const COMPACT_WIDTH: f32 = 420.0;
const GOOD_HEIGHT: f32 = 110.0;

/// Widths of all switches and of an entry of the legend, and height of a line of them, about.
const SWITCHES_WIDTH: f32 = 860.0;
const ENTRY_WIDTH: f32 = 130.0;
const LINE: f32 = 26.0;

/// Width of the slider for smoothing with its words.
const SMOOTHING_WIDTH: f32 = 230.0;

/// The chart itself is no lower, whatever stands above it.
const LEAST_HEIGHT: f32 = 60.0;

/// How to move about, where the mouse is not told already.
const HELP: &str = "Drag to move, scroll to zoom along the axis, Ctrl + scroll to zoom, drag with the \
                    right button to zoom into a box, double-click to fit; \
                    by keyboard arrows move, + and − zoom, Enter fits. Drag the ▼ at the top, or \
                    Shift + click, to look back at a step in all panes.";

/// Draws the pane.
pub fn curves_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let shown = |run: &&Run| !view.state.curves.is_hidden(run.id);
    let runs: Vec<&Run> = view.state.runs.iter().filter(shown).collect();
    let has_entropy = view.state.runs.iter().any(Run::minimises_cross_entropy);
    let mut options = view.state.options;
    let scale = text_scale(ui.ctx());
    let is_compact = is_compact(ui.available_size() / scale, view.state.runs.len());
    let mut is_fit = false;
    let formula = losses::formula(
        &runs,
        if has_entropy {
            options.unit
        } else {
            ChartUnit::SquaredError
        },
        options.curves.reduction,
    );
    legend::legend_ui(ui, view, out, |ui| {
        if is_compact {
            let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
            let (button, _) = MenuButton::new("Options").config(stays).ui(ui, |ui| {
                is_fit = switches_ui(ui, &mut options, has_entropy, true);
                ui.separator();
                ui.set_max_width(FORMULA_WIDTH * scale);
                ui.add(egui::Label::new(RichText::new(&formula).small().weak()).wrap());
            });
            button.on_hover_text(format!(
                "Scale, axis, smoothing and what else the chart shows.\n\n{formula}\n\n{HELP}"
            ));
        }
    });
    if !is_compact {
        steady(ui, "switches", |ui| {
            ui.horizontal_wrapped(|ui| is_fit = switches_ui(ui, &mut options, has_entropy, false));
        });
    }
    if options != view.state.options {
        out.push(Action::Show(options));
    }
    if !has_entropy {
        options.unit = ChartUnit::SquaredError;
    }
    let hint_height = if is_compact {
        0.0
    } else {
        HINT_HEIGHT * scale + ui.spacing().item_spacing.y
    };
    let height = (ui.available_height() - hint_height).max(LEAST_HEIGHT);
    chart::chart_ui(ui, view, &runs, options, (height, is_fit), is_compact, out);
    if !is_compact {
        let hint = egui::Label::new(RichText::new(&formula).small().weak()).truncate();
        ui.add(hint).on_hover_text(format!("{formula}\n\n{HELP}"));
    }
}

/// Whether a pane of this size, in type of the usual size, is to leave as much as it can to the chart.
fn is_compact(size: egui::Vec2, runs: usize) -> bool {
    let lines = |width: f32| (width / size.x.max(1.0)).ceil();
    let above = lines(SWITCHES_WIDTH) + lines(runs as f32 * ENTRY_WIDTH);
    // The hint and the numbers of the axis are two lines more.
    let chart = size.y - (above + 2.0) * LINE;
    size.x < COMPACT_WIDTH || chart < GOOD_HEIGHT
}

/// Draws the switches and tells whether the chart is to fit itself to the data.
fn switches_ui(ui: &mut Ui, options: &mut ViewOptions, has_entropy: bool, is_menu: bool) -> bool {
    // Lists and sliders come first: in a line that has begun they would not go to the next one.
    let curves = &mut options.curves;
    if is_menu {
        choices_ui(ui, curves);
    } else {
        lists_ui(ui, curves);
    }
    if !is_menu && ui.available_size_before_wrap().x < SMOOTHING_WIDTH * text_scale(ui.ctx()) {
        ui.end_row();
    }
    ui.spacing_mut().slider_width = 70.0;
    let smoothing = Slider::new(&mut curves.smoothing_steps, 1..=MOST_SMOOTHING)
        .logarithmic(true)
        .suffix(" steps")
        .text("Smoothing");
    take_keys(ui.add(smoothing)).on_hover_text(
        "Training losses as means over so many steps up to each; the losses of single steps stay \
         faintly visible behind. 1 step shows them as they are.",
    );
    ui.checkbox(&mut options.has_log_axis, "Log scale")
        .on_hover_text("Equal distances for equal ratios of errors");
    if options.unit == ChartUnit::SquaredError || !has_entropy {
        ui.checkbox(&mut options.shows_baselines, "Baselines")
            .on_hover_text("What a black image, the mean image and PCA of the code's size reach");
        ui.checkbox(&mut options.shows_training, "Training loss")
            .on_hover_text("The loss of every training step");
    }
    if has_entropy {
        ui.selectable_value(&mut options.unit, ChartUnit::CrossEntropy, "Cross-entropy")
            .on_hover_text("The training loss of runs that minimise cross-entropy");
        ui.selectable_value(&mut options.unit, ChartUnit::SquaredError, "Squared error")
            .on_hover_text("Errors of reconstructed images");
    }
    ui.add(Button::new("Fit"))
        .on_hover_text(format!("Shows everything. {HELP}"))
        .clicked()
}

const VALUES_HELP: &str = "Whether losses are means over the pixels of an image or their sums, as papers \
                           have it either way. The sum is the mean times the number of pixels.";

/// What the axes count, one beside the other: a list would close the menu that it opens in.
fn choices_ui(ui: &mut Ui, curves: &mut CurveOptions) {
    ui.horizontal(|ui| {
        ui.label(RichText::new("Axis").small().weak());
        for unit in XUnit::ALL {
            ui.selectable_value(&mut curves.x, *unit, unit.name())
                .on_hover_text(unit.help());
        }
    });
    ui.horizontal(|ui| {
        ui.label(RichText::new("Values").small().weak());
        for reduction in Reduction::ALL {
            ui.selectable_value(&mut curves.reduction, *reduction, reduction.name())
                .on_hover_text(VALUES_HELP);
        }
    });
}

/// The same as lists.
fn lists_ui(ui: &mut Ui, curves: &mut CurveOptions) {
    ui.label(RichText::new("Axis").small().weak());
    let along = ComboBox::from_id_salt("along")
        .selected_text(curves.x.name())
        .width(76.0)
        .show_ui(ui, |ui| {
            for unit in XUnit::ALL {
                ui.selectable_value(&mut curves.x, *unit, unit.name())
                    .on_hover_text(unit.help());
            }
        });
    named(along.response, "Along the axis").on_hover_text("What the horizontal axis counts");
    ui.label(RichText::new("Values").small().weak());
    let values = ComboBox::from_id_salt("reduction")
        .selected_text(curves.reduction.name())
        .width(112.0)
        .show_ui(ui, |ui| {
            for reduction in Reduction::ALL {
                ui.selectable_value(&mut curves.reduction, *reduction, reduction.name());
            }
        });
    named(values.response, "Values of an image").on_hover_text(VALUES_HELP);
}

/// Gives a list of choices, which shows its choice, a name of its own.
fn named(response: egui::Response, name: &'static str) -> egui::Response {
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, name));
    response
}
