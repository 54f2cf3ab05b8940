//! The threads of training on the CPU: the one that trains, and helpers for its loops.
//!
//! A loop that is handed over by a thread outside of a pool costs waking two and waiting for both. As one
//! of the pool, the thread that trains does its own part at once and wakes the others only; small
//! networks have little else to do. And what it computes with stays in the memory of one thread.

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Makes the calling thread one of a pool of its own, for as long as the returned value lives.
///
/// # Errors
/// When no thread can be started, or the calling one is in a pool already. Loops then run in the pool of
/// all, which only takes longer.
pub fn lead_crew() -> Result<ThreadPool, String> {
    ThreadPoolBuilder::new()
        .use_current_thread()
        .thread_name(|index| format!("crew-{index}"))
        .build()
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calling_thread_takes_part() {
        let led = std::thread::spawn(|| {
            assert_eq!(rayon::current_thread_index(), None);
            let _crew = lead_crew().unwrap();
            let of_two = rayon::join(rayon::current_thread_index, || ());
            (of_two.0, lead_crew().is_err())
        });
        assert_eq!(led.join().unwrap(), (Some(0), true));
    }
}
