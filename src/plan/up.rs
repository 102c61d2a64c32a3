//! The plan that raises a project.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::container::new_container;
use super::decide::{Decided, Decision, Replica, decide, shared_services};
use super::resource::Resources;
use super::{OnlyIf, Operation, Plan, PlanError, Reason, Resource, Step, StepId, Target, Warning};
use crate::graph::ServiceGraph;
use crate::label;
use crate::model::{Condition, Dependency, Project, PullPolicy, Service, ServiceName};
use crate::state::{ActualState, Container, Health, Status};

/// When containers are made anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recreate {
    /// When they are not what the file says.
    #[default]
    Diverged,
    /// Always.
    Force,
    /// Never.
    Never,
}

/// What the user asked of `up`.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command"
)]
pub struct UpOptions {
    /// The services to raise; all where empty.
    pub services: Vec<ServiceName>,
    /// Leave out what they depend on.
    pub no_deps: bool,
    /// Build images even where they exist.
    pub build: bool,
    /// Never build.
    pub no_build: bool,
    /// The pull policy in place of the services' own.
    pub pull: Option<PullPolicy>,
    /// When the named services' containers are made anew.
    pub recreate: Recreate,
    /// Apply `recreate` to what they depend on too.
    pub always_recreate_deps: bool,
    /// Give new containers new anonymous volumes.
    pub renew_anon_volumes: bool,
    /// Make containers, but don't start them.
    pub no_start: bool,
    /// Remove containers whose service is gone from the file.
    pub remove_orphans: bool,
    /// Say nothing of such containers.
    pub ignore_orphans: bool,
    /// Wait until all named services are ready.
    pub wait: bool,
    /// Seconds until a container that has to stop is killed; absent: its own grace period.
    pub timeout: Option<i64>,
    /// Numbers of replicas in place of the file's.
    pub scale: IndexMap<ServiceName, u32>,
}

impl UpOptions {
    fn is_named(&self, service: &ServiceName) -> bool {
        self.services.is_empty() || self.services.contains(service)
    }

    pub(super) fn recreate_policy(&self, service: &ServiceName) -> Recreate {
        match self.recreate {
            Recreate::Force if !self.is_named(service) && !self.always_recreate_deps => {
                Recreate::Diverged
            }
            Recreate::Diverged if !self.is_named(service) && self.always_recreate_deps => {
                Recreate::Force
            }
            policy => policy,
        }
    }

    pub(super) fn scale(&self, service: &Service) -> u32 {
        self.scale
            .get(&service.name)
            .copied()
            .unwrap_or(service.scale)
    }
}

/// Plans what brings the project from what is to what its files say.
///
/// # Errors
/// Where the options name an unknown service, something external is missing, or an image can come from nowhere.
pub fn up(project: &Project, state: &ActualState, options: &UpOptions) -> Result<Plan, PlanError> {
    let graph = graph(project)?;
    let services = selected(project, &graph, options)?;
    let mut up = Up {
        project,
        state,
        options,
        steps: Steps::default(),
        resources: Resources::default(),
        placed: HashMap::new(),
        waits: HashMap::new(),
        unchanged: Vec::new(),
        warnings: Vec::new(),
    };
    let decided = decide(&services, state, options, |service| {
        state.images.contains_key(&service.spec.image) && up.image_is_renewed(service)
    });
    for (service, decided) in services.iter().zip(&decided) {
        up.service(service, decided)?;
    }
    if options.wait && !options.no_start {
        for service in services
            .iter()
            .filter(|service| options.is_named(&service.name))
        {
            let condition = if up.has_health(service) {
                Condition::ServiceHealthy
            } else {
                Condition::ServiceStarted
            };
            let reason = Reason::Asked("--wait");
            up.wait_for(&service.name, condition, true, &reason, true);
        }
    }
    up.orphans();
    Ok(Plan {
        project: project.name.clone(),
        steps: up.steps.into_steps(),
        unchanged: up.unchanged,
        warnings: up.warnings,
    })
}

/// The project's dependencies as a graph.
pub(super) fn graph(project: &Project) -> Result<ServiceGraph, PlanError> {
    let edges = project.services.iter().flat_map(|(name, service)| {
        service
            .depends_on
            .keys()
            .map(move |dependency| (name.as_str(), dependency.as_str()))
    });
    Ok(ServiceGraph::new(
        project.services.keys().map(ServiceName::as_str),
        edges,
    )?)
}

fn selected<'a>(
    project: &'a Project,
    graph: &ServiceGraph,
    options: &UpOptions,
) -> Result<Vec<&'a Service>, PlanError> {
    if let Some(unknown) = options
        .services
        .iter()
        .chain(options.scale.keys())
        .find(|name| !project.services.contains_key(*name))
    {
        return Err(PlanError::NoSuchService(unknown.clone()));
    }
    let wanted = |name: &&str| {
        options.services.is_empty()
            || options
                .services
                .iter()
                .any(|service| service.as_str() == *name)
    };
    let order = if options.no_deps {
        graph.start_order().into_iter().filter(wanted).collect()
    } else {
        let named: Vec<&str> = graph.start_order().into_iter().filter(wanted).collect();
        graph.with_dependencies(named)
    };
    Ok(order
        .into_iter()
        .filter_map(|name| project.services.get(name))
        .collect())
}

/// The steps so far.
#[derive(Debug, Default)]
pub(super) struct Steps(Vec<Step>);

impl Steps {
    /// Adds a step; answers its place.
    pub(super) fn add(
        &mut self,
        resource: Resource,
        operation: Operation,
        reason: Reason,
        mut after: Vec<StepId>,
    ) -> StepId {
        after.sort_unstable();
        after.dedup();
        self.0.push(Step {
            resource,
            operation,
            reason,
            after,
            only_if: None,
        });
        self.0.len() - 1
    }

    /// The steps in their order.
    pub(super) fn into_steps(self) -> Vec<Step> {
        self.0
    }

    fn add_if(&mut self, only_if: Option<&OnlyIf>, id: StepId) -> StepId {
        self.0[id].only_if = only_if.cloned();
        id
    }
}

/// A replica's container once its steps are planned.
#[derive(Debug)]
struct Placed {
    resource: Resource,
    target: Target,
    /// Steps after which it bears its name.
    named: Vec<StepId>,
    /// Steps after which it runs.
    started: Vec<StepId>,
    /// What it is now, where it stays as it is.
    health: Option<Health>,
    completed: bool,
}

pub(super) struct Up<'a> {
    pub(super) project: &'a Project,
    pub(super) state: &'a ActualState,
    pub(super) options: &'a UpOptions,
    pub(super) steps: Steps,
    pub(super) resources: Resources,
    placed: HashMap<ServiceName, Vec<Placed>>,
    waits: HashMap<(String, Condition, bool), StepId>,
    unchanged: Vec<Resource>,
    pub(super) warnings: Vec<Warning>,
}

impl<'a> Up<'a> {
    fn service(&mut self, service: &'a Service, decided: &Decided<'a>) -> Result<(), PlanError> {
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
                Ok(self.start_new(service, resource, target, create))
            }
            Decision::Keep { container, start } => {
                Ok(self.keep(service, resource, container, *start, cleared))
            }
            Decision::Recreate {
                container,
                reason,
                if_image_changes,
            } => self.recreate(
                replica,
                resource,
                container,
                reason,
                *if_image_changes,
                cleared,
            ),
        }
    }

    fn keep(
        &mut self,
        service: &'a Service,
        resource: Resource,
        container: &Container,
        start: bool,
        cleared: Vec<StepId>,
    ) -> Placed {
        let target = Target::Existing(container.id.clone());
        let mut named = Vec::new();
        if container.name != resource.name() {
            let rename = Operation::RenameContainer {
                target: target.clone(),
                to: resource.name().to_owned(),
            };
            named.push(
                self.steps
                    .add(resource.clone(), rename, Reason::LeftBehind, cleared),
            );
        }
        let mut started = named.clone();
        if start && !self.options.no_start {
            let mut after = self.dependencies(service);
            after.extend(&named);
            let operation = Operation::StartContainer {
                target: target.clone(),
            };
            let reason = Reason::NotRunning(container.status.clone());
            started = vec![self.steps.add(resource.clone(), operation, reason, after)];
        } else if named.is_empty() {
            self.unchanged.push(resource.clone());
        }
        Placed {
            resource,
            target,
            named,
            health: container.health.filter(|_| !start),
            completed: !start && container.status == Status::Exited && container.exit_code == 0,
            started,
        }
    }

    /// Create new, stop old, swap the names, start new, remove old: whatever fails, one of the two is whole.
    fn recreate(
        &mut self,
        replica: &Replica<'a>,
        resource: Resource,
        old: &'a Container,
        reason: &Reason,
        if_image_changes: bool,
        cleared: Vec<StepId>,
    ) -> Result<Placed, PlanError> {
        let service = replica.service;
        let create = self.create(replica, &resource, Some(old), reason.clone(), Vec::new())?;
        let image_step = self
            .resources
            .image_step(&service.spec.image)
            .filter(|_| if_image_changes);
        let changed = image_step.map(|step| OnlyIf::ImageChanged {
            step,
            was: old.image_id.clone(),
        });
        self.steps.add_if(changed.as_ref(), create);
        let existing = Target::Existing(old.id.clone());
        let target = Target::CreatedBy {
            step: create,
            or: if_image_changes.then(|| old.id.clone()),
        };
        let mut after = self.dependencies(service);
        after.push(create);
        after.extend(&cleared);
        let ready = after.clone();
        let swap = |up: &mut Self, operation, after: Vec<StepId>| {
            let id = up
                .steps
                .add(resource.clone(), operation, Reason::Replaces, after);
            up.steps.add_if(changed.as_ref(), id)
        };
        if old.status.is_up() {
            let operation = Operation::StopContainer {
                target: existing.clone(),
                timeout: self.options.timeout,
            };
            after = vec![swap(self, operation, after)];
        }
        if old.name == resource.name() {
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
        swap(
            self,
            Operation::RemoveContainer {
                target: existing.clone(),
                volumes: false,
            },
            vec![last],
        );
        if let Some(step) = image_step.filter(|_| !old.status.is_up() && !self.options.no_start) {
            let operation = Operation::StartContainer { target: existing };
            let reason = Reason::NotRunning(old.status.clone());
            let id = self.steps.add(
                resource.clone(),
                operation,
                reason,
                [ready, vec![step]].concat(),
            );
            let unchanged = OnlyIf::ImageUnchanged {
                step,
                was: old.image_id.clone(),
            };
            started.push(self.steps.add_if(Some(&unchanged), id));
        }
        Ok(Placed {
            resource,
            target,
            named: vec![named],
            started,
            health: None,
            completed: false,
        })
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
        let container = new_container(
            self.project,
            service,
            replica.number,
            replaces,
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
    ) -> Placed {
        let mut started = Vec::new();
        if !self.options.no_start {
            let mut after = self.dependencies(service);
            after.push(create);
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
            started.push(self.steps.add(resource.clone(), operation, reason, after));
        }
        Placed {
            resource,
            target,
            named: vec![create],
            started,
            health: None,
            completed: false,
        }
    }

    /// The steps after which all that the service depends on is as it has to be.
    fn dependencies(&mut self, service: &Service) -> Vec<StepId> {
        let mut after = Vec::new();
        for (
            name,
            Dependency {
                condition,
                required,
                ..
            },
        ) in &service.depends_on
        {
            let reason = Reason::NeededBy(service.name.clone(), *condition);
            after.extend(self.wait_for(name, *condition, *required, &reason, false));
        }
        after
    }

    /// The steps after which every replica of the service is in this state; with `explicit` even where a start alone
    /// would do.
    fn wait_for(
        &mut self,
        service: &ServiceName,
        condition: Condition,
        required: bool,
        reason: &Reason,
        explicit: bool,
    ) -> Vec<StepId> {
        let mut after = Vec::new();
        for placed in self.placed.get(service).into_iter().flatten() {
            let so_already = placed.started.is_empty()
                && match condition {
                    Condition::ServiceStarted => matches!(placed.target, Target::Existing(_)),
                    Condition::ServiceHealthy => placed.health == Some(Health::Healthy),
                    Condition::ServiceCompletedSuccessfully => placed.completed,
                };
            if so_already {
                continue;
            }
            if condition == Condition::ServiceStarted && !explicit {
                after.extend(&placed.started);
                continue;
            }
            let key = (placed.resource.name().to_owned(), condition, required);
            let steps = &mut self.steps;
            after.push(*self.waits.entry(key).or_insert_with(|| {
                let operation = Operation::Wait {
                    target: placed.target.clone(),
                    condition,
                    required,
                };
                let mut before = placed.started.clone();
                if let Target::CreatedBy { step, .. } = placed.target {
                    before.push(step);
                }
                steps.add(placed.resource.clone(), operation, reason.clone(), before)
            }));
        }
        after
    }

    /// Stops and removes a container that has no place any more.
    fn discard(&mut self, container: &Container, reason: &Reason) -> StepId {
        let replica = container
            .service()
            .and_then(|service| ServiceName::new(service).ok())
            .zip(container.number());
        let resource = Resource::Container {
            name: container.name.clone(),
            replica,
        };
        super::down::discard(
            &mut self.steps,
            resource,
            container,
            reason,
            Vec::new(),
            self.options.timeout,
            false,
        )
    }

    fn orphans(&mut self) {
        let project = self.project;
        let orphans: Vec<&Container> = self
            .state
            .containers
            .iter()
            .filter(|container| super::down::is_orphan(project, container))
            .collect();
        if self.options.remove_orphans {
            for container in orphans {
                self.discard(container, &Reason::Orphan);
            }
        } else if !orphans.is_empty() && !self.options.ignore_orphans {
            let names: Vec<_> = orphans
                .iter()
                .map(|container| container.name.as_str())
                .collect();
            self.warnings.push(Warning {
                message: format!(
                    "found orphan containers ({}) for this project: --remove-orphans removes containers of services that \
                     are no longer in the stack file",
                    names.join(", ")
                ),
                position: None,
            });
        }
    }

    /// Whether the service's health is tested, as far as can be known now.
    fn has_health(&self, service: &Service) -> bool {
        match &service.spec.healthcheck {
            Some(healthcheck) if healthcheck.is_disabled() => false,
            Some(healthcheck) if !healthcheck.test.is_empty() => true,
            _ => self
                .state
                .images
                .get(&service.spec.image)
                .is_none_or(|image| image.has_healthcheck),
        }
    }
}
