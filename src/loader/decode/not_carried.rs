//! Keys of a service that are read, checked and printed, but that no engine call carries: said, never passed over.

use crate::loader::node::{Node, Value};
use crate::model::NotCarried;

/// The keys by their path, and what holds instead: most are for schedulers of many machines.
const KEYS: &[(&[&str], &str)] = &[
    (
        &["deploy", "endpoint_mode"],
        "names always lead to the containers themselves",
    ),
    (
        &["deploy", "labels"],
        "they are a swarm's; `labels` of the service label its containers",
    ),
    (
        &["deploy", "mode"],
        "jobs are a swarm's; the containers are those of a service",
    ),
    (&["deploy", "placement"], "there is one engine"),
    (
        &["deploy", "resources", "reservations", "cpus"],
        "an engine can limit processors, not keep them back",
    ),
    (
        &["deploy", "resources", "reservations", "generic_resources"],
        "they are a swarm's",
    ),
    (
        &["deploy", "restart_policy", "delay"],
        "the engine has delays of its own",
    ),
    (
        &["deploy", "restart_policy", "window"],
        "the engine decides by itself when a restart succeeded",
    ),
    (
        &["deploy", "rollback_config"],
        "replicas are replaced by windlass's own rules",
    ),
    (
        &["deploy", "update_config"],
        "replicas are replaced by windlass's own rules",
    ),
];

/// The keys of a service that say something and are not carried.
pub(super) fn not_carried(service: &Node) -> Vec<NotCarried> {
    let mut found: Vec<NotCarried> = KEYS
        .iter()
        .filter(|(path, _)| service.at(path).is_some_and(says_something))
        .map(|(path, instead)| of(path.join("."), instead))
        .collect();
    if unlimited_attempts(service) {
        found.push(of(
            "deploy.restart_policy.max_attempts".to_owned(),
            "an engine counts only the restarts of `condition: on-failure`",
        ));
    }
    found
}

fn of(key: String, instead: &str) -> NotCarried {
    let why = format!("has no effect: {instead}");
    NotCarried { key, why }
}

/// Whether a value asks for anything that would be missed: not an empty section, nor a swarm's word for what containers
/// are anyway.
fn says_something(node: &Node) -> bool {
    match &node.value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !matches!(text.as_str(), "replicated" | "global" | "dnsrr"),
        Value::Sequence(items) => !items.is_empty(),
        Value::Mapping(entries) => entries.iter().next().is_some(),
        _ => true,
    }
}

fn unlimited_attempts(service: &Node) -> bool {
    let policy = |key: &str| service.at(&["deploy", "restart_policy", key]);
    let condition = policy("condition").and_then(Node::as_str);
    policy("max_attempts").is_some() && !matches!(condition, Some("on-failure" | "none"))
}
