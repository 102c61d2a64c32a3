//! Every key of the stack file, from the file to the body that the engine gets.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use super::super::super::version::ApiVersion;
use super::super::{create_body, network_body, volume_body};
use crate::loader::{LoadOptions, LoadRequest, load};
use crate::model::Project;
use crate::plan::{Operation, Plan, UpOptions, up};
use crate::state::{ActualState, Image};

/// A fragment of a service, and what it makes of the body of its container, by JSON pointer.
struct Row(&'static str, Vec<(&'static str, Value)>);

fn row<const N: usize>(fragment: &'static str, expected: [(&'static str, Value); N]) -> Row {
    Row(fragment, expected.into())
}

/// One field of `HostConfig`.
fn host(fragment: &'static str, pointer: &'static str, expected: Value) -> Row {
    Row(fragment, vec![(pointer, expected)])
}

fn table() -> Vec<Row> {
    let mut rows = process();
    rows.extend(limits());
    rows.extend(devices());
    rows.extend(rights());
    rows.extend(files());
    rows.extend(network());
    rows
}

fn process() -> Vec<Row> {
    vec![
        row("command: sleep '1 0'", [("/Cmd", json!(["sleep", "1 0"]))]),
        row("command: []", [("/Cmd", json!([]))]),
        row("entrypoint: [a, b]", [("/Entrypoint", json!(["a", "b"]))]),
        row(
            "environment: {A: 1=2, EMPTY: '', GONE: }",
            [("/Env", json!(["A=1=2", "EMPTY="]))],
        ),
        row(
            "env_file: [{path: some.env, format: raw, required: true}]",
            [("/Env", json!(["IN_FILE='yes'"]))],
        ),
        row("labels: [a=b]", [("/Labels/a", json!("b"))]),
        row(
            "label_file: some.labels",
            [("/Labels/in.file", json!("yes"))],
        ),
        row("hostname: h", [("/Hostname", json!("h"))]),
        row(
            "domainname: d.example",
            [("/Domainname", json!("d.example"))],
        ),
        row("working_dir: /w", [("/WorkingDir", json!("/w"))]),
        row("user: '1000:1000'", [("/User", json!("1000:1000"))]),
        row("tty: true", [("/Tty", json!(true))]),
        row("stdin_open: true", [("/OpenStdin", json!(true))]),
        row("stop_signal: SIGINT", [("/StopSignal", json!("SIGINT"))]),
        row("stop_grace_period: 1m30s", [("/StopTimeout", json!(90))]),
        row("image: other:2", [("/Image", json!("other:2"))]),
        row(
            "healthcheck: {test: a b, interval: 1s, timeout: 2s, retries: 3, start_period: 4s, start_interval: 5ms}",
            [(
                "/Healthcheck",
                json!({
                    "Test": ["CMD-SHELL", "a b"], "Interval": 1_000_000_000, "Timeout": 2_000_000_000, "Retries": 3,
                    "StartPeriod": 4_000_000_000_i64, "StartInterval": 5_000_000,
                }),
            )],
        ),
        row(
            "healthcheck: {disable: true}",
            [("/Healthcheck", json!({"Test": ["NONE"]}))],
        ),
        row(
            "restart: on-failure:3",
            [(
                "/HostConfig/RestartPolicy",
                json!({"Name": "on-failure", "MaximumRetryCount": 3}),
            )],
        ),
        row(
            "deploy: {restart_policy: {condition: on-failure, max_attempts: 2}}\nrestart: always",
            [(
                "/HostConfig/RestartPolicy",
                json!({"Name": "on-failure", "MaximumRetryCount": 2}),
            )],
        ),
        host(
            "logging: {driver: local, options: {max-size: 1m, max-file: 3}}",
            "/HostConfig/LogConfig",
            json!({"Type": "local", "Config": {"max-size": "1m", "max-file": "3"}}),
        ),
        host("init: false", "/HostConfig/Init", json!(false)),
        host(
            "annotations: {a: b}",
            "/HostConfig/Annotations",
            json!({"a": "b"}),
        ),
        host("runtime: runc", "/HostConfig/Runtime", json!("runc")),
        host(
            "isolation: default",
            "/HostConfig/Isolation",
            json!("default"),
        ),
    ]
}

fn limits() -> Vec<Row> {
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

fn devices() -> Vec<Row> {
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

fn rights() -> Vec<Row> {
    vec![
        host(
            "cap_add: [net_admin, CAP_KILL, ALL]",
            "/HostConfig/CapAdd",
            json!(["ALL", "CAP_KILL", "CAP_NET_ADMIN"]),
        ),
        host(
            "cap_drop: [MKNOD]",
            "/HostConfig/CapDrop",
            json!(["CAP_MKNOD"]),
        ),
        host(
            "group_add: [audio, 7]",
            "/HostConfig/GroupAdd",
            json!(["audio", "7"]),
        ),
        host("privileged: true", "/HostConfig/Privileged", json!(true)),
        host("read_only: true", "/HostConfig/ReadonlyRootfs", json!(true)),
        row(
            "security_opt: [no-new-privileges:true, systempaths=unconfined, seccomp=profile.json]",
            [
                (
                    "/HostConfig/SecurityOpt",
                    json!(["no-new-privileges:true", "seccomp=FOLDER/profile.json"]),
                ),
                ("/HostConfig/MaskedPaths", json!([])),
                ("/HostConfig/ReadonlyPaths", json!([])),
            ],
        ),
        host(
            "credential_spec: {file: account.json}",
            "/HostConfig/SecurityOpt",
            json!(["credentialspec=file://account.json"]),
        ),
        host(
            "credential_spec: {registry: account}",
            "/HostConfig/SecurityOpt",
            json!(["credentialspec=registry://account"]),
        ),
        host(
            "credential_spec: {config: account}",
            "/HostConfig/SecurityOpt",
            json!(["credentialspec=config://account"]),
        ),
        host("cgroup: host", "/HostConfig/CgroupnsMode", json!("host")),
        host(
            "ipc: service:other",
            "/HostConfig/IpcMode",
            json!("container:test-other-1"),
        ),
        host(
            "pid: service:other",
            "/HostConfig/PidMode",
            json!("container:test-other-1"),
        ),
        host("pid: host", "/HostConfig/PidMode", json!("host")),
        host("userns_mode: host", "/HostConfig/UsernsMode", json!("host")),
        host("uts: host", "/HostConfig/UTSMode", json!("host")),
    ]
}

fn files() -> Vec<Row> {
    vec![
        host(
            "volumes: [./a:/b:ro, data:/c, {type: bind, source: ./a, target: /d, bind: {propagation: rslave, selinux: z, create_host_path: true}}]",
            "/HostConfig/Binds",
            json!([
                "FOLDER/a:/b:ro",
                "test_data:/c:rw",
                "FOLDER/a:/d:rw,z,rslave"
            ]),
        ),
        host(
            "volumes: [{type: bind, source: /a, target: /b, read_only: true, consistency: cached, bind: {recursive: readonly, propagation: rprivate}}]",
            "/HostConfig/Mounts",
            json!([{
                "Type": "bind", "Source": "/a", "Target": "/b", "ReadOnly": true, "Consistency": "cached",
                "BindOptions": {"Propagation": "rprivate", "CreateMountpoint": true, "ReadOnlyForceRecursive": true},
            }]),
        ),
        host(
            "volumes: [{type: volume, source: data, target: /b, volume: {nocopy: true, subpath: s, labels: {a: b}}}]",
            "/HostConfig/Mounts",
            json!([{
                "Type": "volume", "Source": "test_data", "Target": "/b", "ReadOnly": false,
                "VolumeOptions": {"NoCopy": true, "Subpath": "s", "Labels": {"a": "b"}},
            }]),
        ),
        host(
            "volumes: [{type: tmpfs, target: /b, tmpfs: {size: 1m, mode: 0o1777}}]",
            "/HostConfig/Mounts",
            json!([{
                "Type": "tmpfs", "Target": "/b", "ReadOnly": false, "TmpfsOptions": {"SizeBytes": 1_048_576, "Mode": 0o1777},
            }]),
        ),
        host(
            "volumes: [{type: image, source: i, target: /b, image: {subpath: s}}]",
            "/HostConfig/Mounts",
            json!([{"Type": "image", "Source": "i", "Target": "/b", "ReadOnly": false, "ImageOptions": {"Subpath": "s"}}]),
        ),
        host(
            "volumes: [{type: npipe, source: p, target: q}, {type: cluster, source: c, target: /d}]",
            "/HostConfig/Mounts",
            json!([
                {"Type": "npipe", "Source": "p", "Target": "q", "ReadOnly": false},
                {"Type": "cluster", "Source": "c", "Target": "/d", "ReadOnly": false},
            ]),
        ),
        host(
            "volumes_from: ['other:ro', 'container:outside']",
            "/HostConfig/VolumesFrom",
            json!(["test-other-1:ro", "outside"]),
        ),
        host(
            "tmpfs: ['/run:size=1m', /cache]",
            "/HostConfig/Tmpfs",
            json!({"/run": "size=1m", "/cache": ""}),
        ),
    ]
}

fn network() -> Vec<Row> {
    vec![
        host(
            "network_mode: host",
            "/HostConfig/NetworkMode",
            json!("host"),
        ),
        host(
            "network_mode: service:other",
            "/HostConfig/NetworkMode",
            json!("container:test-other-1"),
        ),
        row(
            "network_mode: disabled",
            [("/NetworkDisabled", json!(true))],
        ),
        host(
            "network_mode: bridge\nexternal_links: [outside, 'outside:x']",
            "/HostConfig/Links",
            json!(["outside:outside", "outside:x"]),
        ),
        row(
            "networks: {front: {aliases: [www], priority: 1}, back: {priority: 2}}",
            [
                ("/HostConfig/NetworkMode", json!("test_back")),
                (
                    "/NetworkingConfig/EndpointsConfig/test_front",
                    json!({"Aliases": ["test-web-1", "web", "www"]}),
                ),
            ],
        ),
        row(
            "networks: {front: {ipv4_address: 10.0.0.9, ipv6_address: 'fd00::9', link_local_ips: [169.254.8.8], mac_address: '02:00:00:00:00:09', gw_priority: 3, interface_name: lan0, driver_opts: {a: b}}}",
            [(
                "/NetworkingConfig/EndpointsConfig/test_front",
                json!({
                    "Aliases": ["test-web-1", "web"],
                    "IPAMConfig": {"IPv4Address": "10.0.0.9", "IPv6Address": "fd00::9", "LinkLocalIPs": ["169.254.8.8"]},
                    "MacAddress": "02:00:00:00:00:09", "GwPriority": 3,
                    "DriverOpts": {"a": "b", "com.docker.network.endpoint.ifname": "lan0"},
                }),
            )],
        ),
        row(
            "mac_address: '02:00:00:00:00:09'\nlinks: ['other:store']",
            [(
                "/NetworkingConfig/EndpointsConfig/test_default",
                json!({
                    "Aliases": ["test-web-1", "web"], "MacAddress": "02:00:00:00:00:09",
                    "Links": ["test-other-1:store", "test-other-1:other-1", "test-other-1:test-other-1"],
                }),
            )],
        ),
        row(
            "ports: ['8080:80', {target: 81, published: '82-83', host_ip: 127.0.0.1, protocol: udp, mode: host, name: n, app_protocol: http}]",
            [
                (
                    "/HostConfig/PortBindings",
                    json!({
                        "80/tcp": [{"HostPort": "8080"}], "81/udp": [{"HostIp": "127.0.0.1", "HostPort": "82-83"}],
                    }),
                ),
                ("/ExposedPorts", json!({"80/tcp": {}, "81/udp": {}})),
            ],
        ),
        row(
            "expose: [9000, 9001-9002/udp]",
            [(
                "/ExposedPorts",
                json!({"9000/tcp": {}, "9001/udp": {}, "9002/udp": {}}),
            )],
        ),
        host("dns: 10.0.0.53", "/HostConfig/Dns", json!(["10.0.0.53"])),
        host(
            "dns_opt: [ndots:1]",
            "/HostConfig/DnsOptions",
            json!(["ndots:1"]),
        ),
        host(
            "dns_search: a.example",
            "/HostConfig/DnsSearch",
            json!(["a.example"]),
        ),
        host(
            "extra_hosts: {a: 10.0.0.1, b: '::1'}",
            "/HostConfig/ExtraHosts",
            json!(["a:10.0.0.1", "b:::1"]),
        ),
    ]
}

/// Keys that are no field of a container, with all below them, and what they are.
const ELSEWHERE: &[(&str, &str)] = &[
    ("attach", "which logs an attached `up` shows"),
    (
        "build",
        "how the image is built: the tests of the build have its keys",
    ),
    ("configs", "files in containers: tested with the engine"),
    ("container_name", "the name in the call's address"),
    ("depends_on", "steps of the plan"),
    ("deploy.endpoint_mode", "told as not carried"),
    ("deploy.labels", "told as not carried"),
    ("deploy.mode", "how many replicas"),
    ("deploy.placement", "told as not carried"),
    ("deploy.replicas", "how many replicas"),
    ("deploy.resources.reservations.cpus", "told as not carried"),
    (
        "deploy.resources.reservations.generic_resources",
        "told as not carried",
    ),
    ("deploy.restart_policy.delay", "told as not carried"),
    ("deploy.restart_policy.window", "told as not carried"),
    ("deploy.rollback_config", "told as not carried"),
    ("deploy.update_config", "told as not carried"),
    ("develop", "what `watch` does"),
    ("extends", "gone when the file is loaded"),
    ("models", "brought by a program outside"),
    ("platform", "a parameter of the call's address"),
    ("post_start", "done by exec"),
    (
        "pre_start",
        "containers of their own: tested with the engine",
    ),
    ("pre_stop", "done by exec"),
    ("profiles", "which services are enabled"),
    ("provider", "brought by a program outside"),
    ("pull_policy", "steps of the plan"),
    ("pull_refresh_after", "steps of the plan"),
    ("scale", "how many replicas"),
    ("secrets", "files in containers: tested with the engine"),
    (
        "use_api_socket",
        "a mount and a file: tested with the engine",
    ),
    ("x-ready", "how waits are done"),
];

fn load_stack(text: &str) -> (Project, String) {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("compose.yaml", text),
        ("some.env", "IN_FILE='yes'\n"),
        ("some.labels", "in.file=yes\n"),
    ];
    for (path, text) in files {
        fs::write(folder.path().join(path), text).unwrap();
    }
    let request = LoadRequest {
        current_dir: folder.path().to_path_buf(),
        project_name: Some("test".to_owned()),
        ..LoadRequest::default()
    };
    let loaded = load(&request, &LoadOptions::default());
    let loaded = loaded.unwrap_or_else(|error| {
        let messages: Vec<_> = error
            .diagnostics
            .iter()
            .map(|problem| &problem.message)
            .collect();
        panic!("{messages:?} in\n{text}")
    });
    let folder = folder.path().to_string_lossy().into_owned();
    (loaded.project.unwrap(), folder)
}

fn plan(project: &Project) -> Plan {
    let mut state = ActualState::default();
    for service in project.services.values() {
        let image = Image::default();
        state.images.insert(service.spec.image.clone(), image);
    }
    up(project, &state, &UpOptions::default()).unwrap()
}

/// The body of the container of a service with this fragment.
fn body_of(fragment: &str) -> Value {
    let mut text = "services:\n  other:\n    image: other\n  web:\n".to_owned();
    if !fragment.starts_with("image:") {
        text += "    image: web\n";
    }
    for line in fragment.lines() {
        text.extend(["    ", line, "\n"]);
    }
    text += "networks: {front: , back: }\nvolumes: {data: }\n";
    let (project, folder) = load_stack(&text);
    let plan = plan(&project);
    let container = plan.steps.iter().find_map(|step| match &step.operation {
        Operation::CreateContainer { container, .. } if container.name == "test-web-1" => {
            Some(container)
        }
        _ => None,
    });
    let body = create_body(container.unwrap(), ApiVersion::V1_49).unwrap();
    let text = body.to_string().replace(&folder, "FOLDER");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn every_key_of_a_service_has_its_place_in_the_body() {
    let mut wrong = Vec::new();
    for Row(fragment, expected) in table() {
        let body = body_of(fragment);
        for (pointer, expected) in expected {
            let found = body.pointer(pointer).unwrap_or(&Value::Null);
            if *found != expected {
                wrong.push(format!("{pointer} of {fragment}: {found}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_key_of_a_network_has_its_place_in_the_body() {
    for (fragment, pointer, expected) in [
        ("driver: macvlan", "/Driver", json!("macvlan")),
        ("driver_opts: {a: 1}", "/Options", json!({"a": "1"})),
        ("attachable: true", "/Attachable", json!(true)),
        ("internal: true", "/Internal", json!(true)),
        ("enable_ipv4: false", "/EnableIPv4", json!(false)),
        ("enable_ipv6: true", "/EnableIPv6", json!(true)),
        ("labels: [a=b]", "/Labels/a", json!("b")),
        ("name: other", "/Name", json!("other")),
        (
            "ipam: {driver: d, options: {a: b}, config: [{subnet: 10.0.0.0/24, ip_range: 10.0.0.0/25, gateway: 10.0.0.7, aux_addresses: {a: 10.0.0.8}}]}",
            "/IPAM",
            json!({
                "Driver": "d", "Options": {"a": "b"},
                "Config": [{
                    "Subnet": "10.0.0.0/24", "IPRange": "10.0.0.0/25", "Gateway": "10.0.0.7",
                    "AuxiliaryAddresses": {"a": "10.0.0.8"},
                }],
            }),
        ),
    ] {
        let text = format!(
            "services: {{web: {{image: web, networks: [net]}}}}\nnetworks:\n  net:\n    {fragment}\n"
        );
        let (project, _) = load_stack(&text);
        let plan = plan(&project);
        let body = plan.steps.iter().find_map(|step| match &step.operation {
            Operation::CreateNetwork { network, labels } => network_body(network, labels).ok(),
            _ => None,
        });
        let body = body.unwrap();
        assert_eq!(body.pointer(pointer), Some(&expected), "{fragment}");
    }
}

#[test]
fn every_key_of_a_volume_has_its_place_in_the_body() {
    for (fragment, pointer, expected) in [
        ("driver: d", "/Driver", json!("d")),
        ("driver_opts: {a: 1}", "/DriverOpts", json!({"a": "1"})),
        ("labels: [a=b]", "/Labels/a", json!("b")),
        ("name: other", "/Name", json!("other")),
    ] {
        let text = format!(
            "services: {{web: {{image: web, volumes: ['data:/d']}}}}\nvolumes:\n  data:\n    {fragment}\n"
        );
        let (project, _) = load_stack(&text);
        let plan = plan(&project);
        let body = plan.steps.iter().find_map(|step| match &step.operation {
            Operation::CreateVolume { volume, labels } => Some(volume_body(volume, labels)),
            _ => None,
        });
        let body = serde_json::to_value(body.unwrap()).unwrap();
        assert_eq!(body.pointer(pointer), Some(&expected), "{fragment}");
    }
}

fn schema() -> Value {
    let text = include_str!("../../../../../schemas/windlass.schema.json");
    serde_json::from_str(text).unwrap()
}

/// All paths of keys below a place of the schema; of mappings with free keys, those of their values.
fn keys_below(schema: &Value, place: &Value, path: &str, found: &mut BTreeSet<String>) {
    if let Some(name) = place["$ref"]
        .as_str()
        .and_then(|text| text.strip_prefix("#/$defs/"))
    {
        return keys_below(schema, &schema["$defs"][name], path, found);
    }
    for other in place["anyOf"].as_array().into_iter().flatten() {
        keys_below(schema, other, path, found);
    }
    for other in ["items", "additionalProperties"] {
        if place[other].is_object() {
            keys_below(schema, &place[other], path, found);
        }
    }
    for (key, below) in place["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() {
            key.clone()
        } else {
            format!("{path}.{key}")
        };
        keys_below(schema, below, &path, found);
        found.insert(path);
    }
}

/// The paths of all mapping keys in a fragment, as many as there can be: names among them are no keys of the schema.
fn keys_in(value: &Value, paths: &[String], found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| keys_in(item, paths, found)),
        Value::Object(fields) => {
            for (key, below) in fields {
                // A name in a mapping with free keys is no part of the path.
                let mut next = paths.to_vec();
                next.extend(paths.iter().map(|path| format!("{path}.{key}")));
                if paths.is_empty() {
                    next.push(key.clone());
                }
                found.extend(next.iter().cloned());
                keys_in(below, &next, found);
            }
        }
        _ => {}
    }
}

#[test]
fn the_table_has_every_key_of_the_schema() {
    let schema = schema();
    let mut keys = BTreeSet::new();
    keys_below(&schema, &schema["$defs"]["service"], "", &mut keys);
    let mut tested = BTreeSet::new();
    for Row(fragment, _) in table() {
        let fragment: Value = serde_yaml::from_str(fragment).unwrap();
        keys_in(&fragment, &[], &mut tested);
    }
    let elsewhere = |key: &str| {
        ELSEWHERE.iter().any(|(listed, _)| {
            key.strip_prefix(listed)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    };
    let missing: Vec<&String> = keys
        .iter()
        .filter(|key| !tested.contains(*key) && !elsewhere(key))
        .collect();
    assert!(
        missing.is_empty(),
        "neither in the table nor elsewhere: {missing:#?}"
    );
    for (key, what) in ELSEWHERE {
        assert!(
            keys.contains(*key),
            "{key} ({what}) is no key of the schema"
        );
        assert!(
            !tested.contains(*key),
            "{key} is in the table, and no reason is needed"
        );
    }
}
