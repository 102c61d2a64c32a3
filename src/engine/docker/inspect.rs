//! From what an engine shows of its objects to our state. Pure.
//!
//! The shapes here are lenient on purpose: bollard's own models refuse a whole listing when one container is in a state
//! they do not know, or when a field is null that they expect. Here every field may be missing or null.

use std::collections::BTreeSet;
use std::time::Duration;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer};

use super::shown::{image_defaults, shown};
use super::version::ApiVersion;
use crate::label;
use crate::model::{Limits, RestartPolicy};
use crate::state::{
    Container, ContainerEndpoint, ContainerMount, Health, HealthTest, Image, NetworkState,
    PublishedPort, Status, VolumeState,
};

/// Go writes empty maps and lists as null.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

type Map<T> = IndexMap<String, T>;
/// Keys that mean something by being there.
type Keys = Map<serde::de::IgnoredAny>;

macro_rules! shapes {
    ($($name:ident { $($field:ident: $type:ty = $key:literal,)* })*) => {
        $(
            #[derive(Default, Deserialize)]
            #[serde(default)]
            struct $name {
                $(#[serde(rename = $key, deserialize_with = "nullable")] $field: $type,)*
            }
        )*
    };
}

shapes! {
    ContainerShape {
        id: String = "Id",
        name: String = "Name",
        image_id: String = "Image",
        created: String = "Created",
        path: String = "Path",
        arguments: Vec<String> = "Args",
        state: StateShape = "State",
        config: ConfigShape = "Config",
        host_config: HostConfigShape = "HostConfig",
        network_settings: NetworkSettingsShape = "NetworkSettings",
        mounts: Vec<MountShape> = "Mounts",
    }
    StateShape {
        status: String = "Status",
        exit_code: i64 = "ExitCode",
        pid: i64 = "Pid",
        started_at: String = "StartedAt",
        finished_at: String = "FinishedAt",
        health: HealthShape = "Health",
    }
    HealthShape {
        status: String = "Status",
        log: Vec<HealthLogShape> = "Log",
    }
    HealthLogShape {
        exit_code: i64 = "ExitCode",
        output: String = "Output",
    }
    ConfigShape {
        image: String = "Image",
        labels: Map<String> = "Labels",
        environment: Vec<String> = "Env",
        tty: bool = "Tty",
        open_stdin: bool = "OpenStdin",
        exposed_ports: Keys = "ExposedPorts",
        healthcheck: HealthcheckShape = "Healthcheck",
        shell: Vec<String> = "Shell",
    }
    HealthcheckShape {
        test: Vec<String> = "Test",
        interval: i64 = "Interval",
        timeout: i64 = "Timeout",
        start_period: i64 = "StartPeriod",
        retries: i64 = "Retries",
    }
    HostConfigShape {
        network_mode: String = "NetworkMode",
        port_bindings: Map<Option<Vec<BindingShape>>> = "PortBindings",
        tmpfs: Keys = "Tmpfs",
        memory: i64 = "Memory",
        memory_reservation: i64 = "MemoryReservation",
        memory_swap: i64 = "MemorySwap",
        nano_cpus: i64 = "NanoCpus",
        cpu_shares: i64 = "CpuShares",
        cpu_quota: i64 = "CpuQuota",
        cpu_period: i64 = "CpuPeriod",
        cpuset: String = "CpusetCpus",
        pids_limit: i64 = "PidsLimit",
        restart: RestartShape = "RestartPolicy",
    }
    RestartShape {
        name: String = "Name",
        count: u32 = "MaximumRetryCount",
    }
    NetworkSettingsShape {
        ports: Map<Option<Vec<BindingShape>>> = "Ports",
        networks: Map<EndpointShape> = "Networks",
    }
    BindingShape {
        host_ip: String = "HostIp",
        host_port: String = "HostPort",
    }
    EndpointShape {
        network_id: String = "NetworkID",
        aliases: Vec<String> = "Aliases",
        ip_address: String = "IPAddress",
        ipv6_address: String = "GlobalIPv6Address",
        fixed: FixedShape = "IPAMConfig",
    }
    FixedShape {
        ipv4: String = "IPv4Address",
        ipv6: String = "IPv6Address",
    }
    MountShape {
        kind: String = "Type",
        name: String = "Name",
        source: String = "Source",
        target: String = "Destination",
        writable: bool = "RW",
    }
    NetworkShape {
        id: String = "Id",
        name: String = "Name",
        driver: String = "Driver",
        internal: bool = "Internal",
        attachable: bool = "Attachable",
        labels: Map<String> = "Labels",
        ipam: IpamShape = "IPAM",
        containers: Map<NetworkMemberShape> = "Containers",
    }
    IpamShape {
        config: Vec<PoolShape> = "Config",
    }
    PoolShape {
        subnet: String = "Subnet",
    }
    NetworkMemberShape {
        name: String = "Name",
    }
    VolumeShape {
        name: String = "Name",
        driver: String = "Driver",
        options: Map<String> = "Options",
        labels: Map<String> = "Labels",
        mountpoint: String = "Mountpoint",
        scope: String = "Scope",
        created: String = "CreatedAt",
    }
    ImageShape {
        id: String = "Id",
        tags: Vec<String> = "RepoTags",
        os: String = "Os",
        architecture: String = "Architecture",
        variant: String = "Variant",
        size: u64 = "Size",
        created: String = "Created",
        metadata: ImageMetadataShape = "Metadata",
        config: ImageConfigShape = "Config",
    }
    ImageMetadataShape {
        tagged_at: String = "LastTagTime",
    }
    ImageConfigShape {
        labels: Map<String> = "Labels",
        exposed_ports: Keys = "ExposedPorts",
        volumes: Keys = "Volumes",
        healthcheck: Option<ImageHealthcheckShape> = "Healthcheck",
    }
    ImageHealthcheckShape {
        test: Vec<String> = "Test",
    }
}

/// A container from `GET /containers/ID/json`. One that cannot be read is shown with its id, labels unknown.
pub(super) fn container(id: &str, json: &[u8], api: ApiVersion) -> Container {
    match serde_json::from_slice::<ContainerShape>(json) {
        Ok(shape) => {
            let mut container = from_container(shape);
            if label::applied_spec(&container.labels, &container.environment).is_none() {
                let json = serde_json::from_slice(json).unwrap_or_default();
                container.shown = Some(Box::new(shown(&json, api)));
            }
            container
        }
        Err(error) => {
            tracing::warn!(id, %error, "the engine's description of a container cannot be read");
            degraded(id, json)
        }
    }
}

/// What a listing by label needs, from a description whose other parts make no sense to us.
fn degraded(id: &str, json: &[u8]) -> Container {
    let json: serde_json::Value = serde_json::from_slice(json).unwrap_or_default();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let config = &json["Config"];
    let labels = config["Labels"].as_object().map(|labels| {
        labels
            .iter()
            .map(|(key, value)| (key.clone(), text(value)))
            .collect()
    });
    Container {
        id: id.to_owned(),
        name: text(&json["Name"]).trim_start_matches('/').to_owned(),
        image: text(&config["Image"]),
        image_id: text(&json["Image"]),
        labels: labels.unwrap_or_default(),
        status: Status::parse(json["State"]["Status"].as_str().unwrap_or("unknown")),
        degraded: true,
        ..Container::default()
    }
}

fn from_container(shape: ContainerShape) -> Container {
    let ContainerShape {
        state,
        config,
        host_config,
        network_settings,
        ..
    } = shape;
    let short_id = shape.id.get(..12).unwrap_or(&shape.id).to_owned();
    let endpoint = |(name, endpoint): (String, EndpointShape)| {
        // Older engines put the container's short id among the aliases by themselves.
        let aliases = endpoint
            .aliases
            .into_iter()
            .filter(|alias| *alias != short_id)
            .collect();
        (
            name,
            ContainerEndpoint {
                network_id: endpoint.network_id,
                aliases,
                ip_address: endpoint.ip_address,
                ipv6_address: endpoint.ipv6_address,
                fixed_ipv4: endpoint.fixed.ipv4,
                fixed_ipv6: endpoint.fixed.ipv6,
            },
        )
    };
    let limits = limits(&host_config);
    let tmpfs = host_config.tmpfs.into_keys().map(|target| ContainerMount {
        kind: "tmpfs".to_owned(),
        target,
        writable: true,
        ..ContainerMount::default()
    });
    let mount = |mount: MountShape| ContainerMount {
        kind: mount.kind,
        name: mount.name,
        source: mount.source,
        target: mount.target,
        writable: mount.writable,
    };
    let status = Status::parse(&state.status);
    Container {
        limits,
        memory_usage: None,
        tcp_ports: tcp_ports(&config.exposed_ports, &host_config.port_bindings),
        health_test: health_test(&config.healthcheck, &config.shell),
        ports: if network_settings.ports.is_empty() {
            let declared = config.exposed_ports.into_keys().map(|port| (port, None));
            ports(declared.chain(host_config.port_bindings).collect())
        } else {
            ports(network_settings.ports)
        },
        name: shape.name.trim_start_matches('/').to_owned(),
        image: config.image,
        image_id: shape.image_id,
        // A description says nothing of it.
        image_is_current: false,
        labels: config.labels,
        environment: config.environment,
        command: [shape.path]
            .into_iter()
            .filter(|path| !path.is_empty())
            .chain(shape.arguments)
            .collect(),
        health: health(&state.health.status),
        health_log: state.health.log.into_iter().map(said).collect(),
        exit_code: state.exit_code,
        pid: state.pid,
        created: shape.created,
        started_at: moment(state.started_at),
        finished_at: moment(state.finished_at),
        network_mode: host_config.network_mode,
        networks: network_settings
            .networks
            .into_iter()
            .map(endpoint)
            .collect(),
        mounts: shape.mounts.into_iter().map(mount).chain(tmpfs).collect(),
        tty: config.tty,
        stdin_open: config.open_stdin,
        is_doubtful: false,
        shown: None,
        degraded: matches!(status, Status::Other(_)),
        status,
        id: shape.id,
    }
}

fn limits(host_config: &HostConfigShape) -> Limits {
    let restart = &host_config.restart;
    Limits {
        memory: host_config.memory,
        memory_reservation: host_config.memory_reservation,
        memory_swap: host_config.memory_swap,
        nano_cpus: host_config.nano_cpus,
        cpu_shares: host_config.cpu_shares,
        cpu_quota: host_config.cpu_quota,
        cpu_period: host_config.cpu_period,
        cpuset: host_config.cpuset.clone(),
        pids_limit: host_config.pids_limit,
        restart: match RestartPolicy::parse(&restart.name) {
            Some(RestartPolicy::OnFailure(_)) => Some(RestartPolicy::OnFailure(
                Some(restart.count).filter(|count| *count > 0),
            )),
            policy => policy,
        },
    }
}

/// The memory in `GET /containers/ID/stats` that cannot be dropped at once.
pub(super) fn memory_usage(json: &[u8]) -> Option<i64> {
    let json: serde_json::Value = serde_json::from_slice(json).ok()?;
    let memory = &json["memory_stats"];
    let cache = ["total_inactive_file", "inactive_file"]
        .iter()
        .find_map(|key| memory["stats"][key].as_i64());
    Some(memory["usage"].as_i64()? - cache.unwrap_or(0))
}

/// The engine's word on health; none where nothing is tested.
pub(super) fn health(word: &str) -> Option<Health> {
    match word {
        "starting" => Some(Health::Starting),
        "healthy" => Some(Health::Healthy),
        "unhealthy" => Some(Health::Unhealthy),
        _ => None,
    }
}

/// What a health test said; one that said nothing is told with its exit code.
fn said(test: HealthLogShape) -> String {
    if test.output.trim().is_empty() {
        format!("(nothing, exit code {})", test.exit_code)
    } else {
        test.output
    }
}

/// The command and timings of a healthcheck, with the engine's defaults for what is absent (written as 0).
fn health_test(shape: &HealthcheckShape, shell: &[String]) -> Option<HealthTest> {
    let command = match shape.test.split_first()? {
        (kind, command) if kind == "CMD" => command.to_vec(),
        (kind, text) if kind == "CMD-SHELL" => {
            let shell = if shell.is_empty() {
                vec!["/bin/sh".to_owned(), "-c".to_owned()]
            } else {
                shell.to_vec()
            };
            [&shell, text].concat()
        }
        _ => return None,
    };
    let time = |nanoseconds: i64, default: u64| match u64::try_from(nanoseconds) {
        Ok(nanoseconds) if nanoseconds > 0 => Duration::from_nanos(nanoseconds),
        _ => Duration::from_secs(default),
    };
    (!command.is_empty()).then(|| HealthTest {
        command,
        interval: time(shape.interval, 30),
        timeout: time(shape.timeout, 30),
        start_period: time(shape.start_period, 0),
        retries: match u32::try_from(shape.retries) {
            Ok(retries) if retries > 0 => retries,
            _ => 3,
        },
    })
}

/// The TCP ports among what is exposed and published.
fn tcp_ports(exposed: &Keys, published: &Map<Option<Vec<BindingShape>>>) -> Vec<u16> {
    let all = exposed.keys().chain(published.keys());
    let tcp = all.filter_map(|port| match port.split_once('/') {
        Some((port, "tcp")) => port.parse().ok(),
        Some(_) => None,
        None => port.parse().ok(),
    });
    let ports: BTreeSet<u16> = tcp.collect();
    ports.into_iter().collect()
}

/// Engines write "never" as the year 1.
fn moment(text: String) -> String {
    if text.starts_with("0001-") {
        String::new()
    } else {
        text
    }
}

fn ports(bindings: Map<Option<Vec<BindingShape>>>) -> Vec<PublishedPort> {
    let mut ports = Vec::new();
    for (port, bindings) in bindings {
        let (target, protocol) = port.split_once('/').unwrap_or((&port, "tcp"));
        let target = target.parse().unwrap_or_default();
        let published = |binding: BindingShape| PublishedPort {
            // Asked for without an address, it is published on all.
            host_ip: if binding.host_ip.is_empty() && !binding.host_port.is_empty() {
                "0.0.0.0".to_owned()
            } else {
                binding.host_ip
            },
            published: binding.host_port.parse().unwrap_or_default(),
            target,
            protocol: protocol.to_owned(),
        };
        match bindings.filter(|bindings| !bindings.is_empty()) {
            Some(bindings) => ports.extend(bindings.into_iter().map(published)),
            None => ports.push(published(BindingShape::default())),
        }
    }
    ports.sort_by(|a, b| {
        (a.target, &a.protocol, a.published).cmp(&(b.target, &b.protocol, b.published))
    });
    ports
}

/// A network from `GET /networks/NAME`, with the names of the containers on it.
pub(super) fn network(json: &[u8]) -> Result<(NetworkState, Vec<String>), serde_json::Error> {
    let shape = serde_json::from_slice::<NetworkShape>(json)?;
    let (network, members) = from_network(shape);
    Ok((network, members))
}

/// Networks from `GET /networks`.
pub(super) fn networks(json: &[u8]) -> Result<Vec<NetworkState>, serde_json::Error> {
    let shapes = serde_json::from_slice::<Vec<NetworkShape>>(json)?;
    Ok(shapes
        .into_iter()
        .map(|shape| from_network(shape).0)
        .collect())
}

fn from_network(shape: NetworkShape) -> (NetworkState, Vec<String>) {
    let members = shape
        .containers
        .into_values()
        .map(|member| member.name)
        .collect();
    let subnets = shape
        .ipam
        .config
        .into_iter()
        .map(|pool| pool.subnet)
        .collect();
    let network = NetworkState {
        id: shape.id,
        name: shape.name,
        driver: shape.driver,
        internal: shape.internal,
        attachable: shape.attachable,
        labels: shape.labels,
        subnets,
        members: Vec::new(),
    };
    (network, members)
}

/// A volume from `GET /volumes/NAME`.
pub(super) fn volume(json: &[u8]) -> Result<VolumeState, serde_json::Error> {
    serde_json::from_slice::<VolumeShape>(json).map(from_volume)
}

/// Volumes from `GET /volumes`.
pub(super) fn volumes(json: &[u8]) -> Result<Vec<VolumeState>, serde_json::Error> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Listing {
        #[serde(rename = "Volumes", deserialize_with = "nullable")]
        volumes: Vec<VolumeShape>,
    }
    let listing = serde_json::from_slice::<Listing>(json)?;
    Ok(listing.volumes.into_iter().map(from_volume).collect())
}

fn from_volume(shape: VolumeShape) -> VolumeState {
    VolumeState {
        name: shape.name,
        driver: shape.driver,
        options: shape.options,
        labels: shape.labels,
        mountpoint: shape.mountpoint,
        scope: shape.scope,
        created: shape.created,
        users: Vec::new(),
    }
}

/// An image from `GET /images/NAME/json`.
pub(super) fn image(json: &[u8]) -> Result<Image, serde_json::Error> {
    let shape = serde_json::from_slice::<ImageShape>(json)?;
    let all: serde_json::Value = serde_json::from_slice(json)?;
    let tests = |healthcheck: &ImageHealthcheckShape| {
        healthcheck.test.first().is_some_and(|word| word != "NONE")
    };
    Ok(Image {
        id: shape.id,
        tags: shape.tags,
        has_healthcheck: shape.config.healthcheck.as_ref().is_some_and(tests),
        labels: shape.config.labels,
        volumes: shape.config.volumes.into_keys().collect(),
        exposed_ports: shape.config.exposed_ports.into_keys().collect(),
        platform: format!("{}/{}", shape.os, shape.architecture),
        variant: shape.variant,
        size: shape.size,
        created: moment(shape.created),
        tagged_at: moment(shape.metadata.tagged_at),
        defaults: image_defaults(&all["Config"]),
    })
}

#[cfg(test)]
mod tests;
