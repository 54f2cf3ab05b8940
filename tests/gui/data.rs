//! Images of one's own: opened, dropped, read with a bar, looked at.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use hourglass::data::{Color, ImageShape, Skipped, Survey};
use hourglass::data::{Dataset, DatasetParts, Images};
use hourglass::engine::{Command, DataPage, Event, Pictures, RunId, RunState};
use hourglass::gui::{Pane, PathFor};
use hourglass::train::RunConfig;

use super::pictures::roomy;
use super::session::{ready, ready_on};
use super::window::{Look, Window};
use super::{FIRST, ready_window, running};

const SHAPE: ImageShape = ImageShape {
    width: 12,
    height: 8,
    channels: 3,
};

/// What the engine makes of a folder of pictures.
fn folder_ready(id: RunId, config: &RunConfig) -> Event {
    let skipped = ["cat/cut.png", "owl/empty.jpg"].map(|path| Skipped {
        path: path.to_owned(),
        why: "it is damaged".to_owned(),
    });
    ready_on(id, config, |images| {
        "pets".clone_into(&mut images.name);
        images.shape = SHAPE;
        images.train = 90;
        images.test = 15;
        "15 images were set aside for testing (seed 0)".clone_into(&mut images.split);
        "pets".clone_into(&mut images.hash);
        "pets".clone_into(&mut images.contents);
        images.test_labels = Some((0..15).map(|i| i % 3).collect());
        images.class_names = Some(["cat", "dog", "owl"].map(str::to_owned).into());
        images.skipped = skipped.into();
        images.unlisted = 3;
        "Folder of pictures".clone_into(&mut images.source);
        images.takes = hourglass::data::Takes {
            shape: true,
            ..Default::default()
        };
    })
}

/// Something dropped onto the window.
#[derive(Debug)]
struct Thing(PathBuf);

impl egui::DroppedFile for Thing {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the window reads nothing itself".to_owned())
    }
}

pub fn drop_onto(window: &mut Window, paths: &[&Path]) {
    for path in paths {
        let thing = Arc::new(Thing(path.to_path_buf()));
        window.harness.input_mut().dropped_files.push(thing);
    }
    window.harness.run();
}

/// A run on a folder of pictures that is there.
fn folder_window(look: &Look) -> (Window, RunConfig) {
    let mut window = Window::with_look(None, look);
    window.commands();
    window.script.folder.replace(Some("/data/pets".into()));
    window.click("Open folder…");
    let (id, config) = window.added();
    window.tell([folder_ready(id, &config)]);
    (window, config)
}

#[test]
fn files_are_opened_as_well_as_folders() {
    let mut window = ready_window("autoencoder");
    window.script.folder.replace(Some("/data/mnist.npz".into()));
    window.click("Open file…");
    assert_eq!(*window.script.asked.borrow(), [PathFor::DataFile(FIRST)]);
    let (id, config) = window.added();
    assert_eq!((id, config.dataset.as_str()), (FIRST, "/data/mnist.npz"));
}

#[test]
fn the_size_and_colour_of_pictures_are_chosen() {
    let mut window = ready_window("autoencoder");
    assert!(
        window.harness.query_by_label("Image width").is_none(),
        "digits are as they are"
    );
    let (mut window2, config) = folder_window(&roomy());
    std::mem::swap(&mut window, &mut window2);
    assert_eq!(config.image_size, None);
    assert!(window.has_text("90 training and 15 test images of 12×8×3; 15 images were set aside"));
    window.choose("Colour", "Colour");
    let (_, config) = window.added();
    assert_eq!((config.image_size, config.color), (None, Some(Color::Rgb)));
    window.tell([folder_ready(FIRST, &config)]);
    let width = window
        .harness
        .get_by_role_and_label(Role::SpinButton, "Image width");
    width.scroll_to_me();
    width.focus();
    window.harness.run();
    window.press(egui::Key::ArrowUp);
    window.press(egui::Key::Enter);
    let (_, config) = window.added();
    let size = config.image_size.unwrap();
    assert!(size.width() > 28, "{size}");
    assert_eq!(size.height(), 28);
}

#[test]
fn reading_pictures_shows_a_bar_and_can_be_cancelled() {
    let (mut window, _) = folder_window(&roomy());
    window.script.folder.replace(Some("/data/more".into()));
    window.click("Open folder…");
    let (id, _) = window.added();
    window.tell([
        Event::StateChanged {
            id,
            state: RunState::Preparing,
        },
        Event::Loading {
            id,
            done: 430,
            total: Some(1000),
        },
    ]);
    let name = window.harness.state().state().run(id).unwrap().name();
    let name = name.to_owned();
    assert!(window.has_text(&format!("Reading the images of {name}: 43 %")));
    assert!(window.has_text("Reading images…"));
    window.click(&format!("Cancel reading the images of {name}"));
    assert!(matches!(window.commands()[..], [Command::CancelLoading(of)] if of == id));
    window.tell([Event::Failed {
        id,
        error: "Reading /data/more was cancelled.".to_owned(),
        is_bad_input: true,
    }]);
    assert!(!window.has_text("43 %"));
    assert!(window.has_text("Reading /data/more was cancelled."));
}

#[test]
fn images_and_runs_are_dropped_onto_the_window() {
    let mut window = ready_window("autoencoder");
    drop_onto(
        &mut window,
        &[Path::new("/data/train.csv"), Path::new("/data/other.csv")],
    );
    let (id, config) = window.added();
    assert_eq!((id, config.dataset.as_str()), (FIRST, "/data/train.csv"));

    let run = tempfile::tempdir().unwrap();
    std::fs::write(run.path().join("run.toml"), "").unwrap();
    drop_onto(&mut window, &[run.path()]);
    let commands = window.commands();
    assert!(
        matches!(&commands[..], [Command::OpenRun { folder, .. }] if folder == run.path()),
        "{commands:?}"
    );

    // A run that has started keeps its images: a further one gets them.
    let mut window = ready_window("autoencoder");
    window.tell(running());
    drop_onto(&mut window, &[Path::new("/data/pets")]);
    let (id, config) = window.added();
    assert_ne!(id, FIRST);
    assert_eq!(config.dataset, "/data/pets");
}

#[test]
fn what_is_held_over_the_window_is_greeted() {
    let look = Look {
        has_renderer: true,
        ..Look::default()
    };
    let mut window = Window::with_look(None, &look);
    window.harness.run();
    let before = window.harness.render().unwrap();
    window
        .harness
        .input_mut()
        .hovered_files
        .push(egui::HoveredFile {
            path: Some("/data/pets".into()),
            ..egui::HoveredFile::default()
        });
    // While something is held over it, the window does not come to rest.
    window.harness.run_steps(3);
    let during = window.harness.render().unwrap();
    assert_ne!(before.as_raw(), during.as_raw());
    if let Some(folder) = std::env::var_os("HOURGLASS_LOOK").map(PathBuf::from) {
        during.save(folder.join("drop.png")).unwrap();
    }
}

/// The data set of the pane: three classes, pictures in a slope of colour.
fn pets() -> Dataset {
    let images = |count: usize| {
        let pixels = (0..count * SHAPE.pixels()).map(|i| (i * 5 % 256) as u8);
        Images::new(SHAPE, pixels.collect()).unwrap()
    };
    let parts = DatasetParts {
        train_labels: Some((0..90).map(|i| (i % 3).min(i % 2) as u8).collect()),
        test_labels: Some((0..15).map(|i| i % 3).collect()),
        ..DatasetParts::new("pets", images(90), images(15))
    };
    Dataset::new("pets", parts, None).unwrap()
}

/// The engine answers what the pane has asked for.
fn answer(window: &mut Window) -> Vec<Command> {
    let commands = window.commands();
    let data = pets();
    for command in &commands {
        if let Command::ShowData(request) = command {
            let count = 60.min(90 - request.first);
            let range = request.first..request.first + count;
            let pixels: Vec<u8> = range
                .clone()
                .flat_map(|i| data.train.image(i).to_vec())
                .collect();
            window.tell([Event::DataPage(Arc::new(DataPage {
                request: request.clone(),
                contents: "pets".to_owned(),
                indices: range.clone().map(|i| i as u32).collect(),
                classes: range.map(|i| Some((i % 3) as u8)).collect(),
                pictures: Pictures {
                    shape: SHAPE,
                    pixels,
                },
                total: 90,
            }))]);
        }
        if let Command::Survey(_) = command {
            window.tell([Event::Survey {
                contents: "pets".to_owned(),
                survey: Arc::new(Survey::of(&data)),
            }]);
        }
    }
    commands
}

#[test]
fn the_images_are_looked_at_by_class_and_page() {
    let (mut window, _) = folder_window(&roomy());
    window.choose_in_menu("Layout", "Data");
    assert!(window.harness.state().state().shown.contains(&Pane::Data));
    let asked = answer(&mut window);
    assert!(
        matches!(asked[..], [Command::ShowData(_), Command::Survey(FIRST)]),
        "{asked:?}"
    );
    for text in [
        "Folder of pictures: 90 training and 15 test images of 12×8×3; 15 images were set aside",
        "1 to 60 of 90",
        "Left out: 5",
        "cat/cut.png: it is damaged",
        "and 3 more",
        "Mean image",
        "3 classes",
        "Pixel values from 0 to 1: mean",
    ] {
        assert!(window.has_text(text), "no {text:?}");
    }
    assert!(
        window
            .harness
            .query_by_label("Training image 4, class dog")
            .is_some()
    );
    window.click("Page forth");
    let asked = answer(&mut window);
    assert!(matches!(&asked[..], [Command::ShowData(request)] if request.first == 60));
    assert!(window.has_text("61 to 90 of 90"));
    window.choose("Class", "owl");
    let asked = answer(&mut window);
    assert!(
        matches!(&asked[..], [Command::ShowData(request)] if request.class == Some(2) && request.first == 0),
        "{asked:?}"
    );
    window.click("Test images");
    assert_eq!(answer(&mut window).len(), 1);
}

#[test]
fn the_pane_says_what_is_missing() {
    let mut window = Window::open(None);
    window.choose_in_menu("Layout", "Data");
    assert!(window.has_text("once the selected run has read them"));
    let config = super::session::recipe("autoencoder");
    window.tell([ready(FIRST, &config)]);
    assert!(window.has_text("Looking for the images…"));
}

/// Draws the pane in several states, to be looked at.
#[test]
fn the_pane_is_drawn_on_request() {
    let Some(folder) = std::env::var_os("HOURGLASS_LOOK").map(PathBuf::from) else {
        println!("skipped: HOURGLASS_LOOK names no folder");
        return;
    };
    for (name, theme, size) in [
        ("data-dark", egui::Theme::Dark, [1280.0, 720.0]),
        ("data-light", egui::Theme::Light, [1920.0, 1080.0]),
    ] {
        let look = Look {
            size,
            theme,
            has_renderer: true,
            ..Look::default()
        };
        let (mut window, _) = folder_window(&look);
        window.choose_in_menu("Layout", "Data");
        answer(&mut window);
        window.harness.remove_cursor();
        window.harness.run();
        let picture = window.harness.render().unwrap();
        picture.save(folder.join(format!("{name}.png"))).unwrap();
        window.tell([Event::Loading {
            id: FIRST,
            done: 43,
            total: Some(100),
        }]);
        let picture = window.harness.render().unwrap();
        picture
            .save(folder.join(format!("{name}-reading.png")))
            .unwrap();
    }
}
