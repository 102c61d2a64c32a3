//! Applying a plan under the user's eyes, or with `--dry-run` only showing it.

use std::cell::RefCell;
use std::pin::pin;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval};

use super::error::CliError;
use super::plan::show;
use super::preflight::preflight;
use super::scope::Scope;
use super::signal::Interrupts;
use crate::engine::Engine;
use crate::model::Readiness;
use crate::plan::Plan;
use crate::reconcile::{self, ApplyOptions, Event, Outcome};
use crate::state::ActualState;
use crate::ui::mask::Mask;
use crate::ui::narrator::TICK;
use crate::ui::{Mode, Narrator};

/// What the first interrupt is answered with.
const INTERRUPTED: &str =
    "interrupted: waiting for what is under way; press Ctrl+C again to give up at once";

/// How a command wants its plan applied.
pub(super) struct Wishes<'a> {
    /// The command, for the heading.
    pub(super) title: &'a str,
    /// How progress is shown.
    pub(super) mode: Mode,
    /// What to mask.
    pub(super) mask: &'a Mask,
    /// The most time that waits may take.
    pub(super) wait_timeout: Option<Duration>,
    /// Who says that containers are healthy, in place of the services' own `x-ready`.
    pub(super) health: Option<Readiness>,
    /// Leave out the progress of pulls.
    pub(super) quiet_pull: bool,
    /// Leave out the steps and the output of builds.
    pub(super) quiet_build: bool,
}

/// What became of a plan that nothing is wrong with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Applied {
    /// All its steps are done.
    Done,
    /// It was shown, as `--dry-run` asks for: nothing is done.
    Shown,
}

/// Applies a plan and shows what happens; the first interrupt cancels it, the second gives it up at once. What would make
/// it fail half-way is told before its first step. With `--dry-run` it is shown instead: every command that changes
/// something by a plan gets that from here.
pub(super) async fn apply(
    plan: &Plan,
    state: &ActualState,
    engine: &impl Engine,
    wishes: &Wishes<'_>,
    interrupts: &mut Interrupts,
    scope: &Scope,
) -> Result<Applied, CliError> {
    if scope.global.dry_run {
        show(plan, state, scope.global.verbose > 0, wishes.mask, scope)?;
    }
    preflight(plan, state, engine, wishes.mask, scope).await?;
    if scope.global.dry_run {
        return Ok(Applied::Shown);
    }
    carry_out(plan, engine, wishes, interrupts, scope).await?;
    Ok(Applied::Done)
}

async fn carry_out(
    plan: &Plan,
    engine: &impl Engine,
    wishes: &Wishes<'_>,
    interrupts: &mut Interrupts,
    scope: &Scope,
) -> Result<(), CliError> {
    let options = ApplyOptions {
        parallel: scope.global.parallel(&scope.settings)?,
        wait_timeout: wishes.wait_timeout,
        health: wishes.health,
        environment: scope.project_environment(),
    };
    let mut narrator = Narrator::new(
        wishes.mode,
        wishes.title,
        scope.err_color,
        wishes.mask.clone(),
        plan,
        scope.progress(),
    );
    if wishes.quiet_pull {
        narrator.leave_out_pulls();
    }
    if wishes.quiet_build {
        narrator.leave_out_builds();
    }
    let narrator = RefCell::new(narrator);
    let notes = scope.notes(&engine.about().address);
    let pending = notes.as_ref().map(|notes| notes.before(plan));
    let done = RefCell::new(Vec::new());
    let mut on_event = |event| {
        if let Event::Finished {
            step,
            outcome: Outcome::Done,
            ..
        } = &event
        {
            done.borrow_mut().push(*step);
        }
        narrator.borrow_mut().event(&event);
    };
    let (cancel, cancelled) = oneshot::channel::<()>();
    let mut cancel = Some(cancel);
    let cancelled = async {
        let _ = cancelled.await;
    };
    let mut applied = pin!(reconcile::apply(
        plan,
        engine,
        &options,
        cancelled,
        &mut on_event
    ));
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let result = loop {
        tokio::select! {
            result = &mut applied => break result,
            () = interrupts.next() => match cancel.take() {
                Some(cancel) => {
                    narrator.borrow_mut().note(INTERRUPTED);
                    // Sending fails only where applying is over, and then its result is what counts.
                    let _ = cancel.send(());
                }
                None => return Err(CliError::Interrupted),
            },
            _ = ticks.tick() => narrator.borrow_mut().tick(),
        }
    };
    narrator.borrow_mut().finish();
    if let (Some(notes), Some(pending)) = (&notes, &pending) {
        let done = done.borrow().clone();
        for reference in pending.images(&done) {
            // Where the engine doesn't say which image it is, nothing is noted, and nothing said later.
            if let Ok(Some(image)) = engine.image(reference).await {
                notes.keep(pending, reference, &image.id);
            }
        }
    }
    result.map_err(|error| CliError::Apply {
        error,
        plan: Box::new(plan.clone()),
        mask: wishes.mask.clone(),
    })
}
