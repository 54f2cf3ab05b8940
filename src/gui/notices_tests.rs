//! Notices that go away, and equal ones.

use super::*;
use crate::engine::Event;
use crate::gui::state::tests::{first, make_ready};

fn texts(state: &AppState) -> Vec<(String, usize)> {
    let told = notices(state).into_iter();
    told.map(|notice| (notice.text, notice.count)).collect()
}

#[test]
fn what_went_well_goes_after_a_while_and_what_went_wrong_stays() {
    let (mut state, id) = first();
    assert_eq!(state.expire_notices(5.0), None, "there is nothing to go");
    state.tell(Some(id), "Saved in a.".to_owned(), false);
    state.tell(Some(id), "The disk is full.".to_owned(), true);
    assert_eq!(state.expire_notices(100.0), Some(SUCCESS_SECS));
    assert_eq!(state.expire_notices(104.0), Some(SUCCESS_SECS - 4.0));
    assert_eq!(state.messages.len(), 2);
    assert_eq!(state.expire_notices(100.0 + SUCCESS_SECS), None);
    assert_eq!(texts(&state), [("The disk is full.".to_owned(), 1)]);
    assert_eq!(state.expire_notices(1e6), None);
    assert_eq!(state.messages.len(), 1);
}

#[test]
fn equal_messages_are_one_line_that_is_put_away_at_once() {
    let (mut state, id) = first();
    for text in ["Kept.", "Other.", "Kept."] {
        state.tell(Some(id), text.to_owned(), false);
    }
    state.tell(None, "Kept.".to_owned(), false);
    state.tell(Some(id), "Kept.".to_owned(), true);
    assert_eq!(
        texts(&state),
        [
            ("Kept.".to_owned(), 1),
            ("Kept.".to_owned(), 2),
            ("Other.".to_owned(), 1),
            ("Kept.".to_owned(), 1),
        ],
        "of another run, or a failure, it is another notice"
    );
    // Told again it stays as long again, as a whole.
    state.expire_notices(0.0);
    state.tell(Some(id), "Kept.".to_owned(), false);
    state.expire_notices(8.0);
    state.expire_notices(SUCCESS_SECS);
    assert_eq!(
        texts(&state),
        [("Kept.".to_owned(), 1), ("Kept.".to_owned(), 3)]
    );
    let key = notices(&state)[1].key;
    state.handle(Action::Dismiss(key));
    assert_eq!(texts(&state), [("Kept.".to_owned(), 1)]);
    assert!(state.messages[0].is_failure);
}

#[test]
fn runs_with_the_same_warning_have_one_notice() {
    let (mut state, first) = first();
    make_ready(&mut state, first);
    let mut ids = vec![first];
    for _ in 0..2 {
        state.handle(Action::Duplicate(first));
        ids.extend(state.selected);
    }
    let warn = |state: &mut AppState, id: RunId, text: &str| {
        let text = text.to_owned();
        state.apply(Event::Warning { id, text });
    };
    for id in &ids {
        warn(&mut state, *id, "It stands still.");
    }
    let all = notices(&state);
    assert_eq!(texts(&state), [("It stands still.".to_owned(), 1)]);
    let names: Vec<&str> = all[0].runs.iter().map(|(name, _)| name.as_str()).collect();
    let known: Vec<&str> = state.runs.iter().map(Run::name).collect();
    assert_eq!(names, known);
    warn(&mut state, ids[1], "It is slow.");
    let counts: Vec<usize> = notices(&state).iter().map(|n| n.runs.len()).collect();
    assert_eq!(counts, [2, 1], "another one is told beside it");
    state.handle(Action::Dismiss(all[0].key));
    assert_eq!(texts(&state), [("It is slow.".to_owned(), 1)]);
    warn(&mut state, ids[1], "It stands still.");
    assert_eq!(notices(&state)[0].runs.len(), 1, "the others were read");
}

#[test]
fn a_notice_stays_as_long_as_it_offers_something_or_is_being_read() {
    let (mut state, id) = first();
    make_ready(&mut state, id);
    state.handle(Action::Duplicate(id));
    state.handle(Action::Remove(id));
    state.tell(None, "Saved in a long place.".to_owned(), false);
    let key = NoticeKey::Message(state.messages[1].number);
    state.handle(Action::Desk(DeskAction::Expand(key)));
    state.expire_notices(0.0);
    assert_eq!(state.expire_notices(1e3), None);
    assert_eq!(state.messages.len(), 2);
    state.handle(Action::Desk(DeskAction::Expand(key)));
    state.expire_notices(1e3);
    assert_eq!(texts(&state), [("Removed Autoencoder.".to_owned(), 1)]);
    let number = state.messages[0].number;
    state.handle(Action::Desk(DeskAction::Forget(number)));
    assert!(state.messages.is_empty());
}
