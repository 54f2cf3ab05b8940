//! Folders and files of daily life from the command line: what is read of them is said, and what is
//! not as well.

use std::fs;
use std::path::Path;

use image::{GrayImage, Luma, Rgba, RgbaImage};
use serde_json::Value;

use super::{failure, hourglass, objects, success, workplace};

/// A picture of 12 by 12 pixels; pictures differ.
fn picture(folder: &Path, name: &str, shade: u8) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let drawn = GrayImage::from_fn(12, 12, |x, y| Luma([shade.wrapping_add((x * y) as u8)]));
    drawn.save(path).unwrap();
}

fn describe(folder: &Path, arguments: &str) -> Value {
    let output = hourglass(folder, &format!("data {arguments} --json"));
    objects(&success(output)).remove(0)
}

fn texts(value: &Value) -> Vec<&str> {
    let list = value.as_array().unwrap();
    list.iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn a_downloaded_archive_is_read_as_it_is_meant() {
    let folder = workplace();
    let at = folder.path();
    for (i, class) in ["cats", "dogs"].into_iter().enumerate() {
        for j in 0..4 {
            let shade = (40 * j + 20 * i) as u8;
            picture(
                at,
                &format!("archive/set/training_set/training_set/{class}/{j}.png"),
                shade,
            );
        }
        picture(
            at,
            &format!("archive/set/test_set/test_set/{class}/9.png"),
            200 + class.as_bytes()[0] % 16,
        );
        picture(
            at,
            &format!("archive/set/training_set/training_set/{class}/@eaDir/0.png/t.png"),
            3,
        );
    }
    fs::create_dir(at.join("archive/set/training_set/training_set/owls")).unwrap();
    fs::write(
        at.join("archive/set/training_set/training_set/cats/a.heic"),
        "?",
    )
    .unwrap();
    let jpeg = fs::read(at.join("archive/set/test_set/test_set/cats/9.png")).unwrap();
    fs::write(
        at.join("archive/set/test_set/test_set/cats/cut.png"),
        &jpeg[..jpeg.len() / 2],
    )
    .unwrap();
    let about = describe(at, "archive --image-size 12x12");
    assert_eq!(about["train_images"], 8, "{about}");
    assert_eq!(about["test_images"], 2, "{about}");
    let classes: Vec<String> = about["classes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|class| format!("{} {} {}", class["name"], class["train"], class["test"]))
        .collect();
    assert_eq!(classes, ["\"cats\" 4 1", "\"dogs\" 4 1", "\"owls\" 0 0"]);
    assert_eq!(
        texts(&about["remarks"]),
        [
            "The pictures of training_set were taken for training, those of test_set for testing.",
            "The class folder owls has no pictures that are read: the class has 0 pictures.",
            "2 pictures in @eaDir are passed over: programs keep thumbnails, copies and deleted files there.",
            "There is 1 HEIC picture, which is not read: save it as JPEG or PNG first.",
        ]
    );
    let skipped = about["skipped"].to_string();
    assert!(
        skipped.contains("cats/cut.png") && skipped.contains("it is damaged"),
        "{skipped}"
    );
    assert!(skipped.contains("cats/a.heic"), "{skipped}");
    let said = success(hourglass(at, "data archive"));
    assert!(
        said.contains("note: The pictures of training_set were taken for training"),
        "{said}"
    );
}

#[test]
fn drawings_on_glass_are_seen() {
    let folder = workplace();
    let at = folder.path();
    fs::create_dir(at.join("logos")).unwrap();
    for i in 0..7 {
        let drawn = RgbaImage::from_fn(16, 16, |x, _| {
            Rgba([0, 0, 0, if x < 6 + i { 255 } else { 0 }])
        });
        drawn.save(at.join(format!("logos/{i}.png"))).unwrap();
    }
    let about = describe(at, "logos --image-size 16x16");
    let remarks = texts(&about["remarks"]);
    assert_eq!(
        remarks,
        [
            "Transparent parts were taken as white: on black, 7 of 7 pictures with transparent parts could hardly be seen."
        ]
    );
}

#[test]
fn other_files_and_places_are_named() {
    let folder = workplace();
    let at = folder.path();
    fs::write(
        at.join("archive.zip"),
        b"PK\x03\x04..............photos/cat.png",
    )
    .unwrap();
    fs::write(at.join("notes.txt"), "Dear diary,\n").unwrap();
    fs::create_dir_all(at.join("photos/empty")).unwrap();
    fs::create_dir(at.join("phone")).unwrap();
    for i in 0..3 {
        fs::write(at.join(format!("phone/{i}.HEIC")), b"\0\0\0\x18ftypheic").unwrap();
    }
    picture(at, "one.png", 1);
    for (arguments, says) in [
        (
            "data archive.zip",
            "archive.zip is a zip archive, which is not opened: unpack it and open the folder.",
        ),
        (
            "data notes.txt",
            "notes.txt is a text file, which is not opened: a table of images has the ending .csv and a row for each image.",
        ),
        (
            "data one.png",
            "one.png is one picture, which is not opened: open the folder that holds it.",
        ),
        (
            "data photos",
            "in photos, found none: there are only empty folders in it.",
        ),
        (
            "data phone",
            "in phone, found 3 HEIC pictures, which are not read: save them as JPEG or PNG first.",
        ),
        (
            "data photos/2024/may",
            "found nothing: the folder photos is there, but not what follows.",
        ),
        ("data Photos", "found nothing, but photos beside it."),
    ] {
        let sentence = failure(&hourglass(at, arguments), 2);
        assert!(sentence.contains(says), "{arguments}: {sentence}");
    }
}

#[test]
fn a_folder_called_like_a_set_is_mentioned() {
    let folder = workplace();
    let at = folder.path();
    for i in 0..3 {
        picture(at, &format!("mnist/{i}.png"), i);
        picture(at, &format!("glyphs/{i}.png"), i);
    }
    let about = describe(at, "glyphs");
    assert_eq!(about["source"], "glyphs");
    assert_eq!(
        texts(&about["remarks"]),
        [
            "The folder glyphs was not opened: glyphs is the name of a set. It is opened as ./glyphs."
        ]
    );
    assert_eq!(describe(at, "./mnist")["source"], "pictures");
    let sentence = failure(&hourglass(at, "data mnist"), 2);
    let ending = "in the window; the folder mnist is opened as ./mnist.";
    assert!(sentence.trim_end().ends_with(ending), "{sentence}");
}
