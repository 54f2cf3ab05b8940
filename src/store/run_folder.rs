//! Runs as folders.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::train::{Checkpoint, PhaseStart, Position, RunConfig};

use super::{StoreError, arrays, commit, metrics_csv};

const CONFIG: &str = "run.toml";
const STATE: &str = "state.toml";
const METRICS: &str = "metrics.csv";
const WEIGHTS: &str = "weights.safetensors";
const OPTIMIZER: &str = "optimizer.safetensors";
const PICTURES: &str = "pictures";

/// Version of the files; a newer one is refused.
const FORMAT: u32 = 1;

/// How far a run is.
#[derive(Serialize, Deserialize)]
struct State {
    format: u32,
    program: String,
    train_secs: f64,
    elapsed_secs: f64,
    position: Position,
    phases: Vec<PhaseStart>,
}

/// Keeps a run, replacing what the folder held of it. `grid` is a PNG of its pictures.
///
/// # Errors
/// When the folder holds something else or cannot be written; an older state in it stays whole.
pub fn save_run(folder: &Path, run: &Checkpoint, grid: Option<&[u8]>) -> Result<(), StoreError> {
    prepare_folder(folder)?;
    let state = State {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        train_secs: run.train_secs,
        elapsed_secs: run.elapsed_secs,
        position: run.position,
        phases: run.metrics.phases.clone(),
    };
    let config = encode_toml(&folder.join(CONFIG), &run.config)?;
    let state = encode_toml(&folder.join(STATE), &state)?;
    let metrics = metrics_csv::encode(&run.metrics);
    let weights = arrays::encode_weights(&folder.join(WEIGHTS), &run.weights)?;
    let optimizer = arrays::encode_optimizer(&folder.join(OPTIMIZER), &run.optimizer)?;
    let picture = format!("{PICTURES}/step-{:07}.png", run.position.step);
    let mut files: Vec<(&str, &[u8])> = vec![
        (CONFIG, config.as_bytes()),
        (STATE, state.as_bytes()),
        (METRICS, metrics.as_bytes()),
        (WEIGHTS, &weights),
        (OPTIMIZER, &optimizer),
    ];
    if let Some(grid) = grid {
        let pictures = folder.join(PICTURES);
        fs::create_dir_all(&pictures).map_err(StoreError::io("creating", &pictures))?;
        files.push((&picture, grid));
    }
    commit::write_together(folder, &files)
}

/// Opens a kept run.
///
/// # Errors
/// When the folder is no run, or one of its files is missing, damaged or too new.
pub fn open_run(folder: &Path) -> Result<Checkpoint, StoreError> {
    let listing = fs::metadata(folder).map_err(StoreError::io("opening", folder))?;
    if !listing.is_dir() {
        return Err(StoreError::content(folder, "a run", "is not a folder"));
    }
    commit::recover(folder)?;
    let path = folder.join(CONFIG);
    if !path.exists() {
        return Err(StoreError::Missing {
            path: folder.to_owned(),
        });
    }
    let config = read_config(&path)?;
    let path = folder.join(STATE);
    let text = read_text(&path)?;
    let state: State = toml::from_str(&text)
        .map_err(|error| StoreError::content(&path, "the state of a run", found(&error, &text)))?;
    if state.format > FORMAT {
        return Err(StoreError::content(
            &path,
            "a state of format 1",
            format!(
                "holds format {}, written by Hourglass {}: open it with that version",
                state.format, state.program
            ),
        ));
    }
    let path = folder.join(METRICS);
    let mut metrics = metrics_csv::decode(&path, &read_text(&path)?)?;
    metrics.phases = state.phases;
    let path = folder.join(WEIGHTS);
    let weights = arrays::decode_weights(&path, &read(&path)?)?;
    let path = folder.join(OPTIMIZER);
    let optimizer = arrays::decode_optimizer(&path, &read(&path)?)?;
    Ok(Checkpoint {
        config,
        position: state.position,
        train_secs: state.train_secs,
        elapsed_secs: state.elapsed_secs,
        metrics,
        weights,
        optimizer,
    })
}

/// Reads the configuration of a run from a `run.toml`.
///
/// # Errors
/// When the file cannot be read or does not hold a configuration.
pub fn read_config(path: &Path) -> Result<RunConfig, StoreError> {
    const EXPECTED: &str = "the configuration of a run";
    let text = read_text(path)?;
    toml::from_str(&text).map_err(|error| StoreError::content(path, EXPECTED, found(&error, &text)))
}

/// What the TOML parser found and in which line, in one line.
fn found(error: &toml::de::Error, text: &str) -> String {
    let message = error.message().replace('\n', "; ");
    // What is missing is in no line.
    let place = error.span().filter(|_span| !message.starts_with("missing"));
    match place.and_then(|span| text.get(..span.start)) {
        Some(before) => {
            let line = before.matches('\n').count() + 1;
            format!("line {line} does not fit: {message}")
        }
        None => format!("does not: {message}"),
    }
}

fn encode_toml<T: Serialize>(path: &Path, value: &T) -> Result<String, StoreError> {
    toml::to_string(value)
        .map_err(|error| StoreError::content(path, "what TOML can hold", error.to_string()))
}

/// Makes sure that a folder can keep a run, before there is one: it is made, and written to.
///
/// # Errors
/// When the folder holds something else or cannot be written.
pub fn prepare_folder(folder: &Path) -> Result<(), StoreError> {
    if fs::metadata(folder).is_ok_and(|about| !about.is_dir()) {
        return Err(StoreError::content(folder, "a run", "is not a folder"));
    }
    fs::create_dir_all(folder).map_err(StoreError::io("creating", folder))?;
    commit::recover(folder)?;
    let mut entries = fs::read_dir(folder).map_err(StoreError::io("reading", folder))?;
    let is_run = folder.join(CONFIG).exists();
    // What an interrupted first save left behind is ours.
    let is_foreign = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        !name.ends_with(".new") && name != PICTURES
    };
    if !is_run && entries.any(|entry| entry.is_ok_and(|entry| is_foreign(&entry))) {
        return Err(StoreError::NotARun {
            path: folder.to_owned(),
        });
    }
    tempfile::tempfile_in(folder).map_err(StoreError::io("writing to", folder))?;
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    fs::read(path).map_err(StoreError::io("reading", path))
}

/// Most bytes of a text that is read: the losses of tens of millions of steps.
const MAX_TEXT_BYTES: u64 = 1 << 30;

fn read_text(path: &Path) -> Result<String, StoreError> {
    let mut bytes = Vec::new();
    fs::File::open(path)
        .and_then(|file| file.take(MAX_TEXT_BYTES + 1).read_to_end(&mut bytes))
        .map_err(StoreError::io("reading", path))?;
    if bytes.len() as u64 > MAX_TEXT_BYTES {
        return Err(StoreError::content(
            path,
            "at most 1 GiB of text",
            "goes on",
        ));
    }
    String::from_utf8(bytes).map_err(|error| StoreError::Io {
        action: "reading",
        path: path.to_owned(),
        source: io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()),
    })
}
