//! Codes of entries of a codebook and of levels.

use super::{Aim, Band, Expected, Family, LOOSE, MEASURED, Preset, after, figure, loose, mse};

const CODEBOOK: &str = "van den Oord et al. 2017; measured with PyTorch 2.15, seed 1";
const LEVELS: &str = "Mentzer et al. 2024; measured with PyTorch 2.15, seed 1";

const fn perplexity(value: f64) -> Expected {
    loose("perplexity", value)
}

/// Entries that are used, where some are left over.
const fn used(entries: f64) -> Expected {
    loose("entries_used", entries)
}

/// All entries are used, give or take one in fifty.
const fn all_used(entries: f64) -> Expected {
    figure(Aim::Measure("entries_used"), entries, Band::Relative(0.02))
}

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "vq-vae-128",
        name: "Vector-quantised, moving averages",
        family: Family::Reference,
        variant: "vq-vae",
        settings: &[],
        protocol: "7×7 codes of 16 numbers from 128 entries by moving averages, started from first outputs, \
                   dead ones revived, MSE + 0.25 · commitment; Adam at 0.001, batch 128, 10 epochs.",
        source: CODEBOOK,
        figures: &[
            after(1, mse(0.0063)),
            after(1, perplexity(65.0)),
            after(5, mse(0.0038)),
            after(5, perplexity(81.0)),
            after(10, mse(0.0033)),
            after(10, perplexity(75.0)),
            all_used(128.0),
        ],
        healthy: None,
        minutes: 5.3,
    },
    Preset {
        id: "vq-vae-128-gradient-uniform",
        name: "Vector-quantised, gradient, uniform start",
        family: Family::Reference,
        variant: "vq-vae",
        settings: &[
            ("codebook", "gradient"),
            ("codebook-start", "uniform"),
            ("revive", "off"),
            ("epochs", "5"),
        ],
        protocol: "7×7 codes of 16 numbers from 128 entries that the optimizer moves, started from U(±1/128), \
                   MSE + codebook + 0.25 · commitment; Adam at 0.001, batch 128, 5 epochs.",
        source: CODEBOOK,
        figures: &[mse(0.0041), perplexity(15.0), used(88.0)],
        healthy: None,
        minutes: 3.0,
    },
    Preset {
        id: "vq-vae-128-gradient-outputs",
        name: "Vector-quantised, gradient, start from outputs",
        family: Family::Reference,
        variant: "vq-vae",
        settings: &[("codebook", "gradient"), ("revive", "off")],
        protocol: "7×7 codes of 16 numbers from 128 entries that the optimizer moves, started from first \
                   outputs, MSE + codebook + 0.25 · commitment; Adam at 0.001, batch 128, 10 epochs.",
        source: CODEBOOK,
        figures: &[mse(0.0033), perplexity(20.0), used(120.0)],
        healthy: None,
        minutes: 4.9,
    },
    Preset {
        id: "fsq-8-6-5",
        name: "Finite scalar 8-6-5",
        family: Family::Reference,
        variant: "fsq",
        settings: &[],
        protocol: "7×7 codes of 3 numbers with 8, 6 and 5 levels, MSE; Adam at 0.001, batch 128, 10 epochs.",
        source: LEVELS,
        figures: &[
            after(1, mse(0.0055)),
            after(1, perplexity(44.0)),
            after(5, mse(0.0032)),
            after(5, perplexity(43.0)),
            after(10, mse(0.0028)),
            after(10, perplexity(59.0)),
            all_used(240.0),
        ],
        healthy: None,
        minutes: 4.7,
    },
    Preset {
        id: "fsq-8-5-5-5",
        name: "Finite scalar 8-5-5-5",
        family: Family::Reference,
        variant: "fsq",
        settings: &[("levels", "8,5,5,5"), ("epochs", "1")],
        protocol: "7×7 codes of 4 numbers with 8, 5, 5 and 5 levels, MSE; Adam at 0.001, batch 128, 1 epoch.",
        source: LEVELS,
        figures: &[mse(0.0049), used(871.0)],
        healthy: None,
        minutes: 0.7,
    },
    Preset {
        id: "no-revival",
        name: "No revival",
        family: Family::WrongWay,
        variant: "vq-vae",
        settings: &[
            ("codebook-start", "uniform"),
            ("revive", "off"),
            ("epochs", "1"),
        ],
        protocol: "Moving averages from U(±1/128) and no revival of entries that nothing is nearest to: most of \
                   the codebook is never used; Adam at 0.001, batch 128, 1 epoch.",
        source: MEASURED,
        figures: &[
            figure(Aim::TestMse, 0.0076, LOOSE),
            perplexity(11.0),
            used(42.0),
        ],
        healthy: Some("vq-vae-128"),
        minutes: 1.1,
    },
];
