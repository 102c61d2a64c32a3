//! The processes of a container.

use serde::Deserialize;

use super::DockerEngine;
use super::request::{Target, find, not_understood};
use crate::engine::EngineError;
use crate::state::Processes;

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "Titles", default)]
    titles: Option<Vec<String>>,
    #[serde(rename = "Processes", default)]
    processes: Option<Vec<Vec<String>>>,
}

impl DockerEngine {
    /// The processes of a container; none where it doesn't run (any more).
    ///
    /// # Errors
    /// Where the engine refuses or cannot be reached.
    pub async fn processes(&self, id: &str) -> Result<Option<Processes>, EngineError> {
        let target = Target::new(&["containers", id, "top"]);
        let body = match find(&self.transport, &target).await {
            Err(EngineError::Conflict(_)) => None,
            Err(EngineError::Refused { message, .. }) if message.contains("is not running") => None,
            answer => answer?,
        };
        let Some(body) = body else {
            return Ok(None);
        };
        let answer: Answer = serde_json::from_slice(&body).map_err(not_understood)?;
        Ok(Some(Processes {
            titles: answer.titles.unwrap_or_default(),
            rows: answer.processes.unwrap_or_default(),
        }))
    }
}
