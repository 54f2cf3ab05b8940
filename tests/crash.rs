//! Killed at any moment, nothing but the last seconds is lost, and what is left goes on to the bit.
//!
//! `HOURGLASS_KILLS` asks for more kills than the few that are done by default.

#![allow(clippy::unwrap_used, reason = "what is not there fails the test")]
#![allow(clippy::print_stdout, reason = "a skipped test says so")]

#[path = "common/mod.rs"]
mod common;
#[path = "real_window/desktop.rs"]
mod desktop;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use hourglass::data::{self, Dataset};
use hourglass::model::Pretraining;
use hourglass::store::session::{LostSessions, Session, SessionRun};
use hourglass::store::{self, KeptRun};
use hourglass::train::{RunConfig, Trainer};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Between two savings here, in seconds.
const AUTOSAVE_SECS: f64 = 0.3;

/// What a busy machine may take beyond it.
const MARGIN: Duration = Duration::from_secs(2);

/// Steps that a run is taken on for after a crash.
const STEPS_ON: u64 = 40;

/// Kills are timed, so one test at a time.
static ALONE: Mutex<()> = Mutex::new(());

fn kills(usual: usize) -> usize {
    let named = std::env::var("HOURGLASS_KILLS").ok();
    named.and_then(|kills| kills.parse().ok()).unwrap_or(usual)
}

/// A folder with 96 training and 32 test images of 8×8.
fn write_images(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    for (name, count) in [("train", 96_u32), ("t10k", 32)] {
        let mut bytes = vec![0, 0, 8, 3];
        for size in [count, 8, 8] {
            bytes.extend(size.to_be_bytes());
        }
        bytes.extend((0..count * 64).map(|at| (at * 37 % 251 * (at / 64 % 7 + 1)) as u8));
        fs::write(folder.join(format!("{name}-images-idx3-ubyte")), bytes).unwrap();
    }
}

/// Everything that a run without any crash does, as far as it is needed.
struct Reference {
    trainer: Trainer,
    data: Arc<Dataset>,
}

impl Reference {
    fn of(config: &RunConfig) -> Self {
        let data = Arc::new(data::open(&config.images()).unwrap());
        let trainer = Trainer::new(config.clone(), Arc::clone(&data), &common::flex()).unwrap();
        Self { trainer, data }
    }

    /// Checks that a run is this one, so far and for some steps more.
    fn check(&mut self, kept: &KeptRun) {
        let steps = kept.checkpoint.position.step;
        let config = kept.checkpoint.config.clone();
        let data = Arc::clone(&self.data);
        let mut resumed = Trainer::resume(config, &kept.checkpoint, data, &common::flex()).unwrap();
        for trainer in [&mut self.trainer, &mut resumed] {
            while trainer.position().step < steps + STEPS_ON {
                trainer.advance().unwrap();
            }
            trainer.collect().unwrap();
        }
        let (whole, found) = (self.trainer.metrics(), resumed.metrics());
        assert_eq!(
            found.train.values(),
            &whole.train.values()[..found.train.len()],
            "from step {steps}"
        );
        let tests = found.test.len();
        assert_eq!(found.test[..], whole.test[..tests], "from step {steps}");
        assert_eq!(found.phases[..], whole.phases[..found.phases.len()]);
    }
}

/// A training without a window, and the steps it has told, with the time of each.
struct Training {
    child: Child,
    told: Arc<Mutex<Vec<(Instant, u64)>>>,
}

impl Training {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hourglass"))
            .args(arguments)
            .current_dir(folder)
            .env("HOURGLASS_AUTOSAVE_SECS", AUTOSAVE_SECS.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let told = Arc::new(Mutex::new(Vec::new()));
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let book = Arc::clone(&told);
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let event: serde_json::Value = serde_json::from_str(&line).unwrap();
                if let Some(step) = event["step"].as_u64() {
                    book.lock().unwrap().push((Instant::now(), step));
                }
            }
        });
        Self { child, told }
    }

    /// Kills it after so long, and tells the steps that must be there at least.
    fn kill_after(mut self, time: Duration) -> u64 {
        thread::sleep(time);
        self.child.kill().unwrap();
        let killed_at = Instant::now();
        self.child.wait().unwrap();
        let may_be_lost = Duration::from_secs_f64(AUTOSAVE_SECS) + MARGIN;
        let told = self.told.lock().unwrap();
        let safe = told
            .iter()
            .filter(|(at, _)| *at + may_be_lost < killed_at)
            .map(|(_, step)| *step);
        safe.max().unwrap_or(0)
    }
}

#[test]
fn a_training_that_is_killed_goes_on_as_if_nothing_had_happened() {
    killed_again_and_again(
        "stacked --widths 64,24,6 --schedule greedy --pretrain-epochs 150",
        kills(6),
    );
}

/// The draws of codes come from their step.
#[test]
fn a_variational_training_that_is_killed_goes_on() {
    killed_again_and_again("vae --widths 64,24,6", kills(3));
}

/// How long each unit has been dead is part of what is kept.
#[test]
fn a_k_sparse_training_that_is_killed_goes_on() {
    killed_again_and_again("k-sparse --widths 64,24,6 --k 1", kills(3));
}

/// The moving averages of a codebook are part of what is kept.
#[test]
fn a_vector_quantised_training_that_is_killed_goes_on() {
    killed_again_and_again("vq-vae --filters 4 --entries 16", kills(3));
}

fn killed_again_and_again(variant: &str, kills: usize) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().unwrap();
    write_images(&folder.path().join("data"));
    let out = folder.path().join("out");
    let mut random = ChaCha8Rng::seed_from_u64(2_026);
    let mut reference: Option<Reference> = None;
    let mut steps = 0;
    let mut saved = 0;
    let _load = Load::start();
    for kill in 0..kills {
        let first = format!(
            "train --dataset data --variant {variant} --epochs 100000 --batch 16 \
             --device flex --json --out out"
        );
        let arguments = if out.join("run.toml").exists() {
            "train --resume out --device flex --json"
        } else {
            &first
        };
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let training = Training::start(folder.path(), &arguments);
        // One of few is late enough to be after the first saving.
        let least = if kill == 1 { 4_000 } else { 0 };
        let time = Duration::from_millis(random.random_range(least..6_000));
        let safe = training.kill_after(time);
        let Ok(kept) = store::open_whole_run(&out) else {
            assert_eq!(
                safe.max(steps),
                0,
                "kill {kill}: {:?}",
                store::open_whole_run(&out).err()
            );
            continue;
        };
        let found = kept.checkpoint.position.step;
        assert!(
            found >= safe.max(steps),
            "kill {kill}: {found} steps of {safe} and {steps}"
        );
        saved += usize::from(found > steps);
        steps = found;
        let config = kept.checkpoint.config.clone();
        reference
            .get_or_insert_with(|| Reference::of(&at(folder.path(), config)))
            .check(&kept);
    }
    println!("{kills} kills, {saved} with steps saved since the one before, {steps} steps");
    assert!(
        saved * 3 >= kills,
        "it was never killed later than its first saving"
    );
}

/// The configuration as seen from the folder of the test.
fn at(folder: &Path, config: RunConfig) -> RunConfig {
    let dataset = folder.join(&config.dataset).to_str().unwrap().to_owned();
    RunConfig { dataset, ..config }
}

/// Something else that wants the processor.
struct Load(Child);

impl Load {
    fn start() -> Option<Self> {
        let child = Command::new("sh")
            .args(["-c", "while :; do :; done"])
            .spawn();
        child.ok().map(Self)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _status = self.0.wait();
    }
}

/// Three networks that never finish; the second one is pretrained pair by pair.
fn three_configs(images: &Path) -> Vec<RunConfig> {
    let kinds = [
        ("deep", Pretraining::EndToEnd),
        ("stacked", Pretraining::Greedy),
        ("autoencoder", Pretraining::EndToEnd),
    ];
    let config = |(id, pretraining)| {
        let mut config = common::small_config(id, pretraining);
        images.to_str().unwrap().clone_into(&mut config.dataset);
        "flex".clone_into(&mut config.device);
        id.clone_into(&mut config.name);
        let (last, pretraining) = config.schedule.phases.split_last_mut().unwrap();
        for phase in pretraining {
            phase.epochs = 100;
        }
        last.epochs = 100_000;
        config
    };
    kinds.map(config).to_vec()
}

/// A window that plays its runs until it is killed.
struct Playing {
    desktop: desktop::Desktop,
    killed_at: Instant,
}

impl Playing {
    /// Opens it, plays, and kills it after so long, whatever it does then.
    fn kill_after(arguments: &[&str], home: &Path, state: &Path, time: Duration) -> Self {
        let since = Instant::now();
        let variables = [
            ("HOURGLASS_STATE", state.to_str().unwrap().to_owned()),
            ("HOURGLASS_AUTOSAVE_SECS", AUTOSAVE_SECS.to_string()),
        ];
        let variables = variables.each_ref().map(|(name, value)| (*name, &**value));
        let mut desktop = desktop::Desktop::open_with(arguments, home, &variables);
        // A window under load takes a few seconds to be there.
        if time > START {
            desktop.widget("story");
            thread::sleep(Duration::from_secs(1));
            desktop.focus();
            if arguments[0] == "--config" {
                for _ in 0..2 {
                    desktop.act("key ctrl+d");
                    thread::sleep(Duration::from_millis(300));
                }
            }
            desktop.act("key space");
            desktop.wait_for("is at step", Duration::from_mins(1));
        }
        thread::sleep(time.saturating_sub(since.elapsed()));
        desktop.kill();
        let killed_at = Instant::now();
        desktop.hear_out();
        Self { desktop, killed_at }
    }

    /// What each run told of its steps, and when, in the order of the runs.
    fn told(&self) -> Vec<Vec<(Instant, u64)>> {
        let mut runs: BTreeMap<u64, Vec<(Instant, u64)>> = BTreeMap::new();
        for (line, at) in self.desktop.said.iter().zip(&self.desktop.said_at) {
            let numbers = line
                .split_once("] run ")
                .and_then(|(_, rest)| rest.split_once(" is at step "));
            if let Some((id, step)) = numbers {
                let book = runs.entry(id.parse().unwrap()).or_default();
                book.push((*at, step.parse().unwrap()));
            }
        }
        runs.into_values().collect()
    }

    /// Checks that no run lost more than the last seconds; tells the seconds that were lost at most.
    fn check_loss(&self, kept: &[u64]) -> f64 {
        let may_be_lost = Duration::from_secs_f64(AUTOSAVE_SECS) + WINDOW_MARGIN;
        let mut worst = 0.0_f64;
        for (run, book) in self.told().iter().enumerate() {
            let kept = kept.get(run).copied().unwrap_or(0);
            let later = book.iter().filter(|(_, step)| *step > kept);
            let lost = later.map(|(at, _)| self.killed_at.saturating_duration_since(*at));
            let lost = lost.max().unwrap_or_default();
            assert!(
                lost <= may_be_lost,
                "run {run} is kept at step {kept}, and had gone beyond it {lost:?} before the end"
            );
            worst = worst.max(lost.as_secs_f64());
        }
        worst
    }
}

/// How long a window may take to be there, in which nothing is played.
const START: Duration = Duration::from_secs(4);

/// What a window on a busy machine may take beyond the time between two savings. With the 15 seconds
/// that there are otherwise, and twice that for a saving that failed, it stays within 30.
const WINDOW_MARGIN: Duration = Duration::from_secs(5);

#[cfg(target_os = "linux")]
#[test]
fn a_window_that_is_killed_leaves_its_session() {
    if let Some(missing) = desktop::missing() {
        println!("skipped: a_window_that_is_killed_leaves_its_session ({missing} is missing)");
        return;
    }
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let home = tempfile::tempdir().unwrap();
    let images = home.path().join("data");
    write_images(&images);
    let configs = three_configs(&images);
    let study = home.path().join("my study.hourglass");
    let session = Session::create(&study).unwrap();
    let mut writer = session.begin().unwrap();
    for (key, config) in (1..).zip(&configs) {
        writer.write_config(key, config).unwrap();
    }
    writer.finish("").unwrap();
    drop(session);
    let path: PathBuf = home.path().join("run.toml");
    fs::write(&path, toml::to_string(&configs[0]).unwrap()).unwrap();
    let mut references: Vec<Reference> = configs.iter().map(Reference::of).collect();
    let mut duplicated = Reference::of(&configs[0]);
    let mut random = ChaCha8Rng::seed_from_u64(47);
    let _load = Load::start();
    let kills = kills(2);
    let (mut worst, mut saved, mut before) = (0.0_f64, 0, vec![0; configs.len()]);
    for kill in 0..kills {
        let is_named = kill % 2 == 0;
        let state = home.path().join(format!("state {kill}"));
        // A few are killed before they have begun; if there are few at all, none is.
        let earliest = if kills > 2 { 0 } else { 9_000 };
        let time = Duration::from_millis(random.random_range(earliest..16_000));
        let arguments = if is_named {
            ["--session", study.to_str().unwrap()]
        } else {
            ["--config", path.to_str().unwrap()]
        };
        let playing = Playing::kill_after(&arguments, home.path(), &state, time);
        // None where it was killed before its first saving.
        let (_held, contents) = if is_named {
            (None, Some(Session::read(&study).unwrap()))
        } else {
            let mut found = LostSessions::new(&state).find().unwrap();
            assert!(found.len() < 2, "{} sessions were left", found.len());
            found.pop().map_or((None, None), |(session, contents)| {
                (Some(session), Some(contents))
            })
        };
        let runs = contents.map_or_else(Vec::new, |contents| contents.runs);
        assert!(!is_named || runs.len() == configs.len());
        let open = |run: &SessionRun| {
            run.has_begun
                .then(|| store::open_whole_run(&run.folder).unwrap())
        };
        let kept: Vec<Option<KeptRun>> = runs.iter().map(open).collect();
        let step =
            |kept: &Option<KeptRun>| kept.as_ref().map_or(0, |run| run.checkpoint.position.step);
        let steps: Vec<u64> = kept.iter().map(step).collect();
        let lost = playing.check_loss(&steps);
        worst = worst.max(lost);
        for (number, run) in kept.iter().enumerate() {
            let Some(run) = run else { continue };
            assert!(!run.frames.is_empty());
            let reference = if is_named {
                &mut references[number]
            } else {
                &mut duplicated
            };
            reference.check(run);
        }
        let has_saved = if is_named {
            assert!(steps.iter().zip(&before).all(|(now, before)| now >= before));
            let has_saved = steps > before;
            before.clone_from(&steps);
            has_saved
        } else {
            steps.iter().any(|step| *step > 0)
        };
        saved += usize::from(has_saved);
        println!(
            "kill {kill} after {:.1} s, {}: steps {steps:?}, {lost:.1} s lost",
            time.as_secs_f64(),
            if is_named { "saved" } else { "unsaved" },
        );
    }
    println!("{kills} kills of windows, {saved} with steps saved, at most {worst:.1} s lost");
    assert!(
        saved * 2 >= kills,
        "most were killed before their first saving"
    );
}
