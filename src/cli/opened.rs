//! Kept runs, opened to be asked about.
//!
//! An *opened* run has its network and its images at hand. Runs on the same images share them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::data::{self, Dataset, DatasetRequest};
use crate::engine::start_device;
use crate::train::Trainer;

use super::Failure;
use super::kept::Kept;

/// A kept run at hand.
pub(super) struct Opened {
    /// What it is called here: no two alike.
    pub(super) name: String,
    /// The run.
    pub(super) trainer: Trainer,
}

/// Opens one run, on another device than its own where one is named.
pub(super) fn open(folder: &Path, device: Option<&String>) -> Result<Trainer, Failure> {
    open_with(folder, device, &mut Vec::new())
}

/// Opens several runs.
pub(super) fn open_all(
    folders: &[&PathBuf],
    device: Option<&String>,
) -> Result<Vec<Opened>, Failure> {
    let mut sets = Vec::new();
    let mut runs: Vec<Opened> = Vec::with_capacity(folders.len());
    for folder in folders {
        let trainer = open_with(folder, device, &mut sets)?;
        let mut name = trainer.config().name.trim().to_owned();
        let is_taken = |name: &str| runs.iter().any(|run| run.name == name);
        if name.is_empty() || is_taken(&name) {
            name = folder.display().to_string();
        }
        let plain = name.clone();
        let mut number = 2;
        while is_taken(&name) {
            name = format!("{plain} ({number})");
            number += 1;
        }
        runs.push(Opened { name, trainer });
    }
    Ok(runs)
}

fn open_with(
    folder: &Path,
    device: Option<&String>,
    sets: &mut Vec<(DatasetRequest, Arc<Dataset>)>,
) -> Result<Trainer, Failure> {
    let checkpoint = Kept::find(folder)?.open()?;
    let mut config = checkpoint.config.clone();
    if let Some(device) = device {
        config.device.clone_from(device);
    }
    config.check()?;
    let request = config.images();
    let known = sets.iter().find(|(known, _)| *known == request);
    let data = match known {
        Some((_, data)) => Arc::clone(data),
        None => {
            let data = Arc::new(data::open(&request)?);
            sets.push((request, Arc::clone(&data)));
            data
        }
    };
    let compute = start_device(&config.device)?;
    Ok(Trainer::resume(config, &checkpoint, data, &compute)?)
}
