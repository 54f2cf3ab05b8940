//! Which test images are shown.
//!
//! A *choice* is a list of indices among the test images: those pinned by hand first, then as many as
//! the widest row has room for, taken in some [`Order`].

use serde::{Deserialize, Serialize};

use crate::engine::RunId;

/// Images that are shown until the width of the window is known.
const FIRST: usize = 24;

/// Images that are shown at most, and that can be pinned.
const MOST: usize = 96;

/// How the images that nobody chose by hand are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As they come.
    Test,
    /// From all over the test set, by a fixed sequence: the same clicks show the same images.
    Random,
    /// Of one class only.
    Class(u8),
    /// One of each class, then another of each.
    EachClass,
    /// Those that a run rebuilds worst, worst first.
    Worst(RunId),
}

/// The test images there are to choose from.
#[derive(Clone, Copy, Debug)]
pub struct TestSet<'a> {
    /// How many.
    pub total: usize,
    /// Tells one data set from another, with its classes.
    pub contents: &'a str,
    /// One class an image, where known.
    pub labels: Option<&'a [u8]>,
}

/// The images shown, and how to find others.
#[derive(Clone, Debug)]
pub struct ImageChoice {
    pinned: Vec<u32>,
    removed: Vec<u32>,
    rest: Vec<u32>,
    /// Needed elsewhere than in the rows: shown behind all others.
    extra: Option<u32>,
    order: Order,
    /// Where the rest begins in its order, and the place behind its end.
    places: [usize; 2],
    shuffles: u64,
    worst: Vec<u32>,
    has_to_ask_for_worst: bool,
    count: usize,
    total: usize,
    contents: String,
    classes: Vec<u8>,
    asked: Option<Vec<u32>>,
    /// Waits for the test images it was kept for.
    is_restored: bool,
}

/// A choice as sessions keep it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeptChoice {
    pinned: Vec<u32>,
    removed: Vec<u32>,
    order: KeptOrder,
    first: usize,
    shuffles: u64,
}

/// An order as sessions keep it; those a run is worst at have to be found again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum KeptOrder {
    #[default]
    Test,
    Random,
    Class(u8),
    EachClass,
}

impl ImageChoice {
    /// What is kept of it.
    pub fn keep(&self) -> KeptChoice {
        KeptChoice {
            pinned: self.pinned.clone(),
            removed: self.removed.clone(),
            order: match self.order {
                Order::Test | Order::Worst(_) => KeptOrder::Test,
                Order::Random => KeptOrder::Random,
                Order::Class(class) => KeptOrder::Class(class),
                Order::EachClass => KeptOrder::EachClass,
            },
            first: self.places[0],
            shuffles: self.shuffles,
        }
    }

    /// Goes back to what was kept; the images follow once the test images are known.
    pub fn restore(&mut self, kept: &KeptChoice) {
        let most = |images: &[u32]| images.iter().copied().take(MOST).collect();
        self.pinned = most(&kept.pinned);
        self.removed = most(&kept.removed);
        self.order = match kept.order {
            KeptOrder::Test => Order::Test,
            KeptOrder::Random => Order::Random,
            KeptOrder::Class(class) => Order::Class(class),
            KeptOrder::EachClass => Order::EachClass,
        };
        self.places = [kept.first, kept.first];
        self.shuffles = kept.shuffles;
        self.extra = None;
        self.is_restored = true;
    }

    /// The first images of `total`.
    pub fn new(total: usize) -> Self {
        let mut choice = Self {
            pinned: Vec::new(),
            removed: Vec::new(),
            rest: Vec::new(),
            extra: None,
            order: Order::Test,
            places: [0, 0],
            shuffles: 0,
            worst: Vec::new(),
            has_to_ask_for_worst: false,
            count: FIRST,
            total,
            contents: String::new(),
            classes: Vec::new(),
            asked: None,
            is_restored: false,
        };
        choice.refill(None);
        choice
    }

    /// Indices among the test images.
    pub fn images(&self) -> Vec<u32> {
        let mut images = [self.pinned.as_slice(), &self.rest].concat();
        images.extend(self.extra.filter(|extra| !images.contains(extra)));
        images
    }

    /// The images, where they are others than those returned last.
    pub fn ask(&mut self) -> Option<Vec<u32>> {
        let images = self.images();
        if self.asked.as_ref() == Some(&images) {
            return None;
        }
        self.asked = Some(images.clone());
        Some(images)
    }

    /// How the images were found.
    pub fn order(&self) -> Order {
        self.order
    }

    /// Whether an image was chosen by hand.
    pub fn is_pinned(&self, image: u32) -> bool {
        self.pinned.contains(&image)
    }

    /// Whether any was chosen by hand.
    pub fn has_pins(&self) -> bool {
        !self.pinned.is_empty()
    }

    /// The classes there are.
    pub fn classes(&self) -> &[u8] {
        &self.classes
    }

    /// Test images there are to choose from.
    pub fn total(&self) -> usize {
        self.total
    }

    /// Keeps the choice within the test images, which may be others than before.
    pub fn settle(&mut self, set: TestSet<'_>) {
        let is_waiting = self.is_restored && set.contents.is_empty();
        let is_same = (self.total, self.contents.as_str()) == (set.total, set.contents);
        if is_waiting || is_same && !self.is_restored {
            return;
        }
        self.is_restored = false;
        self.total = set.total;
        set.contents.clone_into(&mut self.contents);
        let mut is_class = [false; 256];
        for &label in set.labels.unwrap_or_default() {
            is_class[usize::from(label)] = true;
        }
        self.classes = (0..=u8::MAX)
            .filter(|&class| is_class[usize::from(class)])
            .collect();
        for list in [&mut self.pinned, &mut self.removed, &mut self.worst] {
            list.retain(|&image| (image as usize) < set.total);
        }
        self.extra = self.extra.filter(|&image| (image as usize) < set.total);
        let is_lost = match self.order {
            Order::Test | Order::Random | Order::Worst(_) => false,
            Order::Class(class) => !self.classes.contains(&class),
            Order::EachClass => self.classes.is_empty(),
        };
        if is_lost {
            self.order = Order::Test;
        }
        if is_lost || self.places[0] >= set.total {
            self.places = [0, 0];
        }
        self.refill(set.labels);
    }

    /// Images in another order, from its beginning.
    pub fn show(&mut self, order: Order, set: TestSet<'_>) {
        self.removed.clear();
        self.extra = None;
        self.order = order;
        self.places = [0, 0];
        match order {
            Order::Worst(_) => {
                self.has_to_ask_for_worst = true;
                return;
            }
            Order::Random => self.shuffles += 1,
            Order::Test | Order::Class(_) | Order::EachClass => {}
        }
        self.refill(set.labels);
    }

    /// The images after those shown.
    pub fn show_next(&mut self, set: TestSet<'_>) {
        match self.order {
            Order::Random => self.show(Order::Random, set),
            order @ (Order::Test | Order::Class(_) | Order::EachClass | Order::Worst(_)) => {
                let next = self.places[1];
                self.show(order, set);
                self.places[0] = next % self.total.max(1);
                if !matches!(order, Order::Worst(_)) {
                    self.refill(set.labels);
                }
            }
        }
    }

    /// The run to ask for its worst images, and how many, once.
    pub fn ask_for_worst(&mut self) -> Option<(RunId, usize)> {
        let Order::Worst(run) = self.order else {
            self.has_to_ask_for_worst = false;
            return None;
        };
        let count = (self.places[0] + self.count + self.removed.len()).min(self.total);
        std::mem::take(&mut self.has_to_ask_for_worst).then_some((run, count))
    }

    /// The images that `run` rebuilds worst, worst first.
    pub fn take_worst(&mut self, run: RunId, images: Vec<u32>) {
        if self.order == Order::Worst(run) {
            self.worst = images;
            self.worst.retain(|&image| (image as usize) < self.total);
            self.refill(None);
        }
    }

    /// Keeps an image at the front of the row whatever else is shown.
    pub fn pin(&mut self, image: u32, set: TestSet<'_>) {
        let is_new = (image as usize) < self.total && !self.pinned.contains(&image);
        if is_new && self.pinned.len() < MOST {
            self.pinned.push(image);
            self.removed.retain(|&removed| removed != image);
            self.refill(set.labels);
        }
    }

    /// Treats an image like any other again.
    pub fn unpin(&mut self, image: u32, set: TestSet<'_>) {
        self.pinned.retain(|&pinned| pinned != image);
        self.refill(set.labels);
    }

    /// Treats all images alike again.
    pub fn unpin_all(&mut self, set: TestSet<'_>) {
        self.pinned.clear();
        self.refill(set.labels);
    }

    /// Shows the next image in place of this one.
    pub fn remove(&mut self, image: u32, set: TestSet<'_>) {
        self.extra = self.extra.filter(|&extra| extra != image);
        if !self.removed.contains(&image) {
            self.removed.push(image);
        }
        self.has_to_ask_for_worst |= matches!(self.order, Order::Worst(_));
        self.unpin(image, set);
    }

    /// Has an image shown that is needed elsewhere.
    pub fn want(&mut self, image: u32) {
        if (image as usize) < self.total {
            self.extra = Some(image);
        }
    }

    /// Whether a row with room for `count` images needs more than there are.
    pub fn wants(&self, count: usize) -> bool {
        count.min(MOST) > self.count
    }

    /// Adds images until a row with room for `count` is full; those shown stay.
    pub fn fit(&mut self, count: usize, set: TestSet<'_>) {
        if self.wants(count) {
            self.count = count.min(MOST);
            self.has_to_ask_for_worst |= matches!(self.order, Order::Worst(_));
            self.refill(set.labels);
        }
    }

    /// Finds the images that nobody chose by hand.
    fn refill(&mut self, labels: Option<&[u8]>) {
        let room = self.count.saturating_sub(self.pinned.len());
        let first = self.places[0];
        let (ordered, first, room) = match self.order {
            Order::Test => (self.all(), first, room),
            Order::Random => (self.shuffled(room), 0, room),
            Order::Class(class) => (self.of_class(class, labels), first, room),
            Order::EachClass => {
                let classes = self.classes.len().max(1);
                let whole = (room / classes).max(1) * classes;
                (self.in_turn(labels), first, whole)
            }
            Order::Worst(_) => (self.worst.clone(), first, room),
        };
        let mut found = Vec::new();
        let mut end = first;
        for step in 0..ordered.len() {
            if found.len() == room {
                break;
            }
            end = first + step + 1;
            let image = ordered[(first + step) % ordered.len()];
            if !self.pinned.contains(&image) && !self.removed.contains(&image) {
                found.push(image);
            }
        }
        self.places[1] = end;
        self.rest = found;
    }

    fn all(&self) -> Vec<u32> {
        (0..self.total)
            .filter_map(|i| u32::try_from(i).ok())
            .collect()
    }

    /// The beginning of a sequence of distinct images from all over the test set.
    fn shuffled(&self, count: usize) -> Vec<u32> {
        let count = count + self.pinned.len() + self.removed.len();
        let mut images = Vec::new();
        let mut state = self.shuffles << 32;
        while images.len() < count.min(self.total) {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let index = u32::try_from(scramble(state) % self.total.max(1) as u64).unwrap_or(0);
            if !images.contains(&index) {
                images.push(index);
            }
        }
        images
    }

    fn of_class(&self, class: u8, labels: Option<&[u8]>) -> Vec<u32> {
        let labels = labels.unwrap_or_default();
        let numbered = labels.iter().take(self.total).zip(0..);
        numbered
            .filter_map(|(&label, image)| (label == class).then_some(image))
            .collect()
    }

    /// One image of each class, then another of each, until a class has no more.
    fn in_turn(&self, labels: Option<&[u8]>) -> Vec<u32> {
        let classes: Vec<Vec<u32>> = self
            .classes
            .iter()
            .map(|&class| self.of_class(class, labels))
            .filter(|images| !images.is_empty())
            .collect();
        let rounds = classes.iter().map(Vec::len).min().unwrap_or(0);
        (0..rounds)
            .flat_map(|round| classes.iter().map(move |images| images[round]))
            .collect()
    }
}

/// The output function of the generator by Steele, Lea & Flood (2014).
pub(in crate::gui) fn scramble(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
#[path = "choice_tests.rs"]
mod tests;
