//! The offer below a run's images.

use std::borrow::Cow;

use egui::Ui;

use super::FetchAction;
use crate::data::Source;
use crate::gui::action::{Action, Actions};
use crate::gui::run::Run;
use crate::gui::setup::form;
use crate::gui::view::View;

/// What a source is called in the list of images.
pub fn name_of(view: &View<'_>, source: &dyn Source) -> Cow<'static, str> {
    if view.state.fetch.is_absent(source.id()) {
        Cow::Owned(format!("{} (to be fetched)", source.name()))
    } else {
        Cow::Borrowed(source.name())
    }
}

/// Draws the offer, where there is one.
pub fn fetch_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    let Some(set) = view.state.offered(run) else {
        return;
    };
    let is_offer = view.state.fetch.offer.is_some_and(|(id, _)| id == run.id);
    if view.state.fetch.waits(run.id, set.id) {
        let words = view
            .state
            .fetching(set)
            .map_or_else(|| format!("Fetching {}", set.name), |job| job.words());
        form::remark(
            ui,
            format!(
                "{words}. This run takes the images when they are here; Cancel is at the bottom of the window."
            ),
        );
        return;
    }
    form::remark(
        ui,
        format!(
            "{}: {} To be fetched from the internet once: {}.",
            set.name,
            set.summary,
            set.size()
        ),
    );
    form::row(ui, "", "", |ui, _label| {
        let fetch = ui.button(format!("Fetch {}", set.name)).on_hover_text(
            "Training goes on meanwhile; this run takes the images when they are here",
        );
        if fetch.clicked() {
            out.push(Action::Fetch(FetchAction::Fetch(run.id, set.id)));
        }
        if is_offer && ui.button("Not now").clicked() {
            out.push(Action::Fetch(FetchAction::Decline));
        }
    });
}
