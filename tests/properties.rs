//! Properties of every parser: whatever a file holds, the answer is a result, never a panic, and no
//! more memory than the file is worth.
//!
//! The doors are those of the fuzz targets in `fuzz/`. Files are noise, and sound files that were
//! *damaged*: cut, flipped, repeated, or overwritten with large numbers. `HOURGLASS_SEEDS` names a
//! folder that the sound files are written to, for the fuzzer to begin with.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]
#![allow(unsafe_code, reason = "an allocator that counts is unsafe to write")]

#[allow(dead_code, reason = "the fuzz targets need more of it")]
#[path = "../fuzz/src/lib.rs"]
mod doors;

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use doors::{Bench, DOORS};
use hourglass::model::VARIANTS;
use hourglass::store::share::{Controls, Share};
use hourglass::train::RunConfig;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Counts the bytes that are in use, and the most there ever were.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator as it came; counting touches no memory of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = IN_USE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Files of each kind that are tried.
const CASES: u32 = 2000;

/// Memory that any file may take, in bytes: what packed files may always unpack to, and some room.
const ALWAYS: usize = 80 << 20;

/// Memory for each byte of a file beyond that.
const PER_BYTE: usize = 220;

/// What happens to a sound file.
#[derive(Clone, Debug)]
enum Damage {
    Cut(prop::sample::Index),
    Flip(prop::sample::Index, u8),
    Repeat(prop::sample::Index, u8),
    Huge(prop::sample::Index, bool),
    Insert(prop::sample::Index, Vec<u8>),
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = any::<prop::sample::Index>;
    prop_oneof![
        place().prop_map(Damage::Cut),
        (place(), 1_u8..).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        (place(), 1_u8..20).prop_map(|(at, times)| Damage::Repeat(at, times)),
        (place(), any::<bool>()).prop_map(|(at, is_text)| Damage::Huge(at, is_text)),
        (place(), vec(any::<u8>(), 1..20)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
    ]
}

fn damaged(sound: &[u8], damages: &[Damage]) -> Vec<u8> {
    let mut bytes = sound.to_vec();
    for damage in damages {
        let length = bytes.len();
        if length == 0 {
            break;
        }
        match damage {
            Damage::Cut(at) => bytes.truncate(at.index(length)),
            Damage::Flip(at, bits) => bytes[at.index(length)] ^= bits,
            Damage::Repeat(at, times) => {
                let tail = bytes[at.index(length)..].to_vec();
                for _ in 0..*times {
                    bytes.extend(&tail);
                }
            }
            Damage::Huge(at, is_text) => {
                let huge: &[u8] = if *is_text {
                    b"999999999999"
                } else {
                    &[0x7f, 0xff, 0xff, 0xff]
                };
                let at = at.index(length);
                let end = (at + huge.len()).min(length);
                bytes.splice(at..end, huge.iter().copied());
            }
            Damage::Insert(at, more) => {
                let at = at.index(length);
                bytes.splice(at..at, more.iter().copied());
            }
        }
    }
    bytes
}

/// The same files every time.
fn runner() -> TestRunner {
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// One test for all, so that nothing else uses memory meanwhile.
#[test]
fn any_file_gives_a_result_and_takes_no_more_memory_than_it_is_worth() {
    for door in DOORS {
        let name = door.name;
        let bench = Bench::new();
        let samples = (door.samples)();
        for sound in &samples {
            assert!((door.open)(&bench, sound), "the sound {name} is refused");
        }
        let try_it = |bytes: Vec<u8>| {
            let before = IN_USE.load(Ordering::Relaxed);
            MOST.store(before, Ordering::Relaxed);
            let _is_sound = (door.open)(&bench, &bytes);
            let taken = MOST.load(Ordering::Relaxed).saturating_sub(before);
            let most = ALWAYS + bytes.len() * PER_BYTE;
            prop_assert!(
                taken <= most,
                "{name}: {taken} bytes for a file of {}",
                bytes.len()
            );
            Ok(())
        };
        runner().run(&vec(any::<u8>(), 0..4096), try_it).unwrap();
        let files = (prop::sample::select(samples), vec(damage(), 1..5))
            .prop_map(|(sound, damages)| damaged(&sound, &damages));
        runner().run(&files, try_it).unwrap();
    }
}

/// A door without a target would not be fuzzed, and nobody would notice.
#[test]
fn every_door_has_a_fuzz_target() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    let targets = std::fs::read_dir(fuzz.join("fuzz_targets"))
        .unwrap()
        .count();
    assert_eq!(targets, DOORS.len());
    for door in DOORS {
        let path = format!("fuzz_targets/{}.rs", door.name);
        let target = std::fs::read_to_string(fuzz.join(&path)).unwrap();
        assert!(target.contains(&format!("target!(\"{}\")", door.name)));
        assert!(manifest.contains(&path), "{path} is not in the manifest");
    }
}

#[test]
fn sound_files_are_written_for_the_fuzzer_on_request() {
    let named = std::env::var_os("HOURGLASS_SEEDS").map(std::path::PathBuf::from);
    let place = tempfile::tempdir().unwrap();
    let corpus = named.unwrap_or_else(|| place.path().to_owned());
    for door in DOORS {
        let folder = corpus.join(door.name);
        std::fs::create_dir_all(&folder).unwrap();
        for (number, sound) in (door.samples)().iter().enumerate() {
            std::fs::write(folder.join(format!("sound-{number}")), sound).unwrap();
        }
        assert!(std::fs::read_dir(&folder).unwrap().count() > 0);
    }
}

proptest! {
    #![proptest_config(Config { cases: 64, failure_persistence: None, ..Config::default() })]

    /// What was shared comes back as it was.
    #[test]
    fn share_strings_come_back(seed in any::<u32>(), batch in 1_usize..5000, which in 0..VARIANTS.len()) {
        let mut config = RunConfig::recipe(VARIANTS[which], "glyphs");
        config.seed = u64::from(seed);
        config.batch = batch;
        let share = Share { config, controls: Controls::default() };
        let text = share.encode().unwrap();
        prop_assert_eq!(Share::decode(&text).unwrap(), share);
    }

    /// So does what is written down.
    #[test]
    fn configurations_come_back(seed in any::<u32>(), rate in 1e-6_f64..10.0, which in 0..VARIANTS.len()) {
        let mut config = RunConfig::recipe(VARIANTS[which], "glyphs");
        config.seed = u64::from(seed);
        for phase in &mut config.schedule.phases {
            phase.learning_rate = rate;
        }
        let text = toml::to_string(&config).unwrap();
        prop_assert_eq!(toml::from_str::<RunConfig>(&text).unwrap(), config);
    }
}
