//! How many steps are under way at once, and whose turn it is.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::plan::{Operation, Plan, Schedule, StepId};

/// How many calls that an engine has to work for are under way at once where nobody asks for another number: engines
/// gain up to 4 to 8 on two processors and lose nothing with more, and sockets refuse hundreds.
const WORK: usize = 16;
/// Stops count until one of them has taken this long: an engine that has forty containers to clear away at once takes a
/// sixth longer than with sixteen, but where containers take their time to end, all of them may do so at once.
const STOP: Duration = Duration::from_millis(1500);

/// How many steps are under way at once. Waits never count: nothing that others wait for is held up by them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parallel {
    /// As many as engines profit from of those that make them work. Pulls, builds, restarts and hooks, which mostly wait
    /// for something else, come on top, and so do all stops once one of them takes its time.
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
            | Operation::StopContainer { .. }
            | Operation::RemoveContainer { .. } => true,
            Operation::PullImage { .. }
            | Operation::BuildImage(_)
            | Operation::PushImage
            | Operation::RunProvider { .. }
            | Operation::PrepareModel(_)
            | Operation::RestartContainer { .. }
            | Operation::RunHook { .. } => self != Self::Engine,
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
    /// Those that count and are under way.
    busy: BTreeSet<StepId>,
    /// Whether a stop took its time, so that none counts any more.
    stops_are_slow: bool,
}

impl<'p> Turns<'p> {
    pub(super) fn new(plan: &'p Plan, parallel: Parallel) -> Self {
        Self {
            plan,
            parallel,
            queue: BTreeSet::new(),
            free: BTreeSet::new(),
            busy: BTreeSet::new(),
            stops_are_slow: false,
        }
    }

    fn counts(&self, id: StepId) -> bool {
        self.parallel.counts(&self.plan.steps[id].operation)
            && !(self.stops_are_slow && self.is_stop(id))
    }

    fn is_stop(&self, id: StepId) -> bool {
        let operation = &self.plan.steps[id].operation;
        matches!(operation, Operation::StopContainer { .. })
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
        let is_full = self.busy.len() >= self.parallel.limit();
        match (self.queue.first(), self.free.first()) {
            (Some(queued), free) if !is_full && free.is_none_or(|free| queued < free) => {
                self.queue.pop_first()
            }
            _ => self.free.pop_first(),
        }
    }

    /// A step was begun; answers when [`Self::is_long`] is to be told of it, where it is.
    pub(super) fn begun(&mut self, id: StepId) -> Option<Duration> {
        if !self.counts(id) {
            return None;
        }
        self.busy.insert(id);
        (self.parallel == Parallel::Engine && self.is_stop(id)).then_some(STOP)
    }

    /// A step has been under way for so long; where it still is, the other stops needn't wait for their turns.
    pub(super) fn is_long(&mut self, id: StepId) {
        if !self.busy.contains(&id) {
            return;
        }
        self.stops_are_slow = true;
        let stops: Vec<StepId> = (0..self.plan.steps.len())
            .filter(|id| self.is_stop(*id))
            .collect();
        for id in stops {
            self.busy.remove(&id);
            if self.queue.remove(&id) {
                self.free.insert(id);
            }
        }
    }

    /// A step ended.
    pub(super) fn ended(&mut self, id: StepId) {
        self.busy.remove(&id);
    }
}
