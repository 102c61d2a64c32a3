//! What is: everything planning needs from the engine, gathered at once.

mod image;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::future::{try_join, try_join_all};
use futures_util::join;
use indexmap::IndexMap;

use super::probe::is_doubtful;
use crate::engine::{Engine, EngineError};
use crate::model::{Condition, Limits, Project, Service, ServiceName};
use crate::plan::{Resource, UpOptions, granted, renewals};
use crate::state::{ActualState, ApiAccess, Container, Health, Image, NetworkState, VolumeState};

/// Gathers what the engine has of the project: its containers, networks and volumes, those the files call external,
/// and the images of its services. All calls are made at once, but those for images wait for the containers, which know
/// most of what they would tell where nothing has changed.
///
/// # Errors
/// The first error of the engine.
pub async fn observe<E: Engine>(engine: &E, project: &Project) -> Result<ActualState, EngineError> {
    let (made, networks, volumes) = join!(
        containers_and_images(engine, project),
        networks(engine, project),
        volumes(engine, project),
    );
    let (mut containers, images) = made?;
    memory_usage(engine, project, &mut containers).await?;
    containers.sort_by(|a, b| a.name.cmp(&b.name));
    doubt(engine, project, &mut containers);
    let mut state = ActualState {
        containers,
        networks: networks?,
        volumes: volumes?,
        images,
        api: api(engine, project).await,
        // Podman's answers that all went well, leaves processors as they are and the restart policy at `no`.
        has_poor_updates: engine.about().product == "Podman",
        observed_at: now(),
    };
    for renewal in renewals(project, &state, &UpOptions::default()) {
        let name = renewal.resource.name();
        if let Resource::Volume(name) = &renewal.resource {
            for volume in state.volumes.iter_mut().filter(|it| it.name == *name) {
                volume.users = engine.volume_users(name).await?;
            }
            continue;
        }
        for network in state.networks.iter_mut().filter(|it| it.name == name) {
            network.members = engine.network_members(&network.id).await?;
        }
    }
    Ok(state)
}

/// The project's containers, and the images of its services: those that the containers cannot answer for are looked at.
async fn containers_and_images<E: Engine>(
    engine: &E,
    project: &Project,
) -> Result<(Vec<Container>, IndexMap<String, Image>), EngineError> {
    let mut containers = engine.containers(&project.name).await?;
    let services = present(project, &containers);
    let known = image::known(&services, &containers);
    let mut images = image::look(engine, &services, &known).await?;
    look_into(engine, project, &images, &mut containers).await?;
    images.extend(known);
    Ok((containers, images))
}

/// The project's services, and of those that are not chosen the ones that have containers.
fn present<'p>(project: &'p Project, containers: &[Container]) -> Vec<&'p Service> {
    let is_there = |service: &&Service| {
        let name = &service.name;
        containers
            .iter()
            .any(|container| container.is_replica_of(name))
    };
    let sharing = project.sharing.values().filter(is_there);
    project.services.values().chain(sharing).collect()
}

/// The time in Unix seconds.
fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| i64::try_from(now.as_secs()).unwrap_or_default())
}

/// Looks up who is on the project's networks and, with `volumes`, who has its volumes, which is to be known before they
/// are removed.
///
/// # Errors
/// The first error of the engine.
pub async fn observe_users<E: Engine>(
    engine: &E,
    state: &mut ActualState,
    volumes: bool,
) -> Result<(), EngineError> {
    let on_networks = state.networks.iter_mut().map(|network| async {
        network.members = engine.network_members(&network.id).await?;
        Ok(())
    });
    let of_volumes = state.volumes.iter_mut().filter(|_| volumes);
    let of_volumes = of_volumes.map(|volume| async {
        volume.users = engine.volume_users(&volume.name).await?;
        Ok(())
    });
    try_join(try_join_all(on_networks), try_join_all(of_volumes))
        .await
        .map(drop)
}

/// How the engine is reached, for services that use it.
async fn api<E: Engine>(engine: &E, project: &Project) -> Option<ApiAccess> {
    let mut services = project.with_sharing();
    if !services.any(|service| service.spec.use_api_socket) {
        return None;
    }
    Some(ApiAccess {
        address: engine.about().address.clone(),
        config: engine.docker_config().await,
    })
}

/// Looks up what the labels of containers would say that windlass did not make: what comes from their images, and the
/// files that were copied into them.
async fn look_into<E: Engine>(
    engine: &E,
    project: &Project,
    images: &IndexMap<String, Image>,
    containers: &mut [Container],
) -> Result<(), EngineError> {
    let foreign = containers
        .iter_mut()
        .filter(|container| container.shown.is_some() && !container.is_one_off());
    let images: HashMap<&str, &Image> = images.values().map(|it| (it.id.as_str(), it)).collect();
    let images = &images;
    let looked = foreign.map(|container| async move {
        let (id, service) = (container.id.clone(), container.service());
        let service = service.and_then(|name| project.services.get(name));
        let (Some(service), Some(shown)) = (service, container.shown.as_mut()) else {
            return Ok(());
        };
        let image = match images.get(container.image_id.as_str()) {
            Some(image) => Some((*image).clone()),
            None => engine.image(&container.image_id).await?,
        };
        shown.image = image.map(|image| image.defaults);
        for granted in granted(project, service) {
            let path = &granted.reference.target;
            let mut mounts = shown.spec.volumes.iter();
            if granted.is_copied(service) && !mounts.any(|mount| mount.target == *path) {
                let file = engine.read_file(&id, path).await?;
                shown.files.extend(file.map(|file| (path.clone(), file)));
            }
        }
        Ok(())
    });
    try_join_all(looked).await.map(drop)
}

/// Looks up how much memory the containers use whose limit shall be lowered: below that the kernel kills.
async fn memory_usage<E: Engine>(
    engine: &E,
    project: &Project,
    containers: &mut [Container],
) -> Result<(), EngineError> {
    let lowered = containers.iter_mut().filter_map(|container| {
        let service = project.services.get(container.service()?)?;
        let (now, then) = (container.limits.memory, Limits::of(&service.spec).memory);
        let is_lowered = then > 0 && (now == 0 || then < now);
        (is_lowered && container.status.is_up()).then_some(container)
    });
    let asked = lowered.map(|container| async {
        container.memory_usage = engine.memory_usage(&container.id).await?;
        Ok(())
    });
    try_join_all(asked).await.map(drop)
}

/// The engine may call a server healthy that nobody can reach yet: where a service that needs it healthy is not up, its
/// sockets are looked at before its health is believed.
fn doubt<E: Engine>(engine: &E, project: &Project, containers: &mut [Container]) {
    let up = containers
        .iter()
        .filter(|it| it.status.is_up() && !it.is_one_off());
    let up: HashSet<&str> = up.filter_map(Container::service).collect();
    let is_up = |service: &ServiceName| up.contains(service.as_str());
    let mut needed: BTreeSet<&str> = BTreeSet::new();
    for service in project
        .services
        .values()
        .filter(|service| !is_up(&service.name))
    {
        let healthy = service
            .depends_on
            .iter()
            .filter(|(_, dependency)| dependency.condition == Condition::ServiceHealthy);
        needed.extend(healthy.map(|(name, _)| name.as_str()));
    }
    for container in containers.iter_mut() {
        let is_needed = container
            .service()
            .is_some_and(|name| needed.contains(name));
        container.is_doubtful = is_needed
            && container.health == Some(Health::Healthy)
            && is_doubtful(container, || engine.sockets(container));
    }
}

/// The project's networks by label, and those of the file by name: another project may have made one of that name.
async fn networks<E: Engine>(
    engine: &E,
    project: &Project,
) -> Result<Vec<NetworkState>, EngineError> {
    let named = project.networks.values().map(|it| it.name.as_str());
    let named: BTreeSet<&str> = named.collect();
    let named: Vec<&str> = named.into_iter().collect();
    let mut found = engine.networks(&project.name, &named).await?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// The project's volumes by label, and those of the file by name: another project may have made one of that name.
async fn volumes<E: Engine>(
    engine: &E,
    project: &Project,
) -> Result<Vec<VolumeState>, EngineError> {
    let named = project.volumes.values().map(|it| it.name.as_str());
    let named: BTreeSet<&str> = named.collect();
    let named: Vec<&str> = named.into_iter().collect();
    let mut found = engine.volumes(&project.name, &named).await?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}
