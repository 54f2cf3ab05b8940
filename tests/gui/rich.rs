//! A session with everything in it: up to eight runs with histories of pictures, codes and layers.
//!
//! Nothing here was trained. The numbers follow what training does: runs get sharper, codes part into
//! classes, and the deep network without pretraining stays at the mean image, with gradients that
//! die on the way to its outer layers.

use std::path::PathBuf;
use std::sync::Arc;

use hourglass::analysis::{Baselines, LatentSummary, Pca};
use hourglass::data::glyphs;
use hourglass::engine::{
    Codes, Event, Frame, PcaPictures, Pictures, Progress, RunId, RunInfo, RunPictures, RunState,
    Snapshot,
};
use hourglass::gui::{Action, PathFor};
use hourglass::model::{KnobValue, Objective, Pretraining};
use hourglass::train::{Metrics, PhaseStart, RunConfig, TestPoint, Verdict};

use super::rich_parts::{layers, reports};
use super::session::{SHAPE, STEPS_PER_EPOCH, devices, errors, info, recipe};
use super::window::{Look, Window};

/// Test images that frames show.
const IMAGES: usize = 12;

/// Test images whose codes frames hold, where codes are small.
const CODES: usize = 200;

/// Steps within a phase of which a frame is kept, besides every half epoch.
const EARLY: [u64; 8] = [0, 1, 2, 5, 10, 20, 50, 100];

/// Dimensions of a code that carry nothing.
const DEAD_DIMENSIONS: [usize; 2] = [3, 7];

/// Everything that the window is told.
pub struct Rich {
    /// One a run; the first is `RunId(1)`, and so on.
    pub configs: Vec<RunConfig>,
    pub events: Vec<Event>,
    pub snapshot: Snapshot,
}

/// A network that stays at the mean image.
pub fn is_stuck(config: &RunConfig) -> bool {
    config.variant == "deep"
}

/// The configurations of the first `count` of eight runs, of which two have 10 values in the code and
/// many layers, the third has 2, the fourth is convolutional, the fifth is pretrained greedily (its
/// losses are on codes) and the sixth minimises cross-entropy.
pub fn rich_configs(count: usize) -> Vec<RunConfig> {
    let named = |variant: &str, name: &str| {
        let mut config = recipe(variant);
        name.clone_into(&mut config.name);
        let phases = config.schedule.phases.len();
        for phase in &mut config.schedule.phases {
            phase.epochs = 24 / phases;
        }
        config
    };
    let stacked = named("stacked", "Stacked");
    let deep = named("deep", "Deep");
    let mut plane = named("autoencoder", "Latent 2");
    plane.knobs.set("latent", KnobValue::Integer(2));
    let conv = named("convolutional", "Convolutional");
    let mut greedy = named("stacked", "Greedy");
    greedy.pretraining = Pretraining::Greedy;
    for (stage, phase) in greedy.schedule.phases.iter_mut().enumerate() {
        if let Objective::EndsInward { .. } = phase.objective {
            phase.objective = Objective::Greedy { stage };
        }
    }
    let mut entropy = named("autoencoder", "Cross-entropy run");
    entropy.knobs.set("loss", KnobValue::Text("bce".to_owned()));
    let mut wide = named("autoencoder", "Latent 32");
    wide.knobs.set("latent", KnobValue::Integer(32));
    let mut other = named("autoencoder", "Seed 2");
    other.seed = 2;
    let mut all = vec![stacked, deep, plane, conv, greedy, entropy, wide, other];
    all.truncate(count);
    all
}

/// What the engine would tell of `runs` runs, 1 to 8, that train.
pub fn rich_session(runs: usize) -> Rich {
    let configs = rich_configs(runs);
    let ids = (1..).map(RunId);
    let named: Vec<_> = ids.zip(configs.iter().cloned()).collect();
    let (events, snapshot) = rich_runs(&named);
    Rich {
        configs,
        events,
        snapshot,
    }
}

/// What the engine would tell of these runs, which train.
pub fn rich_runs(runs: &[(RunId, RunConfig)]) -> (Vec<Event>, Snapshot) {
    let data = glyphs::generate(0, 300, CODES).unwrap();
    let (baselines, pca) =
        Baselines::compute(data.train.pixels(), data.test.pixels(), SHAPE.pixels(), 32).unwrap();
    let labels: Vec<u8> = data.test_labels.clone().unwrap();
    let shown = &data.test.pixels()[..IMAGES * SHAPE.pixels()];
    let world = World {
        originals: Arc::new(Pictures {
            shape: SHAPE,
            pixels: shown.to_vec(),
        }),
        baselines,
        pca,
        labels,
    };
    let mut events = vec![devices()];
    let mut snapshot = Snapshot::default();
    for (id, config) in runs {
        let mut info = (*info(config)).clone();
        let count = info.dataset.test;
        let every = world.labels.iter().copied().cycle();
        info.dataset.test_labels = Some(every.take(count).collect());
        let (told, newest) = world.run(*id, info);
        events.extend(told);
        snapshot.runs.push(newest);
    }
    events.push(Event::Memory(412_000_000));
    (events, snapshot)
}

/// A window with `runs` runs of [`rich_session`], the first one selected.
pub fn rich_window(runs: usize, look: &Look) -> Window {
    let session = rich_session(runs);
    let mut window = Window::with_look(session.configs.first().cloned(), look);
    let ctx = window.harness.ctx.clone();
    for config in session.configs.iter().skip(1) {
        // Opened rather than added, since then the run is exactly what the engine says it is.
        let folder = PathBuf::from(&config.name);
        let action = Action::PathChosen(PathFor::Open, folder);
        window.harness.state_mut().act(&ctx, action);
    }
    window.tell(session.events);
    window.show(session.snapshot);
    for (id, config) in (1..).map(RunId).zip(&session.configs) {
        // Short ones, whatever the settings.
        let action = Action::Rename(id, config.name.clone());
        window.harness.state_mut().act(&ctx, action);
    }
    let action = Action::Select(RunId(1));
    window.harness.state_mut().act(&ctx, action);
    window.harness.remove_cursor();
    window.harness.run();
    window.script.take_commands();
    window
}

/// A number from 0 to 1 that is the same every time.
pub fn unit(seed: u64) -> f32 {
    let mixed = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = mixed ^ (mixed >> 32);
    (mixed & 0xff_ffff) as f32 / 16_777_215.0
}

/// Nearly normal, of standard deviation 1.
pub fn normal(seed: u64) -> f32 {
    let sum: f32 = (0..6).map(|part| unit(seed * 6 + part)).sum();
    (sum - 3.0) * 1.414
}

/// What all runs share.
struct World {
    originals: Arc<Pictures>,
    baselines: Baselines,
    pca: Pca,
    labels: Vec<u8>,
}

/// Where a run is within a phase.
pub struct Moment<'a> {
    pub id: RunId,
    pub info: &'a RunInfo,
    pub phase: usize,
    pub step: u64,
    /// How far the phase has come, from 0 to 1.
    pub done: f32,
}

impl World {
    /// The whole history of a run that is a little before the end of its last phase.
    fn run(&self, id: RunId, info: RunInfo) -> (Vec<Event>, Arc<Frame>) {
        let phases = &info.config.schedule.phases;
        let total: u64 = info.total_steps;
        let upto = total - STEPS_PER_EPOCH / 3;
        let steps_per_sec = 180.0 + 25.0 * id.0 as f64;
        let is_entropy = info.config.knobs.get("loss") == Some(&KnobValue::Text("bce".to_owned()));
        let mut metrics = Metrics::default();
        let mut frames = Vec::new();
        let mut start = 0;
        for (phase, settings) in phases.iter().enumerate() {
            let steps = settings.epochs as u64 * STEPS_PER_EPOCH;
            metrics.phases.push(PhaseStart { phase, step: start });
            let scale = match settings.objective {
                Objective::Greedy { stage } if stage > 0 => 0.2,
                _ if is_entropy => 4.0,
                _ => 1.0,
            };
            for step in start..(start + steps).min(upto) {
                let error = self.error(&info, phase, (step - start) as f32 / steps as f32);
                let loss = scale * error * (1.0 + 0.05 * f64::from(normal(step + id.0 * 77_777)));
                metrics.train.push(loss as f32);
            }
            for epoch in 0..=settings.epochs as u64 {
                let step = start + epoch * STEPS_PER_EPOCH;
                let done = epoch as f32 / settings.epochs as f32;
                if step <= upto {
                    metrics.test.push(TestPoint {
                        step,
                        phase,
                        mse: self.error(&info, phase, done),
                        verdict: if is_stuck(&info.config) && epoch > 0 {
                            Verdict::MeanImage
                        } else {
                            Verdict::Varied
                        },
                        terms: hourglass::train::TermValues::default(),
                        measures: hourglass::train::Measures::default(),
                    });
                }
            }
            let mut kept: Vec<u64> = EARLY.to_vec();
            kept.extend((0..=steps).step_by(STEPS_PER_EPOCH as usize / 2));
            kept.sort_unstable();
            kept.dedup();
            for within in kept {
                if start + within <= upto {
                    frames.push(self.frame(
                        &Moment {
                            id,
                            info: &info,
                            phase,
                            step: start + within,
                            done: within as f32 / steps as f32,
                        },
                        steps_per_sec,
                    ));
                }
            }
            start += steps;
        }
        let last = phases.len() - 1;
        let newest = self.frame(
            &Moment {
                id,
                info: &info,
                phase: last,
                step: upto,
                done: 0.9,
            },
            steps_per_sec,
        );
        let mut events = vec![
            Event::RunReady {
                id,
                info: Arc::new(info.clone()),
                metrics: Arc::default(),
                progress: Progress::default(),
            },
            Event::StateChanged {
                id,
                state: RunState::Running,
            },
        ];
        events.extend(reports(id, &metrics, upto, steps_per_sec, &info));
        events.extend(frames.into_iter().map(Event::Frame));
        for phase in 0..phases.len() {
            events.push(Event::Boundary { id, phase });
        }
        events.push(Event::Baselines {
            id,
            baselines: Arc::new(self.baselines.clone()),
        });
        events.push(Event::PcaPictures {
            id,
            pictures: Arc::new(self.pca_pictures(info.latent)),
        });
        if is_stuck(&info.config) {
            events.push(Event::Warning {
                id,
                text: Verdict::MeanImage.warning().unwrap().to_owned(),
            });
        }
        (events, newest)
    }

    /// Error on the test images.
    fn error(&self, info: &RunInfo, phase: usize, done: f32) -> f64 {
        let mean = self.baselines.mean;
        let done = f64::from(done);
        if is_stuck(&info.config) {
            return mean * 1.001 + (0.23 - mean) * (-150.0 * done).exp();
        }
        let phases = info.config.schedule.phases.len();
        let end = if info.latent == 2 { 0.75 } else { 0.3 };
        let (from, to) = match (phase, phases) {
            (0, 1) => (0.23, mean * end),
            (0, _) => (0.23, mean * 0.15),
            (phase, phases) if phase + 1 == phases => (mean * 0.55, mean * end),
            (phase, _) => (mean * 0.98, mean * (0.15 + 0.09 * phase as f64)),
        };
        to + (from - to) * (-5.0 * done).exp()
    }

    fn frame(&self, moment: &Moment<'_>, steps_per_sec: f64) -> Arc<Frame> {
        Arc::new(Frame {
            id: moment.id,
            step: moment.step,
            phase: moment.phase,
            elapsed_secs: moment.step as f64 / steps_per_sec,
            pictures: self.pictures(moment),
            codes: Arc::new(self.codes(moment)),
            layers: layers(moment),
        })
    }

    /// Originals on their way from grey to the mean image to themselves.
    fn pictures(&self, moment: &Moment<'_>) -> RunPictures {
        let is_stuck = is_stuck(&moment.info.config);
        let waking = if moment.phase == 0 {
            1.0 - (-30.0 * moment.done).exp()
        } else {
            1.0
        };
        let sharp = if is_stuck {
            0.0
        } else {
            0.85 * (1.0 - (-4.0 * moment.done).exp())
        };
        let mean = self.pca.mean();
        let made: Vec<u8> = self
            .originals
            .pixels
            .iter()
            .zip(mean.iter().cycle())
            .map(|(&pixel, &mean)| {
                let settled = sharp * f32::from(pixel) + (1.0 - sharp) * 255.0 * mean;
                (waking * settled + (1.0 - waking) * 127.0).round() as u8
            })
            .collect();
        let errors = errors(&self.originals.pixels, &made);
        RunPictures {
            indices: (0..).take(IMAGES).collect(),
            originals: Arc::clone(&self.originals),
            reconstructions: Pictures {
                shape: SHAPE,
                pixels: made,
            },
            errors,
        }
    }

    /// Classes move apart as training goes on; a few dimensions stay dead.
    fn codes(&self, moment: &Moment<'_>) -> Codes {
        let objective = moment.info.config.schedule.phases[moment.phase].objective;
        let depth = objective.depth(moment.info.stages);
        let latent = moment.info.layers[depth - 1].outputs;
        let count = if latent > 64 { 64 } else { CODES };
        let apart = if is_stuck(&moment.info.config) {
            1e-4
        } else {
            0.2 + 1.8 * (1.0 - (-4.0 * moment.done).exp())
        };
        let mut values = Vec::with_capacity(count * latent);
        for image in 0..count {
            let label = u64::from(self.labels[image]);
            for dimension in 0..latent {
                let scale = apart * 0.9_f32.powi(dimension as i32);
                let turn = label as f32 / 10.0 * std::f32::consts::TAU;
                let centre = match dimension {
                    0 => turn.cos(),
                    1 => turn.sin(),
                    _ => 2.0 * unit(label * 1000 + dimension as u64) - 1.0,
                };
                let own = 0.25 * normal(image as u64 * 1009 + dimension as u64);
                let is_dead = latent > 2 && DEAD_DIMENSIONS.contains(&dimension);
                values.push(if is_dead {
                    0.5
                } else {
                    scale * (centre + own) + 0.3
                });
            }
        }
        Codes {
            latent,
            summary: LatentSummary::of(&values, latent),
            values,
        }
    }

    fn pca_pictures(&self, components: usize) -> PcaPictures {
        let components = components.min(self.pca.len());
        let mut pixels = Vec::new();
        for image in self.originals.pixels.chunks(SHAPE.pixels()) {
            let made = self.pca.reconstruct(image, components).unwrap();
            pixels.extend(made.iter().map(|v| (v * 255.0).clamp(0.0, 255.0) as u8));
        }
        PcaPictures {
            components,
            indices: (0..).take(IMAGES).collect(),
            errors: errors(&self.originals.pixels, &pixels),
            pictures: Pictures {
                shape: SHAPE,
                pixels,
            },
        }
    }
}
