//! One step: one engine call, or one wait.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::Instant;

use super::{StepError, leftover};
use crate::engine::{BuildProgress, ContainerAction, Engine, EngineError};
use crate::model::{
    Condition, Hook, HookKind, ImageBuild, Model, Provider, ProviderCommand, Readiness,
};
use crate::plan::{Operation, Plan, StepId, Target};
use crate::reconcile::event::{Event, Progress};
use crate::reconcile::hook;
use crate::reconcile::program::{self, Provided, Surroundings};
use crate::reconcile::wait::{Wait, wait_for};

/// What a step brought.
pub(super) enum Done {
    /// A container of this id.
    Container(String),
    /// An image of this id.
    Image(String),
    /// These variables, for containers that are made after it.
    Variables(Vec<(String, String)>),
    /// There was nothing to do.
    NotNeeded,
    /// Nothing but its effect, on this container.
    Nothing { container: Option<String> },
    /// It failed, but nobody requires it.
    Tolerated(String),
    /// The user interrupted.
    Interrupted,
}

/// A step about to be done; its operation names existing containers only.
pub(super) struct Call<'a, 'e, E> {
    pub(super) engine: &'a E,
    pub(super) plan: &'a Plan,
    pub(super) id: StepId,
    pub(super) operation: Operation,
    /// What happens to the container that is waited for.
    pub(super) events: Option<mpsc::UnboundedReceiver<ContainerAction>>,
    pub(super) interrupted: watch::Receiver<bool>,
    pub(super) deadline: Option<(Instant, Duration)>,
    pub(super) ready: Option<Readiness>,
    pub(super) environment: &'a BTreeMap<String, String>,
    pub(super) execs: &'a Semaphore,
    pub(super) on_event: &'a RefCell<&'e mut dyn FnMut(Event)>,
}

impl<E: Engine> Call<'_, '_, E> {
    /// Does the step.
    pub(super) async fn run(mut self) -> Result<Done, StepError> {
        let engine = self.engine;
        let name = self.plan.steps[self.id].resource.name();
        let id = self.operation.target_mut().map(existing);
        let id = id.unwrap_or_default();
        let operation = std::mem::replace(&mut self.operation, Operation::RemoveVolume);
        match operation {
            Operation::PullImage { platform } => self.pull(name, platform.as_deref()).await,
            Operation::BuildImage(build) => self.build(&build).await,
            Operation::PushImage => self.push(name).await,
            Operation::RemoveImage => tolerate_use(engine.remove_image(name).await, name),
            Operation::CreateNetwork { network, labels } => {
                let project = &self.plan.project;
                nothing(leftover::create_network(engine, project, &network, &labels).await)
            }
            Operation::RemoveNetwork { id } => tolerate_use(engine.remove_network(&id).await, name),
            Operation::CreateVolume { volume, labels } => {
                nothing(engine.create_volume(&volume, &labels).await)
            }
            Operation::RemoveVolume => tolerate_use(engine.remove_volume(name).await, name),
            Operation::RunProvider { provider, command } => self.provider(&provider, command).await,
            Operation::PrepareModel(model) => self.model(&model).await,
            Operation::CreateContainer { container, .. } => {
                let project = &self.plan.project;
                let created = leftover::create_container(engine, project, &container).await?;
                for warning in created.warnings {
                    self.tell(Progress::Warning(warning));
                }
                Ok(Done::Container(created.id))
            }
            Operation::RenameContainer { to, .. } => {
                on(engine.rename_container(&id, &to).await, id)
            }
            Operation::UpdateContainer { limits, .. } => {
                on(engine.update_container(&id, &limits).await, id)
            }
            Operation::ConnectNetwork { endpoint, .. } => {
                on(engine.connect_network(&id, &endpoint).await, id)
            }
            Operation::DisconnectNetwork { network, .. } => {
                on(engine.disconnect_network(&id, &network).await, id)
            }
            Operation::StartContainer { .. } => on(engine.start_container(&id).await, id),
            Operation::KillContainer { signal, .. } => {
                on(engine.kill_container(&id, Some(&signal)).await, id)
            }
            Operation::PauseContainer { .. } => on(engine.pause_container(&id).await, id),
            Operation::UnpauseContainer { .. } => on(engine.unpause_container(&id).await, id),
            Operation::RestartContainer { timeout, .. } => {
                on(engine.restart_container(&id, timeout).await, id)
            }
            Operation::CopyFiles { files, .. } => on(engine.copy_files(&id, &files).await, id),
            Operation::RunHook {
                kind, index, hook, ..
            } => self.hook(&id, (kind, index, &hook)).await,
            Operation::StopContainer { timeout, .. } => {
                on(engine.stop_container(&id, timeout).await, id)
            }
            Operation::RemoveContainer { volumes, .. } => {
                on(engine.remove_container(&id, volumes).await, id)
            }
            Operation::Wait {
                condition,
                ready,
                required,
                ..
            } => self.wait(&id, condition, ready, required).await,
        }
    }

    fn tell(&self, progress: Progress) {
        (self.on_event.borrow_mut())(Event::Progress {
            step: self.id,
            progress,
        });
    }

    async fn pull(&self, reference: &str, platform: Option<&str>) -> Result<Done, StepError> {
        let pulled = async {
            let mut told = self.engine.pull_image(reference, platform);
            while let Some(progress) = told.next().await {
                self.tell(Progress::Pull(progress?));
            }
            let image =
                self.engine
                    .image(reference)
                    .await?
                    .ok_or_else(|| EngineError::PullFailed {
                        reference: reference.to_owned(),
                        why: "the engine doesn't have it after the pull".to_owned(),
                    })?;
            Ok(Done::Image(image.id))
        };
        self.unless_interrupted(pulled).await
    }

    async fn push(&self, reference: &str) -> Result<Done, StepError> {
        let pushed = async {
            let mut told = self.engine.push_image(reference);
            while let Some(progress) = told.next().await {
                self.tell(Progress::Pull(progress?));
            }
            Ok(Done::Nothing { container: None })
        };
        self.unless_interrupted(pushed).await
    }

    async fn build(&self, build: &ImageBuild) -> Result<Done, StepError> {
        let work = async {
            let mut told = self.engine.build_image(build);
            let mut image = None;
            while let Some(progress) = told.next().await {
                let progress = progress?;
                if let BuildProgress::Built { id } = &progress {
                    image = Some(id.clone());
                }
                self.tell(Progress::Build(progress));
            }
            let why = "the builder ended without an image";
            let id = image.ok_or_else(|| EngineError::build_failed(&build.tag, why))?;
            Ok(Done::Image(id))
        };
        self.unless_interrupted(work).await
    }

    async fn provider(
        &self,
        provider: &Provider,
        command: ProviderCommand,
    ) -> Result<Done, StepError> {
        let service = self.plan.steps[self.id].resource.name();
        let place = (self.plan.project.as_str(), service);
        let mut tell = |line| self.tell(Progress::Note(line));
        let called = async {
            let surroundings = self.surroundings();
            let answer = program::call(provider, command, place, surroundings, &mut tell).await;
            match answer.map_err(Box::new)? {
                Provided::Variables(variables) => Ok(Done::Variables(variables)),
                Provided::NoSuchCommand => Ok(Done::NotNeeded),
            }
        };
        self.unless_interrupted(called).await
    }

    async fn model(&self, model: &Model) -> Result<Done, StepError> {
        let mut tell = |line| self.tell(Progress::Note(line));
        let prepared = async {
            let address = program::prepare(model, self.surroundings(), &mut tell).await;
            let address = address.map_err(Box::new)?;
            Ok(Done::Variables(vec![(String::new(), address)]))
        };
        self.unless_interrupted(prepared).await
    }

    fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            environment: self.environment,
            engine: &self.engine.about().variables,
        }
    }

    async fn hook(&self, id: &str, hook: (HookKind, usize, &Hook)) -> Result<Done, StepError> {
        let mut tell = |line| self.tell(Progress::Output(line));
        let run = async {
            let done = Done::Nothing {
                container: Some(id.to_owned()),
            };
            match hook::run(self.engine, id, hook, &mut tell).await {
                Ok(None) => Ok(done),
                Ok(Some(failure)) => Err(Box::new(failure).into()),
                // One that has ended meanwhile needs no preparation for its stop.
                Err(EngineError::Conflict(_) | EngineError::NotFound(_))
                    if hook.0 == HookKind::PreStop && !self.is_up(id).await? =>
                {
                    Ok(done)
                }
                Err(error) => Err(error.into()),
            }
        };
        self.unless_interrupted(run).await
    }

    async fn is_up(&self, id: &str) -> Result<bool, EngineError> {
        let container = self.engine.container(id).await?;
        Ok(container.is_some_and(|container| container.status.is_up()))
    }

    async fn wait(
        &mut self,
        id: &str,
        condition: Condition,
        ready: Readiness,
        required: bool,
    ) -> Result<Done, StepError> {
        let Some(events) = self.events.take() else {
            return Err(EngineError::Disconnected {
                address: self.engine.about().address.clone(),
                why: "its event stream ended".to_owned(),
            }
            .into());
        };
        let wait = Wait {
            engine: self.engine,
            id,
            name: self.plan.steps[self.id].resource.name(),
            condition,
            // What the user asks for now goes before the file.
            ready: self.ready.unwrap_or(ready),
            execs: self.execs,
            deadline: self.deadline,
        };
        let mut tell = |progress| self.tell(progress);
        let waited = async {
            let failure = wait_for(&wait, events, &mut tell).await?;
            match failure {
                None => Ok(Done::Nothing {
                    container: Some(id.to_owned()),
                }),
                Some(failure) if !required => Ok(Done::Tolerated(failure.to_string())),
                Some(failure) => Err(Box::new(failure).into()),
            }
        };
        self.unless_interrupted(waited).await
    }

    /// The work's result, or word of the user's interruption if that comes first: then the work is dropped.
    async fn unless_interrupted(
        &self,
        work: impl Future<Output = Result<Done, StepError>>,
    ) -> Result<Done, StepError> {
        let mut interrupted = self.interrupted.clone();
        let interrupted = async move {
            // An error means that the run is over: this is dropped with it.
            let _ = interrupted.wait_for(|interrupted| *interrupted).await;
        };
        match select(pin!(work), pin!(interrupted)).await {
            Either::Left((done, _)) => done,
            Either::Right(_) => Ok(Done::Interrupted),
        }
    }
}

/// The target's id: steps that create have been looked up before.
fn existing(target: &mut Target) -> String {
    match target {
        Target::Existing(id) => std::mem::take(id),
        Target::CreatedBy { or, .. } => or.take().unwrap_or_default(),
    }
}

/// A call that was made for its effect on this container.
fn on(result: Result<(), EngineError>, id: String) -> Result<Done, StepError> {
    result?;
    Ok(Done::Nothing {
        container: Some(id),
    })
}

fn nothing(result: Result<(), EngineError>) -> Result<Done, StepError> {
    result?;
    Ok(Done::Nothing { container: None })
}

/// What others still use stays, and that is no failure of a teardown.
fn tolerate_use(result: Result<(), EngineError>, name: &str) -> Result<Done, StepError> {
    match result {
        Err(EngineError::Conflict(_)) => Ok(Done::Tolerated(format!("{name} is still in use"))),
        other => nothing(other),
    }
}
