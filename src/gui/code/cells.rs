//! Where the entries of a code lie in its picture.

use egui::{Rect, Vec2, vec2};

use crate::engine::EntriesFound;
use crate::gui::run::Run;
use crate::gui::view::View;

use super::ranking::Ranking;
use super::state::Cell;

/// Sides of the picture at the usual size of text. It is no smaller than the first in a pane that is low, since
/// that can be scrolled, but only in one that is narrow.
const SIDES: std::ops::RangeInclusive<f32> = 200.0..=360.0;

/// What is drawn.
pub(super) struct Shown<'a> {
    pub(super) run: &'a Run,
    pub(super) ranking: &'a Ranking,
    pub(super) entries: &'a EntriesFound,
    /// By group and place.
    pub(super) chosen: &'a [usize],
    pub(super) version: u64,
}

impl Shown<'_> {
    /// The cell that is looked at, or the first one.
    pub(super) fn cell(&self, view: &View<'_>) -> Cell {
        let cell = view.state.code.cell_of(self.run.id);
        let grid = self.entries.grid;
        cell.filter(|cell| cell.group < grid.groups && cell.place < grid.places)
            .unwrap_or(Cell { group: 0, place: 0 })
    }

    /// The entry in a cell.
    pub(super) fn entry(&self, cell: Cell) -> usize {
        let at = cell.group * self.entries.grid.places + cell.place;
        self.chosen.get(at).copied().unwrap_or_default()
    }

    /// Side of the picture of the code, and of what is decoded from it, in so much room. Along the longer side
    /// cells are as many whole pixels of the screen as have room, where one has. `scales` are those of text and
    /// of pixels.
    pub(super) fn side(&self, room: Vec2, scales: (f32, f32)) -> f32 {
        let (columns, rows) = self.layout();
        side(room, columns.max(rows), scales)
    }

    /// Columns and rows of cells: those of the code, or a row of groups where it has no places.
    pub(super) fn layout(&self) -> (usize, usize) {
        let (code, grid) = (self.entries.code, self.entries.grid);
        if grid.places == 1 {
            (grid.groups, 1)
        } else {
            (code.width, code.height)
        }
    }

    /// The cell in a column and a row, in the group that is looked at.
    pub(super) fn at(&self, column: usize, row: usize, group: usize) -> Cell {
        if self.entries.grid.places == 1 {
            Cell {
                group: column,
                place: 0,
            }
        } else {
            Cell {
                group,
                place: row * self.entries.code.width + column,
            }
        }
    }

    /// Where a cell lies in the picture of the code.
    pub(super) fn rect(&self, rect: Rect, cell: Cell) -> Rect {
        let (columns, rows) = self.layout();
        let at = if self.entries.grid.places == 1 {
            cell.group
        } else {
            cell.place
        };
        let size = rect.size() / vec2(columns as f32, rows as f32);
        let corner = vec2((at % columns) as f32, (at / columns) as f32);
        Rect::from_min_size(rect.min + corner * size, size)
    }

    /// The cell in words.
    pub(super) fn words(&self, cell: Cell) -> String {
        let grid = self.entries.grid;
        let width = self.entries.code.width.max(1);
        let place = format!(
            "row {}, column {}",
            cell.place / width + 1,
            cell.place % width + 1
        );
        match (grid.places, grid.groups) {
            (1, _) => format!("group {}", cell.group + 1),
            (_, 1) => place,
            (_, _) => format!("{place}, group {}", cell.group + 1),
        }
    }
}

fn side(room: Vec2, cells: usize, (text_scale, pixels_per_point): (f32, f32)) -> f32 {
    let (least, most) = (SIDES.start() * text_scale, SIDES.end() * text_scale);
    let side = room.x.min(room.y.max(least)).min(most).max(1.0);
    let cells = cells.max(1) as f32;
    let pixels = (side * pixels_per_point / cells).floor();
    if pixels < 1.0 {
        side
    } else {
        pixels * cells / pixels_per_point
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_take_the_room_there_is_in_whole_cells() {
        let usual = (1.0, 1.0);
        assert_eq!(side(vec2(900.0, 250.0), 7, usual), 245.0);
        assert_eq!(side(vec2(900.0, 80.0), 7, usual), 196.0, "low");
        assert_eq!(side(vec2(138.0, 900.0), 7, usual), 133.0, "narrow");
        assert_eq!(side(vec2(900.0, 900.0), 7, usual), 357.0, "large");
        assert_eq!(side(vec2(900.0, 900.0), 7, (2.0, 1.0)), 714.0, "large type");
        assert_eq!(side(vec2(900.0, 250.0), 8, (1.0, 2.0)), 248.0, "62 pixels");
        assert_eq!(
            side(vec2(50.0, 250.0), 512, usual),
            50.0,
            "less than pixels"
        );
        assert_eq!(side(vec2(-4.0, 250.0), 0, usual), 1.0);
    }
}
