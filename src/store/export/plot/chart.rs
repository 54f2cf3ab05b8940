//! The drawing itself: legend, axes, reference lines, phases and curves.
//!
//! The *area* is the part of the paper between the axes.

use std::fmt::Write as _;

use super::super::curves::{CurveRun, LossKind};
use super::super::numbers::three_digits;
use super::super::palette::{
    BASELINE, GRID, PAPER, Rgb, Stroke, WEAK, hex, run_color, run_mark, run_stroke,
};
use super::super::text::{Text, fitted, text_element, width};
use super::axis::Scale;
use super::lines::{self, Point};
use super::marks::{Pen, line, mark};
use super::{Along, PlotOptions};

/// Size of the paper, in points.
const WIDTH: f32 = 960.0;
const HEIGHT: f32 = 600.0;
/// Around the area.
const LEFT: f32 = 84.0;
const RIGHT: f32 = 24.0;
const BOTTOM: f32 = 56.0;
const TOP: f32 = 20.0;
/// Text.
const SMALL: f32 = 12.0;
const PLAIN: f32 = 14.0;
/// Legend.
const SAMPLE: f32 = 40.0;
const ROW: f32 = 22.0;
/// Longest name of a run in the legend.
const NAME_ROOM: f32 = 300.0;

struct Area {
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
}

/// All lines of one run.
struct Drawn<'a> {
    run: &'a CurveRun,
    training: Vec<lines::Training>,
    test: Vec<lines::Test>,
}

/// A line across the area.
struct Level {
    name: String,
    value: f64,
}

/// Draws the plot of these runs.
pub(super) fn draw(runs: &[CurveRun], options: &PlotOptions) -> String {
    let along = |run: &CurveRun| {
        let train = run.metrics.train.last().map(|point| point.step + 1);
        let test = run.metrics.test.last().map(|point| point.step);
        let last = train.max(test).unwrap_or(0);
        lines::place(run, options.along, last as f64)
    };
    let end = runs.iter().map(along).fold(0.0, f64::max);
    let drawn: Vec<Drawn<'_>> = runs
        .iter()
        .map(|run| Drawn {
            run,
            training: lines::training(run, options, end),
            test: if options.is_entropy {
                Vec::new()
            } else {
                lines::test(run, options, end)
            },
        })
        .collect();
    let levels = levels(runs, options);
    let mut svg = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         viewBox=\"0 0 {WIDTH} {HEIGHT}\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         fill=\"{}\"/>",
        hex(PAPER)
    );
    let legend_bottom = legend(&mut svg, &drawn, options);
    let area = Area {
        left: LEFT,
        right: WIDTH - RIGHT,
        top: legend_bottom + 10.0,
        bottom: HEIGHT - BOTTOM,
    };
    let x = horizontal(end, options.along, &area);
    let y = vertical(&drawn, &levels, options, &area);
    axes(&mut svg, &area, (x, y), options);
    let _ = writeln!(
        svg,
        "<clipPath id=\"area\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/></clipPath>\n\
         <g clip-path=\"url(#area)\">",
        area.left,
        area.top,
        area.right - area.left,
        area.bottom - area.top
    );
    for level in &levels {
        let at = y.place(level.value);
        let ends = [(f64::from(area.left), at), (f64::from(area.right), at)];
        line(
            &mut svg,
            &ends,
            pen(BASELINE, 1.0, 1.0, Stroke::Dashed(5.0)),
        );
    }
    for drawn in &drawn {
        boundaries(&mut svg, drawn.run, options, &area, x);
    }
    for drawn in &drawn {
        training(&mut svg, drawn, x, y);
    }
    for drawn in &drawn {
        test(&mut svg, drawn, x, y);
    }
    svg.push_str("</g>\n");
    let mut taken = phase_names(&mut svg, runs, options, &area, x);
    level_names(&mut svg, &levels, &area, y, &mut taken);
    if end <= 0.0 {
        let middle = f32::midpoint(area.top, area.bottom);
        let text = Text::new(WIDTH / 2.0, middle, PLAIN, "Nothing was measured.");
        text_element(&mut svg, &text.colored(WEAK).centered());
    }
    svg.push_str("</svg>\n");
    svg
}

fn pen(color: Rgb, width: f32, opacity: f32, stroke: Stroke) -> Pen {
    Pen {
        color,
        width,
        opacity,
        stroke,
    }
}

/// The reference lines of these runs, each once.
fn levels(runs: &[CurveRun], options: &PlotOptions) -> Vec<Level> {
    let mut levels: Vec<Level> = Vec::new();
    if !options.shows_baselines || options.is_entropy {
        return levels;
    }
    for run in runs {
        let Some(found) = &run.lines else { continue };
        let mut all = vec![
            ("black image".to_owned(), found.black),
            ("mean image".to_owned(), found.mean),
        ];
        if let Some((components, error)) = found.pca {
            all.push((format!("PCA, {components} components"), error));
        }
        for (name, mean) in all {
            let value = mean * lines::pixel_factor(run, options);
            let is_known = levels
                .iter()
                .any(|level| level.name == name && (level.value - value).abs() < 1e-12);
            if !is_known {
                levels.push(Level { name, value });
            }
        }
    }
    levels
}

fn horizontal(end: f64, along: Along, area: &Area) -> Scale {
    let end = if end > 0.0 {
        end
    } else if along == Along::Steps {
        100.0
    } else {
        10.0
    };
    // A little room, so that the last marks are seen whole.
    let ends = (f64::from(area.left), f64::from(area.right) - 8.0);
    Scale::new((0.0, end), ends, false)
}

fn vertical(drawn: &[Drawn<'_>], levels: &[Level], options: &PlotOptions, area: &Area) -> Scale {
    let training = drawn.iter().flat_map(|drawn| &drawn.training);
    let test = drawn.iter().flat_map(|drawn| &drawn.test);
    let values = training
        .flat_map(|training| training.raw.iter())
        .chain(test.flat_map(|test| test.line.iter()))
        .map(|point: &Point| point.1)
        .chain(levels.iter().map(|level| level.value));
    let (low, high) = values.fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), value| {
        (low.min(value), high.max(value))
    });
    let (low, high) = if low <= high {
        (low, high)
    } else {
        (0.01, 0.1)
    };
    let low = if options.is_log { low } else { 0.0 };
    let ends = (f64::from(area.bottom), f64::from(area.top));
    Scale::new((low, high), ends, options.is_log).widened(0.05)
}

/// Draws the legend in as many rows as it takes, and tells where it ends.
fn legend(svg: &mut String, drawn: &[Drawn<'_>], options: &PlotOptions) -> f32 {
    let (mut x, mut y) = (LEFT, TOP);
    for Drawn { run, .. } in drawn {
        let error = run.metrics.last_test().filter(|_test| !options.is_entropy);
        let name = fitted(&run.name, PLAIN, NAME_ROOM);
        let text = match error {
            Some(test) => {
                let error = test.mse * lines::pixel_factor(run, options);
                format!("{name}  {}", three_digits(error))
            }
            None => name,
        };
        let room = SAMPLE + 8.0 + width(&text, PLAIN) + 24.0;
        if x > LEFT && x + room > WIDTH - RIGHT {
            (x, y) = (LEFT, y + ROW);
        }
        let color = run_color(run.slot);
        let middle = f64::from(y + ROW / 2.0);
        let ends = [(f64::from(x), middle), (f64::from(x + SAMPLE), middle)];
        line(svg, &ends, pen(color, 2.2, 1.0, run_stroke(run.slot)));
        let center = (f64::from(x + SAMPLE / 2.0), middle);
        mark(svg, center, run_mark(run.slot), color);
        let text = Text::new(x + SAMPLE + 8.0, y + ROW / 2.0 + 5.0, PLAIN, &text);
        text_element(svg, &text);
        x += room;
    }
    if let Some(note) = note(drawn, options) {
        y += ROW;
        let note = fitted(&note, SMALL, WIDTH - LEFT - RIGHT);
        let text = Text::new(LEFT, y + ROW / 2.0 + 4.0, SMALL, &note);
        text_element(svg, &text.colored(WEAK));
    }
    y + ROW
}

/// Says what training losses hold besides what the axis names; absent where they hold nothing else.
fn note(drawn: &[Drawn<'_>], options: &PlotOptions) -> Option<String> {
    let mut held: Vec<String> = Vec::new();
    let mut is_divided = false;
    for training in drawn.iter().flat_map(|drawn| &drawn.training) {
        let more = training.parts.more();
        if !more.is_empty() && !held.contains(&more) {
            held.push(more);
        }
        is_divided |= training.parts.is_sum && !options.is_sum;
    }
    if held.is_empty() {
        return None;
    }
    let held: Vec<String> = held
        .iter()
        .map(|more| format!("reconstruction{more}"))
        .collect();
    let mut note = format!("Dashed training losses: {}", held.join("; "));
    if is_divided {
        note.push_str(". Sums over an image are divided by its values");
    }
    Some(note)
}

fn axes(svg: &mut String, area: &Area, (x, y): (Scale, Scale), options: &PlotOptions) {
    let (left, right) = (f64::from(area.left), f64::from(area.right));
    let (top, bottom) = (f64::from(area.top), f64::from(area.bottom));
    let grid = pen(GRID, 1.0, 1.0, Stroke::Solid);
    for (value, text) in x.ticks(8) {
        let at = x.place(value);
        line(svg, &[(at, top), (at, bottom)], grid);
        let text = Text::new(at as f32, area.bottom + 17.0, SMALL, &text);
        text_element(svg, &text.centered());
    }
    for (value, text) in y.ticks(8) {
        let at = y.place(value);
        if !(top..=bottom).contains(&at) {
            continue;
        }
        line(svg, &[(left, at), (right, at)], grid);
        let text = Text::new(area.left - 7.0, at as f32 + 4.0, SMALL, &text);
        text_element(svg, &text.right());
    }
    let axis = pen(WEAK, 1.2, 1.0, Stroke::Solid);
    line(svg, &[(left, top), (left, bottom), (right, bottom)], axis);
    let below = match options.along {
        Along::Steps => "Training steps",
        Along::Epochs => "Epochs",
        Along::Seconds => "Seconds of training",
    };
    let middle = f32::midpoint(area.left, area.right);
    text_element(
        svg,
        &Text::new(middle, area.bottom + 42.0, PLAIN, below).centered(),
    );
    let beside = match (options.is_entropy, options.is_sum) {
        (false, false) => "Mean squared error per pixel",
        (false, true) => "Squared error per image",
        (true, false) => "Binary cross-entropy per pixel",
        (true, true) => "Binary cross-entropy per image",
    };
    let text = Text::new(24.0, f32::midpoint(area.top, area.bottom), PLAIN, beside);
    text_element(svg, &text.centered().upwards());
}

fn boundaries(svg: &mut String, run: &CurveRun, options: &PlotOptions, area: &Area, x: Scale) {
    for start in run.metrics.phases.iter().filter(|start| start.step > 0) {
        let at = x.place(lines::place(run, options.along, start.step as f64));
        let ends = [(at, f64::from(area.top)), (at, f64::from(area.bottom))];
        let pen = pen(run_color(run.slot), 1.0, 0.6, Stroke::Dotted(4.0));
        line(svg, &ends, pen);
    }
}

fn training(svg: &mut String, drawn: &Drawn<'_>, x: Scale, y: Scale) {
    let color = run_color(drawn.run.slot);
    let placed = |points: &[Point]| -> Vec<Point> {
        points
            .iter()
            .map(|(at, value)| (x.place(*at), y.place(*value)))
            .collect()
    };
    for training in &drawn.training {
        // What the axis does not name, errors of codes or a KL divergence, looks different.
        let stroke = if training.kind == LossKind::Codes || training.parts.has_more() {
            Stroke::Dashed(4.0)
        } else {
            Stroke::Solid
        };
        let raw = placed(&training.raw);
        match &training.smooth {
            Some(smooth) => {
                line(svg, &raw, pen(color, 0.8, 0.22, Stroke::Solid));
                line(svg, &placed(smooth), pen(color, 1.2, 0.85, stroke));
            }
            None => line(svg, &raw, pen(color, 0.9, 0.55, stroke)),
        }
    }
}

fn test(svg: &mut String, drawn: &Drawn<'_>, x: Scale, y: Scale) {
    let slot = drawn.run.slot;
    let placed = |point: &Point| (x.place(point.0), y.place(point.1));
    for test in &drawn.test {
        let points: Vec<Point> = test.line.iter().map(placed).collect();
        line(
            svg,
            &points,
            pen(run_color(slot), 2.0, 1.0, run_stroke(slot)),
        );
        for point in &test.marks {
            mark(svg, placed(point), run_mark(slot), run_color(slot));
        }
    }
}

/// A box that text takes: left, top, right, bottom.
type Taken = [f32; 4];

fn overlaps(a: &Taken, b: &Taken) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

/// Writes text on a piece of paper of its own, so that lines do not cross it.
fn on_paper(svg: &mut String, taken: Taken, text: &Text<'_>) {
    let _ = writeln!(
        svg,
        "<rect x=\"{:.2}\" y=\"{:.2}\" width=\"{:.2}\" height=\"{:.2}\" fill=\"{}\" \
         fill-opacity=\"0.85\"/>",
        taken[0],
        taken[1],
        taken[2] - taken[0],
        taken[3] - taken[1],
        hex(PAPER)
    );
    text_element(svg, text);
}

/// Names of the phases of one run along the top, as far as they fit; tells where they are.
fn phase_names(
    svg: &mut String,
    runs: &[CurveRun],
    options: &PlotOptions,
    area: &Area,
    x: Scale,
) -> Vec<Taken> {
    let has_phases = |run: &&CurveRun| run.metrics.phases.len() > 1;
    let chosen = runs
        .iter()
        .filter(|run| Some(run.slot) == options.named_slot);
    let others = runs.iter().filter(|_run| options.named_slot.is_none());
    let Some(run) = chosen.chain(others).find(has_phases) else {
        return Vec::new();
    };
    let starts = &run.metrics.phases;
    let at = |step: u64| x.place(lines::place(run, options.along, step as f64)) as f32;
    let mut taken = Vec::new();
    for (index, start) in starts.iter().enumerate() {
        let Some(phase) = run.phases.get(start.phase) else {
            continue;
        };
        let left = at(start.step) + 4.0;
        let right = starts
            .get(index + 1)
            .map_or(area.right, |next| at(next.step));
        let name = &phase.name;
        let short = name.rsplit_once(", ").map_or(name.as_str(), |(_, end)| end);
        let Some(name) = [name, short]
            .into_iter()
            .find(|name| width(name, SMALL) + 4.0 <= right - left)
        else {
            continue;
        };
        let place = [
            left - 2.0,
            area.top + 1.0,
            left + width(name, SMALL) + 2.0,
            area.top + 18.0,
        ];
        let text = Text::new(left, area.top + 14.0, SMALL, name);
        on_paper(svg, place, &text.colored(run_color(run.slot)));
        taken.push(place);
    }
    taken
}

/// Names at the right end of the reference lines, above or below them, where there is room.
fn level_names(svg: &mut String, levels: &[Level], area: &Area, y: Scale, taken: &mut Vec<Taken>) {
    for level in levels {
        let at = y.place(level.value) as f32;
        let name = format!("{} {}", level.name, three_digits(level.value));
        let right = area.right - 4.0;
        let left = right - width(&name, SMALL);
        let above = [left - 2.0, at - 17.0, right + 2.0, at - 2.0];
        let below = [left - 2.0, at + 2.0, right + 2.0, at + 17.0];
        let is_free = |place: &Taken| {
            place[1] >= area.top
                && place[3] <= area.bottom
                && taken.iter().all(|other| !overlaps(other, place))
        };
        let Some(place) = [above, below].into_iter().find(is_free) else {
            continue;
        };
        let text = Text::new(right, place[3] - 3.0, SMALL, &name);
        on_paper(svg, place, &text.colored(BASELINE).right());
        taken.push(place);
    }
}
