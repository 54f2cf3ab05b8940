//! What training losses are made of, and which of them are sums.

use crate::model::{KnobValue, Knobs, Objective, PENALTIES};
use crate::train::RunConfig;

/// How the training loss of a phase differs from a mean of reconstruction errors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LossParts {
    /// Its errors are summed over the values of an image, not averaged, as a Gaussian bottleneck has it.
    pub is_sum: bool,
    /// It holds the KL divergence of the code, times β.
    pub has_kl: bool,
    /// It holds the distance of a codebook from what the encoder gives, as one that follows a gradient has.
    pub has_codebook: bool,
    /// It holds the distance of what the encoder gives from a codebook, at least in some steps of the run.
    pub has_commitment: bool,
    /// It holds penalties that act in this phase, at least in some steps of the run.
    pub has_penalties: bool,
    /// It holds what dead units of a top-k code miss, while there are such units.
    pub has_revival: bool,
}

fn is_text(knobs: &Knobs, id: &str, text: &str) -> bool {
    matches!(knobs.get(id), Some(KnobValue::Text(chosen)) if chosen == text)
}

/// Whether any penalty that acts at this depth has a weight.
fn has_penalties(config: &RunConfig, is_innermost: bool) -> bool {
    has_weight(config, |id| {
        let mut kinds = PENALTIES.iter();
        kinds.any(|kind| kind.knob == id && (is_innermost || kind.acts_on_hidden()))
    })
}

/// Whether any of some knobs is above 0, from the first step on or from a later one.
fn has_weight(config: &RunConfig, is_of_them: impl Fn(&str) -> bool) -> bool {
    let is_weight = |id: &str, value: f64| value > 0.0 && is_of_them(id);
    let from_the_first = config.knobs.iter().any(|(id, value)| match value {
        KnobValue::Real(value) => is_weight(id, *value),
        KnobValue::Integer(_) | KnobValue::Text(_) => false,
    });
    let mut changes = config.knob_changes.iter();
    from_the_first || changes.any(|change| is_weight(&change.knob, change.value))
}

impl LossParts {
    /// Of a phase with this objective, of a network with so many pairs of layers. Penalties count for
    /// all phases in which they can act, also for those before one got its weight; some act on the code
    /// of the whole network alone.
    pub fn of(config: &RunConfig, objective: Objective, stages: usize) -> Self {
        let knobs = &config.knobs;
        let is_gaussian = is_text(knobs, "bottleneck", "gaussian");
        // Pretraining of outer pairs does not reach the bottleneck.
        let is_innermost = objective.depth(stages) >= stages;
        let is_quantised = is_innermost && is_text(knobs, "bottleneck", "vq");
        Self {
            is_sum: is_gaussian,
            has_kl: is_gaussian && is_innermost,
            has_codebook: is_quantised && is_text(knobs, "codebook", "gradient"),
            has_commitment: is_quantised && has_weight(config, |id| id == "commitment"),
            has_penalties: has_penalties(config, is_innermost),
            has_revival: is_innermost
                && is_text(knobs, "bottleneck", "top-k")
                && is_text(knobs, "revive", "on"),
        }
    }

    /// Whether it holds more than errors of reconstruction.
    pub fn has_more(self) -> bool {
        self != Self {
            is_sum: self.is_sum,
            ..Self::default()
        }
    }

    /// What it holds besides errors of reconstruction, such as ` + β KL + penalties`.
    pub fn more(self) -> String {
        let all = [
            (self.has_kl, " + β KL"),
            (self.has_codebook, " + codebook"),
            (self.has_commitment, " + commitment"),
            (self.has_penalties, " + penalties"),
            (self.has_revival, " + revival of dead units"),
        ];
        let held = all.iter().filter(|(is_held, _)| *is_held);
        held.map(|(_, words)| *words).collect()
    }

    /// What brings the loss to a mean over `values`, or to their sum.
    pub fn factor(self, values: usize, wants_sum: bool) -> f64 {
        match (self.is_sum, wants_sum) {
            (false, true) => values as f64,
            (true, false) => 1.0 / values.max(1) as f64,
            (false, false) | (true, true) => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::variant;
    use crate::train::KnobChange;

    fn recipe(id: &str) -> RunConfig {
        RunConfig::recipe(variant(id).unwrap(), "glyphs")
    }

    fn whole(config: &RunConfig) -> LossParts {
        LossParts::of(config, Objective::EndToEnd, 2)
    }

    #[test]
    fn plain_losses_are_means_of_errors_and_nothing_else() {
        for id in ["autoencoder", "stacked", "denoising"] {
            let parts = whole(&recipe(id));
            assert_eq!(parts, LossParts::default(), "{id}");
            assert!(!parts.has_more() && parts.more().is_empty());
        }
    }

    #[test]
    fn a_gaussian_bottleneck_sums_and_adds_the_divergence_where_it_trains() {
        let vae = recipe("vae");
        let parts = whole(&vae);
        assert!(parts.is_sum && parts.has_kl && !parts.has_penalties);
        assert_eq!(parts.more(), " + β KL");
        let outer = LossParts::of(&vae, Objective::Greedy { stage: 0 }, 2);
        assert!(
            outer.is_sum && !outer.has_more(),
            "it is a sum all the same"
        );
        let inner = LossParts::of(&vae, Objective::Greedy { stage: 1 }, 2);
        assert!(inner.has_kl);
    }

    #[test]
    fn penalties_count_from_the_first_step_or_from_a_later_one() {
        assert_eq!(whole(&recipe("contractive")).more(), " + penalties");
        let mut config = recipe("autoencoder");
        let change = |value| KnobChange {
            step: 5,
            knob: "penalty-l1".to_owned(),
            value,
        };
        config.knob_changes = vec![change(0.0)];
        assert!(!whole(&config).has_more());
        config.knob_changes.push(change(0.1));
        assert!(whole(&config).has_penalties);
        assert_eq!(
            whole(&recipe("k-sparse")).more(),
            " + revival of dead units"
        );
    }

    #[test]
    fn a_codebook_is_told_where_a_gradient_moves_it() {
        let mut config = recipe("vq-vae");
        assert_eq!(whole(&config).more(), " + commitment");
        let outer = LossParts::of(&config, Objective::Greedy { stage: 0 }, 2);
        assert!(!outer.has_more());
        let gradient = KnobValue::Text("gradient".to_owned());
        config.knobs.set("codebook", gradient);
        assert_eq!(whole(&config).more(), " + codebook + commitment");
        config.knobs.set("commitment", KnobValue::Real(0.0));
        assert_eq!(whole(&config).more(), " + codebook");
        assert!(!whole(&recipe("fsq")).has_more());
    }

    #[test]
    fn penalties_on_the_code_are_told_where_it_is_trained_alone() {
        let has = |variant: &str, knob: &str, objective| {
            let mut config = recipe(variant);
            config.knobs.set(knob, KnobValue::Real(1.0));
            LossParts::of(&config, objective, 3).has_penalties
        };
        let outer = Objective::EndsInward { stage: 0 };
        let inner = Objective::EndsInward { stage: 2 };
        for knob in ["penalty-mmd", "penalty-code-norm"] {
            assert!(!has("deep", knob, outer), "{knob}");
            assert!(has("deep", knob, inner) && has("deep", knob, Objective::EndToEnd));
        }
        for knob in ["penalty-l1", "penalty-contractive", "penalty-weight-decay"] {
            assert!(has("deep", knob, outer), "{knob}");
        }
    }

    #[test]
    fn sums_and_means_turn_into_each_other() {
        let (mean, sum) = (LossParts::default(), whole(&recipe("vae")));
        assert_eq!(
            [mean.factor(784, false), mean.factor(784, true)],
            [1.0, 784.0]
        );
        assert_eq!(
            [sum.factor(784, false), sum.factor(784, true)],
            [1.0 / 784.0, 1.0]
        );
    }
}
