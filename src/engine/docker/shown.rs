//! From what an engine shows of a container or image back to the specification's terms. Pure, and lenient like
//! [`inspect`](super::inspect): what is missing or of another kind says nothing.

mod device;
mod mount;
mod network;
mod podman;

use indexmap::IndexMap;
use serde_json::Value;

use self::device::{blkio, devices, requests};
use self::mount::{mounts, tmpfs, volume};
use self::network::{attachments, links, ports};
use super::version::ApiVersion;
use crate::label;
use crate::model::{
    ByteSize, ContainerSpec, Duration, Healthcheck, Logging, NetworkMode, RestartPolicy, Ulimit,
};
use crate::state::Shown;

/// What `GET /containers/ID/json` says the container is; its image and files are looked up elsewhere.
pub(super) fn shown(json: &Value, api: ApiVersion) -> Shown {
    let hidden = [
        ("annotations", ApiVersion::new(1, 43)),
        ("healthcheck.start_interval", ApiVersion::V1_44),
    ];
    let hidden = hidden.into_iter().filter(|(_, since)| api < *since);
    let hidden = hidden.map(|(field, _)| field);
    if podman::is_podmans(json) {
        return Shown {
            spec: container_spec(&podman::as_docker(json)),
            environment: podman::environment(json),
            hidden: hidden.chain(podman::HIDDEN).collect(),
            ..Shown::default()
        };
    }
    Shown {
        spec: container_spec(json),
        hidden: hidden.collect(),
        ..Shown::default()
    }
}

/// What containers of an image are by themselves: the `Config` of `GET /images/NAME/json`.
pub(super) fn image_defaults(config: &Value) -> ContainerSpec {
    let of_config = of_config(config);
    let volumes = config["Volumes"].as_object().into_iter().flatten();
    let volumes = volumes.map(|(target, _)| volume(target, None, false));
    ContainerSpec {
        volumes: volumes.collect(),
        ..of_config
    }
}

/// What containers and images have alike.
fn of_config(config: &Value) -> ContainerSpec {
    let mut labels = texts_by_name(&config["Labels"]);
    labels.retain(|key, _| !label::is_own(key));
    ContainerSpec {
        command: list(&config["Cmd"]),
        entrypoint: list(&config["Entrypoint"]),
        environment: environment(&config["Env"]),
        labels,
        working_dir: text(&config["WorkingDir"]),
        user: text(&config["User"]),
        stop_signal: text(&config["StopSignal"]),
        expose: keys(&config["ExposedPorts"]),
        healthcheck: healthcheck(&config["Healthcheck"]),
        ..ContainerSpec::default()
    }
}

fn container_spec(json: &Value) -> ContainerSpec {
    let (config, host) = (&json["Config"], &json["HostConfig"]);
    let size = |key: &str| {
        let bytes = host[key].as_u64().filter(|bytes| *bytes > 0);
        bytes.and_then(ByteSize::from_bytes)
    };
    let amount = |key: &str| number(&host[key]);
    let texts = |key: &str| list(&host[key]).unwrap_or_default();
    let flag = |value: &Value| value.as_bool().unwrap_or_default();
    let networks = &json["NetworkSettings"]["Networks"];
    ContainerSpec {
        image: text(&config["Image"]).unwrap_or_default(),
        annotations: texts_by_name(&host["Annotations"]),
        hostname: text(&config["Hostname"]),
        domainname: text(&config["Domainname"]),
        tty: flag(&config["Tty"]),
        stdin_open: flag(&config["OpenStdin"]),
        stop_grace_period: config["StopTimeout"].as_u64().map(Duration::from_secs),
        mac_address: text(&config["MacAddress"]).or_else(|| {
            let primary = host["NetworkMode"].as_str().unwrap_or_default();
            text(&networks[primary]["MacAddress"])
        }),
        init: host["Init"].as_bool(),
        read_only: flag(&host["ReadonlyRootfs"]),
        privileged: flag(&host["Privileged"]),
        restart: restart(&host["RestartPolicy"]),
        network_mode: text(&host["NetworkMode"]).map(|mode| NetworkMode::parse(&mode)),
        networks: attachments(networks),
        ports: ports(&host["PortBindings"]),
        volumes: mounts(host),
        volumes_from: texts("VolumesFrom"),
        tmpfs: tmpfs(&host["Tmpfs"]),
        logging: logging(&host["LogConfig"]),
        extra_hosts: texts("ExtraHosts"),
        links: links(host, networks),
        dns: texts("Dns"),
        dns_opt: texts("DnsOptions"),
        dns_search: texts("DnsSearch"),
        cap_add: texts("CapAdd"),
        cap_drop: texts("CapDrop"),
        security_opt: security(host),
        group_add: texts("GroupAdd"),
        devices: devices(host),
        device_cgroup_rules: texts("DeviceCgroupRules"),
        reserved_devices: requests(host),
        blkio_config: Some(blkio(host)),
        sysctls: texts_by_name(&host["Sysctls"]),
        ulimits: ulimits(&host["Ulimits"]),
        ipc: text(&host["IpcMode"]),
        pid: text(&host["PidMode"]),
        uts: text(&host["UTSMode"]),
        userns_mode: text(&host["UsernsMode"]),
        cgroup: text(&host["CgroupnsMode"]),
        cgroup_parent: text(&host["CgroupParent"]),
        isolation: text(&host["Isolation"]),
        runtime: text(&host["Runtime"]),
        storage_opt: texts_by_name(&host["StorageOpt"]),
        shm_size: size("ShmSize"),
        mem_limit: size("Memory"),
        mem_reservation: size("MemoryReservation"),
        memswap_limit: amount("MemorySwap"),
        mem_swappiness: host["MemorySwappiness"].as_i64(),
        cpus: amount("NanoCpus").map(cpus),
        cpuset: text(&host["CpusetCpus"]),
        cpu_shares: amount("CpuShares"),
        cpu_quota: amount("CpuQuota"),
        cpu_period: amount("CpuPeriod"),
        cpu_rt_period: amount("CpuRealtimePeriod"),
        cpu_rt_runtime: amount("CpuRealtimeRuntime"),
        oom_kill_disable: flag(&host["OomKillDisable"]),
        oom_score_adj: amount("OomScoreAdj"),
        pids_limit: amount("PidsLimit"),
        ..of_config(config)
    }
}

/// Processors from billionths of one.
#[expect(
    clippy::cast_precision_loss,
    reason = "no machine has so many processors"
)]
fn cpus(billionths: i64) -> f64 {
    billionths as f64 / 1e9
}

fn text(value: &Value) -> Option<String> {
    let text = value.as_str().filter(|text| !text.is_empty());
    text.map(str::to_owned)
}

/// Engines write 0 where nothing is asked for.
fn number(value: &Value) -> Option<i64> {
    value.as_i64().filter(|number| *number != 0)
}

fn list(value: &Value) -> Option<Vec<String>> {
    let items = value.as_array()?.iter().filter_map(Value::as_str);
    Some(items.map(str::to_owned).collect())
}

fn keys(value: &Value) -> Vec<String> {
    let keys = value.as_object().into_iter().flatten();
    keys.map(|(key, _)| key.clone()).collect()
}

fn texts_by_name(value: &Value) -> IndexMap<String, String> {
    let entries = value.as_object().into_iter().flatten();
    entries
        .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect()
}

fn environment(value: &Value) -> IndexMap<String, String> {
    let lines = list(value).unwrap_or_default();
    let variable = |line: &String| {
        let (name, value) = line.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    };
    lines.iter().filter_map(variable).collect()
}

fn healthcheck(value: &Value) -> Option<Healthcheck> {
    value.as_object()?;
    let time = |key: &str| {
        let nanoseconds = value[key].as_u64().filter(|time| *time > 0);
        nanoseconds.map(Duration::from_nanos)
    };
    let retries = value["Retries"].as_u64().filter(|retries| *retries > 0);
    Some(Healthcheck {
        test: list(&value["Test"]).unwrap_or_default(),
        interval: time("Interval"),
        timeout: time("Timeout"),
        start_period: time("StartPeriod"),
        start_interval: time("StartInterval"),
        retries: retries.and_then(|retries| u32::try_from(retries).ok()),
    })
}

fn restart(value: &Value) -> RestartPolicy {
    let policy = RestartPolicy::parse(value["Name"].as_str().unwrap_or_default());
    match policy.unwrap_or_default() {
        RestartPolicy::OnFailure(_) => {
            let count = number(&value["MaximumRetryCount"]);
            RestartPolicy::OnFailure(count.and_then(|count| u32::try_from(count).ok()))
        }
        policy => policy,
    }
}

fn logging(value: &Value) -> Option<Logging> {
    value.as_object()?;
    Some(Logging {
        driver: text(&value["Type"]),
        options: texts_by_name(&value["Config"]),
    })
}

/// The security options, and the word that stands for empty lists of the kernel's hidden paths.
fn security(host: &Value) -> Vec<String> {
    let mut options = list(&host["SecurityOpt"]).unwrap_or_default();
    let is_empty = host["MaskedPaths"].as_array().is_some_and(Vec::is_empty);
    if is_empty && host["Privileged"].as_bool() != Some(true) {
        options.push("systempaths=unconfined".to_owned());
    }
    options
}

fn ulimits(value: &Value) -> IndexMap<String, Ulimit> {
    let limits = value.as_array().into_iter().flatten();
    limits
        .filter_map(|limit| {
            let ulimit = Ulimit {
                soft: limit["Soft"].as_i64()?,
                hard: limit["Hard"].as_i64()?,
            };
            Some((text(&limit["Name"])?, ulimit))
        })
        .collect()
}

#[cfg(test)]
mod tests;
