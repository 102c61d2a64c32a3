//! Networks and volumes that are there but are not what the file says: made anew, since no engine can change them.
//!
//! The steps that clear the place come first; the rest is planned as if that had been done already: a container that was
//! taken off its network is put back on it like one that lost it, one that was removed with its volume is made like one
//! that is missing.

use std::collections::{HashMap, HashSet};

use super::resource::{network_differences, volume_differences};
use super::up::{Recreate, UpOptions};
use super::{FieldChange, Resource, StepId};
use crate::label;
use crate::model::{Endpoint, NetworkName, Project, ServiceName, Volume};
use crate::state::{ActualState, Container, NetworkState, VolumeState};

/// A network or volume of the project that is not what the file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Renewal {
    /// The network or volume.
    pub resource: Resource,
    /// What is different.
    pub changes: Vec<FieldChange>,
    /// Why it cannot be made anew, where that is so.
    pub obstacle: Option<String>,
}

/// The networks and volumes of the project that are not what the file says.
pub fn renewals(project: &Project, state: &ActualState, options: &UpOptions) -> Vec<Renewal> {
    let own = |labels: &indexmap::IndexMap<String, String>| {
        labels.get(label::PROJECT).map(String::as_str) == Some(project.name.as_str())
    };
    let networks = project
        .networks
        .values()
        .filter(|network| !network.external);
    let networks = networks.filter_map(|network| {
        let mut named = (state.networks.iter()).filter(|there| there.name == network.name);
        let there = named.next().filter(|there| own(&there.labels))?;
        // Where an interrupted run left two, that is put right first.
        let changes = network_differences(network, there);
        (named.next().is_none() && !changes.is_empty()).then(|| Renewal {
            resource: Resource::Network(network.name.clone()),
            changes,
            obstacle: on_network(state, there),
        })
    });
    let volumes = project.volumes.values().filter(|volume| !volume.external);
    let volumes = volumes.filter_map(|volume| {
        let mut named = state.volumes.iter();
        let there = named.find(|there| there.name == volume.name && own(&there.labels))?;
        let changes = volume_differences(volume, there);
        (!changes.is_empty()).then(|| Renewal {
            resource: Resource::Volume(volume.name.clone()),
            changes,
            obstacle: users(state, there)
                .or_else(|| bystanders(project, state, options, &volume.name))
                .or_else(|| protection(volume, options)),
        })
    });
    let mut all: Vec<Renewal> = networks.chain(volumes).collect();
    if !all.is_empty() {
        let needed = needed(project, options);
        all.retain(|renewal| needed.contains(&renewal.resource));
    }
    all
}

/// Containers of others on a network: they would be cut off, and the engine refuses that.
pub(super) fn strangers<'a>(state: &ActualState, members: &'a [String]) -> Vec<&'a str> {
    let known: HashSet<&str> = state.containers.iter().map(|it| it.name.as_str()).collect();
    let others = members.iter().filter(|name| !known.contains(name.as_str()));
    others.map(String::as_str).collect()
}

fn on_network(state: &ActualState, network: &NetworkState) -> Option<String> {
    let others = strangers(state, &network.members);
    (!others.is_empty()).then(|| format!("{} of others is on it", others.join(", ")))
}

/// Containers of others that have the volume: the engine doesn't remove it.
fn users(state: &ActualState, volume: &VolumeState) -> Option<String> {
    let is_own = |id: &str| state.containers.iter().any(|container| container.id == id);
    let others = volume.users.iter().filter(|user| !is_own(&user.id));
    let others: Vec<&str> = others.map(|user| user.name.as_str()).collect();
    (!others.is_empty()).then(|| format!("{} of others uses it", others.join(", ")))
}

/// The file's own word that its data is not to be lost.
fn protection(volume: &Volume, options: &UpOptions) -> Option<String> {
    (volume.protect && !options.unprotect).then(|| {
        "it is protected (`up --yes --unprotect` makes it anew, without its data)".to_owned()
    })
}

/// Containers that have the volume and are not made anew by this plan.
fn bystanders(
    project: &Project,
    state: &ActualState,
    options: &UpOptions,
    volume: &str,
) -> Option<String> {
    let raised = super::up::selected_names(project, options);
    let stays = |container: &&Container| {
        let is_raised = container
            .service()
            .and_then(|name| ServiceName::new(name).ok())
            .is_some_and(|name| raised.contains(&name));
        container.has_volume(volume) && (container.is_one_off() || !is_raised)
    };
    let all = state.containers.iter();
    let names: Vec<&str> = all.filter(stays).map(|it| it.name.as_str()).collect();
    (!names.is_empty()).then(|| format!("{} uses it and is not raised here", names.join(", ")))
}

/// What is made anew, and what is there once its place is cleared.
#[derive(Debug, Default)]
pub(super) struct Renewed {
    /// What is different of the network or volume, by its name on the engine.
    pub(super) changes: HashMap<Resource, Vec<FieldChange>>,
    /// The steps after which the place is free.
    pub(super) cleared: HashMap<Resource, Vec<StepId>>,
    /// The containers that went with their volumes: they hand on what they have besides.
    pub(super) gone: Vec<Container>,
    /// Endpoints of containers that this plan doesn't look at otherwise: they are put back as they were.
    pub(super) others: Vec<(Container, Endpoint)>,
}

impl Renewed {
    /// What this plan makes anew: networks unless the user keeps them, volumes only where the user said so.
    pub(super) fn of(project: &Project, state: &ActualState, options: &UpOptions) -> Self {
        let mut all = renewals(project, state, options);
        all.retain(|renewal| {
            let name = renewal.resource.name();
            let is_asked = |names: &[String]| names.iter().any(|asked| asked == name);
            renewal.obstacle.is_none()
                && options.recreate != Recreate::Never
                && match renewal.resource {
                    Resource::Volume(_) => is_asked(&options.renewed_volumes),
                    _ => !is_asked(&options.kept_networks),
                }
        });
        let changes = all.into_iter().map(|it| (it.resource, it.changes));
        Self {
            changes: changes.collect(),
            ..Self::default()
        }
    }

    pub(super) fn has(&self, resource: &Resource) -> bool {
        self.changes.contains_key(resource)
    }

    /// What is there once the places are cleared.
    pub(super) fn state(
        &mut self,
        project: &Project,
        state: &ActualState,
        options: &UpOptions,
    ) -> ActualState {
        let mut after = state.clone();
        let (networks, volumes): (Vec<_>, Vec<_>) =
            (self.changes.keys()).partition(|resource| matches!(resource, Resource::Network(_)));
        let is_renewed = |all: &[&Resource], name: &str| all.iter().any(|it| it.name() == name);
        let (gone, mut stay): (Vec<_>, Vec<_>) =
            after.containers.into_iter().partition(|container| {
                volumes
                    .iter()
                    .any(|volume| container.has_volume(volume.name()))
            });
        let raised = super::up::selected_names(project, options);
        let raised: HashSet<&str> = raised.iter().map(ServiceName::as_str).collect();
        for container in &mut stay {
            let is_planned = container
                .service()
                .is_some_and(|service| raised.contains(service) && !container.is_one_off());
            for name in networks.iter().map(|network| network.name()) {
                let Some(endpoint) = container.networks.shift_remove(name) else {
                    continue;
                };
                if !is_planned {
                    let there = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
                    let endpoint = Endpoint {
                        network: name.to_owned(),
                        aliases: endpoint.aliases.clone(),
                        ipv4_address: there(&endpoint.fixed_ipv4),
                        ipv6_address: there(&endpoint.fixed_ipv6),
                        ..Endpoint::default()
                    };
                    self.others.push((container.clone(), endpoint));
                }
                if let (Some(shown), Ok(name)) = (&mut container.shown, NetworkName::new(name)) {
                    shown.spec.networks.shift_remove(&name);
                }
            }
        }
        after.networks.retain(|it| !is_renewed(&networks, &it.name));
        after.volumes.retain(|it| !is_renewed(&volumes, &it.name));
        after.containers = stay;
        self.gone = gone;
        after
    }
}

/// What services that are raised have: what nobody needs now is left as it is.
fn needed(project: &Project, options: &UpOptions) -> HashSet<Resource> {
    let raised = super::up::selected_names(project, options);
    let raised = raised.iter().filter_map(|name| project.services.get(name));
    let needed = raised.flat_map(|service| {
        let networks = service.spec.networks.keys();
        let networks = networks.filter_map(|key| project.networks.get(key));
        let volumes = super::resource::volume_names(service);
        let volumes = volumes.filter_map(|source| project.volumes.get(source));
        let networks = networks.map(|network| Resource::Network(network.name.clone()));
        networks.chain(volumes.map(|volume| Resource::Volume(volume.name.clone())))
    });
    needed.collect()
}
