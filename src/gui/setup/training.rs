//! The part of the side panel that sets how a run trains.

use egui::{Align, Layout, Ui};

use crate::model::{Objective, OptimizerKind, Pretraining, Variant, variant};
use crate::train::{LearningRateDecay, Phase, PhaseSettings};

use super::draft::{self, Draft};
use super::form::{self, Entry, Name, NumberStyle};
use super::typed;
use crate::gui::share::locks;
use crate::store::share::Access;

/// Epochs of a phase at most.
const MOST_EPOCHS: usize = 100_000;

/// Seeds that can be typed: a field knows whole numbers up to this exactly.
const MOST_SEED: f64 = 9_007_199_254_740_991.0;

/// Schedule, optimizer, batch and seed.
pub fn training_ui(ui: &mut Ui, draft: &mut Draft) {
    let is_layered = variant(&draft.config.variant).is_ok_and(Variant::is_layered);
    pretraining_ui(ui, draft, is_layered);
    if draft.config.pretraining != Pretraining::EndToEnd {
        pretraining_phases_ui(ui, draft);
    }
    shared_ui(ui, &mut draft.finetune);
    if draft.has_own_phases() {
        own_phases_ui(ui, draft);
    }
    let batch = ("Batch size", "Images of one training step.");
    let mut size = draft.config.batch as f64;
    form::number_row(ui, batch, &mut size, 1.0..=4096.0, NumberStyle::WHOLE_LOG);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the row keeps to its range"
    )]
    let size = size as usize;
    // A file may ask for more than the slider offers.
    if size != draft.config.batch.min(4096) {
        draft.config.batch = size;
    }
    let seed = "Of the initial weights, the order of the images and the dropout: the same seed \
                gives the same run.";
    let said = form::row(ui, "Seed", seed, |ui, label| {
        // From the right, so that the number has what the button leaves.
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let next = ui
                .button("Next seed")
                .on_hover_text("Other initial weights, and the images in another order");
            let size = egui::vec2(ui.available_width(), ui.spacing().interact_size.y);
            // A file may hold a larger one, which stays.
            let most = MOST_SEED.max(draft.config.seed as f64);
            let number = egui::DragValue::new(&mut draft.config.seed).speed(0.1);
            let range = 0.0..=most;
            let (number, wrong) = typed::number_ui(ui, number, (range, true), Some(size));
            number.labelled_by(label).on_hover_text(seed);
            if next.clicked() {
                draft.config.seed = match draft.config.seed {
                    // Files hold signed numbers.
                    seed if seed >= i64::MAX as u64 => 1,
                    seed => seed + 1,
                };
            }
            wrong
        })
        .inner
    });
    typed::wrong_ui(ui, said);
}

/// Says that single phases were set apart, and takes that back.
fn own_phases_ui(ui: &mut Ui, draft: &mut Draft) {
    ui.horizontal(|ui| {
        ui.weak("Phases differ")
            .on_hover_text("Single phases have settings of their own, as the strip shows them.");
        let alike = ui
            .button("Make alike")
            .on_hover_text("Builds the phases anew, each with the settings of its kind");
        if alike.clicked() {
            draft.make_alike();
        }
    });
}

fn pretraining_ui(ui: &mut Ui, draft: &mut Draft, is_layered: bool) {
    let current = draft.config.pretraining;
    let entries = Pretraining::ALL.iter().map(|&kind| Entry {
        value: kind,
        name: kind.name(),
        help: kind.summary(),
    });
    let help = if is_layered {
        current.summary()
    } else {
        "This model has a single pair of layers, so there is nothing to train layer by layer."
    };
    // What was left over from another model can still be taken back.
    let is_enabled = is_layered || current != Pretraining::EndToEnd;
    let picked = ui
        .add_enabled_ui(is_enabled, |ui| {
            form::choice_row(ui, ("Schedule", help), (current, current.name()), entries)
        })
        .inner;
    if let Some(kind) = picked {
        draft.config.pretraining = kind;
    }
    if locks::access(ui, "Schedule") != Access::Hidden {
        form::remark(ui, help);
    }
}

fn pretraining_phases_ui(ui: &mut Ui, draft: &mut Draft) {
    form::count_row(
        ui,
        (
            "Pretraining epochs",
            "Passes over the training images for each pair of layers.",
        ),
        &mut draft.pretrain.epochs,
        1..=MOST_EPOCHS,
    );
    egui::CollapsingHeader::new("Pretraining phases")
        .id_salt("pretraining")
        .show(ui, |ui| {
            ui.push_id("pretraining", |ui| {
                rate_ui(ui, &mut draft.pretrain, "Pretraining ");
                if draft.config.pretraining == Pretraining::Greedy {
                    dropout_ui(ui, "Dropout", &mut draft.dropout);
                }
            });
        });
}

/// What the phases with all layers share.
fn shared_ui(ui: &mut Ui, phase: &mut PhaseSettings) {
    let words = (
        "Epochs",
        "Passes over the training images with all layers training.",
    );
    form::count_row(ui, words, &mut phase.epochs, 1..=MOST_EPOCHS);
    rate_ui(ui, phase, "");
}

/// Everything that can be set about one phase: its length from `least` epochs on, the rest only if
/// it is `open`. `prefix` tells names of several such forms apart.
pub fn phase_ui(
    ui: &mut Ui,
    phase: &mut Phase,
    prefix: &str,
    (least, is_open): (Option<usize>, bool),
) {
    let spoken = format!("{prefix}epochs");
    let words = (
        Name {
            spoken: &spoken,
            shown: "Epochs",
        },
        "Passes over the training images in this phase.",
    );
    let shortest = least.unwrap_or(1);
    ui.add_enabled_ui(least.is_some(), |ui| {
        form::count_row(ui, words, &mut phase.epochs, shortest..=MOST_EPOCHS);
    });
    ui.add_enabled_ui(is_open, |ui| {
        ui.push_id(prefix, |ui| {
            let before = draft::settings(phase);
            let mut settings = before;
            rate_ui(ui, &mut settings, prefix);
            if settings.optimizer.kind != before.optimizer.kind {
                settings.learning_rate = settings.optimizer.kind.usual_learning_rate();
            }
            phase.learning_rate = settings.learning_rate;
            phase.decay = settings.decay;
            phase.optimizer = settings.optimizer;
            if matches!(phase.objective, Objective::Greedy { .. }) {
                let spoken = format!("{prefix}dropout");
                dropout_ui(ui, &spoken, &mut phase.dropout);
            }
        });
    });
}

/// The share that greedy pretraining sets to zero.
fn dropout_ui(ui: &mut Ui, spoken: &str, dropout: &mut f64) {
    let words = (
        Name {
            spoken,
            shown: "Dropout",
        },
        "Share of the input and of the hidden code set to zero in each step (Xie et al. 2016).",
    );
    form::number_row(ui, words, dropout, 0.0..=0.9, NumberStyle::REAL);
}

/// Optimizer and learning rate. `prefix` tells names of two such forms apart.
fn rate_ui(ui: &mut Ui, phase: &mut PhaseSettings, prefix: &str) {
    let name = |plain: &str| {
        if prefix.is_empty() {
            plain.to_owned()
        } else {
            format!("{prefix}{}", plain.to_lowercase())
        }
    };
    let kind = phase.optimizer.kind;
    let entries = OptimizerKind::ALL.iter().map(|&kind| Entry {
        value: kind,
        name: kind.name(),
        help: match kind {
            OptimizerKind::Sgd => "Steps along the gradient, with momentum.",
            OptimizerKind::Adam => "Steps scaled for every weight (Kingma & Ba 2015).",
            OptimizerKind::AdamW => "Adam with decoupled weight decay (Loshchilov & Hutter 2019).",
        },
    });
    let words = (
        Name {
            spoken: &name("Optimizer"),
            shown: "Optimizer",
        },
        "The rule that turns a gradient into a step.",
    );
    if let Some(kind) = form::choice_row(ui, words, (kind, kind.name()), entries) {
        phase.optimizer.kind = kind;
    }
    let words = (
        Name {
            spoken: &name("Learning rate"),
            shown: "Learning rate",
        },
        "Length of a step at the start of the phase.",
    );
    let rate = &mut phase.learning_rate;
    // A file may ask for more than the slider offers.
    let range = rate.min(1e-6)..=rate.max(10.0);
    form::number_row(ui, words, rate, range, NumberStyle::REAL_LOG);
    decay_ui(ui, &mut phase.decay, &name);
    if phase.optimizer.kind == OptimizerKind::Sgd {
        let words = (
            Name {
                spoken: &name("Momentum"),
                shown: "Momentum",
            },
            "Share of the last step that is kept in the next one.",
        );
        form::number_row(
            ui,
            words,
            &mut phase.optimizer.momentum,
            0.0..=0.9999,
            NumberStyle::REAL,
        );
    }
    let words = (
        Name {
            spoken: &name("Weight decay"),
            shown: "Weight decay",
        },
        "Pull of the weights towards zero.",
    );
    let decay = &mut phase.optimizer.weight_decay;
    form::number_row(ui, words, decay, 0.0..=1.0, NumberStyle::REAL_LOG);
    let words = (
        Name {
            spoken: &name("Gradient clip"),
            shown: "Gradient clip",
        },
        "Largest length of the gradient of one weight matrix or bias; 0 for no limit. Large \
         learning rates may need it (Pascanu et al. 2013).",
    );
    let style = NumberStyle {
        smallest: 1e-3,
        ..NumberStyle::REAL_LOG
    };
    form::number_row(ui, words, &mut phase.optimizer.clip, 0.0..=100.0, style);
}

fn decay_ui(ui: &mut Ui, decay: &mut LearningRateDecay, name: &dyn Fn(&str) -> String) {
    let step = LearningRateDecay::Step {
        epochs: 2,
        factor: 0.5,
    };
    let entries = [
        (
            LearningRateDecay::Constant,
            "The same throughout the phase.",
        ),
        (step, "Multiplied by a factor every few epochs."),
        (
            LearningRateDecay::Cosine,
            "Half a cosine down to zero at the end of the phase.",
        ),
    ]
    .map(|(value, help)| Entry {
        value,
        name: value.name(),
        help,
    });
    let words = (
        Name {
            spoken: &name("Decay"),
            shown: "Decay",
        },
        "How the learning rate runs over the phase.",
    );
    if let Some(picked) = form::choice_row(ui, words, (*decay, decay.name()), entries) {
        *decay = picked;
    }
    if let LearningRateDecay::Step { epochs, factor } = decay {
        let words = (
            Name {
                spoken: &name("Decay epochs"),
                shown: "Decay epochs",
            },
            "Epochs between two drops.",
        );
        form::count_row(ui, words, epochs, 1..=MOST_EPOCHS);
        let words = (
            Name {
                spoken: &name("Decay factor"),
                shown: "Decay factor",
            },
            "What is left of the learning rate after a drop.",
        );
        form::number_row(ui, words, factor, 0.01..=1.0, NumberStyle::REAL);
    }
}
