//! What the explorer is asked and what it answers: plain data only.
//!
//! A *wish* stands until it is replaced or withdrawn: it is fulfilled at once with the newest weights
//! of its run, and again whenever there are newer ones. Of the wishes in one [`Slot`] of one run only
//! the newest counts. An *answer* says which wish it fulfils and of which step the weights were.

use std::sync::Arc;

use crate::data::ImageShape;
use crate::model::{CORRUPTIONS, CodeGrid, KnobValue, Knobs};
use crate::train::CodeDraw;

use super::protocol::{Pictures, RunId};

/// The place a wish has; in order of urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// The code under the sliders.
    Sliders,
    /// What the pointer is over in the plane.
    Hover,
    /// A code of which entries were exchanged.
    Exchange,
    /// The drawn or corrupted image.
    Input,
    /// Chosen test images.
    Images,
    /// Between two codes.
    Line,
    /// Between two codes that were drawn.
    Paths,
    /// One row a dimension.
    Traversals,
    /// The decoded plane.
    Plane,
    /// Feature maps.
    Features,
    /// First-layer filters and the decoder's atoms.
    Filters,
    /// What units of the code add to an image.
    Atoms,
    /// The entries that codes are made of.
    Entries,
    /// Codes that belong to no image.
    Generated,
}

/// Names a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WishKey {
    /// In order of urgency.
    pub slot: Slot,
    /// Whose weights.
    pub run: RunId,
}

/// An image to put through a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputImage {
    /// One of the test images of the run.
    Test(u32),
    /// Pixels 0 to 255, channel-planar like the data, as many as an image of the run has.
    Pixels(Arc<[u8]>),
}

/// Where a code begins.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// The code of an image, of whatever depth is in use.
    Image(InputImage),
    /// A code; values that are missing for the depth in use are 0, those too many are left out.
    Code(Arc<[f32]>),
}

/// A code.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeSpec {
    /// Where it begins.
    pub start: Start,
    /// Dimensions with a value of their own; those beyond the depth in use are left out.
    pub pins: Vec<(usize, f32)>,
}

/// One row of a grid of traversals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Traversal {
    /// The dimension that changes along the row.
    pub dimension: usize,
    /// Its first value.
    pub low: f32,
    /// Its last value.
    pub high: f32,
}

/// A part of a plane in the space of codes: `origin + x · axes[0] + y · axes[1]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// Where x and y are 0.
    pub origin: CodeSpec,
    /// Directions of x and y.
    pub axes: [Arc<[f32]>; 2],
    /// x and y of the picture at the lower left.
    pub low: [f32; 2],
    /// x and y of the picture at the upper right.
    pub high: [f32; 2],
    /// Pictures in a row.
    pub columns: usize,
    /// Rows of pictures, told from the top (highest y) down.
    pub rows: usize,
}

/// The damage that a network is trained with: a kind of corruption and its level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OwnNoise {
    /// Id of the kind, one of the options of the knob `noise`.
    pub id: &'static str,
    /// What the window calls the kind.
    pub name: &'static str,
    /// A share of the pixels, or a standard deviation where white is 1.
    pub level: f64,
}

impl OwnNoise {
    /// Of a run with these knobs; none where its images go in as they are.
    pub fn of(knobs: &Knobs) -> Option<Self> {
        let (Some(KnobValue::Text(id)), Some(KnobValue::Real(level))) =
            (knobs.get("noise"), knobs.get("noise-level"))
        else {
            return None;
        };
        let kind = CORRUPTIONS.iter().find(|kind| kind.choice.id == id)?;
        (*level > 0.0).then_some(Self {
            id: kind.choice.id,
            name: kind.choice.name,
            level: *level,
        })
    }
}

/// Images to put through a network, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct ImagesSpec {
    /// The images.
    pub images: Arc<Pictures>,
    /// One number an image that its noise is drawn by, of a test image its index: the same image has the
    /// same noise in every answer, with any weights of any run.
    pub indices: Arc<[u32]>,
    /// Damage done to the images first.
    pub noise: Option<OwnNoise>,
    /// Codes of each image that are drawn from q(z|x) and decoded, besides its reconstruction from the
    /// mean, where the network draws its codes.
    pub draws: usize,
    /// Other seeds give other noise and other draws.
    pub seed: u64,
}

/// Codes to draw that belong to no image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeneratedSpec {
    /// How.
    pub draw: CodeDraw,
    /// How many: with more, further ones after these.
    pub count: usize,
    /// Seed of all that is drawn, also of the training images whose codes are looked at.
    pub seed: u64,
}

/// What is wanted.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// One code and its picture; of an image, its reconstruction.
    Point(CodeSpec),
    /// What becomes of some images.
    Images(ImagesSpec),
    /// Pictures of codes on the straight line between two.
    Line {
        /// The first code.
        from: CodeSpec,
        /// The last code.
        to: CodeSpec,
        /// Pictures, both ends included.
        count: usize,
    },
    /// Pictures of codes on the straight path between two, and below them on the spherical one, as far as
    /// there is one: [`crate::analysis::turning_angle`].
    Paths {
        /// The first code.
        from: CodeSpec,
        /// The last code.
        to: CodeSpec,
        /// Pictures of each path, both ends included.
        count: usize,
    },
    /// One row of pictures a dimension.
    Traversals {
        /// The code of the other dimensions.
        spec: CodeSpec,
        /// The rows.
        rows: Vec<Traversal>,
        /// Pictures in a row.
        columns: usize,
    },
    /// A grid of pictures.
    Plane(Plane),
    /// What the first layer looks for and what the last one paints with, largest norm first.
    Filters {
        /// At most so many of each.
        count: usize,
    },
    /// What units of the code add to the image of another code.
    Atoms {
        /// The code that they are added to.
        base: CodeSpec,
        /// Each unit, and how much is added to it.
        units: Arc<[(usize, f32)]>,
    },
    /// The entries that codes are made of.
    Entries {
        /// Those whose pictures are wanted.
        drawn: Arc<[usize]>,
    },
    /// The outputs of one layer for an image, as pictures where it is convolutional.
    Features {
        /// The image.
        image: InputImage,
        /// Index in the run's list of layers.
        layer: usize,
    },
    /// Pictures of codes that belong to no image, and the training images nearest to them. The pictures
    /// come in an answer of their own where the rest takes longer.
    Generated(GeneratedSpec),
}

/// A wish fulfilled.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Which wish.
    pub key: WishKey,
    /// The number the wish was sent with.
    pub number: u64,
    /// Training steps of the weights.
    pub step: u64,
    /// What was found.
    pub content: Content,
}

/// What was found.
#[derive(Clone, Debug)]
pub enum Content {
    /// Of [`Wish::Point`].
    Point {
        /// The code before pins.
        start: Vec<f32>,
        /// The code after pins.
        code: Vec<f32>,
        /// Its picture.
        picture: Pictures,
        /// The image the code began with, where it was one.
        original: Option<Pictures>,
        /// Mean squared error to that image.
        error: Option<f32>,
    },
    /// Of [`Wish::Images`].
    Images(Box<ImagesMade>),
    /// Of [`Wish::Line`], [`Wish::Paths`], [`Wish::Traversals`] and [`Wish::Plane`]: row after row.
    Grid {
        /// The pictures.
        pictures: Pictures,
        /// Pictures in a row.
        columns: usize,
    },
    /// Of [`Wish::Filters`].
    Filters {
        /// Weights of the units of the first layer.
        encoder: Tiles,
        /// Weights from each unit of the last hidden layer to the image.
        decoder: Tiles,
    },
    /// Of [`Wish::Features`] and [`Wish::Atoms`], there a tile a unit.
    Features(Tiles),
    /// Of [`Wish::Entries`].
    Entries(Box<EntriesFound>),
    /// Of [`Wish::Generated`].
    Generated(Box<Generated>),
    /// It could not be: one sentence.
    Failed(String),
}

/// The entries that codes are made of.
#[derive(Clone, Debug)]
pub struct EntriesFound {
    /// The code as maps; a code without places is one place.
    pub code: ImageShape,
    /// How entries lie in a code.
    pub grid: CodeGrid,
    /// Entry after entry.
    pub values: Vec<f32>,
    /// Those whose pictures were asked for and that there are.
    pub drawn: Vec<usize>,
    /// What becomes of a code that has the same entry everywhere, one of each entry drawn.
    pub pictures: Pictures,
}

/// Images and what a network made of them, one of each an image in all fields.
#[derive(Clone, Debug)]
pub struct ImagesMade {
    /// What was asked.
    pub spec: ImagesSpec,
    /// What the network was given, where the images were damaged first.
    pub given: Option<Pictures>,
    /// Mean squared errors of that to the images, pixels in [0, 1]; empty where there is none.
    pub given_errors: Vec<f32>,
    /// What the network made of what it was given.
    pub pictures: Pictures,
    /// Mean squared errors of these to the images, pixels in [0, 1], before clamping.
    pub errors: Vec<f32>,
    /// Mean squared errors of these to what the network was given.
    pub input_errors: Vec<f32>,
    /// One entry a draw; empty where codes are not drawn, or not at the depth in use.
    pub samples: Vec<ImagesSampled>,
}

/// What a network makes of codes that were drawn, one an image.
#[derive(Clone, Debug)]
pub struct ImagesSampled {
    /// The decoded codes.
    pub pictures: Pictures,
    /// Mean squared errors of these to the images, pixels in [0, 1], before clamping.
    pub errors: Vec<f32>,
}

/// Pictures of codes that belong to no image.
#[derive(Clone, Debug, PartialEq)]
pub struct Generated {
    /// What was asked.
    pub spec: GeneratedSpec,
    /// Code after code.
    pub codes: Vec<f32>,
    /// Numbers of a code.
    pub latent: usize,
    /// The decoded codes.
    pub pictures: Pictures,
    /// Training images whose codes were looked at; 0 where that was not needed.
    pub known: usize,
    /// The training images nearest to the pictures.
    pub nearest: Nearest,
    /// How near test images are, once that is known.
    pub tested: Option<Tested>,
}

impl Generated {
    /// One of the codes, or nothing beyond the end.
    pub fn code(&self, index: usize) -> &[f32] {
        let start = index * self.latent;
        self.codes
            .get(start..start + self.latent)
            .unwrap_or_default()
    }
}

/// The training images nearest to some pictures.
#[derive(Clone, Debug, PartialEq)]
pub enum Nearest {
    /// The images of the run are lost.
    Lost,
    /// They are still looked for.
    Sought,
    /// One a picture.
    Found {
        /// Their places among the training images.
        indices: Vec<u32>,
        /// Mean squared distances of the pictures from them, pixels in [0, 1].
        distances: Vec<f64>,
        /// The images.
        images: Pictures,
    },
}

/// How near test images are to their nearest training images.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tested {
    /// Test images that were looked at.
    pub count: usize,
    /// Median of the mean squared distances, pixels in [0, 1].
    pub median: f64,
}

/// Signed values as pictures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tiles {
    /// Size of each; one value a pixel and channel, channel-planar.
    pub shape: Option<ImageShape>,
    /// Tile after tile.
    pub values: Vec<f32>,
    /// Euclidean norm of each.
    pub norms: Vec<f32>,
    /// How many there are in all, shown or not.
    pub total: usize,
}
