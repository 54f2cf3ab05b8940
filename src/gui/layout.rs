//! Panes: the parts in the middle of the window, and how they lie.
//!
//! A *preset* is an arrangement of panes; the user may then move, close and open them.

use std::collections::{BTreeSet, HashSet};

use egui_tiles::{Container, Linear, LinearDir, Tile, TileId, Tiles, Tree};
use serde::{Deserialize, Serialize};

use super::action::{Action, Actions};
use super::theme::Palette;
use super::trace::trace_widget;
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

impl Pane {
    /// What it is for.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Curves => {
                "The error of every run over time, with what methods without training reach."
            }
            Self::Pictures => "The same test images through every run.",
            Self::Sliders => "Turn the values of a code and watch the picture it stands for.",
            Self::Plane => "Two directions of the space of codes, with what is decoded in between.",
            Self::Traversals => "One row of pictures a dimension of the code.",
            Self::Input => "Draw or spoil an image: what does every run make of it?",
            Self::Network => "The layers, and which of them train, are frozen, or wait.",
            Self::Layers => "Gradients, updates and outputs of every layer over time.",
            Self::Filters => "What the first layer looks for and what the last one paints with.",
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
    /// All of them, in the order of the menu.
    pub const ALL: &'static [Self] =
        &[Self::OneRun, Self::Comparison, Self::Latent, Self::Teaching];

    /// What the window calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::OneRun => "One run",
            Self::Comparison => "Comparison",
            Self::Latent => "Latent space",
            Self::Teaching => "Teaching",
        }
    }

    /// What it is for.
    pub fn summary(self) -> &'static str {
        match self {
            Self::OneRun => "Curves and pictures, with the network beside them.",
            Self::Comparison => "Curves above, the pictures of all runs below.",
            Self::Latent => "Sliders, the plane and traversals of the space of codes.",
            Self::Teaching => "Curves, pictures and the layers over time at once.",
        }
    }

    /// The panes, laid out.
    pub fn tree(self) -> Tree<Pane> {
        use Pane::{Curves, Filters, Input, Layers, Network, Pictures, Plane, Sliders, Traversals};
        let mut tiles = Tiles::default();
        let root = match self {
            Self::OneRun => {
                let curves = tabs(&mut tiles, &[Curves, Layers, Filters]);
                let pictures = tabs(&mut tiles, &[Pictures, Input]);
                let network = tabs(&mut tiles, &[Network]);
                let codes = tabs(&mut tiles, &[Sliders, Plane, Traversals]);
                let left = split(&mut tiles, LinearDir::Vertical, [curves, pictures], 0.55);
                let right = split(&mut tiles, LinearDir::Vertical, [network, codes], 0.42);
                split(&mut tiles, LinearDir::Horizontal, [left, right], 0.6)
            }
            Self::Comparison => {
                let above = tabs(&mut tiles, &[Curves, Network, Layers, Filters]);
                let below = tabs(&mut tiles, &[Pictures, Input, Sliders, Plane, Traversals]);
                split(&mut tiles, LinearDir::Vertical, [above, below], 0.5)
            }
            Self::Latent => {
                let sliders = tabs(&mut tiles, &[Sliders, Curves, Network]);
                let plane = tabs(&mut tiles, &[Plane, Layers, Filters]);
                let rows = tabs(&mut tiles, &[Traversals, Pictures, Input]);
                let right = split(&mut tiles, LinearDir::Vertical, [plane, rows], 0.62);
                split(&mut tiles, LinearDir::Horizontal, [sliders, right], 0.5)
            }
            Self::Teaching => {
                let curves = tabs(&mut tiles, &[Curves, Input]);
                let pictures = tabs(&mut tiles, &[Pictures, Sliders, Plane, Traversals]);
                let layers = tabs(&mut tiles, &[Layers, Filters]);
                let network = tabs(&mut tiles, &[Network]);
                let left = split(&mut tiles, LinearDir::Vertical, [curves, pictures], 0.5);
                let right = split(&mut tiles, LinearDir::Vertical, [layers, network], 0.6);
                split(&mut tiles, LinearDir::Horizontal, [left, right], 0.55)
            }
        };
        Tree::new(egui::Id::unique(TREE), root, tiles)
    }
}

/// Smallest width and height of a pane, in points.
const MIN_PANE: f32 = 90.0;

/// Name of the one tree of panes.
const TREE: &str = "panes";

fn tabs(tiles: &mut Tiles<Pane>, panes: &[Pane]) -> TileId {
    let children = panes.iter().map(|pane| tiles.insert_pane(*pane)).collect();
    tiles.insert_tab_tile(children)
}

fn split(tiles: &mut Tiles<Pane>, dir: LinearDir, children: [TileId; 2], share: f32) -> TileId {
    tiles.insert_container(Linear::new_binary(dir, children, share))
}

/// Panes that are there, to be seen or behind others.
pub fn panes(tree: &Tree<Pane>) -> BTreeSet<Pane> {
    tree.tiles
        .tiles()
        .filter_map(|tile| match tile {
            Tile::Pane(pane) => Some(*pane),
            Tile::Container(_) => None,
        })
        .collect()
}

/// Brings a pane to the front; one that is not there goes to the first group of tabs.
pub fn open(tree: &mut Tree<Pane>, pane: Pane) {
    if tree.tiles.find_pane(&pane).is_none() {
        let group = tree.root().and_then(|root| first_tabs(tree, root));
        match group.and_then(|group| {
            let tile = tree.tiles.insert_pane(pane);
            match tree.tiles.get_mut(group) {
                Some(Tile::Container(Container::Tabs(tabs))) => {
                    tabs.add_child(tile);
                    Some(())
                }
                Some(_) | None => None,
            }
        }) {
            Some(()) => {}
            None => {
                let mut tiles = Tiles::default();
                let root = tabs(&mut tiles, &[pane]);
                *tree = Tree::new(egui::Id::unique(TREE), root, tiles);
            }
        }
    }
    tree.make_active(|_, tile| matches!(tile, Tile::Pane(found) if *found == pane));
}

/// Takes a pane away.
pub fn close(tree: &mut Tree<Pane>, pane: Pane) {
    if let Some(tile) = tree.tiles.find_pane(&pane) {
        tree.remove_recursively(tile);
    }
}

/// The first group of tabs from the upper left.
fn first_tabs(tree: &Tree<Pane>, tile: TileId) -> Option<TileId> {
    match tree.tiles.get(tile)? {
        Tile::Container(Container::Tabs(_)) => Some(tile),
        Tile::Container(container) => container
            .children()
            .find_map(|child| first_tabs(tree, *child)),
        Tile::Pane(_) => None,
    }
}

/// Reads a kept arrangement.
///
/// # Errors
/// It is not one, holds no pane, or holds one twice.
pub fn read(text: &str) -> Result<Tree<Pane>, String> {
    let tree: Tree<Pane> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let Some(root) = tree.root() else {
        return Err("it holds no pane".to_owned());
    };
    let (mut waiting, mut known) = (vec![root], HashSet::new());
    let mut found = BTreeSet::new();
    while let Some(tile) = waiting.pop() {
        if !known.insert(tile) {
            return Err("a part is in it twice".to_owned());
        }
        match tree.tiles.get(tile) {
            Some(Tile::Pane(pane)) if !found.insert(*pane) => {
                return Err(format!("the pane {} is in it twice", pane.title()));
            }
            // Parts are missing between two frames, after a pane was closed.
            Some(Tile::Pane(_)) | None => {}
            Some(Tile::Container(container)) => waiting.extend(container.children()),
        }
    }
    if found.is_empty() {
        return Err("it holds no pane".to_owned());
    }
    Ok(tree)
}

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
        let frame = egui::Frame::new().inner_margin(egui::Margin::symmetric(10, 8));
        frame.show(ui, |ui| pane_ui(ui, *pane, self.view, self.out));
        egui_tiles::UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> egui::WidgetText {
        pane.title().into()
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

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
