//! All units of a code as bars, tallest first, and over time.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use egui::{Color32, ColorImage, Rect, RichText, Sense, Stroke, TextureOptions, Ui, pos2, vec2};

use crate::gui::action::{Action, Actions};
use crate::gui::focus::arrows;
use crate::gui::history::HistoryAction;
use crate::gui::run::Run;
use crate::gui::theme::{maps, text_scale};
use crate::gui::view::View;
use crate::gui::words;

use super::CodeAction;
use super::ranking::{Ranking, over_time};

/// Height of the tallest bar.
const HEIGHT: f32 = 72.0;

/// Height of a row of the strip over time, between these.
const ROW: std::ops::RangeInclusive<f32> = 1.0..=8.0;
const STRIP: f32 = 120.0;

/// Rows of the strip over time at most: there is no more room for any.
const MOST_ROWS: usize = 120;

/// Columns of the strip over time at most.
const MOST_COLUMNS: usize = 400;

/// Draws the bars of a run's units.
pub(super) fn bars_ui(
    ui: &mut Ui,
    view: &View<'_>,
    run: &Run,
    ranking: &Ranking,
    out: &mut Actions,
) {
    let width = ui.available_width().max(60.0);
    let size = vec2(width, HEIGHT * text_scale(ui.ctx()));
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let name = format!("{}, {}", ranking.kind.title(), run.name());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &name));
    let count = ranking.order.len().max(1);
    let pitch = width / count as f32;
    let gap = if pitch > 6.0 { 2.0 } else { 0.0 };
    let most = ranking.most().max(f64::MIN_POSITIVE);
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 2.0, view.palette.deep);
    let selected = view.state.code.unit_of(run.id);
    let place = |rank: usize| {
        let left = rect.left() + rank as f32 * pitch;
        Rect::from_min_max(pos2(left, rect.top()), pos2(left + pitch, rect.bottom()))
    };
    for (rank, &unit) in ranking.order.iter().enumerate() {
        let share = (ranking.values[unit] / most) as f32;
        let is_dead = ranking.is_dead(unit);
        // A dead unit is seen as well.
        let height = (share * (rect.height() - 2.0)).max(2.0);
        let column = place(rank);
        let bar = Rect::from_min_max(
            pos2(column.left(), rect.bottom() - height),
            pos2(
                (column.right() - gap).max(column.left() + 0.5),
                rect.bottom(),
            ),
        );
        let color = if is_dead {
            view.palette.frozen
        } else {
            view.palette.run(run.slot)
        };
        painter.rect_filled(bar, 0.0, color);
        if selected == Some(unit) {
            let stroke = Stroke::new(1.5, view.palette.accent);
            let mark = column.expand2(vec2((2.0 - pitch / 2.0).max(0.0), -0.75));
            painter.rect_stroke(mark, 0.0, stroke, egui::StrokeKind::Inside);
        }
    }
    let under = |at: egui::Pos2| {
        let rank = ((at.x - rect.left()) / pitch).floor().max(0.0) as usize;
        ranking.order.get(rank.min(count - 1)).copied()
    };
    let mut pick = |unit: Option<usize>| {
        let unit = unit.map(|unit| (run.id, unit));
        out.push(Action::Code(CodeAction::Unit(unit)));
    };
    if response.has_focus() {
        let stroke = Stroke::new(1.0, view.palette.accent);
        painter.rect_stroke(rect, 2.0, stroke, egui::StrokeKind::Inside);
        let way = arrows(ui.ctx(), response.id).x as isize;
        if way != 0 {
            let rank = selected.and_then(|unit| ranking.order.iter().position(|u| *u == unit));
            let next = rank.map_or(0, |rank| rank.saturating_add_signed(way).min(count - 1));
            pick(ranking.order.get(next).copied());
        }
    }
    if response.clicked()
        && let Some(at) = response.interact_pointer_pos()
    {
        let unit = under(at);
        pick(unit.filter(|unit| selected != Some(*unit)));
    }
    if let Some(unit) = response.hover_pos().and_then(under) {
        response.on_hover_text_at_pointer(format!(
            "{}: {}",
            ranking.kind.unit(unit),
            ranking.words(unit)
        ));
    }
    let first = ranking.order.first().copied().unwrap_or_default();
    let told = selected.map_or_else(
        || {
            format!(
                "{} {}, the largest first: {} {}",
                words::count(count as u64),
                ranking.kind.units(),
                ranking.kind.unit(first),
                ranking.words(first)
            )
        },
        |unit| format!("{}: {}", ranking.kind.unit(unit), ranking.words(unit)),
    );
    let told = format!("{told}, at step {}", words::count(ranking.step));
    ui.add(egui::Label::new(RichText::new(told).small().color(view.palette.weak)).wrap());
}

/// Draws what became of the units over time: a row a unit, in the order of the bars.
pub(super) fn history_ui(
    ui: &mut Ui,
    view: &View<'_>,
    run: &Run,
    ranking: &Ranking,
    out: &mut Actions,
) {
    let steps = steps(run, ranking);
    let [Some(first), Some(last)] = [steps.first().copied(), steps.last().copied()] else {
        return;
    };
    if steps.len() < 2 {
        return;
    }
    let rows = ranking.order.len().clamp(1, MOST_ROWS);
    let scale = text_scale(ui.ctx());
    let row = (STRIP / rows as f32).clamp(*ROW.start(), *ROW.end());
    let size = vec2(ui.available_width().max(60.0), rows as f32 * row * scale);
    ui.label(RichText::new("Over time, bright is much").small().strong());
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let name = format!("{} over time, {}", ranking.kind.title(), run.name());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &name));
    let mut hasher = DefaultHasher::new();
    (steps.len(), last, &ranking.order, ranking.kind).hash(&mut hasher);
    let id = egui::Id::unique(("code over time", run.id));
    let texture = view.textures.show(
        ui.ctx(),
        id,
        hasher.finish(),
        TextureOptions::NEAREST,
        || picture(run, ranking, rows),
    );
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().image(texture, rect, whole, Color32::WHITE);
    // Columns are measurements, one after another, however many steps lie between them.
    let column_at = |x: f32| {
        let share = ((x - rect.left()) / rect.width()).clamp(0.0, 1.0);
        ((share * steps.len() as f32) as usize).min(steps.len() - 1)
    };
    if let Some(cursor) = view.state.history.cursor {
        let column = steps
            .partition_point(|step| *step <= cursor)
            .saturating_sub(1);
        let x = rect.left() + (column as f32 + 0.5) / steps.len() as f32 * rect.width();
        let stroke = Stroke::new(1.5, view.palette.accent);
        ui.painter().vline(x, rect.y_range(), stroke);
    }
    if response.has_focus() {
        let stroke = Stroke::new(1.0, view.palette.accent);
        ui.painter()
            .rect_stroke(rect, 0.0, stroke, egui::StrokeKind::Outside);
        let way = arrows(ui.ctx(), response.id).x as isize;
        if way != 0 {
            let cursor = view.state.history.cursor.unwrap_or(last);
            let column = steps
                .partition_point(|step| *step <= cursor)
                .saturating_sub(1);
            let next = column.saturating_add_signed(way).min(steps.len() - 1);
            out.push(Action::History(HistoryAction::LookAt(steps[next])));
        }
    }
    if response.clicked()
        && let Some(at) = response.interact_pointer_pos()
    {
        let step = steps[column_at(at.x)];
        out.push(Action::History(HistoryAction::LookAt(step)));
    }
    if let Some(at) = response.hover_pos() {
        let rank = ((at.y - rect.top()) / rect.height() * rows as f32) as usize;
        let unit = ranking.order.get(rank.min(rows - 1)).copied();
        let step = steps[column_at(at.x)];
        let told = unit.and_then(|unit| {
            let all = over_time(run, ranking.kind);
            let (_, values) = all.iter().find(|(at, _)| *at == step)?;
            let value = ranking.kind.words(*values.get(unit)?);
            Some(format!("{}: {value} ", ranking.kind.unit(unit)))
        });
        let text = format!(
            "{}at step {}. Click to look back there.",
            told.unwrap_or_default(),
            words::count(step)
        );
        response.on_hover_text_at_pointer(text);
    }
    let told = format!(
        "a column a measurement, step {} to {}; a row {}",
        words::count(first),
        words::count(last),
        if ranking.order.len() > rows {
            format!("each of the first {rows} {}", ranking.kind.units())
        } else {
            format!("each of the {rows} {}", ranking.kind.units())
        }
    );
    ui.add(egui::Label::new(RichText::new(told).small().color(view.palette.weak)).wrap());
}

/// The steps of the columns.
fn steps(run: &Run, ranking: &Ranking) -> Vec<u64> {
    let all = super::ranking::steps(run, ranking.kind);
    thinned(all.len()).map(|index| all[index]).collect()
}

/// Evenly spaced places, the first and the last among them.
fn thinned(count: usize) -> impl Iterator<Item = usize> {
    let columns = count.min(MOST_COLUMNS);
    (0..columns).map(move |column| {
        if columns < 2 {
            0
        } else {
            column * (count - 1) / (columns - 1)
        }
    })
}

fn picture(run: &Run, ranking: &Ranking, rows: usize) -> ColorImage {
    let all = over_time(run, ranking.kind);
    let columns: Vec<&Vec<f64>> = thinned(all.len()).map(|index| &all[index].1).collect();
    let most = columns
        .iter()
        .flat_map(|values| values.iter())
        .fold(f64::MIN_POSITIVE, |most, value| most.max(*value));
    let size = [columns.len().max(1), rows];
    let mut image = ColorImage::filled(size, Color32::TRANSPARENT);
    for (column, values) in columns.iter().enumerate() {
        for (row, unit) in ranking.order.iter().take(rows).enumerate() {
            if let Some(value) = values.get(*unit) {
                let color = maps::sequential((value / most).sqrt() as f32);
                image.pixels[row * size[0] + column] = color;
            }
        }
    }
    image
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_thinned_evenly_and_keep_both_ends() {
        assert_eq!(thinned(3).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(thinned(1).collect::<Vec<_>>(), [0]);
        assert_eq!(thinned(0).count(), 0);
        let many: Vec<usize> = thinned(1000).collect();
        assert_eq!(
            (many.len(), many[0], many[MOST_COLUMNS - 1]),
            (MOST_COLUMNS, 0, 999)
        );
        assert!(many.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
