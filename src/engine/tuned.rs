//! Tuned kernels, remembered between starts.
//!
//! The first time a GPU meets a size of matrix, Burn tries several *kernels* on it and keeps the fastest,
//! which may take minutes for a network. What it finds is kept in the user's cache folder, and a later
//! start takes it from there. A cache that cannot be written or read costs tuning again, nothing else.

use std::path::PathBuf;

use burn::cubecl::config::cache::CacheConfig;
use burn::cubecl::config::{CubeClRuntimeConfig, RuntimeConfig as _};
use burn::cubecl::environment;

use crate::data::cache_folder;

/// Where kernels are kept, instead of the platform's folder for such things; empty for wherever Burn
/// keeps them by itself.
const PLACE_VARIABLE: &str = "HOURGLASS_KERNELS";

/// Part of the names under which choices of kernels are kept.
const TUNED: &str = "autotune";
/// How the names begin under which something else is recorded.
const RECORDS: &str = "records/";

/// Where kernels are kept, and what else is known of the devices of this machine.
pub(super) fn folder() -> Option<PathBuf> {
    cache_folder(PLACE_VARIABLE, "kernels")
}

/// Has everything that is tuned from now on kept, unless somebody has configured another place. Works
/// before the first device is there.
pub(super) fn remember() {
    let Some(folder) = folder() else { return };
    let mut config = CubeClRuntimeConfig::from_current_dir().override_from_env();
    if matches!(config.environment.path, CacheConfig::Target) {
        config.environment.path = CacheConfig::Directory(folder);
    }
    if !CubeClRuntimeConfig::try_set(config) {
        log::warn!("a device was there before its tuned kernels could be looked up");
    }
}

/// How many choices of kernels are kept, of all devices and starts; nothing where that cannot be told.
pub(super) fn count() -> Option<u64> {
    let all = environment::namespaces();
    // Beside each choice there is a record of how it was made.
    let is_choice = |name: &str| name.contains(TUNED) && !name.starts_with(RECORDS);
    let tuned = all.iter().filter(|kept| is_choice(&kept.namespace));
    (!all.is_empty()).then(|| tuned.map(|kept| kept.entries).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_are_kept_outside_of_projects_from_the_first_device_on() {
        let Some(folder) = folder() else {
            println!("skipped: HOURGLASS_KERNELS is empty");
            return;
        };
        crate::engine::list_devices();
        let config = CubeClRuntimeConfig::get();
        let CacheConfig::Directory(kept) = &config.environment.path else {
            panic!("{:?}", config.environment.path);
        };
        assert_eq!(*kept, folder);
    }
}
