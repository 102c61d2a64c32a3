//! `windlass plan`.

use std::path::PathBuf;

use clap::Args;

use super::Ended;
use super::doubt;
use super::error::CliError;
use super::preflight;
use super::saved::{self, Asked};
use super::scope::{Scope, print};
use super::up::service_names;
use crate::engine::Engine;
use crate::plan::{self, Plan, UpOptions};
use crate::reconcile::observe;
use crate::state::ActualState;
use crate::ui;
use crate::ui::mask::Mask;

/// Exit code where there is something to do.
const CHANGES: u8 = 2;

/// Show what `up` would do, and why
#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    disable_help_flag = true,
    after_help = "Exit code: 0 there is nothing to do, 2 there are changes, 1 an error."
)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct PlanArgs {
    /// Services to raise, with what they depend on; all where none is given
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Each step in one line that stays the same from release to release
    #[arg(long)]
    steps: bool,
    /// Keep the plan in this file, for `windlass apply`; it holds no secret
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// One JSON document, as `windlass schema --plan` describes it
    #[arg(long, conflicts_with = "steps")]
    json: bool,
    /// Leave out what the services depend on
    #[arg(long)]
    no_deps: bool,
    /// As if with `up --build`
    #[arg(long)]
    build: bool,
    /// As if with `up --remove-orphans`
    #[arg(long)]
    remove_orphans: bool,
}

pub(super) async fn run(args: &PlanArgs, scope: &Scope) -> Ended {
    let project = scope.project(&args.services)?;
    let asked = Asked {
        services: args.services.clone(),
        no_deps: args.no_deps,
        build: args.build,
        remove_orphans: args.remove_orphans || scope.is_set("COMPOSE_REMOVE_ORPHANS"),
        ignore_orphans: scope.is_set("COMPOSE_IGNORE_ORPHANS"),
    };
    let options = raise_options(&asked)?;
    let engine = scope.connect().await?;
    let state = observe(&engine, &project).await?;
    let plan = plan::up(&project, &state, &options)?;
    let mask = Mask::of(&project, &state.containers);
    let about = engine.about();
    let mut warnings = doubt::all(&plan, &project, about);
    warnings.extend(doubt::of_builds(&plan, &project, &state, about, scope));
    scope.warn(&ui::plan::warnings(&warnings), &mask);
    let steps = args.steps || scope.global.verbose > 0;
    if !args.json {
        show(&plan, &state, steps, &mask, scope)?;
    }
    let problems = preflight::problems(&plan, &state, &engine).await?;
    if args.json {
        let consequences = plan::consequences(&plan, &state);
        let text = ui::plan::json(&plan, &consequences, &warnings, &problems, &mask);
        print(&text)?;
    }
    preflight::tell(problems, &mask, scope)?;
    if let Some(file) = &args.output {
        let address = &engine.about().address;
        saved::save(file, &plan, &project, asked, address, &mask, scope)?;
    }
    Ok(if plan.is_empty() { 0 } else { CHANGES })
}

/// What is asked of `up`, by this command or by a plan that it kept.
pub(super) fn raise_options(asked: &Asked) -> Result<UpOptions, CliError> {
    Ok(UpOptions {
        services: service_names(&asked.services)?,
        no_deps: asked.no_deps,
        build: asked.build,
        remove_orphans: asked.remove_orphans,
        ignore_orphans: asked.ignore_orphans,
        ..UpOptions::default()
    })
}

/// Prints a plan, for people or step by step.
pub(super) fn show(
    plan: &Plan,
    state: &ActualState,
    steps: bool,
    mask: &Mask,
    scope: &Scope,
) -> Result<(), CliError> {
    let text = if steps {
        plan.to_string()
    } else {
        let consequences = plan::consequences(plan, state);
        ui::plan::render(plan, &consequences, scope.out_color)
    };
    print(&mask.text(&text))
}
