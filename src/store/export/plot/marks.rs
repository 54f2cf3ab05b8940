//! Lines and marks as SVG spells them.
//!
//! A *path* is what SVG calls the outline of anything drawn.

use std::fmt::Write as _;

use super::super::palette::{Mark, Rgb, Stroke, hex};

/// Gap after a dash, as a share of its length, as in the window.
const GAP: f32 = 0.618;

/// How a line looks.
#[derive(Clone, Copy)]
pub(super) struct Pen {
    pub(super) color: Rgb,
    pub(super) width: f32,
    pub(super) opacity: f32,
    pub(super) stroke: Stroke,
}

/// Writes a line through points of the paper.
pub(super) fn line(svg: &mut String, points: &[(f64, f64)], pen: Pen) {
    if points.len() < 2 {
        return;
    }
    let mut path = String::with_capacity(points.len() * 14);
    for (index, (x, y)) in points.iter().enumerate() {
        let command = if index == 0 { 'M' } else { 'L' };
        // Writing to a String cannot fail.
        let _ = write!(path, "{command}{x:.2} {y:.2}");
    }
    let dashes = match pen.stroke {
        Stroke::Solid => String::new(),
        Stroke::Dashed(length) => {
            format!(" stroke-dasharray=\"{length} {:.2}\"", length * GAP)
        }
        Stroke::Dotted(spacing) => {
            format!(" stroke-dasharray=\"0 {spacing}\" stroke-linecap=\"round\"")
        }
    };
    // Dots are as wide as the line, which is little for a dot.
    let width = match pen.stroke {
        Stroke::Dotted(_) => pen.width * 1.4,
        Stroke::Solid | Stroke::Dashed(_) => pen.width,
    };
    let _ = writeln!(
        svg,
        "<path d=\"{path}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width:.2}\" \
         stroke-opacity=\"{}\" stroke-linejoin=\"round\"{dashes}/>",
        hex(pen.color),
        pen.opacity
    );
}

/// Writes a mark around a point of the paper.
pub(super) fn mark(svg: &mut String, (x, y): (f64, f64), mark: Mark, color: Rgb) {
    const SIZE: f64 = 3.6;
    let outline = |points: &[(f64, f64)]| {
        points
            .iter()
            .map(|(dx, dy)| format!("{:.2},{:.2}", x + dx * SIZE, y + dy * SIZE))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let filled = |points: &[(f64, f64)]| {
        format!(
            "<polygon points=\"{}\" fill=\"{}\"/>",
            outline(points),
            hex(color)
        )
    };
    let strokes = |ends: &[(f64, f64)]| {
        ends.iter().fold(String::new(), |mut all, (dx, dy)| {
            let _ = write!(
                all,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.6\"/>",
                outline(&[(*dx, *dy), (-dx, -dy)]),
                hex(color)
            );
            all
        })
    };
    let diagonal = std::f64::consts::FRAC_1_SQRT_2;
    let text = match mark {
        Mark::Circle => format!(
            "<circle cx=\"{x:.2}\" cy=\"{y:.2}\" r=\"{:.2}\" fill=\"{}\"/>",
            SIZE * 0.9,
            hex(color)
        ),
        Mark::Square => filled(&[(-0.8, -0.8), (0.8, -0.8), (0.8, 0.8), (-0.8, 0.8)]),
        Mark::Up => filled(&[(0.0, -1.0), (0.95, 0.75), (-0.95, 0.75)]),
        Mark::Down => filled(&[(0.0, 1.0), (-0.95, -0.75), (0.95, -0.75)]),
        Mark::Diamond => filled(&[(0.0, -1.1), (1.1, 0.0), (0.0, 1.1), (-1.1, 0.0)]),
        Mark::Plus => strokes(&[(1.0, 0.0), (0.0, 1.0)]),
        Mark::Cross => strokes(&[(diagonal, diagonal), (diagonal, -diagonal)]),
        Mark::Asterisk => strokes(&[(0.0, 1.0), (0.87, 0.5), (0.87, -0.5)]),
    };
    svg.push_str(&text);
    svg.push('\n');
}
