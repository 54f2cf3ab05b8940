//! The pane "Reconstructions": one row a run under the test images.

use std::hash::Hash;

use egui::{Color32, Id, Mesh, Rect, Response, RichText, Sense, Ui, vec2};

use crate::gui::action::{Action, Actions};
use crate::gui::input::InputAction;
use crate::gui::theme::text_scale;
use crate::gui::view::View;
use crate::gui::words;

use super::PicturesAction;
use super::empty::waiting;
use super::enlarge::{Enlarged, enlarged_ui};
use super::header::header_ui;
use super::labels::label_ui;
use super::rows::{Row, RunRow, groups, rows};
use super::strips::{self, Strip};

/// Width of the labels on the left, and what they may take of a narrow pane.
const LABEL_WIDTH: f32 = 136.0;
const LABEL_SHARE: f32 = 0.28;

/// In lower rows name and error stand side by side, for which they have this width.
pub const LOW_ROW: f32 = 38.0;
const LOW_LABEL_WIDTH: f32 = 150.0;

/// Distance of pictures from one another.
const GAP: f32 = 2.0;

/// Height of a picture on the screen; where few rows would not fit, down to the second, and up to the
/// third where a row still has room for many.
const HEIGHTS: std::ops::RangeInclusive<f32> = 40.0..=112.0;
const LEAST_HEIGHT: f32 = 24.0;
const MOST_HEIGHT: f32 = 224.0;
const MANY: f32 = 10.0;

/// So many rows shrink rather than be scrolled.
const MOST_SHRUNK_ROWS: usize = 7;

/// Pictures that a row has room for at least, as far as they stay legible.
const FEWEST: f32 = 5.0;

/// Draws the pane.
pub fn pictures_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    header_ui(ui, view, out);
    let groups = groups(view.state);
    let rows = rows(&groups, view.state.shows_errors());
    if rows.is_empty() {
        let text = waiting(view);
        ui.centered_and_justified(|ui| ui.label(text));
        return;
    }
    egui::ScrollArea::vertical()
        .auto_shrink(false)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = GAP;
            let height = ui.available_height() / rows.len() as f32 - GAP;
            let least = if rows.len() <= MOST_SHRUNK_ROWS {
                LEAST_HEIGHT
            } else {
                *HEIGHTS.start()
            };
            let width = ui.available_width() - LABEL_WIDTH * text_scale(ui.ctx());
            let most = (width / MANY).clamp(*HEIGHTS.end(), MOST_HEIGHT);
            let height = height
                .min(ui.available_width() * (1.0 - LABEL_SHARE) / FEWEST)
                .clamp(least, most);
            let mut most = 0;
            for row in &rows {
                most = most.max(row_ui(ui, view, *row, height, out));
            }
            if view.state.pictures.choice.wants(most) {
                out.push(Action::Pictures(PicturesAction::Fit(most)));
            }
        });
}

/// Where the pictures of a row lie.
struct Places {
    origin: egui::Pos2,
    cell: egui::Vec2,
    count: usize,
}

impl Places {
    fn of(&self, index: usize) -> Rect {
        let left = index as f32 * (self.cell.x + GAP);
        Rect::from_min_size(self.origin + vec2(left, 0.0), self.cell)
    }

    fn under(&self, pointer: egui::Pos2) -> Option<usize> {
        (0..self.count).find(|&index| self.of(index).expand(GAP / 2.0).contains(pointer))
    }
}

/// Draws a row and returns how many pictures would have had room.
fn row_ui(ui: &mut Ui, view: &View<'_>, row: Row<'_>, height: f32, out: &mut Actions) -> usize {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let scale = text_scale(ui.ctx());
        let label_width = if height < LOW_ROW * scale {
            LOW_LABEL_WIDTH * scale
        } else {
            LABEL_WIDTH * scale
        };
        let label_width = label_width.min(ui.available_width() * LABEL_SHARE);
        ui.allocate_ui_with_layout(
            vec2(label_width, height),
            egui::Layout::top_down(egui::Align::Min),
            |ui| {
                ui.set_min_size(vec2(label_width, height));
                label_ui(ui, view, row, height);
            },
        );
        let shape = row.group().originals().shape;
        let aspect = shape.width.max(1) as f32 / shape.height.max(1) as f32;
        let cell = vec2(height * aspect, height);
        let room = ((ui.available_width() + GAP) / (cell.x + GAP))
            .floor()
            .max(0.0) as usize;
        let count = room.min(row.group().indices.len());
        let width = (count as f32 * (cell.x + GAP) - GAP).max(0.0);
        let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::CLICK);
        let described = format!("{}: {count} pictures", row.name());
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &described));
        if !ui.is_rect_visible(rect) {
            return room;
        }
        let places = Places {
            origin: rect.min,
            cell,
            count,
        };
        let strip = strip(ui, view, row);
        let mut mesh = Mesh::with_texture(strip.texture);
        for index in 0..count {
            if let Some(place) = place_in_strip(row, index).filter(|&p| p < strip.count()) {
                mesh.add_rect_with_uv(places.of(index), strip.uv(place), Color32::WHITE);
            }
        }
        ui.painter().add(mesh);
        let hovered = if matches!(row, Row::Originals(_)) {
            originals_ui(ui, view, row, &places, out)
        } else {
            // Not where it hovers: a finger that is lifted is nowhere.
            let clicked = response
                .interact_pointer_pos()
                .filter(|_| response.clicked());
            let clicked = clicked.and_then(|at| places.under(at));
            if let Some(image) = clicked.and_then(|index| row.group().indices.get(index)) {
                out.push(Action::Input(InputAction::TakeTestImage(*image)));
            }
            let hovered = response.hover_pos().and_then(|at| places.under(at));
            hovered.map(|index| (index, response))
        };
        marks_ui(
            ui,
            view,
            row,
            &places,
            hovered.as_ref().map(|(index, _)| *index),
        );
        if let Some((index, response)) = hovered {
            response.on_hover_ui_at_pointer(|ui| enlargement_ui(ui, view, row, index));
        }
        room
    })
    .inner
}

/// Makes every test image a button of its own, and returns the one under the pointer.
fn originals_ui(
    ui: &Ui,
    view: &View<'_>,
    row: Row<'_>,
    places: &Places,
    out: &mut Actions,
) -> Option<(usize, Response)> {
    let mut hovered = None;
    let indices = &row.group().indices;
    for (index, &image) in indices.iter().enumerate().take(places.count) {
        // By place, not by image: the keyboard stays where it is when the images change.
        let id = ui.scope_id().with(("image", index));
        let response = ui.interact(places.of(index), id, Sense::click());
        let name = image_name(image);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
        if response.clicked() {
            out.push(Action::Input(InputAction::TakeTestImage(image)));
        }
        let is_removed = response.has_focus()
            && ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Delete));
        if is_removed {
            out.push(Action::Pictures(PicturesAction::Remove(image)));
        }
        if response.has_focus() {
            let stroke = egui::Stroke::new(2.0, view.palette.strong);
            let kind = egui::StrokeKind::Inside;
            ui.painter()
                .rect_stroke(places.of(index), 1.0, stroke, kind);
        }
        response.context_menu(|ui| menu_ui(ui, view, image, out));
        if response.hovered() {
            hovered = Some((index, response));
        }
    }
    hovered
}

/// What can be done with one test image.
fn menu_ui(ui: &mut Ui, view: &View<'_>, image: u32, out: &mut Actions) {
    ui.label(RichText::new(image_name(image)).weak());
    let mut choice = |ui: &mut Ui, text: &str, action: Action| {
        if ui.button(text).clicked() {
            out.push(action);
            ui.close();
        }
    };
    let take = Action::Input(InputAction::TakeTestImage(image));
    choice(ui, "Put through all runs", take);
    if view.state.pictures.choice.is_pinned(image) {
        let unpin = Action::Pictures(PicturesAction::Unpin(image));
        choice(ui, "Unpin this image", unpin);
    } else {
        let pin = Action::Pictures(PicturesAction::Pin(image));
        choice(ui, "Pin this image", pin);
    }
    let remove = Action::Pictures(PicturesAction::Remove(image));
    choice(ui, "Replace by the next", remove);
}

/// Marks pinned images, the one that goes through all runs, and the one under the pointer.
fn marks_ui(ui: &Ui, view: &View<'_>, row: Row<'_>, places: &Places, hovered: Option<usize>) {
    let taken = view.state.input.test_image();
    let is_top = matches!(row, Row::Originals(_));
    let indices = &row.group().indices;
    for (index, &image) in indices.iter().enumerate().take(places.count) {
        let rect = places.of(index);
        let width = match (taken == Some(image), hovered == Some(index)) {
            (true, _) => 2.0,
            (false, true) => 1.5,
            (false, false) => 0.0,
        };
        if width > 0.0 {
            let stroke = egui::Stroke::new(width, view.palette.accent);
            let kind = egui::StrokeKind::Inside;
            ui.painter().rect_stroke(rect, 1.0, stroke, kind);
        }
        if is_top && view.state.pictures.choice.is_pinned(image) {
            let corner = rect.left_top() + vec2(5.0, 5.0);
            ui.painter().circle(
                corner,
                3.0,
                view.palette.accent,
                egui::Stroke::new(1.0, view.palette.deep),
            );
        }
    }
}

fn image_name(image: u32) -> String {
    format!("Test image {}", words::count(u64::from(image)))
}

fn id(row: Row<'_>, what: impl Hash + std::fmt::Debug) -> Id {
    let first = row.group().runs.first().map(|row| row.run.id);
    Id::unique(("pictures", what, first))
}

fn originals_strip(ui: &Ui, view: &View<'_>, row: Row<'_>) -> Strip {
    let group = row.group();
    let RunRow { run, frame, .. } = &group.runs[0];
    let hash = run.info.as_ref().map(|info| &info.dataset.hash);
    let version = strips::version(hash, &frame.pictures.indices, &[]);
    strips::plain(ui, view, id(row, "originals"), version, group.originals())
}

/// Tells pictures of a run apart: of which weights, and which answer where the frame does not have them.
fn run_version(row: &RunRow<'_>) -> (u64, Option<u64>) {
    (row.step(), row.shown().map(|seen| seen.version))
}

/// The texture of what was made of the test images.
fn made_strip(ui: &Ui, view: &View<'_>, row: Row<'_>) -> Option<Strip> {
    let made = row.made()?;
    let (id, version) = match row {
        Row::Originals(_) => return None,
        Row::Given(_, row, seen) => {
            let made = &seen.made;
            let version = strips::version("given", &made.spec.indices, &made.given_errors);
            (Id::unique(("given", row.run.id)), version)
        }
        Row::Run(_, row) | Row::RunErrors(_, row) => {
            let indices = &row.frame.pictures.indices;
            let version = strips::version(run_version(row), indices, row.errors());
            (Id::unique(("made", row.run.id)), version)
        }
        Row::Pca(_, pca) | Row::PcaErrors(_, pca) => {
            let components = pca.pca.components;
            let version = strips::version(components, &pca.pca.indices, &pca.pca.errors);
            (id(row, ("pca", components)), version)
        }
    };
    Some(strips::plain(ui, view, id, version, made))
}

/// The texture of how far that is from the test images of the group, in their order.
fn error_strip(ui: &Ui, view: &View<'_>, row: Row<'_>) -> Option<Strip> {
    let made = row.made()?;
    let group = row.group();
    let indices = &group.indices;
    let (id, version) = match row {
        Row::Originals(_) => return None,
        Row::Given(_, row, seen) => {
            let version = strips::version("given", indices, &seen.made.given_errors);
            (Id::unique(("given error", row.run.id)), version)
        }
        Row::Run(_, row) | Row::RunErrors(_, row) => {
            let version = strips::version(run_version(row), indices, row.errors());
            (Id::unique(("made error", row.run.id)), version)
        }
        Row::Pca(_, pca) | Row::PcaErrors(_, pca) => {
            let components = pca.pca.components;
            let version = strips::version((components, &pca.pca.indices), indices, &pca.pca.errors);
            (id(row, ("pca error", components)), version)
        }
    };
    let pair = |index| {
        let made = row.place(index).map_or(&[][..], |place| made.get(place));
        (group.original(index), made)
    };
    let shape = group.originals().shape;
    Some(strips::errors(
        ui,
        view,
        id,
        version,
        (shape, indices.len()),
        pair,
    ))
}

fn strip(ui: &Ui, view: &View<'_>, row: Row<'_>) -> Strip {
    let strip = if row.is_error() {
        error_strip(ui, view, row)
    } else {
        made_strip(ui, view, row)
    };
    strip.unwrap_or_else(|| originals_strip(ui, view, row))
}

/// Place of the group's image `index` in the texture of a row.
fn place_in_strip(row: Row<'_>, index: usize) -> Option<usize> {
    let place = row.place(index)?;
    Some(if row.is_error() { index } else { place })
}

/// A test image, what is made of it, and where the two differ, large.
fn enlargement_ui(ui: &mut Ui, view: &View<'_>, row: Row<'_>, index: usize) {
    let group = row.group();
    let Some(&image) = group.indices.get(index) else {
        return;
    };
    let class = view
        .state
        .test_label(image)
        .map_or_else(String::new, |class| {
            format!(", class {}", view.state.class_name(class))
        });
    let place = Row::Originals(group).place(index).unwrap_or(index);
    let mut pictures = vec![Enlarged::of(
        format!("{}{class}", image_name(image)),
        &originals_strip(ui, view, row),
        place,
    )];
    if let Row::Run(group, of) | Row::RunErrors(group, of) = row
        && let Some(seen) = of.shown()
    {
        let given = Row::Given(group, of, seen);
        if let Some((strip, place)) = made_strip(ui, view, given).zip(given.place(index)) {
            pictures.push(Enlarged::of(given.given(), &strip, place));
        }
    }
    let made = made_strip(ui, view, row).zip(row.place(index));
    if let Some((strip, place)) = made {
        let name = match row {
            Row::Run(_, row) | Row::RunErrors(_, row) => {
                let input = row
                    .input()
                    .map_or_else(String::new, |input| format!(", {input}"));
                let step = words::count(row.step());
                format!("{}, step {step}{input}", row.run.name())
            }
            Row::Pca(group, _) | Row::PcaErrors(group, _) => {
                let name = row.name();
                let name = name.trim_start_matches("Error of ");
                let input = group.pca_input();
                input.map_or_else(|| name.to_owned(), |input| format!("{name}, {input}"))
            }
            Row::Originals(_) | Row::Given(..) => row.name(),
        };
        pictures.push(Enlarged::of(name, &strip, place));
    }
    let error = row.error(index);
    if let Some((strip, error)) = error_strip(ui, view, row).zip(error) {
        let caption = format!("Error map, MSE {}", words::three_digits(f64::from(error)));
        pictures.push(Enlarged::of(caption, &strip, index));
    }
    enlarged_ui(ui, view, group.originals().shape, &pictures);
    if matches!(row, Row::Originals(_)) {
        errors_of_all_ui(ui, group_rows(row), index);
    }
}

/// The rows of what is made of the images.
fn group_rows(row: Row<'_>) -> Vec<Row<'_>> {
    let group = row.group();
    let runs = group.runs.iter().map(|row| Row::Run(group, row));
    let pca = group.pca.iter().map(|pca| Row::Pca(group, pca));
    runs.chain(pca).collect()
}

/// How well each row rebuilds one image.
fn errors_of_all_ui(ui: &mut Ui, rows: Vec<Row<'_>>, index: usize) {
    egui::Grid::new("errors").num_columns(2).show(ui, |ui| {
        for row in rows {
            if let Some(error) = row.error(index) {
                ui.label(row.name());
                ui.monospace(words::three_digits(f64::from(error)));
                ui.end_row();
            }
        }
    });
}

impl Enlarged {
    fn of(caption: String, strip: &Strip, index: usize) -> Self {
        Self {
            caption,
            texture: strip.texture,
            uv: strip.uv(index),
        }
    }
}
