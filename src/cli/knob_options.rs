//! Options of the knobs of all variants: one each, but that penalties share one.

use std::collections::BTreeMap;

use clap::{Arg, ArgAction, ArgMatches};

use crate::model::{Knob, KnobKind, PENALTIES, PENALTY_PREFIX, VARIANTS, Variant};
use crate::train::RunConfig;

use super::Failure;
use super::arguments::{ids, text};

/// Every knob that has an option of its own once, in the order of the variants, with the variants that
/// have it.
fn own_options() -> Vec<(&'static Knob, Vec<&'static str>)> {
    let mut order: Vec<(&'static Knob, Vec<&'static str>)> = Vec::new();
    let mut places = BTreeMap::new();
    for variant in VARIANTS {
        let knobs = variant.knobs().iter();
        for knob in knobs.filter(|knob| !knob.id.starts_with(PENALTY_PREFIX)) {
            let place = *places.entry(knob.id).or_insert(order.len());
            match order.get_mut(place) {
                Some((_, variants)) => variants.push(variant.id()),
                None => order.push((knob, vec![variant.id()])),
            }
        }
    }
    order
}

/// The options.
pub(super) fn options() -> Vec<Arg> {
    let own = own_options().into_iter().map(|(knob, variants)| {
        let of = if variants.len() == VARIANTS.len() {
            "all variants".to_owned()
        } else {
            variants.join(", ")
        };
        let help = format!("{} Expects {}. Of {of}.", knob.help, knob.expected());
        let option = text(knob.id, "V", help).hide_short_help(false);
        if is_switch(knob) {
            option.num_args(0..=1).default_missing_value("on")
        } else {
            option
        }
    });
    let names = ids(PENALTIES.iter().map(|kind| name_of(kind.knob)));
    let help = format!(
        "Weight of a penalty, 0 for none; can be given again for others: {names}. Of all variants."
    );
    let penalty = text("penalty", "NAME:WEIGHT", help).action(ArgAction::Append);
    own.chain(std::iter::once(penalty)).collect()
}

/// Sets the knobs that options name.
pub(super) fn set(
    matches: &ArgMatches,
    variant: &dyn Variant,
    config: &mut RunConfig,
) -> Result<(), Failure> {
    for (knob, _) in own_options() {
        if let Some(value) = matches.get_one::<String>(knob.id) {
            config
                .knobs
                .set_text(variant.id(), variant.knobs(), knob.id, value)?;
        }
    }
    penalties(matches, variant, config)
}

/// Whether a knob is on or off.
fn is_switch(knob: &Knob) -> bool {
    matches!(knob.kind, KnobKind::Choice { options, .. } if options.iter().map(|o| o.id).eq(["off", "on"]))
}

/// What `--penalty` calls the penalty of a knob.
fn name_of(knob: &str) -> &str {
    knob.strip_prefix(PENALTY_PREFIX).unwrap_or(knob)
}

/// Whether the value of a knob was asked for, by an option of its own or by `--penalty`.
pub(super) fn is_given(matches: &ArgMatches, knob: &str) -> bool {
    if knob.starts_with(PENALTY_PREFIX) {
        let given = matches.get_many::<String>("penalty");
        return given.into_iter().flatten().any(|text| {
            text.split(':')
                .next()
                .is_some_and(|name| name == name_of(knob))
        });
    }
    matches.contains_id(knob)
}

/// Sets the weights that `--penalty` names.
fn penalties(
    matches: &ArgMatches,
    variant: &dyn Variant,
    config: &mut RunConfig,
) -> Result<(), Failure> {
    for text in matches.get_many::<String>("penalty").into_iter().flatten() {
        let known = text.split_once(':').and_then(|(name, weight)| {
            let kind = PENALTIES.iter().find(|kind| name_of(kind.knob) == name)?;
            Some((kind.knob, weight))
        });
        let Some((knob, weight)) = known else {
            return Err(Failure::bad_input(format!(
                "--penalty must be NAME:WEIGHT, NAME one of {}, but is {text:?}",
                ids(PENALTIES.iter().map(|kind| name_of(kind.knob)))
            )));
        };
        config
            .knobs
            .set_text(variant.id(), variant.knobs(), knob, weight)?;
    }
    Ok(())
}
