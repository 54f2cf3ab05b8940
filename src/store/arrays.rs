//! Named arrays as safetensors, the format that other programs read.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use safetensors::SafeTensorError;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::model::{NamedArray, OptimizerState};

use super::StoreError;

const EXPECTED: &str = "safetensors with arrays of floats";

pub(super) fn encode(
    path: &Path,
    arrays: &[NamedArray],
    metadata: Option<HashMap<String, String>>,
) -> Result<Vec<u8>, StoreError> {
    let wrong = |error: SafeTensorError| {
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
        .map_err(|error| StoreError::content(path, EXPECTED, unsound(bytes, &error)))?;
    let mut arrays = tensors
        .iter()
        .map(|(name, view)| {
            let values = floats(view.dtype(), view.data()).ok_or_else(|| {
                let found = format!("{name} holds values of type {:?}", view.dtype());
                StoreError::content(path, EXPECTED, found)
            })?;
            Ok(NamedArray {
                name: name.to_owned(),
                shape: view.shape().to_vec(),
                values,
            })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    arrays.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(arrays)
}

/// Values of any type of floats as single precision. Half precision is exact in it, double precision is
/// rounded; `None` for other types.
fn floats(kind: Dtype, bytes: &[u8]) -> Option<Vec<f32>> {
    let halves = || bytes.as_chunks::<2>().0.iter();
    let floats = match kind {
        Dtype::F32 => bytes
            .as_chunks()
            .0
            .iter()
            .map(|b| f32::from_le_bytes(*b))
            .collect(),
        Dtype::F16 => halves()
            .map(|b| half::f16::from_le_bytes(*b).to_f32())
            .collect(),
        Dtype::BF16 => halves()
            .map(|b| half::bf16::from_le_bytes(*b).to_f32())
            .collect(),
        Dtype::F64 => bytes
            .as_chunks()
            .0
            .iter()
            .map(|b| f64::from_le_bytes(*b) as f32)
            .collect(),
        _ => return None,
    };
    Some(floats)
}

/// What is wrong with bytes that are no safetensors: they may be cut off, as by a download that broke.
fn unsound(bytes: &[u8], error: &SafeTensorError) -> String {
    if bytes.is_empty() {
        return "is empty".to_owned();
    }
    let header = bytes
        .first_chunk()
        .map(|length| u64::from_le_bytes(*length));
    let Some(header) = header.filter(|length| bytes.get(8) == Some(&b'{') && *length < 1 << 27)
    else {
        return format!("is something else ({error})");
    };
    let ends = || -> Option<u64> {
        let json: serde_json::Value =
            serde_json::from_slice(bytes.get(8..8 + usize::try_from(header).ok()?)?).ok()?;
        let ends = json
            .as_object()?
            .values()
            .filter_map(|array| array.get("data_offsets")?.get(1)?.as_u64());
        ends.max()
    };
    let promised = 8 + header + ends().unwrap_or(0);
    if promised > bytes.len() as u64 {
        return format!(
            "is cut off: it has {} bytes of at least {promised}, so fetch or copy it again",
            bytes.len()
        );
    }
    format!("is damaged ({error})")
}

/// An entry of the metadata, where there is one.
pub(super) fn metadata(
    path: &Path,
    bytes: &[u8],
    entry: &str,
) -> Result<Option<String>, StoreError> {
    let (_, header) = SafeTensors::read_metadata(bytes)
        .map_err(|error| StoreError::content(path, EXPECTED, unsound(bytes, &error)))?;
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
