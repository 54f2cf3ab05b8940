//! An engine without a window, and all it has told so far.

use std::time::{Duration, Instant};

use hourglass::engine::{Command, Engine, Event, Frame, RunId, RunState};
use hourglass::model::{KnobValue, OptimizerKind, Pretraining, variant};
use hourglass::train::{Metrics, PhaseSettings, RunConfig};

use std::sync::Arc;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// Talks to an engine.
pub struct Session {
    pub engine: Engine,
    pub events: Vec<Event>,
}

impl Session {
    pub fn new() -> Self {
        Self {
            engine: Engine::spawn_headless().unwrap(),
            events: Vec::new(),
        }
    }

    /// With a run that is ready.
    pub fn with(id: RunId, config: &RunConfig) -> Self {
        let mut session = Self::new();
        session.add(id, config);
        session
    }

    pub fn send(&self, command: Command) {
        self.engine.send(command);
    }

    pub fn add(&mut self, id: RunId, config: &RunConfig) {
        let config = Box::new(config.clone());
        self.send(Command::AddRun { id, config });
        self.until_ready(id);
    }

    pub fn until_ready(&mut self, id: RunId) {
        self.until(|event| matches!(event, Event::Boundary { id: of, .. } if *of == id));
    }

    /// Waits for an event. A failure of a run that was not waited for fails the test.
    pub fn until(&mut self, is_it: impl Fn(&Event) -> bool) -> Event {
        let since = Instant::now();
        loop {
            assert!(
                since.elapsed() < PATIENCE,
                "it never came: {:#?}",
                self.events.last()
            );
            let Some(event) = self.engine.wait_event(Duration::from_millis(50)) else {
                assert!(self.engine.is_alive(), "the engine has ended");
                continue;
            };
            self.events.push(event.clone());
            if is_it(&event) {
                return event;
            }
            if let Event::Failed { error, .. } = event {
                panic!("{error}");
            }
        }
    }

    pub fn until_state(&mut self, id: RunId, wanted: RunState) {
        self.until(|event| {
            matches!(event, Event::StateChanged { id: of, state } if *of == id && *state == wanted)
        });
    }

    /// Waits for the end of a run that may have come already.
    pub fn until_finished(&mut self, id: RunId) {
        let is_end = |event: &Event| matches!(event, Event::StateChanged { id: of, state: RunState::Finished } if *of == id);
        if !self.events.iter().any(is_end) {
            self.until(is_end);
        }
        self.settle();
    }

    /// Trains to the end, and hears all of it.
    pub fn finish(&mut self, id: RunId) {
        self.send(Command::Start(id));
        self.until_state(id, RunState::Finished);
        self.settle();
    }

    /// Waits until everything asked so far has been answered.
    pub fn settle(&mut self) {
        let mark = RunId(999_999);
        self.send(Command::Branch {
            id: mark,
            from: mark,
            phase: 0,
            name: String::new(),
        });
        self.until(|event| matches!(event, Event::Failed { id, .. } if *id == mark));
        self.send(Command::Remove(mark));
    }

    /// What a run has measured since it was last ready.
    pub fn metrics(&self, id: RunId) -> Metrics {
        let mut all = Metrics::default();
        for event in &self.events {
            match event {
                Event::RunReady {
                    id: of, metrics, ..
                }
                | Event::BroughtBack {
                    id: of, metrics, ..
                } if *of == id => {
                    all = Metrics::clone(metrics);
                }
                Event::Progress { id: of, more, .. } if *of == id => all.extend(more),
                _ => {}
            }
        }
        all
    }

    /// Frames of a run that were kept since it was last ready.
    pub fn frames(&self, id: RunId) -> Vec<Arc<Frame>> {
        let mut all = Vec::new();
        for event in &self.events {
            match event {
                Event::RunReady { id: of, .. } | Event::BroughtBack { id: of, .. } if *of == id => {
                    all.clear();
                }
                Event::Frame(frame) if frame.id == id => all.push(Arc::clone(frame)),
                _ => {}
            }
        }
        all
    }

    /// Boundaries of a run since it was last ready.
    pub fn boundaries(&self, id: RunId) -> Vec<usize> {
        let mut all = Vec::new();
        for event in &self.events {
            match event {
                Event::RunReady { id: of, .. } | Event::BroughtBack { id: of, .. } if *of == id => {
                    all.clear();
                }
                Event::Boundary { id: of, phase } if *of == id => all.push(*phase),
                _ => {}
            }
        }
        all
    }

    /// The newest configuration of a run.
    pub fn config(&self, id: RunId) -> RunConfig {
        let found = self.events.iter().rev().find_map(|event| match event {
            Event::RunReady { id: of, info, .. } | Event::BroughtBack { id: of, info, .. }
                if *of == id =>
            {
                Some(info.config.clone())
            }
            Event::Configured { id: of, config, .. } if *of == id => Some((**config).clone()),
            _ => None,
        });
        found.unwrap()
    }

    /// Steps a run has done.
    pub fn step(&self, id: RunId) -> u64 {
        let found = self.events.iter().rev().find_map(|event| match event {
            Event::Progress {
                id: of, progress, ..
            } if *of == id => Some(progress.step),
            _ => None,
        });
        found.unwrap_or(0)
    }
}

/// A small stack on some of the built-in digits: 20 steps an epoch, `epochs` epochs a phase.
pub fn digits(id: &str, pretraining: Pretraining, epochs: usize) -> RunConfig {
    let variant = variant(id).unwrap();
    let mut config = RunConfig::recipe(variant, "glyphs");
    config.limit = Some(640);
    config.batch = 32;
    "flex".clone_into(&mut config.device);
    config.pretraining = pretraining;
    let has = |id: &str| variant.knobs().iter().any(|knob| knob.id == id);
    if has("filters") {
        config.knobs.set("filters", KnobValue::Integer(4));
    } else if has("widths") {
        config
            .knobs
            .set("widths", KnobValue::Text("784,24,12,6".to_owned()));
        config
            .knobs
            .set("init", KnobValue::Text("glorot".to_owned()));
    } else {
        config.knobs.set("latent", KnobValue::Integer(6));
    }
    let settings = PhaseSettings::usual(OptimizerKind::Adam, epochs);
    config.set_schedule(variant, settings, settings, 0.1);
    config
}
