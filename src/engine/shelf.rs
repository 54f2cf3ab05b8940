//! Data sets that are open, each once however many runs use it.
//!
//! A *place* on the shelf is one request: whoever reads its images first holds the place, and others
//! who ask for the same wait and then share them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use crate::data::{self, DataError, Dataset, DatasetRequest, Meter};

use super::protocol::RunId;
use super::worker::Message;

/// Between two reports of one loader, at least.
const REPORT_INTERVAL: Duration = Duration::from_millis(50);

/// Between two looks whether somebody else is done.
const WAIT: Duration = Duration::from_millis(20);

type Place = Arc<Mutex<Weak<Dataset>>>;

/// All places.
#[derive(Default)]
pub(super) struct Shelf {
    places: Mutex<HashMap<DatasetRequest, Place>>,
}

/// A panic elsewhere leaves nothing half done behind these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shelf {
    /// The images of a request, read where nobody has them.
    ///
    /// # Errors
    /// Why there are none.
    pub(super) fn open(
        &self,
        request: &DatasetRequest,
        meter: &dyn Meter,
    ) -> Result<Arc<Dataset>, DataError> {
        let place = Arc::clone(lock(&self.places).entry(request.clone()).or_default());
        let mut held = loop {
            match place.try_lock() {
                Ok(held) => break held,
                Err(TryLockError::Poisoned(held)) => break held.into_inner(),
                Err(TryLockError::WouldBlock) if meter.is_cancelled() => {
                    let location = request.location.clone();
                    return Err(DataError::Cancelled { location });
                }
                Err(TryLockError::WouldBlock) => thread::sleep(WAIT),
            }
        };
        if let Some(data) = held.upgrade() {
            return Ok(data);
        }
        // Whoever called tells of a panic; the lock lets the next one try.
        let data = Arc::new(data::open_with(request, meter)?);
        *held = Arc::downgrade(&data);
        Ok(data)
    }

    /// Forgets data sets that nobody uses any more.
    pub(super) fn forget_unused(&self) {
        lock(&self.places).retain(|_, place| {
            // One that is held is being read.
            place
                .try_lock()
                .map_or(true, |data| data.strong_count() > 0)
        });
    }
}

/// Tells the engine how far a loader is.
pub(super) struct LoadMeter {
    answers: Sender<Message>,
    /// The run it reads for.
    pub(super) id: RunId,
    /// Distinguishes an older question from the newest.
    pub(super) ticket: u64,
    /// To end it.
    pub(super) is_cancelled: Arc<AtomicBool>,
    told_at: Mutex<Option<Instant>>,
}

impl LoadMeter {
    pub(super) fn new(answers: Sender<Message>, id: RunId, ticket: u64) -> Self {
        Self {
            answers,
            id,
            ticket,
            is_cancelled: Arc::default(),
            told_at: Mutex::new(None),
        }
    }
}

impl Meter for LoadMeter {
    fn tell(&self, done: u64, total: Option<u64>) {
        // Whoever finds it locked leaves the telling to the one who holds it.
        let Ok(mut told_at) = self.told_at.try_lock() else {
            return;
        };
        if told_at.is_some_and(|told_at| told_at.elapsed() < REPORT_INTERVAL) {
            return;
        }
        *told_at = Some(Instant::now());
        let message = Message::Loading(self.id, self.ticket, (done, total));
        // A closed channel means that the engine has ended.
        let _ = self.answers.send(message);
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use crossbeam_channel::unbounded;

    use super::*;
    use crate::data::NoMeter;

    fn request(limit: usize) -> DatasetRequest {
        DatasetRequest {
            location: "glyphs".to_owned(),
            limit: Some(limit),
            ..DatasetRequest::default()
        }
    }

    #[test]
    fn whoever_asks_for_the_same_shares_it() {
        let shelf = Shelf::default();
        let (one, two) = thread::scope(|scope| {
            let one = scope.spawn(|| shelf.open(&request(10), &NoMeter).ok().unwrap());
            let two = scope.spawn(|| shelf.open(&request(10), &NoMeter).ok().unwrap());
            (one.join().unwrap(), two.join().unwrap())
        });
        assert!(Arc::ptr_eq(&one, &two));
        let other = shelf.open(&request(11), &NoMeter).ok().unwrap();
        assert!(!Arc::ptr_eq(&one, &other));
        drop((one, two));
        shelf.forget_unused();
        assert_eq!(lock(&shelf.places).len(), 1);
    }

    #[test]
    fn one_who_waits_can_give_up() {
        let shelf = Shelf::default();
        let place = Arc::clone(lock(&shelf.places).entry(request(10)).or_default());
        let _held = place.lock().unwrap();
        let (answers, _inbox) = unbounded();
        let meter = LoadMeter::new(answers, RunId(1), 1);
        meter.is_cancelled.store(true, Ordering::Relaxed);
        let failure = shelf.open(&request(10), &meter).err().unwrap();
        assert_eq!(failure.to_string(), "Reading glyphs was cancelled.");
    }

    #[test]
    fn reports_are_few() {
        let (answers, inbox) = unbounded();
        let meter = LoadMeter::new(answers, RunId(1), 7);
        for done in 0..10_000 {
            meter.tell(done, Some(10_000));
        }
        let told = inbox.try_iter().count();
        assert!((1..20).contains(&told), "{told}");
    }
}
