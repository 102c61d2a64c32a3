//! Devices of a container, and how fast it may use them.

use serde_json::Value;

use super::{list, number, text, texts_by_name};
use crate::model::{BlkioConfig, ByteSize, DeviceRate, DeviceRequest, DeviceWeight};

/// `HOST:CONTAINER:PERMISSIONS`, and the names of devices of the Container Device Interface.
pub(super) fn devices(host: &Value) -> Vec<String> {
    let mapped = host["Devices"].as_array().into_iter().flatten();
    let mapped = mapped.map(|device| {
        let part = |key: &str| device[key].as_str().unwrap_or_default();
        let (source, target) = (part("PathOnHost"), part("PathInContainer"));
        format!("{source}:{target}:{}", part("CgroupPermissions"))
    });
    let named = host["DeviceRequests"].as_array().into_iter().flatten();
    let named = named
        .filter(|request| request["Driver"] == "cdi")
        .flat_map(|request| list(&request["DeviceIDs"]).unwrap_or_default());
    mapped.chain(named).collect()
}

/// Requests for devices, such as GPUs.
pub(super) fn requests(host: &Value) -> Vec<DeviceRequest> {
    let all = host["DeviceRequests"].as_array().into_iter().flatten();
    let request = |request: &Value| DeviceRequest {
        driver: text(&request["Driver"]),
        count: number(&request["Count"]),
        device_ids: list(&request["DeviceIDs"]).unwrap_or_default(),
        capabilities: list(&request["Capabilities"][0]).unwrap_or_default(),
        options: texts_by_name(&request["Options"]),
    };
    all.filter(|request| request["Driver"] != "cdi")
        .map(request)
        .collect()
}

/// How fast disks may be read and written.
pub(super) fn blkio(host: &Value) -> BlkioConfig {
    let path = |device: &Value| text(&device["Path"]).unwrap_or_default();
    let rates = |key: &str| {
        let devices = host[key].as_array().into_iter().flatten();
        let rate = |device: &Value| {
            Some(DeviceRate {
                path: path(device),
                rate: ByteSize::from_bytes(device["Rate"].as_u64()?)?,
            })
        };
        devices.filter_map(rate).collect()
    };
    let weight = |value: &Value| {
        let weight = value.as_u64().filter(|weight| *weight > 0)?;
        u16::try_from(weight).ok()
    };
    let weights = host["BlkioWeightDevice"].as_array().into_iter().flatten();
    BlkioConfig {
        weight: weight(&host["BlkioWeight"]),
        weight_device: weights
            .map(|device| DeviceWeight {
                path: path(device),
                weight: weight(&device["Weight"]).unwrap_or_default(),
            })
            .collect(),
        device_read_bps: rates("BlkioDeviceReadBps"),
        device_read_iops: rates("BlkioDeviceReadIOps"),
        device_write_bps: rates("BlkioDeviceWriteBps"),
        device_write_iops: rates("BlkioDeviceWriteIOps"),
    }
}
