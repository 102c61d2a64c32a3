use serde_json::json;

use super::*;
use crate::engine::docker::convert::create_body;
use crate::model::{Mount, MountKind};
use crate::model::{NetworkAccess, NewContainer};

/// The specification of a container that an engine shows as it was asked for.
fn there_and_back(spec: &ContainerSpec, mounts: &[Mount]) -> ContainerSpec {
    let container = NewContainer {
        one_off: None,
        name: "x".into(),
        spec: spec.clone(),
        labels: spec.labels.clone(),
        network: NetworkAccess::Mode("host".into()),
        mounts: mounts.to_vec(),
        volumes_from: spec.volumes_from.clone(),
    };
    let body = create_body(&container, ApiVersion::V1_49).unwrap();
    let json = json!({
        "Config": body,
        "HostConfig": body["HostConfig"],
        "NetworkSettings": { "Networks": body["NetworkingConfig"]["EndpointsConfig"] },
    });
    shown(&json, ApiVersion::V1_49).spec
}

#[test]
fn what_is_asked_for_comes_back() {
    let spec: ContainerSpec = serde_json::from_str(
        r#"{
        "image": "busybox", "command": ["a"], "entrypoint": ["b"], "environment": {"A": "1=2"},
        "labels": {"of": "file"}, "annotations": {"a": "b"}, "hostname": "h", "domainname": "d",
        "working_dir": "/w", "user": "1", "init": false, "tty": true, "stdin_open": true, "read_only": true,
        "privileged": true, "stop_signal": "SIGINT", "stop_grace_period": "3s", "restart": "on-failure:2",
        "network_mode": "host", "volumes_from": ["x:ro"], "tmpfs": ["/run:size=1m", "/tmp"],
        "ports": [{"target": 80, "published": "8080-8081", "host_ip": "127.0.0.1", "protocol": "udp"}],
        "expose": ["80/udp", "9000/tcp"],
        "healthcheck": {"test": ["CMD", "x"], "interval": "2s", "timeout": "3s", "retries": 4},
        "logging": {"driver": "local", "options": {"max-size": "1m"}}, "extra_hosts": ["a:10.0.0.1"],
        "links": ["one:two"], "dns": ["10.0.0.2"], "dns_opt": ["ndots:1"], "dns_search": ["s"],
        "cap_add": ["CAP_CHOWN"], "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"],
        "group_add": ["g"], "devices": ["/dev/null:/dev/x:r", "v.example/c=first"],
        "device_cgroup_rules": ["c 1:3 mr"],
        "reserved_devices": [{"driver": "d", "count": 2, "capabilities": ["gpu"], "options": {"o": "p"}}],
        "blkio_config": {"weight": 300, "device_read_bps": [{"path": "/dev/x", "rate": "1k"}]},
        "sysctls": {"s": "1"}, "ulimits": {"nofile": {"soft": 1, "hard": 2}}, "ipc": "host", "pid": "host",
        "uts": "host", "userns_mode": "host", "cgroup": "private", "cgroup_parent": "/p", "isolation": "default",
        "runtime": "r", "storage_opt": {"size": "1g"}, "shm_size": "32m", "mem_limit": "64m",
        "mem_reservation": "32m", "memswap_limit": -1, "mem_swappiness": 10, "cpus": 0.5, "cpuset": "0",
        "cpu_shares": 2, "cpu_quota": 3, "cpu_period": 4, "cpu_rt_period": 5, "cpu_rt_runtime": 6,
        "oom_kill_disable": true, "oom_score_adj": 7, "pids_limit": 8
    }"#,
    )
    .unwrap();
    let mounts: Vec<Mount> = serde_json::from_value(json!([
        {"type": "bind", "target": "/b", "source": "/s", "create_host_path": true, "selinux": "z", "read_only": true},
        {"type": "volume", "target": "/v", "source": "named"},
        {"type": "bind", "target": "/c", "source": "/s", "propagation": "rslave", "recursive": "writable"},
        {"type": "volume", "target": "/a", "nocopy": true, "subpath": "p", "labels": {"a": "b"}},
        {"type": "tmpfs", "target": "/t", "size": "1m", "mode": 448},
        {"type": "image", "target": "/i", "source": "busybox", "subpath": "bin"},
    ]))
    .unwrap();
    let mut back = there_and_back(&spec, &mounts);
    // A map of the engine's.
    back.tmpfs.sort_by_key(|text| std::cmp::Reverse(text.len()));
    let wanted = ContainerSpec {
        volumes: mounts,
        ..spec
    };
    let (back, wanted) = (label::full_spec(&back), label::full_spec(&wanted));
    let changes = crate::plan::changes(&back, &wanted, &crate::model::Positions::default());
    assert!(changes.is_empty(), "{changes:#?}");
}

#[test]
fn what_tools_note_for_themselves_is_no_label_of_the_file() {
    let config = json!({
        "Labels": {"com.docker.compose.project": "p", "io.windlass.spec": "{}", "own": "1"},
        "Volumes": {"/data": {}}, "Cmd": null, "Entrypoint": [],
    });
    let image = image_defaults(&config);
    assert_eq!(image.labels.keys().collect::<Vec<_>>(), ["own"]);
    assert_eq!((image.command, image.entrypoint), (None, Some(Vec::new())));
    assert_eq!(image.volumes[0].target, "/data");
    assert_eq!(image_defaults(&Value::Null), ContainerSpec::default());
}

#[test]
fn an_old_engine_hides_what_it_has_no_room_for() {
    let hidden = |api| shown(&Value::Null, api).hidden;
    let all = ["annotations", "healthcheck.start_interval"];
    assert_eq!(hidden(ApiVersion::OLDEST), all);
    assert_eq!(hidden(ApiVersion::V1_44), [""; 0]);
}

#[test]
fn what_podman_says_in_its_own_way_is_said_as_docker_does() {
    let json = json!({
        "Config": {
            "Hostname": "ab12",
            "Env": ["container=podman", "HOME=/root", "HOSTNAME=ab12", "PATH=/bin", "LEVEL=1"],
        },
        "HostConfig": {
            "Annotations": {"io.container.manager": "libpod"},
            "ShmSize": 65_536_000, "MemorySwappiness": 0,
            "Tmpfs": {
                "/run": "size=1m,rw,rprivate,nosuid,nodev,tmpcopyup",
                "/memory": "size=2097152,mode=700,rw,rprivate,nosuid,nodev,tmpcopyup",
            },
        },
    });
    let shown = shown(&json, ApiVersion::OLDEST);
    assert_eq!(shown.spec.tmpfs, ["/run:size=1m"]);
    let memory = json!([{"type": "tmpfs", "target": "/memory", "size": "2m", "mode": 448}]);
    let memory: Vec<Mount> = serde_json::from_value(memory).unwrap();
    assert_eq!(shown.spec.volumes, memory);
    assert_eq!(
        (shown.spec.shm_size, shown.spec.mem_swappiness),
        (None, None)
    );
    assert!(shown.hidden.contains(&"sysctls"));
    let of_engine: Vec<&str> = shown.environment.keys().map(String::as_str).collect();
    assert_eq!(of_engine, ["container", "HOME", "HOSTNAME"]);
}

#[test]
fn the_mark_of_a_volume_without_a_name_is_the_engines() {
    let labels = json!({"com.docker.volume.anonymous": "", "of": "file"});
    let mounts = json!([{"Type": "volume", "Target": "/a", "VolumeOptions": {"Labels": labels}}]);
    let json = json!({"HostConfig": {"Mounts": mounts}});
    let spec = shown(&json, ApiVersion::V1_49).spec;
    let MountKind::Volume { labels, .. } = &spec.volumes[0].kind else {
        panic!("{:?}", spec.volumes);
    };
    assert_eq!(labels.keys().collect::<Vec<_>>(), ["of"]);
}
