//! An explorer that decodes to the nearest test images.

use std::collections::BTreeMap;

use hourglass::data::glyphs;
use hourglass::engine::{
    Answer, CodeSpec, Codes, Content, Generated, GeneratedSpec, InputImage, Nearest, Pictures,
    Start, Tested, Wish, WishKey,
};

use super::session::SHAPE;
use super::window::Window;

/// Fulfils wishes with the test images whose codes are nearest.
pub struct Decoder {
    images: Vec<u8>,
    standing: BTreeMap<WishKey, (u64, Wish)>,
}

impl Decoder {
    pub fn new() -> Self {
        let data = glyphs::generate(0, 300, 200).unwrap();
        Self {
            images: data.test.pixels().to_vec(),
            standing: BTreeMap::new(),
        }
    }

    /// Answers everything that is wished until nothing more is, and says what stands then.
    pub fn answer(&mut self, window: &mut Window) -> BTreeMap<WishKey, Wish> {
        for _round in 0..4 {
            let new = window.script.wishes.take();
            if new.is_empty() {
                break;
            }
            for (key, number, wish) in new {
                let Some(wish) = wish else {
                    self.standing.remove(&key);
                    continue;
                };
                let state = window.harness.state().state();
                let run = state.run(key.run).unwrap();
                let codes = &run.frame.as_ref().unwrap().codes;
                if let Some(content) = self.content(codes, &wish) {
                    window.script.answers.borrow_mut().push_back(Answer {
                        key,
                        number,
                        step: 0,
                        content,
                    });
                }
                self.standing.insert(key, (number, wish));
            }
            window.harness.run();
        }
        let standing = self.standing.iter();
        standing
            .map(|(key, (_, wish))| (*key, wish.clone()))
            .collect()
    }

    fn content(&self, codes: &Codes, wish: &Wish) -> Option<Content> {
        let grid = |all: Vec<Vec<f32>>, columns| Content::Grid {
            pictures: Pictures {
                shape: SHAPE,
                pixels: all
                    .iter()
                    .flat_map(|code| self.decode(codes, code))
                    .collect(),
            },
            columns,
        };
        let mixed = |a: &[f32], b: &[f32], share: f32| -> Vec<f32> {
            a.iter().zip(b).map(|(a, b)| a + (b - a) * share).collect()
        };
        Some(match wish {
            Wish::Point(spec) => {
                let (start, code) = Self::code(codes, spec);
                Content::Point {
                    picture: Pictures {
                        shape: SHAPE,
                        pixels: self.decode(codes, &code),
                    },
                    original: matches!(spec.start, Start::Image(_)).then(|| Pictures {
                        shape: SHAPE,
                        pixels: self.decode(codes, &start),
                    }),
                    error: matches!(spec.start, Start::Image(_)).then_some(0.0123),
                    start,
                    code,
                }
            }
            Wish::Line { from, to, count } => {
                let (a, b) = (Self::code(codes, from).1, Self::code(codes, to).1);
                let share = |i: usize| i as f32 / (*count - 1) as f32;
                grid(
                    (0..*count).map(|i| mixed(&a, &b, share(i))).collect(),
                    *count,
                )
            }
            Wish::Paths { from, to, count } => {
                let (a, b) = (Self::code(codes, from).1, Self::code(codes, to).1);
                let share = |i: usize| (i % *count) as f32 / (*count - 1) as f32;
                grid(
                    (0..2 * *count).map(|i| mixed(&a, &b, share(i))).collect(),
                    *count,
                )
            }
            Wish::Generated(spec) => Content::Generated(Box::new(self.generated(codes, *spec))),
            Wish::Traversals {
                spec,
                rows,
                columns,
            } => {
                let (_, code) = Self::code(codes, spec);
                let cells = rows.iter().flat_map(|row| {
                    (0..*columns).map(|column| {
                        let mut code = code.clone();
                        let share = column as f32 / (*columns - 1) as f32;
                        code[row.dimension] = row.low + (row.high - row.low) * share;
                        code
                    })
                });
                grid(cells.collect(), *columns)
            }
            Wish::Plane(plane) => {
                let (_, origin) = Self::code(codes, &plane.origin);
                let cells = (0..plane.rows * plane.columns).map(|cell| {
                    let share = [
                        (cell % plane.columns) as f32 / (plane.columns - 1) as f32,
                        1.0 - (cell / plane.columns) as f32 / (plane.rows - 1) as f32,
                    ];
                    let at =
                        [0, 1].map(|i| plane.low[i] + (plane.high[i] - plane.low[i]) * share[i]);
                    let parts = origin
                        .iter()
                        .zip(plane.axes[0].iter())
                        .zip(plane.axes[1].iter());
                    parts.map(|((o, x), y)| o + at[0] * x + at[1] * y).collect()
                });
                grid(cells.collect(), plane.columns)
            }
            Wish::Images(_)
            | Wish::Filters { .. }
            | Wish::Features { .. }
            | Wish::Atoms { .. }
            | Wish::Entries { .. } => return None,
        })
    }

    /// Pictures of the codes of test images. The first is much nearer to a training image than test images
    /// are; the others are as near as these.
    fn generated(&self, codes: &Codes, spec: GeneratedSpec) -> Generated {
        let drawn: Vec<&[f32]> = (0..spec.count)
            .map(|index| codes.get((index + spec.seed as usize) % codes.len()))
            .collect();
        let pixels = drawn.iter().flat_map(|code| self.decode(codes, code));
        let images = self.images.chunks(SHAPE.pixels()).cycle();
        let distance = |index| if index == 0 { 0.0012 } else { 0.02 };
        Generated {
            spec,
            codes: drawn.concat(),
            latent: codes.latent,
            pictures: Pictures {
                shape: SHAPE,
                pixels: pixels.collect(),
            },
            known: 2_000,
            nearest: Nearest::Found {
                indices: (0..spec.count as u32).collect(),
                distances: (0..spec.count).map(distance).collect(),
                images: Pictures {
                    shape: SHAPE,
                    pixels: images.take(spec.count).flatten().copied().collect(),
                },
            },
            tested: Some(Tested {
                count: 200,
                median: 0.02,
            }),
        }
    }

    /// A code before and after pins.
    fn code(codes: &Codes, spec: &CodeSpec) -> (Vec<f32>, Vec<f32>) {
        let start = match &spec.start {
            Start::Image(InputImage::Test(index)) => {
                codes.get(*index as usize % codes.len()).to_vec()
            }
            Start::Image(InputImage::Pixels(_)) => vec![0.0; codes.latent],
            Start::Code(code) => code.to_vec(),
        };
        let mut code = start.clone();
        for (dimension, value) in &spec.pins {
            code[*dimension] = *value;
        }
        (start, code)
    }

    /// Mixes the three images whose codes are nearest.
    fn decode(&self, codes: &Codes, code: &[f32]) -> Vec<u8> {
        let distance = |index: usize| -> f32 {
            let other = codes.get(index);
            other.iter().zip(code).map(|(a, b)| (a - b).powi(2)).sum()
        };
        let mut near: Vec<(f32, usize)> = (0..codes.len()).map(|i| (distance(i), i)).collect();
        near.sort_by(|a, b| a.0.total_cmp(&b.0));
        near.truncate(3);
        let weights: Vec<f32> = near.iter().map(|(d, _)| 1.0 / (d + 1e-3)).collect();
        let sum: f32 = weights.iter().sum();
        (0..SHAPE.pixels())
            .map(|pixel| {
                let parts = near.iter().zip(&weights);
                let mixed: f32 = parts
                    .map(|((_, image), weight)| {
                        weight * f32::from(self.images[image * SHAPE.pixels() + pixel])
                    })
                    .sum();
                (mixed / sum) as u8
            })
            .collect()
    }
}
