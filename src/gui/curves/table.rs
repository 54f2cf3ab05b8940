//! The readings of all runs as a small table over the chart.
//!
//! Where there is little room its *form* changes: two columns, smaller text, shorter names. Every run
//! is in it, or the last line says how many are not.

use std::sync::Arc;

use egui::{
    Align2, Color32, FontId, Galley, Id, LayerId, Order, Painter, Rect, Stroke, StrokeKind, pos2,
    vec2,
};

use super::super::theme::{small_font, text_scale};
use super::super::view::View;
use super::axis::describe;
use super::pattern;
use super::reading::{Reading, headings};
use super::shown::Shown;

/// Height of a row at the usual size of text.
const ROW: f32 = 16.0;
/// Inside the border.
const MARGIN: f32 = 6.0;
/// From the edge of the chart.
const DISTANCE: f32 = 8.0;
/// Under the names of phases, where there is room.
const BELOW_PHASES: f32 = 20.0;
/// Room for a sample of the line.
const SAMPLE: f32 = 30.0;
/// Between two columns of numbers.
const GAP: f32 = 14.0;
/// How small text may become.
const SMALL: f32 = 0.85;

/// How the table may look.
#[derive(Clone, Copy)]
struct Form {
    /// Runs side by side.
    columns: usize,
    /// Size of text as a share of the usual one.
    size: f32,
    /// Characters of a name at most.
    name: usize,
}

/// All forms, the best first.
fn forms() -> impl Iterator<Item = Form> {
    [28, 16, 9, 0].into_iter().flat_map(|name| {
        [(1, 1.0), (2, 1.0), (1, SMALL), (2, SMALL)].map(|(columns, size)| Form {
            columns,
            size,
            name,
        })
    })
}

/// One line of one column: a name, and as many numbers as every other line.
type Line = Vec<Arc<Galley>>;

/// A table that fits.
struct Table {
    form: Form,
    row: f32,
    /// Column by column, each with its heading; with a line the reading it is of.
    columns: Vec<Vec<(Line, Option<usize>)>>,
    /// Of names and of each number.
    widths: Vec<f32>,
}

/// What is drawn, and with what.
struct Maker<'a> {
    painter: &'a Painter,
    view: &'a View<'a>,
    /// The heading.
    place: String,
    rows: &'a [Reading],
    /// What the numbers are.
    headings: Vec<&'static str>,
}

impl Maker<'_> {
    fn font(&self, form: Form) -> FontId {
        let font = small_font(self.painter.ctx());
        FontId::new(font.size * form.size, font.family)
    }

    fn row(&self, form: Form) -> f32 {
        ROW * form.size * text_scale(self.painter.ctx())
    }

    /// Lines that have room, the heading included.
    fn lines(&self, form: Form, frame: Rect) -> usize {
        let room = frame.height() - 2.0 * DISTANCE - 2.0 * MARGIN;
        (room / self.row(form)).floor().max(0.0) as usize
    }

    /// The table in this form, with as many readings as have room and a word about the others.
    fn table(&self, form: Form, frame: Rect) -> Option<Table> {
        let most = self.lines(form, frame).checked_sub(1)?;
        let room = most * form.columns;
        if room == 0 {
            return None;
        }
        let shown = if self.rows.len() <= room {
            self.rows.len()
        } else {
            room - 1
        };
        let palette = self.view.palette;
        let font = self.font(form);
        let write = |text: &str, color: Color32| {
            self.painter
                .layout_no_wrap(text.to_owned(), font.clone(), color)
        };
        let mut lines: Vec<(Line, Option<usize>)> = Vec::new();
        for (index, row) in self.rows.iter().take(shown).enumerate() {
            let name = shortened(&row.name, form.name);
            let name = write(&name, palette.run(row.slot));
            let numbers = row.numbers.iter();
            let numbers = numbers.map(|number| write(number, palette.text));
            lines.push((std::iter::once(name).chain(numbers).collect(), Some(index)));
        }
        if shown < self.rows.len() {
            let rest = format!("and {} more", self.rows.len() - shown);
            let none = self.headings.iter().map(|_| "");
            let line = std::iter::once(rest.as_str()).chain(none);
            let line = line.map(|text| write(text, palette.weak)).collect();
            lines.push((line, None));
        }
        let each = lines.len().div_ceil(form.columns).max(1);
        let columns: Vec<Vec<_>> = lines
            .chunks(each)
            .enumerate()
            .map(|(index, lines)| {
                let place = if index == 0 { self.place.as_str() } else { "" };
                let names = self.headings.iter();
                let names = names.map(|name| write(name, palette.weak));
                let heading = std::iter::once(write(place, palette.strong)).chain(names);
                let mut column = vec![(heading.collect(), None)];
                column.extend_from_slice(lines);
                column
            })
            .collect();
        let widths = (0..=self.headings.len()).map(|cell| {
            let lines = columns.iter().flatten();
            let cells = lines.filter_map(|(line, _): &(Line, _)| line.get(cell));
            cells.map(|cell| cell.size().x).fold(0.0, f32::max)
        });
        let widths = widths.collect();
        let table = Table {
            form,
            row: self.row(form),
            columns,
            widths,
        };
        (table.size().x <= frame.width() - 2.0 * DISTANCE).then_some(table)
    }
}

impl Table {
    fn column_width(&self) -> f32 {
        let gaps = self.widths.len().saturating_sub(1) as f32;
        SAMPLE + self.widths.iter().sum::<f32>() + gaps * GAP
    }

    fn size(&self) -> egui::Vec2 {
        let count = self.columns.len() as f32;
        let lines = self.columns.iter().map(Vec::len).max().unwrap_or(0);
        vec2(
            count * self.column_width() + (count - 1.0) * GAP + 2.0 * MARGIN,
            lines as f32 * self.row + 2.0 * MARGIN,
        )
    }

    /// Readings that it has.
    fn shown(&self) -> usize {
        let lines = self.columns.iter().flatten();
        lines.filter(|(_, reading)| reading.is_some()).count()
    }

    fn draw(self, maker: &Maker<'_>, rect: Rect) {
        let palette = maker.view.palette;
        let painter = maker.painter;
        painter.rect(
            rect,
            4.0,
            palette.raised.gamma_multiply(0.94),
            Stroke::new(1.0, palette.border),
            StrokeKind::Inside,
        );
        let width = self.column_width();
        let widths = &self.widths;
        for (index, column) in self.columns.into_iter().enumerate() {
            let start = rect.left() + MARGIN + index as f32 * (width + GAP);
            let right = start + width;
            for (line, (cells, reading)) in column.into_iter().enumerate() {
                let middle = rect.top() + MARGIN + (line as f32 + 0.5) * self.row;
                if let Some(row) = reading.and_then(|reading| maker.rows.get(reading)) {
                    let sample = pattern::sample_rect(pos2(start, middle));
                    pattern::paint_sample(painter, sample, row.slot, palette.run(row.slot));
                }
                let mut cells = cells.into_iter();
                let place = |galley: Arc<Galley>, anchor: Align2, x: f32| {
                    let at = anchor.anchor_size(pos2(x, middle), galley.size());
                    painter.galley(at.min, galley, palette.text);
                };
                if let Some(name) = cells.next() {
                    place(name, Align2::LEFT_CENTER, start + SAMPLE);
                }
                // Numbers stand at the right of their columns, the last at the edge.
                let mut x = right;
                for (galley, width) in cells.zip(&widths[1..]).rev() {
                    place(galley, Align2::RIGHT_CENTER, x);
                    x -= width + GAP;
                }
            }
        }
    }
}

/// A name of at most so many characters.
fn shortened(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    match most.checked_sub(1) {
        Some(kept) => name.chars().take(kept).chain(['…']).collect(),
        None => String::new(),
    }
}

/// Draws the table on the side of the chart where the place is not; over what is around the chart where
/// that is too low for all runs.
pub fn table(
    painter: &Painter,
    view: &View<'_>,
    frame: Rect,
    (place, x): (f64, f32),
    (rows, shown): (&[Reading], Shown),
) {
    let maker = |painter| Maker {
        painter,
        view,
        place: describe(view.state.options.curves.x, place),
        rows,
        headings: headings(shown),
    };
    if rows.is_empty() || draw(&maker(painter), frame, x, true) {
        return;
    }
    let screen = painter.ctx().content_rect();
    let lines = (rows.len() + 1) as f32 * ROW * text_scale(painter.ctx());
    let height = lines + 2.0 * (MARGIN + DISTANCE);
    let top = frame.top().min(screen.bottom() - height).max(screen.top());
    let around = Rect::from_x_y_ranges(frame.x_range(), top..=top + height);
    let layer = LayerId::new(Order::Tooltip, Id::unique("readings"));
    let over = painter.ctx().layer_painter(layer);
    draw(&maker(&over), around, x, false);
}

/// Draws the table within a frame; tells whether there was room, where it must be for `all` of it.
fn draw(maker: &Maker<'_>, frame: Rect, x: f32, all: bool) -> bool {
    let fitting = || forms().filter_map(|form| maker.table(form, frame));
    let count = maker.rows.len();
    let whole = fitting().find(|table| table.shown() == count);
    // Where none has all of them: as many as possible, and then with long names.
    let most = || fitting().max_by_key(|table| (table.shown(), table.form.name));
    let table = if all { whole } else { whole.or_else(most) };
    let Some(table) = table else { return false };
    let size = table.size();
    let left = if x < frame.center().x {
        frame.right() - size.x - DISTANCE
    } else {
        frame.left() + DISTANCE
    };
    let spare = frame.height() - size.y - DISTANCE;
    let top = frame.top() + spare.clamp(0.0, BELOW_PHASES);
    table.draw(maker, Rect::from_min_size(pos2(left, top), size));
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shortened_to_what_fits() {
        assert_eq!(shortened("Stacked", 28), "Stacked");
        assert_eq!(shortened("Convolutional", 9), "Convolut…");
        assert_eq!(shortened("Deep", 0), "");
    }
}
