//! Runs as folders.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::data::ImagesRecord;
use crate::train::{BoundaryMark, Checkpoint, PhaseStart, Position, RunConfig};

use super::commit::{Commit, NEW};
use super::lock::{LOCK, Lock, Use, steadily};
use super::place::{Claim, RunPlace};
use super::session::Address;
use super::{StoreError, arrays, metrics_csv, reading, run_files};

pub(super) const CONFIG: &str = "run.toml";
pub(super) const STATE: &str = "state.toml";
pub(super) const METRICS: &str = "metrics.csv";
pub(super) const WEIGHTS: &str = "weights.safetensors";
pub(super) const OPTIMIZER: &str = "optimizer.safetensors";
const PICTURES: &str = "pictures";

/// Version of the files; a newer one is refused. Since 2 the series have a column of measures.
pub(super) const FORMAT: u32 = 2;

/// What the state begins with in every version.
#[derive(Deserialize)]
struct Head {
    format: u32,
    program: String,
}

/// How far a run is.
#[derive(Serialize, Deserialize)]
pub(super) struct State {
    pub(super) format: u32,
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
    /// What is known of the images, and where they were; older runs have nothing of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) images: Option<ImagesRecord>,
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
            images: run.images.clone(),
        }
    }
}

/// Keeps a run, replacing what the folder held of it. `grid` is a PNG of its pictures.
///
/// # Errors
/// When the folder holds something else, such as another run or more of this one, somebody trains
/// there, or it cannot be written; what is in it stays whole.
pub fn save_run(folder: &Path, run: &Checkpoint, grid: Option<&[u8]>) -> Result<(), StoreError> {
    let place = RunPlace::claim(folder, Claim::GoOn)?;
    // What cannot be read here may still be worth something, to a newer version for one.
    let is_own = || open_run(folder).is_ok_and(|there| is_earlier(&there, run));
    if folder.join(CONFIG).exists() && !is_own() {
        return Err(StoreError::Taken {
            path: folder.to_owned(),
        });
    }
    place.save(run, grid)
}

/// Whether a run is this one as it was before.
fn is_earlier(there: &Checkpoint, run: &Checkpoint) -> bool {
    let (before, now) = (there.metrics.train.values(), run.metrics.train.values());
    (&there.config.variant, &there.config.dataset_sha256)
        == (&run.config.variant, &run.config.dataset_sha256)
        && now.starts_with(before)
}

/// Writes a run into a folder that this program holds. What is in `gone` is given up with it.
pub(super) fn write_run(
    folder: &Path,
    run: &Checkpoint,
    grid: Option<&[u8]>,
    gone: &[String],
) -> Result<(), StoreError> {
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
    // What was kept besides while it trained, and what an earlier run left.
    let is_kept = |name: &String| grid.is_some() && *name == picture;
    let besides = run_files::besides(folder);
    for name in besides.into_iter().chain(gone.iter().cloned()) {
        if !is_kept(&name) {
            commit.give_up_later(name);
        }
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
    check_is_folder(folder)?;
    at_once(folder, || read_run(folder))
}

/// Whether there is a folder at all.
pub(super) fn check_is_folder(folder: &Path) -> Result<(), StoreError> {
    let missing = |path| StoreError::NoRunAt { path };
    let about = fs::metadata(folder).map_err(StoreError::unseen(folder, missing))?;
    if about.is_dir() {
        return Ok(());
    }
    Err(StoreError::content(folder, "a run", "is not a folder"))
}

/// Reads a run that somebody may be training: all that is read is of one saving.
pub(super) fn at_once<T>(
    folder: &Path,
    read: impl FnMut() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    // A run within a session is replaced together with the others there.
    let session = Address::of_folder(folder).map(|address| address.session);
    let parts: Vec<&Path> = std::iter::once(folder).chain(session.as_deref()).collect();
    steadily(&parts, &folder.join(STATE), read)
}

/// Reads a run, whatever becomes of its files meanwhile.
pub(super) fn read_run(folder: &Path) -> Result<(Checkpoint, State), StoreError> {
    let path = folder.join(CONFIG);
    if !path.exists() {
        let path = folder.to_owned();
        return Err(match Lock::take(folder, Use::Read) {
            Err(StoreError::InUse { .. }) => StoreError::NotKeptYet { path },
            Ok(_) | Err(_) => StoreError::Missing { path },
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
        images: state.images.clone(),
        device: state.device.clone(),
    };
    Ok((checkpoint, state))
}

/// How far the run in a folder is.
pub(super) fn steps(folder: &Path) -> Result<u64, StoreError> {
    Ok(read_state(&folder.join(STATE))?.position.step)
}

pub(super) fn read_state(path: &Path) -> Result<State, StoreError> {
    let text = read_text(path)?;
    let wrong = |error: toml::de::Error| {
        StoreError::content(path, "the state of a run", found(&error, &text))
    };
    let head: Head = toml::from_str(&text).map_err(wrong)?;
    if head.format > FORMAT {
        return Err(StoreError::content(
            path,
            "a state of format 1 or 2",
            format!(
                "holds format {}, written by Hourglass {}: open it with that version",
                head.format, head.program
            ),
        ));
    }
    toml::from_str(&text).map_err(wrong)
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
        if let Some(step) = step_of_picture(&name) {
            kept.push((step, read_picture(&path)?));
        }
    }
    kept.sort_by_key(|(step, _)| *step);
    Ok(kept)
}

/// The step that a picture of a run was drawn at, as the name of its file says.
fn step_of_picture(name: &str) -> Option<u64> {
    let step = name.strip_prefix("step-")?.strip_suffix(".png")?;
    step.parse().ok()
}

/// The pictures of the run in a folder, by their names there. Others that lie beside them are not the
/// run's.
pub(super) fn picture_names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder.join(PICTURES));
    let names = entries.into_iter().flatten().flatten();
    names
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| step_of_picture(name).is_some())
        .map(|name| format!("{PICTURES}/{name}"))
        .collect()
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

/// Whether a folder holds nothing but what an interrupted first saving left behind, which is ours.
pub(super) fn is_free(folder: &Path) -> Result<bool, StoreError> {
    let is_picture = |name: &str| {
        let name = name.strip_suffix(NEW).unwrap_or(name);
        step_of_picture(name).is_some()
    };
    all_named(folder, |name| {
        name.ends_with(NEW)
            || name == LOCK
            || (name == PICTURES
                && all_named(&folder.join(PICTURES), is_picture).is_ok_and(|all| all))
    })
}

/// Whether all that is in a folder has such names.
fn all_named(folder: &Path, is_such: impl Fn(&str) -> bool) -> Result<bool, StoreError> {
    for entry in fs::read_dir(folder).map_err(StoreError::io("reading", folder))? {
        let name = entry
            .map_err(StoreError::io("reading", folder))?
            .file_name();
        if !is_such(&name.to_string_lossy()) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a file belongs to the run that is kept in its folder, so that writing it would damage the
/// run.
pub(super) fn is_of_run(file: &Path) -> bool {
    let (Some(name), Some(folder)) = (
        file.file_name().and_then(|name| name.to_str()),
        file.parent(),
    ) else {
        return false;
    };
    let is_in_run = |folder: &Path| folder.join(CONFIG).is_file() && folder.join(STATE).is_file();
    let is_picture =
        folder.file_name().is_some_and(|name| name == PICTURES) && step_of_picture(name).is_some();
    if is_picture {
        return folder.parent().is_some_and(is_in_run);
    }
    let own = [CONFIG, STATE, METRICS, WEIGHTS, OPTIMIZER, LOCK];
    is_in_run(folder) && (own.contains(&name) || run_files::is_besides(name))
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
