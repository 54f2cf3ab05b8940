//! What the explorer found inside the networks.
//!
//! A *find* is the newest answer of a run, numbered by when it came, so that textures know what is new.

use std::sync::Arc;

use crate::engine::{Content, RunId, Tiles};

use super::tiles::TileScale;

/// The newest answer of one kind for one run.
#[derive(Clone, Debug)]
pub struct Find<T> {
    /// Steps of the weights.
    pub step: u64,
    /// How many answers had come before.
    pub number: u64,
    /// What was found, or why nothing was.
    pub content: Result<T, String>,
}

impl<T> Find<T> {
    /// A number that changes with the picture.
    pub fn version(&self, scale: TileScale) -> u64 {
        2 * self.number + u64::from(scale == TileScale::Common)
    }
}

/// Filters and atoms.
pub type Filters = [Arc<Tiles>; 2];

/// Takes filters out of an answer.
pub fn filters(content: Content) -> Result<Filters, String> {
    match content {
        Content::Filters { encoder, decoder } => Ok([Arc::new(encoder), Arc::new(decoder)]),
        other => Err(unfit(other)),
    }
}

/// Takes feature maps out of an answer.
pub fn features(content: Content) -> Result<Arc<Tiles>, String> {
    match content {
        Content::Features(tiles) => Ok(Arc::new(tiles)),
        other => Err(unfit(other)),
    }
}

fn unfit(content: Content) -> String {
    match content {
        Content::Failed(sentence) => sentence,
        Content::Point { .. }
        | Content::Images(_)
        | Content::Grid { .. }
        | Content::Filters { .. }
        | Content::Features(_)
        | Content::Entries(_)
        | Content::Generated(_) => "An answer to another question came.".to_owned(),
    }
}

/// Which tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Of the first layer.
    Encoder,
    /// Of the last layer.
    Decoder,
    /// Outputs of a layer.
    Features,
}

/// A tile that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looked {
    /// Whose.
    pub run: RunId,
    /// Which tiles.
    pub part: Part,
    /// Which of them.
    pub tile: usize,
}
