//! Relinking: a kept run is told where its images are now.

use std::path::Path;

use crate::data::ImagesRecord;

use super::StoreError;
use super::commit::{self, Commit};
use super::lock;
use super::run_folder::{CONFIG, STATE, encode_toml, read_config, read_state};
use super::session::Address;

/// Keeps with a run where its images are: `dataset` as it was asked for, and what is known of them.
/// Everything else of the run stays as it is.
///
/// # Errors
/// When the folder is no run or cannot be written, somebody trains there, or it is of a session that
/// somebody else uses; the old place stays then.
pub fn relink(folder: &Path, dataset: &str, images: &ImagesRecord) -> Result<(), StoreError> {
    let session = Address::of_folder(folder).map(|address| address.session);
    let root = session.as_deref().unwrap_or(folder);
    let _alone = lock::take_to_write(root).map_err(|error| match (error, &session) {
        (StoreError::InUse { path }, None) => StoreError::Training { path },
        (other, _) => other,
    })?;
    commit::recover(folder)?;
    let (config_path, state_path) = (folder.join(CONFIG), folder.join(STATE));
    let mut state = read_state(&state_path)?;
    let mut config = read_config(&config_path)?;
    if config.dataset == dataset && state.images.as_ref() == Some(images) {
        return Ok(());
    }
    dataset.clone_into(&mut config.dataset);
    state.images = Some(images.clone());
    let config = encode_toml(&config_path, &config)?;
    let state = encode_toml(&state_path, &state)?;
    let mut commit = Commit::begin(folder)?;
    commit.put(CONFIG, config.as_bytes())?;
    commit.put(STATE, state.as_bytes())?;
    commit.finish()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use super::super::run_files::tests::checkpoint;
    use super::super::{Claim, RunPlace, open_run, save_run};
    use super::*;
    use crate::data::{Dataset, DatasetParts, ImageShape, Images};
    use crate::store::session::Session;

    fn record(location: &str) -> ImagesRecord {
        let shape = ImageShape {
            width: 4,
            height: 3,
            channels: 1,
        };
        let some = |count: usize| Images::new(shape, vec![9; count * 12]).unwrap();
        let parts = DatasetParts::new("nines", some(5), some(2));
        ImagesRecord::of(&Arc::new(Dataset::new(location, parts, None).unwrap()))
    }

    #[test]
    fn the_new_place_is_kept_and_nothing_else_changes() {
        let folder = tempfile::tempdir().unwrap();
        let mut run = checkpoint(13);
        run.images = Some(record("/old/nines"));
        save_run(folder.path(), &run, None).unwrap();
        relink(folder.path(), "here/nines", &record("/new/here/nines")).unwrap();
        let opened = open_run(folder.path()).unwrap();
        let images = opened.images.clone().unwrap();
        assert_eq!(images.place.as_deref(), Some("/new/here/nines"));
        assert_eq!(opened.config.dataset, "here/nines");
        run.config.dataset = "here/nines".to_owned();
        run.images = opened.images.clone();
        assert_eq!(opened, run);
    }

    #[test]
    fn a_run_of_an_older_version_opens_and_learns_its_place() {
        let folder = tempfile::tempdir().unwrap();
        save_run(folder.path(), &checkpoint(13), None).unwrap();
        let state = fs::read_to_string(folder.path().join(STATE)).unwrap();
        assert!(!state.contains("images"), "{state}");
        assert_eq!(open_run(folder.path()).unwrap().images, None);
        relink(folder.path(), "nines", &record("/at/nines")).unwrap();
        let opened = open_run(folder.path()).unwrap();
        assert_eq!(opened.images, Some(record("/at/nines")));
    }

    #[test]
    fn a_run_that_is_being_trained_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        save_run(folder.path(), &checkpoint(13), None).unwrap();
        let place = RunPlace::claim(folder.path(), Claim::GoOn).unwrap();
        let error = relink(folder.path(), "nines", &record("/at/nines")).unwrap_err();
        assert!(matches!(error, StoreError::Training { .. }), "{error}");
        drop(place);
        relink(folder.path(), "nines", &record("/at/nines")).unwrap();
        assert_eq!(open_run(folder.path()).unwrap().config.dataset, "nines");
    }

    #[test]
    fn a_session_in_use_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("study.hourglass");
        let session = Session::create(&root).unwrap();
        let mut writer = session.begin().unwrap();
        let update = crate::store::RunUpdate {
            checkpoint: checkpoint(13),
            since: None,
            frames: Vec::new(),
            has_all_frames: true,
            boundaries: Vec::new(),
        };
        writer.write(1, &update).unwrap();
        writer.finish("").unwrap();
        let folder = crate::store::session::run_folder(&root, 1);
        let error = relink(&folder, "nines", &record("/at/nines")).unwrap_err();
        assert!(matches!(error, StoreError::InUse { .. }), "{error}");
        assert_eq!(open_run(&folder).unwrap().images, None);
        drop(session);
        relink(&folder, "nines", &record("/at/nines")).unwrap();
        assert_eq!(open_run(&folder).unwrap().config.dataset, "nines");
    }
}
