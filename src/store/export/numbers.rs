//! Numbers as people read them, the same in exported drawings and in the window.

/// `12,345,678`.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Three significant digits, such as `0.0341` or `12.3`.
pub fn three_digits(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    let magnitude = value.abs();
    if magnitude > 0.0 && magnitude < 1e-4 {
        return format!("{value:.2e}");
    }
    let before_point = if magnitude > 0.0 {
        magnitude.log10().floor() as i32 + 1
    } else {
        1
    };
    let decimals = usize::try_from((3 - before_point).clamp(0, 8)).unwrap_or(0);
    format!("{value:.decimals$}")
}
