//! Values become images, picture by picture.
//!
//! The *memory* of a picture is its values in the order they have in the file. Where the pictures lie
//! one after another in the file, no more than one of them is held beside the images that are made;
//! where they are interlaced, all values are.

use std::path::{Path, PathBuf};

use super::layout::Layout;
use crate::data::limits::MAX_BYTES;
use crate::data::pictures::resize::fit_bytes;
use crate::data::{DataError, ImageShape, Images, Reading};

/// Pictures that are sorted out at a time, where they are interlaced.
const BLOCK: usize = 64;

/// Bytes of images that are reserved before any value has come: a file may promise more than it holds.
const FIRST_BYTES: usize = 1 << 20;

/// How values become images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::data) struct Plan {
    count: usize,
    /// Times that values of all pictures follow each other.
    before: usize,
    /// Values of one picture that lie side by side.
    after: usize,
    /// Of a picture in the file, after rows and columns are swapped where that is wanted.
    pub(in crate::data) source: ImageShape,
    /// From one channel, row and column to the next in the memory of a picture.
    steps: [usize; 3],
    /// Of an image.
    pub(in crate::data) target: ImageShape,
}

impl Plan {
    /// A plan for pictures that lie like this, brought to the size and colour of a reading where it
    /// says any.
    pub(in crate::data) fn new(layout: &Layout, reading: &Reading, is_transposed: bool) -> Self {
        let mut source = layout.shape;
        let each = source.pixels();
        let count = layout.count;
        // Steps beyond all pictures are shorter within the memory of one.
        let within = |step: usize| {
            if step > layout.step {
                step / count
            } else {
                step
            }
        };
        let mut steps = layout.steps.map(within);
        if is_transposed {
            std::mem::swap(&mut source.width, &mut source.height);
            steps.swap(1, 2);
        }
        // A single picture lies together, whatever its step.
        let after = match count {
            1 => each,
            _ => layout.step.min(each),
        };
        let target = ImageShape {
            width: reading.size.map_or(source.width, |size| size.width()),
            height: reading.size.map_or(source.height, |size| size.height()),
            channels: reading
                .color
                .map_or(source.channels, |color| color.channels()),
        };
        Self {
            count,
            before: each / after.max(1),
            after,
            source,
            steps,
            target,
        }
    }

    /// Bytes that all images take, and those that are held meanwhile.
    fn bytes(&self) -> u64 {
        let images = (self.count as u64).saturating_mul(self.target.pixels() as u64);
        match self.before {
            1 => images,
            _ => images.max((self.count as u64).saturating_mul(self.source.pixels() as u64)),
        }
    }

    /// Whether values are images as they lie.
    pub(in crate::data) fn is_plain(&self) -> bool {
        let ImageShape { width, height, .. } = self.source;
        let [channel, row, column] = self.steps;
        let is_planar = self.source.channels == 1 || channel == width * height;
        self.before == 1 && self.target == self.source && is_planar && (row, column) == (width, 1)
    }
}

/// Takes values and makes images of them. Memory grows with what arrives.
pub(in crate::data) struct Gatherer {
    plan: Plan,
    path: PathBuf,
    images: Vec<u8>,
    /// Values that are no whole picture yet, or all of them where pictures are interlaced.
    waiting: Vec<u8>,
    raster: Vec<u8>,
    /// What came last did not fit into memory.
    lacks_memory: bool,
}

impl Gatherer {
    /// One for the values of a file.
    ///
    /// # Errors
    /// When the images would take more memory than is allowed.
    pub(in crate::data) fn new(plan: Plan, path: &Path) -> Result<Self, DataError> {
        let bytes = plan.bytes();
        if bytes > MAX_BYTES {
            let is_interlaced = plan.before > 1;
            let (shape, hint) = if is_interlaced {
                let hint = "in Python, numpy.ascontiguousarray(x) with the pictures along the first axis can be read one by one";
                (plan.source, hint)
            } else {
                (plan.target, "a smaller --image-size needs less")
            };
            return Err(DataError::Unexpected {
                path: path.to_owned(),
                expected: format!("images of at most {MAX_BYTES} bytes (4 GiB) in memory"),
                found: format!(
                    "{} pictures of {shape}, which take {bytes} bytes; {hint}",
                    plan.count
                ),
            });
        }
        Ok(Self {
            plan,
            path: path.to_owned(),
            images: Vec::new(),
            waiting: Vec::new(),
            raster: Vec::new(),
            lacks_memory: false,
        })
    }

    /// Makes room for so many more bytes, where there is any.
    fn has_room(&mut self, more: usize) -> bool {
        let all = self.plan.bytes() as usize;
        let list = match self.plan.before {
            1 => &mut self.images,
            _ => &mut self.waiting,
        };
        if list.capacity() - list.len() < more {
            let least = list.len() + more;
            let most = all.max(least);
            let wanted = (2 * list.capacity()).max(FIRST_BYTES).clamp(least, most);
            self.lacks_memory |= list.try_reserve_exact(wanted - list.len()).is_err();
        }
        !self.lacks_memory
    }

    /// Takes the next pixel values in the order of the file.
    pub(in crate::data) fn take(&mut self, mut values: &[u8]) {
        let each = self.plan.source.pixels();
        let more = match (self.plan.before, self.plan.is_plain()) {
            (1, false) => (values.len() / each + 1) * self.plan.target.pixels(),
            _ => values.len(),
        };
        if !self.has_room(more) {
            return;
        }
        if self.plan.is_plain() {
            self.images.extend_from_slice(values);
            return;
        }
        if self.plan.before > 1 {
            self.waiting.extend_from_slice(values);
            return;
        }
        if !self.waiting.is_empty() {
            let missing = (each - self.waiting.len()).min(values.len());
            let (first, rest) = values.split_at(missing);
            self.waiting.extend_from_slice(first);
            values = rest;
            if self.waiting.len() < each {
                return;
            }
            let picture = std::mem::take(&mut self.waiting);
            self.place(&picture);
            self.waiting = picture;
            self.waiting.clear();
        }
        let pictures = values.chunks_exact(each);
        self.waiting.extend_from_slice(pictures.remainder());
        for picture in pictures {
            self.place(picture);
        }
    }

    /// Replaces every value that was taken by that of a table. Pictures must not have been brought
    /// to another size or colour.
    pub(in crate::data) fn map(&mut self, table: &[u8; 256]) {
        for value in self.images.iter_mut().chain(&mut self.waiting) {
            *value = table[usize::from(*value)];
        }
    }

    /// All images.
    ///
    /// # Errors
    /// When there is none, or when memory did not suffice.
    pub(in crate::data) fn finish(mut self) -> Result<Images, DataError> {
        if self.plan.before > 1 && !self.lacks_memory {
            let all = std::mem::take(&mut self.waiting);
            let bytes = self.plan.count.saturating_mul(self.plan.target.pixels());
            self.lacks_memory = self.images.try_reserve_exact(bytes).is_err();
            if !self.lacks_memory {
                self.sort_out(&all);
            }
        }
        if self.lacks_memory {
            return Err(DataError::OutOfMemory {
                bytes: self.plan.bytes(),
                path: self.path,
            });
        }
        Images::new(self.plan.target, self.images)
    }

    /// Makes images of all values, where pictures are interlaced.
    fn sort_out(&mut self, all: &[u8]) {
        let Plan {
            count,
            before,
            after,
            ..
        } = self.plan;
        let each = before * after;
        let mut block = vec![0; BLOCK.min(count) * each];
        for first in (0..count).step_by(BLOCK) {
            let some = BLOCK.min(count - first);
            for part in 0..before {
                let start = (part * count + first) * after;
                let Some(values) = all.get(start..start + some * after) else {
                    return;
                };
                for (picture, values) in values.chunks_exact(after).enumerate() {
                    let place = picture * each + part * after;
                    block[place..place + after].copy_from_slice(values);
                }
            }
            let pictures = std::mem::take(&mut block);
            for picture in pictures.chunks_exact(each).take(some) {
                self.place(picture);
            }
            block = pictures;
        }
    }

    /// Makes an image of the memory of a picture.
    fn place(&mut self, picture: &[u8]) {
        let Plan {
            source,
            target,
            steps: [channel, row, column],
            ..
        } = self.plan;
        let line = |channel_at: usize, y: usize| {
            let first = channel_at * channel + y * row;
            picture
                .iter()
                .skip(first)
                .step_by(column)
                .take(source.width)
        };
        if target == source {
            for at in 0..source.channels {
                for y in 0..source.height {
                    self.images.extend(line(at, y));
                }
            }
            return;
        }
        self.raster.clear();
        self.raster.resize(source.pixels(), 0);
        for at in 0..source.channels {
            for y in 0..source.height {
                let start = y * source.width * source.channels + at;
                let places = self.raster.iter_mut().skip(start).step_by(source.channels);
                for (place, value) in places.zip(line(at, y)) {
                    *place = *value;
                }
            }
        }
        let start = self.images.len();
        self.images.resize(start + target.pixels(), 0);
        let size = (source.width, source.height, source.channels);
        fit_bytes(size, &self.raster, target, &mut self.images[start..]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::layouts;
    use super::*;
    use crate::data::{Color, ImageSize};

    /// The images of an array whose values count up, taken in pieces of so many.
    fn images(shape: &[u64], is_fortran: bool, reading: &Reading, piece: usize) -> Images {
        let plan = Plan::new(
            &layouts(shape, is_fortran)[0],
            reading,
            reading.transpose == Some(true),
        );
        let values: Vec<u8> = (0..shape.iter().product::<u64>())
            .map(|i| (i % 251) as u8)
            .collect();
        let mut gatherer = Gatherer::new(plan, Path::new("here")).unwrap();
        values.chunks(piece).for_each(|piece| gatherer.take(piece));
        gatherer.finish().unwrap()
    }

    #[test]
    fn values_come_where_the_layout_says_in_pieces_of_any_length() {
        let plain = Reading::default();
        let turned = Reading {
            transpose: Some(true),
            ..Reading::default()
        };
        for piece in [1, 7, 100, 1 << 20] {
            let last = images(&[5, 8, 9, 3], false, &plain, piece);
            assert_eq!(
                (last.len(), last.shape().to_string().as_str()),
                (5, "9×8×3")
            );
            // Image 2, green, row 1, column 4.
            assert_eq!(
                last.image(2)[72 + 9 + 4],
                ((2 * 216 + (9 + 4) * 3 + 1) % 251) as u8
            );
            let fortran = images(&[5, 8, 9, 3], true, &plain, piece);
            let place = 2 + 5 * (1 + 8 * (4 + 9));
            assert_eq!(fortran.image(2)[72 + 9 + 4], (place % 251) as u8);
            let turned = images(&[5, 8, 9], false, &turned, piece);
            assert_eq!(turned.shape().to_string(), "8×9×1");
            assert_eq!(turned.image(3)[4 * 8 + 1], 229);
        }
        // More pictures than are sorted out at a time.
        let many = images(&[8, 8, 150, 1], true, &plain, 999);
        assert_eq!((many.len(), many.shape().height), (8, 8));
        let last = images(&[150, 8, 8], true, &plain, 999);
        assert_eq!(
            last.image(149)[8 + 2],
            ((149 + 150 * (1 + 8 * 2)) % 251) as u8
        );
    }

    #[test]
    fn size_and_colour_are_followed() {
        let reading = Reading {
            size: ImageSize::new(8, 8).ok(),
            color: Some(Color::Grey),
            ..Reading::default()
        };
        let small = images(&[3, 16, 16, 3], false, &reading, 100);
        assert_eq!(
            (small.len(), small.shape().to_string().as_str()),
            (3, "8×8×1")
        );
        let grey = Reading {
            color: Some(Color::Rgb),
            ..Reading::default()
        };
        let coloured = images(&[2, 8, 9], false, &grey, 100);
        assert_eq!(coloured.shape().to_string(), "9×8×3");
        assert_eq!(coloured.image(1)[..72], coloured.image(1)[144..]);
        assert_eq!(coloured.image(1)[5], 77);
    }

    #[test]
    fn more_than_is_held_is_refused_with_the_bound() {
        let layout = layouts(&[100_000, 224, 224, 3], false)[0];
        let error = |layout: &Layout, reading: &Reading| {
            let plan = Plan::new(layout, reading, false);
            Gatherer::new(plan, Path::new("here"))
                .err()
                .map(|e| e.to_string())
        };
        let large = error(&layout, &Reading::default()).unwrap();
        assert!(
            large.contains("15052800000") && large.contains("--image-size"),
            "{large}"
        );
        let reading = Reading {
            size: ImageSize::new(8, 8).ok(),
            ..Reading::default()
        };
        assert_eq!(error(&layout, &reading), None);
        // Pictures that are interlaced are all held, whatever is made of them.
        let layout = layouts(&[100_000, 224, 224, 3], true)[0];
        let large = error(&layout, &reading).unwrap();
        assert!(
            large.contains("224×224×3") && large.contains("ascontiguousarray"),
            "{large}"
        );
    }
}
