//! Plots are drawn, read again and looked at.

use super::super::curves::tests::run;
use super::super::palette::{BASELINE, Rgb, hex, run_color};
use super::*;

fn plot(runs: &[CurveRun], options: &PlotOptions, format: Format) -> Vec<u8> {
    encode_plot(Path::new("plot"), runs, options, format).unwrap()
}

fn drawing(runs: &[CurveRun], options: &PlotOptions) -> String {
    String::from_utf8(plot(runs, options, Format::Svg)).unwrap()
}

#[test]
fn a_drawing_is_sound_and_says_everything() {
    let runs = [run("Deep & <wide>", 0, 40), run("Stacked", 3, 60)];
    let text = drawing(&runs, &PlotOptions::default());
    assert!(super::super::text::render(&text, 1.0).is_ok());
    for words in [
        "Deep &amp; &lt;wide&gt;",
        "Stacked",
        "Training steps",
        "Mean squared error per pixel",
        "mean image 0.0670",
        "PCA, 10 components 0.0340",
        "Greedy, pair 2",
        "All layers",
        "stroke-dasharray",
    ] {
        assert!(text.contains(words), "{words} is missing");
    }
    for slot in [0, 3] {
        assert!(text.contains(&hex(run_color(slot))), "slot {slot}");
    }
    assert_eq!(text, drawing(&runs, &PlotOptions::default()));
}

#[test]
fn a_drawing_says_what_losses_hold_besides_errors() {
    let plain = run("Stacked", 0, 40);
    let mut vae = run("Variational", 1, 40);
    vae.phases[1].parts.is_sum = true;
    vae.phases[1].parts.has_kl = true;
    let with = PlotOptions::default();
    let note = "Dashed training losses: reconstruction + β KL. Sums over an image are divided by its \
                values";
    assert!(drawing(&[plain.clone(), vae.clone()], &with).contains(note));
    assert!(!drawing(&[plain], &with).contains("Dashed"));
    let without = PlotOptions {
        shows_training: false,
        ..with
    };
    assert!(!drawing(&[vae], &without).contains("Dashed"));
}

#[test]
fn options_decide_what_is_drawn() {
    let runs = [run("a", 0, 40)];
    let with = PlotOptions::default();
    let bare = PlotOptions {
        shows_training: false,
        shows_baselines: false,
        along: Along::Seconds,
        is_sum: true,
        is_log: false,
        ..with
    };
    let (with, bare) = (drawing(&runs, &with), drawing(&runs, &bare));
    assert!(bare.contains("Seconds of training") && bare.contains("Squared error per image"));
    assert!(!bare.contains("mean image") && !bare.contains(&hex(BASELINE)));
    let paths = |text: &str| text.matches("stroke-opacity=\"0.22\"").count();
    assert_eq!((paths(&with), paths(&bare)), (2, 0));
}

fn near(pixel: &image::Rgb<u8>, color: Rgb) -> bool {
    pixel.0.iter().zip(color).all(|(a, b)| a.abs_diff(b) < 24)
}

#[test]
fn a_picture_shows_every_run_in_its_colour() {
    let runs: Vec<CurveRun> = (0..8)
        .map(|slot| run(&format!("Run {slot}"), slot, 30 + 5 * slot as u64))
        .collect();
    let bytes = plot(&runs, &PlotOptions::default(), Format::Png);
    let picture = image::load_from_memory(&bytes).unwrap().to_rgb8();
    assert_eq!(picture.dimensions(), (1920, 1200));
    for slot in 0..8 {
        let ink = picture.pixels().filter(|p| near(p, run_color(slot)));
        assert!(ink.count() > 100, "slot {slot}");
    }
    let paper = picture.pixels().filter(|p| near(p, [255; 3])).count();
    assert!(paper > 1920 * 1200 / 2, "{paper}");
}

#[test]
fn runs_without_measurements_have_a_plot_too() {
    let mut empty = run("Empty", 0, 10);
    empty.metrics = crate::train::Metrics::default();
    let text = drawing(&[empty], &PlotOptions::default());
    assert!(text.contains("Nothing was measured."));
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
}

#[test]
fn a_million_steps_make_a_small_drawing() {
    let runs = [run("long", 0, 500_000)];
    let text = drawing(&runs, &PlotOptions::default());
    assert!(text.len() < 400_000, "{}", text.len());
}
