//! What the axes of an array may mean.

use super::LARGEST_SIDE;
use crate::data::ImageShape;
use crate::data::reading::MIN_SIDE;

/// How often the longer side of a picture may hold the shorter one, where the axes are not in the
/// usual order: a heap of pictures is hardly one long strip.
const MAX_ASPECT: u64 = 4;

/// An order of axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::data) enum Axes {
    /// `(n, height, width)`
    Plain,
    /// `(n, height, width, channels)`
    ChannelsLast,
    /// `(n, channels, height, width)`
    ChannelsFirst,
    /// `(height, width, n)`
    CountLast,
    /// `(height, width, channels, n)`
    ColourCountLast,
    /// `(channels, height, width, n)`
    PlanesCountLast,
    /// `(n, height·width)`
    Flat,
    /// `(height·width, n)`
    FlatColumns,
    /// `(n, channels·height·width)`: channel after channel.
    FlatPlanes,
    /// `(n, height·width·channels)`: the channels of a pixel side by side.
    FlatPixels,
}

impl Axes {
    /// Whether it is so common that nobody needs to be told.
    pub(in crate::data) fn is_usual(self) -> bool {
        matches!(self, Self::Plain | Self::ChannelsLast | Self::ChannelsFirst)
    }

    /// The axes as Python counts them.
    pub(in crate::data) fn words(self) -> &'static str {
        match self {
            Self::Plain => "(n, height, width)",
            Self::ChannelsLast => "(n, height, width, channels)",
            Self::ChannelsFirst => "(n, channels, height, width)",
            Self::CountLast => "(height, width, n)",
            Self::ColourCountLast => "(height, width, channels, n)",
            Self::PlanesCountLast => "(channels, height, width, n)",
            Self::Flat => "one picture a row, pixel after pixel",
            Self::FlatColumns => "one picture a column, pixel after pixel",
            Self::FlatPlanes => "one picture a row, all red values first",
            Self::FlatPixels => "one picture a row, red, green and blue of a pixel side by side",
        }
    }
}

/// One meaning of the axes of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::data) struct Layout {
    pub(in crate::data) axes: Axes,
    /// Pictures.
    pub(in crate::data) count: usize,
    /// Of one picture.
    pub(in crate::data) shape: ImageShape,
    /// Values from one picture to the next.
    pub(in crate::data) step: usize,
    /// Values from one channel, row and column to the next.
    pub(in crate::data) steps: [usize; 3],
}

impl Layout {
    /// Whether a picture is a strip rather than a picture.
    pub(super) fn is_long(&self) -> bool {
        let ImageShape { width, height, .. } = self.shape;
        is_long(height as u64, width as u64)
    }
}

fn is_long(height: u64, width: u64) -> bool {
    height.max(width) > MAX_ASPECT * height.min(width)
}

/// The shape as Python writes it.
pub(in crate::data) fn shape_words(shape: &[u64]) -> String {
    let sizes: Vec<String> = shape.iter().map(u64::to_string).collect();
    match &sizes[..] {
        [one] => format!("({one},)"),
        _ => format!("({})", sizes.join(", ")),
    }
}

/// Values from one index to the next, for every axis.
fn steps(shape: &[u64], is_fortran: bool) -> Option<Vec<u64>> {
    let mut steps = vec![0; shape.len()];
    let mut step = 1_u64;
    let mut set = |axis: usize| {
        steps[axis] = step;
        step = step.checked_mul(shape[axis])?;
        Some(())
    };
    if is_fortran {
        (0..shape.len()).try_for_each(&mut set)?;
    } else {
        (0..shape.len()).rev().try_for_each(&mut set)?;
    }
    Some(steps)
}

/// Axes of an array, by size and step.
#[derive(Clone, Copy)]
struct Axis(u64, u64);

/// All that an array of this shape may hold, the usual meanings first. Pictures of fewer than
/// [`MIN_SIDE`] or more than [`LARGEST_SIDE`] pixels a side are none; nor are pictures of other than
/// 1 to 4 channels, of which those of 2 or 4 are to be refused.
pub(in crate::data) fn layouts(shape: &[u64], is_fortran: bool) -> Vec<Layout> {
    let mut found = Vec::new();
    let Some(steps) = steps(shape, is_fortran) else {
        return found;
    };
    let axis = |i: usize| Axis(shape[i], steps[i]);
    let mut add = |axes, n: Axis, c: Axis, h: Axis, w: Axis| {
        found.extend(layout(axes, n, c, h, w));
    };
    const GREY: Axis = Axis(1, 0);
    match *shape {
        [_, flat] if square(flat).is_some() => {
            let [h, w] = cut(axis(1));
            add(Axes::Flat, axis(0), GREY, h, w);
        }
        [_, flat] if flat % 3 == 0 && square(flat / 3).is_some() => {
            let Axis(size, step) = axis(1);
            let [h, w] = cut(Axis(size / 3, step));
            add(Axes::FlatPlanes, axis(0), Axis(3, step * size / 3), h, w);
            let [h, w] = cut(Axis(size / 3, step * 3));
            add(Axes::FlatPixels, axis(0), Axis(3, step), h, w);
        }
        [flat, _] if square(flat).is_some() => {
            let [h, w] = cut(axis(0));
            add(Axes::FlatColumns, axis(1), GREY, h, w);
        }
        [_, middle, last] => {
            add(Axes::Plain, axis(0), GREY, axis(1), axis(2));
            add(Axes::CountLast, axis(2), GREY, axis(0), axis(1));
            if middle == 1 || middle == 3 {
                let [h, w] = cut(axis(2));
                let axes = [Axes::Flat, Axes::FlatPlanes][usize::from(middle == 3)];
                add(axes, axis(0), axis(1), h, w);
            }
            if last == 1 || last == 3 {
                let [h, w] = cut(axis(1));
                let axes = [Axes::Flat, Axes::FlatPixels][usize::from(last == 3)];
                add(axes, axis(0), axis(2), h, w);
            }
        }
        [_, _, _, _] => {
            add(Axes::ChannelsLast, axis(0), axis(3), axis(1), axis(2));
            add(Axes::ChannelsFirst, axis(0), axis(1), axis(2), axis(3));
            add(Axes::ColourCountLast, axis(3), axis(2), axis(0), axis(1));
            add(Axes::PlanesCountLast, axis(3), axis(0), axis(1), axis(2));
        }
        _ => {}
    }
    found
}

/// The side of a square of so many pixels.
fn square(pixels: u64) -> Option<u64> {
    let side = pixels.isqrt();
    (side * side == pixels && side >= MIN_SIDE as u64).then_some(side)
}

/// Rows and columns of an axis of square pictures; rows of no pixel where it is none.
fn cut(Axis(size, step): Axis) -> [Axis; 2] {
    let side = square(size).unwrap_or_default();
    [Axis(side, step * side), Axis(side, step)]
}

fn layout(axes: Axes, n: Axis, c: Axis, h: Axis, w: Axis) -> Option<Layout> {
    let is_side = |side: u64| (MIN_SIDE as u64..=LARGEST_SIDE as u64).contains(&side);
    if n.0 == 0 || !is_side(h.0) || !is_side(w.0) || !(1..=4).contains(&c.0) {
        return None;
    }
    if is_long(h.0, w.0) && !axes.is_usual() {
        return None;
    }
    let number = |number: u64| usize::try_from(number).ok();
    Some(Layout {
        axes,
        count: number(n.0)?,
        shape: ImageShape {
            width: number(w.0)?,
            height: number(h.0)?,
            channels: number(c.0)?,
        },
        step: number(n.1)?,
        steps: [number(c.1)?, number(h.1)?, number(w.1)?],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axes(shape: &[u64]) -> Vec<Axes> {
        layouts(shape, false).iter().map(|l| l.axes).collect()
    }

    #[test]
    fn shapes_say_what_they_may_mean() {
        use Axes::*;
        for (shape, expected) in [
            (&[9, 28, 28][..], &[Plain, CountLast][..]),
            (&[5, 28, 28], &[Plain]),
            (&[28, 28, 9], &[Plain, CountLast]),
            (&[28, 28, 1000], &[Plain, CountLast]),
            (&[28, 28, 5], &[CountLast]),
            (&[1000, 28, 28], &[Plain]),
            (&[60, 30, 20], &[Plain, CountLast]),
            (&[9, 28, 28, 3], &[ChannelsLast]),
            (&[9, 3, 28, 28], &[ChannelsFirst]),
            (&[28, 28, 3, 9], &[ColourCountLast]),
            (&[3, 28, 28, 9], &[PlanesCountLast]),
            (&[3, 28, 28, 3], &[ChannelsLast, PlanesCountLast]),
            (&[9, 784], &[Flat]),
            (&[784, 9], &[FlatColumns]),
            (&[9, 3072], &[FlatPlanes, FlatPixels]),
            (&[9, 3, 1024], &[FlatPlanes]),
            (&[9, 1024, 3], &[FlatPixels]),
            (&[9, 784, 1], &[Flat]),
            (&[9, 7, 8], &[]),
            (&[9, 28, 28, 28], &[]),
            (&[784], &[]),
            (&[9, 785], &[]),
            (&[0, 28, 28], &[]),
            (&[u64::MAX, u64::MAX, 9], &[]),
        ] {
            assert_eq!(axes(shape), expected, "{shape:?}");
        }
    }

    #[test]
    fn steps_follow_the_order_of_the_values() {
        let of = |shape: &[u64], is_fortran| {
            let layout = layouts(shape, is_fortran)[0];
            (layout.step, layout.steps)
        };
        assert_eq!(of(&[9, 10, 20, 3], false), (600, [1, 60, 3]));
        assert_eq!(of(&[9, 10, 20, 3], true), (1, [1800, 9, 90]));
        assert_eq!(of(&[9, 784], true), (1, [0, 252, 9]));
        assert_eq!(of(&[9, 3072], false), (3072, [1024, 32, 1]));
    }

    #[test]
    fn shapes_are_written_as_python_writes_them() {
        assert_eq!(shape_words(&[5]), "(5,)");
        assert_eq!(shape_words(&[5, 8, 8]), "(5, 8, 8)");
        assert_eq!(shape_words(&[]), "()");
    }
}
