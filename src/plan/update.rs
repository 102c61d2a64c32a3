//! What is changed on a container that is there, where no other container is needed.
//!
//! Labels stay what they were when the container was made, so what can change without a new one is compared with what
//! the engine shows.

mod limits;
mod network;

use serde_json::Value;

use super::provided::is_source;
use super::{FieldChange, Reason, adopt, changes};
use crate::label;
use crate::model::{ContainerSpec, Endpoint, Limits, Project, Service};
use crate::state::{ActualState, Container};

pub(super) use network::foreign_networks;

/// How a container is otherwise than the service says.
#[derive(Debug)]
pub(super) enum Difference {
    /// The engine can change it on the container.
    InPlace(Updates),
    /// Another container is needed.
    Another(Reason),
}

/// What the engine changes on a container, each with the fields that ask for it.
#[derive(Clone, Debug, Default)]
pub(super) struct Updates {
    /// Limits and restart policy; what is 0 or nothing stays.
    pub(super) limits: Option<(Limits, Vec<FieldChange>)>,
    /// Networks to join, those to join anew among them.
    pub(super) joins: Vec<Join>,
    /// Networks to leave, by their names on the engine.
    pub(super) leaves: Vec<(String, FieldChange)>,
}

/// A network to join.
#[derive(Clone, Debug)]
pub(super) struct Join {
    pub(super) endpoint: Endpoint,
    pub(super) changes: Vec<FieldChange>,
    /// It is on it already, but not as it should be.
    pub(super) again: bool,
}

impl Updates {
    fn is_empty(&self) -> bool {
        self.limits.is_none() && self.joins.is_empty() && self.leaves.is_empty()
    }

    fn changes(self) -> impl Iterator<Item = FieldChange> {
        let limits = self.limits.into_iter().flat_map(|(_, changes)| changes);
        let joins = self.joins.into_iter().flat_map(|join| join.changes);
        let leaves = self.leaves.into_iter().map(|(_, change)| change);
        limits.chain(joins).chain(leaves)
    }
}

/// The fields in which the container is not what the service says; none where it is.
pub(super) fn difference(
    project: &Project,
    service: &Service,
    container: &Container,
    state: &ActualState,
) -> Option<Difference> {
    let Some((mut applied, asked)) = origin(project, service, container, state) else {
        return Some(Difference::Another(Reason::UnknownOrigin));
    };
    let mut desired = label::full_spec(&service.spec);
    leave_out_provided(service, container, &mut applied, &mut desired);
    let limits = limits::compare(service, &asked, container, state);
    for fields in [&mut applied, &mut desired] {
        leave_out(fields, &limits::FIELDS);
    }
    let mut updates = Updates {
        limits: (!limits.changes.is_empty()).then_some((limits.update, limits.changes)),
        ..Updates::default()
    };
    if network::is_comparable(service, &asked, container) {
        network::compare(
            project,
            service,
            &asked,
            container,
            state,
            (&mut applied, &mut desired),
            &mut updates,
        );
    }
    let mut others = changes(&applied, &desired, &service.positions);
    let obstacle = limits.obstacle.filter(|_| others.is_empty());
    if others.is_empty() && obstacle.is_none() {
        return (!updates.is_empty()).then_some(Difference::InPlace(updates));
    }
    others.extend(updates.changes());
    Some(Difference::Another(match obstacle {
        Some(obstacle) => Reason::NotInPlace(others, obstacle),
        None => Reason::Changed(others),
    }))
}

/// Variables that programs outside set are for those to compare; but where the service has nothing more from one of them,
/// its variables have to go.
fn leave_out_provided(
    service: &Service,
    container: &Container,
    applied: &mut Value,
    desired: &mut Value,
) {
    for (key, names) in label::provided(&container.labels) {
        for name in names {
            if is_source(service, &key) {
                leave_out_variable(applied, &name);
                leave_out_variable(desired, &name);
            } else if let Some(value) = label::value_of(&container.environment, &name) {
                if applied["environment"].is_null() {
                    applied["environment"] = Value::Object(serde_json::Map::new());
                }
                applied["environment"][&name] = value.into();
            }
        }
    }
}

fn leave_out_variable(spec: &mut Value, name: &str) {
    if let Some(environment) = spec.get_mut("environment") {
        leave_out(environment, &[name]);
        // One without variables is none.
        if environment
            .as_object()
            .is_some_and(serde_json::Map::is_empty)
        {
            leave_out(spec, &["environment"]);
        }
    }
}

/// What the container was asked to be, as JSON and typed: by its label, else as the engine shows it.
fn origin(
    project: &Project,
    service: &Service,
    container: &Container,
    state: &ActualState,
) -> Option<(Value, ContainerSpec)> {
    if let Some(applied) = label::applied_spec(&container.labels, &container.environment) {
        return Some((applied.clone(), spec_of(applied)?));
    }
    let asked = adopt::asked(project, service, container, state)?;
    Some((label::full_spec(&asked), asked))
}

/// What the container was asked to be, without what the label has in a form of its own.
fn spec_of(mut applied: Value) -> Option<ContainerSpec> {
    leave_out(
        &mut applied,
        &[
            "environment",
            "configs",
            "secrets",
            "pre_start",
            "post_start",
        ],
    );
    serde_json::from_value(applied).ok()
}

fn leave_out(json: &mut Value, fields: &[&str]) {
    if let Value::Object(map) = json {
        map.retain(|name, _| !fields.contains(&name.as_str()));
    }
}
