//! What the numbers of the chart are: formula, reduction and unit.
//!
//! A *reduction* brings the values of an image together to one number, their mean or their sum. The
//! engine measures means; the chart turns them into sums where that is wanted.

use crate::model::{Objective, Side, Title};

use super::super::action::ChartUnit;
use super::super::run::{LossUnit, Run};
use super::super::words;
use super::options::Reduction;
use super::shown::Shown;

/// What a training loss of a phase has to be multiplied with.
pub fn loss_factor(run: &Run, phase: usize, reduction: Reduction) -> f64 {
    let values = match run.loss_unit(phase) {
        LossUnit::Pixels | LossUnit::CrossEntropy => pixels(run),
        LossUnit::Codes => code_values(run, phase),
    };
    let parts = run.loss_parts(phase);
    parts.factor(values, reduction == Reduction::SumPerImage)
}

/// What a mean over the pixels of an image has to be multiplied with.
pub fn pixel_factor(run: &Run, reduction: Reduction) -> f64 {
    match reduction {
        Reduction::MeanPerPixel => 1.0,
        Reduction::SumPerImage => pixels(run) as f64,
    }
}

/// What a number that was measured on test images has to be multiplied with.
pub fn test_factor(run: &Run, shown: Shown, reduction: Reduction) -> f64 {
    match shown {
        Shown::Losses => pixel_factor(run, reduction),
        Shown::Quantity(quantity) => match quantity.title {
            // Where the loss is a sum, so is this term of it, in every phase.
            Title::Reconstruction => {
                let parts = run.loss_parts(0);
                parts.factor(pixels(run), reduction == Reduction::SumPerImage)
            }
            Title::SquaredErrors { .. } => pixel_factor(run, reduction),
            Title::Fixed(..) => 1.0,
        },
    }
}

/// Whether training losses of this kind are drawn where the axis has this unit.
pub fn is_drawn(loss: LossUnit, unit: ChartUnit) -> bool {
    (loss == LossUnit::CrossEntropy) == (unit == ChartUnit::CrossEntropy)
}

/// What phases minimised that began, of the losses that are drawn.
fn drawn_phases(run: &Run, unit: ChartUnit) -> impl Iterator<Item = usize> {
    let phases = run.metrics.phases.iter().map(|start| start.phase);
    phases.filter(move |phase| is_drawn(run.loss_unit(*phase), unit))
}

/// Values of an image of the run; 1 as long as nobody knows.
pub fn pixels(run: &Run) -> usize {
    run.info
        .as_ref()
        .map_or(1, |info| info.dataset.shape.pixels())
}

/// Values of the code that a greedy phase rebuilds.
fn code_values(run: &Run, phase: usize) -> usize {
    let Some(Objective::Greedy { stage }) = run.phases().get(phase).map(|phase| phase.objective)
    else {
        return pixels(run);
    };
    let layers = run.info.iter().flat_map(|info| &info.layers);
    // The code of the pair outside the one that trains.
    layers
        .filter(|layer| layer.side == Side::Encoder && layer.stage + 1 == stage)
        .map(|layer| layer.outputs)
        .next()
        .unwrap_or_else(|| pixels(run))
}

/// What the vertical axis measures, in a few words.
pub fn title(unit: ChartUnit, reduction: Reduction) -> &'static str {
    match (unit, reduction) {
        (ChartUnit::SquaredError, Reduction::MeanPerPixel) => "MSE per pixel",
        (ChartUnit::SquaredError, Reduction::SumPerImage) => "squared error per image",
        (ChartUnit::CrossEntropy, Reduction::MeanPerPixel) => "cross-entropy per pixel, nats",
        (ChartUnit::CrossEntropy, Reduction::SumPerImage) => "cross-entropy per image, nats",
    }
}

/// A sentence on what training losses hold besides errors of reconstruction; empty where that is
/// nothing.
fn more(runs: &[&Run], unit: ChartUnit, reduction: Reduction) -> String {
    let mut held: Vec<(String, Vec<&str>)> = Vec::new();
    let mut is_divided = false;
    for run in runs {
        for phase in drawn_phases(run, unit) {
            let parts = run.loss_parts(phase);
            if !parts.has_more() {
                continue;
            }
            is_divided |= parts.is_sum && reduction == Reduction::MeanPerPixel;
            let more = parts.more();
            let place = held.iter().position(|(words, _)| *words == more);
            let place = place.unwrap_or_else(|| {
                held.push((more, Vec::new()));
                held.len() - 1
            });
            if !held[place].1.contains(&run.name()) {
                held[place].1.push(run.name());
            }
        }
    }
    if held.is_empty() {
        return String::new();
    }
    let held: Vec<String> = held
        .into_iter()
        .map(|(more, names)| format!("reconstruction{more} ({})", names.join(", ")))
        .collect();
    let divided = if is_divided {
        ", of which sums over an image are divided by its pixels here"
    } else {
        ""
    };
    format!(
        " Dashed training losses hold more than that: {}{divided}.",
        held.join("; ")
    )
}

/// A line on what the chart shows.
pub fn formula(runs: &[&Run], unit: ChartUnit, reduction: Reduction) -> String {
    let mut counts: Vec<usize> = runs
        .iter()
        .filter(|run| run.info.is_some())
        .map(|run| pixels(run))
        .collect();
    counts.sort_unstable();
    counts.dedup();
    let of_pixels = match (reduction, &counts[..]) {
        (Reduction::MeanPerPixel, _) => "mean over pixels and images".to_owned(),
        (Reduction::SumPerImage, [count]) => format!(
            "sum over the {} pixels of an image, mean over images,",
            words::count(*count as u64)
        ),
        (Reduction::SumPerImage, _) => {
            "sum over the pixels of an image, mean over images,".to_owned()
        }
    };
    let mut text = match (unit, reduction) {
        (ChartUnit::SquaredError, Reduction::MeanPerPixel) => {
            format!("MSE = {of_pixels} of (pixel − output)², pixels in 0–1.")
        }
        (ChartUnit::SquaredError, Reduction::SumPerImage) => {
            format!("Squared error = {of_pixels} of (pixel − output)², pixels in 0–1.")
        }
        (ChartUnit::CrossEntropy, _) => format!(
            "Binary cross-entropy of the training batches = {of_pixels} of −t ln y − (1 − t) ln(1 − y) \
             with pixel t and output y, in nats; above zero even for perfect grey pixels, and not to \
             be held against squared errors."
        ),
    };
    let has_codes = runs
        .iter()
        .any(|run| drawn_phases(run, unit).any(|phase| run.loss_unit(phase) == LossUnit::Codes));
    if unit == ChartUnit::SquaredError {
        if has_codes {
            text.push_str(match reduction {
                Reduction::MeanPerPixel => {
                    " Dashed training losses: greedy phases rebuild codes, so these are means over \
                     the values of a code, not over pixels."
                }
                Reduction::SumPerImage => {
                    " Dashed training losses: greedy phases rebuild codes, so these are sums over \
                     the values of a code, not over pixels."
                }
            });
        }
        if runs.iter().any(|run| run.minimises_cross_entropy()) {
            text.push_str(" Training loss is cross-entropy where a run minimises it.");
        }
    }
    text.push_str(&more(runs, unit, reduction));
    text
}

#[cfg(test)]
mod tests {
    use super::super::axis::tests::run;
    use super::super::shown::tests::{measured, point, shown};
    use super::*;
    use crate::gui::setup::draft::Draft;
    use crate::gui::state::tests::info;
    use crate::model::{KnobValue, Pretraining, variant};
    use crate::train::PhaseStart;

    fn greedy() -> Run {
        let mut draft = Draft::recipe(variant("stacked").unwrap(), "glyphs");
        let before = draft.clone();
        draft.config.pretraining = Pretraining::Greedy;
        draft.settle(&before);
        let mut run = run();
        run.info = Some(info(&draft.config, 50));
        run.draft = draft;
        run.metrics.phases = (0..6)
            .map(|phase| PhaseStart {
                phase,
                step: phase as u64 * 10,
            })
            .collect();
        run
    }

    #[test]
    fn sums_count_what_the_phase_rebuilds() {
        let run = greedy();
        let sum = Reduction::SumPerImage;
        assert_eq!(loss_factor(&run, 0, sum), 784.0);
        let info = run.info.as_ref().unwrap();
        for (phase, layer) in (1..5).zip(&info.layers) {
            assert_eq!(run.loss_unit(phase), LossUnit::Codes);
            assert_eq!(
                loss_factor(&run, phase, sum),
                layer.outputs as f64,
                "phase {phase}"
            );
        }
        assert_eq!(loss_factor(&run, 5, sum), 784.0);
        assert_eq!(loss_factor(&run, 1, Reduction::MeanPerPixel), 1.0);
    }

    #[test]
    fn losses_with_a_divergence_are_sums_already_and_named() {
        let terms = [("reconstruction", 90.0), ("kl", 12.5)];
        let mut vae = measured("vae", point(0, &terms, &[]));
        let [mean, sum] = [Reduction::MeanPerPixel, Reduction::SumPerImage];
        assert_eq!(loss_factor(&vae, 0, sum), 1.0);
        assert_eq!(loss_factor(&vae, 0, mean), 1.0 / 784.0);
        assert_eq!(
            test_factor(&vae, shown("reconstruction"), mean),
            1.0 / 784.0
        );
        assert_eq!(
            test_factor(&vae, Shown::Losses, mean),
            1.0,
            "a mean as ever"
        );
        assert_eq!(test_factor(&vae, shown("noisy-error"), sum), 784.0);
        assert_eq!(test_factor(&vae, shown("kl"), sum), 1.0);
        let text = formula(&[&vae], ChartUnit::CrossEntropy, mean);
        let name = vae.name();
        assert!(
            text.contains(&format!("reconstruction + β KL ({name}), of which sums")),
            "{text}"
        );
        let text = formula(&[&vae], ChartUnit::CrossEntropy, sum);
        assert!(
            text.ends_with(&format!("reconstruction + β KL ({name}).")),
            "{text}"
        );
        let text = formula(&[&vae], ChartUnit::SquaredError, sum);
        assert!(!text.contains('β'), "that loss is not on this axis: {text}");
        let loss = KnobValue::Text("mse".to_owned());
        vae.draft.config.knobs.set("loss", loss);
        let text = formula(&[&vae], ChartUnit::SquaredError, sum);
        assert!(text.contains("reconstruction + β KL"), "{text}");
    }

    #[test]
    fn penalties_are_named_too() {
        let plain = measured("autoencoder", point(0, &[], &[]));
        let sparse = measured("sparse", point(0, &[], &[]));
        let contractive = measured("contractive", point(0, &[], &[]));
        let runs = [&plain, &sparse, &contractive];
        let text = formula(&runs, ChartUnit::SquaredError, Reduction::MeanPerPixel);
        let names = format!(
            "reconstruction + penalties ({}, {}).",
            sparse.name(),
            contractive.name()
        );
        assert!(text.ends_with(&names), "{text}");
        let text = formula(&[&plain], ChartUnit::SquaredError, Reduction::MeanPerPixel);
        assert!(!text.contains("penalties"), "{text}");
    }

    #[test]
    fn the_formula_says_what_is_shown_and_nothing_else() {
        let (plain, greedy) = (run(), greedy());
        let mean = formula(&[&plain], ChartUnit::SquaredError, Reduction::MeanPerPixel);
        assert!(
            mean.starts_with("MSE = mean over pixels and images of"),
            "{mean}"
        );
        assert!(
            !mean.contains("codes") && !mean.contains("entropy"),
            "{mean}"
        );
        let sum = formula(&[&plain], ChartUnit::SquaredError, Reduction::SumPerImage);
        assert!(
            sum.contains("the 784 pixels") && !sum.contains("MSE"),
            "{sum}"
        );
        let codes = formula(&[&greedy], ChartUnit::SquaredError, Reduction::MeanPerPixel);
        assert!(codes.contains("not over pixels"), "{codes}");
        let mut entropy = run();
        let loss = KnobValue::Text("bce".to_owned());
        entropy.draft.config.knobs.set("loss", loss);
        let both = formula(
            &[&plain, &entropy],
            ChartUnit::CrossEntropy,
            Reduction::MeanPerPixel,
        );
        assert!(
            both.contains("not to be held against squared errors"),
            "{both}"
        );
    }
}
