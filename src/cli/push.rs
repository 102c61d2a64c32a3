//! `windlass push`.

use clap::Args;

use super::Ended;
use super::actual::Actual;
use super::error::tolerate;
use super::scope::Scope;
use super::up::service_names;
use crate::plan::{self, PushOptions};
use crate::ui::Mode;

/// Push the images that services build to their registries
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "Pushed is what has both `build` and `image` in the stack file."
)]
pub(super) struct PushArgs {
    /// Services whose images are pushed; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Succeed even where images cannot be pushed
    #[arg(long)]
    ignore_push_failures: bool,
    /// Push what the services depend on, too
    #[arg(long)]
    include_deps: bool,
    /// Show nothing but errors
    #[arg(short, long)]
    quiet: bool,
}

pub(super) async fn run(args: &PushArgs, scope: &Scope) -> Ended {
    let mut actual = Actual::of_files(&args.services, scope).await?;
    if args.quiet {
        actual.mode = Mode::Quiet;
    }
    let options = PushOptions {
        services: service_names(&args.services)?,
        include_deps: args.include_deps,
    };
    let (plan, left_out) = plan::push(&actual.project, &options)?;
    actual.leave_out(&left_out, scope);
    let ended = actual.apply(&plan, "push", None, scope).await;
    if args.ignore_push_failures {
        return tolerate(ended, scope);
    }
    ended
}
