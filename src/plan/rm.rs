//! The plan that removes containers, and nothing else.

use super::down::{anonymous_volumes_down, origins, resource_of};
use super::steps::Steps;
use super::stop::stop_all;
use super::{Operation, Plan, Reason, StepId, Target};
use crate::model::{Project, ServiceName};
use crate::state::{ActualState, Container, Status};

/// What the user asked of `rm`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RmOptions {
    /// The services whose containers go.
    pub services: Vec<ServiceName>,
    /// Those that are up too, once they are stopped.
    pub stop: bool,
    /// Their anonymous volumes too.
    pub volumes: bool,
}

/// Plans what removes the services' containers that are not up, or all of them.
pub fn rm(project: &Project, state: &ActualState, options: &RmOptions) -> Plan {
    let is_wanted = |container: &&Container| {
        let mut services = options.services.iter();
        (options.stop || !container.status.is_up())
            && container.status != Status::Removing
            && services.any(|name| container.is_replica_of(name))
    };
    let containers: Vec<&Container> = state.containers.iter().filter(is_wanted).collect();
    let reason = Reason::Asked("rm");
    let mut steps = Steps::default();
    let stopped = stop_all(&mut steps, project, &containers, None, &reason, None);
    let mut removed: Vec<StepId> = Vec::with_capacity(containers.len());
    for container in &containers {
        let operation = Operation::RemoveContainer {
            target: Target::Existing(container.id.clone()),
            volumes: options.volumes,
        };
        let after = stopped
            .get(container.id.as_str())
            .copied()
            .into_iter()
            .collect();
        removed.push(steps.add(resource_of(container), operation, reason.clone(), after));
    }
    if options.volumes {
        anonymous_volumes_down(&mut steps, &containers, &removed);
    }
    Plan {
        project: project.name.clone(),
        steps: steps.into_steps(),
        unchanged: Vec::new(),
        warnings: Vec::new(),
        origins: origins(project, &containers, &[]),
    }
}
