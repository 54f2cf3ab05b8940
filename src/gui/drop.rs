//! Files and folders that are dragged onto the window.
//!
//! Something *dropped* is a run or session that was kept, or images to train on.

use std::path::{Path, PathBuf};

use egui::{Align2, Context, Id, LayerId, Order, Stroke, StrokeKind, TextStyle};

use super::action::{Action, Actions, Effect};
use super::state::AppState;
use super::view::View;

/// The file that makes a folder a run.
const RUN_FILE: &str = "run.toml";

/// The file that makes a folder a session.
const SESSION_FILE: &str = "session.toml";

/// What was dropped onto the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// The folder of a run.
    Run(PathBuf),
    /// The folder of a session.
    Session(PathBuf),
    /// A folder or file of images.
    Images(PathBuf),
}

impl Dropped {
    /// Tells them apart.
    pub fn of(path: &Path) -> Self {
        let is_called = |name: &str| path.file_name().is_some_and(|own| own == name);
        // The file that makes a folder what it is stands for the folder.
        let folder = match path.parent() {
            Some(folder) if is_called(RUN_FILE) || is_called(SESSION_FILE) => folder,
            Some(_) | None => path,
        };
        if folder.join(SESSION_FILE).is_file() {
            Self::Session(folder.to_owned())
        } else if folder.join(RUN_FILE).is_file() {
            Self::Run(folder.to_owned())
        } else {
            Self::Images(path.to_owned())
        }
    }
}

/// Takes what is dropped, and says what would come of it while it is held over the window.
pub fn drop_ui(ctx: &Context, view: &View<'_>, out: &mut Actions) {
    let dropped: Vec<Dropped> = ctx.input(|input| {
        let files = input.raw.dropped_files.iter();
        files.map(|file| Dropped::of(file.path())).collect()
    });
    let mut has_images = false;
    for dropped in dropped {
        // All runs are opened, but a run trains on one data set.
        let is_images = matches!(dropped, Dropped::Images(_));
        if !(is_images && has_images) {
            out.push(Action::Drop(dropped));
        }
        has_images |= is_images;
    }
    if ctx.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let layer = LayerId::new(Order::Foreground, Id::unique("drop"));
    let painter = ctx.layer_painter(layer);
    let rect = ctx.content_rect();
    painter.rect_filled(rect, 0.0, view.palette.panel.gamma_multiply(0.85));
    let edge = Stroke::new(3.0, view.palette.accent);
    painter.rect_stroke(rect.shrink(8.0), 6.0, edge, StrokeKind::Inside);
    let text = match view.run() {
        Some(run) if run.lost.is_some() => format!(
            "Drop the images of {}, or the folder of a run or session to open it",
            run.name()
        ),
        Some(run) if run.has_started() => {
            "Drop images to train a further run on them, or the folder of a run or session to open it"
                .to_owned()
        }
        Some(run) => format!(
            "Drop images for {} to train on, or the folder of a run or session to open it",
            run.name()
        ),
        None => "Drop the folder of a run or session to open it".to_owned(),
    };
    let font = TextStyle::Heading.resolve(&ctx.global_style());
    let color = view.palette.strong;
    painter.text(rect.center(), Align2::CENTER_CENTER, text, font, color);
}

impl AppState {
    pub(super) fn take_dropped(&mut self, dropped: Dropped) -> Vec<Effect> {
        match dropped {
            Dropped::Run(folder) if self.has_room() => self.open(folder, None),
            Dropped::Run(_) => {
                let text = "There is no room for another run: remove one first.";
                self.tell(None, text.to_owned(), true);
                Vec::new()
            }
            Dropped::Session(folder) => self.open_session(folder),
            Dropped::Images(path) => match self.selected {
                // Whoever has lost the images of a run brings them.
                Some(id) if self.run(id).is_some_and(|run| run.lost.is_some()) => {
                    self.relink(id, &path)
                }
                Some(id) => self.train_on(id, &path),
                None => Vec::new(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_a_run_in_it_is_a_run() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        assert_eq!(Dropped::of(path), Dropped::Images(path.to_owned()));
        let file = path.join(RUN_FILE);
        std::fs::write(&file, "").unwrap();
        assert_eq!(Dropped::of(path), Dropped::Run(path.to_owned()));
        assert_eq!(Dropped::of(&file), Dropped::Run(path.to_owned()));
        std::fs::write(path.join(SESSION_FILE), "").unwrap();
        assert_eq!(Dropped::of(path), Dropped::Session(path.to_owned()));
        let other = path.join("mnist.npz");
        assert_eq!(Dropped::of(&other), Dropped::Images(other.clone()));
    }
}
