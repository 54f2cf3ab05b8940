//! A second device that tests pretend, so that the whole path is tried on a machine without a GPU.
//!
//! It computes on the CPU under another name, and what timing it comes to is scripted.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use crate::train::Compute;

use super::super::devices::{self, DeviceError};
use super::super::protocol::DeviceInfo;
use super::machine::{Beside, CandidateGpu, Machine, TimingJob};

/// A second device for programs that a test starts: name, driver and act with semicolons between.
const VARIABLE: &str = "HOURGLASS_PRETENDED_GPU";

/// What comes of timing the device.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// It is this many times as fast as the CPU.
    Times(f64),
    /// Its driver gives up.
    Fails,
    /// Its driver panics.
    Panics,
    /// It never answers.
    Hangs,
}

/// A device that is not there.
#[derive(Clone, Debug)]
pub struct PretendedGpu {
    /// Its name.
    pub name: String,
    /// Its driver, with a version.
    pub driver: String,
    /// The version of the program.
    pub program: String,
    /// Whether it is a CPU that plays a GPU.
    pub is_software: bool,
    /// What comes of timing it.
    pub act: Act,
    /// Whether it has to be prepared for a network.
    pub tunes_kernels: bool,
    /// Where comparisons are kept.
    pub folder: Option<PathBuf>,
}

impl PretendedGpu {
    /// What the environment asks for; a program that is handed out knows of none.
    pub(super) fn of_environment() -> Option<Self> {
        if !cfg!(debug_assertions) {
            return None;
        }
        let text = std::env::var(VARIABLE).ok()?;
        let mut parts = text.split(';');
        let (name, driver, act) = (parts.next()?, parts.next()?, parts.next()?);
        let act = match act.strip_prefix("times=") {
            Some(factor) => Act::Times(factor.parse().ok()?),
            None if act == "hangs" => Act::Hangs,
            None => Act::Fails,
        };
        Some(Self {
            name: name.to_owned(),
            driver: driver.to_owned(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            is_software: false,
            act,
            tunes_kernels: false,
            folder: super::super::tuned::folder().map(|folder| folder.join("speeds")),
        })
    }

    fn is_meant(asked: &str) -> bool {
        matches!(asked, "wgpu" | "wgpu:0")
    }
}

impl Machine for PretendedGpu {
    fn devices(&self) -> Vec<DeviceInfo> {
        let mut all = vec![devices::flex_info()];
        all.push(DeviceInfo {
            id: "wgpu:0".to_owned(),
            name: self.name.clone(),
            is_software: self.is_software,
            is_auto: false,
            is_candidate: !self.is_software,
        });
        all
    }

    fn check(&self, asked: &str) -> Result<(), DeviceError> {
        if Self::is_meant(asked) {
            return Ok(());
        }
        devices::check_device(asked)
    }

    fn start(&self, asked: &str) -> Result<Compute, DeviceError> {
        let flex = devices::start_device("flex")?;
        if !Self::is_meant(asked) {
            return Ok(flex);
        }
        Ok(Compute {
            name: self.name.clone(),
            key: self.name.clone(),
            ..flex
        })
    }

    fn candidate(&self) -> Option<CandidateGpu> {
        (!self.is_software).then(|| CandidateGpu {
            id: "wgpu:0".to_owned(),
            name: self.name.clone(),
            driver: self.driver.clone(),
            backend: "Pretended".to_owned(),
        })
    }

    fn why_cpu(&self) -> Option<String> {
        let name = &self.name;
        self.is_software
            .then(|| format!("No GPU but the software adapter {name}: the CPU trains (Flex)."))
    }

    fn id_of(&self, key: &str) -> Option<String> {
        (key == self.name).then(|| "wgpu:0".to_owned())
    }

    fn time(&self, job: &TimingJob, beside: &dyn Beside) -> Result<f64, String> {
        assert!(
            self.act != Act::Panics,
            "the driver of {} is broken",
            self.name
        );
        match self.act {
            Act::Times(factor) => {
                let _quiet = beside.quiet();
                Ok(job.cpu_steps_per_sec * factor)
            }
            Act::Fails | Act::Panics => Err("its driver gave up".to_owned()),
            Act::Hangs => {
                while !beside.is_cancelled() {
                    thread::sleep(Duration::from_millis(1));
                }
                Err("it was not needed any more".to_owned())
            }
        }
    }

    fn tunes_kernels(&self, compute: &Compute) -> bool {
        self.tunes_kernels && compute.key == self.name
    }

    fn program(&self) -> String {
        self.program.clone()
    }

    fn speeds_folder(&self) -> Option<PathBuf> {
        self.folder.clone()
    }
}
