//! Numbers as bytes, little-endian, and back.
//!
//! A *reader* never asks for more memory than the bytes it reads can fill.

/// Writes numbers one after the other.
#[derive(Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn f32(&mut self, value: f32) {
        self.u32(value.to_bits());
    }

    pub(super) fn f64(&mut self, value: f64) {
        self.u64(value.to_bits());
    }

    fn length(&mut self, length: usize) {
        self.u32(length as u32);
    }

    pub(super) fn bytes(&mut self, values: &[u8]) {
        self.length(values.len());
        self.0.extend_from_slice(values);
    }

    pub(super) fn u32s(&mut self, values: &[u32]) {
        self.length(values.len());
        for value in values {
            self.u32(*value);
        }
    }

    pub(super) fn f32s(&mut self, values: &[f32]) {
        self.length(values.len());
        for value in values {
            self.f32(*value);
        }
    }

    pub(super) fn optional(&mut self, value: Option<f32>) {
        self.u8(u8::from(value.is_some()));
        self.f32(value.unwrap_or_default());
    }
}

/// Reads numbers one after the other; nothing where there are too few bytes.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn f32(&mut self) -> Option<f32> {
        self.u32().map(f32::from_bits)
    }

    pub(super) fn f64(&mut self) -> Option<f64> {
        self.u64().map(f64::from_bits)
    }

    /// How many values of `size` bytes follow.
    pub(super) fn length(&mut self, size: usize) -> Option<usize> {
        let length = self.u32()? as usize;
        (length.checked_mul(size)? <= self.0.len()).then_some(length)
    }

    pub(super) fn bytes(&mut self) -> Option<Vec<u8>> {
        let length = self.length(1)?;
        self.take(length).map(<[u8]>::to_vec)
    }

    pub(super) fn u32s(&mut self) -> Option<Vec<u32>> {
        (0..self.length(4)?).map(|_| self.u32()).collect()
    }

    pub(super) fn f32s(&mut self) -> Option<Vec<f32>> {
        (0..self.length(4)?).map(|_| self.f32()).collect()
    }

    #[expect(
        clippy::option_option,
        reason = "whether it is there, and whether it could be read"
    )]
    pub(super) fn optional(&mut self) -> Option<Option<f32>> {
        let is_there = match self.u8()? {
            0 => false,
            1 => true,
            _ => return None,
        };
        let value = self.f32()?;
        Some(is_there.then_some(value))
    }
}
