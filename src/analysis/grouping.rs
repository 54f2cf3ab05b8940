//! Groups of points: where the fit of a mixture begins.
//!
//! k-means: each point belongs to the nearest of some means, each mean is that of its points, in turn. It
//! starts from points that k-means++ draws far from each other (Arthur & Vassilvitskii 2007).

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::AnalysisError;

/// Passes at most.
const PASSES: usize = 10;

/// Codes as `f64`, at least one.
#[derive(Clone, Debug)]
pub(super) struct Points {
    values: Vec<f64>,
    width: usize,
}

/// Points that are put into groups, as many as were asked for or as there are different points.
#[derive(Clone, Debug)]
pub(super) struct Grouping {
    rng: ChaCha8Rng,
    /// Groups asked for.
    count: usize,
    /// Squared distance of each point from the nearest mean, as long as these are drawn.
    distances: Vec<f64>,
    /// Passes done, once all means are drawn.
    passes: Option<usize>,
    /// Mean of each group.
    pub(super) means: Vec<Vec<f64>>,
    /// The group of each point.
    pub(super) of: Vec<usize>,
}

impl Grouping {
    /// Begins with a point drawn at random.
    pub(super) fn new(points: &Points, count: usize, mut rng: ChaCha8Rng) -> Self {
        let first = points.point(rng.random_range(0..points.len()));
        let distances = points.iter().map(|point| squared_distance(point, first));
        Self {
            distances: distances.collect(),
            means: vec![first.to_vec()],
            rng,
            count,
            passes: None,
            of: Vec::new(),
        }
    }

    /// Draws a further mean to begin with, or does a pass. Returns whether that was the last one.
    pub(super) fn advance(&mut self, points: &Points) -> bool {
        match self.passes {
            None => {
                if !self.draw(points) {
                    self.of = points.nearest(&self.means);
                    self.passes = Some(0);
                }
                false
            }
            Some(done) => {
                let is_settled = self.settle(points);
                self.passes = Some(done + 1);
                is_settled || done + 1 >= PASSES
            }
        }
    }

    /// Draws another point as a mean, in proportion to the squared distances from those before it. Returns
    /// whether there was one.
    fn draw(&mut self, points: &Points) -> bool {
        if self.means.len() >= self.count {
            return false;
        }
        let total: f64 = self.distances.iter().sum();
        let mut left = self.rng.random::<f64>() * total;
        let is_hit = |distance: &f64| {
            left -= distance;
            left < 0.0 && *distance > 0.0
        };
        // Rounding can leave a little after the last one.
        let hit = self.distances.iter().position(is_hit);
        let hit = hit.or_else(|| self.distances.iter().rposition(|distance| *distance > 0.0));
        let Some(hit) = hit else {
            return false;
        };
        let next = points.point(hit);
        for (distance, point) in self.distances.iter_mut().zip(points.iter()) {
            *distance = distance.min(squared_distance(point, next));
        }
        self.means.push(next.to_vec());
        true
    }

    /// Moves each mean to its points, and each point to its nearest mean. Returns whether no point has moved.
    fn settle(&mut self, points: &Points) -> bool {
        let mut sums = vec![vec![0.0; points.width]; self.means.len()];
        let mut counts = vec![0.0; self.means.len()];
        for (point, group) in points.iter().zip(&self.of) {
            counts[*group] += 1.0;
            for (sum, value) in sums[*group].iter_mut().zip(point) {
                *sum += value;
            }
        }
        for ((mean, sum), count) in self.means.iter_mut().zip(sums).zip(counts) {
            // A group that has lost its points stays where it is.
            if count > 0.0 {
                *mean = sum.into_iter().map(|sum| sum / count).collect();
            }
        }
        let before = std::mem::replace(&mut self.of, points.nearest(&self.means));
        before == self.of
    }
}

impl Points {
    /// From codes that follow one another, `width` numbers each.
    pub(super) fn of(codes: &[f32], width: usize) -> Result<Self, AnalysisError> {
        if width == 0 || codes.is_empty() {
            return Err(AnalysisError::NoCodes);
        }
        if !codes.len().is_multiple_of(width) {
            let found = codes.len();
            return Err(AnalysisError::PartialCode { width, found });
        }
        if let Some(place) = codes.iter().position(|value| !value.is_finite()) {
            let code = place / width;
            return Err(AnalysisError::CodeNotFinite { code });
        }
        let values = codes.iter().map(|value| f64::from(*value)).collect();
        Ok(Self { values, width })
    }

    pub(super) fn len(&self) -> usize {
        self.values.len() / self.width
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.width)
    }

    /// Numbers of a point.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Point after point.
    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    fn point(&self, index: usize) -> &[f64] {
        &self.values[index * self.width..(index + 1) * self.width]
    }

    /// Variance of a dimension, on average over all of them.
    pub(super) fn variance(&self) -> f64 {
        let count = self.len() as f64;
        let mut mean = vec![0.0; self.width];
        for point in self.iter() {
            for (mean, value) in mean.iter_mut().zip(point) {
                *mean += value / count;
            }
        }
        let squares = self.iter().map(|point| squared_distance(point, &mean));
        squares.sum::<f64>() / (count * self.width as f64)
    }

    /// The nearest of some means for each point, of equals the first.
    fn nearest(&self, means: &[Vec<f64>]) -> Vec<usize> {
        let nearest = |point: &[f64]| {
            let distances = means.iter().map(|mean| squared_distance(point, mean));
            let nearest = distances.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
            nearest.map_or(0, |(group, _)| group)
        };
        self.values
            .par_chunks_exact(self.width)
            .map(nearest)
            .collect()
    }
}

fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;

    fn groups(codes: &[f32], width: usize, count: usize) -> Grouping {
        let points = Points::of(codes, width).unwrap();
        let mut groups = Grouping::new(&points, count, ChaCha8Rng::seed_from_u64(3));
        while !groups.advance(&points) {}
        groups
    }

    #[test]
    fn points_that_lie_together_are_a_group() {
        let codes = [0.0, 0.1, 9.0, 9.2, 0.2, 0.0, 9.2, 9.0, -5.0, 5.0];
        let Grouping { means, of, .. } = groups(&codes, 2, 3);
        assert_eq!(of[0], of[2]);
        assert_eq!(of[1], of[3]);
        assert!(of[0] != of[1] && of[0] != of[4] && of[1] != of[4]);
        for (found, expected) in means[of[1]].iter().zip([9.1, 9.1]) {
            assert!((found - expected).abs() < 1e-6, "{means:?}");
        }
    }

    #[test]
    fn there_are_no_more_groups_than_different_points() {
        let Grouping { means, of, .. } = groups(&[2.0, 2.0, 5.0, 2.0, 5.0], 1, 4);
        assert_eq!(means.len(), 2);
        assert!(of[0] == of[1] && of[1] == of[3] && of[2] == of[4] && of[0] != of[2]);
    }

    #[test]
    fn the_variance_is_that_of_a_dimension() {
        let points = Points::of(&[0.0, 1.0, 4.0, 1.0], 2).unwrap();
        assert_eq!(points.variance(), 2.0);
    }
}
