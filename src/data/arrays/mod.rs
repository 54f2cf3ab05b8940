//! Arrays of numbers as images, whatever file they come from.
//!
//! A *layout* says which axis of an array is which: how many pictures there are, how high and wide
//! they are, and where their channels lie. [`layouts`] lists what a shape may mean and [`choose`] takes
//! what is clear; a [`Plan`] and a [`Gatherer`] then bring the values to images, one by one.

mod choice;
mod element;
mod gather;
mod layout;
mod smooth;

pub(in crate::data) use choice::{Choice, Doubt, Known, choose};
pub(in crate::data) use element::{Element, Numbers};
pub(in crate::data) use gather::{Gatherer, Plan};
pub(in crate::data) use layout::{Axes, Layout, layouts, shape_words};
pub(in crate::data) use smooth::{is_smoother_along, smoother_colours};

/// Longest side of a picture in an array, in pixels.
pub(in crate::data) const LARGEST_SIDE: usize = 4096;
