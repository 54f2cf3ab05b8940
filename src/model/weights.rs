//! Weights as plain named arrays, for files and for other threads.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData, Transaction};

use super::TrainingError;

/// A named array.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedArray {
    /// Path of the parameter, such as `stages.0.encoder.weight`.
    pub name: String,
    /// Sizes of its axes.
    pub shape: Vec<usize>,
    /// Row-major.
    pub values: Vec<f32>,
}

/// Reads all parameters of a module in one go.
///
/// # Errors
/// When the device cannot be read.
pub fn read_weights<M: Module>(module: &M) -> Result<Vec<NamedArray>, TrainingError> {
    let mut reader = Reader {
        path: Vec::new(),
        names: Vec::new(),
        transaction: Some(Transaction::default()),
    };
    module.visit(&mut reader);
    let data = match reader.transaction.take() {
        Some(transaction) if !reader.names.is_empty() => transaction.try_execute()?,
        _ => Vec::new(),
    };
    reader
        .names
        .into_iter()
        .zip(data)
        .map(|((name, shape), data)| {
            Ok(NamedArray {
                name,
                shape,
                values: data.try_to_vec()?,
            })
        })
        .collect()
}

/// Puts arrays into the parameters of the same name.
///
/// # Errors
/// Names the first parameter that is missing or has another shape; the module is lost then, so hand
/// in a clone.
pub fn write_weights<M: Module>(module: M, arrays: &[NamedArray]) -> Result<M, TrainingError> {
    let mut writer = Writer {
        path: Vec::new(),
        arrays: arrays.iter().map(|a| (a.name.as_str(), a)).collect(),
        error: None,
    };
    let module = module.map(&mut writer);
    match writer.error {
        None => Ok(module),
        Some(error) => Err(TrainingError::Weights(error)),
    }
}

/// Joins a path as file formats spell it. Burn names an enum's variant in the path; which kind of
/// pair a stage is follows from the configuration, so the name leaves it out.
pub fn parameter_name(path: &[String]) -> String {
    let parts: Vec<&str> = path
        .iter()
        .map(String::as_str)
        .filter(|part| !part.starts_with(char::is_uppercase))
        .collect();
    parts.join(".")
}

struct Reader {
    path: Vec<String>,
    names: Vec<(String, Vec<usize>)>,
    transaction: Option<Transaction>,
}

impl ModuleVisitor for Reader {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val().inner();
        self.names
            .push((parameter_name(&self.path), tensor.dims().to_vec()));
        self.transaction = self.transaction.take().map(|t| t.register(tensor));
    }
}

struct Writer<'a> {
    path: Vec<String>,
    arrays: BTreeMap<&'a str, &'a NamedArray>,
    error: Option<String>,
}

impl ModuleMapper for Writer<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = parameter_name(&self.path);
        let shape = param.lazy_shape();
        let Some(array) = self.arrays.get(name.as_str()) else {
            self.error
                .get_or_insert_with(|| format!("{name} is missing"));
            return param;
        };
        if array.shape != shape.as_slice() {
            self.error.get_or_insert_with(|| {
                format!(
                    "{name} must have shape {:?}, but has {:?}",
                    shape.as_slice(),
                    array.shape
                )
            });
            return param;
        }
        let data = TensorData::new(array.values.clone(), shape);
        let device = param.lazy_device();
        if !device.is_autodiff() {
            // Never trained: first weights that were not drawn yet need not be.
            return Param::initialized(param.id, Tensor::from_data(data, &device));
        }
        param.map(|old| {
            let grad = old.is_require_grad();
            Tensor::from_data(data, &device).set_require_grad(grad)
        })
    }
}
