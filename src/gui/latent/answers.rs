//! What the explorer was asked for these panes, and what it found.
//!
//! Grids of pictures do not say of which codes they are, so wishes are remembered until they are
//! answered: a *find* is an answer together with its wish.

use std::collections::BTreeMap;

use crate::engine::{Answer, Content, Wish, WishKey};

/// Wishes of one place that are remembered at most.
const MOST_ASKED: usize = 32;

/// An answer and what it answers.
#[derive(Clone, Debug)]
pub(in crate::gui) struct Find {
    /// What was wished.
    pub wish: Wish,
    /// What was found.
    pub content: Content,
    /// Changes with every answer: the version of the textures.
    pub version: u64,
    number: u64,
}

/// The newest find in every place.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    asked: BTreeMap<WishKey, BTreeMap<u64, Wish>>,
    finds: BTreeMap<WishKey, Find>,
    versions: u64,
}

impl Answers {
    /// Takes notice of a wish that was sent, or withdrawn.
    pub(super) fn ask(&mut self, key: WishKey, number: u64, wish: Option<&Wish>) {
        let Some(wish) = wish else {
            self.asked.remove(&key);
            self.finds.remove(&key);
            return;
        };
        let asked = self.asked.entry(key).or_default();
        asked.insert(number, wish.clone());
        while asked.len() > MOST_ASKED {
            asked.pop_first();
        }
    }

    /// Takes in an answer, unless a newer wish was answered before.
    pub(super) fn take(&mut self, answer: Answer) {
        let Answer {
            key,
            number,
            content,
            ..
        } = answer;
        let Some(asked) = self.asked.get_mut(&key) else {
            return;
        };
        let Some(wish) = asked.get(&number).cloned() else {
            return;
        };
        asked.retain(|asked, _| *asked >= number);
        self.versions += 1;
        let find = Find {
            wish,
            content,
            version: self.versions,
            number,
        };
        self.finds.insert(key, find);
    }

    /// What was found last.
    pub(super) fn get(&self, key: WishKey) -> Option<&Find> {
        self.finds.get(&key)
    }

    /// Whether the newest wish has no answer yet.
    pub(super) fn is_pending(&self, key: WishKey) -> bool {
        let newest = self
            .asked
            .get(&key)
            .and_then(|asked| asked.last_key_value());
        match (newest, self.finds.get(&key)) {
            (Some((number, _)), Some(find)) => *number != find.number,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{CodeSpec, RunId, Slot, Start};

    const KEY: WishKey = WishKey {
        slot: Slot::Line,
        run: RunId(1),
    };

    fn wish(value: f32) -> Wish {
        Wish::Point(CodeSpec {
            start: Start::Code([value].into()),
            pins: Vec::new(),
        })
    }

    fn answer(number: u64) -> Answer {
        Answer {
            key: KEY,
            number,
            step: 7,
            content: Content::Failed(number.to_string()),
        }
    }

    #[test]
    fn an_answer_finds_its_wish() {
        let mut answers = Answers::default();
        answers.ask(KEY, 1, Some(&wish(1.0)));
        answers.ask(KEY, 2, Some(&wish(2.0)));
        assert!(answers.is_pending(KEY));
        answers.take(answer(1));
        assert_eq!(answers.get(KEY).unwrap().wish, wish(1.0));
        assert!(answers.is_pending(KEY), "the newer one is not there yet");
        answers.take(answer(2));
        assert!(!answers.is_pending(KEY));
        let version = answers.get(KEY).unwrap().version;
        answers.take(answer(1));
        assert_eq!(answers.get(KEY).unwrap().wish, wish(2.0), "too late");
        answers.take(answer(2));
        assert!(answers.get(KEY).unwrap().version > version, "newer weights");
    }

    #[test]
    fn what_is_withdrawn_is_forgotten() {
        let mut answers = Answers::default();
        answers.ask(KEY, 1, Some(&wish(1.0)));
        answers.take(answer(1));
        answers.ask(KEY, 0, None);
        assert!(answers.get(KEY).is_none());
        answers.take(answer(1));
        assert!(
            answers.get(KEY).is_none(),
            "an answer on its way comes too late"
        );
    }

    #[test]
    fn wishes_without_answers_do_not_pile_up() {
        let mut answers = Answers::default();
        for number in 1..=100 {
            answers.ask(KEY, number, Some(&wish(0.0)));
        }
        assert_eq!(answers.asked[&KEY].len(), MOST_ASKED);
    }
}
