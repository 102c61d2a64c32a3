//! From what an engine shows of a container or image back to the specification's terms. Pure, and lenient like
//! [`inspect`](super::inspect): what is missing or of another kind says nothing.

mod podman;

use indexmap::IndexMap;
use serde_json::Value;

use super::version::ApiVersion;
use crate::label;
use crate::model::{
    Attachment, BlkioConfig, ByteSize, ContainerSpec, DeviceRate, DeviceRequest, DeviceWeight,
    Duration, Healthcheck, Logging, Mount, MountKind, NetworkMode, NetworkName, Port,
    RestartPolicy, Ulimit,
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

/// The endpoints by their networks' names on the engine. Other names than the file's are in the aliases too.
fn attachments(networks: &Value) -> IndexMap<NetworkName, Attachment> {
    let attachment = |endpoint: &Value| {
        let fixed = &endpoint["IPAMConfig"];
        let mut driver_opts = texts_by_name(&endpoint["DriverOpts"]);
        Attachment {
            aliases: list(&endpoint["Aliases"]).unwrap_or_default(),
            ipv4_address: text(&fixed["IPv4Address"]),
            ipv6_address: text(&fixed["IPv6Address"]),
            link_local_ips: list(&fixed["LinkLocalIPs"]).unwrap_or_default(),
            mac_address: text(&endpoint["MacAddress"]),
            priority: 0,
            gw_priority: number(&endpoint["GwPriority"]),
            interface_name: driver_opts.shift_remove("com.docker.network.endpoint.ifname"),
            driver_opts,
        }
    };
    let networks = networks.as_object().into_iter().flatten();
    networks
        .filter_map(|(name, endpoint)| {
            let name = NetworkName::new(name.as_str()).ok()?;
            Some((name, attachment(endpoint)))
        })
        .collect()
}

fn ports(bindings: &Value) -> Vec<Port> {
    let mut ports = Vec::new();
    for (port, bindings) in bindings.as_object().into_iter().flatten() {
        let (target, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
        for binding in bindings.as_array().into_iter().flatten() {
            ports.push(Port {
                target: target.parse().unwrap_or_default(),
                published: text(&binding["HostPort"]),
                host_ip: text(&binding["HostIp"]),
                protocol: protocol.to_owned(),
                mode: None,
                name: None,
                app_protocol: None,
            });
        }
    }
    ports
}

/// Those asked for in text form and those asked for as structures.
fn mounts(host: &Value) -> Vec<Mount> {
    let binds = list(&host["Binds"]).unwrap_or_default();
    let structures = host["Mounts"].as_array().into_iter().flatten();
    let binds = binds.iter().filter_map(|bind| from_text(bind));
    binds.chain(structures.filter_map(from_structure)).collect()
}

fn volume(target: &str, source: Option<String>, nocopy: bool) -> Mount {
    Mount {
        target: target.to_owned(),
        read_only: false,
        consistency: None,
        kind: MountKind::Volume {
            source,
            nocopy,
            subpath: None,
            labels: IndexMap::new(),
        },
    }
}

/// `SOURCE:TARGET:OPTIONS`.
fn from_text(bind: &str) -> Option<Mount> {
    let mut parts = bind.split(':');
    let (source, target) = (parts.next()?, parts.next()?);
    let options: Vec<&str> = parts.next().unwrap_or_default().split(',').collect();
    let has = |word: &str| options.contains(&word);
    let one_of = |words: &[&str]| {
        let found = options.iter().find(|option| words.contains(option));
        found.map(|word| (*word).to_owned())
    };
    let mut mount = volume(target, Some(source.to_owned()), has("nocopy"));
    mount.read_only = has("ro");
    if source.starts_with('/') {
        mount.kind = MountKind::Bind {
            source: source.to_owned(),
            create_host_path: true,
            propagation: one_of(&[
                "private", "rprivate", "shared", "rshared", "slave", "rslave",
            ]),
            selinux: one_of(&["z", "Z"]),
            recursive: None,
        };
    }
    Some(mount)
}

fn from_structure(mount: &Value) -> Option<Mount> {
    let source = || text(&mount["Source"]).unwrap_or_default();
    let flag = |value: &Value| value.as_bool().unwrap_or_default();
    let kind = match mount["Type"].as_str()? {
        "bind" => {
            let options = &mount["BindOptions"];
            let words = [
                ("NonRecursive", "disabled"),
                ("ReadOnlyNonRecursive", "writable"),
                ("ReadOnlyForceRecursive", "readonly"),
            ];
            let mut words = words.into_iter();
            MountKind::Bind {
                source: source(),
                create_host_path: flag(&options["CreateMountpoint"]),
                propagation: text(&options["Propagation"]),
                selinux: None,
                recursive: words
                    .find(|(key, _)| flag(&options[key]))
                    .map(|(_, word)| word.to_owned()),
            }
        }
        "volume" => {
            let options = &mount["VolumeOptions"];
            let mut labels = texts_by_name(&options["Labels"]);
            // Newer engines mark so what they name themselves.
            labels.shift_remove("com.docker.volume.anonymous");
            MountKind::Volume {
                source: text(&mount["Source"]),
                nocopy: flag(&options["NoCopy"]),
                subpath: text(&options["Subpath"]),
                labels,
            }
        }
        "tmpfs" => {
            let options = &mount["TmpfsOptions"];
            let size = options["SizeBytes"].as_u64().filter(|size| *size > 0);
            let mode = options["Mode"].as_u64().filter(|mode| *mode > 0);
            MountKind::Tmpfs {
                size: size.and_then(ByteSize::from_bytes),
                mode: mode.and_then(|mode| u32::try_from(mode).ok()),
            }
        }
        "image" => MountKind::Image {
            source: source(),
            subpath: text(&mount["ImageOptions"]["Subpath"]),
        },
        "npipe" => MountKind::Npipe { source: source() },
        "cluster" => MountKind::Cluster { source: source() },
        _ => return None,
    };
    Some(Mount {
        target: text(&mount["Target"])?,
        read_only: flag(&mount["ReadOnly"]),
        consistency: text(&mount["Consistency"]),
        kind,
    })
}

/// `PATH[:OPTIONS]`.
fn tmpfs(value: &Value) -> Vec<String> {
    let mounts = texts_by_name(value).into_iter();
    mounts
        .map(|(path, options)| match options.as_str() {
            "" => path,
            options => format!("{path}:{options}"),
        })
        .collect()
}

fn logging(value: &Value) -> Option<Logging> {
    value.as_object()?;
    Some(Logging {
        driver: text(&value["Type"]),
        options: texts_by_name(&value["Config"]),
    })
}

/// `CONTAINER:ALIAS`; on networks of the user they are the endpoints', else the container's, with paths around them.
fn links(host: &Value, networks: &Value) -> Vec<String> {
    let mut endpoints = networks.as_object().into_iter().flatten();
    let own = list(&host["Links"]).filter(|links| !links.is_empty());
    let links = own.or_else(|| endpoints.find_map(|(_, endpoint)| list(&endpoint["Links"])));
    let bare = |link: &String| {
        let (container, alias) = link.split_once(':')?;
        let alias = alias.rsplit('/').next().unwrap_or(alias);
        Some(format!("{}:{alias}", container.trim_start_matches('/')))
    };
    let links = links.unwrap_or_default();
    links.iter().filter_map(bare).collect()
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

/// `HOST:CONTAINER:PERMISSIONS`, and the names of devices of the Container Device Interface.
fn devices(host: &Value) -> Vec<String> {
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

fn requests(host: &Value) -> Vec<DeviceRequest> {
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

fn blkio(host: &Value) -> BlkioConfig {
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
