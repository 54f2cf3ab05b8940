//! One image through every run: drawn, taken from the test images, damaged.
//!
//! What *goes in* is the image with the damage done to it; every run rebuilds that, with the weights
//! it has at the moment.

mod canvas;
mod controls;
mod damage;
mod pane;
mod results;
mod state;
mod strokes;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::data::{Corruption, ImageShape};
use crate::engine::{CodeSpec, ImagesSpec, Slot, Start, Wish, WishKey};

use super::action::Effect;
use super::layout::Pane;
use super::pictures::scramble;
use super::run::Run;
use super::state::AppState;

pub use pane::input_ui;
pub use state::{Brush, Given, InputState, Rebuilt, Tool};
pub use strokes::Point;

/// Codes that are drawn of the image.
const DRAWS: usize = 4;

/// Wishes of the user in the pane "One input".
#[derive(Clone, Debug)]
pub enum InputAction {
    /// Puts one of the test images through all runs.
    TakeTestImage(u32),
    /// Puts any of the test images through all runs.
    TakeAnyTestImage,
    /// Begins a stroke.
    BeginStroke(Point),
    /// Goes on with the stroke.
    ExtendStroke(Vec<Point>),
    /// Moves the pen of the keyboard, by shares of the canvas; it draws where it is down.
    MovePen(Point),
    /// Puts the pen of the keyboard down, or lifts it.
    PutPen(bool),
    /// Takes the last stroke back.
    Undo,
    /// Nothing is drawn and no image taken.
    Clear,
    /// What strokes are painted with.
    SetBrush(Brush),
    /// What damage is done.
    Corrupt(Corruption),
    /// No damage is done, neither by noise nor by the brush.
    Repair,
    /// The same damage, hitting elsewhere.
    OtherNoise,
    /// Gives runs that train on noisy images this one with their own noise, or does not.
    GiveOwnNoise(bool),
    /// Shows pictures of drawn codes beside that of the mean, or does not.
    ShowSamples(bool),
}

impl AppState {
    pub(super) fn handle_input(&mut self, action: InputAction) -> Vec<Effect> {
        self.catch_up_input();
        let input = &mut self.input;
        match action {
            InputAction::TakeTestImage(image) => self.want_test_image(image),
            InputAction::TakeAnyTestImage => {
                let total = self.test_set().total as u64;
                let image = scramble(self.input.next_draw()) % total;
                self.want_test_image(u32::try_from(image).unwrap_or(0));
            }
            InputAction::BeginStroke(at) => input.begin_stroke(at),
            InputAction::ExtendStroke(points) => input.extend_stroke(&points),
            InputAction::MovePen(by) => input.move_pen(by),
            InputAction::PutPen(is_down) => input.put_pen(is_down),
            InputAction::Undo => input.undo(),
            InputAction::Clear => input.clear(),
            InputAction::SetBrush(brush) => input.brush = brush,
            InputAction::Corrupt(corruption) => input.set_corruption(corruption),
            InputAction::Repair => input.repair(),
            InputAction::ShowSamples(is_on) => input.has_samples = is_on,
            InputAction::GiveOwnNoise(is_on) => input.has_own_noise = is_on,
            InputAction::OtherNoise => {
                let corruption = Corruption {
                    seed: input.corruption.seed.wrapping_add(1),
                    ..input.corruption
                };
                input.set_corruption(corruption);
            }
        }
        self.ask_for_images()
    }

    /// Takes a test image as soon as its pixels are known, and has them shown if they are not.
    fn want_test_image(&mut self, image: u32) {
        self.input.wanted = Some(image);
        self.catch_up_input();
        if self.input.wanted.is_some() {
            self.pictures.choice.want(image);
        }
    }

    /// Has the image follow the news: another size of images, pixels that were waited for.
    pub(super) fn catch_up_input(&mut self) {
        if let Some(shape) = self.input_shape() {
            self.input.fit(shape);
        }
        let Some(wanted) = self.input.wanted else {
            return;
        };
        if wanted as usize >= self.test_set().total {
            self.input.wanted = None;
            return;
        }
        if let Some(pixels) = self.test_pixels(wanted) {
            self.input.take_test_image(wanted, pixels);
        }
    }

    /// Size of the image: that of the selected run, or of any.
    fn input_shape(&self) -> Option<ImageShape> {
        let info = |run: &Run| run.info.as_ref().map(|info| info.dataset.shape);
        let selected = self.selected_run().and_then(info);
        selected.or_else(|| self.runs.iter().find_map(info))
    }

    /// The pixels of a test image of the selected run's data, where a frame shows it.
    fn test_pixels(&self, image: u32) -> Option<Arc<[u8]>> {
        let set = self.test_set().contents;
        let has_same_images = |run: &&Run| {
            run.info
                .as_ref()
                .is_some_and(|info| info.dataset.contents == set)
        };
        let frames = self
            .runs
            .iter()
            .filter(has_same_images)
            .flat_map(|run| [run.frame.as_ref(), self.frame(run)])
            .flatten();
        frames
            .filter(|frame| Some(frame.pictures.originals.shape) == self.input.shape())
            .find_map(|frame| {
                let indices = &frame.pictures.indices;
                let place = indices.iter().position(|&index| index == image)?;
                let pixels = frame.pictures.originals.get(place);
                (!pixels.is_empty()).then(|| pixels.into())
            })
    }

    /// What the explorer is to find for the pane that is shown.
    pub(super) fn input_wishes(&self, wishes: &mut BTreeMap<WishKey, Wish>) {
        if !self.shown.contains(&Pane::Input) {
            return;
        }
        let Some(image) = self.input.image() else {
            return;
        };
        for run in &self.runs {
            let fits = run
                .info
                .as_ref()
                .is_some_and(|info| Some(info.dataset.shape) == self.input.shape());
            if !fits {
                continue;
            }
            let key = WishKey {
                slot: Slot::Input,
                run: run.id,
            };
            let wish = self.own_wish(run).unwrap_or_else(|| {
                Wish::Point(CodeSpec {
                    start: Start::Image(image.clone()),
                    pins: Vec::new(),
                })
            });
            wishes.insert(key, wish);
        }
    }

    /// What is to be found for a run that is given the image with its own noise, or whose codes are
    /// drawn. A test image has the noise it has among the reconstructions, until another number is asked
    /// for.
    fn own_wish(&self, run: &Run) -> Option<Wish> {
        let input = &self.input;
        let noise = run.own_noise().filter(|_noise| input.has_own_noise);
        let draws = if input.has_samples && run.draws_codes() {
            DRAWS
        } else {
            0
        };
        if noise.is_none() && draws == 0 {
            return None;
        }
        Some(Wish::Images(ImagesSpec {
            images: Arc::clone(input.sent()?),
            indices: [input.test_image().unwrap_or(0)].into(),
            noise,
            draws,
            seed: input.corruption.seed,
        }))
    }
}

#[cfg(test)]
#[path = "input_tests.rs"]
mod tests;
