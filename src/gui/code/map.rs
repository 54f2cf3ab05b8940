//! Maps of the codes: t-SNE beside the first two principal directions.

use std::collections::BTreeSet;
use std::sync::Arc;

use egui::text::LayoutJob;
use egui::{
    Button, Color32, DragValue, FontSelection, Label, Response, RichText, Role, Sense, Ui, Vec2,
    WidgetInfo,
};

use crate::analysis::usable_perplexity;
use crate::engine::{Codes, Frame, MapSettings};

use super::super::action::{Action, Actions};
use super::super::latent::image_words;
use super::super::latent::sheet::fitted;
use super::super::run::Run;
use super::super::theme::{class_color, text_scale};
use super::super::view::View;
use super::super::words;
use super::canvas::{Drawn, Near, Touch, atlas, canvas_ui, uv};
use super::mapping::{Known, Map, MapAction, Marks, NEAR};

/// Narrower panes have one map below the other.
const WIDE: f32 = 520.0;

/// Sides of a map, in points.
const SIDES: std::ops::RangeInclusive<f32> = 120.0..=460.0;

/// Height of what stands above and below the maps.
const BELOW: f32 = 240.0;

/// Longest sides of the image that is pointed at and of those near to it, in points.
const POINTED: f32 = 84.0;
const NEIGHBOUR: f32 = 42.0;

/// Names of the maps.
const TSNE: &str = "t-SNE map of codes";
const PCA: &str = "PCA map of codes";

fn push(out: &mut Actions, action: MapAction) {
    out.push(Action::Map(action));
}

/// What both maps are drawn of.
struct Material<'a> {
    run: &'a Run,
    frame: &'a Frame,
    codes: &'a Arc<Codes>,
    labels: &'a [u8],
    known: Option<&'a Known>,
}

/// Draws both maps of the codes of a run, and what is near to the image that is pointed at.
pub fn map_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    let frame = view.state.frame(run);
    let Some(frame) = frame.filter(|frame| !frame.codes.is_empty()) else {
        ui.weak("Maps of the codes of test images appear here once the run is ready.");
        return;
    };
    let dataset = run.info.as_ref().map(|info| &info.dataset);
    let labels = dataset.and_then(|dataset| dataset.test_labels.as_deref());
    let material = Material {
        run,
        frame,
        codes: &frame.codes,
        labels: labels.unwrap_or_default(),
        known: dataset.and_then(|dataset| view.state.mapping.known(&dataset.contents)),
    };
    ui.horizontal_wrapped(|ui| toolbar_ui(ui, view, material.codes.len(), out));
    classes_ui(ui, view, &material);
    let near = near(view, &material);
    let touches = maps_ui(ui, view, &material, near.as_ref());
    let pointed = view.state.mapping.pointed;
    let wanted = wanted(touches);
    // What was pointed at last stays, so that it can be read.
    if wanted.is_some() && wanted != pointed {
        push(out, MapAction::Point(wanted));
    }
    near_ui(ui, view, &material, near.as_ref());
}

/// What is pointed at: by the keyboard where an arrow was pressed, or else by the pointer.
fn wanted(touches: [Touch; 2]) -> Option<u32> {
    let by_pointer = touches.iter().find_map(|touch| match touch {
        Touch::Pointer(image) => Some(*image),
        Touch::None | Touch::Keys(_) => None,
    });
    let by_keys = touches.iter().find_map(|touch| match touch {
        Touch::Keys(image) => Some(*image),
        Touch::None | Touch::Pointer(_) => None,
    });
    by_keys.or(by_pointer).flatten()
}

fn near(view: &View<'_>, material: &Material<'_>) -> Option<Near> {
    let among = material.codes.len();
    let image = view.state.mapping.pointed?;
    if image as usize >= among {
        return None;
    }
    let by_code = view.state.mapping.near_by_code(material.codes, image);
    let as_images = material
        .known
        .map_or_else(Vec::new, |known| known.images.nearest(image, among, NEAR));
    let mut words = image_words(material.run, image);
    if material.known.is_some() {
        let both = by_code.iter().filter(|image| as_images.contains(image));
        words = format!(
            "{words}. {} of its {} nearest images are among its {} nearest by code.",
            both.count(),
            as_images.len(),
            by_code.len()
        );
    }
    Some(Near {
        image,
        as_images,
        by_code,
        words,
    })
}

fn toolbar_ui(ui: &mut Ui, view: &View<'_>, codes: usize, out: &mut Actions) {
    let map = &view.state.mapping;
    let label = ui.label("Perplexity of the map");
    let mut perplexity = map.settings.perplexity;
    let usable = usable_perplexity(perplexity, codes);
    let knob = ui.add(
        DragValue::new(&mut perplexity)
            .range(MapSettings::PERPLEXITIES)
            .speed(0.2),
    );
    let mut help = "About how many neighbours t-SNE tries to keep near each code: few show small \
                    groups, many the larger order"
        .to_owned();
    if usable < perplexity {
        help = format!("{help}. With {codes} codes it is {usable} at most");
    }
    if knob.labelled_by(label.id).on_hover_text(help).changed() {
        push(out, MapAction::Perplexity(perplexity));
    }
    let label = ui.label("Seed of the map");
    let mut seed = map.settings.seed;
    let knob = ui.add(DragValue::new(&mut seed).range(0..=9999_u64).speed(0.1));
    let help = "Of the noise that points start with. What is there with one seed and not with \
                another says nothing about the codes";
    if knob.labelled_by(label.id).on_hover_text(help).changed() {
        push(out, MapAction::Seed(seed));
    }
    for (marks, name, spoken, help) in [
        (
            Marks::Pictures,
            "Pictures",
            "Pictures in the maps",
            "Each point is its test image",
        ),
        (
            Marks::Dots,
            "Dots",
            "Dots in the maps",
            "Each point is a dot in the colour of its class",
        ),
    ] {
        let is_chosen = map.marks == marks;
        let entry = ui.selectable_label(is_chosen, name).on_hover_text(help);
        entry.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, spoken));
        if entry.clicked() {
            push(out, MapAction::Show(marks));
        }
    }
    let again = ui.add(Button::new("Map again")).on_hover_text(
        "Makes the map of the codes of now, at once. While a run trains, maps follow by themselves \
         only as long as they take a tenth of one processor",
    );
    if again.clicked() {
        push(out, MapAction::Again);
    }
}

/// The classes in their colours.
fn classes_ui(ui: &mut Ui, view: &View<'_>, material: &Material<'_>) {
    let shown = material.labels.iter().take(material.codes.len());
    let classes: BTreeSet<u8> = shown.copied().collect();
    if classes.is_empty() {
        return;
    }
    let mut job = LayoutJob::default();
    let mut add = |text: &str, color: Color32| {
        let text = RichText::new(text).small().color(color);
        text.append_to(
            &mut job,
            ui.style(),
            FontSelection::Default,
            egui::Align::Center,
        );
    };
    add("Classes", view.palette.weak);
    for class in classes {
        let name = view.state.class_name(class);
        add(&format!("  ● {name}"), class_color(class));
    }
    ui.add(Label::new(job).wrap())
        .on_hover_text("Colours of frames and dots. They repeat after ten classes");
}

fn maps_ui(
    ui: &mut Ui,
    view: &View<'_>,
    material: &Material<'_>,
    near: Option<&Near>,
) -> [Touch; 2] {
    let scale = text_scale(ui.ctx());
    let gap = ui.spacing().item_spacing.x;
    let room = ui.available_width();
    let is_wide = room >= WIDE * scale;
    let side = if is_wide { (room - gap) / 2.0 } else { room };
    // What is near to the image that is pointed at is to be seen with the maps.
    let height = ui.clip_rect().height() - BELOW * scale;
    let side = if is_wide { side.min(height) } else { side };
    let side = side.clamp(*SIDES.start(), *SIDES.end());
    if !is_wide {
        return [
            tsne_ui(ui, view, material, near, side),
            pca_ui(ui, view, material, near, side),
        ];
    }
    let column = |ui: &mut Ui, add: &dyn Fn(&mut Ui) -> Touch| {
        let column = ui.vertical(|ui| {
            ui.set_width(side);
            add(ui)
        });
        column.inner
    };
    let both = ui.horizontal_top(|ui| {
        [
            column(ui, &|ui| tsne_ui(ui, view, material, near, side)),
            column(ui, &|ui| pca_ui(ui, view, material, near, side)),
        ]
    });
    both.inner
}

fn tsne_ui(
    ui: &mut Ui,
    view: &View<'_>,
    material: &Material<'_>,
    near: Option<&Near>,
    side: f32,
) -> Touch {
    ui.strong("t-SNE").on_hover_text(
        "Near codes are drawn near to one another (van der Maaten & Hinton 2008, van der Maaten 2014). \
         Groups mean something; their sizes and the distances between them do not",
    );
    let (status, points): (String, &[[f32; 2]]) = match view.state.mapping.map(material.run.id) {
        None => ("Mapping…".to_owned(), &[]),
        Some(Map::Failed(_, sentence)) => (sentence.clone(), &[]),
        Some(Map::Made(made)) => {
            let step = words::count(made.request.step);
            let status = if !made.is_done() {
                let (done, all) = made.epochs;
                format!("Forming from the codes of step {step}: {done} of {all} moves")
            } else if Arc::ptr_eq(&made.request.codes, material.codes) {
                format!("Codes of step {step}")
            } else {
                format!("Codes of step {step}; those of now come next")
            };
            (status, &made.points)
        }
    };
    let drawn = drawn(view, material, near, (TSNE, points));
    told_canvas_ui(ui, view, &drawn, side, &status)
}

fn pca_ui(
    ui: &mut Ui,
    view: &View<'_>,
    material: &Material<'_>,
    near: Option<&Near>,
    side: f32,
) -> Touch {
    ui.strong("PCA").on_hover_text(
        "The codes along the two directions in which they spread most: distances are right, but what \
         lies behind is seen through what lies before",
    );
    let points = view.state.mapping.principal(material.codes);
    let step = words::count(material.frame.step);
    let status = format!("The codes looked at, of step {step}");
    let drawn = drawn(view, material, near, (PCA, &points));
    told_canvas_ui(ui, view, &drawn, side, &status)
}

/// A map with a line below it that says what it is of.
fn told_canvas_ui(
    ui: &mut Ui,
    view: &View<'_>,
    drawn: &Drawn<'_>,
    side: f32,
    status: &str,
) -> Touch {
    let touch = canvas_ui(ui, view, drawn, side);
    ui.add(Label::new(RichText::new(status).small().color(view.palette.weak)).wrap());
    touch
}

fn drawn<'a>(
    view: &View<'_>,
    material: &Material<'a>,
    near: Option<&'a Near>,
    (name, points): (&'static str, &'a [[f32; 2]]),
) -> Drawn<'a> {
    Drawn {
        name,
        points,
        labels: material.labels,
        color: view.palette.run(material.run.slot),
        known: material.known,
        near,
    }
}

/// The image that is pointed at, and those near to it. As high with an image as without, so that nothing
/// below moves.
fn near_ui(ui: &mut Ui, view: &View<'_>, material: &Material<'_>, near: Option<&Near>) {
    let line = ui.text_style_height(&egui::TextStyle::Body) + ui.spacing().item_spacing.y;
    let height = 3.0 * line + POINTED.max(2.0 * (NEIGHBOUR + line));
    ui.vertical(|ui| {
        ui.set_min_height(height);
        ui.set_width(ui.available_width());
        let Some(near) = near else {
            let text = "Point at an image, or click into a map and use the arrow keys: the image and \
                        what is nearest to it, pixel by pixel and by code, appear here and are marked \
                        in both maps.";
            ui.add(Label::new(RichText::new(text).color(view.palette.weak)).wrap());
            return;
        };
        ui.add(Label::new(near.words.as_str()).wrap());
        let Some(known) = material.known else {
            ui.weak("The images themselves are not at hand.");
            return;
        };
        ui.horizontal_top(|ui| {
            let words = format!("Pointed at: {}", image_words(material.run, near.image));
            picture_ui(ui, view, (known, material), (near.image, POINTED), &words);
            ui.vertical(|ui| {
                for (title, spoken, images) in [
                    (
                        "Nearest as images (squares)",
                        "Nearest as image",
                        near.as_images.as_slice(),
                    ),
                    (
                        "Nearest by code (rings)",
                        "Nearest by code",
                        &near.by_code[..],
                    ),
                ] {
                    ui.add(Label::new(RichText::new(title).small()).wrap());
                    ui.horizontal_wrapped(|ui| {
                        ui.spacing_mut().item_spacing.x = 3.0;
                        for (rank, image) in images.iter().enumerate() {
                            let words = image_words(material.run, *image);
                            let words = format!("{spoken}, {}: {words}", rank + 1);
                            let of = (*image, NEIGHBOUR);
                            picture_ui(ui, view, (known, material), of, &words);
                        }
                    });
                }
            });
        });
    });
}

/// One image in its frame.
fn picture_ui(
    ui: &mut Ui,
    view: &View<'_>,
    (known, material): (&Known, &Material<'_>),
    (image, side): (u32, f32),
    words: &str,
) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
    let texture = atlas(ui, view, known, material.labels);
    let shape = known.images.pictures.shape;
    let rect = fitted(rect, shape);
    let uv = uv(image, known.images.pictures.len());
    ui.painter().image(texture, rect, uv, Color32::WHITE);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, words));
    response.on_hover_text(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_before_the_pointer() {
        let keys = Touch::Keys(Some(3));
        assert_eq!(wanted([keys, Touch::None]), Some(3));
        assert_eq!(wanted([keys, Touch::Pointer(Some(5))]), Some(3));
        assert_eq!(wanted([Touch::None, Touch::Pointer(Some(5))]), Some(5));
        assert_eq!(wanted([Touch::Pointer(None), keys]), Some(3));
        assert_eq!(wanted([Touch::None; 2]), None);
    }
}
