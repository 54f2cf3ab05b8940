//! Fonts found beside a window, without any font of the desktop.

use std::sync::Mutex as Lock;

use super::*;

/// In the proportional font that comes with egui, but not in the other one.
const SCHWA: char = 'Ə';
/// In no font at all.
const NOWHERE: char = '\u{10fff0}';

/// The fonts of a window that has one font less than it might.
fn hack_alone() -> FontDefinitions {
    let mut definitions = FontDefinitions::empty();
    let hack = FontData::from_static(epaint_default_fonts::HACK_REGULAR);
    definitions
        .font_data
        .insert("Hack".to_owned(), Arc::new(hack));
    for family in FAMILIES {
        definitions.families.insert(family, vec!["Hack".to_owned()]);
    }
    definitions
}

/// What was looked for, by which thread.
type Asked = Arc<Lock<Vec<(char, Han, Option<String>)>>>;

/// A desktop with one font, which has the signs given; tells what it is asked for.
fn desktop(signs: &'static [char], asked: &Asked) -> Find {
    let asked = Arc::clone(asked);
    Box::new(move |sign, _family, han| {
        let name = thread::current().name().map(str::to_owned);
        asked.lock().unwrap().push((sign, han, name));
        signs.contains(&sign).then(|| FoundFont {
            name: format!("found for {}", han.language()),
            bytes: Arc::new(epaint_default_fonts::UBUNTU_LIGHT),
            index: 0,
        })
    })
}

fn window() -> egui::Context {
    let ctx = egui::Context::default();
    ctx.set_fonts(hack_alone());
    ctx
}

/// Draws a text and tells whether it has all its signs.
fn draws(ctx: &egui::Context, text: &str) -> bool {
    let mut has = false;
    let output = ctx.run_ui(egui::RawInput::default(), |ui| {
        ui.label(text);
        has = ui.fonts_mut(|fonts| fonts.has_glyphs(&FontId::proportional(14.0), text));
    });
    output.drop_without_applying_deltas();
    has
}

/// Draws a text again and again until something about it is true.
fn wait_until(mut is_true: impl FnMut() -> bool) -> bool {
    for _ in 0..600 {
        if is_true() {
            return true;
        }
        thread::sleep(Duration::from_millis(10));
    }
    false
}

#[test]
fn a_box_becomes_its_sign_once_another_thread_has_found_a_font() {
    let ctx = window();
    let text = "Ə and ƏƏ";
    assert!(!draws(&ctx, text));
    let asked = Asked::default();
    let find = desktop(&[SCHWA], &asked);
    let (go, wait) = mpsc::channel::<()>();
    let _finder = FontFinder::spawn_with(&ctx, hack_alone(), move || {
        wait.recv().ok()?;
        Some(find)
    })
    .unwrap();
    // The fonts are still being listed: the window goes on without them.
    assert!(!draws(&ctx, text));
    assert!(asked.lock().unwrap().is_empty());
    go.send(()).unwrap();
    assert!(wait_until(|| draws(&ctx, text)));
    let asked = asked.lock().unwrap();
    for sign in COMMON.chars().chain([SCHWA]) {
        assert!(asked.iter().any(|(known, _, _)| *known == sign), "{sign}");
    }
    assert_eq!(
        asked.first().map(|(sign, _, _)| *sign),
        COMMON.chars().next()
    );
    for (sign, _, name) in asked.iter() {
        assert_eq!(
            name.as_deref(),
            Some(THREAD),
            "{sign} was looked for in the way"
        );
    }
}

#[test]
fn what_no_font_has_is_asked_for_once_and_stays_a_box() {
    let ctx = window();
    let asked = Asked::default();
    let find = desktop(&[SCHWA], &asked);
    let _finder = FontFinder::spawn_with(&ctx, hack_alone(), move || Some(find)).unwrap();
    let text = format!("{NOWHERE}");
    let times = |asked: &Asked| {
        let asked = asked.lock().unwrap();
        asked.iter().filter(|(sign, _, _)| *sign == NOWHERE).count()
    };
    assert!(wait_until(|| !draws(&ctx, &text) && times(&asked) > 0));
    // Another sign has all text laid out anew.
    assert!(wait_until(|| draws(&ctx, "Ə")));
    for _ in 0..20 {
        assert!(!draws(&ctx, &text));
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(times(&asked), 1);
}

#[test]
fn other_shapes_of_han_are_looked_for_anew() {
    let ctx = window();
    let asked = Asked::default();
    let find = desktop(&[SCHWA], &asked);
    let mut finder = FontFinder::spawn_with(&ctx, hack_alone(), move || Some(find)).unwrap();
    let name = || {
        draws(&ctx, "Ə");
        let fonts = ctx.fonts(|fonts| fonts.discovered_fonts().len());
        assert_eq!(fonts, 0, "the window itself discovers none");
        let asked = asked.lock().unwrap();
        let schwas = asked.iter().filter(|(sign, _, _)| *sign == SCHWA);
        schwas.map(|(_, han, _)| *han).next_back()
    };
    let first = finder.han;
    assert!(wait_until(|| name() == Some(first)));
    let other = if first == Han::Korean {
        Han::Simplified
    } else {
        Han::Korean
    };
    finder.choose(other);
    assert!(wait_until(|| name() == Some(other)));
    assert!(wait_until(|| draws(&ctx, "Ə")));
    let before = asked.lock().unwrap().len();
    finder.choose(other);
    assert!(draws(&ctx, "Ə"));
    thread::sleep(Duration::from_millis(50));
    assert_eq!(asked.lock().unwrap().len(), before, "they are there");
}

#[test]
fn without_fonts_of_the_desktop_the_window_goes_on() {
    let ctx = window();
    let mut finder = FontFinder::spawn_with(&ctx, hack_alone(), || None).unwrap();
    thread::sleep(Duration::from_millis(50));
    assert!(!draws(&ctx, "Ə"));
    finder.choose(Han::Korean);
    finder.choose(Han::Traditional);
    assert!(draws(&ctx, "plain"));
}

#[test]
fn japanese_chinese_and_korean_are_drawn_where_the_desktop_has_fonts() {
    let has = DesktopFonts::list().is_some_and(|mut fonts| {
        let mut find = |sign| fonts.find(sign, false, Han::Japanese).is_some();
        find('日') && find('한')
    });
    if !has {
        println!("skipped: needs fonts with Japanese and Korean signs");
        return;
    }
    let ctx = egui::Context::default();
    crate::gui::theme::install(&ctx);
    let names = "手書き数字 手写数字 손글씨 숫자 Рукописные цифры Χειρόγραφα";
    assert!(!draws(&ctx, names));
    let _finder = FontFinder::spawn(&ctx).unwrap();
    assert!(wait_until(|| draws(&ctx, names)));
}
