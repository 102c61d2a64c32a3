//! What a container may use.

use serde_json::json;

use super::{Row, host, row};

pub(super) fn limits() -> Vec<Row> {
    vec![
        host("cpu_count: 2", "/HostConfig/CpuCount", json!(2)),
        host("cpu_percent: 50", "/HostConfig/CpuPercent", json!(50)),
        host("cpu_period: 20000", "/HostConfig/CpuPeriod", json!(20000)),
        host("cpu_quota: 15000", "/HostConfig/CpuQuota", json!(15000)),
        host(
            "cpu_rt_period: 400",
            "/HostConfig/CpuRealtimePeriod",
            json!(400),
        ),
        host(
            "cpu_rt_runtime: 300",
            "/HostConfig/CpuRealtimeRuntime",
            json!(300),
        ),
        host("cpu_shares: 73", "/HostConfig/CpuShares", json!(73)),
        host("cpus: 0.5", "/HostConfig/NanoCpus", json!(500_000_000)),
        host("cpuset: 0-1", "/HostConfig/CpusetCpus", json!("0-1")),
        host("mem_limit: 64m", "/HostConfig/Memory", json!(67_108_864)),
        host(
            "mem_reservation: 32m",
            "/HostConfig/MemoryReservation",
            json!(33_554_432),
        ),
        host(
            "mem_swappiness: 10",
            "/HostConfig/MemorySwappiness",
            json!(10),
        ),
        host("memswap_limit: -1", "/HostConfig/MemorySwap", json!(-1)),
        host(
            "oom_kill_disable: true",
            "/HostConfig/OomKillDisable",
            json!(true),
        ),
        host("oom_score_adj: -5", "/HostConfig/OomScoreAdj", json!(-5)),
        host("pids_limit: 50", "/HostConfig/PidsLimit", json!(50)),
        host("shm_size: 32m", "/HostConfig/ShmSize", json!(33_554_432)),
        host(
            "sysctls: {net.core.somaxconn: 1024}",
            "/HostConfig/Sysctls",
            json!({"net.core.somaxconn": "1024"}),
        ),
        host(
            "ulimits: {nofile: {soft: 1, hard: 2}, nproc: 5}",
            "/HostConfig/Ulimits",
            json!([{"Name": "nofile", "Soft": 1, "Hard": 2}, {"Name": "nproc", "Soft": 5, "Hard": 5}]),
        ),
        host(
            "deploy: {resources: {limits: {memory: 64m}}}",
            "/HostConfig/Memory",
            json!(67_108_864),
        ),
        row(
            "deploy: {resources: {limits: {cpus: '0.5', pids: 9}, reservations: {memory: 32m}}}",
            [
                ("/HostConfig/NanoCpus", json!(500_000_000)),
                ("/HostConfig/PidsLimit", json!(9)),
                ("/HostConfig/MemoryReservation", json!(33_554_432)),
            ],
        ),
        host(
            "storage_opt: {size: 1G}",
            "/HostConfig/StorageOpt",
            json!({"size": "1G"}),
        ),
        host("cgroup_parent: /p", "/HostConfig/CgroupParent", json!("/p")),
    ]
}

pub(super) fn devices() -> Vec<Row> {
    vec![
        row(
            "blkio_config: {weight: 300, weight_device: [{path: /a, weight: 400}]}",
            [
                ("/HostConfig/BlkioWeight", json!(300)),
                (
                    "/HostConfig/BlkioWeightDevice",
                    json!([{"Path": "/a", "Weight": 400}]),
                ),
            ],
        ),
        row(
            "blkio_config: {device_read_bps: [{path: /a, rate: 1k}], device_read_iops: [{path: /b, rate: 2}]}",
            [
                (
                    "/HostConfig/BlkioDeviceReadBps",
                    json!([{"Path": "/a", "Rate": 1024}]),
                ),
                (
                    "/HostConfig/BlkioDeviceReadIOps",
                    json!([{"Path": "/b", "Rate": 2}]),
                ),
            ],
        ),
        row(
            "blkio_config: {device_write_bps: [{path: /a, rate: 1m}], device_write_iops: [{path: /b, rate: '3'}]}",
            [
                (
                    "/HostConfig/BlkioDeviceWriteBps",
                    json!([{"Path": "/a", "Rate": 1_048_576}]),
                ),
                (
                    "/HostConfig/BlkioDeviceWriteIOps",
                    json!([{"Path": "/b", "Rate": 3}]),
                ),
            ],
        ),
        host(
            "devices: [/a, '/b:/c:r', {source: /d, target: /e, permissions: rw}]",
            "/HostConfig/Devices",
            json!([
                {"PathOnHost": "/a", "PathInContainer": "/a", "CgroupPermissions": "rwm"},
                {"PathOnHost": "/b", "PathInContainer": "/c", "CgroupPermissions": "r"},
                {"PathOnHost": "/d", "PathInContainer": "/e", "CgroupPermissions": "rw"},
            ]),
        ),
        host(
            "devices: [vendor.example/class=first]",
            "/HostConfig/DeviceRequests",
            json!([{"Driver": "cdi", "DeviceIDs": ["vendor.example/class=first"]}]),
        ),
        host(
            "device_cgroup_rules: ['c 1:3 mr']",
            "/HostConfig/DeviceCgroupRules",
            json!(["c 1:3 mr"]),
        ),
        host(
            "gpus: all",
            "/HostConfig/DeviceRequests",
            json!([{"Count": -1, "Capabilities": [["gpu"]]}]),
        ),
        host(
            "gpus: [{driver: d, count: 2, capabilities: [compute], options: {a: b}}, {device_ids: ['7']}]",
            "/HostConfig/DeviceRequests",
            json!([
                {"Driver": "d", "Count": 2, "Capabilities": [["compute", "gpu"]], "Options": {"a": "b"}},
                {"DeviceIDs": ["7"], "Capabilities": [["gpu"]]},
            ]),
        ),
        host(
            "deploy: {resources: {reservations: {devices: [{capabilities: [a, b], driver: d, device_ids: ['1'], options: {c: d}}, {capabilities: [e], count: all}]}}}",
            "/HostConfig/DeviceRequests",
            json!([
                {"Driver": "d", "DeviceIDs": ["1"], "Capabilities": [["a", "b"]], "Options": {"c": "d"}},
                {"Count": -1, "Capabilities": [["e"]]},
            ]),
        ),
    ]
}
