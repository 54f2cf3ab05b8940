//! What pictures from drawn codes need and is kept between them: codes of training images and a mixture
//! fitted to them, as long as the weights are the same, and how near test images are to training images,
//! which depends on no weights.
//!
//! It is kept here and not with the work on a wish, so that a temperature that is moved while a mixture is
//! being fitted does not begin the fit anew.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Instant;

use crate::analysis::{Mixture, MixtureFit, median};
use crate::data::Dataset;
use crate::engine::protocol::RunId;
use crate::engine::wish::{GeneratedSpec, Tested};
use crate::train::{CodeDraw, CodeDraws, CodeSource};

use super::nearest::Search;
use super::parts::{PART, Parts};
use super::replica::{Replica, Trouble};

/// Training images at most whose codes are looked at, and at least, if there are, where codes are wide.
const MOST_CODES: usize = 2_000;
const LEAST_CODES: usize = 200;

/// Numbers of all codes that are looked at, between these bounds. Every step of a fit is about all of them,
/// and a slider may wait for it: at ten components a pass of its groups takes some 5 ms.
const CODE_VALUES: usize = 1 << 19;

/// Test images at most whose distance from the training images is measured.
const MOST_TESTED: usize = 200;

/// As many at least, if there are: enough for a rough median.
const LEAST_TESTED: usize = 20;

/// Products of pixels that distances of test images may take, beyond which fewer are measured: some seconds
/// on one core.
const MOST_PRODUCTS: usize = 1 << 34;

/// Everything that is kept.
#[derive(Default)]
pub(super) struct Studio {
    known: BTreeMap<RunId, Known>,
    /// By the hash of the images.
    distances: BTreeMap<String, Distances>,
}

/// What is known of the codes of training images with some weights.
struct Known {
    replica: Rc<Replica>,
    seed: u64,
    /// After the images were chosen.
    draws: CodeDraws,
    images: Vec<u32>,
    /// Of encoding them.
    parts: Parts,
    codes: Vec<f32>,
    /// A fit under way and the components it was asked for.
    fit: Option<(usize, MixtureFit)>,
    /// The mixture that was fitted last, and the same.
    mixture: Option<(usize, Mixture)>,
}

/// How near test images are.
enum Distances {
    Sought(Search),
    Found(Tested),
}

impl Studio {
    /// Lets go of what is known of a run's codes.
    pub(super) fn forget(&mut self, run: RunId) {
        self.known.remove(&run);
    }

    /// Learns a little more of what codes are drawn from. Returns whether that is enough.
    pub(super) fn learn(
        &mut self,
        replica: &Rc<Replica>,
        spec: &GeneratedSpec,
    ) -> Result<bool, Trouble> {
        match spec.draw.source {
            CodeSource::Prior => Ok(true),
            CodeSource::Mixture => {
                let known = self.known(replica, spec.seed)?;
                Ok(known.encode()? && known.fit(spec.draw.components)?)
            }
            CodeSource::Entries => self.known(replica, spec.seed)?.encode(),
        }
    }

    fn known(&mut self, replica: &Rc<Replica>, seed: u64) -> Result<&mut Known, Trouble> {
        let run = replica.run();
        let is_outdated =
            |known: &Known| !Rc::ptr_eq(&known.replica, replica) || known.seed != seed;
        if self.known.get(&run).is_none_or(is_outdated) {
            self.known.insert(run, Known::new(replica, seed)?);
        }
        self.known.get_mut(&run).ok_or(Trouble::LostCodes)
    }

    /// Draws codes, once enough is known; and tells how many training images were looked at.
    pub(super) fn draw(
        &mut self,
        replica: &Rc<Replica>,
        spec: &GeneratedSpec,
    ) -> Result<(Vec<f32>, usize), Trouble> {
        let GeneratedSpec { draw, count, seed } = *spec;
        let CodeDraw {
            source,
            temperature,
            ..
        } = draw;
        match source {
            CodeSource::Prior => {
                let codes = CodeDraws::new(seed).prior(replica.latent(), count, temperature);
                Ok((codes, 0))
            }
            CodeSource::Mixture => {
                let known = self.known(replica, seed)?;
                let mixture = known.mixture.as_ref();
                let codes = mixture.map(|(_, mixture)| mixture.sample(count, temperature, seed));
                Ok((codes.unwrap_or_default(), known.images.len()))
            }
            CodeSource::Entries => {
                let known = self.known(replica, seed)?;
                let mut draws = known.draws.clone();
                let codes = draws.entries(replica.entries(), &known.codes, count);
                Ok((codes, known.images.len()))
            }
        }
    }

    /// How near test images are, if that is known.
    pub(super) fn tested(&self, data: &Dataset) -> Option<Tested> {
        match self.distances.get(&data.hash)? {
            Distances::Sought(_) => None,
            Distances::Found(tested) => Some(*tested),
        }
    }

    /// Looks a little further how near test images are. Returns whether that is known.
    pub(super) fn test(&mut self, data: &Dataset) -> bool {
        let distances = self
            .distances
            .entry(data.hash.clone())
            .or_insert_with(|| Distances::Sought(Search::new(&data.train, test_images(data))));
        if let Distances::Sought(search) = distances
            && search.advance(&data.train)
        {
            let nothing = Search::new(&data.train, Vec::new());
            let search = std::mem::replace(search, nothing);
            let (_, found) = search.finish(&data.train);
            *distances = Distances::Found(Tested {
                count: found.len(),
                median: median(&found).unwrap_or(0.0),
            });
        }
        matches!(distances, Distances::Found(_))
    }
}

/// Test images that are spread over their set.
fn test_images(data: &Dataset) -> Vec<u8> {
    let all = data.test.len();
    let affordable = MOST_PRODUCTS / data.train.pixels().len().max(1);
    let count = all.min(affordable.clamp(LEAST_TESTED, MOST_TESTED));
    data.test.spread(count)
}

impl Known {
    fn new(replica: &Rc<Replica>, seed: u64) -> Result<Self, Trouble> {
        let data = replica.data().ok_or(Trouble::LostCodes)?;
        let mut draws = CodeDraws::new(seed);
        let width = replica.latent();
        let most = (CODE_VALUES / width.max(1)).clamp(LEAST_CODES, MOST_CODES);
        let images = draws.images(data.train.len(), width, most);
        Ok(Self {
            parts: Parts::new(images.len()),
            images,
            replica: Rc::clone(replica),
            seed,
            draws,
            codes: Vec::new(),
            fit: None,
            mixture: None,
        })
    }

    /// Encodes some images more. Returns whether all were encoded before: a fit is a part of its own.
    fn encode(&mut self) -> Result<bool, Trouble> {
        if self.parts.is_done() {
            return Ok(true);
        }
        self.parts.advance(|part| {
            let codes = self.replica.training_codes(&self.images[part])?;
            self.codes.extend(codes);
            Ok::<(), Trouble>(())
        })?;
        Ok(false)
    }

    /// Fits a mixture a little further. Returns whether there is one of so many components.
    fn fit(&mut self, components: usize) -> Result<bool, Trouble> {
        let is_of = |of: usize| of == components;
        if self.mixture.as_ref().is_some_and(|(of, _)| is_of(*of)) {
            return Ok(true);
        }
        let mut fit = match self.fit.take() {
            Some((of, fit)) if is_of(of) => fit,
            Some(_) | None => {
                let width = self.replica.latent();
                let options = self.draws.mixture_options(width, components);
                MixtureFit::new(&self.codes, width, options)?
            }
        };
        let start = Instant::now();
        while start.elapsed() < PART {
            if fit.advance(1)? {
                self.mixture = Some((components, fit.finish()));
                return Ok(true);
            }
        }
        self.fit = Some((components, fit));
        Ok(false)
    }
}
