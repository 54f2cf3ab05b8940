//! Text of exported drawings, and how drawings become pixels.
//!
//! The *fonts* are those of the window, which come with the program: no machine draws another picture
//! than the next one. Only where a text has signs that they lack, such as Japanese ones, the fonts of the
//! desktop are asked for these; what no font has is left out of pixels. As SVG it stays text, and whoever
//! shows it has more fonts.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Node, Options, Tree, fontdb};

use super::palette::{Rgb, hex};
use crate::store::fonts::{BuiltIn, DesktopFonts, FoundFont, Han};

/// What SVG files name, first what is there everywhere this program draws.
pub(super) const FAMILY: &str = "Ubuntu, Hack, Helvetica, Arial, sans-serif";

/// Most pixels of a picture that is drawn.
pub(super) const MAX_PIXELS: u64 = 100_000_000;

/// The fonts that come with the program.
static BUILT_IN: [&[u8]; 2] = [
    epaint_default_fonts::UBUNTU_LIGHT,
    epaint_default_fonts::HACK_REGULAR,
];

fn built_in() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| {
        let mut fonts = fontdb::Database::new();
        for font in BUILT_IN {
            let source: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::new(font);
            fonts.load_font_source(fontdb::Source::Binary(source));
        }
        fonts.set_sans_serif_family("Ubuntu");
        Arc::new(fonts)
    });
    Arc::clone(fonts)
}

/// The fonts for a drawing: those that come with the program, and of the desktop what they lack.
fn fonts(svg: &str) -> Arc<fontdb::Database> {
    static SIGNS: OnceLock<BuiltIn> = OnceLock::new();
    let missing = missing(svg, SIGNS.get_or_init(|| BuiltIn::new(&BUILT_IN)));
    if missing.is_empty() {
        return built_in();
    }
    static DESKTOP: OnceLock<Option<Mutex<DesktopFonts>>> = OnceLock::new();
    let Some(desktop) = DESKTOP.get_or_init(|| DesktopFonts::list().map(Mutex::new)) else {
        return built_in();
    };
    let mut desktop = desktop.lock().unwrap_or_else(PoisonError::into_inner);
    let han = Han::of_text(svg).unwrap_or_else(Han::of_desktop);
    with_found(&built_in(), &missing, |sign| desktop.find(sign, false, han))
}

/// The signs of a drawing that the fonts lack and that leave ink.
fn missing(svg: &str, fonts: &BuiltIn) -> BTreeSet<char> {
    let is_ink = |sign: char| {
        let is_mark = matches!(
            sign,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        );
        !sign.is_ascii() && !sign.is_control() && !is_mark
    };
    let signs: BTreeSet<char> = svg.chars().filter(|sign| is_ink(*sign)).collect();
    signs.into_iter().filter(|sign| !fonts.has(*sign)).collect()
}

/// Fonts with those that are found for some signs.
fn with_found(
    fonts: &fontdb::Database,
    signs: &BTreeSet<char>,
    mut find: impl FnMut(char) -> Option<FoundFont>,
) -> Arc<fontdb::Database> {
    let mut all = fonts.clone();
    let mut names = BTreeSet::new();
    for sign in signs {
        let Some(font) = find(*sign) else {
            log::warn!("no font has {sign:?}: it is left out");
            continue;
        };
        if names.insert(font.name) {
            // Of a file with several fonts the one that was meant, as of shapes of Han characters.
            let added = all.load_font_source(fontdb::Source::Binary(font.bytes));
            for id in added {
                if all.face(id).is_some_and(|face| face.index != font.index) {
                    all.remove_face(id);
                }
            }
        }
    }
    Arc::new(all)
}

fn parse(svg: &str) -> Result<Tree, String> {
    let options = Options {
        fontdb: fonts(svg),
        font_family: "Ubuntu".to_owned(),
        ..Options::default()
    };
    Tree::from_str(svg, &options).map_err(|error| error.to_string())
}

/// A drawing as opaque pixels, `scale` of them a point.
///
/// # Errors
/// When the drawing is none, or too large.
pub(super) fn render(svg: &str, scale: f32) -> Result<image::RgbImage, String> {
    let tree = parse(svg)?;
    let size = tree.size();
    let pixels = |points: f32| (points * scale).round().max(1.0) as u32;
    let (width, height) = (pixels(size.width()), pixels(size.height()));
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(format!("{width}×{height} pixels are too many"));
    }
    let mut pixmap = Pixmap::new(width, height).ok_or("it has no size")?;
    pixmap.fill(resvg::tiny_skia::Color::WHITE);
    let transform = Transform::from_scale(scale, scale);
    resvg::render(&tree, transform, &mut pixmap.as_mut());
    // On opaque paper there is no alpha to divide by.
    let rgb = pixmap
        .data()
        .chunks_exact(4)
        .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]])
        .collect();
    image::RgbImage::from_raw(width, height, rgb).ok_or_else(|| "it has no size".to_owned())
}

/// First sign of which the width is measured.
const FIRST: u8 = b' ';
/// Signs measured from there on: printable ASCII.
const SIGNS: usize = 95;

/// Widths of printable ASCII at size 1.
fn widths() -> &'static [f32; SIGNS] {
    static WIDTHS: OnceLock<[f32; SIGNS]> = OnceLock::new();
    WIDTHS.get_or_init(|| {
        let mut widths = [0.6; SIGNS];
        for (width, sign) in widths.iter_mut().zip(FIRST..) {
            // Between two others, so that a space counts.
            let measured = measure(&format!("H{0}{0}{0}{0}H", char::from(sign)));
            if let Some(both) = measured.zip(measure("HH")) {
                *width = (both.0 - both.1) / 4.0;
            }
        }
        widths
    })
}

/// The width of a short text at size 1, as it will be drawn.
fn measure(text: &str) -> Option<f32> {
    const SIZE: f32 = 100.0;
    let mut svg =
        String::from("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\">");
    text_element(&mut svg, &Text::new(0.0, 0.0, SIZE, text));
    svg.push_str("</svg>");
    let tree = parse(&svg).ok()?;
    fn first(nodes: &[Node]) -> Option<f32> {
        nodes.iter().find_map(|node| match node {
            Node::Text(text) => Some(text.bounding_box().width()),
            Node::Group(group) => first(group.children()),
            Node::Path(_) | Node::Image(_) => None,
        })
    }
    first(tree.root().children()).map(|width| width / SIZE)
}

/// The width of a text of this size.
pub(super) fn width(text: &str, size: f32) -> f32 {
    let widths = widths();
    let of = |sign: char| {
        let place = u32::from(sign).checked_sub(u32::from(FIRST));
        let known = place.and_then(|place| widths.get(place as usize));
        // What is wider than Latin letters is about square.
        known
            .copied()
            .unwrap_or(if sign < '\u{2e80}' { 0.62 } else { 1.0 })
    };
    text.chars().map(of).sum::<f32>() * size
}

/// As much of a text as has room in this width, with `…` where something is left out.
pub(super) fn fitted(text: &str, size: f32, room: f32) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut short: String = text.to_owned();
    while short.pop().is_some() {
        let candidate = format!("{}…", short.trim_end());
        if width(&candidate, size) <= room {
            return candidate;
        }
    }
    String::new()
}

/// A line of text to be drawn.
pub(super) struct Text<'a> {
    x: f32,
    y: f32,
    size: f32,
    text: &'a str,
    color: Rgb,
    anchor: &'static str,
    turn: Option<f32>,
}

impl<'a> Text<'a> {
    /// Begins at `x`, stands on `y`.
    pub(super) fn new(x: f32, y: f32, size: f32, text: &'a str) -> Self {
        Self {
            x,
            y,
            size,
            text,
            color: super::palette::INK,
            anchor: "start",
            turn: None,
        }
    }

    pub(super) fn colored(self, color: Rgb) -> Self {
        Self { color, ..self }
    }

    /// With its middle at `x`.
    pub(super) fn centered(self) -> Self {
        Self {
            anchor: "middle",
            ..self
        }
    }

    /// With its end at `x`.
    pub(super) fn right(self) -> Self {
        Self {
            anchor: "end",
            ..self
        }
    }

    /// From the bottom to the top.
    pub(super) fn upwards(self) -> Self {
        Self {
            turn: Some(-90.0),
            ..self
        }
    }
}

/// Writes a line of text into a drawing.
pub(super) fn text_element(svg: &mut String, text: &Text<'_>) {
    let turn = text.turn.map_or_else(String::new, |turn| {
        format!(" transform=\"rotate({turn} {:.2} {:.2})\"", text.x, text.y)
    });
    // Whoever shows it chooses the shapes of Han characters by the language.
    let language = Han::of_text(text.text).map_or_else(String::new, |han| {
        format!(" xml:lang=\"{}\"", han.language())
    });
    // Writing to a String cannot fail.
    let _ = writeln!(
        svg,
        "<text x=\"{:.2}\" y=\"{:.2}\" font-family=\"{FAMILY}\" font-size=\"{}\" fill=\"{}\" \
         text-anchor=\"{}\"{turn}{language} xml:space=\"preserve\">{}</text>",
        text.x,
        text.y,
        text.size,
        hex(text.color),
        text.anchor,
        escaped(text.text)
    );
}

/// Text without what means something in XML, or is forbidden there.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
#[allow(clippy::print_stdout, reason = "a skipped test says so")]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_font() {
        let (narrow, wide) = (width("iiii", 12.0), width("MMMM", 12.0));
        assert!(narrow > 5.0 && wide > 2.0 * narrow, "{narrow} {wide}");
        let measured = measure("Greedy, pair 2 0.0231").unwrap() * 12.0;
        let summed = width("Greedy, pair 2 0.0231", 12.0);
        assert!(
            (measured / summed - 1.0).abs() < 0.05,
            "{measured} {summed}"
        );
        assert_eq!(width("", 12.0), 0.0);
    }

    #[test]
    fn long_text_is_cut_to_its_room() {
        assert_eq!(fitted("short", 12.0, 200.0), "short");
        let cut = fitted("a name that goes on and on", 12.0, 60.0);
        assert!(cut.ends_with('…') && width(&cut, 12.0) <= 60.0, "{cut}");
        assert_eq!(fitted("name", 12.0, 1.0), "");
    }

    #[test]
    fn any_text_is_sound_and_leaves_ink() {
        for text in ["a < b & \"c\" > d", "日本語", "line\nbreak\u{0}", "μ ± 2σ"] {
            let mut svg = String::from(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"200\" height=\"30\">",
            );
            text_element(&mut svg, &Text::new(4.0, 20.0, 14.0, text));
            svg.push_str("</svg>");
            let picture = render(&svg, 1.0).unwrap();
            assert_eq!(picture.dimensions(), (200, 30));
            let ink = picture.pixels().filter(|pixel| pixel.0[0] < 128).count();
            assert!(ink > 5 || text == "日本語", "{text}: {ink}");
        }
    }

    fn drawing(text: &str) -> String {
        let mut svg =
            String::from("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"200\" height=\"30\">");
        text_element(&mut svg, &Text::new(4.0, 20.0, 14.0, text));
        svg.push_str("</svg>");
        svg
    }

    #[test]
    fn fonts_of_the_desktop_are_asked_for_what_the_built_in_ones_lack_and_nothing_else() {
        let signs = BuiltIn::new(&BUILT_IN);
        assert!(missing(&drawing("Ünïted μ ± 2σ · Жизнь …"), &signs).is_empty());
        assert!(Arc::ptr_eq(
            &fonts(&drawing("Deep · latent 3")),
            &built_in()
        ));
        let found = missing(&drawing("Zahlen 数字 い"), &signs);
        assert_eq!(found, BTreeSet::from(['い', '字', '数']));
    }

    #[test]
    fn a_sign_that_a_found_font_has_leaves_ink() {
        // In one of the fonts that come with the program, but not in the other one.
        let mut hack = fontdb::Database::new();
        hack.load_font_source(fontdb::Source::Binary(Arc::new(
            epaint_default_fonts::HACK_REGULAR,
        )));
        let mut asked = Vec::new();
        let all = with_found(&hack, &BTreeSet::from(['Ə', '☃']), |sign| {
            asked.push(sign);
            (sign == 'Ə').then(|| FoundFont {
                name: "found".to_owned(),
                bytes: Arc::new(epaint_default_fonts::UBUNTU_LIGHT),
                index: 0,
            })
        });
        assert_eq!(asked, ['Ə', '☃']);
        assert_eq!((hack.len(), all.len()), (1, 2));
        let ink = |fonts: Arc<fontdb::Database>| {
            let options = Options {
                fontdb: fonts,
                font_family: "Hack".to_owned(),
                ..Options::default()
            };
            let svg = drawing("ƏƏƏ").replace(FAMILY, "Hack");
            let tree = Tree::from_str(&svg, &options).unwrap();
            let mut pixmap = Pixmap::new(200, 30).unwrap();
            resvg::render(&tree, Transform::identity(), &mut pixmap.as_mut());
            pixmap
                .pixels()
                .iter()
                .filter(|pixel| pixel.alpha() > 128)
                .count()
        };
        let (before, after) = (ink(Arc::new(hack)), ink(all));
        assert!(after > before + 20, "{before} {after}");
    }

    #[test]
    fn only_the_meant_font_of_a_file_of_several_is_used() {
        let none = with_found(&built_in(), &BTreeSet::from(['日']), |_| {
            Some(FoundFont {
                name: "another".to_owned(),
                bytes: Arc::new(epaint_default_fonts::HACK_REGULAR),
                index: 3,
            })
        });
        assert_eq!(
            none.len(),
            built_in().len(),
            "there is no fourth font in it"
        );
    }

    #[test]
    fn the_language_is_told_where_the_text_tells_it() {
        assert!(drawing("手書き").contains(" xml:lang=\"ja\""));
        assert!(drawing("한국어").contains(" xml:lang=\"ko\""));
        assert!(!drawing("Deep").contains("xml:lang"));
        assert!(
            FAMILY.ends_with("sans-serif"),
            "a generic family comes last"
        );
    }

    #[test]
    fn japanese_leaves_ink_where_the_desktop_has_a_font() {
        let found =
            DesktopFonts::list().and_then(|mut fonts| fonts.find('日', false, Han::Japanese));
        if found.is_none() {
            println!("skipped: needs a font with Japanese characters");
            return;
        }
        let ink = |text: &str| {
            let picture = render(&drawing(text), 1.0).unwrap();
            picture.pixels().filter(|pixel| pixel.0[0] < 128).count()
        };
        assert!(
            ink("日本語の手書き文字") > 200,
            "{}",
            ink("日本語の手書き文字")
        );
        assert!(ink("한국어") > 50);
    }
}
