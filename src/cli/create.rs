//! `windlass create`.

use clap::{Args, ValueEnum};

use super::Ended;
use super::raise::raise;
use super::scope::Scope;
use super::up::{scale, service_names};
use crate::model::PullPolicy;
use crate::plan::{Recreate, UpOptions};

/// Create containers with all that they need, and start none
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "`windlass start` starts them; `windlass up -d` does both."
)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct CreateArgs {
    /// Services to create containers for, with what they depend on; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
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
    #[arg(long, conflicts_with = "force_recreate")]
    no_recreate: bool,
    /// Remove containers of services that are not in the stack file, and what `run` left behind
    #[arg(long)]
    remove_orphans: bool,
    /// When to pull images, in place of the services' own `pull_policy`
    #[arg(long, value_name = "POLICY", default_value = "policy")]
    pull: Pull,
    /// Don't show the progress of pulls
    #[arg(long)]
    quiet_pull: bool,
    /// Number of replicas of a service, `SERVICE=NUMBER`; repeatable
    #[arg(long, value_name = "SERVICE=N")]
    scale: Vec<String>,
    /// Answer every question with yes
    #[arg(short, long)]
    yes: bool,
    /// Volumes that the stack file protects (`x-protect`) may be made anew too
    #[arg(long)]
    unprotect: bool,
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
    // Build what can be built
    Build,
}

pub(super) async fn run(args: &CreateArgs, scope: &Scope) -> Ended {
    let options = UpOptions {
        services: service_names(&args.services)?,
        build: args.build || matches!(args.pull, Pull::Build),
        no_build: args.no_build,
        pull: match args.pull {
            Pull::Policy | Pull::Build => None,
            Pull::Always => Some(PullPolicy::Always),
            Pull::Missing => Some(PullPolicy::Missing),
            Pull::Never => Some(PullPolicy::Never),
        },
        recreate: match (args.force_recreate, args.no_recreate) {
            (true, _) => Recreate::Force,
            (_, true) => Recreate::Never,
            _ => Recreate::Diverged,
        },
        no_start: true,
        remove_orphans: args.remove_orphans || scope.is_set("COMPOSE_REMOVE_ORPHANS"),
        ignore_orphans: scope.is_set("COMPOSE_IGNORE_ORPHANS"),
        scale: scale(&args.scale)?,
        unprotect: args.unprotect,
        ..UpOptions::default()
    };
    raise("create", options, args.yes, args.quiet_pull, scope).await
}
