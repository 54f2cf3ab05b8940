//! What runs make of the chosen test images as in training: damaged by their own noise, and by codes
//! that are drawn.
//!
//! The explorer answers this, with the newest weights; frames hold the clean images and what becomes of
//! those, without chance: what is looked back at and what was not answered yet is shown by them. While
//! such a run trains with the pane to be seen, its weights are copied for the explorer now and then.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::{
    Answer, Content, ImagesMade, ImagesSampled, ImagesSpec, OwnNoise, Pictures, RunId, Slot, Wish,
    WishKey,
};
use crate::gui::layout::Pane;
use crate::gui::run::Run;
use crate::gui::state::AppState;
use crate::gui::words;
use crate::model::KnobValue;

/// What became of the test images.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Training steps of the weights.
    pub step: u64,
    /// Another number for every answer.
    pub version: u64,
    /// What was asked and found.
    pub made: Box<ImagesMade>,
}

impl Seen {
    /// What became of codes that were drawn, where they were.
    pub fn sampled(&self) -> Option<&ImagesSampled> {
        self.made.samples.first()
    }

    /// What is shown: of drawn codes where there are any.
    pub fn pictures(&self) -> &Pictures {
        let sampled = self.sampled().map(|sampled| &sampled.pictures);
        sampled.unwrap_or(&self.made.pictures)
    }

    /// Mean squared errors of that to the images.
    pub fn errors(&self) -> &[f32] {
        let sampled = self.sampled().map(|sampled| &sampled.errors);
        sampled.unwrap_or(&self.made.errors)
    }
}

/// The newest answers.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    count: u64,
    found: BTreeMap<RunId, Result<Seen, String>>,
}

/// Noise in words, such as `Gaussian noise 0.5`.
pub fn noise_words(noise: &OwnNoise) -> String {
    format!("{} noise {}", noise.name, words::setting(noise.level))
}

impl Run {
    /// The damage its network is trained with, as it is in force.
    pub fn own_noise(&self) -> Option<OwnNoise> {
        OwnNoise::of(&self.knobs_in_force())
    }

    /// Whether its codes are drawn in training, as those of a Gaussian bottleneck are.
    pub fn draws_codes(&self) -> bool {
        let knobs = &self.draft.config.knobs;
        matches!(knobs.get("bottleneck"), Some(KnobValue::Text(id)) if id == "gaussian")
    }
}

impl AppState {
    /// Whether any run is trained on damaged images.
    pub fn has_noise(&self) -> bool {
        self.runs.iter().any(|run| run.own_noise().is_some())
    }

    /// Whether any run draws its codes.
    pub fn has_drawn_codes(&self) -> bool {
        self.runs.iter().any(Run::draws_codes)
    }

    /// What is to be found for a run besides its frame.
    fn images_spec(&self, run: &Run) -> Option<ImagesSpec> {
        let is_wanted = self.shown.contains(&Pane::Pictures) && self.history.cursor.is_none();
        let frame = run.frame.as_ref().filter(|_frame| is_wanted)?;
        if !Self::is_explorable(run) || frame.pictures.indices.is_empty() {
            return None;
        }
        let noise = run.own_noise().filter(|_noise| !self.pictures.is_clean);
        let is_drawn = self.pictures.has_samples && run.draws_codes();
        (noise.is_some() || is_drawn).then(|| ImagesSpec {
            images: Arc::clone(&frame.pictures.originals),
            indices: frame.pictures.indices.as_slice().into(),
            noise,
            draws: usize::from(is_drawn),
            seed: 0,
        })
    }

    /// What the explorer is to find for the pane that is shown.
    pub(in crate::gui) fn pictures_wishes(&self, wishes: &mut BTreeMap<WishKey, Wish>) {
        for run in &self.runs {
            if let Some(spec) = self.images_spec(run) {
                let key = WishKey {
                    slot: Slot::Images,
                    run: run.id,
                };
                wishes.insert(key, Wish::Images(spec));
            }
        }
    }

    /// Takes in what became of the images; of runs that are gone nothing stays.
    pub(in crate::gui) fn take_images(&mut self, answer: Answer) {
        let answers = &mut self.pictures.answers;
        answers.count += 1;
        let found = match answer.content {
            Content::Images(made) => Ok(Seen {
                step: answer.step,
                version: answers.count,
                made,
            }),
            Content::Failed(reason) => Err(reason),
            Content::Point { .. }
            | Content::Grid { .. }
            | Content::Filters { .. }
            | Content::Features(_)
            | Content::Entries(_)
            | Content::Generated(_) => return,
        };
        answers.found.insert(answer.key.run, found);
        let runs = &self.runs;
        answers
            .found
            .retain(|id, _| runs.iter().any(|run| run.id == *id));
    }

    /// What became of the images of a run's frame, where that is to be shown and is known; or why it
    /// could not be found. The noise of an answer may be that of a moment ago: it says which it is.
    pub(super) fn seen(&self, run: &Run) -> Option<Result<&Seen, &str>> {
        let spec = self.images_spec(run)?;
        match self.pictures.answers.found.get(&run.id)? {
            Ok(seen) => {
                let of = &seen.made.spec;
                let is_of_these = of.indices == spec.indices && of.images == spec.images;
                let is_alike = of.noise.is_some() == spec.noise.is_some() && of.draws == spec.draws;
                (is_of_these && is_alike).then_some(Ok(seen))
            }
            Err(reason) => Some(Err(reason)),
        }
    }
}
