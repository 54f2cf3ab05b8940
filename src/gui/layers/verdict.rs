//! What the numbers of all layers at one step mean, in plain words.
//!
//! A *verdict* is a sentence that follows from the numbers alone; what is most telling comes first.

use crate::model::{LayerInfo, LayerStat, Side};

use super::measure::{HARDLY_MOVES, JUMPS};
use super::role::title;

/// Outputs that differ less than this from image to image are taken as the same.
const ALIKE: f32 = 0.05;

/// Gradients of the first and the last layer that differ by more than this factor are worth a word.
const UNEVEN: f32 = 30.0;

/// Shares of dead or saturated units above this are worth a word.
const MANY: f32 = 0.5;

/// A layer with what is known of it.
type Seen<'a> = (&'a LayerInfo, &'a LayerStat);

/// Sentences on one step of a run; none where nothing was measured.
pub fn verdicts(layers: &[LayerInfo], stats: &[LayerStat]) -> Vec<String> {
    if layers.len() != stats.len() {
        return Vec::new();
    }
    let seen: Vec<Seen<'_>> = layers.iter().zip(stats).collect();
    let trouble = [
        alike(&seen),
        gradients(&seen),
        dead(&seen),
        saturated(&seen),
    ];
    let mut sentences: Vec<String> = trouble.into_iter().flatten().collect();
    sentences.extend(pace(&seen));
    if sentences.is_empty() && !seen.iter().any(|(_, stat)| stat.spread.is_some()) {
        return sentences;
    }
    if alike(&seen).is_none()
        && let Some(spread) = code_spread(&seen)
    {
        sentences.push(format!(
            "The code differs from image to image (spread {spread:.2}): it carries something of them."
        ));
    }
    sentences
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

/// How far layers move a step.
fn pace(seen: &[Seen<'_>]) -> Option<String> {
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
    if slow > 0 {
        let layers = if all == 1 { "layer" } else { "layers" };
        let verb = if slow == 1 { "moves" } else { "move" };
        return Some(format!(
            "{slow} of {all} training {layers} hardly {verb}: by less than a hundred-thousandth of \
             the weights a step."
        ));
    }
    let least = told.iter().map(|(_, r)| *r).fold(f32::INFINITY, f32::min);
    let (least, most) = (format!("{least:.1}"), format!("{:.1}", fastest.1));
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
