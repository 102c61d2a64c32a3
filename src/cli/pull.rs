//! `windlass pull`.

use clap::{Args, ValueEnum};

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
    /// When to pull, in place of the services' own `pull_policy`
    #[arg(long, value_name = "POLICY")]
    policy: Option<Policy>,
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

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Policy {
    // Always
    Always,
    // Where the engine doesn't have the image
    Missing,
    // Never
    Never,
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
        policy: args.policy.map(|policy| match policy {
            Policy::Always => PullPolicy::Always,
            Policy::Missing => PullPolicy::Missing,
            Policy::Never => PullPolicy::Never,
        }),
    };
    let (plan, left_out) = plan::pull(&actual.project, &actual.state, &options)?;
    actual.leave_out(&left_out, scope);
    let ended = actual.apply(&plan, "pull", None, scope).await;
    if args.ignore_pull_failures {
        return tolerate(ended, scope);
    }
    ended
}
