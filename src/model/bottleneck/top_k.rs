//! The top-k bottleneck of k-sparse autoencoders.

use std::sync::Arc;

use burn::tensor::{Tensor, TensorData};
use serde_json::{Value, json};

use super::{Bottleneck, BottleneckKind, BottleneckState, Encoded, Passed};
use crate::data::ImageShape;
use crate::model::knobs::{Choice, KnobError, Knobs};
use crate::model::step::StepContext;

pub(super) const TOP_K: BottleneckKind = BottleneckKind {
    choice: Choice {
        id: "top-k",
        name: "Top-k",
        help: "the k largest units of each code stay, the others are zero (Makhzani & Frey 2014)",
        companion: Some("k"),
    },
    heads: 1,
    entry: |_knobs| None,
    jumps: true,
    starved: None,
    build,
};

/// Steps after which a unit that was never among the k largest counts as dead.
const DEAD_AFTER: u32 = 100;

fn build(knobs: &Knobs, code: ImageShape) -> Result<Arc<dyn Bottleneck>, KnobError> {
    let (k, latent) = (knobs.integer("k"), code.pixels());
    if k > latent {
        return Err(KnobError::Contradiction(format!(
            "k must be at most the {latent} units of the code, but is {k}"
        )));
    }
    Ok(Arc::new(TopK {
        k,
        anneal: knobs.real("k-anneal"),
        revives: knobs.text("revive") == "on",
    }))
}

/// Keeps the k largest units of a code.
#[derive(Clone, Debug)]
struct TopK {
    k: usize,
    /// Epochs of a phase over which the number of units falls from all of them to k.
    anneal: f64,
    /// Whether dead units learn what the code misses (Gao et al. 2024).
    revives: bool,
}

impl TopK {
    fn k_after(&self, epochs: f64, latent: usize) -> usize {
        if epochs >= self.anneal {
            return self.k;
        }
        let left = 1.0 - epochs / self.anneal;
        self.k + ((latent - self.k) as f64 * left).round() as usize
    }
}

/// Ones at the places of the `k` largest values of each row that `is_asked` lets through, zeros
/// elsewhere. Of equal values the first are taken.
fn largest(values: &[f32], width: usize, k: usize, is_asked: impl Fn(usize) -> bool) -> Vec<f32> {
    let asked: Vec<usize> = (0..width).filter(|unit| is_asked(*unit)).collect();
    let mut mask = vec![0.0; values.len()];
    let mut order = asked.clone();
    for (row, mask) in values.chunks_exact(width).zip(mask.chunks_exact_mut(width)) {
        order.copy_from_slice(&asked);
        if k < order.len() {
            order.select_nth_unstable_by(k, |a, b| row[*b].total_cmp(&row[*a]).then(a.cmp(b)));
        }
        for unit in order.iter().take(k) {
            mask[*unit] = 1.0;
        }
    }
    mask
}

fn read(raw: &Tensor<2>) -> Vec<f32> {
    let data = raw.clone().inner().into_data();
    data.try_to_vec().unwrap_or_default()
}

fn masked(raw: Tensor<2>, mask: Vec<f32>) -> Tensor<2> {
    let shape = raw.dims();
    let device = raw.device();
    raw * Tensor::from_data(TensorData::new(mask, shape), &device)
}

impl Bottleneck for TopK {
    fn code(&self, encoded: Encoded) -> Tensor<2> {
        let raw = encoded.values;
        let mask = largest(&read(&raw), raw.dims()[1], self.k, |_unit| true);
        masked(raw, mask)
    }

    fn pass(
        &self,
        encoded: Encoded,
        context: &mut StepContext,
        state: &mut BottleneckState,
    ) -> Passed {
        let raw = encoded.values;
        let width = raw.dims()[1];
        let values = read(&raw);
        let k = self.k_after(context.epochs, width);
        let mask = largest(&values, width, k, |_unit| true);
        let spare = self.revives.then(|| {
            state.idle.resize(width, 0);
            for (unit, idle) in state.idle.iter_mut().enumerate() {
                let is_active = mask.iter().skip(unit).step_by(width).any(|one| *one > 0.0);
                *idle = if is_active { 0 } else { *idle + 1 };
            }
            let is_dead = |unit: usize| state.idle[unit] >= DEAD_AFTER;
            let is_any = (0..width).any(is_dead);
            is_any.then(|| masked(raw.clone(), largest(&values, width, 2 * self.k, is_dead)))
        });
        Passed {
            code: masked(raw, mask),
            terms: Vec::new(),
            spare: spare.flatten(),
        }
    }

    fn torch(&self) -> Option<(&'static str, Vec<Value>)> {
        Some(("TopK", vec![json!(self.k)]))
    }

    fn is_sparse(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::updater::OptimizerState;
    use burn::tensor::Device;

    const TWO: TopK = TopK {
        k: 2,
        anneal: 0.0,
        revives: true,
    };

    fn encoded(values: Tensor<2>) -> Encoded {
        Encoded {
            values,
            codebook: None,
        }
    }

    fn rows() -> Tensor<2> {
        Tensor::from_floats(
            [[0.1, -5.0, 3.0, 2.0], [1.0, 1.0, 1.0, 0.0]],
            &Device::flex(),
        )
    }

    #[test]
    fn the_largest_stay() {
        let code: Vec<f32> = TWO.code(encoded(rows())).into_data().try_to_vec().unwrap();
        assert_eq!(code, [0.0, -0.0, 3.0, 2.0, 1.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn k_falls_from_all_units_to_itself() {
        let annealed = TopK { anneal: 4.0, ..TWO };
        let found = [0.0, 1.0, 2.0, 4.0, 9.0].map(|epochs| annealed.k_after(epochs, 10));
        assert_eq!(found, [10, 8, 6, 2, 2]);
    }

    #[test]
    fn units_that_are_never_chosen_become_spare_ones() {
        let rows = Tensor::<2>::from_floats([[3.0, 2.0, 1.0, -1.0]], &Device::flex());
        let mut state = BottleneckState::default();
        let pass = |bottleneck: &TopK, state: &mut BottleneckState| {
            bottleneck.pass(encoded(rows.clone()), &mut StepContext::first(1), state)
        };
        for step in 1..DEAD_AFTER {
            let passed = pass(&TWO, &mut state);
            assert!(passed.spare.is_none(), "step {step}");
        }
        let mut memory = OptimizerState::default();
        state.write(&mut memory).unwrap();
        let kept = BottleneckState::read(&memory, &Device::flex());
        assert_eq!(kept.idle, state.idle);
        let spare = pass(&TWO, &mut state).spare.unwrap();
        let spare: Vec<f32> = spare.into_data().try_to_vec().unwrap();
        assert_eq!(spare, [0.0, 0.0, 1.0, -1.0]);
        let without = TopK {
            revives: false,
            ..TWO
        };
        assert!(pass(&without, &mut state).spare.is_none());
    }
}
