//! What the chart can show: the training loss with the error on test images, or one other number that
//! was measured on these.

use serde::{Deserialize, Serialize};

use crate::model::{Figure, Form, PER_PIXEL, QUANTITIES, Quantity, Source, Title};
use crate::train::TestPoint;

use super::super::action::{ChartUnit, ViewOptions};
use super::super::run::Run;
use super::super::words;
use super::options::Reduction;

/// What the chart shows.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(from = "String", into = "&'static str")]
pub enum Shown {
    /// Training losses and errors on test images.
    #[default]
    Losses,
    /// A term or a measure, an entry of [`QUANTITIES`].
    Quantity(&'static Quantity),
}

impl From<String> for Shown {
    /// From its name in sessions. What another version wrote and nobody knows here is as if not chosen.
    fn from(id: String) -> Self {
        let known = Self::all().find(|shown| shown.id() == id);
        known.unwrap_or_default()
    }
}

impl From<Shown> for &'static str {
    fn from(shown: Shown) -> Self {
        shown.id()
    }
}

impl Shown {
    /// All of them, in the order of the chooser.
    pub fn all() -> impl Iterator<Item = Self> {
        let quantities = QUANTITIES.iter().map(Self::Quantity);
        std::iter::once(Self::Losses).chain(quantities)
    }

    /// Its name in sessions.
    fn id(self) -> &'static str {
        match self {
            Self::Losses => "losses",
            Self::Quantity(quantity) => quantity.id,
        }
    }

    /// What the window calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Losses => "Loss and test error",
            Self::Quantity(quantity) => quantity.name,
        }
    }

    /// What it is, in a sentence.
    pub fn help(self) -> &'static str {
        match self {
            Self::Losses => {
                "The loss of the training batches and the squared error on all test images."
            }
            Self::Quantity(quantity) => quantity.help,
        }
    }

    /// What the vertical axis measures, in a few words.
    pub fn title(self, unit: ChartUnit, reduction: Reduction) -> String {
        let of_loss = super::losses::title(unit, reduction);
        match self {
            Self::Losses => of_loss.to_owned(),
            Self::Quantity(quantity) => match quantity.title {
                Title::Fixed(what, Some(unit)) => format!("{what}, {unit}"),
                Title::Fixed(what, None) => what.to_owned(),
                Title::SquaredErrors { mean, sum } => match reduction {
                    Reduction::MeanPerPixel => format!("{mean}, {PER_PIXEL}"),
                    Reduction::SumPerImage => format!("{sum}, per image"),
                },
                Title::Reconstruction => format!("reconstruction, {of_loss}"),
            },
        }
    }

    /// Whether it is an error of pixels, which is a mean or a sum as one likes.
    pub fn is_error(self) -> bool {
        match self {
            Self::Losses => true,
            Self::Quantity(quantity) => match quantity.title {
                Title::Reconstruction | Title::SquaredErrors { .. } => true,
                Title::Fixed(..) => false,
            },
        }
    }

    /// Whether its ratios say something, so that an axis of logarithms can hold it.
    pub fn may_be_log(self) -> bool {
        match self {
            Self::Losses => true,
            Self::Quantity(quantity) => quantity.form == Form::Amount,
        }
    }

    /// A value of it as the window writes it.
    pub fn written(self, value: f64) -> String {
        let is_count = matches!(self, Self::Quantity(quantity) if quantity.form == Form::Count);
        if is_count {
            words::count(value.max(0.0).round() as u64)
        } else {
            words::three_digits(value)
        }
    }

    /// Its value in a measurement, as the engine has it; absent where it was not measured.
    pub fn value(self, point: &TestPoint) -> Option<f64> {
        let value = match self {
            Self::Losses => point.mse,
            Self::Quantity(quantity) => match quantity.source {
                Source::Term(name) => *point.terms.get(name)?,
                Source::Measure(name) => match point.measures.get(name)? {
                    Figure::One(value) => *value,
                    Figure::Each(_) => return None,
                },
            },
        };
        value.is_finite().then_some(value)
    }

    /// Whether a run has its line on an axis of this unit. Errors in nats and squared ones share none.
    pub fn is_of(self, run: &Run, unit: ChartUnit) -> bool {
        match self {
            Self::Losses => unit == ChartUnit::SquaredError,
            Self::Quantity(quantity) => match quantity.title {
                Title::Reconstruction => {
                    run.minimises_cross_entropy() == (unit == ChartUnit::CrossEntropy)
                }
                Title::Fixed(..) | Title::SquaredErrors { .. } => true,
            },
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
    let shown: Vec<Shown> = Shown::all()
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
        Shown::Quantity(quantity) => match quantity.title {
            Title::Reconstruction => {
                let with = shown_runs
                    .iter()
                    .filter(|run| run.metrics.has(options.curves.shown));
                let (entropies, squares): (Vec<&Run>, Vec<&Run>) =
                    with.partition(|run| run.minimises_cross_entropy());
                has_units = !entropies.is_empty() && !squares.is_empty();
                if entropies.is_empty() {
                    options.unit = ChartUnit::SquaredError;
                } else if squares.is_empty() {
                    options.unit = ChartUnit::CrossEntropy;
                }
            }
            Title::Fixed(..) | Title::SquaredErrors { .. } => {
                options.unit = ChartUnit::SquaredError;
            }
        },
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

    /// The quantity with this id.
    pub(in super::super) fn shown(id: &str) -> Shown {
        let found = QUANTITIES.iter().find(|quantity| quantity.id == id);
        Shown::Quantity(found.unwrap())
    }

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
        assert_eq!(shown("kl").value(&point), Some(12.5));
        assert_eq!(shown("active-units").value(&point), Some(7.0));
        assert_eq!(shown("mmd").value(&point), None, "it is no number");
        assert_eq!(shown("sparsity").value(&point), None);
        let each = [("beta".to_owned(), Figure::Each(vec![1.0]))];
        point.measures = Measures::new(each.into());
        assert_eq!(shown("beta").value(&point), None, "it is several");
        assert_eq!(shown("active-units").written(7.0), "7");
        assert_eq!(shown("kl").written(12.5), "12.5");
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
                shown("reconstruction"),
                shown("kl"),
                shown("active-units")
            ]
        );
        let (options, _) = resolved(chosen(shown("kl")), &runs, &[&runs[0]]);
        assert_eq!(options.curves.shown, Shown::Losses, "nobody has it");
        let (options, _) = resolved(chosen(shown("active-units")), &runs, &[&runs[1]]);
        assert_eq!(options.curves.shown, shown("active-units"));
        assert!(!options.has_log_axis, "a count may be zero");
    }

    #[test]
    fn reconstructions_have_the_unit_that_their_runs_minimise() {
        let squares = measured("autoencoder", point(0, &[("reconstruction", 0.05)], &[]));
        let runs = [squares, vae()];
        let options = chosen(shown("reconstruction"));
        let (of_vae, choices) = resolved(options, &runs, &[&runs[1]]);
        assert_eq!(of_vae.unit, ChartUnit::CrossEntropy);
        assert!(!choices.has_units);
        let (of_both, choices) = resolved(options, &runs, &[&runs[0], &runs[1]]);
        assert_eq!(of_both.unit, ChartUnit::SquaredError);
        assert!(choices.has_units);
        let is_of = |run, unit| shown("reconstruction").is_of(run, unit);
        assert!(is_of(&runs[0], ChartUnit::SquaredError));
        assert!(!is_of(&runs[1], ChartUnit::SquaredError));
        assert!(is_of(&runs[1], ChartUnit::CrossEntropy));
    }

    #[test]
    fn options_of_old_sessions_show_losses() {
        let old: super::super::CurveOptions =
            serde_json::from_str(r#"{"smoothing_steps":5,"x":"epochs"}"#).unwrap();
        assert_eq!((old.shown, old.smoothing_steps), (Shown::Losses, 5));
        let kept = serde_json::to_string(&chosen(shown("code-norm")).curves).unwrap();
        assert!(kept.contains("\"code-norm\""), "{kept}");
    }

    #[test]
    fn sessions_keep_what_is_shown_and_those_of_newer_versions_open() {
        let read = |text: &str| serde_json::from_str::<Shown>(text).unwrap();
        for shown in Shown::all() {
            let kept = serde_json::to_string(&shown).unwrap();
            assert_eq!(read(&kept), shown, "{kept}");
        }
        assert_eq!(serde_json::to_string(&Shown::Losses).unwrap(), "\"losses\"");
        assert_eq!(read("\"of another version\""), Shown::Losses);
    }

    #[test]
    fn titles_tell_the_unit_and_the_reduction() {
        let [mean, sum] = [Reduction::MeanPerPixel, Reduction::SumPerImage];
        let [squares, entropies] = [ChartUnit::SquaredError, ChartUnit::CrossEntropy];
        let title = |id, unit, reduction| shown(id).title(unit, reduction);
        for (unit, reduction, expected) in [
            (squares, mean, "reconstruction, MSE per pixel"),
            (squares, sum, "reconstruction, squared error per image"),
            (
                entropies,
                mean,
                "reconstruction, cross-entropy per pixel, nats",
            ),
            (
                entropies,
                sum,
                "reconstruction, cross-entropy per image, nats",
            ),
        ] {
            assert_eq!(title("reconstruction", unit, reduction), expected);
        }
        let of_noisy = |reduction| title("noisy-error", squares, reduction);
        assert_eq!(of_noisy(mean), "MSE of damaged images, per pixel");
        assert_eq!(of_noisy(sum), "squared error of damaged images, per image");
        assert_eq!(title("kl", squares, sum), "KL divergence, nats per image");
        assert_eq!(Shown::Losses.title(squares, mean), "MSE per pixel");
    }
}
