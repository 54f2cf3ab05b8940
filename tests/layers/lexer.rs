//! Splits Rust into words and signs, as far as finding paths needs it.

/// A word or a sign of the source; `::` is one token.
#[derive(Debug)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

/// Splits a source into tokens, leaving out comments, literals and lifetimes.
pub fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let (mut i, mut line) = (0, 1);
    while i < chars.len() {
        let start = i;
        let mut text = String::new();
        match at(i) {
            '/' if at(i + 1) == '/' => i += chars[i..].iter().take_while(|c| **c != '\n').count(),
            '/' if at(i + 1) == '*' => i = block_comment_end(&chars, i),
            '"' => i = string_end(&chars, i),
            '\'' if at(i + 1) == '\\' || at(i + 2) == '\'' => {
                // The character after a backslash may be a quote itself.
                i += if at(i + 1) == '\\' { 3 } else { 2 };
                i += 1 + chars.iter().skip(i).take_while(|c| **c != '\'').count();
            }
            '\'' => i += 1 + chars[i + 1..].iter().take_while(|c| is_word(**c)).count(),
            c if is_word(c) => {
                text = chars[i..].iter().take_while(|c| is_word(**c)).collect();
                i += text.chars().count();
                let hashes = chars[i..].iter().take_while(|c| **c == '#').count();
                let raw = matches!(text.as_str(), "r" | "br" | "cr");
                if raw && at(i + hashes) == '"' {
                    i = raw_string_end(&chars, i + hashes + 1, hashes);
                    text.clear();
                } else if text == "r" && hashes == 1 {
                    // A raw identifier: its name follows.
                    i += 1;
                    text.clear();
                }
            }
            ':' if at(i + 1) == ':' => {
                text.push_str("::");
                i += 2;
            }
            c => {
                if !c.is_whitespace() {
                    text.push(c);
                }
                i += 1;
            }
        }
        if !text.is_empty() {
            found.push(Token { text, line });
        }
        i = i.min(chars.len());
        line += chars[start..i].iter().filter(|c| **c == '\n').count();
    }
    found
}

/// Index behind the block comment that starts at `i`; such comments nest.
fn block_comment_end(chars: &[char], mut i: usize) -> usize {
    let mut depth = 0;
    while i + 1 < chars.len() {
        match (chars[i], chars[i + 1]) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {
                i += 1;
                continue;
            }
        }
        i += 2;
        if depth == 0 {
            return i;
        }
    }
    chars.len()
}

/// Index behind the string literal whose opening quote is at `i`.
fn string_end(chars: &[char], mut i: usize) -> usize {
    i += 1;
    while i < chars.len() && chars[i] != '"' {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

/// Index behind the raw string literal whose text starts at `i`.
fn raw_string_end(chars: &[char], i: usize, hashes: usize) -> usize {
    let closes = |at: &usize| {
        chars[*at] == '"' && chars[at + 1..].iter().take_while(|c| **c == '#').count() >= hashes
    };
    (i..chars.len())
        .find(closes)
        .map_or(chars.len(), |at| at + 1 + hashes)
}
