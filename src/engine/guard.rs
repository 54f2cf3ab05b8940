//! The guard around work that libraries do: errors and panics become a sentence.
//!
//! A *breakdown* ends the training of a run: either its device has failed, so that nothing on it can
//! be had any more, or the run itself has, on a device that is well.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::model::TrainingError;
use crate::train::{ConfigError, TrainerError};

/// Why something could not be done, ready to be told.
pub(super) struct Failure {
    pub(super) sentence: String,
    pub(super) is_bad_input: bool,
}

/// Errors that know whose fault they are.
macro_rules! failure_from {
    ($($error:ty),*) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self {
                    is_bad_input: error.is_bad_input(),
                    sentence: error.to_string(),
                }
            }
        })*
    };
}

failure_from!(
    crate::data::DataError,
    super::devices::DeviceError,
    super::importing::WeightsError,
    crate::store::StoreError,
    TrainerError
);

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self {
            sentence: error.to_string(),
            is_bad_input: true,
        }
    }
}

/// Why a run cannot go on where it is.
pub(super) enum Breakdown {
    /// The device, or what drives it, has failed: why.
    Device(String),
    /// The run itself has, such as by diverging.
    Run(Failure),
}

impl From<Breakdown> for Failure {
    fn from(breakdown: Breakdown) -> Self {
        match breakdown {
            Breakdown::Device(sentence) => Self {
                sentence,
                is_bad_input: false,
            },
            Breakdown::Run(failure) => failure,
        }
    }
}

/// Keeps a panic of a library, such as that of a lost device, from taking the other runs along, and
/// tells what broke.
pub(super) fn on_device<T>(work: impl FnOnce() -> Result<T, TrainerError>) -> Result<T, Breakdown> {
    match caught(work) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => {
            let sentence = one_sentence(&error.to_string());
            Err(match error {
                TrainerError::Training(TrainingError::Device(_)) => Breakdown::Device(sentence),
                error => Breakdown::Run(Failure {
                    is_bad_input: error.is_bad_input(),
                    sentence,
                }),
            })
        }
        Err(sentence) => Err(Breakdown::Device(sentence)),
    }
}

/// The same where it does not matter what broke.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, TrainerError>) -> Result<T, Failure> {
    on_device(work).map_err(Failure::from)
}

/// Turns a panic of a library that drives a device into a sentence.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    words_of_panic(work).map_err(|panic| format!("the device failed: {panic}"))
}

/// Turns a panic into its words.
pub(super) fn words_of_panic<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| one_sentence(panic_text(&*panic)))
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<String>(), panic.downcast_ref::<&str>()) {
        (Some(text), _) => text,
        (None, Some(text)) => text,
        (None, None) => "no reason was given",
    }
}

/// What libraries say in lines, with a backtrace below, in one line without it.
fn one_sentence(text: &str) -> String {
    let lines = text.lines().map(str::trim);
    let told = lines.take_while(|line| !line.to_lowercase().starts_with("backtrace"));
    let mut sentence = String::new();
    for line in told.filter(|line| !line.is_empty() && !line.starts_with("Caused by")) {
        if !sentence.is_empty() {
            sentence.push_str(if sentence.ends_with([':', '{', '(']) {
                " "
            } else {
                ": "
            });
        }
        sentence.push_str(line);
    }
    if sentence.is_empty() {
        "no reason was given".clone_into(&mut sentence);
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_library_says_in_lines_is_one_sentence() {
        let lost =
            "The device is poisoned\nCaused by:\n  Unknown: it fell off\nBacktrace:\n  0: main";
        assert_eq!(
            one_sentence(lost),
            "The device is poisoned: Unknown: it fell off"
        );
        assert_eq!(one_sentence("  \n"), "no reason was given");
        assert_eq!(one_sentence("plain"), "plain");
        assert_eq!(
            words_of_panic(|| panic!("a\n b")),
            Err::<(), _>("a: b".to_owned())
        );
    }

    #[test]
    fn a_failed_device_is_told_from_a_failed_run() {
        let lost = on_device::<()>(|| Err(TrainingError::Device("gone".to_owned()).into()));
        assert!(matches!(lost, Err(Breakdown::Device(why)) if why == "the device failed: gone"));
        let panic = on_device::<()>(|| panic!("wgpu error: out of memory"));
        assert!(
            matches!(panic, Err(Breakdown::Device(why)) if why == "the device failed: wgpu error: out of memory")
        );
        let diverged = on_device::<()>(|| Err(TrainerError::Diverged { step: 3, loss: 1e9 }));
        assert!(matches!(diverged, Err(Breakdown::Run(why)) if !why.is_bad_input));
    }
}
