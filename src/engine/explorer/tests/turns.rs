//! Which wish is answered when, and those that cannot be.

use super::*;

#[test]
fn of_many_wishes_in_a_slot_only_the_newest_is_answered() {
    let mut lab = Lab::new();
    for at in 0..100 {
        lab.wish(Slot::Sliders, Wish::Point(code(&[at as f32 / 100.0])));
    }
    lab.send(weights(&stacked()));
    let answer = lab.answer();
    assert_eq!(answer.number, 100);
    let Content::Point { start, .. } = answer.content else {
        panic!("{answer:?}");
    };
    assert_eq!(start, [0.99, 0.0, 0.0, 0.0, 0.0]);
    assert!(lab.is_silent());
    assert_eq!(lab.asked_for(), [true]);
}

#[test]
fn the_most_urgent_slot_is_answered_first() {
    let mut lab = Lab::new();
    let slots = [Slot::Filters, Slot::Plane, Slot::Input, Slot::Sliders];
    for slot in slots {
        lab.wish(slot, Wish::Point(code(&[])));
    }
    lab.send(weights(&stacked()));
    let order = slots.map(|_slot| lab.answer().key.slot);
    let mut expected = slots;
    expected.reverse();
    assert_eq!(order, expected);
}

#[test]
fn a_withdrawn_wish_is_not_answered_and_its_run_let_go() {
    let mut lab = Lab::new();
    let trainer = stacked();
    lab.wish(Slot::Plane, Wish::Point(code(&[])));
    let key = WishKey {
        slot: Slot::Plane,
        run: RUN,
    };
    lab.explorer.wish(key, 0, None);
    lab.send(weights(&trainer));
    assert!(lab.is_silent());
    assert_eq!(lab.asked_for(), [true, false]);
    // Weights that nobody wanted were not kept.
    lab.wish(Slot::Plane, Wish::Point(code(&[])));
    assert!(lab.is_silent());
    lab.send(weights(&trainer));
    lab.answer();
    lab.send(Message::Forget(RUN));
    lab.send(weights(&trainer));
    assert!(lab.is_silent());
}

#[test]
fn newer_weights_are_answered_again() {
    let mut lab = Lab::new();
    let mut trainer = stacked();
    let number = lab.wish(Slot::Input, Wish::Point(test_image(3)));
    let mut pictures = Vec::new();
    for _turn in 0..3 {
        train_steps(&mut trainer, 2);
        lab.send(weights(&trainer));
        let answer = lab.answer();
        assert_eq!(
            (answer.number, answer.step),
            (number, trainer.position().step)
        );
        let Content::Point { picture, error, .. } = answer.content else {
            panic!("{:?}", answer.content);
        };
        let (expected, errors) = trainer.pictures(&[3]).unwrap();
        assert_eq!(picture.pixels, to_bytes(&expected));
        assert_eq!(error, Some(errors[0]));
        pictures.push(error);
    }
    pictures.dedup();
    assert_eq!(pictures.len(), 3, "training left no trace");
}

#[test]
fn a_slider_does_not_wait_behind_a_plane() {
    let mut lab = Lab::new();
    lab.send(Message::Training(true));
    let plane = Wish::Plane(Plane {
        origin: code(&[]),
        axes: [Arc::from([1.0]), Arc::from([0.0, 1.0])],
        low: [-1.0; 2],
        high: [1.0; 2],
        columns: 200,
        rows: 200,
    });
    lab.wish(Slot::Plane, plane);
    lab.send(weights(&stacked()));
    std::thread::sleep(Duration::from_millis(20));
    for _move in 0..3 {
        let number = lab.wish(Slot::Sliders, Wish::Point(code(&[0.5])));
        assert_eq!(lab.answer().number, number);
    }
    let answer = lab.answer();
    assert_eq!((answer.key.slot, answer.number), (Slot::Plane, 1));
    let Content::Grid { pictures, columns } = answer.content else {
        panic!("not a grid");
    };
    assert_eq!((pictures.len(), columns), (40_000, 200));
}

#[test]
fn wishes_that_cannot_be_say_why() {
    let mut lab = Lab::new();
    lab.wish(Slot::Hover, Wish::Point(code(&[])));
    lab.send(weights(&stacked()));
    let beyond = lab.refusal(Wish::Point(test_image(20)));
    assert_eq!(
        beyond,
        "test image 20 was asked for, but there are 20, counted from 0"
    );
    let small = InputImage::Pixels(Arc::from([0_u8; 63]));
    let size = lab.refusal(Wish::Features {
        image: small,
        layer: 0,
    });
    assert_eq!(
        size,
        "an image of this run has 8×8×1, 64 values, but this one has 63"
    );
    let mut spec = code(&[]);
    spec.pins = vec![(2, f32::NAN)];
    let pin = lab.refusal(Wish::Point(spec));
    assert_eq!(pin, "a code needs finite numbers, but dimension 2 is NaN");
    let sentence = lab.refusal(Wish::Point(code(&[f32::INFINITY])));
    assert!(sentence.contains("dimension 0 is inf"), "{sentence}");
    let row = Traversal {
        dimension: 5,
        low: 0.0,
        high: 1.0,
    };
    let dimension = lab.refusal(Wish::Traversals {
        spec: code(&[]),
        rows: vec![row],
        columns: 3,
    });
    assert_eq!(
        dimension,
        "dimension 5 cannot change: the code has 5 now, counted from 0"
    );
    let many = lab.refusal(Wish::Line {
        from: code(&[]),
        to: code(&[]),
        count: 1 << 20,
    });
    assert!(many.contains("at most 65536 pictures"), "{many}");
    let layer = lab.refusal(Wish::Features {
        image: InputImage::Test(0),
        layer: 99,
    });
    assert!(
        layer.contains("layer 99 was asked for, but there are 6"),
        "{layer}"
    );
    // It lives on.
    let point = lab.ask(Wish::Point(code(&[])));
    assert!(matches!(point.content, Content::Point { .. }));
}

#[test]
fn weights_that_fit_no_network_say_so() {
    let mut lab = Lab::new();
    lab.wish(Slot::Input, Wish::Point(code(&[])));
    let Message::Weights(mut odd) = weights(&stacked()) else {
        panic!("not weights");
    };
    odd.arrays.pop();
    lab.send(Message::Weights(odd));
    let Content::Failed(sentence) = lab.answer().content else {
        panic!("no failure");
    };
    assert!(
        sentence.contains("do not fit the network") && sentence.contains("is missing"),
        "{sentence}"
    );
}
