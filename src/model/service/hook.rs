//! Commands at certain times of a container's life (specification: `pre_start`, `post_start`, `pre_stop`).

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A command that is run at a certain time of a container's life.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hook {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// The user, `UID[:GID]` or names; absent: the container's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// All capabilities and devices.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub privileged: bool,
    /// The working folder; absent: the container's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    /// Of a hook before the start: its image; absent: the service's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Of a hook before the start: it runs for each replica, not once for all.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub per_replica: bool,
    /// Variables beside those of the container.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub environment: IndexMap<String, String>,
}

/// When a hook is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HookKind {
    /// In a container of its own, before the container is started.
    PreStart,
    /// In the container, after it was started.
    PostStart,
    /// In the container, before it is stopped.
    PreStop,
}

/// The service's key.
impl fmt::Display for HookKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::PreStart => "pre_start",
            Self::PostStart => "post_start",
            Self::PreStop => "pre_stop",
        })
    }
}
