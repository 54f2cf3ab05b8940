//! Numbers in words: one way to write each kind of number everywhere in the window.

pub use crate::store::export::{count, three_digits};

/// A setting such as a learning rate: as few digits as it has.
pub fn setting(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-3 {
        // Many come from single precision, and have no more digits than that.
        format!("{:e}", value as f32)
    } else {
        let text = format!("{value:.4}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// `42 s`, `3 min 20 s` or `2 h 5 min`.
pub fn duration(secs: f64) -> String {
    let secs = secs.max(0.0).round() as u64;
    match secs {
        0..60 => format!("{secs} s"),
        60..3600 => format!("{} min {} s", secs / 60, secs % 60),
        _ => format!("{} h {} min", secs / 3600, secs % 3600 / 60),
    }
}

/// An amount of memory: `840 MB` or `1.52 GB`.
pub fn bytes(value: u64) -> String {
    let mega = value as f64 / 1e6;
    if mega < 1000.0 {
        format!("{mega:.0} MB")
    } else {
        format!("{:.2} GB", mega / 1000.0)
    }
}

/// A rate: `840`, `12,300` or `3.21` a second, without the unit.
pub fn rate(value: f64) -> String {
    if value >= 100.0 {
        count(value.round() as u64)
    } else {
        three_digits(value)
    }
}

/// With a capital letter at its beginning.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(3), "3");
        assert_eq!(count(1_120_794), "1,120,794");
        assert_eq!(three_digits(0.034_07), "0.0341");
        assert_eq!(three_digits(0.5), "0.500");
        assert_eq!(three_digits(12.345), "12.3");
        assert_eq!(three_digits(0.000_012_3), "1.23e-5");
        assert_eq!(setting(0.001), "0.001");
        assert_eq!(setting(1.0), "1");
        assert_eq!(setting(0.000_03), "3e-5");
        assert_eq!(setting(f64::from(-2e-5_f32)), "-2e-5");
        assert_eq!(duration(200.2), "3 min 20 s");
        assert_eq!(duration(7_500.0), "2 h 5 min");
        assert_eq!(rate(12_300.4), "12,300");
        assert_eq!(bytes(412_300_000), "412 MB");
        assert_eq!(bytes(1_520_000_000), "1.52 GB");
    }
}
