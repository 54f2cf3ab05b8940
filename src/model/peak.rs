//! The arithmetic a device can do: what the speed of training is held against.

use std::time::Instant;

use burn::tensor::{Device, Tensor};

use super::TrainingError;
use super::fused;

/// Rows and columns of the matrices multiplied.
const SIDE: usize = 1024;

/// Products, of which the quickest counts.
const REPEATS: usize = 12;

/// Floating point operations a second, in 10⁹, in a product of two 1024×1024 matrices.
///
/// # Errors
/// When the device fails.
pub fn measured_peak(device: &Device) -> Result<f64, TrainingError> {
    let left = Tensor::<2>::full([SIDE, SIDE], 0.5, device);
    let right = Tensor::<2>::full([SIDE, SIDE], 0.25, device);
    let mut quickest = f64::INFINITY;
    for _repeat in 0..REPEATS {
        device.sync()?;
        let start = Instant::now();
        let product = fused::product(left.clone(), right.clone());
        device.sync()?;
        quickest = quickest.min(start.elapsed().as_secs_f64());
        drop(product);
    }
    let operations = 2.0 * (SIDE as f64).powi(3);
    Ok(operations / quickest / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peak_is_that_of_a_computer() {
        let peak = measured_peak(&Device::flex()).unwrap();
        assert!((0.1..1e5).contains(&peak), "{peak} GFLOP/s");
    }
}
