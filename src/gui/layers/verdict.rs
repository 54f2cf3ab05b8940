//! What the numbers of all layers at one step mean, in plain words.
//!
//! A *verdict* is a sentence that follows from the numbers alone; what is measured comes first, then
//! what is most telling.

use crate::engine::Frame;
use crate::gui::run::Run;
use crate::model::{LayerInfo, LayerStat, Side};

use super::measure::{HARDLY_MOVES, JUMPS, Measure, power};
use super::role::title;

/// Outputs that differ less than this from image to image are taken as the same.
const ALIKE: f32 = 0.05;

/// Gradients of the first and the last layer that differ by more than this factor are worth a word.
const UNEVEN: f32 = 30.0;

/// Shares of dead or saturated units above this are worth a word.
const MANY: f32 = 0.5;

/// What is said where no step was looked at.
const UNMEASURED: &str = "Gradients and updates are measured in training steps, and none was at this \
                          moment: take a step, or look back.";

/// A layer with what is known of it.
type Seen<'a> = (&'a LayerInfo, &'a LayerStat);

/// Steps of a phase before anything is said: the first ones are often taken back.
const PATIENCE: u64 = 20;

/// Sentences on the moment of a run that is looked at.
pub fn of_frame(measure: Measure, run: &Run, layers: &[LayerInfo], frame: &Frame) -> Vec<String> {
    let starts = &run.metrics.phases;
    let start = starts.iter().rfind(|start| start.step <= frame.step);
    if frame.step < start.map_or(0, |start| start.step) + PATIENCE {
        return vec![format!(
            "Too early to tell: wait for the first {PATIENCE} steps of the phase."
        )];
    }
    verdicts(measure, layers, &frame.layers)
}

/// Sentences on one step of a run, what was measured first; none where nothing was.
pub fn verdicts(measure: Measure, layers: &[LayerInfo], stats: &[LayerStat]) -> Vec<String> {
    if layers.len() != stats.len() {
        return Vec::new();
    }
    let seen: Vec<Seen<'_>> = layers.iter().zip(stats).collect();
    let code = || {
        let spread = code_spread(&seen).filter(|_| alike(&seen).is_none());
        spread.map(|spread| {
            format!(
                "The code differs from image to image (spread {spread:.2}): it carries something of \
                 them."
            )
        })
    };
    let unmeasured = || {
        let is_looked_at = stats.iter().any(|stat| stat.spread.is_some());
        is_looked_at.then(|| UNMEASURED.to_owned())
    };
    let own = match measure {
        Measure::Update => wild_pace(&seen)
            .or_else(|| steady_pace(&seen))
            .or_else(unmeasured),
        Measure::Gradient => gradients(&seen)
            .or_else(|| even_gradients(&seen))
            .or_else(unmeasured),
        Measure::Spread => alike(&seen).or_else(code),
        Measure::Dead => dead(&seen).or_else(|| few(&seen, "units", "dead", |stat| stat.dead)),
        Measure::Saturated => saturated(&seen).or_else(|| {
            let hidden = &seen[..seen.len().saturating_sub(1)];
            few(hidden, "outputs", "saturated", |stat| stat.saturated)
        }),
    };
    let rest = [
        alike(&seen),
        gradients(&seen),
        dead(&seen),
        saturated(&seen),
        wild_pace(&seen),
        code(),
    ];
    let mut sentences: Vec<String> = Vec::new();
    for sentence in std::iter::once(own).chain(rest).flatten() {
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    }
    sentences
}

/// That a share is small in every layer.
fn few(
    seen: &[Seen<'_>],
    noun: &str,
    state: &str,
    of: impl Fn(&LayerStat) -> Option<f32>,
) -> Option<String> {
    let most = seen
        .iter()
        .filter_map(|(_, stat)| of(stat))
        .reduce(f32::max)?;
    Some(format!(
        "At most {:.0} % of the {noun} of a hidden layer are {state}.",
        most * 100.0
    ))
}

fn code_spread(seen: &[Seen<'_>]) -> Option<f32> {
    let mut inwards = seen.iter().filter(|(layer, stat)| {
        layer.side == Side::Encoder && stat.spread.is_some_and(f32::is_finite)
    });
    let (_, stat) = inwards.next_back()?;
    stat.spread
}

/// Where the images get lost on their way.
fn alike(seen: &[Seen<'_>]) -> Option<String> {
    let used: Vec<(&LayerInfo, f32)> = seen
        .iter()
        .filter_map(|(layer, stat)| Some((*layer, stat.spread?)))
        .collect();
    let differing = used.iter().rposition(|(_, spread)| *spread >= ALIKE);
    let first = differing.map_or(0, |last| last + 1);
    let (layer, _) = used.get(first)?;
    Some(match layer.side {
        Side::Encoder => format!(
            "From {} on, every image gives nearly the same output: the code carries nothing, and the \
             decoder can only draw one picture for all. The best single picture is the mean image.",
            lower(layer)
        ),
        Side::Decoder => format!(
            "The codes differ, but from {} on the outputs hardly do: the decoder draws nearly one \
             picture for all images.",
            lower(layer)
        ),
    })
}

/// How gradients change on their way back.
fn gradients(seen: &[Seen<'_>]) -> Option<String> {
    let told: Vec<(&LayerInfo, f32)> = seen
        .iter()
        .filter_map(|(layer, stat)| Some((*layer, stat.gradient_norm?)))
        .filter(|(_, norm)| norm.is_finite())
        .collect();
    if let Some((layer, _)) = told.iter().find(|(_, norm)| *norm <= 0.0) {
        return Some(format!(
            "No gradient reaches {}: it cannot learn.",
            lower(layer)
        ));
    }
    let ((first, first_norm), (_, last_norm)) = (told.first()?, told.last()?);
    if last_norm / first_norm > UNEVEN {
        return Some(format!(
            "Gradients shrink {} from the last layer to the first: {} hardly learns.",
            fold(last_norm / first_norm),
            lower(first)
        ));
    }
    if first_norm / last_norm > UNEVEN {
        return Some(format!(
            "Gradients grow {} from the last layer to the first.",
            fold(first_norm / last_norm)
        ));
    }
    let by_norm = |a: &&(&LayerInfo, f32), b: &&(&LayerInfo, f32)| a.1.total_cmp(&b.1);
    let (least, most) = (told.iter().min_by(by_norm)?, told.iter().max_by(by_norm)?);
    (most.1 / least.1 > UNEVEN).then(|| {
        format!(
            "The gradient of {} is {} smaller than that of {}: it hardly learns.",
            lower(least.0),
            times(most.1 / least.1),
            lower(most.0)
        )
    })
}

/// Gradients of about one size.
fn even_gradients(seen: &[Seen<'_>]) -> Option<String> {
    let norms: Vec<f32> = seen
        .iter()
        .filter_map(|(_, stat)| stat.gradient_norm)
        .filter(|norm| norm.is_finite() && *norm > 0.0)
        .collect();
    let least = norms.iter().copied().reduce(f32::min)?.log10();
    let most = norms.iter().copied().reduce(f32::max)?.log10();
    let (least, most) = (power(least), power(most));
    Some(if norms.len() == 1 || least == most {
        format!("The gradient norm is {most}.")
    } else {
        let count = norms.len();
        format!(
            "Gradient norms from {least} to {most}: all {count} training layers get their share."
        )
    })
}

/// Layers that move too much or hardly at all.
fn wild_pace(seen: &[Seen<'_>]) -> Option<String> {
    let told: Vec<(&LayerInfo, f32)> = seen
        .iter()
        .filter_map(|(layer, stat)| Some((*layer, stat.update_ratio?)))
        .filter(|(_, ratio)| !ratio.is_nan())
        .collect();
    let all = told.len();
    let slow = told.iter().filter(|(_, r)| *r < HARDLY_MOVES).count();
    let fastest = told.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    if fastest.1 > JUMPS {
        return Some(format!(
            "{} jumps: a step changes it by more than a tenth. A smaller learning rate may help.",
            title(fastest.0)
        ));
    }
    let layers = if all == 1 { "layer" } else { "layers" };
    let verb = if slow == 1 { "moves" } else { "move" };
    (slow > 0).then(|| {
        format!(
            "{slow} of {all} training {layers} hardly {verb}: by less than a hundred-thousandth of \
             the weights a step."
        )
    })
}

/// How far layers move a step, where nothing is wrong with it.
fn steady_pace(seen: &[Seen<'_>]) -> Option<String> {
    let told: Vec<f32> = seen
        .iter()
        .filter_map(|(_, stat)| stat.update_ratio)
        .filter(|ratio| !ratio.is_nan())
        .collect();
    let all = told.len();
    let least = told.iter().copied().reduce(f32::min)?;
    let most = told.iter().copied().reduce(f32::max)?;
    let (least, most) = (format!("{least:.1}"), format!("{most:.1}"));
    let range = if least == most {
        least
    } else {
        format!("{least} to {most}")
    };
    let who = if all == 1 {
        "The layer that trains moves".to_owned()
    } else {
        format!("The {all} layers that train move")
    };
    let text = format!("{who} at {range} on the scale of update : weight; about -3 is healthy.");
    Some(text.replace('-', "−"))
}

fn dead(seen: &[Seen<'_>]) -> Option<String> {
    let worst = seen
        .iter()
        .filter_map(|(layer, stat)| Some((*layer, stat.dead?)))
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    (worst.1 > MANY).then(|| {
        format!(
            "{:.0} % of the units of {} are dead: they give 0 for every image.",
            worst.1 * 100.0,
            lower(worst.0)
        )
    })
}

/// The last layer is left out: black pixels saturate it, and rightly.
fn saturated(seen: &[Seen<'_>]) -> Option<String> {
    let (_, hidden) = seen.split_last()?;
    let worst = hidden
        .iter()
        .filter_map(|(layer, stat)| Some((*layer, stat.saturated?)))
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    (worst.1 > MANY).then(|| {
        format!(
            "{:.0} % of the outputs of {} are saturated: hardly any gradient passes.",
            worst.1 * 100.0,
            lower(worst.0)
        )
    })
}

/// The title of a layer within a sentence.
fn lower(layer: &LayerInfo) -> String {
    title(layer).to_lowercase()
}

/// `40-fold`, rounded to what matters.
fn fold(factor: f32) -> String {
    match factor {
        f if f >= 1e6 => "more than a million-fold".to_owned(),
        f => format!("about {}-fold", rounded(f)),
    }
}

/// `about 40 times`.
fn times(factor: f32) -> String {
    match factor {
        f if f >= 1e6 => "more than a million times".to_owned(),
        f => format!("about {} times", rounded(f)),
    }
}

/// One significant digit.
fn rounded(factor: f32) -> String {
    let magnitude = 10_f32.powf(factor.max(1.0).log10().floor());
    crate::gui::words::count(((factor / magnitude).round() * magnitude) as u64)
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;
