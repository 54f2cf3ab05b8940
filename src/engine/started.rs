//! Devices of Burn's that were started, and new ones in place of those that were lost.
//!
//! Burn knows one device by the name of an adapter in the life of a program. After that one was
//! *lost*, by a reset of the driver or a card that went away, the adapter is opened here and handed
//! over.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use burn::tensor::wgpu::{WgpuInitError, WgpuSetup};
use burn::tensor::{Device, DeviceKind, Tensor};

use super::devices;
use super::guard::words_of_panic;

/// A device that works, as far as anybody knows.
struct Started {
    device: Device,
    /// The same one, in wgpu's terms.
    handle: wgpu::Device,
}

struct Table {
    /// By number of their adapter.
    started: BTreeMap<usize, Started>,
    /// Adapters by whose name Burn knows a device.
    named: BTreeSet<usize>,
}

static TABLE: Mutex<Table> = Mutex::new(Table {
    started: BTreeMap::new(),
    named: BTreeSet::new(),
});

/// A driver's panic elsewhere leaves nothing half done behind this lock.
fn table() -> MutexGuard<'static, Table> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The device of an adapter, which is started if need be.
///
/// # Errors
/// What the driver says.
pub(super) fn start(index: usize, kind: &DeviceKind) -> Result<Device, String> {
    let mut table = table();
    if let Some(started) = table.started.get(&index) {
        return Ok(started.device.clone());
    }
    let started = if table.named.contains(&index) {
        reopen(index)?
    } else {
        let options = Device::wgpu_options().device_kind(kind.clone());
        let (device, setup) = options.init_with_setup().map_err(in_words)?;
        table.named.insert(index);
        Started {
            device,
            handle: setup.device,
        }
    };
    let device = started.device.clone();
    table.started.insert(index, started);
    Ok(device)
}

/// A new device on an adapter.
fn reopen(index: usize) -> Result<Started, String> {
    let (instance, adapter) = devices::open_adapter(index)?;
    let spared = wgpu::Features::MAPPABLE_PRIMARY_BUFFERS | wgpu::Features::all_experimental_mask();
    let (device, queue) = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor {
        required_features: adapter.features().difference(spared),
        required_limits: adapter.limits(),
        memory_hints: wgpu::MemoryHints::MemoryUsage,
        ..wgpu::DeviceDescriptor::default()
    }))
    .map_err(|error| error.to_string())?;
    let setup = WgpuSetup {
        instance,
        backend: adapter.get_info().backend,
        adapter,
        device: device.clone(),
        queue,
    };
    Ok(Started {
        device: Device::wgpu_options()
            .setup(setup)
            .init()
            .map_err(in_words)?,
        handle: device,
    })
}

fn in_words(error: WgpuInitError) -> String {
    error.to_string()
}

/// Forgets the device that is meant where it works no more, so that it is started anew by whoever
/// asks for it next.
pub(super) fn forget_if_lost(asked: &str) {
    let Some(index) = devices::adapter_of(asked) else {
        return;
    };
    let mut table = table();
    let Some(started) = table.started.get(&index) else {
        return;
    };
    if works(&started.device) {
        return;
    }
    log::warn!("device {asked} is lost");
    if let Some(lost) = table.started.remove(&index)
        && let Err(panic) = words_of_panic(move || drop(lost))
    {
        log::warn!("device {asked} could not be let go of: {panic}");
    }
}

/// Whether a device still computes. What it read is brought over only when it is looked at, so a
/// device that is gone is known by its numbers and by nothing before them.
fn works(device: &Device) -> bool {
    let sum = words_of_panic(|| {
        let sum = Tensor::<1>::from_floats([1.0, 2.0], device) + 1.0;
        sum.try_into_data().ok()?.try_to_vec::<f32>().ok()
    });
    matches!(sum, Ok(Some(sum)) if sum == [2.0, 3.0])
}

/// Breaks the device that is meant, for tests. Returns whether there is one with a memory of its own.
pub(super) fn lose(asked: &str) -> bool {
    let Some(index) = devices::adapter_of(asked) else {
        return false;
    };
    match table().started.get(&index) {
        Some(started) => {
            started.handle.destroy();
            true
        }
        None => false,
    }
}
