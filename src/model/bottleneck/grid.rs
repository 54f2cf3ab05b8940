//! Codes that are made of entries: a grid of them, or groups of the numbers of one vector.

use burn::tensor::{Bool, IndexingUpdateOp, Int, Tensor, TensorData};

use crate::data::ImageShape;
use crate::model::tally::{MOST_EACH, Summary, Tally};

/// How the numbers of a code lie: channel after channel, each with all its places. An entry is some
/// channels that follow one another, at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeGrid {
    /// Entries at one place.
    pub groups: usize,
    /// Numbers of an entry.
    pub numbers: usize,
    /// Places.
    pub places: usize,
}

impl CodeGrid {
    /// A code of this shape in entries of so many numbers, which divide its channels.
    pub fn new(code: ImageShape, numbers: usize) -> Self {
        Self {
            groups: code.channels / numbers.max(1),
            numbers,
            places: code.width * code.height,
        }
    }

    /// Where a number of an entry lies in a code.
    pub fn at(&self, group: usize, number: usize, place: usize) -> usize {
        (group * self.numbers + number) * self.places + place
    }

    /// One row an entry: by image, group and place.
    ///
    /// # Shapes
    /// `[images, latent]` to `[entries, numbers]`
    pub(super) fn rows(&self, code: Tensor<2>) -> Tensor<2> {
        let [images, _] = code.dims();
        let Self {
            groups,
            numbers,
            places,
        } = *self;
        let entries = images * groups * places;
        if places == 1 {
            return code.reshape([entries, numbers]);
        }
        let code = code.reshape([images * groups, numbers, places]);
        code.swap_dims(1, 2).reshape([entries, numbers])
    }

    /// The other way.
    pub(super) fn code(&self, rows: Tensor<2>) -> Tensor<2> {
        let Self {
            groups,
            numbers,
            places,
        } = *self;
        let images = rows.dims()[0] / (groups * places).max(1);
        let latent = groups * numbers * places;
        if places == 1 {
            return rows.reshape([images, latent]);
        }
        let rows = rows.reshape([images * groups, places, numbers]);
        rows.swap_dims(1, 2).reshape([images, latent])
    }
}

/// Values of the largest array that is made on the way to a nearest entry.
const MOST_VALUES: usize = 1 << 22;

/// Rows that are worked on at a time.
fn parts(rows: usize, entries: usize) -> impl Iterator<Item = (usize, usize)> {
    let part = (MOST_VALUES / entries.max(1)).max(1);
    (0..rows.max(1))
        .step_by(part)
        .map(move |start| (start, part.min(rows - start)))
}

/// The entry that is nearest to each row; of equal ones the first.
///
/// # Shapes
/// `[rows, numbers]`, `[entries, numbers]` to `[rows]`
pub(super) fn nearest(rows: &Tensor<2>, entries: &Tensor<2>) -> Tensor<1, Int> {
    let (count, of) = (rows.dims()[0], entries.dims()[0]);
    let squares = entries.clone().square().sum_dim(1).transpose();
    let turned = entries.clone().transpose();
    // The square of the row itself is the same for every entry.
    let found = parts(count, of).map(|(start, length)| {
        let rows = rows.clone().narrow(0, start, length);
        let distances = squares.clone() - rows.matmul(turned.clone()) * 2.0;
        distances.argmin(1).reshape([length])
    });
    Tensor::cat(found.collect(), 0)
}

/// How often each of some entries was chosen, `[entries]`: whole numbers, so that their order does not
/// matter.
pub(super) fn counted(chosen: &Tensor<1, Int>, entries: usize) -> Tensor<1> {
    let device = chosen.device();
    let ones = Tensor::<1>::ones(chosen.dims(), &device);
    let none = Tensor::<1>::zeros([entries], &device);
    none.select_assign(0, chosen.clone(), ones, IndexingUpdateOp::Add)
}

/// Name of the measure that tells how often each entry stands in the codes of all test images; absent where
/// there are more than [`MOST_EACH`].
pub const ENTRY_COUNTS: &str = "entry_counts";

/// Adds to a tally how the entries are used that some test images chose.
pub(super) fn note_use(chosen: &Tensor<1, Int>, entries: usize, tally: &mut Tally) {
    let counts = counted(chosen, entries).reshape([1, entries]);
    if entries <= MOST_EACH {
        tally.add(ENTRY_COUNTS, Summary::Total, counts.clone());
    }
    tally.add("perplexity", Summary::Perplexity, counts.clone());
    tally.add("entries_used", Summary::NotZero, counts);
}

/// The sum of the rows that chose each of some entries, `[entries, numbers]`: as a product of matrices,
/// which a GPU sums in the same order every time.
pub(super) fn gathered(rows: &Tensor<2>, chosen: &Tensor<1, Int>, entries: usize) -> Tensor<2> {
    let [count, numbers] = rows.dims();
    let device = rows.device();
    let all: Tensor<2, Int> =
        Tensor::<1, Int>::arange(0..entries as i64, &device).reshape([1, entries]);
    let mut sums = Tensor::<2>::zeros([entries, numbers], &device);
    for (start, length) in parts(count, entries) {
        let chosen = chosen.clone().narrow(0, start, length).reshape([length, 1]);
        let is_chosen: Tensor<2, Bool> = chosen.equal(all.clone());
        let rows = rows.clone().narrow(0, start, length);
        sums = sums + is_chosen.float().transpose().matmul(rows);
    }
    sums
}

/// Entries by their places in a list, `[entries]`.
pub(super) fn picked(places: Vec<i64>, like: &Tensor<2>) -> Tensor<1, Int> {
    let count = places.len();
    Tensor::from_data(TensorData::new(places, [count]), &like.device())
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        tensor.into_data().try_to_vec().unwrap()
    }

    #[test]
    fn an_entry_is_the_channels_of_one_place() {
        let code = ImageShape {
            width: 2,
            height: 1,
            channels: 4,
        };
        let grid = CodeGrid::new(code, 2);
        // Two places of channels 0 to 3: value = 10 × channel + place.
        let flat = [0.0, 1.0, 10.0, 11.0, 20.0, 21.0, 30.0, 31.0];
        let flat = Tensor::<2>::from_floats([flat], &Device::flex());
        let rows = grid.rows(flat.clone());
        assert_eq!(rows.dims(), [4, 2]);
        assert_eq!(values(flat.clone())[grid.at(1, 0, 1)], 21.0);
        assert_eq!(
            values(rows.clone()),
            [0.0, 10.0, 1.0, 11.0, 20.0, 30.0, 21.0, 31.0]
        );
        assert_eq!(values(grid.code(rows)), values(flat));
        let vector = ImageShape {
            width: 1,
            height: 1,
            channels: 6,
        };
        let grid = CodeGrid::new(vector, 2);
        let flat = Tensor::<2>::from_floats([[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]], &Device::flex());
        assert_eq!(grid.rows(flat.clone()).dims(), [3, 2]);
        assert_eq!(values(grid.code(grid.rows(flat.clone()))), values(flat));
    }

    #[test]
    fn the_nearest_entry_is_found_and_counted() {
        let device = Device::flex();
        let entries = Tensor::<2>::from_floats([[0.0, 0.0], [1.0, 1.0], [9.0, 0.0]], &device);
        let rows = Tensor::<2>::from_floats([[0.9, 1.2], [0.1, 0.0], [2.0, 2.0]], &device);
        let chosen = nearest(&rows, &entries);
        let (counts, sums) = (counted(&chosen, 3), gathered(&rows, &chosen, 3));
        let chosen: Vec<i64> = chosen.into_data().convert::<i64>().try_to_vec().unwrap();
        assert_eq!(chosen, [1, 0, 1]);
        assert_eq!(values(counts), [1.0, 2.0, 0.0]);
        let sums = values(sums);
        let expected = [0.1, 0.0, 2.9, 3.2, 0.0, 0.0];
        for (sum, expected) in sums.iter().zip(expected) {
            assert!((sum - expected).abs() < 1e-6, "{sums:?}");
        }
    }
}
