//! Watching a step: how long gradients, weights and updates are, layer by layer.
//!
//! An *observation* holds norms that are still on the device, so that watching a step waits for
//! nothing; whoever wants the numbers reads them together with others.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Tensor, s};

use super::layers::LayerInfo;
use super::weights::parameter_name;

/// Lengths of the arrays of one parameter in a step, each of shape `[1]`.
#[derive(Clone, Debug)]
struct Change {
    parameter: String,
    norms: [Tensor<1>; 3],
}

/// What one step did to every parameter it moved.
#[derive(Clone, Debug, Default)]
pub struct StepObservation {
    changes: Vec<Change>,
}

impl StepObservation {
    /// Notes one parameter: its gradient before clipping, itself before and after the step.
    pub(super) fn push<const D: usize>(
        &mut self,
        parameter: &str,
        gradient: Tensor<D>,
        before: Tensor<D>,
        after: Tensor<D>,
    ) {
        let update = after - before.clone();
        self.changes.push(Change {
            parameter: parameter.to_owned(),
            norms: [norm(gradient), norm(before), norm(update)],
        });
    }

    /// Norms of the parameters of a layer, still on the device, three for each of its parameters:
    /// gradient before clipping, weights before the step, update. Empty for a layer that did not
    /// train.
    pub fn of_layer(&self, layer: &LayerInfo) -> Vec<Tensor<1>> {
        self.changes
            .iter()
            .filter(|change| belongs(&change.parameter, layer))
            .flat_map(|change| change.norms.clone())
            .collect()
    }
}

/// Weights of a layer, still on the device.
#[derive(Clone, Debug, Default)]
pub struct WeightProbe {
    /// Norm of each of its parameters.
    pub norms: Vec<Tensor<1>>,
    /// Some of the weights, biases left out.
    pub samples: Vec<Tensor<1>>,
}

/// Looks at the weights of every layer, at about `at_most` evenly spaced values of each.
pub(super) fn probe_weights<M: Module>(
    module: &M,
    layers: &[LayerInfo],
    at_most: usize,
) -> Vec<WeightProbe> {
    let mut prober = Prober {
        path: Vec::new(),
        layers,
        at_most: at_most.max(1),
        probes: vec![WeightProbe::default(); layers.len()],
    };
    module.visit(&mut prober);
    prober.probes
}

struct Prober<'a> {
    path: Vec<String>,
    layers: &'a [LayerInfo],
    at_most: usize,
    probes: Vec<WeightProbe>,
}

impl ModuleVisitor for Prober<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let name = parameter_name(&self.path);
        let Some(index) = self.layers.iter().position(|layer| belongs(&name, layer)) else {
            return;
        };
        let tensor = param.val().inner();
        if D > 1 {
            let step = stride(&tensor.dims(), self.at_most);
            let all: Tensor<1> = tensor.clone().flatten(0, D - 1);
            let sample = if step > 1 {
                all.slice(s![..;step])
            } else {
                all
            };
            self.probes[index].samples.push(sample);
        }
        self.probes[index].norms.push(norm(tensor));
    }
}

/// Whether a parameter belongs to a layer.
fn belongs(parameter: &str, layer: &LayerInfo) -> bool {
    parameter
        .strip_prefix(&layer.name)
        .is_some_and(|rest| rest.starts_with('.'))
}

/// Distance of the values looked at: large enough for `at_most`, and without a common divisor with
/// the length of a row, so that all columns have their share.
fn stride(shape: &[usize], at_most: usize) -> isize {
    let total: usize = shape.iter().product();
    let row = shape.last().copied().unwrap_or(1);
    let mut step = total.div_ceil(at_most).max(1);
    while step > 1 && greatest_common_divisor(step, row) > 1 {
        step += 1;
    }
    isize::try_from(step).unwrap_or(isize::MAX)
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

/// Euclidean norm, shape `[1]`. Scaled by the largest value: the squares of a gradient that has
/// faded through many layers would be too small for an f32.
fn norm<const D: usize>(values: Tensor<D>) -> Tensor<1> {
    let largest = values.clone().max_abs().clamp_min(f32::MIN_POSITIVE);
    let scaled = values / largest.clone().reshape([1; D]);
    scaled.square().sum().sqrt() * largest
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn length(values: Vec<f32>) -> f32 {
        let count = values.len();
        let data = burn::tensor::TensorData::new(values, [count]);
        let found = norm(Tensor::<1>::from_data(data, &Device::flex()));
        found.into_data().try_to_vec::<f32>().unwrap()[0]
    }

    #[test]
    fn a_norm_neither_overflows_nor_fades() {
        assert!((length(vec![3.0, -4.0]) - 5.0).abs() < 1e-6);
        let tiny = length(vec![3e-30, 4e-30]);
        assert!((tiny / 5e-30 - 1.0).abs() < 1e-5, "{tiny}");
        let large = length(vec![3e30, 4e30]);
        assert!((large / 5e30 - 1.0).abs() < 1e-5, "{large}");
        assert_eq!(length(vec![0.0; 4]).to_bits(), 0.0_f32.to_bits());
    }

    #[test]
    fn a_stride_visits_all_columns() {
        assert_eq!(stride(&[10, 10], 100), 1);
        let step = stride(&[784, 500], 20_000) as usize;
        assert!(784 * 500 / step <= 20_000);
        let columns: std::collections::BTreeSet<usize> =
            (0..784 * 500).step_by(step).map(|at| at % 500).collect();
        assert_eq!(columns.len(), 500);
    }
}
