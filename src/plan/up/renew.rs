//! The steps around networks and volumes that are made anew: the place is cleared, and what no service of this plan puts
//! back is put back as it was.

use super::Up;
use crate::model::{Service, ServiceName};
use crate::plan::{Operation, Reason, Resource, StepId, Target};
use crate::state::{ActualState, Container};

impl Up<'_> {
    /// Takes containers off the networks and away with the volumes that are made anew, and removes these.
    pub(super) fn clear(&mut self, before: &ActualState) {
        let gone = self.renewed.gone.clone();
        let mut removed: Vec<(&Container, StepId)> = Vec::new();
        for container in &gone {
            let reason = self.why_gone(container);
            removed.push((container, self.discard(container, &reason)));
        }
        for network in &before.networks {
            let resource = Resource::Network(network.name.clone());
            if !self.renewed.has(&resource) {
                continue;
            }
            let on_it = |container: &&Container| container.networks.contains_key(&network.name);
            let mut after: Vec<StepId> = removed
                .iter()
                .filter(|(container, _)| on_it(container))
                .map(|(_, step)| *step)
                .collect();
            for container in before.containers.iter().filter(on_it) {
                if gone.iter().any(|gone| gone.id == container.id) {
                    continue;
                }
                let operation = Operation::DisconnectNetwork {
                    target: Target::Existing(container.id.clone()),
                    network: network.name.clone(),
                };
                let reason = Reason::Renewed(format!("network {}", network.name));
                after.push(self.steps.add(of(container), operation, reason, Vec::new()));
            }
            let id = network.id.clone();
            self.remove(resource, Operation::RemoveNetwork { id }, after);
        }
        for volume in &before.volumes {
            let resource = Resource::Volume(volume.name.clone());
            if self.renewed.has(&resource) {
                let after = removed.iter().map(|(_, step)| *step).collect();
                self.remove(resource, Operation::RemoveVolume, after);
            }
        }
    }

    fn remove(&mut self, resource: Resource, operation: Operation, after: Vec<StepId>) {
        let changes = self.renewed.changes.get(&resource).cloned();
        let reason = Reason::Changed(changes.unwrap_or_default());
        let step = self.steps.add(resource.clone(), operation, reason, after);
        self.renewed.cleared.insert(resource, vec![step]);
    }

    /// Puts containers back on their networks that the services of this plan say nothing of.
    pub(super) fn put_back(&mut self) {
        for (container, endpoint) in std::mem::take(&mut self.renewed.others) {
            let network = endpoint.network.clone();
            let is_it = |step: &crate::plan::Step| {
                step.resource.name() == network
                    && matches!(step.operation, Operation::CreateNetwork { .. })
            };
            let after = self.steps.position(is_it).into_iter().collect();
            let operation = Operation::ConnectNetwork {
                target: Target::Existing(container.id.clone()),
                endpoint: Box::new(endpoint),
            };
            let reason = Reason::Renewed(format!("network {network}"));
            self.steps.add(of(&container), operation, reason, after);
        }
    }

    /// The container of a replica that went with its volume.
    pub(super) fn gone(&self, service: &Service, number: u32) -> Option<&Container> {
        let mut gone = self.renewed.gone.iter();
        gone.find(|container| {
            container.is_replica_of(&service.name) && container.number() == Some(number)
        })
    }

    pub(super) fn why_gone(&self, container: &Container) -> Reason {
        let mut volumes = container.mounts.iter().map(|mount| &mount.name);
        let name = volumes.find(|name| self.renewed.has(&Resource::Volume((*name).clone())));
        Reason::Renewed(format!("volume {}", name.map_or("", String::as_str)))
    }
}

fn of(container: &Container) -> Resource {
    let service = container
        .service()
        .and_then(|name| ServiceName::new(name).ok());
    Resource::Container {
        name: container.name.clone(),
        replica: service.zip(container.number()),
    }
}
