//! Sound files of every kind, small: what damaged ones are made from.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};
use std::sync::{Arc, LazyLock};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::GzEncoder;
use hourglass::analysis::LatentSummary;
use hourglass::data::ImageShape;
use hourglass::gui::Preset;
use hourglass::model::{Histogram, LayerStat, NamedArray, OptimizerState, VARIANTS};
use hourglass::store::share::{Controls, Share};
use hourglass::store::{Claim, KeptFrame, RunPlace, RunUpdate};
use hourglass::train::{
    Boundary, Checkpoint, Losses, Metrics, PhaseStart, Position, RunConfig, TestPoint, Verdict,
};

/// How a file of frames begins.
pub const FRAMES_HEAD: &[u8] = b"hgframe1";

/// The pixels of twelve images of 8×8.
fn pixels() -> Vec<u8> {
    (0..12 * 64).map(|i| (i * 7 % 251) as u8).collect()
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    let bytes = numbers.iter().flat_map(|number| number.to_be_bytes());
    bytes.collect()
}

/// IDX images.
pub fn idx() -> Vec<u8> {
    [numbers(&[0x803, 12, 8, 8]), pixels()].concat()
}

/// IDX labels of these images.
pub fn labels() -> Vec<u8> {
    let labels: Vec<u8> = (0..12).map(|i| i % 10).collect();
    [numbers(&[0x801, 12]), labels].concat()
}

/// A file, packed.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("enough memory");
    encoder.finish().expect("enough memory")
}

/// IDX images of other types and layouts: numbers with a point, three channels, flat rows.
pub fn idx_kinds() -> Vec<Vec<u8>> {
    let floats = pixels()
        .iter()
        .flat_map(|&pixel| (f32::from(pixel) / 255.0).to_be_bytes())
        .collect();
    vec![
        [numbers(&[0xd03, 12, 8, 8]), floats].concat(),
        [numbers(&[0x804, 4, 3, 8, 8]), pixels()].concat(),
        [numbers(&[0x802, 12, 64]), pixels()].concat(),
    ]
}

/// An `.npy` of images.
pub fn npy() -> Vec<u8> {
    array("|u1", false, "(12, 8, 8)", &pixels())
}

/// `.npy` files of other types, orders and layouts.
pub fn npy_kinds() -> Vec<Vec<u8>> {
    let halves: Vec<u8> = pixels()
        .iter()
        .flat_map(|&pixel| (u16::from(pixel) << 2).to_be_bytes())
        .collect();
    vec![
        array("|u1", true, "(12, 8, 8)", &pixels()),
        array("|u1", false, "(8, 8, 5)", &pixels()[..320]),
        array("|u1", false, "(4, 192)", &pixels()),
        array(">f2", false, "(12, 8, 8, 1)", &halves),
    ]
}

/// An array.
fn array(descr: &str, is_fortran: bool, shape: &str, data: &[u8]) -> Vec<u8> {
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    let order = if is_fortran { "True" } else { "False" };
    let mut header =
        format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}");
    while !(10 + header.len() + 1).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    file.extend(data);
    file
}

/// An `.npz` of images to train on and to test on, packed or stored.
pub fn npz(is_packed: bool) -> Vec<u8> {
    let mut npz = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let method = if is_packed {
        zip::CompressionMethod::Deflated
    } else {
        zip::CompressionMethod::Stored
    };
    let options = zip::write::SimpleFileOptions::default().compression_method(method);
    for name in ["x_train.npy", "x_test.npy"] {
        npz.start_file(name, options).expect("enough memory");
        npz.write_all(&npy()).expect("enough memory");
    }
    npz.finish().expect("enough memory").into_inner()
}

/// An `.npz` of images in columns and labels, of numbers and of text.
pub fn npz_labelled() -> Vec<u8> {
    let mut npz = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let words: Vec<u8> = b"catdogowlcat".repeat(3);
    let ones: Vec<u8> = (0..24).map(|i| u8::from(i % 3 != 1)).collect();
    for (name, array) in [
        ("x_train.npy", array("|u1", true, "(12, 8, 8)", &pixels())),
        ("y_train.npy", array("|S3", false, "(12,)", &words)),
        ("x_val.npy", array("|u1", true, "(12, 8, 8)", &pixels())),
        ("y_val.npy", array("|u1", false, "(12, 2)", &ones)),
    ] {
        let options = zip::write::SimpleFileOptions::default();
        npz.start_file(name, options).expect("enough memory");
        npz.write_all(&array).expect("enough memory");
    }
    npz.finish().expect("enough memory").into_inner()
}

/// A table of images as Kaggle's.
pub fn csv() -> Vec<u8> {
    let row = |cells: Vec<String>| cells.join(",");
    let head = (0..64).map(|i| format!("pixel{i}"));
    let head = row(std::iter::once("label".to_owned()).chain(head).collect());
    let pixels = pixels();
    let images = pixels.chunks(64).enumerate().map(|(number, image)| {
        let values = image.iter().map(u8::to_string);
        row(std::iter::once((number % 10).to_string())
            .chain(values)
            .collect())
    });
    let lines: Vec<String> = std::iter::once(head).chain(images).collect();
    lines.join("\n").into_bytes()
}

/// Tables of every kind: as Kaggle's, in UTF-16, with decimal commas, with all pixels in one field.
pub fn tables() -> Vec<Vec<u8>> {
    let plain = String::from_utf8(csv()).expect("digits and names");
    let wide = "\u{feff}".to_owned() + &plain.replace(',', "\t");
    let wide = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let pixels = pixels();
    let images = pixels.chunks(64).enumerate();
    let row = |values: Vec<String>, separator: &str| values.join(separator);
    let commas = images.clone().map(|(number, image)| {
        let values = image.iter().map(|value| format!("0,{value:03}")).collect();
        format!("{};{}\n", row(values, ";"), number % 3)
    });
    let packed = images.map(|(number, image)| {
        let values = image.iter().map(u8::to_string).collect();
        let usage = if number < 9 {
            "Training"
        } else {
            "PrivateTest"
        };
        format!("{},\"[{}]\",{usage}\n", number % 3, row(values, ", "))
    });
    let packed = "emotion,pixels,Usage\n".to_owned() + &packed.collect::<String>();
    let commas = commas.collect::<String>();
    vec![
        plain.into_bytes(),
        wide,
        commas.into_bytes(),
        packed.into_bytes(),
    ]
}

/// The recipe of every variant.
pub fn run_configs() -> Vec<RunConfig> {
    let recipe =
        |variant: &&'static dyn hourglass::model::Variant| RunConfig::recipe(*variant, "glyphs");
    VARIANTS.iter().map(recipe).collect()
}

/// A `run.toml` of every variant.
pub fn configs() -> Vec<Vec<u8>> {
    let text = |config| toml::to_string(config).expect("a sound configuration");
    let configs = run_configs();
    configs
        .iter()
        .map(|config| text(config).into_bytes())
        .collect()
}

/// A share string of every variant.
pub fn shares() -> Vec<Vec<u8>> {
    let text = |config| {
        let controls = Controls::default();
        let share = Share { config, controls };
        share.encode().expect("a sound configuration").into_bytes()
    };
    run_configs().into_iter().map(text).collect()
}

/// Weights as PyTorch has them.
pub fn weights() -> Vec<u8> {
    let values: Vec<u8> = (0..64).flat_map(|i| (i as f32).to_le_bytes()).collect();
    let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![8, 8], &values);
    let view = view.expect("sound weights");
    safetensors::serialize([("encoder.0.weight", view)], None).expect("sound weights")
}

/// The table of contents of a session with a run.
pub fn session() -> Vec<u8> {
    let list = "format = 1\nprogram = \"0.1.0\"\n\n\
                [[run]]\nfolder = 1\nname = \"First\"\nhas_begun = false\n";
    list.as_bytes().to_vec()
}

/// What a session keeps of the window.
pub fn window() -> Vec<u8> {
    let window = serde_json::json!({
        "format": 1,
        "layout": Preset::ALL[0].tree(),
        "selected": 1,
        "cursor": 20,
        "hidden": [0],
        "runs": [
            { "slot": 3, "is_named": true, "branched_at": 1 },
            { "slot": 0, "draft": run_configs()[1] },
        ],
        "choice": { "pinned": [4, 2], "removed": [7], "order": "EachClass", "first": 8 },
        "shows_errors": true,
        "shows_pca": false,
        "latent": {
            "origin": { "Image": 3 },
            "moves_all": true,
            "shows_all": false,
            "rows": 5,
            "axes": { "Dimensions": [0, 1] },
        },
        "story": { "is_open": true, "parts": [], "looked": [1] },
    });
    window.to_string().into_bytes()
}

/// The marker of a saving that was cut short.
pub fn commit() -> Vec<u8> {
    b"run.toml\nstate.toml\n- gone".to_vec()
}

/// The files of a sound run, by name.
pub fn run_files() -> &'static BTreeMap<String, Vec<u8>> {
    static FILES: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = RunPlace::claim(folder.path(), Claim::New).expect("a folder that can be had");
        place.update(update()).expect("a run that can be kept");
        let entries = std::fs::read_dir(folder.path()).expect("a folder");
        entries
            .map(|entry| {
                let path = entry.expect("a file").path();
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                (name.into_owned(), std::fs::read(&path).expect("a file"))
            })
            .collect()
    });
    &FILES
}

/// A file of a sound run.
pub fn run_file(name: &str) -> Vec<u8> {
    let file = run_files().get(name);
    file.unwrap_or_else(|| panic!("a run has no {name}"))
        .clone()
}

/// One frame, unpacked.
pub fn frame() -> Vec<u8> {
    let file = run_file("frames.bin");
    let mut raw = Vec::new();
    let packed = &file[FRAMES_HEAD.len() + 8..];
    std::io::Read::read_to_end(&mut ZlibDecoder::new(packed), &mut raw).expect("a sound frame");
    raw
}

fn named_array(name: &str, value: f32) -> NamedArray {
    NamedArray {
        name: name.to_owned(),
        shape: vec![2, 3],
        values: (0..6).map(|i| value + i as f32).collect(),
    }
}

/// A run of two phases after 12 steps.
fn update() -> RunUpdate {
    let test = |step, phase, verdict| TestPoint {
        step,
        phase,
        mse: 1.0 / (step as f64 + 3.0),
        verdict,
        terms: hourglass::train::TermValues::default(),
        measures: hourglass::train::Measures::default(),
    };
    let checkpoint = Checkpoint {
        config: RunConfig::recipe(VARIANTS[0], "glyphs"),
        position: Position {
            phase: 1,
            step_in_phase: 2,
            step: 12,
            has_begun: true,
            is_measured: true,
        },
        train_secs: 1.5,
        elapsed_secs: 2.5,
        metrics: Metrics {
            train: Losses::new(0, (0..12).map(|step| 1.0 / (step as f32 + 0.7))),
            test: vec![
                test(0, 0, Verdict::Constant),
                test(10, 0, Verdict::MeanImage),
                test(10, 1, Verdict::AllBlack),
                test(12, 1, Verdict::Varied),
            ],
            phases: vec![
                PhaseStart { phase: 0, step: 0 },
                PhaseStart { phase: 1, step: 10 },
            ],
        },
        weights: vec![named_array("a", 1.0), named_array("b", 0.5)],
        optimizer: OptimizerState {
            arrays: vec![named_array("m", 0.25)],
            counters: BTreeMap::from([("a.step".to_owned(), 12)]),
        },
        images: None,
        device: None,
    };
    let mark = "tests = 2\ntrain_secs = 0.5\nelapsed_secs = 1.5\n[position]\nphase = 1\n\
                step_in_phase = 0\nstep = 10\nhas_begun = true\nis_measured = false\n";
    let mark = toml::from_str(mark).expect("a sound mark");
    RunUpdate {
        checkpoint,
        since: None,
        frames: vec![kept_frame(0), kept_frame(10)],
        has_all_frames: true,
        boundaries: vec![Boundary::new(mark, vec![Arc::new(named_array("a", 7.0))])],
    }
}

/// A frame of two images of 2×3.
fn kept_frame(step: u64) -> KeptFrame {
    let codes: Vec<f32> = (0..8)
        .map(|i| (i as f32 * 1.7 + step as f32).sin())
        .collect();
    let histogram = Histogram {
        low: -0.5,
        high: 1.5,
        counts: vec![3, 0, step as u32],
    };
    KeptFrame {
        step,
        phase: (step / 10) as usize,
        elapsed_secs: step as f64 / 3.0,
        shape: ImageShape {
            width: 2,
            height: 3,
            channels: 1,
        },
        indices: vec![4, 1],
        originals: Arc::new((0..12).collect()),
        reconstructions: (0..12).map(|i| i * 3).collect(),
        errors: vec![0.25, 0.5],
        latent: 4,
        summary: LatentSummary::of(&codes, 4),
        codes,
        layers: vec![LayerStat {
            gradient_norm: Some(0.1),
            weight_norm: 2.0,
            weights: histogram.clone(),
            activations: Some(histogram),
            ..LayerStat::default()
        }],
    }
}
