//! Does what a stack refers to exist, and do its attributes go together? All is reported.

mod attribute;
mod reference;

use self::attribute::{healthcheck, limits, scale, targets, watch};
use self::reference::undefined;
use super::error::Diagnostic;
use super::node::{Entry, Mapping, Node};
use super::span::Span;
use crate::graph::{Cycle, ServiceGraph};
use std::collections::HashMap;

/// Checks a settled stack; services that no profile enables are known, but not there.
pub(super) fn check(stack: &Node, disabled: &Mapping, problems: &mut Vec<Diagnostic>) {
    let empty = Mapping::default();
    let section = |key: &str| stack.get(key).and_then(Node::as_mapping);
    let services = section("services").unwrap_or(&empty);
    let check = Check {
        stack,
        services,
        disabled,
    };
    for (name, entry) in services.iter() {
        check.service(name, entry, problems);
    }
    secrets(section("secrets").unwrap_or(&empty), problems);
    container_names(services, problems);
    circles(services, problems);
    super::doubt::check(services, problems);
}

struct Check<'a> {
    stack: &'a Node,
    services: &'a Mapping,
    disabled: &'a Mapping,
}

impl Check<'_> {
    fn service(&self, name: &str, entry: &Entry, problems: &mut Vec<Diagnostic>) {
        let service = &entry.node;
        let has = |key: &str| service.get(key).is_some();
        if !has("image") && !has("build") && !has("provider") {
            let message = format!("service `{name}` has neither an image nor a build context");
            problems.push(
                Diagnostic::error(message)
                    .at(entry.key_span, "")
                    .hint("add `image:` or `build:`"),
            );
        }
        self.build(name, service, problems);
        self.networks(name, service, problems);
        self.dependencies(name, service, problems);
        self.references(service, problems);
        healthcheck(service, problems);
        scale(name, service, problems);
        limits(name, service, problems);
        watch(service, problems);
        targets(service, problems);
    }

    fn build(&self, name: &str, service: &Node, problems: &mut Vec<Diagnostic>) {
        let Some(build) = service.get("build") else {
            return;
        };
        if let (Some(file), Some(inline)) =
            (build.get("dockerfile"), build.get("dockerfile_inline"))
        {
            let problem = Diagnostic::error(format!(
                "service `{name}` has both `dockerfile` and `dockerfile_inline`"
            ));
            problems.push(problem.at(inline.span, "").at(file.span, ""));
        }
        for (_, context) in build
            .get("additional_contexts")
            .and_then(Node::as_mapping)
            .into_iter()
            .flat_map(Mapping::iter)
        {
            let Some(target) = context
                .node
                .as_str()
                .and_then(|text| text.strip_prefix("service:"))
            else {
                continue;
            };
            match self.services.get(target) {
                None => problems.push(undefined(
                    "service",
                    target,
                    context.node.span,
                    self.services,
                    problems,
                )),
                Some(other) if other.get("build").is_none() => {
                    let message =
                        format!("service `{target}` is not built, so it is no build context");
                    problems.push(Diagnostic::error(message).at(context.node.span, ""));
                }
                Some(_) => {}
            }
        }
        if let (Some(platforms), Some(platform)) = (build.get("platforms"), service.get("platform"))
        {
            let items = platforms.as_sequence().unwrap_or_default();
            if !items.is_empty() && !items.iter().any(|item| item.value == platform.value) {
                let problem = Diagnostic::error(format!(
                    "`build.platforms` of service `{name}` lacks its own `platform`"
                ));
                problems.push(
                    problem
                        .at(platforms.span, "")
                        .at(platform.span, "the platform it runs on"),
                );
            }
        }
    }
}

fn secrets(secrets: &Mapping, problems: &mut Vec<Diagnostic>) {
    for (name, entry) in secrets.iter() {
        let has = |key: &str| entry.node.get(key).is_some();
        if !has("external") && !has("file") && !has("environment") {
            let problem =
                Diagnostic::error(format!("secret `{name}` needs `file` or `environment`"));
            problems.push(problem.at(entry.key_span, ""));
        }
    }
}

fn container_names(services: &Mapping, problems: &mut Vec<Diagnostic>) {
    let mut known: HashMap<&str, Span> = HashMap::new();
    for container in services
        .iter()
        .filter_map(|(_, entry)| entry.node.get("container_name"))
    {
        let name = container.as_str().unwrap_or_default();
        if let Some(first) = known.insert(name, container.span) {
            let problem =
                Diagnostic::error(format!("two services have the container name `{name}`"));
            problems.push(
                problem
                    .at(container.span, "the second")
                    .at(first, "the first"),
            );
        }
    }
}

/// Services must not wait for each other in a circle.
fn circles(services: &Mapping, problems: &mut Vec<Diagnostic>) {
    let edges = services.iter().flat_map(|(name, entry)| {
        let dependencies = entry.node.get("depends_on").and_then(Node::as_mapping);
        let targets = dependencies.into_iter().flat_map(Mapping::keys);
        targets.map(move |target| (name, target))
    });
    let Err(Cycle(members)) = ServiceGraph::new(services.keys(), edges) else {
        return;
    };
    let first = members.first().cloned().unwrap_or_default();
    let mut problem = Diagnostic::error(format!(
        "dependency cycle: {} -> {first}",
        members.join(" -> ")
    ));
    for (index, member) in members.iter().enumerate() {
        let target = members.get(index + 1).unwrap_or(&first);
        let place = services
            .get(member)
            .and_then(|service| service.get("depends_on")?.as_mapping()?.entry(target));
        if let Some(entry) = place {
            problem = problem.at(entry.key_span, format!("`{member}` waits for `{target}`"));
        }
    }
    problems.push(problem);
}
