//! Containers that run to their end before a service's own is started (specification: `pre_start`).
//!
//! Such a container is made when the service's own is there, whose mounts it shares; it is started when what the service
//! depends on is as it has to be, and goes when it has ended well. One that failed stays to be looked at until the next
//! time. They run for containers that were never started: once for all replicas, and not for further ones, unless the
//! hook says `per_replica`.

use std::fmt::Display;

use indexmap::IndexMap;

use super::Up;
use crate::label;
use crate::model::{
    Condition, Healthcheck, Hook, HookKind, NetworkAccess, NewContainer, Positions, Project,
    RestartPolicy, Service,
};
use crate::plan::container::network_access;
use crate::plan::decide::{Decided, Decision};
use crate::plan::{OnlyIf, Operation, PlanError, Reason, Resource, StepId, Target};
use crate::state::Status;

const REASON: Reason = Reason::Hook(HookKind::PreStart);

/// The replica before whose start the hooks run.
pub(super) struct Before<'b> {
    /// Its number.
    pub(super) number: u32,
    /// Its container.
    pub(super) resource: &'b Resource,
    /// The steps after which that is there and bears its name.
    pub(super) named: &'b [StepId],
    /// The steps before its start.
    pub(super) after: &'b [StepId],
    /// The condition of its start.
    pub(super) only_if: Option<&'b OnlyIf>,
}

/// Whether the hooks that run once for all replicas have to: not where one was started with them already.
pub(super) fn runs_for_all(decided: &Decided<'_>) -> bool {
    decided
        .replicas
        .iter()
        .all(|replica| match replica.decision {
            Decision::Create | Decision::Recreate { .. } => true,
            Decision::Keep { container, .. } => container.status == Status::Created,
        })
}

impl<'a> Up<'a> {
    /// Runs the service's hooks before its start; answers the steps that have to be done for it.
    pub(super) fn pre_start(
        &mut self,
        service: &'a Service,
        before: &Before<'_>,
    ) -> Result<Vec<StepId>, PlanError> {
        let mut steps = Vec::new();
        let mut after = before.after.to_vec();
        for (index, hook) in service.spec.pre_start.iter().enumerate() {
            let is_unchanged = matches!(before.only_if, Some(OnlyIf::Unchanged(_)));
            let key = (service.name.clone(), index, is_unchanged);
            if !hook.per_replica {
                if !self.hooks_for_all.contains(&service.name) {
                    continue;
                }
                if let Some(done) = self.hooks.get(&key) {
                    after = done.clone();
                    steps.extend(done);
                    continue;
                }
            }
            let of_hook = self.run_before(service, hook, index, before, &after)?;
            after.clone_from(&of_hook);
            steps.extend(&of_hook);
            if !hook.per_replica {
                self.hooks.insert(key, of_hook);
            }
        }
        Ok(steps)
    }

    /// Makes, starts, waits for and removes the container of one hook; answers the steps up to its end.
    fn run_before(
        &mut self,
        service: &'a Service,
        hook: &Hook,
        index: usize,
        before: &Before<'_>,
        after: &[StepId],
    ) -> Result<Vec<StepId>, PlanError> {
        let mut parts: Vec<&dyn Display> = vec![&service.name, &HookKind::PreStart, &index];
        if hook.per_replica {
            parts.push(&before.number);
        }
        let name = label::joined(self.project, &parts);
        let resource = Resource::Container {
            name: name.clone(),
            replica: None,
        };
        let mut positions = Positions::default();
        let place = format!("{}[{index}]", HookKind::PreStart);
        if let Some(position) = service.positions.find(&place) {
            positions.insert("", position.clone());
        }
        self.origins.insert(resource.clone(), positions);
        let container = container(self.project, service, hook, &name, before);
        let mut needs = before.named.to_vec();
        needs.extend(self.hook_image(service, &container.spec.image)?);
        needs.extend(self.told(service)?);
        needs.extend(self.clear_hook(&name));
        let operation = Operation::CreateContainer {
            container: Box::new(container),
            replaces: None,
        };
        let create = self.steps.add(resource.clone(), operation, REASON, needs);
        self.steps.add_if(before.only_if, create);
        let target = Target::CreatedBy {
            step: create,
            or: None,
        };
        let filled = self.fill(service, &resource, &target, before.only_if, create);
        let start = Operation::StartContainer {
            target: target.clone(),
        };
        let wait = Operation::Wait {
            target: target.clone(),
            condition: Condition::ServiceCompletedSuccessfully,
            ready: service.ready,
            required: true,
        };
        let remove = Operation::RemoveContainer {
            target,
            volumes: true,
        };
        let mut steps = vec![create, filled];
        let mut last = [after, &[filled]].concat();
        for operation in [start, wait, remove] {
            let is_removal = matches!(operation, Operation::RemoveContainer { .. });
            let step = self.steps.add(resource.clone(), operation, REASON, last);
            last = vec![self.steps.add_if(before.only_if, step)];
            if !is_removal {
                steps.push(step);
            }
        }
        Ok(steps)
    }

    /// Removes the container of an earlier run of a hook.
    fn clear_hook(&mut self, name: &str) -> Option<StepId> {
        if let Some(step) = self.cleared_hooks.get(name) {
            return Some(*step);
        }
        let mut containers = self.state.containers.iter();
        let left = containers.find(|container| container.name == name)?;
        let step = self.discard(left, &Reason::LeftBehind);
        self.cleared_hooks.insert(name.to_owned(), step);
        Some(step)
    }
}

/// The container of a hook: like the service's own, but for what it does and how others reach it.
fn container(
    project: &Project,
    service: &Service,
    hook: &Hook,
    name: &str,
    before: &Before<'_>,
) -> NewContainer {
    let mut spec = service.spec.clone();
    if let Some(image) = &hook.image {
        spec.image.clone_from(image);
    }
    spec.command = (!hook.command.is_empty()).then(|| hook.command.clone());
    spec.entrypoint = None;
    spec.user = hook.user.clone().or(spec.user);
    spec.working_dir = hook.working_dir.clone().or(spec.working_dir);
    spec.privileged |= hook.privileged;
    spec.environment.extend(hook.environment.clone());
    spec.healthcheck = Some(Healthcheck {
        test: vec!["NONE".to_owned()],
        ..Healthcheck::default()
    });
    spec.restart = RestartPolicy::No;
    spec.labels = IndexMap::new();
    (spec.tty, spec.stdin_open) = (false, false);
    (spec.container_name, spec.hostname, spec.mac_address) = (None, None, None);
    (spec.pre_start, spec.post_start) = (Vec::new(), Vec::new());
    (spec.ports, spec.expose) = (Vec::new(), Vec::new());
    // Its mounts are those of the service's container.
    (spec.volumes, spec.volumes_from) = (Vec::new(), Vec::new());
    let labels = [
        (label::PROJECT, project.name.to_string()),
        (label::SERVICE, service.name.to_string()),
        (label::ONE_OFF, "True".to_owned()),
        (label::VERSION, label::COMPOSE_VERSION.to_owned()),
    ];
    NewContainer {
        name: name.to_owned(),
        network: reaching_out(network_access(project, service, before.number)),
        mounts: Vec::new(),
        volumes_from: vec![before.resource.name().to_owned()],
        labels: labels
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
        spec,
        one_off: None,
    }
}

/// The service's networks without its names and addresses there: nobody shall take the hook for the service.
fn reaching_out(mut network: NetworkAccess) -> NetworkAccess {
    if let NetworkAccess::Networks(endpoints) = &mut network {
        for endpoint in endpoints {
            endpoint.aliases = Vec::new();
            endpoint.ipv4_address = None;
            endpoint.ipv6_address = None;
            endpoint.link_local_ips = Vec::new();
            endpoint.mac_address = None;
        }
    }
    network
}
