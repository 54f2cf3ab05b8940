//! Presets on the command line: reference runs by name, and what a run of one has come to.

use clap::{Arg, ArgMatches};
use serde_json::{Value, json};

use crate::engine::{Progress, RunInfo};
use crate::train::{
    Evidence, Expected, Family, Judgement, NEIGHBOURS, PRESET_DATASET, PRESETS, Preset, RunConfig,
    TestPoint, Trainer, judge, nearest_presets, preset,
};

use super::report::Outcome;
use super::{Failure, arguments, neighbours, output};

/// The option that names one.
pub(super) fn argument() -> Arg {
    arguments::text(
        "preset",
        "NAME",
        "Reference run on MNIST to start from (see list presets); other options change it, and the last \
         lines say whether its figures are reached. Give the folder of MNIST with --dataset [default: mnist, \
         once it is fetched]",
    )
    .conflicts_with_all(["config", "resume", "share"])
}

/// The configuration of the preset that was named, if one was.
///
/// # Errors
/// There is no such preset, or another variant was asked for.
pub(super) fn given(matches: &ArgMatches) -> Result<Option<RunConfig>, Failure> {
    let Some(id) = matches.get_one::<String>("preset") else {
        return Ok(None);
    };
    let Some(preset) = preset(id) else {
        return Err(Failure::bad_input(format!(
            "preset must be one of those that hourglass list presets names, but is {id:?}; nearest to it are {}",
            nearest_presets(id).join(", ")
        )));
    };
    let variant = matches.get_one::<String>("variant");
    if let Some(variant) = variant.filter(|variant| *variant != preset.variant) {
        return Err(Failure::bad_input(format!(
            "preset {} is of variant {}, but --variant {variant} was given",
            preset.id, preset.variant
        )));
    }
    Ok(Some(preset.config(PRESET_DATASET)?))
}

/// Prints all presets, wrong ways under a heading of their own.
///
/// # Errors
/// When standard output refuses it.
pub(super) fn list(is_json: bool) -> Result<(), Failure> {
    if is_json {
        return output::line(Value::Array(PRESETS.iter().map(about).collect()));
    }
    let width = PRESETS.iter().map(|preset| preset.id.len()).max();
    let width = width.unwrap_or(0);
    for (family, heading) in [
        (
            Family::Reference,
            "Reference runs on MNIST: hourglass train --preset NAME --dataset FOLDER",
        ),
        (
            Family::WrongWay,
            "Wrong ways, with the figures that show what goes wrong:",
        ),
    ] {
        output::line(heading)?;
        for preset in PRESETS.iter().filter(|preset| preset.family == family) {
            let figures = preset.figures.iter();
            let figures = figures.map(|figure| preset.figure_words(figure));
            let figures = figures.collect::<Vec<_>>().join("; ");
            let Preset {
                id,
                name,
                variant,
                source,
                ..
            } = preset;
            output::line(format!(
                "{id:width$}  {name} ({variant}): {figures}. Source: {source}"
            ))?;
        }
    }
    output::line(LEGEND)
}

/// What abbreviations in the list mean.
const LEGEND: &str = "MSE: mean squared error of all test images, pixels in 0–1. 5-NN: by the five training \
                      images whose codes are nearest. With --json there is a sentence on each figure.";

/// A figure that is to be reached, for programs.
fn expected_json(expected: &Expected) -> Value {
    let (from, to) = expected.range();
    json!({
        "quantity": expected.aim.id(),
        "name": expected.aim.name(),
        "unit": expected.aim.unit(),
        "help": expected.aim.help(),
        "epoch": expected.epoch,
        "expected": expected.value,
        "band": expected.to_words(),
        "from": from.is_finite().then_some(from),
        "to": to,
    })
}

fn about(preset: &Preset) -> Value {
    let figures: Vec<Value> = preset.figures.iter().map(expected_json).collect();
    let settings = preset.settings.iter();
    let settings: serde_json::Map<String, Value> = settings
        .map(|(id, value)| ((*id).to_owned(), Value::from(*value)))
        .collect();
    json!({
        "id": preset.id,
        "name": preset.name,
        "family": match preset.family {
            Family::Reference => "reference",
            Family::WrongWay => "wrong-way",
        },
        "variant": preset.variant,
        "dataset": PRESET_DATASET,
        "settings": settings,
        "protocol": preset.protocol,
        "source": preset.source,
        "figures": figures,
        "healthy": preset.healthy,
        "minutes": preset.minutes,
    })
}

/// Whether the accuracy of nearest neighbours is to be measured, which takes long.
pub(super) fn wants_neighbours(info: &RunInfo, progress: &Progress, tests: &[TestPoint]) -> bool {
    info.evidence(progress.step, tests).wants_neighbours()
}

/// A run that was trained here held against its preset, where it was made from one.
pub(super) fn judged(outcome: &Outcome<'_>) -> Option<Judgement> {
    judge(&Evidence {
        on_request: &outcome.on_request,
        ..outcome.info.evidence(outcome.progress.step, outcome.tests)
    })
}

/// A kept run held against its preset, by what was measured while it trained.
pub(super) fn judge_kept(run: &mut Trainer) -> Option<Judgement> {
    let mut on_request = Vec::new();
    if run.evidence().wants_neighbours()
        && let Ok(accuracy) = neighbours::accuracy_of(run)
    {
        on_request.push((NEIGHBOURS, accuracy));
    }
    judge(&Evidence {
        on_request: &on_request,
        ..run.evidence()
    })
}

/// A line a figure, and one for all of them.
pub(super) fn to_lines(judgement: &Judgement) -> Vec<String> {
    let figures = judgement.figures.iter().map(|figure| figure.to_words());
    let (id, reach) = (judgement.preset.id, judgement.reach.to_words());
    let all = match judgement.preset.family {
        Family::Reference => format!("preset {id}: {reach}"),
        Family::WrongWay => format!("wrong way {id}: {reach}"),
    };
    figures.chain(std::iter::once(all)).collect()
}

/// The same for programs.
pub(super) fn to_json(judgement: &Judgement) -> Value {
    let figures: Vec<Value> = judgement
        .figures
        .iter()
        .map(|figure| {
            let mut about = expected_json(&figure.expected);
            about["found"] = json!(figure.value);
            about["reached"] = json!(figure.is_reached());
            about
        })
        .collect();
    json!({
        "preset": judgement.preset.id,
        "figures": figures,
        "verdict": judgement.reach.id(),
        "words": judgement.reach.to_words(),
    })
}
