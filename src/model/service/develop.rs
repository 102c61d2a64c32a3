//! What `watch` does when source files change (specification: Compose Develop, `develop.watch`).

use serde::Deserialize;

use super::Hook;

/// A rule of `develop.watch`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct WatchRule {
    /// The file or folder that is watched, absolute.
    pub path: String,
    /// What is done when something in it changes.
    pub action: WatchAction,
    /// The place of `path` in the container, for actions that copy.
    pub target: Option<String>,
    /// Only what matches one of these patterns counts; everything where empty.
    pub include: Vec<String>,
    /// What matches one of these patterns does not count, in the rules of `.dockerignore`, relative to `path`.
    pub ignore: Vec<String>,
    /// Copy everything when watching begins.
    pub initial_sync: bool,
    /// The command of `sync+exec`.
    pub exec: Hook,
}

/// What a rule does when files change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum WatchAction {
    /// Copies the changes into the service's containers.
    #[default]
    #[serde(rename = "sync")]
    Sync,
    /// Builds the image and replaces the containers that have the older one.
    #[serde(rename = "rebuild")]
    Rebuild,
    /// Restarts the containers.
    #[serde(rename = "restart")]
    Restart,
    /// Copies, then restarts.
    #[serde(rename = "sync+restart")]
    SyncRestart,
    /// Copies, then runs a command in each container.
    #[serde(rename = "sync+exec")]
    SyncExec,
}

impl WatchAction {
    /// Whether changes are copied into containers.
    pub fn copies(self) -> bool {
        matches!(self, Self::Sync | Self::SyncRestart | Self::SyncExec)
    }
}
