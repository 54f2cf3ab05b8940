//! What is known of what is near to what, and what is asked for it.
//!
//! What is wanted follows from the state; it is compared with what was asked for, and only the difference
//! goes out, while the pane is seen.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::engine::{
    Codes, Command, FactorsFinding, FactorsRequest, Finding, MapFinding, MapRequest, MapSettings,
    Request, RunId, TestNeighbours,
};

use super::super::action::Effect;
use super::super::latent::{Basis, PlaneAxes};
use super::super::run::Run;
use super::super::state::AppState;
use super::CodeSection;
use super::measured::Measured;

/// Images near to another one that are shown.
pub(super) const NEAR: usize = 5;

/// Dimensions in the table of factors at first, and how many more a click brings.
pub(super) const DIMENSIONS: usize = 16;

/// What stands for an image in a map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Marks {
    /// The image itself, small.
    #[default]
    Pictures,
    /// A dot.
    Dots,
}

/// Places of codes in the plane of their first two principal directions.
type Principal = (Arc<Codes>, Arc<[[f32; 2]]>);

/// What is near to an image by code.
type NearByCode = (Arc<Codes>, u32, Arc<[u32]>);

/// What is known of what is near to what.
#[derive(Debug)]
pub struct MapState {
    /// How codes are mapped.
    pub settings: MapSettings,
    /// What stands for an image.
    pub marks: Marks,
    /// The test image that is pointed at.
    pub pointed: Option<u32>,
    /// Dimensions in the table of factors, at most.
    pub dimensions: usize,
    /// How often a map was asked for by hand.
    again: u64,
    numbers: u64,
    asked: Option<Asked>,
    map: Option<Map>,
    known: BTreeMap<String, Known>,
    asked_neighbours: BTreeSet<String>,
    versions: u64,
    pub(super) measured: Measured,
    factors: Option<(RunId, FactorsFinding)>,
    /// Whose factors are being looked into.
    asked_factors: Option<RunId>,
    principal: RefCell<Option<Principal>>,
    near: RefCell<Option<NearByCode>>,
}

impl Default for MapState {
    fn default() -> Self {
        Self {
            settings: MapSettings::default(),
            marks: Marks::default(),
            pointed: None,
            dimensions: DIMENSIONS,
            again: 0,
            numbers: 0,
            asked: None,
            map: None,
            known: BTreeMap::new(),
            asked_neighbours: BTreeSet::new(),
            versions: 0,
            measured: Measured::default(),
            factors: None,
            asked_factors: None,
            principal: RefCell::default(),
            near: RefCell::default(),
        }
    }
}

/// The map that was asked for last.
#[derive(Debug)]
struct Asked {
    run: RunId,
    codes: Arc<Codes>,
    settings: MapSettings,
    again: u64,
    is_training: bool,
    /// Answers to older requests are of another run or other settings.
    since: u64,
}

/// What came of a request.
#[derive(Debug)]
pub(super) enum Map {
    /// A map as far as it is.
    Made(Box<MapFinding>),
    /// Why there is none, in a sentence: whose, and why.
    Failed(RunId, String),
}

/// The first test images of a data set.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) images: Arc<TestNeighbours>,
    /// Of the texture.
    pub(super) version: u64,
}

/// Wishes of the user about what is near to what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MapAction {
    /// Another perplexity.
    Perplexity(usize),
    /// Another seed.
    Seed(u64),
    /// Makes the map again with the codes of now.
    Again,
    /// Other marks.
    Show(Marks),
    /// Another image is pointed at, or none.
    Point(Option<u32>),
    /// More dimensions in the table of factors.
    MoreDimensions,
}

impl MapState {
    /// What there is of the map of a run.
    pub(super) fn map(&self, run: RunId) -> Option<&Map> {
        self.map.as_ref().filter(|map| match map {
            Map::Made(made) => made.request.run == run,
            Map::Failed(of, _) => *of == run,
        })
    }

    /// The first test images of a data set.
    pub(super) fn known(&self, contents: &str) -> Option<&Known> {
        self.known.get(contents)
    }

    /// The table of factors of a run.
    pub(super) fn factors(&self, run: RunId) -> Option<&FactorsFinding> {
        let (of, found) = self.factors.as_ref()?;
        (*of == run).then_some(found)
    }

    /// Where codes lie along their first two principal directions; a single value lies on a line.
    pub(super) fn principal(&self, codes: &Arc<Codes>) -> Arc<[[f32; 2]]> {
        let mut cached = self.principal.borrow_mut();
        if let Some((of, points)) = cached.as_ref()
            && Arc::ptr_eq(of, codes)
        {
            return Arc::clone(points);
        }
        let basis = Basis::of(codes, PlaneAxes::Principal);
        let place = |code: &[f32]| match &basis {
            Some(basis) => basis.project(code),
            None => [code.first().copied().unwrap_or(0.0), 0.0],
        };
        let points: Arc<[[f32; 2]]> = (0..codes.len())
            .map(|image| place(codes.get(image)))
            .collect();
        *cached = Some((Arc::clone(codes), Arc::clone(&points)));
        points
    }

    /// The images whose codes are nearest to that of one, nearest first.
    pub(super) fn near_by_code(&self, codes: &Arc<Codes>, image: u32) -> Arc<[u32]> {
        let mut cached = self.near.borrow_mut();
        if let Some((of, known, near)) = cached.as_ref()
            && Arc::ptr_eq(of, codes)
            && *known == image
        {
            return Arc::clone(near);
        }
        let near: Arc<[u32]> = near_by_code(codes, image).into();
        *cached = Some((Arc::clone(codes), image, Arc::clone(&near)));
        near
    }
}

/// A pass over all codes of a frame, some ten thousand values.
fn near_by_code(codes: &Codes, image: u32) -> Vec<u32> {
    let own = codes.get(image as usize);
    let distance = |other: u32| -> f32 {
        let pairs = own.iter().zip(codes.get(other as usize));
        pairs.map(|(a, b)| (a - b) * (a - b)).sum()
    };
    let count = u32::try_from(codes.len()).unwrap_or(u32::MAX);
    let others = (0..count).filter(|other| *other != image);
    let mut others: Vec<(f32, u32)> = others.map(|other| (distance(other), other)).collect();
    others.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    others
        .into_iter()
        .take(NEAR)
        .map(|(_, other)| other)
        .collect()
}

impl AppState {
    pub(in super::super) fn handle_map(&mut self, action: MapAction) -> Vec<Effect> {
        let map = &mut self.mapping;
        match action {
            MapAction::Perplexity(perplexity) => {
                let range = MapSettings::PERPLEXITIES;
                map.settings.perplexity = perplexity.clamp(*range.start(), *range.end());
            }
            MapAction::Seed(seed) => map.settings.seed = seed,
            MapAction::Again => map.again += 1,
            MapAction::Show(marks) => map.marks = marks,
            MapAction::Point(image) => map.pointed = image,
            MapAction::MoreDimensions => map.dimensions += DIMENSIONS,
        }
        Vec::new()
    }

    /// What is to be asked of the engine about what is near to what.
    pub(in super::super) fn ask_about_codes(&mut self) -> Vec<Effect> {
        let commands = if self.shows_code(CodeSection::Map) {
            [self.ask_for_neighbours(), self.ask_for_map()]
        } else if self.shows_code(CodeSection::Neighbours) {
            [self.ask_for_accuracies(), None]
        } else if self.shows_code(CodeSection::Factors) {
            [self.ask_for_neighbours(), self.ask_for_factors()]
        } else {
            [None, None]
        };
        commands.into_iter().flatten().map(Effect::Send).collect()
    }

    fn ask_for_neighbours(&mut self) -> Option<Command> {
        let (run, contents) = self
            .dataset()
            .map(|(run, dataset)| (run, dataset.contents.clone()))?;
        let infos = self.runs.iter().filter_map(|run| run.info.as_ref());
        let held: BTreeSet<&str> = infos.map(|info| info.dataset.contents.as_str()).collect();
        let map = &mut self.mapping;
        // Those of data sets that no run has any more are asked for again when they come back.
        map.known.retain(|known, _| held.contains(known.as_str()));
        map.asked_neighbours
            .retain(|asked| held.contains(asked.as_str()));
        map.asked_neighbours
            .insert(contents)
            .then_some(Command::FindNeighbours(run))
    }

    fn ask_for_map(&mut self) -> Option<Command> {
        let run = self.selected_run()?;
        let frame = self.frame(run).filter(|frame| !frame.codes.is_empty())?;
        let (run, step, codes) = (run.id, frame.step, Arc::clone(&frame.codes));
        let is_training = self.runs.iter().any(Run::is_running);
        let map = &mut self.mapping;
        let before = map.asked.as_ref().filter(|asked| {
            asked.run == run && asked.settings == map.settings && asked.again == map.again
        });
        if before.is_some_and(|asked| {
            Arc::ptr_eq(&asked.codes, &codes) && asked.is_training == is_training
        }) {
            return None;
        }
        map.numbers += 1;
        let is_prompt = before.is_none();
        let since = before.map_or(map.numbers, |asked| asked.since);
        map.asked = Some(Asked {
            run,
            codes: Arc::clone(&codes),
            settings: map.settings,
            again: map.again,
            is_training,
            since,
        });
        Some(Command::LookInto(Request::Map(MapRequest {
            number: map.numbers,
            run,
            step,
            codes,
            settings: map.settings,
            is_prompt,
            is_training,
        })))
    }

    fn ask_for_factors(&mut self) -> Option<Command> {
        if self.mapping.asked_factors.is_some() {
            return None;
        }
        let run = self.selected_run()?;
        let codes = &self
            .frame(run)
            .filter(|frame| !frame.codes.is_empty())?
            .codes;
        let contents = &run.info.as_ref()?.dataset.contents;
        let factors = &self.mapping.known(contents)?.images.factors;
        let order = &codes.summary.order;
        let count = order.len().min(self.mapping.dimensions);
        let is_known = self.mapping.factors(run.id).is_some_and(|found| {
            Arc::ptr_eq(&found.codes, codes) && found.dimensions.len() == count
        });
        if factors.is_empty() || is_known {
            return None;
        }
        let request = FactorsRequest {
            codes: Arc::clone(codes),
            factors: Arc::clone(factors),
            dimensions: order[..count].to_vec(),
            is_training: self.runs.iter().any(Run::is_running),
        };
        self.mapping.asked_factors = Some(run.id);
        Some(Command::LookInto(Request::Factors(request)))
    }

    /// What is near to what among the first test images is known.
    pub(in super::super) fn take_neighbours(&mut self, images: Arc<TestNeighbours>) {
        let map = &mut self.mapping;
        map.versions += 1;
        let version = map.versions;
        map.known
            .insert(images.contents.clone(), Known { images, version });
    }

    /// Takes in what was found in codes.
    pub(in super::super) fn take_finding(&mut self, finding: Finding) {
        let map = &mut self.mapping;
        match finding {
            Finding::Map(made) => {
                let Some(asked) = &map.asked else { return };
                let number = match &made {
                    Ok(made) => made.request.number,
                    Err((number, _)) => *number,
                };
                if number >= asked.since {
                    map.map = Some(match made {
                        Ok(made) => Map::Made(made),
                        Err((_, sentence)) => Map::Failed(asked.run, sentence),
                    });
                }
            }
            Finding::Accuracy(found) => map.measured.take(found),
            Finding::Factors(found) => {
                if let Some(run) = map.asked_factors.take() {
                    map.factors = Some((run, found));
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "mapping_tests.rs"]
mod tests;
