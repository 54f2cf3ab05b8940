//! What a network is put together with: everything about a member of the family but its layers.

use std::sync::Arc;

use burn::tensor::Tensor;

use super::autoencoder::Autoencoder;
use super::batch::Batch;
use super::bottleneck::{Bottleneck, BottleneckState, Encoded, Passed, Tested};
use super::corruption::Corruption;
use super::loss::{ImageLoss, mean_squared_error};
use super::noise::Noise;
use super::objective::Objective;
use super::penalty::{Penalised, Penalty};
use super::quantities::RECONSTRUCTION;
use super::step::StepContext;
use super::tally::{MOST_EACH, Summary, Tally};
use super::terms::{Term, Terms};

/// Weight of the term that has spare units of a top-k code learn (Gao et al. 2024).
const REVIVAL: f64 = 1.0 / 32.0;

/// A unit is active where its absolute value is above this.
const ACTIVE: f64 = 1e-3;

/// Name of the measure that tells for each unit of the code the share of the test images for which it is not
/// zero; absent where there are more than [`MOST_EACH`].
pub const FIRING_RATES: &str = "firing_rates";

/// Seed of the noise that test images are measured with.
const TEST_NOISE: u64 = 0x7465_7374;

/// The parts around the layers of a network.
#[derive(Clone, Debug)]
pub struct Composition {
    /// Output function and reconstruction loss.
    pub image_loss: ImageLoss,
    /// Damage done to what the network is given in training; what it is to rebuild stays clean.
    pub corruption: Option<Corruption>,
    /// Between encoder and decoder.
    pub bottleneck: Arc<dyn Bottleneck>,
    /// What the loss holds against the code and the network.
    pub penalties: Vec<Penalty>,
    /// Mean activation that KL sparsity aims at.
    pub sparsity_target: f64,
    /// Whether codes are looked at for units that are zero.
    pub has_zeros: bool,
}

/// What a loss is computed from, at one depth of a network.
struct Loss<'a, M> {
    network: &'a M,
    objective: Objective,
    composition: &'a Composition,
}

impl<M: Autoencoder> Loss<'_, M> {
    fn is_innermost(&self) -> bool {
        let stages = self.network.stages();
        self.objective.depth(stages) == stages
    }

    /// What each of the stages that train makes of what reaches the first of them, from that first.
    fn encoded(&self, outside: Tensor<2>) -> Vec<Tensor<2>> {
        let trained = self.objective.trained(self.network.stages());
        let outputs = trained.scan(outside, |x, stage| {
            *x = self.network.encode_stage(stage, x.clone());
            Some(x.clone())
        });
        outputs.collect()
    }

    /// Back to what is rebuilt: the image, or what a greedy pair was given.
    fn rebuild(&self, code: Tensor<2>) -> Tensor<2> {
        match self.objective {
            Objective::Greedy { stage } => self.network.decode_stage(stage, code),
            Objective::EndToEnd | Objective::EndsInward { .. } => {
                let depth = self.objective.depth(self.network.stages());
                self.network.decode(code, depth)
            }
        }
    }

    /// Mean over the values of a target, or the sum over those of an image.
    fn distance(&self, output: Tensor<2>, target: Tensor<2>) -> Tensor<1> {
        let values = target.dims()[1];
        let mean = if self.objective.rebuilds_images() {
            self.composition.image_loss.compute(output, target)
        } else {
            mean_squared_error(output, target)
        };
        if self.composition.bottleneck.sums_pixels() {
            mean * values as f64
        } else {
            mean
        }
    }

    /// Appends the terms of penalties.
    fn penalise(&self, terms: &mut Terms, made: &Made, values: usize, context: &mut StepContext) {
        let is_innermost = self.is_innermost();
        let acting = self.composition.penalties.iter();
        let mut acting = acting.filter(|penalty| is_innermost || penalty.acts_on_hidden());
        let Some(first) = acting.next() else {
            return;
        };
        let trained = self.objective.trained(self.network.stages());
        let push = |direction: Tensor<2>| self.push(made, direction);
        let decoder_decay = || {
            let squares = trained.clone().map(|s| self.network.decoder_squares(s));
            let sum = squares.reduce(|sum, squares| sum + squares);
            sum.expect("a stage trains") * 0.5
        };
        let sigmoid_layer = if trained.len() == 1 {
            self.network.sigmoid_encoder(trained.start)
        } else {
            None
        };
        let penalised = Penalised {
            input: made.input.clone(),
            code: made.code.clone(),
            push: &push,
            sigmoid_layer,
            decoder_decay: &decoder_decay,
            target: self.composition.sparsity_target,
        };
        let is_sum = self.composition.bottleneck.sums_pixels();
        for penalty in std::iter::once(first).chain(acting) {
            let weight = penalty.weight(values, is_sum);
            let value = penalty.value(&penalised, context);
            terms.push(Term::new(penalty.term(), weight, value));
        }
    }

    /// How the code moves, but for chance, while the input moves along a direction of its shape.
    fn push(&self, made: &Made, direction: Tensor<2>) -> Tensor<2> {
        let trained = self.objective.trained(self.network.stages());
        let inputs = std::iter::once(&made.input).chain(&made.encoded);
        let layers = trained.zip(inputs.zip(&made.encoded));
        let moved = layers.fold(direction, |direction, (stage, (x, y))| {
            self.network
                .push_stage(stage, x.clone(), y.clone(), direction)
        });
        if self.is_innermost() {
            self.composition.bottleneck.push(moved)
        } else {
            moved
        }
    }
}

/// What the stages that train were given and made of it.
struct Made {
    /// `[images, values]`
    input: Tensor<2>,
    /// What each stage gave, from the outermost that trains.
    encoded: Vec<Tensor<2>>,
    /// What the decoder gets, `[images, latent]`.
    code: Tensor<2>,
}

fn encoded_by<M: Autoencoder>(network: &M, values: Tensor<2>) -> Encoded {
    Encoded {
        values,
        codebook: network.codebook(),
    }
}

fn innermost(encoded: &[Tensor<2>]) -> Tensor<2> {
    encoded.last().cloned().expect("a stage trains")
}

impl Composition {
    /// Whether what reaches the stages that train under an objective is the same in every epoch, so
    /// that it can be computed once. Greedy pretraining damages the codes themselves, in front of the
    /// pair that trains; all else damages the image, in front of the frozen stages.
    pub fn has_frozen_codes(&self, objective: Objective) -> bool {
        self.corruption.is_none() || matches!(objective, Objective::Greedy { .. })
    }

    /// What a phase minimises.
    ///
    /// # Panics
    /// When the batch lacks images that the objective rebuilds.
    pub fn terms<M: Autoencoder>(
        &self,
        network: &M,
        objective: Objective,
        batch: &Batch,
        context: &mut StepContext,
        state: &mut BottleneckState,
    ) -> Terms {
        let loss = Loss {
            network,
            objective,
            composition: self,
        };
        let entry = objective.entry(network.stages());
        let images = || {
            let images = batch.images.clone();
            images.expect("a batch has images or what is rebuilt instead of them")
        };
        let noise = &mut context.noise;
        let (input, target) = match objective {
            Objective::EndToEnd | Objective::EndsInward { .. } => {
                let outside = match (&batch.codes, &self.corruption) {
                    (Some(codes), _) => codes.clone(),
                    (None, Some(corruption)) => {
                        network.encode(corruption.damage(images(), noise), entry)
                    }
                    (None, None) => network.encode(images(), entry),
                };
                (outside, images())
            }
            Objective::Greedy { stage } => {
                let outside = match &batch.codes {
                    Some(codes) => codes.clone(),
                    None => network.encode(images(), entry),
                };
                // As in Xie et al. 2016, dropout leaves the image itself alone, and the final code.
                let input = match (&self.corruption, stage) {
                    (None, 0) => outside.clone(),
                    (Some(corruption), 0) => corruption.damage(outside.clone(), noise),
                    (None, _) => noise.drop_out(outside.clone()),
                    (Some(corruption), _) => {
                        let codes = noise.drop_out(outside.clone());
                        corruption.damage_codes(codes, noise)
                    }
                };
                (input, outside)
            }
        };
        let values = target.dims()[1];
        let encoded = loss.encoded(input.clone());
        let raw = innermost(&encoded);
        let Passed {
            code,
            terms: passed,
            spare,
        } = if loss.is_innermost() {
            self.bottleneck
                .pass(encoded_by(network, raw), context, state)
        } else {
            let code = match objective {
                Objective::Greedy { .. } => context.noise.drop_out(raw),
                Objective::EndToEnd | Objective::EndsInward { .. } => raw,
            };
            Passed::free(code)
        };
        let mut terms = Terms::default();
        let reconstruction = loss.distance(loss.rebuild(code.clone()), target.clone());
        terms.push(Term::new(RECONSTRUCTION, 1.0, reconstruction));
        for term in passed {
            terms.push(term);
        }
        if let Some(spare) = spare {
            let completed = loss.rebuild(code.clone().detach() + spare);
            let value = loss.distance(completed, target);
            terms.push(Term::new("revival", REVIVAL, value));
        }
        let made = Made {
            input,
            encoded,
            code,
        };
        loss.penalise(&mut terms, &made, values, context);
        terms
    }

    /// Measures the test images of one part of the set at the depth of an objective: the terms that
    /// training minimises, of clean images, and what is worth knowing about the codes. The same part has
    /// the same noise in every measurement of every run. Returns the images as they are rebuilt,
    /// `[images, pixels]`.
    pub fn measure<M: Autoencoder>(
        &self,
        network: &M,
        objective: Objective,
        images: Tensor<2>,
        part: usize,
        context: &StepContext,
        tally: &mut Tally,
    ) -> Tensor<2> {
        let depth = objective.depth(network.stages());
        // As a whole: also where a greedy pair rebuilds codes, images are what is looked at.
        let whole = if depth == network.stages() {
            Objective::EndToEnd
        } else {
            Objective::EndsInward { stage: depth - 1 }
        };
        let loss = Loss {
            network,
            objective: whole,
            composition: self,
        };
        let mut context = StepContext {
            noise: Noise::new(0.0, TEST_NOISE, 0, part as u64),
            ..context.clone()
        };
        let [count, values] = images.dims();
        let entry = whole.entry(network.stages());
        let outside = network.encode(images.clone(), entry);
        let encoded = loss.encoded(outside.clone());
        let raw = innermost(&encoded);
        let code = self.code(network, depth, raw.clone());
        let logits = network.decode(code.clone(), depth);
        let rebuilt = self.image_loss.pixels(logits.clone());
        let tested = if loss.is_innermost() {
            let encoded = encoded_by(network, raw);
            self.bottleneck.test(encoded, &mut context, tally)
        } else {
            Tested::default()
        };
        let mut terms = Terms::default();
        let (tried, logits) = match tested.code {
            Some(drawn) => {
                let logits = network.decode(drawn.clone(), depth);
                (drawn, logits)
            }
            None => (code.clone(), logits),
        };
        let reconstruction = loss.distance(logits, images.clone());
        terms.push(Term::new(RECONSTRUCTION, 1.0, reconstruction));
        for term in tested.terms {
            terms.push(term);
        }
        let made = Made {
            input: outside,
            encoded,
            code: tried,
        };
        loss.penalise(&mut terms, &made, values, &mut context);
        for term in terms.iter() {
            tally.add_term(term.name, count, term.value.clone());
        }
        if self.has_zeros {
            let active = code.abs().greater_elem(ACTIVE).float();
            tally.add("active_share", Summary::Mean, active.clone());
            if active.dims()[1] <= MOST_EACH {
                tally.add(FIRING_RATES, Summary::Each, active.clone());
            }
            tally.add("dead_units", Summary::Zero, active);
        }
        self.measure_noise(network, depth, images, &mut context, tally);
        rebuilt
    }

    /// What becomes of damaged images: mean squared errors against the clean ones before and after.
    fn measure_noise<M: Autoencoder>(
        &self,
        network: &M,
        depth: usize,
        images: Tensor<2>,
        context: &mut StepContext,
        tally: &mut Tally,
    ) {
        let Some(corruption) = &self.corruption else {
            return;
        };
        let damaged = corruption.damage(images.clone(), &mut context.noise);
        let raw = network.encode(damaged.clone(), depth);
        let code = self.code(network, depth, raw);
        let rebuilt = self.image_loss.pixels(network.decode(code, depth));
        for (name, found) in [("noisy_mse", damaged), ("denoised_mse", rebuilt)] {
            let squares = (found - images.clone()).square();
            tally.add(name, Summary::Mean, squares.mean_dim(1));
        }
    }

    /// The code of what the encoder gave at some depth, without chance.
    pub fn code<M: Autoencoder>(&self, network: &M, depth: usize, raw: Tensor<2>) -> Tensor<2> {
        if depth == network.stages() {
            self.bottleneck.code(encoded_by(network, raw))
        } else {
            raw
        }
    }

    /// The network after a step of the optimizer, whose loss was computed before.
    pub fn after_step<M: Autoencoder>(&self, network: M, state: &mut BottleneckState) -> M {
        let renewed = network
            .codebook()
            .and_then(|entries| self.bottleneck.after_step(entries.inner(), state));
        match renewed {
            Some(entries) => network.with_codebook(entries),
            None => network,
        }
    }

    /// Largest factor between this loss and a mean over pixels, of which images have so many.
    pub fn loss_scale(&self, pixels: usize) -> f64 {
        if self.bottleneck.sums_pixels() {
            pixels as f64
        } else {
            1.0
        }
    }
}
