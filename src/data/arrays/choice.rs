//! Which meaning of the axes of an array is taken, and what is said where none is clear.

use super::layout::{Axes, Layout, shape_words};
use crate::data::reading::MIN_SIDE;

/// A meaning that was taken.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::data) struct Choice {
    pub(in crate::data) layout: Layout,
    /// What the values are to be asked before it is believed.
    pub(in crate::data) doubt: Option<Doubt>,
}

/// A question that only the values answer.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::data) enum Doubt {
    /// Whether the pictures lie along this axis, by size and step, rather than along the other.
    Count {
        axis: (usize, usize),
        other: (usize, usize),
        refusal: Refusal,
    },
    /// Whether the channels of a pixel lie side by side, as in this layout.
    Colours { pixels: Layout, refusal: Refusal },
}

/// Why no meaning is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::data) struct Refusal {
    /// What was found, as part of a sentence.
    found: String,
    /// What may be meant, and the Python that says so, with `x` for the array.
    lines: Vec<(String, String)>,
}

/// What is known of an array beside its shape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::data) struct Known {
    /// Whether labels or a sister array left only meanings that agree with them.
    pub(in crate::data) is_told: bool,
}

impl Refusal {
    fn new(found: impl Into<String>, lines: &[(&str, String)]) -> Self {
        let lines = lines.iter();
        Self {
            found: found.into(),
            lines: lines
                .map(|(meaning, line)| ((*meaning).to_owned(), line.clone()))
                .collect(),
        }
    }

    /// As the end of a sentence, for an array of this name; without one it is that of a file of its
    /// own.
    pub(in crate::data) fn words(&self, name: &str) -> String {
        let saved = |line: &str| {
            if line.starts_with("numpy.savez") {
                return line.to_owned();
            }
            let value = match line.strip_prefix('x') {
                Some(rest) if !name.is_empty() => format!("{name}{rest}"),
                _ => line.to_owned(),
            };
            match name {
                "" => format!("numpy.save(\"set.npy\", {value})"),
                name => format!("numpy.savez(\"set.npz\", {name}={value}, …)"),
            }
        };
        let lines: Vec<String> = self
            .lines
            .iter()
            .map(|(meaning, line)| match meaning.as_str() {
                "" => saved(line),
                meaning => format!("{} {meaning}", saved(line)),
            })
            .collect();
        match &lines[..] {
            [] => self.found.clone(),
            lines => format!("{}; in Python, {}", self.found, lines.join(", or ")),
        }
    }
}

/// The size of a single picture that an array of this shape may be: height, width, channels.
fn one_picture(shape: &[u64]) -> Option<[u64; 3]> {
    let is_side = |side: u64| side >= MIN_SIDE as u64;
    let [height, width, channels] = match *shape {
        [height, width] => [height, width, 1],
        [height, width, channels @ 1..=4] | [channels @ (1 | 3 | 4), height, width] => {
            [height, width, channels]
        }
        _ => return None,
    };
    (is_side(height) && is_side(width)).then_some([height, width, channels])
}

/// Takes what is clear of all that the axes may mean.
///
/// # Errors
/// Why nothing is.
pub(in crate::data) fn choose(
    shape: &[u64],
    layouts: &[Layout],
    known: Known,
) -> Result<Choice, Refusal> {
    let choice = match (layouts, known.is_told) {
        ([], _) => Err(none(shape)),
        ([only], true) => Ok(sure(*only)),
        (_, _) => match shape.len() {
            2 => of_rows(shape, layouts, known),
            3 => of_three(shape, layouts),
            _ => of_four(shape, layouts),
        },
    }?;
    match choice.layout.shape.channels {
        1 | 3 => Ok(choice),
        channels => Err(of_channels(shape, choice.layout.axes, channels)),
    }
}

fn sure(layout: Layout) -> Choice {
    Choice {
        layout,
        doubt: None,
    }
}

/// Pictures of two or four channels.
fn of_channels(shape: &[u64], axes: Axes, channels: usize) -> Refusal {
    let kept = if channels == 4 { 3 } else { 1 };
    let line = match axes {
        Axes::ChannelsLast => format!("x[..., :{kept}]"),
        Axes::ChannelsFirst => format!("x[:, :{kept}]"),
        Axes::ColourCountLast => format!("x[:, :, :{kept}]"),
        _ => format!("x[:{kept}]"),
    };
    let what = if channels == 4 {
        "four channels a picture, the last of them its opacity perhaps"
    } else {
        "two channels a picture, brightness and opacity perhaps"
    };
    Refusal::new(
        format!("the shape {}, {what}", shape_words(shape)),
        &[("leaves it out", line)],
    )
}

/// An array that is one picture.
fn one(shape: &[u64], [height, width, channels]: [u64; 3]) -> Refusal {
    let channels = if channels == 1 {
        String::new()
    } else {
        format!(" with {channels} channels")
    };
    Refusal::new(
        format!(
            "the shape {}, which is one picture of {width}×{height}{channels}, and a set has several",
            shape_words(shape)
        ),
        &[
            (
                "makes one array of several pictures",
                "numpy.stack([picture_1, picture_2])".to_owned(),
            ),
            ("makes it a set of one picture", "x[None]".to_owned()),
        ],
    )
}

/// An array that is no pictures at all.
fn none(shape: &[u64]) -> Refusal {
    let words = shape_words(shape);
    let square = |pixels: u64| {
        let side = pixels.isqrt();
        (side * side == pixels && side >= MIN_SIDE as u64).then_some(side)
    };
    let is_side = |side: &u64| *side >= MIN_SIDE as u64;
    match *shape {
        [_, flat] if flat > 0 && square(flat - 1).is_some() => {
            let side = square(flat - 1).unwrap_or_default();
            Refusal::new(
                format!(
                    "the shape {words}, whose rows are one number longer than {side}×{side} pixels, a label perhaps"
                ),
                &[(
                    "takes the first column for it",
                    "numpy.savez(\"set.npz\", x_train=x[:, 1:], y_train=x[:, 0])".to_owned(),
                )],
            )
        }
        [count, height, width, depth]
            if count > 0 && [height, width, depth].iter().all(is_side) =>
        {
            Refusal::new(
                format!(
                    "the shape {words}, which is volumes of {height}×{width}×{depth} rather than pictures"
                ),
                &[(
                    "makes a picture of every slice",
                    format!("x.reshape(-1, {width}, {depth})"),
                )],
            )
        }
        [.., height, width, channels] if shape.len() > 4 && is_side(&height) && is_side(&width) => {
            Refusal::new(
                format!("the shape {words}, which has {} axes", shape.len()),
                &[(
                    "makes one row of all pictures",
                    format!("x.reshape(-1, {height}, {width}, {channels})"),
                )],
            )
        }
        [rows, flat] if !(rows > 1 && flat > 4 * rows) && one_picture(shape).is_some() => {
            one(shape, [rows, flat, 1])
        }
        [_, flat] if flat >= 64 => Refusal::new(
            format!("the shape {words}, rows of {flat} numbers, which are no square pictures"),
            &[(
                "says how high and wide they are",
                "x.reshape(-1, height, width)".to_owned(),
            )],
        ),
        _ => match one_picture(shape) {
            Some(picture) => one(shape, picture),
            None => Refusal::new(format!("the shape {words}"), &[]),
        },
    }
}

/// Pictures of one row or column each.
fn of_rows(shape: &[u64], layouts: &[Layout], known: Known) -> Result<Choice, Refusal> {
    let first = layouts[0];
    let side = first.shape.height;
    let words = shape_words(shape);
    match (first.axes, layouts.get(1)) {
        (Axes::FlatPlanes, Some(pixels)) => Ok(Choice {
            layout: first,
            doubt: Some(Doubt::Colours {
                pixels: *pixels,
                refusal: Refusal::new(
                    format!(
                        "the shape {words}, which is pictures of {side}×{side} in colour, though not in which order"
                    ),
                    &[
                        (
                            "says that all red values come first",
                            format!("x.reshape(-1, 3, {side}, {side})"),
                        ),
                        (
                            "says that red, green and blue of a pixel lie side by side",
                            format!("x.reshape(-1, {side}, {side}, 3)"),
                        ),
                    ],
                ),
            }),
        }),
        // A square is more likely a picture; so is a column that is not much longer than wide.
        (axes, _)
            if !known.is_told
                && (shape[0] == shape[1] || axes == Axes::FlatColumns && is_square(shape)) =>
        {
            let rows = match axes {
                Axes::Flat => "x",
                _ => "x.T",
            };
            Err(Refusal::new(
                format!(
                    "the shape {words}, which is one picture of {}×{}, or {} pictures of {side}×{side} as rows of pixels",
                    shape[1], shape[0], first.count
                ),
                &[
                    ("makes it a set of one picture", "x[None]".to_owned()),
                    (
                        "makes it one of many",
                        format!("{rows}.reshape(-1, {side}, {side})"),
                    ),
                ],
            ))
        }
        _ => Ok(sure(first)),
    }
}

/// Whether neither side is more than four times the other.
fn is_square(shape: &[u64]) -> bool {
    shape[0].max(shape[1]) <= 4 * shape[0].min(shape[1])
}

/// Pictures without channels, or with channels and in one row.
fn of_three(shape: &[u64], layouts: &[Layout]) -> Result<Choice, Refusal> {
    let of = |axes| layouts.iter().copied().find(|layout| layout.axes == axes);
    match (of(Axes::Plain), of(Axes::CountLast)) {
        (Some(plain), None) => match (plain.count, one_picture(shape)) {
            (3, Some(_)) => Err(three_planes(shape)),
            _ => Ok(sure(plain)),
        },
        (None, Some(last)) => match one_picture(shape) {
            Some(picture) => Err(one(shape, picture)),
            None => Ok(sure(last)),
        },
        (None, None) => match one_picture(shape) {
            Some(picture) if is_square(&[picture[0], picture[1]]) => Err(one(shape, picture)),
            _ => Ok(sure(layouts[0])),
        },
        (Some(plain), Some(last)) => {
            let [first, middle, end] = [shape[0], shape[1], shape[2]];
            let refusal = either(shape, plain, last);
            if first == middle && middle == end {
                return Err(refusal);
            }
            if middle == end {
                return Ok(sure(plain));
            }
            // Square pictures are what most are, and strips what few are; otherwise the count comes
            // first, as is usual.
            let (taken, other) = if first == middle || plain.is_long() {
                (last, plain)
            } else {
                (plain, last)
            };
            let axis = |layout: Layout| (layout.count, layout.step);
            Ok(Choice {
                layout: taken,
                doubt: Some(Doubt::Count {
                    axis: axis(taken),
                    other: axis(other),
                    refusal,
                }),
            })
        }
    }
}

/// Three grey pictures or one in colour.
fn three_planes(shape: &[u64]) -> Refusal {
    let [_, height, width] = [shape[0], shape[1], shape[2]];
    Refusal::new(
        format!(
            "the shape {}, which is three grey pictures of {width}×{height}, or one of three channels",
            shape_words(shape)
        ),
        &[
            ("makes it three pictures", "x[..., None]".to_owned()),
            ("makes it a set of one picture", "x[None]".to_owned()),
        ],
    )
}

/// Pictures along the first or the last of three axes.
fn either(shape: &[u64], plain: Layout, last: Layout) -> Refusal {
    let size = |layout: Layout| {
        format!(
            "{} of {}×{}",
            layout.count, layout.shape.width, layout.shape.height
        )
    };
    Refusal::new(
        format!(
            "the shape {}, where the pictures may lie along the first axis ({}) or along the last ({})",
            shape_words(shape),
            size(plain),
            size(last)
        ),
        &[
            ("says that it is the first", "x[..., None]".to_owned()),
            (
                "says that it is the last",
                "x.transpose(2, 0, 1)[..., None]".to_owned(),
            ),
        ],
    )
}

/// Pictures with channels.
fn of_four(shape: &[u64], layouts: &[Layout]) -> Result<Choice, Refusal> {
    match layouts {
        // Three channels may come first, but one, two or four hardly do beside channels that are last.
        [first, second] if shape[0] == 3 && shape[3] != 1 => Err(Refusal::new(
            format!(
                "the shape {}, which is {} pictures of {} channels, or {} of {} whose channels come first",
                shape_words(shape),
                first.count,
                first.shape.channels,
                second.count,
                second.shape.channels
            ),
            &[
                (
                    "says that the channels are last",
                    "x.transpose(0, 3, 1, 2)".to_owned(),
                ),
                (
                    "says that they are first",
                    "x.transpose(3, 0, 1, 2)".to_owned(),
                ),
            ],
        )),
        [first, ..] => Ok(sure(*first)),
        [] => Err(none(shape)),
    }
}

#[cfg(test)]
mod tests;
