//! The line over the pictures: which images, and what is shown of them.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{Button, Checkbox, DragValue, Mesh, PopupCloseBehavior, RichText, Ui, pos2, vec2};

use crate::gui::action::{Action, Actions};
use crate::gui::focus::steady;
use crate::gui::theme::maps;
use crate::gui::view::View;

use super::choice::Order;
use super::{AppState, PicturesAction};

fn push(out: &mut Actions, action: PicturesAction) {
    out.push(Action::Pictures(action));
}

/// Panes that are lower and narrower than this have the choice of images in a menu.
const LOW: f32 = 300.0;
const NARROW: f32 = 720.0;

/// Draws the line.
pub fn header_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    steady(ui, "which images", |ui| line_ui(ui, view, out));
}

fn line_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let is_small = ui.available_height() < LOW && ui.available_width() < NARROW;
    ui.horizontal_wrapped(|ui| {
        if is_small {
            let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
            let (menu, _) = MenuButton::new("Images").config(stays).ui(ui, |ui| {
                order_ui(ui, view, out);
                ui.separator();
                ui.horizontal(|ui| by_hand_ui(ui, view, out));
            });
            menu.on_hover_text("Which test images are shown");
        } else {
            order_ui(ui, view, out);
            ui.separator();
            by_hand_ui(ui, view, out);
        }
        ui.separator();
        let mut shows_errors = view.state.shows_errors();
        let errors = ui.checkbox(&mut shows_errors, "Error maps").on_hover_text(
            "Under every row, where its pictures differ from the test images. Bright is wrong.",
        );
        if errors.changed() {
            push(out, PicturesAction::ShowErrors(shows_errors));
        }
        let mut shows_pca = view.state.pictures.shows_pca;
        let pca = ui.checkbox(&mut shows_pca, "PCA rows").on_hover_text(
            "The same images through principal components, with as many numbers an image as the \
             code of a run: what the best linear method makes of them without training. A network \
             that uses its layers should look sharper.",
        );
        if pca.changed() {
            push(out, PicturesAction::ShowPca(shows_pca));
        }
        if view.state.has_noise() {
            input_ui(ui, view, out);
        }
        if view.state.has_drawn_codes() {
            samples_ui(ui, view, out);
        }
        if shows_errors {
            error_scale_ui(ui);
        }
    });
}

/// Which images go into runs that train on damaged ones.
fn input_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let is_now = view.state.history.cursor.is_none();
    // What was kept of earlier steps is of clean images, and the switch says so.
    let is_clean = view.state.pictures.is_clean || !is_now;
    let options = [
        (
            true,
            "Clean input",
            "Runs that train on noisy images are shown with the images as they are",
        ),
        (
            false,
            "Corrupted input",
            "Runs that train on noisy images are given them with noise of the same kind and level, \
             always the same for a test image, and have to rebuild the clean ones",
        ),
    ];
    for (option, name, help) in options {
        let button = Button::selectable(is_clean == option, name);
        let button = ui
            .add_enabled(is_now, button)
            .on_hover_text(help)
            .on_disabled_hover_text("What was kept of earlier steps is of clean images");
        if button.clicked() {
            push(out, PicturesAction::GiveClean(option));
        }
    }
}

/// Whether codes are drawn.
fn samples_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let is_now = view.state.history.cursor.is_none();
    let mut is_on = view.state.pictures.has_samples && is_now;
    let samples = ui
        .add_enabled(is_now, Checkbox::new(&mut is_on, "Samples"))
        .on_hover_text(
            "Shows runs with a Gaussian bottleneck by a code drawn from q(z|x), as in training, and not \
             by its mean. An image always has the same draw.",
        )
        .on_disabled_hover_text("What was kept of earlier steps is decoded from the mean");
    if samples.changed() {
        push(out, PicturesAction::ShowSamples(is_on));
    }
}

/// Which images come by themselves.
fn order_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let choice = &view.state.pictures.choice;
    let next = match choice.order() {
        Order::Test => "The test images after these",
        Order::Random => "Other test images from all over the test set",
        Order::Class(_) => "The next test images of this class",
        Order::EachClass => "The next test image of each class",
        Order::Worst(_) => "The test images that are rebuilt worst after these",
    };
    if ui.button("Next").on_hover_text(next).clicked() {
        push(out, PicturesAction::Next);
    }
    let random = ui
        .button("Random")
        .on_hover_text("Test images from all over the test set");
    if random.clicked() {
        push(out, PicturesAction::Show(Order::Random));
    }
    let classes = choice.classes();
    let class = ui.add_enabled_ui(!classes.is_empty(), |ui| {
        ui.menu_button("Class", |ui| {
            let each = ui
                .button("One of each class")
                .on_hover_text("A row with one test image of every class, in order");
            if each.clicked() {
                push(out, PicturesAction::Show(Order::EachClass));
                ui.close();
            }
            ui.separator();
            egui::ScrollArea::vertical()
                .max_height(320.0)
                .show(ui, |ui| {
                    for &class in classes {
                        if ui.button(view.state.class_words(class)).clicked() {
                            push(out, PicturesAction::Show(Order::Class(class)));
                            ui.close();
                        }
                    }
                });
        });
    });
    class
        .response
        .on_hover_text("Test images of one class, or one of each")
        .on_disabled_hover_text("These images have no classes");
    ui.menu_button("Worst", |ui| {
        for run in &view.state.runs {
            let worst = ui.add_enabled(
                AppState::has_worst(run),
                Button::new(format!("Worst of {}", run.name())),
            );
            if worst.clicked() {
                push(out, PicturesAction::Show(Order::Worst(run.id)));
                ui.close();
            }
        }
    })
    .response
    .on_hover_text("The test images that a run, as it is now, rebuilds with the largest error");
    let first = ui
        .button("First")
        .on_hover_text("Back to the first test images");
    if first.clicked() {
        push(out, PicturesAction::Show(Order::Test));
    }
}

/// Images by number.
fn by_hand_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let state = &view.state.pictures;
    let last = u32::try_from(state.choice.total().saturating_sub(1)).unwrap_or(u32::MAX);
    let mut number = state.number;
    let label = ui.label("Image");
    let field = ui
        .add(DragValue::new(&mut number).range(0..=last))
        .labelled_by(label.id)
        .on_hover_text(format!("Number of a test image, 0 to {last}"));
    if field.changed() {
        push(out, PicturesAction::Number(number));
    }
    let is_pinned = state.choice.is_pinned(number);
    let pin = ui
        .add_enabled(!is_pinned, Button::new("Pin"))
        .on_hover_text("Keeps this image at the front of the row, whatever else is shown")
        .on_disabled_hover_text("This image is pinned");
    if pin.clicked() {
        push(out, PicturesAction::Pin(number));
    }
    if state.choice.has_pins() {
        let unpin = ui
            .button("Unpin all")
            .on_hover_text("No image stays at the front any longer");
        if unpin.clicked() {
            push(out, PicturesAction::UnpinAll);
        }
    }
}

/// The map of errors, from none to all.
fn error_scale_ui(ui: &mut Ui) {
    ui.label(RichText::new("Error 0").small().weak())
        .on_hover_text(
            "Difference of a pixel from the test image, from none to white instead of black",
        );
    let (rect, _) = ui.allocate_exact_size(vec2(64.0, 8.0), egui::Sense::hover());
    let mut mesh = Mesh::default();
    let steps: u8 = 32;
    for step in 0..=steps {
        let share = f32::from(step) / f32::from(steps);
        let color = maps::error_color(step.saturating_mul(8));
        let x = egui::lerp(rect.x_range(), share);
        mesh.colored_vertex(pos2(x, rect.top()), color);
        mesh.colored_vertex(pos2(x, rect.bottom()), color);
        if step > 0 {
            let last = u32::from(step) * 2;
            mesh.add_triangle(last - 2, last - 1, last);
            mesh.add_triangle(last - 1, last, last + 1);
        }
    }
    ui.painter().add(mesh);
    ui.label(RichText::new("1").small().weak());
}
