//! Pictures that the window shows, put on sheets for a file.
//!
//! A sheet has the rows of the pane of reconstructions; an animation has a row a run.

use std::sync::Arc;
use std::time::Duration;

use crate::data::ImageShape;
use crate::engine::{Frame, RunPictures};
use crate::gui::pictures::{Row, groups, hash, mean, places, rows};
use crate::gui::run::Run;
use crate::gui::state::AppState;
use crate::gui::theme::maps;
use crate::gui::words;
use crate::store::export::{Animation, Rgb, Sheet, SheetRow, run_color};

/// How long a moment is shown.
const FRAME_TIME: Duration = Duration::from_millis(150);

/// What the pane of reconstructions shows.
pub(super) fn grid(state: &AppState) -> Sheet {
    let groups = groups(state);
    let rows = rows(&groups, state.shows_errors());
    let headings = groups.first().map_or_else(Vec::new, |group| {
        let run = group.runs.first().map(|row| row.run);
        headings(run, &group.indices)
    });
    Sheet {
        title: state
            .history
            .cursor
            .map_or_else(String::new, |step| format!("Step {}", words::count(step))),
        headings,
        rows: rows.iter().map(|row| sheet_row(*row)).collect(),
    }
}

fn sheet_row(row: Row<'_>) -> SheetRow {
    let group = row.group();
    let mse = row.mean_error().map(words::three_digits);
    let (detail, color) = match row {
        Row::Run(_, of) | Row::RunErrors(_, of) => (
            format!(
                "{}MSE {}, step {}",
                input(of.input()),
                mse.unwrap_or_default(),
                words::count(of.step())
            ),
            Some(run_color(of.run.slot)),
        ),
        Row::Given(..) | Row::Pca(..) | Row::PcaErrors(..) => {
            (format!("MSE {}", mse.unwrap_or_default()), None)
        }
        Row::Originals(_) => (String::new(), None),
    };
    let shape = group.originals().shape;
    let images = 0..group.indices.len();
    let made = |index: usize| match (row.made(), row.place(index)) {
        (Some(made), Some(place)) => made.get(place),
        (Some(_), None) | (None, _) => &[][..],
    };
    let (shape, pixels) = if row.is_error() {
        let all = images.flat_map(|index| error_planes(shape, group.original(index), made(index)));
        let shape = ImageShape {
            channels: 3,
            ..shape
        };
        (shape, all.collect())
    } else if matches!(row, Row::Originals(_)) {
        let all = images.flat_map(|index| group.original(index));
        (shape, all.copied().collect())
    } else {
        let all = images.flat_map(|index| on_paper(made(index), shape));
        (shape, all.collect())
    };
    SheetRow {
        name: row.name(),
        detail,
        color,
        shape,
        pixels,
    }
}

/// Which images a run is given, in front of what it makes of them.
fn input(words: Option<&str>) -> String {
    words.map_or_else(String::new, |words| format!("{words}, "))
}

/// The colours of the errors of a picture, channel after channel.
fn error_planes(shape: ImageShape, original: &[u8], made: &[u8]) -> Vec<u8> {
    let plane = shape.width * shape.height;
    let color = |at: usize| -> Rgb {
        let differences = (0..shape.channels).filter_map(|channel| {
            let at = channel * plane + at;
            let (original, made) = (original.get(at)?, made.get(at)?);
            Some(u32::from(original.abs_diff(*made)))
        });
        let (sum, count) = differences.fold((0, 0), |(sum, count), d| (sum + d, count + 1));
        if count == 0 {
            return [u8::MAX; 3];
        }
        let error = u8::try_from(sum / count).unwrap_or(u8::MAX);
        let color = maps::error_color(error);
        [color.r(), color.g(), color.b()]
    };
    let colors: Vec<Rgb> = (0..plane).map(color).collect();
    (0..3)
        .flat_map(|channel| colors.iter().map(move |color| color[channel]))
        .collect()
}

/// The class of each image, or its number where there are no classes.
fn headings(run: Option<&Run>, indices: &[u32]) -> Vec<String> {
    let data = run
        .and_then(|run| run.info.as_ref())
        .map(|info| &info.dataset);
    let labels = data.and_then(|data| data.test_labels.as_ref());
    let names = data.and_then(|data| data.class_names.as_ref());
    let heading = |index: &u32| {
        let label = labels.and_then(|labels| labels.get(*index as usize));
        let name = label.and_then(|label| names?.get(usize::from(*label)));
        match (name, label) {
            (Some(name), _) => name.clone(),
            (None, Some(label)) => label.to_string(),
            (None, None) => words::count(u64::from(*index)),
        }
    };
    indices.iter().map(heading).collect()
}

/// The kept moments of the selected run, or of the first that has any, with what the other runs had
/// come to by then.
pub(super) fn animation(state: &AppState) -> Animation {
    let moments = state.frames_of_note();
    let frames = moments.iter().map(|moment| sheet_at(state, moment));
    Animation {
        frames: frames.collect(),
        frame_time: FRAME_TIME,
    }
}

fn sheet_at(state: &AppState, moment: &Arc<Frame>) -> Sheet {
    let pictures = &moment.pictures;
    let shape = pictures.originals.shape;
    let mut rows = vec![SheetRow {
        name: "Test images".to_owned(),
        detail: String::new(),
        color: None,
        shape,
        pixels: pictures.originals.pixels.clone(),
    }];
    let owner = state.run(moment.id);
    for run in state
        .runs
        .iter()
        .filter(|run| !run.history.frames().is_empty())
    {
        let at = if run.id == moment.id {
            Some(moment)
        } else {
            run.history.at(moment.step)
        };
        let is_alike = |frame: &&Arc<Frame>| {
            frame.pictures.originals.shape == shape
                && owner.is_some_and(|owner| hash(owner) == hash(run))
        };
        let of_images = at
            .filter(is_alike)
            .and_then(|frame| of_images(&frame.pictures, &pictures.indices));
        // It had not begun, or shows none of these images.
        let (error, pixels) = of_images.unzip();
        rows.push(SheetRow {
            name: run.name().to_owned(),
            detail: error.map_or_else(String::new, |error| {
                // Frames hold what becomes of clean images.
                let clean = run.own_noise().map(|_noise| "clean input");
                format!("{}MSE {}", input(clean), words::three_digits(error))
            }),
            color: Some(run_color(run.slot)),
            shape,
            pixels: pixels.unwrap_or_default(),
        });
    }
    Sheet {
        title: format!("Step {}", words::count(moment.step)),
        headings: Vec::new(),
        rows,
    }
}

/// What a frame has of these test images: the mean error over those it has, and the pictures. Nothing
/// where it has none of them.
fn of_images(pictures: &RunPictures, images: &[u32]) -> Option<(f64, Vec<u8>)> {
    let places = places(images, &pictures.indices);
    let errors = places
        .iter()
        .flatten()
        .map(|&place| pictures.errors.get(place));
    let error = mean(errors.flatten().copied().map(f64::from))?;
    let made = &pictures.reconstructions;
    let pixels = places.iter().flat_map(|place| {
        let picture = place.map_or(&[][..], |place| made.get(place));
        on_paper(picture, made.shape)
    });
    Some((error, pixels.collect()))
}

/// A picture, and white paper where there is none.
fn on_paper(picture: &[u8], shape: ImageShape) -> impl Iterator<Item = u8> {
    (0..shape.pixels()).map(|at| picture.get(at).copied().unwrap_or(u8::MAX))
}
