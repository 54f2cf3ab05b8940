//! The pane of curves: errors of all runs as they train, or another number that was measured.
//!
//! One chart shows one *unit*: squared errors, or cross-entropy for runs that minimise it. Errors on
//! codes, which greedy phases minimise, are a unit of their own too and drawn dashed, as are losses that
//! hold more than errors of reconstruction.

mod axis;
mod chart;
mod clock;
mod cursor;
mod dense;
mod empty;
mod extremes;
mod kept;
mod labels;
mod legend;
mod lines;
mod losses;
mod options;
pub mod pattern;
mod reading;
mod series;
mod shown;
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

pub use kept::KeptLines;
pub use legend::{CurvesAction, CurvesState};
pub use options::{CurveOptions, MOST_SMOOTHING, Reduction, XUnit};
pub use series::{Series, Train};
pub use shown::Shown;

use shown::{Choices, resolved};

/// Height of the line below the chart.
const HINT_HEIGHT: f32 = 18.0;

/// Width of the formula in the menu of options.
const FORMULA_WIDTH: f32 = 320.0;

/// Panes that are narrower than this, in type of the usual size, have the switches in a menu; so have
/// those where the chart would be lower than the second.
const COMPACT_WIDTH: f32 = 420.0;
const GOOD_HEIGHT: f32 = 110.0;

/// Widths of all switches, of the list of what can be shown and of an entry of the legend, and height of
/// a line of them, about.
const SWITCHES_WIDTH: f32 = 860.0;
const CHOOSER_WIDTH: f32 = 210.0;
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
    let mut options = view.state.options;
    let (drawn, choices) = resolved(options, &view.state.runs, &runs);
    let scale = text_scale(ui.ctx());
    let has_chooser = choices.shown.len() > 1;
    let is_compact = is_compact(
        ui.available_size() / scale,
        view.state.runs.len(),
        has_chooser,
    );
    let mut is_fit = false;
    let formula = formula(&runs, drawn);
    legend::legend_ui(ui, view, drawn, out, |ui| {
        if is_compact {
            let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
            let (button, _) = MenuButton::new("Options").config(stays).ui(ui, |ui| {
                is_fit = switches_ui(ui, &mut options, (drawn, &choices), true);
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
            ui.horizontal_wrapped(|ui| {
                is_fit = switches_ui(ui, &mut options, (drawn, &choices), false);
            });
        });
    }
    if options != view.state.options {
        out.push(Action::Show(options));
    }
    let (drawn, _) = resolved(options, &view.state.runs, &runs);
    let hint_height = if is_compact {
        0.0
    } else {
        HINT_HEIGHT * scale + ui.spacing().item_spacing.y
    };
    let height = (ui.available_height() - hint_height).max(LEAST_HEIGHT);
    chart::chart_ui(ui, view, &runs, drawn, (height, is_fit), is_compact, out);
    if !is_compact {
        let hint = egui::Label::new(RichText::new(&formula).small().weak()).truncate();
        ui.add(hint).on_hover_text(format!("{formula}\n\n{HELP}"));
    }
}

/// A line on what the chart shows.
fn formula(runs: &[&Run], drawn: ViewOptions) -> String {
    match drawn.curves.shown {
        Shown::Losses => losses::formula(runs, drawn.unit, drawn.curves.reduction),
        shown @ Shown::Quantity(_) => format!("{}: {}", shown.name(), shown.help()),
    }
}

/// Whether a pane of this size, in type of the usual size, is to leave as much as it can to the chart.
fn is_compact(size: egui::Vec2, runs: usize, has_chooser: bool) -> bool {
    let lines = |width: f32| (width / size.x.max(1.0)).ceil();
    let chooser = if has_chooser { CHOOSER_WIDTH } else { 0.0 };
    let above = lines(SWITCHES_WIDTH + chooser) + lines(runs as f32 * ENTRY_WIDTH);
    // The hint and the numbers of the axis are two lines more.
    let chart = size.y - (above + 2.0) * LINE;
    size.x < COMPACT_WIDTH || chart < GOOD_HEIGHT
}

/// Draws the switches that say something about what is drawn, and tells whether the chart is to fit
/// itself to the data.
fn switches_ui(
    ui: &mut Ui,
    options: &mut ViewOptions,
    (drawn, choices): (ViewOptions, &Choices),
    is_menu: bool,
) -> bool {
    // Lists and sliders come first: in a line that has begun they would not go to the next one.
    let curves = &mut options.curves;
    let shown = drawn.curves.shown;
    if is_menu {
        choices_ui(ui, curves, (shown, choices));
    } else {
        lists_ui(ui, curves, (shown, choices));
    }
    let is_losses = shown == Shown::Losses;
    if is_losses {
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
    }
    if shown.may_be_log() {
        ui.checkbox(&mut options.has_log_axis, "Log scale")
            .on_hover_text("Equal distances for equal ratios of errors");
    }
    if is_losses && drawn.unit == ChartUnit::SquaredError {
        ui.checkbox(&mut options.shows_baselines, "Baselines")
            .on_hover_text("What a black image, the mean image and PCA of the code's size reach");
        ui.checkbox(&mut options.shows_training, "Training loss")
            .on_hover_text("The loss of every training step");
    }
    if choices.has_units {
        let [nats, squares] = if is_losses {
            [
                "The training loss of runs that minimise cross-entropy",
                "Errors of reconstructed images",
            ]
        } else {
            [
                "Of runs that minimise cross-entropy",
                "Of runs that minimise squared errors",
            ]
        };
        ui.selectable_value(&mut options.unit, ChartUnit::CrossEntropy, "Cross-entropy")
            .on_hover_text(nats);
        ui.selectable_value(&mut options.unit, ChartUnit::SquaredError, "Squared error")
            .on_hover_text(squares);
    }
    ui.add(Button::new("Fit"))
        .on_hover_text(format!("Shows everything. {HELP}"))
        .clicked()
}

const VALUES_HELP: &str = "Whether losses are means over the pixels of an image or their sums, as papers \
                           have it either way. The sum is the mean times the number of pixels.";

/// What is shown. Where only losses and errors were measured there is nothing to choose.
fn entries_ui(ui: &mut Ui, curves: &mut CurveOptions, (drawn, choices): (Shown, &Choices)) {
    for shown in &choices.shown {
        // What is drawn is marked, also where what was chosen is not to be had.
        if ui
            .selectable_label(drawn == *shown, shown.name())
            .on_hover_text(shown.help())
            .clicked()
        {
            curves.shown = *shown;
        }
    }
}

/// What is shown and what the axes count, one beside the other: a list would close the menu that it
/// opens in.
fn choices_ui(ui: &mut Ui, curves: &mut CurveOptions, (shown, choices): (Shown, &Choices)) {
    if choices.shown.len() > 1 {
        ui.scope(|ui| {
            ui.set_max_width(FORMULA_WIDTH * text_scale(ui.ctx()));
            ui.horizontal_wrapped(|ui| {
                ui.label(RichText::new("Show").small().weak());
                entries_ui(ui, curves, (shown, choices));
            });
        });
    }
    ui.horizontal(|ui| {
        ui.label(RichText::new("Axis").small().weak());
        for unit in XUnit::ALL {
            ui.selectable_value(&mut curves.x, *unit, unit.name())
                .on_hover_text(unit.help());
        }
    });
    if !shown.is_error() {
        return;
    }
    ui.horizontal(|ui| {
        ui.label(RichText::new("Values").small().weak());
        for reduction in Reduction::ALL {
            ui.selectable_value(&mut curves.reduction, *reduction, reduction.name())
                .on_hover_text(VALUES_HELP);
        }
    });
}

/// The same as lists.
fn lists_ui(ui: &mut Ui, curves: &mut CurveOptions, (shown, choices): (Shown, &Choices)) {
    if choices.shown.len() > 1 {
        ui.label(RichText::new("Show").small().weak());
        let list = ComboBox::from_id_salt("shown")
            .selected_text(shown.name())
            .width(150.0)
            .height(400.0)
            .show_ui(ui, |ui| entries_ui(ui, curves, (shown, choices)));
        named(list.response, "What the chart shows").on_hover_text(shown.help());
    }
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
    if !shown.is_error() {
        return;
    }
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
