//! Standard output and standard error, which may be full or have nobody listening.
//!
//! A *line* is what the command line says in one go. Names of files, classes and runs come from
//! outside and may hold anything; what a terminal would obey rather than show is *spelled out*, here
//! and nowhere else, in a way that JSON reads as the very same name.

use std::borrow::Cow;
use std::fmt::{Display, Write as _};
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};

use super::Failure;

/// Prints a line. A reader that has gone, as in `hourglass list variants | head -1`, is no failure.
///
/// # Errors
/// When standard output refuses the line.
pub(super) fn line(text: impl Display) -> Result<(), Failure> {
    let text = text.to_string();
    match writeln!(io::stdout().lock(), "{}", spelled_out(&text)) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::machine(format!(
            "writing to standard output failed: {error}"
        ))),
    }
}

/// Prints a line on standard error. Where that is refused nobody is left to tell.
pub(super) fn note(text: impl Display) {
    let text = text.to_string();
    let _nobody = writeln!(io::stderr().lock(), "{}", spelled_out(&text));
}

/// Prints an error.
pub fn complain(error: impl Display) {
    note(format_args!("hourglass: {error}"));
}

/// Prints an error while a bar may be drawn on the line.
pub(super) fn complain_at_once(error: impl Display) {
    if io::stderr().is_terminal() {
        note("");
    }
    complain(error);
}

/// The same text for a terminal: control characters, line breaks among them, and those that turn the
/// direction of writing become `\n`, `\u001b` and so on, as in a string of JSON.
pub fn spelled_out(text: &str) -> Cow<'_, str> {
    if !text.contains(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut spelled = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match letter {
            '\n' => spelled.push_str("\\n"),
            '\r' => spelled.push_str("\\r"),
            '\t' => spelled.push_str("\\t"),
            obeyed if is_obeyed(obeyed) => {
                // Writing to a string never fails.
                let _written = write!(spelled, "\\u{:04x}", u32::from(obeyed));
            }
            shown => spelled.push(shown),
        }
    }
    Cow::Owned(spelled)
}

/// Whether a terminal obeys a character rather than shows it. All of these have four digits.
fn is_obeyed(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            // Marks, embeddings, overrides and isolates of direction.
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Separators of lines and paragraphs.
            | '\u{2028}' | '\u{2029}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_spelled_out() {
        for (text, expected) in [
            ("plain 図 é 👩‍👩‍👧", "plain 図 é 👩‍👩‍👧"),
            ("a\nb\r\tc", "a\\nb\\r\\tc"),
            (
                "\u{1b}[2J\u{7}\u{8}\u{7f}",
                "\\u001b[2J\\u0007\\u0008\\u007f",
            ),
            ("\u{9b}31m\u{85}", "\\u009b31m\\u0085"),
            ("gnp\u{202e}exe", "gnp\\u202eexe"),
            ("\u{2066}\u{200f}\u{2028}", "\\u2066\\u200f\\u2028"),
        ] {
            assert_eq!(spelled_out(text), expected);
        }
    }

    #[test]
    fn json_that_is_spelled_out_says_the_same() {
        let name: String = (0..0x2100).filter_map(char::from_u32).collect();
        let value = serde_json::json!({ "name": name, name.clone(): [1, "\\u001b"] });
        let text = value.to_string();
        let spelled = spelled_out(&text);
        assert!(!spelled.contains(is_obeyed));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&spelled).unwrap(),
            value
        );
    }
}
