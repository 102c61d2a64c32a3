//! `windlass exec`.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};

use clap::{ArgAction, Args};
use indexmap::IndexMap;

use super::Ended;
use super::error::CliError;
use super::replica;
use super::scope::Scope;
use super::session::{self, Joint, Left, Process};
use super::signal::Signals;
use crate::engine::{Engine, NewExec};
use crate::loader;
use crate::reconcile::exit_code;

/// What the keys that leave a process answer, as with docker compose.
pub(super) const DETACHED: &str = "read escape sequence";

/// Run a command in a running container
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    override_usage = "windlass exec [OPTIONS] SERVICE COMMAND [ARGS...]",
    after_help = "The exit code is the command's. With a terminal, Ctrl-P Ctrl-Q leaves the command running."
)]
pub(super) struct ExecArgs {
    /// The service, and the command with its arguments
    #[arg(
        value_names = ["SERVICE", "COMMAND"],
        num_args = 2..,
        required = true,
        trailing_var_arg = true
    )]
    words: Vec<String>,
    /// Don't wait for the command, and don't show what it prints
    #[arg(short, long)]
    detach: bool,
    /// Set a variable, `NAME=VALUE`, or `NAME` to hand on ours; repeatable
    #[arg(short, long, value_name = "VARIABLE")]
    env: Vec<String>,
    /// Number of the replica (default: the first that runs)
    #[arg(long, value_name = "NUMBER")]
    index: Option<u32>,
    /// No terminal for the command, even where standard output is one
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
    /// All capabilities and devices for the command
    #[arg(long)]
    privileged: bool,
    /// User of the command: name or number, with `:GROUP` where wanted
    #[arg(short, long, value_name = "USER")]
    user: Option<String>,
    /// Working folder of the command in the container
    #[arg(short, long, value_name = "PATH")]
    workdir: Option<String>,
    /// Pass standard input on, which is done anyway
    #[arg(
        short,
        long,
        hide = true,
        num_args = 0..=1,
        require_equals = true,
        default_value_t = true,
        default_missing_value = "true",
        action = ArgAction::Set
    )]
    interactive: bool,
    /// A terminal for the command, which it has anyway where standard output is one
    #[arg(
        short,
        long,
        hide = true,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true"
    )]
    tty: Option<bool>,
}

pub(super) async fn run(args: &ExecArgs, scope: &Scope) -> Ended {
    let Some((service, command)) = args.words.split_first() else {
        return Err(CliError::Usage(
            "a service and a command are expected".to_owned(),
        ));
    };
    let (project, _) = scope.project_or_name()?;
    let mut signals = Signals::listen()?;
    let engine = scope.connect().await?;
    let containers = engine.containers(&project.name).await?;
    let container = replica::enterable(&containers, service, args.index)?;
    if scope.global.dry_run {
        scope.say(&format!(
            "would run in {}: {}",
            container.name,
            command.join(" ")
        ));
        return Ok(0);
    }
    let tty = has_terminal(args.no_tty, args.tty);
    let stdin = args.interactive && !args.detach;
    if !args.detach {
        check_terminal(tty, stdin)?;
    }
    let exec = NewExec {
        command: command.to_vec(),
        user: args.user.clone(),
        privileged: args.privileged,
        working_dir: args.workdir.clone(),
        environment: variables(&args.env, scope)?,
        tty,
        stdin,
        detach_keys: session::keys_for_engine(None, scope),
    };
    let exec = engine.create_exec(&container.id, &exec).await?;
    if args.detach {
        engine.start_exec_detached(&exec, tty).await?;
        return Ok(0);
    }
    let attached = engine.attach_exec(&exec, tty).await?;
    let joint = Joint {
        tty,
        stdin,
        ends_stdin: true,
        keys: session::detach_keys(None, scope)?,
    };
    let process = Process::Exec(&exec);
    match session::join(attached, process, &engine, joint, &mut signals).await? {
        // One that closed its output and goes on counts as well.
        Left::Ended => Ok(exit_code(&engine, &exec).await?.map_or(0, process_code)),
        Left::Detached => Err(CliError::Usage(DETACHED.to_owned())),
        // The engine knows no way to end a command: it goes on, without us.
        Left::Interrupted => Ok(130),
    }
}

/// Whether a process gets a terminal: where standard output is one, unless the command line says otherwise.
pub(super) fn has_terminal(no_tty: Option<bool>, tty: Option<bool>) -> bool {
    match (no_tty, tty) {
        (Some(no_tty), _) => !no_tty,
        (None, Some(false)) => false,
        (None, _) => io::stdout().is_terminal(),
    }
}

/// A terminal cannot be half of one.
pub(super) fn check_terminal(tty: bool, stdin: bool) -> Result<(), CliError> {
    if tty && stdin && !io::stdin().is_terminal() {
        return Err(CliError::Usage(
            "cannot attach stdin to a TTY-enabled container because stdin is not a terminal"
                .to_owned(),
        ));
    }
    Ok(())
}

/// Variables of the command line; one without a value is handed on from the shell or from the project's `.env`, if it
/// is set there.
pub(super) fn variables(
    words: &[String],
    scope: &Scope,
) -> Result<IndexMap<String, String>, CliError> {
    let has_bare = words.iter().any(|word| !word.contains('='));
    let ours: BTreeMap<String, String> = if has_bare {
        loader::environment(&scope.load_request()?)
    } else {
        BTreeMap::new()
    };
    Ok(words
        .iter()
        .filter_map(|word| match word.split_once('=') {
            Some((name, value)) => Some((name.to_owned(), value.to_owned())),
            None => Some((word.clone(), ours.get(word)?.clone())),
        })
        .collect())
}

/// A container's exit code as a process can give it.
pub(super) fn process_code(code: i64) -> u8 {
    u8::try_from(code & 0xff).unwrap_or(1)
}
