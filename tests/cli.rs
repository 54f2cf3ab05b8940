//! The command line, run as a user runs it: arguments and files in, exit code, words and files out.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]
#![allow(clippy::print_stdout, reason = "a failed case is named")]

#[path = "cli/bad_input.rs"]
mod bad_input;
#[path = "cli/damaged_runs.rs"]
mod damaged_runs;
#[path = "cli/data_sets.rs"]
mod data_sets;
#[path = "cli/devices.rs"]
mod devices;
#[path = "cli/exports.rs"]
mod exports;
#[cfg(target_os = "linux")]
#[path = "cli/faults/mod.rs"]
mod faults;
#[path = "cli/fetching.rs"]
mod fetching;
#[path = "cli/folders.rs"]
mod folders;
#[path = "cli/interruptions.rs"]
mod interruptions;
#[path = "cli/losing.rs"]
mod losing;
#[path = "cli/moved_data.rs"]
mod moved_data;
#[path = "cli/names.rs"]
mod names;
#[path = "cli/places.rs"]
mod places;
#[path = "cli/presets.rs"]
mod presets;
#[path = "cli/resuming.rs"]
mod resuming;
#[path = "cli/runs.rs"]
mod runs;
#[path = "cli/sampling.rs"]
mod sampling;
#[allow(dead_code, reason = "other tests need more of it")]
#[path = "common/server.rs"]
mod server;
#[path = "cli/session_runs.rs"]
mod session_runs;
#[path = "cli/sessions.rs"]
mod sessions;
#[path = "cli/sharing.rs"]
mod sharing;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// An address that no server has.
const NOBODY: &str = "http://nobody.invalid/";

/// Training images of an IDX folder.
pub const TRAIN: &str = "train-images-idx3-ubyte";
/// Test images.
pub const TEST: &str = "t10k-images-idx3-ubyte";
/// Labels of the training images.
pub const LABELS: &str = "train-labels-idx1-ubyte";

/// An IDX file.
pub fn idx(magic: u32, sizes: &[u32], data: &[u8]) -> Vec<u8> {
    let mut file = magic.to_be_bytes().to_vec();
    for size in sizes {
        file.extend(size.to_be_bytes());
    }
    file.extend_from_slice(data);
    file
}

/// IDX images of one side, in which a bright bar moves over a slope.
pub fn images(count: u32, side: u32) -> Vec<u8> {
    let pixel = |i: u32, x: u32, y: u32| {
        let slope = x * (i % 5) * 6;
        u8::try_from(if y == i * 3 % side { 200 } else { slope % 200 }).unwrap()
    };
    let data: Vec<u8> = (0..count)
        .flat_map(|i| (0..side).flat_map(move |y| (0..side).map(move |x| pixel(i, x, y))))
        .collect();
    idx(0x803, &[count, side, side], &data)
}

/// Replaces files in the folder `data`, which appears if need be.
pub fn write_data(folder: &Path, files: &[(&str, &[u8])]) {
    let data = folder.join("data");
    fs::create_dir_all(&data).unwrap();
    for (name, bytes) in files {
        fs::write(data.join(name), bytes).unwrap();
    }
}

/// A working folder with 64 training and 16 test images of 8×8 in `data`.
pub fn workplace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write_data(
        folder.path(),
        &[(TRAIN, &images(64, 8)), (TEST, &images(16, 8))],
    );
    folder
}

/// The program in a working folder, on a machine without a GPU and without a display.
pub fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hourglass"));
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .env("VK_DRIVER_FILES", "/dev/null")
        .env("VK_ICD_FILENAMES", "/dev/null")
        .env("XDG_RUNTIME_DIR", folder)
        .env("HOURGLASS_CACHE", folder.join("cache"))
        // Nothing of this user, and nobody on the network.
        .env("HOURGLASS_DATA", folder.join("datasets"))
        .env("HOURGLASS_MIRROR", NOBODY)
        .env_remove("ALL_PROXY")
        .env_remove("all_proxy")
        .env_remove("HTTPS_PROXY")
        .env_remove("https_proxy")
        .env_remove("HTTP_PROXY")
        .env_remove("http_proxy")
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .env_remove("RUST_LOG");
    command
}

/// What the program comes to, its arguments separated by spaces.
pub fn hourglass(folder: &Path, arguments: &str) -> Output {
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    program(folder, &arguments).output().unwrap()
}

/// The one sentence of a failure, with its exit code checked.
pub fn failure(output: &Output, code: i32) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{errors}");
    let lines: Vec<&str> = errors.lines().collect();
    assert_eq!(lines.len(), 1, "one sentence is expected: {errors}");
    let sentence = lines[0].strip_prefix("hourglass: ");
    sentence
        .unwrap_or_else(|| panic!("no hourglass speaks: {errors}"))
        .to_owned()
}

/// The standard output of a success.
pub fn success(output: Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?}: {errors}", output.status);
    assert!(errors.trim().is_empty(), "complaints: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// JSON objects, one a line.
pub fn objects(lines: &str) -> Vec<Value> {
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Trains for the tests: in batches of 16 on the CPU, with more options, into a folder, in place of an
/// earlier run there.
pub fn train(folder: &Path, options: &str, out: &str) -> Vec<Value> {
    let arguments = format!(
        "train --dataset data --device flex --batch 16 --json --out {out} --replace {options}"
    );
    objects(&success(hourglass(folder, &arguments)))
}

/// A file of a run.
pub fn file(folder: &Path, path: &str) -> Vec<u8> {
    fs::read(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
