//! Which services and resources count: profiles, the selected services, unused resources.

use super::error::Diagnostic;
use super::node::{Mapping, Node};
use std::collections::{BTreeSet, HashSet};

/// All profiles that services name, sorted.
pub(super) fn names(stack: &Node) -> Vec<String> {
    let services = stack.get("services").and_then(Node::as_mapping);
    let services = services.into_iter().flat_map(Mapping::iter);
    let names: BTreeSet<String> = services
        .flat_map(|(_, entry)| texts(entry.node.get("profiles")))
        .map(str::to_owned)
        .collect();
    names.into_iter().collect()
}

/// Takes the services out that no active profile enables. Services that are selected enable their own profiles.
pub(super) fn apply(stack: &mut Node, profiles: &[String], selected: &[String]) -> Mapping {
    let mut active: HashSet<String> = profiles.iter().cloned().collect();
    if active.is_empty() {
        // A profile without a name, as an unset variable leaves one, is that of nobody asking for profiles.
        active.insert(String::new());
    }
    let Some(services) = stack.get_mut("services").and_then(Node::as_mapping_mut) else {
        return Mapping::default();
    };
    for service in selected.iter().filter_map(|name| services.get(name)) {
        if !is_enabled(service, &active) {
            active.extend(texts(service.get("profiles")).map(str::to_owned));
        }
    }
    let mut disabled = Mapping::default();
    services.retain(|name, entry| {
        let enabled = is_enabled(&entry.node, &active);
        if !enabled {
            disabled.insert(name, entry.key_span, entry.node.clone());
        }
        enabled
    });
    disabled
}

fn is_enabled(service: &Node, active: &HashSet<String>) -> bool {
    let mut profiles = texts(service.get("profiles")).peekable();
    profiles.peek().is_none()
        || active.contains("*")
        || profiles.any(|profile| active.contains(profile))
}

fn texts(node: Option<&Node>) -> impl Iterator<Item = &str> {
    node.and_then(Node::as_sequence)
        .unwrap_or_default()
        .iter()
        .filter_map(Node::as_str)
}

/// Keeps the selected services and what they depend on.
pub(super) fn select(
    stack: &mut Node,
    selected: &[String],
    disabled: &mut Mapping,
    problems: &mut Vec<Diagnostic>,
) {
    if selected.is_empty() {
        return;
    }
    let Some(services) = stack.get_mut("services").and_then(Node::as_mapping_mut) else {
        return;
    };
    let mut kept: HashSet<String> = HashSet::new();
    let mut open: Vec<String> = selected.to_vec();
    for name in selected.iter().filter(|name| !services.contains(name)) {
        problems.push(
            Diagnostic::error(format!("no such service: {name}"))
                .did_you_mean(name, services.keys()),
        );
    }
    while let Some(name) = open.pop() {
        let Some(service) = services.get(&name) else {
            continue;
        };
        if kept.insert(name) {
            let dependencies = service.get("depends_on").and_then(Node::as_mapping);
            open.extend(
                dependencies
                    .into_iter()
                    .flat_map(Mapping::keys)
                    .map(str::to_owned),
            );
        }
    }
    services.retain(|name, entry| {
        if !kept.contains(name) {
            disabled.insert(name, entry.key_span, entry.node.clone());
        }
        kept.contains(name)
    });
    for service in services.values_mut().filter_map(Node::as_mapping_mut) {
        let dependencies = service.get_mut("depends_on").and_then(Node::as_mapping_mut);
        let Some(dependencies) = dependencies else {
            continue;
        };
        dependencies.retain(|name, _| kept.contains(name));
        if dependencies.is_empty() {
            service.remove("depends_on");
        }
    }
}

/// Takes the networks, volumes, configs, secrets and models out that no service uses; answers them, by section.
pub(super) fn drop_unused(stack: &mut Node) -> Mapping {
    let mut used: HashSet<(&str, String)> = HashSet::new();
    let services = stack.get("services").and_then(Node::as_mapping);
    for (_, entry) in services.into_iter().flat_map(Mapping::iter) {
        note_uses(&entry.node, &mut used);
    }
    let used: HashSet<(String, String)> = used
        .into_iter()
        .map(|(kind, name)| (kind.to_owned(), name))
        .collect();
    let mut dropped = Mapping::default();
    let Some(stack) = stack.as_mapping_mut() else {
        return dropped;
    };
    for kind in ["networks", "volumes", "configs", "secrets", "models"] {
        let Some(section) = stack.get_mut(kind) else {
            continue;
        };
        let mut unused = Mapping::default();
        if let Some(resources) = section.as_mapping_mut() {
            resources.retain(|name, entry| {
                let is_used = used.contains(&(kind.to_owned(), name.to_owned()));
                if !is_used {
                    let empty = entry.node.bare();
                    let node = std::mem::replace(&mut entry.node, empty);
                    unused.insert(name, entry.key_span, node);
                }
                is_used
            });
            let is_empty = resources.is_empty();
            dropped.set(kind, section.with_value(unused));
            if is_empty {
                stack.remove(kind);
            }
        }
    }
    dropped
}

/// Notes what a service uses, each with its section.
pub(super) fn note_uses(service: &Node, used: &mut HashSet<(&str, String)>) {
    for kind in ["networks", "models"] {
        let names = service
            .get(kind)
            .and_then(Node::as_mapping)
            .into_iter()
            .flat_map(Mapping::keys);
        used.extend(names.map(|name| (kind, name.to_owned())));
    }
    used.extend(
        sources(service.get("configs"))
            .into_iter()
            .map(|name| ("configs", name)),
    );
    used.extend(
        sources(service.get("secrets"))
            .into_iter()
            .map(|name| ("secrets", name)),
    );
    note_secrets_of_build(service, used);
    let volumes = service
        .get("volumes")
        .and_then(Node::as_sequence)
        .unwrap_or_default();
    let volumes = volumes
        .iter()
        .filter(|volume| volume.get("type").and_then(Node::as_str) == Some("volume"));
    used.extend(
        volumes.filter_map(|volume| Some(("volumes", volume.get("source")?.as_str()?.to_owned()))),
    );
}

/// Notes the secrets that the build of a service's image uses.
pub(super) fn note_secrets_of_build(service: &Node, used: &mut HashSet<(&str, String)>) {
    let secrets = sources(service.at(&["build", "secrets"])).into_iter();
    used.extend(secrets.map(|name| ("secrets", name)));
}

fn sources(node: Option<&Node>) -> Vec<String> {
    let items = node.and_then(Node::as_sequence).unwrap_or_default();
    let sources = items.iter().filter_map(|item| item.get("source")?.as_str());
    sources.map(str::to_owned).collect()
}
