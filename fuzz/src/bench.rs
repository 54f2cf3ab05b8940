//! The bench: a folder that damaged files are written to, and opened from.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use hourglass::data::{self, DatasetRequest};
use hourglass::engine::{Event, OpenedRun, OpenedSession, SessionNews};
use hourglass::gui::{Action, AppState, SessionAction, StartOptions};
use hourglass::store;
use hourglass::train::RunConfig;

use super::samples;

/// A folder that files are written to, one after another.
pub struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    /// A folder of its own, in memory where there is such a place.
    pub fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            tempfile::tempdir_in(memory)
        } else {
            tempfile::tempdir()
        };
        Self {
            folder: folder.expect("a temporary folder"),
        }
    }

    /// Writes a file, and says where it is.
    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).expect("a file in a temporary folder");
        path
    }

    /// A folder with one IDX file.
    pub fn idx(&self, name: &str, bytes: &[u8]) -> bool {
        self.write(name, bytes);
        open(self.folder.path())
    }

    /// A folder with IDX images and these labels.
    pub fn labels(&self, bytes: &[u8]) -> bool {
        if !self.folder.path().join("train-images-idx3-ubyte").exists() {
            self.write("train-images-idx3-ubyte", &samples::idx());
        }
        self.idx("train-labels-idx1-ubyte", bytes)
    }

    /// A file of images by the ending of its name: `npy`, `npz` or `csv`.
    pub fn images(&self, ending: &str, bytes: &[u8]) -> bool {
        let path = self.write(&format!("images.{ending}"), bytes);
        open(&path)
    }

    /// A file of weights.
    pub fn weights(&self, bytes: &[u8]) -> bool {
        let path = self.write("weights.safetensors", bytes);
        store::export::read_torch(&path).is_ok()
    }

    /// A session of one run with this table of contents.
    pub fn session(&self, bytes: &[u8]) -> bool {
        let run = self.folder.path().join("runs/1");
        if !run.exists() {
            fs::create_dir_all(&run).expect("a folder");
            fs::write(run.join("run.toml"), &samples::configs()[0]).expect("a file");
        }
        self.write("session.toml", bytes);
        store::session::Session::read(self.folder.path()).is_ok()
    }

    /// A run of which one file holds these bytes.
    pub fn run(&self, name: &str, bytes: &[u8]) -> bool {
        let folder = self.sound_run();
        fs::write(folder.join(name), bytes).expect("a file");
        // Its state must not disagree: that would be told before the bytes are looked at.
        let lengths = [
            ("metrics.csv", "metrics_bytes"),
            ("frames.bin", "frames_bytes"),
        ];
        if let Some((_, key)) = lengths.iter().find(|(file, _)| *file == name) {
            let state = samples::run_file("state.toml");
            let state = String::from_utf8(state).expect("a text");
            let honest = format!("{key} = {}", bytes.len());
            let is_meant = |line: &&str| line.starts_with(key);
            let old = state.lines().find(is_meant).expect("a length");
            let state = state.replace(old, &honest);
            fs::write(folder.join("state.toml"), state).expect("a file");
        }
        store::open_whole_run(&folder).is_ok()
    }

    /// A run with one frame of these bytes, packed as they are.
    pub fn frame(&self, bytes: &[u8]) -> bool {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::none());
        packed.write_all(bytes).expect("enough memory");
        let packed = packed.finish().expect("enough memory");
        let mut file = samples::FRAMES_HEAD.to_vec();
        file.extend((bytes.len() as u32).to_le_bytes());
        file.extend((packed.len() as u32).to_le_bytes());
        file.extend(packed);
        self.run("frames.bin", &file)
    }

    /// A run whose last saving was cut short, with this marker.
    pub fn commit(&self, bytes: &[u8]) -> bool {
        let precious = self.write("precious", b"not of the run");
        let folder = self.folder.path().join("run");
        if folder.exists() {
            fs::remove_dir_all(&folder).expect("a folder that can go");
        }
        let folder = self.sound_run();
        let staged = samples::run_file("run.toml");
        fs::write(folder.join("run.toml.new"), staged).expect("a file");
        fs::write(folder.join(".commit"), bytes).expect("a file");
        let is_sound = store::open_whole_run(&folder).is_ok();
        assert!(precious.exists(), "a marker reached out of its folder");
        is_sound
    }

    /// The folder of a sound run, made where it is not there.
    fn sound_run(&self) -> PathBuf {
        let folder = self.folder.path().join("run");
        if !folder.exists() {
            fs::create_dir(&folder).expect("a folder");
            for (name, bytes) in samples::run_files() {
                fs::write(folder.join(name), bytes).expect("a file");
            }
        }
        folder
    }
}

impl Default for Bench {
    fn default() -> Self {
        Self::new()
    }
}

fn open(location: &Path) -> bool {
    let request = DatasetRequest {
        location: location.to_string_lossy().into_owned(),
        ..DatasetRequest::default()
    };
    data::open(&request).is_ok()
}

/// A `run.toml`.
pub fn config(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    toml::from_str::<RunConfig>(text).is_ok_and(|config| config.check().is_ok())
}

/// A share string.
pub fn share(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| store::share::Share::decode(text).is_ok())
}

/// What a session of two runs keeps of the window.
pub fn window(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let configs = samples::run_configs();
    let run = |config: &RunConfig| OpenedRun {
        config: config.clone(),
        folder: None,
    };
    let (mut state, _) = AppState::new(StartOptions::default());
    state.apply(Event::Session(SessionNews::Opened(Arc::new(
        OpenedSession {
            number: 1,
            folder: PathBuf::from("study.hourglass"),
            is_lost: false,
            runs: configs.iter().take(2).map(run).collect(),
            window: text.to_owned(),
        },
    ))));
    // What is to be done next is done after any action.
    let _effects = state.handle(Action::Session(SessionAction::Look));
    state.story.is_open
}
