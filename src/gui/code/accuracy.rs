//! How many images have their own class around them, over time.

use egui::{Label, RichText, Role, Ui, WidgetInfo, vec2};
use egui_plot::{GridMark, HLine, Line, LineStyle, Plot, Points, VLine};

use crate::engine::DatasetInfo;

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

/// Draws the accuracy of nearest neighbours of all runs with classes; the text is about this one.
pub fn accuracy_ui(ui: &mut Ui, view: &View<'_>, run: &Run) {
    let Some(info) = &run.info else {
        ui.weak(
            "How many images have their own class around them appears here once the run is ready.",
        );
        return;
    };
    let codes = view.state.frame(run).map_or(0, |frame| frame.codes.len());
    let labels = info.dataset.test_labels.as_deref().unwrap_or_default();
    let labels = &labels[..labels.len().min(codes)];
    let guess = most_frequent(labels);
    let text = guess.map_or_else(
        || without_labels(&info.dataset, codes),
        |guess| sentence(labels.len(), guess),
    );
    ui.add(Label::new(text).wrap());
    let lines: Vec<(&Run, Vec<[f64; 2]>)> = view
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

fn chart_ui(ui: &mut Ui, view: &View<'_>, lines: &[(&Run, Vec<[f64; 2]>)], guess: Option<f64>) {
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
    let looked_at = view
        .state
        .history
        .cursor
        .map_or(f64::INFINITY, |step| step as f64);
    let values = lines.iter().filter_map(|(run, points)| {
        let until = points.partition_point(|point| point[0] <= looked_at);
        let point = points.get(until.checked_sub(1)?)?;
        let step = words::count(point[0] as u64);
        Some(format!("{} {:.0} % at step {step}", run.name(), point[1]))
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
    use super::*;

    #[test]
    fn guessing_reaches_the_share_of_the_most_frequent_class() {
        assert_eq!(most_frequent(&[1, 4, 4, 2]), Some(0.5));
        assert_eq!(most_frequent(&[]), None);
        assert!(sentence(400, 0.104).ends_with("reach 10 %."));
    }
}
