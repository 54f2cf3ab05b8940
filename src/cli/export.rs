//! Exports of kept runs: files for other programs, papers and slides.
//!
//! What is exported, a *kind*, decides which runs, which file endings and which options make sense.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::analysis::Baselines;
use crate::store;
use crate::store::export::{
    Along, Animation, CodeTable, CurveRun, ExportKind, Format, PlotOptions, check_target,
    encode_animation, encode_codes, encode_curves, encode_plot, encode_sheet, encode_torch,
    write_file,
};
use crate::train::Checkpoint;

use super::arguments::{dataset, device, path};
use super::kept::Kept;
use super::meter::Bar;
use super::numbers::number;
use super::opened::{Looked, Opened, Wanted, images_of, look_at_all, open_all};
use super::{Failure, output, sheets};

/// Options that only some kinds take.
const PLOT_OPTIONS: &[&str] = &[
    "linear",
    "along",
    "sum",
    "smoothing",
    "no-training",
    "no-baselines",
];

/// The command with its options.
pub(super) fn command() -> Command {
    let kinds: Vec<&str> = ExportKind::ALL.iter().map(|kind| kind.id()).collect();
    let flag = |id: &'static str, help: &'static str| {
        Arg::new(id).long(id).action(ArgAction::SetTrue).help(help)
    };
    Command::new("export")
        .about("Write what kept runs hold as files for other programs")
        .after_help(
            "weights: .safetensors for PyTorch, of one run. codes: .npy or .csv, of one run. curves: \
             .csv. plot: .svg or .png. grid: .png, test images over what each run makes of them. gif: \
             the pictures one run kept, one after another. Weights, curves, plots and gifs are written \
             without the images of the runs too; a plot has no reference lines then.",
        )
        .arg(
            Arg::new("run")
                .value_name("RUN")
                .required(true)
                .num_args(1..=8)
                .value_parser(value_parser!(PathBuf))
                .help("Folders of kept runs, or SESSION#N for run N of a session"),
        )
        .arg(
            Arg::new("what")
                .long("what")
                .value_name("KIND")
                .required(true)
                .value_parser(kinds)
                .help("What to write"),
        )
        .arg(path("out", "FILE", "File to write; its ending chooses the format").required(true))
        .arg(
            Arg::new("images")
                .long("images")
                .value_name("N")
                .help("Test images of a grid, from the first [default: 16]"),
        )
        .arg(
            Arg::new("frame-secs")
                .long("frame-secs")
                .value_name("X")
                .help("Seconds that a gif shows each picture [default: 0.2]"),
        )
        .arg(dataset())
        .arg(device())
        .next_help_heading("Plot")
        .arg(flag("linear", "Equal distances for equal differences, not ratios"))
        .arg(
            Arg::new("along")
                .long("along")
                .value_name("UNIT")
                .value_parser(["steps", "epochs", "seconds"])
                .help("What the horizontal axis counts [default: steps]"),
        )
        .arg(flag("sum", "Errors added up over an image, not averaged over its pixels"))
        .arg(
            Arg::new("smoothing")
                .long("smoothing")
                .value_name("N")
                .help("Steps that training losses are averaged over, 1 for none [default: 20]"),
        )
        .arg(flag("no-training", "Without training losses"))
        .arg(flag("no-baselines", "Without reference lines, which take a while to compute"))
}

/// Writes what was asked for.
///
/// # Errors
/// Bad input or a failed machine; no file is written then.
pub(super) fn export(matches: &ArgMatches) -> Result<(), Failure> {
    let id = matches.get_one::<String>("what").map_or("", String::as_str);
    let kind = ExportKind::from_id(id)
        .ok_or_else(|| Failure::bad_input(format!("nothing to export is called {id:?}")))?;
    let out = matches
        .get_one::<PathBuf>("out")
        .ok_or_else(|| Failure::bad_input("a file to write is needed"))?;
    let format = kind.format_of(out)?;
    check_target(out)?;
    let folders: Vec<&PathBuf> = matches.get_many("run").into_iter().flatten().collect();
    must_be_one(kind, &folders)?;
    must_have_effect(matches, kind)?;
    let wanted = Wanted::of(matches);
    let said = match kind {
        ExportKind::Animation => animation(matches, folders[0], out)?,
        ExportKind::Weights => weights(&look_at_all(&folders, &wanted)?[0], out)?,
        ExportKind::Curves => curves(&look_at_all(&folders, &wanted)?, out)?,
        ExportKind::Plot => plot(matches, (&folders, &wanted), out, format)?,
        ExportKind::Codes => codes(&mut open_all(&folders, &wanted)?[0], out, format)?,
        ExportKind::Grid => grid(matches, &mut open_all(&folders, &wanted)?, out)?,
    };
    output::line(format!("{said} in {}", out.display()))
}

/// Whether a kind is of one run alone.
fn is_of_one(kind: ExportKind) -> bool {
    match kind {
        ExportKind::Weights | ExportKind::Codes | ExportKind::Animation => true,
        ExportKind::Curves | ExportKind::Plot | ExportKind::Grid => false,
    }
}

fn must_be_one(kind: ExportKind, folders: &[&PathBuf]) -> Result<(), Failure> {
    if is_of_one(kind) && folders.len() > 1 {
        return Err(Failure::bad_input(format!(
            "--what {} is of one run, but {} were given",
            kind.id(),
            folders.len()
        )));
    }
    Ok(())
}

/// Refuses options that this kind has no use for.
fn must_have_effect(matches: &ArgMatches, kind: ExportKind) -> Result<(), Failure> {
    let given =
        |id: &&&str| matches.value_source(id) == Some(clap::parser::ValueSource::CommandLine);
    let groups: [(ExportKind, &[&str]); 3] = [
        (ExportKind::Plot, PLOT_OPTIONS),
        (ExportKind::Grid, &["images"]),
        (ExportKind::Animation, &["frame-secs"]),
    ];
    for (owner, ids) in groups {
        if let Some(id) = ids.iter().find(given).filter(|_id| owner != kind) {
            return Err(Failure::bad_input(format!(
                "--{id} goes with --what {} only, but --what is {}",
                owner.id(),
                kind.id()
            )));
        }
    }
    if kind == ExportKind::Animation && matches.contains_id("dataset") {
        return Err(Failure::bad_input(
            "--dataset is needed for nothing with --what gif, which shows pictures that were kept",
        ));
    }
    if kind == ExportKind::Animation && matches.contains_id("device") {
        return Err(Failure::bad_input(
            "--device computes nothing for --what gif, which shows pictures that were kept",
        ));
    }
    Ok(())
}

fn weights(run: &Looked, out: &Path) -> Result<String, Failure> {
    let kept = &run.run;
    let weights = &kept.checkpoint().weights;
    let bytes = encode_torch(out, &kept.torch()?, kept.config(), weights)?;
    write_file(out, &bytes)?;
    Ok(format!("the weights of {}", run.name))
}

fn codes(run: &mut Opened, out: &Path, format: Format) -> Result<String, Failure> {
    let count = run.trainer.data().test.len();
    let table = CodeTable {
        latent: run.trainer.code_size(),
        values: run.trainer.codes(count)?,
        labels: run.trainer.data().test_labels.clone(),
    };
    write_file(out, &encode_codes(out, &table, format)?)?;
    Ok(format!("codes of {count} test images by {}", run.name))
}

fn curve_run(run: &Looked, slot: usize, baselines: Option<&Baselines>) -> CurveRun {
    CurveRun::of_offline(&run.run, (run.name.clone(), slot), Vec::new(), baselines)
}

fn curves(runs: &[Looked], out: &Path) -> Result<String, Failure> {
    let curves: Vec<CurveRun> = runs
        .iter()
        .enumerate()
        .map(|(slot, run)| curve_run(run, slot, None))
        .collect();
    write_file(out, &encode_curves(out, &curves)?)?;
    Ok(format!(
        "curves of {}",
        names(runs.iter().map(|run| &run.name))
    ))
}

fn plot(
    matches: &ArgMatches,
    (folders, wanted): (&[&PathBuf], &Wanted<'_>),
    out: &Path,
    format: Format,
) -> Result<String, Failure> {
    let smoothing = number(matches, "smoothing", "a whole number from 1")?.unwrap_or(20);
    if smoothing == 0 {
        return Err(Failure::bad_input(
            "--smoothing must be a whole number from 1, but is 0",
        ));
    }
    let shows_baselines = !matches.get_flag("no-baselines");
    let runs = look_at_all(folders, wanted)?;
    let mut known: Vec<(Option<String>, Result<Baselines, String>)> = Vec::new();
    let mut curves = Vec::with_capacity(runs.len());
    for (slot, run) in runs.iter().enumerate() {
        let hash = &run.run.config().dataset_sha256;
        if shows_baselines && known.iter().all(|(of, _)| of != hash) {
            known.push((hash.clone(), baselines(run)?));
        }
        let lines = known.iter().find(|(of, _)| of == hash);
        let lines = lines.and_then(|(_, lines)| lines.as_ref().ok());
        curves.push(curve_run(run, slot, lines));
    }
    let lack = known.iter().find_map(|(_, lines)| lines.as_ref().err());
    // Squared errors are there for every run, cross-entropies only where they are minimised.
    let options = PlotOptions {
        is_log: !matches.get_flag("linear"),
        along: match matches.get_one::<String>("along").map(String::as_str) {
            Some("epochs") => Along::Epochs,
            Some("seconds") => Along::Seconds,
            Some(_) | None => Along::Steps,
        },
        is_sum: matches.get_flag("sum"),
        smoothing_steps: smoothing,
        shows_training: !matches.get_flag("no-training"),
        shows_baselines,
        is_entropy: false,
        named_slot: None,
    };
    write_file(out, &encode_plot(out, &curves, &options, format)?)?;
    let names = names(runs.iter().map(|run| &run.name));
    Ok(match lack {
        None => format!("a plot of {names}"),
        Some(why) => format!("a plot of {names}, without all reference lines ({why}),"),
    })
}

/// Reference lines of the images of a run, or why there are none: a plot does without those.
fn baselines(run: &Looked) -> Result<Result<Baselines, String>, Failure> {
    let data = match images_of(run) {
        Ok(data) => data,
        Err(lack) => return Ok(Err(lack.to_string())),
    };
    let pixels = data.train.shape().pixels();
    let (baselines, _) = Baselines::compute(
        data.train.pixels(),
        data.test.pixels(),
        pixels,
        Baselines::COMPONENTS,
    )
    .map_err(Failure::bad_input)?;
    Ok(Ok(baselines))
}

fn grid(matches: &ArgMatches, runs: &mut [Opened], out: &Path) -> Result<String, Failure> {
    let count: u32 = number(matches, "images", "a whole number from 1 to 200")?.unwrap_or(16);
    if !(1..=200).contains(&count) {
        return Err(Failure::bad_input(format!(
            "--images must be a whole number from 1 to 200, but is {count}"
        )));
    }
    let sheet = sheets::of_test_images(runs, count)?;
    write_file(out, &encode_sheet(out, &sheet)?)?;
    let names = names(runs.iter().map(|run| &run.name));
    Ok(format!("test images and what {names} made of them"))
}

fn animation(matches: &ArgMatches, folder: &Path, out: &Path) -> Result<String, Failure> {
    let secs: f64 = number(matches, "frame-secs", "a number from 0.02 to 10")?.unwrap_or(0.2);
    if !(0.02..=10.0).contains(&secs) {
        return Err(Failure::bad_input(format!(
            "--frame-secs must be a number from 0.02 to 10, but is {secs}"
        )));
    }
    let kept = Kept::find(folder)?;
    let checkpoint: Checkpoint = kept.open()?;
    let frames = sheets::of_kept_pictures(&kept.folder(), &checkpoint)?;
    if frames.is_empty() {
        return Err(Failure::bad_input(format!(
            "{} must hold pictures for a gif, but keeps none",
            kept.shown()
        )));
    }
    let animation = Animation {
        frames,
        frame_time: Duration::from_secs_f64(secs),
    };
    let bar = Bar::new("drawing");
    let bytes = encode_animation(out, &animation, &bar)?;
    bar.clear();
    write_file(out, &bytes)?;
    Ok(format!("{} kept pictures", animation.shown()))
}

/// Names of runs in a sentence.
fn names<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<&str> = names.map(String::as_str).collect();
    match &names[..] {
        [one] => (*one).to_owned(),
        [] => "no run".to_owned(),
        _ if names
            .iter()
            .any(|name| name.contains(',') || name.contains(" and ")) =>
        {
            store::list(&names)
        }
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}
