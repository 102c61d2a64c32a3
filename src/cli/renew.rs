//! Whether networks and volumes that are not what the file says are made anew.

use std::io::{self, IsTerminal};

use super::ask::ask;
use super::error::CliError;
use super::scope::Scope;
use super::signal::Interrupts;
use crate::model::Project;
use crate::plan::{self, FieldChange, Recreate, Renewal, Resource, UpOptions};
use crate::state::ActualState;
use crate::ui::mask::Mask;

/// Puts into the options what becomes of them: with `yes` all are made anew; on a terminal the user is asked; otherwise, as
/// with docker compose, networks are, and volumes stay with their data.
///
/// # Errors
/// [`CliError::Interrupted`] where the user doesn't want to answer.
pub(super) async fn decide(
    project: &Project,
    state: &ActualState,
    options: &mut UpOptions,
    yes: bool,
    interrupts: &mut Interrupts,
    (mask, scope): (&Mask, &Scope),
) -> Result<(), CliError> {
    if options.recreate == Recreate::Never {
        return Ok(());
    }
    let asks = !yes && !scope.global.dry_run && io::stdin().is_terminal();
    let mut all = plan::renewals(project, state, options);
    all.retain(|renewal| renewal.obstacle.is_none());
    for renewal in &all {
        let name = renewal.resource.name().to_owned();
        let is_volume = matches!(renewal.resource, Resource::Volume(_));
        let answer = if asks {
            ask(&mask.text(&question(renewal, is_volume)), interrupts).await?
        } else {
            yes || !is_volume
        };
        match (is_volume, answer) {
            (true, true) => options.renewed_volumes.push(name),
            (false, false) => options.kept_networks.push(name),
            _ => {}
        }
    }
    Ok(())
}

fn question(renewal: &Renewal, is_volume: bool) -> String {
    let changes = renewal.changes.iter().map(FieldChange::to_string);
    let changes = changes.collect::<Vec<_>>().join("; ");
    let price = if is_volume {
        "Make it anew? ITS DATA IS LOST"
    } else {
        "Make it anew? Its containers are off it for a moment"
    };
    format!(
        "{} is not what the file says: {changes}\n{price}",
        renewal.resource
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_says_what_is_different_and_what_a_yes_costs() {
        let renewal = |resource| Renewal {
            resource,
            changes: vec![FieldChange {
                path: "internal".into(),
                from: Some("false".into()),
                to: Some("true".into()),
                position: None,
            }],
            obstacle: None,
        };
        assert_eq!(
            question(&renewal(Resource::Network("shop_front".into())), false),
            "Network shop_front is not what the file says: internal: false -> true\n\
             Make it anew? Its containers are off it for a moment"
        );
        assert_eq!(
            question(&renewal(Resource::Volume("shop_data".into())), true),
            "Volume shop_data is not what the file says: internal: false -> true\n\
             Make it anew? ITS DATA IS LOST"
        );
    }
}
