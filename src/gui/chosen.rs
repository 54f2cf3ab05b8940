//! What is chosen in one run.

use crate::engine::RunId;

/// A choice that stands in one run at a time: one in another run takes its place.
#[derive(Clone, Debug)]
pub(super) struct ChosenIn<T>(Option<(RunId, T)>);

impl<T> Default for ChosenIn<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> ChosenIn<T> {
    /// What is chosen in this run.
    pub(super) fn of(&self, run: RunId) -> Option<&T> {
        let (of, value) = self.0.as_ref()?;
        (*of == run).then_some(value)
    }

    /// The run in which something is chosen, and what.
    pub(super) fn any(&self) -> Option<(RunId, &T)> {
        self.0.as_ref().map(|(run, value)| (*run, value))
    }

    /// Chooses in a run.
    pub(super) fn choose(&mut self, run: RunId, value: T) {
        self.0 = Some((run, value));
    }

    /// Chooses in a run, or nothing in any.
    pub(super) fn set(&mut self, choice: Option<(RunId, T)>) {
        self.0 = choice;
    }

    /// Nothing is chosen any more.
    pub(super) fn clear(&mut self) {
        self.0 = None;
    }

    /// Nothing is chosen any more where it was in this run.
    pub(super) fn clear_in(&mut self, run: RunId) {
        if self.of(run).is_some() {
            self.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_stands_in_one_run() {
        let mut chosen = ChosenIn::default();
        assert_eq!(chosen.any(), None);
        chosen.choose(RunId(1), 'a');
        assert_eq!(chosen.of(RunId(1)), Some(&'a'));
        assert_eq!(chosen.of(RunId(2)), None);
        chosen.choose(RunId(2), 'b');
        assert_eq!(chosen.of(RunId(1)), None, "it is another run's now");
        assert_eq!(chosen.any(), Some((RunId(2), &'b')));
        chosen.clear_in(RunId(1));
        assert_eq!(chosen.of(RunId(2)), Some(&'b'));
        chosen.clear_in(RunId(2));
        assert_eq!(chosen.of(RunId(2)), None);
        chosen.set(Some((RunId(3), 'c')));
        assert_eq!(chosen.of(RunId(3)), Some(&'c'));
        chosen.set(None);
        assert_eq!(chosen.any(), None);
    }
}
