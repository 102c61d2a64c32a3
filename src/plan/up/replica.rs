//! The steps of one replica: made, kept or made anew, started when what it depends on is as it has to be.

use super::Up;
use crate::label;
use crate::model::{HookKind, NotCarried, Readiness, Service, ServiceName};
use crate::plan::container::new_container;
use crate::plan::content;
use crate::plan::decide::{Decided, Decision, ImageWas, Replica, is_done, shared_services};
use crate::plan::hook::{pre_stop, run_hooks};
use crate::plan::update::{Join, Updates, foreign_networks};
use crate::plan::{
    Brought, OnlyIf, Operation, PlanError, Reason, Resource, StepId, Target, Warning,
};
use crate::state::{Container, Health, Status};

/// A replica's container once its steps are planned.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) resource: Resource,
    pub(super) target: Target,
    /// Steps after which it bears its name.
    pub(super) named: Vec<StepId>,
    /// Steps after which it runs.
    pub(super) started: Vec<StepId>,
    /// What it is now, where it stays as it is.
    pub(super) health: Option<Health>,
    pub(super) completed: bool,
    pub(super) ready: Readiness,
    pub(super) replaced: Replaced,
}

/// Whether a replica's container is another one or restarted after the plan.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Replaced {
    No,
    Yes,
    If(OnlyIf),
}

impl<'a> Up<'a> {
    pub(super) fn service(
        &mut self,
        service: &'a Service,
        decided: &Decided<'a>,
    ) -> Result<(), PlanError> {
        for NotCarried {
            key,
            why,
            is_refused,
        } in &service.not_carried
        {
            if *is_refused {
                return Err(PlanError::NotCarried {
                    service: service.name.clone(),
                    key: key.clone(),
                    why: why.clone(),
                    position: service.positions.find(key).cloned(),
                });
            }
            self.warnings.push(Warning {
                message: format!("{}: `{key}` {why}", service.name),
                position: service.positions.find(key).cloned(),
            });
        }
        for container in &decided.superfluous {
            self.discard(container, &Reason::Superfluous);
        }
        let mut placed = Vec::with_capacity(decided.replicas.len());
        for replica in &decided.replicas {
            placed.push(self.replica(replica)?);
        }
        self.placed.insert(service.name.clone(), placed);
        Ok(())
    }

    fn replica(&mut self, replica: &Replica<'a>) -> Result<Placed, PlanError> {
        let (service, number) = (replica.service, replica.number);
        let name = label::container_name(self.project, service, number);
        let resource = Resource::Container {
            name: name.clone(),
            replica: Some((service.name.clone(), number)),
        };
        self.origins
            .insert(resource.clone(), service.positions.clone());
        let cleared: Vec<StepId> = replica
            .leftovers
            .iter()
            .map(|container| self.discard(container, &Reason::LeftBehind))
            .collect();
        match &replica.decision {
            Decision::Create => {
                let create = self.create(replica, &resource, None, Reason::Missing, cleared)?;
                let target = Target::CreatedBy {
                    step: create,
                    or: None,
                };
                let filled = self.fill(service, &resource, &target, None, create);
                Ok(self.start_new(service, resource, target, create, filled))
            }
            Decision::Keep {
                container,
                updates,
                start,
            } => self.keep(service, resource, container, updates, *start, &cleared),
            Decision::Recreate {
                container,
                reason,
                if_changed,
                updates,
            } => {
                let unless = (!if_changed.is_empty()).then_some((if_changed.as_slice(), updates));
                self.recreate(replica, resource, container, reason, unless, &cleared)
            }
        }
    }

    fn keep(
        &mut self,
        service: &'a Service,
        resource: Resource,
        container: &Container,
        updates: &Updates,
        start: bool,
        cleared: &[StepId],
    ) -> Result<Placed, PlanError> {
        let attached = self.attached(service)?;
        let target = Target::Existing(container.id.clone());
        let mut named = Vec::new();
        if container.name != resource.name() {
            let rename = Operation::RenameContainer {
                target: target.clone(),
                to: resource.name().to_owned(),
            };
            let reason = if label::is_interim(&container.name, resource.name()) {
                Reason::LeftBehind
            } else {
                Reason::Renamed(container.name.clone())
            };
            named.push(
                self.steps
                    .add(resource.clone(), rename, reason, cleared.to_vec()),
            );
        }
        self.warn_of_foreign_networks(service, container);
        let after = [attached.as_slice(), cleared, &named].concat();
        let last_update = self.update(&resource, &target, updates, after, None);
        let mut started = [named.as_slice(), &last_update].concat();
        // Who asks for more than the engine's word waits for it.
        let asks_for_more = container.is_doubtful && service.ready == Readiness::Reachable;
        let mut health = container.health.filter(|_| !(start || asks_for_more));
        let mut becomes = Replaced::No;
        if start && !self.options.no_start {
            let mut after = self.dependencies(service);
            // A leftover may hold the name or host ports.
            after.extend(if named.is_empty() { cleared } else { &named });
            after.extend(attached);
            after.extend(&last_update);
            if container.status == Status::Created {
                // Whoever made it may have been interrupted before its files were in it.
                let files = self.copy(service, &resource, &target, after.clone());
                after.extend(files);
            }
            let operation = Operation::StartContainer {
                target: target.clone(),
            };
            let reason = Reason::NotRunning(container.status.clone());
            let start = self.steps.add(resource.clone(), operation, reason, after);
            started = self.after_start(service, &resource, &target, None, start);
        } else if let Some((name, replaced)) = self.replaced_dependency(service)
            && container.status.is_up()
            && !self.options.no_start
        {
            let why = (&name, &replaced);
            started = self.restart(service, &resource, container, why, &started);
            health = None;
            becomes = replaced;
        } else if started.is_empty() {
            self.unchanged.push(resource.clone());
        }
        if !start && is_done(self.project, service, container, self.options) {
            self.warnings.push(Warning {
                message: format!(
                    "container {} has done its work and stays as it is: `up {}` starts it again",
                    container.name, service.name
                ),
                position: None,
            });
        }
        Ok(Placed {
            ready: service.ready,
            resource,
            target,
            named,
            health,
            replaced: becomes,
            completed: !start && container.status == Status::Exited && container.exit_code == 0,
            started,
        })
    }

    /// Create new, stop old, swap the names, start new, remove old: whatever fails, one of the two is whole.
    fn recreate(
        &mut self,
        replica: &Replica<'a>,
        resource: Resource,
        old: &'a Container,
        reason: &Reason,
        unless_changed: Option<(&[ImageWas], &Updates)>,
        cleared: &[StepId],
    ) -> Result<Placed, PlanError> {
        let service = replica.service;
        // A leftover may hold the interim name.
        let create = self.create(
            replica,
            &resource,
            Some(old),
            reason.clone(),
            cleared.to_vec(),
        )?;
        let brought: Vec<Brought> = unless_changed
            .into_iter()
            .flat_map(|(images, _)| images)
            .filter_map(|(reference, was)| {
                let step = self.resources.image_step(reference)?;
                let was = was.clone();
                Some(Brought { step, was })
            })
            .collect();
        let changed = unless_changed.map(|_| OnlyIf::ImageChanged(brought.clone()));
        self.steps.add_if(changed.as_ref(), create);
        let existing = Target::Existing(old.id.clone());
        let target = Target::CreatedBy {
            step: create,
            or: changed.is_some().then(|| old.id.clone()),
        };
        let filled = self.fill(service, &resource, &target, changed.as_ref(), create);
        let mut after = self.dependencies(service);
        after.push(filled);
        let ready = after.clone();
        let swap = |up: &mut Self, operation, after: Vec<StepId>| {
            let id = up
                .steps
                .add(resource.clone(), operation, Reason::Replaces, after);
            up.steps.add_if(changed.as_ref(), id)
        };
        if old.status.is_up() {
            after = run_hooks(
                &mut self.steps,
                &resource,
                &existing,
                HookKind::PreStop,
                pre_stop(self.project, old),
                changed.as_ref(),
                after,
            );
            let operation = Operation::StopContainer {
                target: existing.clone(),
                timeout: self.options.timeout,
            };
            after = vec![swap(self, operation, after)];
        }
        let gives_name = old.name == resource.name();
        if gives_name {
            let to = label::replaced_name(&old.id, resource.name());
            after = vec![swap(
                self,
                Operation::RenameContainer {
                    target: existing.clone(),
                    to,
                },
                after,
            )];
        }
        let rename = Operation::RenameContainer {
            target: target.clone(),
            to: resource.name().to_owned(),
        };
        let named = swap(self, rename, after);
        let mut started = Vec::new();
        if !self.options.no_start {
            started.push(swap(
                self,
                Operation::StartContainer {
                    target: target.clone(),
                },
                vec![named],
            ));
        }
        let last = started.last().copied().unwrap_or(named);
        let new_start = started.pop();
        if let Some(start) = new_start {
            started = self.after_start(service, &resource, &target, changed.as_ref(), start);
        }
        swap(
            self,
            Operation::RemoveContainer {
                target: existing.clone(),
                volumes: false,
            },
            vec![last],
        );
        if let Some(start) = new_start {
            self.make_good(
                &resource,
                (&target, &existing),
                (named, start),
                gives_name,
                old,
            );
        }
        if let Some((_, updates)) = unless_changed {
            let steps: Vec<StepId> = brought.iter().map(|brought| brought.step).collect();
            let unchanged = OnlyIf::ImageUnchanged(brought);
            let after = [ready.as_slice(), &steps].concat();
            let last_update = self.update(&resource, &existing, updates, after, Some(&unchanged));
            started.extend(&last_update);
            if !old.status.is_up() && !self.options.no_start {
                let operation = Operation::StartContainer { target: existing };
                let reason = Reason::NotRunning(old.status.clone());
                let mut after = [ready, steps, last_update].concat();
                if old.status == Status::Created {
                    let target = Target::Existing(old.id.clone());
                    let copy = self.copy(service, &resource, &target, after.clone());
                    after.extend(copy.map(|step| self.steps.add_if(Some(&unchanged), step)));
                }
                let id = self.steps.add(resource.clone(), operation, reason, after);
                let start = self.steps.add_if(Some(&unchanged), id);
                let old = Target::Existing(old.id.clone());
                let unchanged = Some(&unchanged);
                started.extend(self.after_start(service, &resource, &old, unchanged, start));
            }
        }
        Ok(Placed {
            ready: service.ready,
            resource,
            target,
            named: vec![named],
            started,
            health: None,
            completed: false,
            replaced: changed.map_or(Replaced::Yes, Replaced::If),
        })
    }

    /// The dependency with `restart: true` that is replaced or restarted, if there is one.
    fn replaced_dependency(&self, service: &Service) -> Option<(ServiceName, Replaced)> {
        let restarts = service.depends_on.iter().filter(|(_, on)| on.restart);
        let placed = restarts.flat_map(|(name, _)| {
            let placed = self.placed.get(name).into_iter().flatten();
            placed.map(move |placed| (name.clone(), placed.replaced.clone()))
        });
        let mut replaced = placed.filter(|(_, replaced)| *replaced != Replaced::No);
        replaced.next()
    }

    /// Stops a container and starts it again when what it depends on is as it has to be.
    fn restart(
        &mut self,
        service: &Service,
        resource: &Resource,
        container: &Container,
        (dependency, replaced): (&ServiceName, &Replaced),
        before: &[StepId],
    ) -> Vec<StepId> {
        let only_if = match replaced {
            Replaced::If(only_if) => Some(only_if),
            _ => None,
        };
        let mut after = self.dependencies(service);
        after.extend(before);
        let target = Target::Existing(container.id.clone());
        let hooks = pre_stop(self.project, container);
        let steps = &mut self.steps;
        after = run_hooks(
            steps,
            resource,
            &target,
            HookKind::PreStop,
            hooks,
            only_if,
            after,
        );
        let reason = Reason::DependencyReplaced(dependency.clone());
        let stop = Operation::StopContainer {
            target: target.clone(),
            timeout: self.options.timeout,
        };
        let stop = self
            .steps
            .add(resource.clone(), stop, reason.clone(), after);
        self.steps.add_if(only_if, stop);
        let start = Operation::StartContainer {
            target: target.clone(),
        };
        let start = self.steps.add(resource.clone(), start, reason, vec![stop]);
        self.steps.add_if(only_if, start);
        self.after_start(service, resource, &target, only_if, start)
    }

    /// What happens where the new container doesn't start, and thus never ran: it goes, and the old one comes back.
    fn make_good(
        &mut self,
        resource: &Resource,
        (new, old): (&Target, &Target),
        (named, start): (StepId, StepId),
        gives_name: bool,
        was: &Container,
    ) {
        let mut operations = vec![Operation::RemoveContainer {
            target: new.clone(),
            volumes: false,
        }];
        if gives_name {
            operations.push(Operation::RenameContainer {
                target: old.clone(),
                to: resource.name().to_owned(),
            });
        }
        if was.status.is_up() {
            operations.push(Operation::StartContainer {
                target: old.clone(),
            });
        }
        let only_if = OnlyIf::Failed(vec![named, start]);
        let mut after = vec![start];
        for operation in operations {
            let id = self
                .steps
                .add(resource.clone(), operation, Reason::Restores, after);
            after = vec![self.steps.add_if(Some(&only_if), id)];
        }
    }

    /// The steps that change a container that is there; answers the last of them.
    fn update(
        &mut self,
        resource: &Resource,
        target: &Target,
        updates: &Updates,
        mut after: Vec<StepId>,
        only_if: Option<&OnlyIf>,
    ) -> Vec<StepId> {
        let mut calls = Vec::new();
        if let Some((limits, changes)) = &updates.limits {
            let limits = Box::new(limits.clone());
            let target = target.clone();
            calls.push((
                Operation::UpdateContainer { target, limits },
                changes.clone(),
            ));
        }
        for Join {
            endpoint,
            changes,
            again,
        } in &updates.joins
        {
            if *again {
                let network = endpoint.network.clone();
                let target = target.clone();
                let leave = Operation::DisconnectNetwork { target, network };
                calls.push((leave, changes.clone()));
            }
            let endpoint = Box::new(endpoint.clone());
            let target = target.clone();
            calls.push((
                Operation::ConnectNetwork { target, endpoint },
                changes.clone(),
            ));
        }
        for (network, change) in &updates.leaves {
            let (target, network) = (target.clone(), network.clone());
            let leave = Operation::DisconnectNetwork { target, network };
            calls.push((leave, vec![change.clone()]));
        }
        if calls.is_empty() {
            return Vec::new();
        }
        for (operation, changes) in calls {
            let (reason, before) = (Reason::Changed(changes), std::mem::take(&mut after));
            let id = self.steps.add(resource.clone(), operation, reason, before);
            after.push(self.steps.add_if(only_if, id));
        }
        after
    }

    fn warn_of_foreign_networks(&mut self, service: &Service, container: &Container) {
        let foreign = foreign_networks(self.project, service, container, self.state);
        let foreign: Vec<_> = foreign.map(str::to_owned).collect();
        for network in foreign {
            self.warnings.push(Warning {
                message: format!(
                    "container {} is on network {network} too, which the stack file does not name: it stays there",
                    container.name
                ),
                position: service.positions.find("networks").cloned(),
            });
        }
    }

    fn create(
        &mut self,
        replica: &Replica<'a>,
        resource: &Resource,
        replaces: Option<&Container>,
        reason: Reason,
        mut after: Vec<StepId>,
    ) -> Result<StepId, PlanError> {
        let service = replica.service;
        after.extend(self.needs(service)?);
        for other in shared_services(service) {
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
        let container = new_container(
            self.project,
            service,
            replica.number,
            replaces,
            image_id,
            self.options,
        );
        let operation = Operation::CreateContainer {
            container: Box::new(container),
            replaces: replaces.map(|old| old.id.clone()),
        };
        Ok(self.steps.add(resource.clone(), operation, reason, after))
    }

    fn start_new(
        &mut self,
        service: &'a Service,
        resource: Resource,
        target: Target,
        create: StepId,
        filled: StepId,
    ) -> Placed {
        let mut started = Vec::new();
        if !self.options.no_start {
            let mut after = self.dependencies(service);
            after.push(filled);
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
        Placed {
            ready: service.ready,
            resource,
            target,
            named: vec![create],
            started,
            health: None,
            completed: false,
            replaced: Replaced::Yes,
        }
    }

    /// Puts the service's files into a new container; answers the step after which it is complete.
    fn fill(
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

    fn copy(
        &mut self,
        service: &Service,
        resource: &Resource,
        target: &Target,
        after: Vec<StepId>,
    ) -> Option<StepId> {
        let (files, granted) = content::files(self.project, service);
        if files.is_empty() {
            return None;
        }
        let operation = Operation::CopyFiles {
            target: target.clone(),
            files,
        };
        let reason = Reason::Granted(granted);
        Some(self.steps.add(resource.clone(), operation, reason, after))
    }

    /// Runs the service's hooks in a container that was started; answers the steps after which others may rely on it.
    fn after_start(
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
