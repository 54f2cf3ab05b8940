//! Filters: what the first layer looks for and what the last one paints with.
//!
//! An *atom* is what one unit of the last hidden layer adds to the image.

use crate::data::ImageShape;
use crate::engine::wish::{Content, Tiles};
use crate::model::{NamedArray, Side};

use super::replica::{Replica, Trouble, norm};

/// The outermost layer of an encoder.
const ENCODER: &str = "stages.0.encoder";

impl Replica {
    /// The outermost layers' weights as pictures, largest norm first, at most `count` of each.
    pub(super) fn filters(&self, count: usize) -> Result<Content, Trouble> {
        let tiles = |side| {
            let mut layers = self.layers().iter();
            let layer = layers.find(|layer| layer.side == side && layer.stage == 0);
            let name = layer.map_or("stages.0", |layer| layer.name.as_str());
            let (weights, side) = match (self.weights(name), side) {
                // Tied to the encoder's: what a unit looks for is what it paints with.
                (Err(_), Side::Decoder) => (self.weights(ENCODER)?, Side::Encoder),
                (weights, side) => (weights?, side),
            };
            tiles_of(weights, side, self.shape(), count)
                .ok_or_else(|| Trouble::OddWeights(name.to_owned()))
        };
        Ok(Content::Filters {
            encoder: tiles(Side::Encoder)?,
            decoder: tiles(Side::Decoder)?,
        })
    }
}

/// A tile a unit: the weights between it and the image.
fn tiles_of(weights: &NamedArray, side: Side, image: ImageShape, count: usize) -> Option<Tiles> {
    let values = &weights.values;
    // Of dense layers each row belongs to an input, each column to an output; of convolutions the
    // first axis is the side of the code, in both directions, and the second the image's channels.
    let (shape, units): (ImageShape, Vec<Vec<f32>>) = match (weights.shape.as_slice(), side) {
        (&[inputs, outputs], Side::Encoder) if inputs == image.pixels() => {
            let column = |unit| values.iter().skip(unit).step_by(outputs).copied().collect();
            (image, (0..outputs).map(column).collect())
        }
        (&[_, outputs], Side::Decoder) if outputs == image.pixels() => {
            (image, values.chunks(outputs).map(<[f32]>::to_vec).collect())
        }
        (&[_, channels, height, width], Side::Encoder | Side::Decoder) => {
            let shape = ImageShape {
                width,
                height,
                channels,
            };
            let units = values.chunks(shape.pixels().max(1));
            (shape, units.map(<[f32]>::to_vec).collect())
        }
        _ => return None,
    };
    let total = units.len();
    let mut sorted: Vec<(f32, Vec<f32>)> =
        units.into_iter().map(|unit| (norm(&unit), unit)).collect();
    sorted.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    sorted.truncate(count);
    let (norms, tiles): (Vec<f32>, Vec<Vec<f32>>) = sorted.into_iter().unzip();
    Some(Tiles {
        shape: Some(shape),
        values: tiles.concat(),
        norms,
        total,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: ImageShape = ImageShape {
        width: 2,
        height: 1,
        channels: 1,
    };

    fn array(shape: &[usize], values: &[f32]) -> NamedArray {
        NamedArray {
            name: "stages.0.encoder.weight".to_owned(),
            shape: shape.to_vec(),
            values: values.to_vec(),
        }
    }

    #[test]
    fn dense_weights_are_cut_by_unit() {
        let encoder = array(&[2, 3], &[1.0, 3.0, 0.0, 0.0, 4.0, 2.0]);
        let tiles = tiles_of(&encoder, Side::Encoder, IMAGE, 2).unwrap();
        assert_eq!(tiles.values, [3.0, 4.0, 0.0, 2.0]);
        assert_eq!((tiles.norms, tiles.total), (vec![5.0, 2.0], 3));
        let decoder = array(&[3, 2], &[1.0, 0.0, 3.0, 4.0, 0.0, 2.0]);
        let tiles = tiles_of(&decoder, Side::Decoder, IMAGE, 9).unwrap();
        assert_eq!(tiles.values, [3.0, 4.0, 0.0, 2.0, 1.0, 0.0]);
        assert_eq!(tiles.shape, Some(IMAGE));
    }

    #[test]
    fn kernels_are_tiles_of_their_own_size() {
        let kernels = array(&[2, 1, 1, 2], &[0.0, 1.0, 2.0, 0.0]);
        for side in [Side::Encoder, Side::Decoder] {
            let tiles = tiles_of(&kernels, side, IMAGE, 5).unwrap();
            assert_eq!(tiles.values, [2.0, 0.0, 0.0, 1.0]);
        }
    }

    #[test]
    fn weights_of_another_layer_are_refused() {
        let odd = array(&[3, 3], &[0.0; 9]);
        assert!(tiles_of(&odd, Side::Encoder, IMAGE, 5).is_none());
        assert!(tiles_of(&array(&[4], &[0.0; 4]), Side::Decoder, IMAGE, 5).is_none());
    }
}
