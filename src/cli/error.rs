//! Errors at the edge: the only place that decides exit code, words and hint.

mod apply;
mod engine;
mod plan;
mod wait;

use std::io::{self, ErrorKind, Write};

use self::apply::apply_reports;
use self::engine::engine_report;
use self::plan::{input_report, plan_report, protected_report};
use super::scope::Scope;
use crate::engine::EngineError;
use crate::loader::error::LoadError;
use crate::model::{PlatformError, ProjectName};
use crate::plan::{Plan, PlanError};
use crate::reconcile::{ApplyError, InputError, StepError, StepFailure};
use crate::ui::mask::Mask;
use crate::ui::report::Report;
use crate::ui::template::TemplateError;
use crate::ui::time::TimeError;
use crate::watch::WatchError;

/// Exit code of every failure.
const FAILED: u8 = 1;
/// Exit code where the user interrupted.
const INTERRUPTED: u8 = 130;
/// Exit code where nobody reads the output any more: what a shell gives for SIGPIPE.
const NOBODY_READS: u8 = 141;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    /// The stack cannot be loaded.
    #[error(transparent)]
    Load(LoadError),
    /// There is no plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Services cannot have what they are granted.
    #[error("{} configs or secrets cannot be had", .0.len())]
    Inputs(Vec<InputError>),
    /// The engine did not do what it was asked to.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A plan was not done, or not all of it.
    #[error("{error}")]
    Apply {
        /// What failed.
        error: ApplyError,
        /// The plan.
        plan: Box<Plan>,
        /// What to mask in the words of engine and containers.
        mask: Mask,
    },
    /// The plan would fail, and nothing of it was done.
    #[error("nothing was changed")]
    Preflight(Vec<Report>),
    /// The user interrupted.
    #[error("interrupted")]
    Interrupted,
    /// A time on the command line.
    #[error(transparent)]
    Time(#[from] TimeError),
    /// The template of `--format`.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// `DOCKER_DEFAULT_PLATFORM` names a platform that a service is not built for.
    #[error(transparent)]
    Platform(PlatformError),
    /// The user named a service that neither the file nor the engine has.
    #[error("no such service: {0}")]
    NoSuchService(String),
    /// Nothing of the project is there.
    #[error("no container found for project \"{0}\"")]
    NoContainers(ProjectName),
    /// The service has no containers at all.
    #[error("no container found for service \"{0}\"")]
    NoContainersOf(String),
    /// No container of the service runs, or not the one that was asked for.
    #[error("service \"{service}\" is not running{}", index.map(|index| format!(" container #{index}")).unwrap_or_default())]
    NotRunning {
        /// The service.
        service: String,
        /// The replica's number, where one was asked for.
        index: Option<u32>,
    },
    /// The container neither publishes nor exposes the port.
    #[error("no port {port} for container {container}: {}", if known.is_empty() { "it publishes and exposes none".to_owned() } else { known.join(", ") })]
    NoSuchPort {
        /// The container.
        container: String,
        /// The port, `80/tcp`.
        port: String,
        /// Those it has.
        known: Vec<String>,
    },
    /// There is nothing to wait for.
    #[error("no containers for project \"{0}\"")]
    NothingRuns(ProjectName),
    /// Options that don't go together, or a value that is none.
    #[error("{0}")]
    Usage(String),
    /// Files cannot be watched.
    #[error(transparent)]
    Watch(#[from] WatchError),
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl CliError {
    /// Tells the user; answers the exit code.
    pub(super) fn tell(&self, scope: &Scope) -> u8 {
        if let Self::Load(error) = self {
            scope.tell_diagnostics(&error.diagnostics, &error.sources);
        }
        let mask = match self {
            Self::Apply { mask, .. } => mask.clone(),
            _ => Mask::default(),
        };
        for report in self.reports() {
            let text = mask.text(&report.error(scope.err_color));
            // Where standard error is closed, the exit code is all that is left to say.
            let _ = io::stderr().write_all(text.as_bytes());
        }
        self.code()
    }

    /// Whether it is the user who ended it.
    pub(super) fn is_interrupt(&self) -> bool {
        match self {
            Self::Interrupted => true,
            Self::Apply { error, .. } => error.interrupted,
            _ => false,
        }
    }

    fn code(&self) -> u8 {
        match self {
            error if error.is_interrupt() => INTERRUPTED,
            Self::Io(error) if error.kind() == ErrorKind::BrokenPipe => NOBODY_READS,
            _ => FAILED,
        }
    }

    fn reports(&self) -> Vec<Report> {
        match self {
            Self::Load(_) => Vec::new(),
            Self::Io(error) if error.kind() == ErrorKind::BrokenPipe => Vec::new(),
            Self::Plan(PlanError::Protected(all)) => all.iter().map(protected_report).collect(),
            Self::Plan(error) => vec![plan_report(error)],
            Self::Inputs(errors) => errors.iter().map(input_report).collect(),
            Self::Engine(error) => vec![engine_report(error)],
            Self::Watch(error) => vec![watch_report(error)],
            Self::Apply { error, plan, .. } => apply_reports(error, plan),
            Self::Preflight(reports) => reports.clone(),
            Self::Interrupted => vec![interrupted()],
            Self::NoContainers(_) => {
                vec![Report::new(self.to_string()).hint("`windlass up -d` makes its containers")]
            }
            Self::NothingRuns(_) => vec![Report::new(self.to_string()).hint(
                "none of these services runs: `windlass ps -a` shows how their containers ended",
            )],
            Self::NoSuchService(_) => vec![
                Report::new(self.to_string()).hint(
                    "`windlass config --services` lists the services of the stack file, `windlass ps -a` what is there",
                ),
            ],
            Self::NoContainersOf(service) => vec![
                Report::new(self.to_string())
                    .hint(format!("`windlass create {service}` makes them")),
            ],
            Self::NotRunning { service, .. } => vec![
                Report::new(self.to_string())
                    .hint(format!("`windlass ps -a {service}` lists its containers")),
            ],
            Self::Usage(_)
            | Self::Platform(_)
            | Self::Time(_)
            | Self::Template(_)
            | Self::NoSuchPort { .. }
            | Self::Io(_) => {
                vec![Report::new(self.to_string())]
            }
        }
    }
}

/// Tells what failed of a plan and lets it be, where the user asks for that; an engine that is gone is no such failure.
pub(super) fn tolerate(ended: Result<u8, CliError>, scope: &Scope) -> Result<u8, CliError> {
    match ended {
        Err(CliError::Apply { error, plan, mask })
            if !error.interrupted && !error.failures.iter().any(is_disconnection) =>
        {
            scope.warn(&apply_reports(&error, &plan), &mask);
            Ok(0)
        }
        ended => ended,
    }
}

fn is_disconnection(failure: &StepFailure) -> bool {
    matches!(
        failure.error,
        StepError::Engine(EngineError::Disconnected { .. })
    )
}

fn interrupted() -> Report {
    Report::new("interrupted")
        .hint("what was done stays: `windlass up` goes on from here, `windlass down` takes it away")
}

/// Why files cannot be watched, with the place of the rule.
fn watch_report(error: &WatchError) -> Report {
    let report = Report::new(error.to_string()).at(error.position());
    match error {
        WatchError::NoRules => report.hint(
            "`develop: {watch: [{path: ., action: sync, target: /app}]}` in a service does it",
        ),
        WatchError::TooMany { .. } => report
            .hint(
                "`ignore` of the rule, or `.dockerignore`, leaves folders out that hold no source;",
            )
            .hint("`sysctl fs.inotify.max_user_watches=524288` raises the limit"),
        _ => report,
    }
}

#[cfg(test)]
mod tests;
