//! Sessions kept by one engine and taken up by another.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hourglass::engine::{
    Command, Desk, Event, OpenedSession, RunId, RunState, SessionCommand, SessionNews,
};
use hourglass::model::{LayerStat, Pretraining};
use hourglass::store::{Claim, RunPlace};
use hourglass::train::RunConfig;

use super::session::{Session, digits};
use super::{OTHER, RUN, write_digits};

impl Session {
    fn ask(&self, command: SessionCommand) {
        self.send(Command::Session(command));
    }

    /// Tells what is to be kept, as a window would that has taken up so many sessions.
    pub fn lay_in(&self, session: u64, runs: &[(RunId, &str)], version: u64) {
        let runs = runs.iter().map(|(id, name)| (*id, (*name).to_owned()));
        self.ask(SessionCommand::Desk(Arc::new(Desk {
            runs: runs.collect(),
            window: format!("window {version}"),
            version,
            session,
        })));
    }

    pub fn lay(&self, runs: &[(RunId, &str)], version: u64) {
        self.lay_in(0, runs, version);
    }

    fn news(&mut self, is_it: impl Fn(&SessionNews) -> bool) -> SessionNews {
        let found = self.until(|event| matches!(event, Event::Session(news) if is_it(news)));
        match found {
            Event::Session(news) => news,
            other => panic!("{other:?}"),
        }
    }

    /// Saves and waits for it; the sentence where it fails.
    pub fn save(&mut self, to: Option<&Path>) -> Result<(), String> {
        self.ask(SessionCommand::Save(to.map(Path::to_owned)));
        let is_answer = |news: &SessionNews| {
            matches!(
                news,
                SessionNews::Saved { .. } | SessionNews::NotSaved { .. }
            )
        };
        match self.news(is_answer) {
            SessionNews::NotSaved { error, .. } => Err(error),
            _ => Ok(()),
        }
    }

    pub fn open(&mut self, folder: &Path) -> Arc<OpenedSession> {
        self.ask(SessionCommand::Open(folder.to_owned()));
        match self.news(|news| matches!(news, SessionNews::Opened(_))) {
            SessionNews::Opened(opened) => opened,
            other => panic!("{other:?}"),
        }
    }

    /// Opens the runs of a session under the names 1, 2, …
    pub fn open_runs(&mut self, opened: &OpenedSession) {
        for (number, run) in (1..).zip(&opened.runs) {
            let id = RunId(number);
            match &run.folder {
                Some(folder) => self.send(Command::OpenRun {
                    id,
                    folder: folder.clone(),
                    extend: None,
                }),
                None => self.send(Command::AddRun {
                    id,
                    config: Box::new(run.config.clone()),
                }),
            }
            self.until_ready(id);
        }
        self.settle();
    }

    fn until_step(&mut self, id: RunId, step: u64) {
        self.until(|event| {
            matches!(event, Event::Progress { id: of, progress, .. } if *of == id && progress.step >= step)
        });
    }
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}

/// A session of a pretrained run in its third phase, and one that has not begun.
fn kept(place: &Path) -> (Session, PathBuf) {
    let mut session = Session::with(RUN, &digits("stacked", Pretraining::Greedy, 2));
    session.add(OTHER, &digits("autoencoder", Pretraining::EndToEnd, 1));
    session.lay(&[(RUN, "Mine"), (OTHER, "Idle")], 1);
    session.send(Command::Start(RUN));
    session.until_step(RUN, 30);
    session.send(Command::SetLearningRate {
        id: RUN,
        learning_rate: 0.0007,
    });
    session.until_step(RUN, 90);
    session.send(Command::Pause(RUN));
    session.until_state(RUN, RunState::Paused);
    let root = place.join("my study.hourglass");
    session.save(Some(&root)).unwrap();
    (session, root)
}

#[test]
fn a_session_goes_on_in_another_engine_to_the_same_bits() {
    let place = tempfile::tempdir().unwrap();
    let (mut first, root) = kept(place.path());
    let taken = place.path().join("taken.hourglass");
    copy(&root, &taken);
    let mut second = Session::new();
    let opened = second.open(&taken);
    assert_eq!(opened.window, "window 1");
    assert!(!opened.is_lost);
    let names: Vec<&str> = opened
        .runs
        .iter()
        .map(|run| run.config.name.as_str())
        .collect();
    assert_eq!(names, ["Mine", "Idle"]);
    assert_eq!(opened.runs[1].folder, None, "it has not begun");
    second.open_runs(&opened);
    assert_eq!(second.metrics(RUN), first.metrics(RUN), "so far");
    let places = |session: &Session| {
        let frames = session.frames(RUN);
        frames
            .iter()
            .map(|frame| (frame.step, frame.phase))
            .collect::<Vec<_>>()
    };
    assert_eq!(places(&second), places(&first));
    let (old, new) = (first.frames(RUN), second.frames(RUN));
    for (old, new) in old.iter().zip(&new) {
        assert_eq!(old.pictures.originals, new.pictures.originals);
        assert_eq!(old.pictures.reconstructions, new.pictures.reconstructions);
        assert_eq!(old.codes, new.codes);
        assert_eq!(old.layers, new.layers);
    }
    assert_eq!(second.boundaries(RUN), first.boundaries(RUN));
    for session in [&mut first, &mut second] {
        session.finish(RUN);
        session.finish(OTHER);
    }
    assert_eq!(second.metrics(RUN), first.metrics(RUN), "to the end");
    assert_eq!(second.metrics(OTHER), first.metrics(OTHER));
    let branch = RunId(9);
    for session in [&mut first, &mut second] {
        session.send(Command::Branch {
            id: branch,
            from: RUN,
            phase: 1,
            name: "branch".to_owned(),
        });
        session.until_ready(branch);
        session.finish(branch);
    }
    assert_eq!(second.metrics(branch), first.metrics(branch), "a branch");
    // What was added is as good as what was written at once.
    second.lay_in(1, &[(RUN, "Mine"), (OTHER, "Idle"), (branch, "Branch")], 2);
    second.save(None).unwrap();
    second.ask(SessionCommand::Leave);
    drop(second);
    let mut third = Session::new();
    let opened = third.open(&taken);
    third.open_runs(&opened);
    let newest = third.engine.newest_snapshot().unwrap();
    let run = newest.runs.iter().find(|frame| frame.id == RUN).unwrap();
    let measured = |stat: &LayerStat| stat.gradient_norm.is_some();
    assert!(
        run.layers.iter().any(measured),
        "a finished run still tells of its last steps"
    );
    assert_eq!(third.metrics(RUN), first.metrics(RUN));
    assert_eq!(third.metrics(RunId(3)), first.metrics(branch));
    assert_eq!(third.boundaries(RUN), first.boundaries(RUN));
}

#[test]
fn a_run_that_stood_still_is_not_written_again() {
    let place = tempfile::tempdir().unwrap();
    let (mut session, root) = kept(place.path());
    let written = |path: &str| fs::metadata(root.join(path)).unwrap().modified().unwrap();
    let (weights, list) = (
        written("runs/1/weights.safetensors"),
        written("session.toml"),
    );
    session.lay(&[(OTHER, "Idle"), (RUN, "Renamed")], 2);
    std::thread::sleep(std::time::Duration::from_millis(20));
    session.save(None).unwrap();
    assert_eq!(written("runs/1/weights.safetensors"), weights);
    assert!(written("session.toml") > list);
    session.send(Command::StepOnce(RUN));
    session.until_state(RUN, RunState::Paused);
    session.save(None).unwrap();
    assert!(written("runs/1/weights.safetensors") > weights);
    let text = fs::read_to_string(root.join("session.toml")).unwrap();
    assert!(text.find("Idle") < text.find("Renamed"), "{text}");
    // A run that is made anew is another one, and one that is gone leaves nothing.
    session.send(Command::Reset(RUN));
    session.until_ready(RUN);
    session.lay(&[(RUN, "Renamed")], 3);
    session.save(None).unwrap();
    let runs: Vec<_> = fs::read_dir(root.join("runs")).unwrap().flatten().collect();
    assert_eq!(runs.len(), 1);
    let files: Vec<_> = fs::read_dir(runs[0].path()).unwrap().flatten().collect();
    assert_eq!(files.len(), 1, "only what it is to be");
}

#[test]
fn a_session_that_is_opened_never_gets_the_runs_of_the_one_before() {
    let place = tempfile::tempdir().unwrap();
    let (session, root) = kept(place.path());
    drop(session);
    let mut second = Session::with(RUN, &digits("autoencoder", Pretraining::EndToEnd, 1));
    second.lay(&[(RUN, "Other")], 1);
    second.send(Command::StepOnce(RUN));
    second.until_state(RUN, RunState::Paused);
    second.save(Some(&place.path().join("other"))).unwrap();
    second.open(&root);
    // The window has not heard of it yet.
    second.lay(&[(RUN, "Other")], 2);
    second.ask(SessionCommand::Save(None));
    second.settle();
    second.ask(SessionCommand::Leave);
    drop(second);
    let opened = Session::new().open(&root);
    let names: Vec<&str> = opened
        .runs
        .iter()
        .map(|run| run.config.name.as_str())
        .collect();
    assert_eq!(names, ["Mine", "Idle"]);
}

#[test]
fn two_engines_cannot_have_one_session() {
    let place = tempfile::tempdir().unwrap();
    let (_session, root) = kept(place.path());
    let mut second = Session::new();
    second.ask(SessionCommand::Open(root));
    let told = second.news(|news| matches!(news, SessionNews::NotOpened { .. }));
    let SessionNews::NotOpened {
        error,
        is_bad_input,
    } = told
    else {
        unreachable!()
    };
    assert!(
        is_bad_input && error.contains("is in use by another"),
        "{error}"
    );
}

#[test]
fn a_folder_that_is_taken_away_is_told_and_written_again() {
    let place = tempfile::tempdir().unwrap();
    let (mut session, root) = kept(place.path());
    fs::remove_dir_all(&root).unwrap();
    fs::write(&root, "in the way").unwrap();
    session.send(Command::EpochOnce(RUN));
    session.until_state(RUN, RunState::Paused);
    let error = session.save(None).unwrap_err();
    assert!(
        error.contains("my study.hourglass must hold a session, but is not a folder"),
        "{error}"
    );
    let step = session.step(RUN);
    session.send(Command::StepOnce(RUN));
    session.until_state(RUN, RunState::Paused);
    assert_eq!(session.step(RUN), step + 1, "the run goes on");
    fs::remove_file(&root).unwrap();
    session.save(None).unwrap();
    session.ask(SessionCommand::Leave);
    let all = session.metrics(RUN);
    drop(session);
    let mut second = Session::new();
    let opened = second.open(&root);
    second.open_runs(&opened);
    assert_eq!(second.metrics(RUN), all);
}

#[test]
fn a_new_place_must_be_empty_and_the_old_one_stays_open() {
    let place = tempfile::tempdir().unwrap();
    let (mut session, root) = kept(place.path());
    let other = place.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join("precious"), "x").unwrap();
    let error = session.save(Some(&other)).unwrap_err();
    assert!(error.contains("must be new or empty"), "{error}");
    session.send(Command::StepOnce(RUN));
    session.until_state(RUN, RunState::Paused);
    session.save(None).unwrap();
    let step = |root: &Path| {
        let text = fs::read_to_string(root.join("runs/1/state.toml")).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("step = "));
        line.unwrap().parse::<u64>().unwrap()
    };
    assert_eq!(step(&root), session.step(RUN));
    let new = place.path().join("new");
    session.save(Some(&new)).unwrap();
    let before = session.step(RUN);
    session.send(Command::StepOnce(RUN));
    session.until_state(RUN, RunState::Paused);
    session.save(None).unwrap();
    assert_eq!((step(&root), step(&new)), (before, before + 1));
}

#[test]
fn a_run_whose_images_are_gone_stays_in_its_session() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    fs::create_dir(&data).unwrap();
    write_digits(&data);
    let config = RunConfig {
        dataset: data.to_str().unwrap().to_owned(),
        ..digits("autoencoder", Pretraining::EndToEnd, 2)
    };
    let root = place.path().join("study");
    let mut session = Session::with(RUN, &config);
    session.lay(&[(RUN, "Far away")], 1);
    session.send(Command::EpochOnce(RUN));
    session.until_state(RUN, RunState::Paused);
    session.save(Some(&root)).unwrap();
    session.finish(RUN);
    let whole = session.metrics(RUN);
    drop(session);
    let away = place.path().join("away");
    fs::rename(&data, &away).unwrap();
    let copied = place.path().join("copied");
    let mut second = Session::new();
    let opened = second.open(&root);
    let folder = opened.runs[0].folder.clone().unwrap();
    second.send(Command::OpenRun {
        id: OTHER,
        folder,
        extend: None,
    });
    second.until(|event| matches!(event, Event::Failed { id, .. } if *id == OTHER));
    second.lay_in(1, &[(OTHER, "Far away still")], 2);
    second.save(None).unwrap();
    second.save(Some(&copied)).unwrap();
    drop(second);
    fs::rename(&away, &data).unwrap();
    for root in [root, copied] {
        let mut third = Session::new();
        let opened = third.open(&root);
        assert_eq!(opened.runs[0].config.name, "Far away still");
        third.open_runs(&opened);
        third.finish(RUN);
        assert_eq!(third.metrics(RUN), whole);
    }
}

#[test]
fn what_somebody_removes_from_an_open_session_is_written_again() {
    for gone in ["", "runs/1"] {
        let place = tempfile::tempdir().unwrap();
        let (mut session, root) = kept(place.path());
        let all = session.metrics(RUN);
        fs::remove_dir_all(root.join(gone)).unwrap();
        // The runs stand still: nothing else says that they are to be written.
        session.lay(&[(RUN, "Mine"), (OTHER, "Idle")], 2);
        session.save(None).unwrap();
        let is_told = |event: &Event| matches!(event, Event::Session(SessionNews::Rewritten(folder)) if folder.starts_with(&root));
        assert!(session.events.iter().any(is_told), "{gone:?}");
        session.ask(SessionCommand::Leave);
        drop(session);
        let mut second = Session::new();
        let opened = second.open(&root);
        let names: Vec<&str> = opened
            .runs
            .iter()
            .map(|run| run.config.name.as_str())
            .collect();
        assert_eq!(names, ["Mine", "Idle"]);
        second.open_runs(&opened);
        assert_eq!(second.metrics(RUN), all, "{gone:?}");
    }
}

#[test]
fn a_run_whose_folder_is_removed_is_kept_there_again() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("out");
    let mut session = Session::with(RUN, &digits("autoencoder", Pretraining::EndToEnd, 2));
    let kept_in = RunPlace::claim(&folder, Claim::New).unwrap();
    session.ask(SessionCommand::KeepRun {
        id: RUN,
        place: Arc::new(kept_in),
    });
    for gone in ["", "metrics.csv"] {
        session.send(Command::StepOnce(RUN));
        session.until_state(RUN, RunState::Paused);
        session.save(None).unwrap();
        let path = folder.join(gone);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
        session.send(Command::StepOnce(RUN));
        session.until_state(RUN, RunState::Paused);
        session.save(None).unwrap();
        let is_told = |event: &Event| matches!(event, Event::Session(SessionNews::Rewritten(of)) if *of == folder);
        assert!(session.events.iter().any(is_told), "{gone:?}");
        session.events.retain(|event| !is_told(event));
        session.settle();
        let kept = hourglass::store::open_whole_run(&folder).unwrap();
        assert_eq!(kept.checkpoint.metrics, session.metrics(RUN));
    }
}
