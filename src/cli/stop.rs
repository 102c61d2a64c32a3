//! `windlass stop`.

use clap::Args;

use super::Ended;
use super::actual::{Actual, Turn};
use super::scope::Scope;
use crate::plan::{self, StopOptions};

/// Stop containers, and leave them there
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "Dependents stop before what they depend on. `windlass start` starts the containers again."
)]
pub(super) struct StopArgs {
    /// Services to stop; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Seconds until a container is killed (default: its own grace period)
    #[arg(short, long, value_name = "SECONDS", allow_negative_numbers = true)]
    timeout: Option<i64>,
}

pub(super) async fn run(args: &StopArgs, scope: &Scope) -> Ended {
    let mut actual = Actual::observe(Turn::Wait, scope).await?;
    let options = StopOptions {
        services: actual.services(&args.services)?,
        timeout: args.timeout,
    };
    let plan = plan::stop(&actual.project, &actual.state, &options);
    actual.apply(&plan, "stop", None, scope).await
}
