//! What the window remembers from one day to the next: looks and arrangement, nothing about runs.
//!
//! *Settings* are kept as JSON in eframe's storage. What cannot be read is left out, with a line in
//! the log: the window then opens as it does for the first time.

use egui_tiles::Tree;
use serde::{Deserialize, Serialize};

use super::action::{ViewOptions, ZOOMS};
use super::desk::Pace;
use super::layout::{self, Pane};

/// Place of the settings in the storage.
const SETTINGS_KEY: &str = "settings";

/// Place of the arrangement of panes in the storage.
const LAYOUT_KEY: &str = "layout";

/// What is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// How things are shown.
    pub options: ViewOptions,
    /// How fast runs train.
    pub pace: Pace,
    /// Whether the offer to a first-time user was put away.
    pub was_welcomed: bool,
}

/// Keeps settings and arrangement.
pub fn save(storage: &mut dyn eframe::Storage, settings: &Settings, tree: &Tree<Pane>) {
    for (key, text) in [
        (SETTINGS_KEY, serde_json::to_string(settings)),
        (LAYOUT_KEY, serde_json::to_string(tree)),
    ] {
        match text {
            Ok(text) => storage.set_string(key, text),
            Err(error) => log::warn!("the {key} of the window could not be kept: {error}"),
        }
    }
}

/// The settings that were kept, where there are any that can be read.
pub fn load(storage: &dyn eframe::Storage) -> Option<Settings> {
    let text = storage.get_string(SETTINGS_KEY)?;
    match serde_json::from_str::<Settings>(&text) {
        Ok(mut settings) => {
            let zoom = &mut settings.options.zoom_percent;
            *zoom = (*zoom).clamp(*ZOOMS.start(), *ZOOMS.end());
            Some(settings)
        }
        Err(error) => {
            log::warn!("the settings of the window are broken ({error}): it opens as if new");
            None
        }
    }
}

/// The arrangement that was kept, where there is one that can be read.
pub fn load_layout(storage: &dyn eframe::Storage) -> Option<Tree<Pane>> {
    let text = storage.get_string(LAYOUT_KEY)?;
    match layout::read(&text) {
        Ok(tree) => Some(tree),
        Err(error) => {
            log::warn!("the arrangement of the panes is broken ({error}): they lie as if new");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use eframe::Storage as _;

    use super::super::action::ThemeChoice;
    use super::super::layout::Preset;
    use super::*;

    #[derive(Default)]
    struct Shelf(HashMap<String, String>);

    impl eframe::Storage for Shelf {
        fn get_string(&self, key: &str) -> Option<String> {
            self.0.get(key).cloned()
        }

        fn set_string(&mut self, key: &str, value: String) {
            self.0.insert(key.to_owned(), value);
        }

        fn remove_string(&mut self, key: &str) {
            self.0.remove(key);
        }

        fn flush(&mut self) {}
    }

    #[test]
    fn what_was_kept_comes_back() {
        let mut shelf = Shelf::default();
        assert_eq!(load(&shelf), None);
        let settings = Settings {
            options: ViewOptions {
                theme: ThemeChoice::Light,
                zoom_percent: 130,
                has_large_type: true,
                ..ViewOptions::default()
            },
            pace: Pace::Five,
            was_welcomed: true,
        };
        let mut tree = Preset::Latent.tree();
        layout::close(&mut tree, Pane::Filters);
        save(&mut shelf, &settings, &tree);
        assert_eq!(load(&shelf), Some(settings));
        let back = load_layout(&shelf).unwrap();
        assert_eq!(layout::panes(&back), layout::panes(&tree));
    }

    #[test]
    fn what_is_broken_is_left_out_and_what_is_missing_is_as_usual() {
        let mut shelf = Shelf::default();
        shelf.set_string(
            SETTINGS_KEY,
            "{\"options\":{\"theme\":\"Mauve\"}}".to_owned(),
        );
        shelf.set_string(LAYOUT_KEY, "null".to_owned());
        assert_eq!(load(&shelf), None);
        assert!(load_layout(&shelf).is_none());
        shelf.set_string(
            SETTINGS_KEY,
            "{\"options\":{\"zoom_percent\":9000}}".to_owned(),
        );
        let options = load(&shelf).unwrap().options;
        assert_eq!(options.zoom_percent, 300);
        assert_eq!(options.theme, ThemeChoice::System);
    }
}
