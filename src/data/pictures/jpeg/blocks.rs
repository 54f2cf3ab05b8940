//! Blocks of 8×8 pixels in the packed data of a JPEG file, walked through by their code words.

use core::ops::RangeInclusive;

use super::bits::{Bits, Broken, Huffman};

/// The coefficients of a block that comes in one go, but the first.
pub(super) fn sequential(codes: &Huffman, bits: &mut Bits<'_>) -> Result<(), Broken> {
    let mut k = 1;
    while k < 64 {
        let (run, size) = bits.run_and_size_passed(codes)?;
        match (run, size) {
            (15, 0) => k += 16,
            (_, 0) => break,
            _ => {
                k += run as usize + 1;
                if k > 64 {
                    return Err(Broken::NoCode);
                }
            }
        }
    }
    Ok(())
}

/// First bits of the coefficients of a block in a progressive file.
pub(super) fn fill(
    filled: &mut u64,
    band: RangeInclusive<usize>,
    codes: &Huffman,
    empty: &mut u32,
    bits: &mut Bits<'_>,
) -> Result<(), Broken> {
    if *empty > 0 {
        *empty -= 1;
        return Ok(());
    }
    let (mut k, end) = (*band.start(), *band.end());
    while k <= end {
        let (run, size) = bits.run_and_size(codes)?;
        match (run, size) {
            (15, 0) => k += 16,
            (_, 0) => {
                *empty = (1 << run) - 1 + bits.take(run)?;
                break;
            }
            _ => {
                k += run as usize;
                if k > end {
                    return Err(Broken::NoCode);
                }
                bits.skip(size)?;
                *filled |= 1 << k;
                k += 1;
            }
        }
    }
    Ok(())
}

/// One more bit of the coefficients of a block in a progressive file: each that is not zero has one,
/// wherever it lies among the code words of new ones.
pub(super) fn refine(
    filled: &mut u64,
    band: RangeInclusive<usize>,
    codes: &Huffman,
    empty: &mut u32,
    bits: &mut Bits<'_>,
) -> Result<(), Broken> {
    let (mut k, end) = (*band.start(), *band.end());
    if *empty == 0 {
        while k <= end {
            let (mut run, size) = bits.run_and_size(codes)?;
            if size == 0 && run < 15 {
                *empty = (1 << run) + bits.take(run)?;
                break;
            }
            if size > 0 {
                bits.skip(1)?;
            }
            while k <= end {
                if (*filled >> k) & 1 == 1 {
                    bits.skip(1)?;
                } else if run == 0 {
                    break;
                } else {
                    run -= 1;
                }
                k += 1;
            }
            if size > 0 {
                if k > end {
                    return Err(Broken::NoCode);
                }
                *filled |= 1 << k;
            }
            k += 1;
        }
    }
    if *empty > 0 {
        while k <= end {
            if (*filled >> k) & 1 == 1 {
                bits.skip(1)?;
            }
            k += 1;
        }
        *empty -= 1;
    }
    Ok(())
}
