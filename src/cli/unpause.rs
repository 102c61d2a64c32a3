//! `windlass unpause`.

use clap::Args;

use super::Ended;
use super::actual::{Actual, Turn};
use super::scope::Scope;
use crate::plan;

/// Let frozen containers go on
#[derive(Debug, Args)]
#[command(args_override_self = true, disable_help_flag = true)]
pub(super) struct UnpauseArgs {
    /// Services to unpause; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
}

pub(super) async fn run(args: &UnpauseArgs, scope: &Scope) -> Ended {
    let mut actual = Actual::observe(Turn::Wait, scope).await?;
    let services = actual.services(&args.services)?;
    let plan = plan::unpause(&actual.project, &actual.state, &services);
    actual.apply(&plan, "unpause", None, scope).await
}
