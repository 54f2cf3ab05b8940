//! Between Flex' tensors and slices of values, without copies where the layout allows it.

use burn::backend::flex::{FlexTensor, Layout};
use burn::tensor::{DType, TensorData};

use crate::kernels::convolution::transpose;
use crate::kernels::pool;
use crate::kernels::product::Matrix;

/// A tensor of two dimensions whose values lie together, row after row or column after column; or of
/// any other number of dimensions, row after row.
pub(super) struct Rows {
    array: FlexTensor,
    by_columns: bool,
}

/// Whether the values of a tensor are its whole storage, in the order of its columns.
fn lies_by_columns(array: &FlexTensor) -> bool {
    let layout = array.layout();
    let [rows, columns] = layout.shape().as_slice() else {
        return false;
    };
    // A single row or column is both.
    !layout.is_contiguous()
        && layout.start_offset() == 0
        && layout.strides() == [1, rows.cast_signed()]
        && rows * columns == array.storage::<f32>().len()
}

/// Row after row, and nothing else in the storage.
fn whole(array: FlexTensor) -> FlexTensor {
    let values = array.layout().num_elements();
    let is_whole = array.is_contiguous()
        && array.layout().start_offset() == 0
        && array.storage::<f32>().len() == values;
    if is_whole {
        return array;
    }
    FlexTensor::from_data(array.to_contiguous().into_data())
}

impl Rows {
    /// In the order it has, if it is one of the two.
    pub(super) fn of(array: FlexTensor) -> Self {
        if lies_by_columns(&array) {
            return Self {
                array,
                by_columns: true,
            };
        }
        Self::of_contiguous(array)
    }

    /// Row after row.
    pub(super) fn of_contiguous(array: FlexTensor) -> Self {
        let array = if lies_by_columns(&array) {
            let [rows, columns] = [array.layout().shape()[0], array.layout().shape()[1]];
            of_shape(
                transpose(array.storage::<f32>(), columns, rows),
                [rows, columns],
            )
        } else {
            whole(array)
        };
        Self {
            array,
            by_columns: false,
        }
    }

    /// All values in the order in which they lie.
    pub(super) fn values(&self) -> &[f32] {
        self.array.storage::<f32>()
    }

    /// The two dimensions as a matrix.
    pub(super) fn matrix(&self) -> Matrix<'_> {
        let shape = self.array.layout().shape();
        let [rows, columns] = [shape[0], shape[1]];
        if self.by_columns {
            Matrix::by_columns(self.values(), rows, columns)
        } else {
            Matrix::new(self.values(), rows, columns)
        }
    }

    /// Changes the values, of a copy where somebody else has the same ones.
    pub(super) fn change<R>(&mut self, change: impl FnOnce(&mut [f32]) -> R) -> R {
        if let Some(values) = self.array.try_storage_mut::<f32>() {
            return change(values);
        }
        let mut copy = pool::take(self.values().len());
        copy.copy_from_slice(self.values());
        let changed = change(&mut copy);
        self.array = of_rows(copy).with_layout(self.array.layout().clone());
        changed
    }

    /// The tensor again.
    pub(super) fn into_array(self) -> FlexTensor {
        self.array
    }
}

/// A tensor of `[images, values]` that lies value after value, all images of each together: how
/// convolutions work.
pub(super) struct ByValue {
    array: Rows,
}

impl ByValue {
    /// Turned where it lies image after image.
    pub(super) fn of(array: FlexTensor) -> Self {
        if lies_by_columns(&array) {
            return Self {
                array: Rows::of(array),
            };
        }
        let [images, values] = [array.layout().shape()[0], array.layout().shape()[1]];
        let array = whole(array);
        let turned = transpose(array.storage::<f32>(), images, values);
        Self {
            array: Rows {
                array: of_values(turned, images),
                by_columns: true,
            },
        }
    }

    pub(super) fn values(&self) -> &[f32] {
        self.array.values()
    }

    pub(super) fn change<R>(&mut self, change: impl FnOnce(&mut [f32]) -> R) -> R {
        self.array.change(change)
    }

    pub(super) fn into_array(self) -> FlexTensor {
        self.array.into_array()
    }

    pub(super) fn give(self) {
        give(self.into_array());
    }
}

/// A tensor of values that lie row after row.
pub(super) fn of_shape(values: Vec<f32>, shape: impl Into<burn::tensor::Shape>) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape.into()))
}

/// A tensor of one dimension.
pub(super) fn of_rows(values: Vec<f32>) -> FlexTensor {
    let length = values.len();
    of_shape(values, [length])
}

/// A tensor of shape `[1]`.
pub(super) fn of_one(value: f32) -> FlexTensor {
    of_shape(vec![value], [1])
}

/// `[images, values]` of values that lie value after value.
pub(super) fn of_values(values: Vec<f32>, images: usize) -> FlexTensor {
    let count = values.len() / images.max(1);
    let layout = Layout::new([images, count].into(), vec![1, images.cast_signed()], 0);
    of_rows(values).with_layout(layout)
}

/// Hands the memory of a tensor on, where nobody else has it.
pub(super) fn give(array: FlexTensor) {
    if !array.is_unique() || array.dtype() != DType::F32 {
        return;
    }
    let length = array.storage::<f32>().len();
    let array = array.with_layout(Layout::contiguous([length].into()));
    if let Ok(values) = array.into_data().into_bytes().try_into_vec::<f32>() {
        pool::give(values);
    }
}
