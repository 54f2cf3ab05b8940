//! What the pane "One input" knows: the image, the damage done to it, and what the runs made of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::data::{Corruption, ImageShape};
use crate::engine::{
    Answer, Content, ImagesMade, ImagesSampled, InputImage, OwnNoise, Pictures, RunId,
};

use super::strokes::{Ink, Layer, Point, Stroke};

/// Thickness of the brush at first: that of a pen on the images of MNIST.
const THICKNESS: f32 = 0.09;

/// What the pointer does on the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Draws on the image.
    Draw,
    /// Makes the image black.
    Erase,
    /// Damages what goes in; the image stays as it is.
    Damage,
}

impl Tool {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Draw, Self::Erase, Self::Damage];

    /// What the window calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draw => "Draw",
            Self::Erase => "Erase",
            Self::Damage => "Brush over",
        }
    }

    /// What it is for.
    pub fn help(self) -> &'static str {
        match self {
            Self::Draw => "Draws on the image itself",
            Self::Erase => "Makes the image itself black where you draw",
            Self::Damage => {
                "Paints over the image as damage: the runs see it, but their pictures are also \
                 compared with the image as it was"
            }
        }
    }
}

/// What strokes are painted with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Brush {
    /// What the pointer does.
    pub tool: Tool,
    /// Colour of what is drawn.
    pub ink: Ink,
    /// Diameter as a share of the shorter side.
    pub thickness: f32,
}

impl Default for Brush {
    fn default() -> Self {
        Self {
            tool: Tool::Draw,
            ink: Ink::White,
            thickness: THICKNESS,
        }
    }
}

/// The pen that is moved by keys.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pen {
    /// Where it is, as shares of the canvas.
    pub at: Point,
    /// Whether it draws where it goes.
    pub is_down: bool,
}

impl Default for Pen {
    fn default() -> Self {
        Self {
            at: [0.5; 2],
            is_down: false,
        }
    }
}

/// What a run was given: the image, damaged once more by the noise the run is trained with.
#[derive(Clone, Debug)]
pub struct Given {
    /// The noise.
    pub noise: OwnNoise,
    /// The picture.
    pub picture: Pictures,
    /// Mean squared error to the image that was damaged, pixels in [0, 1].
    pub error: Option<f32>,
}

/// What a run made of the image.
#[derive(Clone, Debug)]
pub struct Rebuilt {
    /// Training steps of the weights.
    pub step: u64,
    /// Another number for every answer.
    pub version: u64,
    /// What went in, where that is not the image itself.
    pub given: Option<Given>,
    /// Pictures of codes that were drawn.
    pub samples: Vec<ImagesSampled>,
    /// The picture, or why there is none.
    pub picture: Result<Pictures, String>,
    /// Mean squared error to what went in, pixels in [0, 1].
    pub error: Option<f32>,
    /// Mean squared error to the image without damage.
    pub clean_error: Option<f32>,
}

/// What the pane knows.
#[derive(Clone, Debug, Default)]
pub struct InputState {
    /// What strokes are painted with.
    pub brush: Brush,
    /// What damage is done before the brush.
    pub corruption: Corruption,
    /// Whether runs that train on noisy images are given this one with their own noise too.
    pub has_own_noise: bool,
    /// Whether runs that draw their codes show some drawn ones.
    pub has_samples: bool,
    /// The test image that is to be taken once its pixels are known.
    pub wanted: Option<u32>,
    pen: Pen,
    taken: Option<(u32, Arc<[u8]>)>,
    strokes: Vec<Stroke>,
    shape: Option<ImageShape>,
    clean: Arc<[u8]>,
    seen: Arc<[u8]>,
    sent: Option<Arc<Pictures>>,
    version: u64,
    answers: u64,
    draws: u64,
    results: BTreeMap<RunId, Rebuilt>,
}

impl InputState {
    /// What goes in, damage included; nothing as long as there is no image.
    pub fn image(&self) -> Option<InputImage> {
        self.has_image()
            .then(|| InputImage::Pixels(Arc::clone(&self.seen)))
    }

    /// What goes in, as a picture; nothing as long as there is no image.
    pub fn sent(&self) -> Option<&Arc<Pictures>> {
        self.sent.as_ref().filter(|_sent| self.has_image())
    }

    /// Size of the image, once a data set is open.
    pub fn shape(&self) -> Option<ImageShape> {
        self.shape
    }

    /// The test image that was taken.
    pub fn test_image(&self) -> Option<u32> {
        self.taken.as_ref().map(|(image, _)| *image)
    }

    /// Whether anything was drawn, taken or damaged.
    pub fn has_image(&self) -> bool {
        self.shape.is_some()
            && (self.taken.is_some() || !self.strokes.is_empty() || !self.corruption.is_none())
    }

    /// Whether there is a stroke to take back.
    pub fn has_strokes(&self) -> bool {
        !self.strokes.is_empty()
    }

    /// Whether any damage is done.
    pub fn is_damaged(&self) -> bool {
        let is_brushed = |stroke: &Stroke| stroke.layer == Layer::Damage;
        !self.corruption.is_none() || self.strokes.iter().any(is_brushed)
    }

    /// The image without damage.
    pub fn clean(&self) -> Option<Pictures> {
        let pixels = self.clean.to_vec();
        self.shape.map(|shape| Pictures { shape, pixels })
    }

    /// The image that goes in.
    pub fn seen(&self) -> Option<Pictures> {
        let pixels = self.seen.to_vec();
        self.shape.map(|shape| Pictures { shape, pixels })
    }

    /// Another number for every image.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// What a run made of the image.
    pub fn result(&self, run: RunId) -> Option<&Rebuilt> {
        self.results.get(&run).filter(|_| self.has_image())
    }

    /// Mean squared error of what goes in to the image without damage.
    pub fn damage(&self) -> f32 {
        squared_error(&self.clean, &self.seen)
    }

    /// Has the drawing in the size of other images; a test image of another size is let go.
    pub fn fit(&mut self, shape: ImageShape) {
        if self.shape == Some(shape) {
            return;
        }
        self.shape = Some(shape);
        if !Ink::of(shape).contains(&self.brush.ink) {
            self.brush.ink = Ink::White;
        }
        self.taken = self
            .taken
            .take()
            .filter(|(_, pixels)| pixels.len() == shape.pixels());
        self.results.clear();
        self.render();
    }

    /// Takes a test image in place of whatever was there; the damage stays as it is asked for.
    pub fn take_test_image(&mut self, image: u32, pixels: Arc<[u8]>) {
        self.wanted = None;
        self.pen.is_down = false;
        self.strokes.clear();
        self.taken = Some((image, pixels));
        self.render();
    }

    /// The pen that is moved by keys.
    pub fn pen(&self) -> Pen {
        self.pen
    }

    /// Moves the pen within the canvas; where it is down it draws.
    pub fn move_pen(&mut self, by: Point) {
        let at = [0, 1].map(|axis| (self.pen.at[axis] + by[axis]).clamp(0.0, 1.0));
        self.pen.at = at;
        if self.pen.is_down {
            self.extend_stroke(&[at]);
        }
    }

    /// Puts the pen down, where it makes a dot at once, or lifts it.
    pub fn put_pen(&mut self, is_down: bool) {
        if is_down && !self.pen.is_down {
            self.begin_stroke(self.pen.at);
        }
        self.pen.is_down = is_down;
    }

    /// Begins a stroke.
    pub fn begin_stroke(&mut self, at: Point) {
        self.pen.is_down = false;
        let Brush {
            tool,
            ink,
            thickness,
        } = self.brush;
        let (layer, ink) = match tool {
            Tool::Draw => (Layer::Image, ink),
            Tool::Erase => (Layer::Image, Ink::Black),
            Tool::Damage => (Layer::Damage, ink),
        };
        let mut stroke = Stroke {
            layer,
            ink,
            thickness,
            points: Vec::new(),
        };
        stroke.extend(at);
        if !stroke.points.is_empty() {
            self.strokes.push(stroke);
            self.render();
        }
    }

    /// Goes on with the last stroke.
    pub fn extend_stroke(&mut self, points: &[Point]) {
        let Some(stroke) = self.strokes.last_mut() else {
            return;
        };
        for &point in points {
            stroke.extend(point);
        }
        self.render();
    }

    /// Takes the last stroke back.
    pub fn undo(&mut self) {
        self.pen.is_down = false;
        if self.strokes.pop().is_some() {
            self.render();
        }
    }

    /// Nothing is drawn and no image taken.
    pub fn clear(&mut self) {
        self.pen.is_down = false;
        self.strokes.clear();
        self.taken = None;
        self.wanted = None;
        self.render();
    }

    /// Other damage.
    pub fn set_corruption(&mut self, corruption: Corruption) {
        self.corruption = corruption;
        self.render();
    }

    /// No damage.
    pub fn repair(&mut self) {
        self.pen.is_down = false;
        self.strokes.retain(|stroke| stroke.layer == Layer::Image);
        self.corruption = Corruption {
            seed: self.corruption.seed,
            ..Corruption::default()
        };
        self.render();
    }

    /// A number that is another one every time.
    pub fn next_draw(&mut self) -> u64 {
        self.draws += 1;
        self.draws << 32
    }

    /// Takes in what the explorer found.
    pub fn take(&mut self, answer: Answer) {
        self.answers += 1;
        let mut samples = Vec::new();
        let (given, picture, error) = match answer.content {
            Content::Point { picture, error, .. } => (None, Ok(picture), error),
            Content::Images(mut made) => {
                samples = std::mem::take(&mut made.samples);
                let error = made.input_errors.first().copied();
                let (given, picture) = Given::split(*made);
                (given, Ok(picture), error)
            }
            Content::Failed(reason) => (None, Err(reason), None),
            Content::Grid { .. }
            | Content::Filters { .. }
            | Content::Features(_)
            | Content::Entries(_)
            | Content::Generated(_) => return,
        };
        let clean_error = picture
            .as_ref()
            .ok()
            .map(|picture| squared_error(&self.clean, &picture.pixels));
        let result = Rebuilt {
            step: answer.step,
            version: self.answers,
            given,
            samples,
            picture,
            error,
            clean_error,
        };
        self.results.insert(answer.key.run, result);
    }

    /// Makes the pixels anew.
    fn render(&mut self) {
        self.version += 1;
        let Some(shape) = self.shape else { return };
        let paint = |pixels: &mut Vec<u8>, layer| {
            for stroke in self.strokes.iter().filter(|stroke| stroke.layer == layer) {
                stroke.paint(shape, pixels);
            }
        };
        let mut pixels = self
            .taken
            .as_ref()
            .map_or_else(|| vec![0; shape.pixels()], |(_, pixels)| pixels.to_vec());
        paint(&mut pixels, Layer::Image);
        let clean: Arc<[u8]> = pixels.as_slice().into();
        self.corruption.apply(shape, &mut pixels);
        paint(&mut pixels, Layer::Damage);
        self.clean = clean;
        self.seen = pixels.as_slice().into();
        self.sent = Some(Arc::new(Pictures { shape, pixels }));
        for result in self.results.values_mut() {
            let picture = result.picture.as_ref().ok();
            result.clean_error = picture.map(|picture| squared_error(&self.clean, &picture.pixels));
        }
    }
}

impl Given {
    /// What a run was given, where it was damaged, and what it made of that.
    fn split(made: ImagesMade) -> (Option<Self>, Pictures) {
        let given = made.given.zip(made.spec.noise);
        let given = given.map(|(picture, noise)| Self {
            noise,
            picture,
            error: made.given_errors.first().copied(),
        });
        (given, made.pictures)
    }
}

/// Mean squared difference, pixels in [0, 1].
fn squared_error(one: &[u8], other: &[u8]) -> f32 {
    let squares = one.iter().zip(other).map(|(a, b)| {
        let difference = u32::from(a.abs_diff(*b));
        u64::from(difference * difference)
    });
    let count = one.len().min(other.len()).max(1);
    (squares.sum::<u64>() as f64 / (count as f64 * 255.0 * 255.0)) as f32
}
