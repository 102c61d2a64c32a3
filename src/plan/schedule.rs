//! Which steps can be done now: a pure ready-set over a plan.

use std::collections::BTreeSet;

use super::{Plan, StepId};

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
            Settled::Done => {
                for &dependent in &self.dependents[step] {
                    self.waiting_for[dependent] -= 1;
                    if self.waiting_for[dependent] == 0 && !self.dead[dependent] {
                        self.ready.insert(dependent);
                    }
                }
            }
            Settled::Failed => {
                let mut doomed = self.dependents[step].clone();
                while let Some(dependent) = doomed.pop() {
                    if !self.dead[dependent] {
                        self.dead[dependent] = true;
                        self.unsettled -= 1;
                        skipped.push(dependent);
                        doomed.extend(&self.dependents[dependent]);
                    }
                }
                skipped.sort_unstable();
            }
        }
        skipped
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
}
