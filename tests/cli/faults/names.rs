//! Names, times and neighbours that are unusual but sound.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use hourglass::store::session::Session;

use super::super::{hourglass, objects, program, success};
use super::{Place, claim, study};

#[test]
fn spaces_and_japanese_names_are_names_like_others() {
    let place = Place::new();
    let at = place.folder.path();
    let (data, run) = ("私の 画像 データ", "出力 フォルダ/一番 目");
    fs::rename(at.join("data"), at.join(data)).unwrap();
    let device = ["--device", "flex"];
    let run_it = |arguments: &[&str]| success(program(at, arguments).output().unwrap());
    let begin = [
        "train",
        "--dataset",
        data,
        "--latent",
        "3",
        "--epochs",
        "1",
        "--out",
        run,
    ];
    run_it(&[&begin[..], &device].concat());
    run_it(&[&["eval", run][..], &device].concat());
    run_it(&[&["train", "--resume", run, "--epochs", "2"][..], &device].concat());
    for (what, out) in [
        ("weights", "重み 一.safetensors"),
        ("curves", "曲線 一.csv"),
        ("plot", "図 一.svg"),
        ("grid", "格子 一.png"),
    ] {
        run_it(&["export", run, "--what", what, "--out", out]);
        assert!(at.join(out).metadata().unwrap().len() > 0, "{out}");
    }
    run_it(
        &[
            &["import", "重み 一.safetensors", "--out", "二番 目"][..],
            &device,
        ]
        .concat(),
    );
    let session = Session::create(&at.join("研究 一.hourglass")).unwrap();
    let mut writer = session.begin().unwrap();
    writer.copy(1, "一番 目", &at.join(run)).unwrap();
    writer.finish("").unwrap();
    drop(session);
    let said = run_it(&["session", "研究 一.hourglass"]);
    assert!(said.starts_with("#1 一番 目 (autoencoder on "), "{said}");
}

#[test]
fn files_from_the_future_are_files_like_others() {
    let place = Place::new();
    let at = place.folder.path();
    drop(study(&place));
    let photos = at.join("photos");
    fs::create_dir(&photos).unwrap();
    for number in 0..300_u32 {
        let shade = u8::try_from(number % 256).unwrap();
        let picture = image::GrayImage::from_pixel(9, 9, image::Luma([shade]));
        picture.save(photos.join(format!("{number}.png"))).unwrap();
    }
    // As if the clock had been set back by ten years.
    let future = SystemTime::now() + Duration::from_hours(24 * 3650);
    let tell = |path: &Path| {
        File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(future)
            .unwrap();
    };
    let all_of = |folder: &Path| {
        let entries = walkdir::WalkDir::new(folder).into_iter().flatten();
        for entry in entries.filter(|entry| entry.file_type().is_file()) {
            tell(entry.path());
        }
    };
    all_of(&at.join("study"));
    all_of(&photos);
    let said = success(hourglass(at, "session study --json"));
    assert_eq!(objects(&said)[0]["runs"][0]["name"], "First");
    let first = success(hourglass(at, "data photos --json"));
    all_of(&at.join("cache"));
    assert!(
        fs::read_dir(at.join("cache")).unwrap().count() > 0,
        "nothing is cached"
    );
    let second = success(hourglass(at, "data photos --json"));
    assert_eq!(objects(&first)[0]["sha256"], objects(&second)[0]["sha256"]);
    success(hourglass(at, "eval study/runs/1 --device flex"));
    success(hourglass(
        at,
        "train --resume study/runs/1 --device flex --epochs 2 --out out",
    ));
}

#[test]
fn pictures_beside_a_vast_one_and_a_loop_are_read() {
    let place = Place::new();
    let at = place.folder.path();
    fs::create_dir(place.path("photos")).unwrap();
    for number in 0..20_u8 {
        let picture = image::GrayImage::from_pixel(9, 9, image::Luma([number]));
        picture
            .save(place.path(&format!("photos/{number}.png")))
            .unwrap();
    }
    place.write("photos/vast.png", &claim(100_000, 100_000));
    place.link("photos/again", "../photos");
    let said = success(hourglass(at, "data photos --json"));
    let about = &objects(&said)[0];
    assert_eq!(about["skipped_count"], 2, "{about}");
    let left = about["skipped"].to_string();
    for words in [
        "100000×100000 pixels, which take 10000 MB unpacked, more than the 1000 MB",
        "leads back to a folder around it",
    ] {
        assert!(left.contains(words), "no {words:?} in {left}");
    }
}
