//! What a plan brings with it, in words.

use std::collections::BTreeSet;

use crate::model::{Condition, ServiceName};
use crate::plan::{Consequence, Effect, Operation, Plan, Resource, Step};
use crate::state::is_anonymous_volume as is_anonymous;
use crate::ui::Color;
use crate::ui::color::{BAD, DOUBT};

/// The line below the step; none where the step says as much.
pub(super) fn line(effect: &Effect, step: &Step, color: Color) -> Option<String> {
    let text = text(effect, step);
    match effect {
        Effect::DataLost(_) => Some(color.paint(BAD, &text)),
        Effect::Downtime {
            until: Some(Condition::ServiceStarted),
            felt_by,
        } if felt_by.is_empty() && is_stop(step) => None,
        _ => Some(color.paint(DOUBT, &text)),
    }
}

/// Whether it is a restart, or the stop of one.
fn is_stop(step: &Step) -> bool {
    matches!(
        step.operation,
        Operation::StopContainer { .. } | Operation::RestartContainer { .. }
    )
}

fn text(effect: &Effect, step: &Step) -> String {
    match effect {
        Effect::Downtime { until, felt_by } => {
            let until = match until {
                Some(condition) => format!("until it is {condition} again"),
                None => "it is not started again".to_owned(),
            };
            match felt_by.as_slice() {
                [] => format!("downtime: {until}"),
                [one] => format!("downtime: {until}; {one} goes on without it"),
                many => format!("downtime: {until}; {} go on without it", names(many)),
            }
        }
        Effect::Restarts(services) => format!("restarts: {}", names(services)),
        Effect::Disconnects(network) => {
            format!("disconnects: its connections over {network} break")
        }
        Effect::DataLost(_) if step.operation == Operation::RemoveVolume => {
            "data lost: all that is in it".to_owned()
        }
        Effect::DataLost(paths) => {
            format!(
                "data lost: its anonymous {} at {}",
                volumes(paths),
                paths.join(", ")
            )
        }
        Effect::DataAtRisk(names) => format!(
            "data at risk: another image works on {} {}, and may change it for good",
            volumes(names),
            names
                .iter()
                .map(|name| short(name))
                .collect::<Vec<_>>()
                .join(", ")
        ),
        Effect::Unmounted(names) => format!(
            "unmounted: {} {}; the data stays in it",
            volumes(names),
            names
                .iter()
                .map(|name| short(name))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    }
}

/// What of it belongs in the line that sums up the plan.
pub(super) fn summary(plan: &Plan, consequences: &[Consequence]) -> Vec<String> {
    let (mut down, mut lost, mut at_risk) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for Consequence { step, effect } in consequences {
        let Some(step) = plan.steps.get(*step) else {
            continue;
        };
        match effect {
            Effect::Downtime { .. } => {
                down.insert(who(&step.resource));
            }
            Effect::DataLost(_) => {
                lost.insert(resource(&step.resource));
            }
            Effect::DataAtRisk(volumes) => at_risk.extend(volumes.iter().map(|name| short(name))),
            Effect::Restarts(_) | Effect::Disconnects(_) | Effect::Unmounted(_) => {}
        }
    }
    let parts = [("downtime", down), ("data at risk", at_risk)];
    let mut parts: Vec<String> = parts
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(what, names)| format!("{what}: {}", Vec::from_iter(names).join(", ")))
        .collect();
    if !lost.is_empty() {
        parts.push(format!(
            "data is lost with {}",
            Vec::from_iter(lost).join(", ")
        ));
    }
    parts
}

/// What a step is done to, as people tell it from others.
pub(super) fn resource(resource: &Resource) -> String {
    match resource {
        Resource::Volume(name) if is_anonymous(name) => {
            format!("Volume {} (anonymous)", short(name))
        }
        resource => resource.to_string(),
    }
}

/// The name of a volume; of an anonymous one as many digits as people use.
fn short(name: &str) -> String {
    if is_anonymous(name) {
        name[..12].to_owned()
    } else {
        name.to_owned()
    }
}

/// The service of a container; its own name where it has none.
fn who(resource: &Resource) -> String {
    match resource {
        Resource::Container {
            replica: Some((service, _)),
            ..
        } => service.to_string(),
        resource => resource.name().to_owned(),
    }
}

fn names(services: &[ServiceName]) -> String {
    let names: Vec<&str> = services.iter().map(ServiceName::as_str).collect();
    names.join(", ")
}

fn volumes(names: &[String]) -> &'static str {
    if names.len() == 1 {
        "volume"
    } else {
        "volumes"
    }
}
