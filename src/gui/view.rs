//! What panels see.
//!
//! A *view* borrows the state for one frame, together with the colours and textures of that frame.

use super::curves::KeptLines;
use super::run::Run;
use super::state::AppState;
use super::textures::Textures;
use super::theme::Palette;

/// Everything a panel may read.
pub struct View<'a> {
    /// The state.
    pub state: &'a AppState,
    /// The colours of the theme in use.
    pub palette: &'static Palette,
    /// Pictures as textures.
    pub textures: &'a Textures,
    /// Lines of the chart as they were drawn last.
    pub lines: &'a KeptLines,
}

impl<'a> View<'a> {
    /// The selected run.
    pub fn run(&self) -> Option<&'a Run> {
        self.state.selected_run()
    }
}
