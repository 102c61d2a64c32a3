//! The desired state: what the stack files say, in canonical form, every name and default resolved.
//!
//! A [`Project`] is all that loader and plan share. It knows no YAML and no engine.

pub mod container;
pub mod credential;
pub mod limits;
pub mod name;
pub mod network;
pub mod position;
pub mod service;
pub mod unit;
pub mod volume;

use std::path::PathBuf;

use indexmap::IndexMap;

pub use container::{Endpoint, NetworkAccess, NewContainer};
pub use limits::Limits;
pub use name::{NameError, NetworkName, ProjectName, ServiceName, VolumeName};
pub use network::{Ipam, IpamPool, Network};
pub use position::{Position, Positions};
pub use service::{
    Attachment, Build, Condition, ContainerSpec, Dependency, Healthcheck, ImageBuild, Logging,
    Mount, MountKind, NetworkMode, Port, PullPolicy, Readiness, RestartPolicy, Service, Ulimit,
};
pub use unit::{ByteSize, Duration};
pub use volume::Volume;

/// A stack as its files describe it.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// The project's name: prefix of every name on the engine.
    pub name: ProjectName,
    /// The folder relative paths start from, absolute.
    pub working_dir: PathBuf,
    /// The stack files the project was read from, absolute, in merge order.
    pub files: Vec<PathBuf>,
    /// The enabled services, in the order of the files.
    pub services: IndexMap<ServiceName, Service>,
    /// Services that exist in the files but no active profile enables: their containers are no orphans.
    pub disabled_services: Vec<ServiceName>,
    /// The networks by their name in the file.
    pub networks: IndexMap<NetworkName, Network>,
    /// The volumes by their name in the file.
    pub volumes: IndexMap<VolumeName, Volume>,
}
