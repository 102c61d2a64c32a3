//! Services beside the chosen ones that matter all the same: those that live in the namespaces of chosen ones, and those
//! from whose images the builds of chosen ones copy.

use std::borrow::Cow;
use std::collections::HashSet;

use super::Loading;
use super::environment;
use super::node::{Mapping, Node};
use super::profile::{note_secrets_of_build, note_uses};

/// The disabled services that live in namespaces of the others, or of such services. What is wrong with their files is no
/// matter of who did not choose them: they are left out.
pub(super) fn sharing(loading: &mut Loading<'_>, stack: &Node, disabled: &Mapping) -> Mapping {
    let services = stack.get("services").and_then(Node::as_mapping);
    let mut sharing = Mapping::default();
    let mut open: Vec<&str> = disabled.keys().collect();
    loop {
        let is_known = |name: &str| {
            sharing.contains(name) || services.is_some_and(|services| services.contains(name))
        };
        let lives_there = |name: &&str| {
            disabled
                .get(name)
                .is_some_and(|it| owners(it).any(is_known))
        };
        let Some(next) = open.iter().position(lives_there) else {
            return sharing;
        };
        let name = open.remove(next);
        if let Some(service) = disabled
            .get(name)
            .and_then(|it| complete(loading, name, it))
        {
            sharing.set(name, service);
        }
    }
}

/// The services in whose namespaces this one lives.
fn owners(service: &Node) -> impl Iterator<Item = &str> {
    let modes = ["network_mode", "ipc", "pid"].into_iter();
    modes.filter_map(|key| service.get(key)?.as_str()?.strip_prefix("service:"))
}

/// The service with what its env files and label files say.
fn complete(loading: &mut Loading<'_>, name: &str, service: &Node) -> Option<Node> {
    let mut services = Mapping::default();
    services.set(name, service.clone());
    let mut stack = Mapping::default();
    stack.set("services", service.with_value(services));
    let mut stack = service.with_value(stack);
    let problems = std::mem::take(&mut loading.problems);
    if loading.options.resolve_env {
        environment::read_env_files(loading, &mut stack);
    }
    environment::read_label_files(loading, &mut stack);
    let sound = loading.sound();
    loading.problems = problems;
    sound?;
    stack.at(&["services", name]).cloned()
}

/// The stack with what was dropped from it because only services beside the chosen ones use it.
pub(super) fn with_uses<'s>(
    stack: &'s Node,
    sharing: &Mapping,
    disabled: &Mapping,
    dropped: &Mapping,
) -> Cow<'s, Node> {
    let mut used: HashSet<(&str, String)> = HashSet::new();
    let sharing = sharing.iter().map(|(_, entry)| &entry.node);
    let sharing: Vec<&Node> = sharing.collect();
    for service in &sharing {
        note_uses(service, &mut used);
    }
    for service in contexts(stack, sharing, disabled) {
        note_secrets_of_build(service, &mut used);
    }
    let mut used: Vec<_> = used.into_iter().collect();
    used.sort_unstable();
    let mut stack = Cow::Borrowed(stack);
    for (kind, name) in used {
        let section = dropped.get(kind);
        if let Some((section, resource)) = section.and_then(|it| Some((it, it.get(&name)?)))
            && let Some(stack) = stack.to_mut().as_mapping_mut()
        {
            put_back(stack, (kind, section), (&name, resource));
        }
    }
    stack
}

fn put_back(stack: &mut Mapping, (kind, dropped): (&str, &Node), (name, resource): (&str, &Node)) {
    if !stack.contains(kind) {
        stack.set(kind, dropped.with_value(Mapping::default()));
    }
    if let Some(section) = stack.get_mut(kind).and_then(Node::as_mapping_mut) {
        section.set(name, resource.clone());
    }
}

/// The disabled services from whose images builds copy, those of other such services too.
fn contexts<'n>(stack: &'n Node, sharing: Vec<&'n Node>, disabled: &'n Mapping) -> Vec<&'n Node> {
    let services = stack.get("services").and_then(Node::as_mapping);
    let services = services.into_iter().flat_map(Mapping::iter);
    let mut open = sharing;
    open.extend(services.map(|(_, entry)| &entry.node));
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    while let Some(service) = open.pop() {
        let contexts = service.at(&["build", "additional_contexts"]);
        let contexts = contexts.and_then(Node::as_mapping).into_iter();
        for (_, entry) in contexts.flat_map(Mapping::iter) {
            let name = entry
                .node
                .as_str()
                .and_then(|it| it.strip_prefix("service:"));
            let Some(context) = name.and_then(|name| disabled.get(name)) else {
                continue;
            };
            if seen.insert(name) {
                found.push(context);
                open.push(context);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
