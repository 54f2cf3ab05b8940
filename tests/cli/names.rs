//! Names of files, classes and runs that hold what a terminal would obey: nothing of it reaches one.

#![cfg(target_os = "linux")]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::Output;

use hourglass::store::{self, session::Session};
use serde_json::Value;

use super::{program, success, train, workplace};

/// A colour, a cleared screen, a title, a line break, a return, a bell, a C1 sequence, and an override of
/// the direction of writing.
const HOSTILE: &str = "a\u{1b}[31m\u{1b}[2J\u{1b}]0;t\u{7}b\nc\r\u{8}\u{9b}5md\u{202e}gnp\u{2028}e";

/// The same, with bytes that are no UTF-8.
fn no_utf8() -> OsString {
    let mut name = HOSTILE.as_bytes().to_vec();
    name.extend([0xff, 0xfe, 0x9b]);
    OsStr::from_bytes(&name).to_owned()
}

/// Checks that nothing is said that a terminal would obey; returns what is said.
fn harmless(output: &Output) -> (String, String) {
    let said = [&output.stdout, &output.stderr].map(|bytes| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        let is_obeyed = |letter: char| {
            (letter.is_control() && letter != '\n') || "\u{202e}\u{2028}".contains(letter)
        };
        assert!(!text.contains(is_obeyed), "{text:?}");
        text
    });
    said.into()
}

fn run(folder: &Path, arguments: &[&OsStr]) -> Output {
    let mut command = program(folder, &[]);
    command.args(arguments).output().unwrap()
}

fn words(text: &str) -> Vec<&OsStr> {
    text.split(' ').map(OsStr::new).collect()
}

/// A run and a session whose names are hostile, in a place whose name is.
fn hostile_run(folder: &Path, place: &OsStr) {
    train(folder, "--latent 3 --epochs 1", "run");
    let mut kept = store::open_run(&folder.join("run")).unwrap();
    HOSTILE.clone_into(&mut kept.config.name);
    store::save_run(&folder.join(place), &kept, None).unwrap();
}

#[test]
fn hostile_names_of_runs_and_folders_are_spelled_out() {
    for place in [OsString::from(HOSTILE), no_utf8()] {
        let folder = workplace();
        let at = folder.path();
        hostile_run(at, &place);
        let mut csv = place.clone();
        csv.push(".csv");
        for arguments in [
            [words("eval --device flex"), vec![&place]].concat(),
            [
                words("export --what curves --out"),
                vec![&csv, &place, OsStr::new("run")],
            ]
            .concat(),
            [words("train --epochs 1 --resume"), vec![&place]].concat(),
            [words("train --json --epochs 1 --resume"), vec![&place]].concat(),
            [words("train --resume"), vec![&place]].concat(),
        ] {
            let output = run(at, &arguments);
            let (_, errors) = harmless(&output);
            assert!(output.status.success(), "{arguments:?}: {errors}");
        }
        assert!(at.join(&csv).exists());
        for arguments in [
            [words("eval"), vec![&csv]].concat(),
            [
                words("train --dataset data --device flex --out"),
                vec![&place],
            ]
            .concat(),
            [
                words("import"),
                vec![&csv, OsStr::new("--out"), OsStr::new("x")],
            ]
            .concat(),
            [words("session"), vec![&place]].concat(),
            [
                words("train --weights"),
                vec![&csv, OsStr::new("--dataset"), OsStr::new("data")],
            ]
            .concat(),
            vec![&place],
            [words("list"), vec![&place]].concat(),
            [words("train --lr"), vec![&place]].concat(),
        ] {
            let output = run(at, &arguments);
            let (_, errors) = harmless(&output);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
            assert_eq!(errors.lines().count(), 1, "{arguments:?}: {errors}");
            assert!(errors.starts_with("hourglass: "), "{errors}");
        }
    }
}

#[test]
fn the_sentence_spells_what_the_name_is() {
    let folder = workplace();
    let at = folder.path();
    hostile_run(at, OsStr::new(HOSTILE));
    let output = run(
        at,
        &[
            words("train --dataset data --out"),
            vec![OsStr::new(HOSTILE)],
        ]
        .concat(),
    );
    let (_, errors) = harmless(&output);
    let spelled =
        r"a\u001b[31m\u001b[2J\u001b]0;t\u0007b\nc\r\u0008\u009b5md\u202egnp\u2028e holds";
    assert!(errors.contains(spelled), "{errors}");
}

#[test]
fn json_tells_the_very_names() {
    let folder = workplace();
    let at = folder.path();
    hostile_run(at, OsStr::new(HOSTILE));
    let session = Session::create(&at.join("study\u{1b}[0m")).unwrap();
    let mut writer = session.begin().unwrap();
    writer.copy(1, HOSTILE, &at.join("run")).unwrap();
    writer.finish("").unwrap();
    drop(session);
    let output = run(at, &words("session --json study\u{1b}[0m"));
    harmless(&output);
    let told: Value = serde_json::from_str(&success(output)).unwrap();
    assert_eq!(told["session"], "study\u{1b}[0m");
    assert_eq!(told["runs"][0]["name"], HOSTILE);
    let output = run(
        at,
        &[
            words("train --json --epochs 1 --resume"),
            vec![OsStr::new(HOSTILE)],
        ]
        .concat(),
    );
    harmless(&output);
    let last = success(output).lines().last().unwrap().to_owned();
    let last: Value = serde_json::from_str(&last).unwrap();
    assert_eq!(last["run"], HOSTILE);
    let output = run(at, &words("eval study\u{1b}[0m#7"));
    let (_, errors) = harmless(&output);
    assert!(errors.contains(r"study\u001b[0m#1 (a\u001b"), "{errors}");
}

#[test]
fn hostile_names_of_pictures_and_classes_are_spelled_out() {
    for place in [OsString::from(HOSTILE), no_utf8()] {
        let folder = workplace();
        let at = folder.path();
        let class = at.join("photos").join(&place);
        fs::create_dir_all(&class).unwrap();
        fs::create_dir_all(at.join("photos/other")).unwrap();
        for number in 0..6_u8 {
            let picture =
                image::GrayImage::from_fn(9, 9, |x, y| image::Luma([(x * 20 + y) as u8 + number]));
            for folder in [&class, &at.join("photos/other")] {
                picture.save(folder.join(format!("{number}.png"))).unwrap();
            }
        }
        let mut broken = place.clone();
        broken.push(".png");
        fs::write(class.join(&broken), "no picture").unwrap();
        let output = run(at, &words("data photos"));
        let (said, errors) = harmless(&output);
        assert!(output.status.success(), "{errors}");
        assert!(said.contains(r"a\u001b[31m"), "{said}");
        let output = run(at, &words("data photos --json"));
        harmless(&output);
        let told: Value = serde_json::from_str(&success(output)).unwrap();
        let classes = told["classes"].to_string();
        let expected = match place.to_str() {
            Some(name) => Value::String(name.to_owned()).to_string(),
            // Bytes that are no text are told by their numbers.
            None => r"\\xFF".to_owned(),
        };
        assert!(classes.contains(&expected), "{classes}");
        assert_eq!(told["skipped_count"], 1, "{told}");
        for json in ["", " --json"] {
            let train = format!(
                "train --dataset photos --device flex --batch 4 --epochs 1 --replace --out out{json}"
            );
            let output = run(at, &words(&train));
            let (said, errors) = harmless(&output);
            assert!(output.status.success(), "{errors}");
            assert!(!said.is_empty());
        }
        let mut request = OsString::from("photos/");
        request.push(&place);
        let output = run(at, &[words("data"), vec![&request]].concat());
        harmless(&output);
    }
}
