//! Kept runs, opened to be asked about.
//!
//! An *opened* run has its network and its images at hand. Runs on the same images share them. One that
//! is only *looked at* needs no images: its weights and its history are there without them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ArgMatches;

use crate::data::{self, DataError, Dataset, DatasetRequest, ImagesRecord, SearchError, Sought};
use crate::engine::{check_device, start_device};
use crate::store;
use crate::train::{Checkpoint, OfflineRun, Trainer};

use super::kept::Kept;
use super::{Failure, output};

/// What a kept run is opened with.
#[derive(Default)]
pub(super) struct Wanted<'a> {
    /// Another device than its own.
    device: Option<&'a String>,
    /// Where its images are now.
    dataset: Option<&'a String>,
    /// Nothing but JSON is to be printed.
    is_json: bool,
}

impl<'a> Wanted<'a> {
    /// As the options say.
    pub(super) fn of(matches: &'a ArgMatches) -> Self {
        let is_json = matches.try_get_one::<bool>("json");
        Self {
            device: matches.get_one::<String>("device"),
            dataset: matches.get_one::<String>("dataset"),
            is_json: is_json.ok().flatten().copied().unwrap_or(false),
        }
    }
}

/// A kept run at hand.
pub(super) struct Opened {
    /// What it is called here: no two alike.
    pub(super) name: String,
    /// The run.
    pub(super) trainer: Trainer,
}

/// A kept run to be looked at.
pub(super) struct Looked {
    /// What it is called here: no two alike.
    pub(super) name: String,
    /// The run.
    pub(super) run: OfflineRun,
}

/// Opens one run.
pub(super) fn open(folder: &Path, wanted: &Wanted<'_>) -> Result<Trainer, Failure> {
    let mut opener = Opener::new(wanted);
    let trainer = opener.open(folder)?;
    opener.finish()?;
    Ok(trainer)
}

/// Opens several runs.
pub(super) fn open_all(folders: &[&PathBuf], wanted: &Wanted<'_>) -> Result<Vec<Opened>, Failure> {
    let mut opener = Opener::new(wanted);
    let mut runs: Vec<Opened> = Vec::with_capacity(folders.len());
    for folder in folders {
        let trainer = opener.open(folder)?;
        let is_taken = |name: &str| runs.iter().any(|run| run.name == name);
        let name = free_name(&trainer.config().name, folder, is_taken);
        runs.push(Opened { name, trainer });
    }
    opener.finish()?;
    Ok(runs)
}

/// Looks at several runs.
pub(super) fn look_at_all(
    folders: &[&PathBuf],
    wanted: &Wanted<'_>,
) -> Result<Vec<Looked>, Failure> {
    if let Some(device) = wanted.device {
        check_device(device)?;
    }
    let mut opener = Opener::new(wanted);
    let mut runs: Vec<Looked> = Vec::with_capacity(folders.len());
    for folder in folders {
        let run = opener.look_at(folder)?;
        let is_taken = |name: &str| runs.iter().any(|run| run.name == name);
        let name = free_name(&run.config().name, folder, is_taken);
        runs.push(Looked { name, run });
    }
    opener.finish()?;
    Ok(runs)
}

/// The images of a run that was looked at.
///
/// # Errors
/// Why they cannot be had.
pub(super) fn images_of(run: &Looked) -> Result<Arc<Dataset>, SearchError> {
    let sought = sought(run.run.checkpoint());
    sought.find(|request| data::open(request).map(Arc::new))
}

/// The name of a run, or of its folder, with a number where it is taken.
fn free_name(name: &str, folder: &Path, is_taken: impl Fn(&str) -> bool) -> String {
    let mut name = name.trim().to_owned();
    if name.is_empty() || is_taken(&name) {
        name = folder.display().to_string();
    }
    let plain = name.clone();
    let mut number = 2;
    while is_taken(&name) {
        name = format!("{plain} ({number})");
        number += 1;
    }
    name
}

fn sought(checkpoint: &Checkpoint) -> Sought {
    let record = checkpoint.images.as_ref();
    Sought {
        request: checkpoint.config.images(),
        place: record.and_then(|record| record.place.clone()),
        sha256: checkpoint.config.dataset_sha256.clone(),
    }
}

/// Opens runs one after the other.
struct Opener<'a> {
    wanted: &'a Wanted<'a>,
    /// Images that were read.
    sets: Vec<(DatasetRequest, Arc<Dataset>)>,
    /// Whether some run was made on the images in the place that was named.
    is_relinked: bool,
    /// Why another one was not.
    refused: Option<SearchError>,
}

impl<'a> Opener<'a> {
    fn new(wanted: &'a Wanted<'a>) -> Self {
        Self {
            wanted,
            sets: Vec::new(),
            is_relinked: false,
            refused: None,
        }
    }

    fn open(&mut self, folder: &Path) -> Result<Trainer, Failure> {
        let mut checkpoint = self.read(folder)?;
        let data = match self.relinked(folder, &mut checkpoint)? {
            Some(data) => data,
            None => self.find(&checkpoint)?,
        };
        let config = checkpoint.config.clone();
        let compute = start_device(&config.device)?;
        Ok(Trainer::resume(config, &checkpoint, data, &compute)?)
    }

    fn look_at(&mut self, folder: &Path) -> Result<OfflineRun, Failure> {
        let mut checkpoint = self.read(folder)?;
        let relinked = self.relinked(folder, &mut checkpoint)?;
        if relinked.is_none() && checkpoint.images.is_none() {
            // An older run does not know what its images were like.
            let data = self.find(&checkpoint)?;
            checkpoint.images = Some(ImagesRecord::of(&data));
        }
        OfflineRun::of(checkpoint)?.ok_or_else(|| {
            Failure::bad_input(format!("{} must say what its images are", folder.display()))
        })
    }

    /// The images of a run wherever they are. Where somebody named a place for them, that is what was
    /// wrong.
    fn find(&mut self, checkpoint: &Checkpoint) -> Result<Arc<Dataset>, SearchError> {
        let found = sought(checkpoint).find(|request| read(&mut self.sets, request));
        found.map_err(|error| match self.refused.take() {
            Some(refused) if !self.is_relinked => refused,
            Some(_) | None => error,
        })
    }

    /// A run as it was kept, on the device that is wanted.
    fn read(&self, folder: &Path) -> Result<Checkpoint, Failure> {
        let mut checkpoint = Kept::find(folder)?.open()?;
        if let Some(device) = self.wanted.device {
            checkpoint.config.device.clone_from(device);
        }
        checkpoint.config.check()?;
        Ok(checkpoint)
    }

    /// The images in the place that was named, where the run was made on them; the place is kept with
    /// the run then.
    fn relinked(
        &mut self,
        folder: &Path,
        checkpoint: &mut Checkpoint,
    ) -> Result<Option<Arc<Dataset>>, Failure> {
        let Some(place) = self.wanted.dataset else {
            return Ok(None);
        };
        let data = match sought(checkpoint).find_at(place, |request| read(&mut self.sets, request))
        {
            Ok(data) => data,
            Err(refused @ SearchError::Others(_)) => {
                // Another of the runs may have been made on them.
                self.refused = Some(refused);
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        self.is_relinked = true;
        let images = ImagesRecord::of(&data);
        let kept = store::relink(&Kept::find(folder)?.folder(), place, &images);
        checkpoint.config.dataset.clone_from(place);
        checkpoint.images = Some(images);
        if !self.wanted.is_json {
            let folder = folder.display();
            output::line(match kept {
                Ok(()) => format!("{folder} has its images in {place} from now on"),
                // A run that cannot be written can be asked about all the same.
                Err(error) => format!("{folder} does not keep the place of its images: {error}"),
            })?;
        }
        Ok(Some(data))
    }

    /// Refuses a place that no run was made on.
    fn finish(self) -> Result<(), Failure> {
        match self.refused {
            Some(refused) if !self.is_relinked => Err(refused.into()),
            Some(_) | None => Ok(()),
        }
    }
}

/// Images, each set once.
fn read(
    sets: &mut Vec<(DatasetRequest, Arc<Dataset>)>,
    request: &DatasetRequest,
) -> Result<Arc<Dataset>, DataError> {
    if let Some((_, data)) = sets.iter().find(|(known, _)| known == request) {
        return Ok(Arc::clone(data));
    }
    let data = Arc::new(data::open(request)?);
    sets.push((request.clone(), Arc::clone(&data)));
    Ok(data)
}
