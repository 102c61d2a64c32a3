//! The steps of a replica whose container stays: named, attached and updated as the file says, started or restarted.

use super::Up;
use super::pre_start::Before;
use super::replica::{Placed, Replaced};
use crate::label;
use crate::model::{HookKind, Readiness, Service, ServiceName};
use crate::plan::decide::is_done;
use crate::plan::hook::{pre_stop, run_hooks};
use crate::plan::update::{Join, Updates, foreign_networks};
use crate::plan::{
    OnlyIf, Operation, PlanError, Reason, Resource, StepId, Target, Unchanged, Warning,
};
use crate::state::{Container, Status};

impl<'a> Up<'a> {
    pub(super) fn keep(
        &mut self,
        (service, number): (&'a Service, u32),
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
                let before = Before {
                    number,
                    resource: &resource,
                    named: &named,
                    after: &after.clone(),
                    only_if: None,
                };
                after.extend(self.pre_start(service, &before)?);
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
            self.unchanged.push(Unchanged {
                resource: resource.clone(),
                status: container.status.clone(),
            });
        }
        if !start && is_done(&self.needed, service, container, self.options) {
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

    /// The dependency with `restart: true` that is replaced or restarted, if there is one.
    pub(super) fn replaced_dependency(&self, service: &Service) -> Option<(ServiceName, Replaced)> {
        let restarts = service.depends_on.iter().filter(|(_, on)| on.restart);
        let placed = restarts.flat_map(|(name, _)| {
            let placed = self.placed.get(name).into_iter().flatten();
            placed.map(move |placed| (name.clone(), placed.replaced.clone()))
        });
        let mut replaced = placed.filter(|(_, replaced)| *replaced != Replaced::No);
        replaced.next()
    }

    /// Stops a container and starts it again when what it depends on is as it has to be.
    pub(super) fn restart(
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

    /// The steps that change a container that is there; answers the last of them.
    pub(super) fn update(
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

    pub(super) fn warn_of_foreign_networks(&mut self, service: &Service, container: &Container) {
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
}
