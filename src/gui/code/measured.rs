//! How many images lie among their own class, of every frame.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use crate::engine::{AccuracyRequest, Codes, Command, Request};

use super::super::run::Run;
use super::super::state::AppState;
use super::mapping::NEAR;

/// Frames that are asked about at once.
const BATCH: usize = 24;

/// Accuracies of frames, as far as they were measured.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// By address of the codes, which nothing else has while they are known here.
    shares: BTreeMap<usize, (Weak<Codes>, Option<f64>)>,
    is_pending: bool,
}

impl Measured {
    pub(super) fn take(&mut self, found: Vec<(Arc<Codes>, Option<f64>)>) {
        self.is_pending = false;
        self.shares.retain(|_, (codes, _)| codes.strong_count() > 0);
        for (codes, share) in found {
            let held = (Arc::downgrade(&codes), share);
            self.shares.insert(address(&codes), held);
        }
    }

    fn has(&self, codes: &Arc<Codes>) -> bool {
        self.shares.contains_key(&address(codes))
    }

    /// Steps and shares, 0 to 1, of the frames of a run that were measured.
    pub(super) fn of(&self, run: &Run) -> Vec<(u64, f64)> {
        run.frames()
            .filter_map(|frame| {
                let (_, share) = self.shares.get(&address(&frame.codes))?;
                Some((frame.step, (*share)?))
            })
            .collect()
    }
}

fn address(codes: &Arc<Codes>) -> usize {
    Arc::as_ptr(codes).addr()
}

impl AppState {
    /// Asks about frames of the run with most of them that nothing is known of.
    pub(super) fn ask_for_accuracies(&mut self) -> Option<Command> {
        let measured = &self.mapping.measured;
        if measured.is_pending {
            return None;
        }
        let unknown = |run: &Run| -> Vec<Arc<Codes>> {
            let codes = run.frames().map(|frame| &frame.codes);
            let unknown = codes.filter(|codes| !codes.is_empty() && !measured.has(codes));
            unknown.map(Arc::clone).collect()
        };
        let of_runs = self.runs.iter().filter_map(|run| {
            let labels = run.info.as_ref()?.dataset.test_labels.as_ref()?;
            Some((unknown(run), labels))
        });
        let (mut moments, labels) = of_runs.max_by_key(|(unknown, _)| unknown.len())?;
        if moments.is_empty() {
            return None;
        }
        // The newest first.
        moments.reverse();
        moments.truncate(BATCH);
        let request = AccuracyRequest {
            moments,
            labels: Arc::clone(labels),
            neighbours: NEAR,
            is_training: self.runs.iter().any(Run::is_running),
        };
        self.mapping.measured.is_pending = true;
        Some(Command::LookInto(Request::Accuracy(request)))
    }
}
