//! What `deploy` says of a service's containers, where the service's own keys leave it open.

use super::{Decode, json};
use crate::loader::node::{Node, Value};
use crate::model::Positions;
use serde_json::{Map, Value as Json};

/// The fields of a container, and where in `deploy.resources` they stand.
const RESOURCES: [(&str, [&str; 2]); 5] = [
    ("cpus", ["limits", "cpus"]),
    ("mem_limit", ["limits", "memory"]),
    ("pids_limit", ["limits", "pids"]),
    ("mem_reservation", ["reservations", "memory"]),
    ("reserved_devices", ["reservations", "devices"]),
];

/// The fields with what `deploy` adds.
pub(super) fn deployed(fields: &mut Map<String, Json>, node: &Node) {
    for (key, [kind, other]) in RESOURCES {
        if let Some(value) = node.at(&["deploy", "resources", kind, other]) {
            fields.entry(key).or_insert_with(|| json(value));
        }
    }
    let Some(policy) = node.at(&["deploy", "restart_policy"]) else {
        return;
    };
    let restart = match policy.get("condition").and_then(Node::as_str) {
        Some("none") => "no".to_owned(),
        Some("on-failure") => match whole(policy.get("max_attempts")) {
            Some(attempts) => format!("on-failure:{attempts}"),
            None => "on-failure".to_owned(),
        },
        Some("unless-stopped") => "unless-stopped".to_owned(),
        _ => "always".to_owned(),
    };
    // The specification looks at `restart` only where this section is absent.
    fields.insert("restart".to_owned(), restart.into());
}

/// How many replicas; the one engine that there is has one of a service that every node of a swarm has.
pub(super) fn scale(node: &Node) -> u32 {
    let of_each_node = node
        .at(&["deploy", "mode"])
        .and_then(Node::as_str)
        .is_some_and(|mode| mode.starts_with("global"));
    let written = node.get("scale").or(node.at(&["deploy", "replicas"]));
    let wanted = whole(written.filter(|_| !of_each_node));
    wanted.unwrap_or(1)
}

fn whole(node: Option<&Node>) -> Option<u32> {
    match node?.value {
        Value::Int(number) => u32::try_from(number).ok(),
        _ => None,
    }
}

impl Decode<'_> {
    /// Notes where the fields stand that `deploy` adds: a plan names them as the container has them.
    pub(super) fn deploy_places(&mut self, node: &Node, positions: &mut Positions) {
        let resources = RESOURCES.iter();
        let resources = resources.filter(|(key, _)| node.get(key).is_none());
        let mut found: Vec<_> = resources
            .filter_map(|(key, [kind, other])| {
                Some((*key, node.at(&["deploy", "resources", kind, other])?))
            })
            .collect();
        if let Some(policy) = node.at(&["deploy", "restart_policy"]) {
            found.push(("restart", policy.get("condition").unwrap_or(policy)));
        }
        for (key, node) in found {
            positions.insert(key, self.places.position(node.span));
        }
    }
}
