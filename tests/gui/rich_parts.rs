//! Parts of the session with everything in it: its reports, and what its layers do.

use std::sync::Arc;

use hourglass::engine::{Event, Progress, RunId, RunInfo};
use hourglass::model::{Histogram, LayerInfo, LayerStat, Side};
use hourglass::train::Metrics;

use super::rich::{Moment, is_stuck, normal, unit};
use super::session::STEPS_PER_EPOCH;

/// Reports that a run's history comes in.
const REPORTS: usize = 12;

/// The history in several reports, as an engine would send it.
pub fn reports(
    id: RunId,
    metrics: &Metrics,
    upto: u64,
    steps_per_sec: f64,
    info: &RunInfo,
) -> Vec<Event> {
    let mut events = Vec::new();
    let mut before = 0;
    for report in 1..=REPORTS as u64 {
        let step = upto * report / REPORTS as u64;
        let is_new = |at: u64| at < step && at >= before;
        let is_last = report == REPORTS as u64;
        let more = Metrics {
            train: (metrics.train.get(before as usize..step as usize)).unwrap(),
            test: (metrics.test.iter())
                .filter(|point| is_new(point.step) || is_last && point.step == step)
                .cloned()
                .collect(),
            phases: (metrics.phases.iter().copied())
                .filter(|phase| is_new(phase.step))
                .collect(),
        };
        before = step;
        let phase = metrics.phases.iter().rfind(|phase| phase.step < step);
        let phase = phase.copied().unwrap();
        let progress = Progress {
            step,
            phase: phase.phase,
            epoch: (step - phase.step) as f64 / STEPS_PER_EPOCH as f64,
            learning_rate: info.config.schedule.phases[phase.phase].learning_rate,
            steps_per_sec,
            images_per_sec: steps_per_sec * 64.0,
            remaining_secs: Some((info.total_steps - step) as f64 / steps_per_sec),
            elapsed_secs: step as f64 / steps_per_sec,
            is_measuring: false,
        };
        events.push(Event::Progress { id, more, progress });
    }
    events
}

/// Statistics of every layer, as healthy or ill as the run is.
pub fn layers(moment: &Moment<'_>) -> Arc<[LayerStat]> {
    let stages = moment.info.stages;
    let objective = moment.info.config.schedule.phases[moment.phase].objective;
    let (trained, depth) = (objective.trained(stages), objective.depth(stages));
    let is_stuck = is_stuck(&moment.info.config);
    let count = moment.info.layers.len();
    let of_layer = |(index, layer): (usize, &LayerInfo)| {
        let from_output = (count - 1 - index) as f32;
        let wobble = normal(moment.step * 31 + index as u64) * 0.1;
        let (gradient, spread) = if is_stuck {
            (
                -2.0 - 0.8 * from_output + wobble,
                0.4 * 0.1_f32.powi(index as i32),
            )
        } else {
            (-1.5 - moment.done + wobble, 0.4 + 0.2 * wobble)
        };
        let is_trained = trained.contains(&layer.stage);
        let is_used = layer.stage < depth;
        let is_rectified = layer.activation.eq_ignore_ascii_case("relu");
        LayerStat {
            gradient_norm: is_trained.then(|| 10.0_f32.powf(gradient)),
            update_ratio: is_trained.then_some(gradient - 1.2),
            weight_norm: 5.0 + moment.done + index as f32,
            dead: (is_used && is_rectified).then_some(0.3 * moment.done),
            saturated: (is_used
                && !is_rectified
                && !layer.activation.eq_ignore_ascii_case("linear"))
            .then_some(if is_stuck { 0.0 } else { 0.2 * moment.done }),
            spread: is_used.then(|| match (is_stuck, layer.side) {
                (true, Side::Decoder) => 0.0,
                (true, Side::Encoder) | (false, Side::Encoder | Side::Decoder) => spread.max(0.0),
            }),
            weights: bell(index as u64, 0.1 + 0.2 * moment.done),
            activations: is_used.then(|| bell(index as u64 + 50, 0.5)),
        }
    };
    moment
        .info
        .layers
        .iter()
        .enumerate()
        .map(of_layer)
        .collect()
}

/// A histogram in the shape of a bell.
fn bell(seed: u64, std: f32) -> Histogram {
    let counts = (0..24)
        .map(|bin| {
            let place = (bin as f32 - 11.5) / 4.0;
            let height = (-0.5 * place * place).exp() * (1.0 + 0.2 * unit(seed * 24 + bin));
            (1000.0 * height) as u32
        })
        .collect();
    Histogram {
        low: -3.0 * std,
        high: 3.0 * std,
        counts,
    }
}
