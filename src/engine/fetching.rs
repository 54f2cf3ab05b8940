//! Fetching data sets as a job, beside the training.

use crate::data::fetch::{self, FetchError, Fetcher, Set, Shelf};

use super::guard::Failure;
use super::jobs::{JobId, JobMeter};
use super::protocol::Event;
use super::worker::Worker;

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        Self {
            sentence: error.to_string(),
            is_bad_input: error.is_bad_input(),
        }
    }
}

/// The sets that need not be fetched any more.
pub(super) fn held() -> Event {
    Event::Fetched(Shelf::usual().map_or_else(|_nowhere| Vec::new(), |shelf| shelf.held()))
}

impl Worker {
    /// Starts to fetch a set.
    pub(super) fn fetch(&self, id: JobId, set: &str) {
        let found = fetch::set(set);
        let name = found.as_ref().map_or(set, |set| set.name);
        self.jobs
            .start(id, format!("Fetching {name}"), move |meter| {
                let fetched = work(&Fetcher::from_env()?, found?, meter);
                meter.report(held());
                fetched
            });
    }
}

fn work(fetcher: &Fetcher, set: &Set, meter: &JobMeter) -> Result<String, Failure> {
    let folder = fetcher.fetch(set, meter)?;
    Ok(format!(
        "{} is there: it was fetched to {}.",
        set.name,
        folder.display()
    ))
}

#[cfg(test)]
#[path = "fetching_tests.rs"]
mod tests;
