//! Knobs that are lists of numbers.

/// Parses `784,500,10`, also with `-`, `–` or spaces between the numbers; empty text is an empty list.
///
/// # Errors
/// The piece that is not a positive whole number below 100,000.
pub fn parse_widths(text: &str) -> Result<Vec<usize>, String> {
    text.split([',', '-', '–', ' '])
        .map(str::trim)
        .filter(|piece| !piece.is_empty())
        .map(|piece| match piece.parse::<usize>() {
            Ok(width) if (1..100_000).contains(&width) => Ok(width),
            Ok(_) | Err(_) => Err(piece.to_owned()),
        })
        .collect()
}

/// Most numbers of an entry that have levels.
pub(super) const MOST_NUMBERS: usize = 12;

/// Most combinations of levels.
pub(super) const MOST_COMBINATIONS: usize = 1 << 16;

/// Parses `8,6,5`, spelt as widths are; absent where it is no list of levels.
pub fn parse_levels(text: &str) -> Option<Vec<usize>> {
    let levels = parse_widths(text).ok()?;
    let combinations = levels
        .iter()
        .try_fold(1_usize, |product, levels| product.checked_mul(*levels));
    let are_levels = (1..=MOST_NUMBERS).contains(&levels.len())
        && levels.iter().all(|levels| (2..=1000).contains(levels))
        && combinations.is_some_and(|combinations| combinations <= MOST_COMBINATIONS);
    are_levels.then_some(levels)
}
