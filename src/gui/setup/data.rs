//! The images of a run: which, how large, how many.

use egui::{RichText, Ui};

use crate::data::reading::{MAX_SIDE, MIN_SIDE};
use crate::data::{Color, ImageSize, SOURCES};
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
    let is_resized = run
        .info
        .as_ref()
        .is_some_and(|info| info.dataset.is_resized && info.config.dataset == draft.config.dataset);
    if access == Access::Free && (is_resized || images.reading.is_given()) {
        reading_ui(ui, draft);
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

/// What the pictures of a folder are brought to.
fn reading_ui(ui: &mut Ui, draft: &mut Draft) {
    let help = "Width and height that every picture is brought to. The middle of a picture is \
                taken, so that nothing is stretched. Larger images need more time and memory.";
    let size = draft.config.image_size.unwrap_or_default();
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
        draft.config.image_size = chosen.filter(|size| *size != ImageSize::default());
    }
    let color = draft.config.color.unwrap_or_default();
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
        draft.config.color = (picked != Color::default()).then_some(picked);
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
