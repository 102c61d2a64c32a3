//! What a killed run asked the engine for, and the engine finished only after the next run had looked.

use std::time::Duration;

use futures_util::StreamExt;
use tokio::time::timeout;

use crate::engine::{ContainerAction, Engine, EngineError, EngineEvent};
use crate::label;
use crate::model::{NewContainer, ProjectName};
use crate::state::{Container, Status};

/// How long the engine may take for a container whose name is given away already.
const BEING_MADE: Duration = Duration::from_secs(10);

/// Makes a container; one that has its name without having been there when the plan was made, and that never ran,
/// gives way: it has been on its way since a run that was killed.
pub(super) async fn create<E: Engine>(
    engine: &E,
    project: &ProjectName,
    container: &NewContainer,
) -> Result<crate::engine::Created, EngineError> {
    let error = match engine.create_container(container).await {
        Err(error @ EngineError::NameInUse { .. }) => error,
        result => return result,
    };
    let there = being_made(engine, project, &container.name).await?;
    let Some(leftover) = there.filter(|there| never_ran(there, project)) else {
        return Err(error);
    };
    engine.remove_container(&leftover.id, true).await?;
    engine.create_container(container).await
}

/// Waits for what has the name already, but is not to be seen yet.
async fn being_made<E: Engine>(
    engine: &E,
    project: &ProjectName,
    name: &str,
) -> Result<Option<Container>, EngineError> {
    let mut told = engine.events(project);
    if let Some(Err(error)) = told.next().await {
        return Err(error);
    }
    if let Some(there) = engine.container(name).await? {
        return Ok(Some(there));
    }
    let made = async {
        while let Some(Ok(event)) = told.next().await {
            if let EngineEvent::Container {
                action: ContainerAction::Created,
                name: of,
                ..
            } = event
                && of == name
            {
                return;
            }
        }
    };
    // Where it doesn't come, the name's owner is told as it was.
    let _ = timeout(BEING_MADE, made).await;
    engine.container(name).await
}

fn never_ran(container: &Container, project: &ProjectName) -> bool {
    container.status == Status::Created
        && container.labels.contains_key(label::SPEC)
        && container.labels.get(label::PROJECT).map(String::as_str) == Some(project.as_str())
}
