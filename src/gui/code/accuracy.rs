//! How many images have their own class around them, over time.

use egui::{Label, RichText, Role, Ui, WidgetInfo, vec2};
use egui_plot::{GridMark, HLine, Line, LineStyle, Plot, Points, VLine};

use crate::engine::DatasetInfo;
use crate::store::list;

use super::super::curves::pattern;
use super::super::run::Run;
use super::super::theme::text_scale;
use super::super::view::View;
use super::super::words;
use super::mapping::NEAR;

/// Height of the chart, in points.
const HEIGHT: f32 = 150.0;

/// Marks on a line, at most.
const MOST_MARKS: usize = 40;

/// A run, and steps and percents of its frames that were measured, one at least.
type Measurements<'a> = (&'a Run, Vec<[f64; 2]>);

/// Draws the accuracy of nearest neighbours of all runs with classes; the text is about this one.
pub fn accuracy_ui(ui: &mut Ui, view: &View<'_>, run: &Run) {
    let Some(info) = &run.info else {
        ui.weak(
            "How many images have their own class around them appears here once the run is ready.",
        );
        return;
    };
    // Every frame with codes has those of the same images.
    let codes = run.frames().map(|frame| frame.codes.len()).max();
    let codes = codes.unwrap_or(0);
    let labels = info.dataset.test_labels.as_deref().unwrap_or_default();
    let labels = &labels[..labels.len().min(codes)];
    let guess = most_frequent(labels);
    let text = guess.map_or_else(
        || without_labels(&info.dataset, codes),
        |guess| sentence(labels.len(), guess),
    );
    ui.add(Label::new(text).wrap());
    let lines: Vec<Measurements<'_>> = view
        .state
        .runs
        .iter()
        .map(|run| {
            let shares = view.state.mapping.measured.of(run).into_iter();
            let points = shares.map(|(step, share)| [step as f64, share * 100.0]);
            (run, points.collect::<Vec<_>>())
        })
        .filter(|(_, points)| !points.is_empty())
        .collect();
    if lines.is_empty() {
        if guess.is_some() {
            ui.weak("Measuring…");
        }
        return;
    }
    chart_ui(ui, view, &lines, guess);
    if let Some(text) = lone(&lines) {
        let small = RichText::new(text).small().color(view.palette.weak);
        ui.add(Label::new(small).wrap());
    }
}

/// Why there is but one point of some runs, where no more will come by themselves.
fn lone(lines: &[Measurements<'_>]) -> Option<String> {
    let has_one = |run: &Run| {
        let frames = run.frames().filter(|frame| !frame.codes.is_empty());
        frames.count() == 1 && run.has_started() && !run.is_running()
    };
    let lone = lines.iter().filter(|(run, _)| has_one(run));
    let names: Vec<&str> = lone.map(|(run, _)| run.name()).collect();
    (!names.is_empty()).then(|| {
        format!(
            "Only frames that were kept can be measured, and of {} there is one: a run keeps more of them while \
             it trains in the window.",
            list(&names)
        )
    })
}

/// What is known of a run at the frame that is looked at, or newest where none is.
fn value((run, points): &Measurements<'_>, looked_at: Option<u64>) -> String {
    let name = run.name();
    let limit = looked_at.map_or(f64::INFINITY, |step| step as f64);
    let until = points.partition_point(|point| point[0] <= limit);
    match (
        until.checked_sub(1).and_then(|last| points.get(last)),
        looked_at,
    ) {
        (Some([step, percent]), _) => {
            format!(
                "{name} {percent:.0} % at step {}",
                words::count(*step as u64)
            )
        }
        (None, Some(step)) => format!("{name} is not measured at step {}", words::count(step)),
        (None, None) => format!("{name} is not measured"),
    }
}

/// Share of the most frequent class, where there are classes: what guessing it always would reach.
fn most_frequent(labels: &[u8]) -> Option<f64> {
    let mut counts = [0_usize; 256];
    for label in labels {
        counts[usize::from(*label)] += 1;
    }
    let most = counts.iter().max().copied().filter(|most| *most > 0)?;
    Some(most as f64 / labels.len() as f64)
}

fn sentence(images: usize, guess: f64) -> String {
    format!(
        "Share of the first {images} test images whose class most of the {NEAR} others with the nearest \
         codes have. The classes are used to measure, not to train. Always guessing the most frequent \
         class would reach {:.0} %.",
        guess * 100.0
    )
}

fn without_labels(dataset: &DatasetInfo, codes: usize) -> String {
    if codes == 0 {
        return "How many images have their own class around them appears here with the first codes."
            .to_owned();
    }
    format!(
        "The test images of {} have no classes, so that nothing can be said about whether those of one \
         class lie together.",
        dataset.name
    )
}

fn chart_ui(ui: &mut Ui, view: &View<'_>, lines: &[Measurements<'_>], guess: Option<f64>) {
    let scale = text_scale(ui.ctx());
    let title = |text: &str| RichText::new(text).small().weak();
    let plot = Plot::new("accuracy of neighbours")
        .height(HEIGHT * scale)
        .show_crosshair(false)
        .allow_scroll(false)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_boxed_zoom(false)
        .set_margin_fraction(vec2(0.02, 0.08))
        .grid_color(view.palette.border)
        .label_formatter(|_| None)
        .x_axis_formatter(|mark: GridMark, _range| words::count(mark.value.max(0.0).round() as u64))
        .y_axis_formatter(|mark: GridMark, _range| format!("{:.0} %", mark.value))
        .y_axis_min_width(44.0 * scale)
        .x_axis_label(title("Step"))
        .y_axis_label(title("Accuracy"))
        .include_x(0.0)
        .include_y(0.0)
        .include_y(100.0);
    let shown = plot.show(ui, |chart| {
        if let Some(guess) = guess {
            let level = HLine::new("Most frequent class", guess * 100.0)
                .color(view.palette.baseline)
                .width(1.0)
                .style(LineStyle::dashed_dense())
                .allow_hover(false);
            chart.hline(level);
        }
        if let Some(step) = view.state.history.cursor {
            let cursor = VLine::new("Looked at", step as f64)
                .color(view.palette.accent)
                .width(1.5)
                .allow_hover(false);
            chart.vline(cursor);
        }
        for (run, points) in lines {
            let color = view.palette.run(run.slot);
            let every = points.len().div_ceil(MOST_MARKS).max(1);
            let marks: Vec<[f64; 2]> = points.iter().step_by(every).copied().collect();
            chart.points(
                Points::new(run.name().to_owned(), marks)
                    .shape(pattern::marker(run.slot))
                    .color(color)
                    .radius(3.0)
                    .allow_hover(false),
            );
            chart.line(
                Line::new(run.name().to_owned(), points.clone())
                    .color(color)
                    .width(2.0)
                    .style(pattern::line_style(run.slot))
                    .allow_hover(false),
            );
        }
    });
    let values = lines.iter().map(|line| {
        // Before the first frame of a run that one is looked at.
        let cursor = view.state.history.cursor;
        let looked_at = cursor.and_then(|_| view.state.frame(line.0));
        value(line, looked_at.map(|frame| frame.step))
    });
    let values: Vec<String> = values.collect();
    let spoken = format!(
        "Accuracy of nearest neighbours over steps. {}",
        values.join("; ")
    );
    shown
        .response
        .widget_info(|| WidgetInfo::labeled(Role::Image, true, &spoken));
    let small = RichText::new(values.join("; ")).small();
    ui.add(Label::new(small.color(view.palette.weak)).wrap());
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::engine::{Codes, Event, Frame, RunState};
    use crate::gui::state::AppState;
    use crate::gui::state::tests::{advance, first, make_ready};

    #[test]
    fn the_value_is_that_of_the_frame_looked_at() {
        let (state, _) = first();
        let run = &state.runs[0];
        let line = (run, vec![[20.0, 40.0], [1_500.0, 80.0]]);
        let told = |looked_at| value(&line, looked_at);
        assert!(told(None).ends_with(" 80 % at step 1,500"));
        assert!(told(Some(1_500)).ends_with(" 80 % at step 1,500"));
        assert!(told(Some(1_499)).ends_with(" 40 % at step 20"));
        assert!(told(Some(7)).ends_with(" is not measured at step 7"));
    }

    #[test]
    fn a_lone_point_is_explained_where_no_other_will_come() {
        let (mut state, id) = first();
        make_ready(&mut state, id);
        let told = |state: &AppState| lone(&[(&state.runs[0], vec![[300.0, 80.0]])]);
        assert_eq!(told(&state), None, "nothing was trained");
        advance(&mut state, id, 300);
        let codes = Codes {
            latent: 1,
            values: vec![0.0, 1.0],
            ..Codes::default()
        };
        let frame = |step| Frame {
            codes: Arc::new(codes.clone()),
            ..Frame::blank(id, step)
        };
        state.run_mut(id).unwrap().frame = Some(Arc::new(frame(300)));
        assert_eq!(told(&state), None, "more will come");
        state.apply(Event::StateChanged {
            id,
            state: RunState::Paused,
        });
        let sentence = told(&state).unwrap();
        assert!(sentence.starts_with("Only frames that were kept"));
        assert!(sentence.contains(state.runs[0].name()));
        state.apply(Event::Frame(Arc::new(frame(100))));
        assert_eq!(told(&state), None, "there are two");
    }

    #[test]
    fn guessing_reaches_the_share_of_the_most_frequent_class() {
        assert_eq!(most_frequent(&[1, 4, 4, 2]), Some(0.5));
        assert_eq!(most_frequent(&[]), None);
        assert!(sentence(400, 0.104).ends_with("reach 10 %."));
    }
}
