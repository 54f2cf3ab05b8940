//! Drawing: strokes of a brush, turned into pixels.
//!
//! A *stroke* is a line of round brush, told as shares of the image's width and height, so that the
//! same drawing can be had in any resolution.

use crate::data::ImageShape;

/// A point of a stroke, as shares of width and height.
pub type Point = [f32; 2];

/// What a stroke is painted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// All channels full.
    White,
    /// All channels half.
    Grey,
    /// No channel.
    Black,
    /// The first channel.
    Red,
    /// The first two.
    Yellow,
    /// The second channel.
    Green,
    /// The third channel.
    Blue,
}

impl Ink {
    /// Those for images without colour.
    pub const GREYS: &'static [Self] = &[Self::White, Self::Grey, Self::Black];

    /// Those for images with colour.
    pub const ALL: &'static [Self] = &[
        Self::White,
        Self::Grey,
        Self::Black,
        Self::Red,
        Self::Yellow,
        Self::Green,
        Self::Blue,
    ];

    /// The inks for images of a shape.
    pub fn of(shape: ImageShape) -> &'static [Self] {
        if shape.channels == 3 {
            Self::ALL
        } else {
            Self::GREYS
        }
    }

    /// What the window calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::White => "White",
            Self::Grey => "Grey",
            Self::Black => "Black",
            Self::Red => "Red",
            Self::Yellow => "Yellow",
            Self::Green => "Green",
            Self::Blue => "Blue",
        }
    }

    /// Value of a channel; images without colour take their brightness.
    fn value(self, channel: usize, channels: usize) -> f32 {
        let [red, green, blue] = match self {
            Self::White => [255.0; 3],
            Self::Grey => [128.0; 3],
            Self::Black => [0.0; 3],
            Self::Red => [230.0, 30.0, 30.0],
            Self::Yellow => [240.0, 210.0, 30.0],
            Self::Green => [30.0, 180.0, 60.0],
            Self::Blue => [40.0, 80.0, 230.0],
        };
        match (channels, channel) {
            (3, 0) => red,
            (3, 1) => green,
            (3, _) => blue,
            (..) => 0.299 * red + 0.587 * green + 0.114 * blue,
        }
    }
}

/// What a stroke belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// The image itself.
    Image,
    /// The damage done to it.
    Damage,
}

/// One line of the brush.
#[derive(Clone, Debug, PartialEq)]
pub struct Stroke {
    /// What it belongs to.
    pub layer: Layer,
    /// What it is painted with.
    pub ink: Ink,
    /// Diameter as a share of the shorter side.
    pub thickness: f32,
    /// Where it goes; a single point is a dot.
    pub points: Vec<Point>,
}

impl Stroke {
    /// Goes on to a point, unless that is next to nowhere.
    pub fn extend(&mut self, to: Point) {
        let is_far = self.points.last().is_none_or(|last| {
            let (dx, dy) = (to[0] - last[0], to[1] - last[1]);
            (dx * dx + dy * dy).sqrt() > self.thickness / 16.0
        });
        if is_far && to.iter().all(|share| share.is_finite()) {
            self.points.push(to);
        }
    }

    /// Paints it onto an image: bytes, channel-planar. Edges are smooth, and a stroke that crosses
    /// itself is as opaque there as elsewhere.
    pub fn paint(&self, shape: ImageShape, pixels: &mut [u8]) {
        let (width, height) = (shape.width as f32, shape.height as f32);
        let radius = self.thickness * width.min(height) / 2.0;
        let plane = shape.width * shape.height;
        let mut cover = vec![0.0_f32; plane];
        let place = |point: Point| [point[0] * width, point[1] * height];
        for (i, &point) in self.points.iter().enumerate() {
            let from = place(self.points[i.saturating_sub(1)]);
            cover_line(shape, &mut cover, from, place(point), radius);
        }
        for channel in 0..shape.channels {
            let ink = self.ink.value(channel, shape.channels);
            let values = pixels.iter_mut().skip(channel * plane);
            for (value, &cover) in values.zip(&cover).filter(|(_, cover)| **cover > 0.0) {
                let mixed = f32::from(*value) * (1.0 - cover) + ink * cover;
                *value = mixed.round().clamp(0.0, 255.0) as u8;
            }
        }
    }
}

/// Raises the cover of every pixel to what a line of round brush gives it.
fn cover_line(shape: ImageShape, cover: &mut [f32], from: Point, to: Point, radius: f32) {
    let span = |axis: usize, length: usize| {
        let low = from[axis].min(to[axis]) - radius - 1.0;
        let high = from[axis].max(to[axis]) + radius + 1.0;
        let clamp = |value: f32| value.clamp(0.0, length as f32) as usize;
        clamp(low.floor())..clamp(high.ceil())
    };
    for y in span(1, shape.height) {
        for x in span(0, shape.width) {
            let distance = distance_to_line([x as f32 + 0.5, y as f32 + 0.5], from, to);
            // A brush thinner than a pixel paints thinly instead of not at all.
            let most = (2.0 * radius).min(1.0);
            let here = (radius.max(0.5) + 0.5 - distance).clamp(0.0, 1.0) * most;
            let pixel = &mut cover[y * shape.width + x];
            *pixel = pixel.max(here);
        }
    }
}

fn distance_to_line(point: Point, from: Point, to: Point) -> f32 {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let (px, py) = (point[0] - from[0], point[1] - from[1]);
    let length_squared = dx * dx + dy * dy;
    let share = if length_squared > 0.0 {
        ((px * dx + py * dy) / length_squared).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (px - share * dx).hypot(py - share * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: ImageShape = ImageShape {
        width: 40,
        height: 20,
        channels: 1,
    };

    fn stroke(thickness_pixels: f32, points: &[[f32; 2]]) -> Stroke {
        Stroke {
            layer: Layer::Image,
            ink: Ink::White,
            thickness: thickness_pixels / 20.0,
            points: points.iter().map(|[x, y]| [x / 40.0, y / 20.0]).collect(),
        }
    }

    fn painted(stroke: &Stroke, shape: ImageShape) -> Vec<u8> {
        let mut pixels = vec![0; shape.pixels()];
        stroke.paint(shape, &mut pixels);
        pixels
    }

    #[test]
    fn a_line_is_as_thick_as_asked_and_smooth_at_the_edge() {
        let pixels = painted(&stroke(4.0, &[[10.0, 10.0], [30.0, 10.0]]), SHAPE);
        let column = |x: usize| -> Vec<u8> { (0..20).map(|y| pixels[y * 40 + x]).collect() };
        assert_eq!(column(20)[7..13], [0, 255, 255, 255, 255, 0]);
        let thickness: f32 = column(20).iter().map(|&p| f32::from(p) / 255.0).sum();
        assert!((thickness - 4.0).abs() < 0.02, "{thickness}");
        let odd = painted(&stroke(4.0, &[[10.0, 10.3], [30.0, 10.3]]), SHAPE);
        let edge = odd[12 * 40 + 20];
        assert!((60..100).contains(&edge), "0.3 of white, but {edge}");
        assert_eq!(column(34), [0; 20], "beyond the round end");
        assert_eq!(column(30)[9..11], [255, 255], "within the round end");
    }

    #[test]
    fn thicker_covers_more_and_thin_is_faint() {
        let sum = |thickness| {
            let pixels = painted(&stroke(thickness, &[[10.0, 10.0], [30.0, 10.0]]), SHAPE);
            pixels.iter().map(|&p| u32::from(p)).sum::<u32>()
        };
        let sums = [0.5, 1.0, 2.0, 4.0, 8.0].map(sum);
        assert!(sums[0] > 0);
        assert!(sums.is_sorted_by(|a, b| a < b), "{sums:?}");
    }

    #[test]
    fn a_dot_is_round_and_crossing_does_not_bleach() {
        let dot = painted(&stroke(6.0, &[[20.0, 10.0]]), SHAPE);
        let lit = dot.iter().map(|&p| f32::from(p) / 255.0).sum::<f32>();
        assert!((lit - std::f32::consts::PI * 9.0).abs() < 1.0, "{lit}");
        let mut grey = stroke(4.0, &[[10.0, 10.0], [30.0, 10.0], [10.0, 10.0]]);
        grey.ink = Ink::Grey;
        assert_eq!(painted(&grey, SHAPE)[10 * 40 + 20], 128);
    }

    #[test]
    fn black_erases_and_half_covered_edges_keep_half() {
        let mut pixels = vec![200; SHAPE.pixels()];
        let mut eraser = stroke(4.0, &[[0.0, 10.5], [40.0, 10.5]]);
        eraser.ink = Ink::Black;
        eraser.paint(SHAPE, &mut pixels);
        assert_eq!(pixels[10 * 40 + 20], 0);
        assert_eq!(pixels[8 * 40 + 20], 100);
        assert_eq!(pixels[2 * 40 + 20], 200);
    }

    #[test]
    fn colours_go_to_their_channels_and_grey_images_take_brightness() {
        let colour = ImageShape {
            channels: 3,
            ..SHAPE
        };
        let mut red = stroke(4.0, &[[20.0, 10.0]]);
        red.ink = Ink::Red;
        let pixels = painted(&red, colour);
        let middle = 10 * 40 + 20;
        assert_eq!(
            [pixels[middle], pixels[800 + middle], pixels[1600 + middle]],
            [230, 30, 30]
        );
        assert_eq!(painted(&red, SHAPE)[middle], 90);
        assert_eq!(Ink::of(SHAPE).len(), 3);
        assert_eq!(Ink::of(colour).len(), 7);
    }

    #[test]
    fn strokes_may_leave_the_image_and_ignore_what_is_no_place() {
        let mut wild = stroke(4.0, &[[-50.0, 10.0]]);
        wild.extend([f32::NAN, 0.5]);
        wild.extend([5.0, 0.5]);
        assert_eq!(wild.points.len(), 2);
        assert_eq!(painted(&wild, SHAPE)[10 * 40 + 20], 255);
        let mut still = stroke(4.0, &[[20.0, 10.0]]);
        still.extend([20.01 / 40.0, 0.5]);
        assert_eq!(still.points.len(), 1, "hardly moved");
    }
}
