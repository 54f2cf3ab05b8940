//! Failures of the command line: one sentence and an exit code.

use std::fmt;
use std::process::ExitCode;

/// Why the program ends early.
#[derive(Debug)]
pub struct Failure {
    sentence: String,
    code: u8,
}

impl Failure {
    /// What the user asked for cannot be: exit code 2.
    pub fn bad_input(sentence: impl fmt::Display) -> Self {
        Self {
            sentence: sentence.to_string(),
            code: 2,
        }
    }

    /// The machine failed: exit code 1.
    pub fn machine(sentence: impl fmt::Display) -> Self {
        Self {
            sentence: sentence.to_string(),
            code: 1,
        }
    }

    /// Ctrl-C, with nothing to keep: exit code 130.
    pub fn interrupted(sentence: impl fmt::Display) -> Self {
        Self {
            sentence: sentence.to_string(),
            code: 130,
        }
    }

    /// Arguments that clap refused, its paragraph folded into a line.
    pub(super) fn usage(error: &clap::Error) -> Self {
        let text = error.to_string();
        let paragraph = text.split("\n\n").next().unwrap_or_default();
        let lines: Vec<&str> = paragraph.lines().map(str::trim).collect();
        let sentence = lines.join(" ");
        let sentence = sentence.strip_prefix("error: ").unwrap_or(&sentence);
        Self::bad_input(format!("{sentence} (see hourglass --help)"))
    }

    /// This failure, and another that came of it.
    pub(super) fn and(self, second: &Self) -> Self {
        Self {
            sentence: format!("{}; besides, {second}", self.sentence),
            code: self.code,
        }
    }

    /// The exit code.
    pub fn code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence.fmt(f)
    }
}

impl std::error::Error for Failure {}

macro_rules! bad_input_from {
    ($($error:ty),*) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::bad_input(error)
            }
        })*
    };
}

bad_input_from!(
    crate::model::KnobError,
    crate::store::share::ShareError,
    crate::train::ConfigError
);

impl From<crate::data::SearchError> for Failure {
    fn from(error: crate::data::SearchError) -> Self {
        if error.is_bad_input() {
            Self::bad_input(error.with_option())
        } else {
            Self::machine(error.with_option())
        }
    }
}

/// Errors that know whose fault they are.
macro_rules! either_from {
    ($($error:ty),*) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                if error.is_bad_input() {
                    Self::bad_input(error)
                } else {
                    Self::machine(error)
                }
            }
        })*
    };
}

either_from!(
    crate::data::DataError,
    crate::engine::DeviceError,
    crate::engine::WeightsError,
    crate::store::StoreError,
    crate::train::TrainerError
);
