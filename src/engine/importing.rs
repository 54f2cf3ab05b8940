//! First weights from files, in the form that PyTorch has them.
//!
//! *Importing* finds out whether such weights fit the network that a configuration describes.

use std::path::Path;
use std::sync::Arc;

use crate::data::ImageShape;
use crate::model::NamedArray;
use crate::store::StoreError;
use crate::store::export::read_torch;
use crate::train::{InitialWeights, RunConfig};

/// Why a run cannot begin with the weights of a file.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] StoreError),
    /// They are others than they were, or of another network; a sentence.
    #[error("{0}")]
    Unfit(String),
}

impl WeightsError {
    /// Whether what the user asked for was wrong, rather than the machine.
    pub fn is_bad_input(&self) -> bool {
        match self {
            Self::File(error) => error.is_bad_input(),
            Self::Unfit(_) => true,
        }
    }

    fn unfit(found: impl std::fmt::Display) -> Self {
        Self::Unfit(found.to_string())
    }
}

/// Reads the weights that a configuration names a file for, if it does, for images of this shape. The
/// configuration gets to know the file's hash.
///
/// # Errors
/// The file cannot be read, is another one than it was, or does not fit the network.
pub fn first_weights(
    config: &mut RunConfig,
    shape: ImageShape,
) -> Result<Option<Arc<[NamedArray]>>, WeightsError> {
    let Some(InitialWeights { file, sha256 }) = &config.initial_weights else {
        return Ok(None);
    };
    let (file, expected) = (file.clone(), sha256.clone());
    let read = read_torch(Path::new(&file))?;
    if let Some(expected) = expected.filter(|expected| *expected != read.sha256) {
        return Err(WeightsError::Unfit(format!(
            "the run began with weights of SHA-256 {expected}, but {file} has {}",
            read.sha256
        )));
    }
    let (variant, knobs) = config.check_with(shape).map_err(WeightsError::unfit)?;
    let network = variant.torch(shape, &knobs).map_err(WeightsError::unfit)?;
    let weights = network.import(&read.weights).map_err(|found| {
        WeightsError::Unfit(format!(
            "{file} must hold the weights of this {} network on images of {shape}, but {found}",
            variant.name().to_lowercase()
        ))
    })?;
    config.initial_weights = Some(InitialWeights {
        file,
        sha256: Some(read.sha256),
    });
    Ok(Some(weights.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{KnobValue, variant};
    use crate::store::export::{encode_torch, write_file};

    const SHAPE: ImageShape = ImageShape {
        width: 8,
        height: 8,
        channels: 1,
    };

    fn saved(folder: &Path) -> RunConfig {
        let variant = variant("deep").unwrap();
        let mut config = RunConfig::recipe(variant, "glyphs");
        config.knobs.set("layers", KnobValue::Integer(4));
        let device = burn::tensor::Device::flex();
        let trainee = variant.build(SHAPE, &config.knobs, 3, &device).unwrap();
        let network = variant.torch(SHAPE, &config.knobs).unwrap();
        let path = folder.join("w.safetensors");
        let weights = trainee.weights().unwrap();
        let bytes = encode_torch(&path, &network, &config, &weights).unwrap();
        write_file(&path, &bytes).unwrap();
        config.initial_weights = Some(InitialWeights {
            file: path.to_string_lossy().into_owned(),
            sha256: None,
        });
        config
    }

    #[test]
    fn weights_that_fit_are_taken_and_their_file_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = saved(folder.path());
        let weights = first_weights(&mut config, SHAPE).unwrap().unwrap();
        assert!(
            weights
                .iter()
                .any(|array| array.name == "stages.1.decoder.bias")
        );
        let hash = config.initial_weights.as_ref().unwrap().sha256.clone();
        assert_eq!(hash.as_ref().map(String::len), Some(64));
        assert!(first_weights(&mut config, SHAPE).is_ok(), "the same again");
        let other = InitialWeights {
            sha256: Some("0".repeat(64)),
            ..config.initial_weights.clone().unwrap()
        };
        config.initial_weights = Some(other);
        let error = first_weights(&mut config, SHAPE).unwrap_err().to_string();
        assert!(
            error.starts_with("the run began with weights of SHA-256 000"),
            "{error}"
        );
    }

    #[test]
    fn weights_of_another_network_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = saved(folder.path());
        config.knobs.set("latent", KnobValue::Integer(7));
        let error = first_weights(&mut config, SHAPE).unwrap_err().to_string();
        assert!(
            error.ends_with(
                "must hold the weights of this deep network on images of 8×8×1, but \
                 encoder.2.weight must have shape [7, 41], but has [10, 41]"
            ),
            "{error}"
        );
    }
}
