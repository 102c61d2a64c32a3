//! `windlass down`.

use clap::{Args, ValueEnum};

use super::Ended;
use super::apply::{Wishes, apply};
use super::lock;
use super::loss;
use super::scope::{Known, Scope};
use super::service;
use super::signal::Interrupts;
use super::up::service_names;
use crate::engine::Engine;
use crate::plan::{self, DownOptions, RemoveImages};
use crate::reconcile::{observe, observe_users};
use crate::ui;
use crate::ui::mask::Mask;

/// Exit code where the user wants none of it.
const DECLINED: u8 = 130;

/// Stop and remove containers and networks
#[derive(Debug, Default, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "Volumes and images stay, unless they are asked for; what is external, and a volume that another\n\
                  project uses, always stays. On a terminal -v lists the volumes first, and asks."
)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct DownArgs {
    /// Services to lower; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Remove the project's volumes too, with the data in them
    #[arg(short, long)]
    volumes: bool,
    /// Remove images too: of all services, or those built without a name in the file
    #[arg(long, value_name = "WHICH")]
    rmi: Option<Rmi>,
    /// Seconds until a container that has to stop is killed (default: its own grace period)
    #[arg(short, long, value_name = "SECONDS", allow_negative_numbers = true)]
    timeout: Option<i64>,
    /// Remove containers of services that are not in the stack file, and those of `run`
    #[arg(long)]
    remove_orphans: bool,
    /// Don't ask before volumes are removed
    #[arg(short, long)]
    yes: bool,
    /// With -v: remove volumes that the stack file protects (`x-protect`) too
    #[arg(long)]
    unprotect: bool,
}

impl DownArgs {
    /// What lowers a whole project and its orphans.
    pub(super) fn with_orphans() -> Self {
        Self {
            remove_orphans: true,
            ..Self::default()
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Rmi {
    // Images of all services
    All,
    // Built images without `image` in the file
    Local,
}

pub(super) async fn run(args: &DownArgs, scope: &Scope) -> Ended {
    let (project, known) = scope.whole_project_or_name()?;
    let mut interrupts = Interrupts::listen()?;
    let engine = scope.connect().await?;
    let address = &engine.about().address;
    let _lock = lock::hold(address, &project.name, &mut interrupts, scope).await?;
    let mut state = observe(&engine, &project).await?;
    if args.services.is_empty() {
        observe_users(&engine, &mut state, args.volumes).await?;
    }
    service::check(&args.services, &project, &state.containers)?;
    let options = DownOptions {
        services: service_names(&args.services)?,
        volumes: args.volumes,
        unprotect: args.unprotect,
        rmi: args.rmi.map(|which| match which {
            Rmi::All => RemoveImages::All,
            Rmi::Local => RemoveImages::Local,
        }),
        timeout: args.timeout,
        // Without files every service is unknown.
        remove_orphans: args.remove_orphans
            || known == Known::NameOnly
            || scope.is_set_by_caller("COMPOSE_REMOVE_ORPHANS"),
    };
    let plan = plan::down(&project, &state, &options)?;
    let mask = Mask::of(&project, &state.containers);
    scope.warn(&ui::plan::warnings(&plan.warnings), &mask);
    if plan.is_empty() && !scope.global.dry_run {
        scope.say(&format!("{}: nothing to take down", project.name));
        return Ok(0);
    }
    let asks = !args.yes && !scope.global.dry_run;
    if asks && !loss::consents(&plan, &state, &engine, &mut interrupts, (&mask, scope)).await? {
        scope.say("nothing was taken down (with --yes `windlass down -v` doesn't ask)");
        return Ok(DECLINED);
    }
    let wishes = Wishes {
        title: "down",
        mode: scope.mode,
        mask: &mask,
        wait_timeout: None,
        health: None,
        quiet_pull: false,
        quiet_build: false,
    };
    apply(&plan, &state, &engine, &wishes, &mut interrupts, scope).await?;
    Ok(0)
}
