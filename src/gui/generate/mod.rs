//! Pictures that nobody drew: codes that belong to no image, decoded.
//!
//! Codes of all runs are drawn by the same random numbers, from a *source* that suits them. Each picture has
//! the training image beside it that is nearest to it. Two pictures of a run can be *marked* A and B, which
//! shows what lies on two paths from one code to the other.

mod header;
mod kept;
mod pane;
mod state;
mod suits;
mod tiles;
mod walk;

pub(super) use kept::KeptGenerate;
pub use pane::generate_ui;
pub use state::{GenerateAction, GenerateState};
