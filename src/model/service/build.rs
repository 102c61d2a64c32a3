//! How an image is built (specification: Compose Build).

use std::path::PathBuf;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::Ulimit;
use crate::model::{ByteSize, Content};

/// The `build` section of a service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Build {
    /// The context: an absolute folder, or a URL the engine reads itself.
    pub context: String,
    /// The Dockerfile: relative to the context, or absolute; `Dockerfile` where absent.
    pub dockerfile: Option<String>,
    /// The Dockerfile's text, in place of a file.
    pub dockerfile_inline: Option<String>,
    /// Build arguments; one without a value comes from the environment and is resolved by the loader.
    pub args: IndexMap<String, String>,
    /// The stage to build.
    pub target: Option<String>,
    /// Labels of the image.
    pub labels: IndexMap<String, String>,
    /// Images whose layers may serve as cache.
    pub cache_from: Vec<String>,
    /// Further names for the image.
    pub tags: Vec<String>,
    /// Platforms to build for.
    pub platforms: Vec<String>,
    /// Isolation technology of the build steps (Windows).
    pub isolation: Option<String>,
    /// Network of the build steps.
    pub network: Option<String>,
    /// Additional lines of the build's hosts file, `HOST=ADDRESS`.
    pub extra_hosts: Vec<String>,
    /// Size of `/dev/shm` in the build.
    pub shm_size: Option<ByteSize>,
    /// Limits of the build's processes.
    pub ulimits: IndexMap<String, Ulimit>,
    /// Use no cache.
    pub no_cache: bool,
    /// Always look for newer base images.
    pub pull: bool,
    /// Further folders, images and URLs that the Dockerfile can copy from, by name: an absolute folder, a URL,
    /// `docker-image://REFERENCE` or `service:NAME`.
    pub additional_contexts: IndexMap<String, String>,
    /// Where the layers that were built are stored for later builds (`type=...`).
    pub cache_to: Vec<String>,
    /// Privileges that the build may use, such as `network.host`.
    pub entitlements: Vec<String>,
    /// Stages of the Dockerfile that are built anew each time.
    pub no_cache_filter: Vec<String>,
    /// Gives the build's containers extended privileges.
    pub privileged: bool,
    /// The provenance attestation: `true`, `false` or its parameters.
    pub provenance: Option<String>,
    /// The list of the image's packages: `true`, `false` or its parameters.
    pub sbom: Option<String>,
    /// Secrets of the stack that RUN lines can mount.
    pub secrets: Vec<SecretGrant>,
    /// Keys or agents that RUN lines can use: `default`, or `NAME=PATH`.
    pub ssh: Vec<String>,
}

impl Build {
    /// The services whose images the Dockerfile can copy from (`service:NAME` in `additional_contexts`).
    pub fn services(&self) -> impl Iterator<Item = &str> {
        let contexts = self.additional_contexts.values();
        contexts.filter_map(|context| context.strip_prefix("service:"))
    }
}

/// A secret of the stack that a build may use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretGrant {
    /// Its name in the stack file.
    pub source: String,
    /// Its identifier in the Dockerfile; its name where absent.
    #[serde(default)]
    pub target: Option<String>,
}

impl SecretGrant {
    /// The identifier by which RUN lines ask for it.
    pub fn id(&self) -> &str {
        let target = self.target.as_deref().filter(|target| !target.is_empty());
        target.unwrap_or(&self.source)
    }
}

/// An image to build.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImageBuild {
    /// The reference the image gets.
    pub tag: String,
    /// The file's `build` section; its `service:` contexts are images already.
    pub build: Build,
    /// The platforms to build for; the engine's own where there is none.
    pub platforms: Vec<String>,
    /// Labels in addition to the section's own.
    pub labels: IndexMap<String, String>,
    /// The secrets that RUN lines can mount, by their identifiers there.
    pub secrets: IndexMap<String, SecretValue>,
    /// The builder of `docker buildx` that shall be used.
    pub builder: Option<String>,
}

/// Where a build takes a secret from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretValue {
    /// A file of this machine, by its absolute path.
    File(PathBuf),
    /// What is known already.
    Content(Content),
}
