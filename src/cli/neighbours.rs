//! What the codes of a kept run say of the classes of its images.

use std::path::Path;
use std::sync::Arc;

use crate::analysis::{Labelled, neighbour_accuracy};
use crate::train::{Half, Trainer};

use super::Failure;
use super::opened::{self, Wanted};

/// Neighbours that vote for the class of an image.
const NEIGHBOURS: usize = 5;

/// Share of the test images of a kept run whose nearest training images, by their codes, are of the same class.
pub(super) fn accuracy(folder: &Path) -> Result<f64, Failure> {
    accuracy_of(&mut opened::open(folder, &Wanted::default())?)
}

/// The same of a run at hand.
pub(super) fn accuracy_of(run: &mut Trainer) -> Result<f64, Failure> {
    let data = Arc::clone(run.data());
    let missing = || {
        Failure::bad_input(format!(
            "measure knn needs images with classes, but {} has none",
            data.location
        ))
    };
    let known_labels = data.train_labels.as_ref().ok_or_else(missing)?;
    let asked_labels = data.test_labels.as_ref().ok_or_else(missing)?;
    let known = run.codes_of(Half::Train, data.train.len())?;
    let asked = run.codes_of(Half::Test, data.test.len())?;
    let known = Labelled {
        codes: &known,
        labels: known_labels,
    };
    let asked = Labelled {
        codes: &asked,
        labels: asked_labels,
    };
    neighbour_accuracy(known, asked, run.code_size(), NEIGHBOURS).ok_or_else(missing)
}
