//! The simulated hand: from a digit to the line of the pen.
//!
//! *Detail* is what is random beyond the factors: the field that bends the skeleton, the jitter of
//! its points and the pressure along the stroke. How strong it is, is a factor (`wobble`).

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

use super::pen::Dot;
use super::skeletons::{DIGITS, Point};
use super::{GlyphFactors, SIDE};

/// Height of the line before scaling, in pixels; with its width the ink is some 20 pixels high.
const HEIGHT: f32 = 18.8;

/// Centre of the skeletons' box.
const BOX_CENTRE: Point = [0.33, 0.5];

/// Black margin that is kept around the ink, in pixels.
const MARGIN: f32 = 0.6;

/// How far each point strays on its own, relative to the field that moves all of them. Much more
/// makes curves look like polygons.
const JITTER: f32 = 0.25;

/// Random numbers from uniform bits by basic arithmetic only, equal on every machine.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    pub(super) fn new(rng: ChaCha8Rng) -> Self {
        Self(rng)
    }

    /// Uniform in [0, 1), a multiple of 2⁻²⁴.
    #[expect(clippy::cast_precision_loss, reason = "24 bits are exact in f32")]
    fn unit(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 / 16_777_216.0
    }

    fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Near normal with mean 0 and variance 1, but within ±3.5: four uniform numbers added.
    fn bell(&mut self) -> f32 {
        let sum = self.unit() + self.unit() + self.unit() + self.unit();
        (sum - 2.0) * 1.732_050_8
    }
}

/// Chooses how the digit `label` is written this time.
pub(super) fn choose(label: u8, dice: &mut Dice) -> GlyphFactors {
    let styles = DIGITS[usize::from(label)];
    let total: usize = styles.iter().map(|style| style.weight).sum();
    let mut ticket = super::streams::below(&mut dice.0, total);
    let mut style = 0;
    while ticket >= styles[usize::from(style)].weight {
        ticket -= styles[usize::from(style)].weight;
        style += 1;
    }
    GlyphFactors {
        label,
        style,
        slant: 0.14 + 0.21 * dice.bell(),
        stroke_width: (2.45 + 0.55 * dice.bell()).clamp(1.5, 4.2),
        scale_x: 1.0 + 0.15 * dice.bell(),
        scale_y: 1.0 + 0.05 * dice.bell(),
        shift_x: 0.5 * dice.bell(),
        shift_y: 0.5 * dice.bell(),
        rotation: 0.09 * dice.bell(),
        wobble: dice.between(0.02, 0.07),
    }
}

/// Moves the pen as the factors say. Where the digit would leave the image, its scales and shifts
/// are set to what keeps it inside, so that the factors stay true.
pub(super) fn write(factors: &mut GlyphFactors, detail: &mut Dice) -> Vec<Vec<Dot>> {
    let style = &DIGITS[usize::from(factors.label)][usize::from(factors.style)];
    let bend = Bend::new(factors.wobble, detail);
    let mut jitter = Jitter::new(JITTER * factors.wobble);
    let place = Placement::new(factors);
    let pressure = Pressure::new(factors.stroke_width, detail);

    let mut line: Vec<Vec<Dot>> = style
        .curves
        .iter()
        .map(|curve| {
            let points: Vec<Point> = curve
                .iter()
                .map(|&point| {
                    let off = jitter.of(point, detail);
                    let moved = bend.apply(point);
                    place.apply([moved[0] + off[0], moved[1] + off[1]])
                })
                .collect();
            smooth(&points)
        })
        .collect();
    let mut middle = press(&mut line, &pressure);
    let size = shrink(&mut line);
    middle = middle.map(|coordinate| coordinate * size);
    factors.scale_x *= size;
    factors.scale_y *= size;

    let dots = || line.iter().flatten();
    let shift_x = inside(factors.shift_x, middle[0], dots().map(|d| (d.x, d.radius)));
    let shift_y = inside(factors.shift_y, middle[1], dots().map(|d| (d.y, d.radius)));
    (factors.shift_x, factors.shift_y) = (shift_x, shift_y);
    for dot in line.iter_mut().flatten() {
        dot.x += IMAGE_CENTRE - middle[0] + shift_x;
        dot.y += IMAGE_CENTRE - middle[1] + shift_y;
    }
    line
}

/// Makes a line that is too large for the image fit it, and returns the scale that took, at most 1.
fn shrink(line: &mut [Vec<Dot>]) -> f32 {
    let dots = || line.iter().flatten();
    let spread = |axis: fn(&Dot) -> f32| {
        dots().map(axis).fold(f32::MIN, f32::max) - dots().map(axis).fold(f32::MAX, f32::min)
    };
    let radius = dots().map(|dot| dot.radius).fold(0.0, f32::max);
    let room = 2.0 * (IMAGE_CENTRE - MARGIN - radius);
    let size = room / spread(|dot| dot.x).max(spread(|dot| dot.y)).max(room);
    for dot in line.iter_mut().flatten() {
        dot.x *= size;
        dot.y *= size;
    }
    size
}

#[expect(clippy::cast_precision_loss, reason = "the side of an image is small")]
const IMAGE_CENTRE: f32 = SIDE as f32 / 2.0;

/// A smooth field that displaces the skeleton: cubic polynomials in both coordinates.
struct Bend {
    x: [f32; 6],
    y: [f32; 6],
}

impl Bend {
    fn new(wobble: f32, detail: &mut Dice) -> Self {
        Self {
            x: core::array::from_fn(|_| wobble * detail.bell()),
            y: core::array::from_fn(|_| wobble * detail.bell()),
        }
    }

    fn apply(&self, point: Point) -> Point {
        // Both in about [-1, 1].
        let u = (point[0] - BOX_CENTRE[0]) * 3.0;
        let v = (point[1] - BOX_CENTRE[1]) * 2.0;
        let terms = [
            u * u - 0.3,
            v * v - 0.3,
            u * v,
            u * v * v,
            v * u * u,
            v * (v * v - 0.6) * 1.5,
        ];
        let shift = |weights: &[f32; 6]| -> f32 {
            weights
                .iter()
                .zip(terms)
                .map(|(weight, term)| weight * term)
                .sum()
        };
        [point[0] + shift(&self.x), point[1] + shift(&self.y)]
    }
}

/// Random displacement of each point of the skeleton. Points at the same place stay together, so
/// that corners and loops stay closed.
struct Jitter {
    strength: f32,
    known: Vec<(Point, Point)>,
}

impl Jitter {
    fn new(strength: f32) -> Self {
        Self {
            strength,
            known: Vec::with_capacity(16),
        }
    }

    fn of(&mut self, point: Point, detail: &mut Dice) -> Point {
        if let Some((_, off)) = self.known.iter().find(|(known, _)| same(*known, point)) {
            return *off;
        }
        let off = [self.strength * detail.bell(), self.strength * detail.bell()];
        self.known.push((point, off));
        off
    }
}

/// Scale, slant and rotation: from the box to pixels around (0, 0).
struct Placement {
    columns: [Point; 2],
}

impl Placement {
    fn new(factors: &GlyphFactors) -> Self {
        let (sine, cosine) = sine_cosine(factors.rotation);
        let wide = HEIGHT * factors.scale_x;
        let high = HEIGHT * factors.scale_y;
        // Turn · Lean · Scale; y points down, so leaning right is moving left with growing y.
        let lean = -factors.slant * high;
        Self {
            columns: [
                [cosine * wide, sine * wide],
                [cosine * lean - sine * high, sine * lean + cosine * high],
            ],
        }
    }

    fn apply(&self, point: Point) -> Point {
        let u = point[0] - BOX_CENTRE[0];
        let v = point[1] - BOX_CENTRE[1];
        let [right, down] = self.columns;
        [u * right[0] + v * down[0], u * right[1] + v * down[1]]
    }
}

/// Sine and cosine of a small angle by way of the tangent of its half. The library functions
/// may differ in the last bit from system to system. Off by less than 1e-5 below 0.5 rad.
fn sine_cosine(angle: f32) -> (f32, f32) {
    let half = angle / 2.0;
    let square = half * half;
    let tangent = half * (1.0 + square * (1.0 / 3.0 + square * (2.0 / 15.0)));
    let scale = 1.0 / (1.0 + tangent * tangent);
    (2.0 * tangent * scale, (1.0 - tangent * tangent) * scale)
}

/// How hard the pen is pressed along the line, as a radius.
struct Pressure {
    radius: f32,
    slope: f32,
    bow: f32,
}

impl Pressure {
    fn new(stroke_width: f32, detail: &mut Dice) -> Self {
        Self {
            radius: stroke_width / 2.0,
            slope: 0.09 * detail.bell(),
            bow: 0.06 * detail.bell(),
        }
    }

    /// Radius at `along`, 0 at the start and 1 at the end of the digit. Its mean is the radius.
    fn at(&self, along: f32) -> f32 {
        let t = 2.0 * along - 1.0;
        self.radius * (1.0 + self.slope * t + self.bow * (1.5 * t * t - 0.5))
    }
}

/// Sets every dot's radius, and returns the middle of the line: its mean position by length.
fn press(line: &mut [Vec<Dot>], pressure: &Pressure) -> Point {
    let length = |a: Dot, b: Dot| ((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y)).sqrt();
    let (mut total, mut x, mut y) = (0.0, 0.0, 0.0);
    for pair in line.iter().flat_map(|curve| curve.windows(2)) {
        let piece = length(pair[0], pair[1]);
        total += piece;
        x += piece * (pair[0].x + pair[1].x) / 2.0;
        y += piece * (pair[0].y + pair[1].y) / 2.0;
    }
    let total = f32::max(total, 1e-6);
    let mut gone = 0.0;
    for curve in line {
        let mut before: Option<Dot> = None;
        for dot in curve {
            gone += before.map_or(0.0, |before| length(before, *dot));
            dot.radius = pressure.at(gone / total);
            before = Some(*dot);
        }
    }
    [x / total, y / total]
}

/// The shift nearest to `wanted` that keeps all `(coordinate, radius)` in the image once `middle` is
/// moved to its centre. [`shrink`] has made sure that there is one, but for rounding.
fn inside(wanted: f32, middle: f32, dots: impl Iterator<Item = (f32, f32)>) -> f32 {
    let (mut low, mut high) = (f32::MAX, f32::MIN);
    for (coordinate, radius) in dots {
        low = low.min(coordinate - radius);
        high = high.max(coordinate + radius);
    }
    let least = MARGIN - IMAGE_CENTRE + middle - low;
    let most = IMAGE_CENTRE - MARGIN + middle - high;
    if least > most {
        return f32::midpoint(least, most);
    }
    wanted.clamp(least, most)
}

/// Whether two points are the same one, to the bit.
fn same(a: Point, b: Point) -> bool {
    a.map(f32::to_bits) == b.map(f32::to_bits)
}

/// Pieces a curve is cut into between two of its points: short enough to look round.
const PIECES: usize = 6;

/// A smooth curve through `points` (centripetal Catmull–Rom), as dots whose radius is not yet set.
/// It closes smoothly where the last point is the first.
fn smooth(points: &[Point]) -> Vec<Dot> {
    let last = points.len() - 1;
    let closed = last > 2 && same(points[0], points[last]);
    let mirror = |end: Point, inner: Point| [2.0 * end[0] - inner[0], 2.0 * end[1] - inner[1]];
    let mut dots = Vec::with_capacity(last * PIECES + 1);
    for i in 0..last {
        let (from, to) = (points[i], points[i + 1]);
        let before = match i {
            0 if closed => points[last - 1],
            0 => mirror(from, to),
            _ => points[i - 1],
        };
        let after = match i + 2 {
            next if next <= last => points[next],
            _ if closed => points[1],
            _ => mirror(to, from),
        };
        let tangents = tangents([before, from, to, after]);
        for piece in 0..PIECES {
            #[expect(clippy::cast_precision_loss, reason = "small whole numbers")]
            let t = piece as f32 / PIECES as f32;
            dots.push(hermite(from, to, tangents, t));
        }
    }
    let end = points[last];
    dots.push(Dot {
        x: end[0],
        y: end[1],
        radius: 0.0,
    });
    dots
}

/// Tangents at the two inner points, for a parameter that runs from 0 to 1 between them.
fn tangents([before, from, to, after]: [Point; 4]) -> [Point; 2] {
    // The square root of the distance is the centripetal choice: no cusps, no overshoot.
    let step = |a: Point, b: Point| {
        let (x, y) = (b[0] - a[0], b[1] - a[1]);
        (x * x + y * y).sqrt().sqrt().max(1e-4)
    };
    let (first, middle, last) = (step(before, from), step(from, to), step(to, after));
    let axis = |k: usize| {
        let inner = (to[k] - from[k]) / middle;
        let start = (from[k] - before[k]) / first - (to[k] - before[k]) / (first + middle) + inner;
        let end = inner - (after[k] - from[k]) / (middle + last) + (after[k] - to[k]) / last;
        [start * middle, end * middle]
    };
    let (x, y) = (axis(0), axis(1));
    [[x[0], y[0]], [x[1], y[1]]]
}

/// The cubic with these ends and tangents, at `t` in [0, 1].
fn hermite(from: Point, to: Point, [start, end]: [Point; 2], t: f32) -> Dot {
    let (t2, t3) = (t * t, t * t * t);
    let axis = |k: usize| {
        (2.0 * t3 - 3.0 * t2 + 1.0) * from[k]
            + (t3 - 2.0 * t2 + t) * start[k]
            + (3.0 * t2 - 2.0 * t3) * to[k]
            + (t3 - t2) * end[k]
    };
    Dot {
        x: axis(0),
        y: axis(1),
        radius: 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sine_and_cosine_are_those_of_the_angle() {
        for angle in [-0.5_f32, -0.2, 0.0, 0.31, 0.5] {
            let (sine, cosine) = sine_cosine(angle);
            assert!((sine - angle.sin()).abs() < 1e-5, "{angle}: {sine}");
            assert!((cosine - angle.cos()).abs() < 1e-5, "{angle}: {cosine}");
        }
    }
}
