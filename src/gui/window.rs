//! The window's panels and what lies in them, outside in.

use std::collections::BTreeSet;

use egui::Panel;
use egui_tiles::Tree;

use super::action::Actions;
use super::layout::{self, Pane};
use super::theme::Palette;
use super::view::View;
use super::{chips, notices, schedule, setup, shortcuts, status, story, transport};

/// Draws everything and returns the panes that were to be seen.
pub fn window_ui(
    ui: &mut egui::Ui,
    tiles: &mut Tree<Pane>,
    view: &View<'_>,
    out: &mut Actions,
) -> BTreeSet<Pane> {
    let ctx = ui.ctx().clone();
    shortcuts::help_ui(&ctx, view, out);
    story::question_ui(&ctx, view, out);
    let bar = |palette: &Palette| {
        egui::Frame::new()
            .fill(palette.bar)
            .inner_margin(egui::Margin::symmetric(10, 5))
    };
    Panel::top("transport")
        .frame(bar(view.palette))
        .show(ui, |ui| {
            transport::transport_ui(ui, view, out);
            chips::chips_ui(ui, view, out);
        });
    Panel::bottom("status")
        .frame(bar(view.palette))
        .show(ui, |ui| status::status_ui(ui, view));
    if view.state.options.shows_setup {
        Panel::left("setup")
            .default_size(316.0)
            .size_range(280.0..=460.0)
            .frame(egui::Frame::new().fill(view.palette.panel))
            .show(ui, |ui| setup::setup_ui(ui, view, out));
    }
    if view.state.story.is_open {
        Panel::right("story")
            .default_size(300.0)
            .size_range(240.0..=460.0)
            .frame(
                egui::Frame::new()
                    .fill(view.palette.panel)
                    .inner_margin(egui::Margin::symmetric(10, 8)),
            )
            .show(ui, |ui| story::story_ui(ui, view, out));
    }
    let notices = notices::notices(view.state);
    if !notices.is_empty() {
        Panel::top("notices")
            .frame(
                egui::Frame::new()
                    .fill(view.palette.panel)
                    .inner_margin(egui::Margin {
                        left: 10,
                        right: 10,
                        top: 8,
                        bottom: 0,
                    }),
            )
            .show_separator_line(false)
            .show(ui, |ui| notices::notices_ui(ui, view, &notices, out));
    }
    let inner = egui::Frame::new()
        .fill(view.palette.panel)
        .inner_margin(egui::Margin::symmetric(10, 8));
    Panel::top("schedule")
        .frame(inner)
        .show(ui, |ui| schedule::schedule_ui(ui, view, out));
    egui::CentralPanel::default()
        .frame(egui::Frame::new().fill(view.palette.panel))
        .show(ui, |ui| layout::panes_ui(ui, tiles, view, out))
        .inner
}
