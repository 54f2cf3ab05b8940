//! The desk: which wish is worked on next.
//!
//! A standing wish is *due* when it has not been fulfilled with the newest weights of its run: because
//! it was *asked* just now, or because there are newer weights and it is to be *refreshed*. What was
//! asked goes first, most urgent slot first; within that, and in refreshing, runs take turns, so that
//! none starves.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine::protocol::RunId;
use crate::engine::wish::{Slot, Wish, WishKey};

/// While a run trains, long wishes just asked take one part in so many of one processor.
const ASKED_SHARE: u32 = 2;
/// While a run trains, refreshing takes one part in so many of one processor.
const REFRESH_SHARE: u32 = 10;

/// Why a wish is to be worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// It is new.
    Asked,
    /// There are newer weights.
    Refresh,
}

/// A wish that stands; `J` is work under way for it.
struct Standing<J> {
    number: u64,
    wish: Arc<Wish>,
    due: Option<Due>,
    /// Has come since the work under way began.
    has_newer_weights: bool,
    /// Smaller for those that were fulfilled longer ago.
    turn: u64,
    job: Option<J>,
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// This wish.
    Work(WishKey, Due),
    /// Nothing before this moment.
    Rest(Instant),
    /// Nothing until there is something new.
    Nothing,
}

/// What may be worked on.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// Whether the processor is shared with training.
    pub(super) is_training: bool,
    /// Whether somebody fetches answers: without, refreshing is a waste.
    pub(super) is_heard: bool,
}

/// All standing wishes.
pub(super) struct Desk<J> {
    wishes: BTreeMap<WishKey, Standing<J>>,
    turns: u64,
    /// Long wishes rest until then, refreshing until then.
    asked_rests: Instant,
    refresh_rests: Instant,
}

/// Slots that are answered while a finger waits for them.
fn is_urgent(slot: Slot) -> bool {
    match slot {
        Slot::Sliders | Slot::Hover | Slot::Exchange | Slot::Input => true,
        Slot::Images
        | Slot::Line
        | Slot::Paths
        | Slot::Traversals
        | Slot::Plane
        | Slot::Features
        | Slot::Filters
        | Slot::Atoms
        | Slot::Entries
        | Slot::Generated => false,
    }
}

impl<J> Desk<J> {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            wishes: BTreeMap::new(),
            turns: 0,
            asked_rests: now,
            refresh_rests: now,
        }
    }

    /// A new wish in place of an older one, or none any more. Work for the older one is dropped.
    pub(super) fn set(&mut self, key: WishKey, number: u64, wish: Option<Wish>) {
        let Some(wish) = wish else {
            self.wishes.remove(&key);
            return;
        };
        self.turns += 1;
        // One that was waiting keeps its place: moving a slider must not put it last each time.
        let waiting = self.wishes.get(&key).filter(|old| old.due.is_some());
        let standing = Standing {
            number,
            wish: Arc::new(wish),
            due: Some(Due::Asked),
            has_newer_weights: false,
            turn: waiting.map_or(self.turns, |old| old.turn),
            job: None,
        };
        self.wishes.insert(key, standing);
    }

    /// There are newer weights of a run.
    pub(super) fn refresh(&mut self, run: RunId) {
        for standing in self.of_run(run) {
            standing.has_newer_weights = true;
            standing.due.get_or_insert(Due::Refresh);
        }
    }

    /// The run is gone.
    pub(super) fn forget(&mut self, run: RunId) {
        self.wishes.retain(|key, _| key.run != run);
    }

    /// Whether there is a wish for something of a run.
    pub(super) fn wants(&self, run: RunId) -> bool {
        self.wishes.keys().any(|key| key.run == run)
    }

    /// How many wishes stand.
    pub(super) fn len(&self) -> usize {
        self.wishes.len()
    }

    fn of_run(&mut self, run: RunId) -> impl Iterator<Item = &mut Standing<J>> {
        let wishes = self.wishes.iter_mut();
        wishes.filter_map(move |(key, standing)| (key.run == run).then_some(standing))
    }

    /// What to do at `now`, of the runs that have weights.
    pub(super) fn next(
        &self,
        now: Instant,
        limits: Limits,
        has_weights: impl Fn(RunId) -> bool,
    ) -> Next {
        let due: Vec<(WishKey, Due, u64)> = self
            .wishes
            .iter()
            .filter(|(key, _)| has_weights(key.run))
            .filter_map(|(key, standing)| Some((*key, standing.due?, standing.turn)))
            .collect();
        let asked = due
            .iter()
            .filter(|(_, due, _)| *due == Due::Asked)
            .min_by_key(|(key, _, turn)| (key.slot, *turn))
            .map(|(key, _, _)| *key);
        if let Some(key) = asked
            && (is_urgent(key.slot) || !limits.is_training || now >= self.asked_rests)
        {
            return Next::Work(key, Due::Asked);
        }
        let refresh = due
            .iter()
            .filter(|(_, due, _)| *due == Due::Refresh && limits.is_heard)
            .min_by_key(|(_, _, turn)| *turn)
            .map(|(key, _, _)| *key);
        if let Some(key) = refresh
            && (!limits.is_training || now >= self.refresh_rests)
        {
            return Next::Work(key, Due::Refresh);
        }
        let asked = asked.map(|_key| self.asked_rests);
        let refresh = refresh.map(|_key| self.refresh_rests);
        match asked.into_iter().chain(refresh).min() {
            Some(moment) => Next::Rest(moment),
            None => Next::Nothing,
        }
    }

    /// The wish, its number and the work under way for it, to be put back with [`Desk::put_off`] or
    /// ended with [`Desk::fulfilled`].
    pub(super) fn take(&mut self, key: WishKey) -> Option<(Arc<Wish>, u64, Option<J>)> {
        let standing = self.wishes.get_mut(&key)?;
        let job = standing.job.take();
        if job.is_none() {
            // Work begins, with the newest weights.
            standing.has_newer_weights = false;
        }
        Some((Arc::clone(&standing.wish), standing.number, job))
    }

    /// A part of the work is done.
    pub(super) fn put_off(&mut self, key: WishKey, job: J) {
        if let Some(standing) = self.wishes.get_mut(&key) {
            standing.job = Some(job);
            if key.slot == Slot::Generated {
                // It has very many parts: others have their turn between them, also of other runs.
                self.turns += 1;
                standing.turn = self.turns;
            }
        }
    }

    /// All of the work is done.
    pub(super) fn fulfilled(&mut self, key: WishKey) {
        self.turns += 1;
        if let Some(standing) = self.wishes.get_mut(&key) {
            standing.turn = self.turns;
            standing.due = standing.has_newer_weights.then_some(Due::Refresh);
        }
    }

    /// Work that ended at `now` took so long: leaves time for training.
    pub(super) fn worked(&mut self, key: WishKey, due: Due, spent: Duration, now: Instant) {
        match due {
            Due::Asked if is_urgent(key.slot) => {}
            Due::Asked => self.asked_rests = now + spent * (ASKED_SHARE - 1),
            Due::Refresh => self.refresh_rests = now + spent * (REFRESH_SHARE - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRAINING: Limits = Limits {
        is_training: true,
        is_heard: true,
    };
    const QUIET: Limits = Limits {
        is_training: false,
        is_heard: true,
    };

    fn key(slot: Slot, run: u64) -> WishKey {
        let run = RunId(run);
        WishKey { slot, run }
    }

    fn wish() -> Wish {
        Wish::Filters { count: 1 }
    }

    fn do_it(desk: &mut Desk<()>, key: WishKey) {
        let _ = desk.take(key).unwrap();
        desk.fulfilled(key);
    }

    #[test]
    fn what_was_asked_goes_by_urgency() {
        let now = Instant::now();
        let mut desk = Desk::<()>::new(now);
        let order = [
            key(Slot::Sliders, 2),
            key(Slot::Input, 1),
            key(Slot::Plane, 1),
            key(Slot::Filters, 1),
        ];
        for (number, key) in order.iter().rev().enumerate() {
            desk.set(*key, number as u64, Some(wish()));
        }
        assert_eq!(desk.next(now, QUIET, |_| false), Next::Nothing);
        for key in order {
            assert_eq!(desk.next(now, QUIET, |_| true), Next::Work(key, Due::Asked));
            do_it(&mut desk, key);
        }
        assert_eq!(desk.next(now, QUIET, |_| true), Next::Nothing);
    }

    #[test]
    fn runs_take_turns_while_a_slider_moves() {
        let now = Instant::now();
        let mut desk = Desk::<()>::new(now);
        let mut served = Vec::new();
        for number in 0..6 {
            // Both runs are asked anew faster than they are answered.
            for run in [1, 2] {
                desk.set(key(Slot::Sliders, run), number, Some(wish()));
            }
            let Next::Work(key, Due::Asked) = desk.next(now, QUIET, |_| true) else {
                panic!("nothing is due");
            };
            do_it(&mut desk, key);
            served.push(key.run.0);
        }
        assert_eq!(served, [1, 2, 1, 2, 1, 2]);
    }

    #[test]
    fn refreshing_goes_in_turn_and_after_what_was_asked() {
        let now = Instant::now();
        let mut desk = Desk::<()>::new(now);
        let (sliders, plane) = (key(Slot::Sliders, 1), key(Slot::Plane, 1));
        for key in [plane, sliders] {
            desk.set(key, 1, Some(wish()));
            do_it(&mut desk, key);
        }
        // Newer weights come faster than they are worked off: both get their turn.
        let mut order = Vec::new();
        for _weights in 0..4 {
            desk.refresh(RunId(1));
            let Next::Work(key, Due::Refresh) = desk.next(now, QUIET, |_| true) else {
                panic!("nothing is due");
            };
            do_it(&mut desk, key);
            order.push(key);
        }
        assert_eq!(order, [plane, sliders, plane, sliders]);
        desk.refresh(RunId(1));
        desk.set(plane, 2, Some(wish()));
        let next = desk.next(now, QUIET, |_| true);
        assert_eq!(next, Next::Work(plane, Due::Asked));
    }

    #[test]
    fn work_under_way_ends_with_the_weights_it_began_with_and_starts_again() {
        let now = Instant::now();
        let mut desk = Desk::<u8>::new(now);
        let plane = key(Slot::Plane, 1);
        desk.set(plane, 1, Some(wish()));
        assert!(desk.take(plane).unwrap().2.is_none());
        desk.put_off(plane, 7);
        desk.refresh(RunId(1));
        assert_eq!(desk.take(plane).unwrap().2, Some(7));
        desk.fulfilled(plane);
        let next = desk.next(now, QUIET, |_| true);
        assert_eq!(next, Next::Work(plane, Due::Refresh));
        assert!(desk.take(plane).unwrap().2.is_none());
        desk.fulfilled(plane);
        assert_eq!(desk.next(now, QUIET, |_| true), Next::Nothing);
    }

    #[test]
    fn work_of_very_many_parts_lets_others_have_their_turn() {
        let now = Instant::now();
        let mut desk = Desk::<u8>::new(now);
        let (generated, plane) = (key(Slot::Generated, 1), key(Slot::Plane, 1));
        for key in [generated, plane] {
            desk.set(key, 1, Some(wish()));
            let _ = desk.take(key).unwrap();
            desk.fulfilled(key);
        }
        desk.refresh(RunId(1));
        for expected in [generated, plane, generated] {
            let next = desk.next(now, QUIET, |_| true);
            assert_eq!(next, Next::Work(expected, Due::Refresh));
            let _ = desk.take(expected).unwrap();
            if expected == plane {
                desk.fulfilled(expected);
            } else {
                desk.put_off(expected, 7);
            }
        }
    }

    #[test]
    fn a_changed_or_withdrawn_wish_drops_its_work() {
        let mut desk = Desk::<u8>::new(Instant::now());
        let plane = key(Slot::Plane, 1);
        desk.set(plane, 1, Some(wish()));
        desk.put_off(plane, 7);
        desk.set(plane, 2, Some(wish()));
        let (_, number, job) = desk.take(plane).unwrap();
        assert_eq!((number, job), (2, None));
        desk.set(plane, 0, None);
        assert!(desk.take(plane).is_none());
        assert!(!desk.wants(RunId(1)));
    }

    #[test]
    fn training_gets_its_share() {
        let now = Instant::now();
        let later = now + Duration::from_millis(1);
        let mut desk = Desk::<()>::new(now);
        let (sliders, plane) = (key(Slot::Sliders, 1), key(Slot::Plane, 1));
        desk.set(plane, 1, Some(wish()));
        desk.worked(plane, Due::Asked, Duration::from_millis(4), now);
        let rest = Next::Rest(now + Duration::from_millis(4));
        assert_eq!(desk.next(later, TRAINING, |_| true), rest);
        assert_eq!(
            desk.next(later, QUIET, |_| true),
            Next::Work(plane, Due::Asked)
        );
        // A slider never rests.
        desk.worked(sliders, Due::Asked, Duration::from_secs(1), now);
        desk.set(sliders, 2, Some(wish()));
        assert_eq!(
            desk.next(later, TRAINING, |_| true),
            Next::Work(sliders, Due::Asked)
        );
        do_it(&mut desk, sliders);
        do_it(&mut desk, plane);
        desk.refresh(RunId(1));
        desk.worked(sliders, Due::Refresh, Duration::from_millis(4), now);
        let rest = Next::Rest(now + Duration::from_millis(36));
        assert_eq!(desk.next(later, TRAINING, |_| true), rest);
    }

    #[test]
    fn nobody_listening_means_no_refreshing() {
        let now = Instant::now();
        let mut desk = Desk::<()>::new(now);
        let plane = key(Slot::Plane, 1);
        desk.set(plane, 1, Some(wish()));
        do_it(&mut desk, plane);
        desk.refresh(RunId(1));
        let unheard = Limits {
            is_training: false,
            is_heard: false,
        };
        assert_eq!(desk.next(now, unheard, |_| true), Next::Nothing);
        desk.set(plane, 2, Some(wish()));
        assert_eq!(
            desk.next(now, unheard, |_| true),
            Next::Work(plane, Due::Asked)
        );
    }
}
