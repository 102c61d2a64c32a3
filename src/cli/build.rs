//! `windlass build`.

use clap::Args;
use indexmap::IndexMap;

use super::Ended;
use super::actual::Actual;
use super::error::CliError;
use super::scope::Scope;
use super::up::service_names;
use crate::plan::{self, BuildOptions};
use crate::ui::Mode;
use crate::ui::report::Report;

/// Build the images of services
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "The containers stay as they are: `windlass up -d` replaces those that have older images."
)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct BuildArgs {
    /// Services to build; all that can be built where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// A build argument, `NAME=VALUE`, or `NAME` for the value in the environment; repeatable
    #[arg(long, value_name = "NAME=VALUE")]
    build_arg: Vec<String>,
    /// Use no cache
    #[arg(long)]
    no_cache: bool,
    /// Look for newer base images
    #[arg(long)]
    pull: bool,
    /// Push the images that have a name in the stack file
    #[arg(long)]
    push: bool,
    /// Show nothing but errors
    #[arg(short, long)]
    quiet: bool,
    /// Build what the services depend on, too
    #[arg(long)]
    with_dependencies: bool,
    /// Accepted; the engine's builder decides by itself how much memory it takes
    #[arg(short, long, value_name = "BYTES", hide = true)]
    memory: Option<String>,
    /// Not there yet
    #[arg(long, value_name = "NAME", hide = true)]
    builder: Option<String>,
    /// Not there yet
    #[arg(long, hide = true)]
    check: bool,
    /// Not there yet
    #[arg(long, hide = true)]
    print: bool,
    /// Not there yet, but `false`
    #[arg(long, value_name = "WHAT", hide = true)]
    provenance: Option<String>,
    /// Not there yet, but `false`
    #[arg(long, value_name = "WHAT", hide = true)]
    sbom: Option<String>,
    /// Not there yet
    #[arg(long, value_name = "WHAT", hide = true)]
    ssh: Option<String>,
    /// Accepted and ignored
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    compress: Option<bool>,
    /// Accepted and ignored
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    force_rm: Option<bool>,
    /// Accepted and ignored
    #[arg(long, hide = true)]
    no_rm: bool,
    /// Accepted and ignored
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    parallel: Option<bool>,
}

pub(super) async fn run(args: &BuildArgs, scope: &Scope) -> Ended {
    check(args)?;
    let mut actual = Actual::of_files(&args.services, scope).await?;
    if args.quiet {
        actual.mode = Mode::Quiet;
    }
    if args.memory.is_some() {
        let report =
            Report::new("--memory has no effect: the engine's builder takes what it needs");
        scope.warn(&[report], &actual.mask);
    }
    let options = BuildOptions {
        services: service_names(&args.services)?,
        with_dependencies: args.with_dependencies,
        args: arguments(&args.build_arg, |name| scope.environment.get(name).cloned()),
        no_cache: args.no_cache,
        pull: args.pull,
        push: args.push,
    };
    let plan = plan::build(&actual.project, &options)?;
    actual.apply(&plan, "build", None, scope).await
}

/// What windlass cannot build with is refused, not passed over.
fn check(args: &BuildArgs) -> Result<(), CliError> {
    let asks = |what: &Option<String>| what.as_ref().is_some_and(|what| what != "false");
    let flags = [
        ("builder", args.builder.is_some()),
        ("check", args.check),
        ("print", args.print),
        ("provenance", asks(&args.provenance)),
        ("sbom", asks(&args.sbom)),
        ("ssh", args.ssh.is_some()),
    ];
    match flags.iter().find(|(_, is_given)| *is_given) {
        Some((flag, _)) => Err(CliError::Usage(format!(
            "build --{flag} is not there yet: windlass builds through the engine's own interface, which doesn't have it \
             (`docker compose build --{flag}` makes the same image)"
        ))),
        None => Ok(()),
    }
}

/// Build arguments as the user typed them; one without a value that the environment doesn't have either is none.
fn arguments(
    words: &[String],
    environment: impl Fn(&str) -> Option<String>,
) -> IndexMap<String, String> {
    let argument = |word: &String| match word.split_once('=') {
        Some((name, value)) => Some((name.to_owned(), value.to_owned())),
        None => Some((word.clone(), environment(word)?)),
    };
    words.iter().filter_map(argument).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_have_their_value_or_that_of_the_environment() {
        let words = ["A=1=2", "HOME", "B=", "NOWHERE"].map(str::to_owned);
        let read = arguments(&words, |name| (name == "HOME").then(|| "/root".to_owned()));
        let read: Vec<String> = read
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(read, ["A=1=2", "HOME=/root", "B="]);
    }
}
