//! Rows of a form: a label on the left, a control on the right, named by the label.
//!
//! A *row* is one setting. What it says on hovering is the same over label and control.

use std::ops::RangeInclusive;

use egui::{Align, Layout, Ui, vec2};

use crate::gui::focus::{steady, take_keys};
use crate::gui::share::locks;
use crate::gui::theme::text_scale;
use crate::store::share::Access;

use super::typed;

/// Width of the labels.
const LABEL_WIDTH: f32 = 116.0;

/// How much of the height of the window a list may have before it scrolls: less than half, so that there
/// is always room for it below or above its row.
const LIST_SHARE: f32 = 0.45;

/// Width of a number beside its slider.
const NUMBER_WIDTH: f32 = 56.0;

/// The name of a row.
#[derive(Clone, Copy, Debug)]
pub struct Name<'a> {
    /// What a screen reader says, unique within the form.
    pub spoken: &'a str,
    /// What is shown, where the surroundings say the rest.
    pub shown: &'a str,
}

impl<'a> From<&'a str> for Name<'a> {
    fn from(name: &'a str) -> Self {
        Self {
            spoken: name,
            shown: name,
        }
    }
}

/// What a locked row says.
const LOCKED: &str = "Locked for this lesson; Unlock all settings, above, frees it.";

/// One row; `add` draws the control and returns what came of it. A hidden row draws nothing, and
/// nothing comes of it.
pub fn row<'a, R: Default>(
    ui: &mut Ui,
    name: impl Into<Name<'a>>,
    help: &str,
    add: impl FnOnce(&mut Ui, egui::Id) -> R,
) -> R {
    let name = name.into();
    let access = locks::access(ui, name.shown);
    if access == Access::Hidden {
        return R::default();
    }
    let add = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let height = ui.spacing().interact_size.y;
        let label = ui
            .allocate_ui_with_layout(
                vec2(LABEL_WIDTH * text_scale(ui.ctx()), height),
                Layout::left_to_right(Align::Center),
                |ui| {
                    ui.set_min_width(LABEL_WIDTH * text_scale(ui.ctx()));
                    ui.add(egui::Label::new(name.shown).truncate())
                },
            )
            .inner;
        let id = label.id;
        label.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, name.spoken));
        if access == Access::Locked {
            let end = egui::Rect::from_min_size(
                label.rect.left_top(),
                vec2(LABEL_WIDTH * text_scale(ui.ctx()), label.rect.height()),
            );
            locks::mark(ui, end);
            label.on_hover_text(format!("{help}\n{LOCKED}"));
            return ui.add_enabled_ui(false, |ui| add(ui, id)).inner;
        }
        if !help.is_empty() {
            label.on_hover_text(help);
        }
        add(ui, id)
    };
    if name.spoken.is_empty() {
        return ui.horizontal(add).inner;
    }
    // Lines that say what is wrong come and go above it while it is typed in.
    steady(ui, name.spoken, |ui| ui.horizontal(add).inner)
}

/// How a slider for a number runs.
#[derive(Clone, Copy, Debug)]
pub struct NumberStyle {
    /// Equal distances for equal ratios.
    pub is_logarithmic: bool,
    /// Distance of neighbouring values; 0 for any.
    pub step: f64,
    /// Where a logarithmic slider over 0 has its smallest value above 0.
    pub smallest: f64,
    /// Where the slider ends, if before the range does: larger numbers can be typed.
    pub usual: f64,
}

impl NumberStyle {
    /// Whole numbers.
    pub const WHOLE: Self = Self {
        is_logarithmic: false,
        step: 1.0,
        smallest: 1.0,
        usual: f64::INFINITY,
    };
    /// Whole numbers over several magnitudes.
    pub const WHOLE_LOG: Self = Self {
        is_logarithmic: true,
        step: 1.0,
        smallest: 1.0,
        usual: f64::INFINITY,
    };
    /// Any number.
    pub const REAL: Self = Self {
        is_logarithmic: false,
        step: 0.0,
        smallest: 1e-6,
        usual: f64::INFINITY,
    };
    /// Any number over several magnitudes.
    pub const REAL_LOG: Self = Self {
        is_logarithmic: true,
        step: 0.0,
        smallest: 1e-6,
        usual: f64::INFINITY,
    };
}

/// A row with a slider and the number itself.
pub fn number_row<'a>(
    ui: &mut Ui,
    (name, help): (impl Into<Name<'a>>, &str),
    value: &mut f64,
    range: RangeInclusive<f64>,
    style: NumberStyle,
) {
    let mut said = None;
    row(ui, name, help, |ui, label| {
        let is_whole = style.step > 0.0;
        let number_width = NUMBER_WIDTH * text_scale(ui.ctx());
        let width = ui.available_width() - number_width - ui.spacing().item_spacing.x;
        ui.spacing_mut().slider_width = width.max(40.0);
        let (low, high) = (*range.start(), *range.end());
        // A number that was typed stays beyond the end of the slider until the slider is moved.
        let end = high.min(style.usual).max(low);
        let mut slider = egui::Slider::new(value, low..=end)
            .clamping(egui::SliderClamping::Edits)
            .show_value(false)
            .logarithmic(style.is_logarithmic)
            .smallest_positive(style.smallest);
        if is_whole {
            slider = slider.step_by(style.step);
        }
        take_keys(ui.add(slider).labelled_by(label)).on_hover_text(help);
        let speed = if is_whole {
            style.step * 0.1
        } else if style.is_logarithmic {
            (value.abs() * 0.01).max(style.smallest)
        } else {
            (high - low) / 500.0
        };
        let number = egui::DragValue::new(value)
            .speed(speed)
            .custom_formatter(move |value, _| {
                if is_whole {
                    format!("{value:.0}")
                } else {
                    super::words::setting(value)
                }
            });
        let size = vec2(number_width, ui.spacing().interact_size.y);
        let (response, wrong) = typed::number_ui(ui, number, (range, is_whole), Some(size));
        response.labelled_by(label).on_hover_text(help);
        said = wrong;
        if is_whole {
            // Typed numbers go to the nearest one there is.
            *value = low + ((*value - low) / style.step).round() * style.step;
        }
    });
    typed::wrong_ui(ui, said);
}

/// A row with a whole number of any size, without a slider.
pub fn count_row<'a>(
    ui: &mut Ui,
    (name, help): (impl Into<Name<'a>>, &str),
    value: &mut usize,
    range: RangeInclusive<usize>,
) {
    let said = row(ui, name, help, |ui, label| {
        let size = vec2(ui.available_width(), ui.spacing().interact_size.y);
        let number = egui::DragValue::new(value).speed(0.2);
        let range = *range.start() as f64..=*range.end() as f64;
        let (response, wrong) = typed::number_ui(ui, number, (range, true), Some(size));
        response.labelled_by(label).on_hover_text(help);
        wrong
    });
    typed::wrong_ui(ui, said);
}

/// One entry of a chooser.
pub struct Entry<'a, T> {
    /// What it stands for.
    pub value: T,
    /// What it is called.
    pub name: &'a str,
    /// What it does.
    pub help: &'a str,
}

/// A row with a list to choose from. Returns what was chosen now, if anything.
pub fn choice_row<'a, T: Copy + PartialEq + 'a>(
    ui: &mut Ui,
    (name, help): (impl Into<Name<'a>>, &str),
    current: (T, &str),
    entries: impl IntoIterator<Item = Entry<'a, T>>,
) -> Option<T> {
    let name = name.into();
    row(ui, name, help, |ui, label| {
        choice(ui, (name.spoken, help), label, current, entries)
    })
}

/// A list to choose from, named by `label`.
pub fn choice<'a, T: Copy + PartialEq + 'a>(
    ui: &mut Ui,
    (salt, help): (&str, &str),
    label: egui::Id,
    (current, shown): (T, &str),
    entries: impl IntoIterator<Item = Entry<'a, T>>,
) -> Option<T> {
    let width = ui.available_width();
    let height = ui.ctx().content_rect().height() * LIST_SHARE;
    let mut chosen = None;
    let list = egui::ComboBox::from_id_salt(salt)
        .selected_text(shown)
        .width(width)
        .height(height)
        .truncate()
        .show_ui(ui, |ui| {
            for entry in entries {
                let is_current = entry.value == current;
                let mut option = ui.selectable_label(is_current, entry.name);
                if !entry.help.is_empty() {
                    option = option.on_hover_text(entry.help);
                }
                if option.gained_focus() {
                    // The keyboard also reaches entries that a long list has scrolled away.
                    option.scroll_to_me(None);
                }
                if option.clicked() {
                    chosen = Some(entry.value);
                }
            }
        });
    let response = list.response.labelled_by(label);
    if ui.is_enabled() {
        response.on_hover_text(help);
    } else {
        response.on_disabled_hover_text(help);
    }
    chosen
}

/// A heading within a form, unless all that stands under it is hidden.
pub fn section(ui: &mut Ui, name: &str) {
    if !locks::has_rows(ui, name) {
        return;
    }
    ui.add_space(8.0);
    ui.label(
        egui::RichText::new(name)
            .strong()
            .size(14.5 * text_scale(ui.ctx())),
    );
}

/// A line of small, weak text.
pub fn remark(ui: &mut Ui, text: impl Into<String>) {
    ui.add(egui::Label::new(egui::RichText::new(text).small().weak()).wrap());
}
