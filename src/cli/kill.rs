//! `windlass kill`.

use clap::Args;

use super::Ended;
use super::actual::{Actual, Turn};
use super::scope::Scope;
use crate::plan::{self, KillOptions};

/// Send a signal to containers
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "It waits for nothing, not even for another windlass that works on the project."
)]
pub(super) struct KillArgs {
    /// Services to send it to; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// The signal, by name or number
    #[arg(short, long, value_name = "SIGNAL", default_value = "SIGKILL")]
    signal: String,
    /// Containers of services that are not in the stack file too; they stay there, as with docker compose
    #[arg(long)]
    remove_orphans: bool,
}

pub(super) async fn run(args: &KillArgs, scope: &Scope) -> Ended {
    let mut actual = Actual::observe(Turn::Now, scope).await?;
    let mut services = actual.services(&args.services)?;
    let orphans = args.remove_orphans && args.services.is_empty();
    if orphans {
        services.extend(actual.project.disabled_services.iter().cloned());
    }
    let options = KillOptions {
        services,
        signal: args.signal.clone(),
        orphans,
    };
    let plan = plan::kill(&actual.project, &actual.state, &options);
    actual.apply(&plan, "kill", None, scope).await
}
