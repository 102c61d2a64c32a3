//! Waiting for a container to be in a state, told by the engine's events: it is asked once, and again only where an event
//! doesn't tell all.
//!
//! Whether a container is healthy is decided by the [gate](gate), or by the engine alone where that is wanted; every
//! other state is the engine's word.

mod exec;
mod gate;

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, timeout_at};

pub(crate) use exec::exit_code;

use super::event::Progress;
use crate::engine::{ContainerAction, Engine, EngineError, LogOptions};
use crate::model::{Condition, Readiness, RestartPolicy};
use crate::state::{Container, Health, Status};

/// How many of the last log lines a failed wait shows.
const LOG_LINES: u64 = 10;

/// Why waiting for a container came to an end before it was in the state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WaitProblem {
    /// Its health tests failed too often.
    #[error("container {container} is unhealthy")]
    Unhealthy {
        /// The container's name.
        container: String,
    },
    /// It ended.
    #[error("container {container} exited ({code})")]
    Exited {
        /// The container's name.
        container: String,
        /// Its exit code.
        code: i64,
    },
    /// It was removed.
    #[error("container {container} was removed while it was waited for")]
    Removed {
        /// The container's name.
        container: String,
    },
    /// The engine never tests it, and it has failed for as long as an engine would have borne it.
    #[error("container {container} is not healthy after {seconds}s, and the engine never tests it")]
    NeverHealthy {
        /// The container's name.
        container: String,
        /// The seconds after which an engine would have given up.
        seconds: u64,
    },
    /// It did not get there in the time given.
    #[error("container {container} is not {condition} after {seconds}s")]
    Timeout {
        /// The container's name.
        container: String,
        /// The state waited for.
        condition: Condition,
        /// The seconds given.
        seconds: u64,
    },
}

/// A wait that failed, and what people need to find out why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct WaitFailure {
    /// What happened.
    pub problem: WaitProblem,
    /// What the last health test printed; empty where none ran.
    pub probe: String,
    /// Which of its declared ports listen and which don't; empty where that is unknown or doesn't matter.
    pub sockets: String,
    /// The container's last log lines.
    pub logs: Vec<String>,
}

/// A container that is waited for.
pub(super) struct Wait<'a, E> {
    pub(super) engine: &'a E,
    /// The container's id and name.
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    /// The state waited for, and who says that it is healthy.
    pub(super) condition: Condition,
    pub(super) ready: Readiness,
    /// Allows commands in containers: a few at a time in the whole project.
    pub(super) execs: &'a Semaphore,
    /// When to give up, and how long that is.
    pub(super) deadline: Option<(Instant, Duration)>,
}

/// A wait that came to its end in vain.
struct Refusal {
    problem: WaitProblem,
    /// What our last test printed; empty where none ran.
    probe: String,
    sockets: String,
}

impl From<WaitProblem> for Refusal {
    fn from(problem: WaitProblem) -> Self {
        Self {
            problem,
            probe: String::new(),
            sockets: String::new(),
        }
    }
}

/// Waits until the container is in the state; answers the failure, or none.
///
/// `events` must have been subscribed to before the container could get there.
pub(super) async fn wait_for<E: Engine>(
    wait: &Wait<'_, E>,
    mut events: UnboundedReceiver<ContainerAction>,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Option<WaitFailure>, EngineError> {
    let is_gated =
        wait.condition == Condition::ServiceHealthy && wait.ready == Readiness::Reachable;
    let ended = if is_gated {
        gate::pass(wait, &mut events, on_progress).await?
    } else {
        wait.for_the_engine(&mut events, on_progress).await?
    };
    match ended {
        Ok(()) => Ok(None),
        Err(refusal) => Ok(Some(wait.explain(refusal).await)),
    }
}

impl<E: Engine> Wait<'_, E> {
    /// Waits for the engine's own word.
    async fn for_the_engine(
        &self,
        events: &mut UnboundedReceiver<ContainerAction>,
        on_progress: &mut dyn FnMut(Progress),
    ) -> Result<Result<(), Refusal>, EngineError> {
        let mut last = None;
        let (mut verdict, mut container) = self.ask().await?;
        loop {
            let health = container.as_ref().and_then(|container| container.health);
            if self.condition == Condition::ServiceHealthy && health != last {
                last = health;
                if let Some(health) = health {
                    on_progress(Progress::Health(health));
                }
            }
            match verdict {
                Verdict::There => return Ok(Ok(())),
                Verdict::Never(problem) => return Ok(Err(problem.into())),
                Verdict::NotYet => {}
            }
            let news = events.recv();
            let action = match self.deadline {
                None => news.await,
                Some((deadline, _)) => match timeout_at(deadline, news).await {
                    Ok(action) => action,
                    Err(_) => return Ok(Err(self.too_late().into())),
                },
            };
            let action = action.ok_or_else(|| self.deaf())?;
            match container
                .as_mut()
                .map(|it| learn(it, &action, self.condition))
            {
                Some(News::Old) => {}
                Some(News::All) => {
                    if let Some(container) = &container {
                        verdict = judge(container, self.condition);
                    }
                }
                Some(News::Unclear) | None => (verdict, container) = self.ask().await?,
            }
        }
    }

    /// What the engine says of the container now.
    async fn ask(&self) -> Result<(Verdict, Option<Container>), EngineError> {
        let Some(container) = self.engine.container(self.id).await? else {
            let container = self.name.to_owned();
            return Ok((Verdict::Never(WaitProblem::Removed { container }), None));
        };
        Ok((judge(&container, self.condition), Some(container)))
    }

    fn too_late(&self) -> WaitProblem {
        WaitProblem::Timeout {
            container: self.name.to_owned(),
            condition: self.condition,
            seconds: self.deadline.map_or(0, |(_, time)| time.as_secs()),
        }
    }

    fn deaf(&self) -> EngineError {
        EngineError::Disconnected {
            address: self.engine.about().address.clone(),
            why: "its event stream ended".to_owned(),
        }
    }

    /// A failed wait with what the container said last.
    async fn explain(&self, refusal: Refusal) -> WaitFailure {
        let mut probe = refusal.probe;
        if (probe.is_empty() || probe.starts_with(exec::SILENT))
            && let Ok(Some(container)) = self.engine.container(self.id).await
            && let Some(output) = container.health_log.last()
        {
            output.trim().clone_into(&mut probe);
        }
        WaitFailure {
            problem: refusal.problem,
            probe,
            sockets: refusal.sockets,
            logs: self.last_lines().await,
        }
    }

    async fn last_lines(&self) -> Vec<String> {
        let options = LogOptions {
            tail: Some(LOG_LINES),
            ..LogOptions::default()
        };
        let chunks: Vec<_> = self
            .engine
            .logs(self.id, &options)
            .into_stream()
            .filter_map(|chunk| async { chunk.ok() })
            .collect()
            .await;
        let bytes: Vec<u8> = chunks
            .iter()
            .flat_map(|chunk| chunk.bytes.iter().copied())
            .collect();
        let text = String::from_utf8_lossy(&bytes);
        text.lines()
            .map(|line| line.trim_end().to_owned())
            .collect()
    }
}

enum Verdict {
    There,
    NotYet,
    Never(WaitProblem),
}

fn judge(container: &Container, condition: Condition) -> Verdict {
    let name = || container.name.clone();
    let over = matches!(
        container.status,
        Status::Exited | Status::Dead | Status::Removing
    );
    let exited = || {
        Verdict::Never(WaitProblem::Exited {
            container: name(),
            code: container.exit_code,
        })
    };
    match condition {
        Condition::ServiceStarted if container.status.is_up() => Verdict::There,
        Condition::ServiceCompletedSuccessfully if over && container.exit_code == 0 => {
            Verdict::There
        }
        _ if over => exited(),
        Condition::ServiceHealthy if container.status == Status::Running => {
            match container.health {
                // Nobody tests it: running is ready.
                Some(Health::Healthy) | None => Verdict::There,
                Some(Health::Unhealthy) => {
                    Verdict::Never(WaitProblem::Unhealthy { container: name() })
                }
                Some(Health::Starting) => Verdict::NotYet,
            }
        }
        _ => Verdict::NotYet,
    }
}

/// What an event tells beyond what is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum News {
    /// Nothing.
    Old,
    /// All that counts; it is known now.
    All,
    /// That the engine has to be asked.
    Unclear,
}

/// Takes over what an event tells of a container that is waited for to be in this state.
fn learn(container: &mut Container, action: &ContainerAction, condition: Condition) -> News {
    let runs = matches!(container.status, Status::Running | Status::Paused);
    let is_job = condition == Condition::ServiceCompletedSuccessfully;
    match action {
        ContainerAction::Created | ContainerAction::Other(_) => News::Old,
        // One that runs has to end before it starts again, and that would have been told first.
        ContainerAction::Started if runs => News::Old,
        ContainerAction::Health(health) if runs => {
            container.health = Some(*health);
            News::All
        }
        // Of another end it matters whether the container starts again, or goes.
        ContainerAction::Died(0)
            if is_job && matches!(container.limits.restart, Some(RestartPolicy::No)) =>
        {
            container.status = Status::Exited;
            container.exit_code = 0;
            News::All
        }
        _ => News::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_is_asked_only_where_an_event_does_not_tell_all() {
        const JOB: Condition = Condition::ServiceCompletedSuccessfully;
        const SERVER: Condition = Condition::ServiceHealthy;
        let container = |status: Status, restart| Container {
            status,
            limits: crate::model::Limits {
                restart: Some(restart),
                ..crate::model::Limits::default()
            },
            ..Container::default()
        };
        let up = || container(Status::Running, RestartPolicy::No);
        let always = || container(Status::Running, RestartPolicy::Always);
        let again = || container(Status::Restarting, RestartPolicy::Always);
        let new = || container(Status::Created, RestartPolicy::No);
        let healthy = ContainerAction::Health(Health::Healthy);
        for (mut container, action, condition, news) in [
            (up(), ContainerAction::Started, SERVER, News::Old),
            (up(), ContainerAction::Created, SERVER, News::Old),
            (up(), healthy, SERVER, News::All),
            (up(), ContainerAction::Died(0), JOB, News::All),
            (up(), ContainerAction::Died(1), JOB, News::Unclear),
            (up(), ContainerAction::Died(0), SERVER, News::Unclear),
            (up(), ContainerAction::Removed, SERVER, News::Unclear),
            (up(), ContainerAction::Paused, SERVER, News::Unclear),
            (always(), ContainerAction::Died(0), JOB, News::Unclear),
            (again(), ContainerAction::Started, SERVER, News::Unclear),
            (new(), ContainerAction::Created, SERVER, News::Old),
            (new(), ContainerAction::Started, SERVER, News::Unclear),
        ] {
            let found = learn(&mut container, &action, condition);
            assert_eq!(found, news, "{action:?} {condition}");
        }
    }
}
