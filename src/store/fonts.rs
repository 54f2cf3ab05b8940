//! Fonts of the desktop, for signs that the built-in fonts lack.
//!
//! *Han* characters have shapes of their own in Japan, China, Taiwan and Korea under one code each, and
//! fonts hold one of these shapes: which fonts are asked first decides whether Japanese looks Japanese.
//! Everything here opens files and may take tenths of a second: it is not for the thread of a window.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread;

use fontique::{
    Collection, CollectionOptions, FallbackKey, FamilyId, GenericFamily, Language, QueryFamily,
    QueryFont, QueryStatus, Script, SourceCache, SourceCacheOptions,
};
use serde::{Deserialize, Serialize};

use super::scripts::{HAN, HANGUL, KANA, is_east_asian, script_of};

/// The bytes of a font file, mapped rather than read.
pub type FontBytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// Name of the thread that lists fonts.
const LISTING_THREAD: &str = "fonts";

/// Which shapes Han characters have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Han {
    /// As in Japan.
    Japanese,
    /// As in mainland China.
    Simplified,
    /// As in Taiwan.
    Traditional,
    /// As in Korea.
    Korean,
}

impl Han {
    /// All of them, in the order in which fonts are asked for a character that the wanted ones lack.
    pub const ALL: [Self; 4] = [
        Self::Simplified,
        Self::Traditional,
        Self::Japanese,
        Self::Korean,
    ];

    /// Its language, as fonts and files name it.
    pub fn language(self) -> &'static str {
        match self {
            Self::Japanese => "ja",
            Self::Simplified => "zh-CN",
            Self::Traditional => "zh-TW",
            Self::Korean => "ko",
        }
    }

    /// What a locale such as `zh_TW.UTF-8` asks for; nothing where its language has no Han characters.
    fn of_locale(locale: &str) -> Option<Self> {
        let locale = locale.to_ascii_lowercase().replace('_', "-");
        let tag = locale.split(['.', '@', ':']).next().unwrap_or_default();
        let mut parts = tag.split('-');
        match parts.next() {
            Some("ja") => Some(Self::Japanese),
            Some("ko") => Some(Self::Korean),
            Some("zh" | "yue") => Some(
                if parts.any(|part| matches!(part, "hant" | "tw" | "hk" | "mo")) {
                    Self::Traditional
                } else {
                    Self::Simplified
                },
            ),
            Some(_) | None => None,
        }
    }

    /// The shapes of the desktop's language where it is Chinese, Japanese or Korean, and Japanese ones
    /// otherwise: Chinese text is still read then, with the characters that Japan lacks from a Chinese
    /// font.
    pub fn of_desktop() -> Self {
        Self::of_variables(|name| std::env::var(name).ok())
    }

    fn of_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        // The first that is set decides, as everywhere.
        ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .filter_map(variable)
            .find(|value| !value.is_empty())
            .and_then(|locale| Self::of_locale(&locale))
            .unwrap_or(Self::Japanese)
    }

    /// The shapes of a text that tells its language: Japanese where it has kana, Korean where it has
    /// hangul.
    pub fn of_text(text: &str) -> Option<Self> {
        let has = |script: Script| text.chars().any(|sign| script_of(sign) == Some(script));
        if has(KANA) {
            Some(Self::Japanese)
        } else if has(HANGUL) {
            Some(Self::Korean)
        } else {
            None
        }
    }
}

/// A font that has a sign.
#[derive(Clone)]
pub struct FoundFont {
    /// Names it among all fonts.
    pub name: String,
    /// The file.
    pub bytes: FontBytes,
    /// The font in a file of several.
    pub index: u32,
}

impl std::fmt::Debug for FoundFont {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("FoundFont")
            .field("name", &self.name)
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

/// The fonts of the desktop.
pub struct DesktopFonts {
    collection: Collection,
    files: SourceCache,
    known: HashMap<(char, bool, Han), Option<FoundFont>>,
}

impl DesktopFonts {
    /// Lists the fonts that are installed; none where the desktop cannot tell.
    pub fn list() -> Option<Self> {
        let list = || {
            let mut collection = Collection::new(CollectionOptions {
                shared: false,
                system_fonts: true,
            });
            // What is asked for first is answered from then on where no language is named, and the
            // library takes this one for none.
            let _ = fallback(&mut collection, HAN, Some(Han::Simplified.language()));
            collection
        };
        // The library panics where fontconfig knows no font at all: a thread of its own ends alone.
        let thread = thread::Builder::new().name(LISTING_THREAD.to_owned());
        let listed = thread.spawn(list).ok()?.join();
        match listed {
            Ok(collection) => Some(Self {
                collection,
                files: SourceCache::new(SourceCacheOptions::default()),
                known: HashMap::new(),
            }),
            Err(_) => {
                log::warn!("the fonts of the desktop could not be listed");
                None
            }
        }
    }

    /// A font that has this sign.
    pub fn find(&mut self, sign: char, is_monospace: bool, han: Han) -> Option<FoundFont> {
        let key = (sign, is_monospace, han);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let found = self.search(sign, is_monospace, han);
        log::debug!("{sign:?} is in {found:?}");
        self.known.insert(key, found.clone());
        found
    }

    fn search(&mut self, sign: char, is_monospace: bool, han: Han) -> Option<FoundFont> {
        let script = script_of(sign);
        let usual = if is_monospace {
            GenericFamily::Monospace
        } else {
            GenericFamily::SansSerif
        };
        let general = [
            usual,
            GenericFamily::SystemUi,
            GenericFamily::Emoji,
            GenericFamily::Math,
            GenericFamily::Serif,
            GenericFamily::Monospace,
        ]
        .map(QueryFamily::Generic);
        match script {
            // A plain font rather than what the desktop names for the script, which may be ornate.
            Some(script) if !is_east_asian(script) => self
                .first_with(sign, general)
                .or_else(|| self.first_of_script(sign, script, None)),
            // A plain font would be one for any language, whose Han characters may look foreign.
            Some(script) => std::iter::once(han)
                .chain(Han::ALL)
                .find_map(|han| self.first_of_script(sign, script, Some(han.language())))
                .or_else(|| self.first_with(sign, general)),
            None => self.first_with(sign, general),
        }
    }

    /// The first font that the desktop names for a script, in a language, and that has the sign.
    fn first_of_script(
        &mut self,
        sign: char,
        script: Script,
        language: Option<&str>,
    ) -> Option<FoundFont> {
        let families = fallback(&mut self.collection, script, language);
        self.first_with(sign, families.into_iter().map(QueryFamily::Id))
    }

    /// The first font of these families that has the sign.
    fn first_with<'f>(
        &mut self,
        sign: char,
        families: impl IntoIterator<Item = QueryFamily<'f>>,
    ) -> Option<FoundFont> {
        let mut query = self.collection.query(&mut self.files);
        query.set_families(families);
        let mut found: Option<QueryFont> = None;
        query.matches_with(|font| {
            let glyph = font.charmap().and_then(|map| map.map(sign));
            if glyph.is_some_and(|glyph| glyph != 0) {
                found = Some(font.clone());
                QueryStatus::Stop
            } else {
                QueryStatus::Continue
            }
        });
        drop(query);
        let font = found?;
        let (family, place) = font.family;
        let family = self.collection.family_name(family).unwrap_or("unknown");
        Some(FoundFont {
            name: format!("desktop:{family}:{place}:{}", font.index),
            bytes: font.blob.into_raw_parts().0,
            index: font.index,
        })
    }
}

impl std::fmt::Debug for DesktopFonts {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("DesktopFonts").finish_non_exhaustive()
    }
}

/// The families that the desktop has for a script, in a language.
fn fallback(collection: &mut Collection, script: Script, language: Option<&str>) -> Vec<FamilyId> {
    let language = language.and_then(|language| Language::parse(language).ok());
    let key = FallbackKey::new(script, language.as_ref());
    collection.fallback_families(key).collect()
}

/// Which signs the fonts that come with a program have.
pub struct BuiltIn {
    fonts: Vec<QueryFont>,
}

impl BuiltIn {
    /// Reads fonts.
    pub fn new(fonts: &[&'static [u8]]) -> Self {
        let mut collection = Collection::new(CollectionOptions {
            shared: false,
            system_fonts: false,
        });
        let mut families = Vec::new();
        for font in fonts {
            let bytes: FontBytes = Arc::new(*font);
            let added = collection.register_fonts(fontique::Blob::new(bytes), None);
            families.extend(added.into_iter().map(|(family, _)| family));
        }
        let mut files = SourceCache::new(SourceCacheOptions::default());
        let mut query = collection.query(&mut files);
        query.set_families(families.into_iter().map(QueryFamily::Id));
        let mut fonts = Vec::new();
        query.matches_with(|font| {
            fonts.push(font.clone());
            QueryStatus::Continue
        });
        drop(query);
        Self { fonts }
    }

    /// Whether any of them has a sign.
    pub fn has(&self, sign: char) -> bool {
        self.fonts.iter().any(|font| {
            let glyph = font.charmap().and_then(|map| map.map(sign));
            glyph.is_some_and(|glyph| glyph != 0)
        })
    }
}

impl std::fmt::Debug for BuiltIn {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("BuiltIn").finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::print_stdout, reason = "a skipped test says so")]
mod tests {
    use super::*;

    #[test]
    fn the_language_of_the_desktop_decides_how_han_looks_and_else_japan() {
        let of = |variables: &[(&str, &str)]| {
            Han::of_variables(|name| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        for (locale, expected) in [
            ("ja_JP.UTF-8", Han::Japanese),
            ("ko_KR.UTF-8", Han::Korean),
            ("zh_CN.UTF-8", Han::Simplified),
            ("zh_SG", Han::Simplified),
            ("zh", Han::Simplified),
            ("zh_TW.UTF-8", Han::Traditional),
            ("zh_HK.Big5-HKSCS", Han::Traditional),
            ("zh-Hant-US", Han::Traditional),
            ("de_DE.UTF-8@euro", Han::Japanese),
            ("C", Han::Japanese),
            ("", Han::Japanese),
        ] {
            assert_eq!(of(&[("LANG", locale)]), expected, "{locale}");
        }
        assert_eq!(of(&[]), Han::Japanese);
        let both = [("LANG", "zh_CN.UTF-8"), ("LC_ALL", "ja_JP.UTF-8")];
        assert_eq!(of(&both), Han::Japanese);
        let empty = [("LC_ALL", ""), ("LC_CTYPE", "zh_TW"), ("LANG", "ja_JP")];
        assert_eq!(of(&empty), Han::Traditional);
    }

    #[test]
    fn kana_and_hangul_tell_how_han_looks() {
        assert_eq!(Han::of_text("直線のデータ"), Some(Han::Japanese));
        assert_eq!(Han::of_text("漢字 한국"), Some(Han::Korean));
        assert_eq!(Han::of_text("直線"), None);
        assert_eq!(Han::of_text("plain"), None);
    }

    #[test]
    fn built_in_fonts_say_what_they_have() {
        let fonts = BuiltIn::new(&[
            epaint_default_fonts::UBUNTU_LIGHT,
            epaint_default_fonts::HACK_REGULAR,
        ]);
        for sign in ['a', 'é', 'Ж', 'Ω', '·', '…', '→'] {
            assert!(fonts.has(sign), "{sign}");
        }
        for sign in ['日', 'あ', '한', 'ع'] {
            assert!(!fonts.has(sign), "{sign}");
        }
        assert!(!BuiltIn::new(&[epaint_default_fonts::HACK_REGULAR]).has('Ə'));
    }

    #[test]
    fn han_comes_from_the_font_of_the_language_it_is_asked_in() {
        let Some(mut fonts) = DesktopFonts::list() else {
            println!("skipped: needs fonts of the desktop");
            return;
        };
        // In an order in which an earlier answer could be taken for a later one.
        let mut name = |sign, han| fonts.find(sign, false, han).map(|font| font.name);
        let hangul = name('한', Han::Simplified);
        let [japanese, simplified, traditional, korean] = [
            Han::Japanese,
            Han::Simplified,
            Han::Traditional,
            Han::Korean,
        ]
        .map(|han| name('直', han));
        let Some(japanese) = japanese else {
            println!("skipped: needs a font with Han characters");
            return;
        };
        if !japanese.contains("CJK JP") {
            println!("skipped: knows what to expect of Noto Sans CJK alone, not of {japanese}");
            return;
        }
        assert!(hangul.is_some(), "it has hangul too");
        for (found, part) in [
            (simplified, "CJK SC"),
            (traditional, "CJK TC"),
            (korean, "CJK KR"),
        ] {
            assert!(
                found.clone().is_some_and(|name| name.contains(part)),
                "{part}: {found:?}"
            );
        }
        // In China alone, and found nevertheless.
        assert!(name('这', Han::Japanese).is_some());
        assert_eq!(name('\u{10ffff}', Han::Japanese), None);
    }
}
