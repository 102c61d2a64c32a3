//! What each container of a service is asked to be.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{
    Attachment, BlkioConfig, CredentialSpec, DeviceRequest, FileReference, Healthcheck, Hook,
    Mount, NetworkMode, Port, RestartPolicy,
};
use crate::model::{ByteSize, Duration, NetworkName};

/// The part of a service that makes its containers what they are: a change here means another container.
///
/// Field names are the specification's service keys. Its JSON form is what a container's label keeps and what a plan
/// compares field by field.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key of the specification"
)]
pub struct ContainerSpec {
    /// The image's reference; of a built service the name its image gets.
    pub image: String,
    /// The command, in place of the image's; an empty one clears the image's.
    pub command: Option<Vec<String>>,
    /// The entrypoint, in place of the image's; an empty one clears the image's.
    pub entrypoint: Option<Vec<String>>,
    /// Environment variables with values, `env_file` included.
    pub environment: IndexMap<String, String>,
    /// The models it uses, each with the variable that gets the model's address.
    pub models: IndexMap<String, String>,
    /// Labels of the file.
    pub labels: IndexMap<String, String>,
    /// Annotations for the runtime.
    pub annotations: IndexMap<String, String>,
    /// The container's name, in place of `PROJECT-SERVICE-NUMBER`.
    pub container_name: Option<String>,
    /// The host name.
    pub hostname: Option<String>,
    /// The domain name.
    pub domainname: Option<String>,
    /// The working folder.
    pub working_dir: Option<String>,
    /// The user, `UID[:GID]` or names.
    pub user: Option<String>,
    /// A small init process as PID 1.
    pub init: Option<bool>,
    /// A terminal.
    pub tty: bool,
    /// Standard input stays open.
    pub stdin_open: bool,
    /// The root file system cannot be written.
    pub read_only: bool,
    /// All capabilities and devices.
    pub privileged: bool,
    /// The signal that stops it.
    pub stop_signal: Option<String>,
    /// Time between that signal and the kill.
    pub stop_grace_period: Option<Duration>,
    /// What happens when it ends.
    pub restart: RestartPolicy,
    /// The network in place of `networks`.
    pub network_mode: Option<NetworkMode>,
    /// The networks it joins.
    pub networks: IndexMap<NetworkName, Attachment>,
    /// Ports on the host.
    pub ports: Vec<Port>,
    /// Ports it listens on inside, `PORT[/PROTOCOL]`.
    pub expose: Vec<String>,
    /// Mounts.
    pub volumes: Vec<Mount>,
    /// Mounts of other containers: `SERVICE[:ro]` or `container:NAME[:ro]`.
    pub volumes_from: Vec<String>,
    /// Memory mounts, `PATH[:OPTIONS]`.
    pub tmpfs: Vec<String>,
    /// Configs it sees as files.
    pub configs: Vec<FileReference>,
    /// Secrets it sees as files.
    pub secrets: Vec<FileReference>,
    /// The engine's socket and the user's credentials for registries are in it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub use_api_socket: bool,
    /// What is run in containers of their own before the start.
    pub pre_start: Vec<Hook>,
    /// What is run in each container after its start.
    pub post_start: Vec<Hook>,
    /// How health is tested.
    pub healthcheck: Option<Healthcheck>,
    /// Where its output goes.
    pub logging: Option<Logging>,
    /// Lines of the hosts file, `HOST:ADDRESS`.
    pub extra_hosts: Vec<String>,
    /// Links to services on its networks, `SERVICE[:ALIAS]`.
    pub links: Vec<String>,
    /// Links to containers outside the project, `CONTAINER[:ALIAS]`.
    pub external_links: Vec<String>,
    /// DNS servers.
    pub dns: Vec<String>,
    /// DNS options.
    pub dns_opt: Vec<String>,
    /// DNS search domains.
    pub dns_search: Vec<String>,
    /// Capabilities added.
    pub cap_add: Vec<String>,
    /// Capabilities dropped.
    pub cap_drop: Vec<String>,
    /// Security options.
    pub security_opt: Vec<String>,
    /// The fingerprints of the files that security options name, once they are known.
    pub security_profiles: IndexMap<String, SecurityProfile>,
    /// Further groups.
    pub group_add: Vec<String>,
    /// Devices, `HOST[:CONTAINER[:PERMISSIONS]]`.
    pub devices: Vec<String>,
    /// Rules of the device control group.
    pub device_cgroup_rules: Vec<String>,
    /// Devices with the capability `gpu`.
    pub gpus: Vec<DeviceRequest>,
    /// Devices that a driver picks (`deploy.resources.reservations.devices`).
    pub reserved_devices: Vec<DeviceRequest>,
    /// Shares and limits of block devices.
    pub blkio_config: Option<BlkioConfig>,
    /// The account on Windows.
    pub credential_spec: Option<CredentialSpec>,
    /// Kernel settings.
    pub sysctls: IndexMap<String, String>,
    /// Limits of its processes.
    pub ulimits: IndexMap<String, Ulimit>,
    /// Inter-process communication namespace.
    pub ipc: Option<String>,
    /// Process namespace.
    pub pid: Option<String>,
    /// Host name namespace.
    pub uts: Option<String>,
    /// User namespace.
    pub userns_mode: Option<String>,
    /// Control group namespace, `host` or `private`.
    pub cgroup: Option<String>,
    /// Parent control group.
    pub cgroup_parent: Option<String>,
    /// Isolation technology.
    pub isolation: Option<String>,
    /// OCI runtime.
    pub runtime: Option<String>,
    /// Platform, `OS[/ARCHITECTURE[/VARIANT]]`.
    pub platform: Option<String>,
    /// Hardware address.
    pub mac_address: Option<String>,
    /// Options of the storage driver.
    pub storage_opt: IndexMap<String, String>,
    /// Size of `/dev/shm`.
    pub shm_size: Option<ByteSize>,
    /// Most memory (`mem_limit`, `deploy.resources.limits.memory`).
    pub mem_limit: Option<ByteSize>,
    /// Memory kept back (`mem_reservation`, `deploy.resources.reservations.memory`).
    pub mem_reservation: Option<ByteSize>,
    /// Most memory and swap together in bytes; -1: no limit.
    pub memswap_limit: Option<i64>,
    /// Eagerness to swap, 0 to 100.
    pub mem_swappiness: Option<i64>,
    /// Most processors, as a fraction (`cpus`, `deploy.resources.limits.cpus`).
    pub cpus: Option<f64>,
    /// Processors to run on.
    pub cpuset: Option<String>,
    /// Relative weight.
    pub cpu_shares: Option<i64>,
    /// Scheduler quota in microseconds.
    pub cpu_quota: Option<i64>,
    /// Scheduler period in microseconds.
    pub cpu_period: Option<i64>,
    /// Real-time period in microseconds.
    pub cpu_rt_period: Option<i64>,
    /// Real-time runtime in microseconds.
    pub cpu_rt_runtime: Option<i64>,
    /// Processors to use (Windows).
    pub cpu_count: Option<i64>,
    /// Percentage of processors to use (Windows).
    pub cpu_percent: Option<f64>,
    /// Out-of-memory killing switched off.
    pub oom_kill_disable: bool,
    /// Preference of the out-of-memory killer, -1000 to 1000.
    pub oom_score_adj: Option<i64>,
    /// Most processes (`pids_limit`, `deploy.resources.limits.pids`).
    pub pids_limit: Option<i64>,
}

/// A file that a security option names (specification: `security_opt`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityProfile {
    /// The fingerprint of its content.
    pub content: String,
}

/// Where a container's output goes (specification: `logging`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Logging {
    /// The log driver; the engine's default where absent.
    pub driver: Option<String>,
    /// Options of the driver.
    pub options: IndexMap<String, String>,
}

/// A limit of a container's processes (specification: `ulimits`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ulimit {
    /// The soft limit.
    pub soft: i64,
    /// The hard limit.
    pub hard: i64,
}
