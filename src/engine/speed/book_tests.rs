//! What is remembered, and what is not.

use std::fs;
use std::sync::Arc;

use super::super::comparing::tests::some_key;
use super::super::machine::CandidateGpu;
use super::*;

fn comparison(gpu: f64) -> Comparison {
    Comparison {
        gpu: "A card (Vulkan)".to_owned(),
        cpu_steps_per_sec: 300.0,
        gpu_steps_per_sec: gpu,
    }
}

fn card(driver: &str) -> CandidateGpu {
    CandidateGpu {
        id: "wgpu:0".to_owned(),
        name: "A card (Vulkan)".to_owned(),
        driver: driver.to_owned(),
        backend: "Vulkan".to_owned(),
    }
}

#[test]
fn a_comparison_is_of_one_network_driver_and_program() {
    let folder = tempfile::tempdir().unwrap();
    let place = Some(folder.path().join("speeds"));
    let key = some_key(|_config| {}, &card("one 1.0"), "0.2");
    let mut book = Book::in_folder(place.clone());
    assert_eq!(book.get(&key), None);
    book.put(&key, &comparison(900.0));
    assert_eq!(book.get(&key), Some(comparison(900.0)));
    // After another start.
    let mut book = Book::in_folder(place.clone());
    assert_eq!(book.get(&key), Some(comparison(900.0)));
    assert_eq!(book.kept().len(), 1);
    // The first weights cost nothing, everything else does.
    let same = some_key(|config| config.seed = 9, &card("one 1.0"), "0.2");
    assert_eq!(book.get(&same), Some(comparison(900.0)));
    for other in [
        some_key(|_config| {}, &card("one 1.1"), "0.2"),
        some_key(|_config| {}, &card("one 1.0"), "0.3"),
        some_key(|config| config.batch = 17, &card("one 1.0"), "0.2"),
        some_key(
            |config| config.schedule.phases[0].optimizer.kind = crate::model::OptimizerKind::Adam,
            &card("one 1.0"),
            "0.2",
        ),
        some_key(
            |config| {
                config
                    .knobs
                    .set("latent", crate::model::KnobValue::Integer(3));
            },
            &card("one 1.0"),
            "0.2",
        ),
    ] {
        assert_eq!(book.get(&other), None, "{other:?}");
    }
    // A newer one replaces it, here and there.
    book.put(&key, &comparison(100.0));
    assert_eq!(Book::in_folder(place).get(&key), Some(comparison(100.0)));
}

#[test]
fn a_damaged_file_counts_as_none() {
    let folder = tempfile::tempdir().unwrap();
    let place = Some(folder.path().to_owned());
    let key = some_key(|_config| {}, &card("one 1.0"), "0.2");
    Book::in_folder(place.clone()).put(&key, &comparison(900.0));
    let path = fs::read_dir(folder.path()).unwrap().next().unwrap();
    let path = path.unwrap().path();
    let whole = fs::read_to_string(&path).unwrap();
    let other = whole.replace("one 1.0", "two 2.0");
    let newer = whole.replace("\"format\":1", "\"format\":2");
    let nonsense = whole.replace("900.0", "-1.0");
    for text in [
        "",
        "{}",
        &whole[..whole.len() / 2],
        "\u{0}",
        &other,
        &newer,
        &nonsense,
    ] {
        fs::write(&path, text).unwrap();
        assert_eq!(Book::in_folder(place.clone()).get(&key), None, "{text}");
    }
    fs::write(&path, &whole).unwrap();
    assert_eq!(Book::in_folder(place).get(&key), Some(comparison(900.0)));
}

#[test]
fn two_programs_at_once_leave_a_whole_file() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let key = some_key(|_config| {}, &card("one 1.0"), "0.2");
    let writers: Vec<_> = (1..=4)
        .map(|writer| {
            let (folder, key) = (Arc::clone(&folder), key.clone());
            std::thread::spawn(move || {
                for _ in 0..50 {
                    let mut book = Book::in_folder(Some(folder.path().to_owned()));
                    book.put(&key, &comparison(f64::from(writer) * 100.0));
                    let found = Book::in_folder(Some(folder.path().to_owned())).get(&key);
                    assert!(found.is_some(), "half a file");
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().unwrap();
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "leavings");
}

#[test]
fn without_a_folder_it_is_known_until_the_end() {
    let key = some_key(|_config| {}, &card("one 1.0"), "0.2");
    let mut book = Book::in_folder(None);
    book.put(&key, &comparison(900.0));
    assert_eq!(book.get(&key), Some(comparison(900.0)));
    assert!(book.kept().is_empty());
}
