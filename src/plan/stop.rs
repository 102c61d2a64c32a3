//! The plan that stops a project's containers and leaves them there.

use std::collections::HashMap;

use super::down::{graph_of, origins, resource_of};
use super::hook::{pre_stop, run_hooks};
use super::provided::{call, provided};
use super::steps::Steps;
use super::{Operation, Plan, Reason, StepId, Target};
use crate::model::{HookKind, Project, ProviderCommand, ServiceName};
use crate::state::{ActualState, Container};

/// What the user asked of `stop`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StopOptions {
    /// The services to stop.
    pub services: Vec<ServiceName>,
    /// Seconds until a container is killed; absent: its own grace period.
    pub timeout: Option<i64>,
}

/// Plans what stops the services' containers: dependents before what they depend on.
pub fn stop(project: &Project, state: &ActualState, options: &StopOptions) -> Plan {
    let is_named = |container: &Container| {
        let mut services = options.services.iter();
        services.any(|name| container.is_replica_of(name))
    };
    let containers: Vec<&Container> = state
        .containers
        .iter()
        .filter(|container| container.status.is_up() && is_named(container))
        .collect();
    let mut steps = Steps::default();
    let reason = Reason::Asked("stop");
    let (named, timeout) = (Some(options.services.as_slice()), options.timeout);
    stop_all(&mut steps, project, &containers, named, &reason, timeout);
    Plan {
        project: project.name.clone(),
        steps: steps.into_steps(),
        unchanged: Vec::new(),
        warnings: Vec::new(),
        origins: origins(project, &containers, &options.services),
    }
}

/// Stops those of the containers that are up, and what providers bring for the services of these names (all where the
/// list is empty), dependents before what they depend on; answers the step of each container, by its id.
pub(super) fn stop_all<'a>(
    steps: &mut Steps,
    project: &Project,
    containers: &[&'a Container],
    named: Option<&[ServiceName]>,
    reason: &Reason,
    timeout: Option<i64>,
) -> HashMap<&'a str, StepId> {
    let graph = graph_of(project, containers, named.unwrap_or_default());
    let mut order = graph.start_order();
    order.reverse();
    let mut stopped: HashMap<String, Vec<StepId>> = HashMap::new();
    let mut of_container = HashMap::new();
    for service in order {
        let after: Vec<StepId> = graph
            .dependents(service)
            .flat_map(|dependent| stopped.get(dependent).into_iter().flatten().copied())
            .collect();
        let of_service = containers.iter().filter(|container| {
            container.status.is_up() && container.service().unwrap_or_default() == service
        });
        for container in of_service {
            let resource = resource_of(container);
            let target = Target::Existing(container.id.clone());
            let hooks = pre_stop(project, container);
            let kind = HookKind::PreStop;
            let after = run_hooks(steps, &resource, &target, kind, hooks, None, after.clone());
            let operation = Operation::StopContainer { target, timeout };
            let step = steps.add(resource, operation, reason.clone(), after);
            stopped.entry(service.to_owned()).or_default().push(step);
            of_container.insert(container.id.as_str(), step);
        }
        let mut brought = named
            .into_iter()
            .flat_map(|named| provided(project, named))
            .filter(|found| found.name.as_str() == service);
        let command = ProviderCommand::Stop;
        let step = call(steps, brought.next(), command, reason.clone(), after);
        stopped.entry(service.to_owned()).or_default().extend(step);
    }
    of_container
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;
    use crate::label;
    use crate::model::ProjectName;
    use crate::state::Status;

    fn container(service: &str, depends_on: &str, status: Status) -> Container {
        let label = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        Container {
            id: service.to_owned(),
            name: format!("shop-{service}-1"),
            labels: [
                label(label::SERVICE, service),
                label(label::CONTAINER_NUMBER, "1"),
                label(label::DEPENDS_ON, depends_on),
            ]
            .into(),
            status,
            ..Container::default()
        }
    }

    #[test]
    fn dependents_stop_before_what_they_depend_on() {
        let project = Project {
            name: ProjectName::new("shop").unwrap(),
            separator: '-',
            working_dir: "/shop".into(),
            files: Vec::new(),
            services: IndexMap::new(),
            disabled_services: Vec::new(),
            contexts: IndexMap::new(),
            sharing: IndexMap::new(),
            networks: IndexMap::new(),
            volumes: IndexMap::new(),
            configs: IndexMap::new(),
            secrets: IndexMap::new(),
        };
        let state = ActualState {
            containers: vec![
                container("db", "", Status::Running),
                container("job", "db:service_started:false", Status::Exited),
                container("web", "db:service_healthy:false", Status::Running),
            ],
            ..ActualState::default()
        };
        let plan = |services: &[&str]| {
            let names = services.iter().map(|name| ServiceName::new(*name).unwrap());
            let options = StopOptions {
                services: names.collect(),
                timeout: None,
            };
            stop(&project, &state, &options).to_string()
        };
        assert_eq!(
            plan(&["db", "job", "web"]),
            "[] -> #1 service:web:1, StopContainer, stop\n[1] -> #2 service:db:1, StopContainer, stop\n"
        );
        assert_eq!(
            plan(&["db"]),
            "[] -> #1 service:db:1, StopContainer, stop\n"
        );
        assert_eq!(plan(&["job"]), "");
    }
}
