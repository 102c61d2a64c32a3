//! When a service's image is pulled (specification: `pull_policy`).

use serde::{Deserialize, Serialize};

/// The `pull_policy` of a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PullPolicy {
    /// Pull an image the engine doesn't have (`missing`, `if_not_present`).
    #[default]
    Missing,
    /// Pull before every start.
    Always,
    /// Never pull: the engine must have it.
    Never,
    /// Build it, even where it exists.
    Build,
    /// Pull when the last pull is older than this many seconds (`daily`, `weekly`, `every_<duration>`).
    Every(u64),
}
