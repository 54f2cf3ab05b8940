//! The pane "Network": the selected run drawn large, the other runs small below it.

use egui::{RichText, ScrollArea, Sense, Ui, vec2};

use crate::gui::action::{Action, Actions};
use crate::gui::run::Run;
use crate::gui::view::View;
use crate::gui::words;
use crate::model::LayerInfo;

use super::details::details_ui;
use super::hourglass::{Drawn, hourglass_ui};
use super::role::{self, LayerRole};
use super::strips::measures_ui;
use super::verdict::verdicts;

/// Height of the large drawing, at least and at most.
const LARGE: [f32; 2] = [130.0, 300.0];

/// A pane lower and wider than this has drawing and details side by side.
const LOW: f32 = 330.0;
const WIDE: f32 = 700.0;

/// Height of a small drawing.
const SMALL: f32 = 56.0;

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
    let frame = view.state.frame(run).map(std::convert::AsRef::as_ref);
    let roles = role::roles(run, frame, &layers);
    heading_ui(ui, view, run, &layers, &roles);
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new("Under each layer").small().weak());
        measures_ui(ui, view, out);
    });
    let selected = view
        .state
        .layers
        .selected
        .filter(|index| *index < layers.len());
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        let drawn = Drawn {
            run,
            layers: &layers,
            roles: &roles,
            frame,
            is_large: true,
        };
        let room = ui.available_size();
        match selected {
            // Side by side where one below the other would not be seen.
            Some(index) if room.y < LOW && room.x > WIDE => {
                ui.columns_const(|[left, right]| {
                    glass_ui(left, view, &drawn, room.y * 0.75, out);
                    details_ui(right, view, &drawn, index, out);
                });
            }
            Some(index) => {
                glass_ui(ui, view, &drawn, room.y * 0.45, out);
                details_ui(ui, view, &drawn, index, out);
            }
            None => {
                glass_ui(ui, view, &drawn, room.y * 0.6, out);
                let text = "Click a layer for its weights, outputs and numbers.";
                ui.label(RichText::new(text).small().weak());
            }
        }
        others_ui(ui, view, run, out);
    });
}

/// The large drawing and what the numbers in it mean.
fn glass_ui(ui: &mut Ui, view: &View<'_>, drawn: &Drawn<'_>, height: f32, out: &mut Actions) {
    hourglass_ui(ui, view, drawn, height.clamp(LARGE[0], LARGE[1]), out);
    if let Some(frame) = drawn.frame {
        for text in verdicts(drawn.layers, &frame.layers).iter().take(2) {
            ui.label(RichText::new(text).small());
        }
    }
}

/// The layers of a run, as the engine has them or as its settings will make them.
fn layers(view: &View<'_>, run: &Run) -> Option<Vec<LayerInfo>> {
    match (&run.info, run.has_started()) {
        (Some(info), true) => Some(info.layers.clone()),
        (Some(_) | None, _) => {
            let shape = view.state.shape_of(&run.draft.config.dataset)?;
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
        let parameters: usize = layers.iter().map(|layer| layer.parameters).sum();
        let text = format!(
            "{} layers, {} parameters",
            layers.len(),
            words::count(parameters as u64)
        );
        ui.label(RichText::new(text).small().weak());
        for kind in LayerRole::ALL {
            if roles.contains(kind) {
                ui.add_space(4.0);
                let (rect, _) = ui.allocate_exact_size(vec2(14.0, 12.0), Sense::hover());
                role::paint(ui, view, run, rect, *kind);
                ui.label(RichText::new(kind.name()).small().weak());
            }
        }
    });
}

/// All other runs, a row each.
fn others_ui(ui: &mut Ui, view: &View<'_>, selected: &Run, out: &mut Actions) {
    for run in view.state.runs.iter().filter(|run| run.id != selected.id) {
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
            let sentences = frame.map_or_else(Vec::new, |frame| verdicts(&layers, &frame.layers));
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
