//! The analyst's thread: takes requests in, works, tells findings.
//!
//! It lives in a pool of one, so that loops stay on it: they never queue behind those of the training,
//! and sums come out the same every time.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use crossbeam_channel::{Receiver, RecvTimeoutError};

use crate::analysis::{
    LEAST_MAPPED, Labelled, TsneOptions, leave_one_out_accuracy, rank_correlation, ranks, tsne,
};
use crate::engine::frame::Codes;
use crate::engine::guard::words_of_panic;

use super::desk::{Desk, Next, Short};
use super::{
    AccuracyRequest, FactorsFinding, FactorsRequest, Finding, MapFinding, MapRequest, Message,
    Request,
};

/// Moves of all points that a map is made with: its groups have formed by then.
const EPOCHS: usize = 750;
/// Moves between two looks at a map that forms.
const SHOWN_EVERY: usize = 25;

/// Starts the thread.
pub(super) fn spawn(
    inbox: Receiver<Message>,
    tell: impl Fn(Finding) + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .thread_name(|_index| "analyst-work".to_owned())
        .build()
        .map_err(io::Error::other)?;
    thread::Builder::new()
        .name("analyst".to_owned())
        .spawn(move || {
            pool.install(move || {
                let analyst = Thread {
                    inbox,
                    tell,
                    desk: Desk::new(Instant::now()),
                    is_ending: false,
                };
                analyst.run();
            });
        })
}

/// State of the thread.
struct Thread<T> {
    inbox: Receiver<Message>,
    tell: T,
    desk: Desk,
    is_ending: bool,
}

impl<T: Fn(Finding)> Thread<T> {
    fn run(mut self) {
        loop {
            self.receive_all();
            if self.is_ending {
                return;
            }
            let start = Instant::now();
            let message = match self.desk.next(start) {
                Next::Short(short) => {
                    self.work(short);
                    let end = Instant::now();
                    self.desk.worked(end - start, end);
                    continue;
                }
                Next::Map(request) => {
                    self.map(request);
                    let end = Instant::now();
                    self.desk.mapped(end - start, end);
                    continue;
                }
                Next::Rest(moment) => self.inbox.recv_deadline(moment),
                Next::Nothing => self.inbox.recv().map_err(RecvTimeoutError::from),
            };
            match message {
                Ok(message) => {
                    let _superseded = self.receive(message);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Takes in what has come. Returns whether a map under way is not wanted any more.
    fn receive_all(&mut self) -> bool {
        let mut is_superseded = false;
        while let Ok(message) = self.inbox.try_recv() {
            is_superseded |= self.receive(message);
        }
        is_superseded
    }

    fn receive(&mut self, message: Message) -> bool {
        match message {
            Message::Ask(Request::Map(request)) => return self.desk.ask_map(request),
            Message::Ask(Request::Accuracy(request)) => {
                self.desk.ask_short(Short::Accuracy(request));
            }
            Message::Ask(Request::Factors(request)) => {
                self.desk.ask_short(Short::Factors(request));
            }
            Message::Shutdown => {
                self.is_ending = true;
                return true;
            }
        }
        false
    }

    /// Makes a map, unless it is superseded meanwhile.
    fn map(&mut self, request: MapRequest) {
        let codes = request.codes.len();
        if codes < LEAST_MAPPED {
            let sentence = format!(
                "A map takes the codes of at least {LEAST_MAPPED} test images; this data set has {codes}."
            );
            (self.tell)(Finding::Map(Err((request.number, sentence))));
            return;
        }
        let options = TsneOptions {
            perplexity: request.settings.perplexity,
            seed: request.settings.seed,
            epochs: EPOCHS,
        };
        let finding = |points: Vec<[f32; 2]>, done| {
            Finding::Map(Ok(Box::new(MapFinding {
                request: request.clone(),
                points,
                epochs: (done, EPOCHS),
            })))
        };
        let made = words_of_panic(|| {
            let watch = |done: usize, points: &[f32]| {
                if self.receive_all() {
                    return ControlFlow::Break(());
                }
                if done.is_multiple_of(SHOWN_EVERY) && done < EPOCHS {
                    (self.tell)(finding(points.as_chunks::<2>().0.to_vec(), done));
                }
                ControlFlow::Continue(())
            };
            tsne(&request.codes.values, request.codes.latent, options, watch)
        });
        match made {
            Ok(Some(points)) => (self.tell)(finding(points, EPOCHS)),
            Ok(None) => {}
            Err(panic) => {
                let sentence = format!("The map could not be made: {panic}");
                (self.tell)(Finding::Map(Err((request.number, sentence))));
            }
        }
    }

    fn work(&mut self, short: Short) {
        let found = words_of_panic(|| match &short {
            Short::Accuracy(request) => Finding::Accuracy(accuracies(request)),
            Short::Factors(request) => Finding::Factors(correlations(request)),
        });
        match found {
            Ok(finding) => (self.tell)(finding),
            Err(panic) => {
                log::error!("codes could not be looked into: {panic}");
                // An answer without numbers, since whoever asked waits for one.
                (self.tell)(match short {
                    Short::Accuracy(request) => {
                        let moments = request.moments.into_iter();
                        Finding::Accuracy(moments.map(|codes| (codes, None)).collect())
                    }
                    Short::Factors(request) => Finding::Factors(FactorsFinding {
                        codes: request.codes,
                        dimensions: request.dimensions,
                        rows: Vec::new(),
                    }),
                });
            }
        }
    }
}

fn accuracies(request: &AccuracyRequest) -> Vec<(Arc<Codes>, Option<f64>)> {
    let moments = request.moments.iter();
    moments
        .map(|codes| {
            let labelled = Labelled {
                codes: &codes.values,
                labels: &request.labels,
            };
            let accuracy = leave_one_out_accuracy(labelled, codes.latent, request.neighbours);
            (Arc::clone(codes), accuracy)
        })
        .collect()
}

fn correlations(request: &FactorsRequest) -> FactorsFinding {
    let codes = &request.codes;
    let images = codes.len();
    let of_dimensions: Vec<Option<Vec<f64>>> = request
        .dimensions
        .iter()
        .map(|dimension| {
            let values = (0..images).map(|image| codes.get(image).get(*dimension).copied());
            ranks(&values.collect::<Option<Vec<f32>>>()?)
        })
        .collect();
    let rows = request.factors.iter().map(|factor| {
        let own = factor.values.get(..images).and_then(ranks);
        let correlations = of_dimensions
            .iter()
            .map(|dimension| rank_correlation(own.as_deref()?, dimension.as_deref()?));
        (factor.name, correlations.collect())
    });
    FactorsFinding {
        codes: Arc::clone(codes),
        dimensions: request.dimensions.clone(),
        rows: rows.collect(),
    }
}
