//! The desired state: what the stack files say, in canonical form, every name and default resolved.
//!
//! A [`Project`] is all that loader and plan share. It knows no YAML and no engine.

pub mod config;
pub mod container;
pub mod credential;
pub mod limits;
pub mod name;
pub mod network;
pub mod platform;
pub mod position;
pub mod secret;
pub mod service;
pub mod time;
pub mod unit;
pub mod volume;

use std::path::PathBuf;

use indexmap::IndexMap;

pub use config::{Config, Content, ContentSource};
pub use container::{ContainerFile, Endpoint, NetworkAccess, NewContainer, OneOff};
pub use limits::Limits;
pub use name::{
    ConfigName, NameError, NetworkName, ProjectName, SecretName, ServiceName, VolumeName,
};
pub use network::{Ipam, IpamPool, Network};
pub use platform::PlatformError;
pub use position::{Position, Positions};
pub use secret::Secret;
pub use service::{
    Attachment, BlkioConfig, Build, Condition, ContainerSpec, CredentialSpec, DOCKER_CONFIG,
    Dependency, DeviceRate, DeviceRequest, DeviceWeight, FileReference, Healthcheck, Hook,
    HookKind, ImageBuild, Logging, Model, Mount, MountKind, NetworkMode, NotCarried, Port,
    Provider, ProviderCommand, PullPolicy, Readiness, RestartPolicy, SecretGrant, SecretValue,
    SecurityProfile, Service, Ulimit, WatchAction, WatchRule, model_variable, seccomp_profile,
};
pub use unit::{ByteSize, Duration};
pub use volume::Volume;

/// A stack as its files describe it.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// The project's name: prefix of every name on the engine.
    pub name: ProjectName,
    /// What joins the parts of the names of containers and built images: `-`, or `_` as docker compose 1 had it.
    pub separator: char,
    /// The folder relative paths start from, absolute.
    pub working_dir: PathBuf,
    /// The stack files the project was read from, absolute, in merge order.
    pub files: Vec<PathBuf>,
    /// The enabled services, in the order of the files.
    pub services: IndexMap<ServiceName, Service>,
    /// Services that exist in the files but no active profile enables: their containers are no orphans.
    pub disabled_services: Vec<ServiceName>,
    /// Services beside those whose images are built all the same: the builds of others copy from them.
    pub contexts: IndexMap<ServiceName, Service>,
    /// Services beside those that live in their namespaces: their containers go with those of these.
    pub sharing: IndexMap<ServiceName, Service>,
    /// The networks by their name in the file.
    pub networks: IndexMap<NetworkName, Network>,
    /// The volumes by their name in the file.
    pub volumes: IndexMap<VolumeName, Volume>,
    /// The configs by their name in the file.
    pub configs: IndexMap<ConfigName, Config>,
    /// The secrets by their name in the file.
    pub secrets: IndexMap<SecretName, Secret>,
}

impl Project {
    /// A service whose containers may be touched.
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.services.get(name).or_else(|| self.sharing.get(name))
    }

    /// The services whose containers may be touched.
    pub fn with_sharing(&self) -> impl Iterator<Item = &Service> {
        self.services.values().chain(self.sharing.values())
    }

    /// Names containers and built images with this between the parts: `shop_web_1` instead of `shop-web-1`.
    pub fn join_names_with(&mut self, separator: char) {
        let (name, before) = (self.name.clone(), self.separator);
        self.separator = separator;
        if separator == before {
            return;
        }
        let beside = self.contexts.values_mut().chain(self.sharing.values_mut());
        for service in self.services.values_mut().chain(beside) {
            let spec = &mut service.spec;
            let image = format!("{name}{before}{}", service.name);
            let hooks = spec
                .pre_start
                .iter_mut()
                .filter_map(|hook| hook.image.as_mut());
            for used in hooks
                .chain([&mut spec.image])
                .filter(|used| **used == image)
            {
                *used = format!("{name}{separator}{}", service.name);
            }
        }
    }
}
