//! The steps of a new container: made, filled with its files, started, its hooks run.

use super::Up;
use super::pre_start::Before;
use super::replica::{Placed, Replaced};
use crate::model::{HookKind, Mount, Service};
use crate::plan::container::new_container;
use crate::plan::decide::{Replica, linked_services, shared_services};
use crate::plan::hook::run_hooks;
use crate::plan::{OnlyIf, Operation, PlanError, Reason, Resource, StepId, Target, content};
use crate::state::Container;

impl<'a> Up<'a> {
    pub(super) fn create(
        &mut self,
        replica: &Replica<'a>,
        resource: &Resource,
        replaces: Option<&Container>,
        reason: Reason,
        mut after: Vec<StepId>,
    ) -> Result<StepId, PlanError> {
        let service = replica.service;
        after.extend(self.needs(service)?);
        // Before anything is stopped for it, so that what cannot be brought stops nothing.
        for hook in &service.spec.pre_start {
            if let Some(image) = &hook.image {
                after.extend(self.hook_image(service, image)?);
            }
        }
        for other in shared_services(service).chain(linked_services(service)) {
            after.extend(
                self.placed
                    .get(&other)
                    .into_iter()
                    .flatten()
                    .flat_map(|placed| &placed.named),
            );
        }
        let image_id = self
            .state
            .images
            .get(&service.spec.image)
            .map_or("", |image| &image.id);
        let gone = self.gone(service, replica.number).cloned();
        let reason = match (&gone, reason) {
            (Some(gone), Reason::Missing) => self.why_gone(gone),
            (_, reason) => reason,
        };
        let mut container = new_container(
            self.project,
            service,
            replica.number,
            replaces,
            replaces.or(gone.as_ref()),
            image_id,
            self.options,
        );
        if service.spec.use_api_socket {
            container.mounts.push(self.socket(service)?);
        }
        if let Some(old) = replaces {
            self.inherit_provided(service, &mut container, old);
        }
        let operation = Operation::CreateContainer {
            container: Box::new(container),
            replaces: replaces.map(|old| old.id.clone()),
        };
        Ok(self.steps.add(resource.clone(), operation, reason, after))
    }

    /// The mount of the engine's own socket.
    pub(super) fn socket(&self, service: &Service) -> Result<Mount, PlanError> {
        let api = self.state.api.as_ref();
        let mount = api.and_then(content::socket);
        mount.ok_or_else(|| PlanError::NoSocket {
            service: service.name.clone(),
            address: api.map(|api| api.address.clone()).unwrap_or_default(),
            position: service.positions.find("use_api_socket").cloned(),
        })
    }

    pub(super) fn start_new(
        &mut self,
        replica: &Replica<'a>,
        resource: Resource,
        target: Target,
        create: StepId,
        filled: StepId,
    ) -> Result<Placed, PlanError> {
        let service = replica.service;
        let mut started = Vec::new();
        if !self.options.no_start {
            let mut after = self.dependencies(service);
            after.push(filled);
            let before = Before {
                number: replica.number,
                resource: &resource,
                named: &[create],
                after: &after,
                only_if: None,
            };
            let hooks = self.pre_start(service, &before)?;
            after.extend(hooks);
            let dependencies = service
                .depends_on
                .iter()
                .filter(|(name, _)| self.placed.contains_key(*name));
            let reason = Reason::Ready(
                dependencies
                    .map(|(name, dependency)| (name.clone(), dependency.condition))
                    .collect(),
            );
            let operation = Operation::StartContainer {
                target: target.clone(),
            };
            let start = self.steps.add(resource.clone(), operation, reason, after);
            started = self.after_start(service, &resource, &target, None, start);
        }
        Ok(Placed {
            ready: service.ready,
            resource,
            target,
            named: vec![create],
            started,
            health: None,
            completed: false,
            replaced: Replaced::Yes,
        })
    }

    /// Puts the service's files into a new container; answers the step after which it is complete.
    pub(super) fn fill(
        &mut self,
        service: &Service,
        resource: &Resource,
        target: &Target,
        only_if: Option<&OnlyIf>,
        create: StepId,
    ) -> StepId {
        match self.copy(service, resource, target, vec![create]) {
            Some(step) => self.steps.add_if(only_if, step),
            None => create,
        }
    }

    pub(super) fn copy(
        &mut self,
        service: &Service,
        resource: &Resource,
        target: &Target,
        after: Vec<StepId>,
    ) -> Option<StepId> {
        let (files, reason) = content::copied(self.project, service, self.state.api.as_ref())?;
        let operation = Operation::CopyFiles {
            target: target.clone(),
            files,
        };
        Some(self.steps.add(resource.clone(), operation, reason, after))
    }

    /// Runs the service's hooks in a container that was started; answers the steps after which others may rely on it.
    pub(super) fn after_start(
        &mut self,
        service: &Service,
        resource: &Resource,
        target: &Target,
        only_if: Option<&OnlyIf>,
        start: StepId,
    ) -> Vec<StepId> {
        run_hooks(
            &mut self.steps,
            resource,
            target,
            HookKind::PostStart,
            &service.spec.post_start,
            only_if,
            vec![start],
        )
    }
}
