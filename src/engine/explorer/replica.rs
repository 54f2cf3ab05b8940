//! A replica: a network with a copy of a run's weights, on the CPU, to be looked through.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData, Transaction};

use crate::analysis::AnalysisError;
use crate::data::{Dataset, ImageShape, Images, to_bytes};
use crate::engine::protocol::{Pictures, RunId};
use crate::engine::wish::{CodeSpec, Content, InputImage, Start, Tiles};
use crate::model::{
    self, CodeGrid, Knobs, MOST_EACH, NamedArray, Side, Trainee, TrainingError, entry_size,
};
use crate::train::{CodeSource, RunConfig, UnsuitedCodes};

use super::RunWeights;

/// Why a wish cannot be fulfilled.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(transparent)]
    Network(#[from] TrainingError),
    #[error("{0}")]
    Variant(String),
    #[error("an image of this run has {shape}, {} values, but this one has {found}", shape.pixels())]
    ImageSize { shape: ImageShape, found: usize },
    #[error("test image {index} was asked for, but there are {count}, counted from 0")]
    NoSuchImage { index: u32, count: usize },
    #[error("test image {index} was asked for, but the images of this run are lost")]
    LostImage { index: u32 },
    #[error("a code needs finite numbers, but dimension {dimension} is {value}")]
    NotFinite { dimension: usize, value: f32 },
    #[error("a place in the plane needs finite numbers, but one is {0}")]
    NoPlace(f32),
    #[error("dimension {dimension} cannot change: the code has {latent} now, counted from 0")]
    NoSuchDimension { dimension: usize, latent: usize },
    #[error("layer {layer} was asked for, but there are {count}, counted from 0")]
    NoSuchLayer { layer: usize, count: usize },
    #[error("layer {name} has no output yet: this phase uses the outermost {depth} pairs only")]
    UnusedLayer { name: String, depth: usize },
    #[error("at most {most} pictures can be drawn at once, but {found} were asked for")]
    TooMany { most: usize, found: usize },
    #[error(
        "the code is not made of entries now, or of too many to be listed: entries are shown of the code of the \
         whole network with bottleneck vq or fsq, up to {MOST_EACH} of them"
    )]
    NoEntries,
    #[error("the weights of layer {0} are neither those of a dense layer nor of a convolution")]
    OddWeights(String),
    #[error(transparent)]
    Codes(#[from] AnalysisError),
    #[error(transparent)]
    Unsuited(#[from] UnsuitedCodes),
    #[error(
        "codes of training images are needed to draw from, but the images of this run are lost: say where \
         they are in the pane Data"
    )]
    LostCodes,
}

/// A code and where it came from.
pub(super) struct Code {
    /// Before pins.
    pub(super) start: Vec<f32>,
    /// After pins.
    pub(super) values: Vec<f32>,
    /// The image it began with.
    image: Option<Tensor<2>>,
}

/// A network with a copy of a run's weights.
pub(super) struct Replica {
    run: RunId,
    config: Arc<RunConfig>,
    network: Box<dyn Trainee>,
    shape: ImageShape,
    data: Option<Arc<Dataset>>,
    device: Device,
    step: u64,
    /// Of the outermost layers: the others are in the network alone.
    outermost: Vec<NamedArray>,
    depth: usize,
    latent: usize,
}

impl Replica {
    pub(super) fn new(weights: RunWeights) -> Result<Self, Trouble> {
        let device = Device::flex();
        let variant = model::variant(&weights.config.variant)
            .map_err(|error| Trouble::Variant(error.to_string()))?;
        let network = variant.replica(
            weights.shape,
            &weights.config.knobs,
            weights.objective,
            &weights.arrays,
            &device,
        )?;
        let mut outermost = weights.arrays;
        let outer = network.layers().iter().filter(|layer| layer.stage == 0);
        let names: Vec<String> = outer.map(|layer| weight_name(&layer.name)).collect();
        outermost.retain(|array| names.contains(&array.name));
        let depth = weights.objective.depth(network.stages());
        let mut encoders = network
            .layers()
            .iter()
            .filter(|layer| layer.side == Side::Encoder);
        let latent = encoders
            .nth(depth.saturating_sub(1))
            .map_or(0, |layer| layer.outputs);
        Ok(Self {
            run: weights.id,
            config: weights.config,
            network,
            shape: weights.shape,
            data: weights.data,
            device,
            step: weights.step,
            outermost,
            depth,
            latent,
        })
    }

    /// Training steps of the weights.
    pub(super) fn step(&self) -> u64 {
        self.step
    }

    /// Values of a code at the depth in use.
    pub(super) fn latent(&self) -> usize {
        self.latent
    }

    /// Whose weights.
    pub(super) fn run(&self) -> RunId {
        self.run
    }

    /// The images of the run, unless they are lost.
    pub(super) fn data(&self) -> Option<&Arc<Dataset>> {
        self.data.as_ref()
    }

    /// The network itself.
    pub(super) fn network(&self) -> &dyn Trainee {
        &*self.network
    }

    /// Size of an image.
    pub(super) fn shape(&self) -> ImageShape {
        self.shape
    }

    /// Weights of one of the outermost layers.
    pub(super) fn weights(&self, layer: &str) -> Result<&NamedArray, Trouble> {
        let name = weight_name(layer);
        self.outermost
            .iter()
            .find(|array| array.name == name)
            .ok_or_else(|| Trouble::OddWeights(layer.to_owned()))
    }

    pub(super) fn layers(&self) -> &[model::LayerInfo] {
        self.network.layers()
    }

    /// An image as `[1, pixels]`, in [0, 1].
    fn image(&self, input: &InputImage) -> Result<Tensor<2>, Trouble> {
        let shape = self.shape();
        let mut values = Vec::new();
        match input {
            InputImage::Test(index) => {
                let index = *index;
                let Some(data) = &self.data else {
                    return Err(Trouble::LostImage { index });
                };
                let test = &data.test;
                if index as usize >= test.len() {
                    let count = test.len();
                    return Err(Trouble::NoSuchImage { index, count });
                }
                test.write_batch(&[index], &mut values);
            }
            InputImage::Pixels(pixels) => {
                let found = pixels.len();
                let one = Images::new(shape, pixels.to_vec())
                    .ok()
                    .filter(|images| images.len() == 1)
                    .ok_or(Trouble::ImageSize { shape, found })?;
                one.write_batch(&[0], &mut values);
            }
        }
        Ok(self.tensor(values, shape.pixels()))
    }

    /// `[values / width, width]`
    pub(super) fn tensor(&self, values: Vec<f32>, width: usize) -> Tensor<2> {
        let count = values.len() / width.max(1);
        Tensor::from_data(TensorData::new(values, [count, width]), &self.device)
    }

    /// The code that is meant, at the depth in use.
    pub(super) fn code(&self, spec: &CodeSpec) -> Result<Code, Trouble> {
        let (start, image) = match &spec.start {
            Start::Image(input) => {
                let image = self.image(input)?;
                let code = self.network.encode(image.clone());
                (read(code)?, Some(image))
            }
            Start::Code(values) => (self.fitted(values)?, None),
        };
        let mut values = start.clone();
        for (dimension, value) in &spec.pins {
            let (dimension, value) = (*dimension, *value);
            if !value.is_finite() {
                return Err(Trouble::NotFinite { dimension, value });
            }
            if let Some(pinned) = values.get_mut(dimension) {
                *pinned = value;
            }
        }
        Ok(Code {
            start,
            values,
            image,
        })
    }

    /// As many values as a code has now: 0 where some are missing.
    pub(super) fn fitted(&self, values: &[f32]) -> Result<Vec<f32>, Trouble> {
        let odd = values.iter().position(|value| !value.is_finite());
        if let Some(dimension) = odd {
            let value = values[dimension];
            return Err(Trouble::NotFinite { dimension, value });
        }
        let mut fitted = values.to_vec();
        fitted.resize(self.latent, 0.0);
        Ok(fitted)
    }

    /// Pixels of codes that follow one another.
    pub(super) fn pictures(&self, codes: Vec<f32>) -> Result<Vec<u8>, Trouble> {
        let outputs = self.network.decode(self.tensor(codes, self.latent));
        Ok(to_bytes(&read(outputs)?))
    }

    /// Codes of some training images, code after code.
    pub(super) fn training_codes(&self, indices: &[u32]) -> Result<Vec<f32>, Trouble> {
        let data = self.data.as_ref().ok_or(Trouble::LostCodes)?;
        let mut values = Vec::new();
        data.train.write_batch(indices, &mut values);
        let images = self.tensor(values, self.shape.pixels());
        Ok(read(self.network.encode(images))?)
    }

    /// The knobs as they were at the step of the weights.
    fn knobs(&self) -> Knobs {
        self.config.knobs_at(self.step).into_owned()
    }

    /// Refuses to draw codes from where those of the depth in use are not like.
    pub(super) fn must_suit(&self, source: CodeSource) -> Result<(), Trouble> {
        let mut phases = self.config.schedule.phases.iter();
        let is_hidden = self.depth < self.network.stages();
        let hidden = phases
            .find(|phase| is_hidden && phase.objective.depth(self.network.stages()) == self.depth)
            .map(|phase| phase.name());
        Ok(source.must_suit(&self.knobs(), hidden.as_deref())?)
    }

    /// How the entries of a code lie, where it is made of such.
    pub(super) fn entries(&self) -> CodeGrid {
        let numbers = entry_size(&self.knobs()).unwrap_or(1).max(1);
        CodeGrid::new(self.network.code_shape(), numbers)
    }

    /// One code, its picture, and how far that is from the image it began with.
    pub(super) fn point(&self, spec: &CodeSpec) -> Result<Content, Trouble> {
        let code = self.code(spec)?;
        let codes = self.tensor(code.values.clone(), self.latent);
        let outputs = self.network.decode(codes);
        let mut transaction = Transaction::default().register(outputs.clone());
        if let Some(image) = code.image {
            let difference = outputs - image.clone();
            let error = (difference.clone() * difference).mean_dim(1);
            transaction = transaction.register(error).register(image);
        }
        let mut arrays = Vec::new();
        for data in transaction.try_execute().map_err(TrainingError::from)? {
            arrays.push(data.try_to_vec::<f32>().map_err(TrainingError::from)?);
        }
        let shape = self.shape();
        let picture = |values: &Vec<f32>| Pictures {
            shape,
            pixels: to_bytes(values),
        };
        Ok(Content::Point {
            start: code.start,
            code: code.values,
            picture: arrays.first().map_or_else(|| picture(&Vec::new()), picture),
            original: arrays.get(2).map(picture),
            error: arrays.get(1).and_then(|errors| errors.first().copied()),
        })
    }

    /// What a layer makes of an image.
    pub(super) fn features(&self, input: &InputImage, layer: usize) -> Result<Content, Trouble> {
        let layers = self.layers();
        let Some(info) = layers.get(layer) else {
            let count = layers.len();
            return Err(Trouble::NoSuchLayer { layer, count });
        };
        let image = self.image(input)?;
        let mut outputs = self.network.activations(image);
        let output = outputs.get_mut(layer).and_then(Option::take);
        let Some(output) = output else {
            return Err(Trouble::UnusedLayer {
                name: info.name.clone(),
                depth: self.depth,
            });
        };
        let values = read(output)?;
        // Maps are pictures of one channel each; values without a place lie side by side.
        let shape = match info.maps {
            Some(maps) => ImageShape {
                channels: 1,
                ..maps
            },
            None => ImageShape {
                width: values.len(),
                height: 1,
                channels: 1,
            },
        };
        let norms: Vec<f32> = values.chunks(shape.pixels().max(1)).map(norm).collect();
        Ok(Content::Features(Tiles {
            shape: Some(shape),
            total: norms.len(),
            values,
            norms,
        }))
    }
}

/// Name of the array that holds a layer's weights.
fn weight_name(layer: &str) -> String {
    format!("{layer}.weight")
}

/// Euclidean.
pub(super) fn norm(values: &[f32]) -> f32 {
    let squares = values.iter().map(|value| f64::from(*value).powi(2));
    squares.sum::<f64>().sqrt() as f32
}

pub(super) fn read(tensor: Tensor<2>) -> Result<Vec<f32>, TrainingError> {
    Ok(tensor.try_into_data()?.try_to_vec()?)
}
