//! What containers need before they can be made: images, networks and volumes.

mod build;
mod difference;
mod image;
mod network;
mod volume;

use std::cell::OnceCell;
use std::collections::HashMap;

use super::up::Up;
use super::{
    FieldChange, Operation, PlanError, Reason, Renewal, Resource, StepId, Warning, renewals,
};
use crate::model::{NetworkName, Position, Project, PullPolicy, Service, VolumeName};
use crate::state::{ActualState, NetworkState, VolumeState};
pub(super) use difference::{network_differences, volume_differences};
pub(super) use image::age;
pub(super) use volume::volume_names;

/// The steps that bring images, networks and volumes, each once; none where it is there already.
#[derive(Debug, Default)]
pub(super) struct Resources<'a> {
    /// What is there, by name; of networks an interrupted run may have left several.
    networks_there: HashMap<&'a str, Vec<&'a NetworkState>>,
    volumes_there: HashMap<&'a str, &'a VolumeState>,
    /// The first service of each image.
    images_of: HashMap<&'a str, &'a Service>,
    /// What is not what the file says; asked for where something is.
    renewals: OnceCell<Vec<Renewal>>,
    /// The builds, by what they are.
    pub(super) builds: HashMap<String, Vec<StepId>>,
    images: HashMap<String, Option<StepId>>,
    networks: HashMap<NetworkName, Option<StepId>>,
    volumes: HashMap<VolumeName, Option<StepId>>,
    /// Those that call programs outside.
    pub(super) programs: HashMap<Resource, StepId>,
    /// The services whose images are being planned, each one for the build of the one before.
    building: Vec<String>,
    /// The strongest pull policy of the services of each image that is not built.
    pull_policies: HashMap<&'a str, PullPolicy>,
}

impl<'a> Resources<'a> {
    /// What the project's containers need and the engine has; no steps yet.
    pub(super) fn of(project: &'a Project, state: &'a ActualState) -> Self {
        let mut found = Self::default();
        for network in &state.networks {
            let same = found.networks_there.entry(&network.name).or_default();
            same.push(network);
        }
        let volumes = state.volumes.iter();
        found.volumes_there = volumes.map(|it| (it.name.as_str(), it)).collect();
        for service in project.services.values() {
            let image = service.spec.image.as_str();
            found.images_of.entry(image).or_insert(service);
        }
        found
    }

    /// The step that brings this image, or calls this program, where there is one.
    pub(super) fn step_of(&self, resource: &Resource) -> Option<StepId> {
        match resource {
            Resource::Image(reference) => self.images.get(reference).copied().flatten(),
            other => self.programs.get(other).copied(),
        }
    }
}

impl<'a> Up<'a> {
    /// The steps after which all is there that the service's containers are made from.
    pub(super) fn needs(&mut self, service: &'a Service) -> Result<Vec<StepId>, PlanError> {
        let mut after: Vec<StepId> = self.image(service)?.into_iter().collect();
        after.extend(self.attached(service)?);
        after.extend(self.told(service)?);
        Ok(after)
    }

    /// The steps after which the service's networks and volumes are there.
    pub(super) fn attached(&mut self, service: &'a Service) -> Result<Vec<StepId>, PlanError> {
        let mut after = Vec::new();
        if service.spec.network_mode.is_none() {
            for name in service.spec.networks.keys() {
                after.extend(self.network(service, name)?);
            }
        }
        for source in volume_names(service) {
            after.extend(self.volume(service, source)?);
        }
        Ok(after)
    }

    /// Makes a network or volume, where there is one that is made anew after that is gone.
    fn make(&mut self, resource: Resource, operation: Operation) -> StepId {
        let after = self.renewed.cleared.get(&resource).cloned();
        let reason = match self.renewed.changes.get(&resource) {
            Some(changes) => Reason::Changed(changes.clone()),
            None => Reason::Missing,
        };
        self.steps
            .add(resource, operation, reason, after.unwrap_or_default())
    }

    /// What is there stays as it is, because others or data may be in it; but nobody shall believe that it is what the
    /// file says.
    fn warn_of_differences(
        &mut self,
        kind: &str,
        name: &str,
        differences: &[FieldChange],
        position: Option<Position>,
    ) {
        if !differences.is_empty() {
            let resource = match kind {
                "volume" => Resource::Volume(name.to_owned()),
                _ => Resource::Network(name.to_owned()),
            };
            let all = self
                .resources
                .renewals
                .get_or_init(|| renewals(self.project, self.state, self.options));
            let obstacle = all.iter().find(|renewal| renewal.resource == resource);
            let remedy = match obstacle.and_then(|renewal| renewal.obstacle.as_ref()) {
                Some(obstacle) => format!("it is kept: {obstacle}"),
                None if kind == "volume" => {
                    "it is kept, with its data: `up --yes` makes it anew, without".to_owned()
                }
                None => "it is kept".to_owned(),
            };
            let differences: Vec<String> = (differences.iter().cloned())
                .map(|change| {
                    FieldChange {
                        position: None,
                        ..change
                    }
                    .to_string()
                })
                .collect();
            self.warnings.push(Warning {
                message: format!(
                    "{kind} {name} is not what the file says: {}; {remedy}",
                    differences.join(", ")
                ),
                position,
            });
        }
    }

    /// Something of this name is there, but another project or nobody made it: it is used, with a word of warning.
    fn warn_of_foreign(
        &mut self,
        kind: &str,
        name: &str,
        owner: Option<&str>,
        position: Option<Position>,
    ) {
        if owner == Some(self.project.name.as_str()) {
            return;
        }
        let whose = owner.map_or_else(
            || "was not made by this project".to_owned(),
            |owner| format!("was made by project `{owner}`"),
        );
        self.warnings.push(Warning {
            message: format!("{kind} {name} {whose}; it is used as it is: `external: true` says that this is meant"),
            position,
        });
    }
}
