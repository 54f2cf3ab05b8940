//! The pane "Filters": what the outermost layers look for and paint with, and feature maps.

use egui::{RichText, ScrollArea, Ui};

use crate::engine::InputImage;
use crate::gui::action::{Action, Actions};
use crate::gui::run::Run;
use crate::gui::view::View;
use crate::gui::words;
use crate::model::LayerInfo;

use super::found::{Looked, Part};
use super::tiles::{Grid, TileScale, grid_ui, looked_ui};
use super::{LayersAction, Section, role};

/// Width of a filter on the screen.
const FILTER: f32 = 46.0;

/// Width of a feature map on the screen.
const MAP: f32 = 64.0;

/// Draws the pane.
pub fn filters_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let state = &view.state.layers;
    options_ui(ui, view, out);
    let runs: Vec<&Run> = view.state.filter_runs().collect();
    if runs.iter().all(|run| run.info.is_none()) {
        ui.weak("Filters are drawn here as soon as a run is ready.");
        return;
    }
    if view.state.history.cursor.is_some() {
        let text = "Drawn with the newest weights: filters are not kept for looking back.";
        ui.label(RichText::new(text).small().color(view.palette.warning));
    }
    if state.section == Section::Features {
        features_head_ui(ui, view, out);
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for run in runs {
            let color = view.palette.run(run.slot);
            ui.label(
                RichText::new(format!("● {}", run.name()))
                    .color(color)
                    .strong(),
            );
            match state.section {
                Section::Filters => filters_of_ui(ui, view, run, out),
                Section::Features => features_of_ui(ui, view, run, out),
            }
            ui.add_space(6.0);
        }
    });
}

fn options_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let state = &view.state.layers;
    ui.horizontal_wrapped(|ui| {
        for section in Section::ALL {
            let is_shown = state.section == *section;
            let button = ui
                .selectable_label(is_shown, section.name())
                .on_hover_text(section.help());
            if button.clicked() {
                out.push(Action::Layers(LayersAction::Show(*section)));
            }
        }
        ui.separator();
        let mut shows_all = state.shows_all_filters;
        if ui
            .checkbox(&mut shows_all, "Of all runs")
            .on_hover_text("A section a run; otherwise only the selected run")
            .changed()
        {
            out.push(Action::Layers(LayersAction::ShowAllFilters(shows_all)));
        }
        let mut is_common = state.scale == TileScale::Common;
        if ui
            .checkbox(&mut is_common, "Common scale")
            .on_hover_text(
                "On: the same colour is the same weight in all pictures of a row. Off: each picture \
                 uses the full range of colours.",
            )
            .changed()
        {
            let scale = if is_common {
                TileScale::Common
            } else {
                TileScale::Own
            };
            out.push(Action::Layers(LayersAction::Scale(scale)));
        }
        ui.label(RichText::new("red above 0, white 0, blue below").small().weak());
    });
}

fn filters_of_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    let Some(found) = view.state.layers.filters(run.id) else {
        ui.weak("Waiting for the weights…");
        return;
    };
    let [encoder, decoder] = match &found.content {
        Ok(tiles) => tiles,
        Err(sentence) => {
            ui.colored_label(view.palette.failure, sentence);
            return;
        }
    };
    for (part, tiles, noun, title, help) in [
        (
            Part::Encoder,
            encoder,
            "Filter",
            "What the first layer looks for",
            "The weights from the image to each unit of the first layer. A unit answers to images \
             that look like its picture.",
        ),
        (
            Part::Decoder,
            decoder,
            "Atom",
            "What the last layer paints with",
            "The weights from each unit of the last hidden layer to the image. Pictures are sums of \
             these, each times the unit’s value.",
        ),
    ] {
        let shown = tiles.norms.len();
        let text = format!(
            "{title}: the {shown} of {} with the largest norm, at step {}",
            words::count(tiles.total as u64),
            words::count(found.step)
        );
        ui.label(RichText::new(text).small().weak())
            .on_hover_text(help);
        let grid = Grid {
            id: egui::Id::unique(("tiles", run.id, part)),
            version: found.version(view.state.layers.scale),
            tiles,
            noun,
            name: format!("{title}, {}", run.name()),
            scale: view.state.layers.scale,
            width: FILTER,
            looked: view.state.layers.looked_in(run.id, part),
        };
        part_ui(ui, view, &grid, run, part, out);
    }
}

fn part_ui(
    ui: &mut Ui,
    view: &View<'_>,
    grid: &Grid<'_>,
    run: &Run,
    part: Part,
    out: &mut Actions,
) {
    let picked = grid_ui(ui, view, grid);
    looked_ui(ui, view, grid);
    if let Some(tile) = picked {
        let looked = Looked {
            run: run.id,
            part,
            tile,
        };
        // A second click on the same puts it away.
        let looked = (grid.looked != Some(tile)).then_some(looked);
        out.push(Action::Layers(LayersAction::Look(looked)));
    }
}

/// Chooses the layer; says which image.
fn features_head_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let layers: Vec<LayerInfo> = view
        .run()
        .and_then(|run| run.info.as_ref())
        .map_or_else(Vec::new, |info| info.layers.clone());
    let current = view.state.layers.feature_layer;
    ui.horizontal_wrapped(|ui| {
        let label = ui.label("Layer");
        let shown = layers.get(current).map_or_else(
            || format!("layer {}", current + 1),
            |layer| format!("{}, {}", role::title(layer), layer.output),
        );
        let list = egui::ComboBox::from_id_salt("feature layer")
            .selected_text(shown)
            .show_ui(ui, |ui| {
                for (index, layer) in layers.iter().enumerate() {
                    let text = format!("{}, {}", role::title(layer), layer.output);
                    if ui.selectable_label(index == current, text).clicked() {
                        out.push(Action::Layers(LayersAction::FeaturesOf(index)));
                    }
                }
            });
        list.response
            .labelled_by(label.id)
            .on_hover_text("Whose outputs are shown");
        let image = view.run().and_then(|run| view.state.feature_image(run));
        let text = match image {
            Some(InputImage::Test(index)) => format!("for test image {index}"),
            Some(InputImage::Pixels(_)) => "for the image of the pane “One input”".to_owned(),
            None => String::new(),
        };
        ui.label(RichText::new(text).small().weak());
    });
}

fn features_of_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    let index = view.state.layers.feature_layer;
    let Some(layer) = run.info.as_ref().and_then(|info| info.layers.get(index)) else {
        ui.weak("This network has no such layer.");
        return;
    };
    let Some(found) = view.state.layers.features(run.id) else {
        ui.weak("Waiting for the outputs…");
        return;
    };
    let tiles = match &found.content {
        Ok(tiles) => tiles,
        Err(sentence) => {
            ui.colored_label(view.palette.failure, sentence);
            return;
        }
    };
    let text = format!(
        "{}, {}: {}, at step {}",
        role::title(layer),
        layer.kind,
        if layer.maps.is_some() {
            format!("{} maps", words::count(tiles.norms.len() as u64))
        } else {
            format!("{} values side by side", words::count(layer.outputs as u64))
        },
        words::count(found.step)
    );
    ui.label(RichText::new(text).small().weak());
    let is_band = tiles.shape.is_some_and(|shape| shape.height == 1);
    let grid = Grid {
        id: egui::Id::unique(("tiles", run.id, Part::Features)),
        version: found.version(view.state.layers.scale),
        tiles,
        noun: if is_band { "Outputs" } else { "Map" },
        name: format!("Outputs of {}, {}", role::title(layer), run.name()),
        scale: view.state.layers.scale,
        width: if is_band {
            (ui.available_width() - 8.0).max(MAP)
        } else {
            MAP
        },
        looked: view.state.layers.looked_in(run.id, Part::Features),
    };
    part_ui(ui, view, &grid, run, Part::Features, out);
}
