//! The plan that raises a project.

mod create;
mod dependency;
mod keep;
mod one_off;
mod pre_start;
mod recreate;
mod removal;
mod renew;
mod replica;

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::decide::{decide, jobs, namespace_services, needed};
use super::down::{discard, is_orphan};
use super::renew::Renewed;
use super::resource::Resources;
use super::steps::Steps;
use super::{Plan, PlanError, Reason, Resource, StepId, Unchanged, Warning};
use crate::graph::ServiceGraph;
use crate::model::{Condition, Positions, Project, PullPolicy, Service, ServiceName};
use crate::state::{ActualState, Container, ContainerMount, Status};
pub use one_off::{RunOptions, run};
use removal::Removal;
use replica::Placed;

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
    /// Replace containers that have anonymous volumes, and give the new ones new volumes.
    pub renew_anon_volumes: bool,
    /// Start tasks again that have done their work.
    pub rerun_done: bool,
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
    /// Networks to keep though they are not what the file says, by their names on the engine.
    pub kept_networks: Vec<String>,
    /// Volumes to make anew where they are not what the file says, by their names on the engine: their data is lost.
    pub renewed_volumes: Vec<String>,
    /// Volumes that the command line names and no file declares: the engine makes them where they are not there.
    pub implied_volumes: Vec<String>,
    /// Protected volumes (extension `x-protect`) may be made anew too.
    pub unprotect: bool,
    /// Numbers of replicas in place of the file's.
    pub scale: IndexMap<ServiceName, u32>,
}

impl UpOptions {
    fn is_named(&self, service: &ServiceName) -> bool {
        self.services.is_empty() || self.services.contains(service)
    }

    /// Whether the container is replaced for the sake of its anonymous volumes.
    pub(super) fn renews_volumes_of(&self, service: &Service, container: &Container) -> bool {
        let mut mounts = container.mounts.iter();
        self.renew_anon_volumes
            && self.is_named(&service.name)
            && mounts.any(ContainerMount::is_anonymous_volume)
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
    let chosen = selected(project, &graph, options)?;
    let mut renewed = Renewed::of(project, state, options);
    let cleared = renewed.state(project, state, options);
    let mut up = Up::new(project, &cleared, options);
    up.renewed = renewed;
    up.clear(state);
    up.raise(&with_sharing(project, &cleared, &graph, &chosen), &chosen)?;
    if options.wait && !options.no_start {
        for service in chosen
            .iter()
            .filter(|service| options.is_named(&service.name))
        {
            let condition = up.ready_condition(service);
            let reason = Reason::Asked("--wait");
            up.wait_for(&service.name, condition, true, &reason, true);
        }
    }
    up.put_back();
    up.orphans();
    Ok(up.into_plan())
}

/// The project's dependencies as a graph.
pub(super) fn graph(project: &Project) -> Result<ServiceGraph, PlanError> {
    let edges = project.with_sharing().flat_map(|service| {
        let dependencies = service.depends_on.keys();
        dependencies.map(|dependency| (service.name.as_str(), dependency.as_str()))
    });
    Ok(ServiceGraph::new(
        project.with_sharing().map(|service| service.name.as_str()),
        edges,
    )?)
}

/// The names of the services that are raised; none where the options or the dependencies make no sense.
pub(super) fn selected_names(project: &Project, options: &UpOptions) -> Vec<ServiceName> {
    let services = graph(project).and_then(|graph| selected(project, &graph, options));
    let services = services.unwrap_or_default().into_iter();
    services.map(|service| service.name.clone()).collect()
}

/// The services that the options choose, in start order.
pub(super) fn selected<'a>(
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
    let named: HashSet<&str> = options.services.iter().map(ServiceName::as_str).collect();
    let wanted = |name: &&str| named.is_empty() || named.contains(name);
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

/// The chosen services and those whose containers live in the namespaces of theirs, in start order.
fn with_sharing<'a>(
    project: &'a Project,
    state: &ActualState,
    graph: &ServiceGraph,
    chosen: &[&'a Service],
) -> Vec<&'a Service> {
    let mut found: HashSet<&ServiceName> = chosen.iter().map(|service| &service.name).collect();
    let mut services = graph.start_order();
    let there: HashSet<&str> = (state.containers.iter())
        .filter_map(Container::service)
        .collect();
    services.retain(|name| {
        let Some(service) = project.service(name) else {
            return false;
        };
        let mut owners = namespace_services(service);
        if there.contains(name) && owners.any(|owner| found.contains(&owner)) {
            found.insert(&service.name);
        }
        found.contains(&service.name)
    });
    let services = services.into_iter();
    services.filter_map(|name| project.service(name)).collect()
}

pub(super) struct Up<'a> {
    pub(super) project: &'a Project,
    pub(super) state: &'a ActualState,
    pub(super) options: &'a UpOptions,
    pub(super) renewed: Renewed,
    pub(super) steps: Steps,
    pub(super) resources: Resources<'a>,
    /// Services that others depend on, and those that others wait for to end.
    needed: HashSet<&'a ServiceName>,
    jobs: HashSet<&'a ServiceName>,
    /// Services that are not chosen: they get other containers only because of others, and nothing is started of them
    /// that was not up.
    beside: HashSet<&'a ServiceName>,
    placed: HashMap<ServiceName, Vec<Placed>>,
    /// What is removed when what shares with it is.
    removals: Vec<Removal>,
    waits: HashMap<(String, Condition, bool), StepId>,
    /// Services whose hooks before the start run, those that run once for all replicas.
    hooks_for_all: HashSet<ServiceName>,
    /// The steps of such hooks, by their place, and whether they are for what turns out not to be replaced.
    hooks: HashMap<(ServiceName, usize, bool), Vec<StepId>>,
    /// The removals of containers that earlier hooks left.
    cleared_hooks: HashMap<String, StepId>,
    unchanged: Vec<Unchanged>,
    pub(super) warnings: Vec<Warning>,
    pub(super) origins: HashMap<Resource, Positions>,
}

impl<'a> Up<'a> {
    pub(super) fn new(
        project: &'a Project,
        state: &'a ActualState,
        options: &'a UpOptions,
    ) -> Self {
        Self {
            project,
            state,
            options,
            renewed: Renewed::default(),
            steps: Steps::default(),
            resources: Resources::of(project, state),
            needed: needed(project),
            jobs: jobs(project.services.values()),
            beside: HashSet::new(),
            placed: HashMap::new(),
            removals: Vec::new(),
            waits: HashMap::new(),
            hooks_for_all: HashSet::new(),
            hooks: HashMap::new(),
            cleared_hooks: HashMap::new(),
            unchanged: Vec::new(),
            warnings: Vec::new(),
            origins: HashMap::new(),
        }
    }

    /// Plans the services, which stand in start order; those that are not chosen only where others make it necessary.
    fn raise(&mut self, services: &[&'a Service], chosen: &[&'a Service]) -> Result<(), PlanError> {
        let (project, state, options) = (self.project, self.state, self.options);
        self.take_pull_policies(chosen.iter().copied());
        self.beside = services.iter().map(|service| &service.name).collect();
        for service in chosen {
            self.beside.remove(&service.name);
        }
        let decided = decide(project, services, &self.beside, state, options, |service| {
            self.image_is_renewed(service)
        });
        for (service, decided) in &decided {
            self.service(service, decided)?;
        }
        self.remove_shared();
        Ok(())
    }

    pub(super) fn into_plan(self) -> Plan {
        Plan {
            project: self.project.name.clone(),
            steps: self.steps.into_steps(),
            unchanged: self.unchanged,
            warnings: self.warnings,
            origins: self.origins,
        }
    }
}

impl Up<'_> {
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
        discard(
            &mut self.steps,
            self.project,
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
            .filter(|container| is_orphan(project, container))
            .collect();
        if self.options.remove_orphans {
            let is_left_behind = |container: &&Container| {
                container.is_of_run()
                    && matches!(container.status, Status::Exited | Status::Dead)
                    && !is_orphan(project, container)
            };
            let of_run = self.state.containers.iter().filter(is_left_behind);
            for container in orphans.into_iter().chain(of_run) {
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

    /// The state in which the service has come as far as it can: a job has done its work.
    fn ready_condition(&self, service: &Service) -> Condition {
        if self.jobs.contains(&service.name) {
            Condition::ServiceCompletedSuccessfully
        } else if self.has_health(service) {
            Condition::ServiceHealthy
        } else {
            Condition::ServiceStarted
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
