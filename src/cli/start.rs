//! `windlass start`.

use std::time::Duration;

use clap::Args;

use super::Ended;
use super::actual::{Actual, Turn};
use super::error::CliError;
use super::scope::{Known, Scope};
use crate::plan::{self, StartOptions};

/// Start containers that are there
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "Each container starts when what it depends on is as the stack file says."
)]
pub(super) struct StartArgs {
    /// Services to start, with what they depend on; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Return once all services are ready
    #[arg(long)]
    wait: bool,
    /// Most seconds to wait for services to be ready
    #[arg(long, value_name = "SECONDS")]
    wait_timeout: Option<u64>,
}

pub(super) async fn run(args: &StartArgs, scope: &Scope) -> Ended {
    let mut actual = Actual::observe(Turn::Wait, scope).await?;
    let options = StartOptions {
        services: actual.services_with_containers(&args.services)?,
        wait: args.wait,
    };
    if options.services.is_empty() && actual.known == Known::NameOnly {
        return Err(CliError::NoContainers(actual.project.name.clone()));
    }
    actual.read_grants()?;
    let plan = plan::start(&actual.project, &actual.state, &options)?;
    let timeout = args.wait_timeout.map(Duration::from_secs);
    actual.apply(&plan, "start", timeout, scope).await
}
