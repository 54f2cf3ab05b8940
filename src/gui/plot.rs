//! The chart of errors over training steps.
//!
//! One chart shows one unit: squared errors per pixel, or cross-entropy for runs that minimise it.
//! Errors on codes, which greedy phases minimise, are a unit of their own too and drawn dashed.

use egui::{RichText, Ui, vec2};
use egui_plot::{
    GridMark, HLine, HoverPosition, Line, LineStyle, MarkerShape, Plot, PlotPoints, Points, VLine,
};

use crate::train::TestPoint;

use super::action::{Action, Actions, ChartUnit, ViewOptions};
use super::plot_labels::{baselines, label_baselines, label_phases};
use super::run::{LossUnit, Run};
use super::series;
use super::view::View;
use super::{ticks, words};

/// Measurements on test images that are marked one by one.
const MOST_MARKERS: usize = 60;

/// Draws the chart with its switches.
pub fn plot_ui(ui: &mut Ui, view: &View<'_>, out: &mut Actions) {
    let has_entropy = view.state.runs.iter().any(Run::minimises_cross_entropy);
    let mut options = view.state.options;
    ui.horizontal(|ui| {
        ui.heading("Loss");
        for run in &view.state.runs {
            legend_ui(ui, view, run);
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            switches_ui(ui, &mut options, has_entropy);
        });
    });
    if options != view.state.options {
        out.push(Action::Show(options));
    }
    if !has_entropy {
        options.unit = ChartUnit::SquaredError;
    }
    let hint_height = 18.0;
    let height = (ui.available_height() - hint_height - ui.spacing().item_spacing.y).max(60.0);
    chart_ui(ui, view, options, height);
    let hint = match options.unit {
        ChartUnit::SquaredError if has_entropy => {
            "Mean squared error per pixel on the test images, pixels in 0–1. Training loss is \
             cross-entropy where a run minimises it: see “Cross-entropy”."
        }
        ChartUnit::SquaredError => {
            "Mean squared error per pixel, pixels in 0–1. Drag to move, Ctrl + scroll to zoom, \
             double-click to fit."
        }
        ChartUnit::CrossEntropy => {
            "Binary cross-entropy per pixel of the training batches; above zero even for perfect \
             grey pixels, and not to be held against squared errors."
        }
    };
    ui.add(egui::Label::new(RichText::new(hint).small().weak()).truncate());
}

/// Name and newest error of a run, with its two kinds of line.
fn legend_ui(ui: &mut Ui, view: &View<'_>, run: &Run) {
    let color = view.palette.run(run.slot);
    let text = match run.metrics.last_test() {
        Some(point) => format!("{} {}", run.name(), words::three_digits(point.mse)),
        None => run.name().to_owned(),
    };
    let (rect, _) = ui.allocate_exact_size(vec2(22.0, 12.0), egui::Sense::hover());
    let middle = rect.center().y;
    ui.painter()
        .hline(rect.x_range(), middle, egui::Stroke::new(2.5, color));
    ui.painter().circle_filled(rect.center(), 3.5, color);
    ui.label(RichText::new(text).color(color)).on_hover_text(format!(
        "{}: the thick line with marks is the error on all test images, the thin one the training \
         loss of each step. Dashed: the error on hidden codes rather than pixels, which greedy \
         pretraining minimises.",
        run.name()
    ));
}

fn switches_ui(ui: &mut Ui, options: &mut ViewOptions, has_entropy: bool) {
    let log = ui.checkbox(&mut options.has_log_axis, "Log scale");
    log.on_hover_text("Equal distances for equal ratios of errors");
    if options.unit == ChartUnit::SquaredError || !has_entropy {
        ui.checkbox(&mut options.shows_baselines, "Baselines")
            .on_hover_text("What a black image, the mean image and PCA of the code's size reach");
        ui.checkbox(&mut options.shows_training, "Training loss")
            .on_hover_text("The loss of every training step");
    }
    if has_entropy {
        ui.selectable_value(&mut options.unit, ChartUnit::CrossEntropy, "Cross-entropy")
            .on_hover_text("The training loss of runs that minimise cross-entropy");
        ui.selectable_value(&mut options.unit, ChartUnit::SquaredError, "Squared error")
            .on_hover_text("Errors of reconstructed images");
    }
}

fn chart_ui(ui: &mut Ui, view: &View<'_>, options: ViewOptions, height: f32) {
    let is_log = options.has_log_axis;
    let baselines = if options.shows_baselines && options.unit == ChartUnit::SquaredError {
        baselines(view)
    } else {
        Vec::new()
    };
    let format_hover = move |position: &HoverPosition<'_>| match position {
        HoverPosition::NearDataPoint {
            plot_name,
            position,
            ..
        } => Some(format!(
            "{plot_name}\nstep {}\n{}",
            words::count(position.x.max(0.0).round() as u64),
            words::three_digits(ticks::value(position.y, is_log))
        )),
        HoverPosition::Elsewhere { .. } => None,
    };
    // A key for each scale, since the remembered view of one makes no sense in the other.
    let mut plot = Plot::new(("loss", is_log, options.unit == ChartUnit::CrossEntropy))
        .height(height)
        .show_crosshair(false)
        .set_margin_fraction(vec2(0.01, 0.06))
        .grid_color(view.palette.border)
        .label_formatter(format_hover)
        .x_axis_formatter(|mark: GridMark, _range| {
            if mark.value < 0.0 {
                String::new()
            } else {
                words::count(mark.value.round() as u64)
            }
        })
        .y_axis_formatter(move |mark: GridMark, _range| {
            ticks::label(ticks::value(mark.value, is_log))
        })
        .y_axis_min_width(44.0)
        .include_x(0.0);
    if is_log {
        plot = plot.y_grid_spacer(ticks::log_ticks);
    }
    let is_empty = view
        .state
        .runs
        .iter()
        .all(|run| run.metrics.train.is_empty());
    if is_empty {
        plot = plot.include_x(100.0);
        if baselines.is_empty() {
            plot = plot
                .include_y(ticks::place(0.1, is_log))
                .include_y(ticks::place(0.01, is_log));
        }
    }
    let response = plot.show(ui, |chart| {
        let bounds = chart.plot_bounds();
        // While the chart fits itself to the data, points beyond its last bounds count too.
        let steps = if chart.auto_bounds().x {
            0.0..=f64::INFINITY
        } else {
            bounds.range_x()
        };
        let columns = chart.response().rect.width().max(1.0) as usize;
        for line in &baselines {
            let place = ticks::place(line.value, is_log);
            let level = HLine::new(line.name.clone(), place)
                .color(line.color)
                .width(1.0)
                .style(LineStyle::dashed_dense())
                .allow_hover(false);
            chart.hline(level);
        }
        for run in &view.state.runs {
            boundaries(chart, view, run);
            training(chart, view, run, options, &steps, columns);
            if options.unit == ChartUnit::SquaredError {
                test(chart, view, run, is_log);
            }
        }
    });
    let described = format!("Loss chart of {} runs", view.state.runs.len());
    response
        .response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &described));
    let frame = *response.transform.frame();
    let painter = ui.painter_at(frame);
    let taken = match view.run() {
        Some(run) => label_phases(&painter, view, &response.transform, run),
        None => Vec::new(),
    };
    label_baselines(
        &painter,
        view,
        &response.transform,
        (&baselines, is_log),
        taken,
    );
    if is_empty {
        empty_ui(ui, view, frame);
    }
}

fn boundaries(chart: &mut egui_plot::PlotUi<'_>, view: &View<'_>, run: &Run) {
    if run.metrics.phases.len() < 2 {
        return;
    }
    let color = view.palette.run(run.slot).gamma_multiply(0.6);
    for start in run.metrics.phases.iter().filter(|start| start.step > 0) {
        let line = VLine::new(
            format!("{} phase {}", run.name(), start.phase + 1),
            start.step as f64,
        )
        .color(color)
        .width(1.0)
        .style(LineStyle::dotted_dense())
        .allow_hover(false);
        chart.vline(line);
    }
}

fn training(
    chart: &mut egui_plot::PlotUi<'_>,
    view: &View<'_>,
    run: &Run,
    options: ViewOptions,
    steps: &std::ops::RangeInclusive<f64>,
    columns: usize,
) {
    let color = view.palette.run(run.slot);
    for stretch in series::stretches(run) {
        let (is_shown, what, style) = match (options.unit, stretch.unit) {
            (ChartUnit::SquaredError, LossUnit::Pixels) => {
                (options.shows_training, "training loss", LineStyle::Solid)
            }
            (ChartUnit::SquaredError, LossUnit::Codes) => (
                options.shows_training,
                "training loss on codes, not pixels",
                LineStyle::dashed_dense(),
            ),
            (ChartUnit::CrossEntropy, LossUnit::CrossEntropy) => {
                (true, "training cross-entropy", LineStyle::Solid)
            }
            (ChartUnit::SquaredError, LossUnit::CrossEntropy)
            | (ChartUnit::CrossEntropy, LossUnit::Pixels | LossUnit::Codes) => continue,
        };
        if !is_shown {
            continue;
        }
        let points = run
            .metrics
            .train
            .get(stretch.start..stretch.end)
            .unwrap_or_default();
        let drawn: PlotPoints<'_> = series::decimate(points, steps, columns)
            .into_iter()
            .map(|[step, loss]| [step, ticks::place(loss, options.has_log_axis)])
            .collect();
        chart.line(
            Line::new(format!("{}, {what}", run.name()), drawn)
                .color(color.gamma_multiply(0.55))
                .width(1.0)
                .allow_band(false)
                .style(style),
        );
    }
}

fn test(chart: &mut egui_plot::PlotUi<'_>, view: &View<'_>, run: &Run, is_log: bool) {
    let color = view.palette.run(run.slot);
    let name = format!("{}, test images", run.name());
    let has_marks = run.metrics.test.len() <= MOST_MARKERS;
    // A phase that brings in untrained layers begins anew, so its line does too.
    for phase in run.metrics.test.chunk_by(|a, b| a.phase == b.phase) {
        let finite = |point: &&TestPoint| point.mse.is_finite();
        let drawn: Vec<[f64; 2]> = phase
            .iter()
            .filter(finite)
            .map(|point| [point.step as f64, ticks::place(point.mse, is_log)])
            .collect();
        if has_marks {
            let marks = Points::new(name.clone(), drawn.clone())
                .shape(MarkerShape::Circle)
                .color(color)
                .radius(3.0);
            chart.points(marks);
        }
        chart.line(
            Line::new(name.clone(), drawn)
                .color(color)
                .width(2.5)
                .allow_band(false),
        );
    }
}

/// What to do while there is nothing to see.
fn empty_ui(ui: &mut Ui, view: &View<'_>, frame: egui::Rect) {
    let Some(run) = view.run() else { return };
    let text = if view.state.problem(run).is_some() {
        "The setup on the left cannot be trained yet."
    } else if run.is_tuning() {
        "Tuning kernels… The first step on this device compiles its programs and may take minutes."
    } else if run.is_running() {
        "Training…"
    } else if run.can_start() {
        "Press Play or Space to train."
    } else {
        "Nothing was measured."
    };
    let rect = egui::Rect::from_center_size(
        frame.center(),
        vec2((frame.width() - 40.0).clamp(40.0, 420.0), 40.0),
    );
    let text = RichText::new(text).size(15.0).color(view.palette.text);
    // Over the chart, so it takes no room of its own.
    let mut over = ui.new_child(egui::UiBuilder::new().max_rect(rect).layout(
        egui::Layout::centered_and_justified(egui::Direction::TopDown),
    ));
    over.add(egui::Label::new(text).wrap());
}
