//! The chart itself: lines of all runs over one axis.
//!
//! What is drawn depends on the part of the axis that is *seen*; a chart that fits itself to the data
//! sees all of it.

use egui::{EventFilter, Key, RichText, Ui, vec2};
use egui_plot::{
    GridMark, HLine, Line, LineStyle, Plot, PlotPoint, PlotPoints, PlotUi, Points, VLine,
};

use super::super::action::{Actions, ChartUnit, ViewOptions};
use super::super::run::{LossUnit, Run};
use super::super::theme::text_scale;
use super::super::view::View;
use super::axis::{self, Axis};
use super::empty::empty_ui;
use super::kept::{LineKey, Look};
use super::labels::{baselines, label_axes, label_baselines, label_phases};
use super::lines::{self, Seen};
use super::losses::{is_drawn, loss_factor, test_factor};
use super::options::XUnit;
use super::shown::Shown;
use super::{cursor, pattern, reading, table, ticks};

/// Measurements on test images that are marked one by one.
const MOST_MARKERS: usize = 60;

/// Scrolling by so many points doubles the zoom.
const SCROLL_TO_DOUBLE: f32 = 120.0;

/// A press of an arrow moves the chart by this share of what is seen of the axis.
const KEY_MOVE: f64 = 0.1;

/// So many presses of plus double the zoom: the inverse.
const KEY_ZOOM: f64 = 0.5;

/// Draws the chart of these runs.
pub fn chart_ui(
    ui: &mut Ui,
    view: &View<'_>,
    runs: &[&Run],
    options: ViewOptions,
    (height, is_fit): (f32, bool),
    is_compact: bool,
    out: &mut Actions,
) {
    let is_log = options.has_log_axis;
    let unit = options.curves.x;
    let shown = options.curves.shown;
    let has_errors = shown == Shown::Losses && options.unit == ChartUnit::SquaredError;
    let baselines = if options.shows_baselines && has_errors {
        baselines(view, runs, options.curves.reduction)
    } else {
        Vec::new()
    };
    let is_empty = runs.iter().all(|run| run.metrics.is_empty());
    let plot = plot(text_scale(ui.ctx()), view, options, (height, is_fit));
    let up = shown.title(options.unit, options.curves.reduction);
    let titles = [unit.title(), &up];
    let plot = if is_compact {
        plot
    } else {
        let [along, up] = titles.map(|title| RichText::new(title).small().weak());
        plot.x_axis_label(along).y_axis_label(up)
    };
    let plot = if is_empty {
        let plot = plot.include_x(if unit == XUnit::Steps { 100.0 } else { 10.0 });
        if baselines.is_empty() {
            plot.include_y(ticks::place(0.1, is_log))
                .include_y(ticks::place(0.01, is_log))
        } else {
            plot
        }
    } else {
        plot
    };
    let extent = runs
        .iter()
        .map(|run| Axis::of(run, unit).place(run.progress.step as f64))
        .fold(0.0, f64::max);
    let response = plot.show(ui, |chart| {
        zoom_by_scrolling(chart);
        move_by_keys(chart, extent);
        let seen = Seen {
            // While the chart fits itself to the data, points beyond its last bounds count too.
            places: if chart.auto_bounds().x {
                0.0..=extent
            } else {
                chart.plot_bounds().range_x()
            },
            columns: chart.response().rect.width().max(1.0) as usize,
        };
        for line in &baselines {
            let place = ticks::place(line.value, is_log);
            let level = HLine::new(line.name.clone(), place)
                .color(line.color)
                .width(1.0)
                .style(LineStyle::dashed_dense())
                .allow_hover(false);
            chart.hline(level);
        }
        for run in runs {
            boundaries(chart, view, run, unit);
            if shown == Shown::Losses {
                training(chart, view, run, options, &seen);
            }
        }
        for run in runs.iter().filter(|run| shown.is_of(run, options.unit)) {
            test(chart, view, run, options, &seen);
        }
    });
    let transform = response.transform;
    let frame = *transform.frame();
    let painter = ui.painter_at(frame);
    let selected = runs.iter().find(|run| Some(run.id) == view.state.selected);
    let mut taken = match selected {
        Some(run) => label_phases(&painter, view, &transform, run),
        None => Vec::new(),
    };
    if is_compact {
        taken.extend(label_axes(&painter, view, frame, titles));
    }
    label_baselines(&painter, view, &transform, (&baselines, is_log), taken);
    cursor::cursor_ui(ui, view, runs, &transform, &response.response, out);
    let looked_at = view
        .state
        .history
        .cursor
        .and_then(|_| cursor::place(view, runs));
    let pointed_at = response
        .response
        .hover_pos()
        .map(|at| transform.value_from_position(at).x)
        .filter(|place| (0.0..=extent).contains(place));
    let [along, up] = titles;
    let chart = match shown {
        Shown::Losses => "Loss chart",
        Shown::Quantity(_) => "Chart",
    };
    let mut described = match runs.len() {
        1 => format!("{chart} of 1 run, {up} over {along}"),
        count => format!("{chart} of {count} runs, {up} over {along}"),
    };
    if let Some(place) = pointed_at.or(looked_at).filter(|_| !is_empty) {
        let rows = reading::readings(view, options, place);
        let x = transform.position_from_point_x(place);
        if pointed_at.is_some() {
            let stroke = egui::Stroke::new(1.0, view.palette.border);
            painter.vline(x, frame.y_range(), stroke);
            // Without a pointer nothing covers the lines: the legend has the errors looked back at.
            table::table(&painter, view, frame, (place, x), (&rows, shown));
        }
        described = format!(
            "{described}. {}",
            reading::in_words(view, place, (&rows, shown))
        );
    }
    if response.response.has_focus() {
        let stroke = egui::Stroke::new(1.5, view.palette.accent);
        painter.rect_stroke(frame, 0.0, stroke, egui::StrokeKind::Inside);
    }
    response
        .response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &described));
    if is_empty {
        empty_ui(ui, view, runs, frame);
    }
}

fn plot<'a>(
    scale: f32,
    view: &View<'_>,
    options: ViewOptions,
    (height, is_fit): (f32, bool),
) -> Plot<'a> {
    let is_log = options.has_log_axis;
    let curves = options.curves;
    // A key for each scale, unit and number, since the remembered view of one makes no sense in the other.
    let key = (
        is_log,
        options.unit == ChartUnit::CrossEntropy,
        curves.x,
        curves.reduction,
        curves.shown,
    );
    let plot = Plot::new(("loss", key))
        .height(height)
        .show_crosshair(false)
        .allow_scroll(false)
        .set_margin_fraction(vec2(0.01, 0.06))
        .grid_color(view.palette.border)
        .label_formatter(|_| None)
        .x_axis_formatter(move |mark: GridMark, _range| axis::mark(curves.x, mark.value))
        .y_axis_formatter(move |mark: GridMark, _range| {
            ticks::label(ticks::value(mark.value, is_log))
        })
        .y_axis_min_width(44.0 * scale)
        .include_x(0.0);
    let plot = if is_log {
        plot.y_grid_spacer(ticks::log_ticks)
    } else {
        plot
    };
    if is_fit { plot.reset() } else { plot }
}

/// Scrolling zooms along the horizontal axis, around the pointer; the vertical one goes on to fit
/// itself to what is seen.
fn zoom_by_scrolling(chart: &mut PlotUi<'_>) {
    if !chart.response().contains_pointer() {
        return;
    }
    let scrolled = chart.ctx().input(|input| input.smooth_scroll_delta);
    let (Some(at), true) = (chart.pointer_coordinate(), scrolled.y != 0.0) else {
        return;
    };
    let factor = f64::from((-scrolled.y / SCROLL_TO_DOUBLE).exp2());
    let range = chart.plot_bounds().range_x();
    let from_pointer = |place: f64| at.x + (place - at.x) * factor;
    chart.set_plot_bounds_x(from_pointer(*range.start())..=from_pointer(*range.end()));
}

/// With the keyboard on the chart, arrows move along the axis, plus and minus zoom around its middle,
/// and Enter shows everything.
fn move_by_keys(chart: &mut PlotUi<'_>, extent: f64) {
    if !chart.response().has_focus() {
        return;
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        ..EventFilter::default()
    };
    let id = chart.response().id;
    let ctx = chart.ctx().clone();
    ctx.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let (by, closer, is_fit) = ctx.input(|input| {
        // Ctrl + plus is a key of the whole window.
        let is_bare = !input.modifiers.command;
        let presses = |key| {
            if is_bare {
                input.num_presses(key) as f64
            } else {
                0.0
            }
        };
        (
            presses(Key::ArrowRight) - presses(Key::ArrowLeft),
            presses(Key::Plus) + presses(Key::Equals) - presses(Key::Minus),
            input.key_pressed(Key::Enter),
        )
    });
    if is_fit {
        chart.set_auto_bounds(true);
    } else if by != 0.0 || closer != 0.0 {
        let range = chart.plot_bounds().range_x();
        let (from, to) = (*range.start(), *range.end());
        let half = (to - from) / 2.0 * (-closer * KEY_ZOOM).exp2();
        // Never so far that nothing is left to see.
        let middle =
            (f64::midpoint(from, to) + by * (to - from) * KEY_MOVE).clamp(0.0, extent.max(1.0));
        chart.set_plot_bounds_x(middle - half..=middle + half);
    }
}

fn boundaries(chart: &mut PlotUi<'_>, view: &View<'_>, run: &Run, unit: XUnit) {
    if run.metrics.phases.len() < 2 {
        return;
    }
    let axis = Axis::of(run, unit);
    let color = view.palette.run(run.slot).gamma_multiply(0.6);
    for start in run.metrics.phases.iter().filter(|start| start.step > 0) {
        let name = format!("{} phase {}", run.name(), start.phase + 1);
        let line = VLine::new(name, axis.place(start.step as f64))
            .color(color)
            .width(1.0)
            .style(LineStyle::dotted_dense())
            .allow_hover(false);
        chart.vline(line);
    }
}

fn training(chart: &mut PlotUi<'_>, view: &View<'_>, run: &Run, options: ViewOptions, seen: &Seen) {
    let color = view.palette.run(run.slot);
    let axis = Axis::of(run, options.curves.x);
    let window = u64::from(options.curves.smoothing_steps);
    for part in run.metrics.train.parts() {
        let unit = run.loss_unit(part.phase);
        let may_hide = options.unit == ChartUnit::SquaredError;
        if !is_drawn(unit, options.unit) || may_hide && !options.shows_training {
            continue;
        }
        // What the axis does not name, errors of codes or a KL divergence, looks different.
        let style = if unit == LossUnit::Codes || run.loss_parts(part.phase).has_more() {
            LineStyle::dashed_dense()
        } else {
            LineStyle::Solid
        };
        let factor = loss_factor(run, part.phase, options.curves.reduction);
        let look = Look {
            unit: options.curves.x,
            factor,
            is_log: options.has_log_axis,
            columns: seen.columns,
            places: seen.places.clone(),
            end: axis.place(part.losses.steps().end as f64),
        };
        let mut draw = |window, color, width, style| {
            let key = LineKey {
                history: part.losses.id(),
                window,
            };
            let thin = || {
                let points = match window {
                    1 => lines::raw(&part.losses, &axis, seen),
                    _ => lines::smooth(&part.losses, &axis, seen, window),
                };
                let place = |[place, loss]: [f64; 2]| {
                    PlotPoint::new(place, ticks::place(loss * factor, options.has_log_axis))
                };
                points.into_iter().map(place).collect()
            };
            let frame = chart.ctx().cumulative_frame_nr();
            let (points, waits) = view.lines.points(frame, (key, look.clone()), thin);
            if waits {
                chart.ctx().request_repaint();
            }
            chart.line(
                Line::new(run.name().to_owned(), PlotPoints::Owned(points))
                    .color(color)
                    .width(width)
                    .allow_band(false)
                    .allow_hover(false)
                    .style(style),
            );
        };
        if window > 1 {
            // A solid line all the same: dashes of one that jumps up and down are no dashes.
            draw(1, color.gamma_multiply(0.22), 1.0, LineStyle::Solid);
            draw(window, color.gamma_multiply(0.85), 1.3, style);
        } else {
            draw(1, color.gamma_multiply(0.55), 1.0, style);
        }
    }
}

fn test(chart: &mut PlotUi<'_>, view: &View<'_>, run: &Run, options: ViewOptions, seen: &Seen) {
    let color = view.palette.run(run.slot);
    let axis = Axis::of(run, options.curves.x);
    let name = format!("{}, test images", run.name());
    let shown = options.curves.shown;
    let factor = test_factor(run, shown, options.curves.reduction);
    let place =
        |[place, value]: [f64; 2]| [place, ticks::place(value * factor, options.has_log_axis)];
    let marked_every = run.metrics.test.len().div_ceil(MOST_MARKERS).max(1);
    for stretch in run.metrics.test_stretches() {
        let marks: Vec<[f64; 2]> = run.metrics.test[stretch.clone()]
            .iter()
            .step_by(marked_every)
            .filter_map(|point| Some([axis.place(point.step as f64), shown.value(point)?]))
            .map(place)
            .collect();
        chart.points(
            Points::new(name.clone(), marks)
                .shape(pattern::marker(run.slot))
                .color(color)
                .radius(3.5)
                .allow_hover(false),
        );
        let points = lines::test((&run.metrics, shown), stretch, &axis, seen);
        let drawn: Vec<[f64; 2]> = points.into_iter().map(place).collect();
        chart.line(
            Line::new(name.clone(), drawn)
                .color(color)
                .width(2.2)
                .style(pattern::line_style(run.slot))
                .allow_band(false)
                .allow_hover(false),
        );
    }
}
