//! References of a service to what the stack does not have.

use super::Check;
use crate::loader::error::{Diagnostic, candidates};
use crate::loader::node::{Mapping, Node, Value};
use crate::loader::span::Span;

impl Check<'_> {
    pub(super) fn networks(&self, name: &str, service: &Node, problems: &mut Vec<Diagnostic>) {
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

    pub(super) fn dependencies(&self, name: &str, service: &Node, problems: &mut Vec<Diagnostic>) {
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

    pub(super) fn references(&self, service: &Node, problems: &mut Vec<Diagnostic>) {
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

/// A name that is not known, with the one that may be meant.
pub(super) fn undefined(
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
