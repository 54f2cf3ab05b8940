//! Words on the chart: names of reference lines and of phases.
//!
//! A *baseline* is a line across the chart at the error of a method that does not train.

use egui::{Align2, Color32, pos2, vec2};
use egui_plot::PlotTransform;

use super::super::run::Run;
use super::super::theme::small_font;
use super::super::view::View;
use super::super::words;
use super::axis::Axis;
use super::losses::pixel_factor;
use super::options::Reduction;
use super::ticks;

/// A line across the chart with a name.
pub(super) struct Baseline {
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) color: Color32,
}

/// The baselines of these runs, each once.
pub(super) fn baselines(view: &View<'_>, runs: &[&Run], reduction: Reduction) -> Vec<Baseline> {
    let mut lines: Vec<Baseline> = Vec::new();
    for run in runs {
        let Some(found) = &run.baselines else {
            continue;
        };
        let plain = view.palette.baseline;
        let mut all = vec![
            ("black image".to_owned(), found.black, plain),
            ("mean image".to_owned(), found.mean, plain),
        ];
        let latent = run.info.as_ref().map(|info| info.latent);
        if let Some(latent) = latent
            && let Some(value) = found.pca_k(latent)
        {
            all.push((format!("PCA, {latent} components"), value, plain));
        }
        let factor = pixel_factor(run, reduction);
        for (name, mean, color) in all {
            let value = mean * factor;
            let is_known = lines
                .iter()
                .any(|line| line.name == name && (line.value - value).abs() < 1e-12);
            if !is_known {
                lines.push(Baseline { name, value, color });
            }
        }
    }
    lines
}

/// Titles of the axes within a chart that has no room for them beside it. Returns where they are.
pub(super) fn label_axes(
    painter: &egui::Painter,
    view: &View<'_>,
    frame: egui::Rect,
    [along, up]: [&str; 2],
) -> Vec<egui::Rect> {
    let font = small_font(painter.ctx());
    let corners = [
        (
            along,
            Align2::RIGHT_BOTTOM,
            frame.right_bottom() - vec2(6.0, 2.0),
        ),
        (
            up,
            Align2::LEFT_BOTTOM,
            frame.left_bottom() + vec2(6.0, -2.0),
        ),
    ];
    corners
        .map(|(text, anchor, at)| {
            let text = text.to_owned();
            let galley = painter.layout_no_wrap(text, font.clone(), view.palette.weak);
            let rect = anchor.anchor_size(at, galley.size());
            painter.rect_filled(rect.expand(1.0), 2.0, view.palette.deep.gamma_multiply(0.8));
            painter.galley(rect.min, galley, view.palette.weak);
            rect
        })
        .into()
}

/// Names at the right end of the lines, above or below them, where nothing is `taken` yet.
pub(super) fn label_baselines(
    painter: &egui::Painter,
    view: &View<'_>,
    transform: &PlotTransform,
    (baselines, is_log): (&[Baseline], bool),
    mut taken: Vec<egui::Rect>,
) {
    let frame = *transform.frame();
    for line in baselines {
        let y = transform.position_from_point_y(ticks::place(line.value, is_log));
        if !frame.y_range().contains(y) {
            continue;
        }
        let text = format!("{} {}", line.name, words::three_digits(line.value));
        let font = small_font(painter.ctx());
        let galley = painter.layout_no_wrap(text, font, line.color);
        let size = galley.size();
        let x = frame.right() - size.x - 6.0;
        let above = egui::Rect::from_min_size(pos2(x, y - size.y - 1.0), size);
        let below = egui::Rect::from_min_size(pos2(x, y + 1.0), size);
        let Some(rect) = [above, below]
            .into_iter()
            .filter(|rect| {
                frame.y_range().contains(rect.top()) && frame.y_range().contains(rect.bottom())
            })
            .find(|rect| taken.iter().all(|other| !other.intersects(*rect)))
        else {
            continue;
        };
        taken.push(rect);
        painter.rect_filled(
            rect.expand2(vec2(3.0, 0.0)),
            2.0,
            view.palette.deep.gamma_multiply(0.8),
        );
        painter.galley(rect.min, galley, line.color);
    }
}

/// Names of the phases of the selected run along the top, as far as they fit. Returns where they are.
pub(super) fn label_phases(
    painter: &egui::Painter,
    view: &View<'_>,
    transform: &PlotTransform,
    run: &Run,
) -> Vec<egui::Rect> {
    let mut taken = Vec::new();
    let starts = &run.metrics.phases;
    if starts.len() < 2 {
        return taken;
    }
    let frame = *transform.frame();
    let color = view.palette.run(run.slot);
    let axis = Axis::of(run, view.state.options.curves.x);
    let place = |step: u64| transform.position_from_point_x(axis.place(step as f64));
    for (index, start) in starts.iter().enumerate() {
        let Some(phase) = run.phases().get(start.phase) else {
            continue;
        };
        let left = place(start.step);
        let right = starts
            .get(index + 1)
            .map_or(f32::INFINITY, |next| place(next.step))
            .min(frame.right());
        if right <= frame.left() || left >= frame.right() {
            continue;
        }
        let left = left.max(frame.left());
        let font = small_font(painter.ctx());
        let names = [phase.name(), short_name(&phase.name())];
        for name in names {
            let galley = painter.layout_no_wrap(name, font.clone(), color);
            if galley.size().x + 6.0 <= right - left {
                let rect = Align2::LEFT_TOP
                    .anchor_size(pos2(left + 4.0, frame.top() + 3.0), galley.size());
                painter.rect_filled(rect.expand(1.0), 2.0, view.palette.deep.gamma_multiply(0.8));
                painter.galley(rect.min, galley, color);
                taken.push(rect);
                break;
            }
        }
    }
    taken
}

/// What is left of a phase's name where there is little room: `Pair 3`, `All`.
fn short_name(name: &str) -> String {
    match name.rsplit_once(", ") {
        Some((_, pair)) => pair.replacen('p', "P", 1),
        None => name.split(' ').next().unwrap_or(name).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_keep_the_pair() {
        assert_eq!(short_name("Ends inward, pair 3"), "Pair 3");
        assert_eq!(short_name("All layers"), "All");
    }
}
