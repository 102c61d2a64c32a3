//! The images of a project's services: what its containers tell of them, and the rest from the engine.

use std::collections::{BTreeSet, HashMap};

use futures_util::{StreamExt, TryStreamExt, stream};
use indexmap::IndexMap;

use crate::engine::{Engine, EngineError};
use crate::label;
use crate::model::{PullPolicy, Service};
use crate::state::{Container, Image};

/// How many images are looked at at once.
const LOOKS: usize = 64;

/// The images that need no look, by reference: every service that uses one has a container that is of this very image
/// and was made just as the file has it now. Of these a plan needs no more than the identifier, and whether they test
/// their health.
pub(super) fn known(services: &[&Service], containers: &[Container]) -> IndexMap<String, Image> {
    let mut replicas: HashMap<&str, Vec<&Container>> = HashMap::new();
    for container in containers.iter().filter(|it| !it.is_one_off()) {
        let service = container.service().unwrap_or_default();
        replicas.entry(service).or_default().push(container);
    }
    let mut known: IndexMap<&str, Option<Image>> = IndexMap::new();
    for service in services {
        let reference = service.spec.image.as_str();
        let image = known.entry(reference);
        let image = image.or_insert_with(|| Some(Image::default()));
        let replicas = replicas.get(service.name.as_str());
        // One service that cannot answer is enough.
        let witness = witness(service, replicas.map_or(&[], Vec::as_slice));
        *image = image
            .take()
            .and_then(|image| Some(told(image, service, witness?)));
    }
    let known = known.into_iter();
    known
        .filter_map(|(reference, image)| Some((reference.to_owned(), image?)))
        .collect()
}

/// A container that knows all of its service's image that a plan needs.
fn witness<'a>(service: &Service, replicas: &[&'a Container]) -> Option<&'a Container> {
    // How old an image is, no container knows.
    if matches!(service.pull_policy, PullPolicy::Every(_)) {
        return None;
    }
    let is_of_image = |it: &&&Container| it.image_is_current && it.image == service.spec.image;
    let mut replicas = replicas.iter().filter(is_of_image).peekable();
    replicas.peek()?;
    let hash = label::digest(&service.spec);
    replicas
        .find(|container| container.labels.get(label::CONFIG_HASH) == Some(&hash))
        .copied()
}

/// The image with what this service's container tells of it.
fn told(image: Image, service: &Service, container: &Container) -> Image {
    let healthcheck = service.spec.healthcheck.as_ref();
    let is_of_image = healthcheck.is_none_or(|healthcheck| healthcheck.test.is_empty());
    let is_tested = is_of_image && container.health_test.is_some();
    Image {
        id: container.image_id.clone(),
        has_healthcheck: image.has_healthcheck || is_tested,
        ..image
    }
}

/// The images of the services and their hooks that are not known, by reference; without those that the engine doesn't
/// have.
///
/// # Errors
/// The first error of the engine.
pub(super) async fn look<E: Engine>(
    engine: &E,
    services: &[&Service],
    known: &IndexMap<String, Image>,
) -> Result<IndexMap<String, Image>, EngineError> {
    let references: BTreeSet<&str> = services
        .iter()
        .flat_map(|service| {
            let hooks = service.spec.pre_start.iter();
            let hooks = hooks.filter_map(|hook| hook.image.as_deref());
            hooks.chain([service.spec.image.as_str()])
        })
        .filter(|reference| !known.contains_key(*reference))
        .collect();
    let asked = references.into_iter().map(|reference| async move {
        Ok::<_, EngineError>((reference.to_owned(), engine.image(reference).await?))
    });
    let asked = stream::iter(asked).buffered(LOOKS);
    let found: Vec<_> = asked.try_collect().await?;
    Ok(found
        .into_iter()
        .filter_map(|(reference, image)| Some((reference, image?)))
        .collect())
}
