//! What the axes of the arrays of pictures are.
//!
//! Labels say how many pictures there are, and the pictures for training and for testing are of one
//! shape: where that leaves one meaning of the axes, it is taken. Otherwise the shape must say it, or
//! the values.

use super::file::ArrayFile;
use super::header::Values;
use super::pick::{Picks, label_count};
use crate::data::arrays::{
    Choice, Doubt, Known, LARGEST_SIDE, Layout, Plan, choose, is_smoother_along, layouts,
    shape_words, smoother_colours,
};
use crate::data::reading::{MAX_SIDE, MIN_SIDE};
use crate::data::{DataError, Meter, Reading};

/// Values that are looked at to tell axes apart, at most.
const MAX_VALUES: u64 = 1 << 22;

/// Pictures that are looked at to tell how their colours lie.
const COLOURED: usize = 64;

/// How the pictures become images.
pub(super) struct Arranged {
    pub(super) train: Plan,
    pub(super) test: Option<Plan>,
    pub(super) remarks: Vec<String>,
}

/// Finds out how the pictures of all parts lie.
///
/// # Errors
/// When that cannot be told, or when they are of a size that is not taken.
pub(super) fn arrange(
    file: &mut ArrayFile,
    picks: &mut Picks,
    reading: &Reading,
    meter: &dyn Meter,
) -> Result<Arranged, DataError> {
    let mut remarks = Vec::new();
    let mut train = Meanings::of(file, picks.train, picks.train_labels)?;
    let mut test = picks
        .test
        .map(|test| Meanings::of(file, test, picks.test_labels))
        .transpose()?;
    if let Some(test) = &mut test {
        train.agree(test);
    }
    let train = train.choose(file, meter, &mut remarks)?;
    let test = test
        .map(|test| test.choose(file, meter, &mut remarks))
        .transpose()?;
    let is_transposed = reading.transpose == Some(true);
    let plan = |layout: &Layout| Plan::new(layout, reading, is_transposed);
    let arranged = Arranged {
        train: plan(&train),
        test: test.as_ref().map(plan),
        remarks,
    };
    for (index, layout) in [(Some(picks.train), Some(train)), (picks.test, test)] {
        if let (Some(index), Some(layout), None) = (index, layout, reading.size)
            && layout.shape.width.max(layout.shape.height) > MAX_SIDE
        {
            return Err(file.unexpected(
                &format!("pictures of at most {MAX_SIDE} pixels a side"),
                format!(
                    "{}×{} in {}; --image-size (the image size in the window) brings them to {MIN_SIDE} to {MAX_SIDE} a side, such as --image-size 64x64",
                    layout.shape.width, layout.shape.height, file.what(index)
                ),
            ));
        }
    }
    Ok(said(arranged, is_transposed))
}

/// Adds what is to be said of the images as a whole.
fn said(mut arranged: Arranged, is_transposed: bool) -> Arranged {
    if is_transposed {
        let swapped = "Rows and columns of every picture were swapped, as was asked.";
        arranged.remarks.push(swapped.to_owned());
    }
    let Plan { source, target, .. } = arranged.train;
    if (source.width, source.height) != (target.width, target.height) {
        arranged.remarks.push(format!(
            "The pictures are {}×{} in the file and were brought to {}×{}.",
            source.width, source.height, target.width, target.height
        ));
    }
    arranged
}

/// What the axes of an array may mean.
struct Meanings {
    index: usize,
    layouts: Vec<Layout>,
    known: Known,
}

impl Meanings {
    /// All that agree with the labels, where any do.
    fn of(file: &ArrayFile, index: usize, labels: Option<usize>) -> Result<Self, DataError> {
        let header = &file.entries[index].header;
        let expected = || format!("an array of numbers as {}", file.what(index));
        let shape = shape_words(&header.shape);
        match &header.values {
            Values::Numbers(_) => {}
            Values::Objects => {
                return Err(file.unexpected(
                    &expected(),
                    format!(
                        "the shape {shape} of Python objects (pickle), such as pictures of different sizes, which are never opened; in Python, bring them to one size and save numpy.stack(pictures), which is an array of numbers"
                    ),
                ));
            }
            Values::Text(_) => {
                return Err(file.unexpected(&expected(), format!("text of the shape {shape}")));
            }
            Values::Other(kind) => {
                let found = format!(
                    "values of type {kind:?}; in Python, x.astype(\"float32\") makes numbers of them"
                );
                return Err(file.unexpected(&expected(), found));
            }
        }
        let mut this = Self {
            index,
            layouts: layouts(&header.shape, header.is_fortran),
            known: Known::default(),
        };
        if let Some(count) = labels.and_then(|l| label_count(&file.entries[l].header)) {
            this.keep(|layout| layout.count as u64 == count);
        }
        Ok(this)
    }

    /// Keeps the meanings that agree with something, where any do.
    fn keep(&mut self, agrees: impl Fn(&Layout) -> bool) {
        let kept: Vec<Layout> = self.layouts.iter().copied().filter(agrees).collect();
        if !kept.is_empty() {
            self.layouts = kept;
            self.known.is_told = true;
        }
    }

    /// Keeps of two arrays the meanings that give pictures of the same shape.
    fn agree(&mut self, other: &mut Self) {
        let alike = |a: &Layout, b: &Layout| a.axes == b.axes && a.shape == b.shape;
        let others = other.layouts.clone();
        self.keep(|layout| others.iter().any(|other| alike(layout, other)));
        let own = self.layouts.clone();
        other.keep(|layout| own.iter().any(|own| alike(layout, own)));
    }

    /// Takes the meaning that is clear, or asks the values.
    fn choose(
        &self,
        file: &mut ArrayFile,
        meter: &dyn Meter,
        remarks: &mut Vec<String>,
    ) -> Result<Layout, DataError> {
        let name = file.entries[self.index].name.clone();
        let shape = file.entries[self.index].header.shape.clone();
        let refuse = |file: &ArrayFile, words: String| {
            file.unexpected(
                &format!(
                    "pictures such as (n, 28, 28), (n, 32, 32, 3) or (n, 3, 32, 32), of {MIN_SIDE} to {LARGEST_SIDE} pixels a side, as {}",
                    file.what(self.index)
                ),
                words,
            )
        };
        let Choice { mut layout, doubt } = choose(&shape, &self.layouts, self.known)
            .map_err(|refusal| refuse(file, refusal.words(&name)))?;
        match &doubt {
            None => {}
            Some(Doubt::Count {
                axis,
                other,
                refusal,
            }) => {
                let values = self.values(file, u64::MAX, meter)?;
                if is_smoother_along(&values, *axis, *other) {
                    return Err(refuse(file, refusal.words(&name)));
                }
            }
            Some(Doubt::Colours { pixels, refusal }) => {
                match self.colours(file, &layout, meter)? {
                    Some(true) => {}
                    Some(false) => layout = *pixels,
                    None => return Err(refuse(file, refusal.words(&name))),
                }
            }
        }
        if !layout.axes.is_usual() || doubt.is_some() {
            let what = match name.as_str() {
                "" => "array".to_owned(),
                name => format!("array {name}"),
            };
            remarks.push(format!(
                "The {what} of shape {} was taken as {} pictures of {}: {}.",
                shape_words(&shape),
                layout.count,
                layout.shape,
                layout.axes.words()
            ));
        }
        Ok(layout)
    }

    /// The first values in the order of the file; none where there are too many to look at.
    fn values(
        &self,
        file: &mut ArrayFile,
        most: u64,
        meter: &dyn Meter,
    ) -> Result<Vec<f64>, DataError> {
        let header = &file.entries[self.index].header;
        let all: u64 = header.shape.iter().product();
        let (Some(numbers), true) = (header.numbers(), all.min(most) <= MAX_VALUES) else {
            return Ok(Vec::new());
        };
        let bytes = most.saturating_mul(numbers.element.bytes() as u64);
        let mut values = Vec::new();
        let mut done = (0, all.min(most) * numbers.element.bytes() as u64);
        file.read_some(self.index, bytes, meter, &mut done, |bytes| {
            numbers.each(bytes, |value| values.push(value));
        })?;
        Ok(values)
    }

    /// Whether the colours of flat pictures lie channel after channel, where some of them tell.
    fn colours(
        &self,
        file: &mut ArrayFile,
        planes: &Layout,
        meter: &dyn Meter,
    ) -> Result<Option<bool>, DataError> {
        let each = planes.shape.pixels();
        let some = planes.count.min(COLOURED).min(MAX_VALUES as usize / each);
        let step = planes.steps[2];
        let most = match step {
            1 => (some * each) as u64,
            _ => u64::MAX,
        };
        let values = self.values(file, most, meter)?;
        let pictures: Option<Vec<f64>> = (0..some)
            .flat_map(|picture| (0..each).map(move |at| picture * planes.step + at * step))
            .map(|place| values.get(place).copied())
            .collect();
        Ok(pictures.and_then(|pictures| smoother_colours(&pictures, planes.shape.width)))
    }
}
