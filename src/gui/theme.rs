//! Colours: the only place in the window where any is named.
//!
//! A *palette* is one set of colours, dark or light. The colours of runs start from those of Okabe &
//! Ito (2008), which people with any kind of colour vision can tell apart; line patterns go along.

pub mod maps;

use egui::{Color32, CornerRadius, FontFamily, FontId, Stroke, TextStyle, Theme, vec2};

use super::action::ThemeChoice;
use super::state::MAX_RUNS;

/// Colours of the window.
#[derive(Debug)]
pub struct Palette {
    /// Behind panels.
    pub panel: Color32,
    /// Behind bars at the top and bottom.
    pub bar: Color32,
    /// Behind charts and text fields.
    pub deep: Color32,
    /// Behind what is raised a little: notices, chips.
    pub raised: Color32,
    /// Buttons at rest.
    pub button: Color32,
    /// Buttons under the pointer.
    pub button_hovered: Color32,
    /// Buttons held down.
    pub button_active: Color32,
    /// Lines between things.
    pub border: Color32,
    /// Text.
    pub text: Color32,
    /// Text that stands back.
    pub weak: Color32,
    /// Text that stands out.
    pub strong: Color32,
    /// Selected text and items.
    pub selection: Color32,
    /// Text and marks on what is selected, links, focus.
    pub accent: Color32,
    /// The button that starts.
    pub go: Color32,
    /// Text on the button that starts.
    pub on_go: Color32,
    /// Warnings.
    pub warning: Color32,
    /// Failures.
    pub failure: Color32,
    /// Reference lines.
    pub baseline: Color32,
    /// Layers that do not move.
    pub frozen: Color32,
    /// One a run.
    pub runs: [Color32; MAX_RUNS],
}

const fn rgb(red: u8, green: u8, blue: u8) -> Color32 {
    Color32::from_rgb(red, green, blue)
}

static DARK: Palette = Palette {
    panel: rgb(0x17, 0x1b, 0x21),
    bar: rgb(0x1c, 0x21, 0x28),
    deep: rgb(0x0f, 0x12, 0x16),
    raised: rgb(0x21, 0x27, 0x30),
    button: rgb(0x2a, 0x31, 0x3b),
    button_hovered: rgb(0x36, 0x3f, 0x4b),
    button_active: rgb(0x42, 0x4d, 0x5b),
    border: rgb(0x2d, 0x34, 0x3f),
    text: rgb(0xd3, 0xd9, 0xe2),
    weak: rgb(0x94, 0x9e, 0xae),
    strong: rgb(0xff, 0xff, 0xff),
    selection: rgb(0x12, 0x4e, 0x70),
    accent: rgb(0x7c, 0xc7, 0xf2),
    go: rgb(0x1d, 0x7f, 0x5f),
    on_go: rgb(0xff, 0xff, 0xff),
    warning: rgb(0xf0, 0xc7, 0x5e),
    failure: rgb(0xff, 0x94, 0x78),
    baseline: rgb(0x8c, 0x96, 0xa5),
    frozen: rgb(0x55, 0x60, 0x70),
    runs: [
        rgb(0x56, 0xb4, 0xe9),
        rgb(0xe6, 0x9f, 0x00),
        rgb(0x2c, 0xc7, 0x96),
        rgb(0xe0, 0x8f, 0xbd),
        rgb(0xf0, 0xe4, 0x42),
        rgb(0xff, 0x6a, 0x3d),
        rgb(0x9a, 0x8c, 0xff),
        rgb(0xd5, 0xda, 0xe2),
    ],
};

static LIGHT: Palette = Palette {
    panel: rgb(0xf5, 0xf6, 0xf8),
    bar: rgb(0xeb, 0xee, 0xf2),
    deep: rgb(0xff, 0xff, 0xff),
    raised: rgb(0xff, 0xff, 0xff),
    button: rgb(0xe1, 0xe5, 0xeb),
    button_hovered: rgb(0xd3, 0xd9, 0xe1),
    button_active: rgb(0xc3, 0xcb, 0xd6),
    border: rgb(0xcf, 0xd6, 0xde),
    text: rgb(0x26, 0x2d, 0x38),
    weak: rgb(0x5c, 0x66, 0x75),
    strong: rgb(0x0a, 0x0d, 0x12),
    selection: rgb(0xc4, 0xe2, 0xf5),
    accent: rgb(0x00, 0x5f, 0x96),
    go: rgb(0x00, 0x7a, 0x59),
    on_go: rgb(0xff, 0xff, 0xff),
    warning: rgb(0x8a, 0x5a, 0x00),
    failure: rgb(0xa8, 0x32, 0x00),
    baseline: rgb(0x76, 0x81, 0x90),
    frozen: rgb(0x98, 0xa3, 0xb2),
    runs: [
        rgb(0x00, 0x72, 0xb2),
        rgb(0xd5, 0x5e, 0x00),
        rgb(0x00, 0x8a, 0x65),
        rgb(0xa8, 0x47, 0x8a),
        rgb(0x7a, 0x63, 0x00),
        rgb(0x8f, 0x0f, 0x2c),
        rgb(0x5a, 0x3a, 0xd6),
        rgb(0x2b, 0x30, 0x38),
    ],
};

impl Palette {
    /// The palette of the theme a [`egui::Ui`] has.
    pub fn of(visuals: &egui::Visuals) -> &'static Self {
        if visuals.dark_mode { &DARK } else { &LIGHT }
    }

    /// The colour of a run.
    pub fn run(&self, slot: usize) -> Color32 {
        self.runs[slot % self.runs.len()]
    }
}

/// What egui calls a choice of theme.
pub fn preference(choice: ThemeChoice) -> egui::ThemePreference {
    match choice {
        ThemeChoice::System => egui::ThemePreference::System,
        ThemeChoice::Dark => egui::ThemePreference::Dark,
        ThemeChoice::Light => egui::ThemePreference::Light,
    }
}

/// How much of a scroll bar is seen where the pointer is elsewhere, and how wide it is there.
const DORMANT_SCROLL_BAR: f32 = 0.5;
const SCROLL_BAR_WIDTH: f32 = 4.0;

/// Size of text that is read.
const BODY: f32 = 13.5;

/// How much larger text is for a projector.
const LARGE_TYPE: f32 = 1.3;

/// Gives a context the look of the window, in both themes.
pub fn install(ctx: &egui::Context) {
    install_fonts(ctx);
    set_type(ctx, false);
    // The shortcuts of the window do it, so that the state knows.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
}

fn install_fonts(ctx: &egui::Context) {
    ctx.set_fonts(font_definitions());
}

/// The fonts that come with the program.
pub fn font_definitions() -> egui::FontDefinitions {
    let mut fonts = egui::FontDefinitions::default();
    // Has the arrows and the triangle that the proportional font lacks.
    let spare = fonts
        .families
        .get(&FontFamily::Monospace)
        .cloned()
        .unwrap_or_default();
    let family = fonts.families.entry(FontFamily::Proportional).or_default();
    for name in spare {
        if !family.contains(&name) {
            family.push(name);
        }
    }
    fonts
}

/// How much larger text is than usual.
pub fn type_scale(is_large: bool) -> f32 {
    if is_large { LARGE_TYPE } else { 1.0 }
}

/// How much larger text is than usual in this context: what has to hold text grows with it.
pub fn text_scale(ctx: &egui::Context) -> f32 {
    TextStyle::Body.resolve(&ctx.global_style()).size / BODY
}

/// The font of small text, for what is painted rather than laid out.
pub fn small_font(ctx: &egui::Context) -> FontId {
    TextStyle::Small.resolve(&ctx.global_style())
}

/// Gives text its size, `is_large` for a projector, and everything else its look.
pub fn set_type(ctx: &egui::Context, is_large: bool) {
    let scale = type_scale(is_large);
    let font = |size: f32, family: FontFamily| FontId::new(size * scale, family);
    for (theme, palette) in [(Theme::Dark, &DARK), (Theme::Light, &LIGHT)] {
        ctx.style_mut_of(theme, |style| {
            style.text_styles = [
                (TextStyle::Heading, font(16.0, FontFamily::Proportional)),
                (TextStyle::Body, font(BODY, FontFamily::Proportional)),
                (TextStyle::Button, font(BODY, FontFamily::Proportional)),
                (TextStyle::Small, font(11.5, FontFamily::Proportional)),
                (TextStyle::Monospace, font(12.5, FontFamily::Monospace)),
            ]
            .into();
            style.spacing.item_spacing = vec2(8.0, 6.0);
            style.spacing.button_padding = vec2(9.0, 3.0);
            style.spacing.interact_size.y = 22.0 * scale;
            style.spacing.tooltip_width = 340.0 * scale;
            style.interaction.selectable_labels = false;
            // Who does not see that there is more below does not look for it.
            style.spacing.scroll.dormant_handle_opacity = DORMANT_SCROLL_BAR;
            style.spacing.scroll.floating_width = SCROLL_BAR_WIDTH;
            style.spacing.scroll.floating_allocated_width = SCROLL_BAR_WIDTH + 2.0;
            paint(&mut style.visuals, palette);
        });
    }
}

fn paint(visuals: &mut egui::Visuals, palette: &Palette) {
    visuals.panel_fill = palette.panel;
    visuals.window_fill = palette.raised;
    visuals.window_stroke = Stroke::new(1.0, palette.border);
    visuals.extreme_bg_color = palette.deep;
    visuals.faint_bg_color = palette.raised;
    visuals.text_edit_bg_color = Some(palette.deep);
    visuals.weak_text_color = Some(palette.weak);
    visuals.hyperlink_color = palette.accent;
    visuals.warn_fg_color = palette.warning;
    visuals.error_fg_color = palette.failure;
    visuals.selection.bg_fill = palette.selection;
    visuals.selection.stroke = Stroke::new(1.0, palette.accent);
    visuals.slider_trailing_fill = true;
    // Settings of a run that has started are off, but there to be read.
    visuals.disabled_alpha = 0.65;
    visuals.handle_shape = egui::style::HandleShape::Circle;
    let widgets = &mut visuals.widgets;
    for (widget, fill, border, text) in [
        (
            &mut widgets.noninteractive,
            palette.panel,
            palette.border,
            palette.text,
        ),
        (
            &mut widgets.inactive,
            palette.button,
            palette.border,
            palette.text,
        ),
        (
            &mut widgets.hovered,
            palette.button_hovered,
            palette.weak,
            palette.strong,
        ),
        (
            &mut widgets.active,
            palette.button_active,
            palette.accent,
            palette.strong,
        ),
        (
            &mut widgets.open,
            palette.button_hovered,
            palette.border,
            palette.strong,
        ),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::new(1.0, border);
        widget.fg_stroke = Stroke::new(1.0, text);
        widget.corner_radius = CornerRadius::same(5);
        widget.expansion = 0.0;
    }
}

/// Colours of classes: the ten of Petroff, *Accessible color sequences for data visualization* (2021),
/// chosen to stay apart with every kind of colour vision.
const CLASSES: [Color32; 10] = [
    rgb(0x3f, 0x90, 0xda),
    rgb(0xff, 0xa9, 0x0e),
    rgb(0xbd, 0x1f, 0x01),
    rgb(0x94, 0xa4, 0xa2),
    rgb(0x83, 0x2d, 0xb6),
    rgb(0xa9, 0x6b, 0x59),
    rgb(0xe7, 0x63, 0x00),
    rgb(0xb9, 0xac, 0x70),
    rgb(0x71, 0x75, 0x81),
    rgb(0x92, 0xda, 0xdd),
];

/// What pictures behind points are multiplied with, so that the points stand out.
pub const BEHIND: Color32 = rgb(0x98, 0x98, 0x98);

/// The colour of a class; after ten they repeat.
pub fn class_color(class: u8) -> Color32 {
    CLASSES[usize::from(class) % CLASSES.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Linear light of a colour, 0 to 1.
    fn light(color: Color32) -> [f32; 3] {
        let [r, g, b, _] = egui::Rgba::from(color).to_array();
        [r, g, b]
    }

    fn luminance([r, g, b]: [f32; 3]) -> f32 {
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// CIE L*a*b* of linear light.
    fn lab([r, g, b]: [f32; 3]) -> [f32; 3] {
        let bend = |t: f32| {
            if t > 0.008_856 {
                t.cbrt()
            } else {
                7.787 * t + 16.0 / 116.0
            }
        };
        let x = bend((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
        let y = bend(luminance([r, g, b]));
        let z = bend((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    #[test]
    fn runs_stand_out_from_what_is_behind_them() {
        for palette in [&DARK, &LIGHT] {
            for (slot, run) in palette.runs.iter().enumerate() {
                for behind in [palette.deep, palette.panel, palette.raised, palette.bar] {
                    let (a, b) = (luminance(light(*run)), luminance(light(behind)));
                    let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
                    assert!(contrast >= 3.0, "slot {slot}: {contrast} on {behind:?}");
                }
            }
        }
    }

    /// Full colour vision, then without long and without medium cones (Machado et al. 2009).
    const VISIONS: [[[f32; 3]; 3]; 3] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_82, 0.042_94, 0.968_881],
        ],
    ];

    #[test]
    fn runs_differ_from_each_other_for_every_kind_of_colour_vision() {
        for palette in [&DARK, &LIGHT] {
            for vision in VISIONS {
                let seen = palette.runs.map(|run| {
                    let [r, g, b] = light(run);
                    lab(vision.map(|row| (row[0] * r + row[1] * g + row[2] * b).clamp(0.0, 1.0)))
                });
                for (i, a) in seen.iter().enumerate() {
                    for (j, b) in seen.iter().enumerate().skip(i + 1) {
                        let squares = a.iter().zip(b).map(|(a, b)| (a - b).powi(2));
                        let distance = squares.sum::<f32>().sqrt();
                        // A just noticeable difference is about 2.3.
                        assert!(distance > 6.0, "slots {i} and {j}: {distance}");
                    }
                }
            }
        }
    }
}
