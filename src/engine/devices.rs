//! Devices: what this machine can train on, and which one is meant.
//!
//! A *software adapter* is a CPU that plays a GPU. It computes the same numbers, but far slower than
//! Flex, so it is named as such and never chosen by itself.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use burn::tensor::{Device, DeviceKind};

use crate::train::Compute;

use super::protocol::DeviceInfo;

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

/// An adapter of wgpu, and how Burn names it.
#[derive(Clone, Debug)]
struct Adapter {
    name: String,
    is_software: bool,
    /// Higher is faster, by type.
    rank: u8,
    kind: DeviceKind,
}

struct Detected {
    adapters: Vec<Adapter>,
    /// Kept: some Vulkan loaders crash when instances come and go on several threads.
    _instance: wgpu::Instance,
}

static DETECTED: OnceLock<Detected> = OnceLock::new();

/// Devices of Burn's that were started; each starts once in the life of the program.
static STARTED: Mutex<BTreeMap<usize, Device>> = Mutex::new(BTreeMap::new());

fn adapters() -> &'static [Adapter] {
    &DETECTED.get_or_init(detect).adapters
}

fn detect() -> Detected {
    // The native interfaces only, as Burn does: OpenGL shows the same cards a second time.
    let backends = wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12;
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
                is_software: rank == 0,
                rank,
                kind,
            })
        })
        .collect();
    Detected {
        adapters,
        _instance: instance,
    }
}

/// The adapter `auto` takes, if there is a real GPU.
fn best_gpu() -> Option<usize> {
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

/// All devices, Flex first.
pub fn list_devices() -> Vec<DeviceInfo> {
    let best = best_gpu();
    let flex = DeviceInfo {
        id: "flex".to_owned(),
        name: flex_name(),
        is_software: false,
        is_auto: best.is_none(),
    };
    let gpus = adapters()
        .iter()
        .enumerate()
        .map(|(index, adapter)| DeviceInfo {
            id: format!("wgpu:{index}"),
            name: adapter.name.clone(),
            is_software: adapter.is_software,
            is_auto: best == Some(index),
        });
    std::iter::once(flex).chain(gpus).collect()
}

/// What `auto`, `flex`, `wgpu` or `wgpu:N` means on this machine: Flex, or the index of an adapter.
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
            "flex" => Ok((None, Vec::new())),
            "auto" => Ok(match best_gpu() {
                Some(index) => (Some(index), Vec::new()),
                None => (None, vec![no_gpu_remark()]),
            }),
            "wgpu" => match best_gpu() {
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

fn no_gpu_remark() -> String {
    match adapters().first() {
        None => "No GPU was found: the CPU trains (Flex).".to_owned(),
        Some(adapter) => format!(
            "No GPU but the software adapter {}: the CPU trains (Flex), which is faster.",
            adapter.name
        ),
    }
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
pub fn check_device(asked: &str) -> Result<(), DeviceError> {
    find(asked).map(|_found| ())
}

/// The device that is meant, started.
///
/// # Errors
/// [`DeviceError`] when it is not there or does not start.
pub fn start_device(asked: &str) -> Result<Compute, DeviceError> {
    let (index, remarks) = find(asked)?;
    let Some(index) = index else {
        return Ok(Compute {
            device: Device::flex(),
            name: flex_name(),
            has_own_memory: false,
            remarks,
        });
    };
    let adapter = &adapters()[index];
    let mut started = STARTED.lock().unwrap_or_else(PoisonError::into_inner);
    let device = match started.get(&index) {
        Some(device) => device.clone(),
        None => {
            let device = Device::wgpu_options()
                .device_kind(adapter.kind.clone())
                .init()
                .map_err(|error| DeviceError::Broken {
                    name: adapter.name.clone(),
                    reason: error.to_string(),
                })?;
            started.insert(index, device.clone());
            device
        }
    };
    Ok(Compute {
        device,
        name: adapter.name.clone(),
        has_own_memory: true,
        remarks,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flex_is_always_there_and_one_device_is_automatic() {
        let devices = list_devices();
        assert_eq!(devices[0].id, "flex");
        assert_eq!(devices.iter().filter(|d| d.is_auto).count(), 1);
        assert!(
            devices.iter().all(|d| !(d.is_auto && d.is_software)),
            "a software adapter is never chosen by itself: {devices:?}"
        );
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
