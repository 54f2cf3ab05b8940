//! Which device a run begins or goes on with.

use crate::data::Dataset;
use crate::store::KeptRun;
use crate::train::{Compute, RunConfig};

use super::AUTO;
use crate::engine::guard::Failure;
use crate::engine::parking::start_device;
use crate::engine::worker::Worker;

impl Worker {
    /// The device of a run that is being prepared. A kept run that has begun goes on on the one it was
    /// on.
    ///
    /// # Errors
    /// When a device that was named is not there or does not start.
    pub(in crate::engine) fn compute_for(
        &mut self,
        config: &RunConfig,
        kept: Option<&KeptRun>,
        data: &Dataset,
    ) -> Result<Compute, Failure> {
        let kept = kept.map(|kept| &kept.checkpoint);
        let has_begun = kept.filter(|checkpoint| checkpoint.position.step > 0);
        let was_on = has_begun.and_then(|checkpoint| checkpoint.device.as_deref());
        self.compute(config, was_on, |this| {
            let (variant, knobs) = config.check_with(data.train.shape()).ok()?;
            let plan = variant.plan(data.train.shape(), &knobs).ok()?;
            let config = RunConfig {
                knobs,
                ..config.clone()
            };
            let network = (&plan.layers[..], plan.stages);
            let test = this.speeds.key_of(&config, network, data)?;
            let comparison = this.speeds.known(&test)?;
            comparison
                .takes_gpu()
                .then(|| this.speeds.machine.candidate())
                .flatten()
                .map(|candidate| candidate.name)
        })
    }

    /// The device of a run that was on another one, or of a new one, for which `faster` may name a GPU.
    ///
    /// # Errors
    /// When a device that was named is not there or does not start.
    pub(in crate::engine) fn compute(
        &mut self,
        config: &RunConfig,
        was_on: Option<&str>,
        faster: impl FnOnce(&mut Self) -> Option<String>,
    ) -> Result<Compute, Failure> {
        let machine = self.speeds.machine();
        if config.device != AUTO {
            return start_device(&*machine, &self.faults, &config.name, &config.device);
        }
        let gpu = match was_on {
            Some("flex") => None,
            Some(gpu) => Some(gpu.to_owned()),
            None => faster(self),
        };
        let start = |asked: &str| start_device(&*machine, &self.faults, &config.name, asked);
        let Some(gpu) = gpu else {
            let mut cpu = start("flex")?;
            cpu.remarks.extend(machine.why_cpu());
            return Ok(cpu);
        };
        let why = match machine.id_of(&gpu).map(|id| start(&id)) {
            Some(Ok(compute)) => return Ok(compute),
            Some(Err(failure)) => failure.sentence,
            None => "it is not there".to_owned(),
        };
        let mut cpu = start("flex")?;
        cpu.remarks.push(match was_on {
            Some(_) => format!("This run was on {gpu}, but {why}: it goes on on the CPU (Flex)."),
            None => format!("{gpu} is faster, but {why}: the CPU trains (Flex)."),
        });
        Ok(cpu)
    }
}
