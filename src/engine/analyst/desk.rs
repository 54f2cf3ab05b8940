//! The desk: what is looked into next.
//!
//! Of maps only the newest request counts; what is *short* is done in the order it was asked for, and
//! before maps. While a run trains, both get their share of one processor, but for what is prompt.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{AccuracyRequest, FactorsRequest, MapRequest};

/// While a run trains, work takes one part in so many of one processor.
const SHARE: u32 = 10;

/// Work of some milliseconds.
#[derive(Clone, Debug)]
pub(super) enum Short {
    Accuracy(AccuracyRequest),
    Factors(FactorsRequest),
}

impl Short {
    fn is_training(&self) -> bool {
        match self {
            Self::Accuracy(request) => request.is_training,
            Self::Factors(request) => request.is_training,
        }
    }
}

/// What to do next.
#[derive(Debug)]
pub(super) enum Next {
    Short(Short),
    Map(MapRequest),
    /// Nothing before this moment.
    Rest(Instant),
    /// Nothing until there is something new.
    Nothing,
}

/// All requests.
pub(super) struct Desk {
    map: Option<MapRequest>,
    /// The map under way, or made last.
    begun: Option<MapRequest>,
    short: VecDeque<Short>,
    maps_rest: Instant,
    short_rests: Instant,
}

impl Desk {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            map: None,
            begun: None,
            short: VecDeque::new(),
            maps_rest: now,
            short_rests: now,
        }
    }

    /// Another map is wanted. Returns whether one under way is not, any more.
    pub(super) fn ask_map(&mut self, mut request: MapRequest) -> bool {
        let is_prompt = request.is_prompt;
        if !is_prompt
            && self
                .begun
                .as_ref()
                .is_some_and(|begun| is_same(begun, &request))
        {
            // What is there already, or will be.
            self.map = self.map.take().filter(|waiting| waiting.is_prompt);
            return false;
        }
        // It waits in place of one that was asked for by hand.
        request.is_prompt |= self.map.as_ref().is_some_and(|waiting| waiting.is_prompt);
        self.map = Some(request);
        is_prompt
    }

    pub(super) fn ask_short(&mut self, request: Short) {
        self.short.push_back(request);
    }

    /// What to do at `now`.
    pub(super) fn next(&mut self, now: Instant) -> Next {
        let short_at = self.short.front().map(|short| {
            let rests = short.is_training() && now < self.short_rests;
            if rests { self.short_rests } else { now }
        });
        if short_at.is_some_and(|at| at <= now)
            && let Some(short) = self.short.pop_front()
        {
            return Next::Short(short);
        }
        let map_at = self.map.as_ref().map(|map| {
            let rests = map.is_training && !map.is_prompt && now < self.maps_rest;
            if rests { self.maps_rest } else { now }
        });
        if map_at.is_some_and(|at| at <= now)
            && let Some(map) = self.map.take()
        {
            self.begun = Some(map.clone());
            return Next::Map(map);
        }
        match short_at.into_iter().chain(map_at).min() {
            Some(moment) => Next::Rest(moment),
            None => Next::Nothing,
        }
    }

    /// A map, or a part of one, took so long until `now`: leaves time for training.
    pub(super) fn mapped(&mut self, spent: Duration, now: Instant) {
        self.maps_rest = now + spent * (SHARE - 1);
    }

    /// Short work took so long until `now`.
    pub(super) fn worked(&mut self, spent: Duration, now: Instant) {
        self.short_rests = now + spent * (SHARE - 1);
    }
}

fn is_same(a: &MapRequest, b: &MapRequest) -> bool {
    a.run == b.run && a.settings == b.settings && Arc::ptr_eq(&a.codes, &b.codes)
}

#[cfg(test)]
mod tests {
    use super::super::MapSettings;
    use super::*;
    use crate::engine::frame::Codes;
    use crate::engine::protocol::RunId;

    fn map(number: u64, codes: &Arc<Codes>) -> MapRequest {
        MapRequest {
            number,
            run: RunId(1),
            step: 0,
            codes: Arc::clone(codes),
            settings: MapSettings::default(),
            is_prompt: false,
            is_training: true,
        }
    }

    fn prompt(number: u64, codes: &Arc<Codes>) -> MapRequest {
        MapRequest {
            is_prompt: true,
            ..map(number, codes)
        }
    }

    fn number(next: &Next) -> Option<u64> {
        match next {
            Next::Map(map) => Some(map.number),
            Next::Short(_) | Next::Rest(_) | Next::Nothing => None,
        }
    }

    #[test]
    fn the_newest_map_counts_and_only_a_prompt_one_breaks_in() {
        let now = Instant::now();
        let [a, b, c]: [Arc<Codes>; 3] = std::array::from_fn(|_| Arc::default());
        let mut desk = Desk::new(now);
        assert!(!desk.ask_map(map(1, &a)));
        assert!(!desk.ask_map(map(2, &b)));
        assert_eq!(number(&desk.next(now)), Some(2));
        assert!(!desk.ask_map(map(3, &b)), "that one is under way");
        assert!(matches!(desk.next(now), Next::Nothing));
        assert!(!desk.ask_map(map(4, &c)), "it waits until that is done");
        assert!(desk.ask_map(prompt(5, &b)), "asked for by hand");
        assert!(!desk.ask_map(map(6, &c)), "newer codes of the same");
        let Next::Map(next) = desk.next(now) else {
            panic!("nothing is due");
        };
        assert_eq!((next.number, next.is_prompt), (6, true));
    }

    #[test]
    fn maps_take_their_share_while_a_run_trains() {
        let now = Instant::now();
        let [a, b]: [Arc<Codes>; 2] = std::array::from_fn(|_| Arc::default());
        let mut desk = Desk::new(now);
        desk.mapped(Duration::from_millis(100), now);
        desk.ask_map(map(1, &a));
        let Next::Rest(moment) = desk.next(now) else {
            panic!("training gets nothing");
        };
        assert_eq!(moment, now + Duration::from_millis(900));
        assert_eq!(number(&desk.next(moment)), Some(1));
        desk.mapped(Duration::from_millis(100), moment);
        desk.ask_map(MapRequest {
            is_training: false,
            ..map(2, &b)
        });
        assert_eq!(number(&desk.next(moment)), Some(2), "nobody trains");
        desk.mapped(Duration::from_millis(100), moment);
        desk.ask_map(prompt(3, &a));
        assert_eq!(number(&desk.next(moment)), Some(3), "asked for by hand");
    }

    #[test]
    fn short_work_goes_first() {
        let now = Instant::now();
        let mut desk = Desk::new(now);
        desk.ask_map(map(1, &Arc::default()));
        desk.ask_short(Short::Factors(FactorsRequest {
            codes: Arc::default(),
            factors: Arc::default(),
            dimensions: Vec::new(),
            is_training: true,
        }));
        assert!(matches!(desk.next(now), Next::Short(_)));
        assert_eq!(number(&desk.next(now)), Some(1));
    }
}
