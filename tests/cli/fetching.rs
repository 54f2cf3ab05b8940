//! `hourglass fetch`, and what was fetched as data to train on.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use hourglass::data::fetch::{Fetcher, MNIST, Patience, ProxyChoice, RemoteFile, Set, Shelf};
use hourglass::data::{NoMeter, hex};
use sha2::Digest as _;

use super::server::{Asked, Reply, Server, answer_of, closed_port};
use super::{TEST, TRAIN, failure, hourglass, images, objects, program, success, workplace};

/// Fetches MNIST from this server alone.
fn fetch_from(folder: &Path, url: &str) -> Output {
    let mut program = program(folder, &["fetch", "mnist"]);
    program.env("HOURGLASS_MIRROR", url).output().unwrap()
}

/// Puts a small set where MNIST lies once it was fetched.
fn shelve(folder: &Path) {
    let set = folder.join("datasets/mnist");
    fs::create_dir_all(&set).unwrap();
    let labels = |count: u32| super::idx(0x801, &[count], &vec![3; count as usize]);
    for (name, bytes) in [
        (TRAIN, images(64, 8)),
        (TEST, images(16, 8)),
        ("train-labels-idx1-ubyte", labels(64)),
        ("t10k-labels-idx1-ubyte", labels(16)),
    ] {
        fs::write(set.join(format!("{name}.gz")), bytes).unwrap();
    }
}

/// Names and bytes of the files of a set.
type Files = Vec<(&'static str, Vec<u8>)>;

/// Answers with the file that was asked for, but breaks off in the middle of the first answer.
fn breaks_once(files: Files) -> impl Fn(&Asked, usize) -> Reply {
    move |asked, before| {
        let found = files.iter().find(|(name, _)| asked.path.ends_with(name));
        let Some((_, bytes)) = found else {
            return Reply::Status("404 Not Found");
        };
        if before == 0 {
            let half = &bytes[..bytes.len() / 2];
            return Reply::Raw(answer_of("200 OK", Some(bytes.len()), half));
        }
        Reply::Served(bytes.clone())
    }
}

/// Checks that the second question was for the rest of the first file.
fn went_on(server: &Server, first: &[u8]) {
    let asked = server.asked();
    assert_eq!(asked[0].path, asked[1].path, "{asked:?}");
    assert_eq!(asked[1].from, Some(first.len() as u64 / 2), "{asked:?}");
    assert_eq!(asked.len(), 5, "four files and one break: {asked:?}");
}

/// Small files under the names of MNIST's.
fn small_files() -> Files {
    let labels = |count: u32| super::idx(0x801, &[count], &vec![3; count as usize]);
    let bytes = [images(64, 8), labels(64), images(16, 8), labels(16)];
    MNIST
        .files
        .iter()
        .map(|file| file.name)
        .zip(bytes)
        .collect()
}

#[test]
fn a_fetch_that_breaks_off_once_goes_on_and_is_trained_on() {
    let folder = workplace();
    let files = small_files();
    let described = files.iter().map(|(name, bytes)| RemoteFile {
        name,
        bytes: bytes.len() as u64,
        sha256: hex(&sha2::Sha256::digest(bytes)).leak(),
    });
    let set = Set {
        files: described.collect::<Vec<_>>().leak(),
        ..MNIST
    };
    let server = Server::start(breaks_once(files.clone()));
    let fetcher = Fetcher {
        shelf: Shelf::at(folder.path().join("datasets")),
        mirror: Some(server.url()),
        patience: Patience::default(),
        proxy: ProxyChoice::Direct,
    };
    fetcher.fetch(&set, &NoMeter).unwrap();
    went_on(&server, &files[0].1);
    let arguments = "train --dataset mnist --device flex --batch 16 --epochs 1 --json --out out";
    let events = objects(&success(hourglass(folder.path(), arguments)));
    assert_eq!(events[0]["train_images"], 64);
    assert_eq!(events.last().unwrap()["event"], "finished");
}

/// The files of MNIST as they were published, where a folder of them is named.
fn published(test: &str) -> Option<Files> {
    let Some(folder) = std::env::var_os("HOURGLASS_MNIST").map(std::path::PathBuf::from) else {
        println!("skipped: {test} (HOURGLASS_MNIST names no folder)");
        return None;
    };
    // Files that were packed anew have the same images, but other bytes.
    let read = |file: &RemoteFile| {
        let bytes = fs::read(folder.join(file.name)).ok()?;
        (bytes.len() as u64 == file.bytes).then_some((file.name, bytes))
    };
    let files: Option<Files> = MNIST.files.iter().map(read).collect();
    if files.is_none() {
        println!("skipped: {test} (HOURGLASS_MNIST holds other files than the published ones)");
    }
    files
}

#[test]
fn mnist_is_fetched_checked_and_trained_on_from_the_command_line() {
    let Some(files) = published("mnist_is_fetched_checked_and_trained_on") else {
        return;
    };
    let folder = workplace();
    let server = Server::start(breaks_once(files.clone()));
    let said = success(fetch_from(folder.path(), &server.url()));
    assert!(said.contains("train on it with --dataset mnist"), "{said}");
    went_on(&server, &files[0].1);
    for (name, bytes) in &files {
        let kept = fs::read(folder.path().join("datasets/mnist").join(name)).unwrap();
        assert!(kept == *bytes, "{name}");
    }
    let arguments = "train --dataset mnist --limit 2000 --latent 3 --device flex --batch 64 --epochs 1 --json --out out";
    let events = objects(&success(hourglass(folder.path(), arguments)));
    assert_eq!(events[0]["train_images"], 2000);
    assert_eq!(events[0]["test_images"], 10_000);
    // A second time nothing is asked for.
    success(fetch_from(folder.path(), &server.url()));
    assert_eq!(server.asked().len(), 5);
}

#[test]
fn a_tunnel_is_asked_of_the_proxy_for_https() {
    let folder = workplace();
    for variable in ["HTTPS_PROXY", "https_proxy"] {
        let proxy = Server::start(|_, _| Reply::Status("404 Not Found"));
        let mut command = program(folder.path(), &["fetch", "mnist"]);
        command
            .env("HOURGLASS_MIRROR", "https://far.invalid/")
            .env(variable, proxy.url());
        let sentence = failure(&command.output().unwrap(), 1);
        assert!(sentence.contains("https://far.invalid/"), "{sentence}");
        let asked = proxy.asked();
        assert!(!asked.is_empty(), "{variable}: nobody asked: {sentence}");
        assert_eq!(
            (asked[0].method.as_str(), asked[0].path.as_str()),
            ("CONNECT", "far.invalid:443")
        );
    }
}

#[test]
fn a_set_that_does_not_exist_is_bad_input() {
    let folder = workplace();
    let sentence = failure(&hourglass(folder.path(), "fetch cifar"), 2);
    for words in ["cifar", "mnist, fashion-mnist, kmnist"] {
        assert!(sentence.contains(words), "{sentence}");
    }
    assert!(!folder.path().join("datasets").exists());
}

#[test]
fn a_mirror_that_is_no_address_is_bad_input() {
    let folder = workplace();
    let sentence = failure(&fetch_from(folder.path(), "/home/me"), 2);
    assert!(
        sentence.contains("HOURGLASS_MIRROR must be an address"),
        "{sentence}"
    );
}

#[test]
fn who_is_offline_hears_what_was_tried() {
    let folder = workplace();
    let url = closed_port();
    let sentence = failure(&fetch_from(folder.path(), &url), 1);
    for words in ["MNIST", "offline", &url, "refused"] {
        assert!(sentence.contains(words), "no {words} in {sentence}");
    }
}

#[test]
fn what_a_server_does_wrong_is_told() {
    let folder = workplace();
    let size = 9_912_422;
    type Case = (&'static str, fn() -> Reply, &'static str);
    let cases: &[Case] = &[
        ("absent", || Reply::Status("404 Not Found"), "404 Not Found"),
        (
            "another page",
            || Reply::Whole(b"<html>Log in to the network</html>".to_vec()),
            "announced 34 bytes, expected 9912422",
        ),
        (
            "wrong bytes",
            || Reply::Whole(vec![7; 9_912_422]),
            "expected SHA-256 440fcabf73cc",
        ),
        (
            "a break",
            || Reply::Raw(answer_of("200 OK", Some(9_912_422), &[])),
            "MNIST could not be fetched",
        ),
    ];
    for (name, reply, words) in cases {
        let reply = *reply;
        let server = Server::start(move |_, _| reply());
        let sentence = failure(&fetch_from(folder.path(), &server.url()), 1);
        assert!(sentence.contains(words), "{name}: {sentence}");
        assert!(sentence.contains("train-images"), "{name}: {sentence}");
        let asked = server.asked();
        assert_eq!(asked[0].path, "/mnist/train-images-idx3-ubyte.gz");
    }
    let set = folder.path().join("datasets/mnist");
    assert!(
        !set.join("train-images-idx3-ubyte.gz").exists(),
        "{size} wrong bytes"
    );
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_at_once_and_keeps_what_has_arrived() {
    let folder = workplace();
    let server =
        Server::start(|_, _| Reply::Stall(answer_of("200 OK", Some(9_912_422), &[7; 5000])));
    let child = program(folder.path(), &["fetch", "mnist"])
        .env("HOURGLASS_MIRROR", server.url())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let part = folder
        .path()
        .join("datasets/mnist/train-images-idx3-ubyte.gz.part");
    let since = std::time::Instant::now();
    while fs::metadata(&part).map_or(0, |about| about.len()) < 5000 {
        assert!(since.elapsed().as_secs() < 60, "nothing arrives");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    super::interruptions::interrupt(&child);
    let sentence = failure(&child.wait_with_output().unwrap(), 130);
    assert!(
        sentence.contains("was cancelled") && sentence.contains("is kept"),
        "{sentence}"
    );
    assert_eq!(fs::read(&part).unwrap(), vec![7; 5000]);
}

#[test]
fn a_proxy_is_taken_from_the_environment() {
    let folder = workplace();
    let proxy = Server::start(|_, _| Reply::Status("404 Not Found"));
    let mut command = program(folder.path(), &["fetch", "mnist"]);
    command
        .env("HOURGLASS_MIRROR", "http://far.invalid/")
        .env("ALL_PROXY", proxy.url());
    let sentence = failure(&command.output().unwrap(), 1);
    assert!(sentence.contains("http://far.invalid/"), "{sentence}");
    let asked = proxy.asked();
    assert!(!asked.is_empty(), "nobody asked the proxy: {sentence}");
    let names_host = |path: &str| path.contains("far.invalid");
    assert!(names_host(&asked[0].path), "{asked:?}");

    let before = proxy.asked().len();
    let mut command = program(folder.path(), &["fetch", "mnist"]);
    command
        .env("HOURGLASS_MIRROR", "http://far.invalid/")
        .env("ALL_PROXY", proxy.url())
        .env("NO_PROXY", "far.invalid");
    failure(&command.output().unwrap(), 1);
    assert_eq!(proxy.asked().len(), before, "asked although it must not");
}

#[test]
fn a_shelf_that_cannot_be_written_is_told() {
    let folder = workplace();
    fs::write(folder.path().join("datasets"), "in the way").unwrap();
    let sentence = failure(&hourglass(folder.path(), "fetch kmnist"), 1);
    assert!(sentence.contains("could not be written"), "{sentence}");
}

#[test]
fn a_set_that_is_not_here_yet_says_how_to_fetch_it() {
    let folder = workplace();
    let arguments = "train --dataset fashion-mnist --device flex --out out";
    let sentence = failure(&hourglass(folder.path(), arguments), 2);
    for words in ["Fashion-MNIST", "31 MB", "hourglass fetch fashion-mnist"] {
        assert!(sentence.contains(words), "no {words} in {sentence}");
    }
    assert!(!folder.path().join("out").exists());
}

#[test]
fn a_set_that_was_fetched_is_trained_on_by_its_name() {
    let folder = workplace();
    shelve(folder.path());
    let arguments = "train --dataset mnist --device flex --batch 16 --epochs 1 --json --out out";
    let events = objects(&success(hourglass(folder.path(), arguments)));
    assert_eq!(events[0]["dataset"], "mnist");
    assert_eq!(events[0]["train_images"], 64);
}

#[test]
fn the_list_says_what_was_fetched() {
    let folder = workplace();
    shelve(folder.path());
    let list = success(hourglass(folder.path(), "list datasets --json"));
    let all = objects(list.trim());
    let entries = all[0].as_array().unwrap();
    let entry = |id: &str| entries.iter().find(|entry| entry["id"] == id).unwrap();
    assert_eq!(entry("mnist")["fetched"], true);
    assert_eq!(entry("kmnist")["fetched"], false);
    assert_eq!(entry("glyphs")["fetched"], Value::Null);
    let list = success(hourglass(folder.path(), "list datasets"));
    assert!(list.contains("hourglass fetch kmnist (21 MB)"), "{list}");
}
