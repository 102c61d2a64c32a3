//! Restarts of containers.

use bollard::query_parameters as query;

use super::{DockerEngine, owner};
use crate::engine::EngineError;

impl DockerEngine {
    /// Stops a container, where it runs, and starts it again: one call, which ends when it has started.
    pub(super) async fn restart(&self, id: &str, timeout: Option<i64>) -> Result<(), EngineError> {
        let timeout = timeout.map(|seconds| i32::try_from(seconds).unwrap_or(i32::MAX));
        let options = query::RestartContainerOptions {
            t: timeout,
            ..query::RestartContainerOptions::default()
        };
        let restart = || async {
            let options = Some(options.clone());
            let restarted = self.patient.restart_container(id, options).await;
            restarted.map_err(|error| self.failed(error))
        };
        match self.thawed(id, restart).await {
            Ok(()) => Ok(()),
            Err(error) => Err(owner::with_port_owner(&self.transport, error).await),
        }
    }
}
