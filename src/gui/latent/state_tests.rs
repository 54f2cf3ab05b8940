//! Tests of the latent panes' state, without a window.

use super::*;

#[test]
fn todo_placeholder() {}
