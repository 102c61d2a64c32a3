//! The removals of containers that others share something with.

use super::Up;
use crate::label;
use crate::model::{Service, ServiceName};
use crate::plan::decide::shared_services;
use crate::plan::down::{halt, resource_of};
use crate::plan::{OnlyIf, Operation, Reason, Resource, StepId, Target};
use crate::state::Container;

/// The removal of a container in whose place another one is, to be planned later.
#[derive(Debug)]
pub(super) struct Removal {
    /// The services that share something with it.
    pub(super) sharers: Vec<ServiceName>,
    pub(super) resource: Resource,
    pub(super) old: Target,
    pub(super) reason: Reason,
    pub(super) after: Vec<StepId>,
    pub(super) only_if: Option<OnlyIf>,
}

impl Up<'_> {
    /// Takes away what an interrupted run left of a replica; answers the steps after which its place is free. Where others
    /// share with the service it only makes room, and goes with the replaced ones.
    pub(super) fn clear_leftover(
        &mut self,
        service: &Service,
        replica: &Resource,
        container: &Container,
    ) -> Vec<StepId> {
        let reason = Reason::LeftBehind;
        let sharers = self.sharers(&service.name, &container.id);
        if sharers.is_empty() {
            return vec![self.discard(container, &reason)];
        }
        let (resource, timeout) = (resource_of(container), self.options.timeout);
        let (steps, project) = (&mut self.steps, self.project);
        let mut after = halt(
            steps,
            project,
            &resource,
            container,
            &reason,
            Vec::new(),
            timeout,
        );
        let target = Target::Existing(container.id.clone());
        let to = label::replaced_name(&container.id, replica.name());
        if container.name != to {
            let (target, reason) = (target.clone(), reason.clone());
            let rename = Operation::RenameContainer { target, to };
            after = vec![steps.add(resource.clone(), rename, reason, after)];
        }
        self.removals.push(Removal {
            sharers,
            resource,
            old: target,
            reason,
            after: after.clone(),
            only_if: None,
        });
        after
    }

    /// The services that share something with this one, by the file or because they have the network of this container.
    pub(super) fn sharers(&self, service: &ServiceName, id: &str) -> Vec<ServiceName> {
        let sharing = self.project.with_sharing();
        let sharing = sharing.filter(|other| shared_services(other).any(|name| name == *service));
        let attached = self.state.containers.iter();
        let attached = attached.filter(|it| it.network_mode.strip_prefix("container:") == Some(id));
        let attached = attached.filter_map(|other| ServiceName::new(other.service()?).ok());
        sharing
            .map(|other| other.name.clone())
            .chain(attached)
            .collect()
    }

    pub(super) fn remove_replaced(&mut self, removal: Removal) {
        let operation = Operation::RemoveContainer {
            target: removal.old,
            volumes: false,
        };
        let id = (self.steps).add(removal.resource, operation, removal.reason, removal.after);
        self.steps.add_if(removal.only_if.as_ref(), id);
    }

    /// Removes the replaced containers that others share something with, after those of the others that are replaced too:
    /// Podman removes no container that another one refers to.
    pub(super) fn remove_shared(&mut self) {
        // The last ones are those that share with the first ones.
        while let Some(mut removal) = self.removals.pop() {
            let removals = self.steps.removals_of(&removal.sharers);
            removal.after.extend(removals);
            self.remove_replaced(removal);
        }
    }
}
