//! Errors at the edge: the only place that decides exit code, words and hint.

use std::io::{self, ErrorKind, Write};

use super::scope::Scope;
use crate::engine::EngineError;
use crate::loader::error::LoadError;
use crate::model::{HookKind, PlatformError, Port, ProjectName};
use crate::plan::{OnlyIf, Operation, Plan, PlanError, Protected, Reason, Resource, Step, StepId};
use crate::reconcile::{
    ApplyError, HookFailure, InputError, ProgramFailure, ProgramProblem, StepError, StepFailure,
    WaitFailure, WaitProblem,
};
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

fn plan_report(error: &PlanError) -> Report {
    let report = Report {
        position: error.position().map(ToString::to_string),
        ..Report::new(error.to_string())
    };
    match error {
        PlanError::ExternalMissing { kind, name, .. } => report.hint(format!(
            "make it with `docker {kind} create {name}`, or take `external` out of the stack file"
        )),
        PlanError::ImageMissing { .. } => report.hint(
            "bring the image with `docker pull` or `docker load`, or let windlass pull or build it",
        ),
        PlanError::NoSuchService(_) => {
            report.hint("`windlass config --services` lists the services of the stack file")
        }
        PlanError::NoContainer { service, .. }
        | PlanError::MissingDependency {
            dependency: service,
            ..
        } => report.hint(format!("`windlass up -d {service}` makes it")),
        PlanError::Cycle(_) => report.hint("take one of these dependencies out"),
        PlanError::NotInstalled { key, service, .. } => match *key {
            "models" => {
                report.hint("install Docker Model Runner: https://docs.docker.com/ai/model-runner")
            }
            _ => report
                .hint("install the program that `provider.type` names, as its makers say,")
                .hint(format!(
                    "or name the services to raise, without {service} and those that depend on it"
                )),
        },
        PlanError::Undefined { .. }
        | PlanError::NoSocket { .. }
        | PlanError::BuildSecret { .. }
        | PlanError::Protected(_) => report,
    }
}

fn protected_report(protected: &Protected) -> Report {
    let Protected { volume, position } = protected;
    let report = Report {
        position: position.as_ref().map(ToString::to_string),
        ..Report::new(format!("volume {volume} is protected: nothing was changed"))
    };
    let report = match position {
        Some(_) => report,
        None => report.hint("the stack file that it was made from says `x-protect: true`"),
    };
    report
        .hint("`windlass down` without -v keeps it with its data;")
        .hint("`windlass down -v --unprotect` removes both")
}

fn input_report(error: &InputError) -> Report {
    let report = Report {
        position: error.position().map(ToString::to_string),
        ..Report::new(error.to_string())
    };
    match error {
        InputError::External { .. } => {
            report.hint("only a swarm has external ones: give it by `file:` or `environment:`")
        }
        InputError::Unset { variable, .. } => report.hint(format!(
            "set {variable} in the shell or in .env, or give the content by `file:`"
        )),
        InputError::ReadOnly { .. } => report
            .hint("give it by `file:`, without `uid`, `gid` and `mode`: that is mounted, which a")
            .hint("read-only container allows"),
        InputError::File { .. } => report,
    }
}

fn hook_report(failure: &HookFailure, step: Option<&Step>, plan: &Plan) -> Report {
    let resource = step.map(|step| &step.resource);
    let positions = resource.and_then(|resource| plan.origins.get(resource));
    let HookFailure { kind, index, .. } = failure;
    let position = positions.and_then(|positions| positions.find(&format!("{kind}[{index}]")));
    let name = resource.map_or("", Resource::name);
    // docker compose's words, which begin with the service.
    let who = match resource {
        Some(Resource::Container {
            replica: Some((service, _)),
            ..
        }) => service.as_str(),
        _ => name,
    };
    let report = Report {
        position: position.map(ToString::to_string),
        ..Report::new(format!(
            "{who} hook exited with status {}: {kind} of container {name}",
            failure.status
        ))
    };
    report.evidence("its last output", failure.output.iter().map(String::as_str))
}

fn program_report(failure: &ProgramFailure, step: Option<&Step>, plan: &Plan) -> Report {
    let resource = step.map(|step| &step.resource);
    let field = match (resource, &failure.problem) {
        (Some(Resource::Model(_)), _) => "models",
        (_, ProgramProblem::OptionMissing(_)) => "provider.options",
        _ => "provider.type",
    };
    let positions = resource.and_then(|resource| plan.origins.get(resource));
    let position = positions.and_then(|positions| positions.find(field));
    let of = match resource {
        Some(Resource::Model(name)) => format!("model {name}: "),
        Some(resource) => format!("service {}: ", resource.name()),
        None => String::new(),
    };
    let report = Report {
        position: position.map(ToString::to_string),
        ..Report::new(format!("{of}{failure}"))
    };
    report.evidence("its last errors", failure.output.iter().map(String::as_str))
}

fn apply_reports(error: &ApplyError, plan: &Plan) -> Vec<Report> {
    let failures: Vec<StepId> = error.failures.iter().map(|failure| failure.step).collect();
    let mut reports: Vec<Report> = error
        .failures
        .iter()
        .map(|StepFailure { step, error }| match error {
            StepError::Engine(error) => {
                let report = step_report(error, *step, plan);
                match made_good(*step, plan, &failures) {
                    Some(hint) => report.hint(hint),
                    None => report,
                }
            }
            StepError::Wait(failure) => Report {
                position: waited_for(failure, *step, plan),
                ..wait_report(failure, plan.steps.get(*step))
            },
            StepError::Hook(failure) => hook_report(failure, plan.steps.get(*step), plan),
            StepError::Program(failure) => program_report(failure, plan.steps.get(*step), plan),
        })
        .collect();
    // Two steps of one container often fail for one reason.
    reports.dedup();
    if error.interrupted {
        reports.push(interrupted());
    }
    reports
}

/// What became of the two containers where the new one did not start.
fn made_good(failed: StepId, plan: &Plan, failures: &[StepId]) -> Option<String> {
    let is_for =
        |step: &Step| matches!(&step.only_if, Some(OnlyIf::Failed(of)) if of.contains(&failed));
    let mut good = (0..plan.steps.len())
        .filter(|&id| is_for(&plan.steps[id]))
        .peekable();
    let name = plan.steps[*good.peek()?].resource.name();
    let of_old = |step: &Step| match &step.operation {
        Operation::CreateContainer { replaces, .. } if step.resource.name() == name => {
            replaces.clone()
        }
        _ => None,
    };
    let old = plan.steps.iter().find_map(of_old)?;
    let old = &old[..old.len().min(12)];
    Some(if good.any(|id| failures.contains(&id)) {
        format!(
            "the container that was to be replaced is {old}; the next `windlass up` goes on from here"
        )
    } else {
        format!(
            "the new container of {name} never ran and is removed; the old one, {old}, is back as {name}"
        )
    })
}

/// Why files cannot be watched, with the place of the rule.
fn watch_report(error: &WatchError) -> Report {
    let report = Report {
        position: error.position().map(ToString::to_string),
        ..Report::new(error.to_string())
    };
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

/// An engine's refusal, with what it was to be done to and the place in the files that asks for it.
fn step_report(error: &EngineError, id: StepId, plan: &Plan) -> Report {
    let report = engine_report(error);
    let Some(step) = plan.steps.get(id) else {
        return report;
    };
    let field = match error {
        EngineError::PullDenied { .. }
        | EngineError::PullFailed { .. }
        | EngineError::PushDenied { .. }
        | EngineError::PushFailed { .. } => "image".to_owned(),
        EngineError::BuildFailed { .. } | EngineError::BaseDenied { .. } => {
            "build.dockerfile".to_owned()
        }
        EngineError::Context { .. } => "build.context".to_owned(),
        EngineError::NoBuildx { keys, .. } => match keys.first() {
            Some(key) => format!("build.{key}"),
            None => "build".to_owned(),
        },
        EngineError::BeyondEngine { path, .. } => path.clone(),
        EngineError::Profile { .. } => "security_opt".to_owned(),
        EngineError::PortInUse { port, .. } => published_as(port, step, plan),
        EngineError::Disconnected { .. } => return report,
        _ => String::new(),
    };
    let origins = plan.origins.get(&step.resource);
    let position = origins.and_then(|positions| positions.find(&field));
    let message = match error {
        // The engine's own words seldom say which container they are about.
        EngineError::Refused { .. }
        | EngineError::NotFound(_)
        | EngineError::Conflict(_)
        | EngineError::Answer(_) => about(&step.resource, error),
        _ => report.message.clone(),
    };
    Report {
        message,
        position: position.map(ToString::to_string),
        ..report
    }
}

fn about(resource: &Resource, error: &EngineError) -> String {
    let (kind, name) = match resource {
        Resource::Image(name) => ("image", name),
        Resource::Network(name) => ("network", name),
        Resource::Volume(name) => ("volume", name),
        Resource::Provider(name) => ("provider", name),
        Resource::Model(name) => ("model", name),
        Resource::Container { name, .. } => ("container", name),
    };
    let words = error.to_string();
    if words.contains(name.as_str()) {
        words
    } else {
        format!("{kind} {name}: {words}")
    }
}

/// The field of the service that publishes this port of the host.
fn published_as(port: &str, step: &Step, plan: &Plan) -> String {
    let number = port.rsplit(':').next().unwrap_or(port);
    let created = plan.steps.iter().find_map(|other| match &other.operation {
        Operation::CreateContainer { container, .. } if other.resource == step.resource => {
            Some(&container.spec.ports)
        }
        _ => None,
    });
    let publishes = |port: &Port| port.published.as_deref() == Some(number);
    match created.and_then(|ports| ports.iter().position(publishes)) {
        Some(index) => format!("ports[{index}]"),
        None => "ports".to_owned(),
    }
}

/// The place of what the container failed at.
fn waited_for(failure: &WaitFailure, step: StepId, plan: &Plan) -> Option<String> {
    let field = match &failure.problem {
        WaitProblem::Exited { .. } => "command",
        WaitProblem::Removed { .. } => return None,
        WaitProblem::Unhealthy { .. }
        | WaitProblem::NeverHealthy { .. }
        | WaitProblem::Timeout { .. } => "healthcheck",
    };
    let origins = plan.origins.get(&plan.steps.get(step)?.resource)?;
    origins.find(field).map(ToString::to_string)
}

fn is_before_start(step: &Step) -> bool {
    step.reason == Reason::Hook(HookKind::PreStart)
}

fn wait_report(failure: &WaitFailure, step: Option<&Step>) -> Report {
    let needed_by = step.and_then(|step| match &step.reason {
        Reason::NeededBy(service, _) => Some(service),
        _ => None,
    });
    let message = match (&failure.problem, needed_by) {
        (WaitProblem::Timeout { seconds, .. }, _) => {
            format!(
                "application not healthy after {seconds}s: {}",
                failure.problem
            )
        }
        (problem, None) if step.is_some_and(is_before_start) => {
            format!("pre_start hook failed: {problem}: its service is not started")
        }
        (problem, Some(service)) => {
            format!("dependency failed to start: {problem} ({service} depends on it)")
        }
        (problem, None) => problem.to_string(),
    };
    let report = Report::new(message)
        .evidence("its health test said last", failure.probe.lines())
        .evidence("its ports", failure.sockets.lines())
        .evidence(
            "its last log lines",
            failure.logs.iter().map(String::as_str),
        );
    match &failure.problem {
        WaitProblem::Timeout { .. } => {
            report.hint("give it more time with --wait-timeout, or see `windlass logs`")
        }
        WaitProblem::Exited { .. } | WaitProblem::Unhealthy { .. } if failure.logs.is_empty() => {
            report.hint("it has written nothing to its log")
        }
        _ => report,
    }
}

fn engine_report(error: &EngineError) -> Report {
    let report = Report::new(error.to_string());
    match error {
        EngineError::NoEngine { tried } => no_engine(tried),
        EngineError::NoPermission { path } => {
            Report::new(format!(
                "permission denied: this user may not use the engine's socket {}",
                path.display()
            ))
            .hint("join the group that may: `sudo usermod -aG docker $USER`, then log out and in again")
            .hint("(until then `newgrp docker` does it for one shell, or run this command with sudo)")
        }
        EngineError::Disconnected { .. } => {
            report.hint("is the engine still running? `systemctl status docker` tells")
        }
        EngineError::BadAddress { .. } => {
            report.hint("DOCKER_HOST is written like unix:///var/run/docker.sock, tcp://HOST:2375 or ssh://USER@HOST")
        }
        EngineError::BeyondEngine { .. } => {
            report.hint("another engine does it, or take the key out of the stack file")
        }
        EngineError::NameInUse { kind, name, .. } => report.hint(format!(
            "remove the other one with `docker {kind} rm {name}`, or give another name"
        )),
        EngineError::PortInUse { .. } => {
            report.hint("stop what uses it, or publish another port in the stack file (`ports`)")
        }
        EngineError::PullDenied { .. } => report
            .hint("is the name right? A private image needs `docker login` at its registry first;")
            .hint("an image of your own needs `build` in the stack file"),
        EngineError::BaseDenied { .. } => report.hint(
            "is the name in the Dockerfile right? A private image needs `docker login` at its registry first",
        ),
        EngineError::PushDenied { .. } => report.hint(
            "`docker login` at the registry that the image's name begins with; without one it is Docker Hub's",
        ),
        EngineError::PullFailed { .. } => {
            report.hint("is the registry reachable? What the engine has already is used without a pull")
        }
        EngineError::BuildFailed {
            tag,
            step,
            why,
            output,
            line,
        } => {
            let message = match step {
                Some(step) => format!("image {tag} cannot be built: {step}: {why}"),
                None => format!("image {tag} cannot be built: {why}"),
            };
            let report = Report::new(message);
            let report = match line {
                Some(line) => report.evidence(format!("{}:{}", line.file, line.line), [line.text.as_str()]),
                None => report,
            };
            let report = report.evidence("its last output", output.iter().map(String::as_str));
            if is_login_wanted(why) {
                return report
                    .hint("the builder cannot log in, and windlass pulls only the base images of a Dockerfile on this machine:")
                    .hint("pull those of another one first, with `docker pull` (private ones after `docker login`)");
            }
            report
        }
        EngineError::NoBuildx { .. } => report
            .hint("install it: `sudo apt install docker-buildx` (Debian), `docker-buildx-plugin` (of Docker's own")
            .hint("packages), or see https://github.com/docker/buildx#installing"),
        _ => report,
    }
}

/// Whether these are a builder's words for a registry that wants credentials; the third are of one who has none to ask.
fn is_login_wanted(why: &str) -> bool {
    const WORDS: [&str; 5] = [
        "401 Unauthorized",
        "authorization failed",
        "no active sessions",
        "pull access denied",
        "no basic auth credentials",
    ];
    WORDS.iter().any(|words| why.contains(words))
}

fn no_engine(tried: &[(String, String)]) -> Report {
    let report = Report::new("no container engine answers").evidence(
        "tried",
        tried
            .iter()
            .map(|(address, why)| format!("{address}: {why}")),
    );
    match tried {
        [(address, _)] => report
            .hint(format!("start the engine at {address},"))
            .hint("or unset DOCKER_HOST and DOCKER_CONTEXT to look for one on this machine"),
        _ => report
            .hint("install one: `sudo apt install docker.io` (Debian, Ubuntu), or see https://docs.docker.com/engine/install")
            .hint("if one is installed, start it: `sudo systemctl start docker`"),
    }
}

#[cfg(test)]
mod tests;
