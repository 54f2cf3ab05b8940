//! The pictures: test images, what each run makes of them, and how far the two are apart.

use std::sync::Arc;

use egui::{Color32, Mesh, Rect, RichText, Ui, pos2, vec2};

use crate::engine::{Frame, RunPictures};

use super::action::{Action, Actions};
use super::run::Run;
use super::strips::StripKind;
use super::theme;
use super::view::View;
use super::words;

/// Width of the labels on the left.
const LABEL_WIDTH: f32 = 116.0;

/// Distance of pictures from one another.
const GAP: f32 = 2.0;

/// Sides of a picture on the screen.
const SIDES: std::ops::RangeInclusive<f32> = 26.0..=112.0;

/// One row of pictures.
struct Row<'a> {
    run: &'a Run,
    frame: &'a Frame,
    pictures: &'a RunPictures,
    kind: StripKind,
}

/// The rows: test images once for all runs that show the same.
fn rows<'a>(view: &'a View<'_>) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = Vec::new();
    let mut shown: Option<&RunPictures> = None;
    for run in &view.state.runs {
        let Some(frame) = view.state.frame(run) else {
            continue;
        };
        let pictures = &frame.pictures;
        let is_same = shown.is_some_and(|other| {
            Arc::ptr_eq(&other.originals, &pictures.originals)
                || other.originals == pictures.originals
        });
        if !is_same {
            rows.push(Row {
                run,
                frame,
                pictures,
                kind: StripKind::Originals,
            });
            shown = Some(pictures);
        }
        rows.push(Row {
            run,
            frame,
            pictures,
            kind: StripKind::Reconstructions,
        });
        rows.push(Row {
            run,
            frame,
            pictures,
            kind: StripKind::Errors,
        });
    }
    rows
}

/// Draws the grid of pictures.
pub fn pictures_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let rows = rows(view);
    ui.horizontal(|ui| {
        ui.heading("Pictures");
        let next = ui
            .button("Next")
            .on_hover_text("The test images after these");
        if next.clicked() {
            out.push(Action::NextImages);
        }
        let other = ui
            .button("Other images")
            .on_hover_text("Test images from all over the test set");
        if other.clicked() {
            out.push(Action::OtherImages);
        }
        ui.with_layout(
            egui::Layout::right_to_left(egui::Align::Center),
            error_scale_ui,
        );
    });
    if rows.is_empty() {
        ui.centered_and_justified(|ui| {
            ui.label("Test images and their reconstructions appear here once a run is ready.");
        });
        return;
    }
    egui::ScrollArea::vertical()
        .auto_shrink(false)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = GAP;
            let height = ui.available_height() / rows.len() as f32 - GAP;
            let height = height.clamp(*SIDES.start(), *SIDES.end());
            let mut most = 0;
            for row in &rows {
                most = most.max(row_ui(ui, view, row, height));
            }
            if view.state.wants_images(most) {
                out.push(Action::FitImages(most));
            }
        });
}

/// The map of errors, from none to all.
fn error_scale_ui(ui: &mut Ui) {
    ui.label(RichText::new("1").small().weak());
    let (rect, _) = ui.allocate_exact_size(vec2(80.0, 8.0), egui::Sense::hover());
    let mut mesh = Mesh::default();
    let steps: u8 = 32;
    for step in 0..=steps {
        let share = f32::from(step) / f32::from(steps);
        let color = theme::error_color(step.saturating_mul(8));
        let x = egui::lerp(rect.x_range(), share);
        mesh.colored_vertex(pos2(x, rect.top()), color);
        mesh.colored_vertex(pos2(x, rect.bottom()), color);
        if step > 0 {
            let last = u32::from(step) * 2;
            mesh.add_triangle(last - 2, last - 1, last);
            mesh.add_triangle(last - 1, last, last + 1);
        }
    }
    ui.painter().add(mesh);
    ui.label(RichText::new("Error 0").small().weak())
        .on_hover_text(
            "Difference of a pixel from the test image, from none to white instead of black",
        );
}

/// Draws a row and returns how many pictures would have had room.
fn row_ui(ui: &mut Ui, view: &View<'_>, row: &Row<'_>, height: f32) -> usize {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.allocate_ui_with_layout(
            vec2(LABEL_WIDTH, height),
            egui::Layout::left_to_right(egui::Align::Center),
            |ui| {
                ui.set_min_width(LABEL_WIDTH);
                label_ui(ui, view, row);
            },
        );
        let shape = row.pictures.originals.shape;
        let aspect = shape.width.max(1) as f32 / shape.height.max(1) as f32;
        let cell = vec2(height * aspect, height);
        let room = ((ui.available_width() + GAP) / (cell.x + GAP))
            .floor()
            .max(0.0) as usize;
        let Some(strip) = view.strips.get(row.run.id, row.kind) else {
            return room;
        };
        let count = room.min(strip.count());
        let width = (count as f32 * (cell.x + GAP) - GAP).max(0.0);
        let (rect, response) = ui.allocate_exact_size(vec2(width, height), egui::Sense::hover());
        let place = |index: usize| {
            Rect::from_min_size(rect.min + vec2(index as f32 * (cell.x + GAP), 0.0), cell)
        };
        let mut mesh = Mesh::with_texture(strip.texture());
        for index in 0..count {
            mesh.add_rect_with_uv(place(index), strip.uv(index), Color32::WHITE);
        }
        ui.painter().add(mesh);
        let described = format!("{}: {count} pictures", row_name(row));
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &described));
        let hovered = response.hover_pos().and_then(|pointer| {
            (0..count).find(|&index| place(index).expand(GAP / 2.0).contains(pointer))
        });
        if let Some(index) = hovered {
            let stroke = egui::Stroke::new(1.5, view.palette.accent);
            ui.painter()
                .rect_stroke(place(index), 1.0, stroke, egui::StrokeKind::Outside);
            response.on_hover_text_at_pointer(hover_text(row, index));
        }
        room
    })
    .inner
}

fn row_name(row: &Row<'_>) -> String {
    match row.kind {
        StripKind::Originals => "Test images".to_owned(),
        StripKind::Reconstructions => row.run.name().to_owned(),
        StripKind::Errors => format!("Error of {}", row.run.name()),
    }
}

fn label_ui(ui: &mut Ui, view: &View<'_>, row: &Row<'_>) {
    let text = match row.kind {
        StripKind::Originals => RichText::new("Test images").color(view.palette.text),
        StripKind::Reconstructions => RichText::new(format!("● {}", row.run.name()))
            .color(view.palette.run(row.run.slot))
            .strong(),
        StripKind::Errors => RichText::new("    Error").color(view.palette.weak),
    };
    let help = match row.kind {
        StripKind::Originals => format!("{} of the test images", row.pictures.indices.len()),
        StripKind::Reconstructions | StripKind::Errors => {
            let count = row.pictures.errors.len().max(1) as f64;
            let mean = row
                .pictures
                .errors
                .iter()
                .map(|e| f64::from(*e))
                .sum::<f64>()
                / count;
            format!(
                "{} after {} steps; mean squared error of these images {}",
                row.run.name(),
                words::count(row.frame.step),
                words::three_digits(mean)
            )
        }
    };
    ui.add(egui::Label::new(text).truncate())
        .on_hover_text(help);
}

fn hover_text(row: &Row<'_>, index: usize) -> String {
    let number = row.pictures.indices.get(index).copied().unwrap_or_default();
    let image = format!("Test image {}", words::count(u64::from(number)));
    match (row.kind, row.pictures.errors.get(index)) {
        (StripKind::Originals, _) | (_, None) => image,
        (StripKind::Reconstructions | StripKind::Errors, Some(error)) => format!(
            "{image}\n{}\nmean squared error {}",
            row.run.name(),
            words::three_digits(f64::from(*error))
        ),
    }
}
