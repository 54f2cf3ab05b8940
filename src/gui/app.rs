//! The eframe application: moves actions, events and pictures between panels, state and engine.
//!
//! A *link* is the window's end of the engine; tests put a list of commands in its place.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use egui::ViewportCommand;

use crate::engine::{Answer, Command, Engine, Event, SessionCommand, Snapshot, Wish, WishKey};

use super::action::{Action, Actions, Effect, ViewOptions};
use super::curves::KeptLines;
use super::desk::DeskAction;
use super::dialogs::AskPath;
use super::focus::Keyboard;
use super::fonts::FontFinder;
use super::layout::{self, Pane, Preset};
use super::session::{self, SessionAction};
use super::settings::Settings;
use super::state::AppState;
use super::textures::Textures;
use super::theme::{self, Palette};
use super::trace::TARGET;
use super::view::View;
use super::watch::{Gate, Sight, Watcher};
use super::wishes::SentWishes;
use super::{StartOptions, dialogs, history, launch, settings, shortcuts, window};

/// The window's end of the engine; nothing in it blocks.
pub trait EngineLink {
    /// Asks for something.
    fn send(&self, command: Command);

    /// The next thing told, in order.
    fn next_event(&self) -> Option<Event>;

    /// The newest pictures, once.
    fn newest_snapshot(&self) -> Option<Arc<Snapshot>>;

    /// Wishes for something of the explorer, or withdraws a wish.
    fn wish(&self, key: WishKey, number: u64, wish: Option<Wish>);

    /// The next wish fulfilled.
    fn next_answer(&self) -> Option<Answer>;
}

impl EngineLink for Engine {
    fn send(&self, command: Command) {
        Self::send(self, command);
    }

    fn next_event(&self) -> Option<Event> {
        Self::next_event(self)
    }

    fn newest_snapshot(&self) -> Option<Arc<Snapshot>> {
        Self::newest_snapshot(self)
    }

    fn wish(&self, key: WishKey, number: u64, wish: Option<Wish>) {
        Self::wish(self, key, number, wish);
    }

    fn next_answer(&self) -> Option<Answer> {
        Self::next_answer(self)
    }
}

/// Between two looks at what is to be kept of the window, in seconds.
const DESK_SECS: f64 = 1.0;

/// The application.
pub struct App<L> {
    state: AppState,
    link: L,
    textures: Textures,
    lines: KeptLines,
    tiles: egui_tiles::Tree<Pane>,
    wishes: SentWishes,
    ask_path: AskPath,
    answers: Receiver<Action>,
    answer_to: Sender<Action>,
    gate: Arc<Gate>,
    watcher: Watcher,
    /// Finds fonts of the desktop; not in tests, where every desktop is the same.
    fonts: Option<FontFinder>,
    /// What the bar of the window says.
    title: String,
    /// When the engine last had the chance to hear of the desk.
    desk_at: f64,
    /// Messages of work that was given up, and when each was first seen.
    given_up_at: BTreeMap<u64, f64>,
}

impl<L: EngineLink> App<L> {
    /// An application over a link, with a way to ask for folders.
    pub fn new(ctx: &egui::Context, link: L, ask_path: AskPath, start: StartOptions) -> Self {
        theme::install(ctx);
        let (state, effects) = AppState::new(start);
        let (answer_to, answers) = mpsc::channel();
        let gate = Arc::new(Gate::default());
        let mut app = Self {
            state,
            link,
            textures: Textures::default(),
            lines: KeptLines::default(),
            tiles: Preset::Comparison.tree(),
            wishes: SentWishes::default(),
            ask_path,
            answers,
            answer_to,
            watcher: Watcher::new(Arc::clone(&gate)),
            gate,
            fonts: None,
            title: String::new(),
            desk_at: f64::NEG_INFINITY,
            given_up_at: BTreeMap::new(),
        };
        app.carry_out(ctx, effects);
        app
    }

    /// Has the engine's news wait at this gate.
    pub(super) fn with_gate(mut self, gate: Arc<Gate>) -> Self {
        self.watcher = Watcher::new(Arc::clone(&gate));
        self.gate = gate;
        self
    }

    /// Has signs that the built-in fonts lack drawn with fonts of the desktop.
    pub(super) fn with_fonts(mut self, fonts: FontFinder) -> Self {
        self.fonts = Some(fonts);
        self
    }

    /// Takes over what was remembered.
    pub fn restore(&mut self, ctx: &egui::Context, storage: &dyn eframe::Storage) {
        if let Some(tree) = settings::load_layout(storage) {
            self.tiles = tree;
        }
        if let Some(settings) = settings::load(storage) {
            self.act(ctx, Action::Show(settings.options));
            if settings.pace != self.state.desk.pace {
                self.act(ctx, Action::Desk(DeskAction::SetPace(settings.pace)));
            }
            self.state.desk.is_welcoming &= !settings.was_welcomed;
        }
    }

    /// What is to be remembered.
    pub fn settings(&self) -> Settings {
        let options = self.state.options;
        Settings {
            options: ViewOptions {
                shows_setup: options.shows_setup || self.state.story.has_hidden_setup,
                ..options
            },
            pace: self.state.desk.pace,
            was_welcomed: !self.state.desk.is_welcoming,
        }
    }

    /// The state, for tests to look at.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// The link, for tests to look at.
    pub fn link(&self) -> &L {
        &self.link
    }

    fn carry_out(&mut self, ctx: &egui::Context, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(command) => self.link.send(command),
                Effect::Ask(purpose) => (self.ask_path)(purpose, ctx, self.answer_to.clone()),
                Effect::LookAt {
                    number,
                    choice,
                    text,
                } => dialogs::look_at(ctx, self.answer_to.clone(), number, choice, text),
                Effect::Arrange(preset) => self.tiles = preset.tree(),
                Effect::OpenPane(pane) => layout::open(&mut self.tiles, pane),
                Effect::ClosePane(pane) => layout::close(&mut self.tiles, pane),
                Effect::LayOut(tree) => self.tiles = *tree,
                Effect::KeepDesk => self.keep_desk(),
                Effect::Close => ctx.send_viewport_cmd(ViewportCommand::Close),
                Effect::StayOpen => ctx.send_viewport_cmd(ViewportCommand::CancelClose),
            }
        }
    }

    /// Lays the panes out in a way of one's own.
    pub fn lay_out(&mut self, tiles: egui_tiles::Tree<Pane>) {
        self.tiles = tiles;
    }

    /// Does what the user wants, as if a panel had pushed it.
    pub fn act(&mut self, ctx: &egui::Context, action: Action) {
        if log::log_enabled!(target: TARGET, log::Level::Info) {
            log::info!(target: TARGET, "action {}", action.line());
        }
        let before = self.state.options;
        let effects = self.state.handle(action);
        dress(ctx, before, self.state.options);
        if let Some(fonts) = &mut self.fonts
            && self.state.options.han != before.han
        {
            fonts.choose(self.state.options.han.shapes());
        }
        self.carry_out(ctx, effects);
    }

    /// Gives up for good what nobody brought back for a while.
    fn forget_in_time(&mut self, ctx: &egui::Context) {
        let held = self.state.desk.given_up.iter();
        let held: BTreeMap<u64, f64> = held
            .map(|given_up| (given_up.message, given_up.held_secs()))
            .collect();
        self.given_up_at.retain(|known, _| held.contains_key(known));
        let now = ctx.input(|input| input.time);
        for (message, secs) in held {
            let since = *self.given_up_at.entry(message).or_insert(now);
            let left = since + secs - now;
            if left <= 0.0 {
                self.act(ctx, Action::Desk(DeskAction::Forget(message)));
            } else {
                ctx.request_repaint_after(Duration::from_secs_f64(left));
            }
        }
    }

    /// Puts notices away whose time is over, and sees to it that the next one goes in time.
    fn expire_in_time(&mut self, ctx: &egui::Context) {
        let now = ctx.input(|input| input.time);
        if let Some(left) = self.state.expire_notices(now) {
            ctx.request_repaint_after(Duration::from_secs_f64(left));
        }
    }

    /// Tells the engine what is to be kept of the window, where that has changed.
    fn keep_desk(&mut self) {
        let window = session::kept_window(&self.state, &self.tiles);
        if let Some(command) = self.state.new_desk(window) {
            self.link.send(command);
        }
    }

    /// The same, but not in every frame.
    fn keep_desk_in_time(&mut self, ctx: &egui::Context) {
        let now = ctx.input(|input| input.time);
        let left = self.desk_at + DESK_SECS - now;
        if left <= 0.0 {
            self.desk_at = now;
            self.keep_desk();
        } else if ctx.input(|input| !input.events.is_empty()) {
            // The last of many changes is not to be missed.
            ctx.request_repaint_after(Duration::from_secs_f64(left));
        }
    }

    /// Has the bar of the window say whose it is, and asks before it closes where work would be lost.
    fn follow_window(&mut self, ctx: &egui::Context) {
        let title = self.state.title();
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
        if ctx.input(|input| input.viewport().close_requested()) {
            self.act(ctx, Action::Session(SessionAction::Close));
        }
    }

    /// Tells the engine how closely the window is watched.
    fn watch(&mut self, ctx: &egui::Context, frame: &eframe::Frame) {
        let is_software = launch::is_software(frame.wgpu_render_state());
        let (is_hidden, size) = ctx.input(|input| {
            let is_hidden = input.viewport().visible() == Some(false);
            (
                is_hidden,
                input.content_rect().size() * input.pixels_per_point(),
            )
        });
        let sight = Sight {
            is_hidden,
            cost_secs: frame.info().cpu_usage,
            software_pixels: is_software.then_some(size.x * size.y),
        };
        if let Some(watch) = self.watcher.look(sight) {
            log::debug!(target: TARGET, "{watch:?}");
            self.link.send(Command::Watch(watch));
        }
    }
}

/// Brings the looks of the window into line with the options.
fn dress(ctx: &egui::Context, before: ViewOptions, now: ViewOptions) {
    if now.theme != before.theme {
        ctx.set_theme(theme::preference(now.theme));
    }
    if now.zoom_percent != before.zoom_percent {
        ctx.set_zoom_factor(f32::from(now.zoom_percent) / 100.0);
    }
    if now.has_large_type != before.has_large_type {
        theme::set_type(ctx, now.has_large_type);
    }
}

impl<L: EngineLink> eframe::App for App<L> {
    fn logic(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        if ctx.cumulative_frame_nr() == 1 {
            log::debug!(target: TARGET, "the first frame has been drawn");
        }
        self.watch(ctx, frame);
        self.forget_in_time(ctx);
        while let Some(event) = self.link.next_event() {
            self.state.apply(event);
        }
        if let Some(snapshot) = self.link.newest_snapshot() {
            for run in &snapshot.runs {
                log::trace!(target: TARGET, "pictures of run {} at step {}", run.id.0, run.step);
            }
            self.state.apply_snapshot(&snapshot);
        }
        while let Some(answer) = self.link.next_answer() {
            self.state.apply_answer(answer);
        }
        while let Ok(action) = self.answers.try_recv() {
            self.act(ctx, action);
        }
        let effects = self.state.catch_up();
        self.carry_out(ctx, effects);
        self.expire_in_time(ctx);
        self.follow_window(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        let has_input = ctx.input(|input| !input.events.is_empty());
        self.gate.note_frame(has_input);
        let view = View {
            state: &self.state,
            palette: Palette::of(ui.visuals()),
            textures: &self.textures,
            lines: &self.lines,
        };
        let mut out = Actions::new();
        let shown = window::window_ui(ui, &mut self.tiles, &view, &mut out);
        // Now that it is known who has the keyboard.
        shortcuts::keys(&ctx, &view, &mut out);
        history::keys(&ctx, &view, &mut out);
        Keyboard::note(&ctx);
        self.textures.tidy(&ctx);
        self.lines.tidy(ctx.cumulative_frame_nr());
        self.state.shown = shown;
        self.state.desk.panes = layout::panes(&self.tiles);
        let is_any = !out.is_empty();
        for action in out {
            self.act(&ctx, action);
        }
        if is_any {
            // What was drawn is the state before these actions.
            ctx.request_repaint();
        }
        self.keep_desk_in_time(&ctx);
        let wanted = self.state.wishes();
        let link = &self.link;
        let state = &mut self.state;
        self.wishes.send(wanted, |key, number, wish| {
            state.note_wish(key, number, wish.as_ref());
            link.wish(key, number, wish);
        });
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        settings::save(storage, &self.settings(), &self.tiles);
    }

    fn persist_egui_memory(&self) -> bool {
        // What is remembered is in the settings, and nothing else.
        false
    }

    fn on_exit(&mut self) {
        self.keep_desk();
        self.link.send(Command::Session(SessionCommand::Leave));
        self.link.send(Command::Shutdown);
    }
}
