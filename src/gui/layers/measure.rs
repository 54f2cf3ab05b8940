//! What is measured of a layer, and how it is read.
//!
//! A *measure* turns the statistics of a layer into one number on a fixed scale: the same colour means
//! the same in every run and at every step.

use egui::Color32;
use serde::{Deserialize, Serialize};

use crate::gui::theme::maps;
use crate::gui::words;
use crate::model::LayerStat;

/// log10 of update over weights at which a layer learns well, and how far the scale goes from there.
const HEALTHY: f32 = -3.0;
const HEALTHY_REACH: f32 = 3.0;

/// Below this, log10 of update over weights, a layer hardly moves; above the second it jumps.
pub const HARDLY_MOVES: f32 = -5.0;
/// See [`HARDLY_MOVES`].
pub const JUMPS: f32 = -1.0;

/// One number a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// log10 of update over weights.
    #[default]
    Update,
    /// log10 of the gradient's norm.
    Gradient,
    /// How much outputs differ from image to image.
    Spread,
    /// Share of units that are always 0.
    Dead,
    /// Share of outputs near an end of the range.
    Saturated,
}

impl Measure {
    /// All of them, in the order of the chooser.
    pub const ALL: &'static [Self] = &[
        Self::Update,
        Self::Gradient,
        Self::Spread,
        Self::Dead,
        Self::Saturated,
    ];

    /// What the window calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Update => "Update : weight",
            Self::Gradient => "Gradient",
            Self::Spread => "Spread",
            Self::Dead => "Dead units",
            Self::Saturated => "Saturated",
        }
    }

    /// What its numbers count.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Update => "log10 of update : weight",
            Self::Gradient => "log10 of the gradient’s norm",
            Self::Spread => "spread of the outputs, 0 to 1",
            Self::Dead => "share of units that are always 0",
            Self::Saturated => "share of outputs near an end of the range",
        }
    }

    /// How to read it.
    pub fn rule(self) -> &'static str {
        match self {
            Self::Update => {
                "log10 of the last update over the weights. About −3 is healthy (white); below −5 the \
                 layer hardly moves (blue); above −1 it jumps (red)."
            }
            Self::Gradient => {
                "log10 of the norm of the gradient (−2 is 0.01), before clipping. Alike in all layers is \
                 healthy; fading towards the first layers means that they hardly learn."
            }
            Self::Spread => {
                "How much a layer’s outputs differ from image to image, 0 to 1. Near 0 (dark) every \
                 image gives the same output: nothing of it gets through."
            }
            Self::Dead => {
                "Share of units that give 0 for every image looked at; they cannot learn any more. \
                 Only ReLU layers can have any."
            }
            Self::Saturated => {
                "Share of outputs within 5 % of an end of the range, where hardly any gradient \
                 passes. Only for sigmoid and tanh; in the last layer black pixels are a good reason."
            }
        }
    }

    /// The measured number, on the scale of [`Measure::range`], though it may lie beyond its ends.
    pub fn value(self, stat: &LayerStat) -> Option<f32> {
        let value = match self {
            Self::Update => stat.update_ratio,
            Self::Gradient => stat.gradient_norm.map(f32::log10),
            Self::Spread => stat.spread,
            Self::Dead => stat.dead,
            Self::Saturated => stat.saturated,
        };
        value.filter(|value| !value.is_nan())
    }

    /// Ends of the scale.
    pub fn range(self) -> [f32; 2] {
        match self {
            Self::Update => [HEALTHY - HEALTHY_REACH, HEALTHY + HEALTHY_REACH],
            Self::Gradient => [-10.0, 0.0],
            Self::Spread | Self::Dead | Self::Saturated => [0.0, 1.0],
        }
    }

    /// Numbers written beside the scale.
    pub fn ticks(self) -> &'static [f32] {
        match self {
            Self::Update => &[-6.0, -5.0, -3.0, -1.0, 0.0],
            Self::Gradient => &[-10.0, -8.0, -6.0, -4.0, -2.0, 0.0],
            Self::Spread | Self::Dead | Self::Saturated => &[0.0, 0.25, 0.5, 0.75, 1.0],
        }
    }

    /// A number as written beside the scale.
    pub fn tick(self, value: f32) -> String {
        match self {
            Self::Update | Self::Gradient | Self::Spread => minus(&format!("{value}")),
            Self::Dead | Self::Saturated => format!("{:.0} %", value * 100.0),
        }
    }

    /// The colour of a number.
    pub fn color(self, value: f32) -> Color32 {
        let [low, high] = self.range();
        match self {
            Self::Update => maps::diverging((value - HEALTHY) / HEALTHY_REACH),
            Self::Gradient | Self::Spread | Self::Dead | Self::Saturated => {
                maps::sequential((value - low) / (high - low))
            }
        }
    }

    /// A number in as few characters as tell it.
    pub fn short(self, value: f32) -> String {
        match self {
            Self::Update | Self::Gradient if value == f32::NEG_INFINITY => "none".to_owned(),
            Self::Update | Self::Gradient => minus(&format!("{value:.1}")),
            Self::Spread => words::three_digits(f64::from(value)),
            Self::Dead | Self::Saturated => format!("{:.0} %", value * 100.0),
        }
    }

    /// A number with what it means.
    pub fn explain(self, value: f32) -> String {
        let number = self.short(value);
        match self {
            Self::Update if value == f32::NEG_INFINITY => "does not move at all".to_owned(),
            Self::Update => {
                let verdict = match value {
                    ratio if ratio < HARDLY_MOVES => ": hardly moves",
                    ratio if ratio > JUMPS => ": jumps",
                    _ => "",
                };
                format!("update : weight {} (log10 {number}){verdict}", power(value))
            }
            Self::Gradient if value == f32::NEG_INFINITY => "no gradient at all".to_owned(),
            Self::Gradient => format!("gradient norm {}", power(value)),
            Self::Spread => format!("spread over images {number}"),
            Self::Dead => format!("{number} of the units dead"),
            Self::Saturated => format!("{number} of the outputs saturated"),
        }
    }

    /// Why there is no number.
    pub fn missing(self) -> &'static str {
        match self {
            Self::Update | Self::Gradient => "not trained in this phase, or no step seen yet",
            Self::Spread => "not used in this phase",
            Self::Dead => "not used in this phase, or no ReLU",
            Self::Saturated => "not used in this phase, or neither sigmoid nor tanh",
        }
    }
}

/// Below this a number is told by its size alone.
const LEAST: f64 = 1e-6;

/// Ten to the power of a number, in two digits that people read.
pub fn power(exponent: f32) -> String {
    let value = 10_f64.powf(f64::from(exponent));
    if value < LEAST {
        return "less than a millionth".to_owned();
    }
    let before_point = value.log10().floor() as i32 + 1;
    let decimals = usize::try_from((2 - before_point).clamp(0, 8)).unwrap_or(0);
    format!("{value:.decimals$}")
}

/// With the minus sign of print.
fn minus(text: &str) -> String {
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_the_same_everywhere() {
        let stat = LayerStat {
            gradient_norm: Some(1e-4),
            update_ratio: Some(f32::NEG_INFINITY),
            dead: Some(0.25),
            spread: Some(f32::NAN),
            ..LayerStat::default()
        };
        let gradient = Measure::Gradient.value(&stat).unwrap();
        assert_eq!(Measure::Gradient.short(gradient), "−4.0");
        assert_eq!(Measure::Gradient.explain(gradient), "gradient norm 0.00010");
        assert_eq!(Measure::Update.short(f32::NEG_INFINITY), "none");
        assert_eq!(
            Measure::Update.explain(-5.5),
            "update : weight 0.0000032 (log10 −5.5): hardly moves"
        );
        assert_eq!(
            Measure::Update.explain(-0.5),
            "update : weight 0.32 (log10 −0.5): jumps"
        );
        assert_eq!(Measure::Dead.explain(0.25), "25 % of the units dead");
        assert_eq!(Measure::Spread.value(&stat), None);
        assert_eq!(Measure::Saturated.value(&stat), None);
        assert_eq!(Measure::Update.tick(-5.0), "−5");
    }

    #[test]
    fn powers_are_told_in_digits() {
        assert_eq!(power(-1.8), "0.016");
        assert_eq!(power(0.0), "1.0");
        assert_eq!(power(2.3), "200");
        assert_eq!(power(-7.2), "less than a millionth");
    }

    #[test]
    fn healthy_is_the_middle_of_the_scale_and_its_ends_hold_what_lies_beyond() {
        assert_eq!(Measure::Update.color(-3.0), maps::diverging(0.0));
        assert_eq!(
            Measure::Update.color(f32::NEG_INFINITY),
            maps::diverging(-1.0)
        );
        for measure in Measure::ALL {
            let [low, high] = measure.range();
            assert_ne!(measure.color(low), measure.color(high), "{measure:?}");
            assert_eq!(measure.color(low), measure.color(low - 5.0), "{measure:?}");
            assert!(
                measure
                    .ticks()
                    .iter()
                    .all(|tick| (low..=high).contains(tick))
            );
        }
    }
}
