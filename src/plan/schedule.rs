//! Which steps can be done now: a pure ready-set over a plan.

use std::collections::BTreeSet;

use super::{OnlyIf, Operation, Plan, StepId};

/// How a step ended, as far as its dependents care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// What it stands for is so: dependents may go on.
    Done,
    /// It is not so: dependents will not be done.
    Failed,
}

/// The steps of a plan that wait, that can be done, and that are settled.
#[derive(Debug)]
pub struct Schedule {
    waiting_for: Vec<usize>,
    dependents: Vec<Vec<StepId>>,
    ready: BTreeSet<StepId>,
    unsettled: usize,
    dead: Vec<bool>,
    /// Waits for what nobody requires: they end, whatever they wait for.
    optional: Vec<bool>,
    /// The steps whose failure each step makes good.
    makes_good: Vec<Vec<StepId>>,
}

impl Schedule {
    /// A schedule of the plan's steps, none done yet.
    pub fn new(plan: &Plan) -> Self {
        let mut dependents = vec![Vec::new(); plan.steps.len()];
        for (id, step) in plan.steps.iter().enumerate() {
            for &before in &step.after {
                dependents[before].push(id);
            }
        }
        let waiting_for: Vec<usize> = plan.steps.iter().map(|step| step.after.len()).collect();
        let ready = (0..plan.steps.len())
            .filter(|&id| waiting_for[id] == 0)
            .collect();
        Self {
            waiting_for,
            dependents,
            ready,
            unsettled: plan.steps.len(),
            dead: vec![false; plan.steps.len()],
            optional: (plan.steps.iter())
                .map(|step| {
                    matches!(
                        step.operation,
                        Operation::Wait {
                            required: false,
                            ..
                        }
                    )
                })
                .collect(),
            makes_good: (plan.steps.iter())
                .map(|step| match &step.only_if {
                    Some(OnlyIf::Failed(steps)) => steps.clone(),
                    _ => Vec::new(),
                })
                .collect(),
        }
    }

    /// Takes the next step that can be done now, the earliest first.
    pub fn take_ready(&mut self) -> Option<StepId> {
        self.ready.pop_first()
    }

    /// Notes how a step ended; answers the steps that will now never be done.
    pub fn settle(&mut self, step: StepId, how: Settled) -> Vec<StepId> {
        self.unsettled -= 1;
        let mut skipped = Vec::new();
        match how {
            Settled::Done => self.release(step),
            Settled::Failed => {
                let mut doomed = self.dependents[step].clone();
                while let Some(dependent) = doomed.pop() {
                    if self.dead[dependent] {
                        continue;
                    }
                    if self.makes_good[dependent].contains(&step) {
                        self.advance(dependent);
                        continue;
                    }
                    self.dead[dependent] = true;
                    self.unsettled -= 1;
                    skipped.push(dependent);
                    if self.optional[dependent] {
                        self.release(dependent);
                    } else {
                        doomed.extend(&self.dependents[dependent]);
                    }
                }
                skipped.sort_unstable();
            }
        }
        skipped
    }

    /// Lets those go on that waited for this step.
    fn release(&mut self, step: StepId) {
        for dependent in self.dependents[step].clone() {
            self.advance(dependent);
        }
    }

    /// One of the steps before this one no longer holds it up.
    fn advance(&mut self, step: StepId) {
        self.waiting_for[step] -= 1;
        if self.waiting_for[step] == 0 && !self.dead[step] {
            self.ready.insert(step);
        }
    }

    /// Whether every step is settled.
    pub fn is_finished(&self) -> bool {
        self.unsettled == 0
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Operation, Reason, Resource, Step};
    use super::*;
    use crate::model::ProjectName;

    fn plan(after: &[&[StepId]]) -> Plan {
        let steps = after.iter().map(|after| Step {
            resource: Resource::Volume("v".into()),
            operation: Operation::RemoveVolume,
            reason: Reason::Lowered,
            after: after.to_vec(),
            only_if: None,
        });
        Plan {
            project: ProjectName::new("p").unwrap(),
            steps: steps.collect(),
            unchanged: Vec::new(),
            warnings: Vec::new(),
            origins: std::collections::HashMap::new(),
        }
    }

    fn ready(schedule: &mut Schedule) -> Vec<StepId> {
        std::iter::from_fn(|| schedule.take_ready()).collect()
    }

    #[test]
    fn a_step_is_ready_when_all_before_it_are_done() {
        let mut schedule = Schedule::new(&plan(&[&[], &[], &[0, 1], &[2]]));
        assert_eq!(ready(&mut schedule), [0, 1]);
        schedule.settle(1, Settled::Done);
        assert_eq!(ready(&mut schedule), [0; 0]);
        schedule.settle(0, Settled::Done);
        assert_eq!(ready(&mut schedule), [2]);
        schedule.settle(2, Settled::Done);
        assert_eq!(ready(&mut schedule), [3]);
        schedule.settle(3, Settled::Done);
        assert!(schedule.is_finished());
    }

    #[test]
    fn a_failure_skips_its_dependents_once_and_nothing_else() {
        let mut schedule = Schedule::new(&plan(&[&[], &[], &[0], &[0, 1], &[2, 3], &[1]]));
        ready(&mut schedule);
        assert_eq!(schedule.settle(0, Settled::Failed), [2, 3, 4]);
        assert_eq!(schedule.settle(1, Settled::Done), [0; 0]);
        assert_eq!(ready(&mut schedule), [5]);
        schedule.settle(5, Settled::Done);
        assert!(schedule.is_finished());
    }

    #[test]
    fn what_nobody_requires_holds_nothing_up() {
        let mut plan = plan(&[&[], &[0], &[1], &[2]]);
        plan.steps[2].operation = Operation::Wait {
            target: crate::plan::Target::Existing("1".into()),
            condition: crate::model::Condition::ServiceStarted,
            ready: crate::model::Readiness::default(),
            required: false,
        };
        let mut schedule = Schedule::new(&plan);
        ready(&mut schedule);
        assert_eq!(schedule.settle(0, Settled::Failed), [1, 2]);
        assert_eq!(ready(&mut schedule), [3]);
        schedule.settle(3, Settled::Done);
        assert!(schedule.is_finished());
    }

    #[test]
    fn a_failure_is_made_good_only_where_that_is_planned() {
        let mut made_good = plan(&[&[], &[0], &[1], &[2], &[2]]);
        made_good.steps[3].only_if = Some(OnlyIf::Failed(vec![1, 2]));
        for (failed, next) in [(0, &[][..]), (1, &[3]), (2, &[3])] {
            let mut schedule = Schedule::new(&made_good);
            for step in 0..failed {
                ready(&mut schedule);
                schedule.settle(step, Settled::Done);
            }
            ready(&mut schedule);
            schedule.settle(failed, Settled::Failed);
            assert_eq!(ready(&mut schedule), next, "{failed}");
            for &step in next {
                schedule.settle(step, Settled::Done);
            }
            assert!(schedule.is_finished());
        }
    }
}
