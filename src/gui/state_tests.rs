//! The state, driven by actions and events alone.
