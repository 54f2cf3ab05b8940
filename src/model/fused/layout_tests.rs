//! Kernels in every argument and layout, values and gradients, against Burn's own operations: what
//! lies turned, or is a part of something larger, is as right as what lies row after row.

use super::*;

/// How a matrix lies in memory.
#[derive(Clone, Copy, Debug)]
enum Lies {
    /// Row after row.
    Rows,
    /// Column after column: a transposed matrix.
    Columns,
    /// A part of a larger one.
    Part,
    /// A transposed part of a larger one.
    TurnedPart,
}

const LAYOUTS: [Lies; 4] = [Lies::Rows, Lies::Columns, Lies::Part, Lies::TurnedPart];

impl Lies {
    /// The matrix whose view is one of this shape.
    fn source(self, [rows, columns]: [usize; 2], seed: u64) -> Tensor<2> {
        match self {
            Self::Rows => random([rows, columns], seed),
            Self::Columns => random([columns, rows], seed),
            Self::Part => random([rows + 3, columns + 5], seed),
            Self::TurnedPart => random([columns + 5, rows + 3], seed),
        }
        .require_grad()
    }

    fn view(self, source: Tensor<2>, [rows, columns]: [usize; 2]) -> Tensor<2> {
        match self {
            Self::Rows => source,
            Self::Columns => source.transpose(),
            Self::Part => source.slice([2..rows + 2, 1..columns + 1]),
            Self::TurnedPart => source.slice([1..columns + 1, 2..rows + 2]).transpose(),
        }
    }
}

/// Value, and gradients by all sources.
fn with_gradients<const D: usize>(value: Tensor<D>, sources: &[Tensor<2>]) -> Vec<Vec<f32>> {
    let weights = random(value.dims(), 99);
    let grads = (value.clone() * weights).sum().backward();
    let gradients = sources.iter().map(|x| values(x.grad(&grads).unwrap()));
    std::iter::once(values(value)).chain(gradients).collect()
}

fn all_close(name: &str, found: &[Vec<f32>], right: &[Vec<f32>]) {
    for (part, (found, right)) in found.iter().zip(right).enumerate() {
        let part = match part {
            0 => "value".to_owned(),
            argument => format!("gradient by argument {argument}"),
        };
        close(&format!("{name}, {part}"), found, right);
    }
}

#[test]
fn dense_layers_take_every_layout() {
    let (images, inputs, outputs) = (9, 30, 17);
    for x_lies in LAYOUTS {
        for weight_lies in LAYOUTS {
            for bias_lies in [Lies::Rows, Lies::Part, Lies::Columns] {
                let shapes = [[images, inputs], [inputs, outputs], [1, outputs]];
                let lie = [x_lies, weight_lies, bias_lies];
                let sources: Vec<Tensor<2>> = (0..3)
                    .map(|at| lie[at].source(shapes[at], at as u64))
                    .collect();
                let view = |at: usize| lie[at].view(sources[at].clone(), shapes[at]);
                let bias = || view(2).reshape([outputs]);
                let activation = Activation::Tanh;
                let found = dense(view(0), view(1), bias(), activation);
                let right = activation.apply(view(0).matmul(view(1)) + bias().unsqueeze());
                all_close(
                    &format!("{lie:?}"),
                    &with_gradients(found, &sources),
                    &with_gradients(right, &sources),
                );
            }
        }
    }
}

#[test]
fn activations_take_every_layout() {
    for lies in LAYOUTS {
        for activation in ACTIVATIONS {
            let sources = [lies.source([13, 40], 1)];
            let x = || lies.view(sources[0].clone(), [13, 40]);
            all_close(
                &format!("{activation:?} {lies:?}"),
                &with_gradients(bend(x(), activation), &sources),
                &with_gradients(activation.apply(x()), &sources),
            );
        }
    }
}

#[test]
fn losses_take_every_layout_and_have_a_gradient_by_the_target() {
    for x_lies in LAYOUTS {
        for target_lies in LAYOUTS {
            for output in ACTIVATIONS {
                for loss in [Loss::Mse, Loss::Bce] {
                    let of = ImageLoss { output, loss };
                    let shape = [11, 50];
                    let sources = [x_lies.source(shape, 7), target_lies.source(shape, 8)];
                    let x = || x_lies.view(sources[0].clone(), shape);
                    let target = || target_lies.view(sources[1].clone(), shape);
                    all_close(
                        &format!("{of:?} {x_lies:?} {target_lies:?}"),
                        &with_gradients(image_loss(x(), target(), of), &sources),
                        &with_gradients(of.plainly(x(), target()), &sources),
                    );
                }
            }
        }
    }
}

#[test]
fn a_loss_whose_output_does_not_train_still_moves_its_target() {
    let of = ImageLoss {
        output: Activation::Sigmoid,
        loss: Loss::Mse,
    };
    let x = random([6, 20], 3).detach();
    let sources = [random([6, 20], 4).require_grad()];
    all_close(
        "target alone",
        &with_gradients(image_loss(x.clone(), sources[0].clone(), of), &sources),
        &with_gradients(of.plainly(x, sources[0].clone()), &sources),
    );
}

#[test]
fn a_product_takes_every_layout() {
    for left_lies in LAYOUTS {
        for right_lies in LAYOUTS {
            let left = left_lies
                .view(left_lies.source([8, 21], 1), [8, 21])
                .inner();
            let right = right_lies
                .view(right_lies.source([21, 33], 2), [21, 33])
                .inner();
            close(
                &format!("{left_lies:?} {right_lies:?}"),
                &values(product(left.clone(), right.clone())),
                &values(left.matmul(right)),
            );
        }
    }
}

#[test]
fn convolutions_take_every_layout() {
    for window in windows() {
        let (images, inner_channels) = (5, 6);
        let layer = Layer {
            window,
            inner_channels,
            images,
        };
        let [inner, outer, kernel] = [inner_channels, window.channels, window.kernel];
        for way in [Way::Inwards, Way::Outwards] {
            let (values_in, biases) = match way {
                Way::Inwards => (window.outer_values(), inner),
                Way::Outwards => (layer.inner_values(), outer),
            };
            for lies in LAYOUTS {
                for is_weight_turned in [false, true] {
                    let sources = [
                        lies.source([images, values_in], 1),
                        // The other axis of channels first, where it lies turned.
                        random([inner * outer, kernel * kernel], 2).require_grad(),
                    ];
                    let bias = random([biases], 3);
                    let x = || lies.view(sources[0].clone(), [images, values_in]);
                    let weight = || {
                        let weight = sources[1].clone();
                        if is_weight_turned {
                            weight
                                .reshape([outer, inner, kernel, kernel])
                                .swap_dims(0, 1)
                        } else {
                            weight.reshape([inner, outer, kernel, kernel])
                        }
                    };
                    // What is known to be right: the same values, row after row.
                    let copied = |x: Tensor<2>| x.mul_scalar(2.0).mul_scalar(0.5);
                    let rows = copied(x());
                    let [a, b, c, d] = weight().dims();
                    let plain = weight().reshape([a * b, c * d]);
                    let plain = copied(plain).reshape([a, b, c, d]);
                    let of = |x: &Tensor<2>, w: &Tensor<4>| {
                        convolution(x, w, &bias, way, layer, Activation::Tanh).unwrap()
                    };
                    all_close(
                        &format!("{way:?} {lies:?} {is_weight_turned}"),
                        &with_gradients(of(&x(), &weight()), &sources),
                        &with_gradients(of(&rows, &plain), &sources),
                    );
                }
            }
        }
    }
}

#[test]
fn updates_take_every_layout() {
    for lies in LAYOUTS {
        let of = |seed| lies.view(lies.source([14, 23], seed), [14, 23]).inner();
        let rows = |tensor: Tensor<2>| {
            let shape = tensor.dims();
            Tensor::<2>::from_data(TensorData::new(values(tensor), shape), &Device::flex())
        };
        let step = MomentumStep {
            momentum: 0.9,
            rate: 0.1,
            penalty: 0.01,
        };
        let found = momentum(of(1), of(2), of(3), step);
        let right = momentum(rows(of(1)), rows(of(2)), rows(of(3)), step);
        close("momentum", &values(found.0), &values(right.0));
        close("velocity", &values(found.1), &values(right.1));
        close(
            "clipped",
            &values(clip(of(4), 0.5)),
            &values(clip(rows(of(4)), 0.5)),
        );
    }
}
