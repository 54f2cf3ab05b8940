//! What the numbers of a code are told by, and their order by it.
//!
//! A *unit* is a number of the code, or an entry that codes are made of.

use std::sync::Arc;

use crate::engine::Frame;
use crate::gui::latent::dimension_name;
use crate::gui::run::Run;
use crate::gui::state::AppState;
use crate::gui::words;
use crate::model::{DIMENSION_KL, ENTRY_COUNTS, FIRING_RATES, Figure};
use crate::train::TestPoint;

/// A number of a Gaussian code whose KL divergence is below this, in nats, tells nothing of the image.
const COLLAPSED: f64 = 0.01;

/// What units are told by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// KL divergence of each number from N(0, 1), in nats.
    Divergence,
    /// Share of the test images for which a number is not zero.
    Firing,
    /// How often an entry stands in the codes of the test images.
    Entries,
    /// Standard deviation of each number over the first test images.
    Spread,
}

impl Kind {
    /// What the window calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Divergence => "KL per dimension",
            Self::Firing => "Firing rates",
            Self::Entries => "Use of entries",
            Self::Spread => "Spread of dimensions",
        }
    }

    /// What a unit is called.
    pub fn unit(self, index: usize) -> String {
        match self {
            Self::Divergence | Self::Spread => dimension_name(index),
            Self::Firing => format!("unit {}", index + 1),
            Self::Entries => format!("entry {index}"),
        }
    }

    /// What the units are called together.
    pub fn units(self) -> &'static str {
        match self {
            Self::Divergence | Self::Spread => "dimensions",
            Self::Firing => "units",
            Self::Entries => "entries",
        }
    }

    /// The value of a unit in words.
    pub fn words(self, value: f64) -> String {
        match self {
            Self::Divergence => format!("{} nats", words::three_digits(value)),
            Self::Firing | Self::Entries if value == 0.0 => "never".to_owned(),
            Self::Firing | Self::Entries => format!("{} %", words::three_digits(100.0 * value)),
            Self::Spread => format!("σ {}", words::three_digits(value)),
        }
    }

    /// What is known of all units in a measurement.
    fn measured(self, point: &TestPoint) -> Option<&[f64]> {
        let name = match self {
            Self::Divergence => DIMENSION_KL,
            Self::Firing => FIRING_RATES,
            Self::Entries => ENTRY_COUNTS,
            Self::Spread => return None,
        };
        match point.measures.get(name)? {
            Figure::Each(values) => Some(values),
            Figure::One(_) => None,
        }
    }
}

/// Units with what they are told by.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// By what.
    pub kind: Kind,
    /// One value a unit, none of them infinite; of entries the share of all places of all codes.
    pub values: Vec<f64>,
    /// Units by value, largest first.
    pub order: Vec<usize>,
    /// Training steps when it was measured.
    pub step: u64,
    /// A unit is dead where its value is not above this.
    dead: f64,
}

impl Ranking {
    fn new(kind: Kind, mut values: Vec<f64>, step: u64) -> Self {
        for value in &mut values {
            if !value.is_finite() {
                *value = 0.0;
            }
        }
        if kind == Kind::Entries {
            let total = values.iter().sum::<f64>().max(1.0);
            for value in &mut values {
                *value /= total;
            }
        }
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|a, b| values[*b].total_cmp(&values[*a]));
        let most = order.first().map_or(0.0, |first| values[*first]);
        let dead = match kind {
            Kind::Divergence => COLLAPSED,
            Kind::Firing | Kind::Entries => 0.0,
            Kind::Spread => most * f64::from(crate::analysis::DEAD_SHARE),
        };
        Self {
            kind,
            values,
            order,
            step,
            dead,
        }
    }

    /// Of a measurement, by whatever it has.
    pub fn of_point(point: &TestPoint) -> Option<Self> {
        let kinds = [Kind::Divergence, Kind::Entries, Kind::Firing];
        kinds.into_iter().find_map(|kind| {
            let values = kind.measured(point)?;
            Some(Self::new(kind, values.to_vec(), point.step))
        })
    }

    /// Of the codes of a frame.
    fn of_frame(frame: &Frame) -> Option<Self> {
        let dimensions = &frame.codes.summary.dimensions;
        let values = dimensions.iter().map(|dimension| f64::from(dimension.std));
        (!dimensions.is_empty()).then(|| Self::new(Kind::Spread, values.collect(), frame.step))
    }

    /// Whether a unit carries nothing.
    pub fn is_dead(&self, unit: usize) -> bool {
        self.values
            .get(unit)
            .is_none_or(|value| *value <= self.dead)
    }

    /// How many carry nothing.
    pub fn dead(&self) -> usize {
        (0..self.values.len())
            .filter(|unit| self.is_dead(*unit))
            .count()
    }

    /// The largest value.
    pub fn most(&self) -> f64 {
        self.order.first().map_or(0.0, |first| self.values[*first])
    }

    /// The value of a unit where there is little room, without its unit of measure.
    pub fn short(&self, unit: usize) -> String {
        let value = self.values.get(unit).copied().unwrap_or_default();
        match self.kind {
            Kind::Divergence => format!("{value:.2}"),
            Kind::Spread => words::three_digits(value),
            Kind::Firing | Kind::Entries => self.words(unit),
        }
    }

    /// The value of a unit in words.
    pub fn words(&self, unit: usize) -> String {
        self.kind
            .words(self.values.get(unit).copied().unwrap_or_default())
    }
}

impl AppState {
    /// What is known of the units of a run's code at the moment that is looked at.
    pub(super) fn ranking(&self, run: &Run) -> Option<Ranking> {
        let frame = self.frame(run);
        let point = match self.history.cursor {
            Some(step) => run.metrics.test_at(step),
            None => run.metrics.last_test(),
        };
        point
            .and_then(Ranking::of_point)
            .or_else(|| Ranking::of_frame(frame?))
    }
}

/// The steps of [`over_time`].
pub(super) fn steps(run: &Run, kind: Kind) -> Vec<u64> {
    if kind == Kind::Spread {
        return frames(run).map(|frame| frame.step).collect();
    }
    let told = run
        .metrics
        .test
        .iter()
        .filter(|point| kind.measured(point).is_some());
    told.map(|point| point.step).collect()
}

/// Frames with codes, kept and newest.
fn frames(run: &Run) -> impl Iterator<Item = &Arc<Frame>> {
    run.frames().filter(|frame| !frame.codes.is_empty())
}

/// What units were told by over time, in order of steps: every measurement, or every frame that is kept.
pub(super) fn over_time(run: &Run, kind: Kind) -> Vec<(u64, Vec<f64>)> {
    if kind == Kind::Spread {
        return frames(run)
            .filter_map(|frame| Ranking::of_frame(frame))
            .map(|ranking| (ranking.step, ranking.values))
            .collect();
    }
    run.metrics
        .test
        .iter()
        .filter_map(|point| {
            let values = kind.measured(point)?.to_vec();
            Some((point.step, Ranking::new(kind, values, point.step).values))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Verdict;

    fn point(name: &str, values: &[f64]) -> TestPoint {
        let figure = (name.to_owned(), Figure::Each(values.to_vec()));
        TestPoint {
            step: 7,
            phase: 0,
            mse: 0.1,
            verdict: Verdict::Varied,
            terms: Arc::default(),
            measures: Arc::new([figure].into()),
        }
    }

    #[test]
    fn divergences_are_sorted_and_small_ones_are_dead() {
        let ranking = Ranking::of_point(&point(DIMENSION_KL, &[0.5, 0.009, 2.0])).unwrap();
        assert_eq!(ranking.order, [2, 0, 1]);
        assert_eq!((ranking.dead(), ranking.is_dead(1)), (1, true));
        assert_eq!(ranking.words(2), "2.00 nats");
        assert_eq!(ranking.kind.unit(2), "z3");
    }

    #[test]
    fn counts_become_shares() {
        let ranking = Ranking::of_point(&point(ENTRY_COUNTS, &[30.0, 0.0, 10.0])).unwrap();
        assert_eq!(ranking.values, [0.75, 0.0, 0.25]);
        assert_eq!(ranking.words(0), "75.0 %");
        assert_eq!(ranking.words(1), "never");
        assert_eq!(ranking.dead(), 1);
    }

    #[test]
    fn other_measures_are_not_told_by_unit() {
        assert_eq!(Ranking::of_point(&point("odd", &[1.0])), None);
    }

    #[test]
    fn what_is_no_number_counts_as_nothing() {
        let ranking = Ranking::of_point(&point(DIMENSION_KL, &[f64::NAN, 1.0])).unwrap();
        assert_eq!(ranking.order, [1, 0]);
        assert!(ranking.is_dead(0));
    }
}
