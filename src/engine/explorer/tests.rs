//! Tests of the thread, fed by hand.

mod code;
mod contents;
mod feeding;
mod generated;
mod images;
mod turns;

use std::sync::Arc;
use std::time::Duration;

use burn::tensor::{Device, Tensor, TensorData};
use crossbeam_channel::{Receiver, unbounded};

use crate::data::{Dataset, DatasetParts, ImageShape, Images, to_bytes};
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
const PATIENCE: Duration = Duration::from_mins(1);
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
        key: "flex".to_owned(),
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
    let parts = DatasetParts::new("waves", images(64), images(20));
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
    config.knobs.set("k", KnobValue::Integer(2));
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
        match trainer.advance().unwrap() {
            Advance::Trained => done += 1,
            Advance::Measured => {}
            Advance::Finished => panic!("the run has {done} steps"),
        }
    }
}

fn weights(trainer: &Trainer) -> Message {
    Message::Weights(Box::new(RunWeights {
        id: RUN,
        config: Arc::new(trainer.config().clone()),
        shape: trainer.data().train.shape(),
        data: Some(Arc::clone(trainer.data())),
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
