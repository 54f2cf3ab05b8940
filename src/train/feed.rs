//! The feed: batches of images on the device that trains.

use std::sync::Arc;

use burn::tensor::{Device, Int, Tensor, TensorData};

use crate::data::{Dataset, Images};

/// A device ready for training, in Burn's terms and in words.
#[derive(Clone, Debug)]
pub struct Compute {
    /// Without autodiff.
    pub device: Device,
    /// Such as `Flex (CPU, 2 threads)`.
    pub name: String,
    /// What a run that trained on it keeps of it: `flex`, or the adapter's name.
    pub key: String,
    /// Whether it has a memory of its own, where the images are best kept.
    pub has_own_memory: bool,
    /// What is worth saying about the choice.
    pub remarks: Vec<String>,
}

/// Largest set that is kept on a device, in bytes of f32.
const RESIDENT_BYTES: usize = 2 << 30;

/// Whether images are kept in the memory of a device that has one of its own.
pub fn is_kept_on_device(images: &Images) -> bool {
    images.pixels().len() * size_of::<f32>() <= RESIDENT_BYTES
}

/// Which half of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// Images to train on.
    Train,
    /// Images to measure on.
    Test,
}

/// Turns indices into batches of pixels in [0, 1].
///
/// On the CPU a batch is assembled from the bytes, 256 values of a table; a device with a memory of
/// its own gets each half once, as f32, and afterwards only indices cross.
pub struct Feed {
    data: Arc<Dataset>,
    device: Device,
    train: Option<Tensor<2>>,
    test: Option<Tensor<2>>,
}

impl Feed {
    /// Uploads the images where that pays.
    pub fn new(data: Arc<Dataset>, compute: &Compute) -> Self {
        let upload = |images: &Images| {
            (compute.has_own_memory && is_kept_on_device(images)).then(|| {
                let all: Vec<u32> = (0..images.len() as u32).collect();
                let mut pixels = Vec::new();
                images.write_batch(&all, &mut pixels);
                let shape = [images.len(), images.shape().pixels()];
                Tensor::from_data(TensorData::new(pixels, shape), &compute.device)
            })
        };
        Self {
            train: upload(&data.train),
            test: upload(&data.test),
            data,
            device: compute.device.clone(),
        }
    }

    /// The images behind it.
    pub fn data(&self) -> &Arc<Dataset> {
        &self.data
    }

    /// Whether the training images are kept on the device.
    pub fn is_resident(&self) -> bool {
        self.train.is_some()
    }

    /// Images as `[indices, pixels]`, pixels in [0, 1]. Indices must be below the number of images.
    pub fn batch(&self, half: Half, indices: &[u32]) -> Tensor<2> {
        let (images, resident) = match half {
            Half::Train => (&self.data.train, &self.train),
            Half::Test => (&self.data.test, &self.test),
        };
        match resident {
            Some(all) => {
                let indices: Vec<i32> = indices.iter().map(|index| *index as i32).collect();
                let count = indices.len();
                let indices =
                    Tensor::<1, Int>::from_data(TensorData::new(indices, [count]), &self.device);
                all.clone().select(0, indices)
            }
            None => {
                let mut values = Vec::new();
                images.write_batch(indices, &mut values);
                let shape = [indices.len(), images.shape().pixels()];
                Tensor::from_data(TensorData::new(values, shape), &self.device)
            }
        }
    }
}
