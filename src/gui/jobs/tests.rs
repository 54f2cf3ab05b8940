//! What the window makes of the engine's news about long work.

use super::*;
use crate::gui::StartOptions;
use crate::gui::action::Action;

const JOB: JobId = JobId(3);

fn state_with_job() -> AppState {
    let (mut state, _) = AppState::new(StartOptions::default());
    state.apply(Event::JobStarted {
        id: JOB,
        name: "Counting".to_owned(),
    });
    state
}

fn words(state: &AppState) -> String {
    state.jobs.list[0].words()
}

#[test]
fn progress_is_told_in_words() {
    let mut state = state_with_job();
    assert_eq!(words(&state), "Counting…");
    state.apply(Event::JobProgress {
        id: JOB,
        done: 1200,
        total: None,
    });
    assert_eq!(words(&state), "Counting: 1,200…");
    for (done, percent) in [(500, 25), (1999, 99), (2000, 99), (3000, 99)] {
        let total = Some(2000);
        let id = JOB;
        state.apply(Event::JobProgress { id, done, total });
        assert_eq!(words(&state), format!("Counting: {percent} %"));
    }
}

#[test]
fn a_job_without_units_has_no_share() {
    let mut state = state_with_job();
    state.apply(Event::JobProgress {
        id: JOB,
        done: 0,
        total: Some(0),
    });
    assert_eq!(state.jobs.list[0].share(), None);
}

#[test]
fn cancelling_asks_the_engine_and_waits_for_its_word() {
    let mut state = state_with_job();
    let effects = state.handle(Action::Jobs(JobsAction::Cancel(JOB)));
    assert!(matches!(
        effects[..],
        [Effect::Send(Command::CancelJob(JOB))]
    ));
    assert_eq!(words(&state), "Counting: being cancelled…");
    state.apply(Event::JobEnded {
        id: JOB,
        outcome: JobOutcome::Cancelled,
    });
    assert!(state.jobs.list.is_empty());
    assert_eq!(
        state.messages.last().unwrap().text,
        "Counting was cancelled."
    );
    assert!(
        state
            .handle(Action::Jobs(JobsAction::Cancel(JOB)))
            .is_empty()
    );
}

#[test]
fn the_end_is_a_notice() {
    let ends = [
        (
            JobOutcome::Done("Counted 7.".to_owned()),
            "Counted 7.",
            false,
        ),
        (
            JobOutcome::Failed {
                error: "expected 7, found 6".to_owned(),
                is_bad_input: false,
            },
            "expected 7, found 6",
            true,
        ),
    ];
    for (outcome, text, is_failure) in ends {
        let mut state = state_with_job();
        state.apply(Event::JobEnded { id: JOB, outcome });
        let message = state.messages.last().unwrap();
        assert_eq!(
            (message.text.as_str(), message.is_failure),
            (text, is_failure)
        );
    }
}

#[test]
fn names_are_given_once() {
    let mut jobs = JobsState::default();
    assert_ne!(jobs.new_id(), jobs.new_id());
}
