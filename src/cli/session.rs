//! A process in a container at the user's terminal: its streams joined with ours, until it ends or is left.

mod stdin;

use std::io::{self, Write};
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::sleep;

use super::error::CliError;
use super::scope::Scope;
use super::signal::Signals;
use crate::engine::docker::DockerEngine;
use crate::engine::locate::docker_config_folder;
use crate::engine::{Attached, Engine, EngineError, TerminalSize};
use crate::ui::terminal::{self, DetachKeys, RawTerminal, Typed};

/// How often the size of a terminal is told to an engine that doesn't know the process yet, and the time in between.
const RESIZES: u32 = 20;
const RESIZE_PAUSE: Duration = Duration::from_millis(20);

/// How many signals that mean an end are passed on; the next one ends the session.
const PATIENCE: u32 = 2;

/// What runs at the far end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Process<'a> {
    /// A command in a container, by its exec's id.
    Exec(&'a str),
    /// A container, by its id; `signals`: those that we get are passed on to it.
    Container { id: &'a str, signals: bool },
}

/// How a process is joined.
#[derive(Debug)]
pub(super) struct Joint {
    /// Whether it has a terminal.
    pub(super) tty: bool,
    /// Whether it reads our standard input.
    pub(super) stdin: bool,
    /// Whether the end of our standard input is its own. Where a process's input stays open for others, an engine would
    /// take it for the end of the session, and what the process has to say to the last line would be lost.
    pub(super) ends_stdin: bool,
    /// The keys that leave it, where it has a terminal.
    pub(super) keys: DetachKeys,
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Its streams ended.
    Ended,
    /// The user typed the keys that leave it.
    Detached,
    /// A signal ended it on our side.
    Interrupted,
}

impl Joint {
    /// Raw mode, where both ends are terminals.
    fn enter(&self) -> io::Result<Option<RawTerminal>> {
        if self.tty && self.stdin {
            RawTerminal::enter()
        } else {
            Ok(None)
        }
    }
}

/// Joins the streams until the process ends, or until the user leaves it.
///
/// # Errors
/// Where the connection breaks, or nobody takes the output.
pub(super) async fn join(
    attached: Attached,
    process: Process<'_>,
    engine: &DockerEngine,
    joint: Joint,
    signals: &mut Signals,
) -> Result<Left, CliError> {
    let _raw = joint.enter()?;
    let Attached { mut output, input } = attached;
    let winch = signal(SignalKind::window_change())?;
    let mut size = pin!(keep_size(engine, process, joint.tty, winch));
    let mut typing = pin!(pass_on(input, joint));
    let mut types = true;
    let mut ends = 0;
    loop {
        tokio::select! {
            chunk = output.next() => match chunk {
                None => return Ok(Left::Ended),
                Some(chunk) => {
                    let chunk = chunk?;
                    if chunk.stderr {
                        show(&mut io::stderr().lock(), &chunk.bytes)?;
                    } else {
                        show(&mut io::stdout().lock(), &chunk.bytes)?;
                    }
                }
            },
            left = &mut typing, if types => match left {
                Left::Ended => types = false,
                left => return Ok(left),
            },
            signal = signals.next() => {
                let Process::Container { id, signals: true } = process else {
                    return Ok(Left::Interrupted);
                };
                ends += u32::from(signal.is_end);
                if ends > PATIENCE {
                    return Ok(Left::Interrupted);
                }
                pass_signal(engine, id, signal.name).await?;
            },
            () = &mut size => {}
        }
    }
}

async fn pass_signal(engine: &DockerEngine, id: &str, name: &str) -> Result<(), EngineError> {
    match engine.kill_container(id, Some(name)).await {
        // It is about to start, or has just ended.
        Err(EngineError::Conflict(_) | EngineError::NotFound(_)) => Ok(()),
        result => result,
    }
}

fn show(stream: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes)?;
    stream.flush()
}

/// Passes standard input on; its end is the end of the process's.
async fn pass_on(mut input: impl AsyncWrite + Unpin, joint: Joint) -> Left {
    let Joint {
        tty,
        stdin,
        ends_stdin,
        mut keys,
    } = joint;
    if stdin {
        let mut pieces = stdin::read();
        while let Some(piece) = pieces.recv().await {
            let (piece, left) = match tty.then(|| keys.take(&piece)) {
                None => (piece, false),
                Some(Typed::On(piece)) => (piece, false),
                Some(Typed::Detached(piece)) => (piece, true),
            };
            // A process may close its input and go on; then what is typed is for nobody.
            if input.write_all(&piece).await.is_err() || input.flush().await.is_err() {
                break;
            }
            if left {
                return Left::Detached;
            }
        }
    }
    if !ends_stdin {
        // To let go of it would end the session, too.
        std::future::pending::<()>().await;
    }
    let _ = input.shutdown().await;
    Left::Ended
}

/// Tells the engine the size of our terminal, now and whenever it changes; never ends.
async fn keep_size(engine: &DockerEngine, process: Process<'_>, tty: bool, mut winch: Signal) {
    if !tty {
        std::future::pending::<()>().await;
    }
    loop {
        if let Some((columns, lines)) = terminal::size() {
            let size = TerminalSize { columns, lines };
            for _ in 0..RESIZES {
                let resized = match process {
                    Process::Exec(exec) => engine.resize_exec(exec, size).await,
                    Process::Container { id, .. } => engine.resize_container(id, size).await,
                };
                if resized.is_ok() {
                    break;
                }
                // The process may not have begun yet.
                sleep(RESIZE_PAUSE).await;
            }
        }
        winch.recv().await;
    }
}

/// The keys that detach: of the command line, or of docker's configuration.
///
/// # Errors
/// [`CliError::Usage`] where those of the command line are none.
pub(super) fn detach_keys(asked: Option<&str>, scope: &Scope) -> Result<DetachKeys, CliError> {
    if let Some(text) = asked {
        return DetachKeys::parse(text).map_err(|error| CliError::Usage(error.to_string()));
    }
    let configured = configured_keys(scope).unwrap_or_default();
    Ok(DetachKeys::parse(&configured).unwrap_or_default())
}

/// The keys in docker's own notation, for the engine.
pub(super) fn keys_for_engine(asked: Option<&str>, scope: &Scope) -> Option<String> {
    asked
        .map(str::to_owned)
        .or_else(|| configured_keys(scope))
        .filter(|keys| DetachKeys::parse(keys).is_ok())
}

fn configured_keys(scope: &Scope) -> Option<String> {
    let variable = |name: &str| scope.variable(name).map(str::to_owned);
    let file = docker_config_folder(&variable)?.join("config.json");
    let config: serde_json::Value = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    config["detachKeys"].as_str().map(str::to_owned)
}
