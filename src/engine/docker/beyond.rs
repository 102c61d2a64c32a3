//! Keys that the engine is too old for, or that only another kind of engine has. Engines ignore most of what they don't
//! know, without a word, so we say it. Pure.

use std::cmp::Reverse;
use std::fmt;

use super::version::ApiVersion;
use crate::engine::About;
use crate::model::{ContainerSpec, MountKind, Network, NewContainer};

/// What an engine must be to carry a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It speaks this version of the API, (major, minor), or a newer one.
    Api(u32, u32),
    /// It runs on Windows.
    Windows,
}

impl Need {
    fn is_met(self, about: &About) -> bool {
        match self {
            Self::Api(major, minor) => about.api >= (major, minor),
            Self::Windows => about.os == "windows",
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(major, minor) => write!(f, "engine API {major}.{minor}"),
            Self::Windows => f.write_str("an engine on Windows"),
        }
    }
}

/// A key that the engine doesn't have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BeyondEngine {
    /// The key's path in the service or network, such as `healthcheck.start_interval`.
    pub path: String,
    /// What an engine must be to have it.
    pub need: Need,
    /// Whether the container or network cannot be what the file says without it; otherwise it is made all the same.
    pub is_needed: bool,
}

impl BeyondEngine {
    /// `it needs engine API 1.44, and this engine has 1.41`.
    pub fn why(&self, about: &About) -> String {
        let need = self.need;
        match need {
            Need::Api(..) => {
                let (major, minor) = about.api;
                format!("it needs {need}, and this engine has {major}.{minor}")
            }
            Need::Windows => format!("it needs {need}, and this one runs {}", about.os),
        }
    }
}

/// The keys of `container` that an engine doesn't have.
///
/// Those that are needed make [`Engine::create_container`](crate::engine::Engine::create_container) fail; the others
/// do nothing.
pub fn beyond_engine(container: &NewContainer, about: &About) -> Vec<BeyondEngine> {
    let mut keys = Keys::default();
    keys.of_spec(&container.spec);
    keys.of_mounts(container);
    keys.of_endpoints(&container.spec);
    keys.beyond(about)
}

/// The keys of `network` that an engine doesn't have; all are needed.
pub fn network_beyond_engine(network: &Network, about: &About) -> Vec<BeyondEngine> {
    let mut keys = Keys::default();
    // Older engines always have it on.
    let is_off = network.enable_ipv4 == Some(false);
    keys.key(is_off, "enable_ipv4", ApiVersion::V1_48, true);
    keys.beyond(about)
}

/// Every used key that some engine lacks.
#[derive(Default)]
struct Keys(Vec<BeyondEngine>);

impl Keys {
    fn beyond(self, about: &About) -> Vec<BeyondEngine> {
        let keys = self.0.into_iter();
        keys.filter(|key| !key.need.is_met(about)).collect()
    }

    fn key(&mut self, is_used: bool, path: &str, needed: ApiVersion, is_needed: bool) {
        let (major, minor) = needed.numbers();
        self.add(is_used, path, Need::Api(major, minor), is_needed);
    }

    fn add(&mut self, is_used: bool, path: &str, need: Need, is_needed: bool) {
        if is_used {
            self.0.push(BeyondEngine {
                path: path.to_owned(),
                need,
                is_needed,
            });
        }
    }

    fn of_spec(&mut self, spec: &ContainerSpec) {
        let healthcheck = spec.healthcheck.as_ref();
        self.key(
            healthcheck.is_some_and(|healthcheck| healthcheck.start_interval.is_some()),
            "healthcheck.start_interval",
            ApiVersion::V1_44,
            false,
        );
        self.key(
            !spec.annotations.is_empty(),
            "annotations",
            ApiVersion::new(1, 43),
            false,
        );
        let isolation = spec.isolation.as_deref().unwrap_or("default");
        for (is_used, path, is_needed) in [
            (spec.cpu_count.is_some(), "cpu_count", false),
            (spec.cpu_percent.is_some(), "cpu_percent", false),
            (spec.credential_spec.is_some(), "credential_spec", false),
            (isolation != "default", "isolation", true),
        ] {
            self.add(is_used, path, Need::Windows, is_needed);
        }
    }

    fn of_mounts(&mut self, container: &NewContainer) {
        for (index, mount) in container.mounts.iter().enumerate() {
            let path = |rest: &str| format!("volumes[{index}]{rest}");
            match &mount.kind {
                MountKind::Volume {
                    subpath: Some(_), ..
                } => self.key(true, &path(".volume.subpath"), ApiVersion::V1_45, true),
                MountKind::Image { subpath, .. } => {
                    self.key(true, &path(".type"), ApiVersion::V1_48, true);
                    let is_used = subpath.is_some();
                    self.key(is_used, &path(".image.subpath"), ApiVersion::V1_49, true);
                }
                MountKind::Bind {
                    recursive: Some(word),
                    ..
                } if word == "readonly" || word == "writable" => {
                    self.key(true, &path(".bind.recursive"), ApiVersion::V1_44, true);
                }
                MountKind::Npipe { .. } => self.add(true, &path(".type"), Need::Windows, true),
                MountKind::Cluster { .. } => {
                    self.key(true, &path(".type"), ApiVersion::new(1, 42), true);
                }
                _ => {}
            }
        }
    }

    fn of_endpoints(&mut self, spec: &ContainerSpec) {
        let mut attachments: Vec<_> = spec.networks.iter().collect();
        attachments.sort_by_key(|(_, attachment)| Reverse(attachment.priority));
        for (index, (network, attachment)) in attachments.into_iter().enumerate() {
            let path = |rest: &str| format!("networks.{network}.{rest}");
            // Older engines have one address for the container, used on its first network.
            let is_further = attachment.mac_address.is_some() && index > 0;
            self.key(is_further, &path("mac_address"), ApiVersion::V1_44, true);
            self.key(
                attachment.gw_priority.is_some(),
                &path("gw_priority"),
                ApiVersion::V1_48,
                false,
            );
            self.key(
                attachment.interface_name.is_some(),
                &path("interface_name"),
                ApiVersion::V1_49,
                true,
            );
        }
    }
}

#[cfg(test)]
mod tests;
