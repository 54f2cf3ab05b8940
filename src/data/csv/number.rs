//! Fields as numbers.
//!
//! A *list* is a field that holds many numbers: a whole picture between quotes.

/// Bytes between the numbers of a list, and around it.
const BETWEEN: &[u8] = b" \t\r\n,;[]()";

/// Longest field that is tried with another decimal point: numbers are shorter.
const MAX_DIGITS: usize = 40;

/// A whole number from 0 to 255 written in digits: nearly every field of nearly every table.
#[inline]
pub(super) fn whole(field: &[u8]) -> Option<u8> {
    if field.is_empty() || field.len() > 3 {
        return None;
    }
    let mut sum = 0_u32;
    for &digit in field {
        if !digit.is_ascii_digit() {
            return None;
        }
        sum = sum * 10 + u32::from(digit - b'0');
    }
    u8::try_from(sum).ok()
}

/// A finite number, with a decimal point or a decimal comma; `true` and `false` are 1 and 0.
pub(super) fn number(field: &[u8]) -> Option<f64> {
    let first = field.first()?;
    if !matches!(first, b'0'..=b'9' | b'+' | b'-' | b'.' | b',') {
        return match field {
            // The ends of a list that is not between quotes.
            [b'[', rest @ ..] => number(rest.trim_ascii_start()),
            _ if field.eq_ignore_ascii_case(b"true") => Some(1.0),
            _ if field.eq_ignore_ascii_case(b"false") => Some(0.0),
            _ => None,
        };
    }
    let field = field.strip_suffix(b"]").unwrap_or(field).trim_ascii_end();
    let value: Option<f64> = if has_decimal_comma(field) {
        let mut copy = [0; MAX_DIGITS];
        let copy = copy.get_mut(..field.len())?;
        copy.copy_from_slice(field);
        copy.iter_mut()
            .filter(|byte| **byte == b',')
            .for_each(|byte| *byte = b'.');
        core::str::from_utf8(copy).ok()?.parse().ok()
    } else {
        core::str::from_utf8(field).ok()?.parse().ok()
    };
    value.filter(|value| value.is_finite())
}

/// Whether a number is written with a decimal comma.
pub(super) fn has_decimal_comma(field: &[u8]) -> bool {
    field.contains(&b',') && !field.contains(&b'.')
}

/// Whether a number is written as one with decimals, be they zeros.
pub(super) fn is_decimal(field: &[u8]) -> bool {
    field
        .iter()
        .any(|byte| matches!(byte, b'.' | b',' | b'e' | b'E'))
}

/// The parts of a list.
pub(super) fn parts(field: &[u8]) -> impl Iterator<Item = &[u8]> {
    field
        .split(|byte| BETWEEN.contains(byte))
        .filter(|part| !part.is_empty())
}

/// How many numbers a list holds; 0 where it holds anything else. The dots by which `NumPy` shortens
/// what it prints are let pass, so that a shortened list is known as one.
pub(super) fn list_length(field: &[u8]) -> usize {
    let mut count = 0;
    for part in parts(field) {
        if part == SHORTENED {
            return usize::MAX;
        }
        if number(part).is_none() {
            return 0;
        }
        count += 1;
    }
    count
}

/// What `NumPy` writes in the middle of a list that it shortens.
pub(super) const SHORTENED: &[u8] = b"...";

/// What Windows has where Latin-1 has control characters.
const WINDOWS: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// A field as text: UTF-8, or Latin-1 as Windows has it where it is none. Control characters, which
/// a terminal would obey, become blanks.
pub(super) fn text(field: &[u8]) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let of_byte = |byte: u8| match byte {
        0x80..=0x9f => WINDOWS.chars().nth(usize::from(byte - 0x80)).unwrap_or(' '),
        byte => char::from(byte),
    };
    match core::str::from_utf8(field) {
        Ok(text) => text.chars().map(plain).collect(),
        Err(_) => field.iter().copied().map(of_byte).map(plain).collect(),
    }
}

/// A field as an error shows it.
pub(super) fn shown(field: &[u8]) -> String {
    if field.is_empty() {
        return "an empty field".to_owned();
    }
    let text: String = text(field).chars().take(20).collect();
    format!("{text:?}")
}

/// A whole number with separators of thousands.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_the_numbers_they_are() {
        for (field, value) in [
            ("0", 0.0),
            ("255", 255.0),
            ("-1", -1.0),
            ("1.2e+02", 120.0),
            ("0,25", 0.25),
            ("-0,5", -0.5),
            ("1,5E-1", 0.15),
            ("0.", 0.0),
            (".5", 0.5),
            ("+3", 3.0),
            ("[0", 0.0),
            ("[ 7", 7.0),
            ("12]", 12.0),
            ("True", 1.0),
            ("FALSE", 0.0),
            ("1.000000000000000000e+00", 1.0),
        ] {
            assert_eq!(number(field.as_bytes()), Some(value), "{field}");
        }
        for field in [
            "", "x", "nan", "-inf", "1e999", "1,2,3", "1.2.3", "1 2", "-",
        ] {
            assert_eq!(number(field.as_bytes()), None, "{field}");
        }
        for value in 0..=255_u8 {
            assert_eq!(whole(value.to_string().as_bytes()), Some(value));
        }
        for field in ["", "256", "999", "0000", "-1", "1.0", " 1"] {
            assert_eq!(whole(field.as_bytes()), None, "{field}");
        }
        assert!(number("9".repeat(500).as_bytes()).is_none());
        assert!(number(("0,".to_owned() + &"9".repeat(500)).as_bytes()).is_none());
    }

    #[test]
    fn lists_are_counted_and_shown_as_they_are() {
        for (field, count) in [
            ("1 2 3", 3),
            ("[0, 12, 3]", 3),
            ("[[0 1]\n [2 3]]", 4),
            ("(0.5; .5)", 2),
            ("a b", 0),
            ("", 0),
            ("[0 0 ... 0 0]", usize::MAX),
        ] {
            assert_eq!(list_length(field.as_bytes()), count, "{field}");
        }
        assert_eq!(text(b"\xe9t\xe9"), "été");
        assert_eq!(text(b"\x80 \x9f\x81\xff"), "€ Ÿ ÿ");
        assert_eq!(text(b"a\x1b[31m\n"), "a [31m ");
        assert_eq!(text("été".as_bytes()), "été");
        assert_eq!(shown(b""), "an empty field");
        assert_eq!(grouped(4_294_967_296), "4,294,967,296");
        assert_eq!(grouped(785), "785");
    }
}
