//! Dialogs of the desktop, and looks at the disk, which the window never waits for.
//!
//! [`AskPath`] is the one way to a dialog; tests put their own in its place.
//!
//! On Linux a dialog comes from xdg-desktop-portal or, where that is not to be had, from zenity. The
//! library for both answers the same where there is neither and where somebody cancels: the
//! difference is in its log only, so [`DialogLog`] listens there.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::action::{Action, Choice, PathFor};
use super::paths::{self, PathAction};

/// A dialog that is gone sooner than this never was there: zenity, where it cannot open a window.
const FASTEST_CANCEL: Duration = Duration::from_millis(300);

/// How often the library has written that it found no dialog.
static MISSED: AtomicU64 = AtomicU64::new(0);

/// A logger that also hears that there is no dialog.
#[derive(Debug)]
pub struct DialogLog<L>(pub L);

impl<L: log::Log> log::Log for DialogLog<L> {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        self.0.enabled(metadata)
    }

    fn log(&self, record: &log::Record<'_>) {
        if is_miss(record) {
            MISSED.fetch_add(1, Ordering::SeqCst);
        }
        self.0.log(record);
    }

    fn flush(&self) {
        self.0.flush();
    }
}

/// Whether the library says that its last resort failed.
fn is_miss(record: &log::Record<'_>) -> bool {
    record.level() == log::Level::Error
        && record.target().split("::").next() == Some("rfd")
        && record.args().to_string().contains("zenity")
}

/// Asks for a path and sends [`Action::PathChosen`], or nothing when the user cancels. Returns
/// at once.
pub type AskPath = Box<dyn Fn(PathFor, &egui::Context, Sender<Action>)>;

/// The dialog of the desktop, waited for in a thread of its own.
pub fn desktop() -> AskPath {
    Box::new(|purpose, ctx, answers| {
        // Made here because some desktops want their dialogs from the window's thread.
        let answer = open(purpose);
        let ctx = ctx.clone();
        let waiting = thread::Builder::new()
            .name("file dialog".to_owned())
            .spawn(move || {
                let (since, missed) = (Instant::now(), MISSED.load(Ordering::SeqCst));
                let action = match wait_for(answer) {
                    Some(chosen) => Action::PathChosen(purpose, chosen.path().to_owned()),
                    None if MISSED.load(Ordering::SeqCst) != missed
                        || since.elapsed() < FASTEST_CANCEL =>
                    {
                        Action::DialogMissing(purpose)
                    }
                    None => return,
                };
                // A window that is gone needs no answer.
                let _gone = answers.send(action);
                ctx.request_repaint();
            });
        if let Err(error) = waiting {
            log::error!("the file dialog could not be opened: {error}");
        }
    })
}

/// Looks at a path that was typed, in a thread of its own: a disk may take its time. Returns at once;
/// [`PathAction::Looked`] answers.
pub fn look_at(
    ctx: &egui::Context,
    answers: Sender<Action>,
    number: u64,
    choice: Choice,
    text: String,
) {
    let told = answers.clone();
    let waking = ctx.clone();
    let looking = thread::Builder::new()
        .name("look at a path".to_owned())
        .spawn(move || {
            let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
            let found = paths::look(&choice, &text, home.as_deref());
            // A window that is gone needs no answer.
            let _gone = told.send(Action::Path(PathAction::Looked(number, found)));
            waking.request_repaint();
        });
    if let Err(error) = looking {
        let sentence =
            format!("The path could not be looked at, as no thread could be started: {error}.");
        // The same.
        let _gone = answers.send(Action::Path(PathAction::Looked(number, Err(sentence))));
        ctx.request_repaint();
    }
}

/// What a new file is called where nobody has said so.
pub fn proposed_name(what: &str, ending: &str) -> String {
    format!("{}.{ending}", what.to_lowercase().replace(' ', "-"))
}

/// What a dialog comes to.
type Answer = Pin<Box<dyn Future<Output = Option<rfd::FileHandle>> + Send>>;

fn open(purpose: PathFor) -> Answer {
    let dialog = rfd::AsyncFileDialog::new().set_title(purpose.title());
    match purpose.choice() {
        Choice::Folder | Choice::NewFolder => Box::pin(dialog.pick_folder()),
        Choice::File { what, endings } => Box::pin(dialog.add_filter(what, endings).pick_file()),
        Choice::NewFile { what, ending } => {
            let dialog = dialog
                .add_filter(what, &[ending])
                .set_file_name(proposed_name(what, ending));
            Box::pin(dialog.save_file())
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Drives a future to its end on this thread, asleep while there is nothing to do.
fn wait_for<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use log::{Level, Log as _, Record};

    use super::*;

    struct Silent;

    impl log::Log for Silent {
        fn enabled(&self, _metadata: &log::Metadata<'_>) -> bool {
            false
        }

        fn log(&self, _record: &Record<'_>) {}

        fn flush(&self) {}
    }

    #[test]
    fn the_log_of_the_library_tells_that_there_is_no_dialog() {
        let before = MISSED.load(Ordering::SeqCst);
        let listener = DialogLog(Silent);
        let say = |target: &str, level, words: std::fmt::Arguments<'_>| {
            let record = Record::builder()
                .target(target)
                .level(level)
                .args(words)
                .build();
            listener.log(&record);
        };
        let target = "rfd::backend::xdg_desktop_portal";
        say(target, Level::Warn, format_args!("Using zenity fallback"));
        say(
            "hourglass",
            Level::Error,
            format_args!("Failed to pick file with zenity: x"),
        );
        assert_eq!(MISSED.load(Ordering::SeqCst), before);
        say(
            target,
            Level::Error,
            format_args!("Failed to pick file with zenity: No such file"),
        );
        assert_eq!(MISSED.load(Ordering::SeqCst), before + 1);
    }
}
