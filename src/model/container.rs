//! A container as it is asked of the engine: a service's specification with every name resolved.

use indexmap::IndexMap;

use super::{ContainerSpec, Content, Mount};

/// Everything that creating one container needs.
#[derive(Clone, Debug, PartialEq)]
pub struct NewContainer {
    /// The container's name on the engine.
    pub name: String,
    /// What the service's file says; its `networks`, `network_mode` and `volumes` are replaced by the fields below.
    pub spec: ContainerSpec,
    /// All labels: the file's, compose's and ours.
    pub labels: IndexMap<String, String>,
    /// How the container reaches the network.
    pub network: NetworkAccess,
    /// The mounts, volume names as the engine knows them.
    pub mounts: Vec<Mount>,
    /// `volumes_from` with container names, each with `:ro` where read-only.
    pub volumes_from: Vec<String>,
    /// That it is made for one command; none for a service's replica.
    pub one_off: Option<OneOff>,
}

/// What sets a container of `run` apart. Its standard input, where it stays open, has one user, with whom it ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OneOff {
    /// The engine removes it at its end, with its anonymous volumes.
    pub remove: bool,
}

/// How a container reaches the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkAccess {
    /// Endpoints on networks, the primary one (by priority) first; the first one's network is the container's mode.
    Networks(Vec<Endpoint>),
    /// The engine's own mode: `host`, `none`, `bridge` or `container:NAME`.
    Mode(String),
}

/// One container's endpoint on one network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// The network's name on the engine.
    pub network: String,
    /// Names the container answers to on this network, the service's name among them.
    pub aliases: Vec<String>,
    /// Links to other containers on this network, `CONTAINER:ALIAS`.
    pub links: Vec<String>,
    /// A fixed IPv4 address.
    pub ipv4_address: Option<String>,
    /// A fixed IPv6 address.
    pub ipv6_address: Option<String>,
    /// Link-local addresses.
    pub link_local_ips: Vec<String>,
    /// A fixed hardware address.
    pub mac_address: Option<String>,
    /// Decides which endpoint is the default gateway; larger wins.
    pub gw_priority: Option<i64>,
    /// Name of the interface inside the container.
    pub interface_name: Option<String>,
    /// Options for the network's driver.
    pub driver_opts: IndexMap<String, String>,
}

/// A file that is put into a container before it is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerFile {
    /// Its absolute path in the container.
    pub path: String,
    /// The number of the user who owns it.
    pub uid: u32,
    /// The number of the group that owns it.
    pub gid: u32,
    /// Its permissions, such as `0o444`.
    pub mode: u32,
    /// What it holds.
    pub content: Content,
}
