//! Panes on the screen: tabs, what is in them, and what is there when none is open.

use std::collections::BTreeSet;

use egui_tiles::{Tile, TileId, Tiles, Tree};

use super::action::{Action, Actions};
use super::layout::{Pane, Preset};
use super::tabs::{TabLook, tab_ui};
use super::theme::Palette;
use super::trace::trace_widget;
use super::view::View;
use super::{code, curves, data, generate, input, latent, layers, pictures};

/// Smallest width and height of a pane, in points.
pub const MIN_PANE: f32 = 90.0;

/// How long a pane that was pointed at has a frame around it, and how wide that is.
const POINTING_SECS: f64 = 1.2;
const POINTER_WIDTH: f32 = 3.0;

/// Draws the panes and returns those that were to be seen.
pub fn panes_ui(
    ui: &mut egui::Ui,
    tree: &mut Tree<Pane>,
    view: &View<'_>,
    out: &mut Actions,
) -> BTreeSet<Pane> {
    if tree.is_empty() {
        empty_ui(ui, out);
        return BTreeSet::new();
    }
    let mut behavior = Behavior {
        view,
        out,
        shown: BTreeSet::new(),
    };
    tree.ui(&mut behavior, ui);
    behavior.shown
}

/// What is there when every pane was closed.
fn empty_ui(ui: &mut egui::Ui, out: &mut Actions) {
    ui.vertical_centered(|ui| {
        ui.add_space(24.0);
        ui.label("Every pane is closed. Choose an arrangement to go on.");
        for preset in Preset::ALL {
            let button = ui.button(preset.name()).on_hover_text(preset.summary());
            if button.clicked() {
                out.push(Action::Arrange(*preset));
            }
        }
    });
}

struct Behavior<'a, 'b> {
    view: &'a View<'b>,
    out: &'a mut Actions,
    shown: BTreeSet<Pane>,
}

impl egui_tiles::Behavior<Pane> for Behavior<'_, '_> {
    fn pane_ui(
        &mut self,
        ui: &mut egui::Ui,
        _tile: TileId,
        pane: &mut Pane,
    ) -> egui_tiles::UiResponse {
        self.shown.insert(*pane);
        let pointer = pointed(ui, *pane, self.view);
        let frame = egui::Frame::new().inner_margin(egui::Margin::symmetric(10, 8));
        frame.show(ui, |ui| pane_ui(ui, *pane, self.view, self.out));
        if let Some(rect) = pointer {
            let stroke = egui::Stroke::new(POINTER_WIDTH, self.view.palette.accent);
            let kind = egui::StrokeKind::Inside;
            ui.painter().rect_stroke(rect, 3.0, stroke, kind);
        }
        egui_tiles::UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> egui::WidgetText {
        pane.title().into()
    }

    fn tab_ui(
        &mut self,
        tiles: &mut Tiles<Pane>,
        ui: &mut egui::Ui,
        id: egui::Id,
        tile: TileId,
        state: &egui_tiles::TabState,
    ) -> egui::Response {
        let look = TabLook {
            ground: self.tab_bg_color(ui.visuals(), tiles, tile, state),
            outline: self.tab_outline_stroke(ui.visuals(), tiles, tile, state),
            text: self.tab_text_color(ui.visuals(), tiles, tile, state),
            focus: self.view.palette.accent,
            margin: self.tab_title_spacing(ui.visuals()),
        };
        let name = self.tab_title_for_tile(tiles, tile);
        let tab = tab_ui(ui, id, name, state, &look);
        if tab.is_closing && self.on_tab_close(tiles, tile) {
            tiles.remove(tile);
        }
        self.on_tab_button(tiles, tile, tab.response)
    }

    fn on_tab_button(
        &mut self,
        tiles: &mut Tiles<Pane>,
        tile: TileId,
        button: egui::Response,
    ) -> egui::Response {
        match tiles.get_pane(&tile) {
            Some(pane) => {
                trace_widget(&format!("tab {}", pane.title()), &button);
                button.on_hover_text(pane.summary())
            }
            None => button,
        }
    }

    fn is_tile_draggable(&self, tiles: &Tiles<Pane>, tile: TileId) -> bool {
        // A whole group could be taken by the bar behind its tabs, which then would take the keyboard
        // without a use for it.
        matches!(tiles.get(tile), Some(Tile::Pane(_)))
    }

    fn simplification_options(&self) -> egui_tiles::SimplificationOptions {
        egui_tiles::SimplificationOptions {
            // A pane that stands alone keeps its name and its cross.
            all_panes_must_have_tabs: true,
            ..Default::default()
        }
    }

    fn min_size(&self) -> f32 {
        MIN_PANE
    }

    fn tab_bar_color(&self, visuals: &egui::Visuals) -> egui::Color32 {
        Palette::of(visuals).bar
    }

    fn is_tab_closable(&self, tiles: &Tiles<Pane>, tile: TileId) -> bool {
        matches!(tiles.get(tile), Some(Tile::Pane(_)))
    }
}

/// The frame around a pane that was pointed at a moment ago.
fn pointed(ui: &egui::Ui, pane: Pane, view: &View<'_>) -> Option<egui::Rect> {
    let (_, number) = view
        .state
        .story
        .pointed
        .filter(|(pointed, _)| *pointed == pane)?;
    let id = egui::Id::unique("pane pointed at");
    let now = ui.input(|input| input.time);
    let (_, since) = ui.data_mut(|data| {
        let known = data.get_temp::<(u64, f64)>(id);
        let told = known.filter(|(known, _)| *known == number);
        let told = told.unwrap_or((number, now));
        data.insert_temp(id, told);
        told
    });
    let left = since + POINTING_SECS - now;
    if left <= 0.0 {
        return None;
    }
    ui.ctx()
        .request_repaint_after(std::time::Duration::from_secs_f64(left));
    let rect = ui.max_rect();
    // Under what lies in the pane, and only to be told.
    let frame = ui.interact(rect, id, egui::Sense::hover());
    let name = format!("Look here: {}", pane.title());
    frame.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &name));
    Some(rect)
}

fn pane_ui(ui: &mut egui::Ui, pane: Pane, view: &View<'_>, out: &mut Actions) {
    match pane {
        Pane::Curves => curves::curves_ui(ui, view, out),
        Pane::Pictures => pictures::pictures_ui(ui, view, out),
        Pane::Sliders => latent::sliders_ui(ui, view, out),
        Pane::Plane => latent::plane_ui(ui, view, out),
        Pane::Traversals => latent::traversals_ui(ui, view, out),
        Pane::Code => code::code_ui(ui, view, out),
        Pane::Generate => generate::generate_ui(ui, view, out),
        Pane::Input => input::input_ui(ui, view, out),
        Pane::Network => layers::network_ui(ui, view, out),
        Pane::Layers => layers::strips_ui(ui, view, out),
        Pane::Filters => layers::filters_ui(ui, view, out),
        Pane::Data => data::data_ui(ui, view, out),
    }
}
