//! Programs outside that bring what a stack needs: providers of services, and the one that serves models.

mod find;
mod model;
mod provider;

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::Path;
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::time::timeout;

pub use find::{Programs, find_programs};
pub(super) use model::prepare;
pub(super) use provider::{Provided, call};

/// Set by the docker CLI for its plugins: one that finds it takes itself for called by docker.
const CALLED_BY_DOCKER: &str = "DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND";

/// How many of the last lines of its errors are kept.
const LINES_KEPT: usize = 20;

/// How long the errors of a program that has ended are waited for.
const A_MOMENT: Duration = Duration::from_millis(200);

/// A program that did not do what it was called for.
#[derive(Debug, thiserror::Error)]
#[error("{program} {problem}")]
pub struct ProgramFailure {
    /// What was called, such as `provider cloud`.
    pub program: String,
    /// What is wrong.
    pub problem: ProgramProblem,
    /// The last lines of its errors.
    pub output: Vec<String>,
}

/// What can be wrong with a program that is called.
#[derive(Debug, thiserror::Error)]
pub enum ProgramProblem {
    /// It is not there.
    #[error("is not installed")]
    Missing,
    /// It cannot be started, or its words not be read.
    #[error("cannot be run: {0}")]
    NotRun(#[from] io::Error),
    /// It says so itself.
    #[error("says: {0}")]
    Said(String),
    /// It ended otherwise than well.
    #[error("ended with {0}")]
    Ended(ExitStatus),
    /// It speaks another language than it has to.
    #[error("is not understood: {0}")]
    NotUnderstood(String),
    /// It asks for an option that the stack file does not give.
    #[error("needs the option `{0}`")]
    OptionMissing(String),
}

/// What a program is run in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings<'a> {
    /// Variables beside those of windlass itself: those of the project's `.env`.
    pub(super) environment: &'a BTreeMap<String, String>,
    /// The variables by which docker's own programs reach the engine.
    pub(super) engine: &'a [(&'static str, String)],
}

impl Surroundings<'_> {
    /// A call of a program that ends when nobody waits for it any more.
    fn command(&self, program: &Path, arguments: &[String]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .envs(self.environment)
            .envs(self.engine.iter().map(|(name, value)| (name, value)))
            .env_remove(CALLED_BY_DOCKER)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs a program that tells its result at its end; what it printed.
    async fn result(&self, program: &Path, arguments: &[String]) -> Result<Vec<u8>, Ended> {
        let output = self.command(program, arguments).output().await;
        let output = output.map_err(|error| (error.into(), Vec::new()))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let mut said: Vec<String> = String::from_utf8_lossy(&output.stderr)
            .lines()
            .map(str::to_owned)
            .collect();
        said.drain(..said.len().saturating_sub(LINES_KEPT));
        Err((ProgramProblem::Ended(output.status), said))
    }
}

/// What is wrong, and the last lines of the program's errors.
type Ended = (ProgramProblem, Vec<String>);

fn failure(program: &str, (problem, output): Ended) -> ProgramFailure {
    ProgramFailure {
        program: program.to_owned(),
        problem,
        output,
    }
}

/// Follows a program to its end: `each` gets its lines. An answer of `each` that is an error ends the program.
async fn follow(
    mut child: Child,
    mut each: impl FnMut(String) -> Result<(), ProgramProblem>,
) -> Result<(), Ended> {
    let told = child.stdout.take().map(lines::<ChildStdout>);
    let errors = child.stderr.take().map(lines::<ChildStderr>);
    let kept = RefCell::new(VecDeque::new());
    let followed = async {
        if let Some(mut told) = told {
            while let Some(line) = told.next_line().await? {
                each(line)?;
            }
        }
        match child.wait().await? {
            status if status.success() => Ok(()),
            status => Err(ProgramProblem::Ended(status)),
        }
    };
    let keeping = keep(errors, &kept);
    // What it left running may keep its errors open for ever: they are read as long as it runs, and a moment longer.
    let result = match select(pin!(followed), pin!(keeping)).await {
        Either::Left((result, keeping)) => {
            let _ = timeout(A_MOMENT, keeping).await;
            result
        }
        Either::Right(((), followed)) => followed.await,
    };
    result.map_err(|problem| (problem, kept.into_inner().into()))
}

/// Keeps the last lines of a program's errors; what cannot be read of them is nothing to fail for.
async fn keep(errors: Option<Lines<BufReader<ChildStderr>>>, kept: &RefCell<VecDeque<String>>) {
    let Some(mut errors) = errors else { return };
    while let Ok(Some(line)) = errors.next_line().await {
        let mut kept = kept.borrow_mut();
        if kept.len() == LINES_KEPT {
            kept.pop_front();
        }
        kept.push_back(line);
    }
}

fn lines<R: AsyncRead + Unpin>(stream: R) -> Lines<BufReader<R>> {
    BufReader::new(stream).lines()
}
