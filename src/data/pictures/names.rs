//! Names of files and folders, as they are shown and compared.
//!
//! A name is *composed*: macOS writes `ä` as `a` and two dots of their own, other systems as one letter,
//! and both are the same name to a person. Bytes that are no text are shown as `\xE9`, so that two
//! names never become one.

use std::ffi::OsStr;
use std::path::{Component, Path};

/// Letters that go together with a mark: what they are before, and what they become.
const MARKED: &[(char, &str, &str)] = &[
    (
        '\u{300}',
        "AEINOUWYaeinouwyÂâÊêÔôĂăƠơƯưÜü",
        "ÀÈÌǸÒÙẀỲàèìǹòùẁỳẦầỀềỒồẰằỜờỪừǛǜ",
    ),
    (
        '\u{301}',
        "AEIOUYCLNRSZGKMPWaeiouyclnrszgkmpwÂâÊêÔôĂăƠơƯưΑΕΗΙΟΥΩαεηιουω",
        "ÁÉÍÓÚÝĆĹŃŔŚŹǴḰḾṔẂáéíóúýćĺńŕśźǵḱḿṕẃẤấẾếỐốẮắỚớỨứΆΈΉΊΌΎΏάέήίόύώ",
    ),
    (
        '\u{302}',
        "AEIOUCGHJSWYZaeiouchgjswyzẸẹẠạỌọ",
        "ÂÊÎÔÛĈĜĤĴŜŴŶẐâêîôûĉĥĝĵŝŵŷẑỆệẬậỘộ",
    ),
    (
        '\u{303}',
        "ANOIUEYVanoiueyvÂâÊêÔôĂăƠơƯư",
        "ÃÑÕĨŨẼỸṼãñõĩũẽỹṽẪẫỄễỖỗẴẵỠỡỮữ",
    ),
    ('\u{304}', "AEIOUYGaeiouyg", "ĀĒĪŌŪȲḠāēīōūȳḡ"),
    ('\u{306}', "AEGIOUaegiouẠạИиУу", "ĂĔĞĬŎŬăĕğĭŏŭẶặЙйЎў"),
    ('\u{307}', "ACEGIZSBacegzsb", "ȦĊĖĠİŻṠḂȧċėġżṡḃ"),
    ('\u{308}', "AEIOUYaeiouyЕеІіΙΥιυ", "ÄËÏÖÜŸäëïöüÿЁёЇїΪΫϊϋ"),
    (
        '\u{309}',
        "AEIOUYaeiouyÂâÊêÔôĂăƠơƯư",
        "ẢẺỈỎỦỶảẻỉỏủỷẨẩỂểỔổẲẳỞởỬử",
    ),
    ('\u{30a}', "AUau", "ÅŮåů"),
    ('\u{30b}', "OUou", "ŐŰőű"),
    (
        '\u{30c}',
        "CDENRSTZLGAOUIcdenrstzlgaoui",
        "ČĎĚŇŘŠŤŽĽǦǍǑǓǏčďěňřšťžľǧǎǒǔǐ",
    ),
    ('\u{31b}', "OUou", "ƠƯơư"),
    ('\u{323}', "AEIOUYaeiouyƠơƯư", "ẠẸỊỌỤỴạẹịọụỵỢợỰự"),
    ('\u{327}', "CSTGKLNRcstgklnr", "ÇŞŢĢĶĻŅŖçşţģķļņŗ"),
    ('\u{328}', "AEIUaeiu", "ĄĘĮŲąęįų"),
    (
        '\u{3099}',
        "うかきくけこさしすせそたちつてとはひふへほウカキクケコサシスセソタチツテトハヒフヘホ",
        "ゔがぎぐげござじずぜぞだぢづでどばびぶべぼヴガギグゲゴザジズゼゾダヂヅデドバビブベボ",
    ),
    ('\u{309a}', "はひふへほハヒフヘホ", "ぱぴぷぺぽパピプペポ"),
];

/// The first of the Korean syllables, and of the letters they are made of.
const SYLLABLES: u32 = 0xac00;
const LEADING: u32 = 0x1100;
const VOWELS: u32 = 0x1161;
/// The place before the first trailing letter stands for none.
const TRAILING: u32 = 0x11a7;

/// What a letter and a mark after it are together.
fn together(letter: char, mark: char) -> Option<char> {
    let (first, second) = (u32::from(letter), u32::from(mark));
    if let (Some(lead @ 0..19), Some(vowel @ 0..21)) =
        (first.checked_sub(LEADING), second.checked_sub(VOWELS))
    {
        return char::from_u32(SYLLABLES + (lead * 21 + vowel) * 28);
    }
    if let (Some(syllable @ 0..11_172), Some(trail @ 1..28)) =
        (first.checked_sub(SYLLABLES), second.checked_sub(TRAILING))
        && syllable % 28 == 0
    {
        return char::from_u32(first + trail);
    }
    let (_, before, after) = MARKED.iter().find(|(known, ..)| *known == mark)?;
    let place = before.chars().position(|known| known == letter)?;
    after.chars().nth(place)
}

/// Text with letters and their marks in one.
pub(super) fn composed(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut whole: Vec<char> = Vec::new();
    for next in text.chars() {
        let both = whole.last().and_then(|&last| together(last, next));
        if both.is_some() {
            whole.pop();
        }
        whole.push(both.unwrap_or(next));
    }
    whole.into_iter().collect()
}

/// The name of a file or folder: composed, with what is no text as `\xE9`.
pub(super) fn shown(name: &OsStr) -> String {
    use core::fmt::Write as _;
    if let Some(text) = name.to_str() {
        return composed(text);
    }
    let mut shown = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        shown.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a string does not fail.
            let _unused = write!(shown, "\\x{byte:02X}");
        }
    }
    composed(&shown)
}

/// The names of the folders and the file that a path is made of.
pub(super) fn parts(path: &Path) -> Vec<String> {
    path.components()
        .filter(|part| matches!(part, Component::Normal(_)))
        .map(|part| shown(part.as_os_str()))
        .collect()
}

/// A path within a folder as it is shown.
pub(super) fn shown_path(path: &Path) -> String {
    parts(path).join("/")
}

/// Names as a list for a sentence: all of them where they are few.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const FEW: usize = 6;
    let names: Vec<&str> = names.into_iter().collect();
    if names.len() <= FEW {
        return match names.split_last() {
            Some((last, [_, ..])) => {
                format!("{} and {last}", names[..names.len() - 1].join(", "))
            }
            _ => names.concat(),
        };
    }
    let first = names[..FEW - 1].join(", ");
    format!("{first} and {} more", names.len() + 1 - FEW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_join_their_letters() {
        for (apart, whole) in [
            ("Ba\u{308}r", "Bär"),
            ("cafe\u{301}", "café"),
            ("A\u{30a}ngstro\u{308}m", "Ångström"),
            ("e\u{323}\u{302}", "ệ"),
            ("\u{304b}\u{3099}\u{306f}\u{309a}", "がぱ"),
            ("\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}", "한국"),
            ("И\u{306}", "Й"),
            ("plain", "plain"),
            ("x\u{301}", "x\u{301}"),
        ] {
            assert_eq!(composed(apart), whole, "{apart}");
            assert_eq!(composed(whole), whole);
        }
    }

    #[test]
    fn every_letter_has_its_marked_one() {
        for (mark, before, after) in MARKED {
            assert_eq!(
                before.chars().count(),
                after.chars().count(),
                "{:x}",
                u32::from(*mark)
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_stay_apart() {
        use std::os::unix::ffi::OsStrExt as _;
        let (one, other) = (OsStr::from_bytes(b"caf\xe9"), OsStr::from_bytes(b"caf\xe8"));
        assert_eq!(shown(one), "caf\\xE9");
        assert_ne!(shown(one), shown(other));
    }

    #[test]
    fn lists_are_words() {
        assert_eq!(listed(["a"]), "a");
        assert_eq!(listed(["a", "b"]), "a and b");
        assert_eq!(listed(["a", "b", "c"]), "a, b and c");
        let many = ["a", "b", "c", "d", "e", "f", "g"];
        assert_eq!(listed(many), "a, b, c, d, e and 2 more");
        assert_eq!(listed([]), "");
    }
}
