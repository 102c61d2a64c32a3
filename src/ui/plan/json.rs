//! A plan for programs: one JSON document, described by `schemas/plan.schema.json`.

use serde_json::{Map, Value, json};

use crate::model::{Position, ServiceName};
use crate::plan::{
    Consequence, Effect, FieldChange, Operation, Plan, Problem, Resource, Step, StepId, Warning,
};
use crate::ui::mask::Mask;

/// The JSON Schema of the document.
pub const SCHEMA: &str = include_str!("../../../schemas/plan.schema.json");

/// The version of the document's form: it grows when a field changes its meaning or goes; new fields may come at any time.
const FORMAT: u32 = 1;

/// The plan with its consequences, doubts and problems as JSON, credentials masked; ends with a line break.
pub fn json(
    plan: &Plan,
    consequences: &[Consequence],
    warnings: &[Warning],
    problems: &[Problem],
    mask: &Mask,
) -> String {
    let steps = plan.steps.iter().enumerate();
    let mut document = json!({
        "format": FORMAT,
        "project": plan.project.as_str(),
        "changes": !plan.is_empty(),
        "steps": steps.map(|(id, at)| step(plan, id, at, consequences)).collect::<Vec<_>>(),
        "unchanged": plan.unchanged.iter().map(|unchanged| object(&unchanged.resource)).collect::<Vec<_>>(),
        "warnings": warnings.iter().map(warning).collect::<Vec<_>>(),
        "problems": problems.iter().map(problem).collect::<Vec<_>>(),
    });
    cover(&mut document, mask);
    format!("{document:#}\n")
}

/// Masks every text.
fn cover(value: &mut Value, mask: &Mask) {
    match value {
        Value::String(text) => *text = mask.text(text),
        Value::Array(items) => items.iter_mut().for_each(|item| cover(item, mask)),
        Value::Object(fields) => fields.values_mut().for_each(|field| cover(field, mask)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn step(plan: &Plan, id: StepId, step: &Step, consequences: &[Consequence]) -> Value {
    let of_step = consequences.iter().filter(|found| found.step == id);
    let after = step.after.iter().map(|id| id + 1);
    json!({
        "number": id + 1,
        "after": after.collect::<Vec<_>>(),
        "operation": step.operation.name(),
        "detail": detail(&step.operation),
        "object": object(&step.resource),
        "reason": { "kind": step.reason.name(), "text": step.reason.to_string() },
        "changes": step.reason.changes().iter().map(change).collect::<Vec<_>>(),
        "only_if": step.only_if.as_ref().map(|only_if| plan.condition(only_if)),
        "consequences": of_step.map(|found| consequence(&found.effect)).collect::<Vec<_>>(),
    })
}

/// What the operation does beyond its name.
fn detail(operation: &Operation) -> Option<String> {
    match operation {
        Operation::RenameContainer { to, .. } => Some(to.clone()),
        Operation::ConnectNetwork { endpoint, .. } => Some(endpoint.network.clone()),
        Operation::DisconnectNetwork { network, .. } => Some(network.clone()),
        Operation::RunHook { hook, .. } => Some(hook.command.join(" ")),
        Operation::KillContainer { signal, .. } => Some(signal.clone()),
        Operation::RunProvider { command, .. } => Some(command.to_string()),
        Operation::PrepareModel(model) => Some(model.model.clone()),
        Operation::Wait { condition, .. } => Some(condition.to_string()),
        _ => None,
    }
}

fn object(resource: &Resource) -> Value {
    let kind = match resource {
        Resource::Image(_) => "image",
        Resource::Network(_) => "network",
        Resource::Volume(_) => "volume",
        Resource::Provider(_) => "provider",
        Resource::Model(_) => "model",
        Resource::Container { .. } => "container",
    };
    let (service, replica) = match resource {
        Resource::Container {
            replica: Some((service, number)),
            ..
        } => (Some(service.as_str()), Some(*number)),
        _ => (None, None),
    };
    json!({ "kind": kind, "name": resource.name(), "service": service, "replica": replica })
}

fn change(change: &FieldChange) -> Value {
    let fields = json!({
        "path": change.path,
        "from": value(change.from.as_deref()),
        "to": value(change.to.as_deref()),
    });
    placed(fields, change.position.as_ref())
}

/// A value of a field: JSON where it is, else a text.
fn value(shown: Option<&str>) -> Value {
    let text = shown.filter(|text| !text.is_empty());
    text.map_or(Value::Null, |text| {
        serde_json::from_str(text).unwrap_or_else(|_| text.into())
    })
}

fn consequence(effect: &Effect) -> Value {
    let names =
        |services: &[ServiceName]| -> Value { services.iter().map(ServiceName::as_str).collect() };
    match effect {
        Effect::Downtime { until, felt_by } => json!({
            "kind": "downtime",
            "until": until.map(|condition| condition.to_string()),
            "services": names(felt_by),
        }),
        Effect::Restarts(services) => json!({ "kind": "restarts", "services": names(services) }),
        Effect::Disconnects(network) => json!({ "kind": "disconnects", "network": network }),
        Effect::DataLost(volumes) => json!({ "kind": "data_lost", "volumes": volumes }),
        Effect::DataAtRisk(volumes) => json!({ "kind": "data_at_risk", "volumes": volumes }),
        Effect::Unmounted(volumes) => json!({ "kind": "unmounted", "volumes": volumes }),
    }
}

fn warning(warning: &Warning) -> Value {
    placed(
        json!({ "message": warning.message }),
        warning.position.as_ref(),
    )
}

fn problem(problem: &Problem) -> Value {
    let fields = json!({
        "message": problem.message,
        "hint": problem.hint,
        "is_certain": problem.is_certain,
    });
    placed(fields, problem.position.as_ref())
}

/// The fields with the place in the files beside them.
fn placed(fields: Value, position: Option<&Position>) -> Value {
    let mut all: Map<String, Value> = match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let file = position.map(|at| at.file.to_string());
    all.insert("file".to_owned(), file.into());
    all.insert("line".to_owned(), position.map(|at| at.line).into());
    all.insert("column".to_owned(), position.map(|at| at.column).into());
    Value::Object(all)
}

#[cfg(test)]
mod tests;
