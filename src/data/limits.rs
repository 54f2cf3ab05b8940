//! How much memory a file may ask for.
//!
//! A *promise* is the number of bytes that a file says it holds once unpacked. It is believed as far
//! as the file's own length makes it plausible.

/// Most bytes of images that one file or folder may hold.
pub(super) const MAX_BYTES: u64 = 4 << 30;

/// Most bytes that one byte of a packed file may stand for. Handwriting packs about 5 to 1, flat
/// drawings about 100 to 1, and deflate cannot go beyond 1032 to 1.
pub(super) const MAX_RATIO: u64 = 200;

/// Bytes that any packed file may unpack to, whatever its ratio.
pub(super) const ALWAYS_BYTES: u64 = 64 << 20;

/// Whether a packed file of `packed` bytes may hold as much as it promises.
pub(super) fn is_plausible(promised: u64, packed: u64) -> bool {
    promised <= ALWAYS_BYTES || promised <= packed.saturating_mul(MAX_RATIO)
}
