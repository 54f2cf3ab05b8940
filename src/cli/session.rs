//! What a session holds: its runs, how far they are and what they reach.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use serde_json::json;

use crate::store::session::{Session, SessionRun};
use crate::store::{self, StoreError};
use crate::train::{Position, RunConfig, TestPoint};

use super::Failure;
use super::output;

/// The command that describes a session.
pub(super) fn command(json: Arg) -> Command {
    Command::new("session")
        .about("Describe a session: its runs, how far they are, what they reach")
        .after_help(
            "The number of a run names it wherever a kept run is asked for: hourglass eval SESSION#N.",
        )
        .arg(
            Arg::new("session")
                .value_name("SESSION")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("Folder of a session"),
        )
        .arg(json)
}

/// A run of a session as it is told.
struct Told {
    key: u64,
    config: RunConfig,
    position: Position,
    last_loss: Option<f32>,
    last_test: Option<TestPoint>,
    elapsed_secs: f64,
    frames: usize,
}

impl Told {
    fn of(run: SessionRun) -> Result<Self, StoreError> {
        if !run.has_begun {
            return Ok(Self {
                key: run.key,
                config: run.config,
                position: Position::default(),
                last_loss: None,
                last_test: None,
                elapsed_secs: 0.0,
                frames: 0,
            });
        }
        let kept = store::open_whole_run(&run.folder)?;
        let metrics = &kept.checkpoint.metrics;
        Ok(Self {
            key: run.key,
            config: run.config,
            position: kept.checkpoint.position,
            last_loss: metrics.train.last().map(|point| point.loss),
            last_test: metrics.last_test().cloned(),
            elapsed_secs: kept.checkpoint.elapsed_secs,
            frames: kept.frames.len(),
        })
    }

    fn json(&self) -> serde_json::Value {
        json!({
            "number": self.key,
            "name": self.config.name,
            "variant": self.config.variant,
            "dataset": self.config.dataset,
            "steps": self.position.step,
            "phase": self.position.phase + 1,
            "phases": self.config.schedule.phases.len(),
            "train_loss": self.last_loss,
            "test_mse": self.last_test.as_ref().map(|test| test.mse),
            "elapsed_secs": self.elapsed_secs,
            "frames": self.frames,
        })
    }

    fn line(&self) -> String {
        let config = &self.config;
        let what = format!(
            "#{} {} ({} on {})",
            self.key, config.name, config.variant, config.dataset
        );
        if self.position.step == 0 {
            return format!("{what}: not begun");
        }
        let reached = self.last_test.as_ref().map_or_else(String::new, |test| {
            format!(", test MSE {:.5} at step {}", test.mse, test.step)
        });
        format!(
            "{what}: step {}, phase {} of {}{reached}",
            self.position.step,
            self.position.phase + 1,
            config.schedule.phases.len(),
        )
    }
}

/// Describes a session.
pub(super) fn session(matches: &ArgMatches) -> Result<(), Failure> {
    let folder = matches
        .get_one::<PathBuf>("session")
        .ok_or_else(|| Failure::bad_input("a session folder is needed"))?;
    let runs = Session::read_each(folder, Told::of)?;
    if matches.get_flag("json") {
        let runs: Vec<_> = runs.iter().map(Told::json).collect();
        let folder = folder.display().to_string();
        return output::line(json!({ "session": folder, "runs": runs }));
    }
    if runs.is_empty() {
        return output::line("no runs");
    }
    runs.iter().try_for_each(|run| output::line(run.line()))
}
