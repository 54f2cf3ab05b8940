//! The bottleneck of vector-quantised autoencoders: each entry of a code is one of a codebook's.

use std::sync::Arc;

use burn::tensor::{Device, Int, Tensor};
use rand::RngExt as _;
use serde_json::{Value, json};

use super::grid::{CodeGrid, counted, gathered, nearest, note_use, picked};
use super::state::{Renewal, Usage};
use super::{Bottleneck, BottleneckKind, BottleneckState, Encoded, Passed, Tested};
use crate::data::ImageShape;
use crate::model::knobs::{Choice, Knobs};
use crate::model::loss::mean_squared_error;
use crate::model::noise::Purpose;
use crate::model::step::StepContext;
use crate::model::tally::Tally;
use crate::model::terms::Term;

pub(super) const QUANTISED: BottleneckKind = BottleneckKind {
    choice: Choice {
        id: "vq",
        name: "Vector-quantised",
        help: "each place of the code becomes the nearest entry of a codebook that is learned (van den \
               Oord et al. 2017)",
        companion: None,
    },
    heads: 1,
    entry: |knobs| Some(knobs.integer("entry-size")),
    jumps: true,
    starved: None,
    build: |knobs, code| Ok(build(knobs, code)),
};

/// How the entries of a codebook follow what the encoder gives.
pub(in crate::model) const CODEBOOKS: &[Choice] = &[
    Choice {
        id: "ema",
        name: "Moving averages",
        help: "an entry is the mean of the vectors it was nearest to, over some hundred steps",
        companion: None,
    },
    Choice {
        id: "gradient",
        name: "Gradient",
        help: "entries are weights that the optimizer draws to the vectors they are nearest to",
        companion: None,
    },
];

/// What entries are before they are trained.
pub(in crate::model) const STARTS: &[Choice] = &[
    Choice {
        id: "outputs",
        name: "First outputs",
        help: "vectors that the encoder gives for the first batch",
        companion: None,
    },
    Choice {
        id: "uniform",
        name: "Uniform",
        help: "U(±1 / entries)",
        companion: None,
    },
];

/// Moving count of vectors a step below which an entry is dead.
const DEAD: f64 = 0.5;

/// Moving count below which an entry stays where it is: nothing is known of where it belongs.
const UNKNOWN: f64 = 1e-6;

fn build(knobs: &Knobs, code: ImageShape) -> Arc<dyn Bottleneck> {
    let numbers = knobs.integer("entry-size");
    Arc::new(Quantised {
        entries: knobs.integer("entries"),
        grid: CodeGrid::new(code, numbers),
        is_moving: knobs.text("codebook") == "ema",
        starts_from_outputs: knobs.text("codebook-start") == "outputs",
        revives: knobs.text("revive") == "on",
        commitment: knobs.real("commitment"),
    })
}

/// Replaces each vector of a code by the nearest entry of a codebook. Gradients pass as if nothing had
/// been replaced ("straight through").
#[derive(Clone, Debug)]
struct Quantised {
    entries: usize,
    grid: CodeGrid,
    /// Whether entries are moving averages of the vectors they were nearest to.
    is_moving: bool,
    starts_from_outputs: bool,
    /// Whether entries that are hardly used become vectors of the batch.
    revives: bool,
    /// Weight of the distance of vectors from their entries.
    commitment: f64,
}

impl Quantised {
    /// As many different rows as there are entries; of fewer rows each comes again.
    fn drawn(&self, rows: &Tensor<2>, context: &mut StepContext) -> Tensor<2> {
        let generator = context.noise.generator(Purpose::Entries);
        let count = rows.dims()[0];
        let mut places: Vec<i64> = (0..count as i64).collect();
        for place in 0..self.entries.min(count) {
            places.swap(place, generator.random_range(place..count));
        }
        let taken = places.iter().copied().cycle().take(self.entries).collect();
        rows.clone().select(0, picked(taken, rows))
    }

    /// Whether entries are as they were made, within ±1 / entries, and not those of a trained network.
    fn is_untrained(&self, entries: &Tensor<2>) -> bool {
        let largest = entries.clone().abs().max().try_into_data();
        let largest = largest.ok().and_then(|data| data.try_to_vec::<f32>().ok());
        let bound = 1.0 / self.entries as f32;
        largest.is_some_and(|values| values.iter().all(|value| *value <= bound))
    }

    /// The code whose entries were chosen.
    fn code_of(&self, entries: Tensor<2>, chosen: Tensor<1, Int>) -> Tensor<2> {
        self.grid.code(entries.select(0, chosen))
    }

    /// Notes what a step uses. Returns the averages so far.
    fn note(&self, usage: Option<Usage>, rows: &Tensor<2>, chosen: &Tensor<1, Int>) -> Usage {
        let counts = counted(chosen, self.entries) * (1.0 - Usage::KEPT);
        let sums = gathered(rows, chosen, self.entries) * (1.0 - Usage::KEPT);
        match usage {
            None => Usage {
                steps: 1,
                counts,
                sums,
            },
            Some(before) => Usage {
                steps: before.steps + 1,
                counts: before.counts * Usage::KEPT + counts,
                sums: before.sums * Usage::KEPT + sums,
            },
        }
    }

    fn terms(&self, values: &Tensor<2>, code: &Tensor<2>) -> Vec<Term> {
        let commitment = mean_squared_error(values.clone(), code.clone().detach());
        let mut terms = vec![Term::new("commitment", self.commitment, commitment)];
        if !self.is_moving {
            let distance = mean_squared_error(code.clone(), values.clone().detach());
            terms.push(Term::new("codebook", 1.0, distance));
        }
        terms
    }
}

fn codebook(entries: Option<Tensor<2>>) -> Tensor<2> {
    entries.expect("a network whose bottleneck has a codebook has its entries")
}

impl Bottleneck for Quantised {
    fn codebook(&self) -> Option<[usize; 2]> {
        Some([self.entries, self.grid.numbers])
    }

    fn entries(&self, codebook: Option<Tensor<2>>, _: &Device) -> Option<Tensor<2>> {
        codebook
    }

    fn code(&self, encoded: Encoded) -> Tensor<2> {
        let entries = codebook(encoded.codebook);
        let rows = self.grid.rows(encoded.values);
        let chosen = nearest(&rows, &entries);
        self.code_of(entries, chosen)
    }

    fn pass(
        &self,
        encoded: Encoded,
        context: &mut StepContext,
        state: &mut BottleneckState,
    ) -> Passed {
        let values = encoded.values;
        let rows = self.grid.rows(values.clone().inner());
        let known = codebook(encoded.codebook);
        let is_first = state.usage.is_none() && self.starts_from_outputs;
        let start = (is_first && self.is_untrained(&known.clone().inner()))
            .then(|| self.drawn(&rows, context));
        let entries = start.clone().unwrap_or_else(|| known.clone().inner());
        let chosen = nearest(&rows, &entries);
        let code = if self.is_moving || start.is_some() {
            Tensor::from_inner(self.code_of(entries, chosen.clone()))
        } else {
            self.code_of(known, Tensor::from_inner(chosen.clone()))
        };
        state.usage = Some(self.note(state.usage.take(), &rows, &chosen));
        state.renewal = Some(Renewal {
            start,
            fresh: self.revives.then(|| self.drawn(&rows, context)),
        });
        let terms = self.terms(&values, &code);
        let jump = code.detach() - values.clone().detach();
        Passed {
            code: values + jump,
            terms,
            spare: None,
        }
    }

    fn after_step(&self, entries: Tensor<2>, state: &mut BottleneckState) -> Option<Tensor<2>> {
        let (renewal, usage) = (state.renewal.take()?, state.usage.as_mut()?);
        let mut entries = renewal.start.unwrap_or(entries);
        let shape = entries.dims();
        if self.is_moving {
            let counts = usage.counts.clone().reshape([self.entries, 1]);
            let is_known = counts.clone().greater_elem(UNKNOWN).expand(shape);
            let means = usage.sums.clone() / counts.clamp_min(UNKNOWN);
            entries = entries.mask_where(is_known, means);
        }
        if let Some(fresh) = renewal.fresh {
            let share = usage.share();
            let is_dead = usage.counts.clone().lower_elem(DEAD * share);
            usage.counts = usage.counts.clone().mask_fill(is_dead.clone(), share);
            let is_dead = is_dead.reshape([self.entries, 1]).expand(shape);
            usage.sums = usage
                .sums
                .clone()
                .mask_where(is_dead.clone(), fresh.clone() * share);
            entries = entries.mask_where(is_dead, fresh);
        }
        Some(entries)
    }

    fn test(&self, encoded: Encoded, _: &mut StepContext, tally: &mut Tally) -> Tested {
        let (values, entries) = (encoded.values, codebook(encoded.codebook));
        let rows = self.grid.rows(values.clone());
        let chosen = nearest(&rows, &entries);
        note_use(&chosen, self.entries, tally);
        let code = self.code_of(entries, chosen);
        Tested {
            code: None,
            terms: self.terms(&values, &code),
        }
    }

    fn torch(&self) -> Option<(&'static str, Vec<Value>)> {
        Some((
            "Codebook",
            vec![json!(self.entries), json!(self.grid.numbers)],
        ))
    }
}

#[cfg(test)]
#[path = "quantised_tests.rs"]
mod tests;
