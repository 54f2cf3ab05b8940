//! Tuned kernels, remembered between starts.
//!
//! The first time a GPU meets a size of matrix, Burn tries several *kernels* on it and keeps the fastest,
//! which may take minutes for a network. What it finds is kept in the user's cache folder, and a later
//! start takes it from there. A cache that cannot be written or read costs tuning again, nothing else.

use std::env;
use std::path::PathBuf;

use burn::cubecl::config::cache::CacheConfig;
use burn::cubecl::config::{CubeClRuntimeConfig, RuntimeConfig as _};

/// Names another folder, or, empty, none that outlives the project.
const PLACE_VARIABLE: &str = "HOURGLASS_KERNELS";

/// The folder: `HOURGLASS_KERNELS` where it is set, or the platform's.
fn folder() -> Option<PathBuf> {
    match env::var_os(PLACE_VARIABLE) {
        Some(place) if place.is_empty() => None,
        Some(place) => Some(place.into()),
        None => Some(dirs::cache_dir()?.join("hourglass").join("kernels")),
    }
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
