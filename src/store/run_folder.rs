//! Runs as folders.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::train::{BoundaryMark, Checkpoint, PhaseStart, Position, RunConfig};

use super::commit::{self, Commit};
use super::{StoreError, arrays, metrics_csv, reading, run_files};

pub(super) const CONFIG: &str = "run.toml";
pub(super) const STATE: &str = "state.toml";
pub(super) const METRICS: &str = "metrics.csv";
pub(super) const WEIGHTS: &str = "weights.safetensors";
pub(super) const OPTIMIZER: &str = "optimizer.safetensors";
const PICTURES: &str = "pictures";

/// Version of the files; a newer one is refused.
const FORMAT: u32 = 1;

/// What the state begins with in every version.
#[derive(Deserialize)]
struct Head {
    format: u32,
    program: String,
}

/// How far a run is.
#[derive(Serialize, Deserialize)]
pub(super) struct State {
    format: u32,
    program: String,
    train_secs: f64,
    elapsed_secs: f64,
    /// How much of the losses counts; all where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) metrics_bytes: Option<u64>,
    /// How much of the frames counts; there are none where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) frames_bytes: Option<u64>,
    /// The device it was on: `flex`, or the adapter's name. A run that goes on by itself goes on there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    position: Position,
    phases: Vec<PhaseStart>,
    /// Starts of phases whose weights were kept.
    #[serde(rename = "boundary", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) boundaries: Vec<BoundaryMark>,
}

impl State {
    /// The state of a run, with nothing kept besides.
    pub(super) fn of(run: &Checkpoint) -> Self {
        Self {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            train_secs: run.train_secs,
            elapsed_secs: run.elapsed_secs,
            metrics_bytes: None,
            frames_bytes: None,
            device: run.device.clone(),
            position: run.position,
            phases: run.metrics.phases.clone(),
            boundaries: Vec::new(),
        }
    }
}

/// Keeps a run, replacing what the folder held of it. `grid` is a PNG of its pictures.
///
/// # Errors
/// When the folder holds something else or cannot be written; an older state in it stays whole.
pub fn save_run(folder: &Path, run: &Checkpoint, grid: Option<&[u8]>) -> Result<(), StoreError> {
    prepare_folder(folder)?;
    let config = encode_toml(&folder.join(CONFIG), &run.config)?;
    let state = encode_toml(&folder.join(STATE), &State::of(run))?;
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
    let mut commit = Commit::begin(folder)?;
    for (name, bytes) in files {
        commit.put(name, bytes)?;
    }
    // What was kept besides while it trained.
    for name in run_files::besides(folder) {
        commit.give_up_later(name);
    }
    commit.finish()
}

/// Opens a kept run.
///
/// # Errors
/// When the folder is no run, or one of its files is missing, damaged or too new.
pub fn open_run(folder: &Path) -> Result<Checkpoint, StoreError> {
    Ok(open_state(folder)?.0)
}

/// Opens a kept run and tells what else was kept of it.
pub(super) fn open_state(folder: &Path) -> Result<(Checkpoint, State), StoreError> {
    let listing = fs::metadata(folder).map_err(StoreError::io("opening", folder))?;
    if !listing.is_dir() {
        return Err(StoreError::content(folder, "a run", "is not a folder"));
    }
    commit::recover(folder)?;
    recover_session_around(folder)?;
    let path = folder.join(CONFIG);
    if !path.exists() {
        return Err(StoreError::Missing {
            path: folder.to_owned(),
        });
    }
    // First of all, because only the state says by which version the other files are.
    let state = read_state(&folder.join(STATE))?;
    let config = read_config(&path)?;
    let path = folder.join(METRICS);
    let text = match state.metrics_bytes {
        Some(length) => as_text(&path, read_beginning(&path, length)?)?,
        None => read_text(&path)?,
    };
    let mut metrics = metrics_csv::decode(&path, &text)?;
    metrics.phases.clone_from(&state.phases);
    let path = folder.join(WEIGHTS);
    let weights = arrays::decode_weights(&path, &read(&path)?)?;
    let path = folder.join(OPTIMIZER);
    let optimizer = arrays::decode_optimizer(&path, &read(&path)?)?;
    let checkpoint = Checkpoint {
        config,
        position: state.position,
        train_secs: state.train_secs,
        elapsed_secs: state.elapsed_secs,
        metrics,
        weights,
        optimizer,
        device: state.device.clone(),
    };
    Ok((checkpoint, state))
}

fn read_state(path: &Path) -> Result<State, StoreError> {
    let text = read_text(path)?;
    let wrong = |error: toml::de::Error| {
        StoreError::content(path, "the state of a run", found(&error, &text))
    };
    let head: Head = toml::from_str(&text).map_err(wrong)?;
    if head.format > FORMAT {
        return Err(StoreError::content(
            path,
            "a state of format 1",
            format!(
                "holds format {}, written by Hourglass {}: open it with that version",
                head.format, head.program
            ),
        ));
    }
    toml::from_str(&text).map_err(wrong)
}

/// A run within a session is replaced together with the others there.
fn recover_session_around(folder: &Path) -> Result<(), StoreError> {
    let session = folder.parent().and_then(Path::parent);
    match session.filter(|session| session.join(super::session::MANIFEST).exists()) {
        Some(session) => super::session::complete(session),
        None => Ok(()),
    }
}

/// Pictures that the folder of a run keeps, with the steps they were drawn at, in order.
///
/// # Errors
/// When the folder cannot be read or a picture is none.
pub fn kept_pictures(folder: &Path) -> Result<Vec<(u64, image::RgbImage)>, StoreError> {
    let pictures = folder.join(PICTURES);
    if !pictures.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(&pictures).map_err(StoreError::io("reading", &pictures))?;
    let mut kept = Vec::new();
    for entry in entries {
        let path = entry.map_err(StoreError::io("reading", &pictures))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let step = name
            .strip_prefix("step-")
            .and_then(|name| name.strip_suffix(".png"))
            .and_then(|step| step.parse().ok());
        if let Some(step) = step {
            kept.push((step, read_picture(&path)?));
        }
    }
    kept.sort_by_key(|(step, _)| *step);
    Ok(kept)
}

/// Longest side of a picture that is read.
const MAX_PICTURE_SIDE: u32 = 20_000;

fn read_picture(path: &Path) -> Result<image::RgbImage, StoreError> {
    let mut reader = image::ImageReader::open(path).map_err(StoreError::io("reading", path))?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(MAX_PICTURE_SIDE);
    limits.max_image_height = Some(MAX_PICTURE_SIDE);
    reader.limits(limits);
    reader
        .decode()
        .map(|picture| picture.to_rgb8())
        .map_err(|error| StoreError::content(path, "a picture", format!("does not ({error})")))
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
pub(super) fn found(error: &toml::de::Error, text: &str) -> String {
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

pub(super) fn encode_toml<T: Serialize>(path: &Path, value: &T) -> Result<String, StoreError> {
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

/// A file of numbers.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, StoreError> {
    reading::bounded(path, MAX_FILE_BYTES, "at most 4 GiB")
}

/// Most bytes of a file that is read.
const MAX_FILE_BYTES: u64 = 4 << 30;

/// Most bytes of a text that is read: the losses of tens of millions of steps.
const MAX_TEXT_BYTES: u64 = 1 << 30;

pub(super) fn read_text(path: &Path) -> Result<String, StoreError> {
    let bytes = reading::bounded(path, MAX_TEXT_BYTES, "at most 1 GiB of text")?;
    as_text(path, bytes)
}

/// The part of a file that counts: what a writing that never counted added is left out.
pub(super) fn read_beginning(path: &Path, length: u64) -> Result<Vec<u8>, StoreError> {
    let bytes = reading::beginning(path, length.min(MAX_FILE_BYTES))?;
    if bytes.len() as u64 == length {
        return Ok(bytes);
    }
    let found = format!("has {} bytes in place of {length}", bytes.len());
    Err(StoreError::content(
        path,
        "what the state of the run says",
        found,
    ))
}

fn as_text(path: &Path, bytes: Vec<u8>) -> Result<String, StoreError> {
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to() + 1;
        StoreError::content(path, "text", format!("byte {place} is of none"))
    })
}
