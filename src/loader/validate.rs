//! What shapes cannot say: attributes that exclude each other (before defaults and paths are known to be sound).

use super::error::Diagnostic;
use super::node::Node;
use super::pattern::{Table, walk};
use std::net::IpAddr;

/// What is checked.
#[derive(Clone, Copy)]
enum Check {
    /// An external volume has no other attributes.
    External,
    /// Where the content of a config or secret comes from: one of these.
    Content(&'static [&'static str]),
    /// The address of a port is one.
    Address,
    /// A path is not empty.
    Path,
    /// Devices are requested by number or by name.
    Devices,
}

static CHECKS: &Table<Check> = &[
    (
        "configs.*",
        Check::Content(&["file", "environment", "content"]),
    ),
    ("secrets.*", Check::Content(&["file", "environment"])),
    (
        "services.*.deploy.resources.reservations.devices.*",
        Check::Devices,
    ),
    ("services.*.develop.watch.*.path", Check::Path),
    ("services.*.gpus.*", Check::Devices),
    ("services.*.ports.*", Check::Address),
    ("volumes.*", Check::External),
];

/// Checks a stack in canonical form.
pub(super) fn validate(stack: &mut Node, problems: &mut Vec<Diagnostic>) {
    walk(stack, CHECKS, &mut |node, check| match check {
        Check::External => external(node, problems),
        Check::Content(keys) => content(node, keys, problems),
        Check::Address => address(node, problems),
        Check::Path if node.as_str() == Some("") => {
            problems.push(Diagnostic::error("this path is empty").at(node.span, ""));
        }
        Check::Path => {}
        Check::Devices => {
            if let (Some(count), Some(ids)) = (node.get("count"), node.get("device_ids")) {
                let problem = Diagnostic::error(
                    "devices are requested by `count` or by `device_ids`, not by both",
                );
                problems.push(problem.at(count.span, "").at(ids.span, ""));
            }
        }
    });
}

/// Checks what only the variables of a stack could make sound, where they are left alone: as docker compose does, a limit
/// that is one number is a number already.
pub(super) fn without_interpolation(stack: &mut Node, problems: &mut Vec<Diagnostic>) {
    const LIMITS: &Table<()> = &[("services.*.ulimits.*", ())];
    walk(stack, LIMITS, &mut |node, ()| {
        if node.as_str().is_some() {
            let problem = Diagnostic::error("without interpolation this must be a whole number");
            problems.push(problem.at(node.span, ""));
        }
    });
}

fn external(node: &Node, problems: &mut Vec<Diagnostic>) {
    let is_external = node
        .get("external")
        .and_then(Node::scalar_text)
        .is_some_and(|text| text == "true");
    for (key, entry) in node
        .as_mapping()
        .into_iter()
        .flat_map(super::node::Mapping::iter)
        .filter(|_| is_external)
    {
        if !matches!(key, "name" | "external") && !key.starts_with("x-") {
            let problem = Diagnostic::error(format!(
                "an external volume is only looked up: it cannot have `{key}`"
            ));
            problems.push(problem.at(entry.key_span, ""));
        }
    }
}

fn content(node: &Node, keys: &[&str], problems: &mut Vec<Diagnostic>) {
    let Some(mapping) = node.as_mapping() else {
        return;
    };
    let set: Vec<_> = keys.iter().filter_map(|key| mapping.entry(key)).collect();
    let names: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    let names = names.join(", ");
    if set.len() > 1 {
        let problem = Diagnostic::error(format!("only one of {names} can be set"));
        problems.push(
            set.iter()
                .fold(problem, |problem, entry| problem.at(entry.key_span, "")),
        );
    } else if set.is_empty() && !mapping.contains("driver") && !mapping.contains("external") {
        problems.push(Diagnostic::error(format!("one of {names} must be set")).at(node.span, ""));
    }
}

fn address(node: &Node, problems: &mut Vec<Diagnostic>) {
    let Some(host) = node.get("host_ip") else {
        return;
    };
    if host
        .as_str()
        .is_some_and(|text| text.parse::<IpAddr>().is_err())
    {
        problems.push(Diagnostic::error("`host_ip` is no IP address").at(host.span, ""));
    }
}
