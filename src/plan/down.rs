//! The plan that lowers a project.

mod volume;

use std::collections::{BTreeSet, HashMap};

use super::hook::{pre_stop, run_hooks};
use super::provided::{call, provided};
use super::renew::strangers;
use super::steps::Steps;
use super::{Operation, Plan, PlanError, Reason, Resource, StepId, Target, Warning};
use crate::graph::ServiceGraph;
use crate::label;
use crate::model::{HookKind, Positions, Project, ProviderCommand, ServiceName};
use crate::state::{ActualState, Container};

/// Which images `down` removes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoveImages {
    /// Those of all services.
    All,
    /// Those whose name windlass made: built, and without `image` in the file.
    Local,
}

/// What the user asked of `down`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DownOptions {
    /// The services to lower; all, with networks, where empty.
    pub services: Vec<ServiceName>,
    /// Remove the project's volumes and the data in them.
    pub volumes: bool,
    /// Protected volumes (extension `x-protect`) too.
    pub unprotect: bool,
    /// Remove images.
    pub rmi: Option<RemoveImages>,
    /// Seconds until a container that has to stop is killed; absent: its own grace period.
    pub timeout: Option<i64>,
    /// Remove containers whose service is gone from the file.
    pub remove_orphans: bool,
}

/// Plans what lowers the project: dependents before what they depend on; what is external, and volumes that others have,
/// are never touched.
///
/// # Errors
/// Where volumes that are to be removed are protected.
pub fn down(
    project: &Project,
    state: &ActualState,
    options: &DownOptions,
) -> Result<Plan, PlanError> {
    let mut steps = Steps::default();
    let mut warnings = Vec::new();
    let wanted = |container: &&Container| {
        let named = options.services.is_empty()
            || options
                .services
                .iter()
                .any(|service| container.service() == Some(service.as_str()));
        // Somebody may be at work in a container of `run`.
        if is_orphan(project, container) || container.is_of_run() {
            options.remove_orphans && options.services.is_empty()
        } else {
            named
        }
    };
    let containers: Vec<&Container> = state.containers.iter().filter(wanted).collect();
    let removed = containers_down(&mut steps, project, &containers, options);
    if options.services.is_empty() {
        networks_down(
            &mut steps,
            &mut warnings,
            project,
            state,
            &containers,
            &removed,
        );
        if options.volumes {
            anonymous_volumes_down(&mut steps, &containers, &removed);
            let (gone, kept) = volume::removable(project, state, &containers, options.unprotect)?;
            warnings.extend(kept);
            for name in gone {
                let resource = Resource::Volume(name.to_owned());
                let reason = Reason::Asked("--volumes");
                steps.add(resource, Operation::RemoveVolume, reason, removed.clone());
            }
        }
    }
    if let Some(which) = options.rmi {
        images_down(&mut steps, project, state, options, which, &removed);
    }
    Ok(Plan {
        project: project.name.clone(),
        steps: steps.into_steps(),
        unchanged: Vec::new(),
        warnings,
        origins: origins(project, &containers, &options.services),
    })
}

/// Where the file speaks of these containers, and of what providers bring.
pub(super) fn origins(
    project: &Project,
    containers: &[&Container],
    named: &[ServiceName],
) -> HashMap<Resource, Positions> {
    let origin = |container: &&Container| {
        let service = project.services.get(container.service()?)?;
        Some((resource_of(container), service.positions.clone()))
    };
    let brought = provided(project, named).map(|service| {
        let resource = Resource::Provider(service.name.to_string());
        (resource, service.positions.clone())
    });
    containers
        .iter()
        .filter_map(origin)
        .chain(brought)
        .collect()
}

/// A container as people know it.
pub(super) fn resource_of(container: &Container) -> Resource {
    let service = container.service().unwrap_or_default();
    Resource::Container {
        name: container.name.clone(),
        replica: ServiceName::new(service).ok().zip(container.number()),
    }
}

/// Whether the container's service is unknown to the project, in all profiles.
pub(super) fn is_orphan(project: &Project, container: &Container) -> bool {
    let Some(service) = container.service() else {
        return false;
    };
    !project.services.contains_key(service)
        && !project
            .disabled_services
            .iter()
            .any(|name| name.as_str() == service)
}

/// Stops (where it runs) and removes a container; answers the step after which it is gone.
#[expect(
    clippy::too_many_arguments,
    reason = "each is one aspect of the removal"
)]
pub(super) fn discard(
    steps: &mut Steps,
    project: &Project,
    resource: Resource,
    container: &Container,
    reason: &Reason,
    after: Vec<StepId>,
    timeout: Option<i64>,
    volumes: bool,
) -> StepId {
    let after = halt(steps, project, &resource, container, reason, after, timeout);
    let target = Target::Existing(container.id.clone());
    let operation = Operation::RemoveContainer { target, volumes };
    steps.add(resource, operation, reason.clone(), after)
}

/// Stops a container where it runs; answers the steps after which it is down.
pub(super) fn halt(
    steps: &mut Steps,
    project: &Project,
    resource: &Resource,
    container: &Container,
    reason: &Reason,
    after: Vec<StepId>,
    timeout: Option<i64>,
) -> Vec<StepId> {
    if !container.status.is_up() {
        return after;
    }
    let target = Target::Existing(container.id.clone());
    let kind = HookKind::PreStop;
    let hooks = pre_stop(project, container);
    let after = run_hooks(steps, resource, &target, kind, hooks, None, after);
    let operation = Operation::StopContainer { target, timeout };
    vec![steps.add(resource.clone(), operation, reason.clone(), after)]
}

/// Answers the steps after which all the containers are gone.
fn containers_down(
    steps: &mut Steps,
    project: &Project,
    containers: &[&Container],
    options: &DownOptions,
) -> Vec<StepId> {
    let graph = graph_of(project, containers, &options.services);
    let mut order = graph.start_order();
    order.reverse();
    let mut gone: HashMap<&str, Vec<StepId>> = HashMap::new();
    for service in order {
        let after: Vec<StepId> = graph
            .dependents(service)
            .flat_map(|dependent| gone.get(dependent).into_iter().flatten().copied())
            .collect();
        let mut steps_of_service = Vec::new();
        for container in containers
            .iter()
            .filter(|container| container.service().unwrap_or_default() == service)
        {
            let resource = resource_of(container);
            let reason = if is_orphan(project, container) {
                Reason::Orphan
            } else {
                Reason::Lowered
            };
            steps_of_service.push(discard(
                steps,
                project,
                resource,
                container,
                &reason,
                after.clone(),
                options.timeout,
                options.volumes,
            ));
        }
        let brought =
            provided(project, &options.services).find(|found| found.name.as_str() == service);
        let down = ProviderCommand::Down;
        let before = [steps_of_service.as_slice(), &after].concat();
        steps_of_service.extend(call(steps, brought, down, Reason::Lowered, before));
        if steps_of_service.is_empty() {
            // Nothing of it is there: its dependencies wait for its dependents in its place.
            steps_of_service = after;
        }
        gone.insert(service, steps_of_service);
    }
    let all: BTreeSet<StepId> = gone.into_values().flatten().collect();
    all.into_iter().collect()
}

/// The dependencies as the containers' labels tell them, else as the file does: what runs may be older than the file.
pub(super) fn graph_of(
    project: &Project,
    containers: &[&Container],
    of: &[ServiceName],
) -> ServiceGraph {
    let brought = provided(project, of).map(|service| service.name.as_str());
    let names: Vec<&str> = containers
        .iter()
        .map(|container| container.service().unwrap_or_default())
        .chain(brought)
        .collect();
    let labelled: Vec<(&str, ServiceName)> = containers
        .iter()
        .flat_map(|container| {
            let service = container.service().unwrap_or_default();
            label::dependencies(&container.labels).map(move |dependency| (service, dependency))
        })
        .collect();
    let written = project.services.iter().flat_map(|(name, service)| {
        service
            .depends_on
            .keys()
            .map(move |dependency| (name.as_str(), dependency.as_str()))
    });
    let edges: Vec<(&str, &str)> = labelled
        .iter()
        .map(|(service, dependency)| (*service, dependency.as_str()))
        .collect();
    ServiceGraph::new(
        names.iter().copied(),
        edges.iter().copied().chain(written.clone()),
    )
    .or_else(|_| ServiceGraph::new(names.iter().copied(), written))
    .or_else(|_| ServiceGraph::new(names.iter().copied(), []))
    .unwrap_or_default()
}

fn networks_down(
    steps: &mut Steps,
    warnings: &mut Vec<Warning>,
    project: &Project,
    state: &ActualState,
    containers: &[&Container],
    removed: &[StepId],
) {
    for network in &state.networks {
        let own =
            network.labels.get(label::PROJECT).map(String::as_str) == Some(project.name.as_str());
        let external = project
            .networks
            .values()
            .any(|declared| declared.external && declared.name == network.name);
        if !own || external {
            continue;
        }
        let stays = |container: &&Container| {
            container.networks.contains_key(&network.name)
                // What `run` left behind never starts again.
                && (container.status.is_up() || !container.is_of_run())
                && !containers.iter().any(|gone| gone.id == container.id)
        };
        if let Some(container) = state.containers.iter().find(stays) {
            let whose = if container.is_of_run() {
                "of `run`, too"
            } else {
                "of services that are no longer in the stack file"
            };
            warnings.push(Warning {
                message: format!(
                    "network {} stays: container {} uses it (--remove-orphans removes containers {whose})",
                    network.name, container.name
                ),
                position: None,
            });
            continue;
        }
        let others = strangers(state, &network.members);
        if !others.is_empty() {
            warnings.push(Warning {
                message: format!(
                    "network {} stays: {} of others is on it",
                    network.name,
                    others.join(", ")
                ),
                position: None,
            });
            continue;
        }
        let operation = Operation::RemoveNetwork {
            id: network.id.clone(),
        };
        steps.add(
            Resource::Network(network.name.clone()),
            operation,
            Reason::Lowered,
            removed.to_vec(),
        );
    }
}

/// The anonymous volumes that a container took over from the one it replaced: the engine, to which they have a name,
/// does not remove them with it.
pub(super) fn anonymous_volumes_down(
    steps: &mut Steps,
    containers: &[&Container],
    removed: &[StepId],
) {
    let heirs = containers
        .iter()
        .filter(|container| container.labels.contains_key(label::REPLACE));
    let inherited: BTreeSet<&str> = heirs
        .flat_map(|container| &container.mounts)
        .filter(|mount| mount.is_anonymous_volume())
        .map(|mount| mount.name.as_str())
        .collect();
    for name in inherited {
        let reason = Reason::Asked("--volumes");
        steps.add(
            Resource::Volume(name.to_owned()),
            Operation::RemoveVolume,
            reason,
            removed.to_vec(),
        );
    }
}

fn images_down(
    steps: &mut Steps,
    project: &Project,
    state: &ActualState,
    options: &DownOptions,
    which: RemoveImages,
    removed: &[StepId],
) {
    let mut done = BTreeSet::new();
    // Names of one image go one after the other: an engine that drops the last two of them at once loses count.
    let mut same: HashMap<&str, StepId> = HashMap::new();
    for service in project.services.values() {
        let image = &service.spec.image;
        let named = options.services.is_empty() || options.services.contains(&service.name);
        let local = service.build.is_some() && *image == label::image_name(project, &service.name);
        if named
            && (which == RemoveImages::All || local)
            && let Some(there) = state.images.get(image)
            && done.insert(image.clone())
        {
            let before = same.get(there.id.as_str());
            let step = steps.add(
                Resource::Image(image.clone()),
                Operation::RemoveImage,
                Reason::Asked("--rmi"),
                removed.iter().chain(before).copied().collect(),
            );
            same.insert(&there.id, step);
        }
    }
}
