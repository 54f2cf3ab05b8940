//! Options that would have no effect are refused, so that nobody waits for one.
//!
//! An option is *idle* when nothing in the configuration that was built takes it up.

use clap::ArgMatches;

use crate::model::{KnobKind, KnobValue, Objective, OptimizerKind, Variant};
use crate::train::RunConfig;

use super::Failure;

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
        phases.len() > 1,
        &[
            "pretrain-epochs",
            "pretrain-optimizer",
            "pretrain-lr",
            "pretrain-lr-decay",
        ],
        &format!("needs a schedule with pretraining, but the schedule is {schedule}"),
    )?;
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
    knobs(matches, variant, config)
}

fn knobs(matches: &ArgMatches, variant: &dyn Variant, config: &RunConfig) -> Result<(), Failure> {
    let knobs = config.knobs.resolve(variant.id(), variant.knobs())?;
    for knob in variant.knobs() {
        if let Some((other, needed)) = knob.only_with
            && matches.contains_id(knob.id)
            && !knob.is_active(&knobs)
        {
            let found = knobs.get(other).map(KnobValue::to_string);
            return Err(Failure::bad_input(format!(
                "--{} needs {other} {needed}, but {other} is {}",
                knob.id,
                found.unwrap_or_default()
            )));
        }
        let value = knobs.get(knob.id).map(KnobValue::to_string);
        if let (KnobKind::Widths, Some(widths)) = (knob.kind, value)
            && !widths.is_empty()
            && let Some(idle) = ["latent", "layers"]
                .iter()
                .find(|id| matches.contains_id(id))
        {
            return Err(Failure::bad_input(format!(
                "--{idle} follows from {} {widths}, so one of the two must go",
                knob.id
            )));
        }
    }
    Ok(())
}
