//! Which rows there are.
//!
//! A *group* is the runs whose frames show the same test images, under one row of these images. When
//! the window looks back, frames may show more or fewer images than those of another run; a group shows
//! the ones that all its runs have. Frames that have hardly an image in common are in several groups.

use std::sync::Arc;

use crate::engine::{Frame, PcaPictures, Pictures};
use crate::gui::run::Run;
use crate::gui::state::AppState;

use super::seen::{Seen, noise_words};

/// Frames with fewer than this share of their images in common stand in groups of their own.
const LEAST_IN_COMMON: f32 = 0.5;

/// What a run makes of the images of a group.
#[derive(Debug)]
pub struct RunRow<'a> {
    /// The run.
    pub run: &'a Run,
    /// Its frame.
    pub frame: &'a Arc<Frame>,
    /// Place in the frame of every image of the group.
    pub places: Vec<usize>,
    /// What the run makes of damaged images or by drawn codes, in the places of the frame: shown in place
    /// of what the frame has. Or why that could not be found.
    pub seen: Option<Result<&'a Seen, &'a str>>,
    /// Whether it trains on damaged images, so that it is told which it is given.
    pub has_noise: bool,
}

impl<'a> RunRow<'a> {
    fn of(state: &'a AppState, run: &'a Run, frame: &'a Arc<Frame>, places: Vec<usize>) -> Self {
        Self {
            run,
            frame,
            places,
            seen: state.seen(run),
            has_noise: run.own_noise().is_some(),
        }
    }

    /// What it makes of damaged images or by drawn codes, where that is shown.
    pub fn shown(&self) -> Option<&'a Seen> {
        self.seen?.ok()
    }

    /// Training steps of the weights.
    pub fn step(&self) -> u64 {
        self.shown().map_or(self.frame.step, |seen| seen.step)
    }

    /// Which images it is given, and whether its codes are drawn, where that is a question.
    pub fn input(&self) -> Option<&'static str> {
        let seen = self.shown();
        let is_noisy = seen.is_some_and(|seen| seen.made.given.is_some());
        let is_drawn = seen.is_some_and(|seen| seen.sampled().is_some());
        match (self.has_noise, is_noisy, is_drawn) {
            (true, true, true) => Some("sample, noisy input"),
            (true, true, false) => Some("noisy input"),
            (true, false, true) => Some("sample, clean input"),
            (true, false, false) => Some("clean input"),
            (false, _, true) => Some("sample"),
            (false, _, false) => None,
        }
    }

    fn pictures(&self) -> &'a Pictures {
        match self.shown() {
            Some(seen) => seen.pictures(),
            None => &self.frame.pictures.reconstructions,
        }
    }

    /// Mean squared error of each image of the frame to the clean one.
    pub fn errors(&self) -> &'a [f32] {
        match self.shown() {
            Some(seen) => seen.errors(),
            None => &self.frame.pictures.errors,
        }
    }
}

/// What principal components make of the images of a group.
#[derive(Debug)]
pub struct PcaRow<'a> {
    /// The pictures.
    pub pca: &'a Arc<PcaPictures>,
    /// Place among them of every image of the group.
    pub places: Vec<Option<usize>>,
    /// Mean squared error over the images of the group they were told of.
    pub error: f64,
}

/// Runs under one row of test images.
#[derive(Debug)]
pub struct Group<'a> {
    /// The images, in the order of the first run.
    pub indices: Vec<u32>,
    /// The runs; the pictures of the images are those of the first.
    pub runs: Vec<RunRow<'a>>,
    /// One row a number of components.
    pub pca: Vec<PcaRow<'a>>,
}

impl<'a> Group<'a> {
    /// The pictures of the test images, among others.
    pub fn originals(&self) -> &'a Arc<Pictures> {
        &self.runs[0].frame.pictures.originals
    }

    /// The picture of the group's image `index` as it is.
    pub fn original(&self, index: usize) -> &'a [u8] {
        let place = self.runs[0].places.get(index);
        place.map_or(&[], |place| self.originals().get(*place))
    }

    /// What principal components are given, where a run beside them is given something else.
    pub fn pca_input(&self) -> Option<&'static str> {
        let mut shown = self.runs.iter().filter_map(RunRow::shown);
        let is_noisy = shown.any(|seen| seen.made.given.is_some());
        is_noisy.then_some("clean input")
    }

    /// Takes in a run whose frame shows enough of the same images, and tells whether it does.
    fn takes(&mut self, state: &'a AppState, run: &'a Run, frame: &'a Arc<Frame>) -> bool {
        let pictures = &frame.pictures;
        let is_same_set = self.runs.iter().all(|row| hash(row.run) == hash(run));
        if !is_same_set || self.originals().shape != pictures.originals.shape {
            return false;
        }
        let places = places(&self.indices, &pictures.indices);
        let shared = places.iter().flatten().count();
        let fewer = self.indices.len().min(pictures.indices.len());
        if (shared as f32) < fewer as f32 * LEAST_IN_COMMON {
            return false;
        }
        let keep = |at: usize| places[at].is_some();
        for row in &mut self.runs {
            row.places = kept(&row.places, keep);
        }
        self.indices = kept(&self.indices, keep);
        let places = places.into_iter().flatten().collect();
        self.runs.push(RunRow::of(state, run, frame, places));
        true
    }
}

/// Where each of these images is among others.
pub fn places(images: &[u32], among: &[u32]) -> Vec<Option<usize>> {
    if images == among {
        return (0..images.len()).map(Some).collect();
    }
    let place = |image| among.iter().position(|other| other == image);
    images.iter().map(place).collect()
}

/// The values at the places that are kept.
fn kept<T: Copy>(values: &[T], keep: impl Fn(usize) -> bool) -> Vec<T> {
    let all = values.iter().enumerate();
    all.filter(|(at, _)| keep(*at))
        .map(|(_, value)| *value)
        .collect()
}

/// What one row shows.
#[derive(Clone, Copy, Debug)]
pub enum Row<'a> {
    /// Test images.
    Originals(&'a Group<'a>),
    /// What a run is given in place of them, damaged as in its training.
    Given(&'a Group<'a>, &'a RunRow<'a>, &'a Seen),
    /// What a run makes of them.
    Run(&'a Group<'a>, &'a RunRow<'a>),
    /// How far that is from them.
    RunErrors(&'a Group<'a>, &'a RunRow<'a>),
    /// What principal components make of them.
    Pca(&'a Group<'a>, &'a PcaRow<'a>),
    /// How far that is from them.
    PcaErrors(&'a Group<'a>, &'a PcaRow<'a>),
}

impl<'a> Row<'a> {
    /// The group it belongs to.
    pub fn group(self) -> &'a Group<'a> {
        match self {
            Self::Originals(group)
            | Self::Given(group, _, _)
            | Self::Run(group, _)
            | Self::RunErrors(group, _)
            | Self::Pca(group, _)
            | Self::PcaErrors(group, _) => group,
        }
    }

    /// What it is called.
    pub fn name(self) -> String {
        match self {
            Self::Originals(_) => "Test images".to_owned(),
            Self::Given(_, row, _) => format!("{}: {}", row.run.name(), self.given()),
            Self::Run(_, row) => row.run.name().to_owned(),
            Self::RunErrors(_, row) => format!("Error of {}", row.run.name()),
            Self::Pca(_, row) => pca_name(row.pca.components),
            Self::PcaErrors(_, row) => format!("Error of {}", pca_name(row.pca.components)),
        }
    }

    /// What a run is given, such as `given (Gaussian noise 0.5)`; nothing of other rows.
    pub fn given(self) -> String {
        match self {
            Self::Given(_, _, seen) => {
                let noise = seen.made.spec.noise.as_ref();
                let noise = noise.map_or_else(String::new, noise_words);
                format!("given ({noise})")
            }
            _ => String::new(),
        }
    }

    /// Whether it shows errors.
    pub fn is_error(self) -> bool {
        match self {
            Self::RunErrors(..) | Self::PcaErrors(..) => true,
            Self::Originals(_) | Self::Given(..) | Self::Run(..) | Self::Pca(..) => false,
        }
    }

    /// Place of the group's image `index` among the pictures of the row, where it is one of them.
    pub fn place(self, index: usize) -> Option<usize> {
        match self {
            Self::Originals(group) => group.runs[0].places.get(index).copied(),
            Self::Given(_, row, _) | Self::Run(_, row) | Self::RunErrors(_, row) => {
                row.places.get(index).copied()
            }
            Self::Pca(_, row) | Self::PcaErrors(_, row) => row.places.get(index).copied().flatten(),
        }
    }

    /// Mean squared error over the images of the group.
    pub fn mean_error(self) -> Option<f64> {
        match self {
            Self::Originals(_) => None,
            Self::Given(group, _, _) | Self::Run(group, _) | Self::RunErrors(group, _) => {
                let errors = (0..group.indices.len()).filter_map(|index| self.error(index));
                mean(errors.map(f64::from))
            }
            Self::Pca(_, row) | Self::PcaErrors(_, row) => Some(row.error),
        }
    }

    /// Mean squared error of the group's image `index`.
    pub fn error(self, index: usize) -> Option<f32> {
        let place = self.place(index)?;
        match self {
            Self::Originals(_) => None,
            Self::Given(_, _, seen) => seen.made.given_errors.get(place).copied(),
            Self::Run(_, row) | Self::RunErrors(_, row) => row.errors().get(place).copied(),
            Self::Pca(_, row) | Self::PcaErrors(_, row) => row.pca.errors.get(place).copied(),
        }
    }

    /// What is held against the test images; nothing for these themselves.
    pub fn made(self) -> Option<&'a Pictures> {
        match self {
            Self::Originals(_) => None,
            Self::Given(_, _, seen) => seen.made.given.as_ref(),
            Self::Run(_, row) | Self::RunErrors(_, row) => Some(row.pictures()),
            Self::Pca(_, row) | Self::PcaErrors(_, row) => Some(&row.pca.pictures),
        }
    }
}

/// The name of principal components.
pub fn pca_name(components: usize) -> String {
    format!("PCA, {components} components")
}

/// Their mean, where there are any.
pub fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

/// What the images of a run are known by.
pub fn hash(run: &Run) -> Option<&str> {
    run.info.as_ref().map(|info| info.dataset.hash.as_str())
}

/// The groups, in order of their first runs; those that the story compares come first.
pub fn groups(state: &AppState) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for run in state.told_runs() {
        let Some(frame) = state.frame(run) else {
            continue;
        };
        if groups
            .iter_mut()
            .any(|group| group.takes(state, run, frame))
        {
            continue;
        }
        let indices = frame.pictures.indices.clone();
        groups.push(Group {
            runs: vec![RunRow::of(state, run, frame, (0..indices.len()).collect())],
            indices,
            pca: Vec::new(),
        });
    }
    if state.pictures.shows_pca {
        for group in &mut groups {
            group.pca = pca_rows(group);
        }
    }
    groups
}

/// One row a number of components, fewest first, as far as they were told of these images.
fn pca_rows<'a>(group: &Group<'a>) -> Vec<PcaRow<'a>> {
    let mut rows: Vec<PcaRow<'a>> = Vec::new();
    for RunRow { run, .. } in &group.runs {
        let Some(pca) = &run.pca_pictures else {
            continue;
        };
        let is_there = rows.iter().any(|row| row.pca.components == pca.components);
        if is_there || pca.pictures.shape != group.originals().shape {
            continue;
        }
        let places = places(&group.indices, &pca.indices);
        let errors = places.iter().filter_map(|place| pca.errors.get((*place)?));
        if let Some(error) = mean(errors.map(|error| f64::from(*error))) {
            rows.push(PcaRow { pca, places, error });
        }
    }
    rows.sort_by_key(|row| row.pca.components);
    rows
}

/// All rows of all groups.
pub fn rows<'a>(groups: &'a [Group<'a>], shows_errors: bool) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for group in groups {
        rows.push(Row::Originals(group));
        for row in &group.runs {
            if let Some(seen) = row.shown().filter(|seen| seen.made.given.is_some()) {
                rows.push(Row::Given(group, row, seen));
            }
            rows.push(Row::Run(group, row));
            if shows_errors {
                rows.push(Row::RunErrors(group, row));
            }
        }
        for row in &group.pca {
            rows.push(Row::Pca(group, row));
            if shows_errors {
                rows.push(Row::PcaErrors(group, row));
            }
        }
    }
    rows
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
