//! The deep and the stacked run held against each other, and what follows.
//!
//! The *conclusion* is what the story is told for; it claims no more than the settings and numbers of
//! the two runs bear out, also where somebody has changed them.

use crate::engine::RunState;
use crate::model::{KnobValue, Objective, OptimizerKind};
use crate::train::RunConfig;

use super::facts::{is_stuck, number};
use super::{LOOKS, Part};
use crate::gui::run::Run;
use crate::gui::state::AppState;
use crate::gui::words;

/// The pretrained run is ahead once its error is below this share of the deep run's.
const AHEAD: f64 = 0.8;

/// What was to be seen, once it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conclusion {
    /// Whether it holds to the end, or so far.
    pub title: &'static str,
    /// In full.
    pub text: String,
}

/// The settings that a run trains by.
fn config(run: &Run) -> &RunConfig {
    match &run.info {
        Some(info) if run.has_started() => &info.config,
        Some(_) | None => &run.draft.config,
    }
}

fn pair(state: &AppState) -> Option<[&Run; 2]> {
    Some([state.part(Part::Deep)?, state.part(Part::Stacked)?])
}

/// The same network with the same first weights.
fn has_same_start(deep: &RunConfig, stacked: &RunConfig) -> bool {
    let knobs = |config: &RunConfig| config.check().ok().map(|(_, knobs)| knobs);
    deep.seed == stacked.seed && knobs(deep).is_some() && knobs(deep) == knobs(stacked)
}

/// The same images in the same order.
fn has_same_batches(deep: &RunConfig, stacked: &RunConfig) -> bool {
    deep.dataset == stacked.dataset
        && deep.limit == stacked.limit
        && deep.batch == stacked.batch
        && deep.seed == stacked.seed
}

/// What both runs have in common, as far as the story claims it.
pub fn sameness(state: &AppState) -> Option<String> {
    let [deep, stacked] = pair(state)?.map(config);
    let mut parts = Vec::new();
    if has_same_start(deep, stacked) {
        parts.push("the same layers and the same first weights as the deep run");
    }
    if has_same_batches(deep, stacked) {
        parts.push("the same images in the same order");
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// In what else than pretraining the stacked run differs.
fn differences(deep: &RunConfig, stacked: &RunConfig) -> Vec<String> {
    let mut found = Vec::new();
    if !has_same_start(deep, stacked) {
        found.push("it has other layers or first weights".to_owned());
    }
    if !has_same_batches(deep, stacked) {
        found.push("it sees other batches".to_owned());
    }
    let (own, theirs) = (stacked.schedule.epochs(), deep.schedule.epochs());
    if own != theirs {
        let more = if own > theirs { "more" } else { "fewer" };
        let count = own.abs_diff(theirs);
        let noun = if count == 1 { "epoch" } else { "epochs" };
        found.push(format!(
            "it has {count} {noun} {more} ({own} against {theirs})"
        ));
    }
    let rule = |config: &RunConfig| {
        let last = config.schedule.phases.last();
        last.map(|phase| (phase.optimizer, phase.learning_rate))
    };
    if rule(deep) != rule(stacked)
        || !deep.learning_rate_changes.is_empty()
        || !stacked.learning_rate_changes.is_empty()
    {
        found.push("its optimizer or learning rate is another".to_owned());
    }
    if !deep.knob_changes.is_empty() || !stacked.knob_changes.is_empty() {
        found.push("knobs were moved while one of them trained".to_owned());
    }
    found
}

/// A sentence on what sets the two runs apart.
pub fn what_differs(state: &AppState) -> String {
    let Some([deep, stacked]) = pair(state) else {
        return String::new();
    };
    match &differences(config(deep), config(stacked))[..] {
        [] => "Only pretraining differs.".to_owned(),
        others => format!("Besides being pretrained, {}.", others.join(", and ")),
    }
}

/// How many times less error the stacked run has, once that is worth a word.
pub fn times_less(state: &AppState) -> Option<f64> {
    let [deep, stacked] = pair(state)?;
    let (deep, point) = (deep.last_test()?.mse, stacked.last_test()?);
    let objective = stacked.phases().get(point.phase)?.objective;
    let is_ahead = objective == Objective::EndToEnd && point.mse < AHEAD * deep;
    is_ahead.then(|| deep / point.mse)
}

fn is_over(run: &Run) -> bool {
    run.state == RunState::Finished
}

/// What was to be seen, once it is.
pub fn conclusion(state: &AppState) -> Option<Conclusion> {
    times_less(state)?;
    let [deep, stacked] = pair(state)?;
    let (deep_error, error) = (deep.last_test()?.mse, stacked.last_test()?.mse);
    let have = sameness(state).map_or_else(String::new, |same| format!(": {same}"));
    let both = format!("{} against {}{have}.", number(error), number(deep_error));
    let else_differs = differences(config(deep), config(stacked));
    let also = if else_differs.is_empty() {
        String::new()
    } else {
        format!(" {}", what_differs(state))
    };
    let total = deep.info.as_ref().map_or(0, |info| info.total_steps);
    let stuck = match (is_stuck(deep, deep_error), is_over(deep)) {
        (true, true) => {
            " Trained all at once, the deep network has not got off the average image: to its outer \
             layers no gradient came that tells one digit from another."
                .to_owned()
        }
        (true, false) => format!(
            " Trained all at once, the deep network is still on the average image at step {} of {}: \
             to its outer layers no gradient comes that tells one digit from another.",
            words::count(deep.progress.step),
            words::count(total)
        ),
        (false, _) => String::new(),
    };
    let is_final = is_over(deep) && is_over(stacked);
    Some(Conclusion {
        title: if is_final {
            "What you have seen"
        } else {
            "What you can see by now"
        },
        text: format!(
            "{both}{also}{stuck} Pretrained pair by pair, every layer carries the image on before \
             they train together, so that gradients reach all of them. That is why pretraining helps."
        ),
    })
}

/// What to look for at a place, as things stand.
pub fn look_text(state: &AppState, index: usize) -> String {
    let Some(look) = LOOKS.get(index) else {
        return String::new();
    };
    let curves = if index == 0 {
        format!("{} {} ", deep_curve(state), stacked_curve(state))
    } else {
        String::new()
    };
    let selected = look.part.and_then(|part| state.part(part));
    let selects = selected.map_or_else(String::new, |run| {
        format!(" (The button also selects {}.)", run.name())
    });
    format!("{curves}{}{selects}", look.text)
}

fn deep_curve(state: &AppState) -> &'static str {
    let deep = state.part(Part::Deep);
    let point = deep.and_then(|run| Some((run, run.last_test()?)));
    match point {
        Some((run, point)) if point.step > 0 && is_stuck(run, point.mse) && is_over(run) => {
            "The deep run’s curve has stayed on the line “mean image”."
        }
        Some((run, point)) if point.step > 0 && is_stuck(run, point.mse) => {
            "The deep run’s curve lies on the line “mean image”; see whether it gets off."
        }
        Some(_) | None => "See whether the deep run’s curve gets below the line “mean image”.",
    }
}

fn stacked_curve(state: &AppState) -> String {
    let Some([deep, stacked]) = pair(state) else {
        return String::new();
    };
    let (own, theirs) = (
        config(stacked).schedule.epochs(),
        config(deep).schedule.epochs(),
    );
    let length = if own == theirs {
        "as many epochs".to_owned()
    } else {
        format!("{own} epochs against {theirs}")
    };
    if times_less(state).is_some() {
        format!("The stacked run, with {length}, has come far below it.")
    } else {
        format!("The stacked run has {length}; does it come below?")
    }
}

/// How long the convolutional run takes, held against the stacked one.
pub fn epochs(state: &AppState) -> String {
    let (Some(run), Some(stacked)) = (state.part(Part::Convolutional), state.part(Part::Stacked))
    else {
        return String::new();
    };
    let [own, theirs] = [run, stacked].map(|run| config(run).schedule.epochs());
    if own >= theirs {
        return String::new();
    }
    format!(" It trains for {own} epochs, the stacked run for {theirs}; its steps are the slowest.")
}

/// Why the convolutional run gets by without pretraining, from its settings.
pub fn why_not_pretrained(state: &AppState) -> String {
    let (Some(run), Some(deep)) = (state.part(Part::Convolutional), state.part(Part::Deep)) else {
        return String::new();
    };
    let (own, theirs) = (config(run), config(deep));
    if own.schedule.phases.len() != 1 {
        return String::new();
    }
    let mut reasons = Vec::new();
    let layers = |run: &Run| run.info.as_ref().map(|info| info.layers.len());
    if let (Some(few), Some(many)) = (layers(run), layers(deep))
        && few < many
    {
        reasons.push(format!("it has {few} layers instead of {many}"));
    }
    let normal = KnobValue::Text("normal".to_owned());
    let is_scaled = |config: &RunConfig| {
        let knobs = config.check().ok().map(|(_, knobs)| knobs);
        knobs.is_some_and(|knobs| knobs.get("init").is_some_and(|init| *init != normal))
    };
    if is_scaled(own) && !is_scaled(theirs) {
        reasons
            .push("its first weights are scaled to the layers’ sizes rather than small".to_owned());
    }
    let rule = |config: &RunConfig| {
        let phase = config.schedule.phases.last();
        phase.map(|phase| (phase.optimizer.kind, phase.learning_rate))
    };
    if let (Some((kind, rate)), Some((other, _))) = (rule(own), rule(theirs))
        && kind != other
        && kind != OptimizerKind::Sgd
    {
        reasons.push(format!(
            "it trains by {} at {} where the others use {}",
            kind.name(),
            words::setting(rate),
            other.name()
        ));
    }
    match reasons.split_last() {
        None => String::new(),
        Some((last, [])) => format!("It learns without pretraining: {last}."),
        Some((last, rest)) => format!(
            "It learns without pretraining: every weight serves all over the image, {}, and {last}.",
            rest.join(", ")
        ),
    }
}
