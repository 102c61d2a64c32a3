//! Commands that bring part of the stack to what the file says, and then end: `create`, `scale`.

use super::Ended;
use super::apply::{Wishes, apply};
use super::doubt;
use super::lock;
use super::plan::show;
use super::preflight::preflight;
use super::scope::Scope;
use super::signal::Interrupts;
use crate::engine::Engine;
use crate::model::ServiceName;
use crate::plan::{self, UpOptions};
use crate::reconcile::observe;
use crate::ui;
use crate::ui::mask::Mask;

/// Plans like `up` with these options, and applies the plan.
pub(super) async fn raise(
    title: &str,
    options: &UpOptions,
    quiet_pull: bool,
    scope: &Scope,
) -> Ended {
    let names = options.services.iter().map(ServiceName::to_string);
    let project = scope.project(&names.collect::<Vec<_>>())?;
    let mut interrupts = Interrupts::listen()?;
    let engine = scope.connect().await?;
    // From before the look at what is there: what another one does meanwhile would spoil the plan.
    let _lock = if scope.global.dry_run {
        None
    } else {
        let address = &engine.about().address;
        Some(lock::hold(address, &project.name, &mut interrupts, scope).await?)
    };
    let state = observe(&engine, &project).await?;
    let mask = Mask::of(&project, &state.containers);
    let plan = plan::up(&project, &state, options)?;
    doubt::tell(&plan, &project, engine.about(), &mask, scope);
    if scope.global.dry_run {
        return show(&plan, scope.global.verbose > 0, &mask, scope);
    }
    preflight(&plan, &state, &engine, &mask, scope).await?;
    let wishes = Wishes {
        title,
        mode: scope.mode,
        mask: &mask,
        wait_timeout: None,
        health: None,
        quiet_pull,
        quiet_build: false,
    };
    apply(&plan, &engine, &wishes, &mut interrupts, scope).await?;
    if plan.is_empty() {
        scope.say(&ui::plan::nothing_to_do(&project));
    }
    Ok(0)
}
