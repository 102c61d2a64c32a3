//! What of the host's hardware a container asks for (specification: `blkio_config`, `gpus` of a service, `devices` of
//! the deploy specification's `reservations`).

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::model::ByteSize;

/// The `blkio_config` section: shares and limits of block devices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BlkioConfig {
    /// Relative weight, 10 to 1000; the kernel's own where absent.
    pub weight: Option<u16>,
    /// Relative weight on single devices.
    pub weight_device: Vec<DeviceWeight>,
    /// Most bytes read per second.
    pub device_read_bps: Vec<DeviceRate>,
    /// Most read operations per second.
    pub device_read_iops: Vec<DeviceRate>,
    /// Most bytes written per second.
    pub device_write_bps: Vec<DeviceRate>,
    /// Most write operations per second.
    pub device_write_iops: Vec<DeviceRate>,
}

/// The weight of one block device.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeviceWeight {
    /// The device's path on the host.
    pub path: String,
    /// Relative weight, 10 to 1000.
    pub weight: u16,
}

/// The limit of one block device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRate {
    /// The device's path on the host.
    #[serde(default)]
    pub path: String,
    /// Bytes or operations per second.
    pub rate: ByteSize,
}

/// Devices that a driver of the engine picks and brings into the container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeviceRequest {
    /// The driver; one with the capabilities where absent.
    pub driver: Option<String>,
    /// How many devices; -1: all; absent where they are named.
    pub count: Option<i64>,
    /// The devices by name.
    pub device_ids: Vec<String>,
    /// What the devices must be able to do, such as `gpu`: all of it.
    pub capabilities: Vec<String>,
    /// Options of the driver.
    pub options: IndexMap<String, String>,
}

/// The account that a container runs under on Windows (specification: `credential_spec`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CredentialSpec {
    /// A file in the engine's own folder for them.
    pub file: Option<String>,
    /// A value of the engine's Windows registry.
    pub registry: Option<String>,
    /// A config of a swarm.
    pub config: Option<String>,
}
