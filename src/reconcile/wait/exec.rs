//! Commands of the gate in containers: what listens there, and the health test.

use futures_util::StreamExt;
use std::time::Duration;

use crate::engine::sockets::SocketTable;
use crate::engine::{Engine, EngineError, NewExec};

/// As much of a test's output as is kept.
const TEST_OUTPUT: usize = 16 << 10;
/// As much of the socket tables as is read.
const TABLES: usize = 1 << 20;
/// An engine may see the end of a command's output shortly before its end.
const END_AFTER_OUTPUT: [u64; 5] = [0, 5, 20, 100, 500];

/// How the words for a test that has printed nothing begin; the engine's own test may have printed more.
pub(super) const SILENT: &str = "(nothing";

/// A command that ended, or could not be run.
pub(super) struct Run {
    /// Whether it ended with exit code 0.
    pub(super) passed: bool,
    /// What it printed, or why it could not be run.
    pub(super) output: String,
    /// Whether the engine refused to run it.
    pub(super) is_refused: bool,
}

/// Runs a health test; a container that cannot run it now fails it.
pub(super) async fn test<E: Engine>(
    engine: &E,
    id: &str,
    command: Vec<String>,
) -> Result<Run, EngineError> {
    run(engine, id, command, TEST_OUTPUT).await
}

/// Looks from inside at what listens; none where the container has no means for that.
pub(super) async fn look<E: Engine>(
    engine: &E,
    id: &str,
) -> Result<Option<SocketTable>, EngineError> {
    let files = ["/proc/net/tcp", "/proc/net/tcp6", "/proc/net/unix"];
    let command = ["cat"].into_iter().chain(files).map(str::to_owned);
    // Without IPv6 a file is missing, and the command fails: what it printed counts.
    let run = run(engine, id, command.collect(), TABLES).await?;
    Ok(SocketTable::parse(&run.output))
}

async fn run<E: Engine>(
    engine: &E,
    id: &str,
    command: Vec<String>,
    limit: usize,
) -> Result<Run, EngineError> {
    match try_run(engine, id, command, limit).await {
        Err(error @ EngineError::Disconnected { .. }) => Err(error),
        Err(error) => Ok(Run {
            passed: false,
            output: error.to_string(),
            is_refused: true,
        }),
        run => run,
    }
}

async fn try_run<E: Engine>(
    engine: &E,
    id: &str,
    command: Vec<String>,
    limit: usize,
) -> Result<Run, EngineError> {
    let exec = engine
        .create_exec(
            id,
            &NewExec {
                command,
                ..NewExec::default()
            },
        )
        .await?;
    let mut bytes = Vec::new();
    let mut output = engine.start_exec(&exec);
    while let Some(chunk) = output.next().await {
        let chunk = chunk?.bytes;
        let room = limit.saturating_sub(bytes.len());
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    let code = exit_code(engine, &exec).await?;
    let mut output = String::from_utf8_lossy(&bytes).trim().to_owned();
    if let (true, Some(code)) = (output.is_empty(), code) {
        output = format!("{SILENT}, exit code {code})");
    }
    Ok(Run {
        passed: code == Some(0),
        output,
        is_refused: false,
    })
}

/// The exit code of a command whose output has ended; none where the engine doesn't see its end.
pub(crate) async fn exit_code<E: Engine>(
    engine: &E,
    exec: &str,
) -> Result<Option<i64>, EngineError> {
    for pause in END_AFTER_OUTPUT {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        if let Some(code) = engine.exec_exit_code(exec).await? {
            return Ok(Some(code));
        }
    }
    Ok(None)
}
