//! What every run makes of the image, side by side.

use egui::{Color32, Id, RichText, Sense, TextureId, TextureOptions, Ui, vec2};

use crate::data::ImageShape;
use crate::engine::{ImagesSampled, Pictures};
use crate::gui::action::Actions;
use crate::gui::pictures::{Enlarged, enlarged_ui, noise_words, single_image};
use crate::gui::run::Run;
use crate::gui::theme::text_scale;
use crate::gui::view::View;
use crate::gui::words;

use super::canvas::{WHOLE, clean_texture, seen_texture};
use super::{Given, Rebuilt};

/// Sides of a picture, largest first.
const SIDES: [f32; 8] = [196.0, 168.0, 140.0, 116.0, 96.0, 80.0, 68.0, 56.0];

/// Least width of a picture with its words.
const LEAST_WIDTH: f32 = 80.0;

/// Width that a name has where there is room for it.
const WIDEST: f32 = 120.0;

/// Height of what stands around a picture, without and with damage.
const TEXT_HEIGHTS: [f32; 2] = [46.0, 64.0];

/// A picture with what is said of it.
enum Card<'a> {
    /// The image before any damage.
    Undamaged,
    /// What a run is given, damaged by its own noise.
    Given(&'a Run, &'a Rebuilt, &'a Given),
    /// What a run makes of it.
    Run(&'a Run),
    /// What it makes of a code that was drawn, the how manieth.
    Sample(&'a Run, &'a Rebuilt, usize, &'a ImagesSampled),
}

/// All pictures there are to show, in order.
fn cards<'a>(view: &View<'a>) -> Vec<Card<'a>> {
    let input = &view.state.input;
    let mut cards = Vec::new();
    if input.is_damaged() {
        cards.push(Card::Undamaged);
    }
    for run in view.state.told_runs() {
        let result = input.result(run.id);
        if let Some(result) = result
            && let Some(given) = &result.given
        {
            cards.push(Card::Given(run, result, given));
        }
        cards.push(Card::Run(run));
        if let Some(result) = result {
            let samples = result.samples.iter().enumerate();
            cards.extend(samples.map(|(at, sample)| Card::Sample(run, result, at + 1, sample)));
        }
    }
    cards
}

/// Draws the pictures.
pub fn results_ui(ui: &mut Ui, view: &View<'_>, shape: ImageShape, height: f32, _: &mut Actions) {
    let input = &view.state.input;
    if !input.has_image() {
        ui.label(
            "Draw on the canvas or take a test image: what every run makes of it appears here, \
             also while it trains.",
        );
        return;
    }
    let top = ui.cursor().top();
    if view.state.history.cursor.is_some() {
        let text = RichText::new("With the newest weights, not those of the step looked back at")
            .small()
            .color(view.palette.accent);
        ui.add(egui::Label::new(text).truncate());
    }
    let told = ui.cursor().top() - top;
    let cards = cards(view);
    let is_given = |card: &Card<'_>| matches!(card, Card::Given(..));
    let is_damaged = input.is_damaged() || cards.iter().any(is_given);
    let count = cards.len();
    let scale = text_scale(ui.ctx());
    let text = TEXT_HEIGHTS[usize::from(is_damaged)] * scale;
    let (least, widest) = (LEAST_WIDTH * scale, WIDEST * scale);
    let size = vec2(shape.width.max(1) as f32, shape.height.max(1) as f32);
    let size = size / size.max_elem();
    let (spacing, room) = (ui.spacing().item_spacing, ui.available_width());
    let columns = |side: f32| {
        let width = (size.x * side).max(least) + spacing.x;
        ((room + spacing.x) / width).floor().max(1.0)
    };
    let fits = |side: f32| {
        let lines = (count as f32 / columns(side)).ceil();
        lines * (size.y * side + text + spacing.y) - spacing.y <= height - told
    };
    let side = SIDES
        .into_iter()
        .find(|side| fits(*side))
        .unwrap_or(SIDES[5]);
    ui.horizontal_wrapped(|ui| {
        // As wide as there is room, for the names.
        let columns = columns(side).min(count as f32);
        let share = ((room + spacing.x) / columns - spacing.x - 1.0).min(widest);
        let width = (size.x * side).max(least).max(share);
        let around = vec2(width, size.y * side + text);
        for card in &cards {
            ui.allocate_ui(around, |ui| {
                ui.vertical(|ui| {
                    ui.set_min_size(around);
                    ui.set_max_width(around.x);
                    card_ui(ui, view, card, shape, size * side);
                });
            });
        }
    });
}

fn card_ui(ui: &mut Ui, view: &View<'_>, card: &Card<'_>, shape: ImageShape, size: egui::Vec2) {
    match card {
        Card::Undamaged => undamaged_ui(ui, view, size),
        Card::Given(run, result, given) => given_ui(ui, view, (run, result, given), size),
        Card::Sample(run, result, number, sample) => {
            let id = Id::unique(("input sample", run.id, number));
            let texture = texture(ui, view, id, result.version, &sample.pictures);
            sample_ui(ui, view, run, (*number, sample), (texture, size));
        }
        Card::Run(run) => run_ui(ui, view, run, shape, size),
    }
}

fn undamaged_ui(ui: &mut Ui, view: &View<'_>, size: egui::Vec2) {
    ui.add(egui::Label::new("Undamaged").truncate())
        .on_hover_text("The image as it was before the corruption; the canvas shows what goes in");
    if let Some(texture) = clean_texture(ui, view) {
        let _ = picture_ui(ui, texture, size, "The image without damage");
    }
    number_ui(
        ui,
        "damage",
        Some(view.state.input.damage()),
        "Mean squared error of what goes in to the image without damage",
    );
}

/// The texture of what a run is given.
fn given_texture(
    ui: &Ui,
    view: &View<'_>,
    run: &Run,
    result: &Rebuilt,
    given: &Given,
) -> TextureId {
    let id = Id::unique(("input given", run.id));
    texture(ui, view, id, result.version, &given.picture)
}

fn texture(ui: &Ui, view: &View<'_>, id: Id, version: u64, picture: &Pictures) -> TextureId {
    let options = TextureOptions::NEAREST;
    let make = || single_image(picture);
    view.textures.show(ui.ctx(), id, version, options, make)
}

fn given_ui(
    ui: &mut Ui,
    view: &View<'_>,
    (run, result, given): (&Run, &Rebuilt, &Given),
    size: egui::Vec2,
) {
    let noise = noise_words(&given.noise);
    let title = RichText::new(format!("given ({noise})")).color(view.palette.weak);
    ui.add(egui::Label::new(title).truncate())
        .on_hover_text(format!(
            "What {} is given: the image on the canvas with {noise}, as in its training",
            run.name()
        ));
    let texture = given_texture(ui, view, run, result, given);
    let described = format!("{} is given the input with {noise}", run.name());
    let _ = picture_ui(ui, texture, size, &described);
    let help = "Mean squared error of what the run is given to the image on the canvas";
    number_ui(ui, "noise", given.error, help);
}

/// A picture of a code that was drawn, beside that of the mean.
fn sample_ui(
    ui: &mut Ui,
    view: &View<'_>,
    run: &Run,
    (number, sample): (usize, &ImagesSampled),
    (texture, size): (TextureId, egui::Vec2),
) {
    let title = RichText::new(format!("sample {number}")).color(view.palette.weak);
    let help = format!(
        "A code that {} draws from q(z|x) for what goes in, decoded; the picture before the samples is \
         decoded from the mean",
        run.name()
    );
    ui.add(egui::Label::new(title).truncate())
        .on_hover_text(help);
    let described = format!("{}, sample {number}", run.name());
    let _ = picture_ui(ui, texture, size, &described);
    let help = "Mean squared error of this picture to the image on the canvas";
    number_ui(ui, "MSE", sample.errors.first().copied(), help);
}

fn run_ui(ui: &mut Ui, view: &View<'_>, run: &Run, shape: ImageShape, size: egui::Vec2) {
    let name = RichText::new(format!("● {}", run.name()))
        .color(view.palette.run(run.slot))
        .strong();
    ui.add(egui::Label::new(name).truncate());
    let waiting = match &run.info {
        None => Some("Not ready yet".to_owned()),
        Some(info) if info.dataset.shape != shape => Some(format!(
            "This run has images of {}, and this one is of {shape}. Select it to draw for it.",
            info.dataset.shape
        )),
        Some(_) => None,
    };
    let result = view.state.input.result(run.id);
    let shown = match (waiting, result) {
        (Some(reason), _) => Err(reason),
        (None, None) => Err("…".to_owned()),
        (None, Some(result)) => match &result.picture {
            Ok(picture) => Ok((result, picture)),
            Err(reason) => Err(reason.clone()),
        },
    };
    let (result, picture) = match shown {
        Ok(shown) => shown,
        Err(reason) => {
            ui.add(egui::Label::new(RichText::new(reason).color(view.palette.weak)).wrap());
            return;
        }
    };
    let id = Id::unique(("input", run.id));
    let texture = texture(ui, view, id, result.version, picture);
    let described = format!("{} rebuilds the input", run.name());
    let response = picture_ui(ui, texture, size, &described);
    response.on_hover_ui(|ui| enlargement_ui(ui, view, run, result, shape, texture));
    numbers_ui(ui, view, result);
}

fn numbers_ui(ui: &mut Ui, view: &View<'_>, result: &Rebuilt) {
    ui.spacing_mut().item_spacing.y = 0.0;
    let seen = "Mean squared error of this picture to what went in";
    if view.state.input.is_damaged() || result.given.is_some() {
        let clean = "Mean squared error of this picture to the image without damage. Smaller than \
                     the damage itself: the run has taken some of the damage away.";
        number_ui(ui, "to input", result.error, seen);
        number_ui(ui, "to clean", result.clean_error, clean);
    } else {
        number_ui(ui, "MSE", result.error, seen);
    }
}

fn number_ui(ui: &mut Ui, name: &str, value: Option<f32>, help: &str) {
    let value = value.map_or_else(
        || "–".to_owned(),
        |value| words::three_digits(f64::from(value)),
    );
    let text = RichText::new(format!("{name} {value}")).small();
    ui.add(egui::Label::new(text).truncate())
        .on_hover_text(help);
}

fn picture_ui(ui: &mut Ui, texture: TextureId, size: egui::Vec2, name: &str) -> egui::Response {
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, name));
    ui.painter().image(texture, rect, WHOLE, Color32::WHITE);
    response
}

fn enlargement_ui(
    ui: &mut Ui,
    view: &View<'_>,
    run: &Run,
    result: &Rebuilt,
    shape: ImageShape,
    texture: TextureId,
) {
    let enlarged = |caption: String, texture| Enlarged {
        caption,
        texture,
        uv: WHOLE,
    };
    let mut pictures = Vec::new();
    if view.state.input.is_damaged()
        && let Some(clean) = clean_texture(ui, view)
    {
        pictures.push(enlarged("Undamaged".to_owned(), clean));
    }
    if let Some(seen) = seen_texture(ui, view) {
        let caption = match &result.given {
            Some(_) => "On the canvas",
            None => "What goes in",
        };
        pictures.push(enlarged(caption.to_owned(), seen));
    }
    if let Some(given) = &result.given {
        let caption = format!("given ({})", noise_words(&given.noise));
        pictures.push(enlarged(
            caption,
            given_texture(ui, view, run, result, given),
        ));
    }
    let made = format!("{}, step {}", run.name(), words::count(result.step));
    pictures.push(enlarged(made, texture));
    enlarged_ui(ui, view, shape, &pictures);
}
