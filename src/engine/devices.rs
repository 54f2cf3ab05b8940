//! Devices: what this machine can train on, and which one is meant.
//!
//! A *software adapter* is a CPU that plays a GPU. It computes the same numbers, but far slower than
//! Flex, so it is named as such and never chosen by itself.

use std::sync::OnceLock;

use burn::tensor::{Device, DeviceKind};

use crate::train::Compute;

use super::guard::words_of_panic;
use super::protocol::DeviceInfo;
use super::speed::{AUTO, CandidateGpu};
use super::started;
use super::tuned;

/// A device that was asked for but is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// Not a spelling of a device.
    #[error("device must be auto, flex, wgpu or wgpu:N, but is {0:?}")]
    Unknown(String),
    /// No such adapter.
    #[error("device {asked} asks for {wanted}, but {found}")]
    Missing {
        /// As asked.
        asked: String,
        /// What that means.
        wanted: String,
        /// What there is.
        found: String,
    },
    /// The adapter is there but does not start.
    #[error("device {name} did not start: {reason}")]
    Broken {
        /// The adapter.
        name: String,
        /// What the driver said.
        reason: String,
    },
}

impl DeviceError {
    /// Whether what the user asked for was wrong, rather than the machine.
    pub fn is_bad_input(&self) -> bool {
        match self {
            Self::Unknown(_) | Self::Missing { .. } => true,
            Self::Broken { .. } => false,
        }
    }
}

/// An adapter of wgpu, and how Burn names it.
#[derive(Clone, Debug)]
struct Adapter {
    name: String,
    driver: String,
    backend: String,
    is_software: bool,
    /// Higher is faster, by type.
    rank: u8,
    kind: DeviceKind,
}

struct Detected {
    adapters: Vec<Adapter>,
    /// Kept: some Vulkan loaders crash when instances come and go on several threads.
    instance: wgpu::Instance,
}

static DETECTED: OnceLock<Detected> = OnceLock::new();

fn adapters() -> &'static [Adapter] {
    &DETECTED.get_or_init(detect).adapters
}

/// The native interfaces only, as Burn does: OpenGL shows the same cards a second time.
fn backends() -> wgpu::Backends {
    wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12
}

fn detect() -> Detected {
    tuned::remember();
    let backends = backends();
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let (mut discrete, mut integrated, mut virtual_gpu) = (0, 0, 0);
    let next = |counter: &mut usize| {
        *counter += 1;
        *counter - 1
    };
    let adapters = pollster::block_on(instance.enumerate_adapters(backends))
        .iter()
        .filter_map(|adapter| {
            let info = adapter.get_info();
            let (kind, rank) = match info.device_type {
                wgpu::DeviceType::DiscreteGpu => (DeviceKind::DiscreteGpu(next(&mut discrete)), 3),
                wgpu::DeviceType::IntegratedGpu => {
                    (DeviceKind::IntegratedGpu(next(&mut integrated)), 2)
                }
                wgpu::DeviceType::VirtualGpu => (DeviceKind::VirtualGpu(next(&mut virtual_gpu)), 1),
                wgpu::DeviceType::Cpu => (DeviceKind::Cpu, 0),
                wgpu::DeviceType::Other => return None,
            };
            Some(Adapter {
                name: format!("{} ({:?})", info.name, info.backend),
                driver: format!("{} {}", info.driver, info.driver_info),
                backend: format!("{:?}", info.backend),
                is_software: rank == 0,
                rank,
                kind,
            })
        })
        .collect();
    Detected { adapters, instance }
}

/// An adapter in wgpu's terms, and the instance it is of.
///
/// # Errors
/// When it is there no more.
pub(super) fn open_adapter(index: usize) -> Result<(wgpu::Instance, wgpu::Adapter), String> {
    let instance = DETECTED.get_or_init(detect).instance.clone();
    let found = pollster::block_on(instance.enumerate_adapters(backends()));
    let mut known = found
        .into_iter()
        .filter(|adapter| adapter.get_info().device_type != wgpu::DeviceType::Other);
    let adapter = known.nth(index).ok_or("it is there no more")?;
    Ok((instance, adapter))
}

/// The number of the adapter that is meant, if it is one.
pub(super) fn adapter_of(asked: &str) -> Option<usize> {
    if asked == "flex" {
        return None;
    }
    find(asked).ok()?.0
}

/// The best real GPU, if there is one: a software adapter is never meant by itself.
fn best_index() -> Option<usize> {
    let gpus = adapters()
        .iter()
        .enumerate()
        .filter(|(_, a)| !a.is_software);
    // Of equals the first, as the driver lists them.
    gpus.rev()
        .max_by_key(|(_, a)| a.rank)
        .map(|(index, _)| index)
}

fn flex_name() -> String {
    match std::thread::available_parallelism().map_or(1, std::num::NonZero::get) {
        1 => "Flex (CPU, 1 thread)".to_owned(),
        threads => format!("Flex (CPU, {threads} threads)"),
    }
}

/// The best real GPU, which may be faster than the CPU.
pub(super) fn best_gpu() -> Option<CandidateGpu> {
    let index = best_index()?;
    let adapter = &adapters()[index];
    Some(CandidateGpu {
        id: format!("wgpu:{index}"),
        name: adapter.name.clone(),
        driver: adapter.driver.clone(),
        backend: adapter.backend.clone(),
    })
}

/// How the first adapter of this name is asked for.
pub(super) fn id_of(name: &str) -> Option<String> {
    let index = adapters().iter().position(|adapter| adapter.name == name)?;
    Some(format!("wgpu:{index}"))
}

/// The CPU in a list of devices.
pub(super) fn flex_info() -> DeviceInfo {
    DeviceInfo {
        id: "flex".to_owned(),
        name: flex_name(),
        is_software: false,
        is_auto: true,
        is_candidate: false,
    }
}

/// All devices, Flex first; the best GPU is a candidate of it where devices `can_be_timed`.
pub(super) fn list_devices(can_be_timed: bool) -> Vec<DeviceInfo> {
    let best = best_index().filter(|_best| can_be_timed);
    let gpus = adapters()
        .iter()
        .enumerate()
        .map(|(index, adapter)| DeviceInfo {
            id: format!("wgpu:{index}"),
            name: adapter.name.clone(),
            is_software: adapter.is_software,
            is_auto: false,
            is_candidate: best == Some(index),
        });
    std::iter::once(flex_info()).chain(gpus).collect()
}

/// What `auto`, `flex`, `wgpu` or `wgpu:N` means on this machine: Flex, or the index of an adapter.
/// `auto` begins on Flex, whatever else there is.
fn find(asked: &str) -> Result<(Option<usize>, Vec<String>), DeviceError> {
    let missing = |wanted: &str| DeviceError::Missing {
        asked: asked.to_owned(),
        wanted: wanted.to_owned(),
        found: match adapters().len() {
            0 => "this machine has none: use flex".to_owned(),
            1 => "this machine has wgpu:0 alone".to_owned(),
            count => format!("this machine has wgpu:0 to wgpu:{}", count - 1),
        },
    };
    match asked.split_once(':') {
        None => match asked {
            "flex" | AUTO => Ok((None, Vec::new())),
            "wgpu" => match best_index() {
                Some(index) => Ok((Some(index), Vec::new())),
                None if adapters().is_empty() => Err(missing("a GPU")),
                None => Ok((Some(0), software_remark(0))),
            },
            _ => Err(DeviceError::Unknown(asked.to_owned())),
        },
        Some(("wgpu", number)) => {
            let index: usize = number
                .parse()
                .map_err(|_parse| DeviceError::Unknown(asked.to_owned()))?;
            if index >= adapters().len() {
                return Err(missing(&format!("GPU number {index}")));
            }
            Ok((Some(index), software_remark(index)))
        }
        Some(_) => Err(DeviceError::Unknown(asked.to_owned())),
    }
}

/// Why the CPU trains where there is nothing to choose.
pub(super) fn no_gpu_remark() -> Option<String> {
    if best_index().is_some() {
        return None;
    }
    Some(match adapters().first() {
        None => "No GPU was found: the CPU trains (Flex).".to_owned(),
        Some(adapter) => format!(
            "No GPU but the software adapter {}: the CPU trains (Flex), which is faster.",
            adapter.name
        ),
    })
}

fn software_remark(index: usize) -> Vec<String> {
    let adapter = &adapters()[index];
    if !adapter.is_software {
        return Vec::new();
    }
    vec![format!(
        "{} is a software adapter: correct, but far slower than flex.",
        adapter.name
    )]
}

/// Checks the spelling of a device and that it is there, without starting it.
///
/// # Errors
/// [`DeviceError`] in one sentence.
pub(super) fn check_device(asked: &str) -> Result<(), DeviceError> {
    if asked == AUTO {
        // On this thread, as every first look at the graphics drivers.
        adapters();
    }
    find(asked).map(|_found| ())
}

/// The device that is meant, started.
///
/// # Errors
/// [`DeviceError`] when it is not there or does not start.
pub(super) fn start_device(asked: &str) -> Result<Compute, DeviceError> {
    let (index, remarks) = find(asked)?;
    let Some(index) = index else {
        return Ok(Compute {
            device: Device::flex(),
            name: flex_name(),
            key: "flex".to_owned(),
            has_own_memory: false,
            remarks,
        });
    };
    let adapter = &adapters()[index];
    // A driver that panics is one that does not start.
    let device = words_of_panic(|| started::start(index, &adapter.kind))
        .and_then(|started| started)
        .map_err(|reason| DeviceError::Broken {
            name: adapter.name.clone(),
            reason,
        })?;
    Ok(Compute {
        device,
        name: adapter.name.clone(),
        key: adapter.name.clone(),
        has_own_memory: true,
        remarks,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flex_is_always_there_and_one_device_is_automatic() {
        let devices = list_devices(true);
        assert_eq!(devices[0].id, "flex");
        assert_eq!(devices.iter().filter(|d| d.is_auto).count(), 1);
        assert!(devices[0].is_auto, "a run begins on the CPU");
        assert!(
            devices.iter().all(|d| !(d.is_candidate && d.is_software)),
            "a software adapter is never even timed: {devices:?}"
        );
        assert!(list_devices(false).iter().all(|d| !d.is_candidate));
        assert!(start_device("flex").is_ok());
    }

    #[test]
    fn what_is_not_there_is_said_in_a_sentence() {
        assert_eq!(
            check_device("cuda").unwrap_err().to_string(),
            "device must be auto, flex, wgpu or wgpu:N, but is \"cuda\""
        );
        let message = check_device("wgpu:99").unwrap_err().to_string();
        assert!(
            message.starts_with("device wgpu:99 asks for GPU number 99, but this machine has"),
            "{message}"
        );
    }
}
