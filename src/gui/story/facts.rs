//! What the story says: sentences that follow from the runs as they are.

use crate::engine::RunState;
use crate::model::Objective;
use crate::train::Verdict;

use super::{Part, proof};
use crate::gui::run::Run;
use crate::gui::state::AppState;
use crate::gui::words;

/// As near to the average image as this is as good as on it, as a share.
const NEAR: f64 = 0.04;

/// What a part is, before anything happened.
pub fn question(state: &AppState, part: Part) -> String {
    match part {
        Part::Plain => {
            "One layer from the image to a short code, one layer back. It is the mark to beat."
                .to_owned()
        }
        Part::Deep => {
            "Many layers down to the code and back, all trained at once from small random weights. \
             More layers could do better. Will it?"
                .to_owned()
        }
        Part::Stacked => {
            let same = proof::sameness(state).unwrap_or_else(|| "A deep network too".to_owned());
            format!(
                "{}. But first each pair of layers is trained on its own, from the outside inwards; \
                 then all of them together.",
                words::capitalised(&same)
            )
        }
        Part::Convolutional => format!(
            "Small filters that slide over the image: far fewer weights, used everywhere. {}",
            proof::why_not_pretrained(state)
        ),
    }
}

/// What is to be said of a part now.
pub fn sentence(state: &AppState, part: Part) -> String {
    let Some(run) = state.part(part) else {
        return "This run was removed.".to_owned();
    };
    if let Some(failure) = &run.failure {
        return format!("It failed: {}", failure.text);
    }
    if !run.has_started() || run.progress.step == 0 {
        return match run.state {
            RunState::Preparing => "The images are being drawn…".to_owned(),
            RunState::Running => "It is about to take its first step.".to_owned(),
            RunState::Paused | RunState::Finished | RunState::Failed => {
                "It waits: press Play all.".to_owned()
            }
        };
    }
    let Some(point) = run.last_test() else {
        return "It trains; its first measurement is to come.".to_owned();
    };
    let error = point.mse;
    if point.step == 0 {
        return untrained(run, part, error);
    }
    let told = match part {
        Part::Plain => plain(run, error),
        Part::Deep => deep(run, error),
        Part::Stacked => stacked(state, run, error),
        Part::Convolutional => convolutional(state, error),
    };
    match run.state {
        RunState::Finished => format!("Finished. {told}"),
        RunState::Paused => format!("Paused. {told}"),
        RunState::Preparing | RunState::Running | RunState::Failed => told,
    }
}

pub(super) fn mean_image(run: &Run) -> Option<f64> {
    run.baselines.as_ref().map(|lines| lines.mean)
}

pub(super) fn number(error: f64) -> String {
    words::three_digits(error)
}

/// What is to be said while only the first weights were measured.
fn untrained(run: &Run, part: Part, error: f64) -> String {
    let error = number(error);
    let phases = run.phases().len();
    match (part, mean_image(run).map(number)) {
        (Part::Stacked, _) if phases > 1 => format!(
            "Phase 1 of {phases}: pair 1 trains, alone. With its first weights the error is {error}."
        ),
        (_, Some(mean)) => format!(
            "With its first weights the error is {error}. Whoever answers every digit with the \
             average of all digits has {mean}: watch who gets below that."
        ),
        (_, None) => format!("With its first weights the error is {error}."),
    }
}

fn plain(run: &Run, error: f64) -> String {
    let size = run.info.as_ref().map(|info| info.latent);
    let line = size.and_then(|k| Some((k, run.baselines.as_ref()?.pca_k(k)?)));
    let (shown, pca) = (number(error), line.map(|(_, pca)| number(pca)));
    match (line, pca) {
        (Some((k, line)), Some(pca)) if error < line => format!(
            "It learns at once: error {shown}, a little below what the best {k} straight directions \
             (PCA) reach, {pca}."
        ),
        (Some((k, _)), Some(pca)) => format!(
            "It learns at once: error {shown}, on its way to what the best {k} straight directions \
             (PCA) reach, {pca}."
        ),
        (Some(_) | None, _) => format!("It learns at once: error {shown}."),
    }
}

/// Whether a run gives the average image for everything.
pub(super) fn is_stuck(run: &Run, error: f64) -> bool {
    let is_said = run
        .last_test()
        .is_some_and(|point| point.verdict == Verdict::MeanImage);
    is_said || mean_image(run).is_some_and(|mean| (error / mean - 1.0).abs() < NEAR)
}

fn deep(run: &Run, error: f64) -> String {
    let mean = mean_image(run).map(number);
    match (is_stuck(run, error), mean) {
        (true, Some(mean)) => format!(
            "Stuck at the mean image: its error is {}, and answering every digit with the average \
             of all digits gives {mean}. Through many small random weights nothing of the image \
             arrives at the code, and hardly any gradient comes back.",
            number(error)
        ),
        (true, None) => format!(
            "Stuck at the mean image: it gives the same blur for every digit, error {}.",
            number(error)
        ),
        (false, Some(mean)) => {
            format!(
                "Error {}; the average image alone gives {mean}.",
                number(error)
            )
        }
        (false, None) => format!("Error {}.", number(error)),
    }
}

fn stacked(state: &AppState, run: &Run, error: f64) -> String {
    let total = run.phases().len();
    let phase = run.progress.phase;
    let error_text = number(error);
    let is_over = run.state == RunState::Finished;
    let objective = |phase: usize| run.phases().get(phase).map(|phase| phase.objective);
    match objective(phase) {
        Some(Objective::EndsInward { stage } | Objective::Greedy { stage }) if !is_over => {
            let jump = if phase > 0 {
                " A new pair starts from small random weights, so the error jumped when this phase \
                 began; then it falls."
            } else {
                " Each pair is a shallow network, and shallow networks learn."
            };
            return format!(
                "Phase {} of {total}: pair {} trains, alone; error {error_text} through the pairs in \
                 use so far.{jump}",
                phase + 1,
                stage + 1
            );
        }
        Some(_) | None => {}
    }
    let measured = run.last_test().and_then(|point| objective(point.phase));
    if !is_over && measured != Some(Objective::EndToEnd) {
        return format!(
            "Phase {} of {total}, fine-tuning: all layers train together now, from weights that \
             already know digits.",
            phase + 1
        );
    }
    match proof::times_less(state) {
        Some(times) => format!(
            "Now {error_text}: {times:.1} times less error than the deep run. {}",
            proof::what_differs(state)
        ),
        None => format!("All layers train together now: error {error_text}."),
    }
}

fn convolutional(state: &AppState, error: f64) -> String {
    let others = [Part::Plain, Part::Deep, Part::Stacked];
    let best = others
        .iter()
        .filter_map(|part| state.part(*part)?.last_test())
        .map(|point| point.mse)
        .fold(f64::INFINITY, f64::min);
    let epochs = proof::epochs(state);
    let error_text = number(error);
    if best.is_finite() && error < best {
        format!(
            "Error {error_text}: the sharpest pictures of the four. What is known about pictures is \
             built into this network; the stacked one had to learn it.{epochs}"
        )
    } else {
        format!("Error {error_text}.{epochs}")
    }
}
