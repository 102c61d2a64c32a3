//! The volumes that `down` removes, and those that it lets be.

use crate::label;
use crate::model::{Project, Volume};
use crate::plan::{PlanError, Protected, Warning};
use crate::state::{ActualState, Container, VolumeState};

/// The names of the project's volumes that can go with these containers, and a warning for each that stays because others
/// have it or made it.
///
/// # Errors
/// Where some that can go are protected, and `unprotect` doesn't lift that.
pub(super) fn removable<'s>(
    project: &Project,
    state: &'s ActualState,
    containers: &[&Container],
    unprotect: bool,
) -> Result<(Vec<&'s str>, Vec<Warning>), PlanError> {
    let (mut gone, mut kept, mut protected) = (Vec::new(), Vec::new(), Vec::new());
    for volume in &state.volumes {
        let declared = || (project.volumes.values()).filter(|it| it.name == volume.name);
        if declared().any(|it| it.external) {
            continue;
        }
        if let Some(obstacle) = obstacle(project, state, volume, containers) {
            let position = declared().find_map(|it| it.positions.find(""));
            kept.push(Warning {
                message: format!("volume {} stays: {obstacle}", volume.name),
                position: position.cloned(),
            });
            continue;
        }
        match protection(volume, declared()) {
            Some(found) if !unprotect => protected.push(found),
            _ => gone.push(volume.name.as_str()),
        }
    }
    if protected.is_empty() {
        Ok((gone, kept))
    } else {
        Err(PlanError::Protected(protected))
    }
}

/// Why a volume is not this project's to remove, or not yet.
fn obstacle(
    project: &Project,
    state: &ActualState,
    volume: &VolumeState,
    gone: &[&Container],
) -> Option<String> {
    match volume.labels.get(label::PROJECT) {
        Some(owner) if owner == project.name.as_str() => {}
        Some(owner) => return Some(format!("project {owner} made it")),
        None => return Some("this project did not make it".to_owned()),
    }
    let is_own = |id: &str| state.containers.iter().any(|container| container.id == id);
    if let Some(user) = volume.users.iter().find(|user| !is_own(&user.id)) {
        let of = match &user.project {
            Some(project) => format!(" of project {project}"),
            None => String::new(),
        };
        return Some(format!("container {}{of} uses it", user.name));
    }
    let stays = |container: &&Container| {
        container.has_volume(&volume.name) && !gone.iter().any(|it| it.id == container.id)
    };
    state.containers.iter().find(stays).map(|container| {
        format!(
            "container {} uses it (--remove-orphans removes containers of services that are no longer in the stack file)",
            container.name
        )
    })
}

/// Whether a volume is protected: the file says so or, where that doesn't know it, its label.
fn protection<'a>(
    volume: &VolumeState,
    mut declared: impl Iterator<Item = &'a Volume> + Clone,
) -> Option<Protected> {
    let position = if declared.clone().next().is_some() {
        let declared = declared.find(|it| it.protect)?;
        declared.positions.find("x-protect").cloned()
    } else {
        let is_labelled = volume.labels.get(label::PROTECT).map(String::as_str) == Some("true");
        is_labelled.then_some(None)?
    };
    Some(Protected {
        volume: volume.name.clone(),
        position,
    })
}
