//! What is known while a plan is applied: what its steps brought, and how they ended.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::step::Done;
use super::{ApplyError, StepError, StepFailure};
use crate::engine::EngineError;
use crate::label;
use crate::model::{HookKind, NewContainer, ProviderCommand};
use crate::plan::{
    Brought, OnlyIf, Operation, Plan, Resource, Schedule, Settled, Step, StepId, Target,
};
use crate::reconcile::event::{Event, Outcome};

/// What is known while a plan is applied.
pub(super) struct Run<'p, 'e> {
    plan: &'p Plan,
    on_event: &'p RefCell<&'e mut dyn FnMut(Event)>,
    pub(super) schedule: Schedule,
    /// The containers that steps made.
    containers: HashMap<StepId, String>,
    /// The images that steps brought.
    images: HashMap<StepId, String>,
    /// The variables that programs outside set; an address of a model has no name.
    variables: HashMap<StepId, Vec<(String, String)>>,
    begun: HashMap<StepId, Instant>,
    settled: Vec<bool>,
    failures: Vec<StepFailure>,
    cut_short: bool,
}

impl<'p, 'e> Run<'p, 'e> {
    pub(super) fn new(plan: &'p Plan, on_event: &'p RefCell<&'e mut dyn FnMut(Event)>) -> Self {
        Self {
            plan,
            on_event,
            schedule: Schedule::new(plan),
            containers: HashMap::new(),
            images: HashMap::new(),
            variables: HashMap::new(),
            begun: HashMap::new(),
            settled: vec![false; plan.steps.len()],
            failures: Vec::new(),
            cut_short: false,
        }
    }

    /// Begins a step: its operation with everything filled in that only earlier steps could tell; none where there is
    /// nothing to do.
    pub(super) fn begin(&mut self, id: StepId) -> Option<Operation> {
        let step = &self.plan.steps[id];
        if !self.is_needed(step) {
            self.end(id, Outcome::NotNeeded, Duration::ZERO, None);
            self.settled[id] = true;
            self.schedule.settle(id, Settled::Done);
            return None;
        }
        self.begun.insert(id, Instant::now());
        (self.on_event.borrow_mut())(Event::Started { step: id });
        let mut operation = step.operation.clone();
        if let Some(target) = operation.target_mut()
            && let Target::CreatedBy { step, or } = target
        {
            let created = self.containers.get(step).or(or.as_ref());
            *target = Target::Existing(created.cloned().unwrap_or_default());
        }
        if let Operation::CreateContainer { container, .. } = &mut operation {
            let brought = step.after.iter().find_map(|before| self.images.get(before));
            if let Some(image) = brought {
                container
                    .labels
                    .insert(label::IMAGE.to_owned(), image.clone());
            }
            self.give_variables(container, &step.after);
        }
        Some(operation)
    }

    /// Whether what makes a step needed has come to be.
    fn is_needed(&self, step: &Step) -> bool {
        match &step.only_if {
            None => true,
            Some(OnlyIf::Changed(brought)) => brought
                .iter()
                .any(|brought| self.is_changed(brought) == Some(true)),
            Some(OnlyIf::Unchanged(brought)) => brought
                .iter()
                .all(|brought| self.is_changed(brought) == Some(false)),
            Some(OnlyIf::Failed(steps)) => {
                let mut failed = self.failures.iter().map(|failure| failure.step);
                failed.any(|failed| steps.contains(&failed))
            }
        }
    }

    /// Whether the step brought another image or other variables; none where it brought nothing.
    fn is_changed(&self, brought: &Brought) -> Option<bool> {
        if let Some(image) = self.images.get(&brought.step) {
            return Some(*image != brought.was);
        }
        let now = self.variables.get(&brought.step)?;
        let now = now
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        Some(label::variables_digest(now) != brought.was)
    }

    /// Gives a new container the variables that the steps before it set, and notes in a label who set which.
    fn give_variables(&self, container: &mut NewContainer, after: &[StepId]) {
        let mut provided = label::provided(&container.labels);
        for (step, variables) in after
            .iter()
            .filter_map(|step| Some((step, self.variables.get(step)?)))
        {
            let source = &self.plan.steps[*step].resource;
            let names = provided.entry(source.key()).or_default();
            for (name, value) in variables {
                let name = match source {
                    Resource::Model(model) => container.spec.models.get(model),
                    _ => Some(name),
                };
                if let Some(name) = name.cloned() {
                    names.insert(name.clone());
                    container.spec.environment.insert(name, value.clone());
                }
            }
        }
        provided.retain(|_, names| !names.is_empty());
        label::set_provided(&mut container.labels, &provided);
    }

    /// A step ended.
    pub(super) fn settle(&mut self, id: StepId, done: Result<Done, StepError>) {
        let elapsed = self
            .begun
            .remove(&id)
            .map(|begun| begun.elapsed())
            .unwrap_or_default();
        let (outcome, how, container) = match done {
            Ok(Done::Container(container)) => {
                self.containers.insert(id, container.clone());
                (Outcome::Done, Settled::Done, Some(container))
            }
            Ok(Done::Image(image)) => {
                self.images.insert(id, image);
                (Outcome::Done, Settled::Done, None)
            }
            Ok(Done::Variables(variables)) => {
                self.variables.insert(id, variables);
                (Outcome::Done, Settled::Done, None)
            }
            Ok(Done::NotNeeded) => (Outcome::NotNeeded, Settled::Done, None),
            Ok(Done::Nothing { container }) => (Outcome::Done, Settled::Done, container),
            Ok(Done::Tolerated(why)) => (Outcome::Tolerated(why), Settled::Done, None),
            // Its dependents are not skipped because of a failure: they end as interrupted, like everything else.
            Ok(Done::Interrupted) => {
                self.settled[id] = true;
                self.cut_short = true;
                self.end(id, Outcome::Interrupted, elapsed, None);
                return;
            }
            Err(error) => {
                let why = error.to_string();
                // A hook before a stop is no reason to leave things half done: it is told, and the stop comes.
                let goes_on = is_of_teardown(self.plan, id)
                    && !matches!(error, StepError::Engine(EngineError::Disconnected { .. }));
                let how = if goes_on {
                    Settled::Done
                } else {
                    Settled::Failed
                };
                self.failures.push(StepFailure { step: id, error });
                (Outcome::Failed(why), how, None)
            }
        };
        self.settled[id] = true;
        self.end(id, outcome, elapsed, container);
        for skipped in self.schedule.settle(id, how) {
            self.settled[skipped] = true;
            self.end(
                skipped,
                Outcome::Skipped { because: id },
                Duration::ZERO,
                None,
            );
        }
    }

    fn end(&self, step: StepId, outcome: Outcome, elapsed: Duration, container: Option<String>) {
        (self.on_event.borrow_mut())(Event::Finished {
            step,
            outcome,
            elapsed,
            container,
        });
    }

    /// What is not done by now never is.
    pub(super) fn finish(mut self) -> Result<(), ApplyError> {
        for id in (0..self.plan.steps.len()).filter(|&id| !self.settled[id]) {
            self.cut_short = true;
            self.end(id, Outcome::Interrupted, Duration::ZERO, None);
        }
        if self.failures.is_empty() && !self.cut_short {
            Ok(())
        } else {
            Err(ApplyError {
                failures: self.failures,
                interrupted: self.cut_short,
            })
        }
    }
}

/// Whether what comes after goes on where this fails: it is no reason to leave a teardown half done.
fn is_of_teardown(plan: &Plan, id: StepId) -> bool {
    match &plan.steps[id].operation {
        Operation::RunHook { kind, .. } => *kind == HookKind::PreStop,
        Operation::RunProvider { command, .. } => *command != ProviderCommand::Up,
        _ => false,
    }
}
