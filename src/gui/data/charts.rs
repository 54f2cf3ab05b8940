//! Bars and curves of counts.
//!
//! A *bin* is four neighbouring pixel values: more than a pane has points for.

use egui::{Color32, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::data::Survey;
use crate::gui::theme::maps;
use crate::gui::view::View;

/// Pixel values in a bin.
const BIN: usize = 4;

/// Height of the histogram, in points.
const HEIGHT: f32 = 92.0;

/// How often each pixel value is met, on a logarithmic scale.
pub(super) fn histogram_ui(ui: &mut Ui, view: &View<'_>, survey: &Survey, width: f32) {
    let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::hover());
    let words = format!(
        "Pixel values from 0 to 1: mean {:.3}, standard deviation {:.3}",
        survey.mean_value, survey.deviation
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &words));
    let painter = ui.painter();
    painter.rect_filled(rect, 2.0, view.palette.deep);
    let inner = rect.shrink(3.0);
    let most = survey.histogram.iter().flat_map(bins).max().unwrap_or(0);
    for (channel, counts) in survey.histogram.iter().enumerate() {
        let bins = bins(counts);
        let color = match survey.histogram.len() {
            1 => view.palette.accent,
            _ => maps::channel_color(channel),
        };
        if survey.histogram.len() == 1 {
            bars(ui, inner, &bins, most, color);
        } else {
            let points = bins.iter().enumerate().map(|(place, &count)| {
                let x = (place as f32 + 0.5) / bins.len() as f32;
                let y = height(count, most);
                pos2(
                    egui::lerp(inner.x_range(), x),
                    egui::lerp(inner.bottom()..=inner.top(), y),
                )
            });
            painter.add(Shape::line(points.collect(), Stroke::new(1.5, color)));
        }
    }
    response.on_hover_ui(|ui| {
        ui.label(words);
        ui.label(
            "How often each value is met in the training images, black on the left, white on the \
             right; heights are logarithmic, so that rare values can be seen.",
        );
    });
}

fn bars(ui: &Ui, rect: Rect, bins: &[u64], most: u64, color: Color32) {
    let width = rect.width() / bins.len().max(1) as f32;
    for (place, &count) in bins.iter().enumerate() {
        let left = rect.left() + place as f32 * width;
        let top = egui::lerp(rect.bottom()..=rect.top(), height(count, most));
        let bar = Rect::from_min_max(pos2(left, top), pos2(left + width, rect.bottom()));
        ui.painter().rect_filled(bar, 0.0, color);
    }
}

/// Height of a count, 0 to 1, on a logarithmic scale from 0.
fn height(count: u64, most: u64) -> f32 {
    let scaled = |count: u64| (count as f64).ln_1p();
    (scaled(count) / scaled(most).max(f64::MIN_POSITIVE)) as f32
}

fn bins(counts: &[u64; 256]) -> Vec<u64> {
    counts.chunks(BIN).map(|bin| bin.iter().sum()).collect()
}

/// A bar for a count, `share` of the room long.
pub(super) fn bar_ui(ui: &mut Ui, view: &View<'_>, share: f32, width: f32) {
    let height = ui.spacing().interact_size.y * 0.5;
    let (rect, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let painter = ui.painter();
    painter.rect_filled(rect, 2.0, view.palette.deep);
    let bar = Rect::from_min_size(rect.min, vec2(rect.width() * share.clamp(0.0, 1.0), height));
    painter.rect_filled(bar, 2.0, view.palette.accent.gamma_multiply(0.6));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_put_together_and_rare_ones_are_seen() {
        let mut counts = [0; 256];
        counts[0] = 90;
        counts[3] = 10;
        counts[255] = 1;
        let bins = bins(&counts);
        assert_eq!((bins.len(), bins[0], bins[63]), (64, 100, 1));
        assert!(height(1, 100) > 0.1);
        assert_eq!(height(0, 100), 0.0);
        assert!((height(100, 100) - 1.0).abs() < 1e-6);
        assert_eq!(height(0, 0), 0.0);
    }
}
