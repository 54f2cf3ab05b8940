//! What else than losses the chart shows, and what losses hold.

use egui::pos2;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use hourglass::engine::{Event, Progress};
use hourglass::model::Figure;
use hourglass::train::{Losses, Measures, Metrics, PhaseStart, TermValues, TestPoint, Verdict};

use super::super::rich::rich_window;
use super::super::window::{Look, Window};
use super::super::{FIRST, ready_window, running};
use super::chart;

/// A variational run that was measured twice, 784 nats an image at first.
fn variational() -> Window {
    let mut window = ready_window("vae");
    window.tell(running());
    let test = |step: u64, kl: f64| TestPoint {
        step,
        phase: 0,
        mse: 0.05,
        verdict: Verdict::Varied,
        terms: TermValues::new(
            [
                ("kl".to_owned(), kl),
                ("reconstruction".to_owned(), 784.0 - 10.0 * kl),
            ]
            .into(),
        ),
        measures: Measures::new(
            [
                ("active_units".to_owned(), Figure::One(kl.round())),
                ("kl_per_dimension".to_owned(), Figure::Each(vec![kl])),
            ]
            .into(),
        ),
    };
    window.tell([Event::Progress {
        id: FIRST,
        more: Metrics {
            train: Losses::new(0, vec![784.0; 40]),
            test: vec![test(0, 0.0), test(40, 12.5)],
            phases: vec![PhaseStart { phase: 0, step: 0 }],
        },
        progress: Progress {
            step: 40,
            ..Progress::default()
        },
    }]);
    window
}

/// What the chart says with the pointer at its right end.
fn read_at_the_end(window: &mut Window) -> String {
    let chart = |window: &Window| {
        let node = window.harness.get_by_label_contains("hart of 1 run");
        (node.rect(), node.accesskit_node().label().unwrap())
    };
    let (rect, _) = chart(window);
    // Leftwards until something was measured there.
    for back in 1..20 {
        let at = pos2(rect.right() - 10.0 * back as f32, rect.center().y);
        window.harness.hover_at(at);
        window.harness.run();
        let (_, said) = chart(window);
        if said.contains("At step ") {
            return said;
        }
    }
    panic!("nothing is read");
}

#[test]
fn losses_with_a_divergence_say_so_and_are_no_means() {
    let mut window = variational();
    assert!(!chart(&window).contains("cross-entropy"));
    window.click("Cross-entropy");
    assert!(window.has_text("reconstruction + β KL"));
    let said = read_at_the_end(&mut window);
    assert!(said.contains("training 1.000 (+ β KL)"), "{said}");
    window.choose("Values of an image", "Sum per image");
    let said = read_at_the_end(&mut window);
    assert!(said.contains("training 784 (+ β KL)"), "{said}");
}

#[test]
fn terms_and_measures_are_chosen_and_read() {
    let mut window = variational();
    window.choose("What the chart shows", "KL divergence");
    let said = read_at_the_end(&mut window);
    assert!(
        said.starts_with("Chart of 1 run, KL divergence, nats per image over steps"),
        "{said}"
    );
    assert!(said.contains(": KL divergence "), "{said}");
    assert!(
        window.harness.query_by_label("Baselines").is_none(),
        "no switch that does nothing"
    );
    window.choose("What the chart shows", "Active units");
    assert!(window.harness.query_by_label("Log scale").is_none());
    assert!(chart_of_one(&window).contains("active units over steps"));
    window.choose("What the chart shows", "Reconstruction");
    assert!(chart_of_one(&window).contains("cross-entropy per pixel"));
    window.choose("Values of an image", "Sum per image");
    assert!(chart_of_one(&window).contains("cross-entropy per image"));
    window.choose("What the chart shows", "Loss and test error");
    assert!(chart(&window).starts_with("Loss chart of 1 run"));
}

fn chart_of_one(window: &Window) -> String {
    let node = window.harness.get_by_label_contains("hart of 1 run");
    node.accesskit_node().label().unwrap()
}

#[test]
fn there_is_no_list_where_there_is_nothing_to_choose() {
    let window = rich_window(2, &Look::default());
    assert!(
        window
            .harness
            .query_by_label("What the chart shows")
            .is_none()
    );
}
