//! What the chart can show: the training loss with the error on test images, or one other number that
//! was measured on these.

use serde::{Deserialize, Serialize};

use crate::model::Figure;
use crate::train::TestPoint;

use super::super::action::{ChartUnit, ViewOptions};
use super::super::run::Run;
use super::super::words;
use super::options::Reduction;

/// What the chart shows.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Shown {
    /// Training losses and errors on test images.
    #[default]
    Losses,
    /// The term of the loss that says how far images are from what they should be.
    Reconstruction,
    /// The divergence of codes from N(0, I).
    Kl,
    /// The term of an L1 or KL sparsity penalty.
    Sparsity,
    /// The term of a contractive penalty.
    Contraction,
    /// The maximum mean discrepancy of codes from N(0, I).
    Mmd,
    /// The term of a penalty on the size of codes.
    CodeNorm,
    /// The term of a penalty on the weights of the decoder.
    DecoderDecay,
    /// Numbers of a Gaussian code that are in use.
    ActiveUnits,
    /// Units of the code that are zero for every image.
    DeadUnits,
    /// The share of the code that is not zero.
    ActiveShare,
    /// The error of images after they were damaged.
    NoisyError,
    /// The error of what becomes of damaged images.
    DenoisedError,
    /// The weight of the KL divergence at the time.
    Beta,
}

/// Where a number stands in a measurement.
enum Place {
    Error,
    Term(&'static str),
    Measure(&'static str),
}

impl Shown {
    /// All of them, in the order of the chooser.
    pub const ALL: &'static [Self] = &[
        Self::Losses,
        Self::Reconstruction,
        Self::Kl,
        Self::Sparsity,
        Self::Contraction,
        Self::Mmd,
        Self::CodeNorm,
        Self::DecoderDecay,
        Self::ActiveUnits,
        Self::DeadUnits,
        Self::ActiveShare,
        Self::NoisyError,
        Self::DenoisedError,
        Self::Beta,
    ];

    /// What the window calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Losses => "Loss and test error",
            Self::Reconstruction => "Reconstruction",
            Self::Kl => "KL divergence",
            Self::Sparsity => "Sparsity",
            Self::Contraction => "Contraction",
            Self::Mmd => "MMD",
            Self::CodeNorm => "Code norm",
            Self::DecoderDecay => "Decoder decay",
            Self::ActiveUnits => "Active units",
            Self::DeadUnits => "Dead units",
            Self::ActiveShare => "Active share",
            Self::NoisyError => "Error of damaged images",
            Self::DenoisedError => "Error after denoising",
            Self::Beta => "β in force",
        }
    }

    /// What it is, in a sentence.
    pub fn help(self) -> &'static str {
        match self {
            Self::Losses => {
                "The loss of the training batches and the squared error on all test images."
            }
            Self::Reconstruction => {
                "The reconstruction term of the loss, on clean test images; through codes that are \
                 drawn where the bottleneck is Gaussian."
            }
            Self::Kl => {
                "KL divergence of the codes of test images from N(0, I), summed over the code and \
                 without β."
            }
            Self::Sparsity => {
                "The sparsity penalty on test images without its weight: the mean of |code| for L1, \
                 Σ KL(ρ ‖ mean activation) for KL sparsity. The two do not compare."
            }
            Self::Contraction => {
                "Squared slopes of the code, ‖∂code/∂image‖², a mean over test images without the \
                 weight of the penalty."
            }
            Self::Mmd => {
                "Maximum mean discrepancy between the codes of test images and N(0, I), without the \
                 weight of the penalty. The estimate is unbiased, so it may fall below zero."
            }
            Self::CodeNorm => {
                "½‖code‖², a mean over test images without the weight of the penalty."
            }
            Self::DecoderDecay => "½‖weights of the decoder‖², without the weight of the penalty.",
            Self::ActiveUnits => {
                "Numbers of the code whose mean varies over the test images by a variance of more \
                 than 0.01."
            }
            Self::DeadUnits => "Units of the code that are zero for every test image.",
            Self::ActiveShare => "Share of the code that is not zero, a mean over the test images.",
            Self::NoisyError => {
                "Squared error of test images that were damaged as in training, before the network \
                 sees them."
            }
            Self::DenoisedError => {
                "Squared error of what the network makes of damaged test images, against the clean \
                 ones."
            }
            Self::Beta => "The weight of the KL divergence when the test images were measured.",
        }
    }

    /// What the vertical axis measures, in a few words.
    pub fn title(self, unit: ChartUnit, reduction: Reduction) -> &'static str {
        let is_sum = reduction == Reduction::SumPerImage;
        match self {
            Self::Losses => super::losses::title(unit, reduction),
            Self::Reconstruction => match (unit, is_sum) {
                (ChartUnit::SquaredError, false) => "reconstruction, MSE per pixel",
                (ChartUnit::SquaredError, true) => "reconstruction, squared error per image",
                (ChartUnit::CrossEntropy, false) => "reconstruction, cross-entropy per pixel, nats",
                (ChartUnit::CrossEntropy, true) => "reconstruction, cross-entropy per image, nats",
            },
            Self::Kl => "KL divergence, nats per image",
            Self::Sparsity => "sparsity, unweighted",
            Self::Contraction => "contraction ‖∂code/∂image‖², unweighted",
            Self::Mmd => "MMD, unweighted",
            Self::CodeNorm => "code norm ½‖code‖², unweighted",
            Self::DecoderDecay => "decoder decay ½‖weights‖², unweighted",
            Self::ActiveUnits => "active units",
            Self::DeadUnits => "dead units",
            Self::ActiveShare => "active share of the code",
            Self::NoisyError if is_sum => "squared error of damaged images, per image",
            Self::NoisyError => "MSE of damaged images, per pixel",
            Self::DenoisedError if is_sum => "squared error after denoising, per image",
            Self::DenoisedError => "MSE after denoising, per pixel",
            Self::Beta => "β in force",
        }
    }

    /// Whether it is an error of pixels, which is a mean or a sum as one likes.
    pub fn is_error(self) -> bool {
        matches!(
            self,
            Self::Losses | Self::Reconstruction | Self::NoisyError | Self::DenoisedError
        )
    }

    /// Whether its ratios say something. Counts and shares are often zero, and an unbiased discrepancy
    /// falls below it: on an axis of logarithms these would lie at its end.
    pub fn may_be_log(self) -> bool {
        !matches!(
            self,
            Self::Mmd | Self::ActiveUnits | Self::DeadUnits | Self::ActiveShare | Self::Beta
        )
    }

    /// A value of it as the window writes it.
    pub fn written(self, value: f64) -> String {
        match self {
            Self::ActiveUnits | Self::DeadUnits => words::count(value.max(0.0).round() as u64),
            _ => words::three_digits(value),
        }
    }

    fn place(self) -> Place {
        match self {
            Self::Losses => Place::Error,
            Self::Reconstruction => Place::Term("reconstruction"),
            Self::Kl => Place::Term("kl"),
            Self::Sparsity => Place::Term("sparsity"),
            Self::Contraction => Place::Term("contraction"),
            Self::Mmd => Place::Term("mmd"),
            Self::CodeNorm => Place::Term("code-norm"),
            Self::DecoderDecay => Place::Term("weight-decay"),
            Self::ActiveUnits => Place::Measure("active_units"),
            Self::DeadUnits => Place::Measure("dead_units"),
            Self::ActiveShare => Place::Measure("active_share"),
            Self::NoisyError => Place::Measure("noisy_mse"),
            Self::DenoisedError => Place::Measure("denoised_mse"),
            Self::Beta => Place::Measure("beta"),
        }
    }

    /// Its value in a measurement, as the engine has it; absent where it was not measured.
    pub fn value(self, point: &TestPoint) -> Option<f64> {
        let value = match self.place() {
            Place::Error => point.mse,
            Place::Term(name) => *point.terms.get(name)?,
            Place::Measure(name) => match point.measures.get(name)? {
                Figure::One(value) => *value,
                Figure::Each(_) => return None,
            },
        };
        value.is_finite().then_some(value)
    }

    /// Whether a run has its line on an axis of this unit. Errors in nats and squared ones share none.
    pub fn is_of(self, run: &Run, unit: ChartUnit) -> bool {
        match self {
            Self::Losses => unit == ChartUnit::SquaredError,
            Self::Reconstruction => {
                run.minimises_cross_entropy() == (unit == ChartUnit::CrossEntropy)
            }
            _ => true,
        }
    }
}

/// What the chart has to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices {
    /// What can be shown; one entry where nothing but losses and errors was measured.
    pub shown: Vec<Shown>,
    /// Whether errors in nats and squared ones are both to be had.
    pub has_units: bool,
}

/// What the chart shows of what was chosen, which stays chosen while no run has it, and what else there
/// is. `shown_runs` are those of `runs` that are not hidden.
pub fn resolved(options: ViewOptions, runs: &[Run], shown_runs: &[&Run]) -> (ViewOptions, Choices) {
    let has = |shown: Shown| shown_runs.iter().any(|run| run.metrics.has(shown));
    let all = Shown::ALL.iter().copied();
    let shown: Vec<Shown> = all
        .filter(|one| *one == Shown::Losses || has(*one))
        .collect();
    let mut options = options;
    if !shown.contains(&options.curves.shown) {
        options.curves.shown = Shown::Losses;
    }
    let mut has_units = false;
    match options.curves.shown {
        Shown::Losses => {
            has_units = runs.iter().any(Run::minimises_cross_entropy);
            if !has_units {
                options.unit = ChartUnit::SquaredError;
            }
        }
        Shown::Reconstruction => {
            let with = shown_runs
                .iter()
                .filter(|run| run.metrics.has(Shown::Reconstruction));
            let (entropies, squares): (Vec<&Run>, Vec<&Run>) =
                with.partition(|run| run.minimises_cross_entropy());
            has_units = !entropies.is_empty() && !squares.is_empty();
            if entropies.is_empty() {
                options.unit = ChartUnit::SquaredError;
            } else if squares.is_empty() {
                options.unit = ChartUnit::CrossEntropy;
            }
        }
        _ => options.unit = ChartUnit::SquaredError,
    }
    options.has_log_axis &= options.curves.shown.may_be_log();
    (options, Choices { shown, has_units })
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::axis::tests::run;
    use super::*;
    use crate::gui::setup::draft::Draft;
    use crate::gui::state::tests::info;
    use crate::model::variant;
    use crate::train::{Measures, Metrics, PhaseStart, TermValues, Verdict};

    /// A measurement with these terms and measures.
    pub(in super::super) fn point(
        step: u64,
        terms: &[(&str, f64)],
        measures: &[(&str, f64)],
    ) -> TestPoint {
        let named = |(name, value): &(&str, f64)| ((*name).to_owned(), *value);
        let measures = measures.iter().map(named);
        TestPoint {
            step,
            phase: 0,
            mse: 0.05,
            verdict: Verdict::Varied,
            terms: TermValues::new(terms.iter().map(named).collect()),
            measures: Measures::new(
                measures
                    .map(|(name, value)| (name, Figure::One(value)))
                    .collect(),
            ),
        }
    }

    /// A run of a variant that was measured once.
    pub(in super::super) fn measured(id: &str, point: TestPoint) -> Run {
        let mut run = run();
        let draft = Draft::recipe(variant(id).unwrap(), "glyphs");
        run.info = Some(info(&draft.config, 50));
        run.draft = draft;
        let metrics = Metrics {
            phases: vec![PhaseStart { phase: 0, step: 0 }],
            test: vec![point],
            ..Metrics::default()
        };
        run.metrics.extend(&metrics, 0, 0.0);
        run
    }

    fn vae() -> Run {
        let terms = [("reconstruction", 90.0), ("kl", 12.5)];
        measured("vae", point(0, &terms, &[("active_units", 7.0)]))
    }

    fn chosen(shown: Shown) -> ViewOptions {
        let mut options = ViewOptions::default();
        options.curves.shown = shown;
        options
    }

    #[test]
    fn numbers_are_found_by_their_names() {
        let mut point = point(
            0,
            &[("kl", 12.5), ("mmd", f64::NAN)],
            &[("active_units", 7.0)],
        );
        assert_eq!(Shown::Losses.value(&point), Some(0.05));
        assert_eq!(Shown::Kl.value(&point), Some(12.5));
        assert_eq!(Shown::ActiveUnits.value(&point), Some(7.0));
        assert_eq!(Shown::Mmd.value(&point), None, "it is no number");
        assert_eq!(Shown::Sparsity.value(&point), None);
        let each = [("beta".to_owned(), Figure::Each(vec![1.0]))];
        point.measures = Measures::new(each.into());
        assert_eq!(Shown::Beta.value(&point), None, "it is several");
        assert_eq!(Shown::ActiveUnits.written(7.0), "7");
        assert_eq!(Shown::Kl.written(12.5), "12.5");
    }

    #[test]
    fn what_runs_have_is_offered_and_nothing_else() {
        let runs = [run(), vae()];
        let offered = |runs: &[Run], shown_runs: &[&Run]| {
            resolved(ViewOptions::default(), runs, shown_runs).1.shown
        };
        assert_eq!(offered(&runs, &[&runs[0]]), [Shown::Losses]);
        assert_eq!(
            offered(&runs, &[&runs[0], &runs[1]]),
            [
                Shown::Losses,
                Shown::Reconstruction,
                Shown::Kl,
                Shown::ActiveUnits
            ]
        );
        let (options, _) = resolved(chosen(Shown::Kl), &runs, &[&runs[0]]);
        assert_eq!(options.curves.shown, Shown::Losses, "nobody has it");
        let (options, _) = resolved(chosen(Shown::ActiveUnits), &runs, &[&runs[1]]);
        assert_eq!(options.curves.shown, Shown::ActiveUnits);
        assert!(!options.has_log_axis, "a count may be zero");
    }

    #[test]
    fn reconstructions_have_the_unit_that_their_runs_minimise() {
        let squares = measured("autoencoder", point(0, &[("reconstruction", 0.05)], &[]));
        let runs = [squares, vae()];
        let options = chosen(Shown::Reconstruction);
        let (of_vae, choices) = resolved(options, &runs, &[&runs[1]]);
        assert_eq!(of_vae.unit, ChartUnit::CrossEntropy);
        assert!(!choices.has_units);
        let (of_both, choices) = resolved(options, &runs, &[&runs[0], &runs[1]]);
        assert_eq!(of_both.unit, ChartUnit::SquaredError);
        assert!(choices.has_units);
        let is_of = |run, unit| Shown::Reconstruction.is_of(run, unit);
        assert!(is_of(&runs[0], ChartUnit::SquaredError));
        assert!(!is_of(&runs[1], ChartUnit::SquaredError));
        assert!(is_of(&runs[1], ChartUnit::CrossEntropy));
    }

    #[test]
    fn options_of_old_sessions_show_losses() {
        let old: super::super::CurveOptions =
            serde_json::from_str(r#"{"smoothing_steps":5,"x":"epochs"}"#).unwrap();
        assert_eq!((old.shown, old.smoothing_steps), (Shown::Losses, 5));
        let kept = serde_json::to_string(&chosen(Shown::CodeNorm).curves).unwrap();
        assert!(kept.contains("\"code-norm\""), "{kept}");
    }
}
