//! Doors into the parsers of Hourglass, as a user's files reach them.
//!
//! A *door* takes bytes as the content of a file and opens it the way the program does. Whatever the
//! bytes, it must come back with a result: no panic, and no more memory than the file is worth.
//! [`DOORS`] is the table of them: each has a fuzz target of its name, and `tests/properties.rs` of
//! the program goes through all.

mod bench;
mod samples;

pub use bench::Bench;

/// A door.
pub struct Door {
    /// What its fuzz target and its folder of seeds are called.
    pub name: &'static str,
    /// Opens bytes; whether they were sound.
    pub open: fn(&Bench, &[u8]) -> bool,
    /// Files that are sound.
    pub samples: fn() -> Vec<Vec<u8>>,
}

/// Every door.
pub const DOORS: &[Door] = &[
    Door {
        name: "idx",
        open: |bench, bytes| bench.idx("train-images-idx3-ubyte", bytes),
        samples: || [vec![samples::idx()], samples::idx_kinds()].concat(),
    },
    Door {
        name: "idx_gzip",
        open: |bench, bytes| bench.idx("train-images-idx3-ubyte.gz", bytes),
        samples: || vec![samples::gzip(&samples::idx())],
    },
    Door {
        name: "labels",
        open: Bench::labels,
        samples: || vec![samples::labels(), samples::gzip(&samples::labels())],
    },
    Door {
        name: "npy",
        open: |bench, bytes| bench.images("npy", bytes),
        samples: || [vec![samples::npy()], samples::npy_kinds()].concat(),
    },
    Door {
        name: "npz",
        open: |bench, bytes| bench.images("npz", bytes),
        samples: || {
            vec![
                samples::npz(true),
                samples::npz(false),
                samples::npz_labelled(),
            ]
        },
    },
    Door {
        name: "csv",
        open: |bench, bytes| bench.images("csv", bytes),
        samples: samples::tables,
    },
    Door {
        name: "config",
        open: |_, bytes| bench::config(bytes),
        samples: samples::configs,
    },
    Door {
        name: "share",
        open: |_, bytes| bench::share(bytes),
        samples: samples::shares,
    },
    Door {
        name: "weights",
        open: Bench::weights,
        samples: || vec![samples::weights()],
    },
    Door {
        name: "session",
        open: Bench::session,
        samples: || vec![samples::session()],
    },
    Door {
        name: "window",
        open: |_, bytes| bench::window(bytes),
        samples: || vec![samples::window()],
    },
    Door {
        name: "run_state",
        open: |bench, bytes| bench.run("state.toml", bytes),
        samples: || vec![samples::run_file("state.toml")],
    },
    Door {
        name: "run_metrics",
        open: |bench, bytes| bench.run("metrics.csv", bytes),
        samples: || vec![samples::run_file("metrics.csv")],
    },
    Door {
        name: "run_optimizer",
        open: |bench, bytes| bench.run("optimizer.safetensors", bytes),
        samples: || vec![samples::run_file("optimizer.safetensors")],
    },
    Door {
        name: "run_boundary",
        open: |bench, bytes| bench.run("boundary-1.safetensors", bytes),
        samples: || vec![samples::run_file("boundary-1.safetensors")],
    },
    Door {
        name: "run_frames",
        open: |bench, bytes| bench.run("frames.bin", bytes),
        samples: || vec![samples::run_file("frames.bin")],
    },
    Door {
        name: "run_frame",
        open: Bench::frame,
        samples: || vec![samples::frame()],
    },
    Door {
        name: "run_commit",
        open: Bench::commit,
        samples: || vec![samples::commit()],
    },
];

/// The door of this name.
pub fn door(name: &str) -> &'static Door {
    let found = DOORS.iter().find(|door| door.name == name);
    found.unwrap_or_else(|| panic!("there is no door {name}"))
}

/// The fuzz target of a door.
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        static TARGET: std::sync::LazyLock<(&'static $crate::Door, $crate::Bench)> =
            std::sync::LazyLock::new(|| ($crate::door($name), $crate::Bench::new()));

        libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
            let (door, bench) = &*TARGET;
            let _is_sound = (door.open)(bench, bytes);
        });
    };
}
