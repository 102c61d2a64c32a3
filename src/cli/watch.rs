//! `windlass watch`.

mod session;

use std::cell::RefCell;
use std::rc::Rc;

use clap::Args;

use super::Ended;
use super::apply::{Applied, Wishes, apply};
use super::doubt;
use super::error::CliError;
use super::lock;
use super::scope::Scope;
use super::signal::Interrupts;
use super::up::service_names;
use crate::engine::Engine;
use crate::model::{Project, PullPolicy};
use crate::plan::{self, UpOptions};
use crate::reconcile::observe;
use crate::ui::mask::Mask;

pub(super) use session::{Current, Manner, Session};

/// Bring changes of source files into running containers, as `develop.watch` says
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "It raises the services first, and leaves them running on Ctrl-C. `windlass up --watch` shows their logs, too."
)]
pub(super) struct WatchArgs {
    /// Services to watch, with what they depend on; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Don't build and raise the services first
    #[arg(long)]
    no_up: bool,
    /// Remove images that a rebuild has replaced
    #[arg(
        long,
        num_args = 0..=1,
        require_equals = true,
        default_value_t = true,
        default_missing_value = "true",
        action = clap::ArgAction::Set,
        value_name = "BOOL"
    )]
    prune: bool,
    /// Don't show the output of builds
    #[arg(long)]
    quiet: bool,
}

pub(super) async fn run(args: &WatchArgs, scope: &Scope) -> Ended {
    let project = scope.project(&args.services)?;
    let mut interrupts = Interrupts::listen()?;
    let engine = scope.connect().await?;
    let manner = Manner {
        services: args.services.clone(),
        up: UpOptions {
            services: service_names(&args.services)?,
            ..UpOptions::default()
        },
        mode: scope.mode,
        quiet_build: args.quiet,
        prune: args.prune,
    };
    // Before anything is done: rules that cannot be carried out are told at once.
    let project = Rc::new(project);
    let current = Current::new(RefCell::new(Rc::clone(&project)));
    let mut session = Session::begin(&engine, current, manner.clone(), scope)?;
    if !args.no_up
        && raise(&project, &engine, &manner, &mut interrupts, scope).await? == Applied::Shown
        || scope.global.dry_run
    {
        return Ok(0);
    }
    session.run(&mut interrupts).await?;
    Ok(130)
}

/// Builds what is watched, and raises the services.
async fn raise(
    project: &Project,
    engine: &impl Engine,
    manner: &Manner,
    interrupts: &mut Interrupts,
    scope: &Scope,
) -> Result<Applied, CliError> {
    let mut project = project.clone();
    for service in project.services.values_mut() {
        if service.build.is_some() && !service.watch.is_empty() {
            service.pull_policy = PullPolicy::Build;
        }
    }
    let address = &engine.about().address;
    let _lock = lock::hold(address, &project.name, interrupts, scope).await?;
    let state = observe(engine, &project).await?;
    let mask = Mask::of(&project, &state.containers);
    let plan = plan::up(&project, &state, &manner.up)?;
    doubt::tell(&plan, &project, engine.about(), &mask, scope);
    let wishes = Wishes {
        title: "up",
        mode: manner.mode,
        mask: &mask,
        wait_timeout: None,
        health: None,
        quiet_pull: manner.quiet_build,
        quiet_build: manner.quiet_build,
    };
    apply(&plan, &state, engine, &wishes, interrupts, scope).await
}
