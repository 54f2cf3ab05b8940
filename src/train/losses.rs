//! Losses of training steps: one a step without a gap, so that each costs four bytes and its step is
//! known from its place.

use std::ops::Range;

use super::metrics::TrainPoint;

/// Losses of consecutive training steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Losses {
    /// Steps done before the first of them.
    first: u64,
    values: Vec<f32>,
}

impl Losses {
    /// Losses of the step `first` and those that follow it.
    pub fn new(first: u64, values: impl IntoIterator<Item = f32>) -> Self {
        Self {
            first,
            values: values.into_iter().collect(),
        }
    }

    /// Their number.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The steps they are of.
    pub fn steps(&self) -> Range<u64> {
        self.first..self.first + self.values.len() as u64
    }

    /// The numbers alone.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// The last one.
    pub fn last(&self) -> Option<TrainPoint> {
        let step = self.steps().end.checked_sub(1)?;
        let loss = *self.values.last()?;
        Some(TrainPoint { step, loss })
    }

    /// In order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = TrainPoint> + '_ {
        let values = self.values.iter().enumerate();
        values.map(|(index, &loss)| TrainPoint {
            step: self.first + index as u64,
            loss,
        })
    }

    /// Appends the loss of the step that follows.
    pub fn push(&mut self, loss: f32) {
        self.values.push(loss);
    }

    /// Appends others, which replace those of the same steps and of later ones here. They must not
    /// leave a gap: what begins later is taken as if it followed.
    pub fn extend(&mut self, more: &Self) {
        if self.is_empty() {
            self.first = more.first;
        }
        let kept = more.first.saturating_sub(self.first);
        debug_assert!(kept <= self.values.len() as u64, "a gap in the losses");
        if !more.is_empty() {
            self.truncate(kept as usize);
        }
        self.values.extend_from_slice(&more.values);
    }

    /// Drops all but so many of them from the beginning.
    pub fn truncate(&mut self, count: usize) {
        self.values.truncate(count);
    }

    /// A copy of those at these places; nothing where there are not as many.
    pub fn get(&self, places: Range<usize>) -> Option<Self> {
        let first = self.first + places.start as u64;
        let values = self.values.get(places)?.to_vec();
        Some(Self { first, values })
    }

    /// A copy of what follows the first `count`; empty where there are not as many.
    pub fn beyond(&self, count: usize) -> Self {
        let count = count.min(self.len());
        self.get(count..self.len()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_tells_the_step() {
        let losses = Losses::new(10, [0.5, 0.25, 0.125]);
        let points: Vec<(u64, f32)> = losses.iter().map(|p| (p.step, p.loss)).collect();
        assert_eq!(points, [(10, 0.5), (11, 0.25), (12, 0.125)]);
        assert_eq!(losses.steps(), 10..13);
        let last = losses.last().unwrap();
        assert_eq!((last.step, last.loss), (12, 0.125));
        assert_eq!(Losses::default().last(), None);
    }

    #[test]
    fn parts_keep_their_steps_and_join_again() {
        let losses = Losses::new(0, (0..20).map(|step| step as f32));
        let (mut begin, end) = (losses.get(0..7).unwrap(), losses.beyond(7));
        assert_eq!(end.steps(), 7..20);
        begin.extend(&end);
        assert_eq!(begin, losses);
        assert_eq!(losses.get(15..21), None);
        assert!(losses.beyond(usize::MAX).is_empty());
        let mut none = Losses::default();
        none.extend(&end);
        assert_eq!(none, end);
    }

    #[test]
    fn steps_that_are_taken_again_replace_the_first_time() {
        let mut losses = Losses::new(0, [1.0, 2.0, 3.0, 4.0]);
        losses.extend(&Losses::new(2, [30.0]));
        assert_eq!(losses.values(), [1.0, 2.0, 30.0]);
        losses.extend(&Losses::new(3, []));
        assert_eq!(losses.len(), 3);
    }
}
