//! Where codes begin, chosen once for all runs, and pictures with a name.

use std::sync::Arc;

use egui::{ComboBox, DragValue, RichText, Ui, vec2};

use crate::data::ImageShape;
use crate::engine::{Content, InputImage, Pictures, Slot};

use super::super::action::{Action, Actions};
use super::super::run::Run;
use super::super::view::View;
use super::sheet::{PIXELS, WHOLE, fitted, sheet};
use super::start::Origin;
use super::state::LatentAction;

/// What to do where there is no drawn image.
pub(in crate::gui) const NOTHING_DRAWN: &str = "Draw something in the pane “One input” first.";

/// Room for the words below a picture.
pub(super) const CAPTION: f32 = 34.0;

/// Draws the choice of where codes begin.
pub(in crate::gui) fn start_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let state = view.state;
    let origin = state.latent.origin;
    let mut act = |action| out.push(Action::Latent(action));
    let label = ui.label("Start from");
    let image = match origin {
        Origin::Image(index) => index,
        Origin::Drawn | Origin::Mean | Origin::Random(_) => 0,
    };
    let random = match origin {
        Origin::Random(number) => number,
        Origin::Image(_) | Origin::Drawn | Origin::Mean => 1,
    };
    let choices = [
        (
            Origin::Image(image),
            "The code that the encoder gives a test image",
        ),
        (
            Origin::Drawn,
            "The code of the image in the pane “One input”, drawn or corrupted",
        ),
        (
            Origin::Mean,
            "The mean of the codes of the test images: often no image at all",
        ),
        (
            Origin::Random(random),
            "Each value drawn from a normal distribution with the mean and spread of its dimension. \
             A plain autoencoder was never asked to make sense of such a code",
        ),
    ];
    let list = ComboBox::from_id_salt("latent start")
        .selected_text(origin_name(origin))
        .show_ui(ui, |ui| {
            for (choice, help) in choices {
                let entry = ui.selectable_label(origin == choice, origin_name(choice));
                if entry.on_hover_text(help).clicked() {
                    act(LatentAction::Begin(choice));
                }
            }
        });
    list.response
        .labelled_by(label.id)
        .on_hover_text("The same start for all runs, each in its own space of codes");
    match origin {
        Origin::Image(index) => {
            let last = state.test_images().saturating_sub(1);
            let mut number = index.min(last);
            let name = ui.label("Image");
            let field = ui.add(DragValue::new(&mut number).range(0..=last).speed(0.2));
            let field = field.labelled_by(name.id);
            if field
                .on_hover_text("Its number among the test images")
                .changed()
            {
                act(LatentAction::Begin(Origin::Image(number)));
            }
            let next = ui
                .button("Next start")
                .on_hover_text("The code of the test image after this one");
            if next.clicked() {
                act(LatentAction::NextImage);
            }
            let random = ui
                .button("Random start")
                .on_hover_text("The code of any of the test images");
            if random.clicked() {
                act(LatentAction::OtherImage);
            }
        }
        Origin::Random(_) => {
            let another = ui
                .button("Another code")
                .on_hover_text("Draws every value that is not locked anew");
            if another.clicked() {
                act(LatentAction::OtherCode);
            }
        }
        Origin::Drawn | Origin::Mean => {}
    }
}

fn origin_name(origin: Origin) -> &'static str {
    match origin {
        Origin::Image(_) => "Test image",
        Origin::Drawn => "Drawn image",
        Origin::Mean => "Mean code",
        Origin::Random(_) => "Random code",
    }
}

/// Where codes begin, in words.
pub(in crate::gui) fn origin_words(view: &View<'_>, run: &Run) -> String {
    match view.state.latent.origin {
        Origin::Image(index) => image_words(run, index),
        Origin::Drawn => "Drawn image".to_owned(),
        Origin::Mean => "Mean code".to_owned(),
        Origin::Random(number) => format!("Random code {number}"),
    }
}

/// A test image in words, with its class where it has one.
pub(in crate::gui) fn image_words(run: &Run, index: u32) -> String {
    let class = run.info.as_ref().and_then(|info| {
        let labels = info.dataset.test_labels.as_ref()?;
        let class = labels.get(index as usize)?;
        Some(info.dataset.class_name(*class))
    });
    match class {
        Some(class) => format!("Test image {index}, class {class}"),
        None => format!("Test image {index}"),
    }
}

/// A picture in a card.
pub(super) enum Shown<'a> {
    /// This one of these.
    Picture(&'a Pictures, usize, u64),
    /// This one.
    Pixels(ImageShape, Arc<[u8]>),
    /// There is none, for this reason.
    Words(&'a str),
}

/// Draws a picture of the given side with a line or two of words below it.
pub(super) fn card_ui(
    ui: &mut Ui,
    view: &View<'_>,
    side: f32,
    shown: &Shown<'_>,
    (title, note): (RichText, &str),
) -> egui::Response {
    let name = title.text().to_owned();
    let layout = egui::Layout::top_down(egui::Align::Min);
    let card = ui.allocate_ui_with_layout(vec2(side, side + CAPTION), layout, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.set_width(side);
        let (rect, response) = ui.allocate_exact_size(vec2(side, side), egui::Sense::hover());
        ui.painter().rect_filled(rect, 2.0, view.palette.deep);
        match shown {
            Shown::Picture(pictures, index, version) => {
                let id = ui.scope_id().with((&name, "picture"));
                let texture = view.textures.show(ui.ctx(), id, *version, PIXELS, || {
                    sheet(pictures, 1, *index..*index + 1)
                });
                let rect = fitted(rect, pictures.shape);
                ui.painter()
                    .image(texture, rect, WHOLE, egui::Color32::WHITE);
            }
            Shown::Pixels(shape, pixels) => {
                let id = ui.scope_id().with((&name, "picture"));
                let version = egui::Id::unique(pixels).value();
                let texture = view.textures.show(ui.ctx(), id, version, PIXELS, || {
                    let pictures = Pictures {
                        shape: *shape,
                        pixels: pixels.to_vec(),
                    };
                    sheet(&pictures, 1, 0..1)
                });
                let rect = fitted(rect, *shape);
                ui.painter()
                    .image(texture, rect, WHOLE, egui::Color32::WHITE);
            }
            Shown::Words(words) => {
                let mut inner = ui.new_child(egui::UiBuilder::new().max_rect(rect.shrink(4.0)));
                let words = RichText::new(*words).small().color(view.palette.weak);
                inner.add(egui::Label::new(words).wrap());
            }
        }
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &name));
        ui.add(egui::Label::new(title).truncate());
        if !note.is_empty() {
            let note = RichText::new(note).small().color(view.palette.weak);
            ui.add(egui::Label::new(note).truncate());
        }
    });
    card.response
}

/// The image codes begin with, where it is at hand.
pub(super) fn original<'a>(view: &'a View<'_>, run: &'a Run) -> Shown<'a> {
    let state = view.state;
    let wanted = match state.latent.origin {
        Origin::Image(index) => index,
        Origin::Drawn => match (state.drawn(), state.input.shape()) {
            (Some(InputImage::Test(index)), _) => index,
            (Some(InputImage::Pixels(pixels)), Some(shape)) => return Shown::Pixels(shape, pixels),
            (Some(InputImage::Pixels(_)) | None, _) => return Shown::Words(NOTHING_DRAWN),
        },
        Origin::Mean | Origin::Random(_) => {
            return Shown::Words("The start is a code, not an image.");
        }
    };
    let hash = |run: &'a Run| run.info.as_ref().map(|info| info.dataset.hash.as_str());
    let version = egui::Id::unique((hash(run), wanted)).value();
    match state
        .latent
        .find(Slot::Sliders, run.id)
        .map(|find| &find.content)
    {
        Some(Content::Point {
            original: Some(original),
            ..
        }) => Shown::Picture(original, 0, version),
        Some(
            Content::Point { .. }
            | Content::Images(_)
            | Content::Grid { .. }
            | Content::Filters { .. }
            | Content::Features(_)
            | Content::Entries(_)
            | Content::Generated(_)
            | Content::Failed(_),
        )
        | None => Shown::Words("Loading…"),
    }
}
