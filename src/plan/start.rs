//! The plan that starts containers that are there, and what starting and restarting them have in common.

use std::collections::HashMap;

use super::content;
use super::down::{origins, resource_of};
use super::hook::run_hooks;
use super::steps::Steps;
use super::{OnlyIf, Operation, Plan, PlanError, Reason, StepId, Target, Unchanged};
use crate::graph::ServiceGraph;
use crate::label;
use crate::model::{Condition, Dependency, Hook, HookKind, Project, Readiness, ServiceName};
use crate::state::{ActualState, ApiAccess, Container, Health, Status};

/// What the user asked of `start`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StartOptions {
    /// The services to start, with what they depend on.
    pub services: Vec<ServiceName>,
    /// Wait until these services are ready.
    pub wait: bool,
}

/// Plans what starts the services' containers that don't run: dependencies before what depends on them.
///
/// # Errors
/// Where a service, or another one that it requires, has no container.
pub fn start(
    project: &Project,
    state: &ActualState,
    options: &StartOptions,
) -> Result<Plan, PlanError> {
    let mut starts = Starts::new(project, state);
    let graph = starts.graph();
    starts.check_containers(&options.services, "start")?;
    let named = options.services.iter().map(ServiceName::as_str);
    for service in graph.with_dependencies(named) {
        starts.check_dependencies(service)?;
        let (up, down): (Vec<_>, Vec<_>) = starts.containers_of(service).partition(|container| {
            matches!(container.status, Status::Running | Status::Restarting)
        });
        for container in up {
            starts.unchanged.push(Unchanged {
                resource: resource_of(container),
                status: container.status.clone(),
            });
            starts.place(service, container, Vec::new());
        }
        if down.is_empty() {
            continue;
        }
        starts.check_prepared(service)?;
        let after = starts.dependencies(service);
        let reason = starts.ready(service);
        for container in down {
            let operation = Operation::StartContainer {
                target: Target::Existing(container.id.clone()),
            };
            let resource = resource_of(container);
            let mut after = after.clone();
            if container.status == Status::Created {
                after.extend(starts.copy(container, state.api.as_ref()));
            }
            let step = (starts.steps).add(resource, operation, reason.clone(), after);
            let started = starts.after_start(container, step);
            starts.place(service, container, started);
        }
    }
    if options.wait {
        for service in &options.services {
            starts.wait_until_ready(service);
        }
    }
    Ok(starts.into_plan())
}

/// A container once its steps are planned.
struct Placed<'a> {
    container: &'a Container,
    /// Steps after which it runs again; none where it goes on as it is.
    started: Vec<StepId>,
}

/// Containers that are there on their way to run, each when what it depends on is as it has to be.
pub(super) struct Starts<'a> {
    pub(super) project: &'a Project,
    pub(super) steps: Steps,
    pub(super) unchanged: Vec<Unchanged>,
    containers: Vec<&'a Container>,
    placed: HashMap<String, Vec<Placed<'a>>>,
    waits: HashMap<(String, Condition, bool), StepId>,
}

impl<'a> Starts<'a> {
    pub(super) fn new(project: &'a Project, state: &'a ActualState) -> Self {
        let containers = state.containers.iter().filter(|container| {
            container.service().is_some()
                && !container.is_one_off()
                && container.status != Status::Removing
        });
        Self {
            project,
            steps: Steps::default(),
            unchanged: Vec::new(),
            containers: containers.collect(),
            placed: HashMap::new(),
            waits: HashMap::new(),
        }
    }

    /// Whether each of the services has a container to start, or whatever is to be done.
    ///
    /// # Errors
    /// With the first that has none.
    pub(super) fn check_containers(
        &self,
        services: &[ServiceName],
        to: &'static str,
    ) -> Result<(), PlanError> {
        for service in services {
            if self.containers_of(service.as_str()).next().is_none() {
                return Err(PlanError::NoContainer {
                    service: service.clone(),
                    to,
                });
            }
        }
        Ok(())
    }

    /// The services that have containers, and which depends on which.
    pub(super) fn graph(&self) -> ServiceGraph {
        let services = self.containers.iter();
        let services: Vec<&str> = services
            .filter_map(|container| container.service())
            .collect();
        let edges = services.iter().flat_map(|service| {
            let dependencies = self.depends_on(service).into_iter();
            dependencies.map(|(name, _)| (*service, name))
        });
        let edges: Vec<(&str, ServiceName)> = edges.collect();
        let edges = edges
            .iter()
            .map(|(service, name)| (*service, name.as_str()));
        // A circle can only be in labels of containers that are older than one another.
        ServiceGraph::new(services.iter().copied(), edges)
            .or_else(|_| ServiceGraph::new(services.iter().copied(), []))
            .unwrap_or_default()
    }

    /// The containers of a service, in the order of their names.
    pub(super) fn containers_of(
        &self,
        service: &str,
    ) -> impl Iterator<Item = &'a Container> + use<'a> {
        let service = service.to_owned();
        let containers = self.containers.clone().into_iter();
        containers.filter(move |container| container.service() == Some(&service))
    }

    /// What the service depends on: by the file, else by its containers' labels.
    pub(super) fn depends_on(&self, service: &str) -> Vec<(ServiceName, Dependency)> {
        if let Some(service) = self.project.services.get(service) {
            let dependencies = service.depends_on.iter();
            return dependencies
                .map(|(name, dependency)| (name.clone(), *dependency))
                .collect();
        }
        let first = self.containers_of(service).next();
        first.map_or_else(Vec::new, |container| {
            label::depends_on(&container.labels).collect()
        })
    }

    /// Whatever the service requires must have a container, unless the file wants none of it.
    fn check_dependencies(&self, service: &str) -> Result<(), PlanError> {
        for (dependency, on) in self.depends_on(service) {
            let written = self.project.services.get(&dependency);
            let is_wanted = written.is_none_or(|dependency| dependency.scale > 0);
            let is_missing = self.containers_of(dependency.as_str()).next().is_none();
            if on.required && is_wanted && is_missing {
                return Err(PlanError::MissingDependency {
                    service: service.to_owned(),
                    dependency,
                });
            }
        }
        Ok(())
    }

    /// Hooks that run before the first start of containers are run by `up`, and nothing is started without them.
    fn check_prepared(&self, name: &str) -> Result<(), PlanError> {
        let Some(service) = self.project.services.get(name) else {
            return Ok(());
        };
        let is_new = |container: &Container| container.status == Status::Created;
        let hooks = &service.spec.pre_start;
        let for_each =
            hooks.iter().any(|hook| hook.per_replica) && self.containers_of(name).any(is_new);
        if for_each || (!hooks.is_empty() && self.containers_of(name).all(is_new)) {
            return Err(PlanError::NotPrepared {
                service: service.name.clone(),
                position: service.positions.find("pre_start").cloned(),
            });
        }
        Ok(())
    }

    /// The reason to start a service now: what it depends on is there.
    fn ready(&self, service: &str) -> Reason {
        let dependencies = self.depends_on(service).into_iter();
        let placed = dependencies.filter(|(name, _)| self.placed.contains_key(name.as_str()));
        Reason::Ready(placed.map(|(name, on)| (name, on.condition)).collect())
    }

    /// The steps after which all that the service depends on is as it has to be.
    pub(super) fn dependencies(&mut self, service: &str) -> Vec<StepId> {
        let Ok(dependent) = ServiceName::new(service) else {
            return Vec::new();
        };
        let mut after = Vec::new();
        for (name, on) in self.depends_on(service) {
            let reason = Reason::NeededBy(dependent.clone(), on.condition);
            after.extend(self.wait_for(&name, on.condition, on.required, &reason, false));
        }
        after
    }

    /// The steps after which every container of the service is in this state; with `explicit` even where a start alone
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
        let ready = self.project.services.get(service);
        let ready = ready.map_or_else(Readiness::default, |service| service.ready);
        for placed in self.placed.get(service.as_str()).into_iter().flatten() {
            let container = placed.container;
            let so_already = placed.started.is_empty() && is_in(container, condition);
            if so_already {
                continue;
            }
            // A wait of its own lets the dependent go on where the start of what it doesn't require fails.
            if condition == Condition::ServiceStarted && !explicit && required {
                after.extend(&placed.started);
                continue;
            }
            let key = (container.id.clone(), condition, required);
            let steps = &mut self.steps;
            after.push(*self.waits.entry(key).or_insert_with(|| {
                let operation = Operation::Wait {
                    target: Target::Existing(container.id.clone()),
                    condition,
                    ready,
                    required,
                };
                let resource = resource_of(container);
                steps.add(resource, operation, reason.clone(), placed.started.clone())
            }));
        }
        after
    }

    /// Waits until the service has come as far as it can: a job has done its work.
    fn wait_until_ready(&mut self, service: &ServiceName) {
        let mut others = self.containers.iter();
        let is_job = others.any(|container| {
            let name = container.service().unwrap_or_default();
            let mut dependencies = self.depends_on(name).into_iter();
            dependencies.any(|(name, on)| {
                name == *service && on.condition == Condition::ServiceCompletedSuccessfully
            })
        });
        let mut containers = self.containers_of(service.as_str());
        let condition = if is_job {
            Condition::ServiceCompletedSuccessfully
        } else if containers.any(|container| container.health_test.is_some()) {
            Condition::ServiceHealthy
        } else {
            Condition::ServiceStarted
        };
        self.wait_for(service, condition, true, &Reason::Asked("--wait"), true);
    }

    /// Runs the service's hooks in a container that was started; answers the steps after which others may rely on it.
    pub(super) fn after_start(&mut self, container: &Container, start: StepId) -> Vec<StepId> {
        let service = container.service().unwrap_or_default();
        let service = self.project.services.get(service);
        let hooks: &[Hook] = service.map_or(&[], |service| &service.spec.post_start);
        let no_condition: Option<&OnlyIf> = None;
        run_hooks(
            &mut self.steps,
            &resource_of(container),
            &Target::Existing(container.id.clone()),
            HookKind::PostStart,
            hooks,
            no_condition,
            vec![start],
        )
    }

    /// Puts in a container that never ran what it is granted: whoever made it may have been interrupted before.
    fn copy(&mut self, container: &Container, api: Option<&ApiAccess>) -> Option<StepId> {
        let service = self.project.services.get(container.service()?)?;
        let (files, reason) = content::copied(self.project, service, api)?;
        let operation = Operation::CopyFiles {
            target: Target::Existing(container.id.clone()),
            files,
        };
        let resource = resource_of(container);
        Some(self.steps.add(resource, operation, reason, Vec::new()))
    }

    /// Notes a container whose steps are planned.
    pub(super) fn place(&mut self, service: &str, container: &'a Container, started: Vec<StepId>) {
        let placed = self.placed.entry(service.to_owned()).or_default();
        placed.push(Placed { container, started });
    }

    pub(super) fn into_plan(self) -> Plan {
        Plan {
            project: self.project.name.clone(),
            steps: self.steps.into_steps(),
            unchanged: self.unchanged,
            warnings: Vec::new(),
            origins: origins(self.project, &self.containers, &[]),
        }
    }
}

/// Whether a container that goes on as it is is in this state.
fn is_in(container: &Container, condition: Condition) -> bool {
    match condition {
        Condition::ServiceStarted => true,
        Condition::ServiceHealthy => {
            container.health == Some(Health::Healthy) && !container.is_doubtful
        }
        // Only what is started is placed without running.
        Condition::ServiceCompletedSuccessfully => false,
    }
}
