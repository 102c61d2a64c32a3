//! Volumes: found, made and removed.

use bollard::query_parameters as query;
use indexmap::IndexMap;

use super::request::{Target, find, get, not_understood};
use super::{DockerEngine, convert, inspect, is_wanted};
use crate::engine::EngineError;
use crate::label;
use crate::model::{ProjectName, Volume};
use crate::state::VolumeState;

/// The volumes of a project, and those of these names (sorted).
pub(super) async fn list(
    engine: &DockerEngine,
    project: &ProjectName,
    named: &[&str],
) -> Result<Vec<VolumeState>, EngineError> {
    let mut target = Target::new(&["volumes"]);
    if named.is_empty() {
        target = target.labelled(label::PROJECT, project.as_str());
    }
    let body = get(&engine.transport, &target).await?;
    let mut volumes = inspect::volumes(&body).map_err(not_understood)?;
    volumes.retain(|volume| is_wanted(&volume.labels, &volume.name, project, named));
    Ok(volumes)
}

/// The volume of this name; none where there is no such volume.
pub(super) async fn named(
    engine: &DockerEngine,
    name: &str,
) -> Result<Option<VolumeState>, EngineError> {
    let body = find(&engine.transport, &Target::new(&["volumes", name])).await?;
    body.map(|body| inspect::volume(&body).map_err(not_understood))
        .transpose()
}

/// Makes a volume.
pub(super) async fn create(
    engine: &DockerEngine,
    volume: &Volume,
    labels: &IndexMap<String, String>,
) -> Result<(), EngineError> {
    let created = engine
        .patient
        .create_volume(convert::volume_body(volume, labels))
        .await;
    created.map(drop).map_err(|error| engine.failed(error))
}

/// Removes a volume; one that is gone is no error.
pub(super) async fn remove(engine: &DockerEngine, name: &str) -> Result<(), EngineError> {
    engine.unless_gone(
        engine
            .docker
            .remove_volume(name, None::<query::RemoveVolumeOptions>)
            .await,
    )
}
