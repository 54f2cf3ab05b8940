//! The pane "Network": the selected run drawn large, the other runs small below it.

use egui::{Rect, RichText, ScrollArea, Sense, TextStyle, Ui, vec2};

use crate::engine::RunId;
use crate::gui::action::{Action, Actions};
use crate::gui::run::Run;
use crate::gui::view::View;
use crate::gui::words;
use crate::model::LayerInfo;

use super::details::details_ui;
use super::hourglass::{Drawn, hourglass_ui};
use super::options::{NARROW, measure_list_ui, measures_ui};
use super::role::{self, LayerRole};
use super::verdict;

/// Height of the large drawing, at least and at most.
const LARGE: [f32; 2] = [120.0, 620.0];

/// Height of what is said below the large drawing, and of what is said of another run, about.
const WORDS: f32 = 76.0;
const OTHER_WORDS: f32 = 46.0;

/// Shares of the room that the large drawing has above details, and at least.
const ABOVE: f32 = 0.45;
const LEAST: f32 = 0.6;

/// A pane lower than this leaves all of it to the details of a layer.
const LOW: f32 = 360.0;

/// Height of a small drawing.
const SMALL: f32 = 56.0;

/// Kept free beside the drawings for the scroll bar.
const SCROLL_BAR: f32 = 8.0;

/// Draws the pane.
pub fn network_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let Some(run) = view.run() else {
        ui.weak("Add a run: its network is drawn here.");
        return;
    };
    let Some(layers) = layers(view, run) else {
        ui.weak(
            "The network is drawn here once the images are open and the settings make a network.",
        );
        return;
    };
    let pair = view
        .state
        .told_pair()
        .filter(|pair| pair.iter().any(|told| told.id == run.id));
    let frame = view.state.frame(run).map(std::convert::AsRef::as_ref);
    let roles = role::roles(run, frame, &layers);
    let selected = view
        .state
        .layers
        .selected
        .filter(|index| *index < layers.len());
    let drawn = Drawn {
        run,
        layers: &layers,
        roles: &roles,
        frame,
        is_large: true,
    };
    // Both together would be cut off.
    if let Some(index) = selected.filter(|_| ui.available_height() < LOW) {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            details_ui(ui, view, &drawn, (index, true), out);
        });
        return;
    }
    if pair.is_none() {
        heading_ui(ui, view, run, &layers, &roles);
    }
    ui.horizontal_wrapped(|ui| {
        if ui.available_width() < NARROW {
            measure_list_ui(ui, view, out);
        } else {
            measures_ui(ui, view, out);
        }
        let unit = view.state.layers.measure.unit();
        ui.label(
            RichText::new(format!("Under each layer: {unit}"))
                .small()
                .weak(),
        );
    });
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.set_max_width(ui.available_width() - SCROLL_BAR);
        let room = ui.available_size();
        let hint = "Click a layer for its weights, outputs and numbers.";
        match (pair, selected) {
            (Some(pair), selected) => {
                pair_ui(ui, view, pair, selected.is_some(), out);
                match selected {
                    Some(index) => details_ui(ui, view, &drawn, (index, false), out),
                    None => {
                        ui.label(RichText::new(hint).small().weak());
                    }
                }
            }
            (None, Some(index)) => {
                glass_ui(ui, view, &drawn, room.y * ABOVE, out);
                details_ui(ui, view, &drawn, (index, false), out);
            }
            (None, None) => {
                let others = (view.state.runs.len() - 1) as f32 * (SMALL + OTHER_WORDS);
                let height = (room.y - WORDS - others).max(room.y * LEAST);
                glass_ui(ui, view, &drawn, height, out);
                ui.label(RichText::new(hint).small().weak());
            }
        }
        let drawn: Vec<RunId> = pair.map_or_else(
            || vec![run.id],
            |pair| pair.iter().map(|run| run.id).collect(),
        );
        others_ui(ui, view, &drawn, out);
    });
}

/// Two runs, one above the other and equally large.
fn pair_ui(ui: &mut Ui, view: &View<'_>, pair: [&Run; 2], has_details: bool, out: &mut Actions) {
    let share = if has_details { ABOVE } else { 1.0 };
    let each = (ui.available_height() * share - ui.spacing().interact_size.y) / 2.0;
    for run in pair {
        let Some(layers) = layers(view, run) else {
            continue;
        };
        let frame = view.state.frame(run).map(std::convert::AsRef::as_ref);
        let roles = role::roles(run, frame, &layers);
        let top = ui.cursor().top();
        heading_ui(ui, view, run, &layers, &roles);
        let told = ui.cursor().top() - top;
        let drawn = Drawn {
            run,
            layers: &layers,
            roles: &roles,
            frame,
            is_large: true,
        };
        let line = ui.spacing().interact_size.y * 2.0;
        glass_ui(ui, view, &drawn, each - told - line, out);
    }
}

/// The large drawing and what the numbers in it mean.
fn glass_ui(ui: &mut Ui, view: &View<'_>, drawn: &Drawn<'_>, height: f32, out: &mut Actions) {
    hourglass_ui(ui, view, drawn, height.clamp(LARGE[0], LARGE[1]), out);
    if let Some(frame) = drawn.frame {
        let measure = view.state.layers.measure;
        let sentences = verdict::of_frame(measure, drawn.run, drawn.layers, frame);
        let most = if height < LOW / 2.0 { 1 } else { 2 };
        for text in sentences.iter().take(most) {
            ui.label(RichText::new(text).small());
        }
    }
}

/// The layers of a run, as the engine has them or as its settings will make them.
fn layers(view: &View<'_>, run: &Run) -> Option<Vec<LayerInfo>> {
    match (&run.info, run.has_started()) {
        (Some(info), true) => Some(info.layers.clone()),
        (Some(_) | None, _) => {
            let shape = view.state.shape_of(&run.draft.config)?;
            Some(run.draft.plan(shape)?.layers)
        }
    }
}

fn heading_ui(ui: &mut Ui, view: &View<'_>, run: &Run, layers: &[LayerInfo], roles: &[LayerRole]) {
    ui.horizontal_wrapped(|ui| {
        let color = view.palette.run(run.slot);
        ui.label(
            RichText::new(format!("● {}", run.name()))
                .color(color)
                .strong(),
        );
        let parameters = LayerInfo::all_parameters(layers);
        let text = format!(
            "{} layers, {} parameters",
            layers.len(),
            words::count(parameters as u64)
        );
        ui.label(RichText::new(text).small().weak());
        for kind in LayerRole::ALL {
            if roles.contains(kind) {
                role_ui(ui, view, run, *kind);
            }
        }
    });
}

/// A sample of a role with its name, which stay together where lines break.
fn role_ui(ui: &mut Ui, view: &View<'_>, run: &Run, kind: LayerRole) {
    let font = TextStyle::Small.resolve(ui.style());
    let color = view.palette.weak;
    let galley = ui
        .painter()
        .layout_no_wrap(kind.name().to_owned(), font, color);
    let sample = vec2(14.0, 12.0);
    let begin = 4.0 + sample.x + ui.spacing().item_spacing.x;
    let height = galley.size().y.max(sample.y);
    let size = vec2(begin + galley.size().x, height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, kind.name()));
    let at = rect.left_center() + vec2(4.0, -sample.y / 2.0);
    role::paint(ui, view, run, Rect::from_min_size(at, sample), kind);
    let at = rect.left_center() + vec2(begin, -galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
}

/// All runs that are not drawn yet, a row each.
fn others_ui(ui: &mut Ui, view: &View<'_>, drawn: &[RunId], out: &mut Actions) {
    for run in view
        .state
        .runs
        .iter()
        .filter(|run| !drawn.contains(&run.id))
    {
        let Some(layers) = layers(view, run) else {
            continue;
        };
        ui.separator();
        let frame = view.state.frame(run).map(std::convert::AsRef::as_ref);
        let roles = role::roles(run, frame, &layers);
        ui.horizontal_wrapped(|ui| {
            let color = view.palette.run(run.slot);
            let name = RichText::new(format!("● {}", run.name())).color(color);
            let help = "Draw this run’s network large";
            if ui.link(name).on_hover_text(help).clicked() {
                out.push(Action::Select(run.id));
            }
            let measure = view.state.layers.measure;
            let sentences = frame.map_or_else(Vec::new, |frame| {
                verdict::of_frame(measure, run, &layers, frame)
            });
            if let Some(text) = sentences.first() {
                ui.label(RichText::new(text).small().weak());
            }
        });
        let drawn = Drawn {
            run,
            layers: &layers,
            roles: &roles,
            frame,
            is_large: false,
        };
        hourglass_ui(ui, view, &drawn, SMALL, out);
    }
}
