//! Runs whose images were moved or changed: what there is of them, and how they find their images.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hourglass::data::{LostImages, absolute_place};
use hourglass::engine::{
    Command, Event, Export, ExportedRun, JobId, JobOutcome, OpenedSession, RunId, RunState,
    Standing,
};
use hourglass::model::Pretraining;
use hourglass::store;
use hourglass::store::export::read_torch;
use hourglass::train::RunConfig;

use super::session::{Session, digits};
use super::{OTHER, RUN, write_digits};

/// Has not begun.
const IDLE: RunId = RunId(3);

/// On the built-in digits, which nobody can move.
const GLYPHS: RunId = RunId(4);

/// Images of one's own in a folder `digits`.
fn images(place: &Path) -> PathBuf {
    let folder = place.join("digits");
    fs::create_dir_all(&folder).unwrap();
    write_digits(&folder);
    folder
}

fn on(folder: &Path, limit: Option<usize>) -> RunConfig {
    let mut config = digits("autoencoder", Pretraining::EndToEnd, 2);
    folder.to_str().unwrap().clone_into(&mut config.dataset);
    config.limit = limit;
    config
}

/// A session of two runs on one folder that stand in the middle of their training, one on it that has
/// not begun, and one on other images. The first engine still has it.
fn kept(place: &Path, folder: &Path) -> (Session, PathBuf) {
    let mut session = Session::with(RUN, &on(folder, None));
    session.add(OTHER, &on(folder, Some(320)));
    session.add(IDLE, &on(folder, None));
    session.add(GLYPHS, &digits("autoencoder", Pretraining::EndToEnd, 2));
    let runs = [
        (RUN, "All"),
        (OTHER, "Half"),
        (IDLE, "Idle"),
        (GLYPHS, "Glyphs"),
    ];
    session.lay(&runs, 1);
    for id in [RUN, OTHER, GLYPHS] {
        session.send(Command::EpochOnce(id));
        session.until_state(id, RunState::Paused);
    }
    session.settle();
    let root = place.join("study.hourglass");
    session.save(Some(&root)).unwrap();
    (session, root)
}

impl Session {
    /// Opens the runs of a session, the first three without their images.
    fn open_lost(&mut self, opened: &OpenedSession) {
        for (number, run) in (1..).zip(&opened.runs) {
            let id = RunId(number);
            self.send(match &run.folder {
                Some(folder) => Command::OpenRun {
                    id,
                    folder: folder.clone(),
                    extend: None,
                },
                None => Command::AddRun {
                    id,
                    config: Box::new(run.config.clone()),
                },
            });
            if id == GLYPHS {
                self.until_ready(id);
            } else {
                self.failure(id);
            }
        }
    }

    fn failure(&mut self, id: RunId) -> String {
        match self.until(|event| matches!(event, Event::Failed { id: of, .. } if *of == id)) {
            Event::Failed {
                error,
                is_bad_input,
                ..
            } => {
                assert!(is_bad_input, "{error}");
                error
            }
            other => panic!("{other:?}"),
        }
    }

    /// What was told of the lost images of a run.
    fn lost(&self, id: RunId) -> (Arc<LostImages>, Option<Standing>) {
        let mut told = self.events.iter().rev();
        let found = told.find_map(|event| match event {
            Event::ImagesLost {
                id: of,
                lost,
                standing,
            } if *of == id => Some((Arc::clone(lost), standing.clone().map(|known| *known))),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("{id:?} has its images"))
    }

    fn relink(&mut self, job: u64, id: RunId, place: &Path) -> JobOutcome {
        let job = JobId(job);
        let place = place.to_str().unwrap().to_owned();
        self.send(Command::Relink { job, id, place });
        self.outcome(job)
    }

    fn outcome(&mut self, job: JobId) -> JobOutcome {
        match self.until(|event| matches!(event, Event::JobEnded { id, .. } if *id == job)) {
            Event::JobEnded { outcome, .. } => outcome,
            other => panic!("{other:?}"),
        }
    }

    fn export(&mut self, job: u64, export: Export, path: &Path) -> JobOutcome {
        self.send(Command::Export {
            id: JobId(job),
            export: Box::new(export),
            path: path.to_owned(),
        });
        self.outcome(JobId(job))
    }
}

fn refusal(outcome: JobOutcome) -> String {
    match outcome {
        JobOutcome::Failed {
            error,
            is_bad_input: true,
        } => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_session_without_its_images_stands_and_one_answer_relinks_all_of_a_set() {
    let place = tempfile::tempdir().unwrap();
    let folder = images(place.path());
    let (mut before, root) = kept(place.path(), &folder);
    let taken = place.path().join("taken.hourglass");
    super::keeping::copy(&root, &taken);
    let moved = place.path().join("elsewhere");
    fs::rename(&folder, &moved).unwrap();

    let mut session = Session::new();
    let opened = session.open(&taken);
    session.open_lost(&opened);
    for id in [RUN, OTHER] {
        let (lost, standing) = session.lost(id);
        let sentence = lost.to_string();
        let nothing = format!("there is nothing at {}", folder.display());
        assert!(sentence.contains(&nothing), "{sentence}");
        let standing = standing.unwrap();
        assert_eq!(standing.progress.step, before.step(id));
        assert_eq!(*standing.metrics, before.metrics(id));
        assert_eq!(standing.info.dataset.shape.to_string(), "28×28×1");
        let shown = |session: &Session| -> Vec<_> {
            let frames = session.frames(id).into_iter();
            frames
                .map(|frame| (frame.step, frame.pictures.reconstructions.clone()))
                .collect()
        };
        assert_eq!(shown(&session), shown(&before));
        assert!(!shown(&session).is_empty());
    }
    assert!(session.lost(IDLE).1.is_none(), "there is nothing to show");

    // Weights and curves need no images, codes do.
    let file = |name: &str| place.path().join(name);
    let done = session.export(1, Export::Weights(RUN), &file("w.safetensors"));
    assert!(matches!(done, JobOutcome::Done(_)), "{done:?}");
    let wanted = before.export(1, Export::Weights(RUN), &file("before.safetensors"));
    assert!(matches!(wanted, JobOutcome::Done(_)), "{wanted:?}");
    let weights = |name: &str| read_torch(&file(name)).unwrap().weights;
    assert_eq!(weights("w.safetensors"), weights("before.safetensors"));
    let curves = |id| {
        Export::Curves(vec![ExportedRun {
            id,
            name: "All".to_owned(),
            slot: 0,
            clock: Vec::new(),
        }])
    };
    for (session, name) in [(&mut session, "c.csv"), (&mut before, "before.csv")] {
        let done = session.export(2, curves(RUN), &file(name));
        assert!(matches!(done, JobOutcome::Done(_)), "{done:?}");
    }
    let text = |name: &str| fs::read_to_string(file(name)).unwrap();
    assert_eq!(text("c.csv"), text("before.csv"));
    let refused = refusal(session.export(3, Export::Codes(RUN), &file("codes.npy")));
    assert!(
        refused.starts_with("codes are made of the images, but there is nothing at "),
        "{refused}"
    );

    // What would give up the weights is refused.
    session.send(Command::Reset(RUN));
    session.until(|event| matches!(event, Event::Warning { id: RUN, text } if text.starts_with("Going back to the initial weights needs the images")));

    // Other images change nothing.
    let other = place.path().join("other");
    super::keeping::copy(&moved, &other);
    let pixels = other.join("t10k-images-idx3-ubyte");
    let mut bytes = fs::read(&pixels).unwrap();
    bytes[500] ^= 128;
    fs::write(&pixels, bytes).unwrap();
    let refused = refusal(session.relink(4, OTHER, &other));
    for part in [
        format!("{} holds images with SHA-256", other.display()),
        format!("the run was made on {}", folder.display()),
        "nothing was changed".to_owned(),
    ] {
        assert!(refused.contains(&part), "{refused}");
    }
    session.settle();
    let is_relinked = |event: &Event| matches!(event, Event::Relinked { .. });
    assert!(!session.events.iter().any(is_relinked));

    // The right ones are for every run of the set, however many of them it uses.
    let done = session.relink(5, OTHER, &moved);
    let sentence = format!("The images are in {}: 3 runs can go on.", moved.display());
    assert_eq!(done, JobOutcome::Done(sentence));
    for id in [RUN, OTHER, IDLE] {
        let is_ready = |event: &Event| matches!(event, Event::Boundary { id: of, .. } if *of == id);
        if !session.events.iter().rev().any(is_ready) {
            session.until_ready(id);
        }
        assert_eq!(session.config(id).dataset, moved.to_str().unwrap());
    }
    session.lay_again(&opened);
    for id in [RUN, OTHER, IDLE] {
        session.finish(id);
        before.finish(id);
        assert_eq!(session.metrics(id), before.metrics(id), "{id:?}");
    }
    session.save(None).unwrap();
    drop(session);

    // The new place is kept.
    let mut again = Session::new();
    let opened = again.open(&taken);
    again.open_runs(&opened);
    assert_eq!(again.config(OTHER).dataset, moved.to_str().unwrap());
}

impl Session {
    fn lay_again(&self, opened: &OpenedSession) {
        let runs = [
            (RUN, "All"),
            (OTHER, "Half"),
            (IDLE, "Idle"),
            (GLYPHS, "Glyphs"),
        ];
        self.lay_in(opened.number, &runs, 7);
    }
}

#[test]
fn a_run_without_its_images_is_saved_whole_and_keeps_its_new_place() {
    let place = tempfile::tempdir().unwrap();
    let folder = images(place.path());
    let mut first = Session::with(RUN, &on(&folder, None));
    first.send(Command::EpochOnce(RUN));
    first.until_state(RUN, RunState::Paused);
    first.settle();
    let run = place.path().join("run");
    let save = |session: &mut Session, folder: &Path| {
        session.send(Command::Save {
            id: RUN,
            folder: folder.to_owned(),
        });
        session.until(|event| matches!(event, Event::Saved { .. }));
    };
    save(&mut first, &run);
    let moved = place.path().join("elsewhere");
    fs::rename(&folder, &moved).unwrap();

    let mut session = Session::new();
    session.send(Command::OpenRun {
        id: RUN,
        folder: run.clone(),
        extend: None,
    });
    session.failure(RUN);
    // Elsewhere, and in a session.
    let copy = place.path().join("copy");
    save(&mut session, &copy);
    let (copied, kept) = (
        store::open_run(&copy).unwrap(),
        store::open_run(&run).unwrap(),
    );
    assert_eq!(copied, kept);
    session.lay(&[(RUN, "Mine")], 1);
    let root = place.path().join("study.hourglass");
    session.save(Some(&root)).unwrap();
    let in_session = hourglass::store::session::run_folder(&root, 1);
    let whole = store::open_whole_run(&in_session).unwrap();
    assert_eq!(whole.checkpoint.weights, kept.weights);
    assert_eq!(whole.checkpoint.metrics, kept.metrics);
    assert_eq!(whole.checkpoint.images, kept.images);

    let done = session.relink(1, RUN, &moved);
    assert!(matches!(done, JobOutcome::Done(_)), "{done:?}");
    session.until_ready(RUN);
    session.save(None).unwrap();
    let moved = moved.to_str().unwrap();
    for folder in [&run, &in_session] {
        let kept = store::open_run(folder).unwrap();
        assert_eq!(kept.config.dataset, moved);
        assert_eq!(kept.images.unwrap().place, absolute_place(moved));
    }
    session.finish(RUN);
    let (step, place) = (session.step(RUN), place.path().join("digits"));
    assert_eq!(step, 40);
    assert!(!place.exists());
}

#[test]
fn changed_images_are_told_and_those_put_back_are_found() {
    let place = tempfile::tempdir().unwrap();
    let folder = images(place.path());
    let (before, root) = kept(place.path(), &folder);
    drop(before);
    let pixels = folder.join("train-images-idx3-ubyte");
    let good = fs::read(&pixels).unwrap();
    let mut bytes = good.clone();
    bytes[500] ^= 128;
    fs::write(&pixels, bytes).unwrap();
    let mut session = Session::new();
    let opened = session.open(&root);
    session.open_lost(&opened);
    let (lost, standing) = session.lost(RUN);
    assert!(lost.have_changed() && standing.is_some());
    let sentence = lost.to_string();
    assert!(
        sentence.contains(&format!("{} holds images with ", folder.display())),
        "{sentence}"
    );
    fs::write(&pixels, good).unwrap();
    let done = session.relink(1, RUN, &folder);
    assert!(
        matches!(&done, JobOutcome::Done(sentence) if sentence.ends_with("3 runs can go on.")),
        "{done:?}"
    );
}
