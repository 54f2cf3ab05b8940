//! The thread as its user sees it.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, unbounded};

use super::*;

/// Two groups of codes of two values.
fn codes(count: usize) -> Arc<Codes> {
    let value = |place: usize| (place / 2 % 2 * 40 + place % 7) as f32;
    Arc::new(Codes {
        latent: 2,
        values: (0..2 * count).map(value).collect(),
        ..Codes::default()
    })
}

fn analyst() -> (Analyst, Receiver<Event>) {
    let (events, told) = unbounded();
    let analyst = Analyst::spawn(Arc::new(|| {}), events);
    (analyst.unwrap(), told)
}

fn next(told: &Receiver<Event>) -> Finding {
    match told.recv_timeout(Duration::from_mins(5)).unwrap() {
        Event::Found(finding) => finding,
        other => panic!("expected a finding, found {other:?}"),
    }
}

fn map(number: u64, seed: u64) -> MapRequest {
    MapRequest {
        number,
        run: RunId(1),
        step: 7,
        codes: codes(24),
        settings: MapSettings {
            perplexity: 5,
            seed,
        },
        is_prompt: true,
        is_training: false,
    }
}

/// The map that is finished next, and the numbers of all requests that were told of until then.
fn finished(told: &Receiver<Event>) -> (MapFinding, Vec<u64>) {
    let mut numbers = Vec::new();
    loop {
        match next(told) {
            Finding::Map(Ok(finding)) => {
                numbers.push(finding.request.number);
                if finding.is_done() {
                    return (*finding, numbers);
                }
            }
            other => panic!("expected a map, found {other:?}"),
        }
    }
}

#[test]
fn a_map_forms_and_is_the_same_again() {
    let (analyst, told) = analyst();
    analyst.ask(Request::Map(map(1, 3)));
    let (first, numbers) = finished(&told);
    assert!(numbers.len() > 2, "it was seen to form");
    assert_eq!((first.points.len(), first.request.step), (24, 7));
    analyst.ask(Request::Map(map(2, 3)));
    assert_eq!(finished(&told).0.points, first.points);
}

#[test]
fn what_is_superseded_is_dropped() {
    let (analyst, told) = analyst();
    for number in 1..=2 {
        // So many that none is done before the next one is asked for.
        analyst.ask(Request::Map(MapRequest {
            codes: codes(400),
            ..map(number, number)
        }));
    }
    analyst.ask(Request::Map(map(3, 3)));
    let (last, numbers) = finished(&told);
    assert_eq!(last.request.number, 3, "the others are never finished");
    assert!(numbers.is_sorted());
    analyst.ask(Request::Map(map(4, 4)));
    // It ends at once though a map is under way.
    drop(analyst);
}

#[test]
fn too_few_codes_are_told_of() {
    let (analyst, told) = analyst();
    let few = Codes {
        latent: 2,
        values: vec![1.0; 6],
        ..Codes::default()
    };
    analyst.ask(Request::Map(MapRequest {
        codes: Arc::new(few),
        ..map(9, 0)
    }));
    match next(&told) {
        Finding::Map(Err((9, sentence))) => {
            assert!(sentence.contains("this data set has 3"), "{sentence}");
        }
        other => panic!("expected a sentence, found {other:?}"),
    }
}

#[test]
fn neighbours_and_factors_are_measured() {
    let (analyst, told) = analyst();
    let codes = Arc::new(Codes {
        latent: 2,
        values: vec![0.0, 5.0, 1.0, 5.0, 10.0, 5.0, 11.0, 5.0],
        ..Codes::default()
    });
    analyst.ask(Request::Accuracy(AccuracyRequest {
        moments: vec![Arc::clone(&codes)],
        labels: [1, 1, 2, 2].into(),
        neighbours: 1,
        is_training: false,
    }));
    match next(&told) {
        Finding::Accuracy(found) => {
            assert!(matches!(found[..], [(_, Some(share))] if share == 1.0));
        }
        other => panic!("expected an accuracy, found {other:?}"),
    }
    let factor = |name, values: [f32; 4]| Factor {
        name,
        values: values.to_vec(),
    };
    analyst.ask(Request::Factors(FactorsRequest {
        codes,
        factors: [
            factor("Slant", [8.0, 7.0, 1.0, 0.0]),
            factor("Width", [1.0; 4]),
        ]
        .into(),
        dimensions: vec![0, 1],
        is_training: false,
    }));
    match next(&told) {
        Finding::Factors(found) => {
            assert_eq!(found.rows[0], ("Slant", vec![Some(-1.0), None]));
            assert_eq!(found.rows[1], ("Width", vec![None, None]));
        }
        other => panic!("expected factors, found {other:?}"),
    }
}
