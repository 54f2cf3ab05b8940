//! Runs whose images are lost: what they show, and the one button that says where the images are now.
//!
//! Such a run is *offline*: its curves, weights and pictures are there, but it trains no further until
//! its images are found. One answer is for all runs of the same set.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use egui::Ui;

use crate::data::LostImages;
use crate::engine::{Command, RunId, Standing};

use super::action::{Action, Actions, Effect, NoticeKey, PathFor};
use super::fetch::{self, FetchAction};
use super::notices;
use super::run::{Failure, Run};
use super::setup::form;
use super::state::AppState;
use super::view::View;
use super::words;

/// What the button says.
pub const QUESTION: &str = "Where are the images now?";

impl AppState {
    /// Takes in that the images of a run are lost, and what there is of it.
    pub(super) fn note_images_lost(
        &mut self,
        id: RunId,
        lost: Arc<LostImages>,
        standing: Option<Standing>,
    ) {
        let is_offline = standing.is_some();
        if let Some(Standing {
            info,
            metrics,
            progress,
        }) = standing
        {
            self.take_ready(id, info, &metrics, progress);
        }
        if let Some(run) = self.run_mut(id) {
            run.lost = Some(lost);
            run.is_offline = is_offline;
        }
    }

    /// Takes in that the images of a run were found.
    pub(super) fn note_relinked(&mut self, id: RunId, place: &str) {
        let Some(run) = self.run_mut(id) else { return };
        run.lost = None;
        run.is_offline = false;
        run.failure = None;
        let sent = run.sent.as_mut();
        for config in sent.into_iter().chain([&mut run.draft.config]) {
            place.clone_into(&mut config.dataset);
        }
        self.relate();
    }

    /// Has the engine look for lost images in a place.
    pub(super) fn relink(&mut self, id: RunId, path: &Path) -> Vec<Effect> {
        if self.run(id).is_none_or(|run| run.lost.is_none()) {
            return Vec::new();
        }
        let Some(place) = path.to_str() else {
            let text = format!(
                "{} has a name that a run cannot keep: rename it first.",
                path.display()
            );
            self.tell(Some(id), text, true);
            return Vec::new();
        };
        vec![Effect::Send(Command::Relink {
            job: self.jobs.new_id(),
            id,
            place: place.to_owned(),
        })]
    }

    /// Runs whose images are lost and of the same set as those of this one, which is among them.
    pub(super) fn lost_with<'a>(&'a self, run: &'a Run) -> impl Iterator<Item = &'a Run> {
        let with = move |other: &&Run| match (&run.lost, &other.lost) {
            (Some(lost), Some(other)) => lost.are_with(other),
            (_, _) => false,
        };
        self.runs.iter().filter(with)
    }

    /// Whether the notice of another run says that the images of this one are lost too.
    pub(super) fn is_lost_told(&self, run: &Run) -> bool {
        let told = self.lost_with(run).find(|of| !of.is_failure_dismissed);
        told.is_some_and(|told| told.id != run.id)
    }

    /// The button, as an offer. A set from the internet is fetched rather than looked for.
    pub(super) fn offer_to_relink(&self, run: &Run) -> Option<(Cow<'static, str>, Action)> {
        let lost = run.lost.as_ref()?;
        let set = fetch::set(&lost.request.location);
        if let Some(set) = set.filter(|set| self.fetch.is_absent(set.id)) {
            let wish = Action::Fetch(FetchAction::Fetch(run.id, set.id));
            return Some((format!("Fetch {}", set.name).into(), wish));
        }
        let purpose = if lost.is_file() {
            PathFor::LostFile(run.id)
        } else {
            PathFor::LostFolder(run.id)
        };
        Some((QUESTION.into(), Action::AskPath(purpose)))
    }

    /// Why the images of a run are not there, and what there is without them.
    pub(super) fn lost_text(&self, run: &Run, failure: &Failure) -> String {
        let others = self.lost_with(run).count().saturating_sub(1);
        let with = match others {
            0 => String::new(),
            1 => " One more run is on the same set.".to_owned(),
            more => format!(" {more} more runs are on the same set."),
        };
        let rest = match (run.is_offline, run.history.frames().is_empty()) {
            (false, _) => "",
            (true, true) => " Its curves and weights are here; to train on it needs the images.",
            (true, false) => {
                " Its curves, weights and pictures are here; to train on it needs the images."
            }
        };
        let text = failure.text.trim_end_matches('.');
        // A sentence may also begin with a place, which is spelled as it is.
        let start = if text.starts_with("there is nothing") {
            words::capitalised(text)
        } else {
            text.to_owned()
        };
        format!("{start}.{rest}{with}")
    }
}

/// Says that the images of a run are lost where there would be images, with the button unless a notice
/// has it.
pub fn lost_ui(ui: &mut Ui, view: &View<'_>, run: &Run, out: &mut Actions) {
    let (Some(lost), Some((words, wish))) = (&run.lost, view.state.offer_to_relink(run)) else {
        return;
    };
    let what = if lost.have_changed() {
        "The images of this run are others now."
    } else {
        "The images of this run are not where they were."
    };
    let rest = if run.is_offline {
        " What was kept of it can be looked at, saved and exported; it trains on once they are found."
    } else {
        ""
    };
    form::remark(ui, format!("{what}{rest}"));
    if is_in_notice(view.state, run) {
        return;
    }
    let help = format!(
        "{} is looked at where it is now. All runs on the same images go on from there.",
        lost.request.location
    );
    if ui.button(words.as_ref()).on_hover_text(help).clicked() {
        out.push(wish);
    }
}

/// Whether a notice that is to be seen offers the same.
fn is_in_notice(state: &AppState, run: &Run) -> bool {
    let shown = notices::shown(state);
    let of_set: Vec<NoticeKey> = state
        .lost_with(run)
        .map(|run| NoticeKey::Failure(run.id))
        .collect();
    shown.iter().any(|notice| of_set.contains(&notice.key))
}
