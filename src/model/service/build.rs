//! How an image is built (specification: Compose Build).

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::Ulimit;
use crate::model::ByteSize;

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
    /// Keys of the file that building through the engine's REST interface cannot do, such as `secrets` or `ssh`.
    pub beyond_rest: Vec<String>,
}

/// An image to build.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageBuild {
    /// The reference the image gets.
    pub tag: String,
    /// The file's `build` section.
    pub build: Build,
    /// The platform to build for; the engine's own where absent.
    pub platform: Option<String>,
    /// Labels in addition to the section's own.
    pub labels: IndexMap<String, String>,
}
