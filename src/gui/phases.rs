//! The schedule as a strip: one block a phase, as wide as it has epochs.

use egui::{Align2, FontId, Rect, Ui, pos2, vec2};

use crate::engine::RunState;
use crate::model::Objective;
use crate::train::Phase;

use super::curves::short_name;
use super::run::Run;
use super::view::View;
use super::words;

/// Height of the strip.
const HEIGHT: f32 = 26.0;

/// Draws the strip and a line on the phase under way.
pub fn phases_ui(ui: &mut Ui, view: &View<'_>, run: &Run) {
    let phases = run.phases();
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), egui::Sense::hover());
    let epochs: Vec<f32> = phases
        .iter()
        .map(|phase| phase.epochs.max(1) as f32)
        .collect();
    let total = epochs.iter().sum::<f32>().max(1.0);
    let gap = 2.0;
    let width = rect.width() - gap * phases.len().saturating_sub(1) as f32;
    let mut left = rect.left();
    let mut hovered = None;
    for (index, (phase, share)) in phases.iter().zip(&epochs).enumerate() {
        let size = vec2((width * share / total).max(2.0), HEIGHT);
        let block = Rect::from_min_size(pos2(left, rect.top()), size);
        left = block.right() + gap;
        block_ui(ui, view, run, (index, phase), block);
        if response
            .hover_pos()
            .is_some_and(|pointer| block.contains(pointer))
        {
            hovered = Some((index, phase));
        }
    }
    let described = match run.phase() {
        Some(phase) => format!(
            "Schedule: phase {} of {}, {}",
            run.progress.phase + 1,
            phases.len(),
            phase.name()
        ),
        None => "Schedule".to_owned(),
    };
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &described));
    if let Some((index, phase)) = hovered {
        response.on_hover_text_at_pointer(explain(index, phases.len(), phase));
    }
    if let Some(phase) = run.phase() {
        let text = explain_line(run, phases.len(), phase);
        let line = egui::RichText::new(&text).small().color(view.palette.weak);
        ui.add(egui::Label::new(line).truncate())
            .on_hover_text(text);
    }
}

/// How much of a phase is done, from 0 to 1.
fn share_done(run: &Run, index: usize, phase: &Phase) -> f32 {
    let current = run.progress.phase;
    if index < current || run.state == RunState::Finished && index == current {
        return 1.0;
    }
    if index > current || !run.has_started() {
        return 0.0;
    }
    (run.progress.epoch / phase.epochs.max(1) as f64).clamp(0.0, 1.0) as f32
}

fn block_ui(ui: &Ui, view: &View<'_>, run: &Run, (index, phase): (usize, &Phase), block: Rect) {
    let color = view.palette.run(run.slot);
    let painter = ui.painter_at(block.expand(2.0));
    painter.rect_filled(block, 4.0, view.palette.button);
    let done = share_done(run, index, phase);
    if done > 0.0 {
        let mut filled = block;
        filled.set_width(block.width() * done);
        painter.rect_filled(filled, 4.0, color.gamma_multiply(0.45));
    }
    let is_current = index == run.progress.phase && run.has_started();
    if is_current {
        painter.rect_stroke(
            block,
            4.0,
            egui::Stroke::new(1.5, color),
            egui::StrokeKind::Inside,
        );
        if done < 1.0 {
            let x = block.left() + block.width() * done;
            painter.vline(
                x,
                block.y_range(),
                egui::Stroke::new(2.0, view.palette.strong),
            );
        }
    }
    let text_color = if is_current {
        view.palette.strong
    } else {
        view.palette.text
    };
    for name in [
        phase.name(),
        short_name(&phase.name()),
        (index + 1).to_string(),
    ] {
        let galley = painter.layout_no_wrap(name, FontId::proportional(12.0), text_color);
        if galley.size().x + 8.0 <= block.width() {
            let rect = Align2::CENTER_CENTER.anchor_size(block.center(), galley.size());
            painter.galley(rect.min, galley, text_color);
            break;
        }
    }
}

/// What a phase does, in words.
fn purpose(phase: &Phase) -> String {
    match phase.objective {
        Objective::EndToEnd => "All layers train together to rebuild the image.".to_owned(),
        Objective::Greedy { stage: 0 } => {
            "The outermost pair of layers trains alone to rebuild the image.".to_owned()
        }
        Objective::Greedy { stage } => format!(
            "Pair {} trains alone to rebuild the codes of pair {stage}, which is frozen.",
            stage + 1
        ),
        Objective::EndsInward { stage: 0 } => {
            "The outermost pair of layers trains to rebuild the image.".to_owned()
        }
        Objective::EndsInward { stage } => format!(
            "Pair {} trains to rebuild the image through the frozen pairs outside it.",
            stage + 1
        ),
    }
}

fn epochs(count: usize) -> String {
    if count == 1 {
        "1 epoch".to_owned()
    } else {
        format!("{count} epochs")
    }
}

fn explain(index: usize, total: usize, phase: &Phase) -> String {
    let dropout = if phase.dropout > 0.0 {
        format!(", dropout {}", words::setting(phase.dropout))
    } else {
        String::new()
    };
    format!(
        "Phase {} of {total}: {}\n{}\n{}, {}, learning rate {}{dropout}",
        index + 1,
        phase.name(),
        purpose(phase),
        epochs(phase.epochs),
        phase.optimizer.kind.name(),
        words::setting(phase.learning_rate),
    )
}

fn explain_line(run: &Run, total: usize, phase: &Phase) -> String {
    format!(
        "Phase {} of {total}. {} {}, learning rate {}.",
        run.progress.phase + 1,
        purpose(phase),
        phase.optimizer.kind.name(),
        words::setting(phase.learning_rate)
    )
}
