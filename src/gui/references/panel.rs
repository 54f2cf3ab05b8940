//! The panel of reference runs, its menu, and the line that tells how a run of one stands.

use egui::text::LayoutJob;
use egui::{Button, Rect, Response, RichText, ScrollArea, Ui};

use super::ReferencesAction;
use super::standing::{Stage, Standing, family_name};
use crate::data::fetch::MNIST;
use crate::gui::action::{Action, Actions};
use crate::gui::focus::line_edit;
use crate::gui::run::Run;
use crate::gui::setup::form;
use crate::gui::shortcuts::{self, Does};
use crate::gui::state::MAX_RUNS;
use crate::gui::story::StoryAction;
use crate::gui::theme::Palette;
use crate::gui::view::View;
use crate::train::{Family, Preset, preset as find};

/// Families with what they are called in the plural and what is in them.
const FAMILIES: [(Family, &str, &str); 2] = [
    (
        Family::Reference,
        "Reference runs",
        "Runs on MNIST whose figures are known. Add one, train it, and see here whether it reaches them.",
    ),
    (
        Family::WrongWay,
        "Wrong ways",
        "Common mistakes, to be seen on purpose: their figures show what goes wrong.",
    ),
];

fn push(out: &mut Actions, action: ReferencesAction) {
    out.push(Action::References(action));
}

/// Draws the menu beside the button of the story.
pub fn menu_ui(ui: &mut Ui, out: &mut Actions) {
    let help = "The story; reference runs with known figures; wrong ways, to be seen on purpose";
    let menu = ui.menu_button("▼", |ui| {
        let story = shortcuts::with_key(
            ui.ctx(),
            "Four runs that show why pretraining helps a deep network",
            Does::Story,
        );
        if ui.button("The story").on_hover_text(story).clicked() {
            ui.close();
            out.push(Action::Story(StoryAction::Open));
        }
        ui.separator();
        for (family, name, about) in FAMILIES {
            let entry = ui.button(format!("{name}…")).on_hover_text(about);
            if entry.clicked() {
                ui.close();
                push(out, ReferencesAction::Open(family));
            }
        }
    });
    let name = "Story and reference runs";
    let response = menu.response.on_hover_text(help);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
}

/// Draws the panel.
pub fn references_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let shown = &view.state.references;
    ui.horizontal(|ui| {
        ui.heading("References");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let close = ui
                .add(Button::new("×").frame(false))
                .on_hover_text("Hide this panel; the menu beside Story brings it back");
            let name = "Hide the references";
            close.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
            if close.clicked() {
                push(out, ReferencesAction::Close);
            }
        });
    });
    ui.horizontal_wrapped(|ui| {
        for (family, name, about) in FAMILIES {
            let choice = ui
                .selectable_label(shown.family == family, name)
                .on_hover_text(about);
            if choice.clicked() && shown.family != family {
                push(out, ReferencesAction::Open(family));
            }
        }
    });
    let mut search = shown.search.clone();
    let field = line_edit(ui, &mut search, |field| {
        field.hint_text("Search").desired_width(f32::INFINITY)
    });
    if field.accessible_name("Search the references").changed() {
        push(out, ReferencesAction::Search(search));
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        for (_, _, about) in FAMILIES
            .iter()
            .filter(|(family, ..)| *family == shown.family)
        {
            form::remark(ui, *about);
        }
        if shown.found().is_empty() {
            text(ui, "None of them has all these words.");
        }
        for preset in shown.found() {
            preset_ui(ui, view, preset, out);
        }
    });
}

fn text(ui: &mut Ui, text: &str) -> Response {
    ui.add(egui::Label::new(text).wrap())
}

/// The name of a preset, and below it all that is known, where it is chosen.
fn preset_ui(ui: &mut Ui, view: &View<'_>, preset: &'static Preset, out: &mut Actions) {
    let is_chosen = view.state.references.chosen == Some(preset.id);
    let entry = ui
        .add(Button::selectable(is_chosen, preset.name).wrap())
        .on_hover_text(preset.protocol);
    let name = format!("{} {}", family_name(preset.family), preset.name);
    entry.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, is_chosen, &name));
    if entry.clicked() {
        push(out, ReferencesAction::Choose(preset.id));
    }
    if is_chosen {
        let about = ui.indent(preset.id, |ui| about_ui(ui, view, preset, out));
        reveal(ui, view, entry.rect.union(about.response.rect));
    }
}

/// Scrolls what is told of a preset into view, with its name on top where not all of it fits: once, when
/// it is opened.
fn reveal(ui: &Ui, view: &View<'_>, told: Rect) {
    let openings = view.state.references.openings;
    let id = egui::Id::unique("reference that was scrolled to");
    if ui.data(|data| data.get_temp::<u64>(id)) != Some(openings) {
        ui.scroll_to_rect(told, None);
        ui.data_mut(|data| data.insert_temp(id, openings));
    }
}

fn about_ui(ui: &mut Ui, view: &View<'_>, preset: &'static Preset, out: &mut Actions) {
    text(ui, preset.protocol);
    form::remark(ui, format!("Source: {}.", preset.source));
    let heading = match preset.family {
        Family::Reference => "To be reached",
        Family::WrongWay => "To be seen",
    };
    ui.label(RichText::new(heading).strong());
    for figure in preset.figures {
        text(ui, &preset.figure_words(figure)).on_hover_text(figure.aim.help().as_ref());
    }
    healthy_ui(ui, preset, out);
    form::remark(ui, time_words(preset));
    for run in view.state.runs_of(preset) {
        run_ui(ui, view, run);
    }
    add_ui(ui, view, preset, out);
    ui.add_space(6.0);
}

/// How long a preset takes.
pub(super) fn time_words(preset: &Preset) -> String {
    match preset.minutes {
        minutes if minutes < 0.75 => "Less than a minute on two CPU cores.".to_owned(),
        minutes if minutes < 1.5 => "About a minute on two CPU cores.".to_owned(),
        minutes => format!("About {minutes:.0} minutes on two CPU cores."),
    }
}

/// What a wrong way is held against, and a button that shows it.
fn healthy_ui(ui: &mut Ui, preset: &Preset, out: &mut Actions) {
    let Some(healthy) = preset.healthy.and_then(find) else {
        return;
    };
    let (id, name) = (healthy.id, healthy.name);
    text(ui, &format!("Without the mistake: {name} ({id})."));
    let show = ui
        .small_button("Show the run without the mistake")
        .on_hover_text(healthy.protocol);
    show.widget_info(|| {
        let label = format!("Show {name}, the run without the mistake");
        egui::WidgetInfo::labeled(egui::Role::Button, true, label)
    });
    if show.clicked() {
        push(out, ReferencesAction::OpenAt(id));
    }
}

/// How a run that is there stands.
fn run_ui(ui: &mut Ui, view: &View<'_>, run: &Run) {
    let (text, color) = match run.standing() {
        Some(standing) => (standing.text.as_str(), color(view.palette, standing.stage)),
        None => (
            "not yet: its images and its network are not there",
            view.palette.weak,
        ),
    };
    // One label, so that it is read as one sentence.
    let mut job = LayoutJob::default();
    for (text, color) in [
        (run.name(), view.palette.run(run.slot)),
        (": ", color),
        (text, color),
    ] {
        let font = egui::TextStyle::Body.resolve(ui.style());
        job.append(text, 0.0, egui::TextFormat::simple(font, color));
    }
    ui.add(egui::Label::new(job).wrap());
}

fn color(palette: &Palette, stage: Stage) -> egui::Color32 {
    match stage {
        Stage::Reached | Stage::ReachedInPart => palette.accent,
        Stage::NotReached => palette.warning,
        Stage::NotYet | Stage::NotComparable => palette.weak,
    }
}

/// The buttons that add a run, and what is to be known before.
fn add_ui(ui: &mut Ui, view: &View<'_>, preset: &'static Preset, out: &mut Actions) {
    let has_images = view.state.preset_images().is_some();
    if !has_images {
        text(
            ui,
            &format!(
                "{} is not on this computer yet: fetch it once ({}), or add the run and open a folder of \
                 MNIST in its setup.",
                MNIST.name,
                MNIST.size()
            ),
        );
    }
    let has_room = view.state.has_room();
    let full = format!("Remove a run first: there is room for {MAX_RUNS}.");
    ui.horizontal_wrapped(|ui| {
        let mut button = |words: String, help: &str, action: ReferencesAction| {
            let button = ui
                .add_enabled(has_room, Button::new(words.as_str()))
                .on_hover_text(help)
                .on_disabled_hover_text(&full);
            button.widget_info(|| {
                let name = format!("{words}: {}", preset.name);
                egui::WidgetInfo::labeled(egui::Role::Button, has_room, name)
            });
            if button.clicked() {
                push(out, action);
            }
        };
        if !has_images {
            button(
                format!("Add and fetch {}", MNIST.name),
                "Adds the run, which takes the images when they are here",
                ReferencesAction::AddAndFetch(preset.id),
            );
        }
        button(
            "Add run".to_owned(),
            "Adds the run with these settings; Play trains it",
            ReferencesAction::Add(preset.id),
        );
    });
}

/// How a run stands, among its settings; nothing of a run that was made from no preset.
pub fn standing_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    let Some(Standing {
        preset,
        stage,
        text,
    }) = run.standing()
    else {
        return;
    };
    let kind = family_name(preset.family);
    let words = RichText::new(format!("{kind}, {text}")).color(color(view.palette, *stage));
    ui.add(egui::Label::new(words).wrap());
    if view.state.history.cursor.is_some() && *stage != Stage::NotComparable {
        form::remark(
            ui,
            "That is of the newest weights, not of the moment looked back at.",
        );
    }
    let about = ui
        .small_button(format!("About this {}", kind.to_lowercase()))
        .on_hover_text("Protocol, source and figures of the preset that this run was made from");
    if about.clicked() {
        push(out, ReferencesAction::OpenAt(preset.id));
    }
}
