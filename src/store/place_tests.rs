//! One program at a time keeps a run in a place, and nothing that is there is lost without leave.

use super::*;
use crate::store::run_files::tests::{checkpoint, update};
use crate::store::session::Session as Study;
use crate::store::{open_run, save_run};

fn sentence(claimed: Result<RunPlace, StoreError>) -> String {
    claimed.err().map_or_else(String::new, |error| {
        assert!(error.is_bad_input(), "{error}");
        error.to_string()
    })
}

#[test]
fn a_place_is_held_by_one_at_a_time_and_readers_come_and_go() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("out");
    let place = RunPlace::claim(&folder, Claim::New).unwrap();
    for claim in [Claim::New, Claim::Replace, Claim::GoOn] {
        let said = sentence(RunPlace::claim(&folder, claim));
        assert!(
            said.contains("another one trains into"),
            "{claim:?}: {said}"
        );
        let said = sentence(RunPlace::look(&folder, claim).map(|place| place.unwrap()));
        assert!(
            said.contains("another one trains into"),
            "{claim:?}: {said}"
        );
    }
    let error = open_run(&folder).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("nothing of the run has been kept yet")
    );
    assert_eq!(place.safe_steps(), None);
    place.update(update(None, 15)).unwrap();
    assert_eq!(place.safe_steps(), Some(15));
    assert_eq!(open_run(&folder).unwrap().position, checkpoint(15).position);
    place.save(&checkpoint(25), None).unwrap();
    assert_eq!(open_run(&folder).unwrap(), checkpoint(25));
    assert!(!sentence(RunPlace::claim(&folder, Claim::GoOn)).is_empty());
    drop(place);
    // The file of the lock is still there, but nobody holds it.
    assert!(folder.join(LOCK).is_file());
    let place = RunPlace::claim(&folder, Claim::GoOn).unwrap();
    assert_eq!(place.safe_steps(), Some(25));
}

#[test]
fn an_earlier_run_goes_when_it_is_replaced_and_not_before() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("out");
    let picture = |name: &str| folder.join("pictures").join(name);
    save(&folder, 15);
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    fs::write(picture("mine.png"), "mine").unwrap();
    let before = fs::read(folder.join(STATE)).unwrap();
    let said = sentence(RunPlace::claim(&folder, Claim::New));
    assert!(said.contains("holds another run"), "{said}");
    let place = RunPlace::claim(&folder, Claim::Replace).unwrap();
    assert_eq!(fs::read(folder.join(STATE)).unwrap(), before);
    assert!(picture("step-0000015.png").exists());
    assert!(place.holds_earlier_run());
    place.update(update(None, 10)).unwrap();
    assert!(!place.holds_earlier_run());
    assert!(!picture("step-0000015.png").exists(), "of the earlier run");
    place.save(&checkpoint(20), Some(b"new")).unwrap();
    assert_eq!(open_run(&folder).unwrap(), checkpoint(20));
    assert_eq!(fs::read(picture("step-0000020.png")).unwrap(), b"new");
    for name in ["notes.txt", "pictures/mine.png"] {
        assert_eq!(fs::read(folder.join(name)).unwrap(), b"mine", "{name}");
    }
    drop(place);
    // A run that goes on keeps its pictures, and a picture of the same step is written anew.
    let place = RunPlace::claim(&folder, Claim::GoOn).unwrap();
    place.save(&checkpoint(25), Some(b"newer")).unwrap();
    assert!(picture("step-0000020.png").exists());
    drop(place);
    let place = RunPlace::claim(&folder, Claim::Replace).unwrap();
    place.save(&checkpoint(25), Some(b"newest")).unwrap();
    assert!(!picture("step-0000020.png").exists());
    assert_eq!(fs::read(picture("step-0000025.png")).unwrap(), b"newest");
}

#[test]
fn a_run_is_saved_over_itself_as_it_was_and_over_no_other() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("out");
    for steps in [5, 15, 15] {
        save_run(&folder, &checkpoint(steps), None).unwrap();
    }
    let mut other = checkpoint(20);
    other.config.dataset_sha256 = Some("others".to_owned());
    let mut seed = checkpoint(20);
    seed.metrics.train = crate::train::Losses::new(0, (0..20).map(|step| step as f32));
    for run in [other, seed, checkpoint(10)] {
        let error = save_run(&folder, &run, None).unwrap_err();
        assert!(matches!(error, StoreError::Taken { .. }), "{error}");
        assert_eq!(open_run(&folder).unwrap(), checkpoint(15));
    }
    fs::write(folder.join(STATE), "damaged, or of a newer version").unwrap();
    let error = save_run(&folder, &checkpoint(20), None).unwrap_err();
    assert!(matches!(error, StoreError::Taken { .. }), "{error}");
}

/// A run with a picture.
fn save(folder: &Path, steps: u64) {
    let place = RunPlace::claim(folder, Claim::GoOn).unwrap();
    place.save(&checkpoint(steps), Some(b"picture")).unwrap();
}

#[test]
fn what_is_no_place_for_a_run_is_left_alone() {
    let outer = tempfile::tempdir().unwrap();
    let at = |name: &str| outer.path().join(name);
    for folder in ["thesis", "photos/pictures", "started/pictures"] {
        fs::create_dir_all(at(folder)).unwrap();
    }
    fs::write(at("thesis/thesis.txt"), "years").unwrap();
    fs::write(at("photos/pictures/me.png"), "me").unwrap();
    fs::write(at("started/pictures/step-0000004.png.new"), "half").unwrap();
    fs::write(at("file"), "x").unwrap();
    for (name, says) in [
        ("thesis", "holds other files"),
        ("photos", "holds other files"),
        ("file", "is not a folder"),
    ] {
        for claim in [Claim::New, Claim::Replace, Claim::GoOn] {
            let said = sentence(RunPlace::claim(&at(name), claim));
            assert!(said.contains(says), "{name}: {said}");
        }
    }
    for untouched in ["thesis", "photos"] {
        assert_eq!(fs::read_dir(at(untouched)).unwrap().count(), 1);
    }
    // What an interrupted first saving left is no reason.
    RunPlace::claim(&at("started"), Claim::New).unwrap();
}

#[test]
fn a_folder_that_somebody_removed_is_taken_again_unless_somebody_else_has_it() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("out");
    let place = RunPlace::claim(&folder, Claim::New).unwrap();
    place.update(update(None, 15)).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    place.update(update(None, 16)).unwrap();
    assert!(!sentence(RunPlace::claim(&folder, Claim::Replace)).is_empty());
    // Without the file of the lock it is still known as its own.
    fs::remove_file(folder.join(LOCK)).unwrap();
    place.update(update(None, 17)).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    let other = RunPlace::claim(&folder, Claim::New).unwrap();
    let error = place.update(update(None, 18)).unwrap_err();
    assert!(matches!(error, StoreError::Training { .. }), "{error}");
    other.save(&checkpoint(3), None).unwrap();
    drop(other);
    let error = place.save(&checkpoint(18), None).unwrap_err();
    assert!(matches!(error, StoreError::Taken { .. }), "{error}");
    assert_eq!(open_run(&folder).unwrap(), checkpoint(3));
}

#[test]
fn a_run_of_a_session_is_kept_there_and_leaves_the_others_alone() {
    let outer = tempfile::tempdir().unwrap();
    let root = outer.path().join("X.hourglass");
    let session = Study::create(&root).unwrap();
    let mut writer = session.begin().unwrap();
    writer.write(3, &update(None, 15)).unwrap();
    writer.write(5, &update(None, 10)).unwrap();
    writer.write_config(9, &checkpoint(0).config).unwrap();
    writer.finish("the window").unwrap();
    let address = Address {
        session: root.clone(),
        key: 5,
    };
    let error = RunPlace::of_session(&address).unwrap_err();
    assert!(matches!(error, StoreError::InUse { .. }), "{error}");
    // Renamed since it was written.
    let mut writer = session.begin().unwrap();
    assert!(writer.keep(3, "Three") && writer.keep(5, "Five") && writer.keep(9, "Nine"));
    writer.finish("the window").unwrap();
    drop(session);
    let other = fs::read(root.join("runs/3/weights.safetensors")).unwrap();
    let place = RunPlace::of_session(&address).unwrap();
    assert_eq!(place.safe_steps(), Some(10));
    let written = place.update(update(None, 15)).unwrap();
    place
        .update(update(Some((&checkpoint(15), written)), 25))
        .unwrap();
    assert!(Study::open(&root).is_err(), "nobody else has it meanwhile");
    drop(place);
    let (_session, contents) = Study::open(&root).unwrap();
    assert_eq!(contents.window, "the window");
    let runs: Vec<(u64, &str, bool)> = contents
        .runs
        .iter()
        .map(|run| (run.key, &*run.config.name, run.has_begun))
        .collect();
    assert_eq!(
        runs,
        [(3, "Three", true), (5, "Five", true), (9, "Nine", false)]
    );
    let kept = open_run(&root.join("runs/5")).unwrap();
    assert_eq!(kept.position, checkpoint(25).position);
    assert_eq!(kept.config.name, "Five");
    assert_eq!(
        fs::read(root.join("runs/3/weights.safetensors")).unwrap(),
        other
    );
    // A run of its own has no place within a session.
    for name in ["runs/5", "runs/7"] {
        let said = sentence(RunPlace::claim(&root.join(name), Claim::Replace));
        assert!(said.contains("is part of the session"), "{said}");
    }
    assert!(!root.join("runs/7").exists());
}

#[test]
fn closing_ends_all_writing_after_the_one_under_way() {
    let outer = tempfile::tempdir().unwrap();
    let place = RunPlace::claim(&outer.path().join("out"), Claim::New).unwrap();
    place.update(update(None, 15)).unwrap();
    place.close(Duration::ZERO);
    assert_eq!(place.safe_steps(), Some(15));
    assert!(place.held.try_lock().is_err(), "somebody could write still");
}

#[test]
fn a_run_is_read_whole_while_it_is_being_written() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("out");
    let place = RunPlace::claim(&folder, Claim::New).unwrap();
    place.save(&checkpoint(1), None).unwrap();
    let is_over = std::sync::atomic::AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for steps in 2..60 {
                place.save(&checkpoint(steps), None).unwrap();
                thread::sleep(Duration::from_millis(3));
            }
            is_over.store(true, Ordering::SeqCst);
        });
        let readers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut newest = 0;
                    while !is_over.load(Ordering::SeqCst) {
                        let run = open_run(&folder).unwrap();
                        let steps = run.position.step;
                        assert!(steps >= newest);
                        assert_eq!(run, checkpoint(steps), "a mixture");
                        newest = steps;
                    }
                })
            })
            .collect();
        for reader in readers {
            reader.join().unwrap();
        }
    });
}
