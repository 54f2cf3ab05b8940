//! Scripts of signs: what desktops choose fonts by.

use fontique::Script;

/// Characters that China, Japan and Korea have in common.
pub const HAN: Script = Script::from_bytes(*b"Hani");
/// The syllables of Japanese.
pub const KANA: Script = Script::from_bytes(*b"Hira");
/// The syllables of Korean.
pub const HANGUL: Script = Script::from_bytes(*b"Hang");

/// Whether a script stands beside Han characters.
pub fn is_east_asian(script: Script) -> bool {
    [HAN, KANA, HANGUL, Script::from_bytes(*b"Bopo")].contains(&script)
}

/// Scripts by the ranges of their signs, for those that desktops choose fonts for.
const SCRIPTS: &[(u32, u32, [u8; 4])] = &[
    (0x0370, 0x03ff, *b"Grek"),
    (0x0400, 0x052f, *b"Cyrl"),
    (0x0530, 0x058f, *b"Armn"),
    (0x0590, 0x05ff, *b"Hebr"),
    (0x0600, 0x06ff, *b"Arab"),
    (0x0700, 0x074f, *b"Syrc"),
    (0x0750, 0x077f, *b"Arab"),
    (0x0780, 0x07bf, *b"Thaa"),
    (0x08a0, 0x08ff, *b"Arab"),
    (0x0900, 0x097f, *b"Deva"),
    (0x0980, 0x09ff, *b"Beng"),
    (0x0a00, 0x0a7f, *b"Guru"),
    (0x0a80, 0x0aff, *b"Gujr"),
    (0x0b00, 0x0b7f, *b"Orya"),
    (0x0b80, 0x0bff, *b"Taml"),
    (0x0c00, 0x0c7f, *b"Telu"),
    (0x0c80, 0x0cff, *b"Knda"),
    (0x0d00, 0x0d7f, *b"Mlym"),
    (0x0d80, 0x0dff, *b"Sinh"),
    (0x0e00, 0x0e7f, *b"Thai"),
    (0x0e80, 0x0eff, *b"Laoo"),
    (0x0f00, 0x0fff, *b"Tibt"),
    (0x1000, 0x109f, *b"Mymr"),
    (0x10a0, 0x10ff, *b"Geor"),
    (0x1100, 0x11ff, *b"Hang"),
    (0x1200, 0x139f, *b"Ethi"),
    (0x13a0, 0x13ff, *b"Cher"),
    (0x1780, 0x17ff, *b"Khmr"),
    (0x1800, 0x18af, *b"Mong"),
    (0x1f00, 0x1fff, *b"Grek"),
    (0x2de0, 0x2dff, *b"Cyrl"),
    (0x2e80, 0x2fdf, *b"Hani"),
    // Punctuation of East Asia, from the font that the characters beside it come from.
    (0x3000, 0x303f, *b"Hani"),
    (0x3040, 0x30ff, *b"Hira"),
    (0x3100, 0x312f, *b"Bopo"),
    (0x3130, 0x318f, *b"Hang"),
    (0x31a0, 0x31bf, *b"Bopo"),
    (0x31f0, 0x31ff, *b"Hira"),
    (0x3200, 0x4dbf, *b"Hani"),
    (0x4e00, 0x9fff, *b"Hani"),
    (0xa640, 0xa69f, *b"Cyrl"),
    (0xa960, 0xa97f, *b"Hang"),
    (0xac00, 0xd7ff, *b"Hang"),
    (0xf900, 0xfaff, *b"Hani"),
    (0xfb1d, 0xfb4f, *b"Hebr"),
    (0xfb50, 0xfdff, *b"Arab"),
    (0xfe30, 0xfe4f, *b"Hani"),
    (0xfe70, 0xfefe, *b"Arab"),
    (0xff00, 0xff65, *b"Hani"),
    (0xff66, 0xff9f, *b"Hira"),
    (0xffa0, 0xffdc, *b"Hang"),
    (0x20000, 0x3ffff, *b"Hani"),
];

/// The script of a sign, where desktops choose fonts by it.
pub fn script_of(sign: char) -> Option<Script> {
    let code = u32::from(sign);
    let place = SCRIPTS.partition_point(|(_, last, _)| *last < code);
    let (first, _, script) = SCRIPTS.get(place)?;
    (*first <= code).then(|| Script::from_bytes(*script))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_in_order_and_do_not_overlap() {
        for pair in SCRIPTS.windows(2) {
            let [(first, last, _), (next, _, _)] = pair else {
                unreachable!("windows of two");
            };
            assert!(first <= last && last < next, "{pair:x?}");
        }
        let script = |sign| script_of(sign).map(|script| script.to_bytes());
        for (sign, expected) in [
            ('日', *b"Hani"),
            ('。', *b"Hani"),
            ('あ', *b"Hira"),
            ('ア', *b"Hira"),
            ('ｱ', *b"Hira"),
            ('한', *b"Hang"),
            ('Ж', *b"Cyrl"),
            ('Ω', *b"Grek"),
            ('ع', *b"Arab"),
            ('א', *b"Hebr"),
            ('ก', *b"Thai"),
            ('क', *b"Deva"),
            ('𠮷', *b"Hani"),
        ] {
            assert_eq!(script(sign), Some(expected), "{sign}");
        }
        for sign in ['a', 'é', '1', '…', '→', '😀'] {
            assert_eq!(script_of(sign), None, "{sign}");
        }
    }
}
