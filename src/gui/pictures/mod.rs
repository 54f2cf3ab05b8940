//! Test images, what every run makes of them, and what principal components make of them.

mod choice;
mod empty;
mod enlarge;
mod header;
mod labels;
mod pane;
mod rows;
mod seen;
mod strips;

use crate::engine::{Command, RunId};

use super::action::Effect;
use super::run::Run;
use super::state::AppState;

pub(super) use choice::scramble;
pub use choice::{ImageChoice, KeptChoice, Order, TestSet};
pub(super) use enlarge::{Enlarged, enlarged_ui};
pub use pane::pictures_ui;
pub(super) use rows::{Row, groups, hash, mean, places, rows};
pub(super) use seen::noise_words;
pub(super) use strips::single_image;

/// Test images assumed until a data set is open.
const UNKNOWN_TEST_COUNT: usize = 100;

/// Runs up to which error maps are shown unasked.
const RUNS_WITH_ERRORS: usize = 2;

/// What the pane "Reconstructions" knows.
#[derive(Clone, Debug)]
pub struct PicturesState {
    /// Which test images are shown.
    pub choice: ImageChoice,
    /// Whether error maps are shown; with few runs when absent.
    pub shows_errors: Option<bool>,
    /// Whether principal components have rows of their own.
    pub shows_pca: bool,
    /// Whether runs that train on damaged images are shown with clean ones.
    pub is_clean: bool,
    /// Whether runs that draw their codes are shown by a drawn one, and not by the mean.
    pub has_samples: bool,
    /// What the explorer found.
    pub answers: seen::Answers,
    /// The image in the field for a number.
    pub number: u32,
}

impl Default for PicturesState {
    fn default() -> Self {
        Self {
            choice: ImageChoice::new(UNKNOWN_TEST_COUNT),
            shows_errors: None,
            shows_pca: true,
            is_clean: false,
            has_samples: false,
            answers: seen::Answers::default(),
            number: 0,
        }
    }
}

/// Wishes of the user in the pane "Reconstructions".
#[derive(Clone, Debug)]
pub enum PicturesAction {
    /// Shows the images after those now shown, in the same order.
    Next,
    /// Shows images in another order.
    Show(Order),
    /// Writes into the field for a number.
    Number(u32),
    /// Keeps an image at the front of the row.
    Pin(u32),
    /// Treats an image like any other again.
    Unpin(u32),
    /// Treats all images alike again.
    UnpinAll,
    /// Shows another image in place of this one.
    Remove(u32),
    /// So many pictures have room in a row.
    Fit(usize),
    /// Shows or hides the maps of errors.
    ShowErrors(bool),
    /// Shows or hides the rows of principal components.
    ShowPca(bool),
    /// Gives clean images to runs that train on damaged ones, or damaged ones as in training.
    GiveClean(bool),
    /// Shows runs that draw their codes by a drawn one, or by the mean.
    ShowSamples(bool),
}

impl AppState {
    /// Whether maps of errors are shown.
    pub fn shows_errors(&self) -> bool {
        let is_few = self.runs.len() <= RUNS_WITH_ERRORS;
        self.pictures.shows_errors.unwrap_or(is_few)
    }

    /// The class of a test image.
    pub fn test_label(&self, image: u32) -> Option<u8> {
        self.test_set().labels?.get(image as usize).copied()
    }

    /// The test images that all runs have, as the selected one knows them.
    pub(super) fn test_set(&self) -> TestSet<'_> {
        let infos = || self.runs.iter().filter_map(|run| run.info.as_ref());
        let selected = self.selected_run().and_then(|run| run.info.as_ref());
        let dataset = selected
            .or_else(|| infos().next())
            .map(|info| &info.dataset);
        TestSet {
            total: infos()
                .map(|info| info.dataset.test)
                .min()
                .unwrap_or(UNKNOWN_TEST_COUNT)
                .max(1),
            contents: dataset.map_or("", |dataset| dataset.contents.as_str()),
            labels: dataset.and_then(|dataset| dataset.test_labels.as_deref()),
        }
    }

    pub(super) fn handle_pictures(&mut self, action: PicturesAction) -> Vec<Effect> {
        self.settle_images();
        match action {
            PicturesAction::Next => self.choose(ImageChoice::show_next),
            PicturesAction::Show(order) => self.choose(|choice, set| choice.show(order, set)),
            PicturesAction::Number(number) => self.pictures.number = number,
            PicturesAction::Pin(image) => self.choose(|choice, set| choice.pin(image, set)),
            PicturesAction::Unpin(image) => self.choose(|choice, set| choice.unpin(image, set)),
            PicturesAction::UnpinAll => self.choose(ImageChoice::unpin_all),
            PicturesAction::Remove(image) => self.choose(|choice, set| choice.remove(image, set)),
            PicturesAction::Fit(count) => self.choose(|choice, set| choice.fit(count, set)),
            PicturesAction::ShowErrors(is_on) => self.pictures.shows_errors = Some(is_on),
            PicturesAction::ShowPca(is_on) => self.pictures.shows_pca = is_on,
            PicturesAction::ShowSamples(is_on) => self.pictures.has_samples = is_on,
            PicturesAction::GiveClean(is_on) => self.pictures.is_clean = is_on,
        }
        self.ask_for_images()
    }

    /// Changes the choice of test images.
    fn choose(&mut self, change: impl FnOnce(&mut ImageChoice, TestSet<'_>)) {
        // Taken out, because the test images are told by the rest of the state.
        let mut choice = std::mem::replace(&mut self.pictures.choice, ImageChoice::new(0));
        change(&mut choice, self.test_set());
        self.pictures.choice = choice;
    }

    fn settle_images(&mut self) {
        self.choose(ImageChoice::settle);
    }

    /// What is to be asked of the engine for the chosen images.
    pub(super) fn ask_for_images(&mut self) -> Vec<Effect> {
        let choice = &mut self.pictures.choice;
        let worst = choice
            .ask_for_worst()
            .map(|(id, count)| Command::FindWorst { id, count });
        let images = choice.ask().map(Command::ShowImages);
        worst.into_iter().chain(images).map(Effect::Send).collect()
    }

    /// Has the state follow the news: test images that are others now, worst ones found, data sets that
    /// have arrived.
    pub fn catch_up(&mut self) -> Vec<Effect> {
        self.judge_runs();
        self.settle_images();
        self.catch_up_input();
        let mut effects = self.catch_up_fetch();
        effects.extend(self.ask_for_images());
        effects.extend(self.ask_for_data());
        effects.extend(self.ask_about_codes());
        effects.extend(self.catch_up_session());
        effects
    }

    /// The images a run rebuilds worst are known.
    pub(super) fn take_worst(&mut self, id: RunId, images: Vec<u32>) {
        self.pictures.choice.take_worst(id, images);
    }

    /// Whether a run is there to be asked for its worst images.
    pub(super) fn has_worst(run: &Run) -> bool {
        run.info.is_some() && run.frame.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Event;
    use crate::gui::action::Action;
    use crate::gui::state::tests::{first, make_ready};

    fn commands(effects: Vec<Effect>) -> Vec<Command> {
        effects
            .into_iter()
            .map(|effect| match effect {
                Effect::Send(command) => command,
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn a_smaller_test_set_is_followed_without_a_click() {
        let (mut state, id) = first();
        state.handle(Action::Pictures(PicturesAction::Fit(90)));
        assert!(state.catch_up().is_empty(), "nothing has changed");
        make_ready(&mut state, id);
        let commands = commands(state.catch_up());
        let [Command::ShowImages(images)] = &commands[..] else {
            panic!("{commands:?}");
        };
        assert_eq!(images.len(), 50, "there are fifty");
        assert!(state.catch_up().is_empty());
    }

    #[test]
    fn the_worst_images_are_asked_for_and_their_answer_is_shown() {
        let (mut state, id) = first();
        make_ready(&mut state, id);
        state.catch_up();
        let worst = Action::Pictures(PicturesAction::Show(Order::Worst(id)));
        let asked = commands(state.handle(worst));
        assert!(
            matches!(asked[..], [Command::FindWorst { id: of, count: 24 }] if of == id),
            "{asked:?}"
        );
        state.apply(Event::Worst {
            id,
            indices: (0..24).rev().collect(),
        });
        let shown = commands(state.catch_up());
        let [Command::ShowImages(images)] = &shown[..] else {
            panic!("{shown:?}");
        };
        assert_eq!(images[..3], [23, 22, 21]);
    }

    #[test]
    fn error_maps_go_unasked_with_many_runs_and_come_on_request() {
        let (mut state, id) = first();
        assert!(state.shows_errors());
        for _ in 0..2 {
            state.handle(Action::Duplicate(id));
        }
        assert_eq!(state.runs.len(), 3);
        assert!(!state.shows_errors());
        state.handle(Action::Pictures(PicturesAction::ShowErrors(true)));
        assert!(state.shows_errors());
        state.handle(Action::Pictures(PicturesAction::ShowPca(false)));
        assert!(!state.pictures.shows_pca);
    }
}
