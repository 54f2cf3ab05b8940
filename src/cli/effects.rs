//! Options that would have no effect are refused, so that nobody waits for one.
//!
//! An option is *idle* when nothing in the configuration that was built takes it up. Those of
//! pretraining say so by their name, and may be idle where one set of options serves several
//! schedules.

use clap::ArgMatches;

use crate::model::{
    Knob, KnobKind, KnobValue, Knobs, Objective, OptimizerKind, Variant, parse_widths,
};
use crate::train::RunConfig;

use super::{Failure, knob_options};

/// Checks that every option that was given has an effect on this configuration.
///
/// # Errors
/// The first idle option, and why it is.
pub(super) fn check(
    matches: &ArgMatches,
    variant: &dyn Variant,
    config: &RunConfig,
) -> Result<(), Failure> {
    let phases = &config.schedule.phases;
    let schedule = config.pretraining.id();
    let needs = |is_met: bool, ids: &[&str], why: &str| {
        let idle = ids.iter().find(|id| !is_met && matches.contains_id(id));
        idle.map_or(Ok(()), |id| {
            Err(Failure::bad_input(format!("--{id} {why}")))
        })
    };
    needs(
        phases
            .iter()
            .any(|phase| matches!(phase.objective, Objective::Greedy { .. })),
        &["dropout"],
        &format!("needs schedule greedy, but the schedule is {schedule}"),
    )?;
    needs(
        phases
            .iter()
            .any(|phase| phase.optimizer.kind == OptimizerKind::Sgd),
        &["momentum"],
        "needs optimizer sgd, but no phase has it",
    )?;
    needs(
        config.initial_weights.is_none(),
        &["init", "init-sigma"],
        "draws first weights, but these come from a file",
    )?;
    knobs(matches, variant, config)
}

fn knobs(matches: &ArgMatches, variant: &dyn Variant, config: &RunConfig) -> Result<(), Failure> {
    let knobs = config.knobs.resolve(variant.id(), variant.knobs())?;
    for knob in variant.knobs() {
        // What widths decide must agree with them, which is seen to below.
        let unmet = knob.only_with.iter().find(|other| !other.holds(&knobs));
        if let Some(other) = unmet
            && knob.only_with != Knob::UNLESS_WIDTHS
            && knob_options::is_given(matches, knob.id)
        {
            return Err(Failure::bad_input(format!(
                "--{} needs {}, but {}",
                knob.id,
                other.needed(),
                other.found(&knobs)
            )));
        }
        if let (KnobKind::Widths, Some(KnobValue::Text(text))) = (knob.kind, knobs.get(knob.id)) {
            agree(matches, &knobs, text)?;
        }
    }
    Ok(())
}

/// Widths say how many layers there are and how large the code is: an option that says it again
/// must say the same.
fn agree(matches: &ArgMatches, knobs: &Knobs, text: &str) -> Result<(), Failure> {
    let widths = parse_widths(text).unwrap_or_default();
    let Some((latent, hidden)) = widths.split_last() else {
        return Ok(());
    };
    for (id, needed) in [("latent", *latent), ("layers", 2 * hidden.len())] {
        if matches.contains_id(id) && knobs.integer(id) != needed {
            return Err(Failure::bad_input(format!(
                "{id} must be {needed}, as the widths {text} say, but is {}",
                knobs.integer(id)
            )));
        }
    }
    Ok(())
}
