//! The table of what images were drawn from and what the dimensions of a code carry.

use egui::{
    Align2, Color32, Grid, Label, Rect, RichText, ScrollArea, Sense, Stroke, StrokeKind, TextStyle,
    Ui, vec2,
};

use crate::engine::FactorsFinding;

use super::super::action::{Action, Actions};
use super::super::latent::dimension_name;
use super::super::run::Run;
use super::super::theme::{maps, text_scale};
use super::super::view::View;
use super::super::words;
use super::mapping::MapAction;

/// Size of a cell, in points, where text has its usual size.
const CELL: egui::Vec2 = vec2(44.0, 20.0);

/// Draws the table of a run, or says why there is none.
pub fn factors_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    let known = run
        .info
        .as_ref()
        .and_then(|info| view.state.mapping.known(&info.dataset.contents));
    let Some(known) = known else {
        ui.weak("What the images were drawn from is looked up once the run is ready.");
        return;
    };
    if known.images.factors.is_empty() {
        ui.weak("There is no table of true factors: only the built-in digits have known ones.");
        return;
    }
    let Some(found) = view.state.mapping.factors(run.id) else {
        ui.weak("Correlating…");
        return;
    };
    let text = "How strongly each number of the code goes with what the digits were drawn from: 0 not at \
                all, 1 in perfect order, up or down (absolute rank correlation, Spearman). A code that \
                parts the factors has one strong cell in a row and in a column; the strongest of each \
                row is framed.";
    ui.add(Label::new(text).wrap());
    ScrollArea::horizontal()
        .id_salt("table of factors")
        .show(ui, |ui| table_ui(ui, view, found));
    more_ui(ui, view, run, found, out);
}

fn more_ui(ui: &mut Ui, view: &View<'_>, run: &Run, found: &FactorsFinding, out: &mut Actions) {
    let shown = found.dimensions.len();
    let latent = view.state.frame(run).map_or(0, |frame| frame.codes.latent);
    ui.horizontal_wrapped(|ui| {
        if shown < latent {
            let text = format!(
                "The {shown} dimensions of most variance, of {}",
                words::count(latent as u64)
            );
            ui.label(RichText::new(text).small().color(view.palette.weak));
            if ui.button("More dimensions in the table").clicked() {
                out.push(Action::Map(MapAction::MoreDimensions));
            }
        } else {
            let text = "Dimensions by variance, largest first";
            ui.label(RichText::new(text).small().color(view.palette.weak));
        }
    });
}

fn table_ui(ui: &mut Ui, view: &View<'_>, found: &FactorsFinding) {
    Grid::new("factors and dimensions")
        .spacing(vec2(2.0, 2.0))
        .min_col_width(0.0)
        .show(ui, |ui| {
            ui.label("");
            for dimension in &found.dimensions {
                ui.vertical_centered(|ui| {
                    ui.label(RichText::new(dimension_name(*dimension)).small());
                });
            }
            ui.end_row();
            for (name, row) in &found.rows {
                ui.label(*name);
                let strongest = strongest(row);
                for (column, correlation) in row.iter().enumerate() {
                    let cell = Cell {
                        factor: name,
                        dimension: found.dimensions.get(column).copied().unwrap_or(0),
                        correlation: *correlation,
                        is_strongest: strongest == Some(column),
                    };
                    cell_ui(ui, view, &cell);
                }
                ui.end_row();
            }
        });
}

/// The column with the strongest correlation of a row.
fn strongest(row: &[Option<f64>]) -> Option<usize> {
    let known = row.iter().enumerate();
    let known = known.filter_map(|(column, value)| Some((column, (*value)?.abs())));
    // Of equals the first, of most variance.
    known
        .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
        .map(|(column, _)| column)
}

struct Cell<'a> {
    factor: &'a str,
    dimension: usize,
    correlation: Option<f64>,
    is_strongest: bool,
}

fn cell_ui(ui: &mut Ui, view: &View<'_>, cell: &Cell<'_>) {
    let (rect, response) = ui.allocate_exact_size(CELL * text_scale(ui.ctx()), Sense::hover());
    let dimension = dimension_name(cell.dimension);
    let (text, color, words) = match cell.correlation {
        Some(value) => (
            format!("{:.2}", value.abs()),
            maps::sequential(value.abs() as f32),
            format!(
                "{} and {dimension}: {}",
                cell.factor,
                format!("{value:.2}").replace('-', "−")
            ),
        ),
        None => (
            "–".to_owned(),
            view.palette.deep,
            format!("{} and {dimension}: one of them never varies", cell.factor),
        ),
    };
    paint(ui, rect, (&text, color), cell, view);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &words));
    response.on_hover_text(words);
}

fn paint(ui: &Ui, rect: Rect, (text, color): (&str, Color32), cell: &Cell<'_>, view: &View<'_>) {
    let painter = ui.painter();
    painter.rect_filled(rect, 0.0, color);
    let ink = match cell.correlation {
        Some(_) => maps::ink_on(color),
        None => view.palette.weak,
    };
    let font = TextStyle::Small.resolve(ui.style());
    painter.text(rect.center(), Align2::CENTER_CENTER, text, font, ink);
    if cell.is_strongest {
        let stroke = Stroke::new(2.0, view.palette.accent);
        painter.rect_stroke(rect, 0.0, stroke, StrokeKind::Inside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_of_a_row_counts_up_or_down() {
        assert_eq!(
            strongest(&[Some(0.2), None, Some(-0.7), Some(0.7)]),
            Some(2)
        );
        assert_eq!(strongest(&[None, None]), None);
    }
}
