//! How a container's health is tested (specification: `healthcheck`).

use serde::{Deserialize, Serialize};

use crate::model::Duration;

/// The `healthcheck` section; what is absent comes from the image or the engine's defaults.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Healthcheck {
    /// `["CMD", ..]`, `["CMD-SHELL", TEXT]`, `["NONE"]` (disabled); empty: the image's own.
    pub test: Vec<String>,
    /// Time between two tests.
    pub interval: Option<Duration>,
    /// Time after which a test counts as failed.
    pub timeout: Option<Duration>,
    /// Time after start in which failures don't count.
    pub start_period: Option<Duration>,
    /// Time between two tests during `start_period`.
    pub start_interval: Option<Duration>,
    /// Failures in a row that make the container unhealthy.
    pub retries: Option<u32>,
}

impl Healthcheck {
    /// Whether the file switches health tests off (`disable: true` or `test: NONE`).
    pub fn is_disabled(&self) -> bool {
        self.test.first().is_some_and(|word| word == "NONE")
    }
}
