//! A dense layer and its gradient: one matrix product, bias and bend in one go after it.

use super::pointwise::{Bend, column_sums, finish_rows, unbend};
use super::pool;
use super::product::{Before, Matrix, Target, Threads, multiply};

/// Sizes of a dense layer on a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Images.
    pub images: usize,
    /// Values that come in.
    pub inputs: usize,
    /// Values that go out.
    pub outputs: usize,
}

/// bend(x w + b).
///
/// # Shapes
/// - x: `[images, inputs]`, weight: `[inputs, outputs]`, bias: `[outputs]`
/// - returns: `[images, outputs]`
pub fn forward(
    x: Matrix<'_>,
    weight: Matrix<'_>,
    bias: &[f32],
    bend: Bend,
    sizes: Sizes,
) -> Vec<f32> {
    let mut y = pool::take(sizes.images * sizes.outputs);
    multiply(
        x,
        weight,
        Target::new(&mut y, sizes.images, sizes.outputs),
        Before::Replaced,
        Threads::All,
    );
    finish_rows(&mut y, bias, bend);
    y
}

/// Gradients of one dense layer; what nobody needs is not computed.
#[derive(Debug, Default)]
pub struct Gradients {
    /// `[images, inputs]`
    pub x: Option<Vec<f32>>,
    /// `[inputs, outputs]`
    pub weight: Option<Vec<f32>>,
    /// `[outputs]`
    pub bias: Option<Vec<f32>>,
}

/// Which gradients are needed, and what they are computed from.
#[derive(Clone, Copy)]
pub struct Needs<'a> {
    /// The weights, where the gradient of x is needed.
    pub weight: Option<Matrix<'a>>,
    /// x, where the gradient of the weights is needed.
    pub x: Option<Matrix<'a>>,
    /// Whether the gradient of the bias is needed.
    pub bias: bool,
}

/// Gradients from that of the outputs, `gradient`, which is changed into that of the sums before the
/// bend.
pub fn backward(
    gradient: &mut [f32],
    output: &[f32],
    bend: Bend,
    needs: Needs<'_>,
    sizes: Sizes,
) -> Gradients {
    unbend(gradient, output, bend);
    let mut found = Gradients::default();
    if needs.bias {
        let mut bias = pool::take(sizes.outputs);
        column_sums(gradient, &mut bias);
        found.bias = Some(bias);
    }
    let gradient = Matrix::new(gradient, sizes.images, sizes.outputs);
    if let Some(x) = needs.x {
        let mut weight = pool::take(sizes.inputs * sizes.outputs);
        multiply(
            x.transposed(),
            gradient,
            Target::new(&mut weight, sizes.inputs, sizes.outputs),
            Before::Replaced,
            Threads::All,
        );
        found.weight = Some(weight);
    }
    if let Some(weight) = needs.weight {
        let mut x = pool::take(sizes.images * sizes.inputs);
        multiply(
            gradient,
            weight.transposed(),
            Target::new(&mut x, sizes.images, sizes.inputs),
            Before::Replaced,
            Threads::All,
        );
        found.x = Some(x);
    }
    found
}
