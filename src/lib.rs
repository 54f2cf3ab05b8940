//! Hourglass.
pub mod analysis;
pub mod cli;
pub mod data;
pub mod engine;
pub mod gui;
pub mod model;
pub mod store;
pub mod train;
