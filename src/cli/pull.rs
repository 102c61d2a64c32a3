//! `windlass pull`.

use clap::Args;

use super::Ended;
use super::actual::Actual;
use super::error::tolerate;
use super::scope::Scope;
use super::up::service_names;
use crate::model::PullPolicy;
use crate::plan::{self, PullOptions};
use crate::ui::Mode;

/// Pull the images of services
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
pub(super) struct PullArgs {
    /// Services whose images are pulled; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Leave out images that can be built
    #[arg(long)]
    ignore_buildable: bool,
    /// Succeed even where images cannot be pulled
    #[arg(long)]
    ignore_pull_failures: bool,
    /// Pull what the services depend on, too
    #[arg(long)]
    include_deps: bool,
    /// When to pull, in place of the services' own `pull_policy`: always, missing, never, daily, weekly, `every_<duration>`
    #[arg(long, value_name = "POLICY", value_parser = policy)]
    policy: Option<PullPolicy>,
    /// Show nothing but errors
    #[arg(short, long)]
    quiet: bool,
    /// Accepted and ignored
    #[arg(long, hide = true)]
    no_parallel: bool,
    /// Accepted and ignored
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    parallel: Option<bool>,
}

/// Reads `--policy`.
fn policy(text: &str) -> Result<PullPolicy, String> {
    match text {
        "always" => Ok(PullPolicy::Always),
        "missing" => Ok(PullPolicy::Missing),
        "never" => Ok(PullPolicy::Never),
        other => match PullPolicy::by_age(other) {
            Ok(Some(policy)) => Ok(policy),
            Ok(None) => Err("write always, missing, never, daily, weekly or every_12h".to_owned()),
            Err(error) => Err(error.to_string()),
        },
    }
}

pub(super) async fn run(args: &PullArgs, scope: &Scope) -> Ended {
    let mut actual = Actual::of_files(&args.services, scope).await?;
    if args.quiet {
        actual.mode = Mode::Quiet;
    }
    let options = PullOptions {
        services: service_names(&args.services)?,
        include_deps: args.include_deps,
        ignore_buildable: args.ignore_buildable,
        policy: args.policy,
    };
    let (plan, left_out) = plan::pull(&actual.project, &actual.state, &options)?;
    actual.leave_out(&left_out, scope);
    let ended = actual.apply(&plan, "pull", None, scope).await;
    if args.ignore_pull_failures {
        return tolerate(ended, scope);
    }
    ended
}
