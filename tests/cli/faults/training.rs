//! Faults in the middle of a training: the run goes on, and says what happened.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use super::super::interruptions::interrupt;
use super::super::{failure, hourglass, objects, program, success};
use super::{PATIENCE, Place, finished, make_read_only, piped, system};

/// A training that does not end by itself, after its first epoch.
struct Endless {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Endless {
    fn start(place: &Place, out: &str) -> Self {
        let arguments = format!(
            "train --dataset data --device flex --batch 16 --latent 3 --epochs 100000 --json --out {out}"
        );
        let arguments: Vec<&str> = arguments.split(' ').collect();
        let mut command = program(place.folder.path(), &arguments);
        command.env("HOURGLASS_AUTOSAVE_SECS", "0.2");
        let mut child = piped(command);
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut training = Self { child, lines };
        training.wait_for("\"event\":\"progress\"");
        training
    }

    /// The next line with these words.
    fn wait_for(&mut self, words: &str) -> String {
        let since = Instant::now();
        let mut line = String::new();
        while !line.contains(words) {
            assert!(since.elapsed() < PATIENCE, "no {words:?}: {line}");
            line.clear();
            let read = self.lines.read_line(&mut line).unwrap();
            assert!(read > 0, "it ended before it said {words:?}");
        }
        line
    }

    fn interrupt(mut self) -> (Output, String) {
        interrupt(&self.child);
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        (finished(self.child), rest)
    }
}

#[test]
fn a_disk_that_fails_while_a_run_trains_is_told_and_the_run_goes_on() {
    type Breakage = (
        &'static str,
        fn(&Path) -> Result<(), String>,
        fn(&Path) -> Result<(), String>,
        &'static str,
    );
    let breakages: [Breakage; 2] = [
        (
            "read-only",
            make_read_only,
            |disk| system(Command::new("mount").args(["-o", "remount,rw"]).arg(disk)),
            "Read-only file system (os error 30)",
        ),
        (
            "full",
            |disk| {
                let mut filler = File::create(disk.join("filler")).unwrap();
                while filler.write_all(&[7; 4096]).is_ok() {}
                Ok(())
            },
            |disk| {
                fs::remove_file(disk.join("filler")).unwrap();
                Ok(())
            },
            "No space left on device (os error 28)",
        ),
    ];
    for (name, break_it, mend, why) in breakages {
        for is_mended in [false, true] {
            let place = Place::new();
            let disk = match place.disk(8192) {
                Ok(disk) => disk,
                Err(why) => {
                    println!("skipped: a disk that becomes {name} ({why})");
                    continue;
                }
            };
            let mut training = Endless::start(&place, "disk/out");
            let since = Instant::now();
            while !disk.join("out/run.toml").exists() {
                assert!(since.elapsed() < PATIENCE, "it is never kept");
                thread::sleep(Duration::from_millis(10));
            }
            break_it(&disk).unwrap();
            let told = training.wait_for("\"event\":\"warning\"");
            assert!(
                told.contains(why) && told.contains("; the training goes on"),
                "{name}: {told}"
            );
            training.wait_for("\"event\":\"progress\"");
            if is_mended {
                mend(&disk).unwrap();
                let (output, _) = training.interrupt();
                assert_eq!(output.status.code(), Some(130), "{name}");
            } else {
                let (output, _) = training.interrupt();
                let sentence = failure(&output, 1);
                assert!(sentence.ends_with(why), "{name}: {sentence}");
                mend(&disk).unwrap();
            }
            // What was kept, before or after, is whole.
            let place = place.folder.path();
            success(hourglass(place, "eval disk/out --device flex"));
        }
    }
}

#[test]
fn a_folder_that_is_removed_while_a_run_trains_is_written_again() {
    let place = Place::new();
    let mut training = Endless::start(&place, "out");
    let since = Instant::now();
    while !place.path("out/run.toml").exists() {
        assert!(since.elapsed() < PATIENCE, "it is never kept");
        thread::sleep(Duration::from_millis(10));
    }
    // The program may be writing there.
    while fs::remove_dir_all(place.path("out")).is_err() {
        assert!(since.elapsed() < PATIENCE, "it cannot be removed");
    }
    let told = training.wait_for("was removed");
    assert!(
        told.contains("out was removed while the run trained; all of it is kept there again"),
        "{told}"
    );
    let since = Instant::now();
    while !place.path("out/run.toml").exists() {
        assert!(since.elapsed() < PATIENCE, "it is never kept again");
        thread::sleep(Duration::from_millis(10));
    }
    // Killed, so that nothing but the savings in passing counts.
    training.child.kill().unwrap();
    training.child.wait().unwrap();
    let found = success(hourglass(
        place.folder.path(),
        "eval out --device flex --json",
    ));
    assert!(objects(&found)[0]["test_mse"].as_f64().unwrap() > 0.0);
}
