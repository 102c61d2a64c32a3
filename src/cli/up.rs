//! `windlass up`.

mod attached;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use futures_util::{StreamExt, TryStreamExt, stream};
use indexmap::IndexMap;

use super::Ended;
use super::apply::{Applied, Wishes, apply};
use super::doubt;
use super::error::CliError;
use super::lock;
use super::published;
use super::renew;
use super::scope::Scope;
use super::signal::Interrupts;
use super::watch::{Current, Manner, Session};
use crate::engine::Engine;
use crate::model::{Project, PullPolicy, Readiness, ServiceName, WatchAction};
use crate::plan::{self, Operation, Plan, Recreate, Resource, Step, UpOptions};
use crate::reconcile::observe;
use crate::state::{ActualState, Container};
use crate::ui;
use crate::ui::mask::Mask;

/// How many containers are looked at at once.
const LOOKS: usize = 16;

/// Raise the stack: create, start and update what the stack file says
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "Without -d it stays, shows the logs, and stops the containers on Ctrl-C."
)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct UpArgs {
    /// Services to raise, with what they depend on; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Leave the containers running in the background
    #[arg(short, long)]
    detach: bool,
    /// Return once all services are ready; implies -d
    #[arg(long)]
    wait: bool,
    /// Most seconds to wait for services to be ready
    #[arg(long, value_name = "SECONDS")]
    wait_timeout: Option<u64>,
    /// Who says that containers are healthy: windlass, as soon as they can be reached, or the engine
    /// alone (default: the services' own `x-ready`)
    #[arg(long, value_name = "WHO")]
    health: Option<Health>,
    /// Build images even where they exist
    #[arg(long)]
    build: bool,
    /// Never build images
    #[arg(long, conflicts_with = "build")]
    no_build: bool,
    /// Replace containers even where they are as the file says
    #[arg(long)]
    force_recreate: bool,
    /// Never replace containers
    #[arg(long, conflicts_with_all = ["force_recreate", "always_recreate_deps"])]
    no_recreate: bool,
    /// Replace the containers of dependencies too
    #[arg(long)]
    always_recreate_deps: bool,
    /// Leave out what the services depend on
    #[arg(long)]
    no_deps: bool,
    /// Create everything, start nothing
    #[arg(long)]
    no_start: bool,
    /// Remove containers of services that are not in the stack file, and what `run` left behind
    #[arg(long)]
    remove_orphans: bool,
    /// When to pull images, in place of the services' own `pull_policy`
    #[arg(long, value_name = "POLICY", default_value = "policy")]
    pull: Pull,
    /// Don't show the progress of pulls
    #[arg(long)]
    quiet_pull: bool,
    /// Don't show the output of builds
    #[arg(long)]
    quiet_build: bool,
    /// Number of replicas of a service, `SERVICE=NUMBER`; repeatable
    #[arg(long, value_name = "SERVICE=N")]
    scale: Vec<String>,
    /// Seconds until a container that has to stop is killed (default: its own grace period)
    #[arg(short, long, value_name = "SECONDS", allow_negative_numbers = true)]
    timeout: Option<i64>,
    /// Replace containers that have anonymous volumes, so that they get new ones
    #[arg(short = 'V', long)]
    renew_anon_volumes: bool,
    /// Answer every question with yes: volumes that are not what the file says are made anew, and their
    /// data is lost
    #[arg(short, long)]
    yes: bool,
    /// Volumes that the stack file protects (`x-protect`) may be made anew too
    #[arg(long)]
    unprotect: bool,
    /// Show the logs of these services only; repeatable
    #[arg(long, value_name = "SERVICE", conflicts_with_all = ["attach_dependencies", "detach", "wait"])]
    attach: Vec<String>,
    /// Show the logs of what the named services depend on, too
    #[arg(long, conflicts_with_all = ["detach", "wait"])]
    attach_dependencies: bool,
    /// Don't show the logs of these services; repeatable
    #[arg(long, value_name = "SERVICE")]
    no_attach: Vec<String>,
    /// Stop all containers when one ends
    #[arg(long, conflicts_with_all = ["detach", "wait"])]
    abort_on_container_exit: bool,
    /// Stop all containers when one fails
    #[arg(long, conflicts_with_all = ["detach", "wait", "abort_on_container_exit"])]
    abort_on_container_failure: bool,
    /// End with the exit code of this service's container; implies --abort-on-container-exit
    #[arg(long, value_name = "SERVICE", conflicts_with_all = ["detach", "wait"])]
    exit_code_from: Option<String>,
    /// No colours in logs
    #[arg(long)]
    no_color: bool,
    /// No container names in front of log lines
    #[arg(long)]
    no_log_prefix: bool,
    /// Show the time of each log line
    #[arg(long)]
    timestamps: bool,
    /// Bring changes of source files into the containers, as `develop.watch` says
    #[arg(short, long, conflicts_with_all = ["detach", "wait", "no_start", "abort_on_container_exit",
        "abort_on_container_failure", "exit_code_from"])]
    watch: bool,
    /// Accepted; there is no menu
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    menu: Option<bool>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Health {
    // windlass itself, when the health test passes and the declared ports can be reached
    Reachable,
    // The engine, when its own tests pass
    Engine,
}

impl From<Health> for Readiness {
    fn from(health: Health) -> Self {
        match health {
            Health::Reachable => Self::Reachable,
            Health::Engine => Self::Engine,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Pull {
    // As the services' `pull_policy` says
    Policy,
    // Always
    Always,
    // Where the engine doesn't have the image
    Missing,
    // Never
    Never,
}

pub(super) async fn run(args: &UpArgs, scope: &Scope) -> Ended {
    let mut options = options(args, scope)?;
    let project = scope.project(&args.services)?;
    for service in attached::named(args) {
        if !project.services.contains_key(service.as_str()) {
            return Err(CliError::NoSuchService(service.clone()));
        }
    }
    if project.services.is_empty() {
        return Err(CliError::Usage(none_selected(&project)));
    }
    let mut interrupts = Interrupts::listen()?;
    let engine = scope.connect().await?;
    // From before the look at what is there: what another one does meanwhile would spoil the plan.
    let address = &engine.about().address;
    let lock = lock::hold(address, &project.name, &mut interrupts, scope).await?;
    let state = observe(&engine, &project).await?;
    let mask = Mask::of(&project, &state.containers);
    renew::decide(
        &project,
        &state,
        &mut options,
        args.yes,
        &mut interrupts,
        (&mask, scope),
    )
    .await?;
    let plan = plan::up(&project, &state, &options)?;
    doubt::tell(&plan, &project, engine.about(), &mask, scope);
    doubt::tell_of_builds(&plan, &project, &state, engine.about(), (&mask, scope));
    let attaches = !(args.detach || args.wait || args.no_start || scope.global.dry_run);
    let current = Current::new(RefCell::new(Rc::new(project.clone())));
    let follower = if attaches {
        let last_lines = attached::last_lines(args, &engine, &project, &state).await;
        let follower = attached::listen(args, &engine, &current, scope).await?;
        Some((follower, last_lines))
    } else {
        None
    };
    let watching = if args.watch && attaches {
        Some(session(args, &options, &engine, &current, scope)?)
    } else {
        None
    };
    let wishes = Wishes {
        title: "up",
        mode: scope.mode,
        mask: &mask,
        wait_timeout: args.wait_timeout.map(Duration::from_secs),
        health: args.health.map(Into::into),
        quiet_pull: args.quiet_pull,
        quiet_build: args.quiet_build,
    };
    if apply(&plan, &state, &engine, &wishes, &mut interrupts, scope).await? == Applied::Shown {
        return Ok(0);
    }
    drop(lock);
    if let Some((follower, last_lines)) = follower {
        return attached::stay(
            args,
            follower,
            &engine,
            &current,
            (
                &attached::Raised {
                    before: &state,
                    last_lines,
                    told: published::told_by_gate(&plan, wishes.health),
                },
                watching,
            ),
            &mut interrupts,
            scope,
        )
        .await;
    }
    if plan.is_empty() {
        scope.say(&nothing_to_do(&project, &state, &options)?);
    }
    if !args.no_start {
        let raised = raised(&engine, &project, &state, &plan, &options).await?;
        for line in ui::address::lines(&raised, &engine.about().address) {
            scope.say(&line);
        }
        let told = published::told_by_gate(&plan, wishes.health);
        let started = started(&plan);
        let started = raised.iter().filter(|container| {
            started.contains(container.name.as_str()) && !published::is_told(&told, container)
        });
        published::tell(&engine, &project, started, scope);
    }
    Ok(0)
}

/// Watches from before the containers start: what changes meanwhile is done afterwards.
fn session<'a, E: Engine>(
    args: &UpArgs,
    options: &UpOptions,
    engine: &'a E,
    current: &Current,
    scope: &'a Scope,
) -> Result<Session<'a, E>, CliError> {
    let project = current.borrow();
    if args.no_build
        && let Some((name, _)) = project.services.iter().find(|(_, service)| {
            let mut rules = service.watch.iter();
            rules.any(|rule| rule.action == WatchAction::Rebuild)
        })
    {
        return Err(CliError::Usage(format!(
            "--no-build is incompatible with watch action rebuild in service {name}"
        )));
    }
    drop(project);
    let manner = Manner {
        services: args.services.clone(),
        up: options.clone(),
        mode: attached::beside_logs(scope.mode),
        quiet_build: args.quiet_build,
        prune: true,
    };
    Session::begin(engine, Rc::clone(current), manner, scope)
}

fn none_selected(project: &Project) -> String {
    let why = if project.disabled_services.is_empty() {
        "the stack file has none"
    } else {
        "all of the stack file belong to profiles that are not active (--profile)"
    };
    format!("no service selected: {why}")
}

/// What to say where nothing is to be done.
fn nothing_to_do(
    project: &Project,
    state: &ActualState,
    options: &UpOptions,
) -> Result<String, CliError> {
    let without = UpOptions {
        recreate: Recreate::Diverged,
        ..options.clone()
    };
    let kept =
        options.recreate == Recreate::Never && !plan::up(project, state, &without)?.is_empty();
    Ok(if kept {
        format!(
            "{}: nothing to do: containers differ from the stack file, and --no-recreate keeps them",
            project.name
        )
    } else {
        ui::plan::nothing_to_do(project)
    })
}

/// The containers of this run that are up. What the plan has neither replaced nor started is as it was; of the others only
/// those are asked for that publish ports.
async fn raised(
    engine: &impl Engine,
    project: &Project,
    state: &ActualState,
    plan: &Plan,
    options: &UpOptions,
) -> Result<Vec<Container>, CliError> {
    let named: HashSet<&str> = options.services.iter().map(ServiceName::as_str).collect();
    let is_raised = |name: &str| {
        let is_left_out = options.no_deps && !named.is_empty() && !named.contains(name);
        !is_left_out && project.services.contains_key(name)
    };
    let replaces = |step: &&Step| {
        matches!(
            step.operation,
            Operation::CreateContainer { .. }
                | Operation::StartContainer { .. }
                | Operation::StopContainer { .. }
                | Operation::RemoveContainer { .. }
        )
    };
    let touched = plan.steps.iter().filter(replaces);
    let touched: HashSet<&str> = touched.map(|step| step.resource.name()).collect();
    let mut containers: Vec<Container> = Vec::new();
    for container in &state.containers {
        if !touched.contains(container.name.as_str()) && !container.is_one_off() {
            containers.push(container.clone());
        }
    }
    let publishes = |step: &&Step| {
        let Resource::Container {
            replica: Some((name, _)),
            ..
        } = &step.resource
        else {
            return false;
        };
        let service = project.services.get(name);
        matches!(step.operation, Operation::StartContainer { .. })
            && service.is_some_and(|service| !service.spec.ports.is_empty())
    };
    let asked = plan.steps.iter().filter(publishes);
    let asked: BTreeSet<&str> = asked.map(|step| step.resource.name()).collect();
    let asked = asked.into_iter().map(|name| engine.container(name));
    let found: Vec<_> = stream::iter(asked).buffered(LOOKS).try_collect().await?;
    containers.extend(found.into_iter().flatten());
    containers
        .retain(|container| container.status.is_up() && container.service().is_some_and(is_raised));
    containers.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(containers)
}

/// The names of the containers that the plan has started.
fn started(plan: &Plan) -> HashSet<&str> {
    let starts = plan.steps.iter();
    starts
        .filter(|step| matches!(step.operation, Operation::StartContainer { .. }))
        .map(|step| step.resource.name())
        .collect()
}

fn options(args: &UpArgs, scope: &Scope) -> Result<UpOptions, CliError> {
    Ok(UpOptions {
        services: service_names(&args.services)?,
        no_deps: args.no_deps,
        build: args.build,
        no_build: args.no_build,
        pull: match args.pull {
            Pull::Policy => None,
            Pull::Always => Some(PullPolicy::Always),
            Pull::Missing => Some(PullPolicy::Missing),
            Pull::Never => Some(PullPolicy::Never),
        },
        recreate: match (args.force_recreate, args.no_recreate) {
            (true, _) => Recreate::Force,
            (_, true) => Recreate::Never,
            _ => Recreate::Diverged,
        },
        always_recreate_deps: args.always_recreate_deps,
        renew_anon_volumes: args.renew_anon_volumes,
        // Those who stay and look on want to see it at work, as with docker compose.
        rerun_done: !args.detach && !args.wait && !args.no_start,
        no_start: args.no_start,
        remove_orphans: args.remove_orphans || scope.is_set("COMPOSE_REMOVE_ORPHANS"),
        ignore_orphans: scope.is_set("COMPOSE_IGNORE_ORPHANS"),
        wait: args.wait,
        timeout: args.timeout,
        scale: scale(&args.scale)?,
        unprotect: args.unprotect,
        ..UpOptions::default()
    })
}

/// Services as the user typed them; one that cannot be a name is no service.
pub(super) fn service_names(words: &[String]) -> Result<Vec<ServiceName>, CliError> {
    let name = |word: &String| {
        ServiceName::new(word.as_str()).map_err(|_| CliError::NoSuchService(word.clone()))
    };
    words.iter().map(name).collect()
}

/// Numbers of replicas as the user typed them, `SERVICE=NUMBER`.
pub(super) fn scale(words: &[String]) -> Result<IndexMap<ServiceName, u32>, CliError> {
    words
        .iter()
        .map(|word| {
            replicas(word).ok_or_else(|| {
                CliError::Usage(format!(
                    "--scale {word}: SERVICE=NUMBER is expected, such as web=3"
                ))
            })
        })
        .collect()
}

/// A service and a number of its replicas, from `SERVICE=NUMBER`.
pub(super) fn replicas(word: &str) -> Option<(ServiceName, u32)> {
    let (service, number) = word.split_once('=')?;
    Some((ServiceName::new(service).ok()?, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_read_and_checked() {
        let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        let read = scale(&words(&["web=3", "db=0", "web=2"])).unwrap();
        assert_eq!(read.get("web"), Some(&2));
        assert_eq!(read.get("db"), Some(&0));
        for word in ["web", "web=many", "web=-1", "=3"] {
            assert_eq!(
                scale(&words(&[word])).unwrap_err().to_string(),
                format!("--scale {word}: SERVICE=NUMBER is expected, such as web=3")
            );
        }
    }
}
