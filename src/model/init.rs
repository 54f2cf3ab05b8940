//! Initialisation: the random weights a network starts from.
//!
//! Every parameter draws from a generator of its own, seeded by the run's seed and the parameter's
//! name. So two networks start from the same weights wherever name and shape agree, whatever else
//! they hold.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{Tensor, TensorData};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Distribution of the first weights. Biases start at zero but for [`Init::Uniform`]; the entries of a
/// codebook are U(±1 / entries) whatever the weights are (van den Oord et al. 2017).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// N(0, σ²).
    Normal {
        /// σ
        sigma: f64,
    },
    /// U(±√(6 / (fan in + fan out))) (Glorot & Bengio 2010).
    Glorot,
    /// N(0, 2 / fan in) (He et al. 2015).
    He,
    /// U(±1/√fan in), biases too: the default of PyTorch.
    Uniform,
}

/// Gives every parameter of a module its first value.
pub fn initialise<M: Module>(module: M, init: Init, seed: u64) -> M {
    module.map(&mut Initialiser {
        init,
        seed,
        path: Vec::new(),
        fan_in: 1,
    })
}

struct Initialiser {
    init: Init,
    seed: u64,
    path: Vec<String>,
    /// Of the weights last met: their bias follows them.
    fan_in: usize,
}

impl Initialiser {
    fn generator(&self) -> ChaCha8Rng {
        let mut generator = ChaCha8Rng::seed_from_u64(self.seed);
        // FNV-1a: a fixed hash, so that a seed means the same weights in every version.
        let stream = self
            .path
            .join(".")
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
            });
        generator.set_stream(stream);
        generator
    }

    /// Values that one output sums over, and outputs that one value reaches.
    fn fans(&self, shape: &[usize]) -> (usize, usize) {
        match *shape {
            [rows, columns] => (rows, columns),
            [outputs, inputs, height, width] => {
                let area = height * width;
                let transposed = self.path.iter().any(|name| name == "decoder");
                if transposed {
                    (outputs * area, inputs * area)
                } else {
                    (inputs * area, outputs * area)
                }
            }
            _ => (1, 1),
        }
    }

    fn weights(&self, count: usize, fan_in: usize, fan_out: usize) -> Vec<f32> {
        let generator = self.generator();
        match self.init {
            Init::Normal { sigma } => normal(generator, count, sigma),
            Init::He => normal(generator, count, (2.0 / fan_in as f64).sqrt()),
            Init::Glorot => uniform(generator, count, (6.0 / (fan_in + fan_out) as f64).sqrt()),
            Init::Uniform => uniform(generator, count, (1.0 / fan_in as f64).sqrt()),
        }
    }
}

impl ModuleMapper for Initialiser {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let shape = param.lazy_shape();
        let count = shape.num_elements();
        let is_codebook = self.path.last().is_some_and(|name| name == "codebook");
        let values = if is_codebook {
            let entries = shape.first().copied().unwrap_or(1);
            uniform(self.generator(), count, 1.0 / entries.max(1) as f64)
        } else if D > 1 {
            let (fan_in, fan_out) = self.fans(shape.as_slice());
            self.fan_in = fan_in;
            self.weights(count, fan_in, fan_out)
        } else if self.init == Init::Uniform {
            let bound = (1.0 / self.fan_in as f64).sqrt();
            uniform(self.generator(), count, bound)
        } else {
            vec![0.0; count]
        };
        param.map(|old| {
            let device = old.device();
            let grad = old.is_require_grad();
            Tensor::from_data(TensorData::new(values, shape), &device).set_require_grad(grad)
        })
    }
}

fn uniform(mut generator: ChaCha8Rng, count: usize, bound: f64) -> Vec<f32> {
    (0..count)
        .map(|_value| ((generator.random::<f64>() * 2.0 - 1.0) * bound) as f32)
        .collect()
}

/// Box and Muller's transform, two values a turn.
fn normal(mut generator: ChaCha8Rng, count: usize, sigma: f64) -> Vec<f32> {
    let mut values = Vec::with_capacity(count + 1);
    while values.len() < count {
        let radius = (-2.0 * (1.0 - generator.random::<f64>()).ln()).sqrt() * sigma;
        let angle = std::f64::consts::TAU * generator.random::<f64>();
        values.push((radius * angle.cos()) as f32);
        values.push((radius * angle.sin()) as f32);
    }
    values.truncate(count);
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::nn::LinearConfig;
    use burn::tensor::Device;

    fn weights(init: Init, seed: u64) -> (Vec<f32>, Vec<f32>) {
        let layer = LinearConfig::new(200, 100).init(&Device::flex());
        let layer = initialise(layer, init, seed);
        let bias = layer.bias.unwrap().val();
        (
            layer.weight.val().into_data().try_to_vec().unwrap(),
            bias.into_data().try_to_vec().unwrap(),
        )
    }

    fn sigma(values: &[f32]) -> f64 {
        let squares: f64 = values.iter().map(|v| f64::from(*v).powi(2)).sum();
        (squares / values.len() as f64).sqrt()
    }

    #[test]
    fn each_distribution_has_its_width() {
        for (init, expected) in [
            (Init::Normal { sigma: 0.01 }, 0.01),
            (Init::He, 0.1),
            (Init::Glorot, (6.0_f64 / 300.0 / 3.0).sqrt()),
            (Init::Uniform, (1.0_f64 / 200.0 / 3.0).sqrt()),
        ] {
            let (weights, bias) = weights(init, 1);
            let found = sigma(&weights);
            assert!((found / expected - 1.0).abs() < 0.03, "{init:?}: {found}");
            assert_eq!(
                sigma(&bias) > 0.0,
                init == Init::Uniform,
                "bias of {init:?}"
            );
        }
    }

    #[test]
    fn the_seed_decides() {
        assert_eq!(weights(Init::He, 5), weights(Init::He, 5));
        assert_ne!(weights(Init::He, 5), weights(Init::He, 6));
    }
}
