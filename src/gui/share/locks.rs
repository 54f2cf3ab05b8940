//! Locks in a form: rows that are locked or hidden, found by their names.
//!
//! The *locks* of a form are laid under it once; each of its rows then finds out by itself what may
//! be done with it.

use std::collections::BTreeMap;

use egui::{Rect, Shape, Stroke, Ui, UiBuilder, UiKind, UiStackInfo, pos2, vec2};

use crate::model::variant;
use crate::store::share::{Access, Controls, controls};
use crate::train::RunConfig;

/// Where a form finds its locks.
const TAG: &str = "locks";

/// Rows that go with the row of a control.
const COMPANIONS: &[(&str, &str)] = &[
    ("lr-decay", "Decay epochs"),
    ("lr-decay", "Decay factor"),
    ("lr", "Learning rate now"),
];

/// What may be done with the rows and headings of a form, by their names.
#[derive(Clone, Debug, Default)]
struct Locks {
    rows: BTreeMap<&'static str, Access>,
    /// Headings under which nothing is to be seen.
    empty: Vec<&'static str>,
}

impl Locks {
    fn new(own: &Controls, config: &RunConfig) -> Self {
        let mut rows = BTreeMap::new();
        let mut sections: BTreeMap<&'static str, bool> = BTreeMap::new();
        let known = variant(&config.variant).ok();
        let knobs = known.map_or_else(Default::default, |variant| variant.knobs());
        for control in controls() {
            let access = own.access(control.id);
            if access != Access::Free {
                rows.insert(control.name, access);
                let with = COMPANIONS.iter().filter(|(id, _)| *id == control.id);
                rows.extend(with.map(|(_, name)| (*name, access)));
            }
            let is_here = control.section != "Model"
                || control.id == "variant"
                || knobs.iter().any(|knob| knob.id == control.id);
            if is_here {
                let is_seen = sections.entry(control.section).or_default();
                *is_seen |= access != Access::Hidden;
            }
        }
        let empty = sections
            .into_iter()
            .filter_map(|(section, is_seen)| (!is_seen).then_some(section))
            .collect();
        Self { rows, empty }
    }
}

/// Draws a form under the locks of a run.
pub fn under<R>(
    ui: &mut Ui,
    (own, config): (&Controls, &RunConfig),
    add: impl FnOnce(&mut Ui) -> R,
) -> R {
    if own.is_free() {
        return add(ui);
    }
    let info = UiStackInfo::new(UiKind::GenericArea).with_tag_value(TAG, Locks::new(own, config));
    ui.scope_builder(UiBuilder::new().ui_stack_info(info), add)
        .inner
}

fn locks(ui: &Ui) -> Option<&Locks> {
    let mut parts = ui.stack().iter();
    parts.find_map(|part| part.tags().get_downcast::<Locks>(TAG))
}

/// What may be done with a row.
pub fn access(ui: &Ui, row: &str) -> Access {
    let found = locks(ui).and_then(|locks| locks.rows.get(row));
    found.copied().unwrap_or_default()
}

/// Whether a heading has anything under it.
pub fn has_rows(ui: &Ui, section: &str) -> bool {
    locks(ui).is_none_or(|locks| !locks.empty.contains(&section))
}

/// Draws a small padlock at the right end of a label.
pub fn mark(ui: &Ui, label: Rect) {
    let color = ui.visuals().weak_text_color();
    let body = Rect::from_center_size(
        pos2(label.right() - 6.0, label.center().y + 2.0),
        vec2(8.0, 6.0),
    );
    let painter = ui.painter();
    painter.rect_filled(body, 1.0, color);
    let left = body.left() + 1.5;
    let right = body.right() - 1.5;
    let top = body.top() - 4.0;
    let shackle = vec![
        pos2(left, body.top()),
        pos2(left, top + 1.5),
        pos2(left + 1.5, top),
        pos2(right - 1.5, top),
        pos2(right, top + 1.5),
        pos2(right, body.top()),
    ];
    painter.add(Shape::line(shackle, Stroke::new(1.5, color)));
}
