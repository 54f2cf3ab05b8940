//! Servers and shelves that do not do what they should.

use super::*;

/// Whether the first server is passed over for the second, and what is said of it alone.
fn passed_over(bad: impl Fn(&Asked, usize) -> Reply + Send + Sync + Clone + 'static) -> String {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (Server::start(bad.clone()), good());
    fetch_from(&folder, &[&first, &second]).unwrap();
    assert_whole(&folder);
    assert!(!first.asked().is_empty() && !second.asked().is_empty());

    let folder = tempfile::tempdir().unwrap();
    let alone = Server::start(bad);
    let error = fetch_from(&folder, &[&alone]).unwrap_err();
    assert!(!error.is_bad_input());
    assert!(matches!(error, FetchError::NoMirror { .. }), "{error}");
    assert!(!Shelf::at(folder.path()).has(small_set()));
    let sentence = error.to_string();
    assert!(sentence.contains(&alone.url()), "{sentence}");
    assert!(sentence.contains("large.gz"), "{sentence}");
    sentence
}

#[test]
fn a_server_that_stalls_is_passed_over() {
    let before_head = passed_over(|_, _| Reply::Stall(Vec::new()));
    assert!(
        before_head.contains("in time") || before_head.contains("nothing came"),
        "{before_head}"
    );
    let in_the_middle =
        passed_over(|_, _| Reply::Stall(answer_of("200 OK", Some(LARGE), &[0; 10])));
    assert!(
        in_the_middle.contains("nothing came") || in_the_middle.contains("broke"),
        "{in_the_middle}"
    );
}

#[test]
fn a_server_that_lies_about_lengths_is_passed_over() {
    let shorter = passed_over(|_, _| Reply::Whole(vec![0; 1000]));
    assert!(
        shorter.contains("announced 1000 bytes, expected 300000"),
        "{shorter}"
    );
    let unsaid = passed_over(|_, _| Reply::Raw(answer_of("200 OK", None, &[0; 1000])));
    assert!(unsaid.contains("ended after"), "{unsaid}");
    let longer = passed_over(|asked, _| {
        let body = [body(&asked.path), vec![0; 1000]].concat();
        Reply::Raw(answer_of("200 OK", None, &body))
    });
    assert!(longer.contains("more than 300000 bytes"), "{longer}");
    let other_place = passed_over(|asked, _| {
        let head = "HTTP/1.1 206 Partial Content\r\nConnection: close\r\nContent-Range: bytes 7-9/10\r\n\r\n";
        let _ = asked;
        Reply::Raw(head.as_bytes().to_vec())
    });
    assert!(other_place.contains("from 7 on"), "{other_place}");
}

#[test]
fn a_server_with_wrong_bytes_is_passed_over() {
    let wrong = passed_over(|asked, _| {
        let mut body = body(&asked.path);
        body[LARGE / 2] ^= 1;
        Reply::Whole(body)
    });
    assert!(wrong.contains("SHA-256"), "{wrong}");
}

#[test]
fn a_server_that_refuses_or_talks_nonsense_is_passed_over() {
    let absent = passed_over(|_, _| Reply::Status("404 Not Found"));
    assert!(absent.contains("404 Not Found"), "{absent}");
    let nonsense = passed_over(|_, _| Reply::Raw(b"I am no web server\r\n\r\n".to_vec()));
    assert!(!nonsense.is_empty());
    let silent = passed_over(|asked, _| {
        // Promises all, gives nothing.
        Reply::Raw(answer_of("200 OK", Some(body(&asked.path).len()), &[]))
    });
    assert!(
        silent.contains("broke") || silent.contains("ended"),
        "{silent}"
    );
}

#[test]
fn who_is_offline_hears_what_was_tried() {
    let folder = tempfile::tempdir().unwrap();
    let mirrors = [closed_port(), "http://nowhere.invalid/".to_owned()];
    let error = fetcher(&folder)
        .fetch(set_with(&mirrors), &NoMeter)
        .unwrap_err();
    assert!(matches!(error, FetchError::Offline { .. }), "{error}");
    let sentence = error.to_string();
    for words in [
        "Tiny",
        "offline",
        &mirrors[0],
        &mirrors[1],
        "refused",
        "HTTPS_PROXY",
    ] {
        assert!(sentence.contains(words), "no {words} in {sentence}");
    }
}

#[test]
fn a_shelf_that_cannot_be_written_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let server = good();
    // A file where the folder should be.
    fs::write(folder.path().join("tiny"), "in the way").unwrap();
    let error = fetch_from(&folder, &[&server]).unwrap_err();
    assert!(matches!(error, FetchError::Unwritable { .. }), "{error}");
    fs::remove_file(folder.path().join("tiny")).unwrap();
    fs::create_dir_all(folder.path().join("tiny/large.gz.part")).unwrap();
    let error = fetch_from(&folder, &[&server]).unwrap_err().to_string();
    assert!(error.contains("large.gz.part"), "{error}");
}
