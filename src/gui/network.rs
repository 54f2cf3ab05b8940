//! The network as an hourglass, and which of its layers train in which phase.
//!
//! Every layer is a *bar*, as high as the logarithm of its outputs: wide at the images, narrow at the
//! code.

use egui::{Color32, Rect, RichText, Stroke, StrokeKind, Ui, pos2, vec2};

use crate::engine::RunState;
use crate::model::{LayerInfo, Objective, Side};

use super::run::Run;
use super::view::View;
use super::words;

/// Height of the whole panel's drawing.
const HEIGHT: f32 = 74.0;

/// What a layer does in the phase under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerRole {
    /// Its weights change.
    Training,
    /// In use, unchanged.
    Frozen,
    /// Deeper than the phase reaches.
    Unused,
    /// The run has ended.
    Trained,
}

impl LayerRole {
    fn name(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Frozen => "frozen",
            Self::Unused => "not used yet",
            Self::Trained => "trained",
        }
    }
}

/// The role of the layers of `stage` under an objective.
pub fn role(objective: Objective, stage: usize, stages: usize, is_over: bool) -> LayerRole {
    if stage >= objective.depth(stages) {
        LayerRole::Unused
    } else if is_over {
        LayerRole::Trained
    } else if objective.trained(stages).contains(&stage) {
        LayerRole::Training
    } else {
        LayerRole::Frozen
    }
}

fn color(view: &View<'_>, run: &Run, role: LayerRole) -> Color32 {
    match role {
        LayerRole::Training => view.palette.run(run.slot),
        LayerRole::Frozen => view.palette.frozen,
        LayerRole::Unused => Color32::TRANSPARENT,
        LayerRole::Trained => view.palette.run(run.slot).gamma_multiply(0.6),
    }
}

/// A bar: a layer, or the image that goes in.
struct Bar<'a> {
    layer: Option<&'a LayerInfo>,
    values: usize,
}

fn bars(layers: &[LayerInfo]) -> Vec<Bar<'_>> {
    let input = layers.last().map(|layer| Bar {
        layer: None,
        values: layer.outputs,
    });
    let all = layers.iter().map(|layer| Bar {
        layer: Some(layer),
        values: layer.outputs,
    });
    input.into_iter().chain(all).collect()
}

/// Draws the network of a run.
pub fn hourglass_ui(ui: &mut Ui, view: &View<'_>, run: &Run) {
    let plan;
    let shape = view.state.shape_of(&run.draft.config.dataset);
    let layers = match (&run.info, run.has_started(), shape) {
        (Some(info), true, _) => &info.layers,
        (_, _, Some(shape)) => {
            plan = run.draft.plan(shape);
            let Some(plan) = &plan else {
                ui.weak("These settings make no network.");
                return;
            };
            &plan.layers
        }
        _ => {
            ui.weak("The network is drawn here once the images are open.");
            return;
        }
    };
    let stages = layers
        .iter()
        .map(|layer| layer.stage + 1)
        .max()
        .unwrap_or(0);
    let objective = run
        .phase()
        .map_or(Objective::EndToEnd, |phase| phase.objective);
    let is_over = run.state == RunState::Finished;
    let bars = bars(layers);
    ui.horizontal(|ui| {
        ui.heading("Network");
        ui.spacing_mut().item_spacing.x = 4.0;
        let used: Vec<LayerRole> = layers
            .iter()
            .map(|layer| role(objective, layer.stage, stages, is_over))
            .collect();
        for kind in [
            LayerRole::Training,
            LayerRole::Frozen,
            LayerRole::Unused,
            LayerRole::Trained,
        ] {
            if used.contains(&kind) {
                key_ui(ui, view, run, kind);
            }
        }
    });
    let height = HEIGHT - 28.0;
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), height), egui::Sense::hover());
    let parameters: usize = layers.iter().map(|layer| layer.parameters).sum();
    let described = format!(
        "Network of {} layers with {} parameters",
        layers.len(),
        words::count(parameters as u64)
    );
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &described));
    let most = bars.iter().map(|bar| bar.values).max().unwrap_or(1).max(2) as f32;
    let slot = (rect.width() / bars.len().max(1) as f32).min(56.0);
    let width = (slot - 3.0).clamp(2.0, 24.0);
    let place = |index: usize| {
        let values = bars.get(index).map_or(0, |bar| bar.values);
        let share = (values as f32).ln_1p() / most.ln_1p();
        let center = pos2(rect.left() + (index as f32 + 0.5) * slot, rect.center().y);
        Rect::from_center_size(center, vec2(width, (height * share).max(4.0)))
    };
    let mut text = None;
    for (index, bar) in bars.iter().enumerate() {
        let drawn = place(index);
        let center = drawn.center();
        if index > 0 {
            glass_ui(ui, view, place(index - 1), drawn);
        }
        let role = bar
            .layer
            .map(|layer| role(objective, layer.stage, stages, is_over));
        let fill = role.map_or(view.palette.button, |role| color(view, run, role));
        ui.painter().rect_filled(drawn, 3.0, fill);
        if role.is_none_or(|role| role == LayerRole::Unused) {
            let stroke = Stroke::new(1.0, view.palette.frozen);
            ui.painter()
                .rect_stroke(drawn, 3.0, stroke, StrokeKind::Inside);
        }
        let area = Rect::from_center_size(center, vec2(slot, height));
        if response
            .hover_pos()
            .is_some_and(|pointer| area.contains(pointer))
        {
            text = Some(explain(bar, role));
        }
    }
    if let Some(text) = text {
        response.on_hover_text_at_pointer(text);
    }
}

/// The wall of the hourglass between two bars.
fn glass_ui(ui: &Ui, view: &View<'_>, left: Rect, right: Rect) {
    let corners = vec![
        left.right_top(),
        right.left_top(),
        right.left_bottom(),
        left.right_bottom(),
    ];
    ui.painter().add(egui::Shape::convex_polygon(
        corners,
        view.palette.border,
        Stroke::NONE,
    ));
}

fn key_ui(ui: &mut Ui, view: &View<'_>, run: &Run, role: LayerRole) {
    ui.add_space(4.0);
    let (rect, _) = ui.allocate_exact_size(vec2(10.0, 10.0), egui::Sense::hover());
    ui.painter().rect_filled(rect, 2.0, color(view, run, role));
    if role == LayerRole::Unused {
        let stroke = Stroke::new(1.0, view.palette.frozen);
        ui.painter()
            .rect_stroke(rect, 2.0, stroke, StrokeKind::Inside);
    }
    ui.label(RichText::new(role.name()).small().weak());
}

fn explain(bar: &Bar<'_>, role: Option<LayerRole>) -> String {
    let Some(layer) = bar.layer else {
        return format!("Image, {} values", words::count(bar.values as u64));
    };
    let side = match layer.side {
        Side::Encoder => "Encoder",
        Side::Decoder => "Decoder",
    };
    format!(
        "{side}, pair {}: {}\n{} → {}\nactivation {}\n{} parameters\n{}",
        layer.stage + 1,
        layer.kind,
        layer.input,
        layer.output,
        layer.activation,
        words::count(layer.parameters as u64),
        role.map_or("", LayerRole::name)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_trains_one_pair_freezes_those_outside_and_leaves_out_those_inside() {
        let objective = Objective::EndsInward { stage: 1 };
        let roles: Vec<LayerRole> = (0..3)
            .map(|stage| role(objective, stage, 3, false))
            .collect();
        assert_eq!(
            roles,
            [LayerRole::Frozen, LayerRole::Training, LayerRole::Unused]
        );
        assert_eq!(role(Objective::EndToEnd, 2, 3, false), LayerRole::Training);
        assert_eq!(role(Objective::EndToEnd, 2, 3, true), LayerRole::Trained);
        assert_eq!(role(objective, 2, 3, true), LayerRole::Unused);
    }
}
