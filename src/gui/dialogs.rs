//! Dialogs of the desktop, which the window never waits for.
//!
//! [`AskPath`] is the one way to a dialog; tests put their own in its place.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::action::{Action, Choice, PathFor};

/// A dialog that is gone sooner than this never was there.
const FASTEST_CANCEL: Duration = Duration::from_secs(1);

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
                let since = Instant::now();
                let action = match wait_for(answer) {
                    Some(chosen) => Action::PathChosen(purpose, chosen.path().to_owned()),
                    // rfd tells a missing dialog from a cancelled one in the log only; nobody
                    // cancels as fast as that.
                    None if since.elapsed() < FASTEST_CANCEL => Action::DialogMissing,
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

/// What a dialog comes to.
type Answer = Pin<Box<dyn Future<Output = Option<rfd::FileHandle>> + Send>>;

fn open(purpose: PathFor) -> Answer {
    let dialog = rfd::AsyncFileDialog::new().set_title(purpose.title());
    match purpose.choice() {
        Choice::Folder => Box::pin(dialog.pick_folder()),
        Choice::File { what, endings } => Box::pin(dialog.add_filter(what, endings).pick_file()),
        Choice::NewFile { what, ending } => {
            let name = format!("{}.{ending}", what.to_lowercase().replace(' ', "-"));
            let dialog = dialog.add_filter(what, &[ending]).set_file_name(name);
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
