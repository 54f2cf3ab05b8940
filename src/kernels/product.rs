//! Matrix products, by faer: on two cores it does up to twice the arithmetic of Flex' own.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

/// A matrix in memory, row after row, or its transpose.
#[derive(Clone, Copy)]
pub struct Matrix<'a> {
    values: MatRef<'a, f32>,
}

impl<'a> Matrix<'a> {
    /// `rows` × `columns` values, row after row.
    pub fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        Self {
            values: MatRef::from_row_major_slice(values, rows, columns),
        }
    }

    /// `rows` × `columns` values, column after column.
    pub fn by_columns(values: &'a [f32], rows: usize, columns: usize) -> Self {
        Self {
            values: MatRef::from_column_major_slice(values, rows, columns),
        }
    }

    /// The columns from `first` on, `columns` of them, of a matrix of which all are `width`.
    pub fn part(values: &'a [f32], width: usize, first: usize, columns: usize) -> Self {
        Self {
            values: MatRef::from_row_major_slice(values, values.len() / width, width)
                .subcols(first, columns),
        }
    }

    /// Rows and columns exchanged.
    pub fn transposed(self) -> Self {
        Self {
            values: self.values.transpose(),
        }
    }
}

/// What becomes of the values that stood where a product goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// They are replaced.
    Replaced,
    /// The product is added to them.
    Kept,
}

/// Multiplications up to which one thread is as quick as two: some 0.1 ms.
const FEW: usize = 4 << 20;

/// How many threads a product may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// The caller's alone.
    One,
    /// All of the pool that the caller runs in, where that pays.
    All,
}

/// Where a product goes: columns of a matrix in memory, row after row.
pub struct Target<'a> {
    values: MatMut<'a, f32>,
}

impl<'a> Target<'a> {
    /// All of `rows` × `columns` values.
    pub fn new(values: &'a mut [f32], rows: usize, columns: usize) -> Self {
        Self {
            values: MatMut::from_row_major_slice_mut(values, rows, columns),
        }
    }

    /// The columns from `first` on, `columns` of them, of a matrix of which all are `width`.
    pub fn part(values: &'a mut [f32], width: usize, first: usize, columns: usize) -> Self {
        let rows = values.len() / width;
        Self {
            values: MatMut::from_row_major_slice_mut(values, rows, width)
                .subcols_mut(first, columns),
        }
    }
}

/// `left` times `right`.
///
/// Every value is one sum in a fixed order, whatever the number of threads.
///
/// # Panics
/// When the sizes do not fit.
pub fn multiply(
    left: Matrix<'_>,
    right: Matrix<'_>,
    to: Target<'_>,
    before: Before,
    threads: Threads,
) {
    let accum = match before {
        Before::Replaced => Accum::Replace,
        Before::Kept => Accum::Add,
    };
    let multiplications = left.values.nrows() * left.values.ncols() * right.values.ncols();
    let par = match threads {
        Threads::All if multiplications > FEW => Par::rayon(0),
        Threads::All | Threads::One => Par::Seq,
    };
    matmul(to.values, accum, left.values, right.values, 1.0, par);
}
