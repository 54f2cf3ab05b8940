//! What the classes of EMNIST are called.
//!
//! A *mapping* is a text file beside the images, `emnist-letters-mapping.txt`: a line for every class
//! with its label and the codes of its letters, such as `1 65 97` for A and a.

use std::fs;
use std::path::Path;

/// Longest file that is read.
const MAX_BYTES: u64 = 1 << 16;

/// Names of the classes up to `last`, where there is a mapping beside a file of this key.
pub(super) fn names(images: &Path, key: &str, last: u8) -> Option<Vec<String>> {
    if key.is_empty() {
        return None;
    }
    let path = images.with_file_name(format!("{key}-mapping.txt"));
    let about = fs::metadata(&path).ok()?;
    if !about.is_file() || about.len() > MAX_BYTES {
        return None;
    }
    parse(&fs::read_to_string(path).ok()?, last)
}

/// Names of the classes up to `last`; those that no line names are called by their number.
fn parse(text: &str, last: u8) -> Option<Vec<String>> {
    let mut names: Vec<String> = (0..=last).map(|class| class.to_string()).collect();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let mut numbers = line.split_whitespace().map(str::parse::<u32>);
        let class = numbers.next()?.ok()?;
        let letters: Option<String> = numbers
            .map(|code| code.ok().and_then(char::from_u32))
            .collect();
        let letters = letters.filter(|letters| !letters.is_empty())?;
        if let Some(name) = names.get_mut(class as usize) {
            *name = letters;
        }
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_name_classes() {
        let names = parse("1 65 97\r\n2 66\n\n", 3).unwrap();
        assert_eq!(names, ["0", "Aa", "B", "3"]);
        assert_eq!(parse("1 65 97\nA 3\n", 3), None);
        assert_eq!(parse("1\n", 3), None);
    }
}
