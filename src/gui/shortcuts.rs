//! Shortcuts: the one table from which the keys, their list and the hints in tooltips follow.
//!
//! A *bare* key, one without Ctrl, works wherever no control has the keyboard and nothing is asked.

use egui::{Key, KeyboardShortcut, Modifiers};

use super::action::{Action, Actions, PathFor, ViewOptions};
use super::desk::DeskAction;
use super::focus::Keyboard;
use super::layout::Preset;
use super::restart::Restart;
use super::session::SessionAction;
use super::state::AppState;
use super::story::StoryAction;
use super::view::View;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// Plays or pauses every run.
    PlayAll,
    /// Plays or pauses the selected run.
    Play,
    /// One training step.
    Step,
    /// To the end of the epoch.
    Epoch,
    /// Back to the initial weights.
    Reset,
    /// Other initial weights.
    NewSeed,
    /// Selects the run of that number.
    Select,
    /// Takes up a session.
    OpenSession,
    /// Saves the session.
    SaveSession,
    /// Saves the session elsewhere.
    SaveSessionAs,
    /// A further run.
    Duplicate,
    /// Types another name.
    Rename,
    /// Takes the run away.
    Remove,
    /// Brings back what was given up.
    Undo,
    /// Through the frames that were kept: the history's own keys.
    LookBack,
    /// Back to the newest frame: the history's own key.
    Live,
    /// Shows or hides the settings.
    Setup,
    /// Starts or shows the story.
    Story,
    /// Lays out the panes.
    Arrange,
    /// Everything larger.
    ZoomIn,
    /// Everything smaller.
    ZoomOut,
    /// Everything as it was.
    ZoomReset,
    /// Large type, or not.
    LargeType,
    /// The list of shortcuts.
    Help,
}

/// A shortcut.
#[derive(Debug)]
pub struct Shortcut {
    /// What it does.
    pub does: Does,
    /// Any of these; where each means something else, in order.
    pub keys: &'static [KeyboardShortcut],
    /// How the keys are written, where that is not how egui writes the first one.
    pub written: Option<&'static str>,
    /// What it does, in words.
    pub help: &'static str,
}

const fn bare(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const CTRL_SHIFT_S: KeyboardShortcut =
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::S);

const fn shortcut(
    does: Does,
    keys: &'static [KeyboardShortcut],
    written: Option<&'static str>,
    help: &'static str,
) -> Shortcut {
    Shortcut {
        does,
        keys,
        written,
        help,
    }
}

const DIGITS: &[KeyboardShortcut] = &[
    bare(Key::Num1),
    bare(Key::Num2),
    bare(Key::Num3),
    bare(Key::Num4),
    bare(Key::Num5),
    bare(Key::Num6),
    bare(Key::Num7),
    bare(Key::Num8),
];

const CTRL_DIGITS: &[KeyboardShortcut] = &[
    ctrl(Key::Num1),
    ctrl(Key::Num2),
    ctrl(Key::Num3),
    ctrl(Key::Num4),
];

/// All of them, in the order of the list.
pub const SHORTCUTS: &[Shortcut] = &[
    shortcut(
        Does::PlayAll,
        &[bare(Key::Space)],
        None,
        "Play or pause every run",
    ),
    shortcut(
        Does::Play,
        &[bare(Key::P)],
        None,
        "Play or pause the selected run",
    ),
    shortcut(
        Does::Step,
        &[bare(Key::S)],
        None,
        "One training step; with Shift of every run",
    ),
    shortcut(
        Does::Epoch,
        &[bare(Key::E)],
        None,
        "To the end of the epoch; with Shift every run",
    ),
    shortcut(
        Does::Reset,
        &[bare(Key::R)],
        None,
        "Back to the initial weights; with Shift every run",
    ),
    shortcut(
        Does::NewSeed,
        &[bare(Key::N)],
        None,
        "Other initial weights; with Shift the same seed for every run",
    ),
    shortcut(Does::Select, DIGITS, Some("1 … 8"), "Select a run"),
    shortcut(Does::OpenSession, &[ctrl(Key::O)], None, "Open a session"),
    // Before the shorter one, which it contains.
    shortcut(
        Does::SaveSessionAs,
        &[CTRL_SHIFT_S],
        None,
        "Save the session in another folder",
    ),
    shortcut(Does::SaveSession, &[ctrl(Key::S)], None, "Save the session"),
    shortcut(
        Does::Duplicate,
        &[ctrl(Key::D)],
        None,
        "Duplicate the selected run",
    ),
    shortcut(
        Does::Rename,
        &[bare(Key::F2)],
        None,
        "Rename the selected run",
    ),
    shortcut(
        Does::Remove,
        &[bare(Key::Delete)],
        None,
        "Remove the selected run",
    ),
    shortcut(
        Does::Undo,
        &[ctrl(Key::Z)],
        None,
        "Bring back the run, or the training, that was given up last",
    ),
    shortcut(
        Does::LookBack,
        &[],
        Some("← →"),
        "Look back and forward through the history",
    ),
    shortcut(Does::Live, &[], Some("End"), "Back to the newest moment"),
    shortcut(Does::Setup, &[ctrl(Key::B)], None, "Show or hide the setup"),
    shortcut(
        Does::Story,
        &[bare(Key::F4)],
        None,
        "Show the story, or start it",
    ),
    shortcut(
        Does::Arrange,
        CTRL_DIGITS,
        Some("Ctrl+1 … 4"),
        "Lay the panes out: one run, comparison, latent space, teaching",
    ),
    shortcut(
        Does::ZoomIn,
        &[ctrl(Key::Plus), ctrl(Key::Equals)],
        None,
        "Everything larger",
    ),
    shortcut(
        Does::ZoomOut,
        &[ctrl(Key::Minus)],
        None,
        "Everything smaller",
    ),
    shortcut(
        Does::ZoomReset,
        &[ctrl(Key::Num0)],
        None,
        "The usual size again",
    ),
    shortcut(
        Does::LargeType,
        &[ctrl(Key::L)],
        None,
        "Large type for a projector",
    ),
    shortcut(
        Does::Help,
        &[bare(Key::F1), bare(Key::Questionmark)],
        Some("F1 or ?"),
        "This list",
    ),
];

impl Shortcut {
    /// How its keys are written.
    pub fn text(&self, ctx: &egui::Context) -> String {
        match (self.written, self.keys.first()) {
            (Some(written), _) => written.to_owned(),
            (None, Some(key)) => ctx.format_shortcut(key),
            (None, None) => String::new(),
        }
    }
}

/// A tooltip with the key that does the same.
pub fn with_key(ctx: &egui::Context, help: &str, does: Does) -> String {
    match SHORTCUTS.iter().find(|shortcut| shortcut.does == does) {
        Some(shortcut) => format!("{help} ({})", shortcut.text(ctx)),
        None => help.to_owned(),
    }
}

/// Whether a shortcut waits until nothing has the keyboard.
///
/// Keys that write are never shortcuts where text is typed: neither bare ones nor those with `AltGr`,
/// which counts as Ctrl and Alt together. There, undoing is undoing of text.
fn waits(keys: &KeyboardShortcut, does: Does, by: Keyboard, has_alt: bool) -> bool {
    let is_function = matches!(keys.logical_key, Key::F1 | Key::F2 | Key::F4);
    let is_bare = keys.modifiers.is_none() && !is_function;
    match by {
        Keyboard::Free => false,
        Keyboard::Held => is_bare,
        Keyboard::Typing => is_bare || does == Does::Undo || has_alt,
    }
}

/// Whether it works over a question or a list too: it changes nothing but looks.
fn works_over_questions(does: Does) -> bool {
    matches!(
        does,
        Does::Help | Does::ZoomIn | Does::ZoomOut | Does::ZoomReset | Does::LargeType
    )
}

/// Collects what the keys pressed in this frame mean; to be called once everything is drawn.
pub fn keys(ctx: &egui::Context, view: &View<'_>, out: &mut Actions) {
    let by = Keyboard::of(ctx);
    let is_asking = view.state.is_asking();
    let (is_shifted, has_alt) = ctx.input(|input| (input.modifiers.shift, input.modifiers.alt));
    for shortcut in SHORTCUTS {
        for (place, keys) in shortcut.keys.iter().enumerate() {
            let is_out_of_reach = is_asking && !works_over_questions(shortcut.does);
            if is_out_of_reach || waits(keys, shortcut.does, by, has_alt) {
                continue;
            }
            if ctx.input_mut(|input| input.consume_shortcut(keys)) {
                wishes(view.state, shortcut.does, place, is_shifted, out);
            }
        }
    }
}

/// What a shortcut asks for.
fn wishes(state: &AppState, does: Does, place: usize, is_shifted: bool, out: &mut Actions) {
    let selected = state.selected;
    let meant = state.meant(is_shifted);
    let show = |options: ViewOptions| Action::Show(options);
    let options = state.options;
    match does {
        Does::PlayAll => out.push(Action::ToggleAll),
        Does::Play => out.extend(selected.map(Action::Toggle)),
        Does::Step => out.extend(meant.into_iter().map(Action::Step)),
        Does::Epoch => out.extend(meant.into_iter().map(Action::Epoch)),
        Does::Reset => out.push(Action::Restart(Restart::Reset, meant)),
        Does::NewSeed => out.push(Action::Restart(Restart::NewSeed, meant)),
        Does::Select => out.extend(state.runs.get(place).map(|run| Action::Select(run.id))),
        Does::OpenSession => out.push(Action::AskPath(PathFor::OpenSession)),
        Does::SaveSession => out.push(Action::Session(SessionAction::Save)),
        Does::SaveSessionAs => out.push(Action::Session(SessionAction::SaveAs)),
        Does::Duplicate => out.extend(selected.map(Action::Duplicate)),
        Does::Rename => {
            out.extend(selected.map(|id| Action::Desk(DeskAction::BeginRename(id))));
        }
        Does::Remove => out.extend(selected.map(Action::Remove)),
        Does::Undo => out.push(Action::Desk(DeskAction::Undo)),
        Does::LookBack | Does::Live => {}
        Does::Setup => out.push(show(ViewOptions {
            shows_setup: !options.shows_setup,
            ..options
        })),
        Does::Story => out.push(Action::Story(StoryAction::Open)),
        Does::Arrange => out.extend(
            Preset::ALL
                .get(place)
                .map(|preset| Action::Arrange(*preset)),
        ),
        Does::ZoomIn => out.push(show(options.zoomed(1))),
        Does::ZoomOut => out.push(show(options.zoomed(-1))),
        Does::ZoomReset => out.push(show(ViewOptions {
            zoom_percent: 100,
            ..options
        })),
        Does::LargeType => out.push(show(ViewOptions {
            has_large_type: !options.has_large_type,
            ..options
        })),
        Does::Help => {
            let is_open = !state.desk.is_help_open;
            out.push(Action::Desk(DeskAction::ShowHelp(is_open)));
        }
    }
}

/// Draws the list of shortcuts over the window.
pub fn help_ui(ctx: &egui::Context, view: &View<'_>, out: &mut Actions) {
    if !view.state.desk.is_help_open {
        return;
    }
    let shown = egui::Modal::new(egui::Id::unique("shortcuts")).show(ctx, |ui| {
        ui.set_max_width(560.0);
        ui.heading("Keyboard shortcuts");
        let height = ctx.content_rect().height() - 160.0;
        egui::ScrollArea::vertical()
            .max_height(height)
            .min_scrolled_height(height)
            .show(ui, |ui| {
                egui::Grid::new("shortcuts")
                    .num_columns(2)
                    .striped(true)
                    .show(ui, |ui| {
                        for shortcut in SHORTCUTS {
                            ui.label(egui::RichText::new(shortcut.text(ctx)).monospace());
                            ui.label(shortcut.help);
                            ui.end_row();
                        }
                    });
            });
        ui.label(
            egui::RichText::new(
                "Tab goes from control to control, Space or Enter presses it, arrows move sliders, the \
                 chart, the plane, the moment in a strip, and the pen on the canvas, which Space puts \
                 down.",
            )
            .small()
            .color(view.palette.weak),
        );
        ui.button("Close").clicked()
    });
    if shown.inner || shown.should_close() {
        out.push(Action::Desk(DeskAction::ShowHelp(false)));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_key_means_two_things() {
        let mut known = BTreeSet::new();
        for keys in SHORTCUTS.iter().flat_map(|shortcut| shortcut.keys) {
            let name = format!("{:?} {:?}", keys.modifiers, keys.logical_key);
            assert!(known.insert(name.clone()), "{name}");
        }
    }

    #[test]
    fn a_tooltip_names_the_key() {
        let ctx = egui::Context::default();
        assert_eq!(with_key(&ctx, "Train", Does::PlayAll), "Train (Space)");
        assert_eq!(with_key(&ctx, "Help", Does::Help), "Help (F1 or ?)");
    }
}
