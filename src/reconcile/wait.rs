//! Waiting for a container to be in a state, told by the engine's events: nothing is asked twice.
//!
//! This is the engine's own word on health. A wait is one future per container; whatever opens the gate sooner takes
//! the place of [`wait_for`].

use futures_util::{StreamExt, TryStreamExt};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::event::Progress;
use crate::engine::{ContainerAction, Engine, EngineError, EngineEvent, LogOptions};
use crate::model::Condition;
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
    /// The container's last log lines.
    pub logs: Vec<String>,
}

/// Waits until the container of this id and name is in the state; answers the failure, or none.
///
/// `events` must have been subscribed to before the container could get there.
pub(super) async fn wait_for<E: Engine>(
    engine: &E,
    id: &str,
    name: &str,
    condition: Condition,
    mut events: broadcast::Receiver<EngineEvent>,
    on_progress: &mut dyn FnMut(Progress),
) -> Result<Option<WaitFailure>, EngineError> {
    let mut last = None;
    let problem = loop {
        let Some(container) = engine.container(id).await? else {
            break WaitProblem::Removed {
                container: name.to_owned(),
            };
        };
        if condition == Condition::ServiceHealthy && container.health != last {
            last = container.health;
            container
                .health
                .into_iter()
                .for_each(|health| on_progress(Progress::Health(health)));
        }
        match judge(&container, condition) {
            Verdict::There => return Ok(None),
            Verdict::Never(problem) => break problem,
            Verdict::NotYet => {}
        }
        if !something_happens_to(id, &mut events).await {
            return Err(EngineError::Disconnected {
                address: engine.about().address.clone(),
                why: "its event stream ended".to_owned(),
            });
        }
    };
    Ok(Some(explain(engine, id, problem).await))
}

/// A failed wait with what the container said last.
pub(super) async fn explain<E: Engine>(engine: &E, id: &str, problem: WaitProblem) -> WaitFailure {
    let probe = match engine.container(id).await {
        Ok(Some(container)) => container
            .health_log
            .last()
            .map(|output| output.trim().to_owned())
            .unwrap_or_default(),
        _ => String::new(),
    };
    let options = LogOptions {
        tail: Some(LOG_LINES),
        ..LogOptions::default()
    };
    let chunks: Vec<_> = engine
        .logs(id, &options)
        .into_stream()
        .filter_map(|chunk| async { chunk.ok() })
        .collect()
        .await;
    let bytes: Vec<u8> = chunks
        .iter()
        .flat_map(|chunk| chunk.bytes.iter().copied())
        .collect();
    let logs = String::from_utf8_lossy(&bytes)
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    WaitFailure {
        problem,
        probe,
        logs,
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

/// Returns when an event tells of this container, or of too many to tell; false where no more events come.
async fn something_happens_to(id: &str, events: &mut broadcast::Receiver<EngineEvent>) -> bool {
    loop {
        match events.recv().await {
            Ok(EngineEvent::Container {
                id: told, action, ..
            }) if told == id => {
                // Execs of health tests are told of too; they say nothing yet.
                if !matches!(action, ContainerAction::Other(_)) {
                    return true;
                }
            }
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return true,
            Err(RecvError::Closed) => return false,
        }
    }
}
