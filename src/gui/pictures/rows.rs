//! Which rows there are.
//!
//! A *group* is the runs whose frames show the same test images, under one row of these images. When
//! the window looks back, frames of other runs may show other images; then there are several groups.

use std::sync::Arc;

use crate::engine::{Frame, PcaPictures, Pictures, RunPictures};
use crate::gui::run::Run;
use crate::gui::state::AppState;

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
    /// The images, of the first run.
    pub pictures: &'a RunPictures,
    /// The runs.
    pub runs: Vec<(&'a Run, &'a Arc<Frame>)>,
    /// One row a number of components.
    pub pca: Vec<PcaRow<'a>>,
}

/// What one row shows.
#[derive(Clone, Copy, Debug)]
pub enum Row<'a> {
    /// Test images.
    Originals(&'a Group<'a>),
    /// What a run makes of them.
    Run(&'a Group<'a>, &'a Run, &'a Frame),
    /// How far that is from them.
    RunErrors(&'a Group<'a>, &'a Run, &'a Frame),
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
            | Self::Run(group, ..)
            | Self::RunErrors(group, ..)
            | Self::Pca(group, _)
            | Self::PcaErrors(group, _) => group,
        }
    }

    /// What it is called.
    pub fn name(self) -> String {
        match self {
            Self::Originals(_) => "Test images".to_owned(),
            Self::Run(_, run, _) => run.name().to_owned(),
            Self::RunErrors(_, run, _) => format!("Error of {}", run.name()),
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

    /// Place of the group's image `index` among those made of them, where there is one.
    pub fn place(self, index: usize) -> Option<usize> {
        match self {
            Self::Originals(_) | Self::Run(..) | Self::RunErrors(..) => Some(index),
            Self::Pca(_, row) | Self::PcaErrors(_, row) => row.places.get(index).copied().flatten(),
        }
    }

    /// Mean squared error over all its images.
    pub fn mean_error(self) -> Option<f64> {
        match self {
            Self::Originals(_) => None,
            Self::Run(_, _, frame) | Self::RunErrors(_, _, frame) => {
                mean(frame.pictures.errors.iter().map(|error| f64::from(*error)))
            }
            Self::Pca(_, row) | Self::PcaErrors(_, row) => Some(row.error),
        }
    }

    /// Mean squared error of the group's image `index`.
    pub fn error(self, index: usize) -> Option<f32> {
        match self {
            Self::Originals(_) => None,
            Self::Run(_, _, frame) | Self::RunErrors(_, _, frame) => {
                frame.pictures.errors.get(index).copied()
            }
            Self::Pca(_, row) | Self::PcaErrors(_, row) => {
                row.pca.errors.get(self.place(index)?).copied()
            }
        }
    }

    /// What is held against the test images; nothing for these themselves.
    pub fn made(self) -> Option<&'a Pictures> {
        match self {
            Self::Originals(_) => None,
            Self::Run(_, _, frame) | Self::RunErrors(_, _, frame) => {
                Some(&frame.pictures.reconstructions)
            }
            Self::Pca(_, row) | Self::PcaErrors(_, row) => Some(&row.pca.pictures),
        }
    }
}

/// The name of principal components.
pub fn pca_name(components: usize) -> String {
    format!("PCA, {components} components")
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

fn hash(run: &Run) -> Option<&str> {
    run.info.as_ref().map(|info| info.dataset.hash.as_str())
}

/// The groups, in order of their first runs; those that the story compares come first.
pub fn groups(state: &AppState) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for run in state.told_runs() {
        let Some(frame) = state.frame(run) else {
            continue;
        };
        let pictures = &frame.pictures;
        let belongs = |group: &&mut Group<'_>| {
            let is_same_set = group.runs.iter().all(|(other, _)| hash(other) == hash(run));
            is_same_set
                && group.pictures.indices == pictures.indices
                && group.pictures.originals.shape == pictures.originals.shape
        };
        match groups.iter_mut().find(belongs) {
            Some(group) => group.runs.push((run, frame)),
            None => groups.push(Group {
                pictures,
                runs: vec![(run, frame)],
                pca: Vec::new(),
            }),
        }
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
    for (run, _) in &group.runs {
        let Some(pca) = &run.pca_pictures else {
            continue;
        };
        let is_there = rows.iter().any(|row| row.pca.components == pca.components);
        if is_there || pca.pictures.shape != group.pictures.originals.shape {
            continue;
        }
        let indices = &group.pictures.indices;
        let places: Vec<Option<usize>> = if pca.indices == *indices {
            (0..indices.len()).map(Some).collect()
        } else {
            let place = |image| pca.indices.iter().position(|other| other == image);
            indices.iter().map(place).collect()
        };
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
        for (run, frame) in &group.runs {
            rows.push(Row::Run(group, run, frame));
            if shows_errors {
                rows.push(Row::RunErrors(group, run, frame));
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
    use crate::engine::{Event, RunId, Snapshot};
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
                errors: vec![0.25; indices.len()],
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
        let state = two_runs([&[3, 4], &[3, 5]]);
        let groups = super::groups(&state);
        assert_eq!(groups.len(), 2);
        assert_eq!(rows(&groups, false).len(), 4);
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
        assert_eq!(groups[0].pictures.indices, [8, 9]);
    }
}
