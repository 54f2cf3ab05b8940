//! Panes: the parts in the middle of the window, and how they lie.

use std::collections::BTreeSet;

use egui_tiles::{Tile, TileId, Tiles, Tree};
use serde::{Deserialize, Serialize};

use super::action::Actions;
use super::view::View;
use super::{curves, input, latent, layers, pictures};

/// A part in the middle of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Pane {
    /// Losses over steps.
    Curves,
    /// Test images and reconstructions.
    Pictures,
    /// A slider a dimension.
    Sliders,
    /// Two dimensions.
    Plane,
    /// One row a dimension.
    Traversals,
    /// One image through all runs.
    Input,
    /// The hourglass.
    Network,
    /// Layers over time.
    Layers,
    /// Filters and feature maps.
    Filters,
}

impl Pane {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Curves,
        Self::Pictures,
        Self::Sliders,
        Self::Plane,
        Self::Traversals,
        Self::Input,
        Self::Network,
        Self::Layers,
        Self::Filters,
    ];

    /// What the window calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Curves => "Curves",
            Self::Pictures => "Reconstructions",
            Self::Sliders => "Latent sliders",
            Self::Plane => "Latent plane",
            Self::Traversals => "Traversals",
            Self::Input => "One input",
            Self::Network => "Network",
            Self::Layers => "Layers over time",
            Self::Filters => "Filters",
        }
    }
}

/// An arrangement of panes that is a click away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Preset {
    /// Curves and pictures of one run.
    OneRun,
    /// Several runs side by side.
    Comparison,
    /// The space of codes.
    Latent,
    /// Why it works, in front of a class.
    Teaching,
}

impl Preset {
    /// The panes, laid out.
    pub fn tree(self) -> Tree<Pane> {
        let mut tiles = Tiles::default();
        let mut tabs = |panes: &[Pane]| -> TileId {
            let children = panes.iter().map(|pane| tiles.insert_pane(*pane)).collect();
            tiles.insert_tab_tile(children)
        };
        let rows = match self {
            Self::OneRun | Self::Comparison => vec![
                tabs(&[Pane::Curves, Pane::Network, Pane::Layers, Pane::Filters]),
                tabs(&[
                    Pane::Pictures,
                    Pane::Input,
                    Pane::Sliders,
                    Pane::Plane,
                    Pane::Traversals,
                ]),
            ],
            Self::Latent => vec![
                tabs(&[Pane::Sliders, Pane::Traversals]),
                tabs(&[Pane::Plane, Pane::Pictures]),
            ],
            Self::Teaching => vec![
                tabs(&[Pane::Network, Pane::Curves]),
                tabs(&[Pane::Layers, Pane::Pictures]),
            ],
        };
        let root = tiles.insert_vertical_tile(rows);
        Tree::new(egui::Id::unique("panes"), root, tiles)
    }
}

/// Draws the panes and returns those that were to be seen.
pub fn panes_ui(
    ui: &mut egui::Ui,
    tree: &mut Tree<Pane>,
    view: &View<'_>,
    out: &mut Actions,
) -> BTreeSet<Pane> {
    let mut behavior = Behavior {
        view,
        out,
        shown: BTreeSet::new(),
    };
    tree.ui(&mut behavior, ui);
    behavior.shown
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
        let frame = egui::Frame::new().inner_margin(egui::Margin::symmetric(10, 8));
        frame.show(ui, |ui| pane_ui(ui, *pane, self.view, self.out));
        egui_tiles::UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> egui::WidgetText {
        pane.title().into()
    }

    fn is_tab_closable(&self, tiles: &Tiles<Pane>, tile: TileId) -> bool {
        matches!(tiles.get(tile), Some(Tile::Pane(_)))
    }
}

fn pane_ui(ui: &mut egui::Ui, pane: Pane, view: &View<'_>, out: &mut Actions) {
    match pane {
        Pane::Curves => curves::curves_ui(ui, view, out),
        Pane::Pictures => pictures::pictures_ui(ui, view, out),
        Pane::Sliders => latent::sliders_ui(ui, view, out),
        Pane::Plane => latent::plane_ui(ui, view, out),
        Pane::Traversals => latent::traversals_ui(ui, view, out),
        Pane::Input => input::input_ui(ui, view, out),
        Pane::Network => layers::network_ui(ui, view, out),
        Pane::Layers => layers::strips_ui(ui, view, out),
        Pane::Filters => layers::filters_ui(ui, view, out),
    }
}
