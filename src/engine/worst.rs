//! The search for the test images that a run rebuilds worst.

use crate::train::TrainerError;

use super::guard::on_device;
use super::live::LiveRun;
use super::protocol::{Event, RunId};
use super::worker::Worker;

/// Images measured between two turns.
const CHUNK: usize = 250;

/// A search under way.
pub(super) struct Search {
    id: RunId,
    count: usize,
    /// Of the first test images.
    errors: Vec<f32>,
}

impl Search {
    pub(super) fn new(id: RunId, count: usize) -> Self {
        Self {
            id,
            count,
            errors: Vec::new(),
        }
    }

    pub(super) fn is_for(&self, id: RunId) -> bool {
        self.id == id
    }

    /// Measures some more images. Returns whether that was all.
    fn advance(&mut self, run: &mut LiveRun) -> Result<bool, TrainerError> {
        let Some(trainer) = &mut run.trainer else {
            return Ok(true);
        };
        let all = trainer.data().test.len();
        let start = self.errors.len();
        let chunk: Vec<u32> = (start as u32..all.min(start + CHUNK) as u32).collect();
        self.errors.extend(trainer.image_errors(&chunk)?);
        Ok(self.errors.len() >= all)
    }

    /// The images with the largest errors, largest first; of equal ones the first.
    fn worst(&self) -> Vec<u32> {
        let mut indices: Vec<u32> = (0..self.errors.len() as u32).collect();
        let error = |index: u32| self.errors[index as usize];
        indices.sort_by(|&a, &b| error(b).total_cmp(&error(a)));
        indices.truncate(self.count);
        indices
    }
}

impl Worker {
    /// A part of the oldest search, between the turns of runs that train.
    pub(super) fn search(&mut self) {
        let Some(search) = self.searches.first_mut() else {
            return;
        };
        let id = search.id;
        let run = self.runs.iter_mut().find(|run| run.id == id);
        let found = match run {
            Some(run) if run.trainer.is_some() => on_device(|| search.advance(run)),
            // It is not ready or gone: nothing is worst.
            Some(_) | None => {
                self.searches.remove(0);
                return;
            }
        };
        match found {
            Ok(false) => {}
            Ok(true) => {
                let indices = search.worst();
                self.searches.remove(0);
                self.outlet.tell(Event::Worst { id, indices });
            }
            Err(breakdown) => {
                self.searches.remove(0);
                self.fail_training(id, breakdown);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_errors_come_first() {
        let search = Search {
            errors: vec![0.1, 0.5, 0.3, 0.5],
            ..Search::new(RunId(1), 3)
        };
        assert_eq!(search.worst(), [1, 3, 2]);
    }
}
