//! The pane: the images, how many there are of each class, their average and their values.

use egui::{
    Button, CollapsingHeader, ComboBox, Id, Rect, RichText, Role, ScrollArea, Sense, Ui,
    WidgetInfo, pos2, vec2,
};

use super::{DataAction, PAGE, charts};
use crate::data::Survey;
use crate::engine::{DataPage, DatasetInfo, Part, Pictures};
use crate::gui::action::{Action, Actions};
use crate::gui::latent::sheet::{PIXELS, sheet};
use crate::gui::relink;
use crate::gui::view::View;
use crate::gui::words;

/// Images in a row of the texture of a page.
const COLUMNS: usize = 10;

/// Room between two images, in points.
const GAP: f32 = 3.0;

/// Shortest side of an image on the screen, in points; larger images are shown as they are.
const SHORTEST: f32 = 42.0;

/// Longest side of an image on the screen, in points.
const LONGEST: f32 = 72.0;

/// Longest side of an image that is pointed at, in points.
const ENLARGED: f32 = 196.0;

/// Width of the column with the numbers, where there is room for one.
const NUMBERS_WIDTH: f32 = 260.0;

/// Narrower panes have everything below one another.
const WIDE: f32 = 620.0;

fn push(out: &mut Actions, action: DataAction) {
    out.push(Action::Data(action));
}

/// Draws the pane.
pub fn data_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    if let Some(run) = view.run().filter(|run| run.lost.is_some()) {
        relink::lost_ui(ui, view, run, out);
        return;
    }
    let Some((_, dataset)) = view.state.dataset() else {
        ui.weak(match view.run() {
            None => "Add a run to see its images.",
            Some(_) => "The images are shown here once the selected run has read them.",
        });
        return;
    };
    summary_ui(ui, view, dataset);
    header_ui(ui, view, dataset, out);
    ui.add_space(2.0);
    let survey = view.state.data.survey(&dataset.contents);
    let page = view.state.data.page(&dataset.contents);
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        if ui.available_width() < WIDE {
            images_ui(ui, view, dataset, page);
            ui.add_space(8.0);
            numbers_ui(ui, view, dataset, survey, out);
            return;
        }
        let room = ui.available_width() - NUMBERS_WIDTH - 16.0;
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.set_width(room);
                images_ui(ui, view, dataset, page);
            });
            ui.add_space(8.0);
            ui.vertical(|ui| {
                ui.set_width(NUMBERS_WIDTH);
                numbers_ui(ui, view, dataset, survey, out);
            });
        });
    });
}

/// What the data set is, in a line.
fn summary_ui(ui: &mut Ui, view: &View<'_>, dataset: &DatasetInfo) {
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(&dataset.name).strong())
            .on_hover_text(&dataset.location);
        let split = match dataset.split.as_str() {
            "" => "test images as given",
            split => split,
        };
        let text = format!(
            "{}: {} training and {} test images of {}; {split}",
            dataset.source,
            words::count(dataset.train as u64),
            words::count(dataset.test as u64),
            dataset.shape,
        );
        ui.label(RichText::new(text).color(view.palette.weak));
    });
}

/// Which images are shown.
fn header_ui(ui: &mut Ui, view: &View<'_>, dataset: &DatasetInfo, out: &mut Actions) {
    let state = &view.state.data;
    let survey = state.survey(&dataset.contents);
    ui.horizontal_wrapped(|ui| {
        for (part, name, help) in [
            (Part::Train, "Training images", "What runs train on"),
            (
                Part::Test,
                "Test images",
                "What runs are measured on and never train on",
            ),
        ] {
            let entry = ui.selectable_label(state.part == part, name);
            if entry.on_hover_text(help).clicked() {
                push(out, DataAction::Show(part));
            }
        }
        ui.separator();
        let classes = survey.map_or(&[][..], |survey| &survey.classes);
        let label = ui.label("Class");
        let shown = state
            .class
            .map_or_else(|| "All".to_owned(), |class| dataset.class_name(class));
        ui.add_enabled_ui(!classes.is_empty(), |ui| {
            let list = ComboBox::from_id_salt("class of images")
                .width(90.0)
                .selected_text(shown)
                .show_ui(ui, |ui| {
                    let all = ui.selectable_label(state.class.is_none(), "All classes");
                    if all.clicked() {
                        push(out, DataAction::Class(None));
                    }
                    for count in classes {
                        let is_chosen = state.class == Some(count.class);
                        let name = dataset.class_name(count.class);
                        if ui.selectable_label(is_chosen, name).clicked() {
                            push(out, DataAction::Class(Some(count.class)));
                        }
                    }
                });
            list.response
                .labelled_by(label.id)
                .on_hover_text("Images of one class, or of all")
                .on_disabled_hover_text("These images have no classes");
        });
        ui.separator();
        let total = state.page(&dataset.contents).map_or(0, |page| page.total);
        let back = ui
            .add_enabled(state.first > 0, Button::new("◀"))
            .on_hover_text("The images before these");
        back.widget_info(|| WidgetInfo::labeled(Role::Button, state.first > 0, "Page back"));
        if back.clicked() {
            push(out, DataAction::Back);
        }
        let is_more = state.first + PAGE < total;
        let forth = ui
            .add_enabled(is_more, Button::new("▶"))
            .on_hover_text("The images after these");
        forth.widget_info(|| WidgetInfo::labeled(Role::Button, is_more, "Page forth"));
        if forth.clicked() {
            push(out, DataAction::Forth);
        }
        if total > 0 {
            ui.weak(format!(
                "{} to {} of {}",
                words::count(state.first as u64 + 1),
                words::count((state.first + PAGE).min(total) as u64),
                words::count(total as u64)
            ));
        }
    });
}

/// Size of an image on the screen.
fn shown_size(dataset: &DatasetInfo, longest: f32) -> egui::Vec2 {
    let size = vec2(dataset.shape.width as f32, dataset.shape.height as f32);
    let scale = (SHORTEST / size.min_elem())
        .max(1.0)
        .min(longest / size.max_elem());
    size * scale
}

/// The images of the page.
fn images_ui(ui: &mut Ui, view: &View<'_>, dataset: &DatasetInfo, page: Option<&DataPage>) {
    let Some(page) = page else {
        ui.weak("Looking for the images…");
        return;
    };
    if page.indices.is_empty() {
        ui.weak("There is no such image: choose another class, or the other part.");
        return;
    }
    let count = page.indices.len();
    let rows = count.div_ceil(COLUMNS);
    let texture = view.textures.show(
        ui.ctx(),
        Id::unique("page of images"),
        view.state.data.version,
        PIXELS,
        || sheet(&page.pictures, COLUMNS, 0..count),
    );
    let size = shown_size(dataset, LONGEST);
    let part = match page.request.part {
        Part::Train => "Training image",
        Part::Test => "Test image",
    };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(GAP, GAP);
        for (place, (index, class)) in page.indices.iter().zip(&page.classes).enumerate() {
            let corner = pos2(
                (place % COLUMNS) as f32 / COLUMNS as f32,
                (place / COLUMNS) as f32 / rows as f32,
            );
            let tile = vec2(1.0 / COLUMNS as f32, 1.0 / rows as f32);
            let uv = Rect::from_min_size(corner, tile);
            let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
            let name = match class {
                Some(class) => format!("{part} {index}, class {}", dataset.class_name(*class)),
                None => format!("{part} {index}"),
            };
            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
            if !ui.is_rect_visible(rect) {
                continue;
            }
            ui.painter().image(texture, rect, uv, egui::Color32::WHITE);
            response.on_hover_ui(|ui| {
                let large = size * (ENLARGED / size.max_elem());
                ui.add(egui::Image::from_texture((texture, large)).uv(uv));
                ui.label(&name);
            });
        }
    });
}

/// What there is of everything.
fn numbers_ui(
    ui: &mut Ui,
    view: &View<'_>,
    dataset: &DatasetInfo,
    survey: Option<&Survey>,
    out: &mut Actions,
) {
    for remark in dataset.remarks.iter() {
        ui.label(RichText::new(remark).color(view.palette.warning));
    }
    if !dataset.skipped.is_empty() {
        skipped_ui(ui, view, dataset);
        ui.add_space(6.0);
    }
    let Some(survey) = survey else {
        ui.weak("Counting…");
        return;
    };
    let class = view.state.data.class;
    let of_class = class.and_then(|class| {
        let mut means = survey.class_means.iter();
        means.find(|(other, _)| *other == class)
    });
    let (name, mean) = match of_class {
        Some((class, mean)) => (
            format!("Mean image of {}", dataset.class_name(*class)),
            mean,
        ),
        None => ("Mean image".to_owned(), &survey.mean),
    };
    ui.strong(&name).on_hover_text(
        "The average of the training images. It is the best single picture for all of them: a \
         network that has learned nothing yet draws it for every image.",
    );
    let pictures = Pictures {
        shape: dataset.shape,
        pixels: mean.clone(),
    };
    // One for each class and data set: what is shown changes with both.
    let version = class.map_or(256, u64::from) + (view.state.data.version << 9);
    let texture = view
        .textures
        .show(ui.ctx(), Id::unique("mean image"), version, PIXELS, || {
            sheet(&pictures, 1, 0..1)
        });
    let size = shown_size(dataset, 112.0) * 2.0;
    let size = size * (112.0 / size.max_elem()).min(1.0);
    let image = ui.add(egui::Image::from_texture((texture, size)));
    image.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
    ui.add_space(6.0);
    ui.strong("Pixel values");
    let width = ui.available_width().min(NUMBERS_WIDTH);
    charts::histogram_ui(ui, view, survey, width);
    ui.add_space(6.0);
    classes_ui(ui, view, dataset, survey, out);
}

/// How many images there are of each class.
fn classes_ui(
    ui: &mut Ui,
    view: &View<'_>,
    dataset: &DatasetInfo,
    survey: &Survey,
    out: &mut Actions,
) {
    if survey.classes.is_empty() {
        ui.weak("These images have no labels.");
        return;
    }
    ui.strong(format!("{} classes", survey.classes.len()))
        .on_hover_text("Images of each class for training and for testing");
    let part = view.state.data.part;
    let count_of = |train: usize, test: usize| match part {
        Part::Train => train,
        Part::Test => test,
    };
    let counts = survey.classes.iter();
    let most = counts.map(|c| count_of(c.train, c.test)).max().unwrap_or(0);
    for count in &survey.classes {
        let (name, shown) = (
            dataset.class_name(count.class),
            count_of(count.train, count.test),
        );
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            let is_chosen = view.state.data.class == Some(count.class);
            let entry = ui
                .scope(|ui| {
                    ui.set_width(84.0);
                    ui.add(Button::selectable(is_chosen, &name).truncate())
                })
                .inner;
            let spoken = format!(
                "{name}: {} training and {} test images",
                words::count(count.train as u64),
                words::count(count.test as u64)
            );
            entry.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, &spoken));
            let entry = entry.on_hover_text(format!("{spoken}. Click: only this class"));
            if entry.clicked() {
                let next = (!is_chosen).then_some(count.class);
                push(out, DataAction::Class(next));
            }
            charts::bar_ui(ui, view, shown as f32 / most.max(1) as f32, 96.0);
            ui.small(words::count(shown as u64));
        });
    }
}

/// What was found and left out.
fn skipped_ui(ui: &mut Ui, view: &View<'_>, dataset: &DatasetInfo) {
    let (listed, all) = (
        dataset.skipped.len(),
        dataset.skipped.len() + dataset.unlisted,
    );
    let title = format!("Left out: {}", words::count(all as u64));
    let title = RichText::new(title).color(view.palette.warning);
    CollapsingHeader::new(title)
        .id_salt("left out")
        .default_open(true)
        .show(ui, |ui| {
            let height = ui.text_style_height(&egui::TextStyle::Small);
            ScrollArea::vertical()
                .id_salt("list of what was left out")
                .max_height(150.0)
                .show_rows(ui, height, listed, |ui, rows| {
                    for skipped in dataset.skipped.iter().skip(rows.start).take(rows.len()) {
                        let text = format!("{}: {}", skipped.path, skipped.why);
                        let label = egui::Label::new(RichText::new(&text).small()).truncate();
                        ui.add(label).on_hover_text(text);
                    }
                });
            if dataset.unlisted > 0 {
                let more = words::count(dataset.unlisted as u64);
                ui.small(format!("and {more} more"));
            }
        });
}
