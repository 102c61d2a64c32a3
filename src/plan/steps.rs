//! Steps of a plan that is being made.

use super::{OnlyIf, Operation, Reason, Resource, Step, StepId, Target};
use crate::model::{ImageBuild, ServiceName};

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

    /// What a step does.
    pub(super) fn operation(&self, id: StepId) -> &Operation {
        &self.0[id].operation
    }

    /// The builds among the steps.
    pub(super) fn builds(&mut self) -> impl Iterator<Item = (StepId, &mut ImageBuild)> {
        let steps = self.0.iter_mut().enumerate();
        steps.filter_map(|(id, step)| match &mut step.operation {
            Operation::BuildImage(build) => Some((id, &mut **build)),
            _ => None,
        })
    }

    /// The build that this step is.
    pub(super) fn build(&mut self, id: StepId) -> Option<&mut ImageBuild> {
        match &mut self.0.get_mut(id)?.operation {
            Operation::BuildImage(build) => Some(build),
            _ => None,
        }
    }

    /// The removals of containers that these services have.
    pub(super) fn removals_of(&self, services: &[ServiceName]) -> impl Iterator<Item = StepId> {
        let steps = self.0.iter().enumerate();
        let removals = steps.filter(|(_, step)| {
            let Operation::RemoveContainer { target, .. } = &step.operation else {
                return false;
            };
            let Resource::Container { replica, .. } = &step.resource else {
                return false;
            };
            let service = replica.as_ref().map(|(service, _)| service);
            matches!(target, Target::Existing(_))
                && service.is_some_and(|service| services.contains(service))
        });
        removals.map(|(id, _)| id)
    }

    /// The place of the step that is added next.
    pub(super) fn next(&self) -> StepId {
        self.0.len()
    }

    /// The place of the first step of this kind.
    pub(super) fn position(&self, is_it: impl Fn(&Step) -> bool) -> Option<StepId> {
        self.0.iter().position(is_it)
    }

    /// The steps in their order.
    pub(super) fn into_steps(self) -> Vec<Step> {
        self.0
    }

    /// Makes a step depend on what only a pull or build can tell; answers its place.
    pub(super) fn add_if(&mut self, only_if: Option<&OnlyIf>, id: StepId) -> StepId {
        self.0[id].only_if = only_if.cloned();
        id
    }
}
