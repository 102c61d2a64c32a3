//! The question before volumes are removed with all that is in them.

use std::collections::HashMap;
use std::io::{self, IsTerminal};

use futures_util::future::{join, join_all};

use super::ask::ask;
use super::error::CliError;
use super::scope::{Scope, now};
use super::signal::Interrupts;
use crate::engine::Engine;
use crate::engine::docker::DockerEngine;
use crate::plan::{self, LostVolume, Plan};
use crate::state::ActualState;
use crate::ui;
use crate::ui::loss::Row;
use crate::ui::mask::Mask;

/// On a terminal, lists the volumes that the plan removes, with size and age, and asks; where there are none, or nobody
/// could answer, it is a yes, as with docker compose.
///
/// # Errors
/// [`CliError::Interrupted`] where the user doesn't want to answer.
pub(super) async fn consents(
    plan: &Plan,
    state: &ActualState,
    engine: &DockerEngine,
    interrupts: &mut Interrupts,
    (mask, scope): (&Mask, &Scope),
) -> Result<bool, CliError> {
    let lost = plan::lost_volumes(plan, state);
    if lost.is_empty() || !io::stdin().is_terminal() {
        return Ok(true);
    }
    let rows = tokio::select! {
        rows = rows(&lost, state, engine) => rows,
        () = interrupts.next() => return Err(CliError::Interrupted),
    };
    let text = ui::loss::list(&rows, now(), scope.out_color);
    let them = if rows.len() == 1 { "it" } else { "them" };
    ask(&mask.text(&format!("{text}Remove {them}?")), interrupts).await
}

/// The volumes with what can be found out about them.
async fn rows(lost: &[LostVolume], state: &ActualState, engine: &DockerEngine) -> Vec<Row> {
    let created = lost.iter().map(|volume| created(volume, state, engine));
    let (created, sizes): (Vec<_>, HashMap<_, _>) =
        join(join_all(created), engine.volume_sizes()).await;
    lost.iter()
        .zip(created)
        .map(|(volume, created)| Row {
            volume: volume.clone(),
            size: sizes.get(&volume.name).copied(),
            created,
        })
        .collect()
}

/// When a volume was made; empty where the engine doesn't tell.
async fn created(volume: &LostVolume, state: &ActualState, engine: &DockerEngine) -> String {
    let mut known = state.volumes.iter();
    if let Some(known) = known.find(|known| known.name == volume.name) {
        return known.created.clone();
    }
    let found = engine.volume(&volume.name).await;
    found
        .ok()
        .flatten()
        .map_or_else(String::new, |found| found.created)
}
