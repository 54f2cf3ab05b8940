//! Signs that the built-in fonts lack, from the fonts of the desktop.
//!
//! Listing those fonts and looking through them opens files, so a thread of its own does it. It holds the
//! same chain of fonts as the window does, finds what that lacks, and gives the window the longer chain:
//! egui lays all text out anew then, and what was a box is a character. The thread of the window only ever
//! asks and goes on. What is left to it is drawing from files that are mapped into memory, whose first
//! pages the system may have to read.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use egui::epaint::mutex::Mutex;
use egui::epaint::text::{
    FallbackRequest, FontData, FontInsert, FontPriority, FontProvider, Fonts, InsertFontFamily,
    TextOptions,
};
use egui::{FontDefinitions, FontFamily, FontId};
use serde::{Deserialize, Serialize};

use crate::store::fonts::{DesktopFonts, FoundFont, Han};

/// Name of the thread.
const THREAD: &str = "fonts";

/// One sign of each script that a name is likely to have and the built-in fonts lack. Han comes first: the
/// first font that has a sign is taken for it, and a font for Korean has Han characters too, in Korean
/// shapes.
const COMMON: &str = "漢あア한عאกक";

/// The families that text is set in.
const FAMILIES: [FontFamily; 2] = [FontFamily::Proportional, FontFamily::Monospace];

/// Wait for more signs before the window gets other fonts: a text brings many at once, and every change
/// has all text laid out anew.
const QUIET: Duration = Duration::from_millis(30);

/// The longest such wait.
const LONGEST: Duration = Duration::from_millis(250);

/// How Han characters look: in Japan, China, Taiwan and Korea many have shapes of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HanChoice {
    /// As the language of the desktop has them, Japanese where that has none.
    Desktop,
    /// Always these.
    Of(Han),
}

impl HanChoice {
    /// All of them, in the order of the chooser.
    pub const ALL: &'static [Self] = &[
        Self::Desktop,
        Self::Of(Han::Japanese),
        Self::Of(Han::Simplified),
        Self::Of(Han::Traditional),
        Self::Of(Han::Korean),
    ];

    /// What the window calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Desktop => "As the desktop",
            Self::Of(Han::Japanese) => "Japanese",
            Self::Of(Han::Simplified) => "Simplified Chinese",
            Self::Of(Han::Traditional) => "Traditional Chinese",
            Self::Of(Han::Korean) => "Korean",
        }
    }

    /// The shapes that it means on this desktop.
    pub fn shapes(self) -> Han {
        match self {
            Self::Desktop => Han::of_desktop(),
            Self::Of(han) => han,
        }
    }
}

/// Finds a font that has a sign, for a family, with Han characters of some shapes.
pub type Find = Box<dyn FnMut(char, &FontFamily, Han) -> Option<FoundFont> + Send>;

/// What the thread is asked for.
#[derive(Debug)]
enum Request {
    /// A font for a sign.
    Sign(FontFamily, char),
    /// Other shapes of Han characters.
    Han(Han),
}

/// The window's end of the thread that finds fonts.
#[derive(Debug)]
pub struct FontFinder {
    ask: Sender<Request>,
    han: Han,
}

impl FontFinder {
    /// Has the fonts of the desktop found for a window, whose thread goes on at once.
    ///
    /// # Errors
    /// The thread could not be started.
    pub fn spawn(ctx: &egui::Context) -> std::io::Result<Self> {
        let definitions = super::theme::font_definitions();
        Self::spawn_with(ctx, definitions, || {
            let mut fonts = DesktopFonts::list()?;
            Some(Box::new(move |sign, family, han| {
                fonts.find(sign, *family == FontFamily::Monospace, han)
            }))
        })
    }

    /// The same, where `list` makes what finds fonts, and takes its time over it.
    fn spawn_with(
        ctx: &egui::Context,
        definitions: FontDefinitions,
        list: impl FnOnce() -> Option<Find> + Send + 'static,
    ) -> std::io::Result<Self> {
        let (ask, requests) = mpsc::channel();
        let (ctx, again) = (ctx.clone(), ask.clone());
        let han = Han::of_desktop();
        thread::Builder::new()
            .name(THREAD.to_owned())
            .spawn(move || {
                let started = Instant::now();
                let Some(find) = list() else {
                    log::warn!(
                        "the desktop tells of no fonts: what the built-in ones lack is a box"
                    );
                    return;
                };
                log::debug!(
                    "the fonts of the desktop are listed after {:?}",
                    started.elapsed()
                );
                let mut chain = Chain::new(definitions, find, han);
                chain.look_for_common();
                chain.give(&ctx, &again);
                log::debug!("the window has its fonts after {:?}", started.elapsed());
                serve(&mut chain, &ctx, &again, &requests);
            })?;
        Ok(Self { ask, han })
    }

    /// Has Han characters drawn in other shapes.
    pub fn choose(&mut self, han: Han) {
        if han != self.han {
            self.han = han;
            // Where there are no fonts to choose from nobody listens.
            let _ = self.ask.send(Request::Han(han));
        }
    }
}

/// Answers requests for good.
fn serve(
    chain: &mut Chain,
    ctx: &egui::Context,
    again: &Sender<Request>,
    requests: &Receiver<Request>,
) {
    while let Ok(first) = requests.recv() {
        let since = Instant::now();
        let mut has_grown = chain.take(first);
        while since.elapsed() < LONGEST {
            match requests.recv_timeout(QUIET) {
                Ok(more) => has_grown |= chain.take(more),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        if has_grown {
            chain.give(ctx, again);
        }
    }
}

/// What finds fonts, and the shapes it finds for Han characters.
struct Source {
    find: Mutex<(Find, Han)>,
}

impl FontProvider for Source {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        let sign = request.cluster.chars().next()?;
        let (find, han) = &mut *self.find.lock();
        let found = find(sign, request.family, *han)?;
        Some(FontInsert {
            name: found.name,
            data: FontData::from_blob(found.bytes, found.index),
            families: vec![InsertFontFamily {
                family: request.family.clone(),
                priority: FontPriority::Lowest,
            }],
        })
    }
}

/// The fonts of the window as the thread has them, which no other thread sees.
struct Chain {
    definitions: FontDefinitions,
    source: Arc<Source>,
    fonts: Fonts,
    /// What was looked for, found or not.
    asked: BTreeSet<(FontFamily, char)>,
}

impl Chain {
    fn new(definitions: FontDefinitions, find: Find, han: Han) -> Self {
        let source = Arc::new(Source {
            find: Mutex::new((find, han)),
        });
        Self {
            fonts: fonts(&definitions, &source),
            definitions,
            source,
            asked: BTreeSet::new(),
        }
    }

    /// Looks for what names are likely to need, in an order that gives Han its shapes.
    fn look_for_common(&mut self) {
        for sign in COMMON.chars() {
            for family in FAMILIES {
                self.look_for(family, sign);
            }
        }
    }

    /// Does what is asked for; whether the window is to have other fonts.
    fn take(&mut self, request: Request) -> bool {
        match request {
            Request::Sign(family, sign) => self.look_for(family, sign),
            Request::Han(han) => {
                self.source.find.lock().1 = han;
                self.fonts = fonts(&self.definitions, &self.source);
                let asked = std::mem::take(&mut self.asked);
                self.look_for_common();
                for (family, sign) in asked {
                    self.look_for(family, sign);
                }
                true
            }
        }
    }

    /// Looks for a sign; whether a font for it came to the chain. The fonts of egui do it, so that what is
    /// found is a font that they can read.
    fn look_for(&mut self, family: FontFamily, sign: char) -> bool {
        let before = self.fonts.discovered_fonts().len();
        self.fonts
            .has_glyph(&FontId::new(14.0, family.clone()), sign);
        self.asked.insert((family, sign));
        self.fonts.discovered_fonts().len() > before
    }

    /// Gives the window all fonts that were found so far.
    fn give(&self, ctx: &egui::Context, ask: &Sender<Request>) {
        let found = Found {
            fonts: self.fonts.discovered_fonts().to_vec(),
            asked: self.asked.clone(),
            ask: ask.clone(),
        };
        ctx.set_font_providers(vec![Arc::new(found)]);
    }
}

fn fonts(definitions: &FontDefinitions, source: &Arc<Source>) -> Fonts {
    let source: Arc<dyn FontProvider> = Arc::<Source>::clone(source);
    Fonts::new(TextOptions::default(), definitions.clone()).with_font_providers(vec![source])
}

/// The fonts that were found, and where to ask for others. Nothing about it changes, so that nobody waits
/// for anybody; the thread puts a new one in its place.
struct Found {
    fonts: Vec<FontInsert>,
    asked: BTreeSet<(FontFamily, char)>,
    ask: Sender<Request>,
}

impl FontProvider for Found {
    fn fonts_for_family(&self, family: &FontFamily) -> Vec<FontInsert> {
        let fonts = self.fonts.iter();
        fonts
            .filter(|font| font.families.iter().any(|of| of.family == *family))
            .cloned()
            .collect()
    }

    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        let sign = request.cluster.chars().next()?;
        let key = (request.family.clone(), sign);
        if !self.asked.contains(&key) {
            let (family, sign) = key;
            // Where nobody listens any more the window is closing.
            let _ = self.ask.send(Request::Sign(family, sign));
        }
        None
    }
}

#[cfg(test)]
#[allow(clippy::print_stdout, reason = "a skipped test says so")]
#[path = "fonts_tests.rs"]
mod tests;
