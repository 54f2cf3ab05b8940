//! Named arrays as safetensors, the format that other programs read.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::model::{NamedArray, OptimizerState};

use super::StoreError;

const EXPECTED: &str = "safetensors with f32 arrays";

pub(super) fn encode(
    path: &Path,
    arrays: &[NamedArray],
    metadata: Option<HashMap<String, String>>,
) -> Result<Vec<u8>, StoreError> {
    let wrong = |error: safetensors::SafeTensorError| {
        StoreError::content(path, EXPECTED, format!("the arrays are unsound ({error})"))
    };
    let bytes: Vec<Vec<u8>> = arrays
        .iter()
        .map(|array| array.values.iter().flat_map(|v| v.to_le_bytes()).collect())
        .collect();
    let views = arrays
        .iter()
        .zip(&bytes)
        .map(|(array, bytes)| {
            let view = TensorView::new(Dtype::F32, array.shape.clone(), bytes).map_err(wrong)?;
            Ok((array.name.as_str(), view))
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    safetensors::serialize(views, metadata).map_err(wrong)
}

fn decode(path: &Path, bytes: &[u8]) -> Result<Vec<NamedArray>, StoreError> {
    let tensors = SafeTensors::deserialize(bytes)
        .map_err(|error| StoreError::content(path, EXPECTED, format!("is damaged ({error})")))?;
    let mut arrays = tensors
        .iter()
        .map(|(name, view)| {
            if view.dtype() != Dtype::F32 {
                return Err(StoreError::content(
                    path,
                    EXPECTED,
                    format!("{name} is {:?}", view.dtype()),
                ));
            }
            Ok(NamedArray {
                name: name.to_owned(),
                shape: view.shape().to_vec(),
                values: view
                    .data()
                    .as_chunks::<4>()
                    .0
                    .iter()
                    .map(|bytes| f32::from_le_bytes(*bytes))
                    .collect(),
            })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    arrays.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(arrays)
}

/// An entry of the metadata, where there is one.
pub(super) fn metadata(
    path: &Path,
    bytes: &[u8],
    entry: &str,
) -> Result<Option<String>, StoreError> {
    let (_, header) = SafeTensors::read_metadata(bytes)
        .map_err(|error| StoreError::content(path, EXPECTED, format!("is damaged ({error})")))?;
    let entries = header.metadata().as_ref();
    Ok(entries.and_then(|entries| entries.get(entry).cloned()))
}

pub(super) fn encode_weights(path: &Path, weights: &[NamedArray]) -> Result<Vec<u8>, StoreError> {
    encode(path, weights, None)
}

pub(super) fn decode_weights(path: &Path, bytes: &[u8]) -> Result<Vec<NamedArray>, StoreError> {
    let weights = decode(path, bytes)?;
    match weights
        .iter()
        .find(|array| array.values.iter().any(|value| !value.is_finite()))
    {
        None => Ok(weights),
        Some(array) => Err(StoreError::content(
            path,
            "finite weights",
            format!("{} holds infinite ones or NaN", array.name),
        )),
    }
}

/// Where the step counters stand among the metadata: all in one entry, as JSON, because the order
/// of several entries changes from one writing to the next.
const COUNTERS: &str = "counters";

pub(super) fn encode_optimizer(path: &Path, state: &OptimizerState) -> Result<Vec<u8>, StoreError> {
    let counters = serde_json::to_string(&state.counters)
        .map_err(|error| StoreError::content(path, "step counters", error.to_string()))?;
    let metadata = HashMap::from([(COUNTERS.to_owned(), counters)]);
    encode(path, &state.arrays, Some(metadata))
}

pub(super) fn decode_optimizer(path: &Path, bytes: &[u8]) -> Result<OptimizerState, StoreError> {
    let counters = match metadata(path, bytes, COUNTERS)? {
        None => BTreeMap::new(),
        Some(json) => serde_json::from_str(&json).map_err(|_parse| {
            StoreError::content(path, "step counters", format!("its counters are {json:?}"))
        })?,
    };
    Ok(OptimizerState {
        arrays: decode(path, bytes)?,
        counters,
    })
}
