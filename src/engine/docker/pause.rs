//! Containers frozen and let go on.

use super::DockerEngine;
use crate::engine::EngineError;

impl DockerEngine {
    /// Freezes the processes of a container.
    pub(super) async fn pause(&self, id: &str) -> Result<(), EngineError> {
        let paused = self.docker.pause_container(id).await;
        paused.map_err(|error| self.failed(error))
    }

    /// Lets the processes of a frozen container go on.
    pub(super) async fn unpause(&self, id: &str) -> Result<(), EngineError> {
        let unpaused = self.docker.unpause_container(id).await;
        unpaused.map_err(|error| self.failed(error))
    }
}
