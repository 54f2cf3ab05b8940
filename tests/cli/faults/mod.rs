//! What the machine does to a run: full and read-only disks, missing permissions, links that lead in
//! circles, pipes that never end, other programs. Each has its sentence and its exit code: 1 where the
//! machine is at fault, 2 where it is what was asked for.

mod asked;
mod machine;
mod names;
mod training;

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use hourglass::store::session::Session;
use tempfile::TempDir;

use super::server::Server;
use super::{TRAIN, hourglass, program, success, train, workplace};

/// Longer than anything here takes; what hangs fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// A working folder, and what a fault needs besides.
struct Place {
    folder: TempDir,
    disks: RefCell<Vec<PathBuf>>,
    /// A session that is in use.
    session: RefCell<Option<Session>>,
    server: RefCell<Option<Server>>,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: workplace(),
            disks: RefCell::default(),
            session: RefCell::default(),
            server: RefCell::default(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// A run of one epoch in `run`.
    fn run(&self) {
        train(self.folder.path(), "--latent 3 --epochs 1", "run");
    }

    /// Weights as PyTorch has them in `w.safetensors`.
    fn weights(&self) {
        self.run();
        let arguments = "export run --what weights --out w.safetensors";
        success(hourglass(self.folder.path(), arguments));
    }

    /// A disk of a few KiB in the folder `disk`.
    fn disk(&self, kib: u32) -> Result<PathBuf, String> {
        let path = self.path("disk");
        fs::create_dir_all(&path).unwrap();
        self.mount(&path, kib)?;
        Ok(path)
    }

    fn mount(&self, path: &Path, kib: u32) -> Result<(), String> {
        let size = format!("size={kib}k");
        system(
            Command::new("mount")
                .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
                .arg(path),
        )
        .map_err(|why| format!("no disk can be mounted: {why}"))?;
        self.disks.borrow_mut().push(path.to_owned());
        Ok(())
    }

    /// A disk on which nothing more fits.
    fn full_disk(&self) -> Result<(), String> {
        let mut filler = File::create(self.disk(64)?.join("filler")).unwrap();
        while filler.write_all(&[7; 4096]).is_ok() {}
        Ok(())
    }

    fn pipe(&self, name: &str) -> Result<(), String> {
        let path = self.path(name);
        let _removed = fs::remove_file(&path);
        system(Command::new("mkfifo").arg(path))
    }

    /// In place of a file, a link to another.
    fn link(&self, name: &str, to: &str) {
        let path = self.path(name);
        let _removed = fs::remove_file(&path);
        symlink(to, path).unwrap();
    }

    /// Takes permissions away.
    fn forbid(&self, name: &str, mode: u32) -> Result<(), String> {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
        let tried = humble(Command::new("cat"));
        let mut tried = tried?;
        tried.arg(self.path("data").join(TRAIN));
        system(&mut tried).map_err(|why| format!("permissions cannot be given up: {why}"))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        for disk in self.disks.borrow().iter() {
            let gone = system(Command::new("umount").arg("-l").arg(disk));
            assert!(gone.is_ok() || thread::panicking(), "{gone:?}");
        }
    }
}

/// Runs a tool of the system.
fn system(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
}

/// A program without the right to pass over permissions, which `root` has.
fn humble(command: Command) -> Result<Command, String> {
    let id = Command::new("id").arg("-u").output();
    let id = id.map_err(|error| error.to_string())?;
    if id.stdout.trim_ascii() != b"0" {
        return Ok(command);
    }
    let mut humble = Command::new("setpriv");
    system(humble.arg("--version")).map_err(|why| format!("setpriv is missing: {why}"))?;
    let mut humble = Command::new("setpriv");
    humble
        .arg("--bounding-set=-dac_override,-dac_read_search,-fowner")
        .arg("--")
        .arg(command.get_program())
        .args(command.get_args());
    for (key, value) in command.get_envs() {
        match value {
            Some(value) => humble.env(key, value),
            None => humble.env_remove(key),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        humble.current_dir(folder);
    }
    humble.stdin(Stdio::null());
    Ok(humble)
}

/// What the program comes to; one that hangs is ended, and fails the test.
fn finished(mut child: Child) -> Output {
    let since = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if since.elapsed() > PATIENCE {
            child.kill().unwrap();
            let output = child.wait_with_output().unwrap();
            panic!("it hangs: {}", String::from_utf8_lossy(&output.stderr));
        }
        thread::sleep(Duration::from_millis(10));
    }
    child.wait_with_output().unwrap()
}

fn piped(mut command: Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// A fault: its name, what brings it about (or why that cannot be here), the arguments, the sentence
/// and the exit code. In the sentence, `…` stands for anything.
type Fault = (
    &'static str,
    fn(&Place) -> Result<(), String>,
    &'static str,
    &'static str,
    i32,
);

/// Whether a sentence is as expected.
fn fits(sentence: &str, expected: &str) -> bool {
    let mut rest = sentence;
    let parts: Vec<&str> = expected.split('…').collect();
    let last = parts.len() - 1;
    parts.iter().enumerate().all(|(number, part)| {
        let at = match number {
            _ if number == last && number > 0 => rest.ends_with(part).then_some(0),
            0 => rest.starts_with(part).then_some(0),
            _ => rest.find(part),
        };
        rest = match at {
            Some(at) if number < last || last == 0 => &rest[at + part.len()..],
            Some(_) | None => "",
        };
        at.is_some() && (last > 0 || rest.is_empty())
    })
}

fn check(faults: &[Fault]) {
    let mut wrong = Vec::new();
    for (name, prepare, arguments, expected, code) in faults {
        let place = Place::new();
        if let Err(why) = prepare(&place) {
            println!("skipped: {name} ({why})");
            continue;
        }
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        let command = program(place.folder.path(), &arguments);
        let mut command =
            humble(command).unwrap_or_else(|_| program(place.folder.path(), &arguments));
        if let Some(server) = &*place.server.borrow() {
            command.env("HOURGLASS_MIRROR", server.url());
        }
        let output = finished(piped(command));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        println!("{name}: {}", said.trim());
        let root = place.folder.path().to_str().unwrap();
        let said = said.replace(root, "~");
        let sentence = said.strip_prefix("hourglass: ").unwrap_or_default();
        let is_one = said.lines().count() == 1 && fits(sentence.trim_end(), expected);
        let found = output.status.code();
        if found != Some(*code) || !is_one {
            wrong.push(format!(
                "{name}:\n     found {found:?} {sentence:?}\n  expected {code} {expected:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const TRAIN_IT: &str = "train --dataset data --device flex --epochs 1 --out out";
const ONTO_DISK: &str = "train --dataset data --device flex --epochs 1 --out disk/out";

/// Nothing can be written to `disk` from now on.
fn make_read_only(disk: &Path) -> Result<(), String> {
    let since = Instant::now();
    loop {
        let mounted = system(Command::new("mount").args(["-o", "remount,ro"]).arg(disk));
        // Busy as long as a file is being written.
        if mounted.is_ok() || since.elapsed() > PATIENCE {
            return mounted;
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// A PNG that says it is this large, and holds nothing.
fn claim(width: u32, height: u32) -> Vec<u8> {
    let mut png = Vec::new();
    let encoder = image::codecs::png::PngEncoder::new(&mut png);
    image::ImageEncoder::write_image(encoder, &[0], 1, 1, image::ExtendedColorType::L8).unwrap();
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let mut sum = flate2::Crc::new();
    sum.update(&png[12..29]);
    png[29..33].copy_from_slice(&sum.sum().to_be_bytes());
    png
}

/// A session of a kept run in `study`.
fn study(place: &Place) -> Session {
    place.run();
    let session = Session::create(&place.path("study")).unwrap();
    let mut writer = session.begin().unwrap();
    writer.copy(1, "First", &place.path("run")).unwrap();
    writer.finish("").unwrap();
    session
}

#[test]
fn the_table_itself_tells_sentences_apart() {
    assert!(
        fits("a b c", "a…c") && fits("a b c", "a b c") && fits("abc", "…c") && fits("abc", "a…")
    );
    assert!(!fits("a b c", "a…d") && !fits("a b c", "a b") && !fits("a b c", "b…c"));
    assert!(fits("a b c d", "a…b…d") && !fits("a c d", "a…b…d"));
}
