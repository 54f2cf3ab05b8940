//! The explorer: a thread of its own that fulfils wishes on copies of the weights, so that sliders and
//! drawn digits are answered while a run trains.

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::data::Dataset;
use crate::model::{NamedArray, Objective};
use crate::train::RunConfig;

use super::Wake;
use super::protocol::RunId;
use super::wish::{Answer, Wish, WishKey};

/// What reaches the thread.
#[expect(dead_code, reason = "for the explorer to come")]
pub(super) enum Message {
    /// From a user of the engine.
    Wish {
        key: WishKey,
        number: u64,
        wish: Option<Wish>,
    },
    /// From the engine's thread.
    Weights(Box<RunWeights>),
    /// The run is gone.
    Forget(RunId),
    /// Ends the thread.
    Shutdown,
}

/// Weights of a run, to be used elsewhere than where they are trained.
#[expect(dead_code, reason = "for the explorer to come")]
pub(super) struct RunWeights {
    pub(super) id: RunId,
    /// Resolved: every knob with a value.
    pub(super) config: Arc<RunConfig>,
    pub(super) data: Arc<Dataset>,
    /// Of the phase under way: says which stages are in use.
    pub(super) objective: Objective,
    /// Training steps done.
    pub(super) step: u64,
    pub(super) arrays: Vec<NamedArray>,
}

/// The engine's thread's end: hands weights over where they are wanted.
#[expect(dead_code, reason = "for the explorer to come")]
pub(super) struct Feeder {
    messages: Sender<Message>,
}

/// The handle of the thread.
pub(super) struct Explorer {
    messages: Sender<Message>,
    answers: Receiver<Answer>,
    thread: Option<JoinHandle<()>>,
}

impl Explorer {
    /// Starts the thread. `wake` is called after every answer.
    pub(super) fn spawn(wake: Wake) -> io::Result<Self> {
        let (messages, inbox) = unbounded();
        let (_answers_in, answers) = unbounded();
        let thread = thread::Builder::new()
            .name("explorer".to_owned())
            .spawn(move || {
                let _ = wake;
                while let Ok(message) = inbox.recv() {
                    if matches!(message, Message::Shutdown) {
                        return;
                    }
                }
            })?;
        Ok(Self {
            messages,
            answers,
            thread: Some(thread),
        })
    }

    pub(super) fn feeder(&self) -> Feeder {
        Feeder {
            messages: self.messages.clone(),
        }
    }

    pub(super) fn wish(&self, key: WishKey, number: u64, wish: Option<Wish>) {
        let message = Message::Wish { key, number, wish };
        if self.messages.send(message).is_err() {
            log::error!("the explorer has ended, a wish was lost");
        }
    }

    pub(super) fn next_answer(&self) -> Option<Answer> {
        self.answers.try_recv().ok()
    }
}

impl Drop for Explorer {
    fn drop(&mut self) {
        let _ended = self.messages.send(Message::Shutdown);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the explorer's thread panicked");
        }
    }
}
