//! What the explorer is to find for the latent panes, as it follows from the state.

use std::collections::BTreeMap;

use crate::engine::{CodeSpec, Slot, Traversal, Wish, WishKey};

use super::super::layout::Pane;
use super::super::run::Run;
use super::super::state::AppState;

/// Pictures in a row of traversals.
pub(super) const COLUMNS: usize = 9;

/// How far a traversal goes to either side, in standard deviations.
pub(super) const REACH: f32 = 2.0;

impl AppState {
    /// What the explorer is to find for the panes that are shown.
    pub(in super::super) fn latent_wishes(&self, wishes: &mut BTreeMap<WishKey, Wish>) {
        let is_shown = |pane| self.shown.contains(&pane);
        let selected = self.selected_run().filter(|run| Self::is_explorable(run));
        let has_sliders = is_shown(Pane::Sliders);
        let has_traversals = is_shown(Pane::Traversals);
        for run in self.runs.iter().filter(|run| Self::is_explorable(run)) {
            let is_selected = self.selected == Some(run.id);
            if !(has_sliders || has_traversals && is_selected) {
                continue;
            }
            if let Some(spec) = self.code_spec(run) {
                let key = WishKey {
                    slot: Slot::Sliders,
                    run: run.id,
                };
                wishes.insert(key, Wish::Point(spec));
            }
        }
        let Some(run) = selected else { return };
        let mut want = |slot, wish: Option<Wish>| {
            if let Some(wish) = wish {
                wishes.insert(WishKey { slot, run: run.id }, wish);
            }
        };
        if has_traversals {
            want(Slot::Traversals, self.traversals(run));
        }
        if is_shown(Pane::Plane) {
            self.plane_wishes(run, want);
        }
    }

    /// The code under the sliders of a run.
    fn code_spec(&self, run: &Run) -> Option<CodeSpec> {
        let walk = self.latent.walks.get(&run.id);
        Some(CodeSpec {
            start: self.code_start(run)?,
            pins: walk.map(super::walk::Walk::pins).unwrap_or_default(),
        })
    }

    /// Rows of pictures around the code under the sliders.
    fn traversals(&self, run: &Run) -> Option<Wish> {
        let codes = self.codes(run)?;
        let start = self.start_code(run)?;
        let walk = self.latent.walks.get(&run.id);
        let order = self.slider_order(run)?;
        let rows = order
            .iter()
            .take(self.latent.rows)
            .filter_map(|&dimension| {
                let pin = walk.and_then(|walk| walk.pin(dimension));
                let value = pin.or_else(|| start.get(dimension).copied())?;
                let reach = REACH * codes.summary.dimensions.get(dimension)?.std;
                Some(Traversal {
                    dimension,
                    low: value - reach,
                    high: value + reach,
                })
            });
        Some(Wish::Traversals {
            rows: rows.collect(),
            spec: self.code_spec(run)?,
            columns: COLUMNS,
        })
    }

    /// Dimensions in the order of their sliders.
    pub(super) fn slider_order(&self, run: &Run) -> Option<Vec<usize>> {
        let codes = self.codes(run)?;
        let walk = self.latent.walks.get(&run.id);
        let order = walk.and_then(|walk| walk.order(codes.latent));
        Some(match order {
            Some(order) => order.to_vec(),
            None => codes.summary.order.clone(),
        })
    }

    fn plane_wishes(&self, run: &Run, mut want: impl FnMut(Slot, Option<Wish>)) {
        let newest = run.frame.as_ref().map(|frame| frame.codes.latent);
        // Codes of another depth cannot be decoded with the newest weights.
        let Some(projection) = self
            .projection(run)
            .filter(|projection| Some(projection.basis.latent()) == newest)
        else {
            return;
        };
        let plane = &self.latent.plane;
        let basis = &projection.basis;
        let window = plane.window(run.id).unwrap_or(projection.window);
        want(Slot::Plane, Some(basis.pictures(window, plane.grid)));
        let hover = plane.hover.map(|spot| Wish::Point(basis.spec(spot)));
        want(Slot::Hover, hover);
        if let [from, to] = *plane.ends(run.id) {
            want(Slot::Line, Some(basis.line(from, to)));
        }
    }
}
