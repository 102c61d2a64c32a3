//! Hooks in containers as steps, one after the other.

use super::steps::Steps;
use super::{OnlyIf, Operation, Reason, Resource, StepId, Target};
use crate::model::{Hook, HookKind, Project};
use crate::state::{Container, Status};

/// Runs the hooks in a container; answers the steps after which all have ended: `after`, where there are none.
pub(super) fn run_hooks(
    steps: &mut Steps,
    resource: &Resource,
    target: &Target,
    kind: HookKind,
    hooks: &[Hook],
    only_if: Option<&OnlyIf>,
    mut after: Vec<StepId>,
) -> Vec<StepId> {
    for (index, hook) in hooks.iter().enumerate() {
        let operation = Operation::RunHook {
            target: target.clone(),
            kind,
            index,
            hook: Box::new(hook.clone()),
        };
        let step = steps.add(resource.clone(), operation, Reason::Hook(kind), after);
        after = vec![steps.add_if(only_if, step)];
    }
    after
}

/// What the file has run in a container before it is stopped; nothing runs in one that doesn't.
pub(super) fn pre_stop<'a>(project: &'a Project, container: &Container) -> &'a [Hook] {
    let service = container
        .service()
        .filter(|_| container.status == Status::Running && !container.is_one_off())
        .and_then(|name| project.service(name));
    service.map_or(&[], |service| &service.pre_stop)
}
