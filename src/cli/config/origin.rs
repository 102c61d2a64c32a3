//! Where a line of `config` comes from: the file and line, and the rule that put it there.

use std::collections::BTreeMap;

use super::yaml::Place;
use crate::loader::Loaded;
use crate::loader::node::{Node, Origin, Value};
use crate::loader::span::Span;

/// What tells where values come from.
pub(super) struct Origins<'a> {
    /// The stack.
    pub(super) loaded: &'a Loaded,
    /// The variables that the program was called with.
    pub(super) caller: &'a BTreeMap<String, String>,
}

impl Origins<'_> {
    /// `FILE:LINE`, and behind a comma the rule where it is not that the line is written there.
    pub(super) fn comment(&self, place: Place<'_>) -> String {
        let Some(node) = place.node else {
            return "default".to_owned();
        };
        let span = match (&node.value, place.entry) {
            (Value::Mapping(_) | Value::Sequence(_), Some((_, entry))) => entry.key_span,
            _ => node.span,
        };
        let key = place.entry.map(|(key, _)| key);
        let rule = match node.origin {
            Origin::Plain => return self.location(span),
            Origin::Include => "include".to_owned(),
            Origin::Extends => "extends".to_owned(),
            Origin::Override => "override".to_owned(),
            Origin::Default => "default".to_owned(),
            Origin::Interpolation => self.variables(node, key),
        };
        // What is written nowhere bears the place of what led to it, which may be the whole stack.
        if node.origin == Origin::Default && (span.start, span.end) == (0, 0) {
            return rule;
        }
        format!("{}, {rule}", self.location(span))
    }

    fn location(&self, span: Span) -> String {
        let location = self.loaded.sources.location(span);
        format!("{}:{}", location.path.display(), location.line)
    }

    /// The variables that a value was made from, each with where it was set.
    fn variables(&self, node: &Node, key: Option<&str>) -> String {
        let mut names = self.loaded.variables_in(node);
        names.sort();
        names.dedup();
        if names.is_empty() {
            names.extend(key.map(str::to_owned));
        }
        let set = |name: &str| {
            if self.caller.contains_key(name) {
                "environment"
            } else if self.loaded.environment.contains_key(name) {
                "env file"
            } else {
                "not set"
            }
        };
        let names = names.iter().map(|name| format!("{name} ({})", set(name)));
        format!("variable {}", names.collect::<Vec<_>>().join(", "))
    }
}
