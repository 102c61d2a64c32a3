//! `windlass wait`.

use std::collections::BTreeSet;

use clap::Args;
use futures_util::StreamExt;

use super::Ended;
use super::down::{self, DownArgs};
use super::error::CliError;
use super::scope::{Scope, print};
use super::service;
use super::signal::Interrupts;
use crate::engine::{ContainerAction, Engine, EngineError, EngineEvent};
use crate::model::Project;
use crate::state::Container;

/// Wait until running containers end, and end with the exit code of the last one
#[derive(Debug, Args)]
#[command(args_override_self = true, disable_help_flag = true)]
pub(super) struct WaitArgs {
    /// Services to wait for
    #[arg(value_name = "SERVICE", required = true)]
    services: Vec<String>,
    /// Take the project down after that, orphans too
    #[arg(long)]
    down_project: bool,
}

pub(super) async fn run(args: &WaitArgs, scope: &Scope) -> Ended {
    let (project, _) = scope.project_or_name()?;
    let mut interrupts = Interrupts::listen()?;
    let engine = scope.connect().await?;
    let code = tokio::select! {
        code = wait(args, &engine, &project) => code?,
        () = interrupts.next() => return Err(CliError::Interrupted),
    };
    if args.down_project {
        down::run(&DownArgs::with_orphans(), scope).await?;
    }
    Ok(code)
}

/// Waits for all running containers of the services, and tells how each ends; answers the last one's exit code.
async fn wait(args: &WaitArgs, engine: &impl Engine, project: &Project) -> Ended {
    // From before the look at what runs: what ends after it is told.
    let mut events = engine.events(&project.name);
    match events.next().await {
        Some(listening) => drop(listening?),
        None => return Err(silence(engine).into()),
    }
    let containers = engine.containers(&project.name).await?;
    service::check(&args.services, project, &containers)?;
    let running = containers.iter().filter(|container| {
        let service = container.service().unwrap_or_default();
        container.status.is_up() && args.services.iter().any(|name| name == service)
    });
    let mut running: BTreeSet<&str> = running.map(|container| container.id.as_str()).collect();
    if running.is_empty() {
        return Err(CliError::NothingRuns(project.name.clone()));
    }
    tracing::debug!(containers = running.len(), "waiting");
    let mut last = 0;
    while !running.is_empty() {
        let event = match events.next().await {
            Some(event) => event?,
            None => return Err(silence(engine).into()),
        };
        let EngineEvent::Container {
            id,
            action: ContainerAction::Died(code),
            ..
        } = event
        else {
            continue;
        };
        if !running.contains(id.as_str()) {
            continue;
        }
        // The engine starts it again where its restart policy says so; it may have ended once more meanwhile, which is told.
        let now = engine.container(&id).await?;
        let has_gone_on =
            |now: &Container| now.status.is_up() || now.returns() || now.exit_code != code;
        if now.as_ref().is_some_and(has_gone_on) {
            continue;
        }
        running.remove(id.as_str());
        print(&format!(
            "container \"{id}\" exited with status code {code}\n"
        ))?;
        last = code;
    }
    Ok(u8::try_from(last).unwrap_or(1))
}

fn silence(engine: &impl Engine) -> EngineError {
    EngineError::Disconnected {
        address: engine.about().address.clone(),
        why: "its event stream ended".to_owned(),
    }
}
