//! The plan that restarts containers that are there.

use std::collections::HashMap;

use super::down::resource_of;
use super::hook::{pre_stop, run_hooks};
use super::start::Starts;
use super::{Operation, Plan, PlanError, Reason, Target};
use crate::model::{HookKind, Project, ServiceName};
use crate::state::{ActualState, Container};

/// What the user asked of `restart`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestartOptions {
    /// The services to restart.
    pub services: Vec<ServiceName>,
    /// Seconds until a container is killed; absent: its own grace period.
    pub timeout: Option<i64>,
    /// Leave dependents and the order of dependencies out.
    pub no_deps: bool,
}

/// Plans what restarts the services' containers, running or not, dependencies before what depends on them; and the
/// running ones of services that want to be restarted with those (`depends_on.restart`).
///
/// # Errors
/// Where a service has no container.
pub fn restart(
    project: &Project,
    state: &ActualState,
    options: &RestartOptions,
) -> Result<Plan, PlanError> {
    let mut starts = Starts::new(project, state);
    let graph = starts.graph();
    starts.check_containers(&options.services, "restart")?;
    let mut reasons: HashMap<String, Reason> = HashMap::new();
    for service in graph.start_order() {
        let is_named = (options.services.iter()).any(|name| name.as_str() == service);
        let reason = if is_named {
            Reason::Asked("restart")
        } else {
            let mut restarts = starts.depends_on(service).into_iter();
            let with =
                restarts.find(|(name, on)| on.restart && reasons.contains_key(name.as_str()));
            match with {
                Some((name, _)) if !options.no_deps => Reason::DependencyReplaced(name),
                _ => continue,
            }
        };
        let wanted = |container: &&Container| is_named || container.status.is_up();
        let containers: Vec<_> = starts.containers_of(service).filter(wanted).collect();
        if containers.is_empty() {
            continue;
        }
        let after = if options.no_deps {
            Vec::new()
        } else {
            starts.dependencies(service)
        };
        for container in containers {
            let resource = resource_of(container);
            let target = Target::Existing(container.id.clone());
            let after = run_hooks(
                &mut starts.steps,
                &resource,
                &target,
                HookKind::PreStop,
                pre_stop(project, container),
                None,
                after.clone(),
            );
            let operation = Operation::RestartContainer {
                target,
                timeout: options.timeout,
            };
            let step = (starts.steps).add(resource, operation, reason.clone(), after);
            let started = starts.after_start(container, step);
            starts.place(service, container, started);
        }
        reasons.insert(service.to_owned(), reason);
    }
    Ok(starts.into_plan())
}
