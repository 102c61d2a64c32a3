//! Containers: found, made, started, stopped, changed and removed.

use bollard::query_parameters as query;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::Deserialize;

use super::request::{Target, find, get, not_understood, post};
use super::{
    DockerEngine, beyond_engine, convert, endpoint, failure, inspect, network, owner, podman,
    security,
};
use crate::engine::{Created, EngineError};
use crate::label;
use crate::model::{Limits, NewContainer, ProjectName};
use crate::state::Container;

/// How many inspections of a listing are made at once.
const INSPECTIONS: usize = 16;

/// What is read of a row of `GET /containers/json`.
#[derive(Deserialize)]
struct Row {
    #[serde(rename = "Id")]
    id: String,
    /// The image's reference as asked for; its identifier where the reference stands for another image by now, or none.
    #[serde(rename = "Image", default)]
    image: String,
}

/// All containers of a project, by name.
pub(super) async fn list(
    engine: &DockerEngine,
    project: &ProjectName,
) -> Result<Vec<Container>, EngineError> {
    let target = Target::new(&["containers", "json"])
        .with("all", "1")
        .labelled(label::PROJECT, project.as_str());
    let rows: Vec<Row> =
        serde_json::from_slice(&get(&engine.transport, &target).await?).map_err(not_understood)?;
    // Podman's listing has the reference also where it stands for another image by now.
    let tells_images = engine.about.product == "Docker";
    let inspections = rows.iter().map(|row| async move {
        let container = engine.inspect(&row.id).await?;
        Ok::<_, EngineError>(container.map(|container| Container {
            image_is_current: tells_images && row.image == container.image,
            ..container
        }))
    });
    let found: Vec<_> = stream::iter(inspections)
        .buffer_unordered(INSPECTIONS)
        .try_collect()
        .await?;
    // One that went away in between is not there.
    let mut containers: Vec<Container> = found.into_iter().flatten().collect();
    containers.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(containers)
}

/// Makes a container, on all its networks.
pub(super) async fn create(
    engine: &DockerEngine,
    container: &NewContainer,
) -> Result<Created, EngineError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        id: String,
        #[serde(default)]
        warnings: Option<Vec<String>>,
    }
    let name = &container.name;
    engine.check_keys(
        beyond_engine(container, &engine.about),
        format!("container {name}"),
    )?;
    let target = Target::new(&["containers", "create"])
        .with("name", &container.name)
        .with_some("platform", container.spec.platform.as_deref());
    let mut container = security::with_profiles(container).await?;
    if engine.about.os != "windows" && container.spec.credential_spec.is_some() {
        // Others refuse the option; the user is told that it is left out.
        container.to_mut().spec.credential_spec = None;
    }
    let container = &*container;
    let mut body = convert::create_body(container, engine.api()).map_err(not_understood)?;
    if engine.ping.podman {
        body = podman::for_podman(body);
    }
    let posted = post(&engine.transport, &target, &body).await;
    let answer = posted.map_err(|error| failure::of_platform(error, &container.spec))?;
    let created: Answer = serde_json::from_slice(&answer).map_err(not_understood)?;
    for endpoint in endpoint::later_endpoints(container, engine.api()) {
        if let Err(error) = network::connect(engine, &created.id, endpoint).await {
            remove(engine, &created.id, true).await?;
            return Err(error);
        }
    }
    let warnings = created.warnings.unwrap_or_default();
    Ok(Created {
        id: created.id,
        warnings: warnings.iter().map(|text| text.trim().to_owned()).collect(),
    })
}

/// Starts a container; where its port is taken, the error says by whom.
pub(super) async fn start(engine: &DockerEngine, id: &str) -> Result<(), EngineError> {
    let started = engine.patient.start_container(id, None).await;
    match started.map_err(|error| engine.failed(error)) {
        Ok(()) => Ok(()),
        Err(error) => Err(owner::with_port_owner(&engine.transport, error).await),
    }
}

/// Stops a container; one that is gone is no error.
pub(super) async fn stop(
    engine: &DockerEngine,
    id: &str,
    timeout: Option<i64>,
) -> Result<(), EngineError> {
    let timeout = timeout.map(|seconds| i32::try_from(seconds).unwrap_or(i32::MAX));
    let options = query::StopContainerOptions {
        t: timeout,
        ..query::StopContainerOptions::default()
    };
    let stop = || async {
        let options = Some(options.clone());
        engine.unless_gone(engine.patient.stop_container(id, options).await)
    };
    engine.thawed(id, stop).await
}

/// Sends a container a signal; one that is gone or does not run is no error.
pub(super) async fn kill(
    engine: &DockerEngine,
    id: &str,
    signal: Option<&str>,
) -> Result<(), EngineError> {
    let options = signal.map(|signal| query::KillContainerOptions {
        signal: signal.to_owned(),
    });
    match engine.unless_gone(engine.docker.kill_container(id, options).await) {
        Err(EngineError::Conflict(_)) => Ok(()),
        result => result,
    }
}

/// Removes a container, also while it runs; one that is gone is no error.
pub(super) async fn remove(
    engine: &DockerEngine,
    id: &str,
    volumes: bool,
) -> Result<(), EngineError> {
    if engine.ping.podman {
        // Podman's forced removal waits for the grace period first.
        kill(engine, id, None).await?;
    }
    let options = query::RemoveContainerOptions {
        v: volumes,
        force: true,
        ..query::RemoveContainerOptions::default()
    };
    match engine.unless_gone(engine.patient.remove_container(id, Some(options)).await) {
        Err(EngineError::Conflict(message)) if message.contains("already in progress") => {
            wait_removed(engine, id).await;
            Ok(())
        }
        result => result,
    }
}

/// Waits for a removal that somebody else began.
async fn wait_removed(engine: &DockerEngine, id: &str) {
    let options = query::WaitContainerOptions {
        condition: "removed".to_owned(),
    };
    // However the wait ends, the container is gone or its removal failed for whoever began it.
    let _ = engine
        .patient
        .wait_container(id, Some(options))
        .next()
        .await;
}

/// Gives a container another name.
pub(super) async fn rename(engine: &DockerEngine, id: &str, name: &str) -> Result<(), EngineError> {
    let options = query::RenameContainerOptions {
        name: name.to_owned(),
    };
    let renamed = engine.docker.rename_container(id, options).await;
    renamed.map_err(|error| match engine.failed(error) {
        // Podman's words are those of its database.
        EngineError::Refused { message, .. } if message.contains("ContainerConfig.Name") => {
            EngineError::NameInUse {
                kind: "container",
                name: name.to_owned(),
                owner: None,
            }
        }
        error => error,
    })
}

/// The memory that a container uses, in bytes; none of one that is gone.
pub(super) async fn memory_usage(
    engine: &DockerEngine,
    id: &str,
) -> Result<Option<i64>, EngineError> {
    let target = Target::new(&["containers", id, "stats"])
        .with("stream", "0")
        .with("one-shot", "1");
    let body = find(&engine.transport, &target).await?;
    Ok(body.and_then(|body| inspect::memory_usage(&body)))
}

/// Changes limits or the restart policy of a container.
pub(super) async fn update(
    engine: &DockerEngine,
    id: &str,
    limits: &Limits,
) -> Result<(), EngineError> {
    let target = Target::new(&["containers", id, "update"]);
    post(&engine.transport, &target, &convert::update_body(limits)).await?;
    Ok(())
}
