//! The images of a run: which, how large, how many.

use egui::{RichText, Ui};

use crate::data::reading::{MAX_SIDE, MIN_SIDE};
use crate::data::{Color, ImageSize, SOURCES, Takes, takes_of_name};
use crate::engine::RunInfo;
use crate::gui::action::{Action, Actions, PathFor};
use crate::gui::data::names;
use crate::gui::fetch::{self, FetchAction};
use crate::gui::layout::Pane;
use crate::gui::run::Run;
use crate::gui::share::locks;
use crate::gui::view::View;
use crate::gui::words;
use crate::store::share::Access;

use super::draft::Draft;
use super::form::{self, Entry};
use super::typed;

/// Draws the section.
pub(super) fn data_ui(
    ui: &mut Ui,
    view: &View<'_>,
    run: &Run,
    draft: &mut Draft,
    out: &mut Actions,
) {
    source_ui(ui, view, run, draft, out);
    let access = locks::access(ui, "Images");
    if access == Access::Free {
        fetch::fetch_ui(ui, view, run, out);
        open_ui(ui, run, out);
    }
    let images = draft.config.images();
    let known = run
        .info
        .as_ref()
        .filter(|info| info.config.images() == images);
    let opened = run
        .info
        .as_deref()
        .filter(|info| info.config.dataset == draft.config.dataset);
    // What could not be opened is known by its name: a size may be what is missing.
    let takes = opened.map_or_else(
        || takes_of_name(&draft.config.dataset),
        |info| info.dataset.takes,
    );
    if access == Access::Free {
        if takes.shape || images.reading.has_shape() {
            reading_ui(ui, draft, Usual::of(takes, opened));
        }
        if takes.label || images.reading.label.is_some() {
            label_ui(ui, &mut draft.config.label_column);
        }
        if takes.transpose || images.reading.transpose.is_some() {
            transpose_ui(ui, &mut draft.config.transpose);
        }
    }
    if let Some(info) = known.filter(|_info| access != Access::Hidden) {
        let data = &info.dataset;
        let mut text = format!(
            "{} training and {} test images of {}",
            words::count(data.train as u64),
            words::count(data.test as u64),
            data.shape
        );
        if !data.split.is_empty() {
            text = format!("{text}; {}", data.split);
        }
        form::remark(ui, text);
        for remark in data.remarks.iter() {
            form::remark(ui, remark);
        }
        if !data.skipped.is_empty() {
            let all = data.skipped.len() + data.unlisted;
            let text = format!("{} left out", words::count(all as u64));
            let left_out = ui
                .link(RichText::new(text).small().color(view.palette.warning))
                .on_hover_text("Shows what was found and could not be used, with the reasons");
            if left_out.clicked() {
                out.push(Action::OpenPane(Pane::Data));
            }
        }
    }
    limit_ui(ui, &mut draft.config.limit);
}

/// Asks for images of one's own.
fn open_ui(ui: &mut Ui, run: &Run, out: &mut Actions) {
    // Over the whole width: beside the labels there is no room for two.
    ui.horizontal_wrapped(|ui| {
        let folder = ui.button("Open folder…").on_hover_text(
            "A folder of pictures, in class folders or not, or of IDX files such as MNIST's. \
             Folders can also be dropped onto the window.",
        );
        if folder.clicked() {
            out.push(Action::AskPath(PathFor::Data(run.id)));
        }
        let file = ui.button("Open file…").on_hover_text(
            "Arrays of images (.npz or .npy), a table with one image a line (.csv), or an IDX \
             file (.gz). Files can also be dropped onto the window.",
        );
        if file.clicked() {
            out.push(Action::AskPath(PathFor::DataFile(run.id)));
        }
    });
}

/// Which data set.
fn source_ui(ui: &mut Ui, view: &View<'_>, run: &Run, draft: &mut Draft, out: &mut Actions) {
    let location = draft.config.dataset.clone();
    let named = SOURCES.iter().filter(|source| source.is_named());
    let own = named.clone().find(|source| source.id() == location);
    let (shown, help) = match own {
        Some(source) => (source.name(), source.summary()),
        None => (names::data_name(&location), location.as_str()),
    };
    let path = own.is_none().then(|| Entry {
        value: location.as_str(),
        name: names::data_name(&location),
        help: location.as_str(),
    });
    let named: Vec<_> = named
        .map(|source| (*source, fetch::name_of(view, *source)))
        .collect();
    let entries = named
        .iter()
        .map(|(source, name)| Entry {
            value: source.id(),
            name,
            help: source.summary(),
        })
        .chain(path);
    let picked = form::choice_row(ui, ("Images", help), (location.as_str(), shown), entries);
    let Some(id) = picked else { return };
    let absent = named.iter().map(|(source, _)| source.id());
    match absent
        .into_iter()
        .find(|absent| *absent == id && view.state.fetch.is_absent(id))
    {
        Some(absent) => out.push(Action::Fetch(FetchAction::Offer(run.id, absent))),
        None => id.clone_into(&mut draft.config.dataset),
    }
}

/// What images are where nothing is said, as far as it is known.
#[derive(Clone, Copy, Default)]
struct Usual {
    size: Option<ImageSize>,
    color: Option<Color>,
}

impl Usual {
    /// Of pictures, which are brought to one size, or of images that keep their own.
    fn of(takes: Takes, opened: Option<&RunInfo>) -> Self {
        if !takes.keeps_shape {
            return Self {
                size: Some(ImageSize::default()),
                color: Some(Color::default()),
            };
        }
        let Some(info) = opened else {
            return Self::default();
        };
        let shape = info.dataset.shape;
        let size = ImageSize::new(shape.width, shape.height).ok();
        let color = match shape.channels {
            1 => Color::Grey,
            _ => Color::Rgb,
        };
        Self {
            size: size.filter(|_own| info.config.image_size.is_none()),
            color: info.config.color.is_none().then_some(color),
        }
    }
}

/// What the pictures of a folder are brought to.
fn reading_ui(ui: &mut Ui, draft: &mut Draft, usual: Usual) {
    let help = "Width and height that every picture is brought to. The middle of a picture is \
                taken, so that nothing is stretched. Larger images need more time and memory.";
    let size = draft.config.image_size.or(usual.size).unwrap_or_default();
    let (mut width, mut height) = (size.width(), size.height());
    let mut said = None;
    form::row(ui, "Image size", help, |ui, _label| {
        for (side, name) in [(&mut width, "Image width"), (&mut height, "Image height")] {
            let number = egui::DragValue::new(side).speed(1.0).suffix(" px");
            let range = MIN_SIDE as f64..=MAX_SIDE as f64;
            let (number, wrong) = typed::number_ui(ui, number, (range, true), None);
            said = said.take().or(wrong);
            let number = number.on_hover_text(help);
            egui::Response::widget_info(&number, || {
                egui::WidgetInfo::labeled(egui::Role::SpinButton, true, name)
            });
            if name == "Image width" {
                ui.label("×");
            }
        }
    });
    typed::wrong_ui(ui, said);
    if (width, height) != (size.width(), size.height()) {
        let chosen = ImageSize::new(width, height).ok();
        draft.config.image_size = chosen.filter(|size| Some(*size) != usual.size);
    }
    let color = draft.config.color.or(usual.color).unwrap_or_default();
    let entries = Color::ALL.iter().map(|color| Entry {
        value: *color,
        name: color.name(),
        help: color.summary(),
    });
    let words = (
        "Colour",
        "Whether pictures are trained on in colour. Colour has three values a pixel, and takes longer.",
    );
    if let Some(picked) = form::choice_row(ui, words, (color, color.name()), entries) {
        draft.config.color = (Some(picked) != usual.color).then_some(picked);
    }
}

/// Which column of a table holds the labels. What is typed counts once the field is left, since
/// every change reads the file anew.
fn label_ui(ui: &mut Ui, column: &mut Option<String>) {
    let help = "Which column of the table holds the labels: its heading, its number counted from 1, \
                or none. Empty: it is found by its heading or by what it holds.";
    form::row(ui, "Label column", help, |ui, label| {
        let id = ui.scope_id().with("label column");
        let kept = column.clone().unwrap_or_default();
        let mut text = ui
            .data(|data| data.get_temp(id))
            .unwrap_or_else(|| kept.clone());
        let field = egui::TextEdit::singleline(&mut text).hint_text("found");
        let field = ui.add(field).labelled_by(label).on_hover_text(help);
        if field.has_focus() {
            ui.data_mut(|data| data.insert_temp(id, text));
        } else {
            if field.lost_focus() && text != kept {
                let chosen = text.trim();
                *column = (!chosen.is_empty()).then(|| chosen.to_owned());
            }
            ui.data_mut(|data| data.remove::<String>(id));
        }
    });
}

/// Whether rows and columns of the images are swapped.
fn transpose_ui(ui: &mut Ui, transpose: &mut Option<bool>) {
    let help = "Swaps rows and columns of every image, for files whose pictures lie on their side.";
    let entries = [
        (
            None,
            "Automatic",
            "Swapped for files that are known to lie on their side (EMNIST).",
        ),
        (Some(true), "Yes", "Every image is swapped."),
        (
            Some(false),
            "No",
            "Images are shown as they lie in the file.",
        ),
    ];
    let shown = entries.iter().find(|(value, ..)| value == transpose);
    let shown = shown.map_or("Automatic", |(_, name, _)| *name);
    let entries = entries.map(|(value, name, help)| Entry { value, name, help });
    if let Some(picked) = form::choice_row(ui, ("Turn images", help), (*transpose, shown), entries)
    {
        *transpose = picked;
    }
}

fn limit_ui(ui: &mut Ui, limit: &mut Option<usize>) {
    let help = "Train on the first so many images only. Test images are never limited.";
    let said = form::row(ui, "Limit", help, |ui, label| {
        let mut is_limited = limit.is_some();
        ui.checkbox(&mut is_limited, "")
            .labelled_by(label)
            .on_hover_text(help);
        match (is_limited, *limit) {
            (true, None) => *limit = Some(1000),
            (false, Some(_)) => *limit = None,
            (true, Some(_)) | (false, None) => {}
        }
        if let Some(limit) = limit {
            let number = egui::DragValue::new(limit).speed(10.0).suffix(" images");
            let (number, wrong) = typed::number_ui(ui, number, (1.0..=1e9, true), None);
            number.labelled_by(label).on_hover_text(help);
            wrong
        } else {
            ui.weak("all training images");
            None
        }
    });
    typed::wrong_ui(ui, said);
}
