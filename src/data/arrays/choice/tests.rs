//! Shapes that are clear, and shapes that are not.

use super::super::layouts;
use super::*;

fn of(shape: &[u64]) -> Result<Choice, String> {
    choose(shape, &layouts(shape, false), Known::default()).map_err(|refusal| refusal.words(""))
}

#[test]
fn clear_shapes_are_taken() {
    for (shape, axes) in [
        (&[40, 28, 28][..], Axes::Plain),
        (&[2, 8, 9], Axes::Plain),
        (&[28, 28, 1000], Axes::CountLast),
        (&[28, 28, 60], Axes::CountLast),
        (&[9, 12, 150], Axes::CountLast),
        (&[100, 8, 128], Axes::Plain),
        (&[2, 28, 28, 3], Axes::ChannelsLast),
        (&[40, 28, 20], Axes::Plain),
        (&[28, 20, 5], Axes::CountLast),
        (&[9, 28, 28, 1], Axes::ChannelsLast),
        (&[3, 28, 28, 1], Axes::ChannelsLast),
        (&[1, 28, 28, 3], Axes::ChannelsLast),
        (&[9, 3, 28, 28], Axes::ChannelsFirst),
        (&[28, 28, 3, 9], Axes::ColourCountLast),
        (&[3, 28, 28, 9], Axes::PlanesCountLast),
        (&[1000, 784], Axes::Flat),
        (&[14, 64], Axes::Flat),
        (&[784, 90], Axes::FlatColumns),
        (&[9, 3072], Axes::FlatPlanes),
        (&[9, 1024, 3], Axes::FlatPixels),
        (&[5000, 784, 1], Axes::Flat),
    ] {
        let choice = of(shape).unwrap_or_else(|found| panic!("{shape:?}: {found}"));
        assert_eq!(choice.layout.axes, axes, "{shape:?}");
    }
}

#[test]
fn what_is_not_clear_is_refused_with_the_line_that_helps() {
    for (shape, words) in [
        (
            &[28, 28, 28][..],
            &["(28, 28, 28)", "x.transpose(2, 0, 1)[..., None]"][..],
        ),
        (
            &[3, 32, 32, 3],
            &["(3, 32, 32, 3)", "x.transpose(0, 3, 1, 2)"],
        ),
        (
            &[32, 32, 3],
            &["one picture of 32×32 with 3 channels", "x[None]"],
        ),
        (&[3, 32, 32], &["three grey pictures", "x[..., None]"]),
        (
            &[64, 64],
            &["one picture of 64×64", "64 pictures of 8×8", "x[None]"],
        ),
        (&[30, 20], &["one picture of 20×30", "numpy.stack"]),
        (
            &[64, 30],
            &["one picture of 30×64", "x.T.reshape(-1, 8, 8)"],
        ),
        (&[28, 28, 1], &["one picture of 28×28,"]),
        (&[28, 28, 4], &["one picture of 28×28 with 4 channels"]),
        (&[9, 28, 28, 4], &["four channels", "x[..., :3]"]),
        (&[9, 4, 28, 28], &["four channels", "x[:, :3]"]),
        (&[9, 28, 28, 2], &["two channels", "x[..., :1]"]),
        (
            &[9, 785],
            &["28×28 pixels, a label perhaps", "y_train=x[:, 0]"],
        ),
        (&[971, 28, 28, 28], &["volumes", "x.reshape(-1, 28, 28)"]),
        (&[2, 9, 28, 28, 3], &["5 axes", "x.reshape(-1, 28, 28, 3)"]),
        (
            &[300, 2914],
            &["no square pictures", "x.reshape(-1, height, width)"],
        ),
        (&[128], &["(128,)"]),
    ] {
        let found = of(shape).unwrap_err();
        for word in words {
            assert!(found.contains(word), "{shape:?}, {word}: {found}");
        }
    }
}

#[test]
fn the_lines_that_help_do_help() {
    // What the array becomes by each of the lines that are offered.
    for shape in [
        &[28, 28, 28, 1][..],
        &[3, 32, 32, 1],
        &[3, 3, 32, 32],
        &[64, 8, 8],
        &[9, 28, 28, 3],
        &[9, 3, 28, 28],
        &[1, 64, 64],
        &[1, 3, 32, 32],
        &[1, 32, 32, 3],
        &[971 * 28, 28, 28],
    ] {
        let choice = of(shape).unwrap_or_else(|found| panic!("{shape:?}: {found}"));
        assert!(
            choice.layout.axes.is_usual() && choice.doubt.is_none(),
            "{shape:?}"
        );
    }
}

#[test]
fn what_is_told_is_not_asked_again() {
    let shape = [28, 28, 28];
    let plain = layouts(&shape, false)[0];
    let told = Known { is_told: true };
    assert_eq!(choose(&shape, &[plain], told), Ok(sure(plain)));
    let named = choose(&shape, &layouts(&shape, false), told).unwrap_err();
    assert!(
        named
            .words("x_train")
            .contains("numpy.savez(\"set.npz\", x_train=x_train[..., None], …)"),
        "{}",
        named.words("x_train")
    );
}
