//! Sources made up to be caught by the checker, and sources it must let pass.

use super::{MAX_LINES, Violation, check};

/// Lines on which `source`, as the file `file`, is refused.
fn refused(file: &str, source: &str) -> Vec<usize> {
    let found = check(file, &format!("//! Doc.\n{source}"));
    found.iter().map(|violation| violation.line - 1).collect()
}

#[test]
fn imports_to_the_right_are_caught() {
    for (file, source) in [
        ("data/mod.rs", "use crate::model::Knob;"),
        ("data/idx.rs", "fn f() -> crate::analysis::Pca { todo!() }"),
        ("analysis/pca.rs", "use crate::data::Images;"),
        ("model/mod.rs", "use crate::train::Trainer;"),
        ("model/mod.rs", "pub(crate) use crate::train::Trainer;"),
        ("train/mod.rs", "use crate::store;"),
        ("store/mod.rs", "use crate::engine as e;"),
        ("engine/mod.rs", "use crate::gui::Action;"),
        ("cli/mod.rs", "use crate::gui::run;"),
        ("gui/mod.rs", "use crate::cli::Args;"),
        ("gui.rs", "use hourglass::cli::Args;"),
        (
            "data/mod.rs",
            "macro_rules! m { () => { $crate::gui::x() } }",
        ),
        ("data/mod.rs", "fn f(_: (crate::gui::A, u8)) {}"),
        ("data/mod.rs", "fn f() { for _ in crate::gui::all() {} }"),
        ("data/mod.rs", "fn f() { A { a, ..crate::gui::DEFAULT } }"),
        ("data/mod.rs", "type A = <crate::gui::A as B>::C;"),
    ] {
        assert_eq!(refused(file, source), [1], "{file}: {source}");
    }
}

#[test]
fn ways_around_are_caught() {
    for (file, source) in [
        ("data/idx.rs", "use super::super::model::Knob;"),
        ("data/mod.rs", "use super::gui;"),
        ("data/mod.rs", "use self::super::gui::A;"),
        ("data/mod.rs", "mod inner { use super::super::gui::A; }"),
        ("data/mod.rs", "use crate::*;"),
        ("data/mod.rs", "use crate as root;"),
        ("data/mod.rs", "use crate::{self as root};"),
        ("data/idx.rs", "use super::super::*;"),
        ("data/mod.rs", "use crate::Shortcut;"),
        ("data/mod.rs", "use {std::fs, crate::gui};"),
        (
            "engine/mod.rs",
            "use crate::{data::{self, Images as I}, gui::{A, B}};",
        ),
    ] {
        assert!(!refused(file, source).is_empty(), "{file}: {source}");
    }
}

#[test]
fn imports_to_the_left_pass() {
    for (file, source) in [
        (
            "model/mod.rs",
            "use crate::{analysis::pca::Pca, data::{self, Images as I}};",
        ),
        (
            "model/variants/deep.rs",
            "use super::super::losses::Loss; use super::*;",
        ),
        (
            "model/mod.rs",
            "mod inner { use super::losses; pub(super) fn f() {} }",
        ),
        (
            "data/mod.rs",
            "pub(crate) struct A; pub(in crate::data) struct B; mod idx; use self::idx::C;",
        ),
        (
            "gui/app.rs",
            "use crate::engine::Command; use egui::Ui; use eframe::App;",
        ),
        (
            "analysis/mod.rs",
            "use rayon::prelude::*; use faer::{Mat, Par}; fn f() { Par::rayon(0); }",
        ),
        (
            "engine/mod.rs",
            "use std::thread; use crossbeam_channel::Sender; use burn::tensor::Tensor;",
        ),
        (
            "main.rs",
            "use hourglass::{cli, gui}; fn main() { hourglass::engine::f() }",
        ),
        (
            "lib.rs",
            "pub mod gui; pub use crate::gui::run; pub use eframe::Result;",
        ),
        (
            "data/mod.rs",
            "fn f(burn: u8, hourglass: u8) -> u8 { x.gui.egui + burn + hourglass }",
        ),
    ] {
        assert_eq!(refused(file, source), [0; 0], "{file}: {source}");
    }
}

#[test]
fn foreign_crates_are_caught() {
    for (file, source) in [
        ("data/mod.rs", "use burn::tensor::Tensor;"),
        ("data/mod.rs", "extern crate burn;"),
        ("data/mod.rs", "use burn as b;"),
        ("data/mod.rs", "use ::burn::tensor::Tensor;"),
        ("analysis/pca.rs", "fn f(_: burn::Device) {}"),
        ("analysis/pca.rs", "fn f(_: ::egui::Ui) {}"),
        ("analysis/pca.rs", "use eframe::App;"),
        ("model/mod.rs", "use egui_plot::Plot;"),
        ("store/mod.rs", "use rfd::FileDialog;"),
        ("cli/mod.rs", "use egui::Color32;"),
        ("train/mod.rs", "use std::{fs, thread};"),
        ("model/mod.rs", "fn f() { std::thread::spawn(g); }"),
        ("model/mod.rs", "use rayon::prelude::*;"),
        ("train/mod.rs", "use crossbeam_channel::Sender;"),
        ("gui/mod.rs", "use burn::backend::Flex;"),
        ("gui/mod.rs", "use burn_wgpu::init;"),
        ("gui/mod.rs", "fn f(codes: &Tensor<2>) {}"),
        ("main.rs", "fn f(_: egui::Ui) {}"),
        ("main.rs", "use eframe::{NativeOptions, egui};"),
    ] {
        assert_eq!(refused(file, source), [1], "{file}: {source}");
    }
}

#[test]
fn comments_literals_and_tests_are_not_read() {
    for source in [
        "// use crate::gui::A;",
        "/// See [`crate::gui::A`].\nstruct B;",
        "/* outer /* use crate::gui::A; */ use crate::gui::A; */",
        r#"const A: &str = "use \" crate::gui::A;";"#,
        r##"const A: &str = r#"" crate::gui::A;"#;"##,
        "const A: &[u8] = b\"crate::gui::A\";",
        "#[cfg(test)]\nmod tests { use crate::gui::A; fn f() { {} } }",
        "#[cfg(test)]\n#[path = \"x.rs\"]\nuse crate::{gui::A};",
        "#![cfg(test)]\nuse crate::gui::A;",
    ] {
        assert_eq!(refused("data/mod.rs", source), [0; 0], "{source}");
    }
}

#[test]
fn reading_goes_on_behind_what_is_not_read() {
    for before in [
        "/* a /* b */ c */",
        r#"const A: &str = "\\";"#,
        r#"const A: &str = "\"";"#,
        r##"const A: &str = r#"a"b"#;"##,
        "const A: char = '\"';",
        r"const A: char = '\'';",
        r"const A: char = '\u{1F600}';",
        "fn f<'a>(x: &'a str) -> &'a str { x }",
        "#[cfg(test)]\nmod tests { fn f() { {} } }",
        "#[cfg(test)]\nconst A: [u8; 2] = [1, 2];",
        "fn r#mod() {}",
        "mod inner { pub fn f() {} }",
        "use std::{};",
    ] {
        let line = before.lines().count() + 1;
        let source = format!("{before}\nuse super::gui::A;");
        assert_eq!(refused("data/mod.rs", &source), [line], "{source}");
    }
}

#[test]
fn the_line_of_a_grouped_import_is_its_own() {
    let source = "use crate::{\n    data::Images,\n    gui::{\n        A,\n        B,\n    },\n};";
    assert_eq!(refused("engine/mod.rs", source), [4, 5]);
}

#[test]
fn unknown_layers_are_caught() {
    assert_eq!(refused("helpers/mod.rs", "fn f() {}"), [0]);
    assert_eq!(refused("helpers.rs", "fn f() {}"), [0]);
}

#[test]
fn form_is_checked() {
    let long = format!("//! Doc.\n{}", "fn f() {}\n".repeat(MAX_LINES));
    let found = check("data/mod.rs", &long);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].what, "451 lines, where 450 are the limit");
    assert!(check("data/mod.rs", long.trim_end().rsplit_once('\n').unwrap().0).is_empty());
    assert_eq!(check("lib.rs", "pub mod data;\n").len(), 1);
    assert_eq!(check("lib.rs", "// Not a module doc.\n").len(), 1);
}

#[test]
fn a_violation_names_file_line_and_import() {
    let found = check("data/idx.rs", "//! Doc.\n\nuse crate::gui::Action;\n");
    let what = "`crate::gui::Action`: `data` may not name `gui`".to_owned();
    assert_eq!(
        found,
        [Violation {
            file: "data/idx.rs".to_owned(),
            line: 3,
            what
        }]
    );
    assert_eq!(
        found[0].to_string(),
        "data/idx.rs:3: `crate::gui::Action`: `data` may not name `gui`"
    );
}
