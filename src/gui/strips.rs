//! Pictures as textures.
//!
//! A *strip* is one row of pictures in one texture, side by side. Strips are rewritten in place, and
//! only when their pictures are new.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{Color32, ColorImage, TextureHandle, TextureOptions};

use crate::engine::{Frame, Pictures, RunId, RunPictures};

use super::state::AppState;
use super::theme;

/// What a strip shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StripKind {
    /// Test images.
    Originals,
    /// What a run makes of them.
    Reconstructions,
    /// How far the two are apart.
    Errors,
}

/// One row of pictures.
pub struct Strip {
    texture: TextureHandle,
    count: usize,
}

impl Strip {
    /// The texture.
    pub fn texture(&self) -> egui::TextureId {
        self.texture.id()
    }

    /// Pictures in it.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Where picture `index` lies in the texture.
    pub fn uv(&self, index: usize) -> egui::Rect {
        let width = 1.0 / self.count.max(1) as f32;
        let left = index as f32 * width;
        egui::Rect::from_min_max(egui::pos2(left, 0.0), egui::pos2(left + width, 1.0))
    }
}

/// All strips.
#[derive(Default)]
pub struct Strips {
    strips: HashMap<(RunId, StripKind), Strip>,
    drawn: HashMap<RunId, Arc<Frame>>,
}

impl Strips {
    /// The strip of a run.
    pub fn get(&self, id: RunId, kind: StripKind) -> Option<&Strip> {
        self.strips.get(&(id, kind))
    }

    /// Redraws what is new and drops what is gone.
    pub fn update(&mut self, ctx: &egui::Context, state: &AppState) {
        self.strips.retain(|(id, _), _| state.run(*id).is_some());
        self.drawn.retain(|id, _| state.run(*id).is_some());
        let max_side = ctx.input(|input| input.max_texture_side);
        for run in &state.runs {
            let Some(frame) = state.frame(run) else {
                continue;
            };
            let pictures = &frame.pictures;
            let drawn = self.drawn.get(&run.id);
            if drawn.is_some_and(|drawn| Arc::ptr_eq(drawn, frame)) {
                continue;
            }
            let has_originals = drawn
                .is_some_and(|drawn| Arc::ptr_eq(&drawn.pictures.originals, &pictures.originals));
            if !has_originals {
                let image = image_of(&pictures.originals, max_side, grey_or_color);
                self.set(ctx, (run.id, StripKind::Originals), image);
            }
            let image = image_of(&pictures.reconstructions, max_side, grey_or_color);
            self.set(ctx, (run.id, StripKind::Reconstructions), image);
            let image = error_image(pictures, max_side);
            self.set(ctx, (run.id, StripKind::Errors), image);
            self.drawn.insert(run.id, Arc::clone(frame));
        }
    }

    fn set(&mut self, ctx: &egui::Context, key: (RunId, StripKind), image: (ColorImage, usize)) {
        let (image, count) = image;
        let options = TextureOptions::LINEAR;
        if let Some(strip) = self.strips.get_mut(&key) {
            strip.texture.set(image, options);
            strip.count = count;
        } else {
            let texture = ctx.load_texture(format!("{key:?}"), image, options);
            self.strips.insert(key, Strip { texture, count });
        }
    }
}

/// How often small pictures are repeated in each direction, so that smooth scaling keeps their
/// pixels square.
fn enlargement(width: usize, count: usize, max_side: usize) -> usize {
    let wanted = match width {
        0..=40 => 3,
        41..=80 => 2,
        _ => 1,
    };
    wanted.min((max_side / (width * count).max(1)).max(1))
}

/// The pictures side by side. `color` gives the colour of pixel `i` of a picture of planes.
fn image_of(
    pictures: &Pictures,
    max_side: usize,
    color: impl Fn(&[u8], usize, usize) -> Color32,
) -> (ColorImage, usize) {
    let (width, height) = (pictures.shape.width.max(1), pictures.shape.height.max(1));
    let count = pictures.len().min(max_side / width).max(1);
    let times = enlargement(width, count, max_side);
    let size = [width * count * times, height * times];
    let mut image = ColorImage::filled(size, Color32::TRANSPARENT);
    let plane = width * height;
    for index in 0..count.min(pictures.len()) {
        let picture = pictures.get(index);
        for y in 0..height * times {
            let start = y * size[0] + index * width * times;
            let row = &mut image.pixels[start..start + width * times];
            for (x, pixel) in row.iter_mut().enumerate() {
                *pixel = color(picture, y / times * width + x / times, plane);
            }
        }
    }
    (image, count)
}

fn grey_or_color(picture: &[u8], i: usize, plane: usize) -> Color32 {
    let value = |channel: usize| picture.get(channel * plane + i).copied();
    match (value(0), value(1), value(2)) {
        (Some(red), Some(green), Some(blue)) => Color32::from_rgb(red, green, blue),
        (Some(grey), ..) => Color32::from_gray(grey),
        (None, ..) => Color32::BLACK,
    }
}

/// Mean difference of the channels of every pixel.
fn error_image(pictures: &RunPictures, max_side: usize) -> (ColorImage, usize) {
    let pairs = pictures
        .originals
        .pixels
        .iter()
        .zip(&pictures.reconstructions.pixels);
    let differences = Pictures {
        shape: pictures.reconstructions.shape,
        pixels: pairs.map(|(a, b)| a.abs_diff(*b)).collect(),
    };
    let channels = differences.shape.channels.max(1);
    image_of(&differences, max_side, |picture, i, plane| {
        let sum: usize = (0..channels)
            .filter_map(|channel| picture.get(channel * plane + i))
            .map(|&difference| usize::from(difference))
            .sum();
        theme::error_color(u8::try_from(sum / channels).unwrap_or(u8::MAX))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::ImageShape;

    fn pictures(channels: usize, pixels: Vec<u8>) -> Pictures {
        let shape = ImageShape {
            width: 100,
            height: 1,
            channels,
        };
        Pictures { shape, pixels }
    }

    #[test]
    fn pictures_stand_side_by_side() {
        let pixels = [[10; 100], [20; 100]].concat();
        let (image, count) = image_of(&pictures(1, pixels), 2048, grey_or_color);
        assert_eq!((image.size, count), ([200, 1], 2));
        assert_eq!(image.pixels[99], Color32::from_gray(10));
        assert_eq!(image.pixels[100], Color32::from_gray(20));
    }

    #[test]
    fn planes_become_colours() {
        let pixels = [[1; 100], [2; 100], [3; 100]].concat();
        let (image, count) = image_of(&pictures(3, pixels), 2048, grey_or_color);
        assert_eq!((image.size, count), ([100, 1], 1));
        assert_eq!(image.pixels[0], Color32::from_rgb(1, 2, 3));
    }

    #[test]
    fn a_strip_is_never_wider_than_a_texture_can_be() {
        let (image, count) = image_of(&pictures(1, vec![7; 100 * 9]), 512, grey_or_color);
        assert_eq!((image.size, count), ([500, 1], 5));
        assert_eq!(enlargement(28, 24, 2048), 3);
        assert_eq!(enlargement(28, 60, 2048), 1);
    }
}
