//! What containers need before they can be made: images, networks and volumes.

mod build;
mod difference;

use std::cell::OnceCell;
use std::collections::HashMap;

use super::up::Up;
use super::{
    FieldChange, Operation, PlanError, Reason, Renewal, Resource, StepId, Warning, renewals,
};
use crate::label;
use crate::model::{MountKind, NetworkName, Project, PullPolicy, Service, VolumeName, time};
use crate::state::{ActualState, Container, NetworkState, VolumeState};
pub(super) use difference::{network_differences, volume_differences};

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

/// How many seconds ago the image was pulled, or made; none where the engine doesn't tell.
pub(super) fn age(state: &ActualState, reference: &str) -> Option<i64> {
    let tagged_at = &state.images.get(reference)?.tagged_at;
    time::stamp(tagged_at).map(|tagged| state.observed_at - tagged)
}

/// The named volumes of a service, by their names in the file.
pub(super) fn volume_names(service: &Service) -> impl Iterator<Item = &str> {
    let mounts = service.spec.volumes.iter();
    mounts.filter_map(|mount| match &mount.kind {
        MountKind::Volume { source, .. } => source.as_deref(),
        _ => None,
    })
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

    /// Whether the image is pulled or built even where it is there.
    pub(super) fn image_is_renewed(&self, service: &Service) -> bool {
        if service.build.is_some() {
            !self.options.no_build
                && (self.options.build
                    || self.options.pull.unwrap_or(service.pull_policy) == PullPolicy::Build)
        } else {
            let reference = &service.spec.image;
            let policy = self.pull_policy(service, reference);
            self.pulled_again(reference, policy).is_some()
        }
    }

    /// Takes in these services' pull policies: an image has the strongest one of its services.
    pub(super) fn take_pull_policies(&mut self, services: impl Iterator<Item = &'a Service>) {
        for service in services.filter(|service| service.build.is_none()) {
            let hooks = service.spec.pre_start.iter();
            let hooks = hooks.filter_map(|hook| hook.image.as_deref());
            for reference in hooks.chain([service.spec.image.as_str()]) {
                let policies = &mut self.resources.pull_policies;
                let policy = policies.entry(reference).or_insert(service.pull_policy);
                *policy = policy.stronger(service.pull_policy);
            }
        }
    }

    /// When the image is pulled that the service uses, or a hook of it.
    fn pull_policy(&self, service: &Service, reference: &str) -> PullPolicy {
        if let Some(policy) = self.options.pull {
            return policy;
        }
        let of_image = self.resources.pull_policies.get(reference).copied();
        match &service.build {
            Some(_) => service.pull_policy,
            None => of_image.unwrap_or(service.pull_policy),
        }
    }

    /// Why an image is pulled that is there; none where it is not.
    fn pulled_again(&self, reference: &str, policy: PullPolicy) -> Option<Reason> {
        match policy {
            PullPolicy::Always if self.options.pull.is_some() => {
                Some(Reason::Asked("--pull always"))
            }
            PullPolicy::Always => Some(Reason::PullPolicy("always")),
            PullPolicy::Every(seconds) => {
                let ago = age(self.state, reference);
                let is_old = ago.is_none_or(|ago| i64::try_from(seconds).is_ok_and(|it| ago >= it));
                is_old.then_some(Reason::ImageAge(policy, ago))
            }
            PullPolicy::Missing | PullPolicy::Never | PullPolicy::Build => None,
        }
    }

    /// The step that brings the service's image, where one is needed.
    pub(super) fn image(&mut self, service: &'a Service) -> Result<Option<StepId>, PlanError> {
        let reference = &service.spec.image;
        if let Some(known) = self.resources.images.get(reference) {
            return Ok(*known);
        }
        let there = self.state.images.contains_key(reference);
        let policy = self.pull_policy(service, reference);
        let step = if there && !self.image_is_renewed(service) {
            None
        } else {
            let after = self.built_from(service)?;
            let operation = self.image_operation(service, policy)?;
            if let Some(step) = self.merged(&operation) {
                self.origins.insert(
                    Resource::Image(reference.clone()),
                    service.positions.clone(),
                );
                self.resources.images.insert(reference.clone(), Some(step));
                return Ok(Some(step));
            }
            let reason = match &operation {
                Operation::BuildImage(_) if self.options.build => Reason::Asked("--build"),
                _ if !there => Reason::Missing,
                Operation::BuildImage(_) => Reason::PullPolicy("build"),
                _ => (self.pulled_again(reference, policy)).unwrap_or(Reason::Missing),
            };
            Some(
                self.steps
                    .add(Resource::Image(reference.clone()), operation, reason, after),
            )
        };
        self.origins.insert(
            Resource::Image(reference.clone()),
            service.positions.clone(),
        );
        self.resources.images.insert(reference.clone(), step);
        Ok(step)
    }

    /// The step that brings the image of a hook of the service.
    pub(super) fn hook_image(
        &mut self,
        service: &'a Service,
        reference: &str,
    ) -> Result<Option<StepId>, PlanError> {
        // One of another service may have to be built.
        let of_service = (service.spec.image == reference)
            .then_some(service)
            .or_else(|| self.resources.images_of.get(reference).copied());
        if let Some(service) = of_service {
            return self.image(service);
        }
        if let Some(known) = self.resources.images.get(reference) {
            return Ok(*known);
        }
        let there = self.state.images.contains_key(reference);
        let policy = self.pull_policy(service, reference);
        if !there && policy == PullPolicy::Never {
            return Err(PlanError::ImageMissing {
                service: service.name.clone(),
                image: reference.to_owned(),
                why: "its pull policy is `never`",
                position: service.positions.find("pre_start").cloned(),
            });
        }
        let reason = if there {
            self.pulled_again(reference, policy)
        } else {
            Some(Reason::Missing)
        };
        let step = reason.map(|reason| {
            let operation = Operation::PullImage {
                platform: service.spec.platform.clone(),
            };
            let resource = Resource::Image(reference.to_owned());
            self.origins
                .insert(resource.clone(), service.positions.clone());
            self.steps.add(resource, operation, reason, Vec::new())
        });
        self.resources.images.insert(reference.to_owned(), step);
        Ok(step)
    }

    fn image_operation(
        &self,
        service: &Service,
        policy: PullPolicy,
    ) -> Result<Operation, PlanError> {
        let missing = |why| {
            Err(PlanError::ImageMissing {
                service: service.name.clone(),
                image: service.spec.image.clone(),
                why,
                position: service.positions.find("image").cloned(),
            })
        };
        let Some(build) = &service.build else {
            return match policy {
                PullPolicy::Never => missing("its pull policy is `never`"),
                PullPolicy::Build => {
                    missing("its pull policy is `build`, but it has no `build` section")
                }
                _ => Ok(Operation::PullImage {
                    platform: service.spec.platform.clone(),
                }),
            };
        };
        if self.options.no_build {
            return missing("--no-build was given");
        }
        Ok(Operation::BuildImage(Box::new(
            self.image_build(service, build)?,
        )))
    }

    fn network(
        &mut self,
        service: &'a Service,
        name: &NetworkName,
    ) -> Result<Option<StepId>, PlanError> {
        if let Some(known) = self.resources.networks.get(name) {
            return Ok(*known);
        }
        let Some(network) = self.project.networks.get(name) else {
            return Err(PlanError::Undefined {
                kind: "network",
                name: name.to_string(),
                position: service.positions.find(&format!("networks.{name}")).cloned(),
            });
        };
        let (there, second) = self.networks_of_name(&network.name);
        let step = match there {
            None if network.external => {
                return Err(PlanError::ExternalMissing {
                    kind: "network",
                    name: network.name.clone(),
                    position: network.positions.find("external").cloned(),
                });
            }
            None => {
                let labels = label::resource_labels(
                    self.project,
                    label::NETWORK,
                    name.as_str(),
                    &network.labels,
                    network,
                );
                let operation = Operation::CreateNetwork {
                    network: Box::new(network.clone()),
                    labels,
                };
                Some(self.make(Resource::Network(network.name.clone()), operation))
            }
            Some(there) => {
                if !network.external {
                    let owner = there.labels.get(label::PROJECT).map(String::as_str);
                    self.warn_of_foreign(
                        "network",
                        &network.name,
                        owner,
                        network.positions.find("").cloned(),
                    );
                    self.warn_of_differences(
                        "network",
                        &network.name,
                        &network_differences(network, there),
                        network.positions.find("").cloned(),
                    );
                }
                self.remove_seconds(&network.name, &second)
            }
        };
        self.origins.insert(
            Resource::Network(network.name.clone()),
            network.positions.clone(),
        );
        self.resources.networks.insert(name.clone(), step);
        Ok(step)
    }

    fn volume(&mut self, service: &'a Service, source: &str) -> Result<Option<StepId>, PlanError> {
        let Some((name, volume)) = self.project.volumes.get_key_value(source) else {
            return Err(PlanError::Undefined {
                kind: "volume",
                name: source.to_owned(),
                position: service.positions.find("volumes").cloned(),
            });
        };
        if let Some(known) = self.resources.volumes.get(name) {
            return Ok(*known);
        }
        let there = self.resources.volumes_there.get(volume.name.as_str());
        let step = match there.copied() {
            None if volume.external => {
                return Err(PlanError::ExternalMissing {
                    kind: "volume",
                    name: volume.name.clone(),
                    position: volume.positions.find("external").cloned(),
                });
            }
            None => {
                let mut labels = label::resource_labels(
                    self.project,
                    label::VOLUME,
                    name.as_str(),
                    &volume.labels,
                    volume,
                );
                if volume.protect {
                    labels.insert(label::PROTECT.to_owned(), "true".to_owned());
                }
                let operation = Operation::CreateVolume {
                    volume: Box::new(volume.clone()),
                    labels,
                };
                Some(self.make(Resource::Volume(volume.name.clone()), operation))
            }
            Some(there) => {
                if !volume.external {
                    let is_protected = volume.protect && !self.options.unprotect;
                    let place = if is_protected { "x-protect" } else { "" };
                    let owner = there.labels.get(label::PROJECT).map(String::as_str);
                    self.warn_of_foreign(
                        "volume",
                        &volume.name,
                        owner,
                        volume.positions.find("").cloned(),
                    );
                    self.warn_of_differences(
                        "volume",
                        &volume.name,
                        &volume_differences(volume, there),
                        volume.positions.find(place).cloned(),
                    );
                }
                None
            }
        };
        self.origins.insert(
            Resource::Volume(volume.name.clone()),
            volume.positions.clone(),
        );
        self.resources.volumes.insert(name.clone(), step);
        Ok(step)
    }

    /// The network of this name that is used, and those of the same name that an interrupted run left behind: old
    /// engines make a second one where two calls meet, and then start no container on either.
    fn networks_of_name(&self, name: &str) -> (Option<&'a NetworkState>, Vec<&'a NetworkState>) {
        let members = |network: &NetworkState| {
            let is_on = |container: &&Container| {
                container
                    .networks
                    .get(name)
                    .is_some_and(|endpoint| endpoint.network_id == network.id)
            };
            self.state.containers.iter().filter(is_on).count()
        };
        let all = self.resources.networks_there.get(name);
        let mut all: Vec<&'a NetworkState> = all.cloned().unwrap_or_default();
        if all.len() > 1 {
            all.sort_by_cached_key(|network| std::cmp::Reverse(members(network)));
        }
        let mut all = all.into_iter();
        let used = all.next();
        let own = |network: &&NetworkState| {
            network.labels.get(label::PROJECT).map(String::as_str)
                == Some(self.project.name.as_str())
        };
        (used, all.filter(own).collect())
    }

    /// The step after which the network of this name is the only one.
    fn remove_seconds(&mut self, name: &str, seconds: &[&NetworkState]) -> Option<StepId> {
        let mut last = None;
        for network in seconds {
            let operation = Operation::RemoveNetwork {
                id: network.id.clone(),
            };
            let resource = Resource::Network(name.to_owned());
            let after = last.into_iter().collect();
            last = Some(
                self.steps
                    .add(resource, operation, Reason::LeftBehind, after),
            );
        }
        last
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
        position: Option<crate::model::Position>,
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
        position: Option<crate::model::Position>,
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
