//! `windlass pause`.

use clap::Args;

use super::Ended;
use super::actual::{Actual, Turn};
use super::scope::Scope;
use crate::plan;

/// Freeze the processes of running containers
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "`windlass unpause` lets them go on."
)]
pub(super) struct PauseArgs {
    /// Services to pause; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
}

pub(super) async fn run(args: &PauseArgs, scope: &Scope) -> Ended {
    let mut actual = Actual::observe(Turn::Wait, scope).await?;
    let services = actual.services(&args.services)?;
    let plan = plan::pause(&actual.project, &actual.state, &services);
    actual.apply(&plan, "pause", None, scope).await
}
