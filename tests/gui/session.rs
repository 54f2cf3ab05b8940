//! A plausible session: what the engine would tell the window of two runs on the built-in digits.

use std::sync::Arc;

use hourglass::analysis::Baselines;
use hourglass::data::{ImageShape, glyphs};
use hourglass::engine::{
    DatasetInfo, DeviceInfo, Event, Frame, Pictures, Progress, RunId, RunInfo, RunPictures,
    RunState, Snapshot,
};
use hourglass::model::{Pretraining, variant};
use hourglass::train::{Metrics, PhaseStart, RunConfig, TestPoint, Verdict};

pub const SHAPE: ImageShape = ImageShape {
    width: 28,
    height: 28,
    channels: 1,
};

/// Steps of an epoch over 12,000 images in batches of 64.
pub const STEPS_PER_EPOCH: u64 = 188;

/// The recipe of a variant on the built-in digits.
pub fn recipe(id: &str) -> RunConfig {
    RunConfig::recipe(variant(id).unwrap(), "glyphs")
}

/// What the engine makes of a configuration.
pub fn info(config: &RunConfig) -> Arc<RunInfo> {
    let (variant, knobs) = config.check().unwrap();
    let plan = variant.plan(SHAPE, &knobs).unwrap();
    Arc::new(RunInfo {
        dataset: DatasetInfo {
            location: config.dataset.clone(),
            name: "Drawn digits".to_owned(),
            shape: SHAPE,
            train: 12_000,
            test: 2_000,
            split: String::new(),
            hash: "0".repeat(64),
            contents: "0".repeat(64),
            test_labels: None,
            class_names: None,
            skipped: Arc::default(),
            unlisted: 0,
            source: "Drawn digits".to_owned(),
            remarks: Vec::new().into(),
            takes: hourglass::data::Takes::default(),
        },
        stages: plan.stages,
        parameters: plan.parameters(),
        latent: plan.latent,
        layers: plan.layers,
        device: "Flex (CPU, 16 threads)".to_owned(),
        total_steps: config.schedule.epochs() as u64 * STEPS_PER_EPOCH,
        steps_per_epoch: STEPS_PER_EPOCH,
        remarks: Vec::new(),
        config: config.clone(),
    })
}

/// The run is there and has not started.
pub fn ready(id: RunId, config: &RunConfig) -> Event {
    ready_on(id, config, |_images| {})
}

/// The same, on images that are known to be otherwise in what `change` says.
pub fn ready_on(id: RunId, config: &RunConfig, change: impl FnOnce(&mut DatasetInfo)) -> Event {
    let mut info = RunInfo::clone(&info(config));
    change(&mut info.dataset);
    Event::RunReady {
        id,
        info: Arc::new(info),
        metrics: Arc::default(),
        progress: Progress::default(),
    }
}

/// The devices of a machine with a graphics card.
pub fn devices() -> Event {
    let device = |id: &str, name: &str, is_software, is_auto| DeviceInfo {
        id: id.to_owned(),
        name: name.to_owned(),
        is_software,
        is_auto,
        is_candidate: false,
    };
    Event::Devices(vec![
        device("flex", "Flex (CPU, 16 threads)", false, true),
        device("wgpu:0", "llvmpipe (Vulkan)", true, false),
    ])
}

/// A smooth disturbance that is the same every time.
fn noise(step: u64, size: f64) -> f64 {
    let mixed = (step + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    // The mean of four is nearly normal.
    let parts = [mixed >> 48, mixed >> 32, mixed >> 16, mixed];
    let sum: f64 = parts
        .map(|part| (part & 0xffff) as f64 / 65_535.0 - 0.5)
        .iter()
        .sum();
    size * sum
}

/// Metrics of a run whose phases each fall from one error to another.
fn metrics(phases: &[(u64, f64, f64, f64)], upto: u64, verdict: Verdict) -> Metrics {
    let mut metrics = Metrics::default();
    let mut start = 0;
    for (phase, &(epochs, from, to, speed)) in phases.iter().enumerate() {
        let steps = epochs * STEPS_PER_EPOCH;
        let error = |step: u64| {
            let progress = (step - start) as f64 / steps as f64;
            to + (from - to) * (-speed * progress).exp()
        };
        if start > upto {
            break;
        }
        metrics.phases.push(PhaseStart { phase, step: start });
        for step in start..(start + steps).min(upto) {
            let loss = error(step) * (1.0 + noise(step, 0.14));
            metrics.train.push(loss as f32);
        }
        for epoch in 0..=epochs {
            let step = start + epoch * STEPS_PER_EPOCH;
            if step <= upto {
                metrics.test.push(TestPoint {
                    step,
                    phase,
                    mse: error(step),
                    verdict,
                    terms: hourglass::train::TermValues::default(),
                    measures: hourglass::train::Measures::default(),
                });
            }
        }
        start += steps;
    }
    metrics
}

/// Pictures blurred by a box of `radius`, with a tenth of the mean picture mixed in.
fn blurred(pictures: &[u8], mean: &[f32], radius: i32) -> Vec<u8> {
    let (width, height) = (28, 28);
    let mut out = Vec::with_capacity(pictures.len());
    for picture in pictures.chunks(SHAPE.pixels()) {
        for y in 0..height {
            for x in 0..width {
                let (mut sum, mut weights) = (0.0, 0.0);
                for dy in -radius..=radius {
                    for dx in -radius..=radius {
                        let (u, v) = (x + dx, y + dy);
                        if (0..width).contains(&u) && (0..height).contains(&v) {
                            let weight = 1.0 / (1.0 + (dx * dx + dy * dy) as f32);
                            sum += weight * f32::from(picture[(v * width + u) as usize]);
                            weights += weight;
                        }
                    }
                }
                let mean = mean[(y * width + x) as usize];
                out.push((0.9 * sum / weights + 0.1 * mean).round() as u8);
            }
        }
    }
    out
}

/// Mean squared error of each picture.
pub fn errors(originals: &[u8], made: &[u8]) -> Vec<f32> {
    originals
        .chunks(SHAPE.pixels())
        .zip(made.chunks(SHAPE.pixels()))
        .map(|(a, b)| {
            let squares = a
                .iter()
                .zip(b)
                .map(|(a, b)| (f32::from(*a) - f32::from(*b)).powi(2));
            squares.sum::<f32>() / (255.0 * 255.0 * SHAPE.pixels() as f32)
        })
        .collect()
}

/// Pictures of one run.
fn pictures(
    id: RunId,
    step: u64,
    phase: usize,
    originals: &Arc<Pictures>,
    made: Vec<u8>,
) -> Arc<Frame> {
    let errors = errors(&originals.pixels, &made);
    let pictures = RunPictures {
        indices: (0..).take(originals.len()).collect(),
        originals: Arc::clone(originals),
        reconstructions: Pictures {
            shape: SHAPE,
            pixels: made,
        },
        errors,
    };
    Arc::new(Frame {
        id,
        step,
        phase,
        elapsed_secs: step as f64 / 250.0,
        pictures,
        codes: Arc::default(),
        layers: Arc::default(),
    })
}

/// Two runs of the deep network under way, one end to end, one pretrained.
pub struct Session {
    pub events: Vec<Event>,
    pub snapshot: Snapshot,
}

/// The settings of the two runs.
pub fn session_configs() -> [RunConfig; 2] {
    let mut stacked = recipe("stacked");
    for phase in &mut stacked.schedule.phases {
        phase.epochs = 4;
    }
    assert_eq!(stacked.pretraining, Pretraining::EndsInward);
    let mut deep = recipe("deep");
    deep.schedule.phases[0].epochs = 24;
    [stacked, deep]
}

/// The whole session, `images` test images wide.
pub fn session(images: usize) -> Session {
    let [stacked, deep] = session_configs();
    let (first, second) = (RunId(1), RunId(2));
    let data = glyphs::generate(0, 500, images).unwrap();
    let (baselines, _) =
        Baselines::compute(data.train.pixels(), data.test.pixels(), SHAPE.pixels(), 12).unwrap();
    let mean = baselines.mean;
    let upto = 22 * STEPS_PER_EPOCH + 120;
    let pretrained = metrics(
        &[
            (4, 0.23, mean * 0.13, 5.0),
            (4, mean * 0.95, mean * 0.21, 5.0),
            (4, mean * 0.98, mean * 0.29, 5.0),
            (4, mean * 0.98, mean * 0.37, 5.0),
            (4, mean * 0.99, mean * 0.52, 5.0),
            (4, mean * 0.52, mean * 0.29, 5.0),
        ],
        upto,
        Verdict::Varied,
    );
    let stuck = metrics(&[(24, 0.23, mean * 1.001, 150.0)], upto, Verdict::MeanImage);
    let mean_image: Vec<f32> = (0..SHAPE.pixels())
        .map(|i| {
            let pixels = data.train.pixels().iter().skip(i).step_by(SHAPE.pixels());
            pixels.map(|&p| f32::from(p)).sum::<f32>() / 500.0
        })
        .collect();
    let originals = Arc::new(Pictures {
        shape: SHAPE,
        pixels: data.test.pixels().to_vec(),
    });
    let average: Vec<u8> = mean_image.iter().map(|p| p.round() as u8).collect();
    let sharp = blurred(&originals.pixels, &mean_image, 1);
    let progress = |phase, epoch, steps_per_sec: f64| Progress {
        step: upto,
        phase,
        epoch,
        learning_rate: 1.0,
        steps_per_sec,
        images_per_sec: steps_per_sec * 64.0,
        remaining_secs: Some(2.4),
        elapsed_secs: 38.0,
        is_measuring: false,
    };
    let mut events = vec![devices(), ready(first, &stacked), ready(second, &deep)];
    for (id, more, progress) in [
        (first, pretrained, progress(5, 2.64, 231.0)),
        (second, stuck, progress(0, 22.64, 229.0)),
    ] {
        events.push(Event::StateChanged {
            id,
            state: RunState::Running,
        });
        events.push(Event::Progress { id, more, progress });
        events.push(Event::Baselines {
            id,
            baselines: Arc::new(baselines.clone()),
        });
    }
    events.push(Event::Warning {
        id: second,
        text: Verdict::MeanImage.warning().unwrap().to_owned(),
    });
    let averages = average.repeat(images);
    Session {
        events,
        snapshot: Snapshot {
            runs: vec![
                pictures(first, upto, 5, &originals, sharp),
                pictures(second, upto, 0, &originals, averages),
            ],
        },
    }
}
