//! What would make a plan fail half-way, found before its first step.

mod network;
mod port;

use std::collections::BTreeSet;

use self::network::{networks, new_networks, subnets};
use self::port::{ports, wanted_ports};
use super::{Operation, Plan, Resource};
use crate::model::{MountKind, NewContainer, Position};
use crate::state::{ActualState, Question, Surroundings};

/// With less free space than this (bytes), bringing images is likely to fail.
const LITTLE_SPACE: u64 = 512 << 20;

/// Something that would make a plan fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What would go wrong.
    pub message: String,
    /// The place in the files that asks for it.
    pub position: Option<Position>,
    /// What to do about it.
    pub hint: Option<String>,
    /// Whether the plan cannot succeed; otherwise it may.
    pub is_certain: bool,
}

/// What has to be known about the surroundings to look for problems of this plan.
pub fn question(plan: &Plan, state: &ActualState) -> Question {
    let ports: BTreeSet<u16> = wanted_ports(plan, state).iter().map(|w| w.port).collect();
    Question {
        ports: ports.into_iter().collect(),
        networks: new_networks(plan).any(|(_, network)| subnets(network).next().is_some()),
        paths: needed_paths(plan)
            .map(|(_, path, _)| path.to_owned())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        space: plan.steps.iter().any(|step| {
            matches!(
                step.operation,
                Operation::PullImage { .. } | Operation::BuildImage(_)
            )
        }),
    }
}

/// Everything that would make the plan fail, in the order of its steps.
pub fn preflight(plan: &Plan, state: &ActualState, around: &Surroundings) -> Vec<Problem> {
    let mut problems = ports(plan, state, around);
    problems.extend(networks(plan, around));
    problems.extend(paths(plan, around));
    problems.extend(space(around));
    problems
}

fn new_containers(plan: &Plan) -> impl Iterator<Item = (&Resource, &NewContainer)> {
    plan.steps.iter().filter_map(|step| match &step.operation {
        Operation::CreateContainer { container, .. } => Some((&step.resource, &**container)),
        _ => None,
    })
}

/// Paths of the engine's machine that have to be there, because the file says not to make them.
fn needed_paths(plan: &Plan) -> impl Iterator<Item = (&Resource, &str, usize)> {
    new_containers(plan).flat_map(|(resource, container)| {
        let mounts = container.mounts.iter().enumerate();
        mounts.filter_map(move |(index, mount)| match &mount.kind {
            MountKind::Bind {
                source,
                create_host_path: false,
                ..
            } => Some((resource, source.as_str(), index)),
            _ => None,
        })
    })
}

fn paths(plan: &Plan, around: &Surroundings) -> Vec<Problem> {
    let is_missing = |path: &str| around.missing_paths.iter().any(|missing| missing == path);
    let missing = needed_paths(plan).filter(|(_, path, _)| is_missing(path));
    let mut problems: Vec<Problem> = Vec::new();
    for (resource, path, index) in missing {
        let place = plan.origins.get(resource);
        let problem = Problem {
            message: format!("bind source {path} does not exist"),
            position: place
                .and_then(|at| at.find(&format!("volumes[{index}].source")))
                .cloned(),
            hint: Some(
                "make it, or let it be made as a folder: `bind: {create_host_path: true}`"
                    .to_owned(),
            ),
            is_certain: true,
        };
        // Replicas mount the same.
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    problems
}

fn space(around: &Surroundings) -> Option<Problem> {
    let (folder, free) = around.free_space.as_ref()?;
    (*free < LITTLE_SPACE).then(|| Problem {
        message: format!(
            "only {} MiB are free in {}, where the engine keeps its images",
            free >> 20,
            folder.display()
        ),
        position: None,
        hint: Some(
            "`docker system df` shows what takes the space, `docker system prune` frees it"
                .to_owned(),
        ),
        is_certain: false,
    })
}
