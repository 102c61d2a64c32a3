//! What a plan brings with it: what is down meanwhile, what restarts, which data is lost or at risk.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{ByResource, OnlyIf, Operation, Plan, Reason, Resource, Step, StepId, Target};
use crate::label;
use crate::model::{Condition, MountKind, NewContainer, ServiceName};
use crate::state::{ActualState, Container};

/// Something that a step brings with it, to be known before it is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consequence {
    /// The step; of those that replace a container, the one that creates the new one.
    pub step: StepId,
    /// What it brings with it.
    pub effect: Effect,
}

/// What a step brings with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The container is down from its stop until it is in this state again; none: it is not started again.
    Downtime {
        /// The state in which others can use it again.
        until: Option<Condition>,
        /// Services that depend on it, run, and go on without it meanwhile.
        felt_by: Vec<ServiceName>,
    },
    /// Containers of these services restart or are replaced because of it.
    Restarts(Vec<ServiceName>),
    /// The container's connections over this network break.
    Disconnects(String),
    /// The data in these volumes is lost; of anonymous ones that go with their container, the paths inside of it.
    DataLost(Vec<String>),
    /// Another image works on the data in these volumes, and may change it for good.
    DataAtRisk(Vec<String>),
    /// These volumes are no longer mounted; the data stays in them.
    Unmounted(Vec<String>),
}

/// What the steps of a plan bring with them, in the order of the steps.
pub fn consequences(plan: &Plan, state: &ActualState) -> Vec<Consequence> {
    let mut found = Vec::new();
    let around = &Around::of(plan, state);
    for (step, at) in plan.steps.iter().enumerate() {
        // What makes a failure good is no part of what is meant to happen.
        if matches!(at.only_if, Some(OnlyIf::Failed(_))) {
            continue;
        }
        let mut add = |effect: Option<Effect>| {
            found.extend(effect.map(|effect| Consequence { step, effect }));
        };
        match &at.operation {
            Operation::CreateContainer {
                container,
                replaces: Some(old),
            } => {
                let Some(old) = around.by_id(old) else {
                    continue;
                };
                add(downtime(around, at, old));
                add(restarts(around, at));
                let kept = kept_volumes(old, container);
                add(at_risk(at, &kept));
                add(unmounted(old, container, &kept));
            }
            Operation::StopContainer { target, .. } if at.reason != Reason::Replaces => {
                let restarted = starts(around, at).next().is_some();
                if let Some(old) = existing(around, target).filter(|_| restarted) {
                    add(downtime(around, at, old));
                    add(restarts(around, at));
                }
            }
            Operation::RestartContainer { target, .. } => {
                if let Some(old) = existing(around, target) {
                    add(downtime(around, at, old));
                    add(restarts(around, at));
                }
            }
            Operation::DisconnectNetwork { network, .. } => {
                add(Some(Effect::Disconnects(network.clone())));
            }
            Operation::RemoveVolume => {
                add(Some(Effect::DataLost(vec![at.resource.name().to_owned()])));
            }
            Operation::RemoveContainer {
                target,
                volumes: true,
            } => add(existing(around, target).and_then(|old| lost_with(around, old))),
            _ => {}
        }
    }
    found
}

/// What a step is looked at with, to be found at once however much it is.
struct Around<'a> {
    by_resource: ByResource<'a>,
    containers: HashMap<&'a str, &'a Container>,
    /// The containers that run and depend on a service.
    dependents: HashMap<String, Vec<&'a Container>>,
    /// The ids of containers that are stopped, removed or replaced.
    touched: HashSet<&'a str>,
    /// The services whose containers something is done to because of another service.
    because_of: HashMap<&'a ServiceName, Vec<&'a ServiceName>>,
    /// The volumes that steps of their own remove.
    removed: HashSet<&'a str>,
}

impl<'a> Around<'a> {
    fn of(plan: &'a Plan, state: &'a ActualState) -> Self {
        let all = state.containers.iter();
        let mut around = Self {
            by_resource: ByResource::new(plan),
            containers: all.map(|it| (it.id.as_str(), it)).collect(),
            dependents: HashMap::new(),
            touched: HashSet::new(),
            because_of: HashMap::new(),
            removed: HashSet::new(),
        };
        for container in state.containers.iter().filter(|it| it.status.is_up()) {
            for on in label::dependencies(&container.labels) {
                let others = around.dependents.entry(on.to_string()).or_default();
                others.push(container);
            }
        }
        for step in &plan.steps {
            match &step.operation {
                Operation::StopContainer {
                    target: Target::Existing(id),
                    ..
                }
                | Operation::RemoveContainer {
                    target: Target::Existing(id),
                    ..
                }
                | Operation::CreateContainer {
                    replaces: Some(id), ..
                } => {
                    around.touched.insert(id);
                }
                Operation::RemoveVolume => {
                    around.removed.insert(step.resource.name());
                }
                _ => {}
            }
            if let (
                Reason::DependencyReplaced(cause) | Reason::SharesWith(cause),
                Resource::Container {
                    replica: Some((service, _)),
                    ..
                },
            ) = (&step.reason, &step.resource)
            {
                around.because_of.entry(cause).or_default().push(service);
            }
        }
        around
    }

    fn by_id(&self, id: &str) -> Option<&'a Container> {
        self.containers.get(id).copied()
    }
}

fn existing<'a>(around: &Around<'a>, target: &Target) -> Option<&'a Container> {
    match target {
        Target::Existing(id) => around.by_id(id),
        Target::CreatedBy { .. } => None,
    }
}

/// The steps that start what this one is about.
fn starts<'a>(around: &Around<'a>, at: &Step) -> impl Iterator<Item = &'a Step> {
    let same = around.by_resource.of(&at.resource).map(|(_, step)| step);
    same.filter(|step| {
        matches!(
            step.operation,
            Operation::StartContainer { .. } | Operation::RestartContainer { .. }
        ) && !matches!(step.only_if, Some(OnlyIf::Failed(_) | OnlyIf::Unchanged(_)))
    })
}

fn downtime(around: &Around<'_>, at: &Step, old: &Container) -> Option<Effect> {
    if !old.status.is_up() {
        return None;
    }
    let is_tested = match &at.operation {
        Operation::CreateContainer { container, .. } => match &container.spec.healthcheck {
            Some(test) => !test.is_disabled(),
            None => old.health_test.is_some(),
        },
        _ => old.health_test.is_some(),
    };
    let state_again = if is_tested {
        Condition::ServiceHealthy
    } else {
        Condition::ServiceStarted
    };
    Some(Effect::Downtime {
        until: starts(around, at).next().map(|_| state_again),
        felt_by: felt_by(around, old),
    })
}

/// Services whose containers depend on this one and are left running.
fn felt_by(around: &Around<'_>, old: &Container) -> Vec<ServiceName> {
    let Some(service) = old.service() else {
        return Vec::new();
    };
    let dependents = around.dependents.get(service).into_iter().flatten();
    let goes_on = dependents.filter(|container| !around.touched.contains(container.id.as_str()));
    let names: BTreeSet<ServiceName> = goes_on
        .filter_map(|container| ServiceName::new(container.service()?).ok())
        .collect();
    names.into_iter().collect()
}

/// Services that restart, or get another container, because of what is done to this one.
fn restarts(around: &Around<'_>, at: &Step) -> Option<Effect> {
    let Resource::Container {
        replica: Some((cause, _)),
        ..
    } = &at.resource
    else {
        return None;
    };
    let because = around.because_of.get(cause).into_iter().flatten();
    let names: BTreeSet<ServiceName> = because.map(|&service| service.clone()).collect();
    (!names.is_empty()).then(|| Effect::Restarts(names.into_iter().collect()))
}

/// Volumes of the old container that the new one mounts too.
fn kept_volumes(old: &Container, new: &NewContainer) -> BTreeSet<String> {
    let mounted = new.mounts.iter().filter_map(|mount| match &mount.kind {
        MountKind::Volume { source, .. } => source.as_deref(),
        _ => None,
    });
    let mounted: BTreeSet<&str> = mounted.collect();
    let of_old = old.mounts.iter().filter(|mount| mount.kind == "volume");
    of_old
        .filter(|mount| mounted.contains(mount.name.as_str()))
        .map(|mount| mount.name.clone())
        .collect()
}

/// Where the file names another image: a database may bring its files to a form that the old image cannot read.
fn at_risk(at: &Step, kept: &BTreeSet<String>) -> Option<Effect> {
    let mut changes = at.reason.changes().iter();
    let other_image = changes.any(|change| change.path == "image");
    (other_image && !kept.is_empty()).then(|| Effect::DataAtRisk(kept.iter().cloned().collect()))
}

fn unmounted(old: &Container, new: &NewContainer, kept: &BTreeSet<String>) -> Option<Effect> {
    // What comes from other containers is not known yet.
    if !new.volumes_from.is_empty() {
        return None;
    }
    let of_old = old.mounts.iter().filter(|mount| mount.kind == "volume");
    let gone = of_old.filter(|mount| !kept.contains(&mount.name));
    let gone: Vec<String> = gone.map(|mount| mount.name.clone()).collect();
    (!gone.is_empty()).then_some(Effect::Unmounted(gone))
}

/// The anonymous volumes that are removed with their container, where no step of its own removes them.
fn lost_with(around: &Around<'_>, old: &Container) -> Option<Effect> {
    let has_step = |name: &str| around.removed.contains(name);
    let lost: Vec<String> = (old.mounts.iter())
        .filter(|mount| mount.is_anonymous_volume() && !has_step(&mount.name))
        .map(|mount| mount.target.clone())
        .collect();
    (!lost.is_empty()).then_some(Effect::DataLost(lost))
}
