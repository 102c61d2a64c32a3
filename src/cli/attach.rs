//! `windlass attach`.

use clap::{ArgAction, Args};

use super::Ended;
use super::error::CliError;
use super::exec::{DETACHED, check_terminal, process_code};
use super::replica;
use super::scope::Scope;
use super::session::{self, Joint, Left, Process};
use super::signal::Signals;
use crate::engine::{AttachOptions, End, Engine};
use crate::state::Status;

/// Join the standard streams of a service's running container
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "It ends with the container and its exit code. Ctrl-P Ctrl-Q leaves a container that has a terminal."
)]
pub(super) struct AttachArgs {
    /// The service
    #[arg(value_name = "SERVICE")]
    service: String,
    /// Keys that leave the container running, such as `ctrl-a,x` (default: ctrl-p,ctrl-q)
    #[arg(long, value_name = "KEYS")]
    detach_keys: Option<String>,
    /// Number of the replica (default: the first that runs)
    #[arg(long, value_name = "NUMBER")]
    index: Option<u32>,
    /// Don't pass standard input on
    #[arg(long)]
    no_stdin: bool,
    /// Pass signals on to a container that has no terminal
    #[arg(
        long,
        value_name = "YES",
        num_args = 0..=1,
        require_equals = true,
        default_value_t = true,
        default_missing_value = "true",
        action = ArgAction::Set
    )]
    sig_proxy: bool,
}

pub(super) async fn run(args: &AttachArgs, scope: &Scope) -> Ended {
    let keys = session::detach_keys(args.detach_keys.as_deref(), scope)?;
    let (project, _) = scope.project_or_name()?;
    let mut signals = Signals::listen()?;
    let engine = scope.connect().await?;
    let containers = engine.containers(&project.name).await?;
    let container = replica::enterable(&containers, &args.service, args.index)?;
    if container.status != Status::Running {
        return Err(CliError::Usage(format!(
            "container {} is {}: only a running one can be attached to",
            container.name,
            container.status.as_str()
        )));
    }
    if scope.global.dry_run {
        scope.say(&format!("would attach to {}", container.name));
        return Ok(0);
    }
    let (tty, stdin) = (container.tty, container.stdin_open && !args.no_stdin);
    check_terminal(tty, stdin)?;
    let ended = engine.wait_exit(&container.id, End::NotRunning).await?;
    let options = AttachOptions {
        stdin,
        tty,
        detach_keys: session::keys_for_engine(args.detach_keys.as_deref(), scope),
    };
    let attached = engine.attach_container(&container.id, &options).await?;
    let process = Process::Container {
        id: &container.id,
        signals: args.sig_proxy && !tty,
    };
    let joint = Joint {
        tty,
        stdin,
        // Those of `run` have one user of their input.
        ends_stdin: container.is_one_off(),
        keys,
    };
    match session::join(attached, process, &engine, joint, &mut signals).await? {
        Left::Ended => Ok(process_code(ended.await?)),
        Left::Detached => Err(CliError::Usage(DETACHED.to_owned())),
        Left::Interrupted => Ok(130),
    }
}
