//! Tests of the thread, fed by hand: what it answers is held against the trainer's own pictures.

use std::sync::Arc;
use std::time::Duration;

use burn::tensor::{Device, Tensor, TensorData};
use crossbeam_channel::{Receiver, unbounded};

use crate::data::{Dataset, DatasetParts, ImageShape, Images, Split, to_bytes};
use crate::engine::Wake;
use crate::engine::protocol::RunId;
use crate::engine::wish::{
    Answer, CodeSpec, Content, InputImage, Plane, Slot, Start, Tiles, Traversal, Wish, WishKey,
};
use crate::engine::worker;
use crate::model::{KnobValue, Pretraining, Side, VARIANTS, Variant, variant};
use crate::train::{Advance, Compute, PhaseSettings, RunConfig, Trainer};

use super::{Explorer, Message, RunWeights};

const RUN: RunId = RunId(1);
const PATIENCE: Duration = Duration::from_secs(60);
const SHAPE: ImageShape = ImageShape {
    width: 8,
    height: 8,
    channels: 1,
};

/// An explorer without an engine.
struct Lab {
    explorer: Explorer,
    engine: Receiver<worker::Message>,
    woken: Receiver<()>,
    numbers: u64,
}

impl Lab {
    fn new() -> Self {
        let (engine_in, engine) = unbounded();
        let (woken_in, woken) = unbounded();
        let wake: Wake = Arc::new(move || {
            let _ = woken_in.send(());
        });
        Self {
            explorer: Explorer::spawn(wake, engine_in).unwrap(),
            engine,
            woken,
            numbers: 0,
        }
    }

    fn send(&self, message: Message) {
        self.explorer.messages.send(message).unwrap();
    }

    fn wish(&mut self, slot: Slot, wish: Wish) -> u64 {
        self.numbers += 1;
        let key = WishKey { slot, run: RUN };
        self.explorer.wish(key, self.numbers, Some(wish));
        self.numbers
    }

    fn answer(&self) -> Answer {
        self.woken.recv_timeout(PATIENCE).expect("no answer came");
        let answer = self.explorer.next_answer();
        answer.expect("woken, but there is no answer")
    }

    /// The answer to one wish, all others done with.
    fn ask(&mut self, wish: Wish) -> Answer {
        let number = self.wish(Slot::Sliders, wish);
        loop {
            let answer = self.answer();
            if answer.number == number {
                return answer;
            }
        }
    }

    fn refusal(&mut self, wish: Wish) -> String {
        match self.ask(wish).content {
            Content::Failed(sentence) => sentence,
            other => panic!("{other:?}"),
        }
    }

    /// Whether the thread has nothing to say: it answers in order of arrival otherwise.
    fn is_silent(&self) -> bool {
        self.woken.recv_timeout(Duration::from_millis(300)).is_err()
    }

    /// What the engine's thread is asked for.
    fn asked_for(&self) -> Vec<bool> {
        let messages = self.engine.try_iter();
        messages
            .map(|message| match message {
                worker::Message::Wanted(RUN, is_wanted) => is_wanted,
                _ => panic!("another message"),
            })
            .collect()
    }
}

fn compute() -> Compute {
    Compute {
        device: Device::flex(),
        name: "Flex".to_owned(),
        has_own_memory: false,
        remarks: Vec::new(),
    }
}

fn images(count: usize) -> Images {
    let pixels = (0..count)
        .flat_map(|i| (0..64).map(move |at| ((at * 7 + i * 31) % 256) as u8))
        .collect();
    Images::new(SHAPE, pixels).unwrap()
}

fn dataset() -> Arc<Dataset> {
    let parts = DatasetParts {
        name: "waves".to_owned(),
        train: images(64),
        test: images(20),
        train_labels: None,
        test_labels: None,
        split: Split::Given,
        factors: None,
    };
    Arc::new(Dataset::new("waves", parts, None).unwrap())
}

fn trainer(variant: &dyn Variant, pretraining: Pretraining) -> Trainer {
    let mut config = RunConfig::recipe(variant, "waves");
    config.batch = 16;
    config.pretraining = pretraining;
    let has = |id: &str| variant.knobs().iter().any(|knob| knob.id == id);
    if has("layers") {
        config.knobs.set("layers", KnobValue::Integer(6));
        let init = KnobValue::Text("glorot".to_owned());
        config.knobs.set("init", init);
    }
    if has("filters") {
        config.knobs.set("filters", KnobValue::Integer(4));
    }
    config.knobs.set("latent", KnobValue::Integer(5));
    let settings = PhaseSettings::usual(variant.recipe().optimizer, 3);
    config.set_schedule(variant, settings, settings, 0.2);
    Trainer::new(config, dataset(), &compute()).unwrap()
}

fn stacked() -> Trainer {
    trainer(variant("stacked").unwrap(), Pretraining::EndToEnd)
}

fn train_steps(trainer: &mut Trainer, steps: usize) {
    let mut done = 0;
    while done < steps {
        if trainer.advance().unwrap() == Advance::Trained {
            done += 1;
        }
    }
}

fn weights(trainer: &Trainer) -> Message {
    Message::Weights(Box::new(RunWeights {
        id: RUN,
        config: Arc::new(trainer.config().clone()),
        data: Arc::clone(trainer.data()),
        objective: trainer.trainee().objective(),
        step: trainer.position().step,
        arrays: trainer.trainee().weights().unwrap(),
    }))
}

fn test_image(index: u32) -> CodeSpec {
    CodeSpec {
        start: Start::Image(InputImage::Test(index)),
        pins: Vec::new(),
    }
}

fn code(values: &[f32]) -> CodeSpec {
    CodeSpec {
        start: Start::Code(Arc::from(values)),
        pins: Vec::new(),
    }
}

/// Pictures of codes, by the trainer.
fn decode(trainer: &Trainer, codes: &[f32], latent: usize) -> Vec<u8> {
    let shape = [codes.len() / latent, latent];
    let codes = Tensor::from_data(TensorData::new(codes.to_vec(), shape), &Device::flex());
    let outputs = trainer.trainee().decode(codes).into_data();
    to_bytes(&outputs.try_to_vec::<f32>().unwrap())
}

fn encode(trainer: &Trainer, index: usize) -> Vec<f32> {
    let mut pixels = Vec::new();
    let test = &trainer.data().test;
    test.write_batch(&[index as u32], &mut pixels);
    let image = Tensor::from_data(TensorData::new(pixels, [1, 64]), &Device::flex());
    let code = trainer.trainee().encode(image).into_data();
    code.try_to_vec().unwrap()
}

/// Other batch sizes may add up in another order: a level of grey apart at most.
fn assert_close(found: &[u8], expected: &[u8]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.abs_diff(*expected) <= 1, "{found} {expected}");
    }
}

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
                error,
            } = answer.content
            else {
                panic!("{:?}", answer.content);
            };
            let (expected, errors) = trainer.pictures(&[7]).unwrap();
            assert_eq!(picture.pixels, to_bytes(&expected), "{}", variant.id());
            assert_eq!(error, Some(errors[0]));
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
        error,
    } = lab.ask(Wish::Point(spec)).content
    else {
        panic!("not a point");
    };
    assert_eq!(start, [1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(code, [1.0, -2.0, 3.0, 4.0, 5.0]);
    assert_eq!(picture.pixels, decode(&trainer, &code, 5));
    assert_eq!(error, None);
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
            let array = arrays.iter().find(|array| array.name == name).unwrap();
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
    let mut trainer = trainer(variant("convolutional").unwrap(), Pretraining::EndsInward);
    lab.wish(Slot::Hover, Wish::Point(code(&[])));
    let features = |layer| Wish::Features {
        image: InputImage::Test(2),
        layer,
    };
    lab.send(weights(&trainer));
    let layers = trainer.trainee().layers().to_vec();
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
            assert_eq!(values, encode(&trainer, 2));
        }
        if at + 1 == layers.len() {
            let (outputs, _) = trainer.pictures(&[2]).unwrap();
            assert_eq!(values, outputs);
        }
    }
    // In the first phase only the outermost pair is in use.
    train_steps(&mut trainer, 1);
    lab.send(weights(&trainer));
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
