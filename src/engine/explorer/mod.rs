//! The explorer: a thread of its own that fulfils wishes on copies of the weights, so that sliders and
//! drawn digits are answered while a run trains.
//!
//! A *standing wish* is fulfilled at once and again whenever its run has newer weights. The engine's
//! thread hands those over ([`feeder`]); [`desk`] decides whose turn it is; [`replica`], [`grid`],
//! [`images`], [`atoms`], [`entries`], [`filters`] and [`generated`] (from what [`studio`] keeps) do the
//! work, in parts of a few milliseconds where it is long.

mod atoms;
mod desk;
mod entries;
mod feeder;
mod filters;
mod generated;
mod grid;
mod images;
mod nearest;
mod parts;
mod replica;
mod studio;
mod thread;

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::data::{Dataset, ImageShape};
use crate::model::{NamedArray, Objective};
use crate::train::RunConfig;

use super::Wake;
use super::protocol::RunId;
use super::wish::{Answer, Wish, WishKey};
use super::worker;

pub(super) use feeder::Feeder;

/// What reaches the thread.
pub(super) enum Message {
    /// From a user of the engine.
    Wish {
        key: WishKey,
        number: u64,
        wish: Option<Wish>,
    },
    /// From the engine's thread.
    Weights(Box<RunWeights>),
    /// Whether any run trains, so that the processor is to be shared.
    Training(bool),
    /// The run is gone.
    Forget(RunId),
    /// Ends the thread.
    Shutdown,
}

/// Weights of a run, to be used elsewhere than where they are trained.
pub(super) struct RunWeights {
    pub(super) id: RunId,
    /// Resolved: every knob with a value.
    pub(super) config: Arc<RunConfig>,
    /// Size of an image.
    pub(super) shape: ImageShape,
    /// Absent where the images are lost.
    pub(super) data: Option<Arc<Dataset>>,
    /// Of the phase under way: says which stages are in use.
    pub(super) objective: Objective,
    /// Training steps done.
    pub(super) step: u64,
    pub(super) arrays: Vec<NamedArray>,
}

/// The handle of the thread.
pub(super) struct Explorer {
    messages: Sender<Message>,
    answers: Receiver<Answer>,
    thread: Option<JoinHandle<()>>,
}

impl Explorer {
    /// Starts the thread. `wake` is called after every answer; the engine's thread is told at `engine`
    /// which runs' weights are wanted.
    pub(super) fn spawn(wake: Wake, engine: Sender<worker::Message>) -> io::Result<Self> {
        let (messages, inbox) = unbounded();
        let (answers_in, answers) = unbounded();
        let thread = thread::spawn(inbox, answers_in, engine, wake)?;
        Ok(Self {
            messages,
            answers,
            thread: Some(thread),
        })
    }

    pub(super) fn feeder(&self) -> Feeder {
        Feeder::new(self.messages.clone())
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

#[cfg(test)]
mod tests;
