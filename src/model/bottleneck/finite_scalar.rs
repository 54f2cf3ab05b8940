//! Finite scalar quantisation (Mentzer et al. 2024): each number of a code is rounded to one of a few
//! levels, and an entry is a combination of levels. There is no codebook to learn.

use std::sync::Arc;

use burn::tensor::{Device, Int, Tensor, TensorData};
use serde_json::{Value, json};

use super::grid::{CodeGrid, note_use};
use super::{Bottleneck, BottleneckKind, BottleneckState, Encoded, Passed, Tested};
use crate::data::ImageShape;
use crate::model::knobs::{Choice, Knobs, parse_levels};
use crate::model::step::StepContext;
use crate::model::tally::{MOST_EACH, Tally};

pub(super) const FINITE_SCALAR: BottleneckKind = BottleneckKind {
    choice: Choice {
        id: "fsq",
        name: "Finite scalar",
        help: "each number of the code is rounded to one of a few levels: quantised without a codebook \
               (Mentzer et al. 2024)",
        companion: None,
    },
    heads: 1,
    entry: |knobs| Some(levels(knobs).len().max(1)),
    jumps: true,
    starved: Some(
        "With initial weights this small every code rounds to the middle level, so the decoder sees one \
         code and the gradient through the rounding stays small: it may never begin to learn. Uniform \
         initial weights do not have this.",
    ),
    build: |knobs, code| Ok(build(knobs, code)),
};

fn levels(knobs: &Knobs) -> Vec<usize> {
    parse_levels(knobs.text("levels")).unwrap_or_default()
}

fn build(knobs: &Knobs, code: ImageShape) -> Arc<dyn Bottleneck> {
    let levels = levels(knobs);
    Arc::new(FiniteScalar {
        grid: CodeGrid::new(code, levels.len()),
        levels,
    })
}

/// Widens the range by this share, so that the outermost levels are reached.
const MARGIN: f64 = 1e-3;

/// Rounds every number of an entry to the levels of its place. Gradients pass as if nothing had been
/// rounded.
#[derive(Clone, Debug)]
struct FiniteScalar {
    levels: Vec<usize>,
    grid: CodeGrid,
}

impl FiniteScalar {
    /// A number for each one of an entry, `[1, numbers]`.
    fn of_levels(&self, number: impl Fn(f64) -> f64, like: &Tensor<2>) -> Tensor<2> {
        let values: Vec<f32> = self
            .levels
            .iter()
            .map(|levels| number(*levels as f64) as f32)
            .collect();
        let shape = [1, values.len()];
        Tensor::from_data(TensorData::new(values, shape), &like.device())
    }

    /// Between the outermost levels, which are whole numbers, `[entries, numbers]`.
    fn bounded(&self, rows: Tensor<2>) -> Tensor<2> {
        let half = |levels: f64| (levels - 1.0) * (1.0 + MARGIN) / 2.0;
        // An even number of levels has none in the middle.
        let offset = |levels: f64| if levels % 2.0 == 0.0 { 0.5 } else { 0.0 };
        let shift = self.of_levels(|levels| (offset(levels) / half(levels)).atanh(), &rows);
        let [half, offset] = [self.of_levels(half, &rows), self.of_levels(offset, &rows)];
        (rows + shift).tanh() * half - offset
    }

    /// Within ±1.
    fn scaled(&self, whole: Tensor<2>) -> Tensor<2> {
        let steps = self.of_levels(|levels| (levels / 2.0).floor(), &whole);
        whole / steps
    }

    /// The combination that each entry is, `[entries]`: the first level runs quickest.
    fn combinations(&self, whole: Tensor<2>) -> Tensor<1, Int> {
        let mut weight = 1.0;
        let mut weights = Vec::new();
        for levels in &self.levels {
            weights.push(weight as f32);
            weight *= *levels as f64;
        }
        let first = self.of_levels(|levels| (levels / 2.0).floor(), &whole);
        let shape = [weights.len(), 1];
        let weights = TensorData::new(weights, shape);
        let weights = Tensor::<2>::from_data(weights, &whole.device());
        let entries = whole.dims()[0];
        (whole + first)
            .matmul(weights)
            .round()
            .int()
            .reshape([entries])
    }
}

impl Bottleneck for FiniteScalar {
    fn entries(&self, _: Option<Tensor<2>>, device: &Device) -> Option<Tensor<2>> {
        let count: usize = self.levels.iter().product();
        if count > MOST_EACH {
            return None;
        }
        let mut values = Vec::with_capacity(count * self.levels.len());
        for entry in 0..count {
            let mut rest = entry;
            for levels in &self.levels {
                let steps = (levels / 2) as f32;
                values.push(((rest % levels) as f32 - steps) / steps);
                rest /= levels;
            }
        }
        let shape = [count, self.levels.len()];
        Some(Tensor::from_data(TensorData::new(values, shape), device))
    }

    fn code(&self, encoded: Encoded) -> Tensor<2> {
        let bounded = self.bounded(self.grid.rows(encoded.values));
        self.grid.code(self.scaled(bounded.round()))
    }

    fn pass(&self, encoded: Encoded, _: &mut StepContext, _: &mut BottleneckState) -> Passed {
        let bounded = self.bounded(self.grid.rows(encoded.values));
        let jump = (bounded.clone().round() - bounded.clone()).detach();
        Passed::free(self.grid.code(self.scaled(bounded + jump)))
    }

    fn test(&self, encoded: Encoded, _: &mut StepContext, tally: &mut Tally) -> Tested {
        let whole = self.bounded(self.grid.rows(encoded.values)).round();
        let combinations = self.levels.iter().product();
        note_use(&self.combinations(whole), combinations, tally);
        Tested::default()
    }

    fn torch(&self) -> Option<(&'static str, Vec<Value>)> {
        Some(("Levels", vec![json!(self.levels)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::bottleneck::grid::counted;
    use burn::tensor::Device;

    fn three() -> FiniteScalar {
        FiniteScalar {
            levels: vec![8, 5, 2],
            grid: CodeGrid {
                groups: 1,
                numbers: 3,
                places: 1,
            },
        }
    }

    fn values(tensor: Tensor<2>) -> Vec<f32> {
        tensor.into_data().try_to_vec().unwrap()
    }

    fn encoded(values: Tensor<2>) -> Encoded {
        Encoded {
            values,
            codebook: None,
        }
    }

    #[test]
    fn numbers_reach_their_levels_and_no_others() {
        let rows: Vec<[f32; 3]> = (-200..=200).map(|at| [at as f32 / 20.0; 3]).collect();
        let flat: Vec<f32> = rows.concat();
        let data = TensorData::new(flat, [rows.len(), 3]);
        let rows = Tensor::<2>::from_data(data, &Device::flex());
        let code = values(three().code(encoded(rows.clone())));
        for (number, expected) in [
            vec![-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75],
            vec![-1.0, -0.5, 0.0, 0.5, 1.0],
            vec![-1.0, 0.0],
        ]
        .into_iter()
        .enumerate()
        {
            let mut found: Vec<f32> = code.iter().skip(number).step_by(3).copied().collect();
            found.dedup();
            assert_eq!(found, expected, "{number}");
        }
        let passed = three().pass(
            encoded(rows),
            &mut StepContext::first(1),
            &mut BottleneckState::default(),
        );
        for (passed, code) in values(passed.code).iter().zip(code) {
            assert!((passed - code).abs() < 1e-6);
        }
    }

    #[test]
    fn gradients_pass_the_rounding_and_not_the_bound() {
        let device = Device::flex().autodiff();
        let rows = Tensor::<2>::from_floats([[0.3, -0.2, 0.4]], &device).require_grad();
        let mut context = StepContext::first(1);
        let passed = three().pass(
            encoded(rows.clone()),
            &mut context,
            &mut BottleneckState::default(),
        );
        let found = values(rows.grad(&passed.code.sum().backward()).unwrap());
        let smooth = three().bounded(rows.clone());
        let smooth = three().scaled(smooth).sum().backward();
        assert_eq!(found, values(rows.grad(&smooth).unwrap()));
        assert!(found.iter().all(|slope| *slope > 0.0), "{found:?}");
    }

    #[test]
    fn combinations_are_counted() {
        let whole = Tensor::<2>::from_floats(
            [[-4.0, -2.0, -1.0], [3.0, 2.0, 0.0], [3.0, 2.0, 0.0]],
            &Device::flex(),
        );
        let chosen = three().combinations(whole);
        let counts = counted(&chosen, 80)
            .into_data()
            .try_to_vec::<f32>()
            .unwrap();
        assert_eq!(counts.len(), 80);
        assert_eq!((counts[0], counts[79]), (1.0, 2.0));
        assert_eq!(counts.iter().sum::<f32>(), 3.0);
    }
}
