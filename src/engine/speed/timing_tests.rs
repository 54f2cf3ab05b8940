//! What is said for which order, by the CPU in place of a GPU.

use std::io::{BufReader, Write as _};
use std::sync::mpsc;

use crate::model::VARIANTS;
use crate::train::RunConfig;

use super::super::only_phase;
use super::*;

/// A network small enough that its steps take next to nothing, on the CPU.
fn job() -> TimingJob {
    let mut config = RunConfig::recipe(VARIANTS[0], "nowhere");
    config.batch = 8;
    TimingJob {
        device: "flex".to_owned(),
        name: "flex".to_owned(),
        config: only_phase(&config, 0).unwrap(),
        shape: [8, 8, 1],
        is_kept_on_device: true,
        cpu_steps_per_sec: 1.0,
    }
}

/// What is said about an order, with `go` for every `ready`.
fn answers(order: &str) -> Vec<Word> {
    let (orders, mut give) = std::io::pipe().unwrap();
    let (hear, words) = std::io::pipe().unwrap();
    let (ended, end) = mpsc::channel();
    let timing = thread::spawn(move || {
        time_device(BufReader::new(orders), words, move || {
            let _gone = ended.send(());
        })
    });
    writeln!(give, "{order}").unwrap();
    let mut said = Vec::new();
    for line in BufReader::new(hear).lines() {
        let word: Word = serde_json::from_str(&line.unwrap()).unwrap();
        if word == Word::Ready {
            writeln!(give, "{GO}").unwrap();
        }
        said.push(word);
    }
    timing.join().unwrap().unwrap();
    drop(give);
    end.recv().expect("the end of the orders is noticed");
    said
}

#[test]
fn every_stretch_waits_for_its_order_and_tells_its_steps() {
    let said = answers(&serde_json::to_string(&job()).unwrap());
    assert_eq!(said.len(), 2 * STRETCHES);
    for pair in said.chunks(2) {
        assert_eq!(pair[0], Word::Ready);
        let Word::Timed { steps, secs } = pair[1] else {
            panic!("{pair:?}");
        };
        assert!((STEPS.0..=STEPS.1).contains(&steps), "{steps}");
        assert!(secs > 0.0);
    }
}

#[test]
fn what_cannot_be_timed_is_said() {
    let mut other = job();
    other.name = "A card (Vulkan)".to_owned();
    let mut gone = job();
    gone.device = "wgpu:99".to_owned();
    let mut broken = job();
    broken.config.variant = "cubist".to_owned();
    for (order, words) in [
        ("{}".to_owned(), "the order to time it is damaged"),
        (
            serde_json::to_string(&other).unwrap(),
            "A card (Vulkan) is there no more",
        ),
        (
            serde_json::to_string(&gone).unwrap(),
            "device wgpu:99 asks for GPU number 99",
        ),
        (serde_json::to_string(&broken).unwrap(), "variant must be"),
    ] {
        let said = answers(&order);
        assert!(
            matches!(&said[..], [Word::Failed(why)] if why.starts_with(words)),
            "{said:?}"
        );
    }
}
