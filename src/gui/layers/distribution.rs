//! How the weights or outputs of a layer are distributed, over time.
//!
//! The picture has a column a stretch of steps and a row a stretch of values, and is the stronger the
//! more values lie there; the most frequent ones of each moment are as strong as they can be.

use egui::{
    Align2, Color32, ColorImage, Rect, Sense, Stroke, StrokeKind, TextureOptions, Ui, pos2,
};

use crate::gui::run::Run;
use crate::gui::theme::small_font;
use crate::gui::view::View;
use crate::gui::words;
use crate::model::{Histogram, LayerStat};

use super::heat::{self, Axis, COLUMNS};

/// Rows of the picture.
const ROWS: usize = 48;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counted {
    /// Weights and biases.
    Weights,
    /// Outputs for the probe images.
    Outputs,
}

impl Counted {
    /// What the window calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Weights => "Weights",
            Self::Outputs => "Outputs",
        }
    }

    /// The counts of a layer at a moment.
    pub fn of(self, stat: &LayerStat) -> Option<&Histogram> {
        match self {
            Self::Weights => Some(&stat.weights),
            Self::Outputs => stat.activations.as_ref(),
        }
        .filter(|counts| !counts.counts.is_empty())
    }
}

/// A layer of a run, and what of it.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The run.
    pub run: &'a Run,
    /// Index of the layer.
    pub layer: usize,
    /// What of it.
    pub counted: Counted,
}

impl Subject<'_> {
    /// From the least to the greatest value of all moments.
    fn range(self) -> Option<(f32, f32)> {
        let stats = self
            .run
            .frames()
            .filter_map(|frame| frame.layers.get(self.layer));
        let counts = stats.filter_map(|stat| self.counted.of(stat));
        counts.fold(None, |range, counts| {
            let (low, high) = range.unwrap_or((counts.low, counts.high));
            Some((low.min(counts.low), high.max(counts.high)))
        })
    }

    fn picture(self, axis: Axis, (low, high): (f32, f32), color: Color32) -> ColorImage {
        let mut image = ColorImage::filled([COLUMNS, ROWS], Color32::TRANSPARENT);
        let last = heat::last_step(self.run);
        for column in 0..COLUMNS {
            let from = axis.step(column as f32 / COLUMNS as f32);
            let to = axis.step((column + 1) as f32 / COLUMNS as f32);
            if from > last {
                break;
            }
            let frame = heat::frame_at(self.run, to.min(last));
            let stat = frame.and_then(|frame| frame.layers.get(self.layer));
            let Some(counts) = stat.and_then(|stat| self.counted.of(stat)) else {
                continue;
            };
            let density = spread(counts, (low, high));
            let most = density.iter().copied().fold(0.0, f32::max);
            for (row, share) in density
                .into_iter()
                .enumerate()
                .filter(|(_, share)| *share > 0.0)
            {
                // Rare values are to be seen as well.
                let strength = (share / most.max(f32::MIN_POSITIVE)).sqrt();
                let pixel = (ROWS - 1 - row) * COLUMNS + column;
                image.pixels[pixel] = color.gamma_multiply(strength);
            }
        }
        image
    }

    /// Draws the picture with the moment looked at.
    pub fn show(self, ui: &mut Ui, view: &View<'_>, size: egui::Vec2) {
        let Some(range) = self.range() else { return };
        let run = self.run;
        let axis = Axis::holding(heat::last_step(run), view.state.layers.has_log_time);
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        let number = |value: f32| words::three_digits(f64::from(value)).replace('-', "−");
        let moment = view.state.history.cursor.unwrap_or(u64::MAX);
        let moment = moment.min(heat::last_step(run));
        let name = self.counted.name();
        let described = format!(
            "{name} over time, between {} and {}, {} marked",
            number(range.0),
            number(range.1),
            match view.state.history.cursor {
                Some(_) => format!("step {}", words::count(moment)),
                None => "the newest step".to_owned(),
            }
        );
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &described));
        let font = small_font(ui.ctx());
        let line = font.size + 3.0;
        let plot = Rect::from_min_max(
            pos2(rect.left(), rect.top() + line),
            pos2(rect.right(), rect.bottom() - line),
        );
        let color = view.palette.run(run.slot);
        let shown = (self.layer, self.counted, color.to_array());
        let texture = view.textures.show(
            ui.ctx(),
            egui::Id::unique(("distribution", run.id, self.counted)),
            heat::version(run, axis, shown),
            TextureOptions::NEAREST,
            || self.picture(axis, range, color),
        );
        let painter = ui.painter();
        painter.rect_filled(plot, 2.0, view.palette.deep);
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        painter.image(texture, plot, whole, Color32::WHITE);
        if range.0 < 0.0 && range.1 > 0.0 {
            let y = plot.bottom() + plot.height() * range.0 / (range.1 - range.0);
            painter.hline(plot.x_range(), y, Stroke::new(1.0, view.palette.weak));
        }
        let x = plot.left() + plot.width() * axis.share(moment);
        let stroke = Stroke::new(1.5, view.palette.accent);
        painter.vline(x, plot.y_range(), stroke);
        let border = Stroke::new(1.0, view.palette.border);
        painter.rect_stroke(plot, 2.0, border, StrokeKind::Outside);
        let write = |at, align, text: String| {
            painter.text(at, align, text, font.clone(), view.palette.weak);
        };
        write(
            rect.left_top(),
            Align2::LEFT_TOP,
            format!("{name} over time"),
        );
        let inside = plot.shrink2(egui::vec2(3.0, 1.0));
        write(inside.left_top(), Align2::LEFT_TOP, number(range.1));
        write(inside.left_bottom(), Align2::LEFT_BOTTOM, number(range.0));
        write(rect.left_bottom(), Align2::LEFT_BOTTOM, "step 0".to_owned());
        let last = words::count(axis.end);
        write(rect.right_bottom(), Align2::RIGHT_BOTTOM, last.clone());
        response.on_hover_text(format!(
            "{name} at every moment that was kept, from step 0 to {last}, values from {} at the bottom \
             to {} at the top. The stronger the colour, the more values lie there.",
            number(range.0),
            number(range.1),
        ));
    }
}

/// Counts over a wider range: how many values there are in each row, per value.
fn spread(counts: &Histogram, (low, high): (f32, f32)) -> [f32; ROWS] {
    let mut rows = [0.0; ROWS];
    let height = ((high - low) / ROWS as f32).max(f32::MIN_POSITIVE);
    let parts = counts.counts.len().max(1) as f32;
    let part = (counts.high - counts.low) / parts;
    for (index, &count) in counts.counts.iter().enumerate() {
        let from = (counts.low + part * index as f32 - low) / height;
        let to = (counts.low + part * (index + 1) as f32 - low) / height;
        let rows_of = to - from;
        let last = ROWS - 1;
        let (first, end) = (
            (from.max(0.0) as usize).min(last),
            (to.max(0.0) as usize).min(last),
        );
        for (row, sum) in rows.iter_mut().enumerate().take(end + 1).skip(first) {
            let covered = if rows_of > 0.0 {
                (to.min(row as f32 + 1.0) - from.max(row as f32)).max(0.0) / rows_of
            } else {
                1.0
            };
            *sum += count as f32 * covered;
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_keep_their_sum_and_their_place_in_a_wider_range() {
        let counts = Histogram {
            low: -1.0,
            high: 1.0,
            counts: vec![10, 30],
        };
        let rows = spread(&counts, (-3.0, 3.0));
        assert!((rows.iter().sum::<f32>() - 40.0).abs() < 1e-3, "{rows:?}");
        let third = ROWS / 3;
        assert!(rows[..third].iter().all(|sum| *sum == 0.0));
        assert!(rows[2 * third..].iter().all(|sum| *sum < 1e-3));
        let lower: f32 = rows[third..ROWS / 2].iter().sum();
        assert!((lower - 10.0).abs() < 1e-3, "{lower}");
    }

    #[test]
    fn a_single_value_is_one_row() {
        let counts = Histogram {
            low: 0.5,
            high: 0.5,
            counts: vec![7],
        };
        let rows = spread(&counts, (0.0, 1.0));
        assert_eq!(rows.iter().filter(|sum| **sum > 0.0).count(), 1);
        assert_eq!(rows[ROWS / 2], 7.0);
        let alone = spread(&counts, (0.5, 0.5));
        assert_eq!(alone.iter().sum::<f32>(), 7.0);
    }
}
