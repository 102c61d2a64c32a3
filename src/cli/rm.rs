//! `windlass rm`.

use std::collections::BTreeSet;
use std::io::Write;

use clap::Args;

use super::Ended;
use super::actual::{Actual, Turn};
use super::ask::ask;
use super::scope::{Scope, print};
use crate::plan::{self, Operation, Plan, RmOptions};

/// Remove stopped containers
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "Volumes with a name and networks stay: `windlass down` takes those."
)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct RmArgs {
    /// Services whose containers go; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Don't ask
    #[arg(short, long)]
    force: bool,
    /// Stop running containers first, and remove them too
    #[arg(short, long)]
    stop: bool,
    /// Remove their anonymous volumes too
    #[arg(short, long)]
    volumes: bool,
    /// Accepted and ignored
    #[arg(short, long, hide = true)]
    all: bool,
}

pub(super) async fn run(args: &RmArgs, scope: &Scope) -> Ended {
    let mut actual = Actual::observe(Turn::Wait, scope).await?;
    let options = RmOptions {
        services: actual.services(&args.services)?,
        stop: args.stop,
        volumes: args.volumes,
    };
    let plan = plan::rm(&actual.project, &actual.state, &options);
    if plan.is_empty() {
        let _ = writeln!(scope.progress(), "No stopped containers");
        return Ok(0);
    }
    if !scope.global.dry_run {
        let question = format!("Going to remove {}", names(&plan).join(", "));
        if args.force {
            print(&format!("{question}\n"))?;
        } else if !ask(&question, &mut actual.interrupts).await? {
            scope.say("nothing was removed (`windlass rm --force` doesn't ask)");
            return Ok(0);
        }
    }
    actual.apply(&plan, "remove", None, scope).await
}

/// The names of the containers that go.
fn names(plan: &Plan) -> Vec<&str> {
    let removals = plan
        .steps
        .iter()
        .filter(|step| matches!(step.operation, Operation::RemoveContainer { .. }));
    let names: BTreeSet<&str> = removals.map(|step| step.resource.name()).collect();
    names.into_iter().collect()
}
