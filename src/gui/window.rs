//! The window's panels and what lies in them, outside in.

use std::collections::BTreeSet;

use egui::Panel;
use egui_tiles::Tree;

use super::action::Actions;
use super::layout::Pane;
use super::theme::{self, Palette};
use super::view::View;
use super::{
    borders, chips, drop, focus, history, jobs, notices, panes, paths, references, restart,
    schedule, session, setup, share, shortcuts, status, story, transport,
};

/// Draws everything and returns the panes that were to be seen.
pub fn window_ui(
    ui: &mut egui::Ui,
    tiles: &mut Tree<Pane>,
    view: &View<'_>,
    out: &mut Actions,
) -> BTreeSet<Pane> {
    let ctx = ui.ctx().clone();
    borders::keys(&ctx, tiles);
    shortcuts::help_ui(&ctx, view, out);
    story::question_ui(&ctx, view, out);
    share::share_ui(&ctx, view, out);
    restart::question_ui(&ctx, view, out);
    drop::drop_ui(&ctx, view, out);
    session::question_ui(&ctx, view, out);
    paths::path_ui(&ctx, view, out);
    let is_large = view.state.options.has_large_type;
    let scale = theme::type_scale(is_large);
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
    let is_reading = view
        .state
        .runs
        .iter()
        .any(|run| run.loading.is_some() || run.tuning.is_some());
    if is_reading || !view.state.jobs.list.is_empty() {
        Panel::bottom("jobs")
            .frame(bar(view.palette))
            .show(ui, |ui| jobs::jobs_ui(ui, view, out));
    }
    Panel::bottom("history")
        .frame(bar(view.palette))
        .show(ui, |ui| history::history_ui(ui, view, out));
    if view.state.options.shows_setup {
        Panel::left(("setup", is_large))
            .default_size(316.0 * scale)
            .size_range(280.0 * scale..=460.0 * scale)
            .frame(egui::Frame::new().fill(view.palette.panel))
            .show(ui, |ui| contained(ui, |ui| setup::setup_ui(ui, view, out)));
    }
    side_ui(ui, view, out);
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
    let shown = egui::CentralPanel::default()
        .frame(egui::Frame::new().fill(view.palette.panel))
        .show(ui, |ui| panes::panes_ui(ui, tiles, view, out))
        .inner;
    focus::focus_ui(&ctx, view.palette);
    shown
}

/// Draws the panel at the right: the references, or else the story.
fn side_ui(ui: &mut egui::Ui, view: &View<'_>, out: &mut Actions) {
    let (name, add): (_, fn(&mut egui::Ui, &View<'_>, &mut Actions)) =
        if view.state.references.is_open {
            ("references", references::references_ui)
        } else if view.state.story.is_open {
            ("story", story::story_ui)
        } else {
            return;
        };
    let is_large = view.state.options.has_large_type;
    let scale = theme::type_scale(is_large);
    Panel::right((name, is_large))
        .default_size(300.0 * scale)
        .size_range(240.0 * scale..=460.0 * scale)
        .frame(
            egui::Frame::new()
                .fill(view.palette.panel)
                .inner_margin(egui::Margin::symmetric(10, 8)),
        )
        .show(ui, |ui| contained(ui, |ui| add(ui, view, out)));
}

/// Draws within the room there is: a side panel otherwise grows with what does not fit.
fn contained(ui: &mut egui::Ui, add: impl FnOnce(&mut egui::Ui)) {
    let room = ui.available_rect_before_wrap();
    let mut inner = ui.new_child(egui::UiBuilder::new().max_rect(room));
    inner.set_clip_rect(room.intersect(ui.clip_rect()));
    add(&mut inner);
    ui.advance_cursor_after_rect(room);
}
