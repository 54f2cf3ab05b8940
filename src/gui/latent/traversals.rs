//! The pane "Traversals": what each dimension does to the picture, by itself.

use egui::{EventFilter, Key, Rect, RichText, ScrollArea, Sense, Stroke, Ui, vec2};

use crate::engine::{Content, Pictures, Slot, Traversal, Wish};

use super::super::action::{Action, Actions};
use super::super::focus::steady;
use super::super::layout::Pane;
use super::super::run::Run;
use super::super::theme::text_scale;
use super::super::view::View;
use super::super::words;
use super::code::{code_note, dimension_name};
use super::controls::{NOTHING_DRAWN, origin_words, start_ui};
use super::sheet::{PIXELS, paint_tiles, sheet};
use super::state::LatentAction;
use super::wishes::{COLUMNS, REACH};
use super::{codes_or, empty_ui, selected_run};

/// Width of the labels on the left.
const LABEL: f32 = 76.0;

fn label_width(ui: &Ui) -> f32 {
    LABEL * text_scale(ui.ctx())
}

/// Sides of a picture on the screen.
const SIDES: std::ops::RangeInclusive<f32> = 20.0..=84.0;

/// Distance of pictures from one another.
const GAP: f32 = 2.0;

/// Draws the pane "Traversals".
pub fn traversals_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let Some(run) = selected_run(ui, view, "walk in its space of codes") else {
        return;
    };
    let promise =
        "Pictures of codes that differ in one value each appear here once the run is ready.";
    let Some(codes) = codes_or(ui, view.state.codes(run), promise) else {
        return;
    };
    let line = |ui: &mut Ui| {
        // Where the sliders are to be seen as well, they have the choice.
        if !view.state.shown.contains(&Pane::Sliders) {
            start_ui(ui, view, out);
        }
        let note = code_note(view, run, codes);
        ui.add(egui::Label::new(note).extend()).on_hover_text(
            "The middle column is the code of the latent sliders; along a row one value of it goes \
             from two standard deviations below to two above, as the test images have them. A row \
             that changes nothing belongs to a dimension the network does not use",
        );
    };
    steady(ui, "start of traversals", |ui| ui.horizontal_wrapped(line));
    let found = view.state.latent.find(Slot::Traversals, run.id);
    let Some(found) = found else {
        let text = if view.state.code_start(run).is_none() {
            NOTHING_DRAWN
        } else {
            "Decoding…"
        };
        empty_ui(ui, text);
        return;
    };
    match (&found.content, &found.wish) {
        (Content::Grid { pictures, .. }, Wish::Traversals { rows, .. }) => {
            let grid = Grid {
                run,
                rows,
                pictures,
                version: found.version,
            };
            grid_ui(ui, view, &grid, out);
        }
        (Content::Failed(words), _) => empty_ui(ui, words),
        (
            Content::Images(_)
            | Content::Grid { .. }
            | Content::Point { .. }
            | Content::Filters { .. }
            | Content::Features(_)
            | Content::Entries(_)
            | Content::Generated(_),
            _,
        ) => {}
    }
}

/// A grid that was found.
struct Grid<'a> {
    run: &'a Run,
    rows: &'a [Traversal],
    pictures: &'a Pictures,
    version: u64,
}

fn grid_ui(ui: &mut Ui, view: &View<'_>, grid: &Grid<'_>, out: &mut Actions) {
    let room = ui.available_width() - label_width(ui) - ui.spacing().scroll.bar_width - 8.0;
    let side = room / COLUMNS as f32 - GAP;
    let side = side.clamp(*SIDES.start(), *SIDES.end());
    let shape = grid.pictures.shape;
    let height = side * shape.height.max(1) as f32 / shape.width.max(1) as f32;
    ui.spacing_mut().item_spacing.y = GAP;
    ScrollArea::both()
        .id_salt("traversals")
        .auto_shrink(false)
        .show(ui, |ui| {
            heads_ui(ui, view, side);
            for (index, row) in grid.rows.iter().enumerate() {
                row_ui(ui, view, grid, (index, row), vec2(side, height), out);
            }
            let latent = view.state.codes(grid.run).map_or(0, |codes| codes.latent);
            if grid.rows.len() < latent {
                let more = ui.button("More dimensions");
                let left = latent - grid.rows.len();
                let help = format!("{left} more, in the order of their variance");
                if more.on_hover_text(help).clicked() {
                    out.push(Action::Latent(LatentAction::MoreRows));
                }
            }
        });
}

/// How far every other column is from the code.
fn heads_ui(ui: &mut Ui, view: &View<'_>, side: f32) {
    let size = vec2(
        label_width(ui) + COLUMNS as f32 * (side + GAP),
        14.0 * text_scale(ui.ctx()),
    );
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    for (column, text) in [(0, "−2σ"), (2, "−σ"), (4, "code"), (6, "+σ"), (8, "+2σ")] {
        let x = rect.left() + label_width(ui) + (column as f32 + 0.5) * (side + GAP);
        ui.painter().text(
            egui::pos2(x, rect.center().y),
            egui::Align2::CENTER_CENTER,
            text,
            egui::TextStyle::Small.resolve(ui.style()),
            view.palette.weak,
        );
    }
}

/// Value of a column of a row.
fn value_at(row: &Traversal, column: usize) -> f32 {
    egui::lerp(row.low..=row.high, column as f32 / (COLUMNS - 1) as f32)
}

fn row_ui(
    ui: &mut Ui,
    view: &View<'_>,
    grid: &Grid<'_>,
    (index, row): (usize, &Traversal),
    tile: egui::Vec2,
    out: &mut Actions,
) {
    let name = dimension_name(row.dimension);
    let spread = (row.high - row.low) / (2.0 * REACH);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        ui.allocate_ui_with_layout(vec2(label_width(ui), tile.y), layout, |ui| {
            ui.set_width(label_width(ui));
            let text = format!("{name}  σ {}", words::three_digits(f64::from(spread)));
            let codes = view.state.codes(grid.run);
            let is_dead = codes.is_some_and(|codes| codes.summary.is_dead(row.dimension));
            let color = if is_dead {
                view.palette.frozen
            } else {
                view.palette.text
            };
            ui.add(egui::Label::new(RichText::new(text).small().color(color)).truncate());
        });
        let size = vec2(COLUMNS as f32 * (tile.x + GAP) - GAP, tile.y);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let place = |column: usize| {
            let left = column as f32 * (tile.x + GAP);
            Rect::from_min_size(rect.min + vec2(left, 0.0), tile)
        };
        let id = ui.scope_id().with(("traversal", index));
        let texture = view.textures.show(ui.ctx(), id, grid.version, PIXELS, || {
            sheet(
                grid.pictures,
                COLUMNS,
                index * COLUMNS..(index + 1) * COLUMNS,
            )
        });
        paint_tiles(ui.painter(), texture, (COLUMNS, 1), place);
        let spoken = format!("Traversal of {name}");
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &spoken));
        let outline = |column: usize, stroke: Stroke| {
            let kind = egui::StrokeKind::Outside;
            ui.painter().rect_stroke(place(column), 1.0, stroke, kind);
        };
        outline(COLUMNS / 2, Stroke::new(1.0, view.palette.weak));
        let under = |at: egui::Pos2| {
            (0..COLUMNS).find(|&column| place(column).expand(GAP / 2.0).contains(at))
        };
        if response.has_focus() {
            outline(COLUMNS / 2, Stroke::new(2.0, view.palette.accent));
        }
        let hovered = response.hover_pos().and_then(under);
        if let Some(column) = hovered {
            outline(column, Stroke::new(1.5, view.palette.accent));
        }
        let by_key = keyed(ui, &response);
        let by_click = response
            .interact_pointer_pos()
            .filter(|_| response.clicked())
            .and_then(under);
        if let Some(column) = by_key.or(by_click) {
            out.push(Action::Latent(LatentAction::Slide {
                run: grid.run.id,
                dimension: row.dimension,
                value: value_at(row, column),
            }));
        }
        if let Some(column) = hovered {
            let value = words::three_digits(f64::from(value_at(row, column)));
            response.on_hover_text(format!(
                "{} with {name} = {value}. Click to move the slider there.",
                origin_words(view, grid.run)
            ));
        }
    });
}

/// The column an arrow key goes to from the middle one.
fn keyed(ui: &Ui, response: &egui::Response) -> Option<usize> {
    if !response.has_focus() {
        return None;
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    ui.input(|input| {
        if input.key_pressed(Key::ArrowLeft) {
            Some(COLUMNS / 2 - 1)
        } else if input.key_pressed(Key::ArrowRight) {
            Some(COLUMNS / 2 + 1)
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_go_from_end_to_end_over_the_code() {
        let row = Traversal {
            dimension: 3,
            low: -1.0,
            high: 3.0,
        };
        assert_eq!(value_at(&row, 0), -1.0);
        assert_eq!(value_at(&row, COLUMNS / 2), 1.0);
        assert_eq!(value_at(&row, COLUMNS - 1), 3.0);
    }
}
