//! Services of the stack file (specification: services top-level element).

mod build;
mod container_spec;
mod depends_on;
mod develop;
mod device;
mod file;
mod healthcheck;
mod hook;
mod image;
mod mount;
mod network;
mod not_carried;
mod port;
mod provider;
mod readiness;
mod restart;
mod security;

use indexmap::IndexMap;

use super::{Positions, ServiceName};

pub use build::{Build, ImageBuild, SecretGrant, SecretValue};
pub use container_spec::{ContainerSpec, Logging, SecurityProfile, Ulimit};
pub use depends_on::{Condition, Dependency};
pub use develop::{WatchAction, WatchRule};
pub use device::{BlkioConfig, CredentialSpec, DeviceRate, DeviceRequest, DeviceWeight};
pub use file::FileReference;
pub use healthcheck::Healthcheck;
pub use hook::{Hook, HookKind};
pub use image::PullPolicy;
pub use mount::{Mount, MountKind};
pub use network::{Attachment, NetworkMode};
pub use not_carried::NotCarried;
pub use port::Port;
pub use provider::{Model, Provider, ProviderCommand, model_variable};
pub use readiness::Readiness;
pub use restart::RestartPolicy;
pub use security::{DOCKER_CONFIG, seccomp_profile};

/// One service: what its containers are, and what windlass does around them.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// The service's name: its DNS name too.
    pub name: ServiceName,
    /// What each of its containers is asked to be.
    pub spec: ContainerSpec,
    /// The program that brings it in place of containers, where there is one.
    pub provider: Option<Provider>,
    /// The models it uses.
    pub models: Vec<Model>,
    /// How its image is built, where it is.
    pub build: Option<Build>,
    /// When its image is pulled.
    pub pull_policy: PullPolicy,
    /// What must have happened before it starts.
    pub depends_on: IndexMap<ServiceName, Dependency>,
    /// How many replicas run (`scale`, `deploy.replicas`).
    pub scale: u32,
    /// What is run in each container before it is stopped; no part of what the container is, so that a change waits for
    /// the next stop.
    pub pre_stop: Vec<Hook>,
    /// What `watch` does when source files change.
    pub watch: Vec<WatchRule>,
    /// Whether an attached `up` shows its logs.
    pub attach: bool,
    /// Keys that the file has and no engine call carries, such as `deploy.placement`.
    pub not_carried: Vec<NotCarried>,
    /// Who says that it is ready (`x-ready`).
    pub ready: Readiness,
    /// Where its fields stand.
    pub positions: Positions,
}
