//! The steps of a plan by what they are done to.

use std::collections::HashMap;

use super::{Plan, Resource, Step, StepId};

/// Finds the steps that are done to something, however long the plan is.
#[derive(Clone, Debug)]
pub struct ByResource<'p> {
    plan: &'p Plan,
    steps: HashMap<&'p Resource, Vec<StepId>>,
}

impl<'p> ByResource<'p> {
    /// The steps of this plan.
    pub fn new(plan: &'p Plan) -> Self {
        let mut steps: HashMap<&Resource, Vec<StepId>> = HashMap::new();
        for (id, step) in plan.steps.iter().enumerate() {
            steps.entry(&step.resource).or_default().push(id);
        }
        Self { plan, steps }
    }

    /// The steps that are done to this, in their order.
    pub fn of(&self, resource: &Resource) -> impl Iterator<Item = (StepId, &'p Step)> {
        let plan = self.plan;
        let steps = self.steps.get(resource).into_iter().flatten();
        steps.map(move |&id| (id, &plan.steps[id]))
    }
}
