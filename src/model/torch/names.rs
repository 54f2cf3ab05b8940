//! Names of arrays in a file of weights: what stands before them, and how they differ from those expected.

use super::Place;
use crate::model::weights::NamedArray;

/// Arrays that an error lists at most.
const LISTED: usize = 12;

/// What stands before the expected names in a file of weights, mostly nothing.
///
/// # Errors
/// When the names are others, or when several sets of weights are there.
pub(super) fn prefix(places: &[Place<'_>], weights: &[NamedArray]) -> Result<String, String> {
    let Some(first) = places.first() else {
        return Ok(String::new());
    };
    let is_there = |prefix: &str, place: &Place<'_>| {
        let name = format!("{prefix}{}", place.torch);
        weights.iter().any(|array| array.name == name)
    };
    let is_whole = |prefix: &&str| places.iter().all(|place| is_there(prefix, place));
    let found: Vec<&str> = weights
        .iter()
        .filter_map(|array| array.name.strip_suffix(&first.torch))
        .filter(|prefix| prefix.is_empty() || prefix.ends_with('.'))
        .filter(is_whole)
        .collect();
    match found[..] {
        [only] => Ok(only.to_owned()),
        [] => Err(other_names(places, weights)),
        [..] if found.contains(&"") => Ok(String::new()),
        [..] => Err(format!(
            "there are several sets of them, under {}: keep one",
            found.join(" and ")
        )),
    }
}

/// Which names and shapes are expected and which were found.
fn other_names(places: &[Place<'_>], weights: &[NamedArray]) -> String {
    let list = |arrays: Vec<String>| match arrays.len() {
        0 => "nothing".to_owned(),
        count if count > LISTED => {
            format!(
                "{} and {} more",
                arrays[..LISTED].join(", "),
                count - LISTED
            )
        }
        _ => arrays.join(", "),
    };
    let expected = places
        .iter()
        .map(|place| format!("{} {:?}", place.torch, place.parameter.shape));
    let found = weights
        .iter()
        .map(|array| format!("{} {:?}", array.name, array.shape));
    format!(
        "its names are others: expected {}; found {}",
        list(expected.collect()),
        list(found.collect())
    )
}
