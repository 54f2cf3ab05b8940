//! Share strings: a configuration as a short text, to be pasted into a message or a command.
//!
//! A *share string* is base64 (the alphabet of addresses, unpadded) of a version byte and the zlib
//! stream of a small TOML document, like a `run.toml`: the configuration with its seed, and what becomes of the
//! [`Controls`] of the window. It names built-in and fetched data only, so that it means the same
//! everywhere and tells nothing about the folders of a computer.

mod controls;

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use serde::{Deserialize, Serialize};

use crate::data::SOURCES;
use crate::train::{ConfigError, RunConfig};

pub use controls::{Access, Control, Controls, control, controls};

/// Version of the texts; a newer one is refused.
const VERSION: u8 = 1;

/// Longest text that is read, in bytes. The largest schedule there is needs less than a tenth.
const MAX_TEXT: usize = 1 << 16;

/// Most bytes that a text may unpack to.
const MAX_UNPACKED: u64 = 1 << 18;

/// Why a share string could not be made or read, in a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShareError {
    /// Nothing was given.
    #[error("a share string must be given, but there is no text")]
    Empty,
    /// More than any configuration needs.
    #[error("a share string must have at most {MAX_TEXT} characters, but this text has {found}")]
    TooLong {
        /// Characters given.
        found: usize,
    },
    /// It is another kind of text, or part of one.
    #[error("this is no share string, or not all of it: {found}")]
    Damaged {
        /// What is wrong with it.
        found: String,
    },
    /// A later program made it.
    #[error(
        "this share string is of version {found}, made by a newer Hourglass; this one reads version {VERSION}"
    )]
    Newer {
        /// Its version.
        found: u8,
    },
    /// The images are others for everybody.
    #[error(
        "a share string can only name data sets that everybody can have ({known}), but this one is {found:?}: choose one of those"
    )]
    PrivateData {
        /// The data set.
        found: String,
        /// Those that can be named.
        known: String,
    },
    /// The first weights are nobody else's.
    #[error(
        "a share string cannot hold weights, but this run begins with those in the file {file}"
    )]
    PrivateWeights {
        /// The file.
        file: String,
    },
    /// The configuration in it cannot be trained.
    #[error("the configuration in this share string cannot be: {0}")]
    Config(#[from] ConfigError),
    /// A control that this program lacks.
    #[error("there is no control {found:?} to be locked or hidden, expected some of {known}")]
    UnknownControl {
        /// The name.
        found: String,
        /// Those there are.
        known: String,
    },
}

/// What a share string says.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// What to train.
    pub config: RunConfig,
    /// What may be changed about it in the window.
    pub controls: Controls,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    locked: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hidden: Vec<String>,
    run: RunConfig,
}

impl Share {
    /// The text.
    ///
    /// # Errors
    /// The configuration names a folder of this computer, or cannot be.
    pub fn encode(&self) -> Result<String, ShareError> {
        let mut run = self.config.clone();
        check(&run)?;
        // The names say which images they are, and those that are fetched are checked then.
        run.dataset_sha256 = None;
        // The first adapter here is another one elsewhere.
        if run.device.starts_with("wgpu:") {
            "wgpu".clone_into(&mut run.device);
        }
        let content = Content {
            run,
            locked: self.controls.ids(Access::Locked),
            hidden: self.controls.ids(Access::Hidden),
        };
        let damaged = |error: &dyn std::fmt::Display| ShareError::Damaged {
            found: error.to_string(),
        };
        let toml = toml::to_string(&content).map_err(|error| damaged(&error))?;
        let mut packed = ZlibEncoder::new(vec![VERSION], Compression::best());
        packed
            .write_all(toml.as_bytes())
            .map_err(|error| damaged(&error))?;
        let bytes = packed.finish().map_err(|error| damaged(&error))?;
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Reads a text. Spaces and breaks of lines, which messages put in, do not matter.
    ///
    /// # Errors
    /// What is wrong with the text, or with what it says.
    pub fn decode(text: &str) -> Result<Self, ShareError> {
        if text.len() > MAX_TEXT {
            return Err(ShareError::TooLong { found: text.len() });
        }
        let text: String = text.split_whitespace().collect();
        if text.is_empty() {
            return Err(ShareError::Empty);
        }
        let damaged = |found: String| ShareError::Damaged { found };
        let bytes = URL_SAFE_NO_PAD
            .decode(text.trim_end_matches('='))
            .map_err(|error| damaged(format!("it has other characters than one ({error})")))?;
        let Some((&version, packed)) = bytes.split_first() else {
            return Err(damaged("it is too short".to_owned()));
        };
        if version > VERSION {
            return Err(ShareError::Newer { found: version });
        }
        if version < VERSION {
            return Err(damaged(format!("no version {version} was ever made")));
        }
        let mut toml = Vec::new();
        ZlibDecoder::new(packed)
            .take(MAX_UNPACKED + 1)
            .read_to_end(&mut toml)
            .map_err(|error| damaged(format!("it does not unpack ({error})")))?;
        if toml.len() as u64 > MAX_UNPACKED {
            return Err(damaged(format!(
                "it unpacks to more than {MAX_UNPACKED} bytes"
            )));
        }
        let toml = String::from_utf8(toml)
            .map_err(|_bytes| damaged("it holds something else than text".to_owned()))?;
        let content: Content = toml::from_str(&toml).map_err(|error| {
            let first = error.message().lines().next().unwrap_or_default();
            damaged(format!("it holds something else ({first})"))
        })?;
        let mut config = content.run;
        if config.schedule.phases.is_empty() {
            let variant = crate::model::variant(&config.variant)
                .map_err(|error| ConfigError::new(error.to_string()))?;
            config.rebuild_schedule(variant);
        }
        check(&config)?;
        let mut controls = Controls::default();
        for (access, ids) in [
            (Access::Locked, content.locked),
            (Access::Hidden, content.hidden),
        ] {
            for id in ids {
                controls.set(controls::known(&id)?, access);
            }
        }
        Ok(Self { config, controls })
    }
}

/// Checks what a share string is to hold, going in and coming out.
fn check(config: &RunConfig) -> Result<(), ShareError> {
    let named = || SOURCES.iter().filter(|source| source.is_named());
    if !named().any(|source| source.id() == config.dataset) {
        return Err(ShareError::PrivateData {
            found: config.dataset.clone(),
            known: named()
                .map(|source| source.id())
                .collect::<Vec<_>>()
                .join(", "),
        });
    }
    if let Some(weights) = &config.initial_weights {
        return Err(ShareError::PrivateWeights {
            file: weights.file.clone(),
        });
    }
    // Files of runs hold signed numbers.
    if i64::try_from(config.seed).is_err() {
        let sentence = format!(
            "the seed must be at most {}, but is {}",
            i64::MAX,
            config.seed
        );
        return Err(ConfigError::new(sentence).into());
    }
    config.check()?;
    Ok(())
}

#[cfg(test)]
mod tests;
