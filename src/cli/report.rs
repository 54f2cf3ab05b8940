//! Reports of headless training: a progress bar for people, JSON for programs.

use std::collections::BTreeMap;
use std::fmt::Display;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::analysis::Baselines;
use crate::engine::{Comparison, Progress, RunInfo};
use crate::model::Figure;
use crate::train::{Metrics, TestPoint, Verdict};

use super::Failure;
use super::kept::as_argument;
use super::{output, presets};

/// Numbers of a figure at most that are listed for people.
const MOST_LISTED: usize = 64;

/// Where reports go, and in what form.
pub(super) struct Report {
    is_json: bool,
    bar: ProgressBar,
    phase: Option<usize>,
    train_loss: Option<f32>,
    /// Steps that are to be done in the end.
    steps: u64,
    /// Where the run is kept, once it is.
    run: Option<String>,
    /// The first report that could not be printed.
    lost: Option<Failure>,
}

/// What a training came to.
pub(super) struct Outcome<'a> {
    pub(super) info: &'a RunInfo,
    pub(super) progress: &'a Progress,
    /// All that was measured on test images.
    pub(super) tests: &'a [TestPoint],
    pub(super) baselines: Option<&'a Baselines>,
    /// What was measured because it was asked for.
    pub(super) on_request: Vec<(&'static str, f64)>,
    pub(super) is_interrupted: bool,
}

/// The reference lines of a run as JSON; `pca_k` is that of its latent size.
pub(super) fn baselines_json(baselines: Option<&Baselines>, latent: usize) -> Value {
    match baselines {
        None => Value::Null,
        Some(lines) => json!({
            "black": lines.black,
            "mean": lines.mean,
            "pca_k": lines.pca_k(latent),
            "k": latent,
        }),
    }
}

/// The reference lines of a run in words.
pub(super) fn baselines_line(lines: &Baselines, k: usize) -> String {
    let pca = lines.pca_k(k);
    format!(
        "for comparison: black {:.5}, mean image {:.5}, PCA-{k} {}",
        lines.black,
        lines.mean,
        pca.map_or_else(|| "–".to_owned(), |mse| format!("{mse:.5}"))
    )
}

impl Report {
    pub(super) fn new(is_json: bool) -> Self {
        let bar = if is_json {
            ProgressBar::hidden()
        } else {
            ProgressBar::new(0)
        };
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}")
            .unwrap_or_else(|_template| ProgressStyle::default_bar());
        bar.set_style(style);
        Self {
            is_json,
            bar,
            phase: None,
            train_loss: None,
            steps: 0,
            run: None,
            lost: None,
        }
    }

    /// Training goes on where nobody hears of it; the failure is told at the end.
    fn print(&mut self, text: impl Display) {
        if let Err(failure) = self.bar.suspend(|| output::line(text)) {
            self.lost.get_or_insert(failure);
        }
    }

    fn line(&mut self, text: &str) {
        self.print(text);
    }

    fn event(&mut self, value: &Value) {
        if self.is_json {
            self.print(value);
        }
    }

    /// Why reports could not be printed, if so.
    pub(super) fn lost(&mut self) -> Option<Failure> {
        self.lost.take()
    }

    /// How far reading the images is.
    pub(super) fn loading(&self, done: u64, total: Option<u64>) {
        self.bar.set_length(total.unwrap_or(0));
        self.bar.set_position(done);
        self.bar.set_message("reading images");
    }

    /// How far the preparation of the device is.
    pub(super) fn tuning(&mut self, device: &str, tuned: Option<u64>) {
        self.event(&json!({"event": "tuning", "device": device, "kernels": tuned}));
        let so_far = tuned.map_or_else(String::new, |tuned| format!(", {tuned} ready"));
        self.bar
            .set_message(format!("tuning kernels on {device}{so_far}"));
    }

    /// What is to be trained, to this step where that is not the end of the schedule.
    pub(super) fn ready(&mut self, info: &RunInfo, until: Option<u64>) {
        self.steps = until.unwrap_or(info.total_steps);
        self.bar.set_length(self.steps);
        self.bar.set_position(0);
        self.bar.set_message("");
        self.event(&json!({
            "event": "started",
            "variant": info.config.variant,
            "dataset": info.dataset.location,
            "train_images": info.dataset.train,
            "test_images": info.dataset.test,
            "split": info.dataset.split,
            "data_remarks": info.dataset.remarks.as_ref(),
            "skipped": info.dataset.skipped.len() + info.dataset.unlisted,
            "device": info.device,
            "parameters": info.parameters,
            "total_steps": self.steps,
            "remarks": info.remarks,
        }));
        if self.is_json {
            return;
        }
        let widths: Vec<&str> = std::iter::once(info.layers.first().map_or("", |l| &l.input))
            .chain(info.layers.iter().map(|layer| layer.output.as_str()))
            .collect();
        self.line(&format!(
            "{} on {}: {} ({} parameters), {} images, {}",
            info.config.variant,
            info.dataset.name,
            widths.join(" – "),
            info.parameters,
            info.dataset.train,
            info.device
        ));
        for remark in &info.remarks {
            self.line(remark);
        }
        if !info.dataset.split.is_empty() {
            self.line(&info.dataset.split);
        }
        for line in super::data::remark_lines(&info.dataset.remarks) {
            self.line(&line);
        }
        for line in super::data::skipped_lines(&info.dataset.skipped, info.dataset.unlisted) {
            self.line(&line);
        }
    }

    pub(super) fn progress(&mut self, info: &RunInfo, more: &Metrics, progress: &Progress) {
        if let Some(point) = more.train.last() {
            self.train_loss = Some(point.loss);
        }
        for start in &more.phases {
            let Some(phase) = info.config.schedule.phases.get(start.phase) else {
                continue;
            };
            self.event(&json!({"event": "phase", "phase": start.phase, "name": phase.name(), "step": start.step}));
            if !self.is_json && info.config.schedule.phases.len() > 1 {
                self.line(&format!(
                    "phase {} of {}: {}",
                    start.phase + 1,
                    info.config.schedule.phases.len(),
                    phase.name()
                ));
            }
            self.phase = Some(start.phase);
        }
        for test in &more.test {
            self.event(&json!({"event": "test", "step": test.step, "phase": test.phase, "test_mse": test.mse, "outputs": test.verdict}));
            if !self.is_json {
                self.line(&format!("step {}: test MSE {:.5}", test.step, test.mse));
            }
        }
        let remaining = self.remaining(info, progress);
        if !more.train.is_empty() {
            self.event(&json!({
                "event": "progress",
                "step": progress.step,
                "total_steps": self.steps,
                "phase": progress.phase,
                "epoch": progress.epoch,
                "train_loss": self.train_loss,
                "learning_rate": progress.learning_rate,
                "images_per_s": progress.images_per_sec,
                "remaining_s": remaining,
            }));
        }
        self.bar.set_position(progress.step);
        self.bar.set_message(format!(
            "loss {:.5}  {:.0} images/s  {} left",
            self.train_loss.unwrap_or(f32::NAN),
            progress.images_per_sec,
            remaining.map_or_else(|| "…".to_owned(), duration)
        ));
    }

    /// Expected seconds to the end of what is to be trained, which may be before that of the schedule.
    fn remaining(&self, info: &RunInfo, progress: &Progress) -> Option<f64> {
        let steps = |to: u64| to.saturating_sub(progress.step) as f64;
        let share = steps(self.steps) / steps(info.total_steps).max(1.0);
        progress.remaining_secs.map(|secs| secs * share)
    }

    /// An interruption was heard.
    pub(super) fn keeping(&mut self, step: u64) {
        self.event(&json!({"event": "keeping", "step": step}));
        if !self.is_json {
            // Not among the results, which may go into a file.
            self.bar.suspend(|| output::note("keeping the run…"));
        }
    }

    /// How fast the CPU and a GPU are, and what follows.
    pub(super) fn compared(&mut self, comparison: &Comparison, text: &str) {
        self.event(&json!({
            "event": "compared",
            "gpu": comparison.gpu,
            "cpu_steps_per_s": comparison.cpu_steps_per_sec,
            "gpu_steps_per_s": comparison.gpu_steps_per_sec,
            "next": if comparison.takes_gpu() { "gpu" } else { "cpu" },
            "text": text,
        }));
        if !self.is_json {
            self.line(text);
        }
    }

    pub(super) fn warning(&mut self, text: &str) {
        self.event(&json!({"event": "warning", "text": text}));
        if !self.is_json {
            self.line(text);
        }
    }

    /// The failure itself goes to standard error, as every other.
    pub(super) fn failed(&mut self, text: &str) {
        self.bar.finish_and_clear();
        let run = self.run.clone();
        self.event(&json!({"event": "failed", "error": text, "run": run}));
        if let (false, Some(run)) = (self.is_json, run) {
            self.line(&format!("kept in {run}"));
        }
    }

    /// Where the run is kept.
    pub(super) fn saved(&mut self, run: &str) {
        self.run = Some(run.to_owned());
    }

    pub(super) fn finished(&mut self, outcome: &Outcome<'_>) {
        self.bar.finish_and_clear();
        let pixels = outcome.info.dataset.shape.pixels() as f64;
        let last = outcome.tests.last();
        let mse = last.map(|test| test.mse);
        let run = self.run.clone();
        let mut measures = last.map_or_else(BTreeMap::new, |test| test.measures.as_ref().clone());
        for (name, value) in &outcome.on_request {
            measures.insert((*name).to_owned(), Figure::One(*value));
        }
        let judgement = presets::judged(outcome);
        let mut finished = json!({
            "event": "finished",
            "test_mse": mse,
            "test_mse_per_image": mse.map(|mse| mse * pixels),
            "outputs": last.map(|test| test.verdict),
            "terms": last.map(|test| test.terms.as_ref()),
            "measures": measures,
            "baselines": baselines_json(outcome.baselines, outcome.info.latent),
            "images_per_s": outcome.progress.images_per_sec,
            "elapsed_s": outcome.progress.elapsed_secs,
            "steps": outcome.progress.step,
            "parameters": outcome.info.parameters,
            "device": outcome.info.device,
            "interrupted": outcome.is_interrupted,
            "run": run,
        });
        if let Some(judgement) = &judgement {
            finished["reference"] = presets::to_json(judgement);
        }
        self.event(&finished);
        if self.is_json {
            return;
        }
        if outcome.is_interrupted {
            self.line("Interrupted.");
        }
        if let Some(test) = last {
            self.line(&format!(
                "test MSE {:.5} per pixel, {:.2} per image{}",
                test.mse,
                test.mse * pixels,
                match test.verdict {
                    Verdict::Varied => "",
                    Verdict::MeanImage => " (every image becomes the average image)",
                    Verdict::AllBlack => " (every image becomes black)",
                    Verdict::Constant => " (every image becomes the same picture)",
                }
            ));
            if test.terms.len() > 1 {
                let terms = test.terms.iter();
                let terms: Vec<String> = terms
                    .map(|(name, value)| format!("{name} {value:.5}"))
                    .collect();
                self.line(&format!("terms of the loss: {}", terms.join(", ")));
            }
            for (name, figure) in &measures {
                self.line(&match figure {
                    Figure::One(value) => format!("{name} {value:.5}"),
                    Figure::Each(values) if values.len() > MOST_LISTED => {
                        format!("{name}: {} numbers, listed by --json", values.len())
                    }
                    Figure::Each(values) => {
                        let values: Vec<String> =
                            values.iter().map(|value| format!("{value:.2}")).collect();
                        format!("{name} {}", values.join(" "))
                    }
                });
            }
        }
        if let Some(lines) = outcome.baselines {
            self.line(&baselines_line(lines, outcome.info.latent));
        }
        self.line(&format!(
            "{:.0} images/s, {} in all",
            outcome.progress.images_per_sec,
            duration(outcome.progress.elapsed_secs)
        ));
        if let Some(run) = run {
            self.line(&format!("kept in {run}"));
            let (done, all) = (outcome.progress.step, outcome.info.total_steps);
            if done < all {
                self.line(&format!(
                    "{done} of {all} steps are trained: hourglass train --resume {} goes on",
                    as_argument(&run)
                ));
            }
        }
        for line in judgement.iter().flat_map(presets::to_lines) {
            self.line(&line);
        }
    }
}

/// Seconds as `42 s`, `3 min 10 s` or `2 h 5 min`.
fn duration(secs: f64) -> String {
    let secs = secs.round().max(0.0) as u64;
    match (secs / 3600, secs / 60 % 60, secs % 60) {
        (0, 0, secs) => format!("{secs} s"),
        (0, minutes, secs) => format!("{minutes} min {secs} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}
