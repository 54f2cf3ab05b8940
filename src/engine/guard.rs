//! The guard around work that libraries do: errors and panics become a sentence.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::store;
use crate::train::TrainerError;

/// Why something could not be done, ready to be told.
pub(super) struct Failure {
    pub(super) sentence: String,
    pub(super) is_bad_input: bool,
}

impl From<store::StoreError> for Failure {
    fn from(error: store::StoreError) -> Self {
        Self {
            sentence: error.to_string(),
            is_bad_input: error.is_bad_input(),
        }
    }
}

/// Keeps a panic of a library, such as that of a lost device, from taking the other runs along.
pub(super) fn guarded<T>(work: impl FnOnce() -> Result<T, TrainerError>) -> Result<T, Failure> {
    match caught(work) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Failure {
            is_bad_input: error.is_bad_input(),
            sentence: error.to_string(),
        }),
        Err(sentence) => Err(Failure {
            sentence,
            is_bad_input: false,
        }),
    }
}

/// Turns a panic of a library into a sentence.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work))
        .map_err(|panic| format!("the device failed: {}", panic_text(&*panic)))
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<String>(), panic.downcast_ref::<&str>()) {
        (Some(text), _) => text,
        (None, Some(text)) => text,
        (None, None) => "no reason was given",
    }
}
