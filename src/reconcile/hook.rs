//! Hooks in containers: run to their end, every line told.

use std::collections::VecDeque;

use futures_util::StreamExt;

use super::wait::exit_code;
use crate::engine::{Engine, EngineError, NewExec};
use crate::model::{Hook, HookKind};

/// How many of a failed hook's last lines are kept.
const LINES_KEPT: usize = 20;

/// A hook that did not end well.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} hook exited with status {status}")]
pub struct HookFailure {
    /// When it was run.
    pub kind: HookKind,
    /// Its place in the service's list, counted from 0.
    pub index: usize,
    /// Its exit code.
    pub status: i64,
    /// The last lines it printed.
    pub output: Vec<String>,
}

/// Runs a hook in a container; its failure, if it fails.
pub(super) async fn run<E: Engine>(
    engine: &E,
    id: &str,
    (kind, index, hook): (HookKind, usize, &Hook),
    tell: &mut dyn FnMut(String),
) -> Result<Option<HookFailure>, EngineError> {
    let mut kept = VecDeque::new();
    let mut line = |line: String| {
        if kept.len() == LINES_KEPT {
            kept.pop_front();
        }
        kept.push_back(line.clone());
        tell(line);
    };
    let status = run_command(engine, id, hook, &mut line)
        .await?
        .ok_or_else(|| {
            EngineError::Answer(format!("the {kind} hook ended without an exit code"))
        })?;
    Ok((status != 0).then(|| HookFailure {
        kind,
        index,
        status,
        output: kept.into(),
    }))
}

/// Runs a command in a container to its end, every line it prints told; its exit code, where the engine knows it.
///
/// # Errors
/// Where the engine does not run it.
pub async fn run_command<E: Engine>(
    engine: &E,
    id: &str,
    hook: &Hook,
    tell: &mut dyn FnMut(String),
) -> Result<Option<i64>, EngineError> {
    let command = NewExec {
        command: hook.command.clone(),
        user: hook.user.clone(),
        privileged: hook.privileged,
        working_dir: hook.working_dir.clone(),
        environment: hook.environment.clone(),
        ..NewExec::default()
    };
    let exec = engine.create_exec(id, &command).await?;
    // The two streams are cut into lines each for itself.
    let mut begun = [Vec::new(), Vec::new()];
    let mut told = engine.start_exec(&exec);
    while let Some(chunk) = told.next().await {
        let chunk = chunk?;
        let begun = &mut begun[usize::from(chunk.stderr)];
        begun.extend_from_slice(&chunk.bytes);
        while let Some(end) = begun.iter().position(|byte| *byte == b'\n') {
            let whole: Vec<u8> = begun.drain(..=end).collect();
            tell(text(&whole));
        }
    }
    for rest in begun.iter().filter(|rest| !rest.is_empty()) {
        tell(text(rest));
    }
    exit_code(engine, &exec).await
}

fn text(line: &[u8]) -> String {
    String::from_utf8_lossy(line)
        .trim_end_matches(['\r', '\n'])
        .to_owned()
}
