//! Colours and line patterns of exported drawings: made for white paper.
//!
//! A *slot* is a run's place in the row of run colours. The colours are those of the window's light
//! theme, and every slot has a pattern of line and mark as well, so that runs can be told apart in
//! print and without colour vision.

/// Red, green and blue.
pub type Rgb = [u8; 3];

/// One a slot.
pub const RUN_COLORS: [Rgb; 8] = [
    [0x00, 0x72, 0xb2],
    [0xd5, 0x5e, 0x00],
    [0x00, 0x8a, 0x65],
    [0xa8, 0x47, 0x8a],
    [0x7a, 0x63, 0x00],
    [0x8f, 0x0f, 0x2c],
    [0x5a, 0x3a, 0xd6],
    [0x2b, 0x30, 0x38],
];

/// Of paper.
pub(super) const PAPER: Rgb = [0xff, 0xff, 0xff];
/// Of text.
pub(super) const INK: Rgb = [0x26, 0x2d, 0x38];
/// Of text that stands back, and of axes.
pub(super) const WEAK: Rgb = [0x5c, 0x66, 0x75];
/// Of the lines of a chart's grid.
pub(super) const GRID: Rgb = [0xe3, 0xe7, 0xec];
/// Of reference lines.
pub(super) const BASELINE: Rgb = [0x76, 0x81, 0x90];

/// How a line is drawn; lengths in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stroke {
    /// In one piece.
    Solid,
    /// In pieces of this length.
    Dashed(f32),
    /// As dots this far apart.
    Dotted(f32),
}

/// What measurements are marked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// ●
    Circle,
    /// ■
    Square,
    /// ▲
    Up,
    /// ◆
    Diamond,
    /// ▼
    Down,
    /// +
    Plus,
    /// ×
    Cross,
    /// *
    Asterisk,
}

/// One a slot.
const PATTERNS: [(Stroke, Mark); 8] = [
    (Stroke::Solid, Mark::Circle),
    (Stroke::Dashed(9.0), Mark::Square),
    (Stroke::Dotted(6.0), Mark::Up),
    (Stroke::Dashed(18.0), Mark::Diamond),
    (Stroke::Solid, Mark::Down),
    (Stroke::Dashed(5.0), Mark::Plus),
    (Stroke::Dotted(11.0), Mark::Cross),
    (Stroke::Dashed(13.0), Mark::Asterisk),
];

/// The colour of a run.
pub fn run_color(slot: usize) -> Rgb {
    RUN_COLORS[slot % RUN_COLORS.len()]
}

/// The line of a run.
pub fn run_stroke(slot: usize) -> Stroke {
    PATTERNS[slot % PATTERNS.len()].0
}

/// The mark of a run.
pub fn run_mark(slot: usize) -> Mark {
    PATTERNS[slot % PATTERNS.len()].1
}

/// As SVG spells a colour.
pub(super) fn hex([red, green, blue]: Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}
