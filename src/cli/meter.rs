//! How far long work is, on the terminal.
//!
//! A *bar* is drawn on standard error, and only where somebody looks at it.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::data::Meter;

/// A bar for work with a name.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// A bar that stands at nothing.
    pub(super) fn new(what: &'static str) -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}") {
            bar.set_style(style);
        }
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// Takes the bar away.
    pub(super) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

impl Meter for Bar {
    fn tell(&self, done: u64, total: Option<u64>) {
        if let Some(total) = total {
            self.0.set_length(total);
        }
        self.0.set_position(done);
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}
