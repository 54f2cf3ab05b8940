//! Fetching from servers that behave well and badly.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::*;
use crate::data::{Meter, NoMeter, hex};
use server::{Asked, Reply, Server, answer_of, closed_port};

#[path = "../../../tests/common/server.rs"]
pub(crate) mod server;

#[path = "faults_tests.rs"]
mod faults;

/// Bytes of the larger file: some hundred chunks.
const LARGE: usize = 300_000;

/// The bytes of both files.
fn contents() -> [Vec<u8>; 2] {
    let noise = |seed: u32, count: usize| {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..count).map(|_| next()).collect()
    };
    [noise(1, LARGE), noise(2, 500)]
}

/// A set of two files that are as they should be.
fn small_set() -> &'static Set {
    let names = ["large.gz", "small.gz"];
    let files: Vec<RemoteFile> = names
        .into_iter()
        .zip(contents())
        .map(|(name, bytes)| RemoteFile {
            name,
            bytes: bytes.len() as u64,
            sha256: hex(&Sha256::digest(&bytes)).leak(),
        })
        .collect();
    Box::leak(Box::new(Set {
        id: "tiny",
        name: "Tiny",
        summary: "Two files.",
        classes: &[],
        files: files.leak(),
        mirrors: &[],
    }))
}

/// The same set with mirrors.
fn set_with(mirrors: &[String]) -> &'static Set {
    let set = small_set();
    let mirrors: Vec<&'static str> = mirrors
        .iter()
        .map(|mirror| &*mirror.clone().leak())
        .collect();
    Box::leak(Box::new(Set {
        mirrors: mirrors.leak(),
        ..*set
    }))
}

/// The file that a path asks for, as it should be.
fn body(path: &str) -> Vec<u8> {
    let [large, small] = contents();
    match path.rsplit('/').next() {
        Some("large.gz") => large,
        Some("small.gz") => small,
        other => panic!("nobody should ask for {other:?}"),
    }
}

fn good() -> Server {
    Server::start(|asked, _| Reply::Served(body(&asked.path)))
}

fn fetcher(folder: &TempDir) -> Fetcher {
    Fetcher {
        shelf: Shelf::at(folder.path()),
        mirror: None,
        patience: Patience {
            connect: Duration::from_secs(5),
            stall: Duration::from_millis(300),
            pause: Duration::from_millis(10),
        },
        proxy: ProxyChoice::Direct,
    }
}

/// Fetches from servers that behave like this, in order.
fn fetch_from(folder: &TempDir, servers: &[&Server]) -> Result<PathBuf, FetchError> {
    let mirrors: Vec<String> = servers.iter().map(|server| server.url()).collect();
    fetcher(folder).fetch(set_with(&mirrors), &NoMeter)
}

/// Checks that everything is there, and nothing else.
fn assert_whole(folder: &TempDir) {
    let set = folder.path().join("tiny");
    let mut found: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for entry in fs::read_dir(set).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        found.insert(name, fs::read(entry.path()).unwrap());
    }
    let [large, small] = contents();
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        [".lock", "large.gz", "small.gz"]
    );
    assert!(found["large.gz"] == large && found["small.gz"] == small);
}

fn ranges(server: &Server, file: &str) -> Vec<Option<u64>> {
    let is_meant = |asked: &Asked| asked.path.ends_with(file);
    let asked = server.asked();
    let meant = asked.into_iter().filter(is_meant);
    meant.map(|asked| asked.from).collect()
}

/// Writes down what it is told and cancels after so many bytes.
#[derive(Default)]
struct Recorder {
    told: Mutex<Vec<(u64, Option<u64>)>>,
    cancel_at: Option<u64>,
    done: AtomicU64,
    is_cancelled: AtomicBool,
}

impl Meter for Recorder {
    fn tell(&self, done: u64, total: Option<u64>) {
        self.told.lock().unwrap().push((done, total));
        self.done.store(done, Ordering::SeqCst);
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::SeqCst)
            || self
                .cancel_at
                .is_some_and(|at| self.done.load(Ordering::SeqCst) >= at)
    }
}

#[test]
fn a_set_arrives_and_tells_how_far_it_is() {
    let (folder, server) = (tempfile::tempdir().unwrap(), good());
    let set = set_with(&[server.url()]);
    let meter = Recorder::default();
    let found = fetcher(&folder).fetch(set, &meter).unwrap();
    assert_eq!(found, folder.path().join("tiny"));
    assert_whole(&folder);
    let told = meter.told.into_inner().unwrap();
    assert!(told.is_sorted(), "goes back");
    assert!(told.len() > 5, "{told:?}");
    let all = set.bytes();
    assert!(told.iter().all(|(_, total)| *total == Some(all)));
    assert_eq!(told.last().unwrap().0, all);
    assert!(Shelf::at(folder.path()).has(set));
}

#[test]
fn what_is_there_is_not_fetched_again_but_what_is_damaged_is() {
    let (folder, server) = (tempfile::tempdir().unwrap(), good());
    fetch_from(&folder, &[&server]).unwrap();
    fetch_from(&folder, &[&server]).unwrap();
    assert_eq!(server.asked().len(), 2, "asked again");
    let path = folder.path().join("tiny/small.gz");
    let mut bytes = fs::read(&path).unwrap();
    bytes[100] ^= 1;
    fs::write(&path, &bytes).unwrap();
    fs::write(folder.path().join("tiny/large.gz"), "short").unwrap();
    fetch_from(&folder, &[&server]).unwrap();
    assert_whole(&folder);
}

#[test]
fn a_break_is_followed_by_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let cut = LARGE / 3;
    let server = Server::start(move |asked, _| match (asked.path.as_str(), asked.from) {
        ("/large.gz", None) => {
            Reply::Raw(answer_of("200 OK", Some(LARGE), &body("large.gz")[..cut]))
        }
        _ => Reply::Served(body(&asked.path)),
    });
    fetch_from(&folder, &[&server]).unwrap();
    assert_whole(&folder);
    assert_eq!(ranges(&server, "large.gz"), [None, Some(cut as u64)]);
}

#[test]
fn another_day_goes_on_where_this_one_ended() {
    let (folder, server) = (tempfile::tempdir().unwrap(), good());
    let set = folder.path().join("tiny");
    fs::create_dir(&set).unwrap();
    let half = LARGE / 2;
    fs::write(set.join("large.gz.part"), &body("large.gz")[..half]).unwrap();
    fs::write(set.join("small.gz.part"), vec![0; 501]).unwrap();
    fetch_from(&folder, &[&server]).unwrap();
    assert_whole(&folder);
    assert_eq!(ranges(&server, "large.gz"), [Some(half as u64)]);
    assert_eq!(ranges(&server, "small.gz"), [None], "longer than it can be");
}

#[test]
fn a_part_that_is_whole_needs_no_server() {
    let folder = tempfile::tempdir().unwrap();
    let set = folder.path().join("tiny");
    fs::create_dir(&set).unwrap();
    for name in ["large.gz", "small.gz"] {
        fs::write(set.join(format!("{name}.part")), body(name)).unwrap();
    }
    let nowhere = set_with(&[closed_port()]);
    fetcher(&folder).fetch(nowhere, &NoMeter).unwrap();
    assert_whole(&folder);
}

#[test]
fn a_part_with_wrong_bytes_is_thrown_away() {
    let (folder, server) = (tempfile::tempdir().unwrap(), good());
    let set = folder.path().join("tiny");
    fs::create_dir(&set).unwrap();
    fs::write(set.join("large.gz.part"), vec![7; LARGE / 2]).unwrap();
    fetch_from(&folder, &[&server]).unwrap();
    assert_whole(&folder);
    assert_eq!(ranges(&server, "large.gz"), [Some(LARGE as u64 / 2), None]);
}

#[test]
fn a_server_that_ignores_ranges_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|asked, _| Reply::Whole(body(&asked.path)));
    let set = folder.path().join("tiny");
    fs::create_dir(&set).unwrap();
    fs::write(set.join("large.gz.part"), vec![7; 1000]).unwrap();
    fetch_from(&folder, &[&server]).unwrap();
    assert_whole(&folder);
}

#[test]
fn redirects_are_followed_but_not_without_end() {
    let folder = tempfile::tempdir().unwrap();
    let real = good();
    let to = real.url();
    let server = Server::start(move |asked, _| {
        Reply::Redirect(format!("{to}{}", asked.path.trim_start_matches('/')))
    });
    fetch_from(&folder, &[&server]).unwrap();
    assert_whole(&folder);

    let folder = tempfile::tempdir().unwrap();
    let circle = Server::start(|asked, _| Reply::Redirect(asked.path.clone()));
    let error = fetch_from(&folder, &[&circle]).unwrap_err().to_string();
    assert!(error.contains("redirects without end"), "{error}");
}

#[test]
fn cancelling_ends_at_once_and_keeps_what_has_arrived() {
    let folder = tempfile::tempdir().unwrap();
    let half = LARGE / 2;
    let server = Server::start(move |asked, _| match asked.from {
        None => Reply::Stall(answer_of("200 OK", Some(LARGE), &body("large.gz")[..half])),
        Some(_) => Reply::Served(body(&asked.path)),
    });
    let patient = Fetcher {
        patience: Patience::default(),
        ..fetcher(&folder)
    };
    let set = set_with(&[server.url()]);
    let meter = Recorder {
        cancel_at: Some(half as u64),
        ..Recorder::default()
    };
    let since = Instant::now();
    let error = patient.fetch(set, &meter).unwrap_err();
    assert!(matches!(error, FetchError::Cancelled { .. }), "{error}");
    assert!(
        since.elapsed() < Duration::from_secs(5),
        "waited for the server"
    );
    let part = folder.path().join("tiny/large.gz.part");
    assert_eq!(fs::read(&part).unwrap(), body("large.gz")[..half]);

    let other = good();
    fetcher(&folder)
        .fetch(set_with(&[other.url()]), &NoMeter)
        .unwrap();
    assert_whole(&folder);
    assert_eq!(ranges(&other, "large.gz"), [Some(half as u64)]);
}

#[test]
fn cancelling_while_nobody_answers_ends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|_, _| Reply::Stall(Vec::new()));
    let patient = Fetcher {
        patience: Patience::default(),
        ..fetcher(&folder)
    };
    let set = set_with(&[server.url()]);
    let meter = Recorder::default();
    let since = Instant::now();
    std::thread::scope(|scope| {
        let fetching = scope.spawn(|| patient.fetch(set, &meter));
        while server.asked().is_empty() {
            std::thread::sleep(Duration::from_millis(2));
        }
        meter.is_cancelled.store(true, Ordering::SeqCst);
        let error = fetching.join().unwrap().unwrap_err();
        assert!(matches!(error, FetchError::Cancelled { .. }), "{error}");
    });
    assert!(
        since.elapsed() < Duration::from_secs(5),
        "waited for the server"
    );
}

#[test]
fn two_at_once_do_not_harm_one_another() {
    let folder = tempfile::tempdir().unwrap();
    let slow = Server::start(|_, _| Reply::Stall(Vec::new()));
    let patient = Fetcher {
        patience: Patience::default(),
        ..fetcher(&folder)
    };
    let meter = Recorder::default();
    let set = set_with(&[slow.url()]);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| patient.fetch(set, &meter));
        while slow.asked().is_empty() {
            std::thread::sleep(Duration::from_millis(2));
        }
        let server = good();
        let error = fetch_from(&folder, &[&server]).unwrap_err();
        assert!(matches!(error, FetchError::Busy { .. }), "{error}");
        assert!(server.asked().is_empty());
        meter.is_cancelled.store(true, Ordering::SeqCst);
        first.join().unwrap().unwrap_err();
        fetch_from(&folder, &[&server]).unwrap();
    });
    assert_whole(&folder);
}

#[test]
fn a_mirror_of_ones_own_takes_the_place_of_all() {
    let folder = tempfile::tempdir().unwrap();
    let (own, unasked) = (good(), good());
    let fetcher = Fetcher {
        mirror: Some(own.url()),
        ..fetcher(&folder)
    };
    fetcher.fetch(set_with(&[unasked.url()]), &NoMeter).unwrap();
    assert_whole(&folder);
    let paths: Vec<String> = own.asked().into_iter().map(|asked| asked.path).collect();
    assert_eq!(paths, ["/tiny/large.gz", "/tiny/small.gz"]);
    assert!(unasked.asked().is_empty());
}

#[test]
fn sets_are_known_by_name() {
    assert_eq!(set("kmnist").unwrap().name, "KMNIST");
    let error = set("cifar").unwrap_err();
    assert!(error.is_bad_input());
    let sentence = error.to_string();
    assert!(
        sentence.contains("mnist, fashion-mnist, kmnist"),
        "{sentence}"
    );
}
