//! Keeps the explorer in step with the state.
//!
//! What is wanted follows from the state alone ([`AppState::wishes`]); here it is compared with what
//! was sent before, and only the difference goes out.

use std::collections::BTreeMap;

use crate::engine::{Wish, WishKey};

use super::state::AppState;

/// What was sent.
#[derive(Default)]
pub struct SentWishes {
    wishes: BTreeMap<WishKey, Wish>,
    numbers: u64,
}

impl SentWishes {
    /// Sends what has changed since the last call: wishes with a number each, and withdrawals.
    pub fn send(
        &mut self,
        wanted: BTreeMap<WishKey, Wish>,
        mut send: impl FnMut(WishKey, u64, Option<Wish>),
    ) {
        for key in self.wishes.keys().filter(|key| !wanted.contains_key(key)) {
            send(*key, 0, None);
        }
        for (key, wish) in &wanted {
            if self.wishes.get(key) != Some(wish) {
                self.numbers += 1;
                send(*key, self.numbers, Some(wish.clone()));
            }
        }
        self.wishes = wanted;
    }
}

impl AppState {
    /// Everything the panes that are shown want of the explorer.
    pub fn wishes(&self) -> BTreeMap<WishKey, Wish> {
        let mut wishes = BTreeMap::new();
        self.latent_wishes(&mut wishes);
        self.code_wishes(&mut wishes);
        self.input_wishes(&mut wishes);
        self.pictures_wishes(&mut wishes);
        self.layers_wishes(&mut wishes);
        self.generate_wishes(&mut wishes);
        wishes
    }
}
