//! What stands in front of a row of pictures.

use egui::{RichText, TextStyle, Ui};

use crate::gui::naming;
use crate::gui::theme::text_scale;
use crate::gui::view::View;
use crate::gui::words;

use super::pane::LOW_ROW;
use super::rows::Row;

/// Draws the name of a row, with its error where it has one.
pub fn label_ui(ui: &mut Ui, view: &View<'_>, row: Row<'_>, height: f32) {
    // As much of it as there is room for where it comes to stand.
    let text = |ui: &Ui| {
        let name = row.name();
        match row {
            Row::Originals(_) => RichText::new(name).color(view.palette.text),
            Row::Run(_, row) => {
                let (name, room) = (format!("● {name}"), ui.available_width());
                RichText::new(naming::shortened(ui, &name, &TextStyle::Body, room))
                    .color(view.palette.run(row.run.slot))
                    .strong()
            }
            Row::Given(..) => {
                RichText::new(format!("    {}", row.given())).color(view.palette.weak)
            }
            Row::Pca(..) => RichText::new(name).color(view.palette.baseline),
            Row::RunErrors(..) | Row::PcaErrors(..) => {
                RichText::new("    Error").color(view.palette.weak)
            }
        }
    };
    let count = row.group().indices.len();
    let help = match (row, row.mean_error()) {
        (Row::Originals(_), _) | (_, None) => format!(
            "{count} of the test images. Click one to put it through all runs; right-click for more."
        ),
        (Row::Given(_, of, _), Some(error)) => format!(
            "What {} is {}, as in its training, in place of the test images. A test image always has \
             the same noise. Mean squared error of these {count} images {}",
            of.run.name(),
            row.given(),
            words::three_digits(error)
        ),
        (Row::Run(_, row) | Row::RunErrors(_, row), Some(error)) => format!(
            "{} after {} steps{}; mean squared error of these {count} images {}{}",
            row.run.name(),
            words::count(row.step()),
            row.input()
                .map_or_else(String::new, |input| format!(" ({input})")),
            words::three_digits(error),
            match row.seen {
                Some(Err(reason)) => format!(". That in its training could not be shown: {reason}"),
                Some(Ok(_)) | None => String::new(),
            }
        ),
        (Row::Pca(group, pca) | Row::PcaErrors(group, pca), Some(error)) => format!(
            "{} images rebuilt from their first {} principal components{}; mean squared error {}",
            pca.places.iter().flatten().count(),
            pca.pca.components,
            group
                .pca_input()
                .map_or_else(String::new, |input| format!(" ({input})")),
            words::three_digits(error)
        ),
    };
    let small = match (row, row.mean_error()) {
        (Row::Originals(_), _) => Some(format!("{count} images")),
        (Row::Run(_, row), Some(error)) if view.state.history.cursor.is_some() => {
            let step = words::count(row.step());
            let input = row
                .input()
                .map_or_else(String::new, |input| format!("{input}, "));
            Some(format!("{input}{} at {step}", words::three_digits(error)))
        }
        (Row::Run(_, row), Some(error)) if row.input().is_some() => {
            let input = row.input().unwrap_or_default();
            Some(format!("{input}, MSE {}", words::three_digits(error)))
        }
        (Row::Pca(group, _), Some(error)) if group.pca_input().is_some() => {
            let input = group.pca_input().unwrap_or_default();
            Some(format!("{input}, MSE {}", words::three_digits(error)))
        }
        (Row::Given(..) | Row::Run(..) | Row::Pca(..), Some(error)) => {
            let error = words::three_digits(error);
            // Other panes have the error on all test images.
            Some(format!("MSE {error}, these {count}"))
        }
        (
            Row::Given(..) | Row::Run(..) | Row::Pca(..) | Row::RunErrors(..) | Row::PcaErrors(..),
            _,
        ) => None,
    };
    let small = small.map(|small| RichText::new(small).small().color(view.palette.weak));
    ui.spacing_mut().item_spacing.y = 0.0;
    let line = ui.spacing().interact_size.y;
    let scale = text_scale(ui.ctx());
    let lines = line + 16.0 * scale;
    if height < LOW_ROW * scale {
        // Side by side, so that low rows keep both; the name gives way.
        ui.add_space(((height - line) / 2.0).max(0.0));
        let error = row.mean_error().filter(|_| !row.is_error());
        let error = error.map(|error| RichText::new(words::three_digits(error)).small());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
            ui.add_space(6.0);
            if let Some(error) = error {
                ui.label(error.color(view.palette.weak));
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Min), |ui| {
                ui.add(egui::Label::new(text(ui)).truncate())
                    .on_hover_text(help);
            });
        });
        return;
    }
    ui.add_space(((height - lines) / 2.0).max(0.0));
    ui.add(egui::Label::new(text(ui)).truncate())
        .on_hover_text(help);
    if let Some(small) = small {
        ui.add(egui::Label::new(small).truncate());
    }
}
