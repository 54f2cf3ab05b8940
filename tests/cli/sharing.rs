//! Share strings on the command line.

use std::fs;

use super::{failure, file, hourglass, program, success, train, workplace};

/// Trains on the built-in digits.
fn train_glyphs(folder: &std::path::Path) {
    let arguments = format!("train --device flex --json --out one {OPTIONS}");
    success(hourglass(folder, &arguments));
}

/// A run that can be shared: for one epoch of few images.
const OPTIONS: &str = "--dataset glyphs --limit 64 --epochs 1 --latent 4 --seed 11";

#[test]
fn a_run_is_shared_and_trained_again_to_the_same_weights() {
    let folder = workplace();
    train_glyphs(folder.path());
    let text = success(hourglass(folder.path(), "share one"));
    let text = text.trim();
    assert!(
        !text.contains(char::is_whitespace) && text.len() < 700,
        "{text}"
    );
    let from_file = success(hourglass(folder.path(), "share one/run.toml"));
    assert_eq!(from_file.trim(), text);
    let arguments = ["train", "--share", text, "--out", "two", "--json"];
    success(program(folder.path(), &arguments).output().unwrap());
    let weights = |run: &str| file(folder.path(), &format!("{run}/weights.safetensors"));
    assert!(weights("one") == weights("two"), "another run");
    let arguments = [
        "train", "--share", text, "--out", "three", "--json", "--seed", "12",
    ];
    success(program(folder.path(), &arguments).output().unwrap());
    assert!(weights("one") != weights("three"), "options change it");
}

#[test]
fn locks_go_into_the_text_and_names_are_checked() {
    let folder = workplace();
    train_glyphs(folder.path());
    let plain = success(hourglass(folder.path(), "share one"));
    let locked = success(hourglass(
        folder.path(),
        "share one --lock latent,lr --hide device",
    ));
    assert_ne!(plain, locked);
    let sentence = failure(&hourglass(folder.path(), "share one --lock latent,door"), 2);
    assert!(
        sentence.contains("\"door\"") && sentence.contains("weight-decay"),
        "{sentence}"
    );
}

#[test]
fn what_cannot_be_shared_is_told() {
    let folder = workplace();
    train(folder.path(), "--epochs 1", "one");
    let sentence = failure(&hourglass(folder.path(), "share one"), 2);
    assert!(
        sentence.contains("\"data\"") && sentence.contains("glyphs"),
        "{sentence}"
    );
    let sentence = failure(&hourglass(folder.path(), "share nowhere"), 2);
    assert!(
        sentence.contains("there is nothing at nowhere: name the folder of a kept run"),
        "{sentence}"
    );
    fs::write(folder.path().join("text"), "no run").unwrap();
    failure(&hourglass(folder.path(), "share text"), 2);
}

#[test]
fn a_text_that_is_no_share_string_is_bad_input() {
    let folder = workplace();
    let cases = [
        ("train --out out --share hello", "no share string"),
        ("train --out out --share AAAA", "version 0"),
        ("train --out out --share _w", "newer Hourglass"),
        ("--share hello", "no share string"),
        ("train --share AAAA --config a.toml", "cannot be used with"),
        ("--share AAAA --open run", "cannot be used with"),
    ];
    for (arguments, words) in cases {
        let sentence = failure(&hourglass(folder.path(), arguments), 2);
        assert!(sentence.contains(words), "{arguments}: {sentence}");
    }
    let empty = program(folder.path(), &["train", "--share", " "]);
    let mut empty = empty;
    let sentence = failure(&empty.output().unwrap(), 2);
    assert!(sentence.contains("there is no text"), "{sentence}");
    assert!(!folder.path().join("out").exists());
}

#[test]
fn the_window_takes_one() {
    let folder = workplace();
    train_glyphs(folder.path());
    let text = success(hourglass(folder.path(), "share one"));
    // Far enough to want a display, which there is none of here.
    let sentence = failure(
        &program(folder.path(), &["--share", text.trim()])
            .output()
            .unwrap(),
        2,
    );
    assert!(sentence.contains("needs a display"), "{sentence}");
}
