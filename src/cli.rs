//! The command line: what the user types, and the way from there to the library and back.

mod absent;
mod actual;
mod apply;
mod ask;
mod attach;
mod build;
mod called;
mod commit;
mod completion;
mod config;
mod cp;
mod create;
mod doubt;
mod down;
mod error;
mod events;
mod exec;
mod export;
#[cfg(test)]
mod flags;
mod follow;
mod from_run;
mod global;
mod images;
mod kill;
mod lock;
mod logs;
mod loss;
mod ls;
mod man;
mod pause;
mod place;
mod plan;
mod port;
mod preflight;
mod ps;
mod published;
mod pull;
mod push;
mod raise;
mod renew;
mod replica;
mod restart;
mod rm;
mod run;
mod saved;
mod scale;
mod schema;
mod scope;
mod service;
mod session;
mod signal;
mod start;
mod stats;
mod stop;
mod top;
mod unpause;
mod up;
mod version;
mod volumes;
mod wait;
mod watch;

use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use called::{Called, called_as};
use error::CliError;
use global::Global;
use place::Place;
use scope::{Scope, print};

use crate::ui::Color;
use crate::ui::color::Ansi;

/// Raises and lowers a whole stack of containers from one stack file.
#[derive(Debug, Parser)]
#[command(
    name = "windlass",
    bin_name = "windlass",
    disable_version_flag = true,
    disable_help_subcommand = true,
    disable_help_flag = true,
    args_override_self = true,
    after_help = "Options of windlass itself stand before the command: windlass -f stack.yaml up -d\n\
                  windlass COMMAND --help tells the options of a command."
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Up(Box<up::UpArgs>),
    Down(down::DownArgs),
    Plan(plan::PlanArgs),
    Apply(saved::ApplyArgs),
    Create(create::CreateArgs),
    Start(start::StartArgs),
    Stop(stop::StopArgs),
    Restart(restart::RestartArgs),
    Kill(kill::KillArgs),
    Pause(pause::PauseArgs),
    Unpause(unpause::UnpauseArgs),
    Rm(rm::RmArgs),
    Scale(scale::ScaleArgs),
    Build(Box<build::BuildArgs>),
    Pull(pull::PullArgs),
    Push(push::PushArgs),
    Wait(wait::WaitArgs),
    Watch(watch::WatchArgs),
    Ps(ps::PsArgs),
    Logs(logs::LogsArgs),
    Port(port::PortArgs),
    Images(images::ImagesArgs),
    Ls(ls::LsArgs),
    Top(top::TopArgs),
    Events(events::EventsArgs),
    Volumes(volumes::VolumesArgs),
    Stats(stats::StatsArgs),
    Export(export::ExportArgs),
    Commit(commit::CommitArgs),
    Run(Box<run::RunArgs>),
    Exec(exec::ExecArgs),
    Cp(cp::CpArgs),
    Attach(attach::AttachArgs),
    #[command(alias = "convert", args_override_self = true, disable_help_flag = true)]
    Config(Box<config::ConfigArgs>),
    FromRun(from_run::FromRunArgs),
    Completion(completion::CompletionArgs),
    Man(man::ManArgs),
    Schema(schema::SchemaArgs),
    Version(version::VersionArgs),
}

impl Command {
    /// Whose stack file it takes when the project is named.
    fn place(&self) -> Place {
        match self {
            Self::Ps(_)
            | Self::Logs(_)
            | Self::Port(_)
            | Self::Images(_)
            | Self::Top(_)
            | Self::Events(_)
            | Self::Volumes(_)
            | Self::Stats(_)
            | Self::Export(_)
            | Self::Commit(_) => Place::Project,
            Self::Ls(_)
            | Self::Completion(_)
            | Self::Man(_)
            | Self::FromRun(_)
            | Self::Schema(_)
            | Self::Version(_) => Place::Nowhere,
            _ => Place::Here,
        }
    }
}

/// How a command ends that didn't fail: its exit code.
type Ended = Result<u8, CliError>;

/// Runs the program with these arguments, the first of which is the name it was called by; answers its exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut args: Vec<OsString> = args.into_iter().collect();
    let asks = args.get(1).is_some_and(|word| word == completion::ASK);
    if asks {
        args.remove(1);
    }
    let called = called_as(&mut args);
    if asks {
        let words = args.get(1..).unwrap_or_default();
        return ExitCode::from(completion::answer(words, called));
    }
    if args
        .get(1)
        .is_some_and(|word| word == "docker-cli-plugin-metadata")
    {
        return ExitCode::from(version::plugin_metadata());
    }
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            if let Some(report) = absent::report(&error) {
                let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                let color = Color::decide(Ansi::Auto, std::io::stderr().is_terminal(), no_color);
                let _ = std::io::stderr().write_all(report.error(color).as_bytes());
                return ExitCode::FAILURE;
            }
            // Printing to a closed pipe is nobody's error.
            let _ = error.print();
            return ExitCode::from(u8::from(error.use_stderr()));
        }
    };
    let mut scope = Scope::new(cli.global, called);
    let ended = scope.heed_docker().and_then(|()| match &cli.command {
        command if scope.global.asks_for_version(command.is_some()) => {
            version::run(&version::VersionArgs::default(), &scope)
        }
        None => Ok(help(&scope)),
        Some(command) => dispatch(command, &mut scope),
    });
    ExitCode::from(ended.unwrap_or_else(|error| error.tell(&scope)))
}

/// All engine calls are made from one task of this one thread.
fn dispatch(command: &Command, scope: &mut Scope) -> Ended {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        scope.find_project(command.place()).await;
        let scope = &*scope;
        match command {
            Command::Up(args) => up::run(args, scope).await,
            Command::Down(args) => down::run(args, scope).await,
            Command::Plan(args) => plan::run(args, scope).await,
            Command::Apply(args) => saved::run(args, scope).await,
            Command::Start(args) => start::run(args, scope).await,
            Command::Restart(args) => restart::run(args, scope).await,
            Command::Kill(args) => kill::run(args, scope).await,
            Command::Pause(args) => pause::run(args, scope).await,
            Command::Unpause(args) => unpause::run(args, scope).await,
            Command::Rm(args) => rm::run(args, scope).await,
            Command::Create(args) => create::run(args, scope).await,
            Command::Scale(args) => scale::run(args, scope).await,
            Command::Wait(args) => wait::run(args, scope).await,
            Command::Build(args) => build::run(args, scope).await,
            Command::Pull(args) => pull::run(args, scope).await,
            Command::Push(args) => push::run(args, scope).await,
            Command::Watch(args) => watch::run(args, scope).await,
            Command::Stop(args) => stop::run(args, scope).await,
            Command::Ps(args) => ps::run(args, scope).await,
            Command::Logs(args) => logs::run(args, scope).await,
            Command::Port(args) => port::run(args, scope).await,
            Command::Images(args) => images::run(args, scope).await,
            Command::Ls(args) => ls::run(args, scope).await,
            Command::Top(args) => top::run(args, scope).await,
            Command::Events(args) => events::run(args, scope).await,
            Command::Volumes(args) => volumes::run(args, scope).await,
            Command::Stats(args) => stats::run(args, scope).await,
            Command::Export(args) => export::run(args, scope).await,
            Command::Commit(args) => commit::run(args, scope).await,
            Command::Run(args) => run::run(args, scope).await,
            Command::Cp(args) => cp::run(args, scope).await,
            Command::Exec(args) => exec::run(args, scope).await,
            Command::Attach(args) => attach::run(args, scope).await,
            Command::Config(args) => config(args, scope).await,
            Command::FromRun(args) => from_run::run(args, scope),
            Command::Completion(args) => completion::run(args, scope),
            Command::Man(args) => man::run(args, scope),
            Command::Schema(args) => schema::run(args),
            Command::Version(args) => version::run(args, scope),
        }
    })
}

/// `windlass config`: load, then print or write.
async fn config(args: &config::ConfigArgs, scope: &Scope) -> Ended {
    let all_resources = scope.global.all_resources;
    let options = args.load_options(all_resources, PathBuf::new());
    if args.tells_diagnostics_as_json() {
        return diagnostics(options, scope);
    }
    let mut loaded = scope.load(options)?;
    if args.lock_image_digests || args.resolve_image_digests {
        config::digest::resolve(&mut loaded, &scope.connect().await?).await?;
    }
    if args.lock_image_digests {
        config::digest::images_only(&mut loaded);
    }
    args.check_names(&loaded)?;
    if !args.quiet || args.lists_names() {
        let text = args.render(&loaded, &scope.environment, scope.separator());
        match &args.output {
            Some(file) => std::fs::write(file, text)?,
            None => print(&text)?,
        }
    }
    // The program ends here: taking a large stack apart value by value would be for nothing.
    std::mem::forget(loaded);
    Ok(0)
}

/// `windlass config --quiet --format json`: what is wrong, for editors.
fn diagnostics(options: crate::loader::LoadOptions, scope: &Scope) -> Ended {
    let (diagnostics, sources, code) = match scope.load_silently(options) {
        Ok(loaded) => (loaded.warnings, loaded.sources, 0),
        Err(CliError::Load(error)) => (error.diagnostics, error.sources, 1),
        Err(error) => return Err(error),
    };
    print(&crate::ui::diagnostic::json(&diagnostics, &sources))?;
    Ok(code)
}

fn help(scope: &Scope) -> u8 {
    let mut help = <Cli as clap::CommandFactory>::command().render_help();
    if !scope.out_color.is_on() {
        help = help.to_string().into();
    }
    print(&help.ansi().to_string()).map_or(1, |()| 0)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
