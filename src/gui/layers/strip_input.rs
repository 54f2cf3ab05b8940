//! What is done to a heat strip, by the pointer and by the keyboard: both choose a moment and a layer.

use std::cmp::Ordering;

use egui::{EventFilter, Key, Rect, Response, Stroke, StrokeKind, Ui, pos2};

use crate::gui::action::{Action, Actions};
use crate::gui::history::HistoryAction;
use crate::gui::run::Run;
use crate::gui::view::View;
use crate::gui::words;
use crate::model::LayerInfo;

use super::heat::{self, Axis};
use super::{LayersAction, role};

/// Least width of the mark where the keyboard is.
const MARK_WIDTH: f32 = 6.0;

/// A strip on the screen.
pub(super) struct Strip<'a> {
    /// Whose layers.
    pub(super) run: &'a Run,
    /// Its rows.
    pub(super) layers: &'a [LayerInfo],
    /// Where it is.
    pub(super) heat: Rect,
    /// Its columns.
    pub(super) axis: Axis,
}

impl Strip<'_> {
    /// Takes what is done to it, and says what is there.
    pub(super) fn interact(&self, ui: &Ui, view: &View<'_>, response: Response, out: &mut Actions) {
        if response.has_focus() {
            self.keys(ui, view, &response, out);
        }
        let Some(pointer) = response.hover_pos().filter(|at| self.heat.contains(*at)) else {
            if response.has_focus() {
                self.mark(ui, view);
                response.show_tooltip_text(self.words_at_keyboard(view));
            }
            return;
        };
        let rows = self.layers.len();
        let row = (pointer.y - self.heat.top()) / self.heat.height() * rows as f32;
        let layer = (row as usize).min(rows.saturating_sub(1));
        let share = (pointer.x - self.heat.left()) / self.heat.width();
        let step = self.axis.step(share).min(heat::last_step(self.run));
        if response.clicked() && response.interact_pointer_pos().is_some() {
            self.look(layer, step, out);
        }
        let text = self.words(view, layer, step);
        if !text.is_empty() {
            response.on_hover_text_at_pointer(text);
        }
    }

    fn look(&self, layer: usize, step: u64, out: &mut Actions) {
        out.push(Action::Select(self.run.id));
        out.push(Action::Layers(LayersAction::Select(Some(layer))));
        out.push(Action::History(HistoryAction::LookAt(step)));
    }

    /// The layer and the moment that the keyboard is at: those looked at.
    fn spot(&self, view: &View<'_>) -> (usize, u64) {
        let last = heat::last_step(self.run);
        let step = view.state.history.cursor.unwrap_or(last).min(last);
        let layer = view.state.layers.selected.unwrap_or(0);
        (layer.min(self.layers.len().saturating_sub(1)), step)
    }

    /// Arrows go from frame to frame and from layer to layer, and Enter looks at where they are.
    fn keys(&self, ui: &Ui, view: &View<'_>, response: &Response, out: &mut Actions) {
        let filter = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let steps = |more, less| {
            let presses = |key| ui.input(|input| input.num_presses(key));
            let count = |key| isize::try_from(presses(key)).unwrap_or(0);
            count(more) - count(less)
        };
        let (layer, step) = self.spot(view);
        let down = steps(Key::ArrowDown, Key::ArrowUp);
        let forward = steps(Key::ArrowRight, Key::ArrowLeft);
        let is_chosen = response.clicked() && response.interact_pointer_pos().is_none();
        if down == 0 && forward == 0 && !is_chosen {
            return;
        }
        let last = self.layers.len().saturating_sub(1);
        let layer = layer.saturating_add_signed(down).min(last);
        self.look(layer, self.frame_after(step, forward), out);
    }

    /// The step of the frame so many after the one at a step, or before it; the last step beyond all.
    fn frame_after(&self, step: u64, count: isize) -> u64 {
        let frames = self.run.history.frames();
        let found = match count.cmp(&0) {
            Ordering::Equal => return step,
            Ordering::Less => {
                let before = frames.partition_point(|frame| frame.step < step);
                frames.get(before.saturating_add_signed(count))
            }
            Ordering::Greater => {
                let after = frames.partition_point(|frame| frame.step <= step);
                frames.get(after.saturating_add_signed(count - 1))
            }
        };
        found.map_or_else(|| heat::last_step(self.run), |frame| frame.step)
    }

    /// A box around the cell that the keyboard is at.
    fn mark(&self, ui: &Ui, view: &View<'_>) {
        let (layer, step) = self.spot(view);
        let row = self.heat.height() / self.layers.len().max(1) as f32;
        let x = self.heat.left() + self.heat.width() * self.axis.share(step);
        let center = pos2(x, self.heat.top() + row * (layer as f32 + 0.5));
        let cell = Rect::from_center_size(center, egui::vec2(MARK_WIDTH, row));
        let stroke = Stroke::new(2.0, view.palette.accent);
        ui.painter()
            .rect_stroke(cell, 0.0, stroke, StrokeKind::Outside);
    }

    /// What is where the keyboard is.
    pub(super) fn words_at_keyboard(&self, view: &View<'_>) -> String {
        let (layer, step) = self.spot(view);
        self.words(view, layer, step)
    }

    /// What is at a layer and a step, in a few lines; nothing where nothing is known.
    fn words(&self, view: &View<'_>, layer: usize, step: u64) -> String {
        let (Some(info), Some(frame)) = (self.layers.get(layer), heat::frame_at(self.run, step))
        else {
            return String::new();
        };
        let measure = view.state.layers.measure;
        let value = frame.layers.get(layer).and_then(|stat| measure.value(stat));
        format!(
            "{}, {}\n{} {} → {}, {}\nStep {}, phase {}: {}\n{}",
            self.run.name(),
            role::title(info),
            info.kind,
            info.input,
            info.output,
            info.activation,
            words::count(frame.step),
            frame.phase + 1,
            self.run
                .phases()
                .get(frame.phase)
                .map_or_else(String::new, |phase| phase.name()),
            value.map_or_else(
                || format!("none: {}", measure.missing()),
                |value| measure.explain(value)
            ),
        )
    }
}
