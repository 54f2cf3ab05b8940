//! Sheets of pictures for exports: test images over what runs make of them, and pictures that were kept.
//!
//! A *caption* says at which step something was so, and how good it was.

use std::path::Path;

use crate::data::{self, ImageShape};
use crate::store::export::{Sheet, SheetRow, count, run_color, three_digits};
use crate::store::{StoreError, kept_pictures};
use crate::train::Checkpoint;

use super::Failure;
use super::opened::Opened;

/// The first test images, and a row a run of what it makes of them. Runs on other images have these
/// above them.
pub(super) fn of_test_images(runs: &mut [Opened], images: u32) -> Result<Sheet, Failure> {
    let mut sheet = Sheet::default();
    let mut shown = String::new();
    for (slot, run) in runs.iter_mut().enumerate() {
        let trainer = &mut run.trainer;
        let data = std::sync::Arc::clone(trainer.data());
        let shape = data.test.shape();
        let indices: Vec<u32> = (0..images).take(data.test.len()).collect();
        if data.hash != shown {
            shown.clone_from(&data.hash);
            let image = |index: &u32| data.test.image(*index as usize).iter().copied();
            sheet.rows.push(SheetRow {
                name: "Test images".to_owned(),
                detail: data.name.clone(),
                color: None,
                shape,
                pixels: indices.iter().flat_map(image).collect(),
            });
            if sheet.headings.is_empty() {
                sheet.headings = headings(&indices, data.test_labels.as_deref());
            }
        }
        let (outputs, errors) = trainer.pictures(&indices)?;
        let error = errors.iter().copied().map(f64::from).sum::<f64>() / errors.len().max(1) as f64;
        sheet.rows.push(SheetRow {
            name: run.name.clone(),
            detail: format!(
                "MSE {}, step {}",
                three_digits(error),
                count(trainer.position().step)
            ),
            color: Some(run_color(slot)),
            shape,
            pixels: data::to_bytes(&outputs),
        });
    }
    Ok(sheet)
}

/// The class of each image, or its number where there are no classes.
fn headings(indices: &[u32], labels: Option<&[u8]>) -> Vec<String> {
    let heading = |index: &u32| match labels.and_then(|labels| labels.get(*index as usize)) {
        Some(label) => label.to_string(),
        None => index.to_string(),
    };
    indices.iter().map(heading).collect()
}

/// The pictures that a run's folder keeps, in order of steps, each with a caption.
pub(super) fn of_kept_pictures(
    folder: &Path,
    checkpoint: &Checkpoint,
) -> Result<Vec<Sheet>, StoreError> {
    let kept = kept_pictures(folder)?;
    Ok(kept
        .into_iter()
        .map(|(step, picture)| {
            let test = &checkpoint.metrics.test;
            let behind = test.partition_point(|point| point.step <= step);
            let error = behind.checked_sub(1).map_or_else(String::new, |index| {
                format!(", test MSE {}", three_digits(test[index].mse))
            });
            let (width, height) = picture.dimensions();
            let plane = |channel: usize| picture.pixels().map(move |pixel| pixel.0[channel]);
            Sheet {
                title: format!("{}: step {}{error}", checkpoint.config.name, count(step)),
                headings: Vec::new(),
                rows: vec![SheetRow {
                    name: String::new(),
                    detail: String::new(),
                    color: None,
                    shape: ImageShape {
                        width: width as usize,
                        height: height as usize,
                        channels: 3,
                    },
                    pixels: (0..3).flat_map(plane).collect(),
                }],
            }
        })
        .collect())
}
