//! The window under test: an engine that only writes down what it is asked, and what it then tells.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use hourglass::engine::{Answer, Command, Event, RunId, SessionCommand, Snapshot, Wish, WishKey};
use hourglass::gui::{Action, App, EngineLink, PathFor, StartOptions};
use hourglass::train::RunConfig;

/// The engine's end.
#[derive(Default)]
pub struct Script {
    pub commands: RefCell<Vec<Command>>,
    pub events: RefCell<VecDeque<Event>>,
    pub snapshot: RefCell<Option<Arc<Snapshot>>>,
    pub wishes: RefCell<Vec<(WishKey, u64, Option<Wish>)>>,
    pub answers: RefCell<VecDeque<Answer>>,
    pub asked: RefCell<Vec<PathFor>>,
    pub folder: RefCell<Option<PathBuf>>,
    /// The desktop has no dialog.
    pub has_no_dialog: Cell<bool>,
}

impl Script {
    /// What the engine was asked since the last call.
    pub fn take_commands(&self) -> Vec<Command> {
        self.commands.take()
    }
}

/// The window's end.
pub struct Link(Rc<Script>);

impl EngineLink for Link {
    fn send(&self, command: Command) {
        // What is kept of the window follows whatever happens, and says nothing about it.
        if !matches!(command, Command::Session(SessionCommand::Desk(_))) {
            self.0.commands.borrow_mut().push(command);
        }
    }

    fn next_event(&self) -> Option<Event> {
        self.0.events.borrow_mut().pop_front()
    }

    fn newest_snapshot(&self) -> Option<Arc<Snapshot>> {
        self.0.snapshot.take()
    }

    fn wish(&self, key: WishKey, number: u64, wish: Option<Wish>) {
        self.0.wishes.borrow_mut().push((key, number, wish));
    }

    fn next_answer(&self) -> Option<Answer> {
        self.0.answers.borrow_mut().pop_front()
    }
}

/// A window and the engine it believes in.
pub struct Window {
    pub harness: Harness<'static, App<Link>>,
    pub script: Rc<Script>,
}

/// How a window is made.
pub struct Look {
    pub size: [f32; 2],
    pub pixels_per_point: f32,
    pub theme: egui::Theme,
    pub has_renderer: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            size: [1280.0, 800.0],
            pixels_per_point: 1.0,
            theme: egui::Theme::Dark,
            has_renderer: false,
        }
    }
}

impl Window {
    /// A window that opens with a run.
    pub fn open(config: Option<RunConfig>) -> Self {
        Self::with_look(config, &Look::default())
    }

    pub fn with_look(config: Option<RunConfig>, look: &Look) -> Self {
        let script = Rc::new(Script::default());
        let link = Link(Rc::clone(&script));
        let desk = Rc::clone(&script);
        let ask_path = Box::new(
            move |purpose, _ctx: &egui::Context, answers: std::sync::mpsc::Sender<Action>| {
                desk.asked.borrow_mut().push(purpose);
                if desk.has_no_dialog.get() {
                    answers.send(Action::DialogMissing(purpose)).unwrap();
                }
                if let Some(folder) = desk.folder.take() {
                    answers.send(Action::PathChosen(purpose, folder)).unwrap();
                }
            },
        );
        let start = StartOptions {
            config,
            ..StartOptions::default()
        };
        let mut builder = Harness::builder()
            .with_size(look.size)
            .with_pixels_per_point(look.pixels_per_point)
            .with_theme(look.theme)
            .with_max_steps(30);
        if look.has_renderer {
            builder = builder.wgpu();
        }
        let theme = look.theme;
        let harness = builder.build_eframe(move |creation| {
            let app = App::new(&creation.egui_ctx, link, ask_path, start);
            creation.egui_ctx.set_theme(theme);
            app
        });
        Self { harness, script }
    }

    /// The engine tells something.
    pub fn tell(&mut self, events: impl IntoIterator<Item = Event>) {
        self.script.events.borrow_mut().extend(events);
        self.harness.run();
    }

    /// The engine has new pictures.
    pub fn show(&mut self, snapshot: Snapshot) {
        self.script.snapshot.replace(Some(Arc::new(snapshot)));
        self.harness.run();
    }

    /// Presses and releases a key.
    pub fn press(&mut self, key: egui::Key) {
        self.harness.key_press(key);
        self.harness.run();
    }

    /// Writes with the keyboard, key by key, as a person does: each in a frame of its own.
    pub fn write(&mut self, text: &str) {
        for letter in text.chars() {
            self.write_letter(letter);
        }
    }

    /// Presses and releases the key of one letter.
    pub fn write_letter(&mut self, letter: char) {
        let name: String = letter.to_uppercase().collect();
        let key = match letter {
            ' ' => Some(egui::Key::Space),
            _ => egui::Key::from_name(&name),
        };
        let press = |pressed| {
            key.map(|key| egui::Event::Key {
                key,
                physical_key: None,
                pressed,
                repeat: false,
                modifiers: egui::Modifiers::NONE,
            })
        };
        let events = &mut self.harness.input_mut().events;
        events.extend(press(true));
        events.push(egui::Event::Text(letter.to_string()));
        events.extend(press(false));
        self.harness.run();
    }

    /// Presses and releases a key together with others.
    pub fn press_with(&mut self, modifiers: egui::Modifiers, key: egui::Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run();
    }

    /// Opens a menu of the bar and clicks an entry.
    pub fn choose_in_menu(&mut self, menu: &str, entry: &str) {
        self.click(menu);
        let entries: Vec<_> = self.harness.get_all_by_label(entry).collect();
        // The menu opens last, above everything else.
        entries.last().unwrap().click();
        self.harness.run();
    }

    /// Clicks what has this name.
    pub fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).scroll_to_me();
        self.harness.run();
        self.harness.get_by_label(label).click();
        self.harness.run();
    }

    /// Presses and releases the button of the pointer at a place.
    pub fn click_at(&mut self, at: egui::Pos2) {
        self.drag(at, &[]);
    }

    /// Clicks so often within one frame: frames of a test take longer than a double click may.
    pub fn click_at_once(&mut self, at: egui::Pos2, times: usize) {
        self.harness.hover_at(at);
        self.harness.run();
        for pressed in [true, false].repeat(times) {
            let button = egui::Event::PointerButton {
                pos: at,
                button: egui::PointerButton::Primary,
                pressed,
                modifiers: egui::Modifiers::NONE,
            };
            self.harness.input_mut().events.push(button);
        }
        self.harness.run();
    }

    /// Drags from a place over others to the last one.
    pub fn drag(&mut self, from: egui::Pos2, over: &[egui::Pos2]) {
        self.hold(from, over);
        self.harness.drop_at(*over.last().unwrap_or(&from));
        self.harness.run();
    }

    /// Drags as far, but does not let go.
    pub fn hold(&mut self, from: egui::Pos2, over: &[egui::Pos2]) {
        self.harness.hover_at(from);
        self.harness.run();
        self.harness.drag_at(from);
        self.harness.run();
        for &at in over {
            self.harness.hover_at(at);
            self.harness.run();
        }
    }

    /// Where a slider is.
    pub fn slider(&self, name: &str) -> egui::Pos2 {
        let role = egui::accesskit::Role::Slider;
        let slider = self.harness.get_by_role_and_label(role, name);
        slider.rect().center()
    }

    /// Chooses an entry of the list with this name.
    pub fn choose(&mut self, list: &str, entry: &str) {
        let role = egui::accesskit::Role::ComboBox;
        self.harness
            .get_by_role_and_label(role, list)
            .scroll_to_me();
        self.harness.run();
        self.harness.get_by_role_and_label(role, list).click();
        self.harness.run();
        let entries: Vec<_> = self.harness.get_all_by_label(entry).collect();
        // The list opens last, above everything else.
        entries.last().unwrap().click();
        self.harness.run();
    }

    /// What the engine was asked since the last call, without the choice of pictures.
    pub fn commands(&self) -> Vec<Command> {
        let mut commands = self.script.take_commands();
        commands.retain(|command| !matches!(command, Command::ShowImages(_)));
        commands
    }

    /// The only thing the engine was asked, which must be a new run.
    pub fn added(&self) -> (RunId, RunConfig) {
        let commands = self.commands();
        match &commands[..] {
            [Command::AddRun { id, config }] => (*id, RunConfig::clone(config)),
            other => panic!("expected one AddRun, found {other:?}"),
        }
    }

    /// Whether something with this text is there.
    pub fn has_text(&self, text: &str) -> bool {
        self.harness
            .query_all_by_label_contains(text)
            .next()
            .is_some()
    }
}
