//! How fast data sets open: 60,000 images of 28×28 from gzip IDX, and 10,000 JPEG pictures, held
//! against decoding alone; and whether the window stays smooth while pictures are read.
//!
//! `cargo bench --bench data [-- PICTURES]`. Expected on two processors: IDX in less than 1 s with a
//! resident set below 400 MB, pictures at 0.8 of the speed of decoding alone or more, and 95 % of the
//! frames of the window within 16.7 ms of when they are due.

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run should stop"
)]
#![allow(clippy::print_stdout, reason = "the table is what it is for")]

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use eframe::App as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use hourglass::data::{DatasetRequest, glyphs, open};
use hourglass::engine::Engine;
use hourglass::gui::{App, StartOptions};
use hourglass::model::VARIANTS;
use hourglass::train::RunConfig;
use image::codecs::jpeg::JpegEncoder;
use image::{ImageReader, RgbImage};
use rayon::prelude::*;

/// Each measurement is taken so many times; the fastest counts, as the machine does other things too.
const ROUNDS: usize = 3;

/// Names the part that a process of its own measures, and where.
const PART_VARIABLE: &str = "HOURGLASS_BENCH_PART";

fn main() {
    if let Ok(part) = std::env::var(PART_VARIABLE) {
        let (what, place) = part.split_once('=').unwrap();
        if what == "frames" {
            frames_while_reading(place);
            return;
        }
        let request = DatasetRequest {
            location: place.to_owned(),
            ..DatasetRequest::default()
        };
        let start = Instant::now();
        let data = open(&request).unwrap();
        let secs = start.elapsed().as_secs_f64();
        println!(
            "{secs} {} {}",
            peak_bytes(),
            data.train.len() + data.test.len()
        );
        assert!(
            data.skipped.is_empty(),
            "{what}: {:?}",
            data.skipped.first()
        );
        return;
    }
    let pictures = std::env::args()
        .find_map(|a| a.parse().ok())
        .unwrap_or(10_000);
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    write_idx(&place.join("idx"));
    let (secs, bytes, count) = (0..ROUNDS)
        .map(|_| apart("idx", &place.join("idx"), None))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap();
    println!(
        "gzip IDX, {count} images of 28×28: {secs:.2} s, resident set {:.0} MB at most",
        bytes as f64 / 1e6
    );

    let paths = write_pictures(&place.join("jpeg"), pictures);
    let decode = (0..ROUNDS)
        .map(|_| decode_alone(&paths))
        .fold(f64::INFINITY, f64::min);
    let import = (0..ROUNDS)
        .map(|_| apart("pictures", &place.join("jpeg"), None).0)
        .fold(f64::INFINITY, f64::min);
    println!(
        "{pictures} JPEG pictures of 320×240: decoding alone {decode:.2} s, import {import:.2} s, {:.2} of its speed",
        decode / import
    );
    let cache = place.join("cache");
    apart("pictures", &place.join("jpeg"), Some(&cache));
    let second = apart("pictures", &place.join("jpeg"), Some(&cache)).0;
    println!("the second opening, from the cache: {second:.2} s");
    print!("{}", run_apart("frames", &place.join("jpeg"), None));
}

/// Frames a second of a window that is smooth.
const FRAME: Duration = Duration::from_nanos(1_000_000_000 / 60);

/// Frames that are measured once everything is read, for comparison.
const FRAMES_AT_REST: usize = 300;

/// Reads pictures as the window does, whose frames are drawn meanwhile: real engine, real panels,
/// triangles, but no screen.
fn frames_while_reading(place: &str) {
    let ctx = egui::Context::default();
    let mut config = RunConfig::recipe(VARIANTS[0], place);
    "flex".clone_into(&mut config.device);
    let start = StartOptions {
        config: Some(config),
        ..StartOptions::default()
    };
    let ask_path = Box::new(|_, _: &egui::Context, _| {});
    let engine = Engine::spawn(|| {}).unwrap();
    let mut app = App::new(&ctx, engine, ask_path, start);
    let mut frame = eframe::Frame::_new_kittest();
    let began = Instant::now();
    let mut due = began;
    let mut reading = Frames::default();
    let mut at_rest = Frames::default();
    let mut read_after = None;
    while at_rest.costs.len() < FRAMES_AT_REST {
        due = (due + FRAME).max(Instant::now());
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let size = egui::vec2(1920.0, 1080.0);
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(egui::Pos2::ZERO, size)),
            time: Some(began.elapsed().as_secs_f64()),
            ..egui::RawInput::default()
        };
        let drawn_from = Instant::now();
        let output = ctx.run_ui(input, |ui| {
            let ctx = ui.ctx().clone();
            app.logic(&ctx, &mut frame);
            app.ui(ui, &mut frame);
        });
        ctx.tessellate(output.shapes, output.pixels_per_point);
        let frames = match read_after {
            None => &mut reading,
            Some(_) => &mut at_rest,
        };
        frames.costs.push(drawn_from.elapsed());
        frames.delays.push(due.elapsed());
        let run = app.state().runs.first().unwrap();
        assert!(run.failure.is_none(), "{:?}", run.failure);
        if read_after.is_none() && run.info.is_some() {
            read_after = Some(began.elapsed());
        }
    }
    println!(
        "frames of the window while pictures are read for {:.1} s:",
        read_after.unwrap().as_secs_f64()
    );
    reading.report("reading");
    at_rest.report("at rest");
}

/// Frames, measured.
#[derive(Default)]
struct Frames {
    /// Own work of each.
    costs: Vec<Duration>,
    /// From when each was due until it was drawn.
    delays: Vec<Duration>,
}

impl Frames {
    fn report(self, when: &str) {
        let count = self.costs.len();
        for (what, mut times) in [("own work", self.costs), ("due to drawn", self.delays)] {
            times.sort_unstable();
            let millis = |at: usize| times[at].as_secs_f64() * 1000.0;
            println!(
                "{when:8} {what:13} {count} frames: median {:.2} ms, 95 % {:.2} ms, max {:.2} ms",
                millis(count / 2),
                millis(count * 95 / 100),
                millis(count - 1)
            );
        }
    }
}

/// Measures a part in a process of its own; what it prints.
fn run_apart(what: &str, place: &Path, cache: Option<&PathBuf>) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .env(PART_VARIABLE, format!("{what}={}", place.display()))
        .env("HOURGLASS_CACHE", cache.cloned().unwrap_or_default())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{errors}");
    text
}

/// Opens a data set in a process of its own: seconds, bytes of its resident set, images.
fn apart(what: &str, place: &Path, cache: Option<&PathBuf>) -> (f64, u64, u64) {
    let text = run_apart(what, place, cache);
    let mut words = text.split_whitespace();
    let mut next = || words.next().unwrap();
    (
        next().parse().unwrap(),
        next().parse().unwrap(),
        next().parse().unwrap(),
    )
}

/// Largest resident set so far, where the system tells it.
fn peak_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: u64 = line
        .and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0);
    kilobytes * 1024
}

/// 60,000 training and 10,000 test images, drawn like the built-in ones, under MNIST's names.
fn write_idx(folder: &Path) {
    fs::create_dir(folder).unwrap();
    let parts = glyphs::generate(7, 60_000, 10_000).unwrap();
    for (name, images) in [("train", &parts.train), ("t10k", &parts.test)] {
        let file = fs::File::create(folder.join(format!("{name}-images-idx3-ubyte.gz"))).unwrap();
        let mut packed = GzEncoder::new(file, Compression::default());
        for number in [0x803, images.len() as u32, 28, 28] {
            packed.write_all(&number.to_be_bytes()).unwrap();
        }
        packed.write_all(images.pixels()).unwrap();
        packed.finish().unwrap();
    }
}

/// JPEG files of some hundred different pictures, with as much detail as photographs have.
fn write_pictures(folder: &Path, count: usize) -> Vec<PathBuf> {
    fs::create_dir(folder).unwrap();
    let files: Vec<Vec<u8>> = (0..100_u32)
        .into_par_iter()
        .map(|kind| {
            let picture = RgbImage::from_fn(320, 240, |x, y| {
                let wave = |scale: f32, shift: u32| {
                    let at = (x * (3 + kind % 7) + y * (2 + kind % 5) + shift) as f32;
                    (at * scale).sin() * 60.0
                };
                let grain = (x * 7919 + y * 104_729 + kind * 31) % 23;
                [0, 90, 180]
                    .map(|shift| (128.0 + wave(0.02, shift) + wave(0.2, kind) + grain as f32) as u8)
                    .into()
            });
            let mut file = Vec::new();
            JpegEncoder::new_with_quality(&mut file, 85)
                .encode_image(&picture)
                .unwrap();
            file
        })
        .collect();
    (0..count)
        .map(|i| {
            let path = folder.join(format!("{i:05}.jpg"));
            fs::write(&path, &files[i % files.len()]).unwrap();
            path
        })
        .collect()
}

/// Reads and decodes every picture on all processors, and does nothing else.
fn decode_alone(paths: &[PathBuf]) -> f64 {
    let start = Instant::now();
    let pixels: u64 = paths
        .par_iter()
        .map(|path| {
            let reader = ImageReader::new(Cursor::new(fs::read(path).unwrap()));
            let picture = reader.with_guessed_format().unwrap().decode().unwrap();
            u64::from(picture.width() * picture.height())
        })
        .sum();
    assert!(pixels > 0);
    start.elapsed().as_secs_f64()
}
