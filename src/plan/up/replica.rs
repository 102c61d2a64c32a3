//! The steps of one replica: made, kept or made anew, started when what it depends on is as it has to be.

use super::Up;
use super::pre_start::runs_for_all;
use crate::label;
use crate::model::{NotCarried, Readiness, Service};
use crate::plan::decide::{Decided, Decision, Replica};
use crate::plan::{OnlyIf, PlanError, Reason, Resource, StepId, Target, Warning};
use crate::state::Health;

/// A replica's container once its steps are planned.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) resource: Resource,
    pub(super) target: Target,
    /// Steps after which it bears its name, and others may refer to it.
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
        self.tell_not_carried(service);
        for container in &decided.superfluous {
            self.discard(container, &Reason::Superfluous);
        }
        if let Some(provider) = &service.provider {
            self.provider(service, provider)?;
        }
        if runs_for_all(decided) {
            self.hooks_for_all.insert(service.name.clone());
        }
        let mut placed = Vec::with_capacity(decided.replicas.len());
        for replica in &decided.replicas {
            placed.push(self.replica(replica)?);
        }
        self.placed.insert(service.name.clone(), placed);
        Ok(())
    }

    /// Tells what the service has and no engine call carries.
    pub(super) fn tell_not_carried(&mut self, service: &Service) {
        for NotCarried { key, why } in &service.not_carried {
            self.warnings.push(Warning {
                message: format!("{}: `{key}` {why}", service.name),
                position: service.positions.find(key).cloned(),
            });
        }
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
            .flat_map(|container| self.clear_leftover(service, &resource, container))
            .collect();
        match &replica.decision {
            Decision::Create => {
                let create = self.create(replica, &resource, None, Reason::Missing, cleared)?;
                let target = Target::CreatedBy {
                    step: create,
                    or: None,
                };
                let filled = self.fill(service, &resource, &target, None, create);
                self.start_new(replica, resource, target, create, filled)
            }
            Decision::Keep {
                container,
                updates,
                start,
            } => self.keep(
                (service, number),
                resource,
                container,
                updates,
                *start,
                &cleared,
            ),
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
}
