//! The volumes that a plan removes with all that is in them.

use super::{Operation, Plan, Target};
use crate::state::{ActualState, Container};

/// A volume whose data is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostVolume {
    /// Its name on the engine.
    pub name: String,
    /// Of one that nobody gave a name: what people know it by.
    pub anonymous: Option<AnonymousVolume>,
}

/// Where a volume without a name is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnonymousVolume {
    /// The container's name.
    pub container: String,
    /// The path inside of it.
    pub path: String,
}

/// The volumes that are lost with a plan: those with steps of their own, and those that go with their containers; each
/// once, those with a name first.
pub fn lost_volumes(plan: &Plan, state: &ActualState) -> Vec<LostVolume> {
    let mut lost: Vec<LostVolume> = Vec::new();
    let mut add = |volume: LostVolume| {
        if !lost.iter().any(|known| known.name == volume.name) {
            lost.push(volume);
        }
    };
    for step in &plan.steps {
        match &step.operation {
            Operation::RemoveVolume => add(LostVolume {
                name: step.resource.name().to_owned(),
                anonymous: (state.containers.iter())
                    .flat_map(anonymous_of)
                    .find(|found| found.name == step.resource.name())
                    .and_then(|found| found.anonymous),
            }),
            Operation::RemoveContainer {
                target: Target::Existing(id),
                volumes: true,
            } => {
                let removed = state.containers.iter().filter(|it| it.id == *id);
                removed.flat_map(anonymous_of).for_each(&mut add);
            }
            _ => {}
        }
    }
    lost.sort_by_key(|volume| volume.anonymous.is_some());
    lost
}

fn anonymous_of(container: &Container) -> impl Iterator<Item = LostVolume> {
    let mounts = container.mounts.iter();
    let anonymous = mounts.filter(|mount| mount.is_anonymous_volume());
    anonymous.map(|mount| LostVolume {
        name: mount.name.clone(),
        anonymous: Some(AnonymousVolume {
            container: container.name.clone(),
            path: mount.target.clone(),
        }),
    })
}
