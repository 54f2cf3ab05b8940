//! Which rows there are.
//!
//! A *group* is the runs whose frames show the same test images, under one row of these images. When
//! the window looks back, frames may show more or fewer images than those of another run; a group shows
//! the ones that all its runs have. Frames that have hardly an image in common are in several groups.

use std::sync::Arc;

use crate::engine::{Frame, PcaPictures, Pictures};
use crate::gui::run::Run;
use crate::gui::state::AppState;

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

    /// Takes in a run whose frame shows enough of the same images, and tells whether it does.
    fn takes(&mut self, run: &'a Run, frame: &'a Arc<Frame>) -> bool {
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
        self.runs.push(RunRow {
            run,
            frame,
            places: places.into_iter().flatten().collect(),
        });
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
            Self::Run(_, row) => row.run.name().to_owned(),
            Self::RunErrors(_, row) => format!("Error of {}", row.run.name()),
            Self::Pca(_, row) => pca_name(row.pca.components),
            Self::PcaErrors(_, row) => format!("Error of {}", pca_name(row.pca.components)),
        }
    }

    /// Whether it shows errors.
    pub fn is_error(self) -> bool {
        match self {
            Self::RunErrors(..) | Self::PcaErrors(..) => true,
            Self::Originals(_) | Self::Run(..) | Self::Pca(..) => false,
        }
    }

    /// Place of the group's image `index` among the pictures of the row, where it is one of them.
    pub fn place(self, index: usize) -> Option<usize> {
        match self {
            Self::Originals(group) => group.runs[0].places.get(index).copied(),
            Self::Run(_, row) | Self::RunErrors(_, row) => row.places.get(index).copied(),
            Self::Pca(_, row) | Self::PcaErrors(_, row) => row.places.get(index).copied().flatten(),
        }
    }

    /// Mean squared error over the images of the group.
    pub fn mean_error(self) -> Option<f64> {
        match self {
            Self::Originals(_) => None,
            Self::Run(group, _) | Self::RunErrors(group, _) => {
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
            Self::Run(_, row) | Self::RunErrors(_, row) => {
                row.frame.pictures.errors.get(place).copied()
            }
            Self::Pca(_, row) | Self::PcaErrors(_, row) => row.pca.errors.get(place).copied(),
        }
    }

    /// What is held against the test images; nothing for these themselves.
    pub fn made(self) -> Option<&'a Pictures> {
        match self {
            Self::Originals(_) => None,
            Self::Run(_, row) | Self::RunErrors(_, row) => {
                Some(&row.frame.pictures.reconstructions)
            }
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
        if groups.iter_mut().any(|group| group.takes(run, frame)) {
            continue;
        }
        let indices = frame.pictures.indices.clone();
        groups.push(Group {
            runs: vec![RunRow {
                run,
                frame,
                places: (0..indices.len()).collect(),
            }],
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
mod tests {
    use super::*;
    use crate::engine::{Event, RunId, RunPictures, Snapshot};
    use crate::gui::action::Action;
    use crate::gui::state::tests::{SHAPE, first, make_ready};

    fn pictures(count: usize) -> Pictures {
        Pictures {
            shape: SHAPE,
            pixels: vec![0; count * SHAPE.pixels()],
        }
    }

    fn frame(id: RunId, step: u64, indices: &[u32]) -> Arc<Frame> {
        Arc::new(Frame {
            id,
            step,
            phase: 0,
            elapsed_secs: 0.0,
            pictures: RunPictures {
                indices: indices.to_vec(),
                originals: Arc::new(pictures(indices.len())),
                reconstructions: pictures(indices.len()),
                errors: indices.iter().map(|&image| image as f32).collect(),
            },
            codes: Arc::default(),
            layers: Arc::default(),
        })
    }

    fn pca(id: RunId, components: usize, indices: &[u32]) -> Event {
        Event::PcaPictures {
            id,
            pictures: Arc::new(PcaPictures {
                components,
                indices: indices.to_vec(),
                pictures: pictures(indices.len()),
                errors: indices.iter().map(|&image| image as f32).collect(),
            }),
        }
    }

    fn two_runs(images: [&[u32]; 2]) -> AppState {
        let (mut state, one) = first();
        state.handle(Action::Duplicate(one));
        let two = state.runs[1].id;
        make_ready(&mut state, one);
        make_ready(&mut state, two);
        state.apply_snapshot(&Snapshot {
            runs: vec![frame(one, 5, images[0]), frame(two, 5, images[1])],
        });
        state
    }

    #[test]
    fn runs_with_the_same_images_stand_under_one_row_of_them() {
        let state = two_runs([&[3, 4], &[3, 4]]);
        let groups = groups(&state);
        assert_eq!(groups.len(), 1);
        assert_eq!(rows(&groups, false).len(), 3);
        assert_eq!(rows(&groups, true).len(), 5);
        let state = two_runs([&[3, 4, 5], &[3, 6, 7]]);
        let groups = super::groups(&state);
        assert_eq!(groups.len(), 2, "they hardly share any");
        assert_eq!(rows(&groups, false).len(), 4);
    }

    #[test]
    fn frames_with_more_images_than_others_show_the_ones_they_share() {
        let state = two_runs([&[3, 4, 5, 6], &[6, 3, 9]]);
        let all = groups(&state);
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].indices, [3, 6]);
        let rows = rows(&all, false);
        assert_eq!((rows[0].place(1), rows[1].place(1)), (Some(3), Some(3)));
        assert_eq!(rows[2].place(1), Some(0), "where its own frame has it");
        assert_eq!((rows[2].error(0), rows[2].error(1)), (Some(3.0), Some(6.0)));
        assert_eq!(rows[1].mean_error(), Some(4.5), "of what is shown");
    }

    #[test]
    fn principal_components_have_a_row_a_number_of_them() {
        let mut state = two_runs([&[3, 4, 5], &[3, 4, 5]]);
        let ids = [state.runs[0].id, state.runs[1].id];
        state.apply(pca(ids[0], 32, &[3, 4, 5]));
        state.apply(pca(ids[1], 10, &[9, 5, 3]));
        let all = groups(&state);
        let [few, many] = &all[0].pca[..] else {
            panic!("{all:?}");
        };
        assert_eq!((few.pca.components, many.pca.components), (10, 32));
        assert_eq!(few.places, [Some(2), None, Some(1)], "told of other images");
        assert_eq!(few.error, 4.0, "mean of images 3 and 5");
        let rows = rows(&all, false);
        let row = rows[3];
        assert!(matches!(row, Row::Pca(_, row) if row.pca.components == 10));
        assert_eq!((row.error(0), row.error(1)), (Some(3.0), None));
        state.apply(pca(ids[1], 32, &[3, 4, 5]));
        assert_eq!(groups(&state)[0].pca.len(), 1, "one for both runs");
        state.pictures.shows_pca = false;
        assert!(groups(&state)[0].pca.is_empty());
    }

    #[test]
    fn looking_back_shows_what_the_frames_have() {
        let mut state = two_runs([&[3, 4], &[3, 4]]);
        let one = state.runs[0].id;
        state.apply(Event::Frame(frame(one, 1, &[8, 9])));
        state.history.cursor = Some(2);
        let groups = groups(&state);
        assert_eq!(groups.len(), 2, "the second run has nothing that old");
        assert_eq!(groups[0].indices, [8, 9]);
    }
}
