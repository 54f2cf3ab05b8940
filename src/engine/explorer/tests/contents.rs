//! What is answered, held against the trainer's own pictures.

use super::*;

#[test]
fn reconstructions_are_the_trainers_own_in_every_phase() {
    for variant in VARIANTS {
        let mut trainer = trainer(
            *variant,
            if variant.is_layered() {
                Pretraining::EndsInward
            } else {
                Pretraining::EndToEnd
            },
        );
        let mut lab = Lab::new();
        lab.wish(Slot::Input, Wish::Point(test_image(7)));
        let mut phases = Vec::new();
        loop {
            lab.send(weights(&trainer));
            let answer = lab.answer();
            let Content::Point {
                start,
                code,
                picture,
                original,
                error,
            } = answer.content
            else {
                panic!("{:?}", answer.content);
            };
            let (expected, errors) = trainer.pictures(&[7]).unwrap();
            assert_eq!(picture.pixels, to_bytes(&expected), "{}", variant.id());
            assert_eq!(error, Some(errors[0]));
            assert_eq!(original.unwrap().pixels, trainer.data().test.image(7));
            assert_eq!((&start, &start), (&code, &encode(&trainer, 7)));
            phases.push(trainer.position().phase);
            let mut advance = Advance::Measured;
            for _step in 0..6 {
                advance = trainer.advance().unwrap();
            }
            if advance == Advance::Finished {
                break;
            }
        }
        phases.dedup();
        let all: Vec<usize> = (0..trainer.config().schedule.phases.len()).collect();
        assert_eq!(phases, all, "{}", variant.id());
    }
}

#[test]
fn codes_are_fitted_to_the_depth_and_pinned() {
    let mut lab = Lab::new();
    let mut trainer = stacked();
    train_steps(&mut trainer, 3);
    lab.wish(Slot::Hover, Wish::Point(code(&[])));
    lab.send(weights(&trainer));
    let mut spec = code(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    spec.pins = vec![(1, -2.0), (9, 1.0)];
    let Content::Point {
        start,
        code,
        picture,
        original,
        error,
    } = lab.ask(Wish::Point(spec)).content
    else {
        panic!("not a point");
    };
    assert_eq!(start, [1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(code, [1.0, -2.0, 3.0, 4.0, 5.0]);
    assert_eq!(picture.pixels, decode(&trainer, &code, 5));
    assert_eq!(error, None);
    assert_eq!(original, None, "it began with a code");
    // A drawn image is put through like one of the data.
    let pixels: Arc<[u8]> = Arc::from(trainer.data().test.image(4));
    let drawn = CodeSpec {
        start: Start::Image(InputImage::Pixels(pixels)),
        pins: Vec::new(),
    };
    let Content::Point { picture, error, .. } = lab.ask(Wish::Point(drawn)).content else {
        panic!("not a point");
    };
    let (expected, errors) = trainer.pictures(&[4]).unwrap();
    assert_eq!(picture.pixels, to_bytes(&expected));
    assert_eq!(error, Some(errors[0]));
}

#[test]
fn grids_are_what_the_trainer_decodes() {
    let mut lab = Lab::new();
    let mut trainer = stacked();
    train_steps(&mut trainer, 3);
    lab.wish(Slot::Hover, Wish::Point(code(&[])));
    lab.send(weights(&trainer));
    let grid = |content: Content| match content {
        Content::Grid { pictures, columns } => {
            assert_eq!(pictures.shape, SHAPE);
            (pictures.pixels, columns)
        }
        other => panic!("{other:?}"),
    };
    let (from, to) = (encode(&trainer, 1), encode(&trainer, 2));
    let line = Wish::Line {
        from: test_image(1),
        to: test_image(2),
        count: 3,
    };
    let (pixels, columns) = grid(lab.ask(line).content);
    let middle: Vec<f32> = from
        .iter()
        .zip(&to)
        .map(|(a, b)| a + (b - a) * 0.5)
        .collect();
    assert_close(&pixels, &decode(&trainer, &[from, middle, to].concat(), 5));
    assert_eq!(columns, 3);

    let rows = vec![Traversal {
        dimension: 4,
        low: -3.0,
        high: 3.0,
    }];
    let traversals = Wish::Traversals {
        spec: code(&[1.0]),
        rows,
        columns: 2,
    };
    let (pixels, columns) = grid(lab.ask(traversals).content);
    let ends = [1.0, 0.0, 0.0, 0.0, -3.0, 1.0, 0.0, 0.0, 0.0, 3.0];
    assert_close(&pixels, &decode(&trainer, &ends, 5));
    assert_eq!(columns, 2);

    let plane = Wish::Plane(Plane {
        origin: code(&[0.5]),
        axes: [Arc::from([2.0]), Arc::from([0.0, 1.0, 0.0, 0.0, 0.0, 7.0])],
        low: [0.0, 0.0],
        high: [1.0, 4.0],
        columns: 2,
        rows: 2,
    });
    let (pixels, _) = grid(lab.ask(plane).content);
    let codes = [[0.5, 4.0], [2.5, 4.0], [0.5, 0.0], [2.5, 0.0]];
    let codes: Vec<f32> = codes
        .iter()
        .flat_map(|[x, y]| [*x, *y, 0.0, 0.0, 0.0])
        .collect();
    assert_close(&pixels, &decode(&trainer, &codes, 5));
}

#[test]
fn filters_are_the_outermost_weights() {
    for variant in VARIANTS {
        let mut lab = Lab::new();
        let trainer = trainer(*variant, Pretraining::EndToEnd);
        lab.wish(Slot::Filters, Wish::Filters { count: 3 });
        lab.send(weights(&trainer));
        let Content::Filters { encoder, decoder } = lab.answer().content else {
            panic!("{}", variant.id());
        };
        let arrays = trainer.trainee().weights().unwrap();
        for (tiles, name) in [(&encoder, "encoder"), (&decoder, "decoder")] {
            let name = format!("stages.0.{name}.weight");
            let array = arrays.iter().find(|array| array.name == name);
            // Tied weights are the encoder's.
            let array = array.unwrap_or(&arrays[0]);
            let squares = array.values.iter().map(|v| f64::from(*v).powi(2));
            let all: f64 = squares.sum();
            let of_tiles: f64 = tiles.norms.iter().map(|n| f64::from(*n).powi(2)).sum();
            assert_eq!(tiles.norms.len(), 3.min(tiles.total));
            assert!(of_tiles < all * 1.0001, "{name}: {of_tiles} of {all}");
            let pixels = tiles.shape.unwrap().pixels();
            assert_eq!(pixels * tiles.total, array.values.len());
            assert_eq!(tiles.values.len(), pixels * tiles.norms.len());
            assert!(tiles.norms.is_sorted_by(|a, b| a >= b));
        }
    }
}

#[test]
fn features_are_maps_where_the_layer_is_a_convolution() {
    let mut lab = Lab::new();
    let convolutional = variant("convolutional").unwrap();
    let mut whole = trainer(convolutional, Pretraining::EndToEnd);
    lab.wish(Slot::Hover, Wish::Point(code(&[])));
    let features = |layer| Wish::Features {
        image: InputImage::Test(2),
        layer,
    };
    lab.send(weights(&whole));
    let layers = whole.trainee().layers().to_vec();
    for (at, layer) in layers.iter().enumerate() {
        let Content::Features(Tiles {
            shape,
            values,
            norms,
            total,
        }) = lab.ask(features(at)).content
        else {
            panic!("{}", layer.name);
        };
        let shape = shape.unwrap();
        assert_eq!((values.len(), norms.len()), (layer.outputs, total));
        match layer.maps {
            Some(maps) => {
                assert_eq!((shape.width, shape.height), (maps.width, maps.height));
                assert_eq!(total, maps.channels);
            }
            None => assert_eq!((shape.height, total), (1, 1)),
        }
        let code = layers.iter().rposition(|layer| layer.side == Side::Encoder);
        if Some(at) == code {
            assert_eq!(values, encode(&whole, 2));
        }
        if at + 1 == layers.len() {
            let (outputs, _) = whole.pictures(&[2]).unwrap();
            assert_eq!(values, outputs);
        }
    }
    // In the first phase only the outermost pair is in use.
    let first = trainer(convolutional, Pretraining::EndsInward);
    lab.send(weights(&first));
    let sentence = lab.refusal(features(1));
    assert!(
        sentence.contains("stages.1.encoder has no output yet"),
        "{sentence}"
    );
    let last = layers.len() - 1;
    assert!(matches!(
        lab.ask(features(last)).content,
        Content::Features(_)
    ));
}
