//! What a service depends on, as steps to wait for.

use super::Up;
use crate::model::{Condition, Dependency, Service, ServiceName};
use crate::plan::{Operation, Reason, StepId, Target};
use crate::state::Health;

impl Up<'_> {
    /// The steps after which all that the service depends on is as it has to be.
    pub(in crate::plan) fn dependencies(&mut self, service: &Service) -> Vec<StepId> {
        let mut after = Vec::new();
        for (
            name,
            Dependency {
                condition,
                required,
                ..
            },
        ) in &service.depends_on
        {
            // A provider ends when all is there, whatever state is asked for.
            after.extend(self.provider_step(name));
            let reason = Reason::NeededBy(service.name.clone(), *condition);
            after.extend(self.wait_for(name, *condition, *required, &reason, false));
        }
        after
    }

    /// The steps after which every replica of the service is in this state; with `explicit` even where a start alone
    /// would do.
    pub(super) fn wait_for(
        &mut self,
        service: &ServiceName,
        condition: Condition,
        required: bool,
        reason: &Reason,
        explicit: bool,
    ) -> Vec<StepId> {
        let mut after = Vec::new();
        // What is only created gets nowhere.
        if self.options.no_start {
            return after;
        }
        for placed in self.placed.get(service).into_iter().flatten() {
            let so_already = placed.started.is_empty()
                && match condition {
                    Condition::ServiceStarted => matches!(placed.target, Target::Existing(_)),
                    Condition::ServiceHealthy => placed.health == Some(Health::Healthy),
                    Condition::ServiceCompletedSuccessfully => placed.completed,
                };
            if so_already {
                continue;
            }
            // A wait of its own lets the dependent go on where the start of what it doesn't require fails.
            if condition == Condition::ServiceStarted && !explicit && required {
                after.extend(&placed.started);
                continue;
            }
            let key = (placed.resource.name().to_owned(), condition, required);
            let steps = &mut self.steps;
            after.push(*self.waits.entry(key).or_insert_with(|| {
                let operation = Operation::Wait {
                    target: placed.target.clone(),
                    condition,
                    ready: placed.ready,
                    required,
                };
                let mut before = placed.started.clone();
                if let Target::CreatedBy { step, .. } = placed.target {
                    before.push(step);
                }
                steps.add(placed.resource.clone(), operation, reason.clone(), before)
            }));
        }
        after
    }
}
