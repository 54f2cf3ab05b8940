//! Picture grids: test images over their reconstructions over the differences, as PNG.

use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use crate::data::ImageShape;

use super::{StoreError, export};

/// Side of a pixel of the data in the grid.
const ZOOM: u32 = 3;
/// Between two pictures.
const GAP: u32 = 4;
const BACKGROUND: Rgb<u8> = Rgb([40, 44, 52]);

/// Draws one row for each slice of pictures, every picture channel-planar with values 0 to 255.
///
/// # Errors
/// When PNG cannot hold a grid of this size.
pub fn encode_grid(path: &Path, shape: ImageShape, rows: &[&[u8]]) -> Result<Vec<u8>, StoreError> {
    let (width, height) = (shape.width as u32 * ZOOM, shape.height as u32 * ZOOM);
    let columns = rows
        .iter()
        .map(|row| row.len() / shape.pixels().max(1))
        .max()
        .unwrap_or(0) as u32;
    let mut canvas = RgbImage::from_pixel(
        columns * (width + GAP) + GAP,
        rows.len() as u32 * (height + GAP) + GAP,
        BACKGROUND,
    );
    for (y, row) in (0_u32..).zip(rows) {
        for (x, picture) in (0_u32..).zip(row.chunks_exact(shape.pixels())) {
            let origin = (GAP + x * (width + GAP), GAP + y * (height + GAP));
            draw(&mut canvas, origin, shape, picture);
        }
    }
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(canvas)
        .write_to(&mut bytes, ImageFormat::Png)
        .map_err(|error| StoreError::content(path, "a picture grid", error.to_string()))?;
    Ok(bytes.into_inner())
}

fn draw(canvas: &mut RgbImage, origin: (u32, u32), shape: ImageShape, picture: &[u8]) {
    let plane = shape.width * shape.height;
    let value = |channel: usize, at: usize| {
        let channel = channel.min(shape.channels - 1);
        picture[channel * plane + at]
    };
    for row in 0..shape.height as u32 * ZOOM {
        for column in 0..shape.width as u32 * ZOOM {
            let at = (row / ZOOM) as usize * shape.width + (column / ZOOM) as usize;
            let color = Rgb([value(0, at), value(1, at), value(2, at)]);
            canvas.put_pixel(origin.0 + column, origin.1 + row, color);
        }
    }
}

/// Draws a grid into a PNG file, through a temporary one beside it.
///
/// # Errors
/// When the file cannot be written.
pub fn write_grid(path: &Path, shape: ImageShape, rows: &[&[u8]]) -> Result<(), StoreError> {
    let bytes = encode_grid(path, shape, rows)?;
    export::write_file(path, &bytes)
}
