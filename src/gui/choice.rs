//! Which test images are shown.
//!
//! A *choice* is a list of indices among the test images, as long as the widest row has room for.

/// Images that are shown until the width of the window is known.
const FIRST: usize = 24;

/// Images that are shown at most.
const MOST: usize = 96;

/// The images shown, and how to find others.
#[derive(Clone, Debug)]
pub struct ImageChoice {
    images: Vec<u32>,
    count: usize,
    shuffles: u64,
}

impl ImageChoice {
    /// The first images of `total`.
    pub fn new(total: usize) -> Self {
        let mut choice = Self {
            images: Vec::new(),
            count: FIRST,
            shuffles: 0,
        };
        choice.show_from(0, total);
        choice
    }

    /// Indices among the test images.
    pub fn images(&self) -> Vec<u32> {
        self.images.clone()
    }

    /// Images from number `first` on, beginning again at the end.
    fn show_from(&mut self, first: usize, total: usize) {
        self.images = (first..first + self.count.min(total))
            .filter_map(|index| u32::try_from(index % total.max(1)).ok())
            .collect();
    }

    fn behind_last(&self) -> usize {
        self.images.last().map_or(0, |&last| last as usize + 1)
    }

    /// The images after those shown.
    pub fn show_next(&mut self, total: usize) {
        self.show_from(self.behind_last(), total);
    }

    /// As many images as before, spread over the test set by a fixed sequence: the same clicks show
    /// the same images.
    pub fn show_other(&mut self, total: usize) {
        self.shuffles += 1;
        let mut images = Vec::new();
        let mut state = self.shuffles << 32;
        while images.len() < self.count.min(total) {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let index = u32::try_from(scramble(state) % total.max(1) as u64).unwrap_or(0);
            if !images.contains(&index) {
                images.push(index);
            }
        }
        self.images = images;
    }

    /// Whether a row with room for `count` of `total` images needs other images than these: more of
    /// them, or instead of some that there are none of any more.
    pub fn wants(&self, count: usize, total: usize) -> bool {
        let is_missing = |index: &u32| *index as usize >= total;
        count.min(MOST) > self.count
            || self.images.len() < self.count.min(total)
            || self.images.iter().any(is_missing)
    }

    /// Adds images until a row with room for `count` is full; those shown stay.
    pub fn fit(&mut self, count: usize, total: usize) {
        self.count = self.count.max(count.min(MOST));
        self.images.retain(|index| (*index as usize) < total);
        let next = self.behind_last();
        let missing = self.count.saturating_sub(self.images.len());
        let more: Vec<u32> = (next..next + total)
            .filter_map(|index| u32::try_from(index % total.max(1)).ok())
            .filter(|index| !self.images.contains(index))
            .take(missing)
            .collect();
        self.images.extend(more);
    }
}

/// The output function of the generator by Steele, Lea & Flood (2014).
fn scramble(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_go_on_around_the_end_and_differ_from_one_another() {
        let mut choice = ImageChoice::new(50);
        choice.show_next(50);
        assert_eq!(choice.images(), (24..48).collect::<Vec<u32>>());
        choice.show_next(50);
        assert_eq!(choice.images()[..3], [48, 49, 0]);
        choice.show_other(50);
        let other = choice.images();
        let distinct: std::collections::BTreeSet<u32> = other.iter().copied().collect();
        assert_eq!((other.len(), distinct.len()), (24, 24));
        assert!(other.iter().all(|&image| image < 50));
        choice.show_other(50);
        assert_ne!(choice.images(), other);
    }

    #[test]
    fn fewer_images_than_room_are_all_shown() {
        let mut choice = ImageChoice::new(5);
        assert_eq!(choice.images(), [0, 1, 2, 3, 4]);
        choice.show_other(5);
        assert_eq!(choice.images().len(), 5);
        choice.fit(40, 5);
        assert_eq!(choice.images().len(), 5);
    }

    #[test]
    fn a_wider_row_keeps_the_images_it_has() {
        let mut choice = ImageChoice::new(50);
        assert!(!choice.wants(20, 50), "24 are there");
        assert!(choice.wants(30, 50));
        choice.fit(30, 50);
        assert_eq!(choice.images(), (0..30).collect::<Vec<u32>>());
        assert!(!choice.wants(30, 50));
        choice.fit(1000, 50);
        assert_eq!(choice.images().len(), 50, "no more than there are");
        assert!(!choice.wants(1000, 50), "asking again would not help");
    }

    #[test]
    fn images_that_are_gone_are_replaced() {
        let mut choice = ImageChoice::new(50);
        choice.show_next(50);
        assert!(choice.wants(24, 30), "30 to 47 are not there any more");
        choice.fit(24, 30);
        let images = choice.images();
        assert_eq!(images.len(), 24);
        assert!(images.iter().all(|&image| image < 30), "{images:?}");
        assert!(!choice.wants(24, 30));
        choice.fit(24, 10);
        assert_eq!(choice.images().len(), 10, "all there are");
        assert!(!choice.wants(24, 10), "there are no more");
        assert!(choice.wants(24, 50), "and now there are");
    }
}
