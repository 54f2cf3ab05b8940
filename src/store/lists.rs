//! Names in a row.

/// Between names, in the order they are tried.
const SEPARATORS: [&str; 4] = [", ", "; ", " | ", " / "];

/// Names in a row, with the first separator whose sign none of them contains: widths have commas, and a
/// name that somebody typed may have anything. Where all are taken, names stand in quotation marks.
pub fn list<S: AsRef<str>>(names: &[S]) -> String {
    let is_free = |separator: &&str| {
        let sign = separator.trim();
        names.iter().all(|name| !name.as_ref().contains(sign))
    };
    let names = names.iter().map(AsRef::as_ref);
    match SEPARATORS.into_iter().find(is_free) {
        Some(separator) => names.collect::<Vec<_>>().join(separator),
        None => names
            .map(|name| format!("“{name}”"))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_separator_is_one_that_no_name_contains() {
        assert_eq!(list(&["Deep", "Stacked"]), "Deep, Stacked");
        assert_eq!(
            list(&["Deep · widths 500,250,10", "Stacked"]),
            "Deep · widths 500,250,10; Stacked"
        );
        assert_eq!(list(&["a; b", "c, d"]), "a; b | c, d");
        assert_eq!(list(&["a,;|/b", "c"]), "“a,;|/b”, “c”");
        assert_eq!(list(&["one, alone".to_owned()]), "one, alone");
        assert_eq!(list::<&str>(&[]), "");
    }
}
