//! Panes: the parts in the middle of the window, and how they lie.
//!
//! A *preset* is an arrangement of panes; the user may then move, close and open them.

use std::collections::{BTreeSet, HashSet};

use egui_tiles::{Container, Linear, LinearDir, Tile, TileId, Tiles, Tree};
use serde::{Deserialize, Serialize};

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
    /// What the numbers of a code carry.
    Code,
    /// Pictures that belong to no image.
    Generate,
    /// One image through all runs.
    Input,
    /// The hourglass.
    Network,
    /// Layers over time.
    Layers,
    /// Filters and feature maps.
    Filters,
    /// The images as a whole.
    Data,
}

impl Pane {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Curves,
        Self::Pictures,
        Self::Sliders,
        Self::Plane,
        Self::Traversals,
        Self::Code,
        Self::Generate,
        Self::Input,
        Self::Network,
        Self::Layers,
        Self::Filters,
        Self::Data,
    ];

    /// What the window calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Curves => "Curves",
            Self::Pictures => "Reconstructions",
            Self::Sliders => "Latent sliders",
            Self::Plane => "Latent plane",
            Self::Traversals => "Traversals",
            Self::Code => "Code",
            Self::Generate => "Generate",
            Self::Input => "One input",
            Self::Network => "Network",
            Self::Layers => "Layers over time",
            Self::Filters => "Filters",
            Self::Data => "Data",
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
            Self::Code => "What the numbers of a code carry, and what lies near to what.",
            Self::Generate => {
                "Pictures that nobody drew, each with the training image nearest to it."
            }
            Self::Input => "Draw or spoil an image: what does every run make of it?",
            Self::Network => "The layers, and which of them train, are frozen, or wait.",
            Self::Layers => "Gradients, updates and outputs of every layer over time.",
            Self::Filters => "What the first layer looks for and what the last one paints with.",
            Self::Data => "The images themselves: by class, on average, and how they were read.",
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
        use Pane::{
            Code, Curves, Data, Filters, Generate, Input, Layers, Network, Pictures, Plane,
            Sliders, Traversals,
        };
        let mut tiles = Tiles::default();
        let root = match self {
            Self::OneRun => {
                let curves = tabs(&mut tiles, &[Curves, Layers, Filters]);
                let pictures = tabs(&mut tiles, &[Pictures, Input, Data]);
                let network = tabs(&mut tiles, &[Network]);
                let codes = tabs(&mut tiles, &[Sliders, Plane, Traversals, Code, Generate]);
                let left = split(&mut tiles, LinearDir::Vertical, [curves, pictures], 0.55);
                let right = split(&mut tiles, LinearDir::Vertical, [network, codes], 0.42);
                split(&mut tiles, LinearDir::Horizontal, [left, right], 0.6)
            }
            Self::Comparison => {
                let above = tabs(&mut tiles, &[Curves, Network, Layers, Filters]);
                let below = tabs(
                    &mut tiles,
                    &[
                        Pictures, Input, Sliders, Plane, Traversals, Code, Generate, Data,
                    ],
                );
                split(&mut tiles, LinearDir::Vertical, [above, below], 0.5)
            }
            Self::Latent => {
                let sliders = tabs(&mut tiles, &[Sliders, Curves, Network]);
                let plane = tabs(&mut tiles, &[Plane, Code, Layers, Filters]);
                let rows = tabs(&mut tiles, &[Traversals, Generate, Pictures, Input, Data]);
                let right = split(&mut tiles, LinearDir::Vertical, [plane, rows], 0.62);
                split(&mut tiles, LinearDir::Horizontal, [sliders, right], 0.5)
            }
            Self::Teaching => {
                let curves = tabs(&mut tiles, &[Curves, Data]);
                let pictures = tabs(
                    &mut tiles,
                    &[Pictures, Sliders, Plane, Traversals, Code, Generate],
                );
                // One above the other neither would have room for two deep networks.
                let inside = tabs(&mut tiles, &[Layers, Network, Filters, Input]);
                let left = split(&mut tiles, LinearDir::Vertical, [curves, pictures], 0.46);
                split(&mut tiles, LinearDir::Horizontal, [left, inside], 0.55)
            }
        };
        Tree::new(egui::Id::unique(TREE), root, tiles)
    }
}

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

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
