//! What containers use, as the engine measures it.

use indexmap::IndexMap;
use serde::Deserialize;

use super::DockerEngine;
use super::request::{Target, open};
use super::stream::Lines;
use crate::engine::{Told, told};
use crate::state::Usage;

impl DockerEngine {
    /// What a container uses: one look, which takes the engine a second or two, or one a second from now on.
    pub fn usage(&self, id: &str, follow: bool) -> Told<'_, Usage> {
        let stream = if follow { "1" } else { "0" };
        let target = Target::new(&["containers", id, "stats"]).with("stream", stream);
        told(async move {
            let lines = Lines::new(open(&self.transport, &target).await?, &self.transport);
            Ok(lines.read(|line| Ok(usage(line))))
        })
    }
}

/// A line of `GET /containers/ID/stats`; none where it cannot be read.
fn usage(line: &[u8]) -> Option<Usage> {
    let shape: Shape = serde_json::from_slice(line)
        .inspect_err(|error| tracing::warn!(%error, "what a container uses cannot be read"))
        .ok()?;
    let networks = shape.networks.unwrap_or_default();
    let devices = |operation: &str| {
        let counts = shape.devices.counts.iter().flatten();
        counts
            .filter(|count| count.operation.eq_ignore_ascii_case(operation))
            .map(|count| count.bytes)
            .sum()
    };
    // Engines on the older and the newer kind of control groups call it differently.
    let cache = ["total_inactive_file", "inactive_file"];
    let cache = cache
        .iter()
        .find_map(|key| shape.memory.stats.as_ref()?.get(*key).copied());
    Some(Usage {
        cpu_percent: cpu_percent(&shape.cpu, &shape.cpu_before),
        memory: shape.memory.usage.saturating_sub(cache.unwrap_or_default()),
        memory_limit: shape.memory.limit,
        received: networks.values().map(|network| network.received).sum(),
        sent: networks.values().map(|network| network.sent).sum(),
        read: devices("read"),
        written: devices("write"),
        pids: shape.pids.current,
    })
}

/// The container's part of the machine's time since the look before, times the number of processors.
#[expect(
    clippy::cast_precision_loss,
    reason = "two digits of a percentage are shown"
)]
fn cpu_percent(now: &Cpu, before: &Cpu) -> f64 {
    let used = now.usage.total.saturating_sub(before.usage.total) as f64;
    let passed = now.system.saturating_sub(before.system) as f64;
    let processors = match now.processors {
        0 => now.usage.each.as_ref().map_or(0, Vec::len) as f64,
        number => f64::from(number),
    };
    if passed > 0.0 {
        used / passed * processors * 100.0
    } else {
        0.0
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Shape {
    #[serde(rename = "cpu_stats")]
    cpu: Cpu,
    #[serde(rename = "precpu_stats")]
    cpu_before: Cpu,
    #[serde(rename = "memory_stats")]
    memory: Memory,
    networks: Option<IndexMap<String, NetworkUse>>,
    #[serde(rename = "blkio_stats")]
    devices: Devices,
    #[serde(rename = "pids_stats")]
    pids: Pids,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Cpu {
    #[serde(rename = "cpu_usage")]
    usage: CpuUse,
    #[serde(rename = "system_cpu_usage")]
    system: u64,
    #[serde(rename = "online_cpus")]
    processors: u32,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CpuUse {
    #[serde(rename = "total_usage")]
    total: u64,
    #[serde(rename = "percpu_usage")]
    each: Option<Vec<u64>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Memory {
    usage: u64,
    limit: u64,
    stats: Option<IndexMap<String, u64>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct NetworkUse {
    #[serde(rename = "rx_bytes")]
    received: u64,
    #[serde(rename = "tx_bytes")]
    sent: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Devices {
    #[serde(rename = "io_service_bytes_recursive")]
    counts: Option<Vec<DeviceCount>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct DeviceCount {
    #[serde(rename = "op")]
    operation: String,
    #[serde(rename = "value")]
    bytes: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Pids {
    current: u64,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_container_uses_is_computed() {
        let line = json!({
            "cpu_stats": {"cpu_usage": {"total_usage": 600}, "system_cpu_usage": 3000, "online_cpus": 2},
            "precpu_stats": {"cpu_usage": {"total_usage": 100}, "system_cpu_usage": 1000},
            "memory_stats": {"usage": 5000, "limit": 90_000, "stats": {"inactive_file": 1000}},
            "networks": {"eth0": {"rx_bytes": 1, "tx_bytes": 2}, "eth1": {"rx_bytes": 10, "tx_bytes": 20}},
            "blkio_stats": {"io_service_bytes_recursive": [
                {"op": "Read", "value": 3}, {"op": "write", "value": 4}, {"op": "read", "value": 5},
            ]},
            "pids_stats": {"current": 7},
        });
        let expected = Usage {
            cpu_percent: 50.0,
            memory: 4000,
            memory_limit: 90_000,
            received: 11,
            sent: 22,
            read: 8,
            written: 4,
            pids: 7,
        };
        assert_eq!(usage(line.to_string().as_bytes()), Some(expected));
    }

    #[test]
    fn a_container_that_stands_still_uses_nothing() {
        let line = br#"{"cpu_stats":{},"memory_stats":{},"networks":null,"blkio_stats":{"io_service_bytes_recursive":null}}"#;
        assert_eq!(usage(line), Some(Usage::default()));
        assert_eq!(usage(b"no object"), None);
    }
}
