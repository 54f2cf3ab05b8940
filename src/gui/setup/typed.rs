//! Numbers that are typed: what was typed and cannot be is told beside the field.
//!
//! A field holds what is typed until the keyboard leaves it; then it takes the number over, or says in
//! a sentence why it does not, or what it took instead.

use std::cell::{Cell, RefCell};
use std::ops::RangeInclusive;

use egui::{DragValue, Id, Response, RichText, Ui, Vec2};

/// A number that was typed, or the sentence that says what is wrong with it; with both, the number is
/// the nearest one there is.
fn read(text: &str, range: &RangeInclusive<f64>, is_whole: bool) -> (Option<f64>, Option<String>) {
    let typed = text.trim();
    // The sign that some keyboards write.
    let plain = typed.replace('\u{2212}', "-");
    let number = plain.parse().ok().filter(|number: &f64| number.is_finite());
    let Some(number) = number else {
        let hint = match (typed.is_empty(), typed.contains(',')) {
            (true, _) => return (None, None),
            (false, true) => "it is written with a decimal point and without other marks.",
            (false, false) if is_whole => "digits are.",
            (false, false) => "digits such as 0.05 or 1e-3 are.",
        };
        return (None, Some(format!("“{typed}” is no number: {hint}")));
    };
    let (low, high) = (*range.start(), *range.end());
    let nearest = if is_whole { number.round() } else { number }.clamp(low, high);
    let wrong = if number < low {
        Some(format!(
            "{typed} is less than {low}, the least there can be."
        ))
    } else if number > high {
        Some(format!(
            "{typed} is more than {high}, the most there can be."
        ))
    } else if is_whole && (nearest - number).abs() > 0.0 {
        Some(format!("{typed} is no whole number: {nearest} is taken."))
    } else {
        None
    };
    (Some(nearest), wrong)
}

/// Draws a field for a number within a range, whole or not, of this size. Returns what is wrong with
/// what was typed into it last, to be drawn below.
pub fn number_ui(
    ui: &mut Ui,
    number: DragValue<'_>,
    (range, is_whole): (RangeInclusive<f64>, bool),
    size: Option<Vec2>,
) -> (Response, Option<String>) {
    let is_read = Cell::new(false);
    let wrong = RefCell::new(None);
    let allowed = range.clone();
    let number = number
        .range(range)
        .update_while_editing(false)
        .custom_parser(|text| {
            let (number, sentence) = read(text, &allowed, is_whole);
            is_read.set(true);
            wrong.replace(sentence);
            number
        });
    let response = match size {
        Some(size) => ui.add_sized(size, number),
        None => ui.add(number),
    };
    let place = said(response.id);
    if is_read.get() {
        ui.data_mut(|data| data.insert_temp(place, wrong.take()));
    } else if response.gained_focus() || response.dragged() {
        ui.data_mut(|data| data.remove_temp::<Option<String>>(place));
    }
    let wrong = ui.data(|data| data.get_temp::<Option<String>>(place));
    (response, wrong.flatten())
}

fn said(id: Id) -> Id {
    id.with("what is wrong with what was typed")
}

/// Says what is wrong, below a row.
pub fn wrong_ui(ui: &mut Ui, wrong: Option<String>) {
    if let Some(wrong) = wrong {
        let color = ui.visuals().error_fg_color;
        ui.add(egui::Label::new(RichText::new(wrong).small().color(color)).wrap());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_read_or_told_to_be_wrong() {
        let real = |text| read(text, &(0.0..=10.0), false);
        assert_eq!(real(" 0.05 "), (Some(0.05), None));
        assert_eq!(real("1e-3"), (Some(1e-3), None));
        assert_eq!(real(""), (None, None));
        let wrong = |text| real(text).1.unwrap_or_default();
        assert_eq!(
            wrong("0,5"),
            "“0,5” is no number: it is written with a decimal point and without other marks."
        );
        assert!(wrong("fast").starts_with("“fast” is no number"));
        assert!(wrong("nan").starts_with("“nan” is no number"));
        assert_eq!(real("\u{2212}1").0, Some(0.0));
        assert_eq!(
            wrong("\u{2212}1"),
            "\u{2212}1 is less than 0, the least there can be."
        );
        assert_eq!(real("11").0, Some(10.0));
        assert_eq!(wrong("11"), "11 is more than 10, the most there can be.");
        let whole = |text| read(text, &(1.0..=4096.0), true);
        assert_eq!(whole("64"), (Some(64.0), None));
        assert_eq!(
            whole("2.6"),
            (
                Some(3.0),
                Some("2.6 is no whole number: 3 is taken.".to_owned())
            )
        );
    }
}
