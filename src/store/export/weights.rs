//! Weights as PyTorch has them: safetensors that a state dictionary is loaded from, and back.
//!
//! Such a file's *metadata* has one entry, `hourglass`: the modules of encoder and decoder, the sizes of
//! an image and the configuration, as JSON. It is what the README's snippet rebuilds the network from.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Value, json};
use sha2::Digest as _;

use crate::data::foreign::{is_safetensors, of_bytes};
use crate::data::hex;
use crate::model::{NamedArray, TorchModule, TorchNetwork};
use crate::train::RunConfig;

use super::super::{StoreError, arrays, reading};

/// Name of the one entry of the metadata; several would be written in a different order each time.
const ENTRY: &str = "hourglass";

/// Largest file of weights that is read: the most parameters a network may have, and a header.
const MAX_BYTES: u64 = 300_000_000 * 4 + (1 << 26);

/// Weights of PyTorch, and what their file says of them.
#[derive(Clone, Debug, PartialEq)]
pub struct TorchFile {
    /// The arrays, by name.
    pub weights: Vec<NamedArray>,
    /// The configuration they were trained with, where the file holds one.
    pub config: Option<RunConfig>,
    /// SHA-256 of the file in hexadecimal.
    pub sha256: String,
}

/// A file of weights that PyTorch loads.
///
/// # Errors
/// When the weights are not those of the network.
pub fn encode_torch(
    path: &Path,
    network: &TorchNetwork,
    config: &RunConfig,
    weights: &[NamedArray],
) -> Result<Vec<u8>, StoreError> {
    let weights = network
        .export(weights)
        .map_err(|error| StoreError::content(path, "the weights of this network", error))?;
    let config = toml::to_string(config)
        .map_err(|error| StoreError::content(path, "what TOML can hold", error.to_string()))?;
    let modules = |half: &[TorchModule]| half.iter().map(TorchModule::json).collect::<Value>();
    let about = json!({
        "input": network.input,
        "encoder": modules(&network.encoder),
        "decoder": modules(&network.decoder),
        "config": config,
    });
    let metadata = HashMap::from([(ENTRY.to_owned(), about.to_string())]);
    arrays::encode(path, &weights, Some(metadata))
}

/// Reads a file of weights that PyTorch, or this program, wrote.
///
/// # Errors
/// When the file cannot be read or holds something else.
pub fn read_torch(path: &Path) -> Result<TorchFile, StoreError> {
    const EXPECTED: &str = "the weights of a network of at most 300,000,000 parameters";
    let bytes = reading::bounded(path, MAX_BYTES, EXPECTED)?;
    if let Some(found) = foreign(path, &bytes) {
        return Err(StoreError::content(path, "weights as safetensors", found));
    }
    decode_torch(path, &bytes)
}

/// What a file is that holds weights in another form, or none, and what to do; nothing for safetensors
/// and for what is not known.
fn foreign(path: &Path, bytes: &[u8]) -> Option<String> {
    const SAVE: &str = "safetensors.numpy.save_file({name: array, …}, \"weights.safetensors\")";
    let has_ending = |ending: &str| {
        path.extension()
            .is_some_and(|end| end.eq_ignore_ascii_case(ending))
    };
    let start = &bytes[..bytes.len().min(1 << 16)];
    if is_safetensors(start) {
        return None;
    }
    if start.starts_with(b"\x93NUMPY") {
        return Some(format!(
            "is a NumPy array: in Python, save all arrays with {SAVE}"
        ));
    }
    if start.starts_with(b"\x89HDF") {
        return Some(format!(
            "is an HDF5 file, as Keras writes: in Python, load the model, turn its kernels (kernel.T), name them as PyTorch does and save them with {SAVE}"
        ));
    }
    if start.starts_with(b"GGUF") {
        return Some("is a GGUF file, of a language model".to_owned());
    }
    if let Some(foreign) = of_bytes(start, path) {
        return Some(format!("is {}: {}", foreign.what, foreign.remedy));
    }
    if start.starts_with(b"PK") {
        return Some(format!(
            "is an archive of arrays (.npz): in Python, load it and save it with {SAVE}"
        ));
    }
    if has_ending("onnx") {
        return Some(format!(
            "is an ONNX model: in Python, read its initializers with onnx.numpy_helper and save them with {SAVE}"
        ));
    }
    None
}

fn decode_torch(path: &Path, bytes: &[u8]) -> Result<TorchFile, StoreError> {
    let weights = arrays::decode_weights(path, bytes)?;
    let config = match arrays::metadata(path, bytes, ENTRY)? {
        None => None,
        Some(json) => Some(read_about(path, &json)?),
    };
    let sha256 = hex(&sha2::Sha256::digest(bytes));
    Ok(TorchFile {
        weights,
        config,
        sha256,
    })
}

fn read_about(path: &Path, json: &str) -> Result<RunConfig, StoreError> {
    const EXPECTED: &str = "the configuration of a run in its metadata";
    let about: Value = serde_json::from_str(json)
        .map_err(|error| StoreError::content(path, EXPECTED, format!("is damaged ({error})")))?;
    let Some(text) = about.get("config").and_then(Value::as_str) else {
        return Err(StoreError::content(path, EXPECTED, "holds none"));
    };
    toml::from_str(text).map_err(|error| {
        let message = error.message().replace('\n', "; ");
        StoreError::content(path, EXPECTED, format!("does not: {message}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ImageShape;
    use crate::model::variant;

    const PATH: &str = "weights.safetensors";

    fn network() -> (TorchNetwork, RunConfig, Vec<NamedArray>) {
        let variant = variant("autoencoder").unwrap();
        let config = RunConfig::recipe(variant, "glyphs");
        let shape = ImageShape {
            width: 3,
            height: 2,
            channels: 1,
        };
        let network = variant.torch(shape, &config.knobs).unwrap();
        let array = |name: &str, shape: &[usize]| NamedArray {
            name: name.to_owned(),
            shape: shape.to_vec(),
            values: (0..shape.iter().product::<usize>())
                .map(|value| value as f32)
                .collect(),
        };
        let weights = vec![
            array("stages.0.encoder.weight", &[6, 10]),
            array("stages.0.encoder.bias", &[10]),
            array("stages.0.decoder.weight", &[10, 6]),
            array("stages.0.decoder.bias", &[6]),
        ];
        (network, config, weights)
    }

    #[test]
    fn weights_and_configuration_come_back() {
        let (network, config, weights) = network();
        let path = Path::new(PATH);
        let bytes = encode_torch(path, &network, &config, &weights).unwrap();
        assert_eq!(
            bytes,
            encode_torch(path, &network, &config, &weights).unwrap(),
            "the same weights are the same bytes"
        );
        let file = decode_torch(path, &bytes).unwrap();
        assert_eq!(file.config, Some(config));
        let names: Vec<&str> = file.weights.iter().map(|a| a.name.as_str()).collect();
        assert!(names.contains(&"encoder.0.weight"), "{names:?}");
        let mut back = network.import(&file.weights).unwrap();
        back.sort_by(|a, b| b.name.cmp(&a.name));
        let mut sorted = weights;
        sorted.sort_by(|a, b| b.name.cmp(&a.name));
        assert_eq!(back, sorted);
    }

    #[test]
    fn files_of_other_programs_are_named() {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes, word) in [
            ("a.pt", &b"PK\x03\x04....a/data.pkl"[..], "torch.save"),
            (
                "renamed.safetensors",
                b"PK\x03\x04....x/data.pkl",
                "torch.save",
            ),
            (
                "old.pth",
                b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.",
                "torch.save",
            ),
            ("a.safetensors", b"<!DOCTYPE html><html></html>", "web page"),
            (
                "b.safetensors",
                b"version https://git-lfs.github.com/spec/v1\n",
                "Git LFS",
            ),
            ("a.npz", b"PK\x03\x04....w.npy", ".npz"),
            ("a.h5", b"\x89HDF\r\n\x1a\n", "HDF5"),
            ("a.onnx", b"\x08\x07\x12\x07pytorch", "ONNX"),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            let error = read_torch(&path).unwrap_err();
            assert!(error.is_bad_input());
            let sentence = error.to_string();
            assert!(sentence.contains(word), "{sentence}");
            assert!(
                sentence.contains("must hold weights as safetensors, but is a"),
                "{sentence}"
            );
        }
    }

    /// A length of 640 begins as a pickle does, one of 0x4b50 as an archive.
    #[test]
    fn a_file_is_not_known_by_the_length_of_its_header() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(PATH);
        let (_, _, weights) = network();
        for wanted in [640, 896, 1152, 1408, 0x4b50] {
            let header = |filler: usize| {
                let filler = HashMap::from([("filler".to_owned(), "x".repeat(filler))]);
                let bytes = arrays::encode(&path, &weights, Some(filler)).unwrap();
                let length = u64::from_le_bytes(bytes[..8].try_into().unwrap());
                (length, bytes)
            };
            let spare = wanted - header(0).0;
            let (length, bytes) = header(spare as usize);
            assert_eq!(length, wanted, "headers are padded to whole words");
            std::fs::write(&path, bytes).unwrap();
            let file = read_torch(&path);
            let read = file.unwrap_or_else(|error| panic!("{wanted}: {error}"));
            assert_eq!(read.weights.len(), weights.len());
        }
    }

    #[test]
    fn a_broken_download_is_called_cut_off() {
        let (_, _, weights) = network();
        let path = Path::new(PATH);
        let whole = arrays::encode(path, &weights, None).unwrap();
        for length in [whole.len() - 1, whole.len() / 2, 30] {
            let sentence = decode_torch(path, &whole[..length])
                .unwrap_err()
                .to_string();
            assert!(
                sentence.contains(&format!("is cut off: it has {length} bytes of at least")),
                "{sentence}"
            );
        }
        let sentence = decode_torch(path, &whole[..whole.len() - 1])
            .unwrap_err()
            .to_string();
        assert!(
            sentence.contains(&format!("at least {},", whole.len())),
            "{sentence}"
        );
    }

    #[test]
    fn floats_of_every_width_are_read() {
        use safetensors::tensor::{Dtype, TensorView};
        let values = [0.5_f32, -2.0, 0.0, 1.5];
        let f16 = values
            .map(|v| half::f16::from_f32(v).to_le_bytes())
            .concat();
        let bf16 = values
            .map(|v| half::bf16::from_f32(v).to_le_bytes())
            .concat();
        let f64 = values.map(|v| f64::from(v).to_le_bytes()).concat();
        for (kind, bytes) in [(Dtype::F16, f16), (Dtype::BF16, bf16), (Dtype::F64, f64)] {
            let view = TensorView::new(kind, vec![2, 2], &bytes).unwrap();
            let file = safetensors::serialize([("w", view)], None).unwrap();
            let read = decode_torch(Path::new(PATH), &file).unwrap();
            assert_eq!(read.weights[0].values, values, "{kind:?}");
            assert_eq!(read.weights[0].shape, [2, 2]);
        }
        let whole = [1_i64, 2].map(i64::to_le_bytes).concat();
        let view = TensorView::new(Dtype::I64, vec![2], &whole).unwrap();
        let file = safetensors::serialize([("steps", view)], None).unwrap();
        let error = decode_torch(Path::new(PATH), &file)
            .unwrap_err()
            .to_string();
        assert!(error.contains("steps") && error.contains("I64"), "{error}");
    }

    #[test]
    fn other_files_are_told_from_weights() {
        let (_, _, weights) = network();
        let path = Path::new(PATH);
        let decode = |bytes: &[u8]| decode_torch(path, bytes).unwrap_err().to_string();
        assert!(decode(b"").ends_with("but is empty"), "{}", decode(b""));
        for bytes in [&b""[..], b"no", b"\xff\xff\xff\xff\xff\xff\xff\xff{}"] {
            let message = decode(bytes);
            assert!(
                message.starts_with("weights.safetensors must hold safetensors"),
                "{message}"
            );
        }
        let plain = arrays::encode(path, &weights, None).unwrap();
        assert_eq!(decode_torch(path, &plain).unwrap().config, None);
        let broken = HashMap::from([(ENTRY.to_owned(), "{\"config\": \"a = \"}".to_owned())]);
        let broken = arrays::encode(path, &weights, Some(broken)).unwrap();
        assert!(decode(&broken).contains("configuration of a run in its metadata"));
    }
}
