//! The eframe application: moves actions, events and pictures between panels, state and engine.
//!
//! A *link* is the window's end of the engine; tests put a list of commands in its place.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};

use crate::engine::{Answer, Command, Engine, Event, Snapshot, Wish, WishKey};

use super::action::{Action, Actions, Effect};
use super::dialogs::{self, AskFolder};
use super::layout::{self, Pane, Preset};
use super::state::AppState;
use super::strips::Strips;
use super::textures::Textures;
use super::theme::{self, Palette};
use super::view::View;
use super::wishes::SentWishes;
use super::{GuiError, StartOptions, network, notices, setup, status, transport};

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

/// The application.
pub struct App<L> {
    state: AppState,
    link: L,
    strips: Strips,
    textures: Textures,
    tiles: egui_tiles::Tree<Pane>,
    wishes: SentWishes,
    ask_folder: AskFolder,
    answers: Receiver<Action>,
    answer_to: Sender<Action>,
}

impl<L: EngineLink> App<L> {
    /// An application over a link, with a way to ask for folders.
    pub fn new(ctx: &egui::Context, link: L, ask_folder: AskFolder, start: StartOptions) -> Self {
        theme::install(ctx);
        let (state, effects) = AppState::new(start);
        let (answer_to, answers) = mpsc::channel();
        let app = Self {
            state,
            link,
            strips: Strips::default(),
            textures: Textures::default(),
            tiles: Preset::Comparison.tree(),
            wishes: SentWishes::default(),
            ask_folder,
            answers,
            answer_to,
        };
        app.carry_out(ctx, effects);
        app
    }

    /// The state, for tests to look at.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// The link, for tests to look at.
    pub fn link(&self) -> &L {
        &self.link
    }

    fn carry_out(&self, ctx: &egui::Context, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send(command) => self.link.send(command),
                Effect::Ask(purpose) => (self.ask_folder)(purpose, ctx, self.answer_to.clone()),
            }
        }
    }

    /// Does what the user wants, as if a panel had pushed it.
    pub fn act(&mut self, ctx: &egui::Context, action: Action) {
        if let Action::Arrange(preset) = &action {
            self.tiles = preset.tree();
        }
        let before = self.state.options.theme;
        let effects = self.state.handle(action);
        if self.state.options.theme != before {
            ctx.set_theme(theme::preference(self.state.options.theme));
        }
        self.carry_out(ctx, effects);
    }
}

impl<L: EngineLink> eframe::App for App<L> {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        while let Some(event) = self.link.next_event() {
            self.state.apply(event);
        }
        if let Some(snapshot) = self.link.newest_snapshot() {
            self.state.apply_snapshot(&snapshot);
        }
        while let Some(answer) = self.link.next_answer() {
            self.state.apply_answer(answer);
        }
        while let Ok(action) = self.answers.try_recv() {
            self.act(ctx, action);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        self.strips.update(&ctx, &self.state);
        let view = View {
            state: &self.state,
            palette: Palette::of(ui.visuals()),
            strips: &self.strips,
            textures: &self.textures,
        };
        let mut out = Actions::new();
        transport::keys(&ctx, &view, &mut out);
        let shown = window_ui(ui, &mut self.tiles, &view, &mut out);
        self.textures.tidy(&ctx);
        self.state.shown = shown;
        let is_any = !out.is_empty();
        for action in out {
            self.act(&ctx, action);
        }
        if is_any {
            // What was drawn is the state before these actions.
            ctx.request_repaint();
        }
        let wanted = self.state.wishes();
        let (link, latent) = (&self.link, &mut self.state.latent);
        self.wishes.send(wanted, |key, number, wish| {
            latent.ask(key, number, wish.as_ref());
            link.wish(key, number, wish);
        });
    }

    fn on_exit(&mut self) {
        self.link.send(Command::Shutdown);
    }
}

/// All panels.
fn window_ui(
    ui: &mut egui::Ui,
    tiles: &mut egui_tiles::Tree<Pane>,
    view: &View<'_>,
    out: &mut Actions,
) -> BTreeSet<Pane> {
    let bar = |palette: &Palette| {
        egui::Frame::new()
            .fill(palette.bar)
            .inner_margin(egui::Margin::symmetric(10, 6))
    };
    egui::Panel::top("transport")
        .frame(bar(view.palette))
        .show(ui, |ui| transport::transport_ui(ui, view, out));
    egui::Panel::bottom("status")
        .frame(bar(view.palette))
        .show(ui, |ui| status::status_ui(ui, view));
    egui::Panel::left("setup")
        .default_size(316.0)
        .size_range(280.0..=460.0)
        .frame(egui::Frame::new().fill(view.palette.panel))
        .show(ui, |ui| setup::setup_ui(ui, view, out));
    let notices = notices::notices(view.state);
    if !notices.is_empty() {
        egui::Panel::top("notices")
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
    egui::Panel::top("network")
        .frame(inner)
        .show(ui, |ui| network::network_ui(ui, view));
    egui::CentralPanel::default()
        .frame(egui::Frame::new().fill(view.palette.panel))
        .show(ui, |ui| layout::panes_ui(ui, tiles, view, out))
        .inner
}

/// Opens the window over an engine of its own.
pub(super) fn run(start: StartOptions) -> Result<(), GuiError> {
    check_display()?;
    let viewport = egui::ViewportBuilder::default()
        .with_title("Hourglass")
        .with_app_id("hourglass")
        .with_inner_size([1280.0, 800.0])
        .with_min_inner_size([960.0, 600.0]);
    let viewport = match eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon.png"))
    {
        Ok(icon) => viewport.with_icon(icon),
        Err(error) => {
            log::warn!("the window has no icon: {error}");
            viewport
        }
    };
    let options = eframe::NativeOptions {
        viewport,
        renderer: eframe::Renderer::Wgpu,
        ..Default::default()
    };
    eframe::run_native(
        "hourglass",
        options,
        Box::new(|creation| {
            let ctx = creation.egui_ctx.clone();
            let engine = Engine::spawn(move || ctx.request_repaint())?;
            let app = App::new(&creation.egui_ctx, engine, dialogs::desktop(), start);
            Ok(Box::new(app))
        }),
    )?;
    Ok(())
}

/// Looks for a display first, because the window library panics where there is none.
fn check_display() -> Result<(), GuiError> {
    let is_named = |variable| std::env::var_os(variable).is_some_and(|value| !value.is_empty());
    let needs_name = cfg!(all(unix, not(target_os = "macos")));
    let has_display = !needs_name
        || is_named("WAYLAND_DISPLAY")
        || is_named("WAYLAND_SOCKET")
        || is_named("DISPLAY");
    if has_display {
        Ok(())
    } else {
        Err(GuiError::NoDisplay)
    }
}
