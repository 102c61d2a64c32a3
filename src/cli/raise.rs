//! Commands that bring part of the stack to what the file says, and then end: `create`, `scale`.

use super::Ended;
use super::apply::{Applied, Wishes, apply};
use super::doubt;
use super::lock;
use super::renew;
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
    mut options: UpOptions,
    yes: bool,
    quiet_pull: bool,
    scope: &Scope,
) -> Ended {
    let names = options.services.iter().map(ServiceName::to_string);
    let project = scope.project(&names.collect::<Vec<_>>())?;
    let mut interrupts = Interrupts::listen()?;
    let engine = scope.connect().await?;
    // From before the look at what is there: what another one does meanwhile would spoil the plan.
    let address = &engine.about().address;
    let _lock = lock::hold(address, &project.name, &mut interrupts, scope).await?;
    let state = observe(&engine, &project).await?;
    let mask = Mask::of(&project, &state.containers);
    renew::decide(
        &project,
        &state,
        &mut options,
        yes,
        &mut interrupts,
        (&mask, scope),
    )
    .await?;
    let plan = plan::up(&project, &state, &options)?;
    doubt::tell(&plan, &project, engine.about(), &mask, scope);
    doubt::tell_of_builds(&plan, &project, &state, engine.about(), (&mask, scope));
    let wishes = Wishes {
        title,
        mode: scope.mode,
        mask: &mask,
        wait_timeout: None,
        health: None,
        quiet_pull,
        quiet_build: false,
    };
    let applied = apply(&plan, &state, &engine, &wishes, &mut interrupts, scope).await?;
    if applied == Applied::Done && plan.is_empty() {
        scope.say(&ui::plan::nothing_to_do(&project));
    }
    Ok(0)
}
