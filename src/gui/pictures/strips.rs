//! Pictures as textures.
//!
//! A *strip* is all pictures of one row in one texture, in lines as long as a texture can be wide. It
//! is uploaded only when its pictures are new, and only while its row is to be seen.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use egui::{Color32, ColorImage, Id, Rect, TextureId, TextureOptions, Ui, pos2, vec2};

use crate::data::ImageShape;
use crate::engine::Pictures;
use crate::gui::textures::pixel_color;
use crate::gui::theme::maps;
use crate::gui::view::View;

/// One row of pictures.
#[derive(Clone, Copy, Debug)]
pub struct Strip {
    /// The texture.
    pub texture: TextureId,
    sheet: Sheet,
}

impl Strip {
    /// Pictures in it.
    pub fn count(&self) -> usize {
        self.sheet.count
    }

    /// Where picture `index` lies in the texture.
    pub fn uv(&self, index: usize) -> Rect {
        let Sheet { columns, lines, .. } = self.sheet;
        let size = vec2(1.0 / columns as f32, 1.0 / lines as f32);
        let (column, line) = (index % columns, index / columns);
        Rect::from_min_size(pos2(column as f32 * size.x, line as f32 * size.y), size)
    }
}

/// Pictures as they are.
pub fn plain(ui: &Ui, view: &View<'_>, id: Id, version: u64, pictures: &Pictures) -> Strip {
    let size = (pictures.shape, pictures.len());
    strip(ui, view, id, version, size, |sheet| {
        image_of(pictures, sheet, grey_or_color)
    })
}

/// How far so many pictures of a shape are from what was made of each, where anything was: `pair` gives
/// both.
pub fn errors<'a>(
    ui: &Ui,
    view: &View<'_>,
    id: Id,
    version: u64,
    (shape, count): (ImageShape, usize),
    pair: impl Fn(usize) -> (&'a [u8], &'a [u8]),
) -> Strip {
    strip(ui, view, id, version, (shape, count), |sheet| {
        error_image(shape, count, pair, sheet)
    })
}

fn strip(
    ui: &Ui,
    view: &View<'_>,
    id: Id,
    version: u64,
    (shape, count): (ImageShape, usize),
    make: impl FnOnce(Sheet) -> ColorImage,
) -> Strip {
    let max_side = ui.input(|input| input.max_texture_side);
    let sheet = Sheet::of(shape, count, max_side);
    let texture = view
        .textures
        .show(ui.ctx(), id, version, TextureOptions::LINEAR, || {
            make(sheet)
        });
    Strip { texture, sheet }
}

/// Changes whenever one of these does: what pictures are, of which images, and their errors.
pub fn version(what: impl Hash, indices: &[u32], errors: &[f32]) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    indices.hash(&mut hasher);
    for error in errors {
        error.to_bits().hash(&mut hasher);
    }
    hasher.finish()
}

/// How pictures are laid out in a texture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sheet {
    count: usize,
    columns: usize,
    lines: usize,
    /// How often pixels are repeated in each direction, so that smooth scaling keeps them square.
    times: usize,
}

impl Sheet {
    fn of(shape: ImageShape, count: usize, max_side: usize) -> Self {
        let (width, height) = (shape.width.max(1), shape.height.max(1));
        let count = count.max(1);
        let wanted = match width.max(height) {
            0..=40 => 3,
            41..=80 => 2,
            _ => 1,
        };
        let fits = |times: usize| {
            let columns = (max_side / (width * times)).clamp(1, count);
            let lines = count.div_ceil(columns);
            (columns, lines, lines * height * times <= max_side)
        };
        let times = (1..=wanted).rev().find(|&times| fits(times).2).unwrap_or(1);
        let (columns, lines, _) = fits(times);
        // Of more pictures than a texture can hold, the first ones.
        let lines = lines.min((max_side / (height * times)).max(1));
        Self {
            count: count.min(columns * lines),
            columns,
            lines,
            times,
        }
    }
}

/// The pictures side by side. `color` gives the colour of pixel `i` of a picture of planes.
fn image_of(
    pictures: &Pictures,
    sheet: Sheet,
    color: impl Fn(&[u8], usize, usize) -> Color32,
) -> ColorImage {
    let (width, height) = (pictures.shape.width.max(1), pictures.shape.height.max(1));
    let times = sheet.times;
    let size = [width * sheet.columns * times, height * sheet.lines * times];
    let mut image = ColorImage::filled(size, Color32::TRANSPARENT);
    let plane = width * height;
    for index in 0..sheet.count.min(pictures.len()) {
        let picture = pictures.get(index);
        let left = index % sheet.columns * width * times;
        let top = index / sheet.columns * height * times;
        for y in 0..height {
            let start = (top + y * times) * size[0] + left;
            let end = start + width * times;
            let row = &mut image.pixels[start..end];
            for (x, texels) in row.chunks_exact_mut(times).enumerate() {
                texels.fill(color(picture, y * width + x, plane));
            }
            // Repeated as they are: a colour takes longer to find than to copy.
            for repeated in 1..times {
                image
                    .pixels
                    .copy_within(start..end, start + repeated * size[0]);
            }
        }
    }
    image
}

/// One picture, a texel a pixel.
pub(in crate::gui) fn single_image(pictures: &Pictures) -> ColorImage {
    let sheet = Sheet {
        count: 1,
        columns: 1,
        lines: 1,
        times: 1,
    };
    image_of(pictures, sheet, grey_or_color)
}

fn grey_or_color(picture: &[u8], i: usize, plane: usize) -> Color32 {
    pixel_color(picture, i, plane).unwrap_or(Color32::BLACK)
}

/// Mean difference of the channels of every pixel.
fn error_image<'a>(
    shape: ImageShape,
    count: usize,
    pair: impl Fn(usize) -> (&'a [u8], &'a [u8]),
    sheet: Sheet,
) -> ColorImage {
    let mut differences = Vec::with_capacity(count * shape.pixels());
    for index in 0..count {
        let (original, made) = pair(index);
        let pairs = original
            .iter()
            .zip(if made.is_empty() { original } else { made });
        differences.extend(pairs.map(|(a, b)| a.abs_diff(*b)));
    }
    let differences = Pictures {
        shape,
        pixels: differences,
    };
    let channels = differences.shape.channels.max(1);
    image_of(&differences, sheet, |picture, i, plane| {
        let sum: usize = (0..channels)
            .filter_map(|channel| picture.get(channel * plane + i))
            .map(|&difference| usize::from(difference))
            .sum();
        maps::error_color(u8::try_from(sum / channels).unwrap_or(u8::MAX))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pictures(channels: usize, pixels: Vec<u8>) -> Pictures {
        let shape = ImageShape {
            width: 100,
            height: 1,
            channels,
        };
        Pictures { shape, pixels }
    }

    fn drawn(pictures: &Pictures, max_side: usize) -> ColorImage {
        let sheet = Sheet::of(pictures.shape, pictures.len(), max_side);
        image_of(pictures, sheet, grey_or_color)
    }

    #[test]
    fn pictures_stand_side_by_side() {
        let image = drawn(&pictures(1, [[10; 100], [20; 100]].concat()), 2048);
        assert_eq!(image.size, [200, 1]);
        assert_eq!(image.pixels[99], Color32::from_gray(10));
        assert_eq!(image.pixels[100], Color32::from_gray(20));
    }

    #[test]
    fn pixels_are_repeated_in_both_directions() {
        let shape = ImageShape {
            width: 2,
            height: 3,
            channels: 1,
        };
        let pixels: Vec<u8> = (0..12).collect();
        let image = drawn(&Pictures { shape, pixels }, 2048);
        assert_eq!(image.size, [12, 9], "three times as large");
        for (place, texel) in image.pixels.iter().enumerate() {
            let (x, y) = (place % 12 / 3, place / 12 / 3);
            let pixel = x / 2 * 6 + y * 2 + x % 2;
            assert_eq!(*texel, Color32::from_gray(pixel as u8));
        }
    }

    #[test]
    fn planes_become_colours() {
        let image = drawn(&pictures(3, [[1; 100], [2; 100], [3; 100]].concat()), 2048);
        assert_eq!(image.size, [100, 1]);
        assert_eq!(image.pixels[0], Color32::from_rgb(1, 2, 3));
    }

    #[test]
    fn a_strip_is_broken_into_lines_where_a_texture_can_be_no_wider() {
        let nine: Vec<u8> = (0..9).flat_map(|value| [value; 100]).collect();
        let nine = pictures(1, nine);
        let image = drawn(&nine, 512);
        assert_eq!(image.size, [500, 2]);
        assert_eq!(image.pixels[500], Color32::from_gray(5));
        assert_eq!(image.pixels[999], Color32::TRANSPARENT, "there is no tenth");
        let sheet = Sheet::of(nine.shape, nine.len(), 512);
        let strip = Strip {
            texture: TextureId::default(),
            sheet,
        };
        assert_eq!(strip.count(), 9);
        let uv = strip.uv(6);
        assert!((uv.min - pos2(0.2, 0.5)).length() < 1e-6, "{uv}");
        assert!((uv.max - pos2(0.4, 1.0)).length() < 1e-6, "{uv}");
    }

    #[test]
    fn small_pictures_are_enlarged_as_far_as_a_texture_goes() {
        let of = |count: usize, max_side| {
            let shape = ImageShape {
                width: 28,
                height: 28,
                channels: 1,
            };
            Sheet::of(shape, count, max_side)
        };
        assert_eq!((of(24, 2048).times, of(24, 2048).lines), (3, 1));
        assert_eq!((of(60, 2048).times, of(60, 2048).lines), (3, 3));
        assert_eq!(of(96, 256).times, 1);
        assert_eq!(of(96, 256).count, 81, "nine lines of nine");
    }

    #[test]
    fn errors_are_the_mean_over_channels() {
        let black = pictures(3, vec![0; 300]);
        let red = pictures(3, [[255; 100], [0; 100], [0; 100]].concat());
        let (shape, sheet) = (red.shape, Sheet::of(red.shape, 1, 2048));
        let image = error_image(shape, 1, |at| (black.get(at), red.get(at)), sheet);
        assert_eq!(image.pixels[0], maps::error_color(85));
        let same = error_image(shape, 1, |at| (red.get(at), red.get(at)), sheet);
        assert_eq!(same.pixels[0], maps::error_color(0));
        let missing = error_image(shape, 1, |at| (red.get(at), &[]), sheet);
        assert_eq!(missing.pixels[0], maps::error_color(0));
    }
}
