//! What a killed run asked the engine for, and the engine finished only after the next run had looked.

use std::time::Duration;

use futures_util::StreamExt;
use indexmap::IndexMap;
use tokio::time::timeout;

use crate::engine::{ContainerAction, Created, Engine, EngineError, EngineEvent};
use crate::label;
use crate::model::{Network, NewContainer, ProjectName};
use crate::state::{Container, Status};

/// How long the engine may take for a container whose name is given away already.
const BEING_MADE: Duration = Duration::from_secs(10);

/// Makes a container; one that has its name without having been there when the plan was made, and that never ran,
/// gives way: it has been on its way since a run that was killed.
pub(super) async fn create_container<E: Engine>(
    engine: &E,
    project: &ProjectName,
    container: &NewContainer,
) -> Result<Created, EngineError> {
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

/// Makes a network; one of the project that has its name without having been there when the plan was made, and that no
/// container is on, gives way.
pub(super) async fn create_network<E: Engine>(
    engine: &E,
    project: &ProjectName,
    network: &Network,
    labels: &IndexMap<String, String>,
) -> Result<(), EngineError> {
    let error = match engine.create_network(network, labels).await {
        Err(error @ EngineError::NameInUse { .. }) => error,
        result => return result,
    };
    let there = engine.networks(project, &[network.name.as_str()]).await?;
    let mut leftovers = there
        .iter()
        .filter(|there| there.name == network.name)
        .peekable();
    if leftovers.peek().is_none() {
        return Err(error);
    }
    for leftover in leftovers {
        let is_own = is_of(&leftover.labels, project);
        if !is_own || engine.remove_network(&leftover.id).await.is_err() {
            return Err(error);
        }
    }
    engine.create_network(network, labels).await
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
        && is_of(&container.labels, project)
}

fn is_of(labels: &IndexMap<String, String>, project: &ProjectName) -> bool {
    labels.get(label::PROJECT).map(String::as_str) == Some(project.as_str())
}
