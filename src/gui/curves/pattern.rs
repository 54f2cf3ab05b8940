//! What tells runs apart besides colour.
//!
//! A *pattern* is a kind of line and a kind of mark, one a run: with it, curves can be told apart in
//! print and without colour vision. Eight runs have eight patterns.

use egui::{Color32, Painter, Rect, Shape, Stroke, pos2, vec2};
use egui_plot::{LineStyle, MarkerShape};

/// Lines and marks by place of the run.
const PATTERNS: &[(LineStyle, MarkerShape)] = &[
    (LineStyle::Solid, MarkerShape::Circle),
    (LineStyle::Dashed { length: 9.0 }, MarkerShape::Square),
    (LineStyle::Dotted { spacing: 6.0 }, MarkerShape::Up),
    (LineStyle::Dashed { length: 18.0 }, MarkerShape::Diamond),
    (LineStyle::Solid, MarkerShape::Down),
    (LineStyle::Dashed { length: 5.0 }, MarkerShape::Plus),
    (LineStyle::Dotted { spacing: 11.0 }, MarkerShape::Cross),
    (LineStyle::Dashed { length: 13.0 }, MarkerShape::Asterisk),
];

fn pattern(slot: usize) -> (LineStyle, MarkerShape) {
    PATTERNS[slot % PATTERNS.len()]
}

/// The line of a run.
pub fn line_style(slot: usize) -> LineStyle {
    pattern(slot).0
}

/// The mark of a run.
pub fn marker(slot: usize) -> MarkerShape {
    pattern(slot).1
}

/// Draws a piece of a run's line with its mark across the middle of `rect`.
pub fn paint_sample(painter: &Painter, rect: Rect, slot: usize, color: Color32) {
    let (style, mark) = pattern(slot);
    let width = 2.0;
    let ends = [rect.left_center(), rect.right_center()];
    match style {
        LineStyle::Solid => {
            painter.line_segment(ends, Stroke::new(width, color));
        }
        LineStyle::Dashed { length } => {
            // Short enough for two dashes to have room.
            let length = length.min(rect.width() / 3.0);
            let stroke = Stroke::new(width, color);
            painter.extend(Shape::dashed_line(&ends, stroke, length, length * 0.6));
        }
        LineStyle::Dotted { spacing } => {
            painter.extend(Shape::dotted_line(&ends, color, spacing.min(8.0), 1.4));
        }
    }
    paint_mark(painter, rect.center(), mark, color);
}

fn paint_mark(painter: &Painter, at: egui::Pos2, mark: MarkerShape, color: Color32) {
    let size = 4.0;
    let point = |x: f32, y: f32| at + vec2(x, y) * size;
    let filled = |points: Vec<egui::Pos2>| {
        painter.add(Shape::convex_polygon(points, color, Stroke::NONE));
    };
    let stroke = Stroke::new(1.8, color);
    let cross = |ends: &[(f32, f32)]| {
        for (x, y) in ends {
            painter.line_segment([point(*x, *y), point(-x, -y)], stroke);
        }
    };
    let diagonal = std::f32::consts::FRAC_1_SQRT_2;
    match mark {
        MarkerShape::Circle => {
            painter.circle_filled(at, size * 0.9, color);
        }
        MarkerShape::Diamond => filled(vec![
            point(0.0, -1.1),
            point(1.1, 0.0),
            point(0.0, 1.1),
            point(-1.1, 0.0),
        ]),
        MarkerShape::Square => {
            painter.rect_filled(
                Rect::from_center_size(at, vec2(1.6, 1.6) * size),
                0.0,
                color,
            );
        }
        MarkerShape::Cross => cross(&[(diagonal, diagonal), (diagonal, -diagonal)]),
        MarkerShape::Plus => cross(&[(1.0, 0.0), (0.0, 1.0)]),
        MarkerShape::Asterisk => cross(&[(0.0, 1.0), (0.87, 0.5), (0.87, -0.5)]),
        MarkerShape::Up => filled(vec![point(0.0, -1.0), point(0.95, 0.8), point(-0.95, 0.8)]),
        MarkerShape::Down => filled(vec![point(0.0, 1.0), point(0.95, -0.8), point(-0.95, -0.8)]),
        MarkerShape::Left => filled(vec![point(-1.0, 0.0), point(0.8, -0.95), point(0.8, 0.95)]),
        MarkerShape::Right => filled(vec![point(1.0, 0.0), point(-0.8, -0.95), point(-0.8, 0.95)]),
    }
}

/// The size that a sample of a line wants.
pub fn sample_rect(left_center: egui::Pos2) -> Rect {
    Rect::from_min_size(pos2(left_center.x, left_center.y - 6.0), vec2(26.0, 12.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::state::MAX_RUNS;

    #[test]
    fn no_two_runs_have_the_same_pattern() {
        for a in 0..MAX_RUNS {
            for b in 0..a {
                assert_ne!(marker(a), marker(b), "{a} and {b}");
                assert_ne!(pattern(a), pattern(b), "{a} and {b}");
            }
        }
        assert!(
            (0..4).all(|a| (0..a).all(|b| line_style(a) != line_style(b))),
            "the first four differ in their lines too"
        );
    }
}
