//! Jobs: what they tell, and how they end.

use std::sync::atomic::AtomicUsize;

use crossbeam_channel::{Receiver, unbounded};

use super::*;

const JOB: JobId = JobId(7);
/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(30);

/// Jobs, what they tell, and how often they woke.
fn jobs() -> (Jobs, Receiver<Event>, Arc<AtomicUsize>) {
    let (events, told) = unbounded();
    let woken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&woken);
    let wake = Arc::new(move || {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    (Jobs::new(events, wake), told, woken)
}

/// Everything told up to the end of the job, and what it came to.
fn to_the_end(told: &Receiver<Event>) -> (Vec<Event>, JobOutcome) {
    let mut before = Vec::new();
    loop {
        match told.recv_timeout(LONG).expect("the job ends") {
            Event::JobEnded { id, outcome } => {
                assert_eq!(id, JOB);
                return (before, outcome);
            }
            event => before.push(event),
        }
    }
}

fn wait_until_cancelled(meter: &JobMeter) {
    let since = Instant::now();
    while !meter.is_cancelled() {
        assert!(since.elapsed() < LONG, "was never cancelled");
        thread::sleep(Duration::from_millis(2));
    }
}

fn failure(sentence: &str) -> Failure {
    Failure {
        sentence: sentence.to_owned(),
        is_bad_input: true,
    }
}

#[test]
fn a_job_tells_its_name_its_progress_and_its_sentence() {
    let (jobs, told, woken) = jobs();
    jobs.start(JOB, "Counting", |meter| {
        meter.tell(1, Some(2));
        Ok("Counted.".to_owned())
    });
    let (before, outcome) = to_the_end(&told);
    assert!(
        matches!(
            &before[..],
            [
                Event::JobStarted { id: JOB, name },
                Event::JobProgress { id: JOB, done: 1, total: Some(2) },
            ] if name == "Counting"
        ),
        "{before:?}"
    );
    assert_eq!(outcome, JobOutcome::Done("Counted.".to_owned()));
    jobs.wait();
    assert_eq!(woken.load(Ordering::Relaxed), 3, "once for each");
}

#[test]
fn however_often_it_tells_few_reports_come_out() {
    let (jobs, told, _) = jobs();
    let since = Instant::now();
    jobs.start(JOB, "Chatting", |meter| {
        for done in 0..100_000 {
            meter.tell(done, None);
        }
        Ok(String::new())
    });
    let (before, _) = to_the_end(&told);
    let most = since.elapsed().as_millis() / REPORT_INTERVAL.as_millis() + 2;
    assert!(before.len() as u128 <= most + 1, "{}", before.len());
}

#[test]
fn a_failure_and_a_panic_become_sentences() {
    let (jobs, told, _) = jobs();
    jobs.start(JOB, "Failing", |_| {
        Err(failure("expected more, found less"))
    });
    let (_, outcome) = to_the_end(&told);
    assert_eq!(
        outcome,
        JobOutcome::Failed {
            error: "expected more, found less".to_owned(),
            is_bad_input: true
        }
    );
    jobs.start(JOB, "Breaking", |_| panic!("on purpose"));
    let (_, outcome) = to_the_end(&told);
    let JobOutcome::Failed {
        error,
        is_bad_input: false,
    } = outcome
    else {
        panic!("{outcome:?}");
    };
    assert!(
        error.contains("Breaking") && error.contains("on purpose"),
        "{error}"
    );
}

#[test]
fn only_the_job_that_is_meant_is_cancelled() {
    let (jobs, told, _) = jobs();
    let other = JobId(8);
    jobs.start(JOB, "First", |meter| {
        wait_until_cancelled(meter);
        Err(failure("ended early"))
    });
    jobs.cancel(other);
    jobs.cancel(JOB);
    let (_, outcome) = to_the_end(&told);
    assert_eq!(outcome, JobOutcome::Cancelled);
    jobs.cancel(JOB);
}

#[test]
fn work_that_is_done_when_it_is_cancelled_is_done() {
    let (jobs, told, _) = jobs();
    jobs.start(JOB, "Quick", |meter| {
        wait_until_cancelled(meter);
        Ok("Done after all.".to_owned())
    });
    jobs.cancel(JOB);
    let (_, outcome) = to_the_end(&told);
    assert_eq!(outcome, JobOutcome::Done("Done after all.".to_owned()));
}

#[test]
fn the_end_cancels_every_job_and_waits_for_it() {
    let (jobs, told, _) = jobs();
    let has_tidied = Arc::new(AtomicBool::new(false));
    let mark = Arc::clone(&has_tidied);
    jobs.start(JOB, "Long", move |meter| {
        wait_until_cancelled(meter);
        mark.store(true, Ordering::Relaxed);
        Err(failure("ended early"))
    });
    jobs.close();
    jobs.wait();
    assert!(has_tidied.load(Ordering::Relaxed));
    assert_eq!(to_the_end(&told).1, JobOutcome::Cancelled);
    jobs.start(JOB, "Late", |_| Ok("should not be".to_owned()));
    assert_eq!(to_the_end(&told).1, JobOutcome::Cancelled);
}

#[test]
fn a_job_that_hears_nothing_does_not_hold_up_the_end() {
    let (jobs, _told, _) = jobs();
    let (hold, held) = unbounded::<()>();
    jobs.start(JOB, "Deaf", move |_| {
        let _never = held.recv_timeout(LONG);
        Ok(String::new())
    });
    let since = Instant::now();
    jobs.close();
    jobs.wait();
    assert!(since.elapsed() < GRACE + Duration::from_secs(5));
    drop(hold);
}
