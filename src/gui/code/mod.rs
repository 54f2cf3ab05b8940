//! The pane "Code": what a code carries, dimension by dimension, unit by unit or entry by entry, and what
//! lies near to what.

mod accuracy;
mod bars;
mod canvas;
mod cells;
mod exchange;
mod factors;
mod facts;
mod kept;
mod map;
mod mapping;
mod measured;
mod places;
mod ranking;
mod shelf;
mod state;

use egui::{RichText, ScrollArea, TextureOptions, Ui};

use crate::data::ImageShape;
use crate::engine::{Content, Slot};

use super::action::{Action, Actions};
use super::latent::code_note;
use super::latent::sheet::{PIXELS, sheet};
use super::layers::{TileScale, signed_sheet};
use super::run::Run;
use super::view::View;
use super::words;
use facts::{Level, told};
use ranking::{Kind, Ranking};
use shelf::{Item, Shelf, shelf_ui};

pub(super) use kept::KeptCode;
pub use mapping::{MapAction, MapState, Marks};
pub use state::{CodeAction, CodeSection, CodeState};

/// Draws the pane.
pub fn code_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let Some(run) = view.run() else {
        ui.label("Add a run to see what its code carries.");
        return;
    };
    sections_ui(ui, view, run, out);
    let section = view.state.code.section;
    ScrollArea::vertical()
        .id_salt(("code", section))
        .auto_shrink(false)
        .show(ui, |ui| match section {
            CodeSection::Units => units_ui(ui, view, run, out),
            CodeSection::Map => map::map_ui(ui, view, run, out),
            CodeSection::Neighbours => accuracy::accuracy_ui(ui, view, run),
            CodeSection::Factors => factors::factors_ui(ui, view, run, out),
        });
}

/// The choice of a part, and whose code it is of.
fn sections_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    ui.horizontal_wrapped(|ui| {
        for section in CodeSection::ALL {
            let is_shown = view.state.code.section == *section;
            let button = ui
                .selectable_label(is_shown, section.title())
                .on_hover_text(section.help());
            if button.clicked() {
                out.push(Action::Code(CodeAction::Show(*section)));
            }
        }
        if let Some(codes) = view.state.codes(run) {
            ui.add(egui::Label::new(code_note(view, run, codes)).truncate());
        }
    });
}

/// What each unit of the selected run's code carries, and what those of the other runs come to.
fn units_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    let Some(ranking) = view.state.ranking(run) else {
        ui.label("What the code carries is shown here as soon as the run has been measured.");
        return;
    };
    let title = RichText::new(ranking.kind.title()).strong();
    ui.label(title);
    told_ui(ui, view, run, &ranking);
    if ranking.kind == Kind::Entries {
        // What is clicked is above what it is exchanged for.
        exchange::exchange_ui(ui, view, run, &ranking, out);
        bars::bars_ui(ui, view, run, &ranking, out);
        pictures_ui(ui, view, run, &ranking, out);
        bars::history_ui(ui, view, run, &ranking, out);
    } else {
        bars::bars_ui(ui, view, run, &ranking, out);
        bars::history_ui(ui, view, run, &ranking, out);
        pictures_ui(ui, view, run, &ranking, out);
    }
    let others = view.state.runs.iter().filter(|other| other.id != run.id);
    let others: Vec<(&Run, Ranking)> = others
        .filter_map(|other| Some((other, view.state.ranking(other)?)))
        .collect();
    if !others.is_empty() {
        ui.add_space(6.0);
        ui.label(RichText::new("The other runs").strong());
    }
    for (other, ranking) in &others {
        let color = view.palette.run(other.slot);
        let name = format!("● {}: {}", other.name(), ranking.kind.title());
        ui.add(egui::Label::new(RichText::new(name).color(color).small()).wrap());
        told_ui(ui, view, other, ranking);
        bars::bars_ui(ui, view, other, ranking, out);
    }
}

/// What the units of a run come to.
fn told_ui(ui: &mut Ui, view: &View<'_>, run: &Run, ranking: &Ranking) {
    for sentence in told(run, ranking) {
        let color = match sentence.level {
            Level::Fact => view.palette.text,
            Level::Warning => view.palette.warning,
            Level::Alarm => view.palette.failure,
        };
        ui.add(egui::Label::new(RichText::new(sentence.text).color(color)).wrap());
    }
}

/// The pictures of units, in their order.
fn pictures_ui(ui: &mut Ui, view: &View<'_>, run: &Run, ranking: &Ranking, out: &mut Actions) {
    let title = match ranking.kind {
        Kind::Divergence => {
            "What each dimension adds: the code of zeros with 1 in its place, less that code"
        }
        Kind::Spread => "What each dimension adds: the mean code with one σ more, less that code",
        Kind::Firing => "What each unit paints: its atom, most often used first",
        Kind::Entries => {
            "Entries, most often used first: what a code draws that has one everywhere"
        }
    };
    ui.add(egui::Label::new(RichText::new(title).strong()).wrap());
    if ranking.kind != Kind::Entries {
        ui.label(
            RichText::new("red above 0, white 0, blue below")
                .small()
                .weak(),
        );
    }
    let Some(drawn) = drawn(ui, view, run, ranking) else {
        return;
    };
    let looked = view.state.code.unit_of(run.id);
    let most = ranking.most().max(f64::MIN_POSITIVE);
    let items: Vec<Item> = drawn
        .units
        .iter()
        .map(|unit| Item {
            caption: [ranking.kind.unit(*unit), ranking.short(*unit)],
            help: format!("{}: {}", ranking.kind.unit(*unit), ranking.words(*unit)),
            share: (ranking.values.get(*unit).copied().unwrap_or_default() / most) as f32,
            is_dead: ranking.is_dead(*unit),
        })
        .collect();
    let shelf = Shelf {
        name: format!("Pictures of {}, {}", ranking.kind.units(), run.name()),
        texture: drawn.texture,
        shape: drawn.shape,
        items: &items,
        color: view.palette.run(run.slot),
        looked: looked.and_then(|unit| drawn.units.iter().position(|drawn| *drawn == unit)),
    };
    if let Some(unit) = shelf_ui(ui, view, &shelf).and_then(|place| drawn.units.get(place)) {
        let is_cell = view.state.code.cell_of(run.id).is_some();
        out.push(Action::Code(if ranking.kind == Kind::Entries && is_cell {
            CodeAction::Exchange(run.id, *unit)
        } else {
            CodeAction::Unit(Some((run.id, *unit)))
        }));
    }
    let left = ranking.order.len().saturating_sub(drawn.units.len());
    if left > 0 {
        let more = format!(
            "More {} ({} left)",
            ranking.kind.units(),
            words::count(left as u64)
        );
        if ui.button(more).clicked() {
            out.push(Action::Code(CodeAction::More));
        }
    }
}

/// Pictures of units.
struct Drawn {
    units: Vec<usize>,
    texture: Option<(egui::TextureId, [usize; 2])>,
    shape: ImageShape,
}

/// The pictures that were found; says why there are none.
fn drawn(ui: &mut Ui, view: &View<'_>, run: &Run, ranking: &Ranking) -> Option<Drawn> {
    let slot = if ranking.kind == Kind::Entries {
        Slot::Entries
    } else {
        Slot::Atoms
    };
    let Some(find) = view.state.code.find(slot, run.id) else {
        ui.weak("Drawing…");
        return None;
    };
    let id = egui::Id::unique(("pictures of units", run.id, slot));
    let grid = |count: usize| {
        let columns = (count as f64).sqrt().ceil().max(1.0) as usize;
        [columns, count.div_ceil(columns).max(1)]
    };
    match (&find.content, &find.wish) {
        (Content::Entries(found), _) => {
            let cells = grid(found.drawn.len());
            let make = || sheet(&found.pictures, cells[0], 0..found.drawn.len());
            let texture = view.textures.show(ui.ctx(), id, find.version, PIXELS, make);
            Some(Drawn {
                units: found.drawn.clone(),
                texture: Some((texture, cells)),
                shape: found.pictures.shape,
            })
        }
        (Content::Features(tiles), crate::engine::Wish::Atoms { units, .. }) => {
            let max_side = ui.input(|input| input.max_texture_side);
            let (cells, make) = signed_sheet(tiles, TileScale::Own, max_side)?;
            let options = TextureOptions::NEAREST;
            let texture = view
                .textures
                .show(ui.ctx(), id, find.version, options, make);
            Some(Drawn {
                units: units.iter().map(|(unit, _)| *unit).collect(),
                texture: Some((texture, cells)),
                shape: tiles.shape?,
            })
        }
        (Content::Failed(sentence), _) => {
            ui.colored_label(view.palette.failure, sentence);
            None
        }
        (
            Content::Point { .. }
            | Content::Images(_)
            | Content::Grid { .. }
            | Content::Filters { .. }
            | Content::Features(_)
            | Content::Generated(_),
            _,
        ) => None,
    }
}
