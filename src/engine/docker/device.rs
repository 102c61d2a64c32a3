//! Devices of the host, as an engine takes them. Pure.

use std::collections::HashMap;

use bollard::models::{
    DeviceMapping, DeviceRequest as RequestBody, ResourcesBlkioWeightDevice, ThrottleDevice,
};

use super::convert::some;
use crate::model::{ContainerSpec, DeviceRate, DeviceRequest, DeviceWeight};

/// Devices by their path on the host.
pub(super) fn mappings(spec: &ContainerSpec) -> Vec<DeviceMapping> {
    let written = spec.devices.iter();
    written
        .filter(|device| qualified_name(device).is_none())
        .map(|device| mapping(device))
        .collect()
}

fn mapping(device: &str) -> DeviceMapping {
    let mut parts = device.split(':');
    let host = parts.next().unwrap_or_default();
    DeviceMapping {
        path_on_host: Some(host.to_owned()),
        path_in_container: Some(parts.next().unwrap_or(host).to_owned()),
        cgroup_permissions: Some(parts.next().unwrap_or("rwm").to_owned()),
    }
}

/// Devices that drivers bring: those named by the Container Device Interface, graphics processors, reserved ones.
pub(super) fn requests(spec: &ContainerSpec) -> Vec<RequestBody> {
    let named: Vec<String> = spec
        .devices
        .iter()
        .filter_map(|device| qualified_name(device))
        .map(str::to_owned)
        .collect();
    let named = (!named.is_empty()).then(|| RequestBody {
        driver: Some("cdi".to_owned()),
        device_ids: Some(named),
        ..RequestBody::default()
    });
    let gpus = spec.gpus.iter().map(|request| {
        let mut body = body(request);
        let capabilities = body.capabilities.get_or_insert_default();
        match capabilities.first_mut() {
            Some(all) => all.push("gpu".to_owned()),
            None => capabilities.push(vec!["gpu".to_owned()]),
        }
        body
    });
    let reserved = spec.reserved_devices.iter().map(body);
    named.into_iter().chain(gpus).chain(reserved).collect()
}

fn body(request: &DeviceRequest) -> RequestBody {
    let options: HashMap<_, _> = request
        .options
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    RequestBody {
        driver: request.driver.clone(),
        count: request.count,
        device_ids: some(request.device_ids.clone()),
        // Lists of which one must be had as a whole.
        capabilities: some(request.capabilities.clone()).map(|all| vec![all]),
        options: (!options.is_empty()).then_some(options),
    }
}

/// The name of a device of the Container Device Interface, `VENDOR/CLASS=NAME`, where `HOST[:CONTAINER[:RIGHTS]]` is one.
fn qualified_name(device: &str) -> Option<&str> {
    let mut parts = device.split(':');
    let host = parts.next()?;
    let same = parts.next().is_none_or(|container| container == host);
    let (kind, name) = host.split_once('=')?;
    let (vendor, class) = kind.split_once('/')?;
    (same && !vendor.is_empty() && !class.is_empty() && !name.is_empty()).then_some(host)
}

/// Relative weights of block devices.
pub(super) fn weights(devices: &[DeviceWeight]) -> Vec<ResourcesBlkioWeightDevice> {
    let body = |device: &DeviceWeight| ResourcesBlkioWeightDevice {
        path: Some(device.path.clone()),
        weight: Some(device.weight.into()),
    };
    devices.iter().map(body).collect()
}

/// Limits of block devices.
pub(super) fn rates(devices: &[DeviceRate]) -> Vec<ThrottleDevice> {
    let body = |device: &DeviceRate| ThrottleDevice {
        path: Some(device.path.clone()),
        rate: Some(device.rate.bytes()),
    };
    devices.iter().map(body).collect()
}
