//! What was written of a run comes back, however often it was added to.

use std::fs;

use super::*;
use crate::model::{OptimizerState, VARIANTS};
use crate::store::frames::tests::frame;
use crate::store::{open_run, save_run};
use crate::train::{Losses, Metrics, PhaseStart, Position, RunConfig, TestPoint, Verdict};

fn array(name: &str, value: f32) -> NamedArray {
    NamedArray {
        name: name.to_owned(),
        shape: vec![2, 3],
        values: (0..6).map(|i| value + i as f32).collect(),
    }
}

/// A run after so many steps, ten a phase.
pub(in super::super) fn checkpoint(steps: u64) -> Checkpoint {
    let test = |step: u64, phase: u64| TestPoint {
        step,
        phase: phase as usize,
        mse: 1.0 / (step as f64 + 3.0),
        verdict: Verdict::Varied,
        terms: crate::train::TermValues::default(),
        measures: crate::train::Measures::default(),
    };
    let phase = steps / 10;
    Checkpoint {
        config: RunConfig::recipe(VARIANTS[0], "glyphs"),
        position: Position {
            phase: phase as usize,
            step_in_phase: steps % 10,
            step: steps,
            has_begun: true,
            is_measured: true,
        },
        train_secs: steps as f64,
        elapsed_secs: steps as f64 * 1.5,
        metrics: Metrics {
            train: Losses::new(0, (0..steps).map(|step| 1.0 / (step as f32 + 0.7))),
            test: (0..=phase)
                .flat_map(|phase| {
                    [
                        test(phase * 10, phase),
                        test((phase * 10 + 5).min(steps), phase),
                    ]
                })
                .collect(),
            phases: (0..=phase)
                .map(|phase| PhaseStart {
                    phase: phase as usize,
                    step: phase * 10,
                })
                .collect(),
        },
        weights: vec![array("a", steps as f32), array("b", 0.5)],
        optimizer: OptimizerState {
            arrays: vec![array("m", steps as f32 / 3.0)],
            ..OptimizerState::default()
        },
        images: None,
        device: Some("A card (Vulkan)".to_owned()),
    }
}

fn mark(step: u64) -> BoundaryMark {
    let text = format!(
        "tests = 2\ntrain_secs = 0.5\nelapsed_secs = 1.5\n[position]\nphase = {}\nstep_in_phase = 0\n\
         step = {step}\nhas_begun = true\nis_measured = false\n",
        step / 10
    );
    toml::from_str(&text).unwrap()
}

/// The starts of the second and the third phase, which share an array.
pub(in super::super) fn boundaries() -> Vec<Boundary> {
    let shared = Arc::new(array("b", 7.0));
    let of = |step: u64| {
        let own = Arc::new(array("a", step as f32));
        Boundary::new(mark(step), vec![own, Arc::clone(&shared)])
    };
    vec![of(10), of(20)]
}

/// The update from `since` to so many steps.
pub(in super::super) fn update(since: Option<(&Checkpoint, Written)>, steps: u64) -> RunUpdate {
    let mut run = checkpoint(steps);
    if let Some((before, _)) = since {
        run.metrics.train = run.metrics.train.beyond(before.metrics.train.len());
        run.metrics.test.drain(..before.metrics.test.len());
    }
    let first = since.map_or(0, |(before, _)| before.position.step / 5 + 1);
    RunUpdate {
        frames: (first..=steps / 5).map(|i| frame(i * 5)).collect(),
        has_all_frames: since.is_none(),
        since: since.map(|(_, written)| written),
        boundaries: boundaries()[..(steps / 10).min(2) as usize].to_vec(),
        checkpoint: run,
    }
}

#[test]
fn what_is_added_is_as_if_it_had_been_written_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (added, whole) = (folder.path().join("added"), folder.path().join("whole"));
    fs::create_dir(&added).unwrap();
    fs::create_dir(&whole).unwrap();
    let mut before: Option<(Checkpoint, Written)> = None;
    // Twice in the same place: nothing is new then.
    for steps in [5, 15, 15, 25] {
        let since = before.as_ref().map(|(run, written)| (run, *written));
        let written = update_run(&added, &update(since, steps)).unwrap();
        before = Some((checkpoint(steps), written));
    }
    let written = update_run(&whole, &update(None, 25)).unwrap();
    let read = |folder: &Path, name: &str| fs::read(folder.join(name)).unwrap();
    for name in [
        METRICS,
        STATE,
        CONFIG,
        WEIGHTS,
        OPTIMIZER,
        "boundary-2.safetensors",
    ] {
        if name != STATE {
            assert_eq!(read(&added, name), read(&whole, name), "{name}");
        }
    }
    for folder in [&added, &whole] {
        let kept = open_whole_run(folder).unwrap();
        assert_eq!(kept.checkpoint, checkpoint(25));
        assert_eq!(
            kept.frames,
            (0..=5).map(|i| frame(i * 5)).collect::<Vec<_>>()
        );
        assert_eq!(kept.boundaries, boundaries());
        let [first, second] = &kept.boundaries[..] else {
            panic!("{:?}", kept.boundaries)
        };
        assert!(
            Arc::ptr_eq(&first.weights()[1], &second.weights()[1]),
            "shared again"
        );
    }
    let reopened = open_whole_run(&whole).unwrap().written;
    assert_eq!(reopened, Some(written), "and can be added to");
}

#[test]
fn what_a_crash_added_behind_does_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    update_run(folder, &update(None, 15)).unwrap();
    for name in [METRICS, FRAMES] {
        let mut bytes = fs::read(folder.join(name)).unwrap();
        bytes.extend_from_slice(b"16,1,0.5,,\n\0\0\xff");
        fs::write(folder.join(name), bytes).unwrap();
    }
    let kept = open_whole_run(folder).unwrap();
    assert_eq!(kept.checkpoint, checkpoint(15));
    assert_eq!(kept.frames.len(), 4);
    let since = (&checkpoint(15), kept.written.unwrap());
    update_run(folder, &update(Some(since), 25)).unwrap();
    assert_eq!(open_whole_run(folder).unwrap().checkpoint, checkpoint(25));
}

#[test]
fn files_that_are_too_short_are_told() {
    for name in [METRICS, FRAMES] {
        let folder = tempfile::tempdir().unwrap();
        update_run(folder.path(), &update(None, 15)).unwrap();
        let path = folder.path().join(name);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        let error = open_whole_run(folder.path()).unwrap_err();
        assert!(error.is_bad_input());
        let sentence = error.to_string();
        let says = format!("{name} must hold what the state of the run says, but has");
        assert!(sentence.contains(&says), "{sentence}");
    }
}

#[test]
fn a_run_that_was_saved_whole_has_no_frames_and_is_not_added_to() {
    let folder = tempfile::tempdir().unwrap();
    save_run(folder.path(), &checkpoint(15), None).unwrap();
    let kept = open_whole_run(folder.path()).unwrap();
    assert_eq!(kept.written, None);
    assert!(kept.frames.is_empty() && kept.boundaries.is_empty());
    assert_eq!(open_run(folder.path()).unwrap(), checkpoint(15));
}
