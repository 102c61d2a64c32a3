//! What is: everything planning needs from the engine, gathered at once.

use std::collections::BTreeSet;

use futures_util::future::{join_all, try_join_all};
use futures_util::join;
use indexmap::IndexMap;

use crate::engine::{Engine, EngineError};
use crate::model::Project;
use crate::state::{ActualState, Image, NetworkState, VolumeState};

/// Gathers what the engine has of the project: its containers, networks and volumes, those the files call external,
/// and the images of its services. All calls are made at once.
///
/// # Errors
/// The first error of the engine.
pub async fn observe<E: Engine>(engine: &E, project: &Project) -> Result<ActualState, EngineError> {
    let (containers, networks, volumes, images) = join!(
        engine.containers(&project.name),
        networks(engine, project),
        volumes(engine, project),
        images(engine, project),
    );
    let mut containers = containers?;
    containers.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(ActualState {
        containers,
        networks: networks?,
        volumes: volumes?,
        images: images?,
    })
}

/// The project's networks by label, and those of the file by name: another project may have made one of that name.
async fn networks<E: Engine>(
    engine: &E,
    project: &Project,
) -> Result<Vec<NetworkState>, EngineError> {
    let named = project
        .networks
        .values()
        .map(|network| engine.network(&network.name));
    let (labelled, named) = join!(engine.networks(&project.name), join_all(named));
    let mut found = labelled?;
    for network in named {
        found.extend(network?);
    }
    let mut seen = BTreeSet::new();
    found.retain(|network| seen.insert(network.id.clone()));
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// The project's volumes by label, and those of the file by name: another project may have made one of that name.
async fn volumes<E: Engine>(
    engine: &E,
    project: &Project,
) -> Result<Vec<VolumeState>, EngineError> {
    let named = project
        .volumes
        .values()
        .map(|volume| engine.volume(&volume.name));
    let (labelled, named) = join!(engine.volumes(&project.name), join_all(named));
    let mut found = labelled?;
    for volume in named {
        found.extend(volume?);
    }
    let mut seen = BTreeSet::new();
    found.retain(|volume| seen.insert(volume.name.clone()));
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

async fn images<E: Engine>(
    engine: &E,
    project: &Project,
) -> Result<IndexMap<String, Image>, EngineError> {
    let references: BTreeSet<&str> = project
        .services
        .values()
        .map(|service| service.spec.image.as_str())
        .collect();
    let asked = references.into_iter().map(|reference| async move {
        Ok::<_, EngineError>((reference.to_owned(), engine.image(reference).await?))
    });
    let found = try_join_all(asked).await?;
    Ok(found
        .into_iter()
        .filter_map(|(reference, image)| Some((reference, image?)))
        .collect())
}
