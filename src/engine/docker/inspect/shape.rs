//! Shapes of what an engine shows.
//!
//! They are lenient on purpose: bollard's own models refuse a whole listing when one container is in a state they do
//! not know, or when a field is null that they expect. Here every field may be missing or null.

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer};

/// Go writes empty maps and lists as null.
pub(super) fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// What an engine shows under free keys.
pub(super) type Map<T> = IndexMap<String, T>;
/// Keys that mean something by being there.
pub(super) type Keys = Map<serde::de::IgnoredAny>;

macro_rules! shapes {
    ($($name:ident { $($field:ident: $type:ty = $key:literal,)* })*) => {
        $(
            #[derive(Default, Deserialize)]
            #[serde(default)]
            pub(super) struct $name {
                $(#[serde(rename = $key, deserialize_with = "nullable")] pub(super) $field: $type,)*
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
        command: Vec<String> = "Cmd",
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
