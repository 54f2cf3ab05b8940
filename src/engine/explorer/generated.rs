//! Pictures of codes that belong to no image: learned from, drawn, decoded, and held against the training
//! images, a part of the work at a time.

use std::rc::Rc;

use crate::data::Dataset;
use crate::engine::protocol::Pictures;
use crate::engine::wish::{Content, Generated, GeneratedSpec, Nearest, Tested};

use super::nearest::Search;
use super::parts::Parts;
use super::replica::{Replica, Trouble};
use super::studio::Studio;

/// Pictures at most.
const MOST: usize = 1_000;

/// What a part of the work is.
enum Stage {
    /// Learning what codes are drawn from, and drawing them.
    Learning,
    /// Decoding codes.
    Decoding,
    /// Looking for the nearest training images.
    Comparing(Search),
    /// Finding out how near test images are.
    Testing,
}

/// Pictures on their way.
pub(super) struct GeneratedJob {
    spec: GeneratedSpec,
    stage: Stage,
    codes: Vec<f32>,
    /// Training images whose codes were looked at.
    known: usize,
    /// Of decoding, once there are codes.
    parts: Parts,
    pixels: Vec<u8>,
    nearest: Nearest,
    tested: Option<Tested>,
    /// Whether there is something to be told that was not yet.
    has_news: bool,
}

impl GeneratedJob {
    pub(super) fn new(replica: &Replica, spec: GeneratedSpec) -> Result<Self, Trouble> {
        let (most, found) = (MOST, spec.count);
        if found > most {
            return Err(Trouble::TooMany { most, found });
        }
        replica.must_suit(spec.draw.source)?;
        Ok(Self {
            spec,
            stage: Stage::Learning,
            codes: Vec::new(),
            known: 0,
            parts: Parts::new(0),
            pixels: Vec::new(),
            nearest: if replica.data().is_some() {
                Nearest::Sought
            } else {
                Nearest::Lost
            },
            tested: None,
            has_news: false,
        })
    }

    /// Does a part. Returns whether it was the last.
    pub(super) fn advance(
        &mut self,
        replica: &Rc<Replica>,
        studio: &mut Studio,
    ) -> Result<bool, Trouble> {
        let data = replica.data();
        match &mut self.stage {
            Stage::Learning => {
                if studio.learn(replica, &self.spec)? {
                    (self.codes, self.known) = studio.draw(replica, &self.spec)?;
                    self.parts = Parts::new(self.codes.len() / replica.latent().max(1));
                    self.stage = Stage::Decoding;
                }
                Ok(false)
            }
            Stage::Decoding => {
                if !self.decode(replica)? {
                    return Ok(false);
                }
                let Some(data) = data else {
                    return Ok(true);
                };
                self.tested = studio.tested(data);
                self.stage = Stage::Comparing(Search::new(&data.train, self.pixels.clone()));
                self.has_news = true;
                Ok(false)
            }
            Stage::Comparing(search) => {
                let Some(data) = data else {
                    return Ok(true);
                };
                if !search.advance(&data.train) {
                    return Ok(false);
                }
                let nothing = Search::new(&data.train, Vec::new());
                self.nearest = found(std::mem::replace(search, nothing), data);
                self.stage = Stage::Testing;
                self.has_news = true;
                Ok(self.tested.is_some())
            }
            Stage::Testing => {
                let Some(data) = data else {
                    return Ok(true);
                };
                let is_known = studio.test(data);
                self.tested = studio.tested(data);
                Ok(is_known)
            }
        }
    }

    /// Decodes some codes more. Returns whether those were the last.
    fn decode(&mut self, replica: &Replica) -> Result<bool, Trouble> {
        let latent = replica.latent();
        self.parts.advance(|part| {
            let codes = &self.codes[part.start * latent..part.end * latent];
            self.pixels.extend(replica.pictures(codes.to_vec())?);
            Ok(())
        })
    }

    /// What was found so far, if it was not told yet.
    pub(super) fn news(&mut self, replica: &Replica) -> Option<Content> {
        let has_news = std::mem::take(&mut self.has_news);
        has_news.then(|| {
            let made = self.made(replica);
            Content::Generated(Box::new(made))
        })
    }

    fn made(&self, replica: &Replica) -> Generated {
        Generated {
            spec: self.spec,
            codes: self.codes.clone(),
            latent: replica.latent(),
            pictures: Pictures {
                shape: replica.shape(),
                pixels: self.pixels.clone(),
            },
            known: self.known,
            nearest: self.nearest.clone(),
            tested: self.tested,
        }
    }

    /// What was found.
    pub(super) fn finish(&self, replica: &Replica) -> Content {
        Content::Generated(Box::new(self.made(replica)))
    }
}

/// The images that a search has found.
fn found(search: Search, data: &Dataset) -> Nearest {
    let (indices, distances) = search.finish(&data.train);
    let pixels = indices
        .iter()
        .flat_map(|index| data.train.image(*index as usize));
    Nearest::Found {
        images: Pictures {
            shape: data.train.shape(),
            pixels: pixels.copied().collect(),
        },
        indices,
        distances,
    }
}
