//! Sessions survive every crash, and every failure of the disk, whichever of its writes it hits.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::super::commit::is_cut_short;
use super::super::open_whole_run;
use super::super::run_files::tests::{boundaries, checkpoint, update};
use super::*;

/// What becomes of the disk at some write.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// The program is killed: nothing reaches the disk any more.
    Crash,
    /// The same in the middle of the bytes.
    CrashWithin,
    /// The disk is full at this write only.
    Full,
    /// The disk is read-only from this write on, for a while.
    ReadOnly,
    /// This write alone is not permitted.
    Denied,
}

impl Fault {
    /// What the system says.
    fn error(self) -> io::Error {
        io::Error::from(match self {
            Self::Crash | Self::CrashWithin | Self::Full => io::ErrorKind::StorageFull,
            Self::ReadOnly => io::ErrorKind::ReadOnlyFilesystem,
            Self::Denied => io::ErrorKind::PermissionDenied,
        })
    }
}

/// A disk that fails at the write of this number, from 0.
struct Faulty {
    at: usize,
    fault: Fault,
    writes: AtomicUsize,
}

impl Faulty {
    fn new(at: usize, fault: Fault) -> Arc<Self> {
        Arc::new(Self {
            at,
            fault,
            writes: AtomicUsize::new(0),
        })
    }

    fn was_hit(&self) -> bool {
        self.writes.load(Ordering::SeqCst) > self.at
    }

    /// How much of the bytes is written before it fails, if it does.
    fn next(&self) -> Result<(), Option<usize>> {
        let number = self.writes.fetch_add(1, Ordering::SeqCst);
        let is_hit = match self.fault {
            Fault::Crash | Fault::CrashWithin | Fault::ReadOnly => number >= self.at,
            Fault::Full | Fault::Denied => number == self.at,
        };
        if !is_hit {
            return Ok(());
        }
        let breaks_off = matches!(self.fault, Fault::CrashWithin | Fault::Full);
        let is_within = number == self.at && breaks_off;
        Err(is_within.then_some(2))
    }
}

impl Disk for Faulty {
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        match self.next() {
            Ok(()) => System.write(path, bytes),
            Err(None) => Err(self.fault.error()),
            Err(Some(part)) => {
                System.write(path, &bytes[..bytes.len() / part])?;
                Err(self.fault.error())
            }
        }
    }

    fn append(&self, path: &Path, at: u64, bytes: &[u8]) -> io::Result<()> {
        match self.next() {
            Ok(()) => System.append(path, at, bytes),
            Err(None) => Err(self.fault.error()),
            Err(Some(part)) => {
                System.append(path, at, &bytes[..bytes.len() / part])?;
                Err(self.fault.error())
            }
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.next().map_err(|_part| self.fault.error())?;
        System.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.next().map_err(|_part| self.fault.error())?;
        System.remove(path)
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.next().map_err(|_part| self.fault.error())?;
        System.create_folder(path)
    }

    fn sync_folder(&self, _path: &Path) -> io::Result<()> {
        self.next().map_err(|_part| self.fault.error())
    }
}

/// Saves three runs: one that goes on, one that stands still, one that has not begun.
fn save_first(session: &Session) -> Result<Written, StoreError> {
    let mut writer = session.begin()?;
    let written = writer.write(1, &update(None, 15))?;
    writer.write(2, &update(None, 5))?;
    writer.write_config(3, &checkpoint(0).config)?;
    writer.finish("first")?;
    Ok(written)
}

/// One has gone on, one stands still, one is new and one is gone.
fn save_second(session: &Session, written: Written) -> Result<Written, StoreError> {
    let mut writer = session.begin()?;
    let written = writer.write(1, &update(Some((&checkpoint(15), written)), 25))?;
    assert!(writer.keep(2, "Renamed"));
    writer.write(4, &update(None, 15))?;
    writer.finish("second")?;
    Ok(written)
}

fn is_first(contents: &SessionContents) -> bool {
    let keys: Vec<u64> = contents.runs.iter().map(|run| run.key).collect();
    match (keys.as_slice(), contents.window.as_str()) {
        ([1, 2, 3], "first") => true,
        ([1, 2, 4], "second") => false,
        other => panic!("neither old nor new: {other:?}"),
    }
}

/// Checks that a session is one of the two, and all of it.
fn check(root: &Path) -> bool {
    let (session, contents) = Session::open(root).unwrap();
    let is_first = is_first(&contents);
    let steps = if is_first { [15, 5, 0] } else { [25, 5, 15] };
    for (run, steps) in contents.runs.iter().zip(steps) {
        assert_eq!(run.has_begun, steps > 0);
        if run.has_begun {
            let kept = open_whole_run(&run.folder).unwrap();
            assert_eq!(kept.checkpoint, checkpoint(steps));
            assert_eq!(kept.frames.len() as u64, steps / 5 + 1);
            assert_eq!(kept.boundaries, boundaries()[..(steps / 10) as usize]);
        }
    }
    let left = fs::read_dir(root.join(RUNS)).unwrap().count();
    assert_eq!(left, 3, "nothing else is left");
    drop(session);
    is_first
}

#[test]
fn a_crash_at_any_write_leaves_the_old_session_or_the_new_one() {
    for fault in [Fault::Crash, Fault::CrashWithin] {
        let mut seen = [false, false];
        for at in 0.. {
            let place = tempfile::tempdir().unwrap();
            let root = place.path().join("study.hourglass");
            let session = Session::create(&root).unwrap();
            let written = save_first(&session).unwrap();
            drop(session);
            let disk = Faulty::new(at, fault);
            let (mut session, _) = Session::open(&root).unwrap();
            session.disk = Arc::clone(&disk) as Arc<dyn Disk>;
            let saved = save_second(&session, written);
            drop(session);
            assert_eq!(saved.is_err(), disk.was_hit());
            seen[usize::from(!check(&root))] = true;
            if !disk.was_hit() {
                assert!(at > 20, "{at} writes");
                break;
            }
        }
        assert_eq!(seen, [true, true], "old and new were there");
    }
}

#[test]
fn a_crash_during_the_first_saving_leaves_no_session_or_all_of_it() {
    for at in 0.. {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("study.hourglass");
        let disk = Faulty::new(at, Fault::CrashWithin);
        let session = Session::create_on(Arc::clone(&disk) as Arc<dyn Disk>, &root);
        let saved = session.and_then(|session| save_first(&session));
        assert_eq!(saved.is_err(), disk.was_hit());
        match Session::open(&root) {
            Ok((_, contents)) => assert!(is_first(&contents)),
            // The place can be used again.
            Err(
                StoreError::NoSession { .. }
                | StoreError::NoSessionAt { .. }
                | StoreError::Io { .. },
            ) => {
                save_first(&Session::create(&root).unwrap()).unwrap();
                assert!(check(&root));
            }
            Err(other) => panic!("{other}"),
        }
        if saved.is_ok() {
            break;
        }
    }
}

#[test]
fn a_disk_that_refuses_for_a_while_costs_nothing() {
    for fault in [Fault::Full, Fault::ReadOnly, Fault::Denied] {
        for at in 0.. {
            let place = tempfile::tempdir().unwrap();
            let root = place.path().join("study.hourglass");
            let mut session = Session::create(&root).unwrap();
            let written = save_first(&session).unwrap();
            let disk = Faulty::new(at, fault);
            session.disk = Arc::clone(&disk) as Arc<dyn Disk>;
            let saved = save_second(&session, written);
            // Some writes may fail: what a commit gives up is cleared away by the next one.
            assert!(saved.is_ok() || disk.was_hit(), "{fault:?} at {at}");
            if let Err(error) = &saved {
                assert!(!error.is_bad_input(), "{error}");
                // Whatever counts now: the next saving is told to write everything.
                session.disk = Arc::new(System);
                let mut writer = session.begin().unwrap();
                writer.write(1, &update(None, 25)).unwrap();
                writer.write(2, &update(None, 5)).unwrap();
                writer.write(4, &update(None, 15)).unwrap();
                writer.finish("second").unwrap();
            }
            drop(session);
            assert!(!check(&root));
            if !disk.was_hit() {
                break;
            }
        }
    }
}

#[test]
fn two_windows_cannot_have_one_session() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path().join("一日 study.hourglass");
    let session = Session::create(&root).unwrap();
    save_first(&session).unwrap();
    for second in [
        Session::open(&root).map(|_| ()),
        Session::read(&root).map(|_| ()),
    ] {
        let error = second.unwrap_err();
        assert!(error.is_bad_input());
        assert!(
            error.to_string().contains("is in use by another"),
            "{error}"
        );
    }
    drop(session);
    let reader = Session::read(&root).unwrap();
    assert_eq!(reader.runs.len(), 3);
    Session::open(&root).unwrap();
}

#[test]
fn readers_after_a_crash_do_not_get_in_each_others_way() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path().join("study.hourglass");
    let session = Session::create(&root).unwrap();
    save_first(&session).unwrap();
    drop(session);
    let run = run_folder(&root, 1);
    for _ in 0..20 {
        // What a crash leaves between the marker and the last renaming.
        let names = ["session.toml", "window.json", "runs/1/run.toml"];
        for name in names {
            fs::copy(root.join(name), root.join(format!("{name}{NEW}"))).unwrap();
        }
        fs::write(root.join(".commit"), names.join("\n")).unwrap();
        thread::scope(|scope| {
            let readers: Vec<_> = (0..6)
                .map(|number| {
                    let (root, run) = (&root, &run);
                    scope.spawn(move || match number % 2 {
                        0 => Session::read(root).map(|contents| contents.runs.len()),
                        _ => open_whole_run(run).map(|_run| 3),
                    })
                })
                .collect();
            for reader in readers {
                assert_eq!(reader.join().unwrap().unwrap(), 3);
            }
        });
        assert!(!is_cut_short(&root));
    }
}

#[test]
fn a_clock_that_was_set_back_says_no_age_and_hides_nothing() {
    let state = tempfile::tempdir().unwrap();
    let places = LostSessions::new(state.path());
    let (old, ahead) = (places.begin().unwrap(), places.begin().unwrap());
    save_first(&old).unwrap();
    save_first(&ahead).unwrap();
    let tomorrow = std::time::SystemTime::now() + Duration::from_hours(24);
    let manifest = fs::File::options()
        .write(true)
        .open(ahead.root().join(MANIFEST))
        .unwrap();
    manifest.set_modified(tomorrow).unwrap();
    assert!(old.age().is_some());
    assert_eq!(ahead.age(), None, "it is from tomorrow");
    let root = ahead.root().to_owned();
    drop((old, ahead));
    let found = places.find().unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].0.root(), root, "the newest first");
}

#[test]
fn a_session_is_not_put_where_anything_lies() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path().join("study");
    save_first(&Session::create(&root).unwrap()).unwrap();
    let error = Session::create(&root).err().unwrap();
    assert!(
        error.to_string().contains("must be new or empty"),
        "{error}"
    );
    fs::write(place.path().join("file"), "x").unwrap();
    let error = Session::create(&place.path().join("file")).err().unwrap();
    assert!(error.is_bad_input(), "{error}");
}

#[test]
fn bad_sessions_are_told() {
    let sentence = |root: &Path| Session::read(root).unwrap_err().to_string();
    let place = tempfile::tempdir().unwrap();
    assert!(sentence(place.path()).contains("must hold session.toml"));
    assert!(sentence(&place.path().join("gone")).contains("there is nothing at"));
    let write = |text: &str| fs::write(place.path().join(MANIFEST), text).unwrap();
    for (text, says) in [
        (
            "format = 9\nprogram = \"7.0\"\nruns = 4",
            "holds format 9, written by Hourglass 7.0",
        ),
        ("format = 1", "missing field `program`"),
        ("oops", "line 1 does not fit"),
        (
            "format = 1\nprogram = \"x\"\n[[run]]\nfolder = 1\nname = \"\"\nhas_begun = true\n\
             [[run]]\nfolder = 1\nname = \"\"\nhas_begun = true\n",
            "lists run 1 twice",
        ),
        (
            "format = 1\nprogram = \"x\"\n[[run]]\nfolder = 1\nname = \"\"\nhas_begun = true\n",
            "run.toml failed",
        ),
    ] {
        write(text);
        assert!(
            sentence(place.path()).contains(says),
            "{}",
            sentence(place.path())
        );
    }
}

#[test]
fn a_session_of_the_first_version_opens() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    fs::create_dir_all(root.join("runs/7")).unwrap();
    super::super::save_run(&root.join("runs/7"), &checkpoint(15), None).unwrap();
    let list = "format = 1\nprogram = \"0.1.0\"\n\n[[run]]\nfolder = 7\nname = \"Old\"\nhas_begun = true\n";
    fs::write(root.join(MANIFEST), list).unwrap();
    let (session, contents) = Session::open(root).unwrap();
    assert_eq!(contents.window, "");
    assert_eq!(contents.runs[0].config.name, "Old");
    assert_eq!(
        open_whole_run(&contents.runs[0].folder).unwrap().checkpoint,
        checkpoint(15)
    );
    let mut writer = session.begin().unwrap();
    assert!(writer.keep(7, "Old"));
    assert!(!writer.keep(8, "Nobody"));
    writer.finish("").unwrap();
}

#[test]
fn what_a_program_left_is_found_unless_it_still_runs() {
    let state = tempfile::tempdir().unwrap();
    let places = LostSessions::new(state.path());
    assert!(places.find().unwrap().is_empty(), "no folder for nothing");
    let (running, empty, left) = (
        places.begin().unwrap(),
        places.begin().unwrap(),
        places.begin().unwrap(),
    );
    save_first(&running).unwrap();
    save_first(&left).unwrap();
    let root = left.root().to_owned();
    let empty_root = empty.root().to_owned();
    drop((empty, left));
    let found = places.find().unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0.root(), root);
    assert!(!empty_root.exists(), "what holds nothing goes");
    assert!(places.find().unwrap().is_empty(), "it is taken");
    for (session, _) in found {
        session.delete().unwrap();
    }
    assert!(!root.exists() && running.root().exists());
}

#[test]
fn a_run_is_taken_over_file_by_file() {
    let place = tempfile::tempdir().unwrap();
    let old = Session::create(&place.path().join("old")).unwrap();
    save_first(&old).unwrap();
    let new = Session::create(&place.path().join("new")).unwrap();
    let mut writer = new.begin().unwrap();
    writer.copy(5, "Copy", &run_folder(old.root(), 1)).unwrap();
    writer.copy(6, "Idle", &run_folder(old.root(), 3)).unwrap();
    writer.finish("").unwrap();
    let root = new.root().to_owned();
    drop(new);
    let contents = Session::read(&root).unwrap();
    let begun: Vec<bool> = contents.runs.iter().map(|run| run.has_begun).collect();
    assert_eq!(begun, [true, false]);
    let kept = open_whole_run(&contents.runs[0].folder).unwrap();
    assert_eq!(kept.checkpoint, checkpoint(15));
}
