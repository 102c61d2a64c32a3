//! Containers frozen and let go on.

use super::DockerEngine;
use crate::engine::EngineError;
use crate::state::Status;

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

    /// Stops or restarts a container by this call, a frozen one too: Docker lets those go on by itself, Podman refuses.
    pub(super) async fn thawed<F>(&self, id: &str, call: impl Fn() -> F) -> Result<(), EngineError>
    where
        F: Future<Output = Result<(), EngineError>>,
    {
        let called = call().await;
        if called.is_ok() || !self.ping.podman {
            return called;
        }
        match self.inspect(id).await? {
            Some(container) if container.status == Status::Paused => {
                self.unpause(id).await?;
                call().await
            }
            _ => called,
        }
    }
}
