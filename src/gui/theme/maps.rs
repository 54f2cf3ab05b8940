//! Colour maps: numbers as colours.
//!
//! A *map* gives steps of equal size in the numbers steps of equal size in lightness, and people with
//! any kind of colour vision can read it.

use egui::Color32;

/// Points of Matplotlib's *viridis*: lightness grows evenly from dark to bright.
const VIRIDIS: [[u8; 3]; 9] = [
    [68, 1, 84],
    [71, 44, 122],
    [59, 81, 139],
    [44, 113, 142],
    [33, 144, 141],
    [39, 173, 129],
    [92, 200, 99],
    [170, 220, 50],
    [253, 231, 37],
];

/// Points of Brewer's red and blue, from blue over nearly white to red.
const BLUE_RED: [[u8; 3]; 11] = [
    [5, 48, 97],
    [33, 102, 172],
    [67, 147, 195],
    [146, 197, 222],
    [209, 229, 240],
    [247, 247, 247],
    [253, 219, 199],
    [244, 165, 130],
    [214, 96, 77],
    [178, 24, 43],
    [103, 0, 31],
];

/// Luminance of a colour on which black and white read equally well.
const EVEN_LIGHT: f32 = 0.179;

fn mix<const N: usize>(points: &[[u8; 3]; N], share: f32) -> Color32 {
    let last = N - 1;
    let place = share.clamp(0.0, 1.0) * last as f32;
    let index = (place as usize).min(last - 1);
    let rest = place - index as f32;
    let (low, high) = (points[index], points[index + 1]);
    let channel = |which: usize| {
        let (low, high) = (f32::from(low[which]), f32::from(high[which]));
        (low + (high - low) * rest).round() as u8
    };
    Color32::from_rgb(channel(0), channel(1), channel(2))
}

/// Colour of a share, 0 (dark) to 1 (bright).
pub fn sequential(share: f32) -> Color32 {
    mix(&VIRIDIS, if share.is_nan() { 0.0 } else { share })
}

/// Colour of a value on either side of 0, −1 (blue) to 1 (red).
pub fn diverging(value: f32) -> Color32 {
    mix(
        &BLUE_RED,
        if value.is_nan() {
            0.5
        } else {
            f32::midpoint(value, 1.0)
        },
    )
}

/// Points of the map for errors, Matplotlib's *inferno*: lightness grows evenly from 0 to 1.
const INFERNO: [[u8; 3]; 9] = [
    [0, 0, 4],
    [31, 12, 72],
    [85, 15, 109],
    [136, 34, 106],
    [186, 54, 85],
    [227, 89, 51],
    [249, 140, 10],
    [249, 201, 50],
    [252, 255, 164],
];

/// Colour of an error from 0 (none) to 255 (white instead of black).
pub fn error_color(error: u8) -> Color32 {
    let place = usize::from(error) * (INFERNO.len() - 1);
    let (index, rest) = (place / 255, place % 255);
    let low = INFERNO[index];
    let high = INFERNO[(index + 1).min(INFERNO.len() - 1)];
    let mix = |channel: usize| {
        let (low, high) = (usize::from(low[channel]), usize::from(high[channel]));
        u8::try_from((low * (255 - rest) + high * rest) / 255).unwrap_or(u8::MAX)
    };
    Color32::from_rgb(mix(0), mix(1), mix(2))
}

/// Black or white, whichever reads better on a colour.
pub fn ink_on(color: Color32) -> Color32 {
    let [red, green, blue, _] = egui::Rgba::from(color).to_array();
    let light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    if light > EVEN_LIGHT {
        Color32::BLACK
    } else {
        Color32::WHITE
    }
}

/// The colour of a channel of coloured images: red, green and blue that can be read on dark and light.
pub fn channel_color(channel: usize) -> Color32 {
    match channel {
        0 => Color32::from_rgb(0xd5, 0x4e, 0x4e),
        1 => Color32::from_rgb(0x2e, 0x9e, 0x5b),
        _ => Color32::from_rgb(0x4a, 0x7f, 0xd6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn light(color: Color32) -> f32 {
        let [r, g, b, _] = egui::Rgba::from(color).to_array();
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    #[test]
    fn the_sequential_map_brightens_all_the_way() {
        let lights: Vec<f32> = (0..=40)
            .map(|i| light(sequential(i as f32 / 40.0)))
            .collect();
        assert!(
            lights.windows(2).all(|pair| pair[0] < pair[1]),
            "{lights:?}"
        );
        assert_eq!(sequential(-3.0), sequential(0.0));
        assert_eq!(sequential(f32::INFINITY), sequential(1.0));
        assert_eq!(sequential(f32::NAN), sequential(0.0));
    }

    #[test]
    fn the_diverging_map_is_brightest_in_the_middle_and_even_on_both_sides() {
        let lights: Vec<f32> = (0..=20)
            .map(|i| light(diverging(i as f32 / 10.0 - 1.0)))
            .collect();
        assert!(lights[..=10].windows(2).all(|pair| pair[0] < pair[1]));
        assert!(lights[10..].windows(2).all(|pair| pair[0] > pair[1]));
        for i in 0..10 {
            assert!((lights[i] - lights[20 - i]).abs() < 0.1, "{lights:?}");
        }
        assert_eq!(diverging(f32::NEG_INFINITY), diverging(-1.0));
    }

    #[test]
    fn text_on_a_colour_can_be_read() {
        for i in 0..=20 {
            for color in [
                sequential(i as f32 / 20.0),
                diverging(i as f32 / 10.0 - 1.0),
            ] {
                let (a, b) = (light(color) + 0.05, light(ink_on(color)) + 0.05);
                assert!(a.max(b) / a.min(b) > 3.0, "{color:?}");
            }
        }
    }

    #[test]
    fn the_error_map_runs_from_black_to_pale_yellow_and_only_gets_lighter() {
        assert_eq!(error_color(0), Color32::from_rgb(0, 0, 4));
        assert_eq!(error_color(255), Color32::from_rgb(252, 255, 164));
        let lightness = |e: u8| {
            let [r, g, b, _] = error_color(e).to_array().map(f32::from);
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        for error in 1..=255 {
            assert!(lightness(error) >= lightness(error - 1) - 1.0, "{error}");
        }
    }
}
