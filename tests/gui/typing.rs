//! Typing: every key arrives in the field that has the keyboard, and none of them is a shortcut.

use egui::accesskit::Role;
use egui::{Id, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};
use hourglass::engine::Command;
use hourglass::gui::{Action, DeskAction, Pane};
use hourglass::model::KnobValue;

use super::pictures::roomy;
use super::rich::rich_window;
use super::window::Window;
use super::{FIRST, ready_window, running};

/// Letters that are shortcuts where nothing has the keyboard, and no number either.
const LETTERS: &str = "1r2 nsep?,";

fn focused(window: &Window) -> Option<Id> {
    window.harness.ctx.memory(|memory| memory.focused())
}

/// Roles of what is typed into.
fn is_field(role: Role) -> bool {
    matches!(
        role,
        Role::TextInput | Role::MultilineTextInput | Role::SpinButton
    )
}

/// A field: its role, its name and how far to the right it is, which tells panes apart.
type Field = (Role, String, i32);

/// All fields that can be typed into.
fn fields(window: &Window) -> Vec<Field> {
    let is_open = |node: &egui_kittest::kittest::AccessKitNode<'_>| {
        is_field(node.role()) && !node.is_disabled()
    };
    let nodes = window.harness.query_all(by().predicate(is_open));
    nodes
        .map(|node| {
            let place = node.rect().left().round() as i32;
            let node = node.accesskit_node();
            (node.role(), node.label().unwrap_or_default(), place)
        })
        .collect()
}

/// Gives a field the keyboard, where it is there.
fn focus(window: &mut Window, (role, name, place): &Field) -> bool {
    let is_there = {
        let mut all = window.harness.query_all_by_role_and_label(*role, name);
        let found = all.find(|node| node.rect().left().round() as i32 == *place);
        if let Some(node) = &found {
            node.scroll_to_me();
            node.focus();
        }
        found.is_some()
    };
    if !is_there {
        return false;
    }
    window.harness.run();
    true
}

/// What typing must leave alone.
fn untouched(window: &Window) -> String {
    let state = window.harness.state().state();
    let runs: Vec<_> = state
        .runs
        .iter()
        .map(|run| (run.id, run.state, run.progress.step, run.draft.config.seed))
        .collect();
    format!(
        "{runs:?} {:?} {:?} {:?} {}",
        state.selected, state.history.cursor, state.desk.given_up, state.desk.is_help_open
    )
}

/// Whether it makes a run go, stand, begin again or go away.
fn drives(command: &Command) -> bool {
    !matches!(
        command,
        Command::ShowImages(_)
            | Command::ShowData(_)
            | Command::Survey(_)
            | Command::FindNeighbours(_)
            | Command::LookInto(_)
            | Command::Rename { .. }
    )
}

/// Types into every field that there is and was not before, and notes it. What Escape closes is opened
/// again.
fn type_into_all(window: &mut Window, typed: &mut Vec<Field>, open: &dyn Fn(&mut Window)) {
    for field in fields(window) {
        if typed.contains(&field) {
            continue;
        }
        if !focus(window, &field) {
            open(window);
            assert!(focus(window, &field), "{field:?} is gone");
        }
        let Some(id) = focused(window) else {
            panic!("{field:?} takes no keyboard");
        };
        let before = untouched(window);
        window.script.take_commands();
        for letter in LETTERS.chars() {
            window.write_letter(letter);
            assert_eq!(focused(window), Some(id), "{field:?} lost {letter:?}");
        }
        for key in [Key::Home, Key::ArrowRight, Key::Delete, Key::Backspace] {
            window.press(key);
            assert_eq!(focused(window), Some(id), "{field:?} at {key:?}");
        }
        window.press_with(Modifiers::COMMAND, Key::Z);
        assert_eq!(untouched(window), before, "{field:?}");
        window.press(Key::Escape);
        assert_ne!(focused(window), Some(id), "{field:?} after Escape");
        let sent = window.script.take_commands();
        assert!(!sent.iter().any(drives), "{field:?}: {sent:?}");
        assert_eq!(untouched(window), before, "{field:?} after Escape");
        typed.push(field);
    }
}

#[test]
fn no_key_that_is_typed_into_a_field_is_lost_or_a_shortcut() {
    let mut all = Vec::new();
    // The setup of a run that can still be set up.
    let mut window = ready_window("deep");
    window.click("Add run");
    window.commands();
    type_into_all(&mut window, &mut all, &|_| {});
    // One phase of it.
    let phase = |window: &mut Window| {
        let is_button =
            |node: &egui_kittest::Node<'_>| node.accesskit_node().role() == Role::Button;
        window
            .harness
            .query_all_by_label_contains("Phase 1 of ")
            .find(is_button)
            .unwrap()
            .click();
        window.harness.run();
    };
    phase(&mut window);
    type_into_all(&mut window, &mut all, &|_| {});
    // The menu of what to train until.
    window.press(Key::Escape);
    let until = |window: &mut Window| window.click("Until…");
    until(&mut window);
    type_into_all(&mut window, &mut all, &until);
    // The name of a run.
    window.press(Key::Escape);
    let ctx = window.harness.ctx.clone();
    let rename = Action::Desk(DeskAction::BeginRename(FIRST));
    window.harness.state_mut().act(&ctx, rename);
    window.harness.run();
    type_into_all(&mut window, &mut all, &|_| {});
    // A text that is shared.
    window.choose_in_menu("File", "Paste share string…");
    type_into_all(&mut window, &mut all, &|_| {});
    // A path.
    window.choose_in_menu("File", "Type paths");
    window.press(Key::Escape);
    window.press_with(Modifiers::COMMAND, Key::O);
    type_into_all(&mut window, &mut all, &|_| {});
    // Every pane of runs that train.
    let mut window = rich_window(2, &roomy());
    for pane in Pane::ALL {
        let ctx = window.harness.ctx.clone();
        window
            .harness
            .state_mut()
            .act(&ctx, Action::OpenPane(*pane));
        window.harness.run();
        type_into_all(&mut window, &mut all, &|_| {});
    }
    let is_typed = |name: &str| all.iter().any(|(_, typed, _)| typed.contains(name));
    for name in [
        "Name",
        "Widths",
        "Seed",
        "Batch size",
        "Learning rate",
        "Phase 1 learning rate",
        "Step to stop at",
        "Test error to stop at",
        "New name",
        "Learning rate now",
        "Image",
        "Test image",
        "Smoothing",
        "Thickness",
        "Noise σ",
        "somebody copied",
        "Path of the folder",
    ] {
        assert!(is_typed(name), "{name}: {all:?}");
    }
}

fn widths(window: &Window) -> String {
    let run = window.harness.state().state().selected_run().unwrap();
    match run.draft.config.knobs.get("widths") {
        Some(KnobValue::Text(text)) => text.clone(),
        other => panic!("{other:?}"),
    }
}

fn widths_field(window: &Window) -> egui_kittest::Node<'_> {
    window
        .harness
        .get_by_role_and_label(Role::TextInput, "Widths")
}

#[test]
fn what_widths_decide_is_greyed_and_says_why() {
    let mut window = ready_window("deep");
    let latent = |window: &Window| {
        let mut nodes = window.harness.query_all_by_label("Latent size");
        let field = nodes.find(|node| node.accesskit_node().role() == Role::SpinButton);
        let field = field.unwrap();
        (field.accesskit_node().is_disabled(), field.rect().center())
    };
    assert!(!latent(&window).0);
    widths_field(&window).focus();
    window.harness.run();
    window.write("784,50,10");
    let (is_disabled, at) = latent(&window);
    assert!(is_disabled);
    window.harness.hover_at(at);
    for _ in 0..8 {
        window.harness.step();
    }
    assert!(window.has_text("The widths below decide this. Empty them to set it here."));
}

#[test]
fn widths_that_are_not_valid_yet_stay_as_they_are_typed() {
    let mut window = ready_window("deep");
    widths_field(&window).focus();
    window.harness.run();
    let id = focused(&window);
    let place = widths_field(&window).rect();
    let mut typed = String::new();
    for letter in "500,250,10".chars() {
        typed.push(letter);
        window.write_letter(letter);
        assert_eq!(focused(&window), id, "after {typed}");
        assert_eq!(widths(&window), typed);
        assert_eq!(
            widths_field(&window).accesskit_node().value(),
            Some(typed.clone())
        );
        assert_eq!(widths_field(&window).rect(), place, "it stays where it is");
        assert!(window.has_text("widths must"), "after {typed}");
    }
    assert!(window.has_text("widths must start with the 784 values of an image"));
    assert!(window.commands().is_empty());
    // What cannot be read is told too.
    window.write("x");
    assert!(window.has_text("“10x” is not a width"));
    window.press(Key::Backspace);
    window.press(Key::Home);
    window.write("784,");
    assert!(window.commands().is_empty(), "it may go on");
    assert_eq!(widths(&window), "784,500,250,10");
    assert!(!window.has_text("widths must"));
    window.press(Key::Enter);
    let (_, config) = window.added();
    assert_eq!(
        config.knobs.get("widths"),
        Some(&KnobValue::Text("784,500,250,10".to_owned()))
    );
    // Left as it was: nothing is made anew.
    widths_field(&window).focus();
    window.harness.run();
    window.write("9");
    window.press(Key::Escape);
    assert_eq!(widths(&window), "784,500,250,10");
    assert!(window.commands().is_empty());
}

#[test]
fn undoing_in_a_field_is_undoing_of_text() {
    let mut window = ready_window("deep");
    window.click("Add run");
    window.click("Remove Deep");
    window.commands();
    assert_eq!(window.harness.state().state().desk.given_up.len(), 1);
    let name = |window: &Window| {
        let state = window.harness.state().state();
        state.selected_run().unwrap().name().to_owned()
    };
    window
        .harness
        .get_by_role_and_label(Role::TextInput, "Name")
        .focus();
    window.harness.run();
    window.write("mine");
    assert_eq!(name(&window), "mine");
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_ne!(name(&window), "mine");
    assert_eq!(window.harness.state().state().desk.given_up.len(), 1);
    window.press(Key::Escape);
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert!(window.harness.state().state().desk.given_up.is_empty());
}

#[test]
fn keys_that_come_with_the_click_into_a_field_are_no_shortcuts() {
    let mut window = ready_window("deep");
    let at = widths_field(&window).rect().center();
    window.harness.hover_at(at);
    window.harness.run();
    // All within one frame, as on a machine that draws slowly.
    for pressed in [true, false] {
        let button = egui::Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        window.harness.input_mut().events.push(button);
    }
    window.write("s");
    assert!(window.commands().is_empty(), "no step is taken");
    assert!(focused(&window).is_some());
    window.write("784");
    assert_eq!(widths(&window), "784");
}

#[test]
fn a_number_that_cannot_be_is_told_below_its_field() {
    let mut window = ready_window("deep");
    let type_in = |window: &mut Window, field: &str, text: &str| {
        let field = window
            .harness
            .get_by_role_and_label(Role::SpinButton, field);
        field.focus();
        window.harness.run();
        window.press_with(Modifiers::COMMAND, Key::A);
        window.write(text);
        window.press(Key::Enter);
    };
    type_in(&mut window, "Learning rate", "0,5");
    assert!(window.has_text("“0,5” is no number: it is written with a decimal point"));
    assert!(window.commands().is_empty());
    type_in(&mut window, "Learning rate", "0.5");
    assert!(!window.has_text("is no number"));
    let (_, config) = window.added();
    assert!((config.schedule.phases[0].learning_rate - 0.5).abs() < 1e-12);
    type_in(&mut window, "Batch size", "9999");
    assert!(window.has_text("9999 is more than 4096, the most there can be."));
    assert_eq!(window.added().1.batch, 4096);
}

#[test]
fn a_step_that_is_typed_stays_while_the_run_goes_on() {
    let mut window = ready_window("deep");
    window.tell(running());
    window.click("Until…");
    let field = |window: &Window| {
        let role = Role::SpinButton;
        let node = window
            .harness
            .get_by_role_and_label(role, "Step to stop at");
        node.focus();
    };
    field(&window);
    window.harness.run();
    let id = focused(&window);
    window.press_with(Modifiers::COMMAND, Key::A);
    window.press(Key::Backspace);
    window.tell([hourglass::engine::Event::Progress {
        id: FIRST,
        more: hourglass::train::Metrics::default(),
        progress: hourglass::engine::Progress {
            step: 150,
            ..hourglass::engine::Progress::default()
        },
    }]);
    window.write("170");
    assert_eq!(focused(&window), id);
    window.press(Key::Enter);
    assert_eq!(window.harness.state().state().desk.until.step, Some(170));
}

#[test]
fn keys_wait_while_something_is_asked() {
    let mut window = ready_window("deep");
    window.press(Key::F1);
    assert!(window.harness.state().state().desk.is_help_open);
    window.press(Key::Space);
    window.press_with(Modifiers::COMMAND, Key::D);
    assert!(window.commands().is_empty());
    window.press(Key::F1);
    assert!(!window.harness.state().state().desk.is_help_open);
    window.press(Key::Space);
    assert_eq!(window.commands().len(), 1);
}
