//! What single units of a code add to an image.

use crate::engine::wish::{CodeSpec, Content, Tiles};

use super::grid::MOST_PICTURES;
use super::parts::Parts;
use super::replica::{Replica, Trouble, norm, read};

/// Atoms on their way.
pub(super) struct AtomsJob {
    base: Vec<f32>,
    /// The image of that.
    image: Vec<f32>,
    units: Vec<(usize, f32)>,
    parts: Parts,
    values: Vec<f32>,
}

impl AtomsJob {
    pub(super) fn new(
        replica: &Replica,
        base: &CodeSpec,
        units: &[(usize, f32)],
    ) -> Result<Self, Trouble> {
        let (most, found) = (MOST_PICTURES, units.len());
        if found > most {
            return Err(Trouble::TooMany { most, found });
        }
        let latent = replica.latent();
        for &(dimension, value) in units {
            if dimension >= latent {
                return Err(Trouble::NoSuchDimension { dimension, latent });
            }
            if !value.is_finite() {
                return Err(Trouble::NotFinite { dimension, value });
            }
        }
        let base = replica.code(base)?.values;
        Ok(Self {
            image: decoded(replica, base.clone())?,
            base,
            units: units.to_vec(),
            parts: Parts::new(units.len()),
            values: Vec::new(),
        })
    }

    /// Draws some atoms more. Returns whether those were the last.
    pub(super) fn advance(&mut self, replica: &Replica) -> Result<bool, Trouble> {
        self.parts.advance(|part| {
            let codes = self.units[part].iter().flat_map(|(unit, more)| {
                let mut code = self.base.clone();
                code[*unit] += more;
                code
            });
            let images = decoded(replica, codes.collect())?;
            let without = self.image.iter().cycle();
            let added = images.iter().zip(without);
            self.values
                .extend(added.map(|(with, without)| with - without));
            Ok(())
        })
    }

    /// What was found.
    pub(super) fn finish(self, replica: &Replica) -> Content {
        let shape = replica.shape();
        let norms = self.values.chunks(shape.pixels().max(1)).map(norm);
        Content::Features(Tiles {
            shape: Some(shape),
            norms: norms.collect(),
            total: self.units.len(),
            values: self.values,
        })
    }
}

/// Pixels of codes that follow one another, in [0, 1] unless the decoder goes beyond.
fn decoded(replica: &Replica, codes: Vec<f32>) -> Result<Vec<f32>, Trouble> {
    let codes = replica.tensor(codes, replica.latent());
    Ok(read(replica.network().decode(codes))?)
}
