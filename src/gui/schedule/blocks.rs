//! The strip itself: blocks, edges to drag, marks to branch from, and the playhead.

use egui::{
    Color32, CursorIcon, EventFilter, FontId, Id, Key, Rect, Response, Sense, Shape, Stroke,
    StrokeKind, Ui, pos2, vec2,
};

use crate::engine::RunState;
use crate::gui::action::{Action, Actions};
use crate::gui::run::Run;
use crate::gui::theme::text_scale;
use crate::gui::view::View;
use crate::train::{Phase, Schedule};

use super::change::ScheduleAction;
use super::strip::{self, Drag};
use super::words;

/// Height of the strip.
const HEIGHT: f32 = 42.0;
/// Between two blocks.
const GAP: f32 = 6.0;
/// Least width of a block.
const LEAST_WIDTH: f32 = 18.0;
/// Width of what can be gripped of an edge.
const GRIP: f32 = 10.0;
/// Size of the mark to branch from.
const MARK: f32 = 11.0;
/// Room for the pairs of layers within a block.
const PAIRS_WIDTH: f32 = 16.0;

/// Draws the strip of a run.
pub(super) fn strip_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    let phases = &run.draft.config.schedule.phases;
    let height = HEIGHT * text_scale(ui.ctx());
    let (area, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let epochs: Vec<usize> = phases.iter().map(|phase| phase.epochs).collect();
    // The first mark lies before the first block.
    let width = area.width() - GAP;
    let rects: Vec<Rect> = strip::spans(&epochs, width, GAP, LEAST_WIDTH)
        .into_iter()
        .map(|span| {
            let corner = pos2(area.left() + GAP + span.left, area.top());
            Rect::from_min_size(corner, vec2(span.width, height))
        })
        .collect();
    let stages = run.draft.stages();
    for (index, (phase, rect)) in phases.iter().zip(&rects).enumerate() {
        let block = Block {
            index,
            phase,
            rect: *rect,
            stages,
        };
        block_ui(ui, view, run, &block, out);
    }
    cursor_ui(ui, view, run, &epochs, &rects);
    for (index, rect) in rects.iter().enumerate() {
        edge_ui(ui, run, index, *rect, out);
    }
    for (index, rect) in rects.iter().enumerate() {
        if run.has_started() && run.boundaries.contains(&index) {
            mark_ui(ui, view, run, (index, *rect), out);
        }
    }
}

/// The moment that is looked back at.
fn cursor_ui(ui: &Ui, view: &View<'_>, run: &Run, epochs: &[usize], rects: &[Rect]) {
    let (Some(step), Some(info)) = (view.state.history.cursor, &run.info) else {
        return;
    };
    // Another run may be further.
    let step = step.min(run.progress.step);
    let Some((index, share)) = strip::place_of(step, epochs, info.steps_per_epoch) else {
        return;
    };
    let Some(rect) = rects.get(index) else { return };
    let x = rect.left() + rect.width() * share;
    let stroke = Stroke::new(2.0, view.palette.accent);
    let line = [pos2(x, rect.top()), pos2(x, rect.bottom())];
    ui.painter()
        .extend(Shape::dashed_line(&line, stroke, 4.0, 3.0));
}

/// A block to be drawn.
struct Block<'a> {
    index: usize,
    phase: &'a Phase,
    rect: Rect,
    /// Pairs of layers of the network.
    stages: usize,
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

fn block_ui(ui: &mut Ui, view: &View<'_>, run: &Run, block: &Block<'_>, out: &mut Actions) {
    let phases = &run.draft.config.schedule.phases;
    let (index, phase) = (block.index, block.phase);
    let id = Id::unique(("phase", run.id, index));
    let response = ui.interact(block.rect, id, Sense::click());
    let name = format!(
        "Phase {} of {}: {}, {}",
        index + 1,
        phases.len(),
        phase.name(),
        words::epochs(phase.epochs)
    );
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let is_open = view.state.schedule.open == Some((run.id, index));
    paint(ui, view, run, block, &response, is_open);
    if response.clicked() {
        out.push(Action::Schedule(if is_open {
            ScheduleAction::Close
        } else {
            ScheduleAction::Open(run.id, index)
        }));
    }
    if let Some(least) = run.least_epochs(index) {
        let steps = arrow_steps(ui, &response);
        if steps != 0 {
            let epochs = phase.epochs.saturating_add_signed(steps);
            let epochs = epochs.clamp(least, strip::MOST_EPOCHS);
            change_length(run, index, epochs, out);
        }
    }
    let mut text = words::explain(index, phases.len(), phase);
    text.push_str(match run.least_epochs(index) {
        Some(_) => {
            "\nDrag the right edge for its length, or press ← and →. Click for its settings."
        }
        None => "\nIts length is settled. Click for its settings.",
    });
    text.push_str(words::jump(index, phase.objective));
    response.on_hover_text(text);
}

/// Presses of the arrow keys on a block that has the keyboard; ten at a time with Shift.
fn arrow_steps(ui: &Ui, response: &Response) -> isize {
    if !response.has_focus() {
        return 0;
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    ui.input(|input| {
        let presses = |key| isize::try_from(input.num_presses(key)).unwrap_or(0);
        let steps = presses(Key::ArrowRight) - presses(Key::ArrowLeft);
        if input.modifiers.shift {
            steps * 10
        } else {
            steps
        }
    })
}

fn change_length(run: &Run, index: usize, epochs: usize, out: &mut Actions) {
    let mut schedule: Schedule = run.draft.config.schedule.clone();
    match schedule.phases.get_mut(index) {
        Some(phase) if phase.epochs != epochs => phase.epochs = epochs,
        Some(_) | None => return,
    }
    let change = ScheduleAction::Change(run.id, Box::new(schedule));
    out.push(Action::Schedule(change));
}

/// What can be gripped at the right of a block.
fn edge_ui(ui: &Ui, run: &Run, index: usize, block: Rect, out: &mut Actions) {
    let Some(least) = run.least_epochs(index) else {
        return;
    };
    let Some(phase) = run.draft.config.schedule.phases.get(index) else {
        return;
    };
    let center = pos2(block.right() + GAP / 2.0 - 2.0, block.center().y);
    let grip = Rect::from_center_size(center, vec2(GRIP, block.height()));
    let id = Id::unique(("phase edge", run.id, index));
    // The arrow keys on the block do the same, so the edge itself needs no keyboard.
    let response = ui
        .interact(grip, id, Sense::DRAG)
        .on_hover_and_drag_cursor(CursorIcon::ResizeHorizontal);
    if response.drag_started() {
        let drag = Drag {
            epochs: phase.epochs,
            epoch_width: block.width() / phase.epochs.max(1) as f32,
        };
        ui.data_mut(|data| data.insert_temp(id, drag));
    }
    if response.dragged() {
        let drag: Option<Drag> = ui.data(|data| data.get_temp(id));
        let pointer = response.interact_pointer_pos();
        let origin = ui.input(|input| input.pointer.press_origin());
        if let (Some(drag), Some(pointer), Some(origin)) = (drag, pointer, origin) {
            let epochs = drag.epochs_after(pointer.x - origin.x, least);
            change_length(run, index, epochs, out);
        }
    }
}

/// The mark at the start of a phase that a run has passed.
fn mark_ui(
    ui: &mut Ui,
    view: &View<'_>,
    run: &Run,
    (index, block): (usize, Rect),
    out: &mut Actions,
) {
    let center = pos2(block.left() - GAP / 2.0, block.top() + MARK / 2.0);
    let rect = Rect::from_center_size(center, vec2(MARK + 3.0, MARK + 3.0));
    let response = ui.interact(rect, Id::unique(("branch", run.id, index)), Sense::click());
    let can_branch = view.state.can_branch(run, index);
    let number = index + 1;
    let name = format!("Branch from the start of phase {number}");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, can_branch, &name));
    let is_hot = response.hovered() || response.has_focus();
    let radius = if is_hot { MARK / 2.0 + 1.5 } else { MARK / 2.0 };
    let (fill, line) = if is_hot && can_branch {
        (view.palette.accent, view.palette.panel)
    } else {
        (view.palette.raised, view.palette.accent)
    };
    let diamond = [
        vec2(0.0, -radius),
        vec2(radius, 0.0),
        vec2(0.0, radius),
        vec2(-radius, 0.0),
    ]
    .map(|offset| center + offset);
    let stroke = Stroke::new(1.5, line);
    ui.painter()
        .add(Shape::convex_polygon(diamond.to_vec(), fill, stroke));
    if response.clicked() && can_branch {
        out.push(Action::BranchAt {
            run: run.id,
            phase: index,
        });
    }
    let branch = if can_branch {
        format!(
            "Branch from here: restore the start of phase {number} as a new run, with the phases from \
             there on open to change."
        )
    } else {
        "Remove a run first: there is no room for a branch.".to_owned()
    };
    let objective = run.phases().get(index).map(|phase| phase.objective);
    let jump = objective.map_or("", |objective| words::jump(index, objective));
    response
        .on_hover_cursor(CursorIcon::PointingHand)
        .on_hover_text(format!("{branch}{jump}"));
}

fn paint(
    ui: &Ui,
    view: &View<'_>,
    run: &Run,
    block: &Block<'_>,
    response: &Response,
    is_open: bool,
) {
    let palette = view.palette;
    let color = palette.run(run.slot);
    let rect = block.rect;
    let painter = ui.painter();
    let ground = if response.hovered() {
        palette.button_hovered
    } else {
        palette.button
    };
    painter.rect_filled(rect, 4.0, ground);
    let done = share_done(run, block.index, block.phase);
    if done > 0.0 {
        let mut filled = rect;
        filled.set_width(rect.width() * done);
        painter.rect_filled(filled, 4.0, color.gamma_multiply(0.32));
    }
    let is_current = block.index == run.progress.phase && run.has_started();
    let outline = if response.has_focus() || is_open {
        Some(palette.accent)
    } else if is_current {
        Some(color)
    } else {
        None
    };
    if let Some(outline) = outline {
        painter.rect_stroke(rect, 4.0, Stroke::new(1.5, outline), StrokeKind::Inside);
    }
    pairs_ui(ui, view, color, block);
    text_ui(ui, view, block, is_current);
    if is_current && done < 1.0 {
        let x = rect.left() + rect.width() * done;
        painter.vline(x, rect.y_range(), Stroke::new(2.0, palette.strong));
    }
}

/// The pairs of layers as a small funnel, from the image at the top to the code: filled where they
/// train, thin and grey where they are frozen, hollow where they are not used.
fn pairs_ui(ui: &Ui, view: &View<'_>, color: Color32, block: &Block<'_>) {
    let stages = block.stages.max(1);
    let objective = block.phase.objective;
    let area = Rect::from_min_size(
        block.rect.left_top() + vec2(4.0, 5.0),
        vec2(
            PAIRS_WIDTH.min(block.rect.width() - 6.0),
            block.rect.height() - 10.0,
        ),
    );
    let row = area.height() / stages as f32;
    let (trained, depth) = (objective.trained(stages), objective.depth(stages));
    for stage in 0..stages {
        let narrowing = 1.0 - 0.6 * stage as f32 / stages as f32;
        let center = pos2(area.center().x, area.top() + (stage as f32 + 0.5) * row);
        let height = (row - 1.5).clamp(1.5, 7.0);
        let size = vec2((area.width() * narrowing).max(3.0), height);
        let bar = Rect::from_center_size(center, size);
        if trained.contains(&stage) {
            ui.painter().rect_filled(bar, 1.0, color);
        } else if stage < depth {
            let thin = Rect::from_center_size(center, vec2(size.x, (height * 0.4).max(1.5)));
            ui.painter().rect_filled(thin, 0.0, view.palette.weak);
        } else {
            let stroke = Stroke::new(1.0, view.palette.weak);
            ui.painter()
                .rect_stroke(bar, 1.0, stroke, StrokeKind::Inside);
        }
    }
}

fn text_ui(ui: &Ui, view: &View<'_>, block: &Block<'_>, is_current: bool) {
    let left = block.rect.left() + PAIRS_WIDTH + 10.0;
    let room = block.rect.right() - 4.0 - left;
    let color = if is_current {
        view.palette.strong
    } else {
        view.palette.text
    };
    let painter = ui.painter_at(block.rect);
    let scale = text_scale(ui.ctx());
    let write = |texts: &[String], size: f32, color: Color32, y: f32| {
        for text in texts {
            let galley =
                painter.layout_no_wrap(text.clone(), FontId::proportional(size * scale), color);
            if galley.size().x <= room {
                let height = galley.size().y;
                painter.galley(pos2(left, y - height / 2.0), galley, color);
                return;
            }
        }
    };
    let [long, short] = words::names(block.phase.objective);
    let number = (block.index + 1).to_string();
    let (top, height) = (block.rect.top(), block.rect.height());
    write(&[long, short, number], 12.5, color, top + height * 0.32);
    let count = block.phase.epochs;
    let lengths = [
        words::epochs(count),
        format!("{count} ep"),
        count.to_string(),
    ];
    write(&lengths, 11.5, view.palette.weak, top + height * 0.71);
}
