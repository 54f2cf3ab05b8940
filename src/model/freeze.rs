//! Which parameters a phase trains.

use std::ops::Range;

use burn::module::{ModuleMapper, Param};
use burn::tensor::Tensor;

use super::autoencoder::{Autoencoder, is_trained};

/// The network with gradients for the parameters of these stages, and for no others.
pub fn freeze<M: Autoencoder>(model: M, trained: Range<usize>) -> M {
    let stages = model.stages();
    model.map(&mut Freezer {
        path: Vec::new(),
        trained,
        stages,
    })
}

/// Makes the parameters of the stages that train require gradients, and no others.
struct Freezer {
    path: Vec<String>,
    trained: Range<usize>,
    stages: usize,
}

impl ModuleMapper for Freezer {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.set_require_grad(is_trained(&self.path, &self.trained, self.stages))
    }
}
