//! Images that take a while to read, and images page by page.

use std::path::Path;
use std::sync::Arc;

use hourglass::data::{Color, ImageSize};
use hourglass::engine::{Command, Event, PageRequest, Part};
use hourglass::model::Pretraining;
use hourglass::train::RunConfig;

use super::session::{Session, digits};
use super::{OTHER, RUN};

/// Pictures in two class folders.
fn write_pictures(folder: &Path, count: u8) {
    for class in ["a", "b"] {
        std::fs::create_dir(folder.join(class)).unwrap();
        for i in 0..count {
            let picture = image::RgbImage::from_pixel(200, 200, image::Rgb([i, 0, 90]));
            picture
                .save(folder.join(class).join(format!("{i}.png")))
                .unwrap();
        }
    }
    std::fs::write(folder.join("a/c.png"), "nonsense").unwrap();
}

fn config(folder: &Path) -> RunConfig {
    let mut config = digits("autoencoder", Pretraining::EndToEnd, 1);
    config.dataset = folder.display().to_string();
    config.limit = None;
    config.image_size = ImageSize::new(12, 10).ok();
    config.color = Some(Color::Rgb);
    config
}

#[test]
fn reading_pictures_tells_how_far_it_is_and_what_it_left_out() {
    let folder = tempfile::tempdir().unwrap();
    write_pictures(folder.path(), 40);
    let mut session = Session::with(RUN, &config(folder.path()));
    let told: Vec<(u64, Option<u64>)> = session
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Loading {
                id: RUN,
                done,
                total,
            } => Some((*done, *total)),
            _ => None,
        })
        .collect();
    assert!(told.iter().any(|(_, total)| *total == Some(81)), "{told:?}");
    let info = session.events.iter().find_map(|event| match event {
        Event::RunReady { info, .. } => Some(Arc::clone(info)),
        _ => None,
    });
    let dataset = &info.unwrap().dataset;
    assert_eq!(dataset.shape.to_string(), "12×10×3");
    assert_eq!(dataset.train + dataset.test, 80);
    assert_eq!(dataset.skipped.len(), 1);
    assert_eq!(dataset.class_name(1), "b");
    assert!(dataset.takes.shape && dataset.split.contains("set aside"));
    session.finish(RUN);
}

#[test]
fn reading_pictures_can_be_given_up_and_begun_again() {
    let folder = tempfile::tempdir().unwrap();
    write_pictures(folder.path(), 40);
    let config = config(folder.path());
    let mut session = Session::new();
    session.send(Command::AddRun {
        id: RUN,
        config: Box::new(config.clone()),
    });
    session.send(Command::CancelLoading(RUN));
    let failed = loop {
        let event = session
            .engine
            .wait_event(std::time::Duration::from_mins(1))
            .unwrap();
        if let Event::Failed {
            error,
            is_bad_input,
            ..
        } = event
        {
            break (error, is_bad_input);
        }
        let is_ready = matches!(event, Event::RunReady { .. });
        assert!(!is_ready, "it went on");
    };
    assert!(failed.0.contains("was cancelled") && failed.1, "{failed:?}");
    session.add(RUN, &config);
    session.finish(RUN);
    // Another run shares the images.
    session.add(OTHER, &config);
}

#[test]
fn images_come_page_by_page_and_as_a_whole() {
    let mut session = Session::with(RUN, &digits("autoencoder", Pretraining::EndToEnd, 1));
    let request = PageRequest {
        run: RUN,
        part: Part::Test,
        class: Some(4),
        first: 10,
        count: 5,
    };
    session.send(Command::ShowData(request.clone()));
    let Event::DataPage(page) = session.until(|event| matches!(event, Event::DataPage(_))) else {
        unreachable!()
    };
    assert_eq!(page.request, request);
    assert_eq!((page.total, page.indices.len()), (200, 5));
    assert_eq!(page.classes, [Some(4); 5]);
    let data = super::open(&digits("autoencoder", Pretraining::EndToEnd, 1).images()).unwrap();
    assert_eq!(page.contents, data.contents());
    for (place, &index) in page.indices.iter().enumerate() {
        assert_eq!(page.pictures.get(place), data.test.image(index as usize));
    }
    session.send(Command::Survey(RUN));
    let Event::Survey { contents, survey } =
        session.until(|event| matches!(event, Event::Survey { .. }))
    else {
        unreachable!()
    };
    assert_eq!(contents, data.contents());
    assert_eq!(survey.classes.len(), 10);
    assert_eq!(survey.classes[3].train, 64);
}
