//! Does what a stack refers to exist, and do its attributes go together? All is reported.

use super::error::{Diagnostic, candidates};
use super::node::{Entry, Mapping, Node, Value};
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

    fn networks(&self, name: &str, service: &Node, problems: &mut Vec<Diagnostic>) {
        let networks = service.get("networks").and_then(Node::as_mapping);
        if let (Some(mode), Some(entry)) = (
            service.get("network_mode"),
            service
                .as_mapping()
                .and_then(|service| service.entry("networks")),
        ) {
            let problem = Diagnostic::error(format!(
                "service `{name}` has both `network_mode` and `networks`"
            ));
            problems.push(problem.at(mode.span, "").at(entry.key_span, ""));
        }
        let shares = service.get("network_mode").is_some();
        let named = networks
            .into_iter()
            .flat_map(Mapping::iter)
            // Nobody defines it where the network of something else is shared, which is told already.
            .filter(|(name, _)| !(shares && *name == "default"))
            .map(|(name, entry)| (name, entry.key_span));
        self.defined("network", "networks", named, problems);
        let mode = service.get("network_mode");
        if let Some((target, span)) =
            mode.and_then(|mode| Some((mode.as_str()?.strip_prefix("service:")?, mode.span)))
            && !self.services.contains(target)
        {
            let problem = undefined("service", target, span, self.services, problems);
            problems.push(problem);
        }
    }

    fn dependencies(&self, name: &str, service: &Node, problems: &mut Vec<Diagnostic>) {
        let dependencies = service.get("depends_on").and_then(Node::as_mapping);
        for (target, entry) in dependencies.into_iter().flat_map(Mapping::iter) {
            let optional = entry
                .node
                .get("required")
                .is_some_and(|required| required.value == Value::Bool(false));
            if self.services.contains(target) || (optional && self.disabled.contains(target)) {
                continue;
            }
            let message = format!("service `{name}` depends on undefined service `{target}`");
            let problem = Diagnostic::error(message).at(entry.key_span, "");
            problems.push(match self.disabled.entry(target) {
                Some(disabled) => {
                    let profiles = disabled
                        .node
                        .get("profiles")
                        .and_then(Node::as_sequence)
                        .unwrap_or_default();
                    let profiles: Vec<&str> = profiles.iter().filter_map(Node::as_str).collect();
                    let problem = problem.at(disabled.key_span, "it is not enabled");
                    problem.hint(format!(
                        "enable it with `--profile {}`",
                        profiles.first().copied().unwrap_or("*")
                    ))
                }
                None => problem.did_you_mean(target, candidates(self.services.keys(), problems)),
            });
        }
    }

    fn references(&self, service: &Node, problems: &mut Vec<Diagnostic>) {
        let sources = |node: Option<&'_ Node>| -> Vec<(String, Span)> {
            let items = node.and_then(Node::as_sequence).unwrap_or_default();
            items
                .iter()
                .map(|item| match item.get("source") {
                    Some(source) => (source.as_str().unwrap_or("").to_owned(), source.span),
                    None => (String::new(), item.span),
                })
                .collect()
        };
        let mut defined = |what: &str, section: &str, names: Vec<(String, Span)>| {
            self.defined(
                what,
                section,
                names.iter().map(|(name, span)| (name.as_str(), *span)),
                problems,
            );
        };
        defined("config", "configs", sources(service.get("configs")));
        defined("secret", "secrets", sources(service.get("secrets")));
        defined(
            "secret",
            "secrets",
            sources(service.at(&["build", "secrets"])),
        );
        let models = service
            .get("models")
            .and_then(Node::as_mapping)
            .into_iter()
            .flat_map(Mapping::iter);
        defined(
            "model",
            "models",
            models
                .map(|(name, entry)| (name.to_owned(), entry.key_span))
                .collect(),
        );
        let volumes = service
            .get("volumes")
            .and_then(Node::as_sequence)
            .unwrap_or_default();
        let volumes = volumes
            .iter()
            .filter(|volume| volume.get("type").and_then(Node::as_str) == Some("volume"));
        let named = volumes
            .filter_map(|volume| volume.get("source"))
            .filter_map(|source| Some((source.as_str()?.to_owned(), source.span)));
        defined("volume", "volumes", named.collect());
    }

    /// Reports the names that a section of the stack does not have.
    fn defined<'n>(
        &self,
        what: &str,
        section: &str,
        names: impl Iterator<Item = (&'n str, Span)>,
        problems: &mut Vec<Diagnostic>,
    ) {
        let empty = Mapping::default();
        let known = self
            .stack
            .get(section)
            .and_then(Node::as_mapping)
            .unwrap_or(&empty);
        for (name, span) in names.filter(|(name, _)| !known.contains(name)) {
            if name.is_empty() {
                problems.push(Diagnostic::error("this entry lacks its `source`").at(span, ""));
                continue;
            }
            let problem = undefined(what, name, span, known, problems);
            let hint = format!("add `{name}:` below `{section}:` at the top of the file");
            problems.push(if problem.hint.is_some() {
                problem
            } else {
                problem.hint(hint)
            });
        }
    }
}

fn undefined(
    what: &str,
    name: &str,
    span: Span,
    known: &Mapping,
    problems: &[Diagnostic],
) -> Diagnostic {
    Diagnostic::error(format!("undefined {what} `{name}`"))
        .at(span, "")
        .did_you_mean(name, candidates(known.keys(), problems))
}

fn healthcheck(service: &Node, problems: &mut Vec<Diagnostic>) {
    let test = service
        .at(&["healthcheck", "test"])
        .and_then(Node::as_sequence)
        .unwrap_or_default();
    if let Some(first) = test
        .first()
        .filter(|first| !matches!(first.as_str(), Some("CMD" | "CMD-SHELL" | "NONE")))
    {
        problems.push(
            Diagnostic::error(
                "a list in `healthcheck.test` begins with `CMD`, `CMD-SHELL` or `NONE`",
            )
            .at(first.span, ""),
        );
    }
}

fn scale(name: &str, service: &Node, problems: &mut Vec<Diagnostic>) {
    let number = |node: Option<&Node>| match node {
        Some(Node {
            value: Value::Int(number),
            span,
            ..
        }) => Some((*number, *span)),
        _ => None,
    };
    let (scale, replicas) = (
        number(service.get("scale")),
        number(service.at(&["deploy", "replicas"])),
    );
    if let (Some((scale, at)), Some((replicas, other))) = (scale, replicas)
        && scale != replicas
    {
        let problem = Diagnostic::error(format!(
            "`scale` and `deploy.replicas` of service `{name}` differ"
        ));
        problems.push(problem.at(at, "").at(other, ""));
    }
    let Some((count, span)) = scale.or(replicas) else {
        return;
    };
    if count < 0 {
        problems
            .push(Diagnostic::error("a service cannot have less than no containers").at(span, ""));
    }
    if let Some(container) = service.get("container_name").filter(|_| count > 1) {
        let problem = Diagnostic::error(format!(
            "service `{name}` has `container_name`, so it can have one container only"
        ));
        problems.push(problem.at(container.span, "").at(span, "more than one"));
    }
}

/// Limits that can be written in two ways must agree.
fn limits(name: &str, service: &Node, problems: &mut Vec<Diagnostic>) {
    for (key, kind, other) in [
        ("cpus", "limits", "cpus"),
        ("mem_limit", "limits", "memory"),
        ("mem_reservation", "reservations", "memory"),
        ("pids_limit", "limits", "pids"),
    ] {
        let (Some(own), Some(deploy)) =
            (service.get(key), service.at(&["deploy", "resources", kind]))
        else {
            continue;
        };
        let written = deploy.get(other);
        if written.and_then(Node::scalar_text) != own.scalar_text() {
            let message =
                format!("`{key}` and `deploy.resources.{kind}.{other}` of service `{name}` differ");
            problems.push(
                Diagnostic::error(message)
                    .at(own.span, "")
                    .at(written.unwrap_or(deploy).span, ""),
            );
        }
    }
}

fn watch(service: &Node, problems: &mut Vec<Diagnostic>) {
    for rule in service
        .at(&["develop", "watch"])
        .and_then(Node::as_sequence)
        .unwrap_or_default()
    {
        let action = rule
            .get("action")
            .and_then(Node::as_str)
            .unwrap_or_default();
        if rule.get("target").is_none() && !matches!(action, "rebuild" | "restart") {
            problems.push(
                Diagnostic::error(format!("the action `{action}` needs a `target`"))
                    .at(rule.span, ""),
            );
        }
    }
}

/// A path inside a container is mounted once.
fn targets(service: &Node, problems: &mut Vec<Diagnostic>) {
    let mut known: HashMap<&str, Span> = HashMap::new();
    let items = |key: &str| {
        service
            .get(key)
            .and_then(Node::as_sequence)
            .unwrap_or_default()
    };
    let memory = items("tmpfs").iter().filter_map(|item| {
        Some((
            item.as_str()?.split(':').next().unwrap_or_default(),
            item.span,
        ))
    });
    let volumes = items("volumes").iter().map(|item| {
        let target = item.get("target").and_then(Node::as_str);
        (target.unwrap_or_default(), item.span)
    });
    for (target, span) in memory.chain(volumes) {
        if let Some(first) = known.insert(target, span) {
            problems.push(
                Diagnostic::error(format!("two mounts at `{target}`"))
                    .at(span, "the second")
                    .at(first, "the first"),
            );
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
