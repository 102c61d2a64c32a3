//! `windlass run`.

mod service;

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

use super::Ended;
use super::apply::{Applied, Wishes, apply};
use super::doubt;
use super::error::CliError;
use super::exec::{check_terminal, has_terminal, process_code};
use super::lock;
use super::scope::{Scope, print};
use super::session::{self, Joint, Left, Process};
use super::signal::{Interrupts, Signals};
use crate::engine::docker::DockerEngine;
use crate::engine::{AttachOptions, End, Engine};
use crate::label;
use crate::model::{Project, PullPolicy, Service};
use crate::plan::{self, RunOptions, UpOptions};
use crate::reconcile::observe;
use crate::ui::Mode;
use crate::ui::mask::Mask;
use service::Asked;

/// Run one command in a new container of a service, beside those that run
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    override_usage = "windlass run [OPTIONS] SERVICE [COMMAND] [ARGS...]",
    after_help = "What the service depends on is raised first. The exit code is the command's. The service's own\n\
                  ports are published with -P only."
)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct RunArgs {
    /// The service, and the command with its arguments in place of the service's
    #[arg(
        value_names = ["SERVICE", "COMMAND"],
        num_args = 1..,
        required = true,
        trailing_var_arg = true
    )]
    words: Vec<String>,
    /// Build images first, even where they exist
    #[arg(long)]
    build: bool,
    /// Add a capability; repeatable
    #[arg(long, value_name = "CAPABILITY")]
    cap_add: Vec<String>,
    /// Drop a capability; repeatable
    #[arg(long, value_name = "CAPABILITY")]
    cap_drop: Vec<String>,
    /// Leave the container running in the background, and print its id
    #[arg(short, long)]
    detach: bool,
    /// Entrypoint in place of the service's
    #[arg(long, value_name = "COMMAND")]
    entrypoint: Option<String>,
    /// Set a variable, `NAME=VALUE`, or `NAME` to hand on ours; repeatable
    #[arg(short, long, value_name = "VARIABLE")]
    env: Vec<String>,
    /// Set the variables of a file; repeatable
    #[arg(long, value_name = "FILE")]
    env_from_file: Vec<PathBuf>,
    /// Pass standard input on (default: yes)
    #[arg(
        short,
        long,
        value_name = "YES",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        hide_possible_values = true
    )]
    interactive: Option<bool>,
    /// Add a label, `KEY=VALUE`; repeatable
    #[arg(short, long = "label", alias = "labels", value_name = "LABEL")]
    labels: Vec<String>,
    /// Name of the container
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Leave out what the service depends on
    #[arg(long)]
    no_deps: bool,
    /// No terminal for the command, even where standard input and output are one
    #[arg(
        short = 'T',
        long,
        alias = "no-TTY",
        value_name = "YES",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        hide_possible_values = true
    )]
    no_tty: Option<bool>,
    /// Publish a port, as under `ports` in the stack file; repeatable
    #[arg(short, long, value_name = "PORT")]
    publish: Vec<String>,
    /// When to pull images, in place of the services' own `pull_policy`
    #[arg(long, value_name = "POLICY", default_value = "policy")]
    pull: Pull,
    /// Show nothing but what the command prints
    #[arg(short, long)]
    quiet: bool,
    /// Don't show the output of builds
    #[arg(long)]
    quiet_build: bool,
    /// Don't show the progress of pulls
    #[arg(long)]
    quiet_pull: bool,
    /// Remove containers of services that are not in the stack file, and what `run` left behind
    #[arg(long)]
    remove_orphans: bool,
    /// Remove the container when it ends
    #[arg(long)]
    rm: bool,
    /// Publish the service's own ports
    #[arg(short = 'P', long)]
    service_ports: bool,
    /// A terminal for the command, which it has anyway where standard input and output are one
    #[arg(
        short,
        long,
        hide = true,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    tty: Option<bool>,
    /// Give the container the service's names on its networks
    #[arg(long)]
    use_aliases: bool,
    /// User of the command: name or number, with `:GROUP` where wanted
    #[arg(short, long, value_name = "USER")]
    user: Option<String>,
    /// Add a mount, as under `volumes` in the stack file; repeatable
    #[arg(short, long = "volume", alias = "volumes", value_name = "VOLUME", action = ArgAction::Append)]
    volumes: Vec<String>,
    /// Working folder of the command in the container
    #[arg(short, long, value_name = "PATH")]
    workdir: Option<String>,
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

pub(super) async fn run(args: &RunArgs, scope: &Scope) -> Ended {
    let Asked {
        project,
        service,
        implied_volumes,
    } = service::load(args, scope)?;
    let (tty, stdin) = (service.spec.tty, service.spec.stdin_open);
    if !args.detach {
        check_terminal(tty, stdin)?;
    }
    let slug = slug()?;
    let name = args.name.clone().unwrap_or_else(|| {
        let short = &slug[..slug.len().min(12)];
        label::joined(&project, &[&service.name, &"run", &short])
    });
    let options = RunOptions {
        up: UpOptions {
            implied_volumes,
            ..up_options(args, scope)
        },
        name,
        slug,
        use_aliases: args.use_aliases,
        remove: args.rm,
    };
    let engine = scope.connect().await?;
    let prepared = Box::pin(prepare(args, &options, &project, &service, &engine, scope));
    match prepared.await? {
        Applied::Done => {}
        Applied::Shown => return Ok(0),
    }
    let container = engine.container(&options.name).await?;
    let Some(container) = container else {
        return Err(CliError::NoSuchService(options.name));
    };
    if args.detach {
        start(&engine, &container.id).await?;
        print(&format!("{}\n", container.id))?;
        return Ok(0);
    }
    attended(args, &engine, &container.id, (tty, stdin), scope).await
}

/// Raises what the service depends on and makes the container; nothing of it is left where that fails.
async fn prepare(
    args: &RunArgs,
    options: &RunOptions,
    project: &Project,
    service: &Service,
    engine: &DockerEngine,
    scope: &Scope,
) -> Result<Applied, CliError> {
    let mut interrupts = Interrupts::listen()?;
    let _lock = if scope.global.dry_run {
        None
    } else {
        let address = &engine.about().address;
        Some(lock::hold(address, &project.name, &mut interrupts, scope).await?)
    };
    let state = observe(engine, project).await?;
    let mask = Mask::of(project, &state.containers);
    let plan = plan::run(project, service, &state, options)?;
    doubt::tell(&plan, project, engine.about(), &mask, scope);
    let wishes = Wishes {
        title: "run",
        mode: if args.quiet { Mode::Quiet } else { scope.mode },
        mask: &mask,
        wait_timeout: None,
        health: None,
        quiet_pull: args.quiet_pull,
        quiet_build: args.quiet_build,
    };
    let applied = apply(&plan, &state, engine, &wishes, &mut interrupts, scope).await;
    let is_new = |name: &str| !state.containers.iter().any(|known| known.name == name);
    if applied.is_err()
        && is_new(&options.name)
        && let Some(half_made) = engine.container(&options.name).await?
        && half_made.labels.get(crate::label::SLUG) == Some(&options.slug)
    {
        engine.remove_container(&half_made.id, true).await?;
    }
    applied
}

/// Starts the container with its streams joined to ours, and stays until its end.
async fn attended(
    args: &RunArgs,
    engine: &DockerEngine,
    id: &str,
    (tty, stdin): (bool, bool),
    scope: &Scope,
) -> Ended {
    let mut signals = Signals::listen()?;
    // Before the start, so that nothing is missed.
    let options = AttachOptions {
        stdin,
        tty,
        detach_keys: session::keys_for_engine(None, scope),
    };
    let attached = match engine.attach_container(id, &options).await {
        Ok(attached) => attached,
        Err(error) => {
            // Podman finds out here already that the command is not there.
            engine.remove_container(id, true).await?;
            return Err(error.into());
        }
    };
    let end = if args.rm { End::Removed } else { End::Next };
    let ended = engine.wait_exit(id, end).await?;
    start(engine, id).await?;
    let joint = Joint {
        tty,
        stdin,
        ends_stdin: true,
        keys: session::detach_keys(None, scope)?,
    };
    let process = Process::Container { id, signals: true };
    match session::join(attached, process, engine, joint, &mut signals).await? {
        Left::Ended => Ok(process_code(ended.await?)),
        Left::Detached => Ok(0),
        Left::Interrupted => {
            engine.kill_container(id, None).await?;
            ended.await?;
            Ok(130)
        }
    }
}

/// Starts the container; one that cannot start is of no use to anybody.
async fn start(engine: &DockerEngine, id: &str) -> Result<(), CliError> {
    let started = engine.start_container(id).await;
    if started.is_err() {
        engine.remove_container(id, true).await?;
    }
    Ok(started?)
}

fn up_options(args: &RunArgs, scope: &Scope) -> UpOptions {
    UpOptions {
        no_deps: args.no_deps,
        build: args.build,
        pull: match args.pull {
            Pull::Policy => None,
            Pull::Always => Some(PullPolicy::Always),
            Pull::Missing => Some(PullPolicy::Missing),
            Pull::Never => Some(PullPolicy::Never),
        },
        remove_orphans: args.remove_orphans || scope.is_set("COMPOSE_REMOVE_ORPHANS"),
        ignore_orphans: scope.is_set("COMPOSE_IGNORE_ORPHANS"),
        ..UpOptions::default()
    }
}

/// 64 hexadecimal digits that no other container has.
fn slug() -> Result<String, CliError> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
}

/// Whether the command gets a terminal.
fn wants_terminal(args: &RunArgs) -> bool {
    use std::io::{IsTerminal, stdin};
    // In a script standard input is often no terminal: without a word about it the command has none then.
    let is_silent = args.no_tty.is_none() && args.tty.is_none() && args.interactive.is_none();
    if is_silent && !stdin().is_terminal() {
        return false;
    }
    match (args.no_tty, args.tty) {
        (None, Some(true)) => true,
        (no_tty, tty) => has_terminal(no_tty, tty),
    }
}
