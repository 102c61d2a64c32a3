//! `windlass restart`.

use clap::Args;

use super::Ended;
use super::actual::{Actual, Turn};
use super::scope::Scope;
use crate::plan::{self, RestartOptions};

/// Restart containers, and start those that don't run
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "What changed in the stack file stays without effect: `windlass up -d` brings it into the containers."
)]
pub(super) struct RestartArgs {
    /// Services to restart; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Leave alone what depends on them with `restart: true`, and wait for nothing
    #[arg(long)]
    no_deps: bool,
    /// Seconds until a container is killed (default: its own grace period)
    #[arg(short, long, value_name = "SECONDS", allow_negative_numbers = true)]
    timeout: Option<i64>,
}

pub(super) async fn run(args: &RestartArgs, scope: &Scope) -> Ended {
    let mut actual = Actual::observe(Turn::Wait, scope).await?;
    let options = RestartOptions {
        services: actual.services_with_containers(&args.services)?,
        timeout: args.timeout,
        no_deps: args.no_deps,
    };
    let plan = plan::restart(&actual.project, &actual.state, &options)?;
    actual.apply(&plan, "restart", None, scope).await
}
