//! What data sets are called in a word or two.

use crate::data::SOURCES;
use crate::train::RunConfig;

/// What to call a data set by where it comes from.
pub fn data_name(location: &str) -> &str {
    let source = SOURCES
        .iter()
        .find(|source| source.is_named() && source.id() == location);
    if let Some(source) = source {
        return source.name();
    }
    location
        .trim_end_matches(['/', '\\'])
        .rsplit(['/', '\\'])
        .next()
        .filter(|name| !name.is_empty())
        .unwrap_or(location)
}

/// What pictures are brought to.
pub fn reading_words(config: &RunConfig) -> String {
    let shape = config.reading().shape();
    let color = config.color.unwrap_or_default();
    format!(
        "{}×{} {}",
        shape.width,
        shape.height,
        color.name().to_lowercase()
    )
}
