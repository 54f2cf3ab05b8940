//! The fit of a mixture, step by step.
//!
//! A *pass* of expectation maximisation first *maximises*, that is, moves each component to the points it
//! answers for, then *weighs*, that is, finds the density of each component at all points and has the points
//! shared in proportion. A step does this for a few components, so that a thread that is asked for other
//! things meanwhile is not kept long.

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::super::AnalysisError;
use super::super::grouping::{Grouping, Points};
use super::{
    ADDED_AT_LEAST, ADDED_SHARE, Component, GAIN, Mixture, MixtureOptions, NO_CODES, PASSES,
    share_out,
};

/// What a step does.
#[derive(Clone, Debug)]
enum Stage {
    /// Finds the groups to begin with.
    Grouping(Box<Grouping>),
    /// Maximises the components from this one on.
    Maximising(usize),
    /// Weighs the components from this one on.
    Weighing(usize),
    /// Nothing more.
    Done,
}

/// A mixture that is being fitted.
#[derive(Clone, Debug)]
pub struct MixtureFit {
    points: Points,
    options: MixtureOptions,
    variance: f64,
    /// What is added to the variance of every dimension.
    added: f64,
    stage: Stage,
    components: Vec<Component>,
    /// The share of each point, one list a component; while these are weighed, logarithms of densities.
    shares: Vec<Vec<f64>>,
    log_likelihoods: Vec<f64>,
}

impl MixtureFit {
    /// Begins a fit to `codes`, as [`Mixture::fit`] does it.
    ///
    /// # Errors
    /// When there is no code, the last one is incomplete, or one has a number that is not finite.
    pub fn new(
        codes: &[f32],
        width: usize,
        options: MixtureOptions,
    ) -> Result<Self, AnalysisError> {
        let points = Points::of(codes, width)?;
        let rng = ChaCha8Rng::seed_from_u64(options.seed ^ u64::from_be_bytes(*b"kmeans++"));
        let variance = points.variance();
        let added = match ADDED_SHARE * variance {
            added if added > 0.0 => added,
            _ => ADDED_AT_LEAST,
        };
        let grouping = Grouping::new(&points, options.components.max(1), rng);
        Ok(Self {
            points,
            options,
            variance,
            added,
            stage: Stage::Grouping(Box::new(grouping)),
            components: Vec::new(),
            shares: Vec::new(),
            log_likelihoods: Vec::new(),
        })
    }

    /// Does a step, for `most` components at most (at least one) where it is about components: these are
    /// spread over the threads at hand. Returns whether that was the last one. However many components a
    /// step has, the fit is the same.
    ///
    /// # Errors
    /// When rounding makes a covariance singular, which finite codes do not cause.
    pub fn advance(&mut self, most: usize) -> Result<bool, AnalysisError> {
        let end = |start: usize, count: usize| start.saturating_add(most.max(1)).min(count);
        match &mut self.stage {
            Stage::Grouping(grouping) => {
                if grouping.advance(&self.points) {
                    let means = std::mem::take(&mut grouping.means);
                    let of = std::mem::take(&mut grouping.of);
                    self.begin(means, &of);
                }
            }
            Stage::Maximising(start) => {
                let (start, count) = (*start, self.components.len());
                let end = end(start, count);
                let (points, added) = (&self.points, self.added);
                self.components[start..end]
                    .par_iter_mut()
                    .zip(&self.shares[start..end])
                    .try_for_each(|(component, shares)| {
                        *component = component.maximised(points, shares, added)?;
                        Ok(())
                    })?;
                self.stage = if end < count {
                    Stage::Maximising(end)
                } else {
                    Stage::Weighing(0)
                };
            }
            Stage::Weighing(start) => {
                let (start, count) = (*start, self.components.len());
                let end = end(start, count);
                let (points, added) = (&self.points, self.added);
                self.components[start..end]
                    .par_iter()
                    .zip(&mut self.shares[start..end])
                    .for_each(|(component, shares)| {
                        *shares = component.log_densities(points, added);
                    });
                if end < count {
                    self.stage = Stage::Weighing(end);
                } else {
                    self.end_pass();
                }
            }
            Stage::Done => {}
        }
        Ok(matches!(self.stage, Stage::Done))
    }

    /// The groups are found.
    fn begin(&mut self, means: Vec<Vec<f64>>, of: &[usize]) {
        let variance = self.variance + self.added;
        let covariance = self.options.covariance;
        let round = |mean| Component::round(mean, variance, covariance);
        self.components = means.into_iter().map(round).collect();
        let shares = (0..self.components.len()).map(|group| {
            let is_of = |of: &usize| if *of == group { 1.0 } else { 0.0 };
            of.iter().map(is_of).collect()
        });
        self.shares = shares.collect();
        self.stage = Stage::Maximising(0);
    }

    /// All components are weighed.
    fn end_pass(&mut self) {
        let found = share_out(&mut self.shares);
        let has_gained = self
            .log_likelihoods
            .last()
            .is_none_or(|last| found - last >= GAIN);
        self.log_likelihoods.push(found);
        self.stage = if has_gained && self.log_likelihoods.len() < PASSES {
            Stage::Maximising(0)
        } else {
            Stage::Done
        };
    }

    /// The mixture as it is after the steps done; before the first groups are found it has no component.
    pub fn finish(self) -> Mixture {
        let least = NO_CODES / self.points.len() as f64;
        let mut components = self.components;
        components.retain(|component| component.weight > least);
        Mixture {
            components,
            log_likelihoods: self.log_likelihoods,
        }
    }
}
