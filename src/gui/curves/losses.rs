//! What the numbers of the chart are: formula, reduction and unit.
//!
//! A *reduction* brings the values of an image together to one number, their mean or their sum. The
//! engine measures means; the chart turns them into sums where that is wanted.

use crate::model::{Objective, Side};

use super::super::action::ChartUnit;
use super::super::run::{LossUnit, Run};
use super::super::words;
use super::options::Reduction;

/// What a mean has to be multiplied with.
pub fn factor(run: &Run, phase: usize, unit: LossUnit, reduction: Reduction) -> f64 {
    match reduction {
        Reduction::MeanPerPixel => 1.0,
        Reduction::SumPerImage => match unit {
            LossUnit::Pixels | LossUnit::CrossEntropy => pixels(run) as f64,
            LossUnit::Codes => code_values(run, phase) as f64,
        },
    }
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
    let has_codes = runs.iter().any(|run| {
        (0..run.metrics.phases.len()).any(|phase| run.loss_unit(phase) == LossUnit::Codes)
    });
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
    text
}

#[cfg(test)]
mod tests {
    use super::super::axis::tests::run;
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
        assert_eq!(factor(&run, 0, run.loss_unit(0), sum), 784.0);
        let info = run.info.as_ref().unwrap();
        for (phase, layer) in (1..5).zip(&info.layers) {
            assert_eq!(run.loss_unit(phase), LossUnit::Codes);
            assert_eq!(
                factor(&run, phase, LossUnit::Codes, sum),
                layer.outputs as f64,
                "phase {phase}"
            );
        }
        assert_eq!(factor(&run, 5, run.loss_unit(5), sum), 784.0);
        assert_eq!(
            factor(&run, 1, LossUnit::Codes, Reduction::MeanPerPixel),
            1.0
        );
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
