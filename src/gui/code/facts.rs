//! What the use of a code comes to, in sentences.

use crate::gui::run::Run;
use crate::gui::words;
use crate::model::Figure;
use crate::train::TestPoint;

use super::ranking::{Kind, Ranking};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// As it should be.
    Fact,
    /// Worth a look.
    Warning,
    /// The code carries nothing.
    Alarm,
}

/// A sentence or two.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Told {
    pub(super) level: Level,
    pub(super) text: String,
}

impl Told {
    fn new(level: Level, text: String) -> Self {
        Self { level, text }
    }
}

/// What there is to say of a ranking.
pub(super) fn told(run: &Run, ranking: &Ranking) -> Vec<Told> {
    let point = run.metrics.test_at(ranking.step);
    match ranking.kind {
        Kind::Divergence => divergence(run, ranking, point),
        Kind::Firing => firing(ranking, point),
        Kind::Entries => entries(ranking, point),
        Kind::Spread => vec![spread(ranking)],
    }
}

fn one(point: Option<&TestPoint>, name: &str) -> Option<f64> {
    match point?.measures.get(name)? {
        Figure::One(value) => Some(*value),
        Figure::Each(_) => None,
    }
}

fn divergence(run: &Run, ranking: &Ranking, point: Option<&TestPoint>) -> Vec<Told> {
    let total: f64 = ranking.values.iter().sum();
    let (count, dead) = (ranking.values.len(), ranking.dead());
    let active = one(point, "active_units").map_or_else(String::new, |units| {
        format!("; {units:.0} of {count} units are active (their mean varies by more than 0.01)")
    });
    let mut told = vec![Told::new(
        Level::Fact,
        format!(
            "The code carries {} nats an image{active}.",
            words::three_digits(total)
        ),
    )];
    if dead > 0 {
        let level = if dead == count {
            Level::Alarm
        } else if 2 * dead >= count {
            Level::Warning
        } else {
            Level::Fact
        };
        let what = if dead == count {
            "The code has collapsed: every dimension carries less than 0.01 nats, and every image gets the \
             same code."
                .to_owned()
        } else {
            format!("{dead} of {count} dimensions have collapsed: they carry less than 0.01 nats.")
        };
        told.push(Told::new(
            level,
            format!("{what} {}", reason(run, point, dead == count)),
        ));
    }
    told.push(Told::new(
        Level::Fact,
        format!(
            "Why pictures blur: images that {} nats cannot tell apart get the same picture, which is their \
             mean. A smaller β lets the code carry more, and pictures drawn from N(0, I) look less like images \
             then.",
            words::three_digits(total)
        ),
    ));
    told
}

/// Why numbers of a code collapse.
fn reason(run: &Run, point: Option<&TestPoint>, is_all: bool) -> String {
    let beta = one(point, "beta");
    let pixels = run
        .info
        .as_ref()
        .map_or(0, |info| info.dataset.shape.pixels());
    match beta {
        Some(beta) if pixels > 0 && beta >= 0.5 * pixels as f64 => format!(
            "β is {}, about the number of pixels: the divergence is set against the mean error of the pixels \
             instead of their sum. Set β to 1.",
            words::setting(beta)
        ),
        Some(beta) if beta > 1.0 => format!(
            "β is {}: what such a dimension would save in error is worth less than β times its divergence. A \
             smaller β brings it back.",
            words::setting(beta)
        ),
        Some(_) | None if is_all => "β is no higher than 1, so the decoder does without the code: it is strong \
             enough to draw the mean image, or the divergence outweighed a code that was still noise. Warm β up \
             over some epochs, take smaller steps or a smaller decoder."
            .to_owned(),
        Some(_) | None => "That is usual where the code has more dimensions than the images need: the others \
             carry what there is."
            .to_owned(),
    }
}

fn firing(ranking: &Ranking, point: Option<&TestPoint>) -> Vec<Told> {
    let (count, dead) = (ranking.values.len(), ranking.dead());
    let mean = ranking.values.iter().sum::<f64>() / count.max(1) as f64;
    let mean = one(point, "active_share").unwrap_or(mean);
    let mut told = vec![Told::new(
        Level::Fact,
        format!(
            "An image makes {} of {} units fire, {} %.",
            words::count((mean * count as f64).round() as u64),
            words::count(count as u64),
            words::three_digits(100.0 * mean)
        ),
    )];
    if dead > 0 {
        let level = if 2 * dead >= count {
            Level::Warning
        } else {
            Level::Fact
        };
        told.push(Told::new(
            level,
            format!(
                "{} never fire for any test image: they are grey, and their weights are wasted. Longer \
                 training with revival (of top-k codes) or less sparsity brings them back.",
                words::count(dead as u64)
            ),
        ));
    }
    told
}

fn entries(ranking: &Ranking, point: Option<&TestPoint>) -> Vec<Told> {
    let (count, dead) = (ranking.values.len(), ranking.dead());
    let perplexity = one(point, "perplexity").map_or_else(String::new, |perplexity| {
        format!(
            "; perplexity {} (used evenly it would be {count})",
            words::three_digits(perplexity)
        )
    });
    let mut told = vec![Told::new(
        Level::Fact,
        format!(
            "{} of {} entries are used{perplexity}.",
            words::count((count - dead) as u64),
            words::count(count as u64)
        ),
    )];
    if 4 * dead >= count {
        told.push(Told::new(
            Level::Warning,
            "The codebook is starved: entries that no output is nearest to get no gradient and stay where they \
             are. Start from first outputs and revive dead entries, or take fewer."
                .to_owned(),
        ));
    }
    told
}

fn spread(ranking: &Ranking) -> Told {
    let (count, dead) = (ranking.values.len(), ranking.dead());
    let text = if dead == 0 {
        format!(
            "All {} dimensions vary over the test images.",
            words::count(count as u64)
        )
    } else {
        format!(
            "{} of {} dimensions hardly vary over the test images: they carry nothing.",
            words::count(dead as u64),
            words::count(count as u64)
        )
    };
    let level = if dead == count {
        Level::Alarm
    } else {
        Level::Fact
    };
    Told::new(level, text)
}
