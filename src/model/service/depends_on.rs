//! What a service waits for (specification: `depends_on`).

use std::fmt;

use serde::{Deserialize, Serialize};

/// One dependency of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// What must be true of the other service.
    pub condition: Condition,
    /// Restart this service when the other one is restarted or recreated by windlass.
    pub restart: bool,
    /// Whether a missing or failing other service is an error; otherwise it is a warning.
    pub required: bool,
}

/// The state of a dependency that lets its dependents start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// It runs.
    ServiceStarted,
    /// It is ready: its healthcheck passes.
    ServiceHealthy,
    /// It ended with exit code 0.
    ServiceCompletedSuccessfully,
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ServiceStarted => "started",
            Self::ServiceHealthy => "healthy",
            Self::ServiceCompletedSuccessfully => "completed successfully",
        })
    }
}
