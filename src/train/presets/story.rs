//! Autoencoders of few numbers: those of the program's story by the recipe of its README, and those
//! trained by Adam.

use super::{Aim, Band, ERROR, Expected, Family, MEASURED, Preset, after, figure, mse};

const THREE_SEEDS: &str = "measured with PyTorch 2.15, seeds 1 to 3, without clipping";

/// What the layers of the story's deep network are.
const WIDTHS: (&str, &str) = ("widths", "784,500,250,125,64,10");

/// A pretrained network ends below this with each of the seeds.
const STACKED: &[Expected] = &[figure(Aim::TestMse, 0.036, Band::AtMost)];

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "story-autoencoder",
        name: "Autoencoder 784-10-784",
        family: Family::Reference,
        variant: "autoencoder",
        settings: &[("batch", "256"), ("epochs", "3")],
        protocol: "784-10-784 from N(0, 0.01), linear code, sigmoid, MSE; SGD at 1.0 with momentum 0.9 and \
                   clipped gradients, batch 256, 3 epochs.",
        source: THREE_SEEDS,
        figures: &[figure(Aim::TestMse, 0.04, Band::Absolute(0.005))],
        healthy: None,
        minutes: 0.2,
    },
    Preset {
        id: "story-deep",
        name: "Deep, end to end",
        family: Family::Reference,
        variant: "deep",
        settings: &[WIDTHS, ("batch", "256"), ("epochs", "3")],
        protocol: "784-500-250-125-64-10 mirrored from N(0, 0.01), trained end to end by the same recipe; \
                   it stays at the mean image.",
        source: THREE_SEEDS,
        figures: &[figure(Aim::TestMse, 0.06747, Band::Relative(0.03))],
        healthy: None,
        minutes: 0.35,
    },
    Preset {
        id: "story-ends-inward",
        name: "Stacked, ends inward",
        family: Family::Reference,
        variant: "stacked",
        settings: &[
            WIDTHS,
            ("batch", "256"),
            ("pretrain-epochs", "3"),
            ("epochs", "3"),
        ],
        protocol: "The deep network by the same recipe, pretrained from its ends inward, 3 epochs a pair, and \
                   fine-tuned for 3.",
        source: THREE_SEEDS,
        figures: STACKED,
        healthy: None,
        minutes: 1.1,
    },
    Preset {
        id: "story-greedy",
        name: "Stacked, greedy",
        family: Family::Reference,
        variant: "stacked",
        settings: &[
            ("schedule", "greedy"),
            WIDTHS,
            ("batch", "256"),
            ("pretrain-epochs", "3"),
            ("epochs", "3"),
        ],
        protocol: "The deep network by the same recipe, pretrained greedily with dropout 0.2, 3 epochs a pair, \
                   and fine-tuned for 3.",
        source: THREE_SEEDS,
        figures: STACKED,
        healthy: None,
        minutes: 0.8,
    },
    Preset {
        id: "autoencoder-10-adam",
        name: "Autoencoder 784-10-784, Adam",
        family: Family::Reference,
        variant: "autoencoder",
        settings: &[
            ("init", "uniform"),
            ("optimizer", "adam"),
            ("batch", "256"),
            ("epochs", "10"),
        ],
        protocol: "784-10-784, linear code, sigmoid, MSE; Adam at 0.001, batch 256, 10 epochs.",
        source: MEASURED,
        figures: &[mse(0.0326)],
        healthy: None,
        minutes: 0.2,
    },
    Preset {
        id: "autoencoder-32-adam",
        name: "Autoencoder 784-32-784, Adam",
        family: Family::Reference,
        variant: "autoencoder",
        settings: &[
            ("latent", "32"),
            ("init", "uniform"),
            ("optimizer", "adam"),
            ("batch", "256"),
            ("epochs", "10"),
        ],
        protocol: "784-32-784, linear code, sigmoid, MSE; Adam at 0.001, batch 256, 10 epochs.",
        source: MEASURED,
        figures: &[mse(0.0109)],
        healthy: None,
        minutes: 0.2,
    },
    Preset {
        id: "deep-784-1000-500-250-30",
        name: "Deep 784-1000-500-250-30",
        family: Family::Reference,
        variant: "deep",
        settings: &[
            ("widths", "784,1000,500,250,30"),
            ("init", "uniform"),
            ("optimizer", "adam"),
            ("batch", "256"),
            ("epochs", "20"),
        ],
        protocol: "784-1000-500-250-30 mirrored, ReLU, linear code, sigmoid, MSE; Adam at 0.001, batch 256, \
                   20 epochs.",
        source: "layers of Hinton & Salakhutdinov 2006, whose published 3.00 takes ten times as long; measured \
                 with PyTorch 2.15, seed 1",
        figures: &[
            after(5, figure(Aim::PerImage, 13.5, ERROR)),
            after(20, figure(Aim::PerImage, 6.1, ERROR)),
        ],
        healthy: None,
        minutes: 4.4,
    },
    Preset {
        id: "convolutional-10",
        name: "Convolutional, code of 10",
        family: Family::Reference,
        variant: "convolutional",
        settings: &[("batch", "256"), ("epochs", "2")],
        protocol: "The layers of Guo et al. 2017 with a code of 10, Glorot, linear output, MSE; Adam at 0.001, \
                   batch 256, 2 epochs.",
        source: "layers of Guo et al. 2017; measured with PyTorch 2.15, seed 1",
        figures: &[after(1, mse(0.023)), after(2, mse(0.0187))],
        healthy: None,
        minutes: 1.4,
    },
];
