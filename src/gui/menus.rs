//! The menus at the right of the bar: the story, files, arrangement, looks, help.

use egui::{Button, Ui};

use super::action::{Action, Actions, PathFor, ThemeChoice, ViewOptions};
use super::desk::DeskAction;
use super::export;
use super::fonts::HanChoice;
use super::layout::{Pane, Preset};
use super::paths::PathAction;
use super::references;
use super::restart::Restart;
use super::run::Run;
use super::session::SessionAction;
use super::share::ShareAction;
use super::shortcuts::{self, Does};
use super::state::MAX_RUNS;
use super::story::StoryAction;
use super::trace::trace_widget;
use super::until;
use super::view::View;

/// Draws the menus.
pub fn menus_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    story_ui(ui, view, out);
    references::menu_ui(ui, out);
    ui.menu_button("File", |ui| files_ui(ui, view, out))
        .response
        .on_hover_text("Save and open sessions and runs");
    ui.menu_button("Layout", |ui| layout_ui(ui, view, out))
        .response
        .on_hover_text("Arrange, open and close panes");
    ui.menu_button("View", |ui| looks_ui(ui, view.state.options, out))
        .response
        .on_hover_text("Theme, size, large type");
    let help = shortcuts::with_key(ui.ctx(), "Keyboard shortcuts", Does::Help);
    let button = ui.button("?").on_hover_text(help);
    button
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Keyboard shortcuts"));
    if button.clicked() {
        out.push(Action::Desk(DeskAction::ShowHelp(true)));
    }
}

fn story_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let is_told = view.state.story.is_told();
    let help = if is_told {
        "Show or hide the story's panel"
    } else {
        "Four runs on the built-in digits that show, in a few minutes, why pretraining helps a deep \
         network"
    };
    let help = shortcuts::with_key(ui.ctx(), help, Does::Story);
    let button = Button::new(egui::RichText::new("Story").color(view.palette.accent))
        .selected(view.state.story.is_open)
        .stroke(egui::Stroke::new(1.0, view.palette.accent));
    let response = ui.add(button).on_hover_text(help);
    trace_widget("story", &response);
    if response.clicked() {
        out.push(Action::Story(StoryAction::Open));
    }
}

/// An entry of a menu, which closes when it is clicked.
fn entry(ui: &mut Ui, is_on: bool, text: &str, help: &str, off: &str) -> bool {
    let response = ui
        .add_enabled(is_on, Button::new(text))
        .on_hover_text(help)
        .on_disabled_hover_text(off);
    if response.clicked() {
        ui.close();
    }
    response.clicked()
}

fn session_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let state = view.state;
    let open = shortcuts::with_key(
        ui.ctx(),
        "Take up a session: all its runs, with weights, history and the arrangement of the window",
        Does::OpenSession,
    );
    if entry(ui, true, "Open session…", &open, "") {
        out.push(Action::AskPath(PathFor::OpenSession));
    }
    let name = match state.session.folder {
        None => "Save session…",
        Some(_) => "Save session",
    };
    let save = shortcuts::with_key(
        ui.ctx(),
        "Keep all runs and the window in one folder. From then on they are kept there by themselves",
        Does::SaveSession,
    );
    if entry(ui, true, name, &save, "") {
        out.push(Action::Session(SessionAction::Save));
    }
    let save_as = shortcuts::with_key(
        ui.ctx(),
        "Keep the session in another folder from now on; the old one stays as it was saved last",
        Does::SaveSessionAs,
    );
    let off = "The session is not saved anywhere yet.";
    let is_open = state.session.folder.is_some();
    if entry(ui, is_open, "Save session as…", &save_as, off) {
        out.push(Action::Session(SessionAction::SaveAs));
    }
    ui.separator();
}

fn files_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    session_ui(ui, view, out);
    if let Some(run) = view.run() {
        let help = "Keep settings, weights, history and pictures of the selected run in a folder";
        if entry(
            ui,
            run.can_save(),
            "Save run…",
            help,
            "This run is not ready yet.",
        ) {
            out.push(Action::AskPath(PathFor::Save(run.id)));
        }
    }
    if let Some(run) = view.run() {
        let help = "The settings of the selected run as a short text, for others and for lessons";
        let off = "This run is being opened.";
        if entry(ui, run.opening.is_none(), "Copy share string…", help, off) {
            out.push(Action::Share(ShareAction::Copy(run.id)));
        }
    }
    if entry(
        ui,
        true,
        "Paste share string…",
        "A further run with the settings that somebody shared",
        "",
    ) {
        out.push(Action::Share(ShareAction::Paste));
    }
    ui.separator();
    let help = "Open the folder of a run that was saved";
    let off = format!("Remove a run first: there is room for {MAX_RUNS}.");
    if entry(ui, view.state.has_room(), "Open run…", help, &off) {
        out.push(Action::AskPath(PathFor::Open));
    }
    ui.separator();
    export::export_ui(ui, view, out);
    ui.separator();
    let mut types_paths = view.state.options.types_paths;
    let help = "Wherever a folder or a file is asked for, a field for its path comes up instead of the \
                dialog of the desktop";
    if ui
        .checkbox(&mut types_paths, "Type paths")
        .on_hover_text(help)
        .clicked()
    {
        out.push(Action::Path(PathAction::TypeAlways(types_paths)));
    }
}

fn layout_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    for preset in Preset::ALL {
        if entry(ui, true, preset.name(), preset.summary(), "") {
            out.push(Action::Arrange(*preset));
        }
    }
    ui.separator();
    for pane in Pane::ALL {
        let mut is_open = view.state.desk.panes.contains(pane);
        let response = ui
            .checkbox(&mut is_open, pane.title())
            .on_hover_text(pane.summary());
        if response.clicked() {
            out.push(if is_open {
                Action::OpenPane(*pane)
            } else {
                Action::ClosePane(*pane)
            });
        }
    }
    ui.separator();
    let options = view.state.options;
    let mut shows_setup = options.shows_setup;
    let help = shortcuts::with_key(ui.ctx(), "The settings of the selected run", Does::Setup);
    if ui
        .checkbox(&mut shows_setup, "Setup")
        .on_hover_text(help)
        .clicked()
    {
        out.push(Action::Show(ViewOptions {
            shows_setup,
            ..options
        }));
    }
}

fn looks_ui(ui: &mut Ui, options: ViewOptions, out: &mut Actions) {
    for &theme in ThemeChoice::ALL {
        if ui.radio(theme == options.theme, theme.name()).clicked() {
            out.push(Action::Show(ViewOptions { theme, ..options }));
        }
    }
    ui.separator();
    for (does, name, next) in [
        (Does::ZoomIn, "Zoom in", options.zoomed(1)),
        (Does::ZoomOut, "Zoom out", options.zoomed(-1)),
        (
            Does::ZoomReset,
            "Usual size",
            ViewOptions {
                zoom_percent: 100,
                ..options
            },
        ),
    ] {
        let now = format!("Now {} %", options.zoom_percent);
        let help = shortcuts::with_key(ui.ctx(), &now, does);
        let button = ui
            .add_enabled(next != options, Button::new(name))
            .on_hover_text(&help)
            .on_disabled_hover_text(help);
        if button.clicked() {
            out.push(Action::Show(next));
        }
    }
    let mut has_large_type = options.has_large_type;
    let help = shortcuts::with_key(ui.ctx(), "Text that the last row can read", Does::LargeType);
    if ui
        .checkbox(&mut has_large_type, "Large type")
        .on_hover_text(help)
        .clicked()
    {
        out.push(Action::Show(ViewOptions {
            has_large_type,
            ..options
        }));
    }
    ui.menu_button("Han characters", |ui| {
        for &han in HanChoice::ALL {
            if ui.radio(han == options.han, han.name()).clicked() {
                out.push(Action::Show(ViewOptions { han, ..options }));
            }
        }
    })
    .response
    .on_hover_text("Shapes of the characters that Chinese, Japanese and Korean have in common");
}

/// What the context menu of a run offers.
pub fn run_menu_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    if entry(ui, true, "Rename", "Type another name", "") {
        out.push(Action::Desk(DeskAction::BeginRename(run.id)));
    }
    if let Some((words, wish)) = view.state.offer_to_relink(run) {
        let help = "Its images are not where they were: all runs on them go on once they are found";
        if entry(ui, true, &words, help, "") {
            out.push(wish);
        }
    }
    for (words, wish) in view.state.offers_to_continue(run) {
        let help = "Its device failed: it goes on from its last good state";
        if entry(ui, true, &words, help, "") {
            out.push(wish);
        }
    }
    let off = format!("There is room for {MAX_RUNS} runs.");
    let help = "A further run with these settings, to be changed and compared";
    if entry(ui, view.state.has_room(), "Duplicate", help, &off) {
        out.push(Action::Duplicate(run.id));
    }
    until::submenu_ui(ui, view, run, out);
    let help = "Back to the same initial weights; what was trained can be brought back for a while";
    if entry(
        ui,
        run.can_reset(),
        "Reset",
        help,
        "This run has not started.",
    ) {
        out.push(Action::Restart(Restart::Reset, vec![run.id]));
    }
    let can_save = run.can_save();
    if entry(
        ui,
        can_save,
        "Save…",
        "Keep the run in a folder",
        "This run is not ready yet.",
    ) {
        out.push(Action::AskPath(PathFor::Save(run.id)));
    }
    if entry(
        ui,
        true,
        "Remove",
        "Take it away; it can be brought back for a while",
        "",
    ) {
        out.push(Action::Remove(run.id));
    }
}
