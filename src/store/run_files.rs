//! The files of a run, written so that the next writing only adds what is new.
//!
//! What was *written* of a run says how far its files go. Losses and frames are added behind those
//! that are there; the length that counts is in the state of the run, which is replaced as a whole.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::model::NamedArray;
use crate::train::{Boundary, BoundaryMark, Checkpoint};

use super::commit::Commit;
use super::frames::{self, KeptFrame};
use super::run_folder::{
    CONFIG, FORMAT, METRICS, OPTIMIZER, STATE, State, WEIGHTS, at_once, check_is_folder,
    encode_toml, read, read_beginning, read_run,
};
use super::{StoreError, arrays, metrics_csv};

const FRAMES: &str = "frames.bin";

/// How far the files of a run go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    metrics_bytes: u64,
    frames_bytes: u64,
    boundaries: usize,
    /// Losses of training steps.
    pub train: usize,
    /// Measurements on test images.
    pub test: usize,
    /// Frames, those given up since included.
    pub frames: usize,
}

impl Written {
    /// Whether the files in a folder go as far, so that more can be added: somebody may have removed
    /// or emptied it.
    pub fn is_in(&self, folder: &Path) -> bool {
        let length = |name: &str| fs::metadata(folder.join(name)).map_or(0, |about| about.len());
        let has = |name: &str| folder.join(name).is_file();
        has(CONFIG)
            && has(STATE)
            && length(METRICS) >= self.metrics_bytes
            && length(FRAMES) >= self.frames_bytes
            && (0..self.boundaries).all(|index| has(&boundary_file(index)))
    }
}

/// What is to be written of a run.
#[derive(Debug)]
pub struct RunUpdate {
    /// The run; of its history only what follows `since`.
    pub checkpoint: Checkpoint,
    /// What was written before; everything is written anew where absent.
    pub since: Option<Written>,
    /// Frames to add.
    pub frames: Vec<KeptFrame>,
    /// Whether these frames are all there are.
    pub has_all_frames: bool,
    /// Starts of phases, all of them.
    pub boundaries: Vec<Boundary>,
}

/// A run with all that was kept of it.
#[derive(Debug)]
pub struct KeptRun {
    /// Where it stands.
    pub checkpoint: Checkpoint,
    /// What it looked like.
    pub frames: Vec<KeptFrame>,
    /// Starts of phases.
    pub boundaries: Vec<Boundary>,
    /// How far its files go, where more can be added to them.
    pub written: Option<Written>,
}

/// Writes a run below `prefix`, which is empty or ends in `/`.
pub(super) fn write(
    commit: &mut Commit,
    root: &Path,
    prefix: &str,
    update: &RunUpdate,
) -> Result<Written, StoreError> {
    let name = |file: &str| format!("{prefix}{file}");
    let path = |file: &str| root.join(name(file));
    let run = &update.checkpoint;
    let (train, test) = (run.metrics.train.len(), run.metrics.test.len());
    let mut written = match update.since {
        Some(since) => {
            let more = metrics_csv::encode_more(
                &run.metrics.train,
                &run.metrics.test,
                &run.metrics.phases,
            );
            if !more.is_empty() {
                commit.append(&name(METRICS), since.metrics_bytes, more.as_bytes())?;
            }
            Written {
                metrics_bytes: since.metrics_bytes + more.len() as u64,
                train: since.train + train,
                test: since.test + test,
                ..since
            }
        }
        None => {
            let all = metrics_csv::encode(&run.metrics);
            commit.put(&name(METRICS), all.as_bytes())?;
            Written {
                metrics_bytes: all.len() as u64,
                frames_bytes: 0,
                boundaries: 0,
                train,
                test,
                frames: 0,
            }
        }
    };
    if update.has_all_frames || written.frames_bytes == 0 {
        let all = frames::encode(&path(FRAMES), &update.frames, true)?;
        commit.put(&name(FRAMES), &all)?;
        written.frames_bytes = all.len() as u64;
        written.frames = update.frames.len();
    } else if !update.frames.is_empty() {
        let more = frames::encode(&path(FRAMES), &update.frames, false)?;
        commit.append(&name(FRAMES), written.frames_bytes, &more)?;
        written.frames_bytes += more.len() as u64;
        written.frames += update.frames.len();
    }
    let mut before: &[Arc<NamedArray>] = &[];
    for (index, boundary) in update.boundaries.iter().enumerate() {
        if index >= written.boundaries {
            let file = boundary_file(index);
            let own = own_arrays(boundary, before);
            let bytes = arrays::encode_weights(&path(&file), &own)?;
            commit.put(&name(&file), &bytes)?;
        }
        before = boundary.weights();
    }
    written.boundaries = update.boundaries.len();
    let weights = arrays::encode_weights(&path(WEIGHTS), &run.weights)?;
    commit.put(&name(WEIGHTS), &weights)?;
    let optimizer = arrays::encode_optimizer(&path(OPTIMIZER), &run.optimizer)?;
    commit.put(&name(OPTIMIZER), &optimizer)?;
    let config = encode_toml(&path(CONFIG), &run.config)?;
    commit.put(&name(CONFIG), config.as_bytes())?;
    let mut state = State::of(run);
    state.metrics_bytes = Some(written.metrics_bytes);
    state.frames_bytes = Some(written.frames_bytes);
    state.boundaries = update.boundaries.iter().map(Boundary::mark).collect();
    let state = encode_toml(&path(STATE), &state)?;
    commit.put(&name(STATE), state.as_bytes())?;
    Ok(written)
}

/// Keeps a run in a folder of its own, adding to what was written there before. A folder that is not
/// there is made.
///
/// # Errors
/// When the folder cannot be written; an older state in it stays whole.
#[cfg(test)]
pub(super) fn update_run(folder: &Path, update: &RunUpdate) -> Result<Written, StoreError> {
    let mut commit = Commit::begin(folder)?;
    commit.create_folder("")?;
    let written = write(&mut commit, folder, "", update)?;
    commit.finish()?;
    Ok(written)
}

/// Opens a kept run with its frames and the starts of its phases, where it has any.
///
/// # Errors
/// When the folder is no run, or one of its files is missing, damaged or too new.
pub fn open_whole_run(folder: &Path) -> Result<KeptRun, StoreError> {
    check_is_folder(folder)?;
    at_once(folder, || read_whole_run(folder))
}

fn read_whole_run(folder: &Path) -> Result<KeptRun, StoreError> {
    let (checkpoint, state) = read_run(folder)?;
    let path = folder.join(FRAMES);
    let frames = match state.frames_bytes {
        Some(length) => frames::decode(&path, &read_beginning(&path, length)?)?,
        None => Vec::new(),
    };
    let boundaries = open_boundaries(folder, &state.boundaries)?;
    let written = match (state.metrics_bytes, state.frames_bytes) {
        // Rows of another format have other columns: all of them are written anew.
        (Some(metrics_bytes), Some(frames_bytes)) if state.format == FORMAT => Some(Written {
            metrics_bytes,
            frames_bytes,
            boundaries: boundaries.len(),
            train: checkpoint.metrics.train.len(),
            test: checkpoint.metrics.test.len(),
            frames: frames.len(),
        }),
        (_, _) => None,
    };
    Ok(KeptRun {
        checkpoint,
        frames,
        boundaries,
        written,
    })
}

/// Files of frames and of the starts of phases that lie in a folder.
pub(super) fn besides(folder: &Path) -> Vec<String> {
    let boundaries = (0..).map(boundary_file);
    let there = boundaries.take_while(|name| folder.join(name).exists());
    let frames = Some(FRAMES.to_owned()).filter(|name| folder.join(name).exists());
    there.chain(frames).collect()
}

/// Whether a file has the name of one of those.
pub(super) fn is_besides(name: &str) -> bool {
    let number = name
        .strip_prefix("boundary-")
        .and_then(|rest| rest.strip_suffix(".safetensors"));
    name == FRAMES || number.is_some_and(|number| number.parse::<usize>().is_ok())
}

fn boundary_file(index: usize) -> String {
    format!("boundary-{}.safetensors", index + 1)
}

/// The arrays that a boundary does not share with the one before.
fn own_arrays(boundary: &Boundary, before: &[Arc<NamedArray>]) -> Vec<NamedArray> {
    let is_shared = |array: &&Arc<NamedArray>| before.iter().any(|old| Arc::ptr_eq(old, array));
    let own = boundary.weights().iter();
    own.filter(|array| !is_shared(array))
        .map(|array| NamedArray::clone(array))
        .collect()
}

fn open_boundaries(folder: &Path, marks: &[BoundaryMark]) -> Result<Vec<Boundary>, StoreError> {
    let mut boundaries: Vec<Boundary> = Vec::new();
    for (index, mark) in marks.iter().enumerate() {
        let path = folder.join(boundary_file(index));
        let own = arrays::decode_weights(&path, &read(&path)?)?;
        let mut weights: Vec<Arc<NamedArray>> = boundaries
            .last()
            .map_or_else(Vec::new, |before| before.weights().to_vec());
        for array in own.into_iter().map(Arc::new) {
            match weights.iter_mut().find(|old| old.name == array.name) {
                Some(old) => *old = array,
                None => weights.push(array),
            }
        }
        boundaries.push(Boundary::new(*mark, weights));
    }
    Ok(boundaries)
}

#[cfg(test)]
#[path = "run_files_tests.rs"]
pub(super) mod tests;
