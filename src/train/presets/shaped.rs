//! Codes that are given a shape: variational, Wasserstein and regularised.

use super::{
    Aim, Band, ERROR, Expected, Family, LOOSE, MEASURED, Preset, after, bound, figure, mse,
    neighbours, term,
};
use crate::model::RECONSTRUCTION;

/// Active units may be so many more or less.
const fn active(units: f64, room: f64) -> Expected {
    figure(Aim::Measure("active_units"), units, Band::Absolute(room))
}

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "vae-784-400-20",
        name: "Variational 784-400-20",
        family: Family::Reference,
        variant: "vae",
        settings: &[("epochs", "20")],
        protocol: "784-400-20, cross-entropy summed over an image + KL; Adam at 0.001, batch 128, 20 epochs.",
        source: "Kingma & Welling 2014; measured with PyTorch 2.15, seed 1",
        figures: &[
            after(1, bound(127.2)),
            after(5, bound(108.2)),
            after(10, bound(105.2)),
            after(10, term(&[RECONSTRUCTION], 80.6)),
            after(10, term(&["kl"], 24.7)),
            after(20, bound(103.8)),
            active(20.0, 1.0),
            neighbours(0.973),
        ],
        healthy: None,
        minutes: 1.1,
    },
    Preset {
        id: "vae-784-400-2",
        name: "Variational 784-400-2",
        family: Family::Reference,
        variant: "vae",
        settings: &[("latent", "2"), ("epochs", "20")],
        protocol: "784-400-2, cross-entropy summed over an image + KL; Adam at 0.001, batch 128, 20 epochs.",
        source: "Kingma & Welling 2014; measured with PyTorch 2.15, seed 1",
        figures: &[
            after(10, bound(154.2)),
            after(10, term(&[RECONSTRUCTION], 148.4)),
            after(10, term(&["kl"], 5.74)),
            after(20, bound(151.5)),
            neighbours(0.7),
        ],
        healthy: None,
        minutes: 1.1,
    },
    Preset {
        id: "beta-vae-4",
        name: "β-variational, β 4",
        family: Family::Reference,
        variant: "beta-vae",
        settings: &[],
        protocol: "784-400-20, cross-entropy summed over an image + 4 · KL; Adam at 0.001, batch 128, 20 epochs.",
        source: "Higgins et al. 2017; measured with PyTorch 2.15, seed 1",
        figures: &[
            term(&[RECONSTRUCTION], 109.4),
            term(&["kl"], 9.5),
            active(12.0, 2.0),
        ],
        healthy: None,
        minutes: 1.0,
    },
    Preset {
        id: "vae-784-400-10-mse",
        name: "Variational 784-400-10, squared error",
        family: Family::Reference,
        variant: "vae",
        settings: &[("latent", "10"), ("loss", "mse"), ("epochs", "20")],
        protocol: "784-400-10, squared error summed over an image + KL; Adam at 0.001, batch 128, 20 epochs.",
        source: MEASURED,
        figures: &[
            figure(Aim::SquaredReconstruction, 18.03, ERROR),
            term(&["kl"], 11.33),
            neighbours(0.954),
        ],
        healthy: None,
        minutes: 1.1,
    },
    Preset {
        id: "convolutional-vae-10",
        name: "Convolutional variational, code of 10",
        family: Family::Reference,
        variant: "convolutional",
        settings: &[
            ("bottleneck", "gaussian"),
            ("output", "sigmoid"),
            ("loss", "bce"),
            ("init", "uniform"),
            ("batch", "128"),
            ("epochs", "5"),
        ],
        protocol: "The convolutional layers with a code of 10, cross-entropy summed over an image + KL; Adam at \
                   0.001, batch 128, 5 epochs.",
        source: "layers of Guo et al. 2017; measured with PyTorch 2.15, seed 1",
        figures: &[after(1, bound(119.2)), after(5, bound(105.5))],
        healthy: None,
        minutes: 3.3,
    },
    Preset {
        id: "wae-784-400-8",
        name: "Wasserstein 784-400-8",
        family: Family::Reference,
        variant: "wae",
        settings: &[],
        protocol: "784-400-8, squared error summed over an image + 10 · MMD; Adam at 0.001, batch 128, 10 epochs.",
        source: "Tolstikhin et al. 2018; measured with PyTorch 2.15, seed 1",
        figures: &[
            mse(0.0186),
            figure(Aim::Terms(&["mmd"]), 0.0153, LOOSE),
            neighbours(0.944),
        ],
        healthy: None,
        minutes: 0.6,
    },
    Preset {
        id: "rae-784-400-16",
        name: "Regularised 784-400-16",
        family: Family::Reference,
        variant: "rae",
        settings: &[],
        protocol: "784-400-16, squared error summed over an image + 0.01 · ½‖code‖² and a decay of the decoder \
                   of 0.0001; Adam at 0.001, batch 128, 20 epochs.",
        source: "Ghosh et al. 2020; measured with PyTorch 2.15, seed 1, the decay by AdamW",
        figures: &[mse(0.00926), neighbours(0.97)],
        healthy: None,
        minutes: 1.4,
    },
    Preset {
        id: "kl-against-mean",
        name: "KL against a mean error",
        family: Family::WrongWay,
        variant: "vae",
        settings: &[("beta", "784"), ("epochs", "1")],
        protocol: "The divergence of an image is set against the mean error of its pixels instead of their sum, \
                   as if β were 784: nothing is worth carrying, and every image becomes the mean image; Adam \
                   at 0.001, batch 128, 1 epoch.",
        source: "measured with this program, seed 1",
        figures: &[figure(Aim::Measure("active_units"), 0.0, Band::AtMost)],
        healthy: Some("vae-784-400-20"),
        minutes: 0.2,
    },
];
