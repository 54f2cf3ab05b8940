//! Images that are moved, changed, or named anew.

use super::*;
use crate::data::{DatasetParts, Images};

/// Images that are told apart by `seed`.
fn images(location: &str, seed: u8) -> Arc<Dataset> {
    let shape = ImageShape {
        width: 3,
        height: 2,
        channels: 1,
    };
    let some = |count: u8| Images::new(shape, vec![seed; usize::from(count) * 6]).unwrap();
    let parts = DatasetParts::new("stripes", some(4), some(2));
    Arc::new(Dataset::new(location, parts, None).unwrap())
}

fn sought(location: &str, place: Option<&str>, sha256: &str) -> Sought {
    Sought {
        request: DatasetRequest {
            location: location.to_owned(),
            limit: Some(4),
            ..DatasetRequest::default()
        },
        place: place.map(str::to_owned),
        sha256: Some(sha256.to_owned()),
    }
}

/// A disk with images at some places.
fn disk<'a>(
    there: &'a [(&'a str, u8)],
) -> impl FnMut(&DatasetRequest) -> Result<Arc<Dataset>, DataError> + 'a {
    move |request| {
        assert_eq!(request.limit, Some(4), "the request is the run's own");
        let found = there.iter().find(|(at, _)| *at == request.location);
        found.map_or_else(
            || {
                Err(DataError::Missing {
                    path: request.location.clone().into(),
                    hint: String::new(),
                })
            },
            |(at, seed)| Ok(images(at, *seed)),
        )
    }
}

#[test]
fn the_right_images_are_those_with_the_hash() {
    let hash = images("", 7).hash.clone();
    let wanted = sought("set", Some("/old/set"), &hash);
    let found = wanted.find(disk(&[("set", 7), ("/old/set", 7)])).unwrap();
    assert_eq!(found.location, "set", "as written comes first");
    let found = wanted.find(disk(&[("set", 8), ("/old/set", 7)])).unwrap();
    assert_eq!(found.location, "/old/set");
    let found = wanted.find(disk(&[("/old/set", 7)])).unwrap();
    assert_eq!(found.location, "/old/set");
}

#[test]
fn lost_images_are_told_with_every_place_and_what_is_there() {
    let (hash, other) = (images("", 7).hash.clone(), images("", 8).hash.clone());
    let wanted = sought("set", Some("/old/set"), &hash);
    let Err(SearchError::Lost(lost)) = wanted.find(disk(&[("set", 8)])) else {
        panic!("they are not there");
    };
    assert_eq!(
        lost.to_string(),
        format!(
            "set ({}) holds images with SHA-256 {}…, and there is nothing at /old/set; the run was made \
             on images with SHA-256 {}…",
            absolute_place("set").unwrap(),
            &other[..12],
            &hash[..12]
        )
    );
    assert!(lost.have_changed() && lost.is_bad_input());
    assert!(lost.with_option().contains("--dataset PLACE"));
    // The place as written, and the same one in full, is looked at once.
    let place = absolute_place("set").unwrap();
    let wanted = sought("set", Some(&place), &hash);
    let Err(SearchError::Lost(lost)) = wanted.find(disk(&[])) else {
        panic!("they are not there");
    };
    assert_eq!(lost.looked, [(format!("set ({place})"), Found::Nothing)]);
    assert!(!lost.have_changed());
}

#[test]
fn a_named_place_is_taken_where_it_holds_the_images() {
    let (hash, other) = (images("", 7).hash.clone(), images("", 8).hash.clone());
    let wanted = sought("set", None, &hash);
    let found = wanted.find_at("new", disk(&[("new", 7)])).unwrap();
    assert_eq!(found.location, "new");
    let refused = wanted.find_at("new", disk(&[("new", 8)])).unwrap_err();
    let sentence = refused.to_string();
    assert!(refused.is_bad_input());
    for part in [
        "new holds images with",
        &other[..12],
        "made on set",
        &hash[..12],
    ] {
        assert!(sentence.contains(part), "{sentence}");
    }
    assert!(!sentence.contains(&hash[..13]), "hashes are shortened");
    let refused = wanted.find_at("new", disk(&[])).unwrap_err();
    assert!(matches!(
        refused,
        SearchError::Data(DataError::Missing { .. })
    ));
}

#[test]
fn names_of_sets_are_no_paths() {
    assert_eq!(absolute_place("glyphs"), None);
    assert_eq!(absolute_place("mnist"), None);
    let place = absolute_place("./glyphs").unwrap();
    assert!(Path::new(&place).is_absolute() && place.ends_with("glyphs"));
    let record = ImagesRecord::of(&images("set", 7));
    assert_eq!(record.place, absolute_place("set"));
    assert_eq!(
        (record.shape().to_string(), record.train, record.test),
        ("3×2×1".to_owned(), 4, 2)
    );
}

#[test]
fn runs_of_one_set_belong_together() {
    let lost =
        |location: &str, place: Option<&str>, sha256: &str| match sought(location, place, sha256)
            .find(disk(&[]))
        {
            Err(SearchError::Lost(lost)) => *lost,
            _ => panic!("nothing is there"),
        };
    let one = lost("set", Some("/a/set"), "1");
    assert!(
        one.are_with(&lost("../set", Some("/a/set"), "2")),
        "limited otherwise"
    );
    assert!(one.are_with(&lost("copy", None, "1")), "the same images");
    assert!(!one.are_with(&lost("other", Some("/a/other"), "3")));
    assert!(!one.is_file() && lost("a/b.NPZ", None, "1").is_file());
    assert!(lost("train-images.idx3-ubyte", None, "1").is_file());
}
