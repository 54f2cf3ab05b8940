//! What each layer does in a phase.
//!
//! A *role* is training, frozen or not used; it has a colour, a pattern and a word.

use egui::{Color32, Rect, Stroke, StrokeKind, Ui, pos2};

use crate::engine::{Frame, RunState};
use crate::gui::run::Run;
use crate::gui::view::View;
use crate::model::{LayerInfo, Objective, Side};

/// Distance of the lines that hatch what is frozen.
const HATCHING: f32 = 6.0;

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
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Training, Self::Frozen, Self::Unused, Self::Trained];

    /// In a word.
    pub fn name(self) -> &'static str {
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

/// The roles of a run's layers at the moment that is looked at.
pub fn roles(run: &Run, frame: Option<&Frame>, layers: &[LayerInfo]) -> Vec<LayerRole> {
    let stages = layers.iter().map(|layer| layer.stage + 1).max();
    let phase = frame.map_or(run.progress.phase, |frame| frame.phase);
    let objective = run
        .phases()
        .get(phase)
        .map_or(Objective::EndToEnd, |phase| phase.objective);
    let is_over = run.state == RunState::Finished
        && frame.is_none_or(|frame| frame.step >= run.progress.step);
    layers
        .iter()
        .map(|layer| role(objective, layer.stage, stages.unwrap_or(0), is_over))
        .collect()
}

/// What a layer is called: its side and its pair, counted from the image.
pub fn title(layer: &LayerInfo) -> String {
    match layer.side {
        Side::Encoder => format!("Encoder {}", layer.stage + 1),
        Side::Decoder => format!("Decoder {}", layer.stage + 1),
    }
}

/// What it is called where there is little room: `E2` or `D1`.
pub fn initials(layer: &LayerInfo) -> String {
    match layer.side {
        Side::Encoder => format!("E{}", layer.stage + 1),
        Side::Decoder => format!("D{}", layer.stage + 1),
    }
}

/// The colour of a role.
pub fn color(view: &View<'_>, run: &Run, role: LayerRole) -> Color32 {
    match role {
        LayerRole::Training => view.palette.run(run.slot),
        LayerRole::Frozen => view.palette.button,
        LayerRole::Unused => Color32::TRANSPARENT,
        LayerRole::Trained => view.palette.run(run.slot).gamma_multiply(0.6),
    }
}

/// Slanted lines, this far apart.
pub fn hatch(ui: &Ui, rect: Rect, distance: f32, stroke: Stroke) {
    let clip = rect.intersect(ui.clip_rect());
    if !clip.is_positive() {
        return;
    }
    let painter = ui.painter().with_clip_rect(clip);
    let mut x = rect.left() - rect.height();
    while x < rect.right() {
        let ends = [pos2(x, rect.bottom()), pos2(x + rect.height(), rect.top())];
        painter.line_segment(ends, stroke);
        x += distance;
    }
}

/// Fills a bar as its role asks: full, hatched, or hollow.
pub fn paint(ui: &Ui, view: &View<'_>, run: &Run, rect: Rect, role: LayerRole) {
    let painter = ui.painter();
    painter.rect_filled(rect, 3.0, color(view, run, role));
    let edge = Stroke::new(1.0, view.palette.frozen);
    match role {
        LayerRole::Training | LayerRole::Trained => {}
        LayerRole::Frozen => {
            hatch(ui, rect, HATCHING, edge);
            painter.rect_stroke(rect, 3.0, edge, StrokeKind::Inside);
        }
        LayerRole::Unused => {
            let corners = [
                rect.left_top(),
                rect.right_top(),
                rect.right_bottom(),
                rect.left_bottom(),
                rect.left_top(),
            ];
            painter.extend(egui::Shape::dashed_line(&corners, edge, 3.0, 3.0));
        }
    }
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
