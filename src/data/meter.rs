//! How long work tells how far it is, and hears that it is not wanted any more.
//!
//! A *meter* is where work tells its progress. It never changes what comes out of the work.

/// Where long work tells its progress. Cheap to ask and to tell, from any thread.
pub trait Meter: Sync {
    /// `done` of `total` units, which the work chooses; `None` while the total is not known.
    fn tell(&self, done: u64, total: Option<u64>);

    /// Whether the work is to end as soon as it can.
    fn is_cancelled(&self) -> bool;
}

/// Nobody listens, nobody cancels.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoMeter;

impl Meter for NoMeter {
    fn tell(&self, _done: u64, _total: Option<u64>) {}

    fn is_cancelled(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_cancels_without_a_meter() {
        let meter: &dyn Meter = &NoMeter;
        meter.tell(1, None);
        assert!(!meter.is_cancelled());
    }
}
