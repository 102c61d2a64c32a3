//! How many steps are under way at once, and whose turn it is.

use std::collections::BTreeSet;

use crate::plan::{Operation, Plan, Schedule, StepId};

/// How many calls that an engine has to work for are under way at once where nobody asks for another number: engines
/// gain up to 4 to 8 on two processors and lose nothing with more, and sockets refuse hundreds.
const WORK: usize = 16;

/// How many steps are under way at once. Waits never count: nothing that others wait for is held up by them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parallel {
    /// As many as engines profit from of those that make them work; pulls, builds, stops and hooks, which mostly wait for
    /// something else, come on top.
    #[default]
    Engine,
    /// So many at most; 0 counts as 1.
    AtMost(usize),
    /// All that can be done.
    Unlimited,
}

impl Parallel {
    /// How many of the steps that [count](Self::counts) may be under way.
    fn limit(self) -> usize {
        match self {
            Self::Engine => WORK,
            Self::AtMost(limit) => limit.max(1),
            Self::Unlimited => usize::MAX,
        }
    }

    fn counts(self, operation: &Operation) -> bool {
        match operation {
            Operation::Wait { .. } => false,
            Operation::CreateNetwork { .. }
            | Operation::RemoveNetwork { .. }
            | Operation::CreateVolume { .. }
            | Operation::RemoveVolume
            | Operation::RemoveImage
            | Operation::CreateContainer { .. }
            | Operation::RenameContainer { .. }
            | Operation::UpdateContainer { .. }
            | Operation::ConnectNetwork { .. }
            | Operation::DisconnectNetwork { .. }
            | Operation::StartContainer { .. }
            | Operation::KillContainer { .. }
            | Operation::PauseContainer { .. }
            | Operation::UnpauseContainer { .. }
            | Operation::CopyFiles { .. }
            | Operation::RemoveContainer { .. } => true,
            Operation::PullImage { .. }
            | Operation::BuildImage(_)
            | Operation::PushImage
            | Operation::RunProvider { .. }
            | Operation::PrepareModel(_)
            | Operation::RestartContainer { .. }
            | Operation::RunHook { .. }
            | Operation::StopContainer { .. } => self != Self::Engine,
        }
    }
}

/// Whose turn it is among the steps that can be done.
pub(super) struct Turns<'p> {
    plan: &'p Plan,
    parallel: Parallel,
    /// Those that count and have no turn yet.
    queue: BTreeSet<StepId>,
    /// Those that don't count.
    free: BTreeSet<StepId>,
    busy: usize,
}

impl<'p> Turns<'p> {
    pub(super) fn new(plan: &'p Plan, parallel: Parallel) -> Self {
        Self {
            plan,
            parallel,
            queue: BTreeSet::new(),
            free: BTreeSet::new(),
            busy: 0,
        }
    }

    fn counts(&self, id: StepId) -> bool {
        self.parallel.counts(&self.plan.steps[id].operation)
    }

    /// The next step to begin, the earliest first; those that count as far as the limit goes.
    pub(super) fn next(&mut self, schedule: &mut Schedule) -> Option<StepId> {
        while let Some(id) = schedule.take_ready() {
            let ready = if self.counts(id) {
                &mut self.queue
            } else {
                &mut self.free
            };
            ready.insert(id);
        }
        let is_full = self.busy >= self.parallel.limit();
        match (self.queue.first(), self.free.first()) {
            (Some(queued), free) if !is_full && free.is_none_or(|free| queued < free) => {
                self.queue.pop_first()
            }
            _ => self.free.pop_first(),
        }
    }

    /// A step was begun.
    pub(super) fn begun(&mut self, id: StepId) {
        self.busy += usize::from(self.counts(id));
    }

    /// A step ended.
    pub(super) fn ended(&mut self, id: StepId) {
        self.busy -= usize::from(self.counts(id));
    }
}
