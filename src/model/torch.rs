//! Networks in PyTorch's terms: which modules follow each other, and how weights lie in them.
//!
//! A *module* is one entry of an `nn.Sequential`, such as `Linear(784, 10)`; entries count from 0, and
//! parameters are called after them: `encoder.0.weight`. PyTorch keeps the weights of a dense layer
//! transposed; those of convolutions lie the same way in both.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::activation::Activation;
use super::autoencoder::{PairPlan, StackPlan};
use super::conv::{Axis, ConvPlan};
use super::dense::DensePlan;
use super::weights::NamedArray;

mod names;

use names::prefix;

/// A network as two sequences of modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TorchNetwork {
    /// Sizes of what goes in for one image and comes out again, such as `[784]` or `[1, 28, 28]`.
    pub input: Vec<usize>,
    /// From the image to the code.
    pub encoder: Vec<TorchModule>,
    /// From the code to the image.
    pub decoder: Vec<TorchModule>,
}

/// One entry of an `nn.Sequential`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TorchModule {
    /// Name of its class in `torch.nn`.
    pub class: &'static str,
    /// What its class is called with, in order.
    pub arguments: Vec<Value>,
    /// Its arrays, where it has any.
    parameters: Vec<Parameter>,
}

/// An array of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parameter {
    /// Its name within the module, such as `weight`.
    name: &'static str,
    /// Its name here, such as `stages.0.encoder.weight`: that of another layer where weights are tied.
    here: String,
    /// Its sizes in PyTorch.
    shape: Vec<usize>,
    /// Whether PyTorch keeps rows where columns are here.
    is_transposed: bool,
}

/// Where an array is in PyTorch, such as `encoder.0.weight`.
struct Place<'a> {
    torch: String,
    parameter: &'a Parameter,
}

impl TorchModule {
    fn plain(class: &'static str, arguments: Vec<Value>) -> Self {
        Self {
            class,
            arguments,
            parameters: Vec::new(),
        }
    }

    /// As a list: the class, then what it is called with.
    pub fn json(&self) -> Value {
        let class = Value::from(self.class);
        std::iter::once(class)
            .chain(self.arguments.iter().cloned())
            .collect()
    }
}

impl TorchNetwork {
    /// The modules of a stack of pairs on images of `[channels, height, width]`, with what a bottleneck
    /// does at the end of the encoder.
    pub(super) fn of(
        stack: &StackPlan,
        image: [usize; 3],
        bottleneck: Option<(&'static str, Vec<Value>)>,
    ) -> Self {
        let mut encoder = Vec::new();
        let mut decoder = Vec::new();
        let mut is_flat = !matches!(stack.pairs.first(), Some(PairPlan::Conv(_)));
        let input = if is_flat {
            vec![image.iter().product()]
        } else {
            image.to_vec()
        };
        let mut map = image;
        // Decoders are read from the image inwards too, and turned round at the end.
        let mut outwards: Vec<Vec<TorchModule>> = Vec::new();
        for (stage, pair) in stack.pairs.iter().enumerate() {
            let last = (stage == 0).then_some(stack.output);
            match pair {
                PairPlan::Dense(plan) => {
                    let mut out = dense_decoder(stage, plan, last);
                    if !is_flat {
                        encoder.push(TorchModule::plain("Flatten", Vec::new()));
                        out.push(TorchModule::plain("Unflatten", vec![json!(1), json!(map)]));
                        is_flat = true;
                    }
                    encoder.extend(dense_encoder(stage, plan));
                    outwards.push(out);
                }
                PairPlan::Conv(plan) => {
                    encoder.extend(conv_encoder(stage, plan));
                    outwards.push(conv_decoder(stage, plan, last));
                    map = [plan.inner_channels, plan.height.inner, plan.width.inner];
                }
            }
        }
        let entries = stack.codebook.map(|shape| Parameter {
            name: "entries",
            here: "codebook".to_owned(),
            shape: shape.to_vec(),
            is_transposed: false,
        });
        encoder.extend(bottleneck.map(|(class, arguments)| TorchModule {
            parameters: entries.into_iter().collect(),
            ..TorchModule::plain(class, arguments)
        }));
        decoder.extend(outwards.into_iter().rev().flatten());
        Self {
            input,
            encoder,
            decoder,
        }
    }

    fn places(&self) -> Vec<Place<'_>> {
        let halves = [("encoder", &self.encoder), ("decoder", &self.decoder)];
        let modules = halves.into_iter().flat_map(|(half, modules)| {
            let indexed = modules.iter().enumerate();
            indexed.map(move |(index, module)| (format!("{half}.{index}"), module))
        });
        let places = modules.flat_map(|(path, module)| {
            module.parameters.iter().map(move |parameter| Place {
                torch: format!("{path}.{}", parameter.name),
                parameter,
            })
        });
        places.collect()
    }

    /// Weights of this program as PyTorch has them, in the order of its modules.
    ///
    /// # Errors
    /// The first one that is missing or has another shape, in a clause.
    pub fn export(&self, weights: &[NamedArray]) -> Result<Vec<NamedArray>, String> {
        let known = by_name(weights);
        self.places()
            .into_iter()
            .map(|place| {
                let array = find(&known, &place.parameter.here)?;
                fits(array, &place.parameter.shape_here())?;
                Ok(NamedArray {
                    values: place.parameter.turned(array),
                    name: place.torch,
                    shape: place.parameter.shape.clone(),
                })
            })
            .collect()
    }

    /// Weights of PyTorch as this program has them.
    ///
    /// # Errors
    /// What is missing, has another shape or is one too many, in a clause.
    ///
    /// Names may all have one prefix, such as `module.` of `DataParallel` or `_orig_mod.` of
    /// `torch.compile`.
    pub fn import(&self, weights: &[NamedArray]) -> Result<Vec<NamedArray>, String> {
        let places = self.places();
        let prefix = prefix(&places, weights)?;
        let known: BTreeMap<&str, &NamedArray> = weights
            .iter()
            .filter_map(|array| Some((array.name.strip_prefix(&prefix)?, array)))
            .collect();
        let mut imported: Vec<NamedArray> = Vec::new();
        for place in &places {
            let array = find(&known, &place.torch)?;
            let parameter = place.parameter;
            fits(array, &parameter.shape)?;
            let array = NamedArray {
                values: parameter.turned(array),
                name: parameter.here.clone(),
                shape: parameter.shape_here(),
            };
            match imported.iter().find(|other| other.name == array.name) {
                None => imported.push(array),
                Some(other) if *other == array => {}
                Some(_) => {
                    return Err(format!(
                        "{} must be the weights of its encoder layer, transposed, but it has others",
                        place.torch
                    ));
                }
            }
        }
        let surplus = weights.iter().find(|array| {
            let name = array.name.strip_prefix(&prefix);
            places
                .iter()
                .all(|place| Some(place.torch.as_str()) != name)
        });
        match surplus {
            None => Ok(imported),
            Some(array) => Err(format!("the network has no {}", array.name)),
        }
    }
}

impl Parameter {
    /// The sizes that the array has in this program.
    fn shape_here(&self) -> Vec<usize> {
        let mut shape = self.shape.clone();
        if self.is_transposed {
            shape.reverse();
        }
        shape
    }

    /// The values of an array, rows for columns where that is called for.
    fn turned(&self, array: &NamedArray) -> Vec<f32> {
        match array.shape[..] {
            [rows, columns] if self.is_transposed => (0..columns)
                .flat_map(|column| (0..rows).map(move |row| array.values[row * columns + column]))
                .collect(),
            _ => array.values.clone(),
        }
    }
}

fn by_name(weights: &[NamedArray]) -> BTreeMap<&str, &NamedArray> {
    weights
        .iter()
        .map(|array| (array.name.as_str(), array))
        .collect()
}

fn find<'a>(known: &BTreeMap<&str, &'a NamedArray>, name: &str) -> Result<&'a NamedArray, String> {
    known
        .get(name)
        .copied()
        .ok_or_else(|| format!("{name} is missing"))
}

fn fits(array: &NamedArray, shape: &[usize]) -> Result<(), String> {
    if array.shape == shape && array.values.len() == shape.iter().product::<usize>() {
        return Ok(());
    }
    let is_turned = shape.len() > 1 && array.shape.iter().rev().eq(shape);
    let hint = if is_turned {
        ": it lies turned, as Keras keeps it, and array.T in Python puts it right"
    } else {
        ""
    };
    Err(format!(
        "{} must have shape {shape:?}, but has {:?}{hint}",
        array.name, array.shape
    ))
}

fn activation(activation: Activation) -> Option<TorchModule> {
    let (class, arguments) = match activation {
        Activation::Linear => return None,
        Activation::Relu => ("ReLU", Vec::new()),
        Activation::LeakyRelu => ("LeakyReLU", vec![json!(0.01)]),
        Activation::Tanh => ("Tanh", Vec::new()),
        Activation::Sigmoid => ("Sigmoid", Vec::new()),
        Activation::Gelu => ("GELU", Vec::new()),
    };
    Some(TorchModule::plain(class, arguments))
}

/// Weights of a shape and a bias, as a layer called `name` here has them.
fn layer(name: &str, weight: Vec<usize>, bias: usize) -> Vec<Parameter> {
    let parameter = |part: &'static str, shape| Parameter {
        name: part,
        here: format!("{name}.{part}"),
        shape,
        is_transposed: false,
    };
    vec![parameter("weight", weight), parameter("bias", vec![bias])]
}

fn linear(name: &str, from: usize, to: usize) -> TorchModule {
    let mut parameters = layer(name, vec![to, from], to);
    parameters[0].is_transposed = true;
    TorchModule {
        class: "Linear",
        arguments: vec![json!(from), json!(to)],
        parameters,
    }
}

fn dense_encoder(stage: usize, plan: &DensePlan) -> Vec<TorchModule> {
    let outputs = plan.inner * plan.heads;
    let layer = linear(&format!("stages.{stage}.encoder"), plan.outer, outputs);
    std::iter::once(layer)
        .chain(activation(plan.encoder_activation))
        .collect()
}

fn dense_decoder(stage: usize, plan: &DensePlan, output: Option<Activation>) -> Vec<TorchModule> {
    let mut layer = linear(&format!("stages.{stage}.decoder"), plan.inner, plan.outer);
    if plan.is_tied {
        // The encoder's weights turned twice: by the tie, and by the way PyTorch keeps them.
        layer.parameters[0].here = format!("stages.{stage}.encoder.weight");
        layer.parameters[0].is_transposed = false;
    }
    std::iter::once(layer)
        .chain(activation(plan.decoder_activation))
        .chain(output.and_then(activation))
        .collect()
}

/// Padding of both axes, negative ones crop, unless there is none.
fn pad([left, right, top, bottom]: [isize; 4]) -> Option<TorchModule> {
    ([left, right, top, bottom] != [0; 4])
        .then(|| TorchModule::plain("ZeroPad2d", vec![json!([left, right, top, bottom])]))
}

fn conv_encoder(stage: usize, plan: &ConvPlan) -> Vec<TorchModule> {
    let sides = |axis: Axis| [axis.padding.before as isize, axis.padding.after as isize];
    let ([left, right], [top, bottom]) = (sides(plan.width), sides(plan.height));
    let (outer, inner) = (plan.outer_channels, plan.inner_channels * plan.heads);
    let [kernel, _] = plan.kernels;
    let convolution = TorchModule {
        class: "Conv2d",
        arguments: [outer, inner, kernel, plan.stride]
            .map(Value::from)
            .to_vec(),
        parameters: layer(
            &format!("stages.{stage}.encoder"),
            vec![inner, outer, kernel, kernel],
            inner,
        ),
    };
    pad([left, right, top, bottom])
        .into_iter()
        .chain(std::iter::once(convolution))
        .chain(activation(plan.encoder_activation))
        .collect()
}

/// What a transposed convolution without padding lacks at the end of an axis, and what is to be
/// cropped on both sides afterwards.
fn crop(axis: Axis, plan: &ConvPlan) -> (usize, [isize; 2]) {
    let full = (axis.inner - 1) * plan.stride + plan.kernels[1];
    let wanted = axis.crop.before + axis.outer;
    let lacking = wanted.saturating_sub(full);
    let surplus = (full + lacking - wanted) as isize;
    (lacking, [-(axis.crop.before as isize), -surplus])
}

fn conv_decoder(stage: usize, plan: &ConvPlan, output: Option<Activation>) -> Vec<TorchModule> {
    let (lacks_height, [top, bottom]) = crop(plan.height, plan);
    let (lacks_width, [left, right]) = crop(plan.width, plan);
    let (outer, inner) = (plan.outer_channels, plan.inner_channels);
    let [_, kernel] = plan.kernels;
    let mut arguments = [inner, outer, kernel, plan.stride, 0]
        .map(Value::from)
        .to_vec();
    arguments.push(json!([lacks_height, lacks_width]));
    let convolution = TorchModule {
        class: "ConvTranspose2d",
        arguments,
        parameters: layer(
            &format!("stages.{stage}.decoder"),
            vec![inner, outer, kernel, kernel],
            outer,
        ),
    };
    std::iter::once(convolution)
        .chain(pad([left, right, top, bottom]))
        .chain(activation(plan.decoder_activation))
        .chain(output.and_then(activation))
        .collect()
}

#[cfg(test)]
#[path = "torch_tests.rs"]
mod tests;
