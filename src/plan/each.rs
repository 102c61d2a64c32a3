//! Plans that do one thing to each of some containers, to all of them at once.

use super::down::{is_orphan, origins, resource_of};
use super::steps::Steps;
use super::{Operation, Plan, Reason, Target};
use crate::model::{Project, ServiceName};
use crate::state::{ActualState, Container, Status};

/// What the user asked of `kill`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KillOptions {
    /// The services to kill.
    pub services: Vec<ServiceName>,
    /// The signal: a name such as `SIGKILL` or `HUP`, or a number.
    pub signal: String,
    /// Containers of services that are not in the file, too.
    pub orphans: bool,
}

/// Plans what sends a signal to all containers of the services that are up, one-off ones too.
pub fn kill(project: &Project, state: &ActualState, options: &KillOptions) -> Plan {
    let wanted = |container: &Container| {
        let mut services = options.services.iter();
        let is_named = services.any(|name| container.service() == Some(name.as_str()));
        container.status.is_up() && (is_named || (options.orphans && is_orphan(project, container)))
    };
    let signal = &options.signal;
    each(project, state, wanted, "kill", |target| {
        Operation::KillContainer {
            target,
            signal: signal.clone(),
        }
    })
}

/// Plans what freezes the running containers of the services.
pub fn pause(project: &Project, state: &ActualState, services: &[ServiceName]) -> Plan {
    let wanted =
        |container: &Container| container.status == Status::Running && is_of(container, services);
    each(project, state, wanted, "pause", |target| {
        Operation::PauseContainer { target }
    })
}

/// Plans what lets the frozen containers of the services go on.
pub fn unpause(project: &Project, state: &ActualState, services: &[ServiceName]) -> Plan {
    let wanted =
        |container: &Container| container.status == Status::Paused && is_of(container, services);
    each(project, state, wanted, "unpause", |target| {
        Operation::UnpauseContainer { target }
    })
}

fn is_of(container: &Container, services: &[ServiceName]) -> bool {
    services.iter().any(|name| container.is_replica_of(name))
}

fn each(
    project: &Project,
    state: &ActualState,
    wanted: impl Fn(&Container) -> bool,
    asked: &'static str,
    operation: impl Fn(Target) -> Operation,
) -> Plan {
    let all = state.containers.iter();
    let containers: Vec<&Container> = all.filter(|container| wanted(container)).collect();
    let mut steps = Steps::default();
    for container in &containers {
        let target = Target::Existing(container.id.clone());
        let resource = resource_of(container);
        steps.add(
            resource,
            operation(target),
            Reason::Asked(asked),
            Vec::new(),
        );
    }
    Plan {
        project: project.name.clone(),
        steps: steps.into_steps(),
        unchanged: Vec::new(),
        warnings: Vec::new(),
        origins: origins(project, &containers, &[]),
    }
}
