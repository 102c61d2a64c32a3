//! Attributes of a service that do not go together.

use std::collections::HashMap;

use crate::loader::error::Diagnostic;
use crate::loader::node::{Node, Value};
use crate::loader::span::Span;

pub(super) fn healthcheck(service: &Node, problems: &mut Vec<Diagnostic>) {
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

pub(super) fn scale(name: &str, service: &Node, problems: &mut Vec<Diagnostic>) {
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
pub(super) fn limits(name: &str, service: &Node, problems: &mut Vec<Diagnostic>) {
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

pub(super) fn watch(service: &Node, problems: &mut Vec<Diagnostic>) {
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
pub(super) fn targets(service: &Node, problems: &mut Vec<Diagnostic>) {
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
