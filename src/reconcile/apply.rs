//! Applying a plan: one small loop over what is ready, what runs and what the engine tells.

mod leftover;
mod step;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::stream::{self, FuturesUnordered};
use futures_util::{FutureExt, StreamExt};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::Instant;

use super::event::{Event, Outcome};
use super::hook::HookFailure;
use super::program::ProgramFailure;
use super::wait::WaitFailure;
use crate::engine::{ContainerAction, Engine, EngineError, EngineEvent, Told};
use crate::label;
use crate::model::{HookKind, NewContainer, ProviderCommand, Readiness};
use crate::plan::{Brought, OnlyIf, Operation, Plan, Resource, Schedule, Settled, StepId, Target};
use step::{Call, Done};

/// How many calls that an engine has to work for are under way at once where nobody asks for another number: engines
/// gain up to 4 to 8 on two processors and lose nothing with more, and sockets refuse hundreds.
const WORK: usize = 16;

/// How many health tests windlass runs at once.
const EXECS: usize = 4;

/// How a plan is applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplyOptions {
    /// How many steps are under way at once.
    pub parallel: Parallel,
    /// The most time that all waits together may take.
    pub wait_timeout: Option<Duration>,
    /// Who says that a container is healthy, in place of the services' own `x-ready`.
    pub health: Option<Readiness>,
    /// Variables that programs outside are called with, beside those of windlass itself.
    pub environment: BTreeMap<String, String>,
}

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

/// A step that failed.
#[derive(Debug)]
pub struct StepFailure {
    /// The step's place in the plan.
    pub step: StepId,
    /// Why.
    pub error: StepError,
}

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The engine did not do it.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The container did not get into the state.
    #[error(transparent)]
    Wait(#[from] Box<WaitFailure>),
    /// A hook did not end well.
    #[error(transparent)]
    Hook(#[from] Box<HookFailure>),
    /// A program outside did not do it.
    #[error(transparent)]
    Program(#[from] Box<ProgramFailure>),
}

/// What was not done of a plan.
#[derive(Debug, thiserror::Error)]
#[error("{}", failures.first().map_or_else(|| "interrupted".to_owned(), |failure| failure.error.to_string()))]
pub struct ApplyError {
    /// The steps that failed, in the order in which they did; steps skipped because of them are not among them.
    pub failures: Vec<StepFailure>,
    /// The user interrupted.
    pub interrupted: bool,
}

/// Does the steps of a plan, each as soon as all before it are done.
///
/// When `cancel` ends, nothing new is begun, and waits, pulls and builds are given up; other engine calls under way are
/// waited for, so that nothing is left half-done.
///
/// # Errors
/// Where a step failed; the others were done all the same, unless they depend on it.
pub async fn apply<E: Engine>(
    plan: &Plan,
    engine: &E,
    options: &ApplyOptions,
    cancel: impl Future<Output = ()>,
    on_event: &mut dyn FnMut(Event),
) -> Result<(), ApplyError> {
    let (interrupt, interrupted) = watch::channel(false);
    let on_event = RefCell::new(on_event);
    let mut cancel = pin!(cancel.fuse());
    let told = tokio::select! {
        biased;
        () = &mut cancel => {
            // The receivers live as long as this function does.
            let _ = interrupt.send(true);
            Ok(stream::pending().boxed_local())
        }
        told = listen(engine, plan) => told,
    };
    let mut told = told.map_err(|error| ApplyError {
        failures: vec![StepFailure {
            step: 0,
            error: error.into(),
        }],
        interrupted: false,
    })?;
    let mut run = Run {
        plan,
        on_event: &on_event,
        schedule: Schedule::new(plan),
        containers: HashMap::new(),
        images: HashMap::new(),
        variables: HashMap::new(),
        begun: HashMap::new(),
        settled: vec![false; plan.steps.len()],
        failures: Vec::new(),
        cut_short: false,
    };
    let mut bus = Some(Bus::default());
    let mut turns = Turns::new(plan, options.parallel);
    let deadline = options
        .wait_timeout
        .map(|time| (Instant::now() + time, time));
    let execs = Semaphore::new(EXECS);
    let mut running = FuturesUnordered::new();
    loop {
        while !*interrupted.borrow() {
            let Some(id) = turns.next(&mut run.schedule) else {
                break;
            };
            if let Some(operation) = run.begin(id) {
                turns.begun(id);
                let events = match &operation {
                    Operation::Wait {
                        target: Target::Existing(container),
                        ..
                    } => bus.as_mut().map(|bus| bus.subscribe(container)),
                    _ => None,
                };
                let call = Call {
                    engine,
                    plan,
                    id,
                    operation,
                    events,
                    interrupted: interrupted.clone(),
                    deadline,
                    ready: options.health,
                    environment: &options.environment,
                    execs: &execs,
                    on_event: &on_event,
                };
                running.push(call.run().map(move |done| (id, done)));
            }
        }
        if running.is_empty() {
            break;
        }
        tokio::select! {
            biased;
            () = &mut cancel => {
                let _ = interrupt.send(true);
            }
            event = told.next(), if bus.is_some() => match event {
                Some(Ok(event)) => {
                    if let Some(bus) = &mut bus {
                        bus.send(event);
                    }
                }
                // Without events no wait can end: let them all know.
                Some(Err(_)) | None => bus = None,
            },
            Some((id, done)) = running.next() => {
                turns.ended(id);
                run.settle(id, done);
            }
        }
    }
    run.finish()
}

/// The engine's events, from before the first step on; nothing to listen to where no step waits.
async fn listen<'e, E: Engine>(
    engine: &'e E,
    plan: &Plan,
) -> Result<Told<'e, EngineEvent>, EngineError> {
    if !(0..plan.steps.len()).any(|id| is_wait(plan, id)) {
        return Ok(stream::pending().boxed_local());
    }
    let mut told = engine.events(&plan.project);
    match told.next().await {
        Some(Ok(_)) => {
            // The call after which nothing is missed; elsewhere a start comes before any wait.
            if let Some(container) = first_wait(plan) {
                engine.container(container).await?;
            }
            Ok(told)
        }
        Some(Err(error)) => Err(error),
        None => Err(EngineError::Disconnected {
            address: engine.about().address.clone(),
            why: "its event stream ended".to_owned(),
        }),
    }
}

/// A container that is waited for before anything else is done.
fn first_wait(plan: &Plan) -> Option<&str> {
    plan.steps.iter().find_map(|step| match &step.operation {
        Operation::Wait {
            target: Target::Existing(id),
            ..
        } if step.after.is_empty() => Some(id.as_str()),
        _ => None,
    })
}

/// Whose turn it is among the steps that can be done.
struct Turns<'p> {
    plan: &'p Plan,
    parallel: Parallel,
    /// Those that count and have no turn yet.
    queue: BTreeSet<StepId>,
    /// Those that don't count.
    free: BTreeSet<StepId>,
    busy: usize,
}

impl<'p> Turns<'p> {
    fn new(plan: &'p Plan, parallel: Parallel) -> Self {
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
    fn next(&mut self, schedule: &mut Schedule) -> Option<StepId> {
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

    fn begun(&mut self, id: StepId) {
        self.busy += usize::from(self.counts(id));
    }

    fn ended(&mut self, id: StepId) {
        self.busy -= usize::from(self.counts(id));
    }
}

/// Brings what the engine tells of a container to those who wait for it, and to nobody else.
#[derive(Default)]
struct Bus(HashMap<String, Vec<mpsc::UnboundedSender<ContainerAction>>>);

impl Bus {
    fn subscribe(&mut self, container: &str) -> mpsc::UnboundedReceiver<ContainerAction> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let listeners = self.0.entry(container.to_owned()).or_default();
        listeners.push(sender);
        receiver
    }

    fn send(&mut self, event: EngineEvent) {
        let EngineEvent::Container { id, action, .. } = event else {
            return;
        };
        // Execs of health tests are told of too; they say nothing yet.
        if matches!(action, ContainerAction::Other(_)) {
            return;
        }
        if let Some(listeners) = self.0.get_mut(&id) {
            listeners.retain(|listener| listener.send(action.clone()).is_ok());
        }
    }
}

fn is_wait(plan: &Plan, id: StepId) -> bool {
    matches!(plan.steps[id].operation, Operation::Wait { .. })
}

/// Whether what comes after goes on where this fails: it is no reason to leave a teardown half done.
fn is_of_teardown(plan: &Plan, id: StepId) -> bool {
    match &plan.steps[id].operation {
        Operation::RunHook { kind, .. } => *kind == HookKind::PreStop,
        Operation::RunProvider { command, .. } => *command != ProviderCommand::Up,
        _ => false,
    }
}

/// What is known while a plan is applied.
struct Run<'p, 'e> {
    plan: &'p Plan,
    on_event: &'p RefCell<&'e mut dyn FnMut(Event)>,
    schedule: Schedule,
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

impl Run<'_, '_> {
    /// Begins a step: its operation with everything filled in that only earlier steps could tell; none where there is
    /// nothing to do.
    fn begin(&mut self, id: StepId) -> Option<Operation> {
        let step = &self.plan.steps[id];
        let needed = match &step.only_if {
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
        };
        if !needed {
            self.end(id, Outcome::NotNeeded, Duration::ZERO, None);
            self.settled[id] = true;
            self.schedule.settle(id, Settled::Done);
            return None;
        }
        self.begun.insert(id, Instant::now());
        (self.on_event.borrow_mut())(Event::Started { step: id });
        let mut operation = step.operation.clone();
        match &mut operation {
            Operation::RenameContainer { target, .. }
            | Operation::UpdateContainer { target, .. }
            | Operation::ConnectNetwork { target, .. }
            | Operation::DisconnectNetwork { target, .. }
            | Operation::StartContainer { target }
            | Operation::RestartContainer { target, .. }
            | Operation::KillContainer { target, .. }
            | Operation::PauseContainer { target }
            | Operation::UnpauseContainer { target }
            | Operation::CopyFiles { target, .. }
            | Operation::RunHook { target, .. }
            | Operation::StopContainer { target, .. }
            | Operation::RemoveContainer { target, .. }
            | Operation::Wait { target, .. } => {
                if let Target::CreatedBy { step, or } = target {
                    let id = self
                        .containers
                        .get(step)
                        .or(or.as_ref())
                        .cloned()
                        .unwrap_or_default();
                    *target = Target::Existing(id);
                }
            }
            Operation::CreateContainer { container, .. } => {
                let brought = step.after.iter().find_map(|before| self.images.get(before));
                if let Some(image) = brought {
                    container
                        .labels
                        .insert(label::IMAGE.to_owned(), image.clone());
                }
                self.give_variables(container, &step.after);
            }
            _ => {}
        }
        Some(operation)
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

    fn settle(&mut self, id: StepId, done: Result<Done, StepError>) {
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

    fn finish(mut self) -> Result<(), ApplyError> {
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
