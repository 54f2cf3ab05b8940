//! Tests of the convolutions.

use super::*;

/// Sizes along the encoder, image to innermost.
fn sides(size: usize, stages: usize) -> Vec<usize> {
    let mut sides = vec![size];
    for stage in 0..stages {
        let outer = sides[stage];
        let plan = ConvPlan::halving(
            (stage, Kernels::Shrinking),
            [1, 2],
            [outer, outer],
            [size.is_multiple_of(8); 2],
            Activation::Relu,
        );
        sides.push(plan.height.inner);
    }
    sides
}

#[test]
fn sizes_are_those_of_the_paper() {
    assert_eq!(sides(28, 3), [28, 14, 7, 3]);
    assert_eq!(
        sides(32, 3),
        [32, 16, 8, 4],
        "same padding where 8 divides the side"
    );
    assert_eq!(sides(8, 4), [8, 4, 2, 1, 1]);
}

#[test]
fn same_padding_is_one_before_and_two_after() {
    assert_eq!(
        Padding::same(28, 5, 2),
        Padding {
            before: 1,
            after: 2
        }
    );
    assert_eq!(
        Padding::same(7, 5, 2),
        Padding {
            before: 2,
            after: 2
        }
    );
}

#[test]
fn every_size_comes_back() {
    let device = Device::flex();
    for side in 8_usize..=33 {
        for stage in 0..4 {
            let size = side.div_euclid(1 << stage).max(1);
            let halving = [Kernels::Shrinking, Kernels::Four].map(|kernels| {
                ConvPlan::halving(
                    (stage, kernels),
                    [2, 3],
                    [size, side],
                    [side % 8 == 0; 2],
                    Activation::Relu,
                )
            });
            let at_each_place =
                ConvPlan::at_each_place([2, 3], 1, [size, side], [Activation::Relu; 2]);
            for plan in halving.into_iter().chain([at_each_place]) {
                let pair = plan.init(&device);
                let x = Tensor::<2>::ones([2, 2 * size * side], &device);
                let code = pair.encode(x);
                assert_eq!(code.dims(), [2, plan.inner_values()], "{plan:?}");
                let y = pair.decode(code);
                assert_eq!(y.dims(), [2, 2 * size * side], "{plan:?}");
            }
        }
    }
}
