//! Plots: measurements of several runs over one axis, as a drawing.
//!
//! A *plot* shows what the window's chart shows with the same options, all of it from the first step
//! on, on white paper. Pixels are made from the drawing itself, so both formats show the same.

mod axis;
mod chart;
mod lines;
mod marks;

use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, ImageFormat};

use super::super::StoreError;
use super::curves::CurveRun;
use super::{Format, text};

/// Pixels a point of the drawing.
const SCALE: f32 = 2.0;

/// What the horizontal axis counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Along {
    /// Training steps.
    Steps,
    /// Passes over the training images.
    Epochs,
    /// Seconds spent training.
    Seconds,
}

/// How measurements are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlotOptions {
    /// Whether equal distances are equal ratios.
    pub is_log: bool,
    /// What the horizontal axis counts.
    pub along: Along,
    /// Whether the values of an image are added up, not averaged.
    pub is_sum: bool,
    /// Training losses are means over so many steps; 1 shows every step.
    pub smoothing_steps: u32,
    /// Whether there are training losses.
    pub shows_training: bool,
    /// Whether there are reference lines.
    pub shows_baselines: bool,
    /// Whether it shows cross-entropies, not squared errors.
    pub is_entropy: bool,
    /// The run whose phases are named, by its slot.
    pub named_slot: Option<usize>,
}

impl Default for PlotOptions {
    fn default() -> Self {
        Self {
            is_log: true,
            along: Along::Steps,
            is_sum: false,
            smoothing_steps: 20,
            shows_training: true,
            shows_baselines: true,
            is_entropy: false,
            named_slot: None,
        }
    }
}

/// The plot as a file of this format.
///
/// # Errors
/// When the format is none for drawings or pictures.
pub fn encode_plot(
    path: &Path,
    runs: &[CurveRun],
    options: &PlotOptions,
    format: Format,
) -> Result<Vec<u8>, StoreError> {
    let wrong = |found: String| StoreError::content(path, "a plot", found);
    let drawing = chart::draw(runs, options);
    match format {
        Format::Svg => Ok(drawing.into_bytes()),
        Format::Png => {
            let picture = text::render(&drawing, SCALE).map_err(wrong)?;
            let mut bytes = Cursor::new(Vec::new());
            DynamicImage::ImageRgb8(picture)
                .write_to(&mut bytes, ImageFormat::Png)
                .map_err(|error| wrong(error.to_string()))?;
            Ok(bytes.into_inner())
        }
        Format::Safetensors | Format::Npy | Format::Csv | Format::Gif => {
            Err(wrong(format!("{} holds none", format.ending())))
        }
    }
}

#[cfg(test)]
mod tests;
