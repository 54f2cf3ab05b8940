//! One layer in numbers: what it is, how it does, how its weights and outputs are distributed.

use egui::{Align2, Rect, RichText, Sense, Stroke, StrokeKind, TextStyle, Ui, pos2, vec2};

use crate::gui::action::{Action, Actions};
use crate::gui::layout::Pane;
use crate::gui::theme::text_scale;
use crate::gui::view::View;
use crate::gui::words;
use crate::model::{Histogram, LayerStat};

use super::distribution::{Counted, Subject};
use super::hourglass::Drawn;
use super::measure::Measure;
use super::{LayersAction, Section, role};

/// Size of a histogram.
const HISTOGRAM: [f32; 2] = [190.0, 74.0];

/// Draws the numbers of a layer, `is_alone` where the network is not to be seen beside them.
pub fn details_ui(
    ui: &mut Ui,
    view: &View<'_>,
    drawn: &Drawn<'_>,
    (index, is_alone): (usize, bool),
    out: &mut Actions,
) {
    let layer = &drawn.layers[index];
    if !is_alone {
        ui.separator();
    }
    ui.horizontal_wrapped(|ui| {
        if is_alone {
            let color = view.palette.run(drawn.run.slot);
            ui.strong(RichText::new(format!("● {}", drawn.run.name())).color(color));
            neighbours_ui(ui, drawn, index, out);
        }
        ui.strong(role::title(layer));
        let text = format!(
            "{}, {} → {}, {}, {} parameters, {}",
            layer.kind,
            layer.input,
            layer.output,
            layer.activation,
            words::count(layer.parameters as u64),
            drawn.roles[index].name()
        );
        ui.label(RichText::new(text).small().weak());
        let help = "The outputs of this layer for one image, in the pane “Filters”";
        if ui.button("Feature maps").on_hover_text(help).clicked() {
            out.push(Action::Layers(LayersAction::FeaturesOf(index)));
            out.push(Action::Layers(LayersAction::Show(Section::Features)));
            out.push(Action::OpenPane(Pane::Filters));
        }
        if ui
            .button("Hide numbers")
            .on_hover_text("Show the whole network again")
            .clicked()
        {
            out.push(Action::Layers(LayersAction::Select(None)));
        }
    });
    let Some(stat) = drawn.frame.and_then(|frame| frame.layers.get(index)) else {
        ui.weak("Numbers are here as soon as the run has taken a step.");
        return;
    };
    ui.horizontal_wrapped(|ui| {
        let size = vec2(HISTOGRAM[0], HISTOGRAM[1]) * text_scale(ui.ctx());
        for counted in [Counted::Weights, Counted::Outputs] {
            match counted.of(stat) {
                Some(counts) => histogram_ui(ui, view, drawn, (counted.name(), size), counts),
                None => {
                    ui.weak("No outputs: this phase does not reach as deep.");
                }
            }
            let subject = Subject {
                run: drawn.run,
                layer: index,
                counted,
            };
            subject.show(ui, view, size);
        }
        ui.vertical(|ui| numbers_ui(ui, stat));
    });
}

/// From layer to layer, where they cannot be clicked.
fn neighbours_ui(ui: &mut Ui, drawn: &Drawn<'_>, index: usize, out: &mut Actions) {
    let last = drawn.layers.len().saturating_sub(1);
    for (text, name, to) in [
        ("◀", "Layer before", index.checked_sub(1)),
        ("▶", "Layer after", Some(index + 1).filter(|to| *to <= last)),
    ] {
        let button = ui.add_enabled(to.is_some(), egui::Button::new(text));
        button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, to.is_some(), name));
        if button.on_hover_text(name).clicked() {
            out.push(Action::Layers(LayersAction::Select(to)));
        }
    }
}

fn numbers_ui(ui: &mut Ui, stat: &LayerStat) {
    let norm = words::three_digits(f64::from(stat.weight_norm));
    ui.label(RichText::new(format!("norm of the weights {norm}")).small());
    for measure in Measure::ALL {
        if let Some(value) = measure.value(stat) {
            ui.label(RichText::new(measure.explain(value)).small())
                .on_hover_text(measure.rule());
        }
    }
}

fn histogram_ui(
    ui: &mut Ui,
    view: &View<'_>,
    drawn: &Drawn<'_>,
    (name, size): (&str, egui::Vec2),
    shown: &Histogram,
) {
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let number = |value: f32| words::three_digits(f64::from(value)).replace('-', "−");
    let described = format!(
        "{name} from {} to {}",
        number(shown.low),
        number(shown.high)
    );
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &described));
    let font = TextStyle::Small.resolve(ui.style());
    let line = font.size + 3.0;
    let plot = Rect::from_min_max(
        pos2(rect.left(), rect.top() + line),
        pos2(rect.right(), rect.bottom() - line),
    );
    let painter = ui.painter();
    painter.rect_filled(plot, 2.0, view.palette.deep);
    let most = shown.counts.iter().copied().max().unwrap_or(1).max(1) as f32;
    let width = plot.width() / shown.counts.len().max(1) as f32;
    for (index, count) in shown.counts.iter().enumerate() {
        let height = plot.height() * *count as f32 / most;
        let left = plot.left() + index as f32 * width;
        let bar = Rect::from_min_max(
            pos2(left + 0.5, plot.bottom() - height),
            pos2(left + (width - 0.5).min(24.0), plot.bottom()),
        );
        painter.rect_filled(bar, 0.0, view.palette.run(drawn.run.slot));
    }
    if shown.low < 0.0 && shown.high > 0.0 {
        let x = plot.left() + plot.width() * -shown.low / (shown.high - shown.low);
        painter.vline(x, plot.y_range(), Stroke::new(1.0, view.palette.weak));
    }
    painter.rect_stroke(
        plot,
        2.0,
        Stroke::new(1.0, view.palette.border),
        StrokeKind::Outside,
    );
    let write = |at, align, text: String| {
        painter.text(at, align, text, font.clone(), view.palette.weak);
    };
    write(rect.left_top(), Align2::LEFT_TOP, name.to_owned());
    write(rect.left_bottom(), Align2::LEFT_BOTTOM, number(shown.low));
    write(
        rect.right_bottom(),
        Align2::RIGHT_BOTTOM,
        number(shown.high),
    );
    response.on_hover_text(format!(
        "{name} between {} and {}; {} values counted in {} parts",
        number(shown.low),
        number(shown.high),
        words::count(u64::from(shown.total())),
        shown.counts.len()
    ));
}
