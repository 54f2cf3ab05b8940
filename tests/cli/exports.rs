//! Exports of kept runs and weights that become runs, from the command line.

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::Output;

use image::AnimationDecoder as _;
use safetensors::SafeTensors;
use serde_json::Value;

use super::{
    LABELS, TEST, TRAIN, failure, file, hourglass, idx, images, program, success, train, workplace,
    write_data,
};

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

#[test]
fn weights_go_out_in_the_layout_of_pytorch_and_come_back_as_a_run() {
    let folder = workplace();
    let at = folder.path();
    train(
        at,
        "--variant deep --layers 4 --latent 3 --epochs 2 --lr 2",
        "run",
    );
    let said = success(hourglass(
        at,
        "export run --what weights --out w.safetensors",
    ));
    assert_eq!(said, "the weights of Deep in w.safetensors\n");
    let bytes = file(at, "w.safetensors");
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let mut names = tensors.names();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "decoder.0.bias",
            "decoder.0.weight",
            "decoder.2.bias",
            "decoder.2.weight",
            "encoder.0.bias",
            "encoder.0.weight",
            "encoder.2.bias",
            "encoder.2.weight"
        ]
    );
    assert_eq!(tensors.tensor("encoder.2.weight").unwrap().shape(), [3, 41]);

    let said = success(hourglass(
        at,
        "import w.safetensors --out back --device flex",
    ));
    let measured = |run: &str| -> Value {
        let asked = success(hourglass(at, &format!("eval {run} --json")));
        serde_json::from_str(&asked).unwrap()
    };
    let (before, after) = (measured("run"), measured("back"));
    assert_eq!(before["test_mse"], after["test_mse"], "{said}");
    assert_eq!(after["step"], 0);
    assert!(said.contains("before its first step"), "{said}");
    // The same weights, exported again, are the same but for the configuration beside them.
    success(hourglass(
        at,
        "export back --what weights --out again.safetensors",
    ));
    let again = file(at, "again.safetensors");
    let again = SafeTensors::deserialize(&again).unwrap();
    for (name, tensor) in tensors.tensors() {
        assert_eq!(again.tensor(&name).unwrap().data(), tensor.data(), "{name}");
    }
}

#[test]
fn a_run_that_begins_with_imported_weights_repeats() {
    let folder = workplace();
    let at = folder.path();
    train(at, "--latent 3 --epochs 2", "run");
    success(hourglass(
        at,
        "export run --what weights --out w.safetensors",
    ));
    train(at, "--latent 3 --epochs 1 --weights w.safetensors", "one");
    success(hourglass(at, "train --config one/run.toml --out two"));
    assert!(file(at, "one/metrics.csv") == file(at, "two/metrics.csv"));
    let first = |run: &str, row: usize| {
        let csv = String::from_utf8(file(at, &format!("{run}/metrics.csv"))).unwrap();
        csv.lines().nth(row).unwrap().to_owned()
    };
    let last = String::from_utf8(file(at, "run/metrics.csv")).unwrap();
    let last = last.lines().last().unwrap().split(',').nth(3).unwrap();
    assert_eq!(
        first("one", 1).split(',').nth(3).unwrap(),
        last,
        "it begins where the other one ended"
    );
    // Weights that are others than they were are no longer those of the run.
    success(hourglass(
        at,
        "export one --what weights --out w.safetensors",
    ));
    let sentence = failure(&hourglass(at, "train --config one/run.toml --out three"), 2);
    assert!(
        sentence.starts_with("the run began with weights of SHA-256"),
        "{sentence}"
    );
    // With the run at hand the file is not needed any more.
    fs::remove_file(at.join("w.safetensors")).unwrap();
    success(hourglass(at, "train --resume one --epochs 2"));
}

#[test]
fn weights_that_do_not_fit_are_refused_in_a_sentence() {
    let folder = workplace();
    let at = folder.path();
    train(at, "--latent 3 --epochs 1", "run");
    success(hourglass(
        at,
        "export run --what weights --out w.safetensors",
    ));
    fs::write(at.join("no.safetensors"), "nothing of the kind").unwrap();
    for (arguments, words) in [
        (
            "train --dataset data --latent 4 --weights w.safetensors --out x",
            "encoder.0.weight must have shape [4, 64], but has [3, 64]",
        ),
        (
            "train --dataset data --variant deep --weights w.safetensors --out x",
            "but its names are others: expected encoder.0.weight [41, 64],",
        ),
        (
            "train --dataset data --weights none.safetensors --out x",
            "opening",
        ),
        (
            "train --dataset data --weights no.safetensors --out x",
            "must hold safetensors with arrays of floats",
        ),
        (
            "train --dataset data --latent 3 --weights w.safetensors --init he --out x",
            "--init draws first weights, but these come from a file",
        ),
        (
            "import no.safetensors --out x",
            "must hold safetensors with arrays of floats",
        ),
        (
            "import run/weights.safetensors --out x",
            "must say which network its weights are of",
        ),
        (
            "import run/weights.safetensors --config run/run.toml --out x",
            "but its names are others: expected encoder.0.weight [3, 64],",
        ),
    ] {
        let sentence = failure(&hourglass(at, arguments), 2);
        assert!(sentence.contains(words), "{arguments}: {sentence}");
    }
}

#[test]
fn codes_and_curves_are_tables() {
    let folder = workplace();
    let at = folder.path();
    let labels: Vec<u8> = (0..64).map(|i| i % 4).collect();
    let test_labels: Vec<u8> = (0..16).map(|i| i % 3).collect();
    write_data(
        at,
        &[
            (TRAIN, &images(64, 8)),
            (TEST, &images(16, 8)),
            (LABELS, &idx(0x801, &[64], &labels)),
            ("t10k-labels-idx1-ubyte", &idx(0x801, &[16], &test_labels)),
        ],
    );
    train(at, "--latent 3 --epochs 2", "one");
    train(
        at,
        "--variant stacked --layers 4 --latent 3 --schedule greedy --pretrain-epochs 1 --epochs 1",
        "two",
    );
    success(hourglass(at, "export one --what codes --out c.npy"));
    let npy = file(at, "c.npy");
    let npy = npyz::NpyFile::new(&npy[..]).unwrap();
    assert_eq!(npy.shape(), [16, 3]);
    let values: Vec<f32> = npy.into_vec().unwrap();
    let said = success(hourglass(at, "export one --what codes --out c.csv"));
    assert_eq!(said, "codes of 16 test images by Autoencoder in c.csv\n");
    let bytes = file(at, "c.csv");
    let mut reader = csv::Reader::from_reader(&bytes[..]);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    for (image, row) in rows.iter().enumerate() {
        assert_eq!(row[1], test_labels[image].to_string());
        for value in 0..3 {
            assert_eq!(
                row[2 + value].parse::<f32>().unwrap(),
                values[image * 3 + value]
            );
        }
    }

    success(hourglass(
        at,
        "export one two --what curves --out curves.csv",
    ));
    let bytes = file(at, "curves.csv");
    let mut reader = csv::Reader::from_reader(&bytes[..]);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let of = |name: &str| {
        rows.iter()
            .filter(|row| &row[0] == name)
            .collect::<Vec<_>>()
    };
    let (one, two) = (of("Autoencoder"), of("Stacked"));
    assert_eq!(one.iter().filter(|row| !row[6].is_empty()).count(), 8);
    assert_eq!(two.iter().filter(|row| !row[6].is_empty()).count(), 12);
    assert!(
        two.iter()
            .any(|row| &row[4] == "Greedy, pair 2" && &row[7] == "codes")
    );
    let last = one.last().unwrap();
    assert_eq!((number(&last[1]), number(&last[2])), (8.0, 2.0));
    assert!(number(&last[5]) > 0.0 && number(&last[8]) > 0.0, "{last:?}");
}

#[test]
fn terms_and_measures_have_columns_and_losses_say_what_they_hold() {
    let folder = workplace();
    let at = folder.path();
    train(at, "--latent 3 --epochs 1", "plain");
    train(at, "--variant vae --latent 3 --epochs 1", "vae");
    let table = |runs: &str| {
        let export = format!("export {runs} --what curves --out c.csv");
        success(hourglass(at, &export));
        let bytes = file(at, "c.csv");
        let mut reader = csv::Reader::from_reader(&bytes[..]);
        let header = reader.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        (header, rows)
    };
    assert_eq!(table("plain").0.len(), 9);
    let (header, rows) = table("plain vae");
    let column = |name: &str| header.iter().position(|found| found == name).unwrap();
    let vae = rows.iter().rfind(|row| &row[0] == "Variational").unwrap();
    for name in ["term_kl", "measure_active_units", "measure_beta"] {
        assert!(number(&vae[column(name)]) >= 0.0, "{name}");
    }
    assert_eq!(
        vae[column("measure_kl_per_dimension")].split('|').count(),
        3
    );
    let plain = rows.iter().rfind(|row| &row[0] == "Autoencoder").unwrap();
    let term = number(&plain[column("term_reconstruction")]);
    assert!((term / number(&plain[8]) - 1.0).abs() < 1e-3);
    assert!(plain[column("term_kl")].is_empty());
    let held = |name: &str| {
        let mut of = rows.iter().filter(|row| &row[0] == name);
        of.find(|row| !row[6].is_empty()).unwrap()[7].to_owned()
    };
    assert_eq!(held("Variational"), "sum of cross-entropy + beta kl");
    assert_eq!(held("Autoencoder"), "pixels");
}

#[test]
fn pictures_show_every_run() {
    let folder = workplace();
    let at = folder.path();
    train(at, "--latent 3 --epochs 1", "one");
    train(at, "--variant deep --layers 4 --latent 3 --epochs 1", "two");
    success(hourglass(
        at,
        "export one two --what plot --out plot.svg --along epochs",
    ));
    let svg = String::from_utf8(file(at, "plot.svg")).unwrap();
    for words in [
        "<svg",
        "Autoencoder",
        "Deep",
        "Epochs",
        "mean image",
        "PCA, 3 components",
    ] {
        assert!(svg.contains(words), "{words}");
    }
    success(hourglass(
        at,
        "export one two --what plot --out plot.png --no-baselines --linear",
    ));
    let plot = image::load_from_memory(&file(at, "plot.png")).unwrap();
    assert_eq!((plot.width(), plot.height()), (1920, 1200));
    success(hourglass(
        at,
        "export one two --what grid --out grid.png --images 5",
    ));
    let grid = image::load_from_memory(&file(at, "grid.png"))
        .unwrap()
        .to_rgb8();
    assert!(
        grid.width() > 5 * 100 && grid.height() > 3 * 100,
        "{:?}",
        grid.dimensions()
    );
    let ink = grid.pixels().filter(|pixel| pixel.0[0] < 100).count();
    assert!(ink > 1000, "{ink}");

    success(hourglass(at, "train --resume one --epochs 2"));
    let said = success(hourglass(
        at,
        "export one --what gif --out a.gif --frame-secs 0.5",
    ));
    assert_eq!(said, "2 kept pictures in a.gif\n");
    let bytes = file(at, "a.gif");
    let decoder = image::codecs::gif::GifDecoder::new(Cursor::new(&bytes)).unwrap();
    assert_eq!(decoder.into_frames().count(), 2);
}

#[test]
fn exports_that_cannot_be_are_refused_and_leave_nothing() {
    let folder = workplace();
    let at = folder.path();
    train(at, "--latent 3 --epochs 1", "run");
    for (arguments, words) in [
        (
            "run --what codes --out c.txt",
            "the name of a file for codes must end in .npy or .csv, but is c.txt",
        ),
        (
            "run --what plot --out plot",
            "must end in .svg or .png, but is plot",
        ),
        (
            "run run --what weights --out w.safetensors",
            "--what weights is of one run, but 2 were given",
        ),
        (
            "run --what curves --out c.csv --smoothing 3",
            "--smoothing goes with --what plot only, but --what is curves",
        ),
        (
            "run --what plot --out p.svg --images 3",
            "--images goes with --what grid only",
        ),
        (
            "run --what plot --out p.svg --smoothing 0",
            "--smoothing must be a whole number from 1, but is 0",
        ),
        (
            "run --what grid --out g.png --images 999",
            "--images must be a whole number from 1 to 200, but is 999",
        ),
        (
            "run --what gif --out g.gif --device flex",
            "--device computes nothing for --what gif",
        ),
        (
            "run --what gif --out g.gif --frame-secs 0",
            "--frame-secs must be a number from 0.02 to 10, but is 0",
        ),
        ("none --what curves --out c.csv", "there is nothing at none"),
        (
            "run --what curves --out none/c.csv",
            "there is no folder none",
        ),
        (
            "run --what sandwich --out c.csv",
            "invalid value 'sandwich'",
        ),
    ] {
        let output = hourglass(at, &format!("export {arguments}"));
        let sentence = failure(&output, 2);
        assert!(sentence.contains(words), "{arguments}: {sentence}");
    }
    let mut left: Vec<String> = fs::read_dir(at)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    left.sort();
    assert_eq!(left, ["data", "run"]);
}

/// Calls a kept run otherwise.
fn rename(at: &Path, run: &str, name: &str) {
    let path = at.join(run).join("run.toml");
    let text = fs::read_to_string(&path).unwrap();
    let line = text.lines().next().unwrap();
    assert!(line.starts_with("name = "), "{line}");
    fs::write(&path, text.replacen(line, &format!("name = \"{name}\""), 1)).unwrap();
}

/// The program where the desktop has no font, and where it has no library that knows of fonts.
fn without_fonts(at: &Path, arguments: &str) -> [Output; 2] {
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let nothing = at.join("fonts.conf");
    fs::write(
        &nothing,
        "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\"><fontconfig></fontconfig>",
    )
    .unwrap();
    // A library that is none hides the one that is there.
    let libraries = at.join("libraries");
    fs::create_dir_all(&libraries).unwrap();
    for name in ["libfontconfig.so.1", "libfontconfig.so"] {
        fs::write(libraries.join(name), b"").unwrap();
    }
    let mut bare = program(at, &arguments);
    let mut none = program(at, &arguments);
    [
        bare.env("FONTCONFIG_FILE", nothing).output().unwrap(),
        none.env("LD_LIBRARY_PATH", libraries).output().unwrap(),
    ]
}

#[test]
fn a_plot_of_latin_names_is_the_same_whatever_fonts_there_are() {
    let folder = workplace();
    let at = folder.path();
    train(at, "--latent 3 --epochs 1", "one");
    rename(at, "one", "Größe · 3");
    let export = "export one --what plot --out plot.png";
    success(hourglass(at, export));
    let bytes = file(at, "plot.png");
    for output in without_fonts(at, export) {
        success(output);
        assert!(file(at, "plot.png") == bytes, "another picture");
    }
}

#[test]
fn a_plot_of_japanese_names_is_drawn_with_and_without_fonts() {
    let folder = workplace();
    let at = folder.path();
    train(at, "--latent 3 --epochs 1", "one");
    rename(at, "one", "手書きの数字");
    success(hourglass(at, "export one --what plot --out plot.svg"));
    let svg = String::from_utf8(file(at, "plot.svg")).unwrap();
    assert!(svg.contains("手書きの数字") && svg.contains("xml:lang=\"ja\""));
    assert!(svg.contains("sans-serif\""), "a generic family is named");
    let export = "export one --what plot --out plot.png";
    success(hourglass(at, export));
    let with = image::load_from_memory(&file(at, "plot.png")).unwrap();
    for output in without_fonts(at, export) {
        success(output);
        let without = image::load_from_memory(&file(at, "plot.png")).unwrap();
        assert_eq!(without.width(), with.width());
    }
}
