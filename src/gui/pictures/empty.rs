//! What the pane of reconstructions says before there are any.

use crate::engine::RunState;
use crate::gui::view::View;

/// Why there is nothing to see, and what to do about it.
pub fn waiting(view: &View<'_>) -> String {
    let promise = "test images and what the runs make of them appear here";
    let Some(run) = view.run() else {
        return format!("Add a run: {promise}.");
    };
    let name = run.name();
    if let Some(problem) = view.state.problem(run) {
        return format!("{problem} Change it in the setup on the left; then {promise}.");
    }
    if run.lost.is_some() {
        return format!(
            "The images of {name} are not where they were, and no frames of it were kept. Say where \
             they are now; then {promise}."
        );
    }
    match (&run.failure, run.state) {
        (Some(_), _) | (None, RunState::Failed) => format!(
            "{name} could not be made ready, for the reason above. Choose other data or another device \
             in the setup; then {promise}."
        ),
        (None, RunState::Preparing) if run.loading.is_some() => {
            format!("Reading the images of {name}… After that {promise}, before the first step.")
        }
        (None, RunState::Preparing) => {
            format!("Preparing {name}… After that {promise}, before the first step.")
        }
        (None, _) => format!("The first pictures of {name} are on their way: {promise}."),
    }
}
